#!/usr/bin/env python3
"""An image of what is said on standard input: usage: made_image.py FILE NAME

{"config": {...}, "created": "...", "layers": [{"by": "RUN x", "files": {"etc/x": "text" or ["text", "4755"],
"x": {"link": "target"}}}, ...], "steps": ["USER x"]}: a Docker archive; steps follow the layers.
"""
import hashlib
import io
import json
import sys
import tarfile


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, what in files.items():
            info = tarfile.TarInfo(name)
            info.mtime, info.mode = 1700000000, 0o644
            if isinstance(what, dict):
                info.type, info.linkname = tarfile.SYMTYPE, what["link"]
                tar.addfile(info)
                continue
            text, mode = what if isinstance(what, list) else (what, "644")
            data = text.encode()
            info.size, info.mode = len(data), int(mode, 8)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


said = json.load(sys.stdin)
layers = [tar_of(layer["files"]) for layer in said["layers"]]
hexes = [hashlib.sha256(layer).hexdigest() for layer in layers]
config = json.dumps({
    "architecture": "amd64", "os": "linux", "created": said.get("created", "2026-01-01T00:00:00Z"),
    "config": said.get("config", {}),
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + h for h in hexes]},
    "history": [{"created_by": layer["by"]} for layer in said["layers"]]
    + [{"created_by": step, "empty_layer": True} for step in said.get("steps", [])]}).encode()
name = hashlib.sha256(config).hexdigest() + ".json"
manifest = [{"Config": name, "RepoTags": [sys.argv[2]], "Layers": [h + "/layer.tar" for h in hexes]}]
with tarfile.open(sys.argv[1], "w") as archive:
    for path, data in [*zip(manifest[0]["Layers"], layers), (name, config), ("manifest.json", json.dumps(manifest).encode())]:
        info = tarfile.TarInfo(path)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
