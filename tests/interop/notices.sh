#!/bin/bash
# What an image's licences ask to be handed on with it, and where its sources are.
. "$(dirname "$0")/flow"
archive
recipe app 'packages: [app, texts, more-texts]' 'entrypoint: [/usr/bin/app]'
temper build -q --no-test -t app:1 app.yaml >out 2>err || bad "the image" "exit $?"

run temper notices app:1
same "an image that lacks texts is told by exit code 4" "$code" 4
cp out text
for line in 'copyright text of package app$' 'licence GPL-3, which' '^texts 1\.0-1: GPL-2\.0-or-later' '^more-texts 1\.0-1, from source texts:' \
	'Copyright: 2020 A Person' '^/usr/share/common-licenses/MPL-2\.0$' 'The text of MPL 2'; do
	expect "the notices have: $line" 0 "$line" cat text
done
same "a text that two packages share is there once" "$(grep -c 'Copyright: 2020 A Person' text)" 1
fails "nothing acts on a terminal" grep -q "$(printf '\033')" text
temper notices --json app:1 >n.json 2>err
holds "JSON says the same" python3 - <<'PY'
import json
n = json.load(open("n.json"))
packages = {p["name"]: p for p in n["packages"]}
assert packages["texts"]["text"] == packages["more-texts"]["text"] and "text" not in packages["app"]
assert packages["texts"]["asks-source"] and not packages["app"]["asks-source"]
assert [(l["name"], "text" in l) for l in n["licences"]] == [("GPL-3", False), ("MPL-2.0", True)]
assert len(n["texts"]) == 1
PY
# Where the sources are: app's in the suite, texts' in -security; libapp and libbig the archive does not list.
own="--mirror file://$work/a/debian"
printf 'keyring: %s\n' "$work/a/keyring.gpg" >"$TEMPER_CONFIG"
expect "sources that the archive does not list: exit 4" 4 'libapp 1\.0-1' temper notices --sources $own app:1
cp out text
for line in '4 source packages, 1 with a licence that asks' '^  pool/main/app/app_1\.0-1\.dsc  100 B$' 'sha256:(0b){32}$' \
	'^texts 1\.0-1  its licence asks for the source' '^  of more-texts, texts$' 'sha256:(1a){32}$' 'the archive does not list it'; do
	expect "the sources: $line" 0 "$line" cat text
done
same "the .dsc comes first" "$(grep -A 2 '^app ' text | tail -n 1 | grep -c dsc)" 1
fails "another version's files are not told" grep -q '0c0c0c' text
cp a/keyring.gpg . && printf 'keyring: %s\n' "$work/keyring.gpg" >"$TEMPER_CONFIG" && mv a b
expect "once found they need no archive" 4 'sha256:(1b){32}' temper notices --sources --offline $own app:1
refuse "nothing is known without one" 3 'run once with the network' temper notices --sources --offline --store "$work/store" \
	--mirror file:///nonexistent app:1
mv b a
rm -r "$work/store/keys/source"
for index in a/*/dists/*/main/source; do find "$index" -type f -exec sh -c 'printf X | dd of="$1" conv=notrunc status=none' - {} \;; done
refuse "an index that is not what was signed" 3 'main/source.*not what was announced' temper notices --sources $own app:1

# Any image: what lies beside language packages, what a package lists, usr/share/licenses.
python3 "$here/made_image.py" foreign.tar foreign:1 <<'JSON' || exit 3
{"layers": [{"by": "ADD rootfs.tar /", "files": {
 "etc/os-release": "ID=alpine\nVERSION_ID=3.20.1\n",
 "lib/apk/db/installed": "C:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\no:musl\nF:lib\nR:x\n\nP:gzip\nV:1.13-r0\nA:x86_64\nL:GPL-3.0-or-later\nF:usr/share/licenses/gzip\nR:COPYING\n\n",
 "usr/share/licenses/gzip/COPYING": "The text of gzip's licence\n",
 "app/node_modules/left/package.json": "{\"name\":\"left\",\"version\":\"1.0.0\",\"license\":\"MIT\"}",
 "app/node_modules/left/LICENSE": "Left is Person's\n",
 "app/node_modules/left/NOTICE.md": "Left has a notice\n",
 "app/node_modules/left/license.js": "this is a program\n",
 "app/node_modules/left/lib/LICENSE": "of another part\n",
 "usr/lib/python3/dist-packages/right-2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: right\nVersion: 2.0\nLicense: Apache-2.0\n",
 "usr/lib/python3/dist-packages/right-2.0.dist-info/licenses/TERMS": "Right has terms\n"}}]}
JSON
expect "an Alpine image with language packages" 4 '^gzip 1\.13-r0 \(apk\): GPL-3\.0-or-later' temper notices docker-archive:foreign.tar
cp out text
for line in "The text of gzip's licence" '^left 1\.0\.0 \((javascript|npm)\): MIT' "Left is Person's" 'Left has a notice' 'app/node_modules/left/NOTICE.md:' \
	'^right 2\.0 \(python\): Apache-2\.0' 'Right has terms' 'text of package musl, which is under MIT$'; do
	expect "its notices have: $line" 0 "$line" cat text
done
fails "a program that is called so is no text" grep -q 'this is a program' text
fails "nor is what is of another part" grep -q 'of another part' text
same "only what has no text is missing" "$(grep -c 'copyright text of package' text)" 1

refuse "no such image" 2 'nowhere' temper notices nowhere
refuse "a lock without its image" 2 'build it' temper notices --store empty app.lock.json
flow_end
