#!/bin/bash
# temper scan, explain and compare over an image, directories and purls made here, with a database made here: what is
# found and what is said of the rest, exit codes, options, files; the same findings from an image and from its bill of
# materials; the same bytes a second time.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db" SOURCE_DATE_EPOCH=1767571200

python3 "$here/image.py" app.tar || exit 3
mkdir -p src/node_modules/left npm debian
printf '{"name":"left","version":"1.0.0"}' >src/node_modules/left/package.json
printf '%s' '{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-02T00:00:00Z","aliases":["CVE-2026-1000"],"summary":"left <b>pads</b>","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.3"}]}]}]}' >npm/a.json
printf '%s' '{"id":"DEBIAN-CVE-2026-2000","modified":"2026-01-03T00:00:00Z","upstream":["CVE-2026-2000"],"summary":"one overflows","affected":[{"package":{"ecosystem":"Debian:13","name":"one"},"ecosystem_specific":{"urgency":"high"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1-2"}]}]}]}' >debian/b.json

# ---- without advisories: one line with the command, and 4; never "none found" ----
expect "without a database the command is told" 4 'Nothing was scanned: .*temper db update debian:13$' temper scan app.tar
expect "in other forms too, on standard error" 4 '^temper: there are no advisories yet: run temper db update debian:13$' temper scan app.tar -o json
expect "explain says so as well" 4 'temper db update' temper explain CVE-2026-1000 app.tar
run temper scan app.tar
grep -q 'No vulnerabilities found' out && bad "nothing is called clean" "it is" || ok "nothing is called clean"

# ---- half of what is needed ----
holds "advisories for npm" temper db import npm --name one
expect "a system without advisories: 4" 4 'no advisories for debian:13: run temper db update debian:13' temper scan app.tar
expect "found in a directory: 0" 0 '^left  1.0.0 ' temper scan dir:src
expect "a gate: 1" 1 Critical temper scan src --fail-on high
expect "a gate that holds" 0 Critical temper scan purl:pkg:npm/left@1.0.0 --exit-code 0
mkdir both && cp -r src/node_modules both/ && tar -C both -xf <(python3 "$here/image.py" --tree t.tar && cat t.tar) 2>/dev/null
expect "incomplete: 4" 4 GHSA- temper scan dir:both
expect "1 beats 4" 1 GHSA- temper scan dir:both -f critical
holds "advisories for Debian" temper db import debian --name two
expect "complete: 0" 0 CVE-2026-2000 temper scan dir:both

# ---- options ----
expect "sources may be too old" 1 'one npm is [0-9]+ (d|h) old; --max-age is 24h' temper scan dir:src --max-age 24h
expect "or new enough" 0 left temper scan dir:src --max-age 3650d
refuse "an age that is none" 2 'max-age soon' temper scan dir:src --max-age soon
refuse "a severity that is none" 2 "no severity 'grave'" temper scan dir:src --severity grave
refuse "a state that is none" 2 "did you mean 'will_not_fix'" temper scan dir:src --ignore-states will_not_fx
refuse "a format that is none" 2 "no format 'sarf'; did you mean 'sarif'" temper scan dir:src -o sarf
refuse "a file where a format stands" 2 'a file is -o FORMAT=FILE' temper scan dir:src -o out.txt
refuse "two on standard output" 2 'only one report' temper scan dir:src -o json -o sarif
refuse "two operands" 2 'each is a purl' temper scan dir:src dir:both
refuse "a system that is none" 2 "did you mean 'debian'" temper scan dir:src --distro debain:12
refuse "a system without its release" 2 'names no release: debian:RELEASE' temper scan dir:src --distro debian
refuse "a file that is none, of which no registry is asked" 2 '--input nowhere.tar: no such file' temper scan --input nowhere.tar
mkdir -p nothing
expect "a directory without packages is not called clean" 0 '^No packages found' temper scan dir:nothing
refuse "what leaves nothing" 2 'leave nothing' temper scan dir:src --only-base --ignore-base
refuse "a directory without statements" 2 "no file in it ends with .json" temper scan dir:src --vex nothing
refuse "no file of waivers" 2 'nowhere.yaml' temper scan dir:src --waivers nowhere.yaml
expect "several purls" 0 'found +1: 1 critical' temper scan pkg:npm/left@1.0.0 pkg:npm/left@1.0.3
printf 'pkg:npm/left@1.0.1\npkg:npm/left@1.0.2\n' >purls.txt
expect "purls of a file" 0 'found +2: 2 critical' temper scan purl:purls.txt
expect "past the fix" 0 '^No vulnerabilities found$' temper scan pkg:npm/left@1.0.3
printf 'waivers:\n  - id: CVE-2026-1000\n    reason: never called\n    owner: team\n    until: 2026-01-10\n  - id: CVE-1999-1\n    reason: old\n' >waivers.yaml
expect "a waiver hides and warns" 0 'expires: it holds until 2026-01-10 \(team\)' temper scan dir:src --waivers waivers.yaml
expect "and says that it matched nothing" 0 'waivers.yaml:[0-9]+ CVE-1999-1 matched nothing' temper scan dir:src --waivers waivers.yaml
expect "and is not a failure any more" 0 'suppressed +waiver 1' temper scan dir:src --waivers waivers.yaml -f low
printf 'CVE-2026-1000\n' >.trivyignore
expect ".trivyignore counts" 0 'suppressed +ignore 1' temper scan dir:src
expect "unless it is not wanted" 0 '^left' temper scan dir:src --no-ignorefile
rm .trivyignore

# ---- reports ----
holds "all forms in one pass" temper scan dir:both -q -o json=a.json -o cyclonedx=a.cdx.json -o sarif=a.sarif -o gitlab=a.gl.json \
	-o junit=a.xml -o html=a.html -o markdown=a.md -o csv=a.csv -o table=a.txt
holds "and again" temper scan dir:both -q -o json=b.json -o cyclonedx=b.cdx.json -o sarif=b.sarif -o gitlab=b.gl.json \
	-o junit=b.xml -o html=b.html -o markdown=b.md -o csv=b.csv -o table=b.txt
differing=$(for form in json cdx.json sarif gl.json xml html md csv txt; do cmp -s a.$form b.$form || echo $form; done)
[ -z "$differing" ] && ok "the same bytes" || bad "the same bytes" "$differing"
if grep -Eqi '<(img|link|iframe)|src=|url\(|<b>pads' a.html; then bad "the page asks nothing of anybody" "$(grep -Eoi '.{20}(<img|<link|src=|url\(|<b>pads)' a.html | head -3)"
else ok "the page asks nothing of anybody"; fi
"$here/../sbom/run" "$(dirname "$(command -v temper)")" a.json a.cdx.json a.sarif a.gl.json >out 2>&1
case $? in 0) ok "official schemas take them" ;; 77) skip "official schemas" "$(tail -1 out)" ;; *) bad "official schemas take them" "see below" ;; esac

# ---- an image is its bill of materials ----
holds "a bill of materials" temper sbom -q app.tar -o json=app.json -o cyclonedx-json=app.cdx.json -o spdx-json=app.spdx.json
temper scan -q app.tar -o csv >want 2>err
for bill in app.json app.cdx.json app.spdx.json; do
	temper scan -q "sbom:$bill" -o csv >got 2>err
	cmp -s want got && grep -q CVE-2026-2000 got && ok "$bill gives what the image gives" ||
		bad "$bill gives what the image gives" "$(diff want got | head -4)"
done

# ---- why, and why not ----
expect "explained: found" 0 'is before 1.0.3, which fixes it' temper explain CVE-2026-1000 dir:src
expect "explained: fixed" 0 'is not before 1.0.3, which fixes it' temper explain GHSA-aaaa-bbbb-cccc pkg:npm/left@1.0.3
expect "explained: not here" 0 'the record is about' temper explain GHSA-aaaa-bbbb-cccc app.tar
expect "explained: unknown" 0 'is in none of the sources' temper explain CVE-1999-1 dir:src
expect "explained: waived" 0 'by waiver: .*never called' temper explain CVE-2026-1000 dir:src --waivers waivers.yaml
same "yes" "$(temper explain -q CVE-2026-1000 dir:src 2>&1)" yes
same "no" "$(temper explain -q CVE-2026-1000 pkg:npm/left@1.0.3 2>&1)" no
same "no, since it is waived" "$(temper explain -q CVE-2026-1000 dir:src --waivers waivers.yaml 2>&1)" no
same "for programs" "$(temper explain -o json CVE-2026-1000 dir:src 2>/dev/null | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["affected"], d["answers"][0]["answer"], d["answers"][0]["range"]["until"])')" \
	"True matched 1.0.3"

# ---- beside others ----
temper scan -q dir:src -o json=own.json >/dev/null 2>&1
expect "our own report is the same" 0 '^both +1$' temper compare own.json dir:src
expect "fixed since" 1 'not before 1.0.3|1.0.0 is not here: 1.0.3 is' temper compare own.json pkg:npm/left@1.0.3
expect "waived here" 1 'suppressed by waiver: ' temper compare own.json dir:src --waivers waivers.yaml
refuse "what is no report" 2 'no report of findings' temper compare app.cdx.json dir:src
# ---- a record that names no package, as those of KEV do ----
printf '%s' '{"title":"x","catalogVersion":"2026.01.01","dateReleased":"2026-01-01T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-4000","dateAdded":"2026-01-01"}]}' >exploited.json
expect "a file of exploited ones has its feed's name" 0 '^kev ' temper db import exploited.json --db lone
expect "what names no package explains nothing" 0 'because +the record names no package' temper explain CVE-2026-4000 dir:src --db lone
expect "sources are named plainly" 0 'here: kev$' temper explain CVE-1999-1 dir:src --db lone

flow_end
