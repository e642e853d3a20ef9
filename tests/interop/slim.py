#!/usr/bin/env python3
"""What the tests of `temper slim` need: usage: slim.py image FILE CONFIG TAR...

image writes a Docker archive, called team/app:1, of a layer for each TAR, whose configuration is the JSON CONFIG."""
import hashlib
import io
import json
import sys
import tarfile


def image(out, config, *layers):
    layers = [open(path, "rb").read() for path in layers]
    text = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2023-11-14T22:13:20Z", "author": "Somebody", "config": json.loads(config),
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest() for data in layers]},
        "history": [{"created_by": f"layer {i}"} for i in range(len(layers))]}).encode()
    name = hashlib.sha256(text).hexdigest() + ".json"
    names = [f"{i}.tar" for i in range(len(layers))]
    manifest = json.dumps([{"Config": name, "RepoTags": ["team/app:1"], "Layers": names}]).encode()
    with tarfile.open(out, "w") as tar:
        for path, data in ((name, text), *zip(names, layers), ("manifest.json", manifest)):
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


if __name__ == "__main__":
    image(*sys.argv[2:])
