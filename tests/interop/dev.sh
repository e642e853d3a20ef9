#!/bin/bash
# The dev images as they are used: apt and dpkg in them, with a signed repository of this test's own
# and no network; and Dockerfiles whose first stage is a dev image and whose last is its sibling,
# built by buildah and run. Skipped where no mirror answers; what needs root, buildah or gpg is
# skipped by itself. With TEMPER_TEST_STORE that store is used.
set -u
cd "$(dirname "$0")/../.." || exit 3
root=$PWD
work=${TMPDIR:-/tmp}/dev$$ # buildah takes no upper case
mkdir -m 755 "$work" || exit 3
cleanup() {
	for m in $(awk -v w="$work" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$m"; done
	rm -rf "$work"
}
trap cleanup EXIT
export TEMPER_STORE=${TEMPER_TEST_STORE:-$(dirname "$(command -v temper)")/test-store}
failed=0
cp -r images "$work/" && cd "$work" || exit 3

ok() { echo "ok    $1"; }
bad() { echo "FAIL  $1"; failed=1; [ -s said ] && sed 's/^/      /' said | tail -25; }
skip() { echo "skip  $1: $2"; }
# check NAME COMMAND...: the command succeeds; what it said is shown when not.
check() { local name=$1; shift; if "$@" >said 2>&1; then ok "$name"; else bad "$name"; fi; }
is() { printf '%s\n' "'$2' and not '$3'" >said; [ "$2" = "$3" ] && ok "$1" || bad "$1"; }

# A lock whose packages the archive has replaced is refreshed, as a user would.
build() {
	local recipe=images/${1%-dev}/$1.yaml
	temper build -q --locked --no-test --to "oci-dir:oci:$1" "$recipe" 2>said && return
	grep -q 'temper lock' said || return 1
	temper lock -q "$recipe" && temper build -q --locked --no-test --to "oci-dir:oci:$1" "$recipe" 2>said
}
for image in python python-dev nodejs nodejs-dev php-fpm php-fpm-dev; do
	build $image && { ok "$image is built"; continue; }
	grep -qE 'mirror|cannot (connect|resolve|fetch)|could not' said && { head -1 said; exit 77; }
	bad "$image is built"
	exit 1
done

# What a layout holds for a name: its layers, and the configuration.
manifest() {
	local digest
	digest=$(jq -r --arg n "$1" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $n) | .digest' oci/index.json)
	cat "oci/blobs/${digest/://}"
}
layers() { manifest "$1" | jq -r '.layers[].digest' | sort; }
shared=$(comm -12 <(layers python) <(layers python-dev) | wc -l)
[ "$shared" -ge 4 ] && ok "python and python-dev share $shared layers" || bad "python and python-dev share $shared layers only"
is "the manifest says what it is" "$(manifest python-dev | jq -r '.annotations["temper.image.variant"]')" dev
is "... and python's does not" "$(manifest python | jq -r '.annotations["temper.image.variant"]')" null

[ "$(id -u)" = 0 ] || { skip "builds in the dev images" "need root"; exit $failed; }
command -v buildah >/dev/null || { skip "builds in the dev images" "buildah is not installed"; exit $failed; }
awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo ||
	{ skip "builds in the dev images" "the root here is no mount (a chroot)"; exit $failed; }
b="buildah --root $work/s --runroot $work/r --storage-driver overlay"
for image in python python-dev nodejs nodejs-dev php-fpm php-fpm-dev; do
	id=$($b pull -q "oci:oci:$image" 2>said) && $b tag "$id" "localhost/$image" 2>>said && continue
	skip "builds in the dev images" "buildah cannot keep images here: $(tail -1 said)"
	exit $failed
done
# stage DIR NAME: the Dockerfile of a directory; its RUNs have what mounts are given, and no network.
stage() { local dir=$1 name=$2; shift 2; unshare -n $b build -q --isolation chroot --pull-never --no-cache -t "$name" "$@" "$dir"; }
# run NAME COMMAND...: in a container of an image, as its user.
run() {
	local c name=$1; shift
	c=$($b from --pull-never "$name") && $b run --isolation chroot "$c" -- "$@"
	local rc=$?
	$b rm "$c" >/dev/null 2>&1
	return $rc
}

# What dpkg says of the database: nothing but what the image says that it was made without.
mkdir query && cat >query/Dockerfile <<'F'
FROM localhost/python-dev
RUN dpkg --audit >/audit && dpkg -V >/verify || true
RUN dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' >/packages
RUN dpkg -L bash >/bash && update-alternatives --query cc >/cc && apt-mark showmanual >/manual && apt-mark showauto >/auto
F
check "dpkg and apt are asked" stage query localhost/query
c=$($b from --pull-never localhost/query) && tree=$($b mount "$c") || { bad "the answers can be read"; exit 1; }
is "dpkg --audit is silent" "$(cat "$tree/audit")" ''
cat >missing.py <<'P'
import fnmatch, re, sys
tree, rules = sys.argv[1], []
# dpkg's stars go over slashes; what an image keeps does not.
def kept(path, pattern):
    whole = re.escape(pattern).replace("\\*", "[^/]*").replace("\\?", "[^/]")
    return re.fullmatch(whole[:-5] + ".*" if pattern.endswith("/*") else whole, path)
for line in open(tree + "/etc/dpkg/dpkg.cfg.d/temper"):
    kind, _, pattern = line.strip().partition("=")
    if kind in ("path-exclude", "path-include"):
        rules.append((kind == "path-exclude", pattern))
for line in open(tree + "/verify"):
    path, gone = line[line.index("/"):].rstrip("\n"), None
    for exclude, pattern in rules:
        if exclude and (fnmatch.fnmatchcase(path, pattern) or pattern == path + "/*"):
            gone = True
        elif not exclude and kept(path, pattern):
            gone = False
    if not line.startswith("missing ") or not gone:
        print(line.strip())
P
is "dpkg -V misses only what was dropped" "$(python3 missing.py "$tree")" ''
jq -r --arg p "linux/$(dpkg --print-architecture)" '.platforms[] | select(.platform == $p) | .packages[] |
	"\(.name) \(.version) installed"' images/python/python-dev.lock.json | sort >locked
sort "$tree/packages" >known
check "dpkg knows the lock's packages and no others" diff locked known
check "dpkg knows whose files are whose" grep -qx /usr/bin/bash "$tree/bash"
check "update-alternatives knows its links" grep -qx 'Value: /usr/bin/gcc' "$tree/cc"
check "what the recipe names came by hand" grep -qx python3-venv "$tree/manual"
check "what came along with it did not" grep -qx python3.13-venv "$tree/auto"
$b umount "$c" >/dev/null && $b rm "$c" >/dev/null

# A package with an account, a configuration file, an alternative and a library, from a signed repository.
package() {
	mkdir -p repo p/DEBIAN p/etc p/usr/bin p/usr/lib p/usr/share/doc/local-tool p/usr/share/man/man1
	printf 'Package: local-tool\nVersion: 1.2\nArchitecture: all\nMaintainer: a <a@example.org>\nDepends: passwd, debconf (>= 0.5)\nDescription: a tool\n' >p/DEBIAN/control
	echo /etc/local-tool.conf >p/DEBIAN/conffiles
	cat >p/DEBIAN/postinst <<'S'
#!/bin/sh
set -e
. /usr/share/debconf/confmodule
useradd --system --user-group --home-dir /nonexistent --no-create-home local-tool >&2
update-alternatives --install /usr/bin/awk awk /usr/bin/local-tool 99 >&2
invoke-rc.d local-tool start || true
S
	printf '#!/bin/sh\nset -e\n[ "$1" = upgrade ] || update-alternatives --remove awk /usr/bin/local-tool\n' >p/DEBIAN/prerm
	printf '#!/bin/sh\necho "the tool of $(id -un local-tool)"\n' >p/usr/bin/local-tool
	echo level=1 >p/etc/local-tool.conf
	echo free >p/usr/share/doc/local-tool/copyright
	echo more >p/usr/share/doc/local-tool/README
	echo page >p/usr/share/man/man1/local-tool.1
	chmod 755 p/DEBIAN/postinst p/DEBIAN/prerm p/usr/bin/local-tool
	dpkg-deb --root-owner-group -b p repo/local-tool_1.2_all.deb
	(cd repo && { dpkg-deb -f local-tool_1.2_all.deb
		printf 'Filename: ./local-tool_1.2_all.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s local-tool_1.2_all.deb)" \
			"$(sha256sum local-tool_1.2_all.deb | cut -d' ' -f1)"; } >Packages &&
		{ printf 'Origin: test\nSuite: local\nDate: %s\nSHA256:\n' "$(date -Ru)"
			printf ' %s %s Packages\n' "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)"; } >Release)
	mkdir -m 700 gpg &&
		gpg --homedir gpg --batch --quiet --passphrase '' --quick-generate-key 'test <t@example.org>' ed25519 sign 1d &&
		gpg --homedir gpg --batch --quiet --export >repo/key.gpg &&
		gpg --homedir gpg --batch --quiet --yes --clearsign -o repo/InRelease repo/Release
	local rc=$?
	gpgconf --homedir gpg --kill all
	return $rc
}
if ! command -v gpg >/dev/null; then
	skip "apt installs a package" "gpg is not installed"
else
	check "a package in a signed repository" package
	mkdir apt && cat >apt/Dockerfile <<'F'
FROM localhost/python-dev
RUN rm /etc/apt/sources.list.d/* && echo 'deb [signed-by=/repo/key.gpg] file:/repo ./' >/etc/apt/sources.list.d/local.list
RUN apt-get update && apt-get install -y local-tool
RUN [ "$(local-tool)" = "the tool of local-tool" ] && [ "$(readlink -f /usr/bin/awk)" = /usr/bin/local-tool ]
RUN [ -f /usr/share/doc/local-tool/copyright ] && [ ! -e /usr/share/doc/local-tool/README ] && [ ! -e /usr/share/man/man1/local-tool.1 ]
RUN dpkg -s local-tool | grep -q 'Status: install ok installed' && [ -z "$(dpkg --audit)" ] && apt-get check
RUN apt-get remove -y local-tool && [ ! -e /usr/bin/local-tool ] && [ "$(readlink -f /usr/bin/awk)" = /usr/bin/mawk ]
RUN apt-get purge -y local-tool && [ ! -e /etc/local-tool.conf ] && [ -z "$(dpkg --audit)" ]
RUN apt-get purge -y --auto-remove git && ! command -v git && apt-get check && cc --version
RUN apt-get install -y --reinstall local-tool && dpkg -V local-tool | grep -vE 'usr/share/(doc|man)' ; true
F
	check "apt-get installs, removes and purges" stage apt localhost/apt -v "$work/repo:/repo:ro"
	sed 's/signed-by=\/repo\/key.gpg/signed-by=\/usr\/share\/keyrings\/debian-archive-keyring.pgp/' apt/Dockerfile | head -3 >said.wrong
	mkdir wrong && mv said.wrong wrong/Dockerfile
	stage wrong localhost/wrong -v "$work/repo:/repo:ro" >said 2>&1 && bad "another key's signature is refused" || ok "another key's signature is refused"
fi

# Python: a wheel into a virtual environment.
mkdir py && python3 - <<'P'
import zipfile
with zipfile.ZipFile("py/mine-1.2-py3-none-any.whl", "w") as z:
    z.writestr("mine.py", "def answer():\n    return 42\n")
    z.writestr("mine-1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: mine\nVersion: 1.2\n")
    z.writestr("mine-1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    z.writestr("mine-1.2.dist-info/RECORD", "mine.py,,\nmine-1.2.dist-info/METADATA,,\nmine-1.2.dist-info/WHEEL,,\nmine-1.2.dist-info/RECORD,,\n")
P
echo 'import mine, os, sys; print(mine.answer(), os.getuid(), sys.prefix)' >py/main.py
cat >py/Dockerfile <<'F'
FROM localhost/python-dev AS build
COPY main.py mine-1.2-py3-none-any.whl /app/
RUN python3 -m venv /app/venv && /app/venv/bin/pip install --no-index ./mine-1.2-py3-none-any.whl && rm *.whl
FROM localhost/python
COPY --from=build /app /app
ENTRYPOINT ["/app/venv/bin/python3"]
CMD ["main.py"]
F
check "python: a virtual environment is made in python-dev" stage py localhost/py
is "python: and runs in python" "$(run localhost/py /app/venv/bin/python3 main.py 2>&1)" '42 65532 /app/venv'

# Node: a package of one's own, and a program that needs it.
mkdir -p js/mine js/app
echo '{"name":"mine","version":"1.2.0","main":"m.js"}' >js/mine/package.json
echo 'exports.answer = 42;' >js/mine/m.js
echo '{"name":"app","version":"1.0.0","dependencies":{"mine":"file:../mine-1.2.0.tgz"}}' >js/app/package.json
echo 'console.log(require("mine").answer, process.getuid());' >js/app/main.js
cat >js/Dockerfile <<'F'
FROM localhost/nodejs-dev AS build
COPY mine /mine
RUN cd / && npm pack --silent ./mine
COPY app /app/
RUN npm install --offline --omit=dev --no-audit --no-fund
FROM localhost/nodejs
COPY --from=build /app /app
CMD ["main.js"]
F
check "node: npm installs in nodejs-dev" stage js localhost/js
is "node: and it runs in nodejs" "$(run localhost/js /usr/bin/node main.js 2>&1)" '42 65532'
run localhost/js /bin/sh -c true >/dev/null 2>&1 && bad "nothing of the dev image came along" || ok "nothing of the dev image came along"

# PHP: a package of one's own by composer, and a module in C for the server and the command line.
mkdir -p php/mine/src php/module php/app
echo '{"name":"my/mine","version":"1.2.0","autoload":{"psr-4":{"My\\":"src/"}}}' >php/mine/composer.json
echo '<?php namespace My; class Mine { static function answer() { return 42; } }' >php/mine/src/Mine.php
echo '{"repositories":[{"type":"path","url":"/mine","options":{"symlink":false}},{"packagist.org":false}],
	"require":{"php":">=8.4","ext-own":"*","my/mine":"^1.2"}}' >php/app/composer.json
echo '<?php require "vendor/autoload.php"; echo My\Mine::answer(), " ", own(), " ", posix_getuid();' >php/app/main.php
echo 'PHP_ARG_ENABLE([own], [own], [], [yes]) PHP_NEW_EXTENSION(own, own.c, $ext_shared)' >php/module/config.m4
cat >php/module/own.c <<'C'
#include <php.h>
ZEND_BEGIN_ARG_INFO_EX(none, 0, 0, 0)
ZEND_END_ARG_INFO()
static PHP_FUNCTION(own) { ZEND_PARSE_PARAMETERS_NONE(); RETURN_LONG(7); }
static const zend_function_entry functions[] = {PHP_FE(own, none) PHP_FE_END};
static zend_module_entry own_module_entry = {
	STANDARD_MODULE_HEADER, "own", functions, 0, 0, 0, 0, 0, "1.2", STANDARD_MODULE_PROPERTIES};
ZEND_GET_MODULE(own)
C
cat >php/Dockerfile <<'F'
FROM localhost/php-fpm-dev AS build
COPY module /module
RUN cd /module && phpize && ./configure && make && make install && make install INSTALL_ROOT=/out
RUN for way in cli fpm; do mkdir -p /out/etc/php/8.4/$way/conf.d && echo extension=own >/out/etc/php/8.4/$way/conf.d/95-own.ini; done
RUN cp /out/etc/php/8.4/cli/conf.d/95-own.ini /etc/php/8.4/cli/conf.d/
COPY mine /mine
COPY app /var/www/html/
RUN composer install --no-interaction --no-progress --no-dev --optimize-autoloader
FROM localhost/php-fpm
COPY --from=build /out /
COPY --from=build /var/www/html /var/www/html
F
check "php: composer and phpize work in php-fpm-dev" stage php localhost/app
is "php: and what they made runs in php-fpm" "$(run localhost/app /usr/bin/php main.php 2>&1)" '42 7 65532'
run localhost/app /usr/sbin/php-fpm8.4 -m 2>&1 | grep -qx own && ok "php: the server has the module" || bad "php: the server has the module"
exit $failed
