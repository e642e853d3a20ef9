#!/bin/bash
# A team's own software: directories, files, archives and addresses become layers by their digest; the lock
# follows a path that changes and nothing else; hostile archives get one line; certificates are trusted.
. "$(dirname "$0")/flow"
archive
forge() { python3 "$here/artifact.py" "$@" || exit 3; }
sha() { sha256sum "$1" | cut -d' ' -f1; }

mkdir -p dist/sub
echo 'a page' >dist/index.html
cp "$program" dist/sub/run
chmod 775 dist dist/sub dist/sub/run
ln -s ../index.html dist/sub/link
ln -s /usr/bin/app dist/python
forge good
recipe own 'packages: [app]' 'entrypoint: [/opt/tar/bin/run]' \
	'accounts: {users: [{name: web, uid: 1000}]}' 'artifacts:' \
	'- {path: dist, version: "1", destination: /srv/site, owner: web, group: web}' \
	'- {path: good.tar.gz, name: tar, strip: 1, exclude: ["*/left-out"], destination: /opt/tar}' \
	'- {path: good.zip, name: zip, include: ["top/**"], destination: /opt/zip}' \
	'- {path: dist/sub/run, destination: /usr/local/bin/, mode: "0755"}' \
	'tests: {commandTests: [{name: runs, command: /opt/zip/top/bin/run}, {name: link, command: /usr/local/bin/run}]}'
can_test=yes
command -v crun >/dev/null || command -v runc >/dev/null || can_test=no
if [ $can_test = yes ]; then
	expect "artifacts of every kind" 0 'brought +4 artifacts' temper build own.yaml
else
	expect "artifacts of every kind" 0 'brought +4 artifacts' temper build --no-test own.yaml
	skip "... run" "there is no runtime"
fi
first=$(image own)
temper build -q --no-test --to oci-archive:own.tar own.yaml
entries=$(forge list own.tar)
for line in 'd 0755 1000:1000 srv/site' 'f 0644 1000:1000 srv/site/index.html' 'f 0755 1000:1000 srv/site/sub/run' \
	'l 0777 1000:1000 srv/site/sub/link -> ../index.html' 'l 0777 1000:1000 srv/site/python -> /usr/bin/app' \
	'f 0755 0:0 opt/tar/bin/run' 'h 0640 0:0 opt/tar/twin -> opt/tar/data' 'f 0755 0:0 opt/zip/top/bin/run' \
	'f 0755 0:0 usr/local/bin/run'; do
	if grep -qxF "$line" <<<"$entries"; then ok "the image has: $line"; else bad "the image has: $line" "it has not"; fi
done
for path in opt/tar/left-out opt/zip/aside; do
	if grep -qF "$path" <<<"$entries"; then bad "$path is left out" "it is there"; else ok "$path is left out"; fi
done
expect "a file is told as the artifact's" 0 'because +artifact dist 1' temper build --why srv/site/index.html own.yaml
expect "an artifact is told by its name" 0 'an artifact of the recipe' temper build --why zip own.yaml
expect "... and the lock names it" 0 "sha256:$(sha good.zip)" cat own.lock.json
holds "the image is what its recipe makes" temper rebuild --verify own

# The tree again, checked out elsewhere with other times and modes.
mkdir elsewhere
cp -r a good.tar.gz good.zip own.yaml own.lock.json elsewhere
cp -rd dist elsewhere/dist
find elsewhere/dist -exec touch -h -d 2001-01-01 {} +
chmod 700 elsewhere/dist/sub elsewhere/dist/sub/run
same "the same tree is the same image" "$(cd elsewhere && temper build -q --no-test --locked --store s own.yaml >/dev/null && image own s)" "$first"

# A path that changes.
cp own.lock.json before.lock.json
echo 'another page' >dist/index.html
refuse "--locked with a changed path" 1 'own.lock.json is stale: the artifact dist has changed' temper build -q --locked own.yaml
holds "a plain build takes it" temper build -q --no-test own.yaml
differ "... to another image" "$(image own)" "$first"
same "... and leaves the packages" "$(diff before.lock.json own.lock.json | grep -c '^> .*\(version\|path\)"')" 0
holds "... which is locked now" temper build -q --no-test --locked own.yaml
echo 'a page' >dist/index.html
holds "back again" temper build -q --no-test own.yaml
same "... is the first image" "$(image own)" "$first"
mv dist away
refuse "a path that is gone" 2 'the artifact dist is to come from .*dist' temper build -q own.yaml
holds "... but for --locked, from the store" temper build -q --no-test --locked own.yaml
holds "temper lock --vendor" bash -c 'mv away dist && temper lock -q --vendor vendor own.yaml && mv dist away'
same "the vendored build needs neither store nor path" \
	"$(temper build -q --no-test --locked --offline --vendor vendor --store v own.yaml >/dev/null && image own v)" "$first"
mv away dist
refuse "another digest than the recipe says" 3 "good.zip has the SHA-256 $(sha good.zip); the recipe says 0+1" \
	bash -c "sed 's|good.zip,|good.zip, sha256: $(printf '%063d' 0)1,|' own.yaml >other.yaml; temper build -q other.yaml"

# Addresses.
cp good.tar.gz a/app-1.0.tar.gz
serve
address() { recipe "$1" 'packages: [app]' 'artifacts:' "- {url: $2, name: app, version: '1.0', sha256: $3, strip: 1, destination: /opt/app}"; }
address remote "$http/app-1.0.tar.gz" "$(sha good.tar.gz)"
holds "an artifact from an address" temper build -q --no-test remote.yaml -o spdx-json=r.spdx.json -o cyclonedx-json=r.cdx.json
remote=$(image remote)
for bom in r.spdx.json r.cdx.json; do
	expect "$bom has its address" 0 "$http/app-1.0.tar.gz" cat $bom
	expect "$bom has its purl" 0 "pkg:generic/app@1.0\?checksum=sha256:$(sha good.tar.gz)&download_url=http" cat $bom
done
address wrong "$http/app-1.0.tar.gz" "$(sha good.zip)x"
sed -i "s/$(sha good.zip)x/$(printf '%063d' 0)1/" wrong.yaml
refuse "an address that gives something else" 3 'gives something else than the recipe says' temper build -q wrong.yaml
address absent "$http/nothing.tar.gz" "$(printf '%063d' 0)1"
refuse "an address that gives nothing" 3 'artifact app: .*nothing.tar.gz' temper build -q absent.yaml
fails "... leaves no lock" test -e absent.lock.json
unserve
holds "it is fetched once" temper build -q --no-test --locked remote.yaml
same "... for the same image" "$(image remote)" "$remote"
refuse "offline from an empty store" 3 'app|libapp' temper build -q --locked --offline --store empty remote.yaml

# A large one is a layer of its own, whatever else the image holds.
forge large
recipe fleet-a 'packages: [app]' 'artifacts: [{path: large.tar, destination: /opt/large}]'
recipe fleet-b 'packages: [app, other]' 'artifacts: [{path: large.tar, name: same, destination: /opt/large}]'
holds "two images with a large artifact" bash -c 'temper build -q --no-test fleet-a.yaml && temper build -q --no-test fleet-b.yaml'
shared=$(comm -12 <(layers fleet-a | sort) <(layers fleet-b | sort) | wc -l)
differ "... share its layer" "$shared" 0
expect "... which is the top one but one" 0 'artifact large' \
	bash -c "temper build --no-test fleet-a.yaml -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"layers\"][-3:])'"

# Hostile archives.
against() {
	name=$1 want=$2 regex=$3 file=$4
	shift 4
	recipe bad 'packages: [app]' "artifacts: [{path: $file, destination: /opt/bad${*:+, $*}}]"
	refuse "$name" "$want" "$regex" temper build -q --no-test --to oci-dir:bad.dir bad.yaml
	for trace in bad.lock.json bad.dir; do
		[ ! -e $trace ] || { bad "... and leaves nothing" "$trace"; rm -rf $trace; }
	done
	[ -z "$(find "$TEMPER_STORE/tmp" -mindepth 1)" ] || bad "... and leaves the store tidy" "tmp"
}
forge hostile
against "tar: a path that climbs" 3 'artifact climb: .*\.\.' climb.tar
against "tar: a link that leads out" 3 'out is a symlink that leads out of the destination' link-out.tar
against "tar: an absolute link" 3 'abs is a symlink that leads out of the destination' link-abs.tar
against "tar: a file through a link" 3 'below what is no directory' through.tar
against "tar: a hard link to what is not there" 3 'hard link to what is no file' hard.tar
against "tar: a hard link to what is left out" 3 'hard link to a file that is left out' hard-left.tar 'exclude: [data]'
against "tar: a device" 3 'device|dev/sda' device.tar
against "tar: a file twice" 3 'is there twice' twice.tar
against "tar: a whiteout" 3 'whiteout' whiteout.tar
against "tar: a bomb" 3 'unpacks to more than' bomb.tar.gz
against "tar: too few components" 3 "no more components than 'strip'" good.tar.gz 'strip: 3'
against "zip: a path that climbs" 3 'no name of an entry' climb.zip
against "zip: entries that overlap" 3 'overlap' overlap.zip
against "zip: a bomb" 3 'unpacks to more than' bomb.zip
against "zip: a link that leads out" 3 'leads out of the destination' link.zip
against "zip: a wrong CRC" 3 'another CRC' crc.zip
against "zip: cut short" 3 'end record' cut.zip
against "no archive at all" 3 'artifact plain' plain.tar
ls "$work/.." / | grep -qx escaped && bad "nothing escaped" "a file named escaped"
for it in setuid:bin/rise secret:server.key; do
	recipe bad 'packages: [app]' "artifacts: [{path: ${it%%:*}.tar, destination: /opt/bad}]"
	expect "the proof of ${it%%:*}" 1 "opt/bad/${it#*:}" temper build --no-test bad.yaml
	rm -f bad.lock.json
done
recipe risen 'packages: [app]' 'artifacts: [{path: setuid.tar, destination: /opt/bad}]' 'allow-setuid: [/opt/bad/bin/rise]'
holds "... but for allow-setuid" temper build -q --no-test risen.yaml
recipe over 'packages: [app]' 'artifacts: [{path: dist/sub/run, destination: /usr/bin/app}]'
refuse "a file over a package's" 1 'usr/bin/app is a file in app and a file in run' temper build -q over.yaml
mkfifo dist/pipe
refuse "a directory with a pipe in it" 3 'dist/pipe is neither file, directory nor link' temper build -q own.yaml
sed 's/path: dist,/path: dist, exclude: [pi*],/' own.yaml >without.yaml
holds "... but for exclude" temper build -q --no-test without.yaml
rm dist/pipe

# Certificates.
if ! command -v openssl >/dev/null; then
	skip "certificates" "openssl is not installed"
else
	for name in one two leaf; do
		ca=TRUE
		[ $name != leaf ] || ca=FALSE
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem \
			-subj "/O=Example/CN=Company $name" -days 3650 -addext "basicConstraints=critical,CA:$ca" 2>/dev/null
	done
	openssl req -new -key leaf.key -subj "/CN=leaf" 2>/dev/null |
		openssl x509 -req -CA one.pem -CAkey one.key -days 10 -out signed.pem 2>/dev/null
	cat one.pem two.pem >both.pem
	recipe trust 'packages: [app]' 'certificates: [both.pem]'
	expect "certificates are told" 0 'trusts CN=Company one,O=Example \(both.pem\), until' temper build --no-test trust.yaml
	expect "... and locked" 0 'CN=Company two,O=Example' cat trust.lock.json
	temper build -q --no-test --to oci-archive:trust.tar trust.yaml
	entries=$(forge list trust.tar)
	hash=$(openssl x509 -noout -hash -in two.pem)
	for line in "l 0777 0:0 etc/ssl/certs/$hash.0 -> both-2.pem" \
		'l 0777 0:0 etc/ssl/certs/both-2.pem -> /usr/local/share/ca-certificates/both-2.crt' \
		'f 0644 0:0 usr/local/share/ca-certificates/both.crt' 'f 0644 0:0 etc/ssl/certs/ca-certificates.crt'; do
		if grep -qxF "$line" <<<"$entries"; then ok "the image has: $line"; else bad "the image has: $line" "it has not"; fi
	done
	recipe trust 'packages: [app]' 'certificates: [signed.pem]'
	refuse "a certificate that can vouch for nobody" 2 'neither an authority' temper build -q trust.yaml
	recipe trust 'packages: [app]' 'certificates: [one.key]'
	refuse "a key in the place of a certificate" 2 'one.key.*certificate' temper build -q trust.yaml
fi
flow_end
