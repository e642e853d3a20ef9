// cel_spec.mjs: the tests of the CEL specification (google/cel-spec, as @bufbuild/cel-spec ships them) as JSON.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const main = createRequire(import.meta.url).resolve('@bufbuild/cel-spec/testdata/conformance.js');
const file = join(dirname(main), '..', '..', 'esm', 'testdata', 'conformance.js');
const { tests } = await import(pathToFileURL(file));
const all = [];
const walk = (suite, path) => {
  for (const s of suite.suites ?? []) walk(s, `${path}/${s.name}`);
  for (const t of suite.tests ?? []) all.push({ suite: path, ...t.original });
};
walk(tests, '');
console.log(JSON.stringify(all));
