#!/bin/bash
# What differs between two builds or locks: packages with their changelogs, files, rights, configuration.
. "$(dirname "$0")/flow"
archive
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]' 'files: {/etc/app.conf: app.conf}'
echo one >app.conf
temper build -q --no-test -t app:1 app.yaml >out 2>err || bad "the first image" "exit $?"
cp app.lock.json old.lock.json

expect "an image beside itself" 0 '^no difference' temper diff app:1 app:1
expect "... is no difference for a program" 0 '' temper diff --exit-code app:1 app:1

# A fix, a configuration file with other rights, another user.
archive --with fix
recipe app 'packages: [app, other]' 'entrypoint: [/usr/bin/app, -v]' 'accounts: {run-as: nobody}' \
	'paths: [{path: /etc/app.conf, source: app.conf, mode: "0600"}, {path: /srv/page, to: /usr/share/app}]'
echo two >app.conf
temper lock -q app.yaml && temper build -q --no-test -t app:2 app.yaml >out 2>err || bad "the second image" "exit $?"
run temper diff app:1 app:2
cp out text
for line in 'libapp +1\.0-1 → 1\.0-1\+deb13u1  trixie-security  [0-9]+ files$' '\+ other ' 'changes in libapp' \
	'1\.0-1\+deb13u1  2025-03-01  names 2 CVEs' 'Refuse names that are too long \(CVE-2025-10001\)' \
	'~ /etc/app\.conf .*content, mode 0644 → 0600' '\+ /srv/page .*symlink to /usr/share/app' \
	'~ user +65532:65532 → 65534:65534' '~ entrypoint +\["/usr/bin/app"\] → \["/usr/bin/app","-v"\]' 'layers +[0-9]+ of'; do
	expect "the difference tells: $line" 0 "$line" cat text
done
fails "a changed package's files are not listed" grep -q usr/lib/libapp/data text
fails "nor what was fixed before" grep -q CVE-2019-0007 text
expect "... unless all is asked for" 0 '~ /usr/lib/libapp/data .*content 21 B → 23 B +libapp' temper diff -v app:1 app:2
expect "and --exit-code says that there is one" 1 '' temper diff --exit-code app:1 app:2
expect "the way back tells what is lost" 0 'lost from libapp 1\.0-1\+deb13u1 → 1\.0-1' temper diff app:2 app:1

temper diff --json app:1 app:2 >d.json 2>err
holds "JSON says the same" python3 - <<'PY'
import json
d = json.load(open("d.json"))
assert d["schema"] == "temper-difference/1"
assert [(p["name"], p.get("before"), p.get("after")) for p in d["packages"]] == [("libapp", "1.0-1", "1.0-1+deb13u1"), ("other", None, "1.0-1")]
assert [e["cves"] for e in d["changelogs"][0]["entries"]] == [["CVE-2025-10001", "CVE-2025-10002"]]
files = {f["path"]: f for f in d["files"]}
assert files["etc/app.conf"]["differs"] == ["content", "mode"] and not files["etc/app.conf"]["explained"]
assert files["usr/lib/libapp/data"]["explained"] and files["usr/lib/libapp/data"]["package"] == "libapp"
assert {s["name"] for s in d["settings"]} >= {"user", "entrypoint"}
PY

# Locks: with their images in the store, and without.
expect "two locks" 0 '~ /etc/app\.conf' temper diff old.lock.json app.lock.json
expect "a recipe stands for its lock" 0 '~ /etc/app\.conf' temper diff old.lock.json app.yaml
expect "locks without their images: packages" 0 'libapp +1\.0-1 →' temper diff --store empty old.lock.json app.lock.json
cp out text
expect "... files are told to be missing" 0 'files  not compared' cat text
expect "... and changelogs" 0 'its package is not in the store' cat text
expect "a lock beside an image of an archive" 0 'libapp' sh -c 'temper build -q --no-test --to docker-archive:d.tar -t app:2 app.yaml &&
	temper diff old.lock.json docker-archive:d.tar'

# What is no package.
echo 1 >tool && recipe own 'packages: [app]' 'artifacts: [{name: tool, path: tool, destination: /opt/tool}]'
temper build -q --no-test -t own:1 own.yaml >out 2>err || bad "an artifact" "exit $?"
echo 2 >tool
temper build -q --no-test -t own:2 own.yaml >out 2>err || bad "another artifact" "exit $?"
expect "an artifact with other bytes" 0 '~ artifact +tool sha256:[0-9a-f]+… → sha256:' temper diff own:1 own:2
cp out text
expect "... and its file" 0 '~ /opt/tool .*content' cat text
expect "an artifact more" 0 '\+ artifact +tool sha256' temper diff app:2 own:2

refuse "no such image" 2 'nowhere' temper diff app:1 nowhere
refuse "a lock that is none" 2 'conf.json:1' sh -c 'echo "[1]" >conf.json; temper diff app:1 conf.json'
refuse "a platform that is not there" 2 'linux/s390x' temper diff --platform linux/s390x old.lock.json app.lock.json
flow_end
