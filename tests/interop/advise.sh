#!/bin/bash
# Which base instead: of Dockerfiles by the name of their base, of images by how they are started, with the
# findings of each base from a database.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db"
advise() { temper advise --offline "$@"; }

printf 'FROM --platform=linux/amd64 python:3.12-slim\nCMD ["python", "app.py"]\n' >Dockerfile
expect "a Dockerfile's base is told by its name" 0 '^It needs python 3\.12 \(its base is called python\)' advise Dockerfile
expect "... the image that ships brings it" 0 '^  python +\? .*python 3\.12 becomes 3\.' advise Dockerfile
expect "... and how to try it" 0 'FROM python$' advise Dockerfile
expect "for pull requests" 0 '^\| python \| \? \|' advise -o markdown Dockerfile
expect "the variant with a shell, where it is asked for" 0 '^  python-dev ' advise --dev Dockerfile
printf 'ARG V\nFROM node:20 AS build\nRUN npm ci\nFROM build AS half\nFROM nginx:$V\nCOPY --from=build /a /b\n' >multi.Dockerfile
refuse "a base whose argument has no value" 2 'multi\.Dockerfile:5: the base is nginx:\$V' advise multi.Dockerfile
expect "a stage by its name, through the stages below it" 0 'It needs nodejs 20 ' advise --target half multi.Dockerfile
printf 'FROM scratch\nCOPY a /a\n' >none.Dockerfile
refuse "a base that is none" 2 'no base to replace' advise none.Dockerfile
printf 'FROM registry.invalid/team/thing\n' >strange.Dockerfile
refuse "a base of which nothing is known" 2 'registry\.invalid/team/thing is not here' advise strange.Dockerfile
refuse "a Dockerfile that is none" 3 'bad\.Dockerfile:1' sh -c 'printf "FRM a\n" >bad.Dockerfile && temper advise --offline bad.Dockerfile'
refuse "an image that is not there" 2 'nowhere' advise store:nowhere

# An image of the small archive, and a database of its changelogs.
archive
cat >"$TEMPER_CONFIG" <<CONFIG
mirror: file://$work/a/debian
security-mirror: file://$work/a/debian-security
keyring: $work/a/keyring.gpg
CONFIG
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
recipe lean 'packages: [app]' 'entrypoint: [/usr/bin/app]' 'labels: {a: b}'
temper build -q --no-test -t app:1 app.yaml >out 2>err || bad "the image" "exit $?"
temper build -q --no-test -t lean:1 lean.yaml >out 2>err || bad "the other image" "exit $?"
archive --with fix
expect "advisories" 0 changelog temper db update changelog:trixie --for store:app:1
run advise -o json store:app:1
cp out app.json
same "JSON says what it needs, has, and could have" "$(python3 - <<'PYTHON'
import json
a = json.load(open("app.json"))
assert a["schema"] == "temper-advice/1" and a["subject"] == "store:app:1", a
assert a["now"]["findings"]["critical"] == 0 and sum(a["now"]["findings"].values()) >= 0
assert a["bases"] == sorted(a["bases"], key=lambda b: b["rank"]) and len(a["bases"]) >= 15
fits = [b["fits"] for b in a["bases"]]
assert fits == sorted(fits, reverse=True), fits
assert any(b["name"] == "lean:1" and b["from"] == "store" for b in a["bases"])
assert not any(b["name"] == "app:1" for b in a["bases"])
print("yes")
PYTHON
)" yes
expect "images of the store can be left out" 0 'It needs' advise --no-known store:app:1
fails "... and are" grep -q lean out
flow_end
