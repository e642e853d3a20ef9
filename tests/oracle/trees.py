"""File trees out of tar streams: what an installation made, and what temper made."""
import gzip
import hashlib
import json
import pathlib
import re
import subprocess
import tarfile

KEPT = re.compile(r"etc/[^/]*|etc/apt/.*|usr/lib/os-release|var/lib/dpkg/(status|diversions|info/[^/]*\.(list|postinst|preinst))"
                  r"|var/lib/dpkg/status\.d/[^/]*|etc/ssl/certs/java/cacerts|usr/share/temper/recipe\.json|usr/share/base-passwd/(passwd|group)\.master")
TYPES = {tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "symlink", tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file"}
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


class Failure(Exception):
    """What could not be done, in a line or a few."""


class Entry:
    """One path of a tree. A hard link is a file like the one that it is a link to."""
    __slots__ = ("type", "mode", "uid", "gid", "target", "sha256", "size", "capabilities")

    def __init__(self, **fields):
        for name in self.__slots__:
            setattr(self, name, fields.get(name))

    def copy(self, **changed):
        return Entry(**{**{name: getattr(self, name) for name in self.__slots__}, **changed})


class Tree:
    """All paths (without a leading slash; the root is "."), and the bytes of the few files that are read."""

    def __init__(self):
        self.entry, self.bytes = {}, {}

    def text(self, path):
        return self.bytes.get(path, b"").decode("utf-8", "replace")

    def remove(self, gone):
        for path in [p for p in self.entry if p == gone or p.startswith(gone + "/")]:
            del self.entry[path]
            self.bytes.pop(path, None)

    def add(self, info, reader):
        path = clean(info.name)
        if info.islnk():
            old = clean(info.linkname)
            if old not in self.entry:
                raise Failure(f"{path} is a hard link to {old}, which is not there")
            self.entry[path] = self.entry[old]
            if old in self.bytes:
                self.bytes[path] = self.bytes[old]
            return
        e = Entry(type=TYPES.get(info.type, "device"), mode=info.mode & 0o7777, uid=info.uid, gid=info.gid,
                  target=info.linkname if info.issym() else None, size=info.size if info.isreg() else None,
                  capabilities=info.pax_headers.get("SCHILY.xattr.security.capability"))
        if info.isreg():
            digest, kept = hashlib.sha256(), []
            keep = info.size <= 1 << 23 and KEPT.fullmatch(path)
            while chunk := reader.read(1 << 20):
                digest.update(chunk)
                if keep:
                    kept.append(chunk)
            e.sha256 = digest.hexdigest()
            if keep:
                self.bytes[path] = b"".join(kept)
        self.entry[path] = e

    def read(self, stream):
        """Everything of a tar stream, over what is there already."""
        with tarfile.open(fileobj=stream, mode="r|", errorlevel=2) as tar:
            for info in tar:
                self.add(info, tar.extractfile(info) if info.isreg() else None)


def clean(name):
    path = "/".join(part for part in name.split("/") if part not in ("", "."))
    return path or "."


def merged(path):
    """A path of a package's list as it is after the /usr merge."""
    return "usr/" + path if path.split("/", 1)[0] in MERGED else path


def image_tree(layout):
    """The tree of the one image in an OCI layout whose layers are gzip."""
    blobs = pathlib.Path(layout) / "blobs"

    def blob(descriptor):
        return blobs / descriptor["digest"].replace(":", "/", 1)

    top = json.loads((pathlib.Path(layout) / "index.json").read_text())["manifests"][0]
    manifest = json.loads(blob(top).read_text())
    tree = Tree()
    for layer in manifest["layers"]:
        with gzip.open(blob(layer)) as file:
            layer_tree = Tree()
            layer_tree.read(file)
        for path in [p for p in layer_tree.entry if p.rsplit("/", 1)[-1].startswith(".wh.")]:
            del layer_tree.entry[path]
            tree.remove(path.replace(".wh.", ""))
        tree.entry.update(layer_tree.entry)
        tree.bytes.update(layer_tree.bytes)
    return tree


def read_accounts(tree):
    """{(kind, name): {field: value}} of passwd and group; groups by name, members sorted."""
    accounts, group_of = {}, {}
    for line in tree.text("etc/group").splitlines():
        name, _, gid, members = line.split(":")
        group_of[int(gid)] = name
        accounts["group", name] = {"id": int(gid), "members": sorted(filter(None, members.split(",")))}
    for line in tree.text("etc/passwd").splitlines():
        name, _, uid, gid, comment, home, shell = line.split(":")
        accounts["user", name] = {"id": int(uid), "group": group_of.get(int(gid), gid), "comment": comment, "home": home,
                                  "shell": shell}
    return accounts


def names_of(accounts, kind):
    return {fields["id"]: name for (k, name), fields in accounts.items() if k == kind}


class Installed:
    """What dpkg knows in a tree: packages, whose paths are whose, and who needs whom."""

    def __init__(self, tree):
        self.package = {}
        for stanza in tree.text("var/lib/dpkg/status").split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.M))
            if fields.get("Package") and "installed" in fields.get("Status", "").split():
                self.package[fields["Package"]] = fields
        self.owners = {}
        away = self.diversions(tree)
        for path, text in tree.bytes.items():
            found = re.fullmatch(r"var/lib/dpkg/info/([^/:]+)(:[^/]+)?\.list", path)
            for line in text.decode().splitlines() if found else []:
                name = found[1]
                at = merged(clean(line))
                to, by = away.get(at, (None, None))
                self.owners.setdefault(to if to and by != name else at, set()).add(name)

    @staticmethod
    def diversions(tree):
        lines = tree.text("var/lib/dpkg/diversions").splitlines()
        return {merged(clean(at)): (merged(clean(to)), by) for at, to, by in zip(*[iter(lines)] * 3)}

    def needs(self, name):
        """Names in the dependencies of a package, with what provides them."""
        fields = self.package.get(name, {})
        relations = ",".join(fields.get(key, "") for key in ("Pre-Depends", "Depends"))
        for word in re.split(r"[,|]", relations):
            if match := re.match(r"\s*([a-z0-9][a-z0-9.+-]*)", word):
                yield from self.providers(match[1])

    def providers(self, name):
        if name in self.package:
            yield name
        for other, fields in self.package.items():
            if any(re.match(r"\s*" + re.escape(name) + r"(\s|$|\()", word) for word in fields.get("Provides", "").split(",")):
                yield other


def cache_entries(tree_bytes):
    """What the loader's cache lists: {name: set of paths}. Needs ldconfig."""
    import tempfile
    with tempfile.NamedTemporaryFile() as file:
        file.write(tree_bytes)
        file.flush()
        said = subprocess.run(["/sbin/ldconfig", "-p", "-C", file.name], stdout=subprocess.PIPE, check=True, text=True).stdout
    found = {}
    for name, path in re.findall(r"^\t(\S+) \(.*\) => (\S+)$", said, re.M):
        found.setdefault(name, set()).add(merged(clean(path)))
    return found
