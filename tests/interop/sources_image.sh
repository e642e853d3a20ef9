#!/bin/bash
# The same image by every source: archives and layouts by temper, skopeo, umoci, buildah, podman and dockerd, and the engines
# themselves (docker, podman, containerd). Each must tell the packages that the first archive tells, or the
# reason why not. usage: tests/interop/sources_image.sh [BUILD]; tools that are missing are skipped, and said.
set -u
build=${1:-$(dirname "$(command -v temper)")}
build=$(cd "$build" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
temper=$build/temper
[ -x "$temper" ] || { echo "no $temper: build first"; exit 3; }
command -v python3 >/dev/null || { echo "no python3, which makes the first image"; exit 77; }
work=${TMPDIR:-/tmp}/si$$ # buildah takes no upper case, podman no long --runroot
mkdir -m 700 "$work" || exit 3
export TEMPER_STORE=$work/store TMPDIR=$work HOME=$work
unset DOCKER_HOST DOCKER_CONTEXT CONTAINER_HOST CONTAINERD_ADDRESS CONTAINERD_NAMESPACE XDG_RUNTIME_DIR
export DOCKER_CONFIG=$work/docker-config
mkdir "$work/docker-config" && echo '{}' >"$work/docker-config/config.json"
pids=()
cleanup() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
	for m in $(awk -v w="$work" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$m"; done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
failed=0 passed=0 skipped=0
ok() { passed=$((passed + 1)); echo "ok    $1"; }
bad() { failed=$((failed + 1)); echo "FAIL  $1"; sed 's/^/      /' "$work/log"; }
skip() { skipped=$((skipped + 1)); echo "skip  $1: $2"; }
have() { command -v "$1" >/dev/null 2>&1; }
check() { name=$1; shift; if "$@" >"$work/log" 2>&1; then ok "$name"; else bad "$name"; fi; }
# same SOURCE...: it has the packages that are wanted, and verified layers.
same() { "$temper" sbom -q -o purls "$@" >"$work/got" && diff "$work/want" "$work/got"; }
# tells JSON-KEY TEXT SOURCE...: its own JSON says so.
tells() { local key=$1 text=$2; shift 2; "$temper" sbom -q -o json "$@" >"$work/json" && grep -A3 -F "\"$key\"" "$work/json" | grep -F "$text"; }
# refuses CODE TEXT SOURCE...: with that exit code and one line that says TEXT.
refuses() {
	local code=$1 text=$2
	shift 2
	"$temper" sbom -q -o purls "$@" >"$work/out" 2>"$work/err"
	local got=$?
	cat "$work/err"
	[ $got = "$code" ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" = 1 ] && grep -qF -- "$text" "$work/err"
}
# with NAME=VALUE... FUNCTION...: in that environment.
with() ( while [[ $1 == [A-Z]*=* ]]; do export "${1?}"; shift; done; "$@" )
wait_for() { for _ in $(seq 60); do "$@" >/dev/null 2>&1 && return; sleep 0.25; done; return 1; }

python3 "$here/image.py" "$work/first.tar" || exit 3
"$temper" sbom -q -o purls "docker-archive:$work/first.tar" >"$work/want" || exit 3
printf 'pkg:deb/debian/one@1-1?arch=amd64&distro=debian-13\npkg:deb/debian/two@2-2?arch=amd64&distro=debian-13\n' >"$work/known"
python3 "$here/image.py" --arm64 "$work/arm.tar" || exit 3
check "the first archive tells what is in it" cmp "$work/known" "$work/want"

files() {
	check "a bare file" same "$work/first.tar"
	check "a name in it" same "docker-archive:$work/first.tar:team/x:1"
	check "an image for another machine" same "$work/arm.tar"
	check "... is not this one's" refuses 2 "is for linux/arm64 and not for linux/amd64" --platform linux/amd64 "$work/arm.tar"
	check "standard input, a file" same - <"$work/first.tar"
	check "what a shell makes of <(...)" same <(cat "$work/first.tar")
	check "... with a scheme" same "docker-archive:"<(cat "$work/first.tar")
	check "docker-archive:-" sh -c "cat '$work/first.tar' | '$temper' sbom -q -o purls docker-archive:- | cmp - '$work/want'"
	check "standard input, a pipe" sh -c "cat '$work/first.tar' | '$temper' sbom -q -o purls - | cmp - '$work/want'"
	gzip -k "$work/first.tar"
	check "compressed as a whole (gzip)" same "$work/first.tar.gz"
	check "... on a pipe" sh -c "cat '$work/first.tar.gz' | '$temper' sbom -q -o purls - | cmp - '$work/want'"
	if have zstd; then zstd -q "$work/first.tar" && check "compressed as a whole (zstd)" same "$work/first.tar.zst"; fi
	check "nothing is left behind" sh -c "[ -z \"\$(find '$work' -maxdepth 1 -name 'tmp-*' -o -maxdepth 1 -name '*.tmp')\" ]"
	# A byte of a layer's content, in the archive and in a layout: nothing is told of what is not as its digest says.
	python3 - "$work/first.tar" "$work/flipped.tar" <<-'END'
		import sys
		data = bytearray(open(sys.argv[1], "rb").read())
		data[data.index(b"PRETTY_NAME") + 3] ^= 1
		open(sys.argv[2], "wb").write(data)
	END
	check "a changed layer" refuses 3 "digest" "$work/flipped.tar"
	check "... is taken on trust, if told so" same --trust-digests "$work/flipped.tar"
	python3 "$here/image.py" --legacy "$work/legacy.tar"
	check "an archive from before Docker 1.10" same "$work/legacy.tar"
	check "... told by its name" tells tags team/x:1 "$work/legacy.tar"
	mkdir "$work/tree" && python3 "$here/image.py" --tree "$work/tree.tar" && tar -C "$work/tree" -xf "$work/tree.tar"
	check "a directory" same "dir:$work/tree"
	check "without a home, a store or a place for one" sh -c "env -i PATH=\"$PATH\" '$temper' sbom -q -o purls '$work/first.tar' | cmp - '$work/want'"
	check "looking makes no store" sh -c "TEMPER_STORE='$work/none' '$temper' sbom -q -o purls '$work/first.tar' | cmp - '$work/want' && [ ! -e '$work/none' ]"
	check "a tar of a tree" same "$work/tree.tar"
	check "... on a pipe" sh -c "cat '$work/tree.tar' | '$temper' sbom -q -o purls - | cmp - '$work/want'"
	"$temper" sbom -q -o json="$work/x.json" "$work/first.tar"
	check "its own SBOM" same "$work/x.json"
	check "... by its scheme" same "sbom:$work/x.json"
	check "... on a pipe" sh -c "cat '$work/x.json' | '$temper' sbom -q -o purls - | cmp - '$work/want'"
}
with_skopeo() {
	s="skopeo --tmpdir $work --insecure-policy"
	check "skopeo: oci" $s copy -q "docker-archive:$work/first.tar" "oci:$work/layout:1"
	check "... oci-dir:" same "oci-dir:$work/layout"
	check "... oci: with a tag" same "oci:$work/layout:1"
	check "... a bare directory" same "$work/layout"
	digest=$(sed -n 's/.*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p' "$work/layout/index.json")
	check "... by its digest" same "oci-dir:$work/layout@$digest"
	check "... its manifest is told" tells manifest "$digest" "oci-dir:$work/layout"
	check "skopeo: oci-archive" $s copy -q "docker-archive:$work/first.tar" "oci-archive:$work/oci.tar:1"
	check "... read" same "oci-archive:$work/oci.tar"
	check "... as a bare file" same "$work/oci.tar:1"
	check "skopeo: docker-archive" $s copy -q "oci:$work/layout:1" "docker-archive:$work/skopeo.tar:team/y:2"
	check "... read" same "$work/skopeo.tar"
	$s copy -q --dest-compress-format zstd --dest-compress "oci:$work/layout:1" "oci:$work/zstd:1" >"$work/log" 2>&1 &&
		check "layers in zstd" same "$work/zstd"
	$s copy -q "oci:$work/layout:1" "oci:$work/layout:2" && cp -r "$work/layout" "$work/two"
	check "two tags of one image need no choice" same "oci-dir:$work/two"
	sed -i 's/"digest":"sha256:[0-9a-f]*"/"digest":"sha256:1111111111111111111111111111111111111111111111111111111111111111"/2' "$work/two/index.json"
	check "two images need one" refuses 2 "holds 2 images (1, 2); name one" "oci-dir:$work/two"
	check "a name that it has not" refuses 2 "holds no image 'no'" "oci-dir:$work/layout:no"
	cp -r "$work/layout" "$work/broken"
	for blob in "$work"/broken/blobs/sha256/*; do [ "$(head -c 2 "$blob" | od -An -tx1)" != ' 1f 8b' ] || truncate -s 100 "$blob"; done
	check "a cut layer" refuses 3 "descriptor says" "$work/broken"
	cp -r "$work/layout" "$work/changed" && sed -i 's/amd64/arm64/' "$work"/changed/blobs/sha256/*
	check "a changed configuration" refuses 3 "does not hold what its name says" "$work/changed"
	cp -r "$work/layout" "$work/gone" && rm "$work/gone/blobs/sha256/${digest#sha256:}"
	check "a missing manifest" refuses 3 "not whole" "$work/gone"
}
with_umoci() {
	[ -d "$work/layout" ] || { skip umoci "it changes what skopeo made"; return; }
	check "umoci: a third layer" umoci insert --image "$work/layout:1" --tag umoci "$work/tree/etc" /opt/etc
	check "... read" same "oci-dir:$work/layout:umoci"
}
with_buildah() {
	awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo || { skip buildah "the root here is no mount (a chroot)"; return; }
	b="buildah --root $work/bld --runroot $work/bldrun --storage-driver vfs"
	$b from --name c "docker-archive:$work/first.tar" >"$work/log" 2>&1 || { skip buildah "$(tail -1 "$work/log")"; return; }
	check "buildah commits" $b commit -q c "oci-archive:$work/buildah.tar"
	check "... read" same "$work/buildah.tar"
	$b rm c >/dev/null 2>&1
}
with_podman() {
	unshare -m true 2>/dev/null || { skip podman "this process may not mount"; return; }
	printf '[engine]\nlock_type = "file"\n' >"$work/containers.conf"
	export CONTAINERS_CONF="$work/containers.conf"
	[ ${#work} -le 43 ] || { skip podman "it takes no --runroot of more than 50 characters"; return; }
	p="podman --root $work/pod --runroot $work/podrun --tmpdir $work/podtmp --storage-driver vfs --cgroup-manager=cgroupfs --events-backend=file"
	check "podman loads it" $p load -q -i "$work/first.tar"
	check "podman: docker-archive" $p save -q --format docker-archive -o "$work/podman.tar" team/x:1
	check "... read" same "$work/podman.tar"
	check "podman: oci-archive" $p save -q --format oci-archive -o "$work/podman-oci.tar" team/x:1
	check "... read" same "$work/podman-oci.tar"
	mkdir "$work/bin"
	printf '#!/bin/sh\nexec %s %s "$@"\n' "$(command -v podman)" "${p#podman}" >"$work/bin/podman"
	chmod 755 "$work/bin/podman"
	check "podman: by its program" with PATH="$work/bin:$PATH" same podman:team/x:1
	mkdir -p "$work/.local/share/containers/storage" # or podman is not run for a name that may be anything
	check "... a bare name" with PATH="$work/bin:$PATH" same team/x:1
	check "... one that it has not" with PATH="$work/bin:$PATH" refuses 2 "podman has no such image" podman:no/such:1
	$p system service --time 0 "unix://$work/podman.sock" >"$work/service.log" 2>&1 &
	pids+=($!)
	wait_for test -S "$work/podman.sock"
	export CONTAINER_HOST="unix://$work/podman.sock"
	check "podman: by its socket" same podman:team/x:1
	check "... by \$XDG_RUNTIME_DIR" sh -c "mkdir -p '$work/run/podman' && ln -s '$work/podman.sock' '$work/run/podman/podman.sock' && unset CONTAINER_HOST && XDG_RUNTIME_DIR='$work/run' '$temper' sbom -q -o purls podman:team/x:1 | cmp - '$work/want'"
	check "... a bare name" same team/x:1
	check "... by its id" same "podman:$(env -u CONTAINER_HOST $p image inspect -f '{{.Id}}' team/x:1)"
	check "... one that it has not" refuses 2 "podman has no such image" podman:no/such:1
	check "... another tag" refuses 2 "podman has no such image" podman:team/x:9
	unset CONTAINER_HOST
}
with_docker() {
	mkdir "$work/docker"
	dockerd --data-root "$work/docker/data" --exec-root "$work/docker/exec" -H "unix://$work/docker.sock" \
		--pidfile "$work/docker/pid" --bridge=none --iptables=false --storage-driver=vfs \
		--exec-opt native.cgroupdriver=cgroupfs >"$work/docker.log" 2>&1 &
	pids+=($!)
	wait_for d info || { skip dockerd "it does not start here: $(tail -1 "$work/docker.log")"; return; }
	check "docker loads it" d load -q -i "$work/first.tar"
	export DOCKER_HOST="unix://$work/docker.sock"
	check "docker: by its socket" same docker:team/x:1
	check "... a bare name" same team/x:1
	check "... by its id" same "docker:$(d image inspect -f '{{.Id}}' team/x:1)"
	check "... its tag is told" tells tags team/x:1 docker:team/x:1
	check "... one that it has not" refuses 2 "docker has no such image" docker:no/such:1
	check "... what is no name" refuses 2 "docker has no such image" 'docker:../../info?x='
	check "... for another machine" sh -c "docker -H unix://$work/docker.sock load -q -i '$work/arm.tar' && '$temper' sbom -q -o purls docker:team/arm:1 | cmp - '$work/want'"
	check "docker save" d save -o "$work/dockersave.tar" team/x:1
	check "... read" same "$work/dockersave.tar"
	d tag team/x:1 other/y:2 && d save -o "$work/both.tar" team/x:1 other/y:2
	check "... two names of one image" same "$work/both.tar:other/y:2"
	unset DOCKER_HOST
	mkdir -p "$DOCKER_CONFIG/contexts/meta/$(printf ctx | sha256sum | cut -c1-64)"
	printf '{"Name":"ctx","Endpoints":{"docker":{"Host":"unix://%s/docker.sock"}}}' "$work" \
		>"$DOCKER_CONFIG/contexts/meta/$(printf ctx | sha256sum | cut -c1-64)/meta.json"
	check "docker: by a context" with DOCKER_CONTEXT=ctx same docker:team/x:1
	printf '{"currentContext":"ctx"}' >"$DOCKER_CONFIG/config.json"
	check "... that is the current one" same docker:team/x:1
	check "... DOCKER_HOST counts more" with DOCKER_HOST="unix://$work/no.sock" refuses 2 "no docker is running" docker:team/x:1
	check "... one that there is not" with DOCKER_CONTEXT=no refuses 2 "no docker context 'no'" docker:team/x:1
	echo '{}' >"$DOCKER_CONFIG/config.json"
	printf '#!/bin/sh\nunset DOCKER_HOST\nexec %s -H unix://%s/docker.sock "$@"\n' "$(command -v docker)" "$work" >"$work/far-docker"
	mkdir -p "$work/few" && for tool in sh cat grep wc; do ln -s "$(command -v $tool)" "$work/few/$tool"; done
	mkdir -p "$work/far" && mv "$work/far-docker" "$work/far/docker" && chmod 755 "$work/far/docker"
	check "an engine that is far away: by the program" with DOCKER_HOST=tcp://127.0.0.1:1 PATH="$work/far:$PATH" same docker:team/x:1
	check "... and there is none" with DOCKER_HOST=tcp://127.0.0.1:1 PATH="$work/few" refuses 2 "has no program docker" docker:team/x:1
}
d() { docker -H "unix://$work/docker.sock" "$@"; }
with_containerd() {
	mkdir "$work/ctr"
	printf 'version = 2\nroot = "%s/ctr/root"\nstate = "%s/ctr/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n address = "%s/ctr/sock"\n' "$work" "$work" "$work" >"$work/ctr/config.toml"
	containerd -c "$work/ctr/config.toml" >"$work/ctr/log" 2>&1 &
	pids+=($!)
	export CONTAINERD_ADDRESS=$work/ctr/sock
	wait_for ctr version || { skip containerd "it does not start here: $(tail -1 "$work/ctr/log")"; return; }
	check "containerd imports it" ctr images import --snapshotter native "$work/first.tar"
	check "containerd: by ctr" same containerd:team/x:1
	check "... a bare name" same team/x:1
	# Such an archive is a Docker archive and an OCI layout: read as the one, it tells the manifest of the other.
	check "ctr exports" ctr images export "$work/ctr.tar" docker.io/team/x:1
	check "... read" same "$work/ctr.tar"
	digest=$(ctr images ls name==docker.io/team/x:1 | grep -o 'sha256:[0-9a-f]*')
	check "... with the layout's manifest" tells manifest "${digest:-none}" "docker-archive:$work/ctr.tar"
	check "... as a layout" same "oci-archive:$work/ctr.tar:team/x:1"
	check "... by platform" same --platform linux/amd64 "$work/ctr.tar"
	check "... in a namespace" sh -c "ctr -n other images import --snapshotter native '$work/first.tar' && CONTAINERD_NAMESPACE=other '$temper' sbom -q -o purls containerd:team/x:1 | cmp - '$work/want'"
	check "... for another machine" sh -c "ctr images import --snapshotter native --all-platforms '$work/arm.tar'"
	check "... is taken as it is" same containerd:team/arm:1
	check "... unless this machine's is asked for" refuses 2 "is for linux/arm64 and not for linux/amd64" --platform linux/amd64 containerd:team/arm:1
	check "... one that it has not" refuses 2 "containerd has no such image" containerd:no/such:1
	unset CONTAINERD_ADDRESS
}

files
for tool in skopeo umoci buildah podman; do
	if ! have $tool; then skip "$tool" "not installed"; continue; fi
	case $tool in
	podman | buildah) [ "$(id -u)" = 0 ] || { skip $tool "what it keeps for others than root is hard to remove"; continue; } ;;
	esac
	with_$tool
done
with_registry() {
	printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/reg}}\nhttp: {addr: 127.0.0.1:0}\n' "$work" >"$work/reg.yml"
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	sed -i "s/127.0.0.1:0/127.0.0.1:$port/" "$work/reg.yml"
	docker-registry serve "$work/reg.yml" >"$work/reg.log" 2>&1 &
	pids+=($!)
	r=127.0.0.1:$port
	s="skopeo --tmpdir $work --insecure-policy"
	wait_for python3 -c "import urllib.request; urllib.request.urlopen('http://$r/v2/')" || { skip registry "it does not start here: $(tail -1 "$work/reg.log")"; return; }
	check "skopeo pushes" $s copy -q --dest-tls-verify=false "docker-archive:$work/first.tar" "docker://$r/team/x:1"
	check "registry:" same "registry:$r/team/x:1"
	check "... a bare name" same "$r/team/x:1"
	digest=$($s inspect --tls-verify=false -f '{{.Digest}}' "docker://$r/team/x:1")
	check "... by its digest" same "registry:$r/team/x@$digest"
	check "... which is told" tells reference "$r/team/x@$digest" "registry:$r/team/x:1"
	check "... a tag that it has not" refuses 2 "$r/team/x:9: not found" "registry:$r/team/x:9"
	check "... not when offline" refuses 2 "no registry is asked" --offline "registry:$r/team/x:1"
	check "... nor another platform" refuses 2 "is for linux/amd64 and not for linux/s390x" --platform linux/s390x "registry:$r/team/x:1"
	check "what other things are pushed" python3 "$here/image.py" --push "$r"
	check "an index of two platforms and an attestation" same --platform linux/amd64 "registry:$r/many:1"
	check "... another of its platforms" same --platform linux/arm64 "registry:$r/many:1"
	check "... one that it has not" refuses 2 "it has linux/amd64, linux/arm64" --platform linux/386 "registry:$r/many:1"
	check "... all" sh -c "[ \$(\"$temper\" sbom -q -o purls --all-platforms registry:$r/many:1 | wc -l) = 4 ]"
	check "a Helm chart" refuses 3 "not an image but a Helm chart" "registry:$r/chart:1"
	check "a cosign signature" refuses 3 "not an image but a cosign signature" "registry:$r/sig:1"
}
check "nobody runs" refuses 2 "no docker" docker:team/x:1
for tool in docker containerd; do
	if ! have ${tool/docker/dockerd} || { [ $tool = docker ] && ! have docker; }; then skip $tool "not installed"
	elif [ "$(id -u)" != 0 ]; then skip $tool "needs root"
	else with_$tool; fi
done
if have docker-registry && have skopeo; then with_registry; else skip registry "docker-registry and skopeo are not both installed"; fi
check "a name that nobody has" refuses 2 "no such file; not in the store; no docker" --offline no/such:1
check "a path that is not there" refuses 2 "no image './nothing': no such file" ./nothing
echo "image sources: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
