#!/bin/bash
# Dockerfiles on images of temper's, built by buildah for real: what undoes the hardening is refused, one fault at a
# time and all together, each with the instruction and line that brought it; what keeps it passes, runs, and has the
# base's layers as they are. From the store, a layout, an archive and a registry; as root and as another user.
# Skipped without buildah.
command -v buildah >/dev/null || { echo "buildah is not installed"; exit 77; }
command -v gcc >/dev/null || { echo "gcc is not installed"; exit 77; }
. "$(dirname "$0")/flow"
archive
export TEMPER_DB="$work/db"
recipe base 'packages: [app]' 'entrypoint: [/usr/bin/app]' 'accounts: {run-as: nobody}' \
	'healthcheck: {test: [/usr/bin/app]}' \
	'tests: {fileExistenceTests: [{name: the app is there, path: /usr/bin/app}]}'
run temper build -q -t base:1 base.yaml
[ "$code" -eq 0 ] || { bad "the base is built" "exit $code"; flow_end; }
base=$(image base:1)

# A static program, what is to be planted, and advisories that know the old package.
mkdir ctx osv && printf 'int main(void) { return 0; }\n' >hello.c
gcc -static-pie -fPIE -O2 -fstack-protector-strong -Wl,-z,relro,-z,now -o ctx/hello hello.c 2>out || { echo "gcc links nothing static here: libc6-dev"; exit 77; }
cp "$(readlink -f "$(command -v dash || command -v sh)")" ctx/sh
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out ctx/key.pem 2>/dev/null
mkdir -p ctx/node_modules/left && printf '{"name":"left","version":"1.0.0","license":"MIT"}' >ctx/node_modules/left/package.json
printf '%s' '{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-02T00:00:00Z","published":"2025-01-01T00:00:00Z","aliases":["CVE-2026-1000"],"summary":"left pads","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.3"}]}]}]}' >osv/a.json
printf '%s' '{"id":"DEBIAN-CVE-2026-2000","modified":"2026-01-03T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:13","name":"nothing"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1-2"}]}]}]}' >osv/b.json
temper db import -q osv/a.json --name npm --format osv >out 2>&1 && temper db import -q osv/b.json --name debian --format osv >>out 2>&1 ||
	bad "advisories" "they are not taken"
cat >policy.yaml <<'P'
name: strict
rules:
  - {id: USER, rule: config.nonroot}
  - {id: KEPT, rule: base.not_weakened, with: {min: medium}}
  - {id: FIXED, rule: vuln.severity, with: {min: high}}
P

# dockerfile NAME LINE...: a Dockerfile on the base.
dockerfile() { local name=$1; shift; { echo 'FROM base:1'; printf '%s\n' "$@"; } >"$name"; }
build() { local name=$1; shift; temper build -f "$name" -t "$(echo "$name" | tr A-Z a-z):1" --policy policy.yaml "$@" ctx; }

# ---- what keeps the hardening passes ----
dockerfile Good 'COPY hello /usr/bin/hello' 'USER 65532:65532' 'ENTRYPOINT ["/usr/bin/hello"]' 'HEALTHCHECK CMD ["/usr/bin/hello"]'
cat >good-tests.yaml <<'T'
schemaVersion: 2.0.0
commandTests:
  - {name: it runs, command: /usr/bin/hello, exitCode: 0}
fileExistenceTests:
  - {name: and is there, path: /usr/bin/hello}
T
expect "a good Dockerfile passes" 0 'good:1 in the store' build Good --test good-tests.yaml
cp out said
grep -q 'weaker than the base' said && grep -q ' 0 weaker than the base' said && ok "... and weakens nothing" || bad "... and weakens nothing" "it says otherwise"
if grep -q 'it runs' said; then skip "... and runs" "$(grep -A1 'it runs' said | tail -1)"; else expect "... and runs" 0 'tests +[23] of [23] passed' cat said; fi
expect "... its base is told by digest" 0 "Good on base:1 \\(${base:0:19}\\)" cat said
same "... whose layers are the same blobs" "$(layers good:1 | head -n "$(layers base:1 | wc -l)")" "$(layers base:1)"
temper store show --json good:1 >shown.json
good=$(image good:1)
manifest=$TEMPER_STORE/blobs/sha256/${good#sha256:}
same "... and stand in its manifest" "$(python3 -c "import json; a = json.load(open('$manifest'))['annotations']; print(a['org.opencontainers.image.base.name'], a['org.opencontainers.image.base.digest'])")" "base:1 $base"
holds "the same again without the cache" build Good --no-cache
same "... is the same bytes" "$(image good:1)" "$good"
holds "... and at another time" env SOURCE_DATE_EPOCH=1600000000 temper build -q -f Good -t later:1 --no-gate ctx
differ "... other ones" "$(image later:1)" "$good"
holds "a bill of materials of all of it" build Good -o spdx-json=good.spdx.json -o json=verdict.json -o tree=tree.txt
holds "... with the base's package and the verdict" python3 -c "
import json
names = [p['name'] for p in json.load(open('good.spdx.json'))['packages']]
assert 'app' in names, names
v = json.load(open('verdict.json'))
assert 'strict' in json.dumps(v)"
expect "the health check of the base is kept where none is said" 0 Healthcheck sh -c '
	printf "FROM base:1\nCOPY hello /x\n" >Plain; temper build -q -f Plain -t plain:1 --no-gate ctx && d=$(temper store show --json plain:1 | grep -o "sha256:[0-9a-f]*" | head -1)
	c=$(python3 -c "import json; print(json.load(open(\"$TEMPER_STORE/blobs/sha256/${d#sha256:}\"))[\"config\"][\"digest\"][7:])"); cat "$TEMPER_STORE/blobs/sha256/$c"'
expect "additions are told apart from the base" 0 'application' sh -c 'temper sbom -q good:1 -o json; temper sbom -q plain:1 -o json; printf "FROM base:1\nCOPY node_modules /srv/node_modules\n" >Npm && temper build -q -f Npm -t npm:1 --no-gate ctx && temper sbom -q npm:1 -o json'

# ---- one fault at a time: refused, with who did it ----
# planted NAME LINE REGEX...: the build is refused, without a name, and each REGEX is told.
planted() {
	local name=$1 file=$2 regex
	shift 2
	run build "$file"
	cp out said; cat err >>said
	if [ "$code" -ne 1 ]; then bad "$name is refused" "exit $code and not 1"; return; fi
	ok "$name is refused"
	for regex in "$@"; do
		if grep -Eq -- "$regex" said; then ok "... with $regex"; else bad "... with $regex" "it is not told"; fi
	done
	fails "... and gets no name" temper store show "$(echo "$file" | tr A-Z a-z):1"
}
dockerfile Shell 'COPY sh /bin/sh'
planted "a shell" Shell 'bin/sh' 'COPY sh /bin/sh \(Shell:2\)'
dockerfile Root 'COPY hello /usr/bin/hello' 'USER root'
planted "a root user" Root 'runs as root' 'USER root \(Root:3\)' 'USER +.*config.nonroot'
dockerfile Secret 'COPY key.pem /etc/app/key.pem'
planted "a secret" Secret 'etc/app/key.pem' 'COPY key.pem /etc/app/key.pem \(Secret:2\)'
dockerfile Hidden 'COPY key.pem /etc/app/key.pem' 'FROM base:1' 'COPY --from=0 /etc/app /etc/app' 'USER 65532'
planted "a secret out of an earlier stage" Hidden 'etc/app/key.pem' 'Hidden:4\)'
dockerfile Old '# the package is old' 'COPY node_modules /srv/node_modules'
planted "an old package" Old 'CVE-2026-1000|GHSA-aaaa' 'COPY node_modules /srv/node_modules \(Old:3\)' 'left.*1\.0\.3|1\.0\.3.*left|upgrade left to 1.0.3'
dockerfile All 'COPY sh /bin/sh' 'COPY key.pem /etc/app/key.pem' 'COPY node_modules /srv/node_modules' 'ENV API_TOKEN=hunter2-hunter2-hunter2' 'USER 0'
planted "all of it" All 'All:3\)' 'All:4\)' 'All:6\)'
expect "-q: the error names the rules" 1 'all:1: the gate says no: .*USER.*; the image was not named' build All -q
holds "... and no option that build lacks" sh -c '! grep -q -e --explain out err'
expect "without -v the hint is -v" 1 'all:1: the gate says no' build All
holds "... and never --explain" sh -c '! grep -q -e --explain out err'
expect "... and -v tells all" 1 'All:2\)' build All -v
cp out said
fails "no value of a secret is printed" grep -q 'hunter2\|BEGIN PRIVATE' said
expect "--keep names it all the same, and says no" 1 'all:1 in the store' build All --keep
run temper diff --hardening -q --exit-code base:1 all:1 -o table -o json=h.json -o markdown=h.md
same "the hardening diff says no" "$code" 1
cp out said
expect "... area by area" 0 'shell .*bin/sh' cat said
holds "... for programs too" python3 -c "
import json
h = json.load(open('h.json'))
areas = {c['area'] for c in h['changes'] if c['kind'] == 'weaker'}
assert {'shell', 'user', 'secrets', 'findings'} <= areas, areas
assert all(c.get('instruction') for c in h['changes'] if c['kind'] == 'weaker' and c['area'] in ('shell', 'user', 'findings', 'secrets'))"
python3 -c 'import jsonschema' 2>/dev/null && holds "... by its schema" python3 -c "
import json, jsonschema
jsonschema.validate(json.load(open('h.json')), json.load(open('$here/../../schemas/hardening.schema.json')))"
expect "... and of an image beside itself nothing" 0 'Nothing of the hardening was lost' temper diff --hardening -q --exit-code base:1 base:1
expect "... nor of the good one" 0 'Nothing of the hardening was lost' temper diff --hardening -q base:1 good:1

refuse "a policy that there is not, before the work" 2 "no policy or file 'strikt'" temper build -q -f Good -t x:1 --policy strikt ctx
expect "without one it is baseline and derived" 1 'baseline, derived' temper build -f Shell -t default:1 ctx
expect "... which tell who brought the shell" 1 'COPY sh /bin/sh .Shell:2' temper build -f Shell -t default:1 ctx
mkdir .temper && cp policy.yaml .temper/ && expect "... or the project's own" 0 'strict: 3 of 3 rules pass' temper build -f Good -t own:1 ctx
rm -r .temper
# ---- stages, arguments, secrets ----
cat >Stages <<'F'
ARG TAG=none
FROM base:${TAG} AS files
COPY hello /made
FROM files AS unused
COPY sh /bin/sh
FROM base:1
COPY --from=files /made /usr/bin/made
USER 65532
F
expect "stages, of which only what is needed is built" 0 'stages:1 in the store' build Stages --build-arg TAG=1
fails "... without what the other one has" sh -c 'temper sbom -q --files stages:1 -o json | grep -q "\"bin/sh\""'
printf 'FROM scratch\nCOPY --from=base:1 /usr/bin/app /app\nENTRYPOINT ["/app"]\nUSER 65532\n' >Scratch
expect "a file of an image, on nothing" 0 'Scratch on nothing' temper build -f Scratch -t scratch:1 --no-gate ctx
printf 'name: approved\nrules: [{id: A, rule: base.approved, with: {from: ["registry.example/*"]}}]\n' >approved.yaml
sed '$aLABEL org.opencontainers.image.base.name=registry.example/base:1' Scratch >Forged
expect "... which a label makes no approved base of" 1 'what the image was built on is not known' temper build -f Forged -t forged:1 --policy approved.yaml ctx
refuse "an argument that names no image" 2 'Stages:2: .*base:none' build Stages -q --offline
expect "a target" 0 'COPY sh /bin/sh .Stages:5' temper build -f Stages -t target:1 --target unused --build-arg TAG=1 --no-gate ctx -o tree
refuse "a target that there is not" 2 "no stage 'nowhere'" temper build -q -f Stages -t target:1 --target nowhere --build-arg TAG=1 --no-gate ctx
printf 'FROM base:1\nRUN --mount=type=secret,id=t ["/usr/bin/hello"]\n' >Mounted
sed -i 's|^RUN|COPY hello /usr/bin/hello\nRUN|' Mounted
echo "shh" >secret.txt
expect "a secret that is mounted" 0 'mounted:1 in the store' temper build -f Mounted -t mounted:1 --no-gate --secret id=t,src=secret.txt ctx
fails "... is not in the image" grep -rq shh "$TEMPER_STORE/blobs"

if [ "$(id -u)" -eq 0 ] && command -v runc >/dev/null; then
	printf 'FROM base:1\nCOPY hello /usr/bin/hello\nRUN ["/usr/bin/hello"]\n' >Apart
	expect "a RUN without network, by an OCI runtime" 0 'apart:1 in the store' temper build -f Apart -t apart:1 --no-gate --network none ctx
else skip "a RUN by an OCI runtime" "this is no root, or runc is not installed"; fi

# ---- a command that fails: the last that it printed, without secrets ----
token=ghp_$(printf 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8')
cat >fails.c <<C
#include <stdio.h>
int main(void) { for (int i = 1; i <= 14; i++) fprintf(stderr, "row %d of it\\n", i); fprintf(stderr, "with $token it fails\\n"); return 1; }
C
gcc -static -o ctx/fails fails.c
printf 'FROM base:1\nCOPY fails /usr/bin/fails\nRUN ["/usr/bin/fails"]\n' >Fails
expect "a RUN that fails, without a shell" 3 'row 14 of it' temper build -q -f Fails -t x:1 ctx
cp err said.fails
same "... tells ten lines" "$(grep -c '^  ' said.fails)" 10
fails "... and not the first" grep -q 'row 5 of it' said.fails
expect "... and in the error the last" 0 'Fails.*exit status 1: with .* it fails' cat said.fails
fails "... without secrets" grep -q "$token" said.fails
rm ctx/fails

# ---- what cannot be is one line ----
printf 'FROM base:1\nRUN echo hi\n' >NoShell
refuse "RUN without a shell" 2 'NoShell:2: RUN needs a shell, and base:1 has none: .*-dev' temper build -q -f NoShell -t x:1 ctx
printf 'FROM base:1\n\nCOPY nowhere /\n' >NoFile
refuse "a file that is not in the context" 3 'NoFile:3: COPY nowhere /: ' temper build -q -f NoFile -t x:1 ctx
printf 'FROM nowhere:1\n' >NoBase
refuse "a base that is nowhere" 2 "NoBase:1: FROM nowhere:1: 'nowhere:1' is not in the store" temper build -q --offline -f NoBase -t x:1 ctx
printf 'FROM base:1\nFOO\n' >NoWord
refuse "what is no instruction" 3 'NoWord:2: ' temper build -q -f NoWord -t x:1 ctx
refuse "no name" 2 'give the image a name' temper build -q -f Good ctx
refuse "an option of Dockerfiles beside a recipe" 2 'target goes with a Dockerfile' temper build -q --target x base.yaml
refuse "without buildah" 3 'apt-get install buildah' env PATH="$(dirname "$(command -v temper)")" temper build -q -f Good -t x:1 ctx
major=$(buildah --version | sed 's/.*version 1\.\([0-9]*\).*/\1/')
printf 'FROM base:1\nCOPY <<EOF /x\ny\nEOF\n' >Here
if [ "$major" -lt 33 ]; then refuse "a heredoc" 2 'Here:2: heredocs need buildah 1.33' temper build -q -f Here -t x:1 ctx
else skip "heredocs are refused" "this buildah reads them"; fi

# ---- bases from elsewhere ----
skopeo=$(command -v skopeo)
temper build -q --no-test -t base:1 --to oci-dir:layout --to oci-archive:base.tar base.yaml >out 2>err || bad "the base goes out" "exit $?"
printf 'FROM given\nCOPY hello /x\n' >Given
for place in oci-dir:layout oci-archive:base.tar; do
	expect "a base of ${place%%:*}" 0 'Given on given' temper build -f Given -t given:1 --no-gate --build-context given=$place --store elsewhere ctx
	same "... with its layers" "$(layers given:1 elsewhere | head -n "$(layers base:1 | wc -l)")" "$(layers base:1)"
done
if [ -z "$skopeo" ] || ! command -v docker-registry >/dev/null; then skip "a base of a registry" "docker-registry or skopeo is not installed"
else
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s/registry}}\nhttp: {addr: "127.0.0.1:%s"}\n' "$work" "$port" >registry.yml
	docker-registry serve registry.yml >registry.log 2>&1 &
	server=$!
	for _ in $(seq 100); do python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/v2/')" 2>/dev/null && break; sleep 0.1; done
	run skopeo --insecure-policy copy --dest-tls-verify=false oci-archive:base.tar "docker://127.0.0.1:$port/team/base:1"
	printf 'FROM 127.0.0.1:%s/team/base:1\nCOPY hello /x\n' "$port" >Pulled
	expect "a base of a registry" 0 "Pulled on 127.0.0.1:$port/team/base:1" temper build -f Pulled -t pulled:1 --no-gate --insecure-registry "127.0.0.1:$port" --store third ctx
	same "... with its layers" "$(layers pulled:1 third | head -n "$(layers base:1 | wc -l)")" "$(layers base:1)"
	printf 'FROM 127.0.0.1:%s/team/base@%s\nCOPY hello /x\n' "$port" "$base" >Pinned
	expect "... by its digest" 0 'Pinned on' temper build -f Pinned -t pinned:1 --no-gate --insecure-registry "127.0.0.1:$port" --store third ctx
	expect "... again, whatever the store has" 0 'Pulled on' temper build -f Pulled -t pulled:1 --pull --no-gate --insecure-registry "127.0.0.1:$port" --store third ctx
	unserve
	refuse "... which has to answer then" 3 'Pulled:1: FROM 127.0.0.1' temper build -q -f Pulled -t pulled:1 --pull --no-gate --insecure-registry "127.0.0.1:$port" --store third ctx
fi

# ---- a shipped image ----
mkdir shipped && cp "$here"/../../images/static/* shipped/
if env -u TEMPER_CONFIG temper build -q --no-test -t static:1 shipped/static.yaml >out 2>err || { env -u TEMPER_CONFIG temper lock -q shipped/static.yaml && env -u TEMPER_CONFIG temper build -q --no-test -t static:1 shipped/static.yaml; } >out 2>err; then
	sed 's/^FROM .*/FROM static:1/; s/All/Shipped/' All >Shipped
	planted "all of it on a shipped image" Shipped 'Shipped:3\)' 'Shipped:4\)' 'Shipped:6\)'
	sed 's/^FROM .*/FROM static:1/' Good >Served
	expect "... and a good one passes" 0 'served:1 in the store' build Served
	same "... with its layers" "$(layers served:1 | head -n "$(layers static:1 | wc -l)")" "$(layers static:1)"
else skip "a shipped image" "$(tail -1 err)"; fi

# ---- for another machine: nothing of it runs here ----
printf 'FROM base:2\nCOPY shared /etc/shared\n' >Arm && echo text >ctx/shared
recipe arm 'packages: [app]' 'entrypoint: [/usr/bin/app]' 'platforms: [linux/amd64, linux/arm64]'
if temper build -q --no-test -t base:2 --all-platforms arm.yaml >out 2>err; then
	expect "for another machine" 0 'linux/arm64' temper build -f Arm -t arm:1 --platform linux/arm64 --no-gate ctx
	expect "... and for this one" 0 'linux/amd64' temper build -f Arm -t arm:2 --platform linux/amd64 --no-gate ctx
else skip "for another machine" "$(tail -1 err)"; fi

# ---- others judge it the same ----
expect "temper gate, by the base" 1 'USER 0' temper gate --base base:1 --policy policy.yaml all:1
expect "... and the good one" 0 'passes' temper gate --base base:1 --policy policy.yaml good:1
holds "pruning leaves buildah alone" temper store prune
holds "... and its cache is there" build Good

# ---- as another user ----
if [ "$(id -u)" -ne 0 ]; then skip "as another user" "this is no root"
elif ! setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U true 2>/dev/null; then skip "as another user" "no user namespaces"
else
	mkdir -p other/home && cp -r ctx Good base.tar other/ && chmod -R go+rX . && chown -R 65534:65534 other
	expect "as another user, without ids of its own" 0 'other:1 in the store' env -u XDG_RUNTIME_DIR HOME="$work/other/home" TEMPER_STORE="$work/other/store" TMPDIR="$work/other" \
		setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "cd $work/other && exec $(command -v temper) build -f Good -t other:1 --no-gate --build-context base:1=oci-archive:base.tar ctx"
	same "... the same layers" "$(layers other:1 "$work/other/store")" "$(layers good:1)"
fi
flow_end
