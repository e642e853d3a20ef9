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

# Statements at the image itself: BuildKit's way beside it in the index, by "subject", and one of another image.
cat >layout.py <<'END'
import hashlib, io, json, os, sys, tarfile
def blob(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    name = hashlib.sha256(data).hexdigest()
    open("lay/blobs/sha256/" + name, "wb").write(data)
    return name, len(data)
os.makedirs("lay/blobs/sha256", exist_ok=True)
out = io.BytesIO()
status = b"Package: libssl3\nSource: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.17-1\nMaintainer: x\nDescription: x\n\n"
with tarfile.open(fileobj=out, mode="w") as tar:
    for name, text in (("etc/os-release", b'ID=debian\nVERSION_ID="12"\n'), ("var/lib/dpkg/status", status)):
        info = tarfile.TarInfo(name)
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
layer, layer_n = blob(out.getvalue())
config, config_n = blob({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + layer]}})
OCI = "application/vnd.oci.image."
def descriptor(kind, of, **more): return {"mediaType": kind, "digest": "sha256:" + of[0], "size": of[1], **more}
image = blob({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": descriptor(OCI + "config.v1+json", (config, config_n)),
              "layers": [descriptor(OCI + "layer.v1.tar", (layer, layer_n))]})
def attestation(about, **more):
    doc = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "timestamp": "2024-01-01T00:00:00Z", "version": 1,
           "statements": [{"vulnerability": {"name": "CVE-2023-2975"}, "status": "not_affected", "justification": "component_not_present"}]}
    inner = blob({"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "x", "digest": {"sha256": about}}],
                  "predicateType": "https://openvex.dev/ns/v0.2.0", "predicate": doc})
    return blob({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": descriptor(OCI + "config.v1+json", blob(b"{}")),
                 "layers": [descriptor("application/vnd.in-toto+json", inner)], **more})
how = sys.argv[1]
entries = [descriptor(OCI + "manifest.v1+json", image, platform={"os": "linux", "architecture": "amd64"})]
if how == "annotated":
    entries.append(descriptor(OCI + "manifest.v1+json", attestation(image[0]), platform={"os": "unknown", "architecture": "unknown"},
        annotations={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": "sha256:" + image[0]}))
if how in ("subject", "stranger"):
    entries.append(descriptor(OCI + "manifest.v1+json", attestation(image[0] if how == "subject" else "0" * 63 + "1",
        subject=descriptor(OCI + "manifest.v1+json", image)), artifactType="application/vnd.in-toto+json",
        platform={"os": "unknown", "architecture": "unknown"}, annotations={"vnd.docker.reference.type": "attestation-manifest"}))
index = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": entries}
if how == "annotated":
    index = {"schemaVersion": 2, "manifests": [descriptor(OCI + "index.v1+json", blob(index))]}
json.dump(index, open("lay/index.json", "w"))
json.dump({"imageLayoutVersion": "1.0.0"}, open("lay/oci-layout", "w"))
END
attached() { # HOW OPTION...: findings that are shown
	rm -rf lay
	python3 layout.py "$1"
	shift
	temper scan oci-dir:lay -o csv --progress plain "$@" 2>err | python3 -c 'import csv, sys
print(sum(not r["suppressed"] for r in csv.DictReader(sys.stdin)))'
}
same "what is attached is not applied by itself" "$(attached annotated)" 1
same "beside the image, as BuildKit has it" "$(attached annotated --vex-from-image)" 0
same "and it is said that nobody vouches for it" "$(grep -c "1 statement attached to the image" err)" 1
same "by its subject" "$(attached subject --vex-from-image)" 0
same "an attestation of another image is not applied" "$(attached stranger --vex-from-image)" 1
same "and told" "$(grep -c "an attestation of another image: passed over" err)" 1

# The same in a registry: by its referrers, and by the tag that stands for them where it has no such list.
cat >serve.py <<'END'
import http.server, json, os, re, sys
how = sys.argv[1]
def read(hex): return open("lay/blobs/sha256/" + hex, "rb").read()
index = json.load(open("lay/index.json"))
image = index["manifests"][0]["digest"][7:]
referrers = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": index["manifests"][1:]}).encode()
class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        data = None
        what = re.fullmatch(r"/v2/team/app/(manifests|blobs|referrers)/(.*)", self.path)
        if self.path == "/v2/": data = b"{}"
        elif what and what[1] == "referrers": data = referrers if how == "referrers" else None
        elif what and what[2] == "1": data = read(image)
        elif what and what[2] == "sha256-" + image: data = referrers if how in ("tag", "broken") else None
        elif what and what[2].startswith("sha256:") and os.path.exists("lay/blobs/sha256/" + what[2][7:]): data = read(what[2][7:])
        self.send_response(200 if data is not None else 405 if what and what[1] == "referrers" and how == "broken" else 404)
        self.send_header("Content-Length", str(len(data or b"")))
        if data and what and what[1] != "blobs": self.send_header("Content-Type", json.loads(data).get("mediaType", "application/json"))
        self.end_headers()
        self.wfile.write(data or b"")
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
print(server.server_port, flush=True)
server.serve_forever()
END
for how in referrers tag broken; do
	rm -rf lay
	python3 layout.py subject
	: >port
	python3 serve.py $how >port &
	server=$!
	until [ -s port ]; do sleep 0.05; done
	shown=$(temper scan "registry:127.0.0.1:$(cat port)/team/app:1" -o csv --progress plain --vex-from-image 2>err | python3 -c 'import csv, sys
print(sum(not r["suppressed"] for r in csv.DictReader(sys.stdin)))')
	[ "$shown" = 0 ] && ok "by the registry's $how" || { cp err out; bad "by the registry's $how" "$shown findings are shown"; }
	unserve
done

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
