#!/usr/bin/env python3
"""An OCI archive with one file more in its last layer, all digests right: usage: forge.py [--strip] FROM TO

With --strip the last layer, which holds the recipe and the lock, is left out instead.
"""
import gzip
import hashlib
import io
import json
import sys
import tarfile


def main(args):
    strip = args[0] == "--strip"
    source, target = args[-2:]
    with tarfile.open(source) as tar:
        held = {m.name.removeprefix("./"): tar.extractfile(m).read() for m in tar if m.isfile()}
    blob = lambda d: held["blobs/" + d["digest"].replace(":", "/")]

    def put(old, data):
        digest = hashlib.sha256(data).hexdigest()
        held["blobs/sha256/" + digest] = data
        return {**old, "digest": "sha256:" + digest, "size": len(data)}

    index = json.loads(held["index.json"])
    manifest = json.loads(blob(index["manifests"][0]))
    config = json.loads(blob(manifest["config"]))
    layer = gzip.decompress(blob(manifest["layers"][-1]))
    if strip:
        manifest["layers"].pop()
        config["rootfs"]["diff_ids"].pop()
        config["history"].pop()
    else:
        extra = io.BytesIO()
        with tarfile.open(fileobj=extra, mode="w") as tar:
            info = tarfile.TarInfo("usr/share/backdoor")
            info.size = 4
            tar.addfile(info, io.BytesIO(b"open"))
        layer = extra.getvalue()[:1024] + layer
        manifest["layers"][-1] = put(manifest["layers"][-1], gzip.compress(layer, mtime=0))
        config["rootfs"]["diff_ids"][-1] = "sha256:" + hashlib.sha256(layer).hexdigest()
    manifest["config"] = put(manifest["config"], json.dumps(config).encode())
    index["manifests"][0] = put(index["manifests"][0], json.dumps(manifest).encode())
    held["index.json"] = json.dumps(index).encode()
    with tarfile.open(target, "w") as tar:
        for name, data in held.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


main(sys.argv[1:])
