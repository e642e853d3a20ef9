#!/bin/sh
# Images between temper's store and other tools: skopeo, umoci, podman, buildah, dockerd.
# usage: tests/interop/oci.sh [BUILD]; without, the build that the temper in PATH is from. A tool that is
# missing is skipped, and said; without any of them the exit code is 77.
# Each check compares contents: diff_ids or files, never only an exit code.
set -u
build=${1:-$(dirname "$(command -v temper)")}
image=$(cd "$build" && pwd)/tests/unit/oci/interop_oci_image
[ -x "$image" ] || { echo "no $image: build first"; exit 3; }
scratch=${TMPDIR:-/tmp}
work=$scratch/oci$$ # buildah takes no upper case
mkdir -m 700 "$work" || exit 3
docker_pid=
cleanup() {
	[ -n "$docker_pid" ] && kill "$docker_pid" 2>/dev/null && wait "$docker_pid" 2>/dev/null
	for m in $(awk -v w="$work" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$m"; done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
failed=0 passed=0 skipped=0
store=$work/store

ok() { passed=$((passed + 1)); echo "ok    $1"; }
bad() { failed=$((failed + 1)); echo "FAIL  $1"; sed 's/^/      /' "$work/log"; }
skip() { skipped=$((skipped + 1)); echo "skip  $1: $2"; }
have() { command -v "$1" >/dev/null 2>&1; }
# check NAME COMMAND...: it must succeed.
check() { name=$1; shift; if "$@" >"$work/log" 2>&1; then ok "$name"; else bad "$name"; fi; }
# What the merged image is: /etc/gone is whited out, /lib/x.so landed in /usr/lib.
files_are_right() {
	[ "$(cat "$1/bin/hello")" = hello ] && [ "$(cat "$1/bin/hi")" = hello ] && [ "$(cat "$1/etc/motd")" = welcome ] &&
	[ "$(cat "$1/usr/lib/x.so")" = library ] && [ "$(readlink "$1/lib")" = usr/lib ] && [ ! -e "$1/etc/gone" ]
}
# same_image FROM: what is there has the diff_ids of the image that was made.
same_image() { "$image" "$store" import "$1" >"$work/ids" && cmp "$work/ids" "$work/want"; }

for how in gzip zstd plain; do check "make ($how)" "$image" "$store" make "x:$how" "$how"; done
"$image" "$store" import x:gzip >"$work/want"
check "unpack" "$image" "$store" unpack x:gzip "$work/tree"
check "unpacked files" files_are_right "$work/tree"
for how in gzip zstd plain; do
	for to in oci-dir:$work/layout oci-archive:$work/$how.oci.tar docker-archive:$work/$how.docker.tar; do
		check "export $how ${to%%:*}" "$image" "$store" export "x:$how" "$to"
	done
done

with_skopeo() {
	s="skopeo --tmpdir $work --insecure-policy"
	for how in gzip zstd plain; do
		for from in "oci:$work/layout:$how" "oci-archive:$work/$how.oci.tar" "docker-archive:$work/$how.docker.tar"; do
			to=$work/back-$how-${from%%:*}
			check "skopeo copies ${from%%:*} ($how)" $s copy "$from" "oci:$to:t"
			check "... and it comes back" same_image "oci-dir:$to:t"
		done
	done
	check "skopeo writes a docker-archive" $s copy "oci:$work/layout:gzip" "docker-archive:$work/skopeo.tar:r/x:1"
	check "... and it comes in" same_image "docker-archive:$work/skopeo.tar"
	check "skopeo writes an oci-archive" $s copy "oci:$work/layout:gzip" "oci-archive:$work/skopeo.oci.tar:1"
	check "... and it comes in" same_image "oci-archive:$work/skopeo.oci.tar"
	check "skopeo sees the health check" sh -c "$s inspect --config --raw oci:$work/layout:gzip | grep -q Healthcheck"
}
with_umoci() {
	check "umoci unpacks" umoci unpack --rootless --image "$work/layout:gzip" "$work/bundle"
	check "... the right files" files_are_right "$work/bundle/rootfs"
	check "umoci lists all tags" sh -c "[ \"\$(umoci ls --layout $work/layout | sort | tr '\n' ' ')\" = 'gzip plain zstd ' ]"
	check "umoci changes the layout" umoci config --image "$work/layout:gzip" --tag other --config.user 7
	check "... and it comes in" same_image "oci-dir:$work/layout:other"
	check "export beside umoci's" "$image" "$store" export x:gzip "oci-dir:$work/layout"
	check "... keeps umoci's" same_image "oci-dir:$work/layout:other"
}
with_podman() {
	# It would go on in a user namespace, which it leaves running.
	unshare -m true 2>/dev/null || { skip podman "this process may not mount"; return; }
	printf '[engine]\nlock_type = "file"\n' >"$work/containers.conf" # and not in /dev/shm
	export CONTAINERS_CONF="$work/containers.conf"
	[ ${#work} -le 43 ] || { skip podman "it takes no --runroot of more than 50 characters"; return; }
	p="podman --root $work/pod --runroot $work/podrun --tmpdir $work/podtmp --storage-driver vfs --cgroup-manager=cgroupfs --events-backend=file"
	for tar in gzip.oci gzip.docker zstd.docker plain.docker; do
		check "podman loads $tar.tar" $p load -i "$work/$tar.tar"
	done
	check "podman knows the name" $p image exists docker.io/library/x:gzip
	check "podman mounts the right files" podman_files
	check "podman saves a docker-archive" $p save -o "$work/podman.tar" --format docker-archive docker.io/library/x:gzip
	check "... and it comes in" same_image "docker-archive:$work/podman.tar"
	$p rmi -af >/dev/null 2>&1
	mkdir "$work/bin"
	printf '#!/bin/sh\nexec %s %s "$@"\n' "$(command -v podman)" "${p#podman}" >"$work/bin/podman"
	chmod 755 "$work/bin/podman"
	check "podman: by its program" env -u XDG_RUNTIME_DIR PATH="$work/bin:$PATH" "$image" "$store" export x:gzip podman:
	check "... the image is there" sh -c "$p image ls --format '{{.Repository}}:{{.Tag}}' | grep -q 'x:gzip'"
	$p system service --time 0 "unix://$work/podman.sock" >"$work/service.log" 2>&1 &
	service=$!
	for i in 1 2 3 4 5 6 7 8 9 10; do [ -S "$work/podman.sock" ] && break; sleep 0.3; done
	check "podman: by its socket" env CONTAINER_HOST="unix://$work/podman.sock" "$image" "$store" export x:zstd podman:by/socket:1
	check "... the image is there" sh -c "$p image ls --format '{{.Repository}}:{{.Tag}}' | grep -q 'by/socket:1'"
	kill "$service"; wait "$service" 2>/dev/null
}
podman_files() {
	m=$($p image mount docker.io/library/x:gzip) && files_are_right "$m"; r=$?
	$p image umount docker.io/library/x:gzip >/dev/null 2>&1
	return $r
}
with_buildah() {
	# It remounts its root, which in a plain chroot is no mount.
	awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo || { skip buildah "the root here is no mount (a chroot)"; return; }
	b="buildah --root $work/bld --runroot $work/bldrun --storage-driver vfs"
	check "buildah takes the layout" $b from --name c "oci:$work/layout:gzip"
	check "... with the right files" buildah_files
	$b rm c >/dev/null 2>&1
}
buildah_files() { m=$($b mount c) && files_are_right "$m"; r=$?; $b umount c >/dev/null 2>&1; return $r; }
with_docker() {
	mkdir "$work/docker"
	dockerd --data-root "$work/docker/data" --exec-root "$work/docker/exec" -H "unix://$work/docker.sock" \
		--pidfile "$work/docker/pid" --bridge=none --iptables=false --storage-driver=vfs \
		--exec-opt native.cgroupdriver=cgroupfs >"$work/docker.log" 2>&1 &
	docker_pid=$!
	i=0
	until d info >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 40 ] && kill -0 "$docker_pid" 2>/dev/null || { skip dockerd "it does not start here: $(tail -1 "$work/docker.log")"; return; }
		sleep 0.5
	done
	for how in gzip zstd plain; do
		check "docker: ($how)" env DOCKER_HOST="unix://$work/docker.sock" "$image" "$store" export "x:$how" docker:
		check "docker load ($how)" d load -i "$work/$how.docker.tar"
		check "... the same layers" sh -c "docker -H unix://$work/docker.sock image inspect -f '{{range .RootFS.Layers}}{{println .}}{{end}}' x:$how | sed '/^\$/d' | cmp - $work/want"
	done
	d save -o "$work/dockersave.tar" x:gzip
	check "docker save comes in" same_image "docker-archive:$work/dockersave.tar"
	check "docker: with another name" env DOCKER_HOST="unix://$work/docker.sock" "$image" "$store" export x:gzip docker:other/name:2
	check "... it has it" d image inspect other/name:2
	check "a refusal is told in the engine's words" refused
}
d() { docker -H "unix://$work/docker.sock" "$@"; }
refused() {
	env DOCKER_HOST="unix://$work/docker.sock" "$image" "$store" export x:gzip docker:UPPER/case:1 2>"$work/said"
	[ $? = 1 ] && grep -q "docker does not take the image" "$work/said" && grep -q "lowercase" "$work/said"
}

tools=0
for tool in skopeo umoci podman buildah; do
	if ! have $tool; then skip "$tool" "not installed"; continue; fi
	tools=$((tools + 1))
	case $tool in
	podman | buildah) [ "$(id -u)" = 0 ] || { skip $tool "what it keeps for others than root is hard to remove"; continue; } ;;
	esac
	with_$tool
done
if ! have dockerd || ! have docker; then skip dockerd "not installed"
elif [ "$(id -u)" != 0 ]; then skip dockerd "needs root"
else with_docker; fi
nobody() { DOCKER_HOST=unix://$work/no.sock "$image" "$store" export x:gzip docker: 2>&1 | grep -q 'no docker listens'; }
check "nobody listens: said in one line" nobody
echo "interop: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] || exit 1
[ "$tools" -gt 0 ] || { echo "none of skopeo, umoci, podman and buildah is installed"; exit 77; }
