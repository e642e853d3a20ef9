#!/usr/bin/env python3
"""What the tests of `temper patch` need: usage: patch.py image TAR FILE | unpack ARCHIVE DIR | compare A B [SKIP]...

image writes a Docker archive, called team/old:1, of one layer. unpack applies the layers of an OCI archive, by the
rules of the image specification and none of temper's code. compare prints each path that differs between two
trees: its type, mode, owners, target or content; paths that match a pattern SKIP (a regular expression) are left out.
"""
import hashlib
import io
import json
import os
import re
import shutil
import stat
import sys
import tarfile

CONFIG = {"Cmd": ["/bin/sh"], "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "Labels": {"a": "b"}, "OnBuild": ["RUN x"], "Shell": ["/bin/sh"]}


def image(layer, out):
    data = open(layer, "rb").read()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2023-11-14T22:13:20Z", "author": "Somebody", "config": CONFIG,
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest()]},
        "history": [{"created_by": "made"}, {"created_by": "CMD sh", "empty_layer": True}]}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["team/old:1"], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(out, "w") as tar:
        for path, bytes_ in ((name, config), ("layer.tar", data), ("manifest.json", manifest)):
            info = tarfile.TarInfo(path)
            info.size = len(bytes_)
            tar.addfile(info, io.BytesIO(bytes_))


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def apply(layer, root):
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        members = tar.getmembers()
        for m in members:
            base = os.path.basename(m.name)
            if base.startswith(".wh."):
                remove(os.path.join(root, os.path.dirname(m.name), base[4:]))
        for m in members:
            path = os.path.join(root, m.name)
            if os.path.basename(path).startswith(".wh."):
                continue
            assert os.path.realpath(os.path.dirname(path)).startswith(os.path.realpath(root)), m.name
            if not (m.isdir() and os.path.isdir(path) and not os.path.islink(path)):
                remove(path)
            tar.extract(m, root, numeric_owner=True, filter=None) if sys.version_info >= (3, 12) else tar.extract(m, root, numeric_owner=True)


def unpack(archive, root):
    with tarfile.open(archive) as tar:
        blob = lambda d: tar.extractfile("blobs/" + d.replace(":", "/")).read()
        manifest = json.loads(blob(json.load(tar.extractfile("index.json"))["manifests"][0]["digest"]))
        config = json.loads(blob(manifest["config"]["digest"]))
        assert len(config["rootfs"]["diff_ids"]) == len(manifest["layers"])
        assert len([h for h in config["history"] if not h.get("empty_layer")]) == len(manifest["layers"])
        os.makedirs(root)
        for layer in manifest["layers"]:
            apply(blob(layer["digest"]), root)
    json.dump({"manifest": manifest, "config": config}, open(root + ".json", "w"))


def walk(root):
    found = {}
    for at, dirs, files in os.walk(root):
        for name in dirs + files:
            path = os.path.join(at, name)
            s = os.lstat(path)
            own = (oct(s.st_mode & 0o7777), s.st_uid, s.st_gid)
            if stat.S_ISLNK(s.st_mode):
                is_ = ("link", os.readlink(path))
            elif stat.S_ISDIR(s.st_mode):
                is_ = ("directory", *own)
            elif stat.S_ISREG(s.st_mode):
                is_ = ("file", *own, s.st_nlink, hashlib.sha256(open(path, "rb").read()).hexdigest()[:16])
            else:
                continue
            found[os.path.relpath(path, root)] = is_
    return found


def compare(a, b, skip):
    was, is_ = walk(a), walk(b)
    differs = [p for p in sorted({*was, *is_}) if was.get(p) != is_.get(p) and not any(re.match(s, p) for s in skip)]
    for p in differs:
        print(p, was.get(p), is_.get(p))
    return 1 if differs else 0


if __name__ == "__main__":
    what, args = sys.argv[1], sys.argv[2:]
    sys.exit(compare(args[0], args[1], args[2:]) if what == "compare" else {"image": image, "unpack": unpack}[what](*args))
