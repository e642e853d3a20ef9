"""The cases of tests/case/findings/match.txt: prints "ok NAME" or "FAIL NAME: why" for each."""
import json
import os
import subprocess
import sys


def run(*command):
    p = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


def events(ranges):
    for one in ranges.split(","):
        first, last = one.split("..")
        yield {"introduced": first}
        if last.startswith("="):
            yield {"last_affected": last[1:]}
        elif last:
            yield {"fixed": last}


def osv(words):
    ident, ecosystem, name, ranges, *more = words
    record = {"schema_version": "1.6.0", "id": ident, "modified": "2024-06-01T00:00:00Z"}
    package = {"package": {"ecosystem": ecosystem.replace("%20", " "), "name": name}}
    if ranges != "-":
        package["ranges"] = [{"type": "ECOSYSTEM", "events": list(events(ranges))}]
    for word in more:
        key, value = word.split("=", 1)
        if key == "versions":
            package["versions"] = value.split(",")
        elif key == "module":
            package["database_specific"] = {"rpm_modularity": value}
        elif key == "withdrawn":
            record["withdrawn"] = value
        else:
            record[{"alias": "aliases"}.get(key, key)] = value.split(",")
    record["affected"] = [package]
    return json.dumps(record)


class Case:
    def __init__(self, name, directory):
        self.name, self.dir = name, directory
        self.feeds, self.purls, self.options = {"osv": [], "facts": []}, [], []
        self.found, self.covered, self.exit, self.tree, self.sbom, self.bom = [], [], 0, None, None, None
        os.makedirs(directory)

    def line(self, word, rest):
        if word == "osv":
            self.feeds["osv"].append(osv(rest.split()))
        elif word == "facts":
            columns = ["" if w == "-" else w for w in rest.split()]
            self.feeds["facts"].append("\t".join(columns))
        elif word == "purl":
            self.purls.append(rest)
        elif word == "file":
            path, text = rest.split(" ", 1)
            self.tree = os.path.join(self.dir, "root")
            path = os.path.join(self.tree, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(text.replace("\\n", "\n"))
        elif word == "bom":
            self.bom = rest
        elif word == "sbom":
            self.sbom = rest
        elif word == "distro":
            self.options += ["--distro", rest]
        elif word == "option":
            self.options.append(rest)
        elif word == "find":
            self.found.append(rest)
        elif word == "cover":
            self.covered.append(rest)
        elif word == "exit":
            self.exit = int(rest)
        else:
            raise ValueError(word)

    def check(self):
        db = os.path.join(self.dir, "db")
        for feed, lines in self.feeds.items():
            if not lines:
                continue
            path = os.path.join(self.dir, feed + (".ndjson" if feed == "osv" else ".tsv"))
            with open(path, "w") as f:
                f.write("\n".join(lines) + "\n")
            code, _, err = run("temper", "db", "import", "--db", db, "--format", feed, path)
            if code != 0:
                return f"db import: exit {code}: {err}"
        what = self.tree and "dir:" + self.tree
        if self.bom:
            what = os.path.join(self.dir, "bom.json")
            with open(what, "w") as f:
                f.write(self.bom)
        elif not what:
            what = os.path.join(self.dir, "purls")
            with open(what, "w") as f:
                f.write("\n".join(self.purls) + "\n")
            what = "purl:" + what
        if self.sbom:
            code, out, err = run("temper", "sbom", "-q", "-o", self.sbom, what)
            what = os.path.join(self.dir, "sbom")
            with open(what, "w") as f:
                f.write(out)
        code, out, err = run("temper", "scan", "-q", "--db", db, "-o", "json", "--show-suppressed", *self.options, what)
        if code != self.exit:
            return f"exit {code} and not {self.exit}: {err}"
        report = json.loads(out)
        found = []
        for f in report["findings"] + report.get("suppressed", []):
            p = f["package"]
            line = [p["name"], p["version"], f["id"], f["state"], f.get("fixed", ["-"])[0]]
            by = f.get("suppressed", {})
            by = by.get("by") if isinstance(by, dict) else by
            found.append(" ".join(line + ([by] if by else [])))
        if sorted(found) != sorted(self.found):
            return "found\n  " + "\n  ".join(sorted(found)) + "\nand not\n  " + "\n  ".join(sorted(self.found))
        covered = [c["kind"] + " " + c.get("of", "") for c in report["coverage"]]
        missing = [c for c in self.covered if c not in covered]
        return f"coverage {covered} without {missing}" if missing else None


def main(path, work):
    cases = []
    with open(path) as f:
        for line in f:
            line = line.rstrip("\n")
            if line.startswith("== "):
                cases.append(Case(line[3:], os.path.join(work, str(len(cases)))))
            elif line and not line.startswith("#"):
                cases[-1].line(*line.split(" ", 1))
    for case in cases:
        why = case.check()
        print(f"FAIL {case.name}: {why}" if why else f"ok {case.name}")


main(*sys.argv[1:])
