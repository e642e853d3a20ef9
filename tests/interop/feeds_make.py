#!/usr/bin/env python3
"""Small feeds of OSV's kind, for tests/interop/db_update.sh. usage: feeds_make.py DIR NAME N TIME [CHANGED]...

DIR/NAME/all.zip, of N records T-1 ... T-N about npm's packages p1 ... pN, DIR/NAME/T-*.json, and
DIR/NAME/modified_id.csv, newest first. Those of TIME are the ones whose numbers follow (all, without any); the others keep
the time that they have in the table which is there. The zip's own time is TIME.
"""
import calendar
import csv
import json
import os
import sys
import time
import zipfile

root, name, count, now = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
changed = {int(n) for n in sys.argv[5:]}
where = f"{root}/{name}"
os.makedirs(where, exist_ok=True)
times = {}
if os.path.exists(f"{where}/modified_id.csv"):
    times = {row[1]: row[0] for row in csv.reader(open(f"{where}/modified_id.csv"))}
for old in os.listdir(where):
    os.remove(f"{where}/{old}")
stamp = calendar.timegm(time.strptime(now, "%Y-%m-%dT%H:%M:%SZ"))
records = {}
for i in range(1, count + 1):
    key = f"T-{i}"
    fresh = not changed or i in changed or key not in times
    times[key] = now if fresh else times[key]
    records[key] = {"schema_version": "1.6.0", "id": key, "modified": times[key], "published": "2024-01-01T00:00:00Z",
                    "summary": f"flaw {i}" + (f" as of {now}" if i in changed else ""),
                    "affected": [{"package": {"ecosystem": "npm", "name": f"p{i}"},
                                  "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {
                                      "fixed": f"1.{i}.{1 if i in changed else 0}"}]}]}]}
with zipfile.ZipFile(f"{where}/all.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for key in sorted(records):
        out.writestr(zipfile.ZipInfo(f"{key}.json", (2024, 1, 1, 0, 0, 0)), json.dumps(records[key]))
for key in records:
    with open(f"{where}/{key}.json", "w") as out:
        json.dump(records[key], out)
with open(f"{where}/modified_id.csv", "w") as out:
    for key in sorted((k for k in times if k in records), key=lambda k: (times[k], k), reverse=True):
        out.write(f"{times[key]},{key}\n")
for file in os.listdir(where):
    os.utime(f"{where}/{file}", (stamp, stamp))
