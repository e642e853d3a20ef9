#!/bin/bash
# Images that lie, hide and blow up, by every trick that is known of archives and bills of materials: each is refused with
# one line and exit 3, or read as its rules say; nothing crashes, hangs or takes memory without bound.
. "$(dirname "$0")/flow"
cat >make.py <<'PY'
"""make.py NAME: layer.tar of that attack, and image.tar around it (a docker archive)."""
import gzip, hashlib, io, json, struct, sys, tarfile

def header(name, size=0, kind=b"0", link=b"", mode=0o644, uid=0, size_field=None, magic=b"ustar\x0000", prefix=b"", mtime=0, more=0):
    if isinstance(name, str): name = name.encode()
    if isinstance(link, str): link = link.encode()
    h = bytearray(512)
    def put(at, b): h[at:at + len(b)] = b
    put(0, name[:100]); put(100, b"%07o\0" % mode); put(108, b"%07o\0" % uid); put(116, b"0000000\0")
    put(124, size_field if size_field is not None else b"%011o\0" % size); put(136, b"%011o\0" % mtime)
    put(156, kind); put(157, link[:100]); put(257, magic); put(345, prefix); h[482] = more
    put(148, b" " * 8); put(148, b"%06o\0 " % sum(h))
    return bytes(h)

def file(name, data=b"", **more):
    return header(name, len(data), **more) + data + b"\0" * (-len(data) % 512)

def pax(records, data=b""):
    body = records if isinstance(records, bytes) else b"".join(records)
    return file("pax", body, kind=b"x") 

def record(key, value):
    line = b" %s=%s\n" % (key, value)
    n = len(line)
    while len(str(n + len(str(n)))) != len(str(n)) or True:
        total = n + len(str(n))
        if len(str(total)) + n == total: break
        n2 = len(str(total)); total = n + n2; break
    for total in range(n, n + 10):
        if len(str(total)) + n == total: return str(total).encode() + line
END = b"\0" * 1024
STATUS = b"Package: real\nStatus: install ok installed\nVersion: 1.0\nArchitecture: all\n\n"
OTHER = b"Package: evil\nStatus: install ok installed\nVersion: 6.6\nArchitecture: all\n\n"
DB = "var/lib/dpkg/status"
base = file("etc/os-release", b"ID=debian\nVERSION_ID=12\n")

def attack(name):
    one = lambda *parts: [b"".join(parts) + END]
    return {
        "dotdot": lambda: one(base, file("../../etc/x", b"x")),
        "absolute": lambda: one(base, file("/" + DB, STATUS)),
        "through-link": lambda: one(base, file("a", kind=b"2", link="/etc"), file("a/passwd", b"x"), file(DB, STATUS)),
        "root-link": lambda: one(base, file("/", kind=b"2", link="/etc")),
        "hardlink-out": lambda: one(base, file("h", kind=b"1", link="../../etc/shadow")),
        "hardlink-forward": lambda: one(base, file("h", kind=b"1", link="later"), file("later", b"x")),
        "hardlink-to-db": lambda: one(base, file("tmp/x", STATUS), file(DB, kind=b"1", link="tmp/x")),
        "twice": lambda: one(base, file(DB, OTHER), file(DB, STATUS)),
        "spellings": lambda: one(base, file("./var//lib/dpkg/./status", STATUS)),
        "empty-name": lambda: one(base, file("", b"x")),
        "nul-name": lambda: one(base, pax([record(b"path", b"a\0b")]), file("f", b"x")),
        "long-component": lambda: one(base, pax([record(b"path", b"a" * 256)]), file("f", b"x")),
        "long-path": lambda: one(base, pax([record(b"path", b"a/" * 2100 + b"b")]), file("f", b"x")),
        "bytes-name": lambda: one(base, file(DB, STATUS), file(b"caf\xe9\xff/package.json", b'{"name":"x"}')),
        "whiteout-empty": lambda: one(base, file("d/.wh.", b"")),
        "whiteout-dot": lambda: one(base, file("d/.wh..", b"")),
        "whiteout-absent": lambda: [base + file(DB, STATUS) + END, file("no/.wh.such", b"") + END],
        "opaque-file": lambda: [base + file(DB, STATUS) + END, file(DB + "/.wh..wh..opq", b"") + END],
        "hidden": lambda: [base + file(DB, OTHER + STATUS) + END, file(DB, STATUS) + END],
        "pax-size": lambda: one(base, pax([record(b"size", b"%d" % len(STATUS))]), header(DB, 0) + STATUS + b"\0" * (-len(STATUS) % 512)),
        "pax-smuggle": lambda: one(base, pax([record(b"size", b"%d" % 512)]), header("x", 0) + header(DB, len(OTHER)), file(DB, STATUS)),
        "pax-malformed": lambda: one(base, pax(b"99 path=x\n"), file("f", b"x")),
        "pax-no-newline": lambda: one(base, pax(b"9 path=xy"), file("f", b"x")),
        "pax-huge": lambda: [base + header("pax", 1 << 30, kind=b"x") + b"0" * 4096],
        "sparse-map": lambda: [base + header("s", 0, kind=b"S", more=1) + (b"\0" * 504 + b"\1" + b"\0" * 7) * 3000],
        "sparse": lambda: one(base, header("s", 512, kind=b"S") + b"x" * 512, file(DB, STATUS)),
        "size-negative": lambda: one(base, header("f", size_field=b"\xff" * 12)),
        "size-octal": lambda: one(base, header("f", size_field=b"99999999999\0")),
        "uid-overflow": lambda: one(base, pax([record(b"uid", b"18446744073709551615")]), file("f", b"x")),
        "truncated": lambda: [(base + file("f", b"x" * 5000))[:-2000]],
        "garbage": lambda: [base + file(DB, STATUS) + END + b"evil" * 128],
        "bad-sum": lambda: one(base, b"f" + b"x" * 511),
        "hole": lambda: one(base, file(DB, STATUS)) and [base + b"\0" * 1024 + file(DB, OTHER) + END],
        "devices": lambda: one(base, file("dev/sda", kind=b"4"), file("run/fifo", kind=b"6"), file(DB, STATUS)),
        "deep": lambda: one(base, b"".join(pax([record(b"path", b"d/" * 2000 + b"f%d" % i)]) + file("f", b"") for i in range(200)), file(DB, STATUS)),
        "link-loop": lambda: one(base, file("l", kind=b"2", link="m"), file("m", kind=b"2", link="l"), file("l/x", b"x")),
        "many-links": lambda: one(base, b"".join(file("l%d" % i, kind=b"2", link="l%d" % (i + 1)) for i in range(60)), file("l0/x", b"x")),
        "long-status": lambda: one(base, file(DB, b"Package: a\nStatus: install ok installed\nVersion: 1\nDescription: " + b"x" * (3 << 20) + b"\n\n")),
        "json-deep": lambda: one(base, file(DB, STATUS), file("app/node_modules/x/package.json", b"[" * 100000)),
        "json-huge-number": lambda: one(base, file(DB, STATUS), file("app/node_modules/x/package.json", b'{"name":"x","version":1e400}')),
        "jar-bomb": lambda: one(base, file(DB, STATUS), file("x.jar", jar_bomb())),
        "controls": lambda: one(base, file(DB, STATUS.replace(b"real", b"re\x1b[2Jal") + STATUS)),
    }[name]()

def jar_bomb():
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("META-INF/MANIFEST.MF", b"Implementation-Title: a\n" + b"\0" * (64 << 20))
    return out.getvalue()

name = sys.argv[1]
packed = name.startswith("gz-")
if name == "gz-bomb": layers = [base + file("zeros", b"\0" * (200 << 20)) + END]
elif name == "gz-members": layers = [base + file(DB, STATUS) + END]
elif name == "gz-bad-crc": layers = [base + file(DB, STATUS) + END]
elif name == "gz-trailing": layers = [base + file(DB, STATUS) + END]
elif name == "gz-truncated": layers = [base + file(DB, STATUS) + END]
elif name in ("wrong-diff-id", "no-diff-id"): layers = [base + file(DB, STATUS) + END]
else: layers = attack(name)
def pack(data):
    if name == "gz-members": return b"".join(gzip.compress(data[i:i + 512], mtime=0) for i in range(0, len(data), 512)) + b"".join(gzip.compress(b"", mtime=0) for _ in range(1000))
    z = gzip.compress(data, 9, mtime=0)
    if name == "gz-bad-crc": z = z[:-8] + b"\0\0\0\0" + z[-4:]
    if name == "gz-trailing": z += b"evil"
    if name == "gz-truncated": z = z[:-20]
    return z
ids = [hashlib.sha256(l).hexdigest() for l in layers]
if name == "wrong-diff-id": ids[0] = "1" * 64
if name == "no-diff-id": ids[0] = "0" * 64
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + i for i in ids]}}).encode()
with tarfile.open("image.tar", "w") as t:
    def add(n, data):
        i = tarfile.TarInfo(n); i.size = len(data); t.addfile(i, io.BytesIO(data))
    for i, l in enumerate(layers): add("%d/layer.tar" % i, pack(l) if packed else l)
    c = hashlib.sha256(config).hexdigest() + ".json"
    add(c, config)
    add("manifest.json", json.dumps([{"Config": c, "RepoTags": ["x:1"], "Layers": ["%d/layer.tar" % i for i in range(len(layers))]}]).encode())
PY
# lies NAME REGEX: refused. reads NAME PURL...: exactly these packages. partly NAME PURL...: and exit 4, with a warning.
scan() { (ulimit -v 4000000; exec timeout 60 temper sbom -q -o purls "$@"); }
made() { python3 make.py "$1" || { bad "$1" "not made"; return 1; }; }
lies() { made "$1" && refuse "$1 is refused" 3 "$2" scan docker-archive:image.tar; }
reads() { how=0; [ "$1" = partly ] && { how=4; shift; }; n=$1; shift
	made "$n" || return
	run scan docker-archive:image.tar
	printf '%s\n' "$@" | LC_ALL=C sort >want
	if [ "$code" -ne "$how" ]; then bad "$n is read" "exit $code and not $how"; else same "$n is read" "$(cat want)" "$(cat out)"; fi; }
real='pkg:deb/debian/real@1.0?arch=all&distro=debian-12' evil='pkg:deb/debian/evil@6.6?arch=all&distro=debian-12'

lies dotdot 'bad path'
reads absolute "$real"
reads through-link "$real"
lies root-link 'root is no(t a)? directory'
lies hardlink-out 'bad link target'
lies hardlink-forward 'which is no file'
reads hardlink-to-db "$real"
reads twice "$real"
reads spellings "$real"
lies empty-name 'bad path'
lies nul-name 'PAX record'
lies long-component 'bad path'
lies long-path 'bad path|too long'
made bytes-name && expect "names that are no UTF-8 are written as JSON" 0 '' scan -o json=names.json docker-archive:image.tar
holds "... which any reader takes" python3 -c 'import json; json.load(open("names.json", encoding="utf-8"))'
lies whiteout-empty 'bad whiteout'
lies whiteout-dot 'bad whiteout'
reads whiteout-absent "$real"
reads opaque-file "$real"
reads hidden "$real"
made hidden && run scan --scope all-layers docker-archive:image.tar
same "what a lower layer had is told by all-layers" "$(printf '%s\n' "$evil" "$real")" "$(cat out)"
reads pax-size "$real"
reads pax-smuggle "$real"
lies pax-malformed 'malformed PAX'
lies pax-no-newline 'malformed PAX'
lies pax-huge 'extension header of 1073741824'
lies sparse-map 'map of more than'
reads sparse "$real"
lies size-negative 'size out of range'
lies size-octal 'size out of range'
lies uid-overflow 'PAX record'
lies truncated 'truncated'
lies garbage 'bytes after the end'
lies bad-sum 'bad checksum'
lies hole 'bytes after the end|which is no'
reads devices "$real"
made deep && expect "paths of 2,000 directories are read" 0 '' scan docker-archive:image.tar
lies link-loop 'too many links'
lies many-links 'too many links'
made long-status && expect "a stanza of 3 MiB is read" 0 'pkg:deb/debian/a@1' scan docker-archive:image.tar
reads partly json-deep "$real"
made json-huge-number && expect "a version that is a number is no version" 0 "real" scan docker-archive:image.tar
made jar-bomb && expect "a manifest of 64 MiB within a jar is told" 4 'x\.jar' temper sbom -v -o purls docker-archive:image.tar
made controls && run scan docker-archive:image.tar
fails "no control sequence comes out" grep -q $'\x1b' out err
lies gz-bomb 'times its size|more than'
reads gz-members "$real"
lies gz-bad-crc 'checksum'
lies gz-trailing 'after the end'
lies gz-truncated 'truncated'
lies wrong-diff-id 'has the digest|unpacks to'
lies no-diff-id 'digest'

# Bills of materials.
sbom() { printf '%s' "$2" >bill.json; expect "$1" "$3" "$4" timeout 60 temper sbom -q -o purls sbom:bill.json; }
sbom "a bill nested 100,000 deep" "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":$(python3 -c 'print("[" * 100000)')" 3 'nested|deep'
sbom "a bill with a key twice" '{"bomFormat":"CycloneDX","bomFormat":"CycloneDX","specVersion":"1.5","components":[]}' 3 'second time'
sbom "lone surrogates" '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"\ud800","version":"1"}]}' 3 'surrogate'
printf '\xef\xbb\xbf{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}' >bill.json
holds "a byte order mark is passed over" timeout 60 temper sbom -q -o purls sbom:bill.json
sbom "circles and references to themselves" '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","bom-ref":"a","name":"a","version":"1","purl":"pkg:npm/a@1"},{"type":"library","bom-ref":"a","name":"b","version":"1","purl":"pkg:npm/b@1"}],"dependencies":[{"ref":"a","dependsOn":["a","b","none"]}]}' 0 'pkg:npm/a@1'
python3 - >bill.json <<'PY'
import json
print(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library", "name": "p%d" % i, "version": "1", "purl": "pkg:npm/p%d@1" % i} for i in range(200000)]}))
PY
expect "a bill of 200,000 components is read" 0 'pkg:npm/p199999@1' timeout 60 temper sbom -q -o purls sbom:bill.json
flow_end
