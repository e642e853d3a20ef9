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

refuse "no such image" 2 'nowhere' temper notices nowhere
refuse "a lock without its image" 2 'build it' temper notices --store empty app.lock.json
flow_end
