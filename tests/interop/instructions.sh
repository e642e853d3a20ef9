#!/bin/bash
# What reading an image costs, in instructions, which do not depend on what else a machine does: beside the baselines in
# tests/case/instructions.txt. More than a fifth more is a regression; a fifth less asks for a new baseline. Start-up is
# taken off. Counts are GCC's release builds' on amd64; elsewhere it is skipped.
. "$(dirname "$0")/flow"
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
build=$(dirname "$(command -v temper)")
[ "$(uname -m)" = x86_64 ] || { echo "the baselines are amd64's"; exit 77; }
grep -q '"value": "release"' "$build/meson-info/intro-buildoptions.json" 2>/dev/null && readelf -p .comment "$build/temper" | grep -q 'GCC: (Debian 12' ||
	{ echo "the baselines are of release builds by GCC 12"; exit 77; }
python3 - <<'PY'
import hashlib, io, json, tarfile

def archive(name, layers):
    ids = [hashlib.sha256(l).hexdigest() for l in layers]
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + i for i in ids]}}).encode()
    with tarfile.open(name + ".tar", "w") as t:
        def add(n, data):
            i = tarfile.TarInfo(n); i.size = len(data); t.addfile(i, io.BytesIO(data))
        for i, l in enumerate(layers): add("%d/layer.tar" % i, l)
        add("config.json", config)
        add("manifest.json", json.dumps([{"Config": "config.json", "RepoTags": [name + ":1"], "Layers": ["%d/layer.tar" % i for i in range(len(layers))]}]).encode())

def layer(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for path, data in files:
            i = tarfile.TarInfo(path); i.size = len(data); t.addfile(i, io.BytesIO(data))
    return out.getvalue()

system = [("etc/os-release", b"ID=debian\nVERSION_ID=12\n")]
def tiny(n, at=""): return [("srv/%sd%d/file%d.txt" % (at, i // 50, i), b"x" * (i % 40)) for i in range(n)]
def debs(n):
    status = b"".join(b"Package: package%d\nStatus: install ok installed\nVersion: 1.%d\nArchitecture: amd64\nSource: source%d\nDepends: package%d\nDescription: x\n\n" % (i, i, i, max(i - 1, 0)) for i in range(n))
    lists = [("var/lib/dpkg/info/package%d.md5sums" % i, b"".join(b"%032x  usr/share/p%d/file%d\n" % (i, i, j) for j in range(20))) for i in range(n)]
    return [("var/lib/dpkg/status", status)] + lists + [("usr/share/p%d/file%d" % (i, j), b"y") for i in range(n) for j in range(20)]
def node(n): return [("app/node_modules/m%d/package.json" % i, json.dumps({"name": "m%d" % i, "version": "1.%d.0" % i, "license": "MIT", "dependencies": {"m%d" % (i + 1): "*"}}).encode()) for i in range(n)]
archive("nothing", [layer(system)])
archive("files", [layer(system + tiny(5000))])
archive("layers", [layer(system + tiny(50, "l%d/" % i)) for i in range(100)])
archive("debs", [layer(system + debs(300))])
archive("node", [layer(system + node(1000))])
PY
count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null temper sbom -q --trust-digests docker-archive:"$1.tar" 2>&1 >/dev/null | sed -n 's/.*Collected : //p'; }
none=$(count nothing)
while read -r name baseline; do
	[ "${name#\#}" = "$name" ] && [ -n "$name" ] || continue
	now=$(($(count "$name") - none))
	echo "$name $now" >>counts
	if [ "$now" -gt $((baseline * 6 / 5)) ]; then bad "$name" "$now instructions, and $baseline once: more than a fifth more"
	elif [ "$now" -lt $((baseline * 4 / 5)) ]; then bad "$name" "$now instructions, and $baseline once: write that down"
	else ok "$name: $now instructions, $((now * 100 / baseline)) % of the baseline"; fi
done <"$TEMPER_SOURCE/tests/case/instructions.txt"
flow_end
