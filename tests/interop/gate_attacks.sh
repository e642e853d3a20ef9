#!/bin/bash
# Those who want an image through the gate: by other spellings of its name, by what lies in it, by waivers that say too much or
# are over, and by policies that are made to be read wrongly or not at all. None of them passes, and each is told.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db"
now() { SOURCE_DATE_EPOCH=$(date -u -d "$1" +%s); export SOURCE_DATE_EPOCH; }
now 2026-06-30T12:00:00Z

# An image with a vulnerable package, made by hand: one layer, called team/app:1 in a registry's way.
mkdir -p root/node_modules/left root/etc advisories
echo '{"name":"left","version":"1.0.0","license":"MIT"}' >root/node_modules/left/package.json
echo 'app:x:65532:65532::/:' >root/etc/passwd
cat >advisories/a.json <<'JSON'
{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-02T00:00:00Z","aliases":["CVE-2026-1000"],"summary":"x",
"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.3"}]}]}]}
JSON
temper db import -q advisories --name example || exit 3
# image FILE TAG LABEL: docker save's form of root/.
image() {
	python3 - "$1" "$2" "$3" <<'PY'
import hashlib, io, json, os, sys, tarfile
file, tag, label = sys.argv[1:4]
layer = io.BytesIO()
with tarfile.open(fileobj=layer, mode="w") as tar:
    for folder, _, names in sorted(os.walk("root")):
        for name in sorted(names):
            info = tarfile.TarInfo(os.path.relpath(os.path.join(folder, name), "root"))
            data = open(os.path.join(folder, name), "rb").read()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
layer = layer.getvalue()
config = json.dumps({"architecture": "amd64", "os": "linux", "created": "2026-06-20T00:00:00Z",
    "config": {"User": "65532", "Labels": {label: "*"} if label else {}},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()
manifest = json.dumps([{"Config": "config.json", "RepoTags": [tag], "Layers": ["layer.tar"]}]).encode()
with tarfile.open(file, "w") as tar:
    for name, data in (("config.json", config), ("layer.tar", layer), ("manifest.json", manifest)):
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
PY
}
image app.tar registry.corp/prod/pay:1 ''
RULES='rules: [{id: V, rule: vuln.severity, with: {min: high}}]'
printf 'name: p\n%s\n' "$RULES" >p.yaml
gate() { temper gate -q --name "${name_of:-registry.corp/prod/pay:1}" app.tar --waivers "${waivers:-none.yaml}" -p "$@"; }
echo 'waivers: []' >none.yaml

expect "the image does not pass" 1 'CVE-2026-1000|GHSA-aaaa-bbbb-cccc' gate p.yaml

# Names. A second policy that lets everything pass must not be the only one that is for the image.
printf 'name: strict\nmatch: {images: ["docker.io/library/nginx"]}\n%s\n' "$RULES" >strict.yaml
printf 'name: lax\nrules: [{id: L, rule: image.max_size, with: {max_size: 1GiB}}]\n' >lax.yaml
for name_of in nginx nginx:1 library/nginx docker.io/nginx docker.io/library/nginx:2 index.docker.io/library/nginx \
	"nginx@sha256:$(printf 'a%.0s' {1..64})" "nginx:1@sha256:$(printf 'b%.0s' {1..64})"; do
	expect "the policy is for it, called $name_of" 1 'fail +V' gate strict.yaml -p lax.yaml
done
name_of=registry.corp/prod/other
expect "another image passes by the lax one, and it is told" 0 'strict.*is for other images' gate strict.yaml -p lax.yaml
expect "by the strict one alone it has not passed: nothing was judged" 1 'nothing was judged' gate strict.yaml
printf 'name: strict\nmatch: {images: ["registry.corp/prod/*"]}\n%s\n' "$RULES" >strict.yaml
for name_of in REGISTRY.corp/prod/pay registry.corp:443/prod/pay registry.CORP:443/prod/pay:9; do
	expect "hosts in any case, and the usual port: $name_of" 1 'fail +V' gate strict.yaml -p lax.yaml
done
name_of=

# What lies in the image.
cp none.yaml waivers.keep
mkdir -p root/.temper
printf 'CVE-2026-1000\nGHSA-aaaa-bbbb-cccc\n' >root/.trivyignore
printf 'ignore:\n  - vulnerability: GHSA-aaaa-bbbb-cccc\n' >root/.grype.yaml
printf '[[IgnoredVulns]]\nid = "GHSA-aaaa-bbbb-cccc"\n' >root/osv-scanner.toml
printf 'waivers: [{id: CVE-2026-1000, image: "registry.corp/prod/*", owner: o, reason: r, until: 2026-07-31}]\n' >root/.temper/waivers.yaml
printf 'name: baseline\nrules: [{id: L, rule: image.max_size, with: {max_size: 1GiB}}]\n' >root/.temper/policy.yaml
image app.tar registry.corp/prod/pay:1 io.temper.waivers
expect "ignore files, waivers and labels in the image do nothing" 1 'fail +V' gate p.yaml
rm -r root/.trivyignore root/.grype.yaml root/osv-scanner.toml root/.temper
image app.tar registry.corp/prod/pay:1 ''
printf 'CVE-2026-1000\nGHSA-aaaa-bbbb-cccc\n' >.trivyignore
expect "nor do ignore files here that the policy does not name" 1 'fail +V' gate p.yaml
printf 'name: p\nwaivers: {foreign: [.trivyignore]}\n%s\n' "$RULES" >named.yaml
expect "one that it names does" 0 'passes' gate named.yaml
waivers=.trivyignore
refuse "nor may they come as waivers" 2 'a policy must name its file' gate p.yaml
waivers=
mkdir -p evil && cp lax.yaml evil/iron-bank && cp lax.yaml iron-bank
expect "a file of a shipped policy's name stands for nothing" 1 'IB-VULN-001' gate iron-bank
rm iron-bank

# Waivers.
GOOD='owner: web, reason: r, until: 2026-07-31'
waiver() { printf 'waivers: [%s]\n' "$1" >w.yaml; }
waivers=w.yaml
waiver "{id: CVE-2026-1000, image: registry.corp/prod/pay, $GOOD}"
expect "a waiver that is right holds, by an alias" 0 'passes' gate p.yaml
name_of=app.tar
expect "what the archive says that it is called does not make it hold" 1 'for other images' gate p.yaml
name_of="registry.corp/prod/evil:pay@sha256:$(printf 'c%.0s' {1..64})"
waiver "{id: CVE-2026-1000, image: 'registry.corp/prod/evil:pay', $GOOD}"
expect "nor a tag beside a digest" 1 'for other images' gate p.yaml
name_of=
waiver "{id: CVE-2026-1000, image: registry.corp/shop/*, $GOOD}"
expect "another team's does nothing, and is told" 1 'w.yaml:1: is for other images' gate p.yaml
for wide in "id: '*', image: registry.corp/prod/pay" "id: 'CVE-*', image: registry.corp/prod/pay" "id: CVE-2026-1000, image: '**'" \
	"id: CVE-2026-1000, image: '**/*'" "id: CVE-2026-1000, image: '[a-z]*/**'" "id: CVE-2026-1000, image: ['registry.corp/x', '*/**']" \
	"id: CVE-2026-1000" "package: pkg:npm/left, image: registry.corp/prod/pay" "rule: V, image: registry.corp/prod/pay" \
	"rule: V, key: '*', image: registry.corp/prod/pay" "rule: '*', key: left, image: registry.corp/prod/pay"; do
	waiver "{$wide, $GOOD}"
	expect "too wide: $wide" 1 'does not take it' gate p.yaml
done
waiver "{id: CVE-2026-1000, package: pkg:npm/right, image: registry.corp/prod/pay, $GOOD}, {id: CVE-2025-1, package: pkg:npm/left, image: registry.corp/prod/pay, $GOOD}"
expect "two halves are no whole" 1 'matches nothing' gate p.yaml
waiver "{id: CVE-2026-1000, image: registry.corp/prod/pay, owner: w, reason: r, until: 2026-06-30}"
now 2026-06-30T23:59:59Z
expect "it holds to its last second, and it is told that it ends" 0 'ends on 2026-06-30' gate p.yaml
now 2026-07-01T00:00:00Z
expect "and not one second longer" 1 'ended on 2026-06-30' gate p.yaml
now 2026-06-30T12:00:00Z
waiver "{id: CVE-2026-1000, image: registry.corp/prod/pay, owner: w, reason: r, until: 2030-01-01}"
expect "longer than the policy allows" 1 '90 are allowed' gate p.yaml
waiver "{id: CVE-2026-1000, image: registry.corp/prod/pay, owner: w, reason: r, created: 2029-12-01, until: 2030-01-01}"
expect "a clock that is ahead helps nobody" 1 'from the future' gate p.yaml
printf 'name: p\nwaivers: {approvals: 2}\n%s\n' "$RULES" >four.yaml
waiver "{id: CVE-2026-1000, image: registry.corp/prod/pay, approved_by: [web, WEB, ann, Ann, ' ann '], $GOOD}"
expect "the owner is no second person, nor is the same one twice" 1 '1 besides its owner' gate four.yaml
waiver "{id: CVE-2026-1000, image: registry.corp/prod/pay, approved_by: [ann, bob], $GOOD}"
expect "two others are" 0 'passes' gate four.yaml
printf 'name: a\nwaivers: {files: [w.yaml]}\n%s\n' "$RULES" >a.yaml
printf 'name: b\n%s\n' "$RULES" >b.yaml
waivers=
expect "one policy's waivers are not another's" 1 '1 passes, 1 fails|fail +V' gate a.yaml -p b.yaml

# Policies.
policy() { printf '%b' "$1" >bad.yaml; }
wrong() { name=$1; policy "$2"; refuse "$name" 2 "$3" gate bad.yaml; }
wrong "an empty policy is an error, and passes nothing" '' 'bad.yaml:1:1'
wrong "so is one without rules" 'name: p\nrules: []\n' 'without rules'
wrong "a rule that there is not" 'name: p\nrules: [{id: A, rule: vuln.severty, with: {min: high}}]\n' "did you mean 'vuln.severity'"
wrong "a key that stands twice" "name: p\n$RULES\nmode: enforce\nmode: log\n" 'bad.yaml:4'
wrong "a parameter that stands twice" 'name: p\nrules: [{id: A, rule: vuln.severity, with: {min: critical, min: low}}]\n' 'bad.yaml:2'
wrong "an id that stands twice" 'name: p\nrules: [{id: A, rule: vuln.kev}, {id: A, rule: vuln.malicious}]\n' 'stands twice'
wrong "rules that contradict each other" 'name: p\nrules:\n- {id: A, rule: vuln.severity, with: {min: low}}\n- {id: B, rule: vuln.severity, with: {min: critical}}\n' 'B contradicts A'
wrong "two documents in one file" "name: p\n$RULES\n---\nname: q\n$RULES\n" 'bad.yaml'
wrong "a tag that makes another thing of a value" "name: !!python/object p\n$RULES\n" 'bad.yaml:1'
wrong "a bomb of anchors" "$(printf 'a0: &a0 [x,x,x,x,x,x,x,x,x]\\n'; for i in 1 2 3 4 5 6 7 8; do printf 'a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\\n' $i $i $((i-1)) $((i-1)) $((i-1)) $((i-1)) $((i-1)) $((i-1)) $((i-1)) $((i-1)) $((i-1)); done)" 'bad.yaml'
wrong "a merge key that hides a value" 'name: p\nrules:\n  - &r {id: A, rule: vuln.severity, with: {min: high}}\n  - {<<: *r, with: {min: low}}\n' 'the id A stands twice'
wrong "nested too deep" "name: p\nrules: $(printf '[%.0s' {1..400})$(printf ']%.0s' {1..400})\n" 'bad.yaml'
wrong "an exception of everything" "name: p\nmatch: {images: ['**'], except: ['**']}\n$RULES\n" 'nearly everything'
python3 -c 'print("name: p\nrules:"); [print(f"  - {{id: R{i}, rule: vuln.listed, with: {{ids: [CVE-2020-{i}]}}}}") for i in range(3000)]' >bad.yaml
refuse "a policy of three thousand rules" 2 'more than 1000 rules' gate bad.yaml
python3 -c 'print("name: p\nrules: [{id: A, rule: package.deny, with: {purls: [" + "a*" * 2500 + "]}}]")' >bad.yaml
refuse "a pattern of five thousand bytes" 2 "'purls' of A must be a list of texts" gate bad.yaml
python3 -c 'print("name: p\nrules: [{id: A, rule: package.deny, with: {purls: [\"pkg:" + "*a" * 2000 + "b\"]}}]")' >bad.yaml
expect "a pattern of many stars takes no time" 0 'passes' timeout 20 temper gate -q --name x app.tar --waivers none.yaml -p bad.yaml
python3 -c 'print("name: p\n#" + "x" * (5 << 20))' >bad.yaml
refuse "a policy of five megabytes" 2 'more than|larger' gate bad.yaml
printf 'name: a\nextends: [b2.yaml]\n' >a2.yaml
printf 'name: b\nextends: [a2.yaml]\n' >b2.yaml
refuse "policies that extend each other" 2 'which extends it' gate a2.yaml
for i in 1 2 3 4 5 6 7 8 9 10; do printf 'name: d\nextends: [d%d.yaml]\n' $((i + 1)) >d$i.yaml; done
printf 'name: d\n%s\n' "$RULES" >d11.yaml
refuse "ten deep" 2 'more than 8 deep' gate d1.yaml
refuse "a policy that is not there" 2 'no policy or file' gate nothing.yaml
refuse "a policy that is a directory" 2 '' gate evil
# Expressions.
cel() { printf 'name: p\nrules: [{id: C, cel: %s}]\n' "'$2'" >bad.yaml; expect "$1" "$3" "$4" timeout 60 temper gate -q --name x app.tar --waivers none.yaml -p bad.yaml; }
cel "an expression" 'size(packages) == 1' 0 passes
cel "one over what is not there is no pass" 'packages[7].name == "x"' 1 'cannot be told'
cel "one that names what there is not" 'packges.size() == 0' 2 'bad.yaml:2'
cel "one that never ends in time" "$(python3 -c 'print("[1,2,3,4,5,6,7,8,9].all(a, " * 9 + "true" + ")" * 9)')" 1 'cannot be told'
cel "one that is nested too deep" "$(python3 -c 'print("(" * 5000 + "true" + ")" * 5000)')" 2 'bad.yaml:2'
# The answer is the same each time.
gate p.yaml -o json >one.json 2>/dev/null
gate p.yaml -o json >two.json 2>/dev/null
same "the same verdict, the same bytes" "$(cat one.json)" "$(cat two.json)"
flow_end
