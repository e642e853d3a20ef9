#!/bin/bash
# The lock in the life of an image: made, refused when missing or stale, refreshed with a record of
# what changed, built from when the archive has moved on or is gone, and rebuilt from the image alone.
. "$(dirname "$0")/flow"
archive
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'

refuse "--locked without a lock is refused" 1 'app.lock.json.*missing.*temper lock app.yaml' temper build -q --locked app.yaml
fails "... and nothing is made" test -e app.lock.json
fails "... and no image" temper store show app
expect "a first build makes the lock and says so" 0 'wrote app.lock.json' temper build app.yaml
first=$(image app)
cp app.lock.json first.lock.json
expect "--locked takes it" 0 "$first" temper build --locked app.yaml
same "a second build does not touch it" "$(cat app.lock.json)" "$(cat first.lock.json)"
expect "temper lock --check holds" 0 '' temper lock --check app.yaml
same "... and writes nothing" "$(cat app.lock.json)" "$(cat first.lock.json)"

sed -i 's/^packages: .*/packages: [app, other]/' app.yaml
refuse "--locked with a changed recipe is refused" 1 'app.lock.json.*stale.*temper lock app.yaml' temper build -q --locked app.yaml
same "... and leaves the lock" "$(cat app.lock.json)" "$(cat first.lock.json)"
same "... and the image" "$(image app)" "$first"
expect "a plain build refreshes it and says so" 0 'app.lock.json' temper build app.yaml
differ "... and the image" "$(image app)" "$first"
sed -i 's/^packages: .*/packages: [app]/' app.yaml
cp first.lock.json app.lock.json
expect "the first recipe and lock give the first image" 0 "$first" temper build --locked app.yaml

# The archive moves on.
archive --with fix
same "a locked build does not follow the archive" "$(temper build -q --locked app.yaml >/dev/null && image app)" "$first"
expect "temper lock --check says no" 1 'libapp' temper lock --check app.yaml
same "... and writes nothing" "$(cat app.lock.json)" "$(cat first.lock.json)"
expect "temper lock names the CVE ids that are new" 0 'CVE-2025-10001.*CVE-2025-10002' temper lock app.yaml
cp out record
expect "... the package with both versions" 0 'libapp.*1\.0-1[^+].*1\.0-1\+deb13u1' cat record
fails "... and not what was fixed before" grep -q CVE-2019-0007 record
expect "the refreshed lock builds" 0 'sha256:' temper build --locked app.yaml
differ "... to another image" "$(image app)" "$first"

# A locked package is gone from the mirror.
cp first.lock.json app.lock.json
serve
for where in "file://$work/a" "$http"; do
	archive
	mirror=$where recipe gone 'packages: [app]' 'entrypoint: [/usr/bin/app]'
	run temper lock -q gone.yaml
	archive --with fix --without libapp=1.0-1
	refuse "a locked package that is gone (${where%%:*})" 3 'libapp 1\.0-1 .*temper lock' \
		temper build -q --store "empty-${where%%:*}" gone.yaml
	fails "... and no image" temper store show --store "empty-${where%%:*}" gone
	holds "... and the command that it names helps" temper lock --store "empty-${where%%:*}" gone.yaml
done
unserve
expect "it is in the store still: built offline" 0 "$first" temper build --locked --offline app.yaml
refuse "offline from an empty store" 3 'app|libapp|libbig' temper build -q --locked --offline --store empty app.yaml

# Vendored: neither store nor mirror.
archive
holds "temper lock --vendor" temper lock --vendor vendor app.yaml
holds "its image" temper build -q --locked --offline app.yaml
vendored=$(image app)
mv a/debian gone-debian
mv a/debian-security gone-security
expect "a build from the vendored packages alone" 0 "$vendored" \
	temper build --locked --vendor vendor --store from-vendor app.yaml
same "... gives the same layers" "$(layers app from-vendor)" "$(layers app)"
find vendor/blobs/sha256 -size +500k | while read -r blob; do
	printf X | dd of="$blob" bs=1 seek=2000 conv=notrunc 2>/dev/null
done
refuse "a spoilt vendor directory" 3 'vendor' temper build -q --locked --vendor vendor --store from-spoilt app.yaml
mv gone-debian a/debian
mv gone-security a/debian-security

refuse "a vendor directory that is not there" 2 "vendor directory 'missing'" temper build -q --locked --vendor missing --store unmade app.yaml
fails "... is not made" test -e missing

# Rebuilding what the image says of itself.
archive
cp first.lock.json app.lock.json
expect "the image once more" 0 "$first" temper build --locked --to oci-dir:layout --to oci-archive:app.oci.tar \
	--to docker-archive:app.docker.tar app.yaml
for from in app app:latest oci-dir:layout oci-archive:app.oci.tar docker-archive:app.docker.tar; do
	expect "rebuild --verify $from" 0 '' temper rebuild --verify "$from"
	expect "... offline, from a store that has the packages only" 0 '' temper rebuild --verify --offline "$from"
done
blob=layout/blobs/sha256/$(layers app | tail -n 1 | cut -d: -f2)
printf X | dd of="$blob" bs=1 seek=40 conv=notrunc 2>/dev/null
expect "an image with a spoilt blob" 3 'sha256|digest' temper rebuild --verify --store fresh oci-dir:layout
expect "an image that is not what its lock makes" 1 'differ' sh -c '
	python3 "$0" app.oci.tar forged.tar && temper rebuild --verify oci-archive:forged.tar' "$here/forge.py"
expect "an image that temper did not make" 2 'recipe|temper' sh -c '
	python3 "$0" --strip app.oci.tar bare.tar && temper rebuild --verify oci-archive:bare.tar' "$here/forge.py"
flow_end
