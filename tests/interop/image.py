#!/usr/bin/env python3
"""A small image with two packages that dpkg knows: usage: image.py [--legacy | --arm64 | --tree] FILE, or
image.py --push HOST:PORT

Writes a Docker archive of two layers, called team/x:1, as engines write it today; with --legacy as they
did before Docker 1.10; with --arm64 for another machine, called team/arm:1; with --tree a tar of the files that are visible in it. --push puts things into a
registry that engines do not make here: an index of two platforms and an attestation (many:1), and what is
no image (chart:1, sig:1).
"""
import hashlib
import io
import json
import sys
import tarfile
import urllib.request

WHEN = "2023-11-14T22:13:20Z"
OS = ("etc/os-release", 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian 13"\n')


def package(name, version):
    return (f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
            f"Maintainer: X <x@example.org>\nDescription: {name}\n\n")


TOP = ("var/lib/dpkg/status", package("one", "1-1") + package("two", "2-2"))
LAYERS = [
    [OS, ("var/lib/dpkg/status", package("one", "1-1") + package("gone", "2")), ("opt/some/large", "x" * 100000)],
    [TOP, ("opt/.wh.some", "")],
]
HISTORY = ["/bin/sh -c #(nop) ADD file:1 in / ", "RUN /bin/sh -c apt-get install two # buildkit"]


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in files:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(text), 1700000000
            tar.addfile(info, io.BytesIO(text if isinstance(text, bytes) else text.encode()))
    return out.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def modern(arch="amd64", name="team/x:1"):
    layers = [tar_of(files) for files in LAYERS]
    config = json.dumps({
        "architecture": arch, "os": "linux", "created": WHEN, "config": {"Cmd": ["/bin/sh"], "Labels": {"a": "b"}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(layer) for layer in layers]},
        "history": [{"created": WHEN, "created_by": line} for line in HISTORY]}).encode()
    paths = [digest(layer) + "/layer.tar" for layer in layers]
    manifest = [{"Config": digest(config) + ".json", "RepoTags": [name], "Layers": paths}]
    return [*zip(paths, layers), (digest(config) + ".json", config), ("manifest.json", json.dumps(manifest))]


def legacy():
    members, parent = [], None
    for files, line in zip(LAYERS, HISTORY):
        layer = tar_of(files)
        own = digest(layer + line.encode())
        about = {"id": own, "created": WHEN, "os": "linux", "architecture": "amd64",
                 "container_config": {"Cmd": line.split(" ", 2)}, "config": {"Cmd": ["/bin/sh"]}}
        if parent:
            about["parent"] = parent
        members += [(own + "/VERSION", "1.0"), (own + "/json", json.dumps(about)), (own + "/layer.tar", layer)]
        parent = own
    return [*members, ("repositories", json.dumps({"team/x": {"1": parent}}))]


OCI = "application/vnd.oci.image."


def push(host):
    def ask(method, url, data, kind="application/octet-stream"):
        url = url if url.startswith("http") else f"http://{host}{url}"
        request = urllib.request.Request(url, data, {"Content-Type": kind}, method=method)
        return urllib.request.urlopen(request)

    def blob(name, kind, data):
        where = ask("POST", f"/v2/{name}/blobs/uploads/", b"").headers["Location"]
        ask("PUT", f"{where}{'&' if '?' in where else '?'}digest=sha256:{digest(data)}", data)
        return {"mediaType": kind, "digest": "sha256:" + digest(data), "size": len(data)}

    def manifest(name, tag, kind, document):
        data = json.dumps({"schemaVersion": 2, "mediaType": kind, **document}).encode()
        ask("PUT", f"/v2/{name}/manifests/{tag or 'sha256:' + digest(data)}", data, kind)
        return {"mediaType": kind, "digest": "sha256:" + digest(data), "size": len(data)}

    layers = [tar_of(files) for files in LAYERS]

    def config(arch):
        return json.dumps({"architecture": arch, "os": "linux", "created": WHEN, "rootfs": {
            "type": "layers", "diff_ids": ["sha256:" + digest(layer) for layer in layers]}}).encode()

    entries = []
    for arch in ("amd64", "arm64"):
        entry = manifest("many", None, OCI + "manifest.v1+json", {
            "config": blob("many", OCI + "config.v1+json", config(arch)),
            "layers": [blob("many", OCI + "layer.v1.tar", layer) for layer in layers]})
        entries.append({**entry, "platform": {"os": "linux", "architecture": arch}})
    entry = manifest("many", None, OCI + "manifest.v1+json", {
        "config": blob("many", OCI + "config.v1+json", b'{"architecture":"unknown","os":"unknown"}'),
        "layers": [blob("many", "application/vnd.in-toto+json", b"{}")]})
    entries.append({**entry, "platform": {"os": "unknown", "architecture": "unknown"},
                    "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})
    manifest("many", "1", OCI + "index.v1+json", {"manifests": entries})
    manifest("chart", "1", OCI + "manifest.v1+json", {
        "config": blob("chart", "application/vnd.cncf.helm.config.v1+json", b"{}"),
        "layers": [blob("chart", "application/vnd.cncf.helm.chart.content.v1.tar+gzip", b"x")]})
    manifest("sig", "1", OCI + "manifest.v1+json", {
        "config": blob("sig", OCI + "config.v1+json", config("amd64")),
        "layers": [blob("sig", "application/vnd.dev.cosign.simplesigning.v1+json", b"{}")]})


def main():
    if sys.argv[1] == "--push":
        push(sys.argv[2])
        return
    how, path = (sys.argv[1], sys.argv[2]) if len(sys.argv) == 3 else ("", sys.argv[1])
    members = {"": modern, "--legacy": legacy, "--arm64": lambda: modern("arm64", "team/arm:1"), "--tree": lambda: [OS, TOP]}[how]()
    with open(path, "wb") as out:
        out.write(tar_of(members))


main()
