#!/bin/bash
# docs/migrating.md holds: every temper command of its tables is run, over an image, a directory and a bill of
# materials made here, with a database made here, and says what tests/case/migrating.txt says: for each command its exit
# code and first lines. With TEMPER_GOLDEN=FILE what was said is put there, to be looked at and taken over.
. "$(dirname "$0")/flow"
unset SOURCE_DATE_EPOCH
export TEMPER_DB="$work/db" SOURCE_DATE_EPOCH=1767571200
document=$TEMPER_SOURCE/docs/migrating.md

python3 "$here/image.py" app.tar || exit 3
mkdir -p src/node_modules/left advisories
printf '{"name":"left","version":"1.0.0"}' >src/node_modules/left/package.json
cat >advisories/all.json <<'EOF'
[{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-02T00:00:00Z","aliases":["CVE-2026-1000"],"summary":"left pads to the right",
  "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
  "affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.3"}]}]}]},
 {"id":"DEBIAN-CVE-2026-2000","modified":"2026-01-03T00:00:00Z","upstream":["CVE-2026-2000"],"summary":"one overflows",
  "affected":[{"package":{"ecosystem":"Debian:13","name":"one"},"ecosystem_specific":{"urgency":"high"},
   "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1-2"}]}]}]},
 {"id":"DEBIAN-CVE-2026-1000","modified":"2026-01-03T00:00:00Z","upstream":["CVE-2026-1000"],"summary":"two leaks",
  "affected":[{"package":{"ecosystem":"Debian:13","name":"two"},"ecosystem_specific":{"urgency":"low"},
   "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}]
EOF
python3 - <<'EOF'
import json
for n, a in enumerate(json.load(open("advisories/all.json"))):
    json.dump(a, open(f"advisories/{n}.json", "w"))
EOF
rm advisories/all.json
printf '%s' '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex/1","author":"team","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-2026-2000"},"products":[{"@id":"pkg:deb/debian/one"}],"status":"not_affected","justification":"vulnerable_code_not_present"}]}' >app.vex.json
printf 'CVE-2026-1000\n' >ignored
printf '{{range .findings}}{{.id}} {{.package.name}}\n{{end}}' >report.tmpl
printf '%s' '{"matches":[{"vulnerability":{"id":"CVE-2026-2000","severity":"High","fix":{"versions":["1-2"],"state":"fixed"}},"relatedVulnerabilities":[],"artifact":{"name":"one","version":"1-1","type":"deb","purl":"pkg:deb/debian/one@1-1?arch=amd64&distro=debian-13","locations":[]}}],"descriptor":{"name":"grype","version":"0.116.0"}}' >grype.json
printf '%s' '{"SchemaVersion":2,"ArtifactName":"app.tar","Results":[{"Target":"app.tar (debian 13)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-2000","PkgName":"one","InstalledVersion":"1-1","FixedVersion":"1-2","Status":"fixed","Severity":"HIGH"},{"VulnerabilityID":"CVE-2026-3000","PkgName":"two","InstalledVersion":"2-2","Status":"affected","Severity":"LOW"}]}]}' >trivy.json
holds "a database of three advisories" temper db import advisories --name example
holds "a bill of materials" temper sbom -q dir:src -o cyclonedx-json=app.cdx.json
holds "an export of the database" temper db export db.tar.zst
# The ignore files of other tools are there only for the commands that name them: one here would count for all.
mkdir rules
printf 'CVE-2026-2000\n' >rules/.trivyignore
printf 'ignore:\n  - vulnerability: CVE-2026-2000\n' >rules/.grype.yaml
printf '[[IgnoredVulns]]\nid = "GHSA-aaaa-bbbb-cccc"\nreason = "tested"\n' >rules/osv-scanner.toml

printf 'FROM registry.example/base:1\nUSER 65532\nHEALTHCHECK NONE\n' >Dockerfile
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "registry.example/a:1"}]}\n' >pod.yaml

# The second column of every table, in the order of the document.
python3 - "$document" >commands <<'EOF'
import re, sys
for line in open(sys.argv[1]):
    cells = re.split(r"(?<!\\)\|", line.strip())
    if len(cells) == 4 and (m := re.fullmatch(r"\s*`(temper .*)`\s*", cells[2])):
        print(m[1])
EOF
: >got
while read -r command; do
	mkdir run && cp -r app.tar src app.cdx.json app.vex.json report.tmpl grype.json trivy.json db.tar.zst Dockerfile pod.yaml run/
	case $command in *ignorefile*) cp "rules/${command##*ignorefile }" run/ ;; esac
	(cd run && bash -c "$command" >../out 2>../err </dev/null)
	code=$?
	{
		echo "\$ $command"
		head -n 4 out | cut -c1-110
		head -n 2 err | sed 's/^/! /' | cut -c1-110
		echo "? $code"
	} >>got
	rm -rf run
done <commands
sed -i "s#$work#.#g; s/ [0-9]* d old/ N d old/; s/ [0-9]* days$/ N days/; s/temper [0-9.]*\"/temper N\"/" got
[ -z "${TEMPER_GOLDEN:-}" ] || cp got "$TEMPER_GOLDEN"
[ "$(wc -l <commands)" -gt 60 ] && ok "$(wc -l <commands) commands" || bad "the commands of the tables" "$(wc -l <commands) were found"
if diff "$TEMPER_SOURCE/tests/case/migrating.txt" got >out; then
	ok "each says what it should"
else
	bad "each says what it should" "$(head -n 20 out)"
fi
flow_end
