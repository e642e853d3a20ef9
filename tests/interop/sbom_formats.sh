#!/bin/bash
# What temper sbom writes, in all formats, of a tree with this machine's own packages: read back it is the same to the
# byte; a reader that is not temper finds the same purls, relations and system in it; and official schemas take it.
. "$(dirname "$0")/flow"
build=$(dirname "$(command -v temper)")

mkdir -p tree/etc tree/var/lib/dpkg tree/usr/share/doc tree/usr/lib/python3/dist-packages/Zope_Thing-1.0.dist-info \
	tree/app/node_modules/@scope/thing
if [ -f /var/lib/dpkg/status ]; then
	cp /var/lib/dpkg/status tree/var/lib/dpkg/status
	mkdir tree/var/lib/dpkg/info
	cp /var/lib/dpkg/info/{dpkg,libc6*,bash,tar}.{list,md5sums,conffiles} tree/var/lib/dpkg/info/ 2>/dev/null
	for package in bash dpkg libc6 tar; do
		mkdir "tree/usr/share/doc/$package"
		cp -L "/usr/share/doc/$package/copyright" "tree/usr/share/doc/$package/" 2>/dev/null
	done
	cp -L /etc/os-release tree/etc/os-release
else
	skip "this machine's packages" "it has no /var/lib/dpkg/status"
	printf 'ID=debian\nVERSION_ID="12"\n' >tree/etc/os-release
fi
printf 'Metadata-Version: 2.1\nName: Zope_Thing\nVersion: 1.0\nLicense: ZPL 2.1 <odd> & "more"\nSummary: a \303\244 <b>\nHome-page: not a url\n' \
	>tree/usr/lib/python3/dist-packages/Zope_Thing-1.0.dist-info/METADATA
printf '{"name":"@scope/thing","version":"1.0.0","license":"MIT","homepage":"https://example.org/a b","repository":"git+https://example.org/t.git"}' \
	>tree/app/node_modules/@scope/thing/package.json
printf '\177ELF\2\1\1' >tree/app/unknown
chmod 755 tree/app/unknown

formats="json spdx-json@2.3 spdx-json@2.2 spdx-tag-value@2.3 spdx-tag-value@2.2 syft-json
	cyclonedx-json@1.4 cyclonedx-json@1.5 cyclonedx-json@1.6 cyclonedx-xml@1.4 cyclonedx-xml@1.5 cyclonedx-xml@1.6"
asked=()
for format in $formats; do asked+=(-o "$format=$format.sbom"); done
run temper sbom -q "${asked[@]}" dir:tree
case $code in 0 | 4) ok "a tree in all formats" ;; *) bad "a tree in all formats" "exit code $code" ;; esac
temper sbom -q -o purls dir:tree >purls 2>err

for format in $formats; do
	if temper sbom -q -o json "sbom:$format.sbom" >back 2>err && cmp -s back json.sbom; then
		ok "$format, read back, is the same"
	else
		bad "$format, read back, is the same" "$(cmp back json.sbom 2>&1)"
	fi
done

# By plain JSON and XML: nothing of temper's.
cat >reader.py <<'EOF'
import json, sys, xml.etree.ElementTree as tree
form, path = sys.argv[1:]
if form.startswith("cyclonedx-xml"):
    root = tree.parse(path).getroot()
    space = root.tag[:root.tag.index("}") + 1]
    parts = root.find(space + "components")
    purls = [c.findtext(space + "purl") for c in parts if c.find(space + "purl") is not None]
    system = [c.findtext(space + "name") for c in parts if c.get("type") == "operating-system"]
    edges = sum(len(d) for d in root.find(space + "dependencies"))
elif form.startswith("cyclonedx"):
    bom = json.load(open(path))
    purls = [c["purl"] for c in bom["components"] if "purl" in c]
    system = [c["name"] for c in bom["components"] if c["type"] == "operating-system"]
    edges = sum(len(d["dependsOn"]) for d in bom["dependencies"])
elif form.startswith("spdx-json"):
    bom = json.load(open(path))
    purls = [r["referenceLocator"] for p in bom["packages"] for r in p.get("externalRefs", [])
             if r["referenceType"] == "purl" and not r["referenceLocator"].startswith("pkg:oci/")]
    system = [p["name"] for p in bom["packages"] if p["SPDXID"] == "SPDXRef-OperatingSystem"]
    edges = sum(r["relationshipType"] == "DEPENDS_ON" for r in bom["relationships"])
elif form.startswith("spdx-tag"):
    lines = open(path).read().split("\n")
    purls = [l.split(" ", 3)[3] for l in lines if l.startswith("ExternalRef: PACKAGE-MANAGER purl ")]
    system = [lines[i - 1].split(": ", 1)[1] for i, l in enumerate(lines) if l == "SPDXID: SPDXRef-OperatingSystem"]
    edges = sum(l.startswith("Relationship: ") and " DEPENDS_ON " in l for l in lines)
elif form == "syft-json":
    bom = json.load(open(path))
    purls = [a["purl"] for a in bom["artifacts"]]
    system = [bom["distro"]["id"]]
    edges = sum(r["type"] == "dependency-of" for r in bom["artifactRelationships"])
else:
    bom = json.load(open(path))
    purls = [p["purl"] for p in bom["packages"]]
    system = [bom["os"]["id"]]
    edges = sum(r["kind"] == "depends-on" for r in bom.get("relations", []))
print(*sorted(set(purls)), f"system {system}", f"{edges} dependencies", sep="\n")
EOF
python3 reader.py json json.sbom >want
grep '^pkg:' want | cmp -s - purls && ok "the purls are those of -o purls" || bad "the purls are those of -o purls" "$(diff <(grep '^pkg:' want) purls | head -5)"
for format in $formats; do
	if python3 reader.py "$format" "$format.sbom" >got 2>err && cmp -s got want; then
		ok "$format says the same to another reader"
	else
		bad "$format says the same to another reader" "$(diff want got | head -5)"
	fi
done

for file in *.sbom; do cp "$file" "again-$file"; done
temper sbom -q "${asked[@]}" dir:tree >/dev/null 2>&1
same=yes
for format in $formats; do cmp -s "$format.sbom" "again-$format.sbom" || same=$format; done
[ "$same" = yes ] && ok "the same bytes a second time" || bad "the same bytes a second time" "$same"

"$here/../sbom/run" "$build" cyclonedx-json@*.sbom spdx-json@2.3.sbom json.sbom >out 2>&1
code=$?
case $code in
0) ok "official schemas take them" ;;
77) skip "official schemas" "$(tail -1 out)" ;;
*) bad "official schemas take them" "exit code $code" ;;
esac
schemas=$build/sbom/node_modules/@cyclonedx/cyclonedx-library/res/schema
if [ -d "$schemas" ] && command -v xmllint >/dev/null; then
	for version in 1.4 1.5 1.6; do
		if xmllint --nonet --noout --schema "$schemas/bom-$version.SNAPSHOT.xsd" "cyclonedx-xml@$version.sbom" >out 2>err; then
			ok "CycloneDX $version's XML schema takes it"
		else
			bad "CycloneDX $version's XML schema takes it" "see below"
		fi
	done
else
	skip "CycloneDX's XML schemas" "no xmllint, or no schemas from npm"
fi
flow_end
