#!/bin/bash
# A package that pacman itself installed: temper's inventory beside pacman -Q and -Ql, and what is told of a file
# that was changed.
. "$(dirname "$0")/flow"
command -v pacman >/dev/null || { echo "pacman is not installed"; exit 77; }
mkdir -p "pkg/usr/bin" "pkg/usr/share/a b" pkg/etc root/var/lib/pacman
echo hello >pkg/usr/bin/tool
ln -s tool pkg/usr/bin/alias
echo text >"pkg/usr/share/a b/ü"
echo conf >pkg/etc/tool.conf
cat >pkg/.PKGINFO <<'INFO'
pkgname = tool
pkgbase = tools
pkgver = 1:2.0-1
pkgdesc = A tool
url = https://example.org
arch = any
license = MIT
license = GPL2
backup = etc/tool.conf
provides = libtool.so=1-64
INFO
python3 - <<'PY'
import gzip, hashlib, os
lines = ["#mtree", "/set type=file uid=0 gid=0 mode=644"]
quoted = lambda p: "".join(chr(b) if 0x21 <= b < 0x7f and b not in b"\\#" else "\\%03o" % b for b in os.fsencode(p))
for top, dirs, files in sorted(os.walk("pkg")):
    for name in sorted(dirs + files):
        path = os.path.join(top, name)
        said = "./" + quoted(os.path.relpath(path, "pkg"))
        if os.path.islink(path): lines.append(f"{said} time=1.0 mode=777 type=link link={os.readlink(path)}")
        elif os.path.isdir(path): lines.append(f"{said} time=1.0 mode=755 type=dir")
        elif not name.startswith(".PKG"):
            data = open(path, "rb").read()
            lines.append(f"{said} time=1.0 size={len(data)} md5digest={hashlib.md5(data).hexdigest()} sha256digest={hashlib.sha256(data).hexdigest()}")
open("pkg/.MTREE", "wb").write(gzip.compress(("\n".join(lines) + "\n").encode()))
PY
tar -C pkg --zstd -cf tool.pkg.tar.zst .PKGINFO .MTREE etc usr
printf '[options]\nSigLevel = Never\nArchitecture = auto\n' >pacman.conf
set -- pacman --config pacman.conf -r "$work/root" -b "$work/root/var/lib/pacman"
run "$@" --noconfirm -dd -U tool.pkg.tar.zst
[ "$code" -eq 0 ] || { echo "pacman cannot install here: $(tail -n 1 err)"; exit 77; }
"$@" -Q >told
"$@" -Ql | grep -v '/$' | sed "s|^tool $work/root/||" | LC_ALL=C sort >files.pacman
holds "the tree is read" temper sbom -q --files -o json=report.json dir:root
python3 - <<'PY'
import json
d = json.load(open("report.json"))
p, = [p for p in d["packages"] if p["type"] == "alpm"]
open("name", "w").write(p["name"] + " " + p["version"] + "\n")
open("files.temper", "w").write("".join(f["path"] + "\n" for f in p["files"]))
open("rest", "w").write(f'{p["purl"]} {p["licence"]} {sum("sha256" in f for f in p["files"])} {len(d.get("changed", []))}\n')
PY
same "the package" "$(cat name)" "$(cat told)"
same "its files" "$(cat files.temper)" "$(cat files.pacman)"
same "its purl, licence, digests and changes" "$(cat rest)" "pkg:alpm/arch/tool@1:2.0-1?arch=any&upstream=tools GPL-2.0-only AND MIT 3 0"
echo more >>root/usr/bin/tool
holds "the changed tree is read" temper sbom -q --files -o json=report.json dir:root
same "what is changed" "$(python3 -c 'import json; print([c["path"] for c in json.load(open("report.json"))["changed"]])')" "['usr/bin/tool']"
flow_end
