#!/bin/bash
# temper vex states what waivers decide, the same bytes each time, valid by OpenVEX's own schema; what was stated is
# applied by temper scan; documents of others are read; and each statement that matches nothing says why.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db" SOURCE_DATE_EPOCH=1750000000
shared=${TEMPER_SHARED_DATA:-$here/../../../shared/data}/vex
digest=124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126

cat >feed.ndjson <<'END'
{"schema_version":"1.6.0","id":"CVE-2023-2975","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.20-1"}]}]}]}
{"schema_version":"1.6.0","id":"GHSA-v845-jxx5-vc9f","aliases":["CVE-2023-43804"],"modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"urllib3"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.26.17"}]}]}]}
END
cat >app.cdx.json <<END
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
"metadata":{"component":{"type":"container","name":"registry.example/team/app","version":"sha256:$digest"}},
"components":[{"type":"operating-system","name":"debian","version":"12"},
{"type":"library","name":"openssl","version":"3.0.17-1","purl":"pkg:deb/debian/openssl@3.0.17-1?arch=amd64&distro=debian-12"},
{"type":"library","name":"libssl3","version":"3.0.17-1","purl":"pkg:deb/debian/libssl3@3.0.17-1?arch=amd64&distro=debian-12&upstream=openssl"},
{"type":"library","name":"urllib3","version":"1.26.12","purl":"pkg:pypi/urllib3@1.26.12"}]}
END
cat >waivers.yaml <<'END'
waivers:
  - id: CVE-2023-2975
    package: pkg:deb/debian/libssl3
    reason: "not \"reachable\" <here>"
    owner: team-web
    until: 2030-12-31
  - id: CVE-2023-43804
    status: not_affected
    justification: vulnerable_code_not_in_execute_path
END
# shown_findings OPTION...: what the scan shows: "PACKAGE ID" a line.
shown_findings() {
	temper scan -q sbom:app.cdx.json -o csv "$@" 2>err | python3 -c '
import csv, sys
rows = [r for r in csv.DictReader(sys.stdin) if not r["suppressed"]]
key = {k.lower(): k for k in rows[0]} if rows else {}
for r in rows: print(r[key.get("name", key.get("package"))], r[key.get("vulnerability", key.get("id"))])' | sort
}

holds "advisories are imported" temper db import feed.ndjson --name osv
same "without statements all is shown" "$(shown_findings | wc -l)" 3
holds "waivers are stated" temper vex -q sbom:app.cdx.json --waivers waivers.yaml --author me -o out.json
temper vex -q sbom:app.cdx.json --waivers waivers.yaml --author me >again.json 2>err
holds "and the same bytes again" cmp out.json again.json
same "an accepted risk and a statement" "$(python3 -c '
import json
for s in json.load(open("out.json"))["statements"]:
    print(s["status"], s["products"][0]["@id"], s["products"][0]["subcomponents"][0]["@id"], s.get("action_statement", s.get("justification")), sep="|")')" \
	"affected|pkg:oci/app@sha256:$digest|pkg:deb/debian/libssl3@3.0.17-1|accepted until 2030-12-31: not \"reachable\" <here>
not_affected|pkg:oci/app@sha256:$digest|pkg:pypi/urllib3@1.26.12|vulnerable_code_not_in_execute_path"
same "what was stated is applied, an accepted risk is not" "$(shown_findings --vex out.json)" "libssl3 CVE-2023-2975
openssl CVE-2023-2975"
refuse "nothing to state is said" 1 "nothing to state" temper vex -q sbom:app.cdx.json --no-ignorefile

# Envelopes: the document in an in-toto statement in DSSE, and one that is broken.
python3 - <<'END'
import base64, json
doc = json.load(open("out.json"))
inner = {"_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType": "https://openvex.dev/ns/v0.2.0", "predicate": doc}
payload = base64.b64encode(json.dumps(inner).encode()).decode()
json.dump({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}, open("att.json", "w"))
json.dump({"payloadType": "application/vnd.in-toto+json", "payload": payload[:40], "signatures": [{}]}, open("broken.json", "w"))
open("twice.json", "w").write(json.dumps(doc).replace('"status": "affected"', '"status": "affected", "status": "fixed"'))
END
same "an attestation is opened" "$(shown_findings --vex att.json | wc -l)" 2
refuse "a payload that cannot be read is an error" 3 "broken.json" temper scan -q sbom:app.cdx.json --vex broken.json
refuse "a key that stands twice is an error" 3 "twice.json" temper scan -q sbom:app.cdx.json --vex twice.json

# Why nothing matched.
statement() { # PRODUCT...: a document of one statement
	printf '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2024-01-01T00:00:00Z","version":1,
"statements":[{"vulnerability":{"name":"CVE-2023-2975"},"products":[%s],"status":"fixed"}]}' "$1" >one.json
}
why() { # NAME REGEX PRODUCT
	statement "$3"
	expect "$1" 0 "$2" temper vex -q check one.json --on sbom:app.cdx.json
}
why "a version that is not here" 'version 3.0.1-1 of pkg:deb/debian/libssl3 is not here \(3.0.17-1 is\)' '{"@id":"pkg:deb/debian/libssl3@3.0.1-1"}'
why "a product that is not here" 'no such product: pkg:deb/debian/nginx' '{"@id":"pkg:deb/debian/nginx"}'
why "another image" 'no such product: other.example/app' '{"@id":"other.example/app"}'
why "a wildcard" 'is a wildcard, which matches nothing' '{"@id":"*"}'
why "no product" 'it names no product' ''
why "a point release of the distribution" 'matches 1 finding: libssl3 3.0.17-1' '{"@id":"pkg:deb/debian/libssl3?distro=debian-12.13"}'
why "the image by its name" 'matches 2 findings' '{"@id":"registry.example/team/app"}'

# Ignore files of others, where they lie.
printf 'CVE-2023-43804\r\n' >.trivyignore
same ".trivyignore is read where it lies" "$(shown_findings | grep -c urllib3)" 0
rm .trivyignore
printf 'ignore:\n  - package:\n      name: "lib.*"\n' >.grype.yaml
same ".grype.yaml too" "$(shown_findings)" "openssl CVE-2023-2975
urllib3 GHSA-v845-jxx5-vc9f"
rm .grype.yaml
printf '[[IgnoredVulns]]\nid = "CVE-2023-43804"\nignoreUntil = 2020-01-01\n' >osv-scanner.toml
same "one that is over hides nothing" "$(shown_findings | wc -l)" 3
rm osv-scanner.toml

if [ -d "$shared/go-vex" ]; then
	for document in "$shared"/go-vex/pkg/*/testdata/*.json "$shared"/vexhub/pkg/golang/github.com/aquasecurity/trivy/trivy.openvex.json; do
		holds "$(basename "$document") is read" temper vex check "$document"
	done
else
	skip "documents of go-vex" "$shared is not there"
fi

# By the schema of OpenVEX, as its own project has it.
if [ ! -f "$shared/openvex/openvex_json_schema.json" ]; then
	skip "the schema of OpenVEX" "$shared is not there"
elif ! command -v npm >/dev/null || ! npm install --silent --no-audit --no-fund --prefix npm ajv@8 ajv-formats@3 >npm.out 2>&1; then
	skip "the schema of OpenVEX" "no npm, or no validator from it"
else
	cat >validate.js <<'END'
const Ajv = require("./npm/node_modules/ajv/dist/2020"), fs = require("fs");
const ajv = new Ajv({strict: false, allErrors: true});
require("./npm/node_modules/ajv-formats")(ajv);
ajv.addFormat("iri", /^[a-z][a-z0-9+.-]*:\S+$/i);
const check = ajv.compile(JSON.parse(fs.readFileSync(process.argv[2])));
const ok = check(JSON.parse(fs.readFileSync(process.argv[3])));
if (!ok) console.log(JSON.stringify(check.errors, null, 1));
process.exit(ok ? 0 : 1);
END
	holds "what is stated is valid OpenVEX" node validate.js "$shared/openvex/openvex_json_schema.json" out.json
	echo '{"@context":"https://openvex.dev/ns/v0.2.0"}' >no.json
	fails "and the validator can say no" node validate.js "$shared/openvex/openvex_json_schema.json" no.json
fi
flow_end
