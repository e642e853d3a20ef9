"""Compare what temper made with what an installation made; explain every difference by one rule.

A difference is a path, what of it differs (see WHAT) and the two values. Accounts are compared as records, under the
names "user NAME" and "group NAME" in the place of a path. Rules are asked in the order of EXPLAINERS; the first that
speaks explains. What none explains is an error, and so are a package that only one side has without a reason, and a
path that is there although an effect says that it is left out.
"""
import collections
import json
import posixpath
import re
import struct

from globs import match
from trees import Failure, Installed, cache_entries, merged, names_of, read_accounts

# missing: the installation has it and we have not; added: the other way round; the rest: both have it.
WHAT = ("missing", "added", "type", "mode", "owner", "group", "target", "content", "capabilities",
        "id", "comment", "home", "shell", "members")
APPLIERS = ("systemd-standalone-sysusers", "systemd-standalone-tmpfiles")
Difference = collections.namedtuple("Difference", "path what theirs ours")


def is_account(path):
    return re.match("(user|group) [^/]+$", path) is not None


class Rule:
    """Something that explains differences. kind: drop, recipe, absent, extra, general."""

    def __init__(self, kind, name, paths, why, what=("missing",), package=None, check=None):
        self.kind, self.name, self.paths, self.why, self.what = kind, name, paths, why, tuple(what)
        self.package, self.check = package, check
        self.used = {path: 0 for path in paths}

    def pattern_for(self, path):
        return next((p for p in self.paths if is_account(p) == is_account(path) and
                     (match(p, path) or self.kind in ("absent", "extra") and p.endswith("/**") and match(p[:-3], path))), None)

    def use(self, pattern):
        self.used[pattern] = self.used.get(pattern, 0) + 1


def as_list(value):
    return value if isinstance(value, list) else [value]


class Rules:
    """The rules of tests/oracle/rules.yaml; those of effects and recipes come with each image."""

    def __init__(self, data):
        self.general, self.extra = [], []
        names = set()
        for item in data["general"]:
            unknown = set(item) - {"name", "paths", "what", "check", "why"}
            what = as_list(item.get("what", "missing"))
            if unknown or item["name"] in names or not item["why"] or set(what) - set(WHAT):
                raise Failure(f"rules.yaml: general rule {item.get('name')}: {unknown or 'name, what or why'}")
            if item.get("check") and not hasattr(Checks, item["check"]):
                raise Failure(f"rules.yaml: {item['name']}: there is no check {item['check']}")
            names.add(item["name"])
            self.general.append(Rule("general", item["name"], as_list(item["paths"]), item["why"], what, check=item.get("check")))
        for item in data["extra"]:
            if set(item) - {"package", "paths", "why"} or not item["why"]:
                raise Failure(f"rules.yaml: extra rule of {item.get('package')}: package, paths and why")
            self.extra.append(Rule("extra", item["package"], as_list(item["paths"]), item["why"], package=item["package"]))

    def of_packages(self, effects, names):
        """What the scripts of other packages make, as far as they have effects: the same effects, and what is absent."""
        for name in names:
            data = effects(name)
            paths = [path for a in data.get("absent") or [] for path in as_list(a["path"])]
            made = [*(data.get("effects") or []), *(e for s in data.get("scripts") or [] for e in s.get("effects") or [])]
            for kind, fields in (item for effect in made for item in effect.items() if isinstance(item[1], dict)):
                paths.append(f"{kind} {fields['name']}" if kind in ("user", "group") else fields.get("path", ""))
            if paths := [merged(path.lstrip("/")) if not is_account(path) else path for path in paths if path]:
                yield Rule("extra", f"effects/{name}.yaml", paths, f"made by the scripts of {name}", package=name)

    def dead(self):
        for rule in self.general + self.extra:
            for pattern, n in rule.used.items():
                if not n:
                    yield f"{rule.kind} rule {rule.name}: {pattern}"


class Image:
    """What temper made, and all that it says of it."""

    def __init__(self, outcome, tree, drop, effects_dir):
        self.outcome, self.tree = outcome, tree
        self.recipe = json.loads(tree.text("usr/share/temper/recipe.json"))
        self.packages = {p["name"]: p for p in outcome["packages"]}
        self.files = {f["path"]: f for f in outcome["files"]}
        self.effects = tuple(f"{d.rstrip('/')}/" for d in ("effects", effects_dir) if d)
        own = self.recipe
        self.drops = [Rule("drop", "effects/drop.yaml", [p], "dropped by effects/drop.yaml") for p in drop["drop"]]
        self.recipe_drops = [Rule("recipe", "drop", [p], "dropped by the recipe") for p in own.get("drop", [])]
        self.keep, self.recipe_keep = drop["keep"], own.get("keep", [])
        self.absent = [Rule("absent", a["rule"], [a["path"]], a["why"], package=a["package"]) for a in outcome["absent"]]
        self.paths = {p["path"].lstrip("/") for p in own.get("paths", [])} | {p.lstrip("/") for p in own.get("volumes", [])}

    def dropped(self, path):
        """The rule that drops a path: temper's drop, its keep, the recipe's drop, its keep; the last word counts."""
        by = next((r for r in self.drops if match(r.paths[0], path)), None)
        if any(match(p, path) for p in self.keep):
            by = None
        by = next((r for r in self.recipe_drops if match(r.paths[0], path)), by)
        return None if any(match(p, path) for p in self.recipe_keep) else by

    def by_recipe(self, path):
        made = self.files.get(path, {}).get("from", "")
        return path in self.paths or (re.search(r"\.ya?ml:\d+$", made) and not made.startswith(self.effects))

    def accounts_of_recipe(self):
        """{"user NAME": {what the recipe says of it}}; the group of a user's own name is the user's."""
        said, accounts = {}, self.recipe.get("accounts", {})
        for user in accounts.get("users", []):
            said.setdefault(f"group {user.get('group', user['name'])}", {"id": str(user.get("uid"))})
            said[f"user {user['name']}"] = {"id" if key == "uid" else key: str(value) for key, value in user.items()}
        for group in accounts.get("groups", []):
            said[f"group {group['name']}"] = {"id" if key == "gid" else key: str(value) for key, value in group.items()}
        return said


class Checks:
    """What a general rule may ask for besides path and kind of difference."""

    def __init__(self, c):
        self.c = c

    def no_special_bits(self, d):
        return int(d.theirs, 8) & ~0o6000 == int(d.ours, 8)

    def alternative(self, d):
        """No link that leads over it is in the image."""
        links = self.c.links_to.get("/" + d.path, ())
        return d.theirs == "symlink" and links and not any(path in self.c.ours.entry for path in links)

    def alternative_of_other(self, d):
        """The name of an alternative that leads to what a package ships that is not in the image."""
        via = self.c.theirs.entry.get((self.c.theirs.entry[d.path].target or "").lstrip("/")) if d.theirs == "symlink" else None
        if not via or not self.c.theirs.entry[d.path].target.startswith("/etc/alternatives/"):
            return False
        at = merged((via.target or "").lstrip("/"))
        return not self.c.mine(at) and at not in self.c.ours.entry

    def to_nowhere(self, d):
        """A link to what is not in the image."""
        return d.theirs == "symlink" and \
            merged(self.c.absolute(d.path, self.c.theirs.entry[d.path].target).lstrip("/")) not in self.c.ours.entry

    def not_applied(self, d):
        """A tmpfiles.d of a package that every installation has, or that one of those needs: they come first of all."""
        made = self.c.image.files[d.path].get("from", "")
        return made.startswith("usr/lib/tmpfiles.d/") and \
            any(name in self.c.first for name in self.c.installed.owners.get(made.rsplit(":", 1)[0], ()))

    def emptied(self, d):
        """A directory of packages that have something in it, all of which is left out."""
        owners = self.c.installed.owners.get(d.path, set()) & set(self.c.image.packages)
        if d.theirs != "directory" or not owners:
            return False
        below = [p for p in self.c.theirs.entry if p.startswith(d.path + "/") and self.c.is_compared(p)]
        return not any(p in self.c.ours.entry for p in below) and \
            all(any(name in self.c.installed.owners.get(p, ()) for p in below) for name in owners)

    def same_cache(self, d):
        """The loader's cache lists what theirs lists of the libraries that are in the image, and nothing else."""
        theirs, ours = (cache_entries(t.bytes[d.path]) for t in (self.c.theirs, self.c.ours))
        here = {name: {p for p in paths if p in self.c.ours.entry} for name, paths in theirs.items()}
        for name in [n for n in here if n.endswith(".so") and n not in ours]:  # for compilers, which do not read the cache
            here[name] = {p for p in here[name] if self.c.ours.entry[p].type != "symlink"}
        here = {name: paths for name, paths in here.items() if paths}
        for name in sorted(here.keys() | ours.keys()):
            if here.get(name) != ours.get(name):
                self.c.notes.append(f"{d.path}: {name}: theirs {sorted(theirs.get(name, []))}, ours {sorted(ours.get(name, []))}")
        return here == ours

    def same_release(self, d):
        """A file in the place of the link, with all lines of the file that theirs leads to."""
        theirs = self.c.theirs.text(self.c.absolute(d.path, self.c.theirs.entry[d.path].target or "").lstrip("/"))
        return d.ours == "file" and theirs and not set(theirs.splitlines()) - set(self.c.ours.text(d.path).splitlines())

    def standard_account(self, d):
        """One of base-passwd's lists."""
        kind, name = d.path.split(" ", 1)
        masters = self.c.theirs.text(f"usr/share/base-passwd/{'passwd' if kind == 'user' else kind}.master")
        return re.search(f"^{re.escape(name)}:", masters, re.M)

    def same_truststore(self, d):
        """The certificates and names of their Java key store, all of them and no more, in ours, a PKCS#12."""
        theirs, ours = jks_entries(self.c.theirs.bytes[d.path]), self.c.ours.bytes[d.path]
        return ours.count(CERT_BAG) == len(theirs) and \
            all(der in ours and name.encode("utf-16-be") in ours for name, der in theirs)

    def generated(self, d):
        """It is temper's own, not what an effect makes."""
        return self.c.image.files[d.path].get("from", "").startswith("generated")

    def shells_there(self, d):
        """Ours has none that theirs has not."""
        return not set(self.c.ours.text(d.path).splitlines()) - set(self.c.theirs.text(d.path).splitlines())

    def accounts(self, d):
        """Compared record by record: see accounts_differ()."""
        return self.c.accounts_compared

    def dynamic_id(self, d):
        return 100 <= int(d.theirs) <= 999 and 100 <= int(d.ours) <= 999

    def no_login(self, d):
        return d.ours == "/usr/sbin/nologin"

    def record_of_package(self, d):
        name = d.path.rsplit("/", 1)[-1]
        return name == "status.d" or name.removesuffix(".md5sums") in self.c.image.packages


CERT_BAG = bytes.fromhex("060b2a864886f70d010c0a0103")  # RFC 7292, 4.2.3


def jks_entries(data):
    """(name, certificate) of each entry of a Java key store that holds certificates alone; none if it is another thing."""
    magic, version, count = struct.unpack_from(">III", data)
    at, found = 12, []
    for _ in range(count if (magic, version) == (0xFEEDFEED, 2) else 0):
        tag, n = struct.unpack_from(">IH", data, at)
        name, at = data[at + 6:at + 6 + n].decode(), at + 6 + n + 8
        n, = struct.unpack_from(">H", data, at)
        n, at = struct.unpack_from(">I", data, at + 2 + n)[0], at + 2 + n + 4
        found.append((name, data[at:at + n] if tag == 2 else b"not a certificate"))
        at += n
    return found


class Comparison:
    def __init__(self, image, theirs, rules, effects):
        self.image, self.ours, self.theirs, self.rules, self.effects = image, image.tree, theirs, rules, effects
        self.installed = Installed(theirs)
        self.links_to = {}
        for path, e in theirs.entry.items():
            self.links_to.setdefault(e.target, []).append(path)
        self.checks, self.notes, self.errors = Checks(self), [], []
        self.differences, self.explained, self.unexplained = [], [], []
        self.skipped = collections.Counter()
        self.accounts = {side: read_accounts(tree) for side, tree in (("theirs", theirs), ("ours", self.ours))}
        self.name_of = {(side, kind): names_of(a, kind) for side, a in self.accounts.items() for kind in ("user", "group")}
        self.accounts_compared = False
        self.first = self.essential()

    # What is on which side

    def mine(self, path):
        return any(name in self.image.packages for name in self.installed.owners.get(path, ()))

    def is_compared(self, path):
        """Of a package of ours, or of none: what others ship is theirs alone."""
        return self.mine(path) or not self.installed.owners.get(path)

    def absolute(self, path, target):
        return posixpath.normpath(posixpath.join("/" + posixpath.dirname(path), target))

    # Packages

    def essential(self):
        """Packages that are Essential, and what they need."""
        found, queue = set(), [name for name, fields in self.installed.package.items() if fields.get("Essential") == "yes"]
        while queue:
            name = queue.pop()
            if name not in found:
                found.add(name)
                queue += self.installed.needs(name)
        return found

    def reasons(self):
        """Why a package is in the installation and not in the image: {name: reason}, each through another that is there."""
        reason, queue = {}, collections.deque()

        def add(name, why):
            if name in self.installed.package and name not in self.image.packages and name not in reason:
                reason[name] = why
                queue.append(name)

        for name, fields in self.installed.package.items():
            if fields.get("Essential") == "yes":
                add(name, "Essential: every installation has it")
        for name in self.image.packages:
            if self.installed.package.get(name, {}).get("Essential") == "yes":
                queue.append(name)
        for cut in self.image.outcome["cuts"]:
            for word in cut["depends"].split("|") if not cut["added"] else []:
                for name in self.installed.providers(re.match(r"\s*([a-z0-9][a-z0-9.+-]*)", word)[1]):
                    add(name, f"cut from {cut['package']}: {cut['why']} ({cut['rule']})")
        for name in APPLIERS:
            add(name, "applies sysusers.d and tmpfiles.d: the oracle asks for it")
        while queue:
            by = queue.popleft()
            for name in self.installed.needs(by):
                add(name, f"needed by {by}")
        return reason

    def packages_differ(self):
        for name, p in self.image.packages.items():
            there = self.installed.package.get(name)
            if not there:
                self.errors.append(f"package {name} is not in the installation")
            elif there["Version"] != p["version"]:
                self.errors.append(f"package {name} is {there['Version']} in the installation, {p['version']} in the image")
        self.extra = self.reasons()
        for name in sorted(set(self.installed.package) - set(self.image.packages) - set(self.extra)):
            self.errors.append(f"package {name} is in the installation: neither Essential nor cut nor needed by one that is")
        self.extra_rules = [*self.rules.extra, *self.rules.of_packages(self.effects, self.extra)]

    # Differences

    def entry_differs(self, path, theirs, ours):
        if theirs.type != ours.type:
            yield "type", theirs.type, ours.type
            return
        if theirs.type != "symlink" and theirs.mode != ours.mode:
            yield "mode", f"{theirs.mode:04o}", f"{ours.mode:04o}"
        for what, kind, field in (("owner", "user", "uid"), ("group", "group", "gid")):
            names = [self.name_of[side, kind].get(getattr(e, field), str(getattr(e, field)))
                     for side, e in (("theirs", theirs), ("ours", ours))]
            if names[0] != names[1]:
                yield what, *names
        if theirs.target != ours.target:
            yield "target", theirs.target, ours.target
        if theirs.sha256 != ours.sha256:
            yield "content", f"{theirs.size} bytes", f"{ours.size} bytes"
        if theirs.capabilities != ours.capabilities:
            yield "capabilities", theirs.capabilities, ours.capabilities

    def paths_differ(self):
        for path in sorted(self.theirs.entry.keys() | self.ours.entry.keys()):
            theirs, ours = self.theirs.entry.get(path), self.ours.entry.get(path)
            if not ours and not self.is_compared(path):
                self.skipped[sorted(self.installed.owners[path])[0]] += 1
            elif not ours:
                yield Difference(path, "missing", theirs.type, "")
            elif not theirs:
                yield Difference(path, "added", "", ours.type)
            else:
                for what, was, now in self.entry_differs(path, theirs, ours):
                    yield Difference(path, what, was, now)

    def accounts_differ(self):
        theirs, ours = self.accounts["theirs"], self.accounts["ours"]
        for key in sorted(theirs.keys() | ours.keys()):
            path = " ".join(key)
            if key not in ours or key not in theirs:
                yield Difference(path, "added" if key in ours else "missing", "", "")
                continue
            for field, was in theirs[key].items():
                now = ours[key][field]
                if field == "members":
                    was = [m for m in was if ("user", m) in ours]
                if was != now:
                    yield Difference(path, field, str(was), str(now))
        self.accounts_compared = True

    # Explanations

    def by_extra(self, d):
        if d.what == "missing" and not self.mine(d.path):
            for rule in self.extra_rules:
                if rule.package in self.extra and (pattern := rule.pattern_for(d.path)):
                    return rule, pattern
        return None

    def by_drop(self, d):
        if d.what == "missing" and not is_account(d.path) and (rule := self.image.dropped(d.path)):
            return rule, rule.paths[0]
        return None

    def by_recipe(self, d):
        made = d.what != "missing" and not is_account(d.path) and self.image.by_recipe(d.path)
        account = self.image.accounts_of_recipe().get(d.path, {})
        if made or account.get(d.what) == d.ours or (account and d.what == "added"):
            rule = Rule("recipe", self.image.files.get(d.path, {}).get("from", "accounts"), [d.path], "the recipe says so", WHAT)
            return rule, d.path
        return None

    def by_absent(self, d):
        if d.what == "missing":
            for rule in self.image.absent:
                if pattern := rule.pattern_for(d.path):
                    return rule, pattern
        return None

    def by_general(self, d):
        for rule in self.rules.general:
            if d.what in rule.what and (pattern := rule.pattern_for(d.path)):
                if not rule.check or getattr(self.checks, rule.check)(d):
                    return rule, pattern
        return None

    EXPLAINERS = (by_extra, by_drop, by_recipe, by_absent, by_general)

    def explain(self, d):
        for explainer in self.EXPLAINERS:
            if found := explainer(self, d):
                found[0].use(found[1])
                return found[0]
        return None

    def contradictions(self):
        """An effect says that it is left out, and yet it is there."""
        for path in self.ours.entry:
            for rule in self.image.absent:
                if rule.package in (self.image.files.get(path, {}).get("package"), "*") or "package" not in self.image.files.get(path, {}):
                    if match(rule.paths[0], path) and not self.image.by_recipe(path):
                        self.errors.append(f"{path} is in the image, though {rule.name} says that it is left out")

    def disagreements(self):
        """temper's report of the image is about this image."""
        said = {p: (f["type"].replace("hardlink", "file"), f["mode"], f["uid"], f["gid"]) for p, f in self.image.files.items()}
        for path, e in self.ours.entry.items():
            is_ = (e.type, f"{e.mode:04o}", e.uid, e.gid)
            if path != "." and said.get(path) != is_:
                self.errors.append(f"{path} is {is_} in the layers, {said.get(path)} in the report")

    def run(self):
        self.packages_differ()
        self.disagreements()
        self.contradictions()
        self.differences = [*self.accounts_differ(), *self.paths_differ()]
        for d in self.differences:
            rule = self.explain(d)
            if rule:
                self.explained.append((d, rule))
            else:
                self.unexplained.append(d)
        return not self.errors and not self.unexplained

    def suspects(self, d):
        """Packages whose scripts name the path's last part: where to look for what made it."""
        word = d.path.rsplit("/", 1)[-1].encode()
        found = {m[1] for path, text in self.theirs.bytes.items()
                 if (m := re.fullmatch(r"var/lib/dpkg/info/([^/:]+)(?::[^/]+)?\.p(?:ost|re)inst", path)) and word in text}
        return sorted(found)
