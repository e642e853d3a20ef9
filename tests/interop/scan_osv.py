"""Records of OSV evaluated by the algorithm of its schema ("Evaluation"), held against what temper scan finds.

usage: scan_osv.py SHARED_DATA RULINGS [--all] [-v]

Nothing of temper's is used but its command: versions are ordered by packaging (PyPI), rpm (AlmaLinux) and npm's
semver (Go); Alpaquita's by a few lines here, after apk-package(5). Of every package with a record, versions around
each bound are asked for. A difference is an error unless a ruling of RULINGS names it."""
import collections
import functools
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from urllib.parse import quote, unquote

DATA, RULINGS = sys.argv[1:3]
ALL, VERBOSE = "--all" in sys.argv, "-v" in sys.argv
EVERY = {"PyPI": 5, "Go": 2, "AlmaLinux": 40, "Alpaquita": 4}  # one package in so many, without --all
MOST = {"AlmaLinux": 48} if ALL else {}  # versions of one package: kernels have too many
BATCH = 500  # versions in one scan: kernels have hundreds of findings each


# ---- orders ----

class Semver:
    """npm's semver, asked once for all pairs of neighbours that sorting needs: it sorts, and says what is equal."""
    SCRIPT = """
const semver = require(process.argv[1]);
const sets = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(sets.map(set => {
  const ok = set.filter(v => semver.valid(v)).sort((a, b) => semver.compare(a, b));
  const rank = {};
  let r = 0;
  ok.forEach((v, i) => { if (i && semver.compare(ok[i - 1], v)) r++; rank[v] = r; });
  return rank;
})));
"""

    @staticmethod
    def module():
        for d in ("/usr/lib/node_modules/npm/node_modules/semver", "/usr/share/nodejs/semver", "/usr/local/lib/node_modules/npm/node_modules/semver"):
            if os.path.isdir(d) and shutil.which("node"):
                return d
        return None

    @staticmethod
    def full(v):
        """Three numbers, as osv.dev fills them up."""
        v = v[1:] if v[:1] == "v" else v[2:] if v[:2] == "go" else v
        m = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(.*)$", v)
        return f"{m[1]}.{m[2] or 0}.{m[3] or 0}{m[4]}" if m else v

    def ranks(self, sets):
        asked = [sorted({self.full(v) for v in s}) for s in sets]
        p = subprocess.run(["node", "-e", self.SCRIPT, self.module()], input=json.dumps(asked), capture_output=True, text=True, check=True)
        return [{v: told[self.full(v)] for v in s if self.full(v) in told} for s, told in zip(sets, json.loads(p.stdout))]


def ranks_by(compare, valid, sets):
    for s in sets:
        order = sorted((v for v in s if valid(v)), key=functools.cmp_to_key(compare))
        rank, r = {}, 0
        for i, v in enumerate(order):
            r += i > 0 and compare(order[i - 1], v) != 0
            rank[v] = r
        yield rank


class Pypi:
    @staticmethod
    def key(v):
        import packaging.version
        try:
            return packaging.version.Version(v)
        except packaging.version.InvalidVersion:
            return None

    def ranks(self, sets):
        for s in sets:
            keys = {v: self.key(v) for v in s}
            order = sorted(v for v in s if keys[v] is not None)
            order.sort(key=keys.get)
            rank, r = {}, 0
            for i, v in enumerate(order):
                r += i > 0 and keys[order[i - 1]] != keys[v]
                rank[v] = r
            yield rank


class Rpm:
    @staticmethod
    def split(v):
        epoch, _, rest = v.rpartition(":")
        version, _, release = rest.partition("-")
        return (epoch or "0", version, release)

    def compare(self, a, b):
        import rpm
        return rpm.labelCompare(self.split(a), self.split(b))

    def ranks(self, sets):
        return ranks_by(self.compare, lambda v: re.match(r"(\d+:)?[^-:]+-[^-:]+$", v), sets)


class Apk:
    FORM = re.compile(r"(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:-r(\d+))?$")
    ORDER = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}

    def key(self, v):
        numbers, letter, suffixes, build = self.FORM.match(v).groups()
        suffixes = [(self.ORDER[k], int(n or 0)) for k, n in re.findall(r"_([a-z]+)(\d*)", suffixes)]
        return numbers.split("."), letter, suffixes + [(0, 0)], int(build or -1)

    def compare(self, a, b):
        (na, la, sa, ba), (nb, lb, sb, bb) = self.key(a), self.key(b)
        for i, (x, y) in enumerate(zip(na, nb)):
            if i and (x[0] == "0" or y[0] == "0"):  # a fraction: by letters
                if x != y:
                    return -1 if x < y else 1
            elif int(x) != int(y):
                return -1 if int(x) < int(y) else 1
        for x, y in ((len(na), len(nb)), (la, lb), (sa, sb), (ba, bb)):
            if x != y:
                return -1 if x < y else 1
        return 0

    def ranks(self, sets):
        return ranks_by(self.compare, self.FORM.match, sets)


# ---- versions around a version ----

def numbers(v):
    """The last number but for those of a release, one less and one more."""
    for m in list(re.finditer(r"\d+", v))[-3:]:
        n = int(m[0])
        for k in (n - 1, n + 1):
            if k >= 0:
                yield v[:m.start()] + str(k) + v[m.end():]


def near_pypi(v):
    yield from numbers(v)
    for tail in (".dev0", "a0", "rc1", ".post1", ".0", ".1", "+local"):
        yield v + tail


def near_semver(v):
    yield from numbers(v)
    for tail in ("-0", "-rc.1", "-0.20200101000000-abcdefabcdef", "+incompatible", "+build.1"):
        if "-" not in v or tail[0] == "+":
            yield v + tail
    yield re.sub(r"[-+].*", "", v)


def near_rpm(v):
    yield from numbers(v)
    for tail in (".1", "_1", "~rc1", "^1"):
        yield v + tail
    yield "0:" + v if ":" not in v else v.partition(":")[2]
    yield "9:" + v.rpartition(":")[2]


def near_apk(v):
    yield from numbers(v)
    yield re.sub(r"(-r|$)", r"_rc1\1", v, count=1)
    yield re.sub(r"(-r|$)", r"_p1\1", v, count=1)
    yield re.sub(r"(-r|$)", r".1\1", v, count=1)
    yield re.sub(r"-r\d+$", "", v)


class Feed:
    def __init__(self, file, ecosystem, order, near, extremes, name, purl):
        self.file, self.ecosystem, self.order, self.near = file, ecosystem, order, near
        self.extremes, self.name, self.purl = extremes, name, purl
        self.key = ecosystem.partition(":")[0]


def pep503(s):
    return re.sub(r"[-_.]+", "-", s).lower()


def same(s):
    return s


def rpm_purl(release):
    def purl(name, v):
        epoch, _, v = v.rpartition(":")
        return f"pkg:rpm/almalinux/{quote(name)}@{quote(v, safe='')}?distro=almalinux-{release}" + (f"&epoch={epoch}" if epoch else "")
    return purl


def go_purl(name, v):
    v = v if name in ("stdlib", "toolchain") else "v" + v
    return f"pkg:golang/{quote(name)}@{quote(v, safe='')}"


FEEDS = [
    Feed("pypa-fork-osv", "PyPI", Pypi, near_pypi, ["0", "0.0.1a1", "99999.0", "2!1.0"], pep503,
         lambda n, v: f"pkg:pypi/{quote(n)}@{quote(v, safe='')}"),
    Feed("go-osv", "Go", Semver, near_semver, ["0.0.0", "0.0.0-20150101000000-abcdefabcdef", "0.0.0-20991231000000-abcdefabcdef", "99999.0.0", "1.2"],
         str.lower, go_purl),
    *[Feed("almalinux-osv", f"AlmaLinux:{r}", Rpm, near_rpm, ["0-0", f"99999-1.el{r}"], same, rpm_purl(r)) for r in (8, 9, 10)],
    *[Feed("bellsoft-alpaquita-osv", f"Alpaquita:{r}", Apk, near_apk, ["0", "99999-r0"], same,
           lambda n, v, r=r: f"pkg:apk/alpaquita/{quote(n)}@{quote(v, safe='')}?distro=alpaquita-{r}") for r in ("23", "25", "stream")],
]


# ---- the algorithm of the schema ----

def in_range(events, rank, v):
    """Evaluation: events in their order, v against each."""
    limits = [e["limit"] for e in events if "limit" in e]
    if limits and not any(x == "*" or rank[v] < rank[x] for x in limits):
        return False
    marks = []
    for e in events:
        for kind, x in e.items():
            if kind == "introduced":
                marks.append((-1 if x == "0" else rank[x], 0, kind))
            elif kind == "fixed":
                marks.append((rank[x], 1, kind))
            elif kind == "last_affected":
                marks.append((rank[x], 2, kind))
    affected = False
    for at, _, kind in sorted(marks):
        if kind == "introduced" and rank[v] >= at:
            affected = True
        elif kind == "fixed" and rank[v] >= at:
            affected = False
        elif kind == "last_affected" and rank[v] > at:
            affected = False
    return affected


def bounds(affected):
    for r in affected.get("ranges", []):
        if r["type"] != "GIT":
            for e in r["events"]:
                yield from (x for x in e.values() if x not in ("0", "*"))


def evaluate(part, rank, v):
    """None: a bound that the order does not define."""
    listed = part.get("versions", [])
    if v in listed or any(rank.get(x) == rank[v] for x in listed):
        return True
    if any(x not in rank for x in bounds(part)):
        return None
    return any(in_range(r["events"], rank, v) for r in part.get("ranges", []) if r["type"] != "GIT")


# ---- rulings ----

def module_of(v):
    return bool(re.search(r"\.module[_+]el", v))


def is_tied(parts):
    """A range that one version ends and begins anew."""
    for p in parts:
        for r in p.get("ranges", []):
            if {e.get("introduced") for e in r["events"]} & {e.get("fixed") for e in r["events"]} - {None}:
                return True
    return False


def bounds_of(parts):
    return [x for p in parts for x in bounds(p)]


RULES = {
    "module": lambda c: c.feed.key == "AlmaLinux" and (module_of(c.version) or any(module_of(x) for x in bounds_of(c.parts))),
    "tied": lambda c: is_tied(c.parts),
    "local": lambda c: c.feed.key == "PyPI" and "+" in c.version and "last_affected" in json.dumps(c.parts),
}


def rulings():
    with open(RULINGS) as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                yield line.split(None, 1)[0]


Case = collections.namedtuple("Case", "feed name version id parts")


# ---- the whole ----

def records(feed):
    with gzip.open(f"{DATA}/advisories/bulk/{feed.file}.ndjson.gz", "rt") as f:
        for line in f:
            r = json.loads(line)
            if "withdrawn" not in r:
                yield r


def by_package(feed):
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    spelt = {}
    for r in records(feed):
        for part in r.get("affected", []):
            package = part.get("package", {})
            if package.get("ecosystem") == feed.ecosystem:
                name = feed.name(package["name"])
                if ALL or zlib.crc32(name.encode()) % EVERY[feed.key] == 0:
                    found[name][r["id"]].append(part)
                    spelt[name] = package["name"]
    return found, spelt


def versions(feed, parts):
    listed = {v for p in parts for v in p.get("versions", [])}
    edges = {v for p in parts for v in bounds(p)}
    return edges, listed, {w for v in edges for w in feed.near(v)} | set(feed.extremes)


def pick(edges, listed, near, most):
    """All, or as many as are asked of one package: bounds first, the rest spread by their bytes."""
    spread = lambda s: sorted(s, key=lambda v: (zlib.crc32(v.encode()), v))
    ret = list(dict.fromkeys(spread(edges)[:most // 3] + spread(near)[:most // 2] + spread(listed)))
    return ret[:most]


def scan(work, purls):
    """{(name, version): ids}; names and versions as the matches have them."""
    found = collections.defaultdict(set)
    for i in range(0, len(purls), BATCH):
        with open(f"{work}/purls", "w") as f:
            f.write("\n".join(purls[i:i + BATCH]) + "\n")
        p = subprocess.run(["temper", "scan", "-q", "--db", f"{work}/db", "-o", "json", f"purl:{work}/purls"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if p.returncode:
            sys.exit(f"temper scan: exit {p.returncode}: {p.stderr}")
        for f in json.loads(p.stdout)["findings"]:
            found[f["package"]["purl"]].update(m["id"] for m in f["matches"])
    return found


def plain(purl):
    """As text to compare by: no escapes, qualifiers sorted, lower case where the type has it."""
    head, _, tail = purl.partition("?")
    head = unquote(head)
    name, at, version = head.rpartition("@")
    if name.startswith("pkg:golang/"):
        name = name.lower()
    if name.startswith("pkg:pypi/"):
        name = "pkg:pypi/" + pep503(name[9:])
    return name + at + version + "?" + "&".join(sorted(tail.split("&")))


def check(feed, work, ruled):
    found, spelt = by_package(feed)
    names = sorted(found)
    picked, sets = {}, []
    for n in names:
        parts = [p for ps in found[n].values() for p in ps]
        edges, listed, near = versions(feed, parts)
        picked[n] = pick(edges, listed, near, MOST.get(feed.key, 100000 if ALL else 24))
        sets.append(edges | listed | set(picked[n]))
    rank = dict(zip(names, feed.order().ranks(sets)))
    asked = [(n, v) for n in names for v in picked[n] if v in rank[n]]
    purls = [feed.purl(spelt[n] if i % 2 else n, v) for i, (n, v) in enumerate(asked)]
    told = collections.defaultdict(set)
    for purl, ids in scan(work, purls).items():
        told[plain(purl)] |= ids
    pairs, positive, differ, by_rule = 0, 0, [], collections.Counter()
    for (n, v), purl in zip(asked, purls):
        ours = told[plain(purl)]
        for i, parts in found[n].items():
            verdicts = [evaluate(p, rank[n], v) for p in parts]
            want = True if True in verdicts else None if None in verdicts else False
            if want is None:
                by_rule["(a bound that is no version)"] += 1
                continue
            pairs += 1
            positive += want
            if want == (i in ours):
                continue
            rule = next((r for r in ruled if RULES[r](Case(feed, n, v, i, parts))), None)
            if rule:
                by_rule[rule] += 1
            else:
                differ.append(f"{purl} {i}: " + ("not found" if want else "found, and should not be"))
        strange = ours - set(found[n])
        if strange:
            differ.append(f"{purl}: found {' '.join(sorted(strange))}, which is of other packages")
    used = ", ".join(f"{k} {n}" for k, n in sorted(by_rule.items()))
    print(f"{'ok' if not differ else 'FAIL'} {feed.ecosystem}: {len(names)} packages, {len(asked)} versions, {pairs} pairs, {positive} affected, "
          f"{len(differ)} differ" + (f" (ruled: {used})" if used else ""), flush=True)
    for line in differ if VERBOSE else differ[:8]:
        print("  " + line)
    return not differ, set(by_rule), positive


def usable(feed):
    if feed.order is Semver:
        return Semver.module()
    try:
        __import__({Pypi: "packaging.version", Rpm: "rpm", Apk: "json"}[feed.order])
        return True
    except ImportError:
        return False


def main():
    if not os.path.isdir(f"{DATA}/advisories/bulk"):
        print(f"no {DATA}/advisories/bulk")
        sys.exit(77)
    ruled, used, good, ran = list(rulings()), set(), True, 0
    with tempfile.TemporaryDirectory() as work:
        for file in dict.fromkeys(f.file for f in FEEDS):
            subprocess.run(["temper", "db", "import", "--db", f"{work}/db", f"{DATA}/advisories/bulk/{file}.ndjson.gz"],
                           check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        for feed in FEEDS:
            if not usable(feed):
                print(f"skip {feed.ecosystem}: what orders its versions is not installed")
                continue
            ok, rules, positive = check(feed, work, ruled)
            good, used, ran = good and ok and positive > 0, used | rules, ran + 1
    for rule in sorted(set(ruled) - used) if ran == len(FEEDS) and ALL else []:
        print(f"FAIL the ruling {rule} has ruled nothing")
        good = False
    sys.exit(77 if ran == 0 else not good)


main()
