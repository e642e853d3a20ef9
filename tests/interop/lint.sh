#!/bin/bash
# temper lint as a user meets it: what is looked at, exit codes, ignores, other tools' configuration, every form; and
# whether buildah takes the Dockerfiles that temper takes, and refuses those that it refuses.
. "$(dirname "$0")/flow"

mkdir -p app/sub app/node_modules app/.git
printf 'FROM debian\nRUN sudo x\nUSER 1\nHEALTHCHECK NONE\n' >app/Dockerfile
printf 'FROM debian:12\nUSER 65532\nHEALTHCHECK NONE\nCMD ["x"]\n' >app/sub/web.Dockerfile
printf 'FROM debian\n' >app/node_modules/Dockerfile
printf 'FROM debian\n' >app/.git/Dockerfile
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n  containers: [{name: c, image: i:1}]\n' >app/pod.yaml
printf 'x: 1\n' >app/values.yaml

expect "a directory: Dockerfiles and manifests, not what package managers keep" 1 '^3 files: ' temper lint app
expect "... with the rule's id, line and column" 1 '^app/Dockerfile:1:6: medium DL3006: ' temper lint app
expect "... of manifests too" 1 '^app/pod.yaml:[0-9]+:[0-9]+: high KSV-0009: ' temper lint app
expect "a caret stands under the place" 1 '^ +\|     \^$' temper lint --only DL3004 app
expect "one file without a fault" 0 '^1 file: no faults$' temper lint app/sub/web.Dockerfile
expect "what counts is --fail-on's matter" 0 '' temper lint --fail-on critical app/Dockerfile
expect "... and a worse fault fails" 1 'DL3004' temper lint --fail-on high app/Dockerfile
expect "... or nothing does" 0 'DL3004' temper lint --no-fail app
expect "an ignored rule" 0 'no faults' temper lint --ignore DL3006,DS-0010 app/Dockerfile
refuse "a rule that there is not" 2 "there is no rule 'DL9999'" temper lint --ignore DL9999 app
refuse "a file that there is not" 2 'none' temper lint none
mkdir empty
refuse "an empty directory" 2 'no Dockerfile and no manifest' temper lint empty
refuse "a Dockerfile that no builder takes" 3 '^temper: -:2: unknown instruction' bash -c 'printf "FROM a:1\nRUNN x\n" | temper lint -'
refuse "a manifest that is no YAML" 3 '^temper: -:1:2: a key must be a text' bash -c 'echo "{{ .Values.x }}: 1" | temper lint --kind kubernetes -'
expect "standard input" 1 '^-:1:6: medium DL3006' bash -c 'printf "FROM a\n" | temper lint -'
expect "... and a chart's manifests" 1 '^-:[0-9]+:[0-9]+: high KSV-0009' bash -c 'temper lint - <app/pod.yaml'
refuse "a YAML file of no kind that is named" 2 '^temper: app/values.yaml: neither a Dockerfile nor a manifest' temper lint app/values.yaml
holds "... is told in one line" bash -c '[ "$(temper lint app/values.yaml 2>&1 | wc -l)" = 1 ]'
python3 -c 'import json; print(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostNetwork": True, "containers": []}}))' >pod.json
expect "... and a manifest of one line of JSON is one" 1 'high KSV-0009' temper lint pod.json
mkdir -p helm/web/templates/more
printf 'apiVersion: v2\nname: web\nversion: 1.0.0\n' >helm/web/Chart.yaml
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n' >helm/web/templates/more/pod.yaml
printf '{{ include "common.deployment" . }}\n' >helm/web/templates/deployment.yaml
refuse "a chart: how its templates are looked at" 2 '^temper: .*: helm template helm/web \| temper lint -$' temper lint helm
refuse "... a template that is named" 2 ': helm template helm/web \| temper lint -$' temper lint helm/web/templates/deployment.yaml
refuse "... from within" 2 ': helm template \. \| temper lint -$' bash -c 'cd helm/web && temper lint'
printf 'FROM debian:12\nUSER 65532\nHEALTHCHECK NONE\n' >helm/Dockerfile
expect "... beside something that is looked at" 0 '^1 file: no faults$' temper lint helm
expect "... in one line" 0 '^1$' bash -c 'temper lint helm 2>&1 >/dev/null | grep -c "helm template helm/web |"'
cp app/pod.yaml helm/web/templates/plain.yaml
expect "... and a template without anything of Helm's is a manifest" 1 '^helm/web/templates/plain.yaml:.* KSV-0009' temper lint helm
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: {{ x }}}\n' >helm/broken.yaml
expect "... while what lies in no chart is no YAML" 3 '^temper: helm/broken.yaml:' temper lint helm
rm -r helm pod.json

# hadolint's long options.
expect "hadolint's --format" 1 '"ruleId": "DL3006"' temper lint --format sarif app/Dockerfile
expect "... tty is text" 1 '^app/Dockerfile:1:6: medium DL3006' temper lint --format tty app/Dockerfile
refuse "... one that there is not" 2 "no format 'checkstyle'; there are text, table, json, sarif" temper lint --format checkstyle app/Dockerfile
printf 'FROM debian\nUSER 1\nHEALTHCHECK NONE\n' >medium.Dockerfile
expect "hadolint's --failure-threshold: error is high" 0 'DL3006' temper lint --failure-threshold error medium.Dockerfile
expect "... warning is medium" 1 'DL3006' temper lint --failure-threshold warning medium.Dockerfile
expect "... none" 0 'DL3004' temper lint --failure-threshold none app/Dockerfile
refuse "... beside ours" 2 'name one' temper lint --failure-threshold error --fail-on low medium.Dockerfile
expect "hadolint's --no-color" 1 'DL3006' temper lint --no-color medium.Dockerfile
rm medium.Dockerfile
if command -v script >/dev/null; then
	printf 'FROM debian\n' >colour.Dockerfile
	holds "colours on a terminal" bash -c 'unset NO_COLOR; TERM=xterm script -qec "temper lint colour.Dockerfile" /dev/null </dev/null | grep -q "$(printf "\033\\[")"'
	fails "... and none with --no-color" bash -c 'unset NO_COLOR; TERM=xterm script -qec "temper lint --no-color colour.Dockerfile" /dev/null </dev/null | grep -q "$(printf "\033\\[")"'
	rm colour.Dockerfile
else
	skip "--no-color on a terminal" "script is not installed"
fi
printf 'FROM a:1\nFOO\n' >app/bad.Dockerfile
expect "of several files the bad one is told" 3 '^temper: app/bad.Dockerfile:2: unknown' temper lint app
expect "... and the others are looked at" 3 '^app/Dockerfile:1:6' temper lint app
rm app/bad.Dockerfile

# Other tools' files.
printf 'ignored:\n  - DL3006\noverride:\n  warning: [DL3004]\n  error: [DL3057]\ntrustedRegistries: [reg.example]\nfailure-threshold: error\n' >.hadolint.yaml
expect "hadolint's configuration: a rule ignored, a severity, a registry" 1 '^app/Dockerfile:2:5: medium DL3004' temper lint app/Dockerfile
expect "... the registry" 1 'DL3026: debian comes from docker.io, which is not trusted' temper lint app/Dockerfile
fails "... what is ignored is not told" bash -c 'temper lint app/Dockerfile | grep -q DL3006'
printf 'ignord: [DL3006]\n' >.hadolint.yaml
refuse "... and a typing error in it" 2 "\.hadolint\.yaml:1:1: .*'ignord'.*did you mean 'ignored'" temper lint app/Dockerfile
rm .hadolint.yaml
printf '# it is built by root\nDS010 exp:2999-01-01\nDS001 exp:2020-01-01\n' >.trivyignore
expect "Trivy's ignore file" 1 '^app/Dockerfile:2:5: ignored DL3004' temper lint --all app/Dockerfile
expect "... and what is past its day in it" 1 '^app/Dockerfile:1:6: medium DL3006' temper lint app/Dockerfile
rm .trivyignore
mkdir .temper
printf 'waivers:\n  - rule: DL3006\n    path: app/**\n    reason: a snapshot\n    until: 2999-01-01\n' >.temper/waivers.yaml
expect "a waiver" 1 'a snapshot' temper lint --all app/Dockerfile
rm -r .temper
printf '# temper ignore=DL3006\nFROM debian\nUSER 1\nHEALTHCHECK NONE\n' >i.Dockerfile
expect "an inline ignore" 0 'no faults, 1 ignored' temper lint i.Dockerfile
expect "... without a reason where one is wanted" 1 'DL1001' temper lint --require-reason i.Dockerfile
expect "... or where none counts" 1 'DL3006' temper lint --disable-ignore-pragma i.Dockerfile

# Every form.
temper lint --no-fail app -o json=o.json -o sarif=o.sarif -o junit=o.xml -o markdown=o.md -o html=o.html -o csv=o.csv -o text >text
holds "all forms tell the same faults" python3 - <<'PY'
import json, re, xml.etree.ElementTree as tree
text = set(re.findall(r"^(\S+?):(\d+):(\d+): \w+ (\S+): ", open("text").read(), re.M))
checks = json.load(open("o.json"))["checks"]
found = {(f["path"], str(f["line"]), str(f["column"]), c["rule"]) for c in checks for f in c["faults"]}
assert found == text and len(text) > 20, (found ^ text)
run = json.load(open("o.sarif"))["runs"][0]
places = {(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], str(r["locations"][0]["physicalLocation"]["region"]["startLine"]),
           str(r["locations"][0]["physicalLocation"]["region"]["startColumn"]), r["ruleId"]) for r in run["results"]}
assert places == text, (places ^ text)
assert tree.parse("o.xml").getroot().find(".//failure") is not None
for name in ("o.md", "o.html", "o.csv"):
    said = open(name).read()
    assert all(rule in said for _, _, _, rule in text), name
PY
expect "rules with what others call them" 0 'DL3020 +high .*\(DS-0005 CIS-4\.9' temper lint --list-rules
refuse "one report on standard output" 2 'only one report' temper lint app -o json -o text

# What is taken, by buildah's word: each file is parsed by both. A build from scratch with nothing to run.
builds() { buildah --root "$work/b/root" --runroot "$work/b/run" --storage-driver vfs bud --isolation chroot -q -f "$1" -t x "$work/context" >out 2>err </dev/null; }
accepts() { # NAME: Dockerfile on standard input, which both take
	cat >d
	if ! temper lint --no-fail -q --kind dockerfile d >said 2>&1; then bad "temper takes: $1" "$(tail -1 said)"
	elif ! builds d; then bad "buildah takes: $1" "$(tail -1 err)"
	else ok "both take: $1"; fi
}
refuses() { # NAME: which both refuse
	cat >d
	if temper lint --no-fail -q --kind dockerfile d >said 2>&1; then bad "temper refuses: $1" "it takes it"
	elif builds d; then bad "buildah refuses: $1" "it takes it"
	else ok "both refuse: $1"; fi
}
mkdir -p context/dir
echo a >context/a; echo b >context/b; echo c >'context/c d'; echo x >context/dir/x
printf 'FROM scratch\nCOPY a /\n' >d
if ! command -v buildah >/dev/null; then
	skip "buildah's word for Dockerfiles" "buildah is not installed"
elif ! builds d; then
	skip "buildah's word for Dockerfiles" "$(tail -1 err)"
else
	accepts "lower case" < <(printf 'from scratch\ncopy a /\n')
	accepts "blanks in front" < <(printf '\n\n# c\n  FROM scratch\n\tCOPY a /\n')
	accepts "lines of DOS" < <(printf 'FROM scratch\r\nCOPY a /\r\n')
	accepts "continuations" < <(printf 'FROM scratch\nCOPY a \\\n  b \\\n  /dir/\n')
	accepts "a comment within" < <(printf 'FROM scratch\nCOPY a \\\n# note\n  b /dir/\n')
	accepts "blanks behind the escape" < <(printf 'FROM scratch\nCOPY a \\  \n b /dir/\n')
	accepts "the other escape" < <(printf '# escape=`\nFROM scratch\nCOPY a `\n b /dir/\n')
	accepts "JSON with blanks" < <(printf 'FROM scratch\nCOPY ["c d", "/c d"]\n')
	accepts "an ARG for FROM" < <(printf 'ARG V=scratch\nFROM ${V}\nCOPY a /\n')
	accepts "a default in FROM" < <(printf 'ARG V\nFROM ${V:-scratch}\nCOPY a /\n')
	# BuildKit finds it as One or ONE too, buildah 1.28 does not.
	accepts "a stage by name" < <(printf 'FROM scratch AS One\nCOPY a /\nFROM scratch\nCOPY --from=One /a /b\n')
	accepts "a stage by number" < <(printf 'FROM scratch\nCOPY a /\nFROM scratch\nCOPY --from=0 /a /b\n')
	accepts "a stage on a stage" < <(printf 'FROM scratch AS x\nCOPY a /\nFROM x\nCOPY b /\n')
	accepts "both forms of ENV" < <(printf 'FROM scratch\nENV a=b c="d e" f=g\\ h\nENV one two three\n')
	accepts "both forms of LABEL" < <(printf 'FROM scratch\nLABEL "x y"=z a=b\nLABEL k v\n')
	accepts "variables in paths" < <(printf 'FROM scratch\nENV D=/dir\nCOPY a ${D}/a\nWORKDIR $D\nCOPY b ${D:-x}/\n')
	accepts "ARG with and without a value" < <(printf 'FROM scratch\nARG A\nARG B=1\nENV C=${B:+x}\n')
	accepts "CMD in both forms" < <(printf 'FROM scratch\nCMD ["a", "b"]\nENTRYPOINT ["c"]\nCMD a && b | c\n')
	accepts "brackets that are no JSON" < <(printf 'FROM scratch\nCMD [ -f x ]\nENTRYPOINT []\n')
	accepts "ports and volumes" < <(printf 'FROM scratch\nEXPOSE 80 443/tcp 53/udp\nVOLUME /a /b\nVOLUME ["/c"]\n')
	accepts "health checks" < <(printf 'FROM scratch\nHEALTHCHECK --interval=5s --retries=3 CMD ["/a"]\nHEALTHCHECK NONE\n')
	accepts "SHELL, STOPSIGNAL, USER" < <(printf 'FROM scratch\nSHELL ["/a", "-c"]\nSTOPSIGNAL SIGTERM\nUSER 1:2\n')
	accepts "ONBUILD" < <(printf 'FROM scratch\nONBUILD COPY a /\nONBUILD ENV x=y\n')
	accepts "flags of COPY" < <(printf 'FROM scratch\nCOPY --chown=1:2 --chmod=755 a /\n')
	accepts "directories and patterns" < <(printf 'FROM scratch\nADD dir /dir/\nCOPY dir/* /x/\n')
	accepts "MAINTAINER" < <(printf 'FROM scratch\nMAINTAINER me <me@example.org>\n')
	accepts "an escape at the end of the file" < <(printf 'FROM scratch\nCOPY a /\nUSER x\\\n')
	accepts "a byte order mark" < <(printf '\xef\xbb\xbfFROM scratch\nCOPY a /\n')
	refuses "an unknown instruction" < <(printf 'FROM scratch\nFOO bar\n')
	refuses "half a FROM" < <(printf 'FROM scratch AS\n')
	refuses "COPY without a destination" < <(printf 'FROM scratch\nCOPY a\n')
	refuses "ENV without anything" < <(printf 'FROM scratch\nENV\n')
	refuses "ENV with a name alone" < <(printf 'FROM scratch\nENV a=b c\n')
	refuses "a flag that there is not" < <(printf 'FROM scratch\nCOPY --frm=x a /\n')
	refuses "a health check of no kind" < <(printf 'FROM scratch\nHEALTHCHECK FOO\n')
	refuses "SHELL that is no JSON" < <(printf 'FROM scratch\nSHELL a -c\n')
	refuses "JSON of numbers" < <(printf 'FROM scratch\nCMD [1, 2]\n')
	refuses "no instruction" < <(printf '# nothing\n')
	refuses "an escape that there is not" < <(printf '# escape=x\nFROM scratch\n')
	refuses "a heredoc without an end" < <(printf 'FROM scratch\nRUN <<E\nx\n')
	# 1.28, which Debian 12 has, knows no heredocs; later ones do.
	printf 'FROM scratch\nCOPY <<E /e\nx\nE\n' >d
	run temper lint --no-fail -q --kind dockerfile d
	[ "$code" = 0 ] && ok "temper takes a heredoc" || bad "temper takes a heredoc" "exit $code"
	builds d && ok "and buildah" || skip "buildah's word for heredocs" "buildah $(buildah --version | awk '{ print $3 }') has none"
fi
flow_end
