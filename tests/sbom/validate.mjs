// validate.mjs FILE...: check bills of materials, each by what it says it is. Exit 1 if one is wrong.
//
// CycloneDX 1.4 to 1.6: the official JSON schemas, as @cyclonedx/cyclonedx-library ships it.
// temper's own JSON: schemas/sbom.schema.json, of findings schemas/findings.schema.json, of
// checks schemas/checks.schema.json, of verdicts schemas/verdict.schema.json, and the policy input
// schemas/policy-input.schema.json.
// SARIF 2.1.0: the official schema, as @microsoft/jest-sarif ships it, and that every rule is there.
// GitLab's container scanning: what its schema demands (no npm package ships it).
// SPDX 2.3: the rules of the official JSON schema (schemas/spdx-2.3.schema.json: no npm package ships
// it), and what no schema can say: every identifier once, every relation between elements that
// exist, every licence an expression with its references declared.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const Ajv = require('ajv').default;
const addFormats = require('ajv-formats').default;
const addFormats2019 = require('ajv-formats-draft2019');
const parseLicence = require('spdx-expression-parse');

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

function compile(schema, others = [], options = {}) {
  const ajv = new Ajv({ allErrors: true, strict: false, addUsedSchema: false, ...options });
  addFormats(ajv);
  addFormats2019(ajv);
  ajv.addFormat('string', true);
  for (const [document, name] of others) ajv.addSchema(document, name);
  const validate = ajv.compile(schema);
  return (document) => (validate(document) ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message}`));
}

function checkCycloneDX(document) {
  const library = dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'));
  const schema = (name) => read(join(library, 'res', 'schema', `${name}.SNAPSHOT.schema.json`));
  const check = compile(schema(`bom-${document.specVersion}`), [
    [schema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json'],
    [schema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json'],
    [schema('cryptography-defs'), 'http://cyclonedx.org/schema/cryptography-defs.SNAPSHOT.schema.json'],
  ]);
  const problems = check(document);
  const refs = new Set([document.metadata.component['bom-ref']]);
  for (const c of document.components)
    if (c['bom-ref']) {
      if (refs.has(c['bom-ref'])) problems.push(`${c['bom-ref']} twice`);
      refs.add(c['bom-ref']);
    }
  for (const d of document.dependencies)
    for (const ref of [d.ref, ...d.dependsOn]) if (!refs.has(ref)) problems.push(`no component ${ref}`);
  for (const v of document.vulnerabilities ?? []) {
    if (refs.has(v['bom-ref'])) problems.push(`${v['bom-ref']} twice`);
    refs.add(v['bom-ref']);
    for (const a of v.affects) if (!refs.has(a.ref)) problems.push(`no component ${a.ref}`);
  }
  return problems;
}

function checkSarif(document) {
  const package_ = dirname(require.resolve('@microsoft/jest-sarif/package.json'));
  const schema = read(join(package_, 'lib', 'schemas', 'sarif-2.1.0-rtm.5.json'));
  delete schema.$schema; // of draft 4 it uses nothing that means something else now
  delete schema.id;
  // One of its patterns is none by the rules of Unicode.
  const problems = compile(schema, [], { unicodeRegExp: false })(document);
  for (const run of document.runs)
    for (const r of run.results) {
      if (run.tool.driver.rules[r.ruleIndex]?.id !== r.ruleId) problems.push(`no rule ${r.ruleId}`);
      if (!r.partialFingerprints.primaryLocationLineHash) problems.push(`${r.ruleId}: no fingerprint`);
      if (/^[/]|^[a-z]+:/.test(r.locations[0].physicalLocation.artifactLocation.uri))
        problems.push(`${r.ruleId}: its place is not relative`);
    }
  for (const run of document.runs)
    for (const r of run.tool.driver.rules)
      if (!(parseFloat(r.properties['security-severity']) <= 10)) problems.push(`${r.id}: no severity`);
  return problems;
}

const text = { type: 'string', minLength: 1 };
const members = (required, properties) => ({ type: 'object', required, properties });
const tool = members(['id', 'name', 'version', 'vendor'], { id: text, name: text, version: text, vendor: members(['name'], { name: text }) });
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' };
const url = { type: 'string', pattern: '^https?://.+' };
const gitlab = members(['version', 'scan', 'vulnerabilities'], {
  version: { pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$' },
  scan: members(['analyzer', 'scanner', 'type', 'start_time', 'end_time', 'status'], {
    analyzer: tool, scanner: tool, type: { const: 'container_scanning' }, start_time: time, end_time: time,
    status: { enum: ['success', 'failure'] },
    messages: { type: 'array', items: members(['level', 'value'], { level: { enum: ['info', 'warn', 'fatal'] }, value: text }) },
  }),
  vulnerabilities: { type: 'array', items: members(['id', 'identifiers', 'location'], {
    id: text, name: { type: 'string', maxLength: 255 }, description: { type: 'string', maxLength: 1048576 },
    severity: { enum: ['Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'] }, solution: { type: 'string', maxLength: 7000 },
    identifiers: { type: 'array', minItems: 1, items: members(['type', 'name', 'value'], { type: text, name: text, value: text, url }) },
    links: { type: 'array', items: members(['url'], { url }) },
    location: members(['dependency', 'operating_system', 'image'], {
      dependency: members(['package', 'version'], { package: members(['name'], { name: { type: 'string' } }), version: { type: 'string' } }),
      operating_system: text, image: text,
    }),
  }) },
});

// An empty list stands for NOASSERTION.
function references(expression) {
  const walk = (node) => (node.license ? [node.license] : [...walk(node.left), ...walk(node.right)]);
  return expression === 'NOASSERTION' ? [] : walk(parseLicence(expression));
}

function checkLicences(document) {
  const problems = [];
  const declared = new Set((document.hasExtractedLicensingInfos ?? []).map((l) => l.licenseId));
  for (const p of document.packages) {
    try {
      for (const name of references(p.licenseDeclared ?? 'NOASSERTION'))
        if (name.startsWith('LicenseRef-') && !declared.has(name)) problems.push(`${p.SPDXID}: ${name} is not declared`);
    } catch (e) {
      problems.push(`${p.SPDXID}: ${p.licenseDeclared}: ${e.message}`);
    }
  }
  return problems;
}

function checkSPDX(document) {
  const problems = compile(read(process.env.SPDX_SCHEMA))(document);
  const ids = new Set(['SPDXRef-DOCUMENT']);
  for (const e of [...document.packages, ...document.files]) {
    if (ids.has(e.SPDXID)) problems.push(`${e.SPDXID} twice`);
    if (!/^SPDXRef-[A-Za-z0-9.-]+$/.test(e.SPDXID)) problems.push(`${e.SPDXID} is no identifier`);
    ids.add(e.SPDXID);
  }
  for (const p of document.packages) {
    if (!p.name || !p.downloadLocation) problems.push(`${p.SPDXID}: no name or downloadLocation`);
    if (p.filesAnalyzed !== false && !p.packageVerificationCode) problems.push(`${p.SPDXID}: no verification code`);
  }
  for (const r of document.relationships)
    for (const id of [r.spdxElementId, r.relatedSpdxElement]) if (!ids.has(id)) problems.push(`no element ${id}`);
  return problems.concat(checkLicences(document));
}

// temper's own, and that every id is there and there once.
function checkTemper(document) {
  const problems = compile(read(process.env.TEMPER_SCHEMA))(document);
  const ids = new Set();
  for (const p of document.packages) {
    if (ids.has(p.id)) problems.push(`${p.id} twice`);
    ids.add(p.id);
  }
  for (const r of document.relations ?? [])
    for (const id of [r.from, r.to]) if (!ids.has(id)) problems.push(`no package ${id}`);
  return problems;
}

const checkFindings = (document) => compile(read(process.env.FINDINGS_SCHEMA))(document);
const checkChecks = (document) => compile(read(process.env.CHECKS_SCHEMA))(document);
const checkVerdict = (document) => compile(read(process.env.VERDICT_SCHEMA))(document);
const checkInput = (document) => compile(read(process.env.INPUT_SCHEMA))(document);

const kindOf = (d) =>
  d.bomFormat ?? d.spdxVersion ?? d.schema?.name ?? (d.runs ? 'SARIF' : d.scan ? 'GitLab' : undefined);

let wrong = 0;
for (const path of process.argv.slice(2)) {
  const document = read(path);
  const kind = kindOf(document);
  const check = {
    CycloneDX: checkCycloneDX, 'SPDX-2.3': checkSPDX, 'temper-sbom': checkTemper, 'temper-findings': checkFindings,
    'temper-checks': checkChecks, 'temper-verdict': checkVerdict, 'temper-policy-input': checkInput,
    SARIF: checkSarif, GitLab: compile(gitlab),
  }[kind];
  const problems = check ? check(document) : [`unknown form ${kind}`];
  console.log(`${problems.length ? 'FAIL' : 'ok  '} ${path} (${kind})`);
  for (const p of problems.slice(0, 20)) console.log(`     ${p}`);
  wrong += problems.length;
}
process.exit(wrong ? 1 : 0);
