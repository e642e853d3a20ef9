#!/usr/bin/env python3
"""cel.py TESTS TOOL: the tests of the CEL specification, of all that docs/cel.md says there is, by cel_tool.

What is not there is named here, by suite or by what an expression holds, each with why.
"""
import base64
import collections
import json
import math
import re
import subprocess
import sys

# Suites of what docs/cel.md leaves out.
WITHOUT = {
    "bindings_ext": "extensions", "block_ext": "extensions", "encoders_ext": "extensions", "math_ext": "extensions",
    "string_ext": "extensions", "macros2": "macros of two variables", "optionals": "optional values",
    "proto2": "messages", "proto2_ext": "messages", "proto3": "messages", "dynamic": "messages", "enums": "messages",
    "wrappers": "messages", "namespace": "containers", "type_deductions": "types without values",
}
# And what an expression of other suites needs.
NEEDS = [
    (r"TestAllTypes|google\.protobuf|proto3|cel\.@?expr", "messages"),
    (r"\.`", "members in backquotes"),
    (r"get[A-Z]\w*\('", "time zones"),
    (r"^a\.b\.c$", "variables with dots"),
    (r"^f_unknown|^a\.\w+\(\) \|\| true$", "functions that there are not: refused beforehand"),
]


def scalar(v):
    """A value as cel_tool shows it; numbers with a point as themselves; None: it is of something left out."""
    if len(v) != 1:
        return None
    (kind, x), = v.items()
    if kind == "int64Value":
        return str(int(x))
    if kind == "uint64Value":
        return f"{int(x)}u"
    if kind == "boolValue":
        return "true" if x else "false"
    if kind == "nullValue":
        return "null"
    if kind == "doubleValue":
        return float(x)
    if kind == "stringValue":
        return json.dumps(x, ensure_ascii=False)
    if kind == "bytesValue":
        return 'b"' + "".join(f"\\x{c:02x}" for c in base64.b64decode(x)) + '"'
    if kind == "typeValue":
        return x
    if kind == "objectValue":
        name = x["@type"].rsplit(".", 1)[-1]
        return f'{name.lower()}("{x["value"]}")' if name in ("Timestamp", "Duration") else None
    if kind == "listValue":
        parts = [scalar(e) for e in x.get("values", [])]
        return "[" + ", ".join(parts) + "]" if all(isinstance(p, str) for p in parts) else None
    if kind == "mapValue":
        parts = [(scalar(e["key"]), scalar(e["value"])) for e in x.get("entries", [])]
        if not all(isinstance(p, str) for pair in parts for p in pair):
            return None
        return frozenset(f"{k}: {e}" for k, e in parts)
    return None


def plain(v):
    (kind, x), = v.items()
    if kind == "int64Value":
        return int(x)
    if kind in ("boolValue", "stringValue"):
        return x
    if kind == "nullValue":
        return None
    if kind == "listValue":
        return [plain(e) for e in x.get("values", [])]
    if kind == "mapValue" and all("stringValue" in e["key"] for e in x.get("entries", [])):
        return {plain(e["key"]): plain(e["value"]) for e in x.get("entries", [])}
    raise KeyError(kind)


def same(got, want):
    if want == "error":
        return got.startswith(("error: ", "refused: "))
    if isinstance(want, frozenset):
        return frozenset(p for p in got[1:-1].split(", ") if p) == want
    if isinstance(want, float):
        try:
            value = float(got.replace("Inf", "inf"))
        except ValueError:
            return False
        return value == want or (math.isnan(value) and math.isnan(want))
    return got == want


def main():
    tests, tool = json.load(open(sys.argv[1])), sys.argv[2]
    left, cases = collections.Counter(), []
    for t in tests:
        why = WITHOUT.get(t["suite"].split("/")[1]) or ("types without values" if t.get("checkOnly") else None)
        why = why or next((w for pattern, w in NEEDS if re.search(pattern, t["expr"])), None)
        try:
            members = {k: plain(v["value"]) for k, v in t.get("bindings", {}).items()}
        except KeyError:
            why = why or "variables of types that JSON has not"
        value = t.get("value") or t.get("typedResult", {}).get("result") or {"boolValue": True}
        want = "error" if "evalError" in t else scalar(value)
        if why or want is None:
            left[why or "doubles within lists, messages"] += 1
            continue
        cases.append((t, members, want))
    lines = "".join(f"{json.dumps(t['expr'])}\n{json.dumps(m)}\n" for t, m, _ in cases)
    done = subprocess.run([tool], input=lines, stdout=subprocess.PIPE, text=True)
    got = done.stdout.split("\n")[:-1]
    wrong = 0
    if done.returncode or len(got) != len(cases):
        print(f"{len(got)} answers to {len(cases)} expressions, exit code {done.returncode}")
        wrong = 1
    for (t, _, want), answer in zip(cases, got):
        if not same(answer, want):
            wrong += 1
            print(f"{t['suite']}/{t['name']}: {t['expr']}: {answer}, not {want}")
    print(f"{len(cases) - wrong} of {len(cases)} tests of the specification; left out:",
          ", ".join(f"{n} {why}" for why, n in left.most_common()))
    sys.exit(1 if wrong or len(cases) < 1000 else 0)


main()
