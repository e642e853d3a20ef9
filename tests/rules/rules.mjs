// rules.mjs INPUT: rules as Conftest users write them, over a policy input, by an engine that knows nothing of it. Each
// rule that denies is a line.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { Engine } = createRequire(import.meta.url)('json-rules-engine');
const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));

// Of a list those that fulfil all conditions; a rule denies where there are some.
const engine = new Engine([], { allowUndefinedFacts: false });
engine.addOperator('some', (found, wanted) => (found !== undefined && found.length > 0) === wanted);
const deny = (message, conditions) => engine.addRule({ conditions: { all: conditions }, event: { type: 'deny', params: { message } } });
deny('a finding is known to be exploited', [
  { fact: 'findings', path: "$[?(@.kev == true && @.suppressed == '')].id", operator: 'some', value: true },
]);
deny('a critical or high finding has a fix', [
  { fact: 'findings', path: "$[?(@.suppressed == '' && @.state == 'fixed' && (@.severity == 'critical' || @.severity == 'high'))].id",
    operator: 'some', value: true },
]);
deny('the user is root', [{ fact: 'checks', path: "$[?(@.id == 'config.nonroot')].outcome", operator: 'contains', value: 'fail' }]);
deny('a port of administration is open', [{ fact: 'config', path: '$.ports', operator: 'contains', value: '22/tcp' }]);
deny('the system is past its support', [{ fact: 'eol', operator: 'equal', value: true }]);
deny('the image is older than ten days', [{ fact: 'image', path: '$.age_days', operator: 'greaterThan', value: 10 }]);
deny('the image is larger than 100 MB', [{ fact: 'image', path: '$.size', operator: 'greaterThan', value: 100000000 }]);
deny('telnet is installed', [{ fact: 'packages', path: '$[*].name', operator: 'contains', value: 'telnet' }]);

const { events } = await engine.run(input);
for (const e of events.filter((e) => e.type === 'deny').map((e) => e.params.message).sort()) console.log(e);
