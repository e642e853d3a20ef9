#!/bin/bash
# The images that temper ships, from the real archive: built, proven, tested, made again, taken by
# other tools. Skipped where no mirror of Debian is known or answers.
set -u
cd "$(dirname "$0")/../.." || exit 3
root=$PWD
work=${TMPDIR:-/tmp}/images$$ # buildah takes no upper case
mkdir -m 700 "$work" || exit 3
trap 'rm -rf "$work"' EXIT
# Packages are kept beside the build: the catalogue is some hundred megabytes of them.
build=$(dirname "$(command -v temper)")
export TEMPER_STORE=$build/test-store
failed=0
cd "$work" || exit 3

ok() { echo "ok    $1"; }
bad() { echo "FAIL  $1"; failed=1; }
# check NAME COMMAND...: the command succeeds; what it said is shown when not.
check() { local name=$1; shift; if "$@" >"$work/said" 2>&1; then ok "$name"
	else bad "$name"; sed 's/^/      /' "$work/said" | tail -25; fi; }
is() { [ "$2" = "$3" ] && ok "$1" || bad "$1: '$2' and not '$3'"; }
host=linux/$(dpkg --print-architecture)

mkdir probe && cp "$root/images/static/static.yaml" probe/
if ! temper lock -q --platform "$host" probe/static.yaml >said 2>&1; then
	grep -qE 'mirror|cannot (connect|resolve|fetch)|could not' said && { head -1 said; exit 77; }
	cat said
	exit 1
fi

# A lock whose packages the archive has replaced is refreshed, as a user would.
build() {
	local recipe=$1; shift
	temper build -q --locked "$@" "$recipe" 2>said && return
	[ $? = 3 ] && grep -q 'temper lock' said || { cat said; return 1; }
	temper lock -q "$recipe" && temper build -q --locked "$@" "$recipe"
}

# All of them, by the command that a user types; nothing may be remembered as done.
rm -rf "$TEMPER_STORE/keys/build"
CATALOGUE_OUT=$work/catalogue TEMPER_BUILD=$build "$root/catalogue" >table 2>said
verdict=$?
cp -r catalogue/images images
for recipe in "$root"/images/*/*.yaml; do
	image=$(basename "$recipe" .yaml)
	json=catalogue/reports/$image.json
	if [ ! -f "$json" ]; then
		bad "$image is built"
		grep -F "$image" said | head -5
		continue
	fi
	is "$image: its proof holds" "$(jq -r '[.proof[] | select(.ok | not) | .name] | join(", ")' "$json")" ''
	is "$image: no test failed" "$(jq -r '[.tests[] | select(.verdict == "failed") | .name] | join(", ")' "$json")" ''
	jq -r --arg i "$image" '[.tests[] | select(.verdict == "skipped")] | if length > 0 then
		"skip  \($i): \(length) tests: \(.[0].detail)" else empty end' "$json"
	is "$image is made again as the same bytes" "$(cat "catalogue/reports/$image.same")" yes
	# The page in docs/images/ is of the committed lock.
	if [ "$host" = linux/amd64 ] && cmp -s "catalogue/images/${recipe#"$root"/images/}" "$recipe" &&
		cmp -s "catalogue/images/$(dirname "${recipe#"$root"/images/}")/$image.lock.json" "${recipe%.yaml}.lock.json"; then
		cmp -s "catalogue/reports/$image.md" "$root/docs/images/$image.md" && ok "$image: its page is true" || bad "$image: docs/images/$image.md is not its page: ./catalogue --lock"
	fi
	[[ $image == dev || $image == *-dev ]] ||
		is "$image: no setuid file" "$(jq '[.files[] | select(.type == "file" and (.mode | test("[2-7]...$")))] | length' "$json")" 0
done
# No image has a secret in any layer; those that are meant to run keep what hardening can be told without advisories.
for recipe in "$root"/images/*/*.yaml; do
	image=$(basename "$recipe" .yaml)
	[ -f "catalogue/reports/$image.json" ] || continue
	temper audit -q --only secrets --exit-code 1 "store:$image" >said 2>&1 || { bad "$image: no secrets"; sed 's/^/      /' said | head -8; }
	[[ $image == dev || $image == *-dev ]] && continue
	check "$image: passes pod-security-restricted" temper gate -q "store:$image" -p pod-security-restricted
done
[ "$failed" = 0 ] && is 'the catalogue says so' "$verdict" 0
tail -2 table | sed 's/^/      /'
"$root/tests/sbom/run" "$build" \
	catalogue/reports/{static,base,nginx}.{spdx,cdx}.json >said 2>&1
case $? in
0) ok 'their SBOMs are valid' ;;
77) echo "skip  validation of their SBOMs: $(tail -1 said)" ;;
*) bad 'their SBOMs are valid'; tail -25 said | sed 's/^/      /' ;;
esac

# The other architecture and the other suite.
check 'nginx for every platform' build images/nginx/nginx.yaml --all-platforms -t nginx:all
sed 's#^from: .*#from: debian/bookworm#' images/static/static.yaml >images/static/bookworm.yaml
check 'static on bookworm' temper build -q --platform "$host" images/static/bookworm.yaml
sed -e 's#^extends: base#extends: ../base/base.yaml\nfrom: debian/bookworm#' images/nginx/nginx.yaml >images/nginx/bookworm.yaml
check 'nginx on bookworm' temper build -q --platform "$host" -t nginx:bookworm images/nginx/bookworm.yaml

# What others make of it.
check 'nginx is written in every form' temper build -q --no-test --to oci-dir:layout --to oci-archive:nginx.oci.tar \
	--to docker-archive:nginx.docker.tar images/nginx/nginx.yaml
digest=$(jq -r .digest catalogue/reports/nginx.json)
if command -v skopeo >/dev/null; then
	is 'skopeo reads the layout' "$(skopeo inspect oci:layout:latest 2>/dev/null | jq -r .Digest)" "$digest"
	check 'skopeo copies the docker archive' skopeo copy -q docker-archive:nginx.docker.tar dir:copy
fi
if command -v umoci >/dev/null; then
	check 'umoci unpacks it' umoci unpack --rootless --image layout:latest bundle
	is 'umoci: the program is there' "$(test -x bundle/rootfs/usr/sbin/nginx && echo yes)" yes
	mkdir -p md5 && (cd bundle/rootfs && cat var/lib/dpkg/status.d/*.md5sums >"$work/md5sums" && md5sum --quiet -c "$work/md5sums") \
		>said 2>&1 && ok 'every file has the digest that its package gave it' || { bad 'md5sums'; head -5 said; }
	if [ "$(id -u)" = 0 ]; then
		check 'the C library and the loader find each other' chroot bundle/rootfs /usr/sbin/nginx -v
		chroot bundle/rootfs /usr/lib/*/ld-linux*.so.* --list /usr/sbin/nginx >said 2>&1 && ! grep -q 'not found' said &&
			ok 'the real loader finds every library' || { bad 'the real loader'; cat said; }
	fi
fi
printf '[engine]\nlock_type = "file"\n' >containers.conf # podman's are in /dev/shm without
export CONTAINERS_CONF=$work/containers.conf
if command -v podman >/dev/null && [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	podman="podman --root $work/podman --runroot $work/run --tmpdir $work/podman-tmp --storage-driver vfs"
	check 'podman loads it' $podman load -q -i nginx.oci.tar
fi
# It remounts its root, which in a plain chroot is no mount.
if ! awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo; then
	echo 'skip  buildah: the root here is no mount (a chroot)'
elif command -v buildah >/dev/null && [ "$(id -u)" = 0 ]; then
	buildah="buildah --root $work/buildah --runroot $work/buildah-run --storage-driver vfs"
	check 'buildah builds from it' $buildah from --name work "oci:$work/layout:latest"
	$buildah rm work >/dev/null 2>&1
fi
[ "$failed" = 0 ] || exit 1
