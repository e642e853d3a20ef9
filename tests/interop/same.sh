#!/bin/bash
# Same input, same bytes, wherever and by whom it is built; and a change costs the layers that it touches.
. "$(dirname "$0")/flow"
chmod 755 "$work"
archive
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]' 'platforms: [linux/amd64, linux/arm64]' \
	'paths: [{path: /data, type: directory, owner: nonroot, mode: "0700"}]'
reports='-o json=o.json -o html=o.html -o spdx-json=o.spdx.json -o cyclonedx-json=o.cdx.json'
mkdir -p "one" "two words/deeper"
for place in one "two words/deeper"; do
	cp app.yaml "$place"
	ln -s "$work/a" "$place/a"
done
as_nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
if $as_nobody cat "$(command -v temper)" "$PWD/app.yaml" >/dev/null 2>&1; then
	chown -R 65534:65534 "two words"
else
	skip "built by somebody else" "only root can become another user, who must be able to read the build"
	as_nobody=''
fi
build_one() { (cd one && temper build -q --no-test --platform linux/amd64 --store store "$@" $reports --to oci-archive:o.tar \
	--to docker-archive:d.tar app.yaml); }
build_two() { (cd "two words/deeper" && umask 077 && env -i PATH="$PATH" TZ=Pacific/Kiritimati LC_ALL=tr_TR.UTF-8 \
	LANG=de_DE HOME=/nonexistent TEMPER_CONFIG="$TEMPER_CONFIG" TEMPER_STORE="$PWD/other" \
	$as_nobody temper build -q --no-test --platform linux/amd64 "$@" $reports --to oci-archive:o.tar --to docker-archive:d.tar app.yaml); }
all_same() { # NAME: what both builds left
	for f in app.lock.json o.tar d.tar o.json o.html o.spdx.json o.cdx.json; do
		holds "$1: $f" cmp "one/$f" "two words/deeper/$f"
	done
}
holds "a build" build_one
holds "another, by somebody else elsewhere" build_two
all_same "both without a lock"
same "the image" "$(image app one/store)" "$(image app 'two words/deeper/other')"
rm -rf one/store one/o.* one/d.*
holds "a build from the lock" build_one --locked
holds "... and from a full store" build_two --locked
all_same "from an empty and a full store"
holds "the reports of an image that has not changed" build_one --locked
all_same "an image that has not changed"

# The images of several packages.
count() { wc -l | tr -d ' '; }
# changed NAME N OLD NEW: N layers of NEW are not in OLD, and the last is one of them.
changed() {
	same "$1: $2 new layers" "$(grep -vxFf "$3" "$4" | count)" "$2"
	same "... on $(wc -l <"$4")" "$(count <"$3")" "$(count <"$4")"
	differ "... with the top layer" "$(tail -n 1 "$3")" "$(tail -n 1 "$4")"
}
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
recipe other 'packages: [other]'
temper build -q app.yaml && layers app >before
temper build -q other.yaml && layers other >of-other
same "two recipes share the layer of their package" "$(head -n 1 before)" "$(head -n 1 of-other)"
same "... and nothing else" "$(grep -cxFf before of-other)" 1
blobs() { find store/blobs -type f | sort; }
blobs >blobs-before
archive --with bigfix
temper lock -q app.yaml && temper build -q --locked app.yaml && layers app >after
changed "a large package changed" 2 before after
differ "... its own" "$(head -n 1 before)" "$(head -n 1 after)"
archive --with fix
temper lock -q app.yaml && temper build -q --locked app.yaml && layers app >after
changed "a small package changed" 2 before after
same "... not the large one" "$(head -n 1 before)" "$(head -n 1 after)"
archive
temper lock -q app.yaml
sed -i 's/^packages:.*/packages: [app]\nlabels: {a: b}/' app.yaml
temper build -q app.yaml && layers app >after
changed "only the recipe changed" 1 before after

# Platforms and compression.
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]' 'platforms: [linux/amd64, linux/arm64]'
expect "both platforms" 0 'linux/arm64' temper build --all-platforms --to oci-dir:both app.yaml
same "... are an index" "$(shown app '(lambda i: [p["architecture"] for p in i["platforms"]])' | xargs)" 'amd64 arm64'
index=$(image app)
holds "... again, in a fresh store" temper build -q --no-test --locked --all-platforms --store second app.yaml
same "... the same index" "$index" "$(image app second)"
expect "... which rebuilds" 0 'linux/arm64' temper rebuild --verify oci-dir:both
expect "... one of them too" 0 'linux/arm64' temper rebuild --verify --platform linux/arm64 oci-dir:both
fails "... and that alone" grep linux/amd64 out
rm app.lock.json
holds "zstd" temper build -q --compression zstd --platform linux/amd64 app.yaml
zstd=$(image app)
differ "... is another image" "$zstd" "$index"
holds "... again, in a fresh store" temper build -q --compression zstd --platform linux/amd64 --store third app.yaml
same "... the same one" "$(image app third)" "$zstd"
holds "... which rebuilds" temper rebuild --verify app
flow_end
