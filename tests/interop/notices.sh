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
refuse "no such image" 2 'nowhere' temper notices nowhere
refuse "a lock without its image" 2 'build it' temper notices --store empty app.lock.json
flow_end
