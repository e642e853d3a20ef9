#!/bin/bash
# A team's own packages: signed repositories of a recipe's own, and files beside the recipe; what they may
# stand for, where it is told, and what a hostile or broken one gets.
. "$(dirname "$0")/flow"
archive --own
own=$(cat a/own.fingerprint)
# own NAME [LINE]...: a recipe with the repository and the lines; $also are the repository's own.
own() {
	name=$1
	shift
	recipe "$name" "repositories:" "  - {name: internal, url: 'file://$work/a/internal', suite: stable, keyring: a/own.gpg, fingerprint: $own${also:+, $also}}" "$@"
}
# package NAME FIELD: of a package in out.json.
package() { python3 -c "import json, sys
for p in json.load(open('out.json'))['packages']:
	if p['name'] == sys.argv[1]: print(p.get(sys.argv[2], 'none'))" "$1" "$2"; }

# What it is for.
own web 'packages: [app, tool]' 'entrypoint: [/usr/bin/app]'
holds "a package of a repository of one's own" temper build -q web.yaml -o json=out.json -o html=out.html \
	-o spdx-json=out.spdx.json -o cyclonedx-json=out.cdx.json -o tree=out.txt -o markdown=out.md
same "... comes from there" "$(package tool repository) $(package tool version)" "internal 2.0-1"
same "... with what it depends on" "$(package tool-common repository)" internal
same "... and Debian's from Debian" "$(package libbig repository) $(package libapp version)" "none 1.0-1"
same "... which its lock says" "$(grep -c '"repository": "internal"' web.lock.json)" 3
holds "... with the state that was signed" grep -q "\"signer\": \"$own\"" web.lock.json
holds "... and by the tree" grep -q "internal  *stable .* 2 packages" out.txt
holds "... the page" grep -q '<span class="tag">internal</span> file:' out.html
holds "... the page of the catalogue" grep -q '3 of Debian trixie, 2 of the repository internal |' out.md
holds "... SPDX" grep -q 'pkg:deb/internal/tool@2.0-1?arch=amd64&repository_url=file:' out.spdx.json
holds "... with whose it is" grep -q '"supplier": *"Organization: Example Works"' out.spdx.json
holds "... and CycloneDX" grep -q '"bom-ref": *"pkg:deb/internal/tool@2.0-1?arch=amd64&repository_url=' out.cdx.json
expect "... and --why" 0 'from  *stable of the repository internal,' temper build --why tool web.yaml
validate=$here/../sbom/run
"$validate" "$(dirname "$(command -v temper)")" "$work"/out.spdx.json "$work"/out.cdx.json >said 2>&1
case $? in
0) ok "the SBOMs are valid" ;;
77) skip "the SBOMs are valid" "$(tail -1 said)" ;;
*) bad "the SBOMs are valid" "$(tail -3 said)" ;;
esac
holds "the same again, locked" temper build -q --locked web.yaml
expect "it is made again from itself" 0 'manifest: the same bytes' temper rebuild --verify web
rm -rf a.away && mv a/internal a.away
holds "... without the repository" temper rebuild --verify web
expect "... which a lock needs" 2 "repository 'internal': .*InRelease is not there" temper lock web.yaml
mv a.away a/internal
holds "a vendor layout" temper lock -q --vendor vendor web.yaml
holds "... does without anything else" temper build -q --locked --offline --vendor vendor --store elsewhere web.yaml
same "... to the same image" "$(image web)" "$(image web elsewhere)"
also='components: [main, extra]' own more 'packages: [tool-extra]'
holds "several components" temper build -q more.yaml
same "... of one signed state" "$(grep -c '"release": "'"$(grep -A9 internal more.lock.json | grep -o 'sha256:[0-9a-f]*' | head -1)" more.lock.json)" 2
serve
own web2 'packages: [tool]'
sed -i "s#file://$work/a/internal#$http/internal#" web2.yaml
holds "by HTTP" temper build -q web2.yaml -o spdx-json=out.spdx.json
holds "... which SPDX names as its place" grep -q "\"downloadLocation\": *\"$http/internal/pool/main/tool_2.0-1_amd64.deb\"" out.spdx.json
unserve
recipe flat 'repositories:' "  - {name: flat, url: 'file://$work/a/flat', suite: ./, keyring: a/own.asc, fingerprint: '$(echo "$own" | sed 's/..../& /g' | tr A-F a-f)'}" 'packages: [flat-tool]'
holds "a flat repository, an armoured keyring and a fingerprint as people write it" temper build -q flat.yaml
recipe inline 'repositories:' "  - name: internal" "    url: file://$work/a/internal" "    suite: stable" "    fingerprint: $own" "    keys: |" "$(sed 's/^/      /' a/own.asc)" 'packages: [tool]'
holds "keys in the recipe itself" temper build -q inline.yaml
cat >based.yaml <<-R
	name: based
	extends: ./web.yaml
	packages: [tool-extra]
	repositories:
	  - {name: internal, url: 'file://$work/a/internal', suite: stable, components: [main, extra], keyring: a/own.gpg, fingerprint: $own}
	R
holds "a repository of the base's, said again" temper build -q based.yaml

# What it may not stand for.
own names 'packages: [app, libapp]'
expect "a package of Debian's stays Debian's" 0 'warning: libapp 1.0-1 is Debian.s; the repository internal has 9.0-1: .*libapp/internal' temper build -q names.yaml -o json=out.json
same "... in its version" "$(package libapp version)" 1.0-1
own pinned 'packages: [app, libapp/internal]'
holds "unless it is asked for by name" temper build -q pinned.yaml -o json=out.json
same "... and then it is theirs" "$(package libapp version) $(package libapp repository)" "9.0-1 internal"
temper lock -q names.yaml 2>/dev/null && cp names.lock.json pinned2.lock.json
own pinned2 'packages: [app, libapp/internal]'
expect "a package that changes hands is told of" 0 '~ libapp 1.0-1 \(trixie\) -> 9.0-1 \(internal\)' temper lock pinned2.yaml
expect "... also between two images" 0 'libapp +1.0-1 .* 9.0-1 +internal' temper diff names pinned
also='override: true' own override 'packages: [app]'
holds "... or the repository overrides" temper build -q override.yaml -o json=out.json
same "... and then the highest version counts" "$(package libapp version)" 9.0-1
own posing 'packages: [app, posing]'
holds "what it provides does not stand for Debian's" temper build -q posing.yaml -o json=out.json
same "... package" "$(package libapp repository)" none
own greedy 'packages: [greedy]'
refuse "files of Debian's packages are not replaced" 1 'usr/lib/libbig/blob is a file in .*greedy.*override' temper build -q greedy.yaml
also='override: true' own greedy2 'packages: [greedy]'
holds "... but where it overrides" temper build -q greedy2.yaml

# What is refused.
against() { # NAME CODE REGEX SPOIL
	archive --own --spoil-own "$4"
	export TEMPER_STORE="$work/store-$4"
	own bad 'packages: [tool]'
	refuse "$1" "$2" "$3" temper build -q bad.yaml
	fails "... and leaves nothing" test -e bad.lock.json
	archive --own
	holds "... and a good build after it" temper build -q bad.yaml
	rm -rf bad.lock.json "$TEMPER_STORE"
	export TEMPER_STORE="$work/store"
}
against "a key that is not in the keyring" 3 'internal/dists/stable/InRelease.*no signature of a key.*repository internal' unknown-key
against "a state that has expired" 3 'InRelease.*was valid until' expired
against "a state that was changed" 3 'InRelease.*signature is bad' signature
against "another suite under its name" 3 'InRelease.*it is of .*oldstable.* and not of stable' other-suite
against "a package with other bytes than were signed" 3 'tool 2.0-1.*(not what was announced|larger|smaller)' substituted
archive --own --spoil-own two-keys
second=$(cat a/second.fingerprint)
own bad 'packages: [tool]'
sed -i 's#a/own.gpg#a/two.gpg#' bad.yaml
refuse "a key of the keyring that the recipe does not name" 3 "InRelease.*not with a key that 'fingerprint' names.*$second" temper build -q bad.yaml
sed -i "s/fingerprint: $own/fingerprint: [$own, $second]/" bad.yaml
holds "... and names" temper build -q bad.yaml
archive --own --spoil-own rolled-back
rm bad.lock.json
own bad 'packages: [tool]'
refuse "a repository that goes back" 3 'InRelease.*older than|warning: .*InRelease is of .* older' temper build -q bad.yaml
archive --own
own bad 'packages: [tool]'
sed -i "s/fingerprint: $own/fingerprint: $second/" bad.yaml
refuse "a fingerprint that the keyring does not have" 2 "bad.yaml:6:.*the keyring of 'internal' has no key $second; it has $own" temper build -q bad.yaml
sed -i "s/, fingerprint: $second//" bad.yaml
refuse "no fingerprint" 2 "bad.yaml:6:.*needs 'fingerprint'.*has $own" temper build -q bad.yaml
own bad 'packages: [tool/intrenal]'
refuse "a repository that there is not" 1 'asks for tool/intrenal, but tool has the versions 2.0-1 \(internal\)' temper build -q bad.yaml
own bad 'packages: [tool]'
sed -i 's#a/own.gpg#bad.yaml#' bad.yaml
refuse "a keyring that is none" 2 'bad.yaml:6:.*not a keyring' temper build -q bad.yaml

# Files beside the recipe.
mkdir dist
host=$(dpkg --print-architecture)
cp a/files/mine_1.0-1_*.deb dist
recipe mine "platforms: [linux/amd64, linux/arm64]" 'packages: [./dist/mine_1.0-1_amd64.deb, dist/mine_1.0-1_arm64.deb]'
holds "packages that are files" temper build -q --all-platforms mine.yaml -o json=out.json -o spdx-json=out.spdx.json -o cyclonedx-json=out.cdx.json -o tree=out.txt
same "... are in it, with what they need" "$(package mine file) $(package libapp path)" "./dist/mine_1.0-1_amd64.deb pool/main/l/libapp/libapp_1.0-1_amd64.deb"
holds "... and each platform has its own" grep -q 'dist/mine_1.0-1_arm64.deb' out-linux-arm64.json
fails "... and not the other's" grep -q 'dist/mine_1.0-1_amd64.deb' out-linux-arm64.json
same "... by digest in the lock" "$(grep -A5 '"file": "./dist/mine_1.0-1_amd64' mine.lock.json | grep -o '[0-9a-f]\{64\}' | head -1)" "$(sha256sum <dist/mine_1.0-1_amd64.deb | cut -d' ' -f1)"
holds "... the SBOM" grep -q 'pkg:deb/local/mine@1.0-1?arch=amd64&checksum=sha256:' out.spdx.json
holds "... and the tree" grep -q 'file  *./dist/mine_1.0-1_amd64.deb' out.txt
expect "... and --why" 0 'from  *the file ./dist/mine' temper build --why mine mine.yaml
"$validate" "$(dirname "$(command -v temper)")" "$work"/out.spdx.json "$work"/out.cdx.json >said 2>&1
case $? in
0) ok "the SBOMs are valid" ;;
77) skip "the SBOMs are valid" "$(tail -1 said)" ;;
*) bad "the SBOMs are valid" "$(tail -3 said)" ;;
esac
first=$(image mine)
holds "a vendor layout has them" temper lock -q --vendor vendor mine.yaml
mv dist away
holds "without the files, from the store" temper build -q --locked --all-platforms mine.yaml
holds "... or the vendor layout" temper build -q --locked --all-platforms --offline --vendor vendor --store other mine.yaml
expect "it is made again from itself" 0 'manifest: the same bytes' temper rebuild --verify mine
refuse "with neither" 3 'mine 1.0-1: neither the store nor --vendor has it' temper build -q --locked --store none mine.yaml
refuse "a lock without them" 2 "package './dist/mine_1.0-1_amd64.deb': there is no" temper lock -q mine.yaml
mv away dist
cp a/files/mine_1.0-2_amd64.deb dist/mine_1.0-1_amd64.deb
refuse "a file that was changed after it was locked" 1 'mine.lock.json is stale: ./dist/mine_1.0-1_amd64.deb has changed since' temper build -q --locked mine.yaml
holds "... is locked anew without --locked" temper build -q --all-platforms mine.yaml -o json=out.json
same "... as what it is" "$(package mine version)" 1.0-2
differ "... into another image" "$first" "$(image mine)"
recipe lib 'packages: [app, ./a/files/libapp_1.0-0_amd64.deb]'
holds "a file stands for Debian's package" temper build -q lib.yaml -o json=out.json
same "... also where that is newer" "$(package libapp version)" 1.0-0
recipe both 'packages: [./dist/mine_1.0-1_amd64.deb, ./a/files/mine_1.0-1_amd64.deb]'
refuse "two files of one package" 2 'are both mine for linux/amd64' temper build -q both.yaml
mkdir -p dist && echo 'no package' >dist/none.deb
recipe none 'packages: [./dist/none.deb]'
refuse "a file that is no package" 3 './dist/none.deb' temper build -q none.yaml
cp a/debian/pool/main/e/escape/*amd64.deb dist/escape.deb
recipe escape 'packages: [./dist/escape.deb]'
refuse "a hostile one" 3 './dist/escape.deb.*\.\./' temper build -q escape.yaml
recipe out 'packages: [../x.deb]'
refuse "a file that is not beside the recipe" 2 'out.yaml:5:.*not a file beside the recipe' temper build -q out.yaml
ln -sf /etc/passwd dist/link.deb
recipe link 'packages: [dist/link.deb]'
refuse "... nor through a link" 2 'link.yaml:5:.*not a file beside the recipe.*leads to /etc/passwd' temper build -q link.yaml
recipe asking 'packages: [./a/files/asking_1.0-1_amd64.deb]'
expect "its scripts are answered as others are" 1 'asking 1.0-1: its postinst .* is not answered' temper build -q asking.yaml
expect "... with what to write" 1 'package: asking' temper build -q asking.yaml
mkdir -p effects
cat >effects/asking.yaml <<-EFFECT
	package: asking
	scripts:
	  - postinst: [$(dpkg-deb -I a/files/asking_1.0-1_amd64.deb postinst | sha256sum | cut -d' ' -f1)]
	    why: makes a database
	EFFECT
holds "... by the user's own effects" temper build -q --effects effects asking.yaml
flow_end
