#!/usr/bin/env python3
"""A small signed Debian archive: usage: archive.py DIR --program FILE [--with NAME]... [--without NAME[=VERSION]]... [--spoil HOW]
       [--own [--spoil-own HOW]]

Writes DIR/debian (trixie, trixie-updates) and DIR/debian-security (trixie-security), for amd64 and
arm64, and DIR/keyring.gpg. The key is made at the first call, in DIR/gnupg. PACKAGES says what is in
it: those with `more` only when asked for by --with. --own writes two repositories of somebody else's
besides, DIR/internal (suite stable, components main and extra) and DIR/flat, with DIR/own.gpg, own.asc
and own.fingerprint, and DIR/two.gpg, which has a second key (two.fingerprint). FILE is a program without libraries, which the
package app brings as usr/bin/app. --spoil makes the archive itself wrong; SPOIL says how.
"""
import argparse
import gzip
import hashlib
import io
import lzma
import os
import pathlib
import random
import shutil
import subprocess
import tarfile
import time

EPOCH = 1700000000  # of everything in a package
ARCHES = ("amd64", "arm64")
POCKETS = {"trixie": "debian", "trixie-updates": "debian", "trixie-security": "debian-security"}
KEY = "-----BEGIN PRIVATE KEY-----\n" + "MC4CAQAwBQYDK2VwBCIEIG5hYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\n" + "-----END PRIVATE KEY-----\n"
MENDED = """libapp (1.0-1+deb13u1) trixie-security; urgency=high

  * Refuse names that are too long (CVE-2025-10001) and empty ones
    (CVE-2025-10002).

 -- Nobody <nobody@example.org>  Sat, 01 Mar 2025 12:00:00 +0000

"""
FIRST = """libapp (1.0-1) unstable; urgency=medium

  * Fix CVE-2019-0007, long ago.

 -- Nobody <nobody@example.org>  Wed, 01 Jan 2020 12:00:00 +0000
"""


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def file(path, data, mode=0o644):
    return {"path": path, "data": data if isinstance(data, bytes) else data.encode(), "mode": mode}


def link(path, to):
    return {"path": path, "to": to}


def package(name, version="1.0-1", files=(), pocket="trixie", more=False, script="", control=(), **fields):
    return {"name": name, "version": version, "files": files, "pocket": pocket, "more": more, "script": script,
            "control": control, "fields": {key.replace("_", "-"): value for key, value in fields.items()}}


# A postinst that debhelper did not write.
ANSWERED = "#!/bin/sh\nset -e\nmkdir -p /var/lib/scripted\nchown 7:7 /var/lib/scripted\n"
PUZZLE = "#!/bin/sh\nset -e\n/usr/bin/puzzle --make /etc/puzzle.db\n"

COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2020 A Person \x1b[31m
License: GPL-2+
 See /usr/share/common-licenses/GPL-3, or /usr/share/common-licenses/MPL-2.0.
"""

# The source packages that the archive lists, as if it had their files.
SOURCE = """Package: {0}
Binary: {0}
Version: {1}
Vcs-Browser: https://git.example.org/{0}
Directory: pool/main/{0}
Checksums-Sha256:
 {2} 1000 {0}_{1}.orig.tar.xz
 {3} 100 {0}_{1}.dsc

"""
SOURCES = {
    "trixie": SOURCE.format("app", "1.0-1", "0a" * 32, "0b" * 32) + SOURCE.format("texts", "0.9-1", "0c" * 32, "0d" * 32),
    "trixie-security": SOURCE.format("texts", "1.0-1", "1a" * 32, "1b" * 32),
}

PACKAGES = [
    package("texts", files=[file("usr/share/doc/texts/copyright", COPYRIGHT),
                            file("usr/share/common-licenses/MPL-2.0", "The text of MPL 2\n")]),
    package("more-texts", files=[file("usr/share/doc/more-texts/copyright", COPYRIGHT)], Source="texts"),
    package("app", files=["program", file("usr/share/app/page.html", "a page\n")],
            Depends="libapp (>= 1), libbig, debconf (>= 0.5) | debconf-2.0"),
    package("libapp", files=[file("usr/lib/libapp/data", "data of libapp 1.0-1\n"),
                             file("usr/share/doc/libapp/changelog.Debian.gz", gzip.compress(FIRST.encode(), mtime=0))]),
    package("libbig", files=[file("usr/lib/libbig/blob", noise(1, 700 << 10))]),
    package("other", files=[file("usr/lib/other/data", "other\n")], Depends="libbig"),
    package("scripted", script=ANSWERED, files=[file("usr/share/scripted/x", "x\n")]),
    package("scripted-too", script=ANSWERED, files=[file("usr/share/scripted-too/x", "x\n")]),
    package("puzzled", script=PUZZLE, files=[file("usr/share/puzzled/x", "x\n")]),
    package("wanting", files=[file("usr/share/wanting/x", "x\n")], Depends="nowhere (>= 2)"),
    package("libapp", "1.0-1+deb13u1", pocket="trixie-security", more="fix",
            files=[file("usr/lib/libapp/data", "data of libapp, mended\n"),
                   file("usr/share/doc/libapp/changelog.Debian.gz", gzip.compress((MENDED + FIRST).encode(), mtime=0))]),
    package("libbig", "1.0-1+deb13u1", pocket="trixie-security", more="bigfix",
            files=[file("usr/lib/libbig/blob", noise(2, 700 << 10))]),
    package("cut-short", files=[file("usr/lib/cut/blob", noise(3, 40 << 10))]),
    package("swapped", files=[file("usr/lib/swapped/blob", noise(4, 40 << 10))]),
    package("shrunk", files=[file("usr/lib/shrunk/blob", noise(5, 40 << 10))]),
    package("escape", files=[file("../../../escaped", "out\n")]),
    package("absolute", files=[link("usr/lib/absolute", "/etc"), file("usr/lib/absolute/passwd", "root::0:0::/:\n")]),
    package("climb", files=[link("usr/lib/climb", "../../../../../../../.."), file("usr/lib/climb/escaped", "out\n")]),
    package("bomb", files=["bomb"]),
    package("twice", files=[file("usr/lib/twice", "one\n"), file("usr/lib/twice", "two\n")]),
    package("lap-a", files=[file("usr/lib/lap", "a\n")]),
    package("lap-b", files=[file("usr/lib/lap", "b\n")]),
    package("setuid", files=[file("usr/bin/rise", b"\x7fELF", 0o4755)]),
    package("secret", files=[file("etc/ssl/private/server.key", KEY, 0o600)]),
    package("device", files=[{"path": "dev/sda", "device": (8, 0)}]),
]

# What `temper patch` meets: two versions of each, the newer ones with --with patch.
CONFFILES = file("conffiles", "/etc/upd/same.conf\n/etc/upd/new.conf\n/etc/upd/mine.conf\n/etc/upd/rid.conf\n")
CLEAN = "#!/bin/sh\nset -e\nif [ \"$1\" = upgrade ]; then\n\techo replacing\nfi\n"
FROM_ONE = "#!/bin/sh\nset -e\nif [ \"$1\" = configure ] && dpkg --compare-versions \"$2\" lt-nl {0}; then\n\t/usr/bin/migrate\nfi\n"
PACKAGES += [
    package("upd", files=[file("usr/lib/upd/data", "one\n"), file("bin/merged", "by its old name\n"), file("usr/lib/upd/old/gone", "gone\n"), link("usr/lib/upd/link", "data"),
                          file("usr/share/doc/upd/README", "read me\n"), file("usr/bin/upd", "#!/bin/sh\n", 0o755),
                          file("etc/upd/same.conf", "same\n"), file("etc/upd/new.conf", "new 1\n"), file("etc/upd/mine.conf", "mine 1\n"),
                          file("etc/upd/rid.conf", "rid 1\n"), file("etc/upd/left.conf", "left\n")],
            control=[file("conffiles", CONFFILES["data"].decode() + "/etc/upd/left.conf\n"), file("prerm", CLEAN, 0o755)], Multi_Arch="foreign"),
    package("upd", "1.0-2", pocket="trixie-security", more="patch",
            files=[file("usr/lib/upd/data", "two\n"), file("bin/merged", "by its old name, again\n"), file("usr/lib/upd/more/came", "came\n"), link("usr/lib/upd/link", "more/came"),
                   file("usr/share/doc/upd/README", "read me again\n"), file("usr/bin/upd", "#!/bin/sh\n", 0o750),
                   file("etc/upd/same.conf", "same\n"), file("etc/upd/new.conf", "new 2\n"), file("etc/upd/mine.conf", "mine 2\n"),
                   file("etc/upd/rid.conf", "rid 2\n"), file("usr/lib/libupd-a/moved", "moved to upd\n")],
            control=[CONFFILES, file("prerm", CLEAN, 0o755)], Multi_Arch="foreign", Depends="upd-new (>= 1)", Replaces="libupd-a (<< 1.0-2)",
            Breaks="libupd-a (<< 1.0-2)"),
    package("upd-new", files=[file("usr/lib/upd-new/data", "new\n")], pocket="trixie", more="patch"),
    package("libupd-a", files=[file("usr/lib/libupd-a/a", "a 1\n"), file("usr/lib/libupd-a/moved", "moved 1\n")], Source="libupd", Multi_Arch="same"),
    package("libupd-a", "1.0-2", files=[file("usr/lib/libupd-a/a", "a 2\n")], pocket="trixie-security", more="patch", Source="libupd",
            Multi_Arch="same"),
    package("held", files=[file("usr/lib/held/x", "1\n")]),
    package("held", "1.0-2", files=[file("usr/lib/held/x", "2\n")], pocket="trixie-security", more="patch"),
    package("acting", files=[file("usr/lib/acting/x", "1\n")], control=[file("postinst", FROM_ONE.format("0.5"), 0o755)]),
    package("acting", "1.0-2", files=[file("usr/lib/acting/x", "2\n")], pocket="trixie-security", more="patch",
            control=[file("postinst", FROM_ONE.format("1.0-2~"), 0o755)]),
    package("on-acting", files=[file("usr/lib/on-acting/x", "1\n")], Depends="acting (= 1.0-1)"),
    package("on-acting", "1.0-2", files=[file("usr/lib/on-acting/x", "2\n")], pocket="trixie-security", more="patch", Depends="acting (= 1.0-2)"),
    package("calm", files=[file("usr/lib/calm/x", "1\n")]),
    package("calm", "1.0-2", files=[file("usr/lib/calm/x", "2\n")], pocket="trixie-security", more="patch",
            control=[file("postinst", FROM_ONE.format("0.5"), 0o755)]),
    package("listening", files=[file("usr/lib/listening/x", "1\n")],
            control=[file("triggers", "interest-noawait /usr/lib/heard\n"), file("postinst", "#!/bin/sh\nset -e\n[ \"$1\" != triggered ] || /usr/bin/index\n", 0o755)]),
    package("heard", files=[file("usr/lib/heard/x", "1\n")]),
    package("heard", "1.0-2", files=[file("usr/lib/heard/x", "2\n")], pocket="trixie-security", more="patch"),
]

# In repositories of somebody else's: names of its own, and names that are Debian's.
OWN = {
    "internal/main": [
        package("tool", "2.0-1", files=[file("usr/lib/tool/data", "tool of ours\n")], Depends="libbig, tool-common"),
        package("tool-common", "2.0-1", files=[file("usr/share/tool/data", "data\n")]),
        package("libapp", "9.0-1", files=[file("usr/lib/libapp/data", "libapp of ours\n")]),
        package("greedy", "1.0-1", files=[file("usr/lib/libbig/blob", "not what it was\n")], Replaces="libbig", Depends="libbig"),
        package("posing", "1.0-1", files=[file("usr/lib/posing/x", "x\n")], Provides="libapp (= 99)"),
    ],
    "internal/extra": [package("tool-extra", "2.0-1", files=[file("usr/lib/tool/extra", "more\n")], Depends="tool")],
    "flat/": [package("flat-tool", "3.0-1", files=[file("usr/lib/flat/data", "flat\n")])],
}
# Files that nobody publishes: in DIR/files.
FILES = [
    package("mine", "1.0-1", files=[file("usr/share/mine/data", "mine\n")], Depends="libapp, libbig"),
    package("mine", "1.0-2", files=[file("usr/share/mine/data", "mine, changed\n")], Depends="libapp, libbig"),
    package("libapp", "1.0-0", files=[file("usr/lib/libapp/data", "libapp of my own\n")]),
    package("asking", "1.0-1", files=[file("usr/share/asking/data", "?\n")], script=PUZZLE),
]

SPOIL_OWN = ("unknown-key", "expired", "signature", "other-suite", "substituted", "two-keys", "rolled-back")
SPOIL = ("rolled-back", "packages", "signature", "unknown-key", "expired", "html", "no-packages", "html-packages")


def tar_info(path, mode):
    info = tarfile.TarInfo(path)
    info.mtime, info.mode, info.uname, info.gname = EPOCH, mode, "root", "root"
    return info


def tar_of(entries, program, arch):
    """The entries, below the directories that they need."""
    out = io.BytesIO()
    tar = tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT)
    made = set()
    links = {"./" + e["path"] for e in entries if isinstance(e, dict) and "to" in e}
    for e in entries:
        if e == "program":
            e = file("usr/bin/app", program if arch == "amd64" else program[:18] + b"\xb7" + program[19:], 0o755)
        path = e["path"] if e["path"].startswith("../") else "./" + e["path"]
        for at in [str(p) for p in reversed(pathlib.PurePosixPath(path).parents)]:
            at = "./" + at if at != "." else "."
            if at not in made and at not in links and ".." not in at:
                info = tar_info(at + "/" if at == "." else at, 0o755)
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
                made.add(at)
        info = tar_info(path, e.get("mode", 0o777))
        if "to" in e:
            info.type, info.linkname = tarfile.SYMTYPE, e["to"]
        elif "device" in e:
            info.type, (info.devmajor, info.devminor) = tarfile.BLKTYPE, e["device"]
        else:
            info.size = len(e["data"])
        tar.addfile(info, io.BytesIO(e.get("data", b"")))
    tar.close()
    return out.getvalue()


def bomb():
    """A tar of one file of 1 GiB of zeros, as xz streams: the zeros are packed once and repeated."""
    info = tar_info("./usr/lib/bomb", 0o644)
    info.size = 1 << 30
    zeros = lzma.compress(bytes(64 << 20), preset=0)
    return lzma.compress(info.tobuf(tarfile.GNU_FORMAT)) + zeros * 16 + lzma.compress(bytes(1024))


def ar(members):
    out = b"!<arch>\n"
    for name, data in members:
        out += b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name.encode(), EPOCH, 0, 0, b"100644", len(data))
        out += data + b"\n" * (len(data) & 1)
    return out


def control_text(p, arch):
    text = f"Package: {p['name']}\nVersion: {p['version']}\nArchitecture: {arch}\nMaintainer: Nobody <nobody@example.org>\n"
    text += "".join(f"{key}: {value}\n" for key, value in p["fields"].items())
    return text + "Section: misc\nPriority: optional\nDescription: a package of a test\n"


def deb_of(p, arch, program):
    files = [f for f in p["files"] if f != "bomb"]
    sums = "".join(f"{hashlib.md5(f['data']).hexdigest()}  {f['path']}\n" for f in files if isinstance(f, dict) and "data" in f)
    control = [file("control", control_text(p, arch)), file("md5sums", sums), *p["control"]]
    if p["script"]:
        control.append(file("postinst", p["script"], 0o755))
    data = bomb() if "bomb" in p["files"] else lzma.compress(tar_of(files, program, arch), preset=1)
    return ar([("debian-binary", b"2.0\n"), ("control.tar.xz", lzma.compress(tar_of(control, program, arch), preset=1)),
               ("data.tar.xz", data)])


def spoil_deb(p, deb):
    """What the index says of a package, and what the mirror gives."""
    if p["name"] == "cut-short":
        return deb, deb[:-1000]
    if p["name"] == "swapped":
        return deb, deb[:-1000] + bytes(1000)
    if p["name"] == "shrunk":
        return deb[:-1000], deb[:-1000]
    return deb, deb


def add_package(root, p, arch, program):
    path = f"pool/main/{p['name'][0]}/{p['name']}/{p['name']}_{p['version']}_{arch}.deb"
    where = root / POCKETS[p["pocket"]] / path
    where.parent.mkdir(parents=True, exist_ok=True)
    made = root / "made" / where.name  # packages do not change between two calls
    if not made.exists():
        made.parent.mkdir(exist_ok=True)
        made.write_bytes(deb_of(p, arch, program))
    said, given = spoil_deb(p, made.read_bytes())
    where.write_bytes(given)
    return control_text(p, arch) + f"Filename: {path}\nSize: {len(said)}\nSHA256: {hashlib.sha256(said).hexdigest()}\n\n"


def sign(root, text, key):
    """Signed with the key, which is made at its first use, and exported as DIR/KEY.gpg, .asc and .fingerprint."""
    home = root / key
    env = {**os.environ, "GNUPGHOME": str(home)}
    gpg = ["gpg", "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""]
    if not home.exists():
        home.mkdir(mode=0o700, parents=True)
        subprocess.run([*gpg, "--quick-generate-key", f"{key} <{key}@example.org>", "ed25519", "sign", "never"],
                       env=env, check=True, stderr=subprocess.DEVNULL)
        ring = subprocess.run([*gpg, "--export"], env=env, check=True, stdout=subprocess.PIPE).stdout
        if key == "gnupg":
            (root / "keyring.gpg").write_bytes(ring)
        else:
            (root / f"{key}.gpg").write_bytes(ring)
            (root / f"{key}.asc").write_bytes(subprocess.run([*gpg, "--armor", "--export"], env=env, check=True, stdout=subprocess.PIPE).stdout)
            listed = subprocess.run([*gpg, "--list-keys", "--with-colons"], env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
            (root / f"{key}.fingerprint").write_text(next(l.split(":")[9] for l in listed.splitlines() if l.startswith("fpr:")) + "\n")
    signed = subprocess.run([*gpg, "--clearsign"], env=env, check=True, input=text.encode(), stdout=subprocess.PIPE).stdout
    return signed.decode()


def write_pocket(root, suite, packages, spoil):
    dists = root / POCKETS[suite] / "dists" / suite
    now = time.time() - (7200 if spoil == "rolled-back" else 0)
    day = lambda t: time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime(t))
    listed = ""
    for arch in (*ARCHES, "source"):
        text = SOURCES.get(suite, "").encode() if arch == "source" else packages[suite, arch].encode()
        index = "main/source/Sources" if arch == "source" else f"main/binary-{arch}/Packages"
        names = {index: text, index + ".xz": lzma.compress(text)}
        for name, data in names.items():
            listed += f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n"
            if spoil == "packages":
                data = b"X" + data[1:]
            if spoil == "html-packages":
                data = b"<html>Welcome to the hotel's network</html>\n"
            for at in (dists / name, dists / name.rsplit("/", 1)[0] / "by-hash/SHA256" / hashlib.sha256(names[name]).hexdigest()):
                at.parent.mkdir(parents=True, exist_ok=True)
                if spoil != "no-packages":
                    at.write_bytes(data)
    release = (f"Origin: Debian\nLabel: Debian\nSuite: {suite}\nCodename: {suite}\nVersion: 13.1\nDate: {day(now)}\n"
               f"Valid-Until: {day(now + (-3600 if spoil == 'expired' else 86400))}\nAcquire-By-Hash: yes\n"
               f"Architectures: {' '.join(ARCHES)}\nComponents: main\nSHA256:\n{listed}")
    signed = sign(root, release, "stranger" if spoil == "unknown-key" else "gnupg")
    if spoil == "signature":
        signed = signed.replace("Origin: Debian", "Origin: Nebiad")
    if spoil == "html":
        signed = "<html>Welcome to the hotel's network</html>\n"
    (dists / "InRelease").write_text(signed)


def add_own(root, at, p, arch, program, spoil):
    """A package below DIR/internal or DIR/flat; what the index says of it."""
    top, component = at.split("/")
    path = f"pool/{component}/{p['name']}_{p['version']}_{arch}.deb" if component else f"./{p['name']}_{p['version']}_{arch}.deb"
    deb = deb_of(p, arch, program)
    where = root / top / path
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_bytes(deb_of({**p, "version": "6.6-6"}, arch, program) if spoil == "substituted" and p["name"] == "tool" else deb)
    return control_text(p, arch) + f"Filename: {path}\nSize: {len(deb)}\nSHA256: {hashlib.sha256(deb).hexdigest()}\n\n"


def write_own(root, program, spoil):
    day = lambda t: time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime(t))
    now = time.time() - (7200 if spoil == "rolled-back" else 0)
    for top in ("internal", "flat"):
        dists, listed = root / top / ("dists/stable" if top == "internal" else ""), ""
        for at, packages in OWN.items():
            if not at.startswith(top):
                continue
            component = at.split("/")[1]
            for arch in ARCHES if component else ("",):
                text = "".join(add_own(root, at, p, a, program, spoil) for p in packages for a in ([arch] if arch else ARCHES))
                name = f"{component}/binary-{arch}/Packages" if component else "Packages"
                (dists / name).parent.mkdir(parents=True, exist_ok=True)
                for data, suffix in ((text.encode(), ""), (gzip.compress(text.encode(), mtime=0), ".gz")):
                    (dists / (name + suffix)).write_bytes(data)
                    listed += f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}{suffix}\n"
        suite = "Suite: oldstable\n" if spoil == "other-suite" else "Suite: stable\n" if top == "internal" else ""
        release = (f"Origin: Example Works\nLabel: own\n{suite}Date: {day(now)}\n"
                   f"Valid-Until: {day(now + (-3600 if spoil == 'expired' else 86400))}\nSHA256:\n{listed}")
        signed = sign(root, release, {"unknown-key": "stranger", "two-keys": "second"}.get(spoil, "own"))
        if spoil == "signature":
            signed = signed.replace("Label: own", "Label: won")
        (dists / "InRelease").write_text(signed)
    sign(root, "", "second")
    (root / "two.gpg").write_bytes((root / "own.gpg").read_bytes() + (root / "second.gpg").read_bytes())
    for p in FILES:
        for arch in ARCHES:
            where = root / "files" / f"{p['name']}_{p['version']}_{arch}.deb"
            where.parent.mkdir(exist_ok=True)
            if not where.exists():
                where.write_bytes(deb_of(p, arch, program))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--with", action="append", default=[], dest="more")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--spoil", choices=SPOIL)
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--spoil-own", choices=SPOIL_OWN)
    args = parser.parse_args()
    program = args.program.read_bytes()
    for part in set(POCKETS.values()):
        shutil.rmtree(args.dir / part, ignore_errors=True)
    packages = {(suite, arch): "" for suite in POCKETS for arch in ARCHES}
    for p in PACKAGES:
        if {p["name"], p["name"] + "=" + p["version"]} & set(args.without) or (p["more"] and p["more"] not in args.more):
            continue
        for arch in ARCHES:
            packages[p["pocket"], arch] += add_package(args.dir, p, arch, program)
    for suite in POCKETS:
        write_pocket(args.dir, suite, packages, args.spoil)
    if args.own:
        for top in ("internal", "flat"):
            shutil.rmtree(args.dir / top, ignore_errors=True)
        write_own(args.dir, program, args.spoil_own)


if __name__ == "__main__":
    main()
