#!/bin/bash
# What a hostile or broken archive, package or recipe gets: one line on standard error, the exit code of
# its kind, nothing half-written, and a store that still builds what it built before.
. "$(dirname "$0")/flow"
archive
recipe good 'packages: [app]' 'entrypoint: [/usr/bin/app]'
holds "a good build" temper build -q good.yaml
good=$(image good)

# against NAME CODE REGEX [LINE]...: building the recipe with these lines is refused, with no trace.
against() {
	name=$1 want=$2 regex=$3
	shift 3
	recipe bad "$@"
	refuse "$name" "$want" "$regex" temper build -q --to oci-archive:bad.tar --to oci-dir:bad.dir -o json=bad.json bad.yaml
	for trace in bad.lock.json bad.tar bad.dir bad.json; do
		[ ! -e $trace ] || { bad "... and leaves nothing" "$trace"; rm -rf $trace; }
	done
	[ -z "$(image bad)" ] || { bad "... and names no image" "bad"; temper store remove bad; }
	left=$(find "$TEMPER_STORE/tmp" -mindepth 1 2>/dev/null)
	[ -z "$left" ] || { bad "... and leaves the store tidy" "$left"; rm -f $left; }
}

# Packages.
recipe bad 'packages: [cut-short]'
refuse "a package that is cut short" 3 'cut-short' temper build -q bad.yaml
same "... is kept in part, to be gone on with" "$(stat -c %s store/tmp/tmp-*)" "$(stat -c %s a/debian/pool/main/c/cut-short/*amd64.deb)"
fails "... and no lock" test -e bad.lock.json
rm -f store/tmp/* # what came is kept, to be gone on with
against "a package with other bytes than the index says" 3 'swapped' 'packages: [swapped]'
against "a package that ends in the middle, rightly hashed" 3 'shrunk' 'packages: [shrunk]'
against "a path that climbs out of the package" 3 'escape.*\.\./' 'packages: [escape]'
against "a file through an absolute link" 3 'absolute.*usr/lib/absolute' 'packages: [absolute]'
against "a file through a climbing link" 3 'climb.*usr/lib/climb' 'packages: [climb]'
against "a bomb" 3 'bomb' 'packages: [bomb]'
against "an entry that is there twice" 3 'twice.*usr/lib/twice' 'packages: [twice]'
against "a device" 3 'device.*dev/sda' 'packages: [device]'
against "a file of two packages without Replaces" 1 'usr/lib/lap.*lap-[ab]' 'packages: [lap-a, lap-b]'
against "a package that wants what is not there" 1 'wanting.*nowhere \(>= 2\)' 'packages: [wanting]'
against "a package that is not there" 2 "'libap'.*'libapp'" 'packages: [libap]'
ls "$work/.." / /etc | grep -qx escaped && bad "nothing escaped" "a file named escaped"

# What the proof says no to: the report says why, the exit code is 1, and no image has the name.
for it in setuid:usr/bin/rise secret:server.key; do
	recipe bad "packages: [${it%%:*}]"
	refuse "the proof of ${it%%:*}" 1 '1 check.* of the proof' temper build -q --to oci-archive:bad.tar bad.yaml
	expect "... which says of what" 1 "${it#*:}" temper build --to oci-archive:bad.tar bad.yaml
	fails "... and no archive" test -e bad.tar
	same "... and no image" "none$(image bad)" none
	rm -f bad.lock.json
done
recipe risen 'packages: [setuid]' 'allow-setuid: [/usr/bin/rise]'
holds "... but for allow-setuid" temper build -q risen.yaml
recipe cleared 'packages: [secret]' 'drop: [etc/ssl/private/**]'
holds "... and a secret that is dropped" temper build -q cleared.yaml
mkdir -p effects
cat >effects/scripted.yaml <<-EFFECT
	package: scripted
	scripts:
	  - postinst: [$(dpkg-deb -I a/debian/pool/main/s/scripted/*amd64.deb postinst | sha256sum | cut -d' ' -f1)]
	    why: makes a directory
	effects:
	  - directory: {path: var/lib/scripted, mode: "0750", owner: nonroot, group: nonroot}
	EFFECT
recipe scripted 'packages: [scripted]'
expect "a script that nothing answers" 1 'scripted 1.0-1: its postinst .* is not answered' temper build -q scripted.yaml
expect "... is shown, with what to write" 1 'package: scripted' temper build -q scripted.yaml
recipe scripts 'packages: [scripted, scripted-too]'
expect "all of several are shown" 1 '^package: scripted-too' temper build -q scripts.yaml
expect "... and counted" 1 'scripted 1.0-1: its postinst .* nor is that of 1 more package' temper build -q scripts.yaml
expect "an answer of the user's own" 0 'sha256:' temper build --effects effects scripted.yaml
expect "... is why a path is there" 0 'scripted.yaml' temper build --effects effects --why var/lib/scripted scripted.yaml

# Recipes.
cat >circle-a.yaml <<-R
	name: circle-a
	extends: ./circle-b.yaml
	R
sed 's/-b/-A/;s/-a/-b/;s/-A/-a/' circle-a.yaml >circle-b.yaml
refuse "a circle of recipes" 2 'circle-a.yaml.*circle-b.yaml' temper build -q circle-a.yaml
against "a key that there is not" 2 "bad.yaml:5:1: .*'package'.*'packages'" 'package: [app]'
against "a key given twice" 2 'bad.yaml:6:1: .*packages' 'packages: [app]' 'packages: [app]'
against "a wrong type" 2 'bad.yaml:5:' 'packages: {a: b}'

# Archives. A store of its own each: nothing is known before.
mirror_says() {
	name=$1 want=$2 regex=$3 spoil=$4
	archive --spoil "$spoil"
	export TEMPER_STORE="$work/store-$spoil"
	against "$name" "$want" "$regex" 'packages: [app]'
	serve
	mirror=$http against "$name, by HTTP" "$want" "$regex" 'packages: [app]'
	unserve
	archive
	recipe bad 'packages: [app]'
	holds "... and a good build after it" temper build -q bad.yaml
	rm -f bad.lock.json
	export TEMPER_STORE="$work/store"
}
mirror_says "an index with other bytes" 3 'by-hash/.* not what was announced' packages
mirror_says "an index that is a page" 3 'by-hash/.*(smaller than announced|ends after 44 of)' html-packages
mirror_says "an index that is missing" 3 'by-hash/|Packages' no-packages
mirror_says "a bad signature" 3 'InRelease.*signature is bad' signature
mirror_says "an unknown key" 3 'InRelease.*no signature of a key' unknown-key
mirror_says "an expired state" 3 'InRelease.*was valid until' expired
mirror_says "a page in the place of InRelease" 3 'InRelease.*not one signed message' html

# A mirror that goes back to what it had before: the newer state is kept as long as the store has all of it.
export TEMPER_STORE="$work/store-rolled"
archive --with fix
recipe rolled 'packages: [app]'
holds "a build with a fix" temper build -q rolled.yaml
archive --spoil rolled-back
rm rolled.lock.json
expect "a mirror that is rolled back is told of" 0 'warning: .*trixie-security/InRelease is of .* older than' temper lock -q rolled.yaml
same "... once for each part" "$(grep -c '^warning: ' err)" 3
holds "... and takes no fix away" grep -q '"version": "1.0-1+deb13u1"' rolled.lock.json
rm -r "$TEMPER_STORE/keys/index" # what the newer state had is not there any more
against "a mirror that is rolled back, from nothing else" 3 'older than .* stale or rolled back' 'packages: [app]'
archive --with fix
recipe bad 'packages: [app]'
holds "... and a good build after it" temper build -q bad.yaml
rm -f bad.lock.json
export TEMPER_STORE="$work/store-refused"
serve
unserve
mirror=$http against "a mirror that does not answer" 3 "$http.*onnect" 'packages: [app]'
mirror=file:///nonexistent against "a mirror with nothing there" 2 '/nonexistent/debian.*trixie' 'packages: [app]'
export TEMPER_STORE="$work/store"

# After all that, the store is whole and builds the same.
wrong=$(cd store/blobs/sha256 && sha256sum -- * | awk '$1 != $2 { print $2 }')
same "every blob in the store is what it is named" "none$wrong" none
archive
rm good.lock.json
holds "a good build afterwards" temper build -q good.yaml
cp good.lock.json after.lock.json
holds "... and in a fresh store" temper build -q --locked --store fresh good.yaml
same "... are the same image" "$(image good)" "$(image good fresh)"
flow_end
