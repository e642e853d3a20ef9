#!/bin/bash
# temper gate: an image that keeps everything passes the policies that ship; each single fault planted in it fails on the rule that
# is for it, with what brought it; judged from its facts it gives the same verdict; exit codes tell apart what is wrong; waivers
# are listed, checked and explained.
. "$(dirname "$0")/flow"
export TEMPER_DB="$work/db" SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(date -u -d 2026-06-30T12:00:00Z +%s)

mkdir -p root/node_modules/left root/etc root/usr/bin feed
echo '{"name":"left","version":"1.0.3","license":"MIT"}' >root/node_modules/left/package.json
printf 'root:x:0:0:root:/root:/usr/sbin/nologin\napp:x:65532:65532::/:/usr/sbin/nologin\n' >root/etc/passwd
printf 'root:x:0:\napp:x:65532:\n' >root/etc/group
cat >feed/a.json <<'JSON'
{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-06-30T00:00:00Z","published":"2026-06-01T00:00:00Z","aliases":["CVE-2026-1000"],"summary":"x",
"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.3"}]}]}]}
JSON
temper db import -q feed --name example || exit 3
# image FILE PYTHON: docker save's form of root/, as Python changes config, history and rows of (path, mode, bytes) of the layer on top.
image() {
	python3 - "$1" "$2" <<'PY'
import hashlib, io, json, os, sys, tarfile
file, change = sys.argv[1:3]
def layer(rows):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, mode, data in rows:
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), mode
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()
base = [(os.path.relpath(os.path.join(d, n), "root"), 0o644, open(os.path.join(d, n), "rb").read()) for d, _, ns in sorted(os.walk("root")) for n in sorted(ns)]
config = {"User": "65532:65532", "Entrypoint": ["/usr/bin/app"], "ExposedPorts": {"8080/tcp": {}}, "Healthcheck": {"Test": ["CMD", "/usr/bin/app"]},
    "Labels": {"org.opencontainers.image.title": "app", "org.opencontainers.image.base.name": "registry.example/base:1"}}
history = [{"created_by": "COPY root / # buildkit"}]
rows, instruction = [], "COPY extra / # buildkit"
exec(change)
layers = [layer(base)] + ([layer(rows)] if rows else [])
if rows:
    history.append({"created_by": instruction})
body = json.dumps({"architecture": "amd64", "os": "linux", "created": "2026-06-20T00:00:00Z", "config": config, "history": history,
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(x).hexdigest() for x in layers]}}).encode()
names = [f"{i}.tar" for i in range(len(layers))]
manifest = json.dumps([{"Config": "config.json", "RepoTags": ["app:1"], "Layers": names}]).encode()
with tarfile.open(file, "w") as tar:
    for name, data in [("config.json", body), ("manifest.json", manifest), *zip(names, layers)]:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
PY
}
# planted NAME POLICY RULE EVIDENCE PYTHON: the rule fails, and its evidence is told.
planted() {
	image bad.tar "$5" || exit 3
	run temper gate -q --name registry.example/app:1 -p "$2" -o json bad.tar
	if [ "$code" -ne 1 ]; then
		bad "$1" "exit $code and not 1"
		return
	fi
	if python3 -c '
import json, re, sys
v = json.load(open("out"))
bad = {r["id"]: json.dumps(r["evidence"]) for r in v["rules"] if r["state"] == "fail"}
sys.exit(0 if sys.argv[1] in bad and re.search(sys.argv[2], bad[sys.argv[1]]) else str(bad))' "$3" "$4" 2>>err; then
		ok "$1"
	else bad "$1" "$3 does not tell $4"; fi
}
image good.tar ''
for p in cis-docker-4 distroless pod-security-restricted; do
	expect "an image that keeps everything passes $p" 0 'passes' temper gate -q --name registry.example/app:1 -p $p good.tar
done

planted "a user that is root" cis-docker-4 CIS-4.1 'root' 'config["User"] = "root"; history.append({"created_by": "USER root", "empty_layer": True})'
cp out user.json
holds "... by the instruction that is named" grep -q '"USER root"' user.json
planted "a setuid program" cis-docker-4 CIS-4.8 'usr/bin/su' 'rows = [("usr/bin/su", 0o4755, b"#!x")]'
cp out su.json
holds "... by the instruction of its layer" grep -q "COPY extra" su.json
planted "a base that is not known" cis-docker-4 CIS-4.2 '' 'config["Labels"].pop("org.opencontainers.image.base.name")'
planted "an update alone" cis-docker-4 CIS-4.7 'apt-get update' 'history.append({"created_by": "RUN /bin/sh -c apt-get update", "empty_layer": True})'
planted "ADD in place of COPY" cis-docker-4 CIS-4.9 'ADD' 'history.append({"created_by": "ADD https://x.example/a /a", "empty_layer": True})'
planted "a key in a layer" cis-docker-4 CIS-4.10 'AWS|access' 'rows = [("app/.env", 0o600, b"AWS_ACCESS_KEY_ID=AKIA" + b"Z7QYHLMN3KD2WRT5\n" + b"AWS_SECRET_ACCESS_KEY=" + b"q8Zr1LmP0xYt7Kd3WvB6nHs9JcUe2FaGo4TiRkXM\n")]'
planted "a package manager" cis-docker-4 CIS-4.3 'usr/bin/apt' 'rows = [("usr/bin/apt-get", 0o755, b"\x7fELF")]'
planted "a shell" distroless DIST-001 'bin/sh' 'rows = [("bin/sh", 0o755, b"\x7fELF\x02\x01\x01" + b"\0" * 60)]'
planted "a name in place of a number" pod-security-restricted PSS-NONROOT-002 'app' 'config["User"] = "app"'
planted "a privileged port" pod-security-restricted PSS-CAPABILITIES-001 '80' 'config["ExposedPorts"] = {"80/tcp": {}}'
planted "a port for remote administration" baseline CONF-002 '22' 'config["ExposedPorts"] = {"22/tcp": {}}'
planted "an old package" baseline VULN-001 'left 1.0.0' 'rows = [("node_modules/left/package.json", 0o644, json.dumps({"name": "left", "version": "1.0.0"}).encode())]'
planted "an account without a password" baseline ACCOUNT-001 'x' 'rows = [("etc/shadow", 0o640, b"root:*:1::::::\napp::1::::::\n")]'

# The same from its facts, later and elsewhere.
image bad.tar 'config["User"] = "root"'
gate() { run temper gate -q --name registry.example/app:1 "$@"; }
gate -p baseline -o json bad.tar
cp out direct.json
holds "facts are written" temper policy input -q --name registry.example/app:1 bad.tar -o facts.json
gate -p baseline -o json facts.json
cp out stored.json
same "from stored facts the same verdict, but for their file" "$(cat direct.json)" \
	"$(sed '/^ *"facts": {$/,/^ *},$/d' stored.json)"
same "... which it names by its bytes" "$(python3 -c 'import json; print(json.load(open("stored.json"))["facts"])')" \
	"{'file': 'facts.json', 'sha256': 'sha256:$(sha256sum <facts.json | cut -d' ' -f1)'}"
expect "... and says that nobody signed it" 1 "^facts +facts.json sha256:$(sha256sum <facts.json | cut -d' ' -f1): not signed" \
	temper gate -q --name registry.example/app:1 -p baseline facts.json
gate -p baseline bad.tar
holds "an image has no such line" sh -c '! grep -q "^facts" out'

# Exit codes.
printf 'name: p\nrules: [{id: U, rule: config.nonroot}]\n' >p.yaml
expect "0: it passes" 0 passes temper gate -q -p p.yaml good.tar
expect "1: it does not" 1 'does not pass' temper gate -q -p p.yaml bad.tar
refuse "2: the policy is wrong" 2 'did you mean' temper gate -q -p basline good.tar
printf '{"id": "x"}' >no.json
refuse "3: what was given is no facts" 3 'no.json' temper gate -q -p p.yaml no.json
head -c 3000 good.tar >short.tar
refuse "3: an image that breaks off" 3 'short.tar' temper gate -q -p p.yaml short.tar
refuse "2: no such file" 2 'gone.json' temper gate -q -p p.yaml gone.json
expect "without advisories rules over findings cannot be told" 1 'cannot be told: there are no advisories' temper gate -q -p baseline --db "$work/none" good.tar
expect "without a policy the baseline, and it is said" 0 'judged by the shipped baseline' temper gate --name registry.example/app:1 good.tar
mkdir -p .temper && cp p.yaml .temper/policy.yaml
expect "or the policy that lies here" 1 'policy +p' temper gate -q bad.tar

# Reports, several at once.
expect "reports of every form in one run" 1 'does not pass' temper gate -q bad.tar -o table -o json=v.json -o junit=v.xml -o sarif=v.sarif -o html=v.html \
	-o markdown=v.md -o sheet=v.csv -o sheet-html=s.html
for f in v.json v.xml v.sarif v.html v.md v.csv s.html; do holds "... $f" test -s $f; done
expect "--explain tells parameters and why" 1 'why ' temper gate -q --explain bad.tar

# Waivers: list, check, explain.
cat >w.yaml <<'YAML'
waivers:
  - rule: U
    key: user
    image: registry.example/app
    justification: mitigated
    reason: user namespaces
    owner: web
    until: 2026-07-31
  - id: CVE-2020-1
    image: registry.example/app
    reason: gone
    owner: web
    until: 2026-05-31
YAML
key=$(python3 -c 'import json; print([r for r in json.load(open("v.json"))["rules"] if r["id"] == "U"][0]["evidence"][0]["key"])')
sed -i "s|key: user|key: '$key'|" w.yaml
expect "the waiver holds" 0 'passes' temper gate -q --name registry.example/app:1 bad.tar --waivers w.yaml
sed '/id: CVE-2020-1/,$d' w.yaml >w1.yaml
expect "check says that what it has is for others" 0 '1 waiver, 0 wrong, 1 for other images than registry.example/other:1: none was held' \
	temper waivers check -q w1.yaml --against bad.tar --name registry.example/other:1
expect "... and nothing of the kind where it is not" 0 '1 waiver, 0 wrong$' temper waivers check -q w1.yaml --against bad.tar --name registry.example/app:1
expect "list shows days, the first to end first" 0 'ended.*CVE-2020-1' temper waivers list w.yaml
expect "check tells what has ended" 1 'w.yaml:9: CVE-2020-1: ended on 2026-05-31' temper waivers check w.yaml
expect "explain tells what it holds for" 0 'holds for  U: ' temper waivers explain w.yaml --against bad.tar --name registry.example/app:1 -q
expect "... and what it states" 0 'mitigated|Mitigated|31 days left' temper waivers explain w.yaml
expect "the list as JSON" 0 '"days_left": 31' temper waivers list w.yaml --json
expect "temper policy check" 0 'U +enforce +config.nonroot' temper policy check p.yaml
expect "temper policy rules" 0 '^vuln.severity' temper policy rules
for p in $(temper policy list | cut -d' ' -f1); do
	temper policy show "$p" >shown.yaml
	expect "what ships is shown, and right: $p" 0 "^$p " temper policy check shown.yaml
done
flow_end
