#!/bin/bash
# A Debian system made by mmdebstrap: temper's inventory beside what dpkg itself says of it, and what is told when
# files are changed, removed, diverted or were never unpacked.
. "$(dirname "$0")/flow"
for needed in mmdebstrap dpkg-query; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
run mmdebstrap --quiet --variant=essential --skip=check/empty --format=tar "${TEMPER_TEST_SUITE:-bookworm}" tree.tar
[ "$code" -eq 0 ] || { echo "mmdebstrap cannot install here: $(tail -n 1 err)"; exit 77; }
mkdir root && tar -xf tree.tar -C root --exclude='./dev/*' || exit 3
rm tree.tar
admin=$work/root/var/lib/dpkg

dpkg-query --admindir="$admin" -W -f '${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n' | LC_ALL=C sort >packages.dpkg
for p in $(dpkg-query --admindir="$admin" -W -f '${binary:Package}\n'); do
	dpkg-query --admindir="$admin" -L "$p" 2>/dev/null | grep '^/' | while IFS= read -r path; do
		[ ! -d "root$path" ] || [ -L "root$path" ] || continue
		echo "${p%%:*} ${path#/}"
	done
done | LC_ALL=C sort -u >files.dpkg
cat >told.py <<'PY'
import json, sys
d = json.load(open("report.json"))
with open("packages.temper", "w") as out:
    for p in d["packages"]:
        version = p["version"]
        print(p["name"], version, p["architecture"], p.get("source", p["name"]), p.get("source-version", version), file=out)
with open("files.temper", "w") as out:
    for p in d["packages"]:
        for f in p.get("files", []):
            print(p["name"], f["path"], file=out)
# What dpkg says of each file is what we say of it.
want = {}
import glob, os
for path in glob.glob(sys.argv[1] + "/info/*.md5sums"):
    name = os.path.basename(path)[:-8].split(":")[0]
    for line in open(path):
        want[name, line[34:].rstrip("\n")] = line[:32]
got = {(p["name"], f["path"]): f["md5"] for p in d["packages"] for f in p.get("files", []) if "md5" in f and not f.get("config")}
missing = [k for k in want if got.get(k) != want[k]]
assert not missing, missing[:5]
PY
holds "the tree is read" temper sbom -q --files -o json=report.json dir:root
holds "digests are dpkg's" python3 told.py "$admin"
for what in packages files; do
	# Directories to some packages, links here and to others.
	for f in $what.dpkg $what.temper; do grep -vE ' (bin|sbin|lib|lib64)$' $f | LC_ALL=C sort -u >sorted && mv sorted $f; done
	if difference=$(diff $what.dpkg $what.temper | head -n 10); [ -z "$difference" ]; then
		ok "$what are dpkg's: $(wc -l <$what.dpkg)"
	else
		bad "$what are not dpkg's" "$difference"
	fi
done

cat >state.py <<'PY'
import json
d = json.load(open("report.json"))
assert d["os"]["id"] == "debian", d["os"]
assert all(e.get("package") for e in d["unknown"]) if d.get("unknown") else True
assert d["executables"] == d["owned"], (d["executables"], d["owned"])
print(" ".join(sorted(c["path"] for c in d.get("changed", []))))
PY
expect "nothing is changed in a fresh system, and every program is owned" 0 '^$' python3 state.py
before=$(temper sbom -q -o purls dir:root)
same "the same tree, the same words" "$before" "$(temper sbom -q -o purls dir:root)"

# Changed, removed, diverted, excluded.
echo >>root/bin/cat
rm root/usr/bin/tac
echo "# mine" >>root/etc/debconf.conf
mv root/usr/bin/wc root/usr/bin/wc.real
printf '/usr/bin/wc\n/usr/bin/wc.real\n:\n' >>"$admin/diversions"
rm -r root/usr/share/debconf
mkdir -p root/etc/dpkg/dpkg.cfg.d
printf 'path-exclude=/usr/share/nothing\npath-exclude /usr/share/debconf/*\npath-include=/usr/share/*/confmodule\n' >root/etc/dpkg/dpkg.cfg.d/slim
holds "the changed tree is read" temper sbom -q --files -o json=report.json dir:root
# tac is gone, and of debconf's files the one that should be there.
expect "what is not as its package says" 0 '^bin/cat etc/debconf.conf usr/bin/tac usr/share/debconf/confmodule$' python3 state.py
flow_end
