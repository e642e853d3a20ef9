#!/bin/bash
# temper as a Debian package, in its own image, building in there (examples/temper). Skipped where no mirror of
# Debian is known or answers.
. "$(dirname "$0")/flow"
unset TEMPER_CONFIG XDG_CONFIG_HOME
source=$(cd "$here/../.." && pwd)
build=$(dirname "$(command -v temper)")
host=linux/$(dpkg --print-architecture)
for needed in dpkg-shlibdeps strip; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
command -v crun >/dev/null || command -v runc >/dev/null || { echo "there is no runtime: crun or runc"; exit 77; }
printf 'name: probe\npackages: [netbase]\n' >probe.yaml
if ! temper lock -q --platform "$host" probe.yaml >said 2>&1; then
	grep -qE 'mirror|cannot (connect|resolve|fetch)|could not' said && { head -1 said; exit 77; }
	cat said
	exit 1
fi

cp -r "$source/examples/temper" temper
[ "$host" = linux/amd64 ] || sed -i "s#linux/amd64#$host#; s#_amd64.deb#_${host#linux/}.deb#" temper/temper.yaml
holds "a package of temper is made" "$source/tools/package" "$build" temper
first=$(sha256sum temper/*.deb)
holds "... again" "$source/tools/package" "$build" temper
same "... as the same bytes" "$(sha256sum temper/*.deb)" "$first"
expect "it is an image, and all its tests pass" 0 'tested +all [0-9]+ tests passed' temper build temper/temper.yaml
archive
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
sed -i "s#$work/a#/srv/a#; s#a/keyring.gpg#/srv/a/keyring.gpg#" app.yaml
cat >inside.yaml <<-R
	name: inside
	extends: temper/temper.yaml
	artifacts: [{path: a, destination: /srv/a, exclude: [gnupg, stranger]}]
	files: {/srv/app.yaml: app.yaml}
	tests:
	  commandTests:
	    - name: it builds an image in a container
	      command: temper
	      args: [build, --no-test, --lock, /tmp/app.lock.json, --to, "oci-dir:/tmp/app", /srv/app.yaml]
	      expectedOutput: ["resolved +. packages of", "all 12 checks hold", "written +app:latest in the store"]
	    - name: and says what was made
	      setup: [[temper, build, -q, --no-test, --lock, /tmp/app.lock.json, /srv/app.yaml]]
	      command: temper
	      args: [rebuild, --verify, app]
	      expectedOutput: ["manifest: the same bytes"]
	R
expect "temper builds inside its own image" 0 'all 2 tests passed' temper build inside.yaml
flow_end
