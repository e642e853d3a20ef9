#!/bin/bash
# From nothing to an answer, without any network but the archive: an image is built, the archive publishes a fix, its
# changelogs become advisories, the scan finds what is not fixed, the lock tells what the update removes, and the image made
# from it has none of it. The last part does the same with Debian's own archive, where that can be reached.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db"
archive
cat >"$TEMPER_CONFIG" <<CONFIG
mirror: file://$work/a/debian
security-mirror: file://$work/a/debian-security
keyring: $work/a/keyring.gpg
CONFIG
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
temper build -q --no-test -t app:1 app.yaml >out 2>err || bad "the image" "exit $?"

expect "without advisories the scan names the command, and says that it is not whole" 4 'temper db update debian:13' temper scan store:app:1
cp out text
fails "... and no word of there being none" grep -qi 'no vulnerabilities found' text
archive --with fix
expect "the changelogs of the security pocket are advisories" 0 'changelog' temper db update changelog:trixie --for store:app:1
expect "... which the database tells, as knowing fixes alone" 0 'debian:13 +changelog:trixie +changelog .*fixed only' temper db status
expect "the scan finds both, with the fix" 0 'libapp +1\.0-1 +1\.0-1\+deb13u1 +deb +CVE-2025-10001' temper scan store:app:1
cp out text
expect "... by what fixes them" 0 'libapp to 1\.0-1\+deb13u1: clears 2' cat text
fails "... and not what was fixed before" grep -q CVE-2019-0007 text
expect "--fail-on says no" 1 'CVE-2025-10002' temper scan --fail-on any store:app:1
expect "the same of its bill of materials" 0 'CVE-2025-10002' sh -c 'temper sbom -q -o json=app.json store:app:1 && temper scan sbom:app.json'
temper scan -q -o json store:app:1 | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["findings"]))' >image.findings
temper scan -q -o json sbom:app.json | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["findings"]))' >bill.findings
same "... to the letter" "$(cat image.findings)" "$(cat bill.findings)"
expect "explain tells record, range and comparison" 0 '1\.0-1 .*1\.0-1\+deb13u1' temper explain CVE-2025-10001 store:app:1
expect "a build with the old lock tells its findings" 0 'findings +.*2 of 2 have a fix' temper build --no-test -v app.yaml

expect "the lock tells which findings the update removes" 0 'findings  2 went, 0 came' temper lock app.yaml
cp out text
expect "... by name" 0 '- CVE-2025-10001 .*libapp 1\.0-1' cat text
temper build -q --no-test -t app:2 app.yaml >out 2>err || bad "the second image" "exit $?"
expect "the rebuilt image has none, and it is said what is not covered" 0 'unfixed ones are not covered' temper scan store:app:2
cp out text
fails "... nor is one of them named" grep -q 'CVE-2025-1000' text
expect "explain tells why not" 0 'is not before|is past|fixed' temper explain CVE-2025-10001 store:app:2
# Of what was not read nothing is known.
recipe more 'packages: [other]' 'entrypoint: [/usr/bin/app]'
temper build -q --no-test more.yaml >out 2>err
expect "an image whose changelogs were not read is not called clean" 4 'not covered +debian:13: the changelogs of these were not read: run temper db update changelog:13 --for' temper scan store:more
holds "... that command reads them too" temper db update changelog:13 --for store:more
expect "... and then it is an answer" 0 '0 fixable' temper scan store:more
expect "... which the first image keeps" 0 'CVE-2025-10001' temper scan store:app:1
expect "the difference of the images has them" 0 'findings  2 went, 0 came' temper diff app:1 app:2
expect "... for a program too" 0 '"gone"' temper diff --json app:1 app:2
expect "and the way back brings them" 0 '\+ CVE-2025-10002 .*fixed in 1\.0-1\+deb13u1' temper diff app:2 app:1

# Debian's own.
: >"$TEMPER_CONFIG"
TEMPER_DB="$work/debian"
temper init nginx >out 2>err
sed -i 's/^name: .*/name: server/' nginx.yaml && mv nginx.yaml server.yaml
if ! temper lock -q server.yaml >out 2>err; then
	skip "Debian's archive" "$(tail -1 err)"
	flow_end
fi
python3 - >old.yaml <<'PY'
# Every package that has an update goes back to the release's own version.
import json
lock = json.load(open("server.lock.json"))
old = sorted({p["name"] for l in lock["platforms"] for p in l["packages"] if p.get("suite", "").endswith("-security")})
print("extends: server.yaml\nname: old\npackages:\n" + "".join(f"  - {n}/trixie\n" for n in old) if old else "")
PY
if [ ! -s old.yaml ] || ! grep -q trixie old.yaml; then
	skip "Debian's archive" "no package of this image has a security update today"
	flow_end
fi
holds "the release's own packages are an image" temper build -q --no-test old.yaml
holds "... and its newest another" temper build -q --no-test server.yaml
holds "Debian's changelogs are advisories" temper db update changelog:trixie --for store:old
run temper scan -q -o json store:old
found=$(python3 -c 'import json; print(len([f for f in json.load(open("out"))["findings"] if f["state"] == "fixed"]))')
if [ "$found" -gt 0 ]; then ok "the old image has findings: $found with a fix"; else bad "the old image has findings" "none"; fi
run temper scan -q -o json store:server
found=$(python3 -c 'import json; print(len(json.load(open("out"))["findings"]))')
same "the newest has none" "none $found" "none 0"
flow_end
