#!/bin/bash
# temper audit over images made here, each with one planted fault and one without it; an image that temper made; what
# it prints in each form, its exit codes, which rules are asked, and what it refuses.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db" SOURCE_DATE_EPOCH=1767571200

good='{"config": {"User": "65532:65532", "Healthcheck": {"Test": ["CMD", "/app", "check"]}, "Entrypoint": ["/app"], "Env": ["PATH=/usr/bin"], "ExposedPorts": {"8080/tcp": {}}},
"created": "2026-01-01T00:00:00Z", "layers": [{"by": "ADD rootfs.tar / # buildkit", "files": {
 "etc/passwd": "root:x:0:0:root:/root:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\n", "etc/group": "root:x:0:\n",
 "etc/shadow": "root:*:19000::::::\n", "etc/os-release": "ID=other\nVERSION_ID=1\n"}},
 {"by": "RUN /bin/sh -c apt-get update && apt-get install -y app && rm -rf /var/lib/apt/lists/* # buildkit", "files": {"app": ["#!/app\n", "755"]}}],
 "steps": ["USER 65532:65532", "EXPOSE map[8080/tcp:{}]", "ENTRYPOINT [\"/app\"]"]}'
# image FILE PYTHON: the good one, changed by a statement over i.
image() {
	printf '%s' "$good" | python3 -c "
import json, sys
i = json.load(sys.stdin)
top = i['layers'][-1]
$2
json.dump(i, sys.stdout)" | python3 "$here/made_image.py" "$1" "${3:-team/app:1.0}" || exit 3
}
image good.tar pass
ids='config history accounts fs.no_setuid secrets'
run temper audit -q --only "$(printf '%s,' $ids)image.tag,image.max_age" good.tar
same "the good one keeps all of these" "$(tail -n 1 out | grep -c ', 0 broken')" 1
same "and that is exit 0" "$code" 0

# A change of it, the rule that it breaks, and the evidence.
planted() { # RULE REGEX PYTHON
	image bad.tar "$3"
	expect "$1: $2" 1 "$2" temper audit -q --only "$1" --fail-on any bad.tar
	expect "$1 is kept without it" 0 ' 0 broken' temper audit -q --only "$1" --fail-on any good.tar
}
planted config.nonroot 'no user is set' 'i["config"].pop("User")'
planted CIS-4.1 'the user is 0$' 'i["config"]["User"] = "0:0"; i["steps"].append("USER 0:0")'
planted CIS-DI-0001 'nobody, whose id is 0' 'i["config"]["User"] = "nobody"; top["files"]["etc/passwd"] = "nobody:x:0:0::/:/f\n"'
planted config.healthcheck 'no health check' 'i["config"].pop("Healthcheck")'
planted config.ports '22/tcp is exposed: ssh' 'i["config"]["ExposedPorts"]["22/tcp"] = {}'
planted config.volumes 'a volume at /etc' 'i["config"]["Volumes"] = {"/etc": {}}'
planted config.entrypoint '/gone is not in the image' 'i["config"]["Entrypoint"] = ["/gone"]'
planted config.onbuild 'ONBUILD RUN x' 'i["config"]["OnBuild"] = ["RUN x"]'
planted config.no_secrets_env 'DB_PASSWORD is set' 'i["config"]["Env"].append("DB_PASSWORD=hunter2")'
planted history.update_alone 'apt-get updates its lists' 'top["by"] = "RUN /bin/sh -c apt-get update"'
planted history.copy_not_add 'ADD to /app' 'top["by"] = "ADD file:12 in /app"'
planted history.sudo 'sudo make' 'top["by"] = "RUN /bin/sh -c sudo make # buildkit"'
planted history.apt_lists 'left in var/lib/apt/lists' \
	'top["by"] = top["by"].replace("rm -rf", "ls"); top["files"]["var/lib/apt/lists/x_Packages"] = "Package: x\n"'
planted history.download_piped 'what curl downloads is run by sh' 'top["by"] = "RUN /bin/sh -c curl -sSL https://x.example | sh # buildkit"'
planted accounts.no_empty_password 'root has an empty password' 'top["files"]["etc/shadow"] = "root::19000::::::\n"'
planted accounts.unique_ids 'a and b have the id 7' 'top["files"]["etc/group"] = "a:x:7:\nb:x:7:\n"'
planted accounts.only_root_is_root 'toor has the id 0' 'top["files"]["etc/passwd"] = "root:x:0:0::/:/f\ntoor:x:0:0::/:/f\n"'
planted fs.no_setuid 'usr/bin/su' 'top["files"]["usr/bin/su"] = ["#!/x\n", "4755"]'
planted image.max_age 'made 369 days ago' 'i["created"] = "2025-01-01T00:00:00Z"'
image latest.tar pass team/app:latest
expect "a tag that moves" 1 'called latest|means latest' temper audit -q --only image.tag --fail-on low latest.tar

# The evidence: the instruction and layer, whose file, and no values.
image bad.tar 'i["config"]["User"] = "root"; i["steps"].append("USER root"); i["config"]["Env"].append("API_TOKEN=hunter2"); i["steps"].append("ENV API_TOKEN=hunter2"); top["files"]["usr/bin/su"] = ["#!/x\n", "4755"]'
run temper audit -q bad.tar
cp out text
for line in '^ +USER root' 'apt-get install -y app.*\(layer 2 of 2' 'ENV API_TOKEN=\*\*\*'; do
	expect "it is told what did it: $line" 0 "$line" cat text
done
run temper audit -q bad.tar -o table=t.txt -o json=a.json -o sarif=a.sarif -o junit=a.xml -o markdown=a.md -o html=a.html -o csv=a.csv
same "every form at once, and none on standard output" "$code $(wc -c <out)" "0 0"
for file in t.txt a.json a.sarif a.xml a.md a.html a.csv; do
	expect "$file has the fault" 0 'config\.nonroot' cat $file
	fails "$file has no value" grep -q hunter2 $file
done
holds "the JSON says the same" python3 - <<'PY'
import json
d = json.load(open("a.json"))
checks = {c["rule"]: c for c in d["checks"]}
assert checks["config.nonroot"]["outcome"] == "fail" and "CIS-4.1" in checks["config.nonroot"]["also"]
assert checks["config.nonroot"]["faults"][0]["instruction"] == "USER root"
su = [f for f in checks["fs.no_setuid"]["faults"] if f["path"] == "usr/bin/su"][0]
assert su["layer"] == 1 and "apt-get install" in su["instruction"], su
assert checks["image.signed"]["outcome"] == "error"
assert d["summary"]["rules"] == len(d["checks"]) and d["summary"]["fail"] >= 3
PY
run temper audit -q bad.tar -o json
same "the same bytes again" "$(sha256sum <out)" "$(sha256sum <a.json)"
# By the benchmark's items.
run temper audit -q --spec cis-docker-4 --all bad.tar
same "all twelve items" "$(grep -cE '^ +[^ ]+ .*CIS-4\.[0-9]+ ' out)" 12
cp out text
for line in '✘ .*CIS-4\.1 ' '✘ .*CIS-4\.8 ' '\? .*CIS-4\.5 ' '\? .*CIS-4\.12 ' '✔ .*CIS-4\.7 ' 'not verifiable yet'; do
	expect "of them: $line" 0 "$line" cat text
done

# Exit codes, and which rules are asked.
expect "no gate: exit 0" 0 'broken' temper audit -q bad.tar
expect "--fail-on" 1 'broken' temper audit -q --fail-on high bad.tar
expect "--fail-on, nothing so bad" 0 'broken' temper audit -q --fail-on critical --only config.healthcheck,config.nonroot bad.tar
expect "--exit-code" 7 'broken' temper audit -q --exit-code 7 bad.tar
expect "--skip" 0 ' 0 broken' temper audit -q --exit-code 7 --only config --skip config.nonroot,CIS-4.10 bad.tar
image unread.tar 'top["files"]["etc/passwd"] = "x" * (5 << 20)'
expect "accounts that are too long: exit 4" 4 'cannot be told' temper audit -q --only accounts unread.tar
mkdir -p dir/etc && printf 'toor:x:0:0::/:/f\n' >dir/etc/passwd
expect "a directory is judged by its files" 1 'toor has the id 0' temper audit -q --only accounts,config --fail-on high dir:dir
expect "and has no configuration" 0 'this is no image' temper audit -q --only config dir:dir
temper sbom -q good.tar -o json=good.json
refuse "a bill of materials has no files" 2 'bill of materials' temper audit sbom:good.json
refuse "nor has a package" 2 'name an image' temper audit purl:pkg:npm/left@1.0.0
refuse "no such rule" 2 "did you mean 'config.nonroot'" temper audit --only config.nonrot good.tar
refuse "no such form" 2 "did you mean 'json'" temper audit -o jsn good.tar
refuse "no such severity" 2 'severity|any negligible' temper audit --fail-on bad good.tar
refuse "two reports on standard output" 2 'only one report' temper audit -o json -o csv good.tar

# With advisories: what an update fixes is a fault, with the update; without any it cannot be told.
image left.tar 'top["files"]["node_modules/left/package.json"] = "{\"name\":\"left\",\"version\":\"1.0.0\",\"license\":\"MIT\"}"; top["files"].pop("etc/os-release", 0); i["layers"][0]["files"].pop("etc/os-release")'
expect "no advisories: it cannot be told" 0 'run temper db update' temper audit -q --only image.scanned --fail-on any left.tar
image old.tar 'i["layers"][0]["files"]["etc/os-release"] = "ID=debian\nVERSION_ID=10\n"'
expect "... but that support of a distribution has ended can" 1 'support of .*10 ended on 2024-06-30|ended on 2024' temper audit -q --only distro.not_eol --fail-on any old.tar
image new.tar 'i["layers"][0]["files"]["etc/os-release"] = "ID=debian\nVERSION_ID=13\n"'
expect "... and that it has not" 0 '1 kept, 0 broken' temper audit -q --only distro.not_eol --fail-on any new.tar
mkdir advisories
printf '%s' '{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-02T00:00:00Z","summary":"left","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.3"}]}]}]}' >advisories/a.json
temper db import advisories --name example >out 2>err || bad "advisories" "exit $?"
expect "a known vulnerability with a fix" 1 'left 1\.0\.0 has 1 known vulnerability that 1\.0\.3 fixes' temper audit -q --only image.scanned --fail-on high left.tar
expect "and what to do" 0 'Upgrade left to 1\.0\.3' temper audit -q --only CIS-DI-0004 left.tar
image right.tar 'top["files"]["node_modules/left/package.json"] = "{\"name\":\"left\",\"version\":\"1.0.3\",\"license\":\"MIT\"}"; i["layers"][0]["files"].pop("etc/os-release")'
expect "the fixed version is none" 0 '1 kept, 0 broken' temper audit -q --only image.scanned --fail-on any right.tar

# What temper makes keeps what is the maker's.
archive
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
temper build -q --no-test -t app:1 app.yaml >out 2>err || bad "the image" "exit $?"
expect "temper's own image: its user, history and accounts" 0 ' 0 broken' \
	temper audit -q --fail-on any --only config.nonroot,history,accounts,fs.no_setuid,CIS-4.2,image.tag app:1
flow_end
