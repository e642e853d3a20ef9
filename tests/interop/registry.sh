#!/bin/bash
# Images out of registries: docker-registry itself (plain, with passwords, with tokens, with TLS), and one that
# misbehaves in every way that a client must survive (registry.py). Images are pushed by skopeo.
# usage: tests/interop/registry.sh [BUILD]; without, the build that the temper in PATH is from.
set -u
build=${1:-$(dirname "$(command -v temper)")}
pull=$(cd "$build" && pwd)/tests/unit/oci/interop_registry_image
make=$(cd "$build" && pwd)/tests/unit/oci/interop_oci_image
for needed in "$pull" "$make"; do [ -x "$needed" ] || { echo "no $needed: build first"; exit 3; }; done
for needed in docker-registry skopeo openssl python3 perl; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/temper-registry-XXXXXX") || exit 3
pids='' failed=0 passed=0 code=0
cleanup() {
	for pid in $pids; do kill "$pid" && wait "$pid"; done 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 3
export HOME="$work/home" TMPDIR="$work/tmp"
unset DOCKER_CONFIG REGISTRY_AUTH_FILE DOCKER_AUTH_CONFIG XDG_RUNTIME_DIR XDG_CONFIG_HOME SSL_CERT_FILE SSL_CERT_DIR \
	http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY
mkdir -p "$HOME/.docker" "$TMPDIR" bin

ok() { passed=$((passed + 1)); echo "ok    $1"; }
bad() { failed=$((failed + 1)); echo "FAIL  $1: $2"; tail -n 5 out err 2>/dev/null | sed 's/^/      /'; }
run() { code=0; "$@" >out 2>err </dev/null || code=$?; cat out err >>said; }
# gets NAME ARGUMENT...: the image comes, with the layers in the file want.
gets() {
	name=$1; shift
	run "$pull" "$@"
	if [ "$code" -ne 0 ]; then bad "$name" "exit $code"
	elif ! grep '^layer' out | cmp -s - want; then bad "$name" "other layers"
	else ok "$name"; fi
}
# refused NAME CODE REGEX ARGUMENT...: it does not, and one line says why.
refused() {
	name=$1 want=$2 regex=$3; shift 3
	run "$pull" "$@"
	if [ "$code" -ne "$want" ]; then bad "$name" "exit $code and not $want"
	elif [ "$(wc -l <err)" -ne 1 ] || ! grep -Eq -- "$regex" err; then bad "$name" "not one line with $regex"
	else ok "$name"; fi
}
# absent NAME ARGUMENT...: the registry has none; that is an answer and no error.
absent() {
	name=$1; shift
	run "$pull" "$@"
	if [ "$code" -eq 1 ] && [ ! -s err ]; then ok "$name"; else bad "$name" "exit $code"; fi
}
# asked FILTER: requests to registry.py since `forget` for which the expression holds, as lines of JSON.
forget() { : >requests; }
asked() { python3 -c "import json, sys
for line in open('requests'):
    r = json.loads(line)
    if $1: print(line, end='')"; }
never() { if [ -z "$(asked "$2")" ]; then ok "$1"; else bad "$1" "$(asked "$2" | head -1)"; fi; }
once() { n=$(asked "$2" | wc -l); if [ "$n" -eq 1 ]; then ok "$1"; else bad "$1" "$n times"; fi; }
config() { printf '%s' "$1" >"$HOME/.docker/config.json"; }
no_config() { rm -f "$HOME/.docker/config.json"; }
user=$(printf user:pass-secret | base64)
wrong=$(printf user:wrong-secret | base64)

# --- certificates and servers
authority() { openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.crt" -days 2 -subj "/CN=$1" 2>/dev/null; }
leaf() { # NAME DAYS SAN
	openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$2" -out "$1.crt" \
		-extfile <(printf 'subjectAltName=%s' "$3") 2>/dev/null
}
authority ca && authority token && leaf server 2 IP:127.0.0.1 && leaf expired -1 IP:127.0.0.1 && leaf elsewhere 2 DNS:registry.example &&
	leaf client 2 DNS:client || { echo "openssl makes no certificates"; exit 3; }
cat server.crt server.key >server.pem
cat elsewhere.crt elsewhere.key >elsewhere.pem
forget
python3 "$here/registry.py" "$work" 2>python.log &
pids="$pids $!"
# serve NAME LINES: a docker-registry over the same files; its address into the variable NAME.
serve() {
	name=$1
	{
		echo "version: 0.1"
		echo "log: {level: info}"
		echo "storage: {filesystem: {rootdirectory: $work/files}}"
		printf '%s\n' "$2"
	} >"$name.yml"
	: >"$name.log"
	docker-registry serve "$name.yml" >>"$name.log" 2>&1 &
	pids="$pids $!"
	for _ in $(seq 200); do grep -q 'listening on' "$name.log" && break; sleep 0.05; done
	address=$(grep -o 'listening on [^",]*' "$name.log" | head -1)
	[ -n "$address" ] || { echo "docker-registry does not start:"; tail -3 "$name.log"; exit 3; }
	printf -v "$name" '%s' "$(echo "${address#listening on }" | cut -d' ' -f1)"
}
for _ in $(seq 200); do [ -f ports ] && break; sleep 0.05; done
[ -f ports ] || { cat python.log; exit 3; }
. ./ports
echo "user:$(perl -e 'print crypt("pass-secret", "\$2y\$05\$abcdefghijklmnopqrstuu")')" >htpasswd
serve open "http: {addr: '127.0.0.1:0'}"
serve locked "http: {addr: '127.0.0.1:0'}
auth: {htpasswd: {realm: x, path: $work/htpasswd}}"
serve tokens "http: {addr: '127.0.0.1:0'}
auth: {token: {realm: 'http://127.0.0.1:$plain/token', service: service, issuer: issuer, rootcertbundle: $work/token.crt}}"
for kind in server expired elsewhere; do
	serve "tls_$kind" "http: {addr: '127.0.0.1:0', tls: {certificate: $work/$kind.crt, key: $work/$kind.key}}"
done
serve mutual "http: {addr: '127.0.0.1:0', tls: {certificate: $work/server.crt, key: $work/server.key, clientcas: [$work/ca.crt]}}"

# --- images
for how in gzip zstd plain; do "$make" store make "x:$how" $how && "$make" store export "x:$how" oci-dir:layout; done || exit 3
put() { skopeo --insecure-policy --tmpdir "$TMPDIR" copy -q --dest-tls-verify=false "$1" "docker://$open/$2"; }
for how in gzip zstd plain; do put "oci:layout:$how" "team/x:$how" || exit 3; done
put oci:layout:gzip private/x:1 && put oci:layout:gzip x:latest || exit 3
skopeo --insecure-policy --tmpdir "$TMPDIR" copy -q --dest-tls-verify=false --format v2s2 oci:layout:gzip "docker://$open/team/docker:1" || exit 3
layers_of() { skopeo inspect --raw --tls-verify=false "docker://$open/$1" | python3 -c "import json, sys
for l in json.load(sys.stdin)['layers']: print('layer', l['digest'], l['size'])" >want; }
digest_of() { skopeo inspect --raw --tls-verify=false "docker://$open/$1" | sha256sum | cut -d' ' -f1; }

# --- docker-registry, plain
for how in zstd plain gzip; do
	layers_of "team/x:$how"
	gets "an image ($how)" "$open/team/x:$how"
done
gets "latest, at the top" "$open/x"
gets "by its digest" "$open/x@sha256:$(digest_of x:latest)"
gets "by tag and digest: the digest counts" "$open/x:other@sha256:$(digest_of x:latest)"
gets "by another name of this machine" "localhost:${open#*:}/x"
layers_of team/docker:1
gets "of Docker's own media types" "$open/team/docker:1"
layers_of x:latest
absent "no such tag" "$open/x:none"
absent "no such repository" "$open/none/none"
absent "no such digest" "$open/x@sha256:$(printf none | sha256sum | cut -d' ' -f1)"
refused "nobody listens" 3 '^127.0.0.1:1/x: cannot connect to 127.0.0.1 port 1: Connection refused$' 127.0.0.1:1/x
refused "no such host" 3 '^nowhere.invalid/x: could not resolve host: nowhere.invalid$' nowhere.invalid/x
python3 - "$open" x >index.out <<-'PYTHON' || exit 3
	import json, sys, urllib.request
	host, name = sys.argv[1:]
	kind = "application/vnd.oci.image.manifest.v1+json"
	ask = lambda method, path, data, **h: urllib.request.urlopen(urllib.request.Request(
	    f"http://{host}/v2/{name}/{path}", data=data, method=method, headers=h))
	raw = ask("GET", "manifests/latest", None, Accept=kind).read()
	import hashlib
	one = {"mediaType": kind, "digest": "sha256:" + hashlib.sha256(raw).hexdigest(), "size": len(raw)}
	index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
	         "manifests": [dict(one, platform={"os": "linux", "architecture": a}) for a in ("amd64", "arm64")]}
	ask("PUT", "manifests/index", json.dumps(index).encode(), **{"Content-Type": index["mediaType"]})
PYTHON
cat want want >twice && mv want single && mv twice want
gets "an index" "$open/x:index"
mv single want

# --- passwords
refused "a password is wanted, none is there" 3 \
	"^$locked/x: 401 unauthorized; no credentials for $locked in ~/.docker/config.json \(which is not there\)$" "$locked/x"
config "{\"auths\":{\"$open\":{\"auth\":\"$user\"}}}"
refused "... nor one for this host" 3 "no credentials for $locked in ~/.docker/config.json$" "$locked/x"
config "{\"auths\":{\"$locked\":{\"auth\":\"$user\"}}}"
gets "... it is there" "$locked/x"
config "{\"auths\":{\"http://$locked/v1/\":{\"username\":\"user\",\"password\":\"pass-secret\"}}}"
gets "... in the old way" "$locked/x"
config "{\"auths\":{\"$locked\":{\"auth\":\"$wrong\"}}}"
refused "... a wrong one" 3 "401 unauthorized; the credentials for $locked of ~/.docker/config.json are not accepted$" "$locked/x"
no_config
mkdir run && mkdir run/containers
printf '{"auths":{"%s":{"auth":"%s"},"%s/x":{"auth":"%s"}}}' "$locked" "$wrong" "$locked" "$user" >run/containers/auth.json
XDG_RUNTIME_DIR=$work/run gets "... as Podman keeps it, for a repository" "$locked/x"
REGISTRY_AUTH_FILE=$work/run/containers/auth.json gets "... by REGISTRY_AUTH_FILE" "$locked/x"
DOCKER_AUTH_CONFIG="{\"auths\":{\"$locked\":{\"auth\":\"$user\"}}}" gets "... by DOCKER_AUTH_CONFIG" "$locked/x"
mkdir other && printf '{"auths":{"%s":{"auth":"%s"}}}' "$locked" "$user" >other/config.json
DOCKER_CONFIG=$work/other gets "... by DOCKER_CONFIG" "$locked/x"
config '{"auths":'
refused "a file that is no JSON" 3 '^~/.docker/config.json:1:' "$locked/x"
gets "... which nobody needs for what is open" "$open/x"

# --- helpers
cat >bin/docker-credential-works <<-'HELPER'
	#!/bin/sh
	read -r host
	[ "$1" = get ] && printf '{"ServerURL":"%s","Username":"user","Secret":"pass-secret"}' "$host"
HELPER
printf '#!/bin/sh\necho "credentials not found in native keychain"\nexit 1\n' >bin/docker-credential-empty
printf '#!/bin/sh\necho pass-secret; echo pass-secret >&2\nexit 3\n' >bin/docker-credential-fails
printf '#!/bin/sh\necho "pass-secret is no JSON"\n' >bin/docker-credential-odd
printf '#!/bin/sh\necho "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"identity-secret\\"}"\n' >bin/docker-credential-identity
chmod +x bin/*
export PATH="$work/bin:$PATH"
config '{"credsStore":"works"}'
gets "a helper for all" "$locked/x"
config "{\"credsStore\":\"fails\",\"credHelpers\":{\"$locked\":\"works\"}}"
gets "a helper for one host" "$locked/x"
config "{\"credsStore\":\"empty\",\"auths\":{\"$locked\":{\"auth\":\"$user\"}}}"
gets "a helper that has none, and the file does" "$locked/x"
for how in 'missing:not installed' 'fails:it failed' 'odd:it has none'; do
	config "{\"credsStore\":\"${how%%:*}\"}"
	refused "a helper: ${how#*:}" 3 "no credentials for $locked in ~/.docker/config.json, docker-credential-${how%%:*} \(${how#*:}\)$" "$locked/x"
done
config '{"credsStore":"../works"}'
refused "a helper that is a path" 3 "'../works' is no name of a credential helper" "$locked/x"

# --- tokens
no_config
gets "a token for nobody" "$tokens/x"
refused "... which is not enough" 3 "401 unauthorized; there is no such image, or it is private; no credentials for $tokens in ~/.docker" "$tokens/private/x:1"
config "{\"auths\":{\"$tokens\":{\"auth\":\"$user\"}}}"
forget
gets "a token for a password" "$tokens/private/x:1"
once "... one for all, and for reading alone" "r['path'].startswith('/token') and 'repository%3Aprivate%2Fx%3Apull&' in r['path'] + '&'"
config '{"credsStore":"identity"}'
forget
gets "a token for an identity token" "$tokens/private/x:1"
once "... by POST" "r['path'] == '/token' and r['method'] == 'POST' and 'authorization' not in r"
config "{\"auths\":{\"$tokens\":{\"auth\":\"$wrong\"}}}"
refused "a wrong password" 3 "the credentials for $tokens of ~/.docker/config.json are not accepted$" "$tokens/x"

# --- TLS
no_config
refused "an authority that is not known" 3 "^$tls_server/x: .*certificate" "$tls_server/x"
SSL_CERT_FILE=$work/ca.crt gets "... known by SSL_CERT_FILE" "$tls_server/x"
SSL_CERT_FILE=$work/ca.crt refused "a certificate that has run out" 3 'certificate has expired' "$tls_expired/x"
SSL_CERT_FILE=$work/ca.crt refused "another host's certificate" 3 'alternative certificate subject name' "$tls_elsewhere/x"
gets "... none of which matters to who says so" -i "$tls_elsewhere" "$tls_elsewhere/x"
gets "... nor do plain ones" -i "$open" "$open/x"
refused "... but of that host alone" 3 'certificate' -i "$open" "$tls_server/x"
mkdir -p "$HOME/.docker/certs.d/$tls_server" "$HOME/.config/containers/certs.d/$mutual"
cp ca.crt "$HOME/.docker/certs.d/$tls_server/our.crt"
cp ca.crt "$HOME/.config/containers/certs.d/$mutual/"
gets "an authority in certs.d" "$tls_server/x"
refused "a client's certificate is wanted" 3 "^$mutual/x: " "$mutual/x"
cp client.crt "$HOME/.config/containers/certs.d/$mutual/client.cert"
refused "... and its key with it" 2 'client.cert: there is no client.key beside it' "$mutual/x"
cp client.key "$HOME/.config/containers/certs.d/$mutual/client.key"
gets "... both are there" "$mutual/x"

# --- a host that is not this machine: its own address on the network
ip=$(hostname -I 2>/dev/null | cut -d' ' -f1)
if [ -n "$ip" ]; then
	serve wide "http: {addr: '$ip:0'}"
	refused "plain HTTP elsewhere" 3 "^$wide/x: no TLS with $wide \(.*\); plain HTTP must be allowed for it$" "$wide/x"
	gets "... is allowed for a host" -i "$ip" "$wide/x"
	gets "... with its port" -i "$wide" "$wide/x"
	refused "... and no other" 3 "no TLS with $wide" -i "$ip:1" "$wide/x"
else
	echo "skip  plain HTTP elsewhere: this machine has no address on a network"
fi

# --- a registry that misbehaves: HOW, its exit code, what is said
h=127.0.0.1:$plain
run "$pull" "$h/good/x"
grep '^layer' out >want
good=$(grep -o 'sha256:[0-9a-f]*' out | head -1)
[ -s want ] && ok "the other registry" || bad "the other registry" "no image"
("$pull" "$h/slow/x" >slow.out 2>slow.err; echo $? >slow.code) &
slow=$!
while read -r how want_code regex; do
	refused "$how" "$want_code" "$regex" "$h/$how/x"
done <<-'TABLE'
	announces 3 /announces/x: the registry announces sha256:.* and sends sha256:
	clash 3 the registry calls a manifest application/vnd.oci.image.index.v1.json, which calls itself .*manifest.v1
	schema1 3 first schema
	text 3 /text/x:1:1: 
	large 3 larger than allowed
	endless 3 larger than allowed
	headers 3 headers of the answer are larger than allowed
	longer 3 sha256:.*/longer/x: it is larger than announced
	shorter 3 sha256:.*/shorter/x: (the answer ends|the server answers 416|.*416)
	flipped 3 sha256:.*/flipped/x: what came is not what was announced
	config 3 /config/x: the registry sends other bytes for sha256:
	lost 3 sha256:.*: /?127.*/lost/x: 404 not found
	decade 3 /decade/x: 429 too many requests, and not to ask again for more than 900 s
	round 3 more than 5 redirects
	metadata 3 a redirect leads to a link-local address, which is not allowed
	private 3 a redirect leads to a private address, which is not allowed
	file 3 redirects to no http: or https: address
	trap 3 /trap/x: 401 unauthorized$
	realmmeta 3 its host's name leads to a link-local address, which is not allowed
	realmprivate 3 its host's name leads to a private address, which is not allowed
	realmfile 3 its token server has no http: or https: address
	realmuser 3 its token server has no http: or https: address
	tokenhuge 3 its token server 127.0.0.1: it is larger than allowed
	tokenlist 3 is no JSON object
	tokennone 3 holds no token
	tokentext 3 is no JSON object
	tokenline 3 holds no token
	tokenlost 3 its token server 127.0.0.1: the server answers 404
	silent 3 401 unauthorized; it does not say how to log in
	garbled 3 WWW-Authenticate field cannot be read
TABLE
refused "another manifest than the digest's" 3 'asked for sha256:.*, the registry sends sha256:' \
	"$h/swapped/x@$good"
for how in cut busy later negative realm tokenforever expires; do gets "$how" "$h/$how/x"; done
once "what broke off was gone on with" "r['path'].startswith('/v2/cut/x/blobs/') and r.get('range', '').startswith('bytes=150000-')"
forget
gets "a layer that is elsewhere" "$h/away/x"
once "... is asked for without a token" "r['path'].startswith('/blob/') and r['port'] == 'other' and 'authorization' not in r and 'cookie' not in r"
forget
gets "... or beside" "$h/relative/x"
once "... with it" "r['path'].startswith('/blob/') and r.get('authorization') == 'Bearer good-secret'"
forget
config "{\"auths\":{\"localhost:$other\":{\"auth\":\"$user\"},\"127.0.0.1:$other\":{\"auth\":\"$user\"}}}"
refused "where a layer is, nobody logs in" 3 '/trap/x: 401 unauthorized$' "$h/trap/x"
never "... and no token is asked for it" "'service=trap' in r['path']"
config "{\"auths\":{\"$h\":{\"auth\":\"$user\"}}}"
gets "Basic" "$h/basic/x"
refused "what a server says back is not repeated" 3 "403 forbidden; the credentials for $h of ~/.docker/config.json are not accepted$" "$h/echo/x"
no_config
export SSL_CERT_FILE=$work/ca.crt
t=127.0.0.1:$tls
gets "over TLS" "$t/good/x"
refused "a redirect to plain HTTP" 3 'redirects from https: to http:' "$t/down/x"
forget
refused "a token server by plain HTTP" 3 'its token server is asked by plain http:, which is not safe' "$t/realmdown/x"
never "... is not asked" "r['path'].startswith('/token')"
export HTTPS_PROXY=http://127.0.0.1:$proxy
forget
gets "through a proxy" registry.example/good/x
asked "r['port'] == 'proxy' and r['path'] == 'registry.example:443'" | grep -q . && ok "... which was asked" || bad "... which was asked" no
gets "this machine through none" "$t/good/x"
forget
refused "a token server of a host far away on this machine" 3 "its host's name leads to a loopback address, which is not allowed" registry.example/realmhere/x
never "... is not asked" "r['path'].startswith('/token')"
refused "nor is a layer fetched from there" 3 'a redirect leads to a loopback address, which is not allowed' registry.example/near/x
unset SSL_CERT_FILE HTTPS_PROXY

# --- what is in it
temper=$(cd "$build" && pwd)/temper
export TEMPER_STORE="$work/temper-store"
mkdir -p tree/etc tree/var/lib/dpkg
echo 'ID=debian
VERSION_ID="12"' >tree/etc/os-release
printf 'Package: %s\nStatus: install ok installed\nVersion: 1.0-1\nArchitecture: amd64\nMaintainer: x\nDescription: x\n\n' one two \
	>tree/var/lib/dpkg/status
tar -C tree -cf layer.tar etc var
python3 - <<-'PYTHON' || exit 3
	import hashlib, io, json, tarfile
	data = open("layer.tar", "rb").read()
	config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
	    "type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest()]}}).encode()
	files = {"config.json": config, "layer.tar": data, "manifest.json": json.dumps(
	    [{"Config": "config.json", "RepoTags": ["packages:1"], "Layers": ["layer.tar"]}]).encode()}
	with tarfile.open("packages.tar", "w") as tar:
	    for name, content in files.items():
	        entry = tarfile.TarInfo(name)
	        entry.size = len(content)
	        tar.addfile(entry, io.BytesIO(content))
PYTHON
put docker-archive:packages.tar team/packages:1 || exit 3
# lists NAME ARGUMENT...: the packages of the image, from wherever it is.
lists() {
	name=$1; shift
	run "$temper" sbom -q -o purls "$@"
	if [ "$code" -eq 0 ] && cmp -s out purls; then ok "$name"; else bad "$name" "exit $code, or other packages"; fi
}
"$temper" sbom -q -o purls docker-archive:packages.tar >purls
grep -c pkg:deb/debian/ purls | grep -qx 2 && ok "an archive's packages" || bad "an archive's packages" "$(cat purls)"
lists "a registry's" "registry:$open/team/packages:1"
lists "... by its name alone" "$open/team/packages:1"
lists "... by its digest" "registry:$open/team/packages@sha256:$(digest_of team/packages:1)"
SSL_CERT_FILE=$work/nothing lists "... over TLS that nobody vouches for" --insecure-registry "$tls_expired" "registry:$tls_expired/team/packages:1"
DOCKER_AUTH_CONFIG="{\"auths\":{\"$locked\":{\"auth\":\"$user\"}}}" lists "... with a password" "registry:$locked/team/packages:1"
run "$temper" sbom -q -o json --all-platforms "registry:$open/x:index"
[ "$code" -eq 0 ] && ok "both platforms of an index" || bad "both platforms of an index" "exit $code"
sbom_refused() { # NAME CODE REGEX ARGUMENT...
	name=$1 want=$2 regex=$3; shift 3
	run "$temper" sbom -q "$@"
	if [ "$code" -eq "$want" ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] && grep -Eq -- "$regex" err; then ok "$name"
	else bad "$name" "exit $code, or not one line with $regex"; fi
}
sbom_refused "no such image" 2 "no image 'registry:$open/team/none:1': $open/team/none:1: not found" "registry:$open/team/none:1"
sbom_refused "no name of an image" 2 "'NONE' must be lower-case" "registry:$open/NONE"
sbom_refused "not without the network" 2 'no registry is asked' --offline "registry:$open/team/packages:1"
sbom_refused "a layer with other bytes" 3 'what came is not what was announced' "registry:$h/flipped/x"
# What the store has is not asked for: the registry lacks it, and the store does not.
"$make" temper-store make here:1 gzip && "$make" temper-store export here:1 oci-dir:here && put oci:here:1 team/here:1 || exit 3
find files -type d -path '*blobs/sha256/*' -name "$("$temper" sbom -q -o json "registry:$open/team/here:1" |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["subject"]["layers"][0]["digest"][7:])')" -exec rm -r {} + 2>/dev/null
lacks() { run "$temper" sbom -q -o json "$@"; [ "$code" -eq 0 ]; }
lacks "registry:$open/team/here:1" && ok "a layer out of the store" || bad "a layer out of the store" "exit $code"
here=$(python3 -c 'import json; print(json.load(open("out"))["subject"]["manifest"])')
lacks "registry:127.0.0.1:1/team/here@$here" && ok "all of it out of the store, by its digest" || bad "all of it out of the store, by its digest" "exit $code"
lacks --store "$work/empty" "registry:$open/team/here:1" && bad "... which nobody else has" "exit 0" || ok "... which nobody else has"

# --- slowness ends
wait $slow
if [ "$(cat slow.code)" -eq 3 ] && grep -q 'too slow\|Timeout\|timed out' slow.err; then ok "one byte a second"; else bad "one byte a second" "$(cat slow.code slow.err)"; fi

# --- secrets
grep -o '[a-z]*-secret' said && bad "no secrets in messages" "found" || ok "no secrets in messages"
grep -F -e "$user" -e "$wrong" said && bad "nor as base64" "found" || ok "nor as base64"
left=$(find "$TMPDIR" -mindepth 1 | head -1)
[ -z "$left" ] && ok "nothing is left behind" || bad "nothing is left behind" "$left"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
