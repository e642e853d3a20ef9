#!/bin/bash
# What the audit says of files: a Debian system with one planted fault each, and how its programs were linked and compiled
# beside what hardening-check and readelf say of every one of them.
. "$(dirname "$0")/flow"
for needed in mmdebstrap gcc setcap python3 readelf; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
build=$(dirname "$(command -v temper)")
tool=$(realpath "$build")/tests/unit/codec/interop_elf_tool
run mmdebstrap --quiet --variant=essential --skip=check/empty --format=tar "${TEMPER_TEST_SUITE:-bookworm}" tree.tar
[ "$code" -eq 0 ] || { echo "mmdebstrap cannot install here: $(tail -n 1 err)"; exit 77; }
mkdir root && tar -xf tree.tar -C root --exclude='./dev/*' || exit 3
rm tree.tar

# image NAME DIR...: a docker archive of directories as layers, run as 65534.
cat >image.py <<'PY'
import hashlib, io, json, subprocess, sys, tarfile
name, layers = sys.argv[1], sys.argv[2:]
config = {"architecture": "amd64", "os": "linux", "config": {"User": "65534"}, "history": [],
          "rootfs": {"type": "layers", "diff_ids": []}}
files = []
for i, d in enumerate(layers):
    layer = subprocess.run(["tar", "-C", d, "--xattrs", "--xattrs-include=*", "--sort=name", "--numeric-owner", "-cf-", "."],
                           stdout=subprocess.PIPE, check=True).stdout
    config["rootfs"]["diff_ids"].append("sha256:" + hashlib.sha256(layer).hexdigest())
    config["history"].append({"created_by": "RUN step " + str(i)})
    files.append((f"{i}.tar", layer))
with tarfile.open(name, "w") as t:
    def put(n, b):
        e = tarfile.TarInfo(n)
        e.size = len(b)
        t.addfile(e, io.BytesIO(b))
    put("c.json", json.dumps(config).encode())
    put("manifest.json", json.dumps([{"Config": "c.json", "RepoTags": ["x:1"], "Layers": [f for f, _ in files]}]).encode())
    for n, b in files:
        put(n, b)
PY
# faults RULE: "PATH: WHAT", a line each, of the last report.
cat >faults.py <<'PY'
import json, sys
d = json.load(open("report.json"))
for c in d["checks"]:
    if c["rule"] == sys.argv[1] if isinstance(c["rule"], str) else c["rule"]["id"] == sys.argv[1]:
        print(c["outcome"] if not c.get("faults") else "\n".join(f["what"] + " | " + f.get("instruction", "") for f in c["faults"]))
PY
audit() { temper audit -q --no-secrets --only fs,elf -o json=report.json "docker-archive:$1"; }
is() { local got; got=$(python3 faults.py "$2"); [ "$got" = "$3" ] && ok "$1" || bad "$1" "$got" "and not" "$3"; }
has() { python3 faults.py "$2" | grep -F "$3" >/dev/null && ok "$1" || bad "$1" "$(python3 faults.py "$2" | head -5)"; }
hasnt() { python3 faults.py "$2" | grep -F "$3" >/dev/null && bad "$1" || ok "$1"; }

# The system as it is: what is true of it, and nothing else.
holds "the image is made" python3 image.py plain.tar root
holds "it is audited" audit plain.tar
find root -xdev -type f -perm /6000 -printf '%P\n' | LC_ALL=C sort >setuid.find
python3 faults.py fs.no_setuid | sed 's/ runs with .*//' | LC_ALL=C sort >setuid.temper
cmp -s setuid.find setuid.temper && ok "setuid files are those that find(1) finds: $(wc -l <setuid.find)" || bad "setuid files" "$(diff setuid.find setuid.temper)"
for rule in fs.no_capabilities fs.no_world_writable fs.owners_known fs.no_devices fs.no_writable_code fs.loader fs.no_compiler \
	fs.no_debugger fs.no_editors fs.no_network_tools fs.unchanged fs.no_unknown_programs elf.relro elf.nx elf.no_textrel elf.runpath \
	elf.pie elf.stack_protector fs.no_credential_names; do
	is "$rule holds of it" $rule pass
done
is "its shells" fs.no_shell "$(printf '%s | RUN step 0\n' 'usr/bin/bash is a shell; also as usr/bin/rbash' 'usr/bin/dash is a shell; also as usr/bin/sh')"
has "its package manager" fs.no_package_manager "usr/bin/dpkg is a package manager"

# One fault each, in a layer of their own.
mkdir -p bad/app/bin bad/open bad/usr/bin bad/usr/local/bin bad/var/lib/apt/lists bad/root/.ssh bad/src/.git bad/opt
cat >x.c <<'C'
#include <stdio.h>
#include <string.h>
int main(int n, char **v)
{
	char b[99];
	strcpy(b, v[0]);
	printf("%s %d\n", b, n);
	return 0;
}
C
good="-O2 -fPIE -pie -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wl,-z,relro,-z,now"
cc() { gcc -w -U_FORTIFY_SOURCE x.c "$@"; }
cc $good -o bad/app/bin/good
cc $good -no-pie -fno-pie -o bad/app/bin/fixed
cc $good -Wl,-z,execstack -o bad/app/bin/execstack
cc $good -Wl,-z,norelro -o bad/app/bin/norelro
cc $good -Wl,-z,lazy -o bad/app/bin/lazy
cc $good -D_FORTIFY_SOURCE=0 -o bad/app/bin/unfortified
cc $good -Wl,-rpath,/tmp/x:/usr/lib -o bad/app/bin/runpath
cc $good -Wl,-rpath,'$ORIGIN/../../open' -o bad/app/bin/origin
# Enough code to have something to guard.
{ echo '#include <string.h>'; for i in $(seq 400); do echo "int f$i(char *s) { char b[64]; strcpy(b, s); return strlen(b) + f(b, $i); }"; done; echo 'int main() { return f1("x"); } int f(char *s, int i) { return s[i % 2]; }'; } >large.c
gcc -w ${good/-fstack-protector-strong/-fno-stack-protector} large.c -o bad/app/bin/unguarded
gcc -w $good large.c -o bad/app/bin/guarded
cp bad/app/bin/good bad/usr/bin/ping && setcap cap_net_raw=ep bad/usr/bin/ping 2>err && caps=1 || caps=''
cp bad/app/bin/good bad/usr/bin/su2 && chmod 4755 bad/usr/bin/su2
cp bad/app/bin/good bad/opt/tcpdump
chmod 777 bad/open
printf '#!/bin/sh\n' >bad/usr/local/bin/start && chmod 755 bad/usr/local/bin/start && chown 65534 bad/usr/local/bin/start
echo x >bad/var/lib/apt/lists/deb_InRelease
echo x >bad/root/.ssh/known_hosts
echo x >bad/src/.git/HEAD
echo x >bad/src/.env
mkdir -p bad/etc && echo /opt/x.so >bad/etc/ld.so.preload
cp bad/app/bin/good bad/usr/bin/cat
touch bad/src/owned && chown 4242:4243 bad/src/owned
holds "the second image is made" python3 image.py bad.tar root bad
holds "it is audited too" audit bad.tar
[ -z "$caps" ] && skip "a capability" "setcap may not here" || is "a capability" fs.no_capabilities 'usr/bin/ping has cap_net_raw=ep | RUN step 1'
has "a setuid file" fs.no_setuid 'usr/bin/su2 runs with the rights of user 0 (04755) | RUN step 1'
is "an open directory" fs.no_world_writable '/open is writable by everybody (0777) | RUN step 1'
has "files of nobody" fs.owners_known '1 file belongs to user 4242, which is no account: /src/owned'
has "a program that its own user may change" fs.no_writable_code "/usr/local/bin/start can be written by the image's user nobody (65534), as its owner (0755)"
is "a preloaded library" fs.loader 'etc/ld.so.preload loads /opt/x.so into every program | RUN step 1'
has "a tool by its name, where no package put it" fs.no_network_tools 'opt/tcpdump is a network inspector | RUN step 1'
has "lists of packages" fs.no_leftovers 'var/lib/apt/lists: cache, 1 files'
has "a repository" fs.no_leftovers 'src/.git: version control'
has "an environment file" fs.no_leftovers 'src/.env: environment file'
has "known hosts" fs.no_leftovers 'root/.ssh: ssh'
has "a replaced program" fs.unchanged 'bin/cat is not as coreutils'
is "and no other" fs.unchanged "$(python3 faults.py fs.unchanged | grep /cat)"
has "a program of no package" fs.no_unknown_programs 'no package accounts for executable app/bin/good'
is "a fixed place" elf.pie 'app/bin/fixed is linked to a fixed place in memory | RUN step 1'
is "an executable stack" elf.nx 'app/bin/execstack has an executable stack | RUN step 1'
is "no RELRO" elf.relro 'app/bin/norelro has no read-only relocations | RUN step 1'
has "partial RELRO" elf.bind_now 'app/bin/lazy resolves symbols as it runs'
hasnt "full RELRO" elf.bind_now 'app/bin/good'
is "no guard" elf.stack_protector 'app/bin/unguarded was compiled without a guard of the stack | RUN step 1'
is "no checked functions" elf.fortify 'app/bin/unfortified calls the unchecked functions of the C library alone | RUN step 1'
is "where libraries are looked for" elf.runpath "$(printf '%s | RUN step 1\n' "app/bin/origin: '\$ORIGIN/../../open' of its RUNPATH is writable by everybody" "app/bin/runpath: '/tmp/x' of its RUNPATH is for temporary files")"

# Every program and library of the system, beside two that read them by themselves.
find root/usr -xdev -type f | LC_ALL=C sort | "$tool" >elf.temper
cut -f1 elf.temper >elf.paths
cat >readelf.py <<'PY'
import subprocess
lines = [l.rstrip("\n").split("\t") for l in open("elf.temper")]
wrong = []
for i in range(0, len(lines), 50):
    part = lines[i:i + 50]
    out = subprocess.run(["readelf", "-Wld"] + [l[0] for l in part], capture_output=True, text=True).stdout
    texts = out.split("\nFile: ")
    texts = [t for t in texts if t.strip()] if len(part) > 1 else [out]
    assert len(texts) == len(part), (len(texts), len(part))
    for l, t in zip(part, texts):
        relro = "GNU_RELRO" in t
        now = "BIND_NOW" in t or "Flags: NOW" in t or " NOW" in t.split("FLAGS_1", 1)[-1].split("\n", 1)[0] and "FLAGS_1" in t
        pie = "PIE" in t.split("FLAGS_1", 1)[-1].split("\n", 1)[0] and "FLAGS_1" in t
        stack = [x for x in t.split("\n") if "GNU_STACK" in x]
        want = ["none" if not relro else "full" if now or (pie and "INTERP" not in t) else "partial",
                "untold" if not stack else "executable" if "RWE" in stack[0] else "plain"]
        if "fixed" == l[1] and "EXEC (" not in t or l[2:4] != want:
            wrong.append((l[:4], want))
print(len(lines), "files")
assert not wrong, wrong[:5]
PY
holds "readelf says the same of place, RELRO and stack: $(wc -l <elf.paths) files" python3 readelf.py
if command -v hardening-check >/dev/null; then
	# It asks objdump of every file too, so each third one.
	awk 'NR % 3 == 0' elf.paths | xargs hardening-check >checked 2>/dev/null
	cat >checked.py <<'PY'
told, path = {}, None
for line in open("checked"):
    if line[0] != " ":
        path = line.rstrip(":\n")
        told[path] = {}
    else:
        key, value = line.strip().split(": ", 1)
        told[path][key] = value
ours = {f[0]: f for f in (l.rstrip("\n").split("\t") for l in open("elf.temper"))}
wrong, ruled = [], 0
for path, said in told.items():
    f = ours[path]
    field = dict(x.split("=", 1) for x in f[4:])
    pie = said["Position Independent Executable"]
    # "no, regular shared library (ignored)" is a library; libc.so.6 and the loader can be run, and are libraries all the same.
    form = "fixed" if pie.startswith("no, normal") else "shared" if "shared library" in pie else "pie"
    if form != f[1]:
        wrong.append((path, pie, f[1]))
    guard = said["Stack protected"].startswith("yes")
    if guard != (field["guard"] == "1"):
        wrong.append((path, said["Stack protected"], field["guard"]))
    if said["Read-only relocations"].startswith("yes") != (f[2] != "none"):
        wrong.append((path, said["Read-only relocations"], f[2]))
    if said["Immediate binding"].startswith("yes") != (f[2] == "full"):
        wrong.append((path, said["Immediate binding"], f[2]))
    # It counts any function that could be checked; we, those that always are: ours must be its, where we say something.
    fortify = said["Fortify Source functions"]
    unchecked = field["fortified"] == "0" and field["plain"] != "0"
    if unchecked and not fortify.startswith("no"):
        wrong.append((path, fortify, field["plain"]))
    if fortify.startswith("no") and not unchecked:
        ruled += 1 # memcpy and the like alone: the compiler may have proven them
        if field["plain"] != "0":
            wrong.append((path, fortify, field["plain"]))
print(len(told), "files,", ruled, "without a function that is always replaced")
assert not wrong, wrong[:8]
PY
	holds "hardening-check says the same: $(python3 checked.py 2>/dev/null)" python3 checked.py
else
	skip "hardening-check" "it is not installed"
fi
flow_end
