#!/bin/bash
# temper policy input: its schema takes it, judged from the file is judged from the image, and rules of other engines see in
# it what there is: json-rules-engine from npm, and Conftest and OPA where they are installed.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db" SOURCE_DATE_EPOCH=1750000000
build=$(dirname "$(command -v temper)")

cat >feed.ndjson <<'END'
{"schema_version":"1.6.0","id":"CVE-2024-1","modified":"2024-01-01T00:00:00Z","summary":"bad","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"Debian:13","name":"one"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1-2"}]}]}]}
END
python3 "$here/image.py" app.tar || exit 3
holds "advisories are imported" temper db import feed.ndjson --name osv
holds "an image's facts are written" temper policy input -q docker-archive:app.tar -o input.json
holds "and again" temper policy input -q docker-archive:app.tar -o again.json
holds "the same bytes" cmp input.json again.json
same "what was found is in it" "$(python3 -c '
import json
d = json.load(open("input.json"))
print(d["schema"]["name"], d["os"]["id"], [p["name"] for p in d["packages"]])
for f in d["findings"]: print(f["id"], f["severity"], f["package"]["name"], f["fixed"])
print([c["outcome"] for c in d["checks"] if c["id"] == "config.nonroot"])')" "temper-policy-input debian ['one', 'two']
CVE-2024-1 critical one ['1-2']
['fail']"

cat >policy.yaml <<'END'
name: two
rules:
  - {id: ROOT, rule: config.nonroot}
  - {id: VULN, rule: vuln.severity, with: {min: high}}
END
run temper gate -q docker-archive:app.tar --policy policy.yaml -o json
cp out image.json
same "the image does not pass" "$code" 1
run temper gate -q input.json --policy policy.yaml -o json
same "nor do its facts" "$code" 1
same "by the same rules, for the same reasons" "$(python3 -c '
import json
a, b = (json.load(open(f))["rules"] for f in ("image.json", "out"))
print([r["state"] for r in a], a == b)')" "['fail', 'fail'] True"
# What is offered to be pasted is a waiver once it is completed, and none before.
run temper gate -q input.json --policy policy.yaml
sed -n '/^waivers:$/,/^$/p' out >offered.yaml
refuse "a waiver that says nothing is refused" 2 "offered.yaml" temper gate -q input.json --policy policy.yaml --waivers offered.yaml
sed 's/justification:.*/justification: mitigated/; s/reason:.*/reason: only here/; s/owner:.*/owner: team-x/' offered.yaml >waivers.yaml
run temper gate -q input.json --policy policy.yaml --waivers waivers.yaml -o json
same "completed, it waives what it was offered for" "$(python3 -c '
import json
d = json.load(open("out"))
print(d["passed"], [(e["counts"], e["waived-by"].split(":")[0]) for r in d["rules"] for e in r["evidence"]])')" \
	"True [(False, 'waivers.yaml'), (False, 'waivers.yaml')]"
sed 's/"version": "1"/"version": "9"/' input.json >other.json
refuse "another version of the layout is refused" 3 "version '9'" temper gate -q other.json --policy policy.yaml

"$here/../sbom/run" "$build" "$work/input.json" "$work/image.json" >out 2>err
case $? in 0) ok "schemas take it, and the verdict" ;; 77) skip "schemas" "$(tail -1 out)" ;; *) bad "schemas take it, and the verdict" "see below" ;; esac

rules=$("$here/../rules/install" "$build")
case $? in
0) same "another engine's rules see what there is" "$(node "$rules/rules.mjs" input.json)" "a critical or high finding has a fix
the image is older than ten days
the user is root" ;;
77) skip "another engine's rules" "$rules" ;;
*) bad "another engine's rules see what there is" "npm" ;;
esac

# The rules of docs/policy-input.md.
mkdir policy
sed -n '/^```rego$/,/^```$/{/^```/!p}' "$here/../../docs/policy-input.md" >policy/main.rego
for engine in conftest opa; do
	if ! command -v $engine >/dev/null; then
		skip "Rego" "$engine is not installed"
		continue
	fi
	case $engine in
	conftest) conftest test --rego-version v0 --policy policy input.json >out 2>err || conftest test --policy policy input.json >out 2>err ;;
	opa) opa eval --v0-compatible --input input.json --data policy data.main.deny >out 2>err ;;
	esac
	grep -q "CVE-2024-1 in one 1-1: update to 1-2" out && ok "$engine: the rules of the manual deny" || bad "$engine: the rules of the manual deny" "see below"
done
flow_end
