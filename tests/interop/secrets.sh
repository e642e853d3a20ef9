#!/bin/bash
# Secrets: one of every family, and one in every carrier (texts, archives in archives, UTF-16, programs, files that a later
# layer removes, environment, labels, history, build arguments), is found once and as what it is; nothing else is; no
# form of any report has a value; rules of the user's own; bombs; no alarms in a Debian base and in what Debian ships.
. "$(dirname "$0")/flow"
for needed in openssl ssh-keygen; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
tool="$here/secrets.py" rules="$here/../../data/secrets.yaml"

seed=${SECRETS_SEED:-$((RANDOM))}
run python3 "$tool" make "$seed" planted.tar labels values
[ "$code" -eq 0 ] || { bad "an image with planted secrets" "exit $code"; flow_end; }
run temper audit -o json docker-archive:planted.tar
cp out report.json
run python3 "$tool" compare report.json labels "$rules"
if [ "$code" -eq 0 ]; then ok "each planted secret is found once, and nothing else"
else bad "each planted secret is found once, and nothing else" "seed $seed"; fi

leaks=0
for form in table json sarif junit markdown html csv; do
	temper audit --all --verbose -o "$form" docker-archive:planted.tar >form.out 2>form.err </dev/null
	[ -s form.out ] || { bad "$form is written" "nothing"; continue; }
	grep -qFf values form.out form.err && { leaks=$((leaks + 1)); grep -oFf values form.out form.err | head -n 3 >err; bad "no value in $form" "seed $seed"; }
done
[ "$leaks" -eq 0 ] && ok "no value is in any form of the report"
# What passes a report on: verdicts, the document for other engines, differences, advice.
leaks=0
tell() { # NAME COMMAND...
	name=$1
	shift
	"$@" >form.out 2>form.err </dev/null
	[ -s form.out ] || { bad "$name is written" "$(tail -n 1 form.err)"; return; }
	grep -qFf values form.out form.err && { leaks=$((leaks + 1)); grep -oFf values form.out form.err | head -n 3 >err; bad "no value in $name" "seed $seed"; }
}
for form in table json junit sarif html markdown sheet sheet-html; do
	tell "a verdict as $form" temper gate --explain --policy iron-bank -o "$form" docker-archive:planted.tar
done
tell "the policy's input" temper policy input docker-archive:planted.tar
python3 "$tool" make "$((seed + 1))" other.tar other.labels other.values
cat other.values >>values
for form in table json markdown; do
	tell "a hardening diff as $form" temper diff --hardening -o "$form" docker-archive:other.tar docker-archive:planted.tar
done
tell "advice" temper advise --no-known docker-archive:planted.tar
[ "$leaks" -eq 0 ] && ok "nor in what passes it on"

# What docs/secrets.md says that there is.
python3 - "$rules" "$here/../../docs/secrets.md" >out <<'PY'
import re, sys
have = set(re.findall(r"^  - id: (\S+)$", open(sys.argv[1]).read(), re.M))
told = set(re.findall(r"^\| `([a-z0-9-]+)` \| .* \| (?:low|medium|high|critical) \|$", open(sys.argv[2]).read(), re.M))
print(*sorted(have ^ told), sep="\n", end="")
PY
if [ -s out ]; then bad "the table of families in the documentation" "it differs"; else ok "the table of families in the documentation"; fi

# Rules of the user's own.
mkdir plain
printf 'our key: corp-%s\n' 7f3a9c1e5b2d8046 >plain/a.txt
printf 'ghp_%s\n' nothing >plain/b.txt
cat >own.yaml <<'YAML'
rules:
  - id: corp-key
    title: Key of ours
    severity: high
    keywords: [corp-]
    pattern: 'corp-[0-9a-f]{16}\b'
    verify: [random]
YAML
expect "a rule of the user's" 0 'Key of ours in a.txt line 1' temper audit --secret-rules own.yaml dir:plain
refuse_rule() { # NAME LINE REGEX: with this line instead of the pattern
	sed "s/^    pattern: .*/    $2/" own.yaml >wrong.yaml
	expect "$1" 2 "$3" temper audit --secret-rules wrong.yaml dir:plain
}
refuse_rule "a pattern that does not end" "pattern: 'a(b'" 'wrong\.yaml:6.*does not end'
refuse_rule "an unknown key" "patern: 'ab'" "wrong\.yaml:6.*unknown key 'patern'; did you mean 'pattern'"
sed 's/\[random\]/[randomly]/' own.yaml >wrong.yaml
expect "an unknown check" 2 "wrong\.yaml:7.*no check 'randomly'; did you mean random" temper audit --secret-rules wrong.yaml dir:plain
printf 'skip: [a.txt]\n' >skip.yaml
run temper audit --secret-rules own.yaml --secret-rules skip.yaml dir:plain
if grep -q 'Key of ours' out; then bad "a path that is skipped" "it is told"; else ok "a path that is skipped"; fi

# Bombs and archives that are too deep: a note, and no time or memory.
mkdir bombs
head -c 400000000 /dev/zero | gzip -9 | gzip -9 >bombs/zeros.gz.gz
cp plain/a.txt deep
for i in 1 2 3 4 5 6; do tar cf deep.tar deep; gzip -c deep.tar >deep; done
cp deep bombs/deep.tar.gz
expect "a bomb and a deep archive are told" 4 'archives were not looked into' temper audit dir:bombs

# False alarms, where the packages can be had.
quiet() { # NAME DIRECTORY: no alarm but for test keys and what $3 allows
	run temper audit -o json "dir:$2"
	python3 - "$3" >alarms <<'PY'
import json, re, sys
for check in json.load(open("out"))["checks"]:
    for f in check.get("faults", []) if check["rule"].startswith("secrets.") else []:
        if f["kind"] != "private-key-test" and not re.search(sys.argv[1], f["path"]):
            print(f["kind"], f["what"])
PY
	if [ -s alarms ]; then cp alarms err; bad "$1" "$(wc -l <alarms) alarms"; else ok "$1: no alarm"; fi
}
mkdir debian
for p in libpython3.11-testsuite python3.11-examples libpython3.11-stdlib perl-modules-5.36 perl-doc nodejs-doc libnode108 libssl-doc openssl git \
	golang-1.19-src ruby3.1 libruby3.1 curl libcurl4-doc openssh-client openssh-server gpg dirmngr libgnutls30; do
	(cd debian && apt-get download -q "$p" >/dev/null 2>&1 && dpkg-deb -x "$p"_*.deb root && rm -f "$p"_*.deb)
done
# Go's core dump has the environment of who made it: an access key of Amazon's, with its secret.
if [ -d debian/root/usr/share ]; then quiet "documentation and tests of Debian" debian/root '^usr/share/go-1.19/src/debug/elf/testdata/hello-world-core.gz$'
else skip "documentation and tests of Debian" "packages cannot be had"; fi
rm -rf debian
flow_end
