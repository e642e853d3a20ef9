#!/usr/bin/env python3
"""Archives of good and of ill will, in the current directory: usage: artifact.py good | large | hostile

    artifact.py list IMAGE.tar: what the layers of an OCI archive hold, the upper over the lower.
"""
import gzip
import io
import json
import random
import struct
import sys
import tarfile
import zipfile


def info(name, kind=tarfile.REGTYPE, mode=0o644, link="", size=0):
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.linkname, entry.size = kind, mode, link, size
    entry.uid = entry.gid = 4711
    entry.mtime = 1700000000
    return entry


def tar(path, *entries, mode="w"):
    """Entries: (name, bytes) or a TarInfo."""
    with tarfile.open(path, mode) as out:
        for entry in entries:
            if isinstance(entry, tuple):
                name, data, *bits = entry
                out.addfile(info(name, mode=bits[0] if bits else 0o644, size=len(data)), io.BytesIO(data))
            else:
                out.addfile(entry)


def zip_entry(name, mode):
    entry = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
    entry.create_system, entry.external_attr = 3, mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def good():
    with open("dist/sub/run", "rb") as file:
        run = file.read()
    link = info("top/twin", tarfile.LNKTYPE, link="top/data")
    soft = info("top/soft", tarfile.SYMTYPE, link="bin/../data")
    tar("good.tar.gz", ("top/data", b"data", 0o640), link, soft, ("top/left-out", b"x"),
        ("top/bin/run", run, 0o755), mode="w:gz")
    with zipfile.ZipFile("good.zip", "w") as out:
        out.writestr(zip_entry("top/bin/run", 0o100755), run)
        out.writestr(zip_entry("top/text", 0o100644), "text " * 1000)
        out.writestr(zip_entry("aside", 0o100644), "x")


def large():
    bytes_ = random.Random(1).randbytes(700 << 10)
    tar("large.tar", ("data", bytes_), ("more", b"more"))


def hostile():
    tar("climb.tar", ("../escaped", b"x"))
    tar("link-out.tar", info("out", tarfile.SYMTYPE, link="a/../../../etc"))
    tar("link-abs.tar", info("abs", tarfile.SYMTYPE, link="/etc"))
    tar("through.tar", info("dir", tarfile.SYMTYPE, link="."), ("dir/escaped", b"x"))
    tar("hard.tar", info("hard", tarfile.LNKTYPE, link="nothing"))
    tar("hard-left.tar", ("data", b"x"), info("hard", tarfile.LNKTYPE, link="data"))
    tar("device.tar", info("dev/sda", tarfile.BLKTYPE))
    tar("twice.tar", ("a", b"1"), ("a", b"2"))
    tar("whiteout.tar", ("dir/.wh.etc", b""))
    tar("setuid.tar", ("bin/rise", b"x", 0o4755))
    tar("secret.tar", ("server.key", b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"))
    with open("plain.tar", "wb") as out:
        out.write(b"this is no archive" * 100)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="w") as out, tarfile.open(fileobj=out, mode="w|") as inner:
        size = 64 << 20
        inner.addfile(info("zeros", size=size), io.BytesIO(bytes(size)))
    with open("bomb.tar.gz", "wb") as out:
        out.write(packed.getvalue())

    def archive(path, *entries):
        with zipfile.ZipFile(path, "w") as out:
            for entry, data in entries:
                out.writestr(entry, data)
        with open(path, "rb") as file:
            return bytearray(file.read())

    def save(path, data):
        with open(path, "wb") as out:
            out.write(data)

    archive("climb.zip", (zip_entry("../escaped", 0o100644), "x"))
    archive("link.zip", (zip_entry("out", 0o120777), "../../etc"))
    archive("bomb.zip", (zip_entry("zeros", 0o100644), bytes(64 << 20)))
    data = archive("crc.zip", (zip_entry("a", 0o100644), "text"))
    at = data.index(b"PK\1\2")
    data[at + 16] ^= 1
    save("crc.zip", data)
    save("cut.zip", archive("cut.zip", (zip_entry("a", 0o100644), "text"))[:-3])
    data = archive("overlap.zip", (zip_entry("a", 0o100644), "one"), (zip_entry("b", 0o100644), "two"))
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)
    data[second + 42:second + 46] = struct.pack("<I", 3)
    save("overlap.zip", data)


def listing(path):
    letter = {tarfile.REGTYPE: "f", tarfile.DIRTYPE: "d", tarfile.SYMTYPE: "l", tarfile.LNKTYPE: "h"}
    found = {}
    with tarfile.open(path) as outer:
        held = {m.name.removeprefix("./"): m for m in outer if m.isfile()}
        read = lambda d: outer.extractfile(held["blobs/" + d["digest"].replace(":", "/")]).read()
        index = json.load(outer.extractfile(held["index.json"]))
        for layer in json.loads(read(index["manifests"][0]))["layers"]:
            with tarfile.open(fileobj=io.BytesIO(read(layer))) as inner:
                for m in inner:
                    arrow = f" -> {m.linkname}" if m.linkname else ""
                    found[m.name] = f"{letter[m.type]} {m.mode:04o} {m.uid}:{m.gid} {m.name}{arrow}"
    print(*(found[name] for name in sorted(found)), sep="\n")


{"good": good, "large": large, "hostile": hostile, "list": listing}[sys.argv[1]](*sys.argv[2:])
