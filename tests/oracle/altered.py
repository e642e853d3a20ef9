"""The comparison's own test: whatever is altered in a tree that was explained must be noticed, at its path.

Every path of the image that packages or effects made is altered in every way, one at a time; a rule that would explain
it hides faults, and is an error. Then effects are taken away from temper, which builds the image again without them.
"""
import copy
import shutil

import yaml

from compare import Comparison, Difference
from trees import Failure

EFFECTS_MAX = 12  # builds with an effect taken away


def alterations(e):
    """(what, entry) of all that can be wrong with an entry that is there."""
    if e.type == "symlink":
        yield "target", e.copy(target=e.target + "x")
    else:
        yield "mode", e.copy(mode=e.mode ^ 0o001)
    if e.type == "file":
        yield "content", e.copy(sha256="0" * 64)
        yield "capabilities", e.copy(capabilities="x")
        yield "type", e.copy(type="directory", sha256=None)
    yield "owner", e.copy(uid=e.uid + 1)
    yield "group", e.copy(gid=e.gid + 1)


def blind(c, path):
    """What could be wrong with a path and would be explained away: (what, rule)."""
    theirs, ours = c.theirs.entry.get(path), c.ours.entry[path]
    if theirs and (rule := c.explain(Difference(path, "missing", theirs.type, ""))):
        yield "missing", rule
    known = {(d.path, d.what) for d, _ in c.explained}
    for what, altered in alterations(ours) if theirs else []:
        c.ours.entry[path] = altered
        noticed = [Difference(path, *found) for found in c.entry_differs(path, theirs, altered)]
        rules = [c.explain(d) for d in noticed]
        if not noticed or (all(rules) and (path, what) not in known):
            yield what, next(iter(rules), None)
    c.ours.entry[path] = ours


def check_paths(c):
    """Paths that packages and effects made, each altered in every way."""
    wrong, tried = [], 0
    for path in sorted(c.ours.entry):
        made = c.image.files.get(path, {})
        if "package" not in made and not made.get("from", "").startswith(c.image.effects) or c.image.by_recipe(path):
            continue
        tried += 1
        wrong += [f"{path}: {what} would be explained by {rule.kind + ' ' + rule.name if rule else 'nobody, and not be noticed'}"
                  for what, rule in blind(c, path) if not made.get("from", "").startswith("dpkg record") and
                  not path.startswith("var/lib/dpkg/")]
    return tried, wrong


def again(c, outcome=None, **bytes_of):
    """Compare once more, with other texts of files: ours__etc_passwd=..."""
    ours, theirs = copy.copy(c.ours), copy.copy(c.theirs)
    for name, text in bytes_of.items():
        tree = ours if name.startswith("ours") else theirs
        tree.bytes = {**tree.bytes, name.split("__")[1].replace("_", "/"): text.encode()}
    image = copy.copy(c.image)
    image.tree = ours
    image.packages = outcome or image.packages
    other = Comparison(image, theirs, c.rules, c.effects)
    other.run()
    return {d.path for d in other.unexplained} | set(other.errors)


def check_others(c):
    """Accounts, packages, and what scripts make that nobody knows of: (what, noticed?)."""
    passwd = c.ours.text("etc/passwd").splitlines()
    last = [line for line in passwd if line.split(":")[0] not in ("root", "nobody", "nonroot")][-1:] or [passwd[0]]
    name, fields = last[0].split(":")[0], last[0].split(":")
    fields[5] += "x"
    yield "the home of an account", f"user {name}" in again(c, ours__etc_passwd="\n".join(passwd).replace(last[0], ":".join(fields)))
    yield "one account more", "user alien" in again(c, ours__etc_passwd="\n".join([*passwd, "alien:x:777:0::/:/bin/sh"]))
    package = dict(next(iter(c.image.packages.values())), version="0")
    yield "a package of another version", any("package" in line for line in again(c, {**c.image.packages, package["name"]: package}))
    status = c.theirs.text("var/lib/dpkg/status") + "\n\nPackage: alien\nStatus: install ok installed\nVersion: 1\n"
    yield "a package without a reason", any("package alien" in line for line in again(c, theirs__var_lib_dpkg_status=status))
    for path in ("etc/alien", "var/lib/alien/state", "usr/bin/alien", "usr/lib/alien.so"):
        yield f"{path}, which a script made", c.image.dropped(path) or not c.explain(Difference(path, "missing", "file", ""))
        yield f"{path}, which an image has too much", not c.explain(Difference(path, "added", "", "file"))


def effects_of(c, home):
    """(package, effect's index, path) of effects that made a path of the image, evenly chosen."""
    found = []
    for name in c.image.packages:
        file = home / f"{name}.yaml"
        data = yaml.safe_load(file.read_text()) if file.exists() else {}
        for i, effect in enumerate(data.get("effects") or []) if data.get("scripts") else []:
            path = next(iter(effect.values())).get("path", "").lstrip("/") if isinstance(next(iter(effect.values())), dict) else ""
            implied = any(p.startswith(path + "/") for p in c.ours.entry)  # a directory of something else
            if not implied and c.image.files.get(path, {}).get("from", "").startswith(f"effects/{name}.yaml:"):
                found.append((name, i, path))
    step = max(1, -(-len(found) // EFFECTS_MAX))
    return found[::step]


def check_effects(c, oracle, recipe, effects):
    """Build without an effect; the comparison with the same installation must miss its path."""
    for name, index, path in effects_of(c, effects):
        home = oracle.work / "effects"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        data = yaml.safe_load((effects / f"{name}.yaml").read_text())
        del data["effects"][index]
        (home / f"{name}.yaml").write_text(yaml.safe_dump(data))
        what = f"{path}, whose effect of {name} was taken away"
        try:
            outcome, tree = oracle.build(recipe, True, ["--effects", str(home)])
        except Failure as e:
            yield what, "of the proof" in str(e)  # temper itself finds that something is missing
            continue
        other = Comparison(type(c.image)(outcome, tree, oracle.drop(), str(home)), c.theirs, c.rules, c.effects)
        other.run()
        yield what, path in {d.path for d in other.unexplained}


def check(c, oracle, recipe, effects):
    tried, wrong = check_paths(c)
    for what, noticed in [*check_others(c), *check_effects(c, oracle, recipe, effects)]:
        tried += 1
        if not noticed:
            wrong.append(f"{what}: not noticed")
    for line in wrong:
        print(f"  {line}")
    print(f"self-test: {tried} alterations of paths, packages, accounts and effects, {len(wrong)} not noticed")
    return not wrong
