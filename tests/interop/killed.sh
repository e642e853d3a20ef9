#!/bin/bash
# A build that is killed at any moment, a disk that is full, a store that cannot be written: nothing is
# lost or half-written, and the next build gives what an undisturbed one gives.
. "$(dirname "$0")/flow"
archive
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
run temper lock -q --store calm app.yaml
holds "an undisturbed build" temper build -q --no-test --locked --store calm --to oci-archive:calm.tar app.yaml
calm=$(image app calm)
cp app.lock.json calm.lock.json

# Killed ever later, each time a cold build from an empty store, at sixteen moments of the time that one
# takes; which is taken for shorter after each that was too quick to be killed (the machine was busy before).
pause() { sleep "$(printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)))"; } # MICROSECONDS
serve
mirror=$http recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
run temper lock -q --store calm app.yaml
start=$(date +%s%N)
holds "the same by HTTP" temper build -q --no-test --locked --store calm-http --to oci-archive:calm.tar app.yaml
took=$((($(date +%s%N) - start) / 1000))
calm_http=$(image app calm-http)
cp app.lock.json calm.lock.json
killed=0 i=0 wrong=''
while [ $killed -lt 12 ] && [ $i -lt 40 ]; do
	i=$((i + 1))
	rm -rf lone out.tar
	[ $((i % 4)) -ne 0 ] || rm -f app.lock.json # one in four resolves as well
	temper build -q --no-test --store lone --to oci-archive:out.tar app.yaml >/dev/null 2>&1 &
	pid=$!
	pause $((took * (i % 16 + 1) / 16))
	if kill -9 $pid 2>/dev/null; then killed=$((killed + 1)); else took=$((took * 7 / 8)); fi
	wait $pid 2>/dev/null
	[ ! -e out.tar ] || cmp -s out.tar calm.tar || wrong="$wrong $i:half-an-archive"
	[ ! -e app.lock.json ] || cmp -s app.lock.json calm.lock.json || wrong="$wrong $i:half-a-lock"
	cp calm.lock.json app.lock.json
	temper build -q --no-test --locked --store lone app.yaml >out 2>err || wrong="$wrong $i:fails"
	[ "$(image app lone)" = "$calm_http" ] || wrong="$wrong $i:differs"
done
echo "      killed $killed of $i within $took us"
[ $killed -ge 5 ] || bad "builds are killed" "only $killed"
same "after each of them a good build is the same" "none$wrong" none
unserve
# Everything at once in one store: killed builds beside each other.
for i in $(seq 8); do
	temper build -q --no-test --locked --store crowd app.yaml >/dev/null 2>&1 &
	pids="${pids:-} $!"
done
pause $((took / 3))
{ kill -9 ${pids% *}; wait; } 2>/dev/null
archive_of() { find "$1" -type f -path '*/blobs/*' -printf '%f\n' | sort; }
recipe app 'packages: [app]' 'entrypoint: [/usr/bin/app]'
run temper lock -q --store crowd app.yaml
holds "a build in a store where eight were killed" temper build -q --no-test --locked --store crowd app.yaml
wrong=$(cd crowd/blobs/sha256 && sha256sum -- * | awk '$1 != $2 { print $2 }')
same "every blob in it is what it is named" "none$wrong" none

pids='' wrong=''
for i in 1 2 3 4; do
	temper build -q --no-test --locked --store together app.yaml >/dev/null 2>>err &
	pids="$pids $!"
done
for pid in $pids; do wait "$pid" || wrong="$wrong $pid"; done
same "four cold builds at once in one store all succeed" "none$wrong" none
same "... and make the same image" "$(image app together)" "$(image app crowd)"

# What was left behind goes once it is old.
find crowd lone -exec touch -h -d '2 hours ago' {} +
holds "prune" temper store prune --store crowd
same "... leaves no temporary file" "none$(find crowd -name 'tmp-*')" none
holds "... and what a build needs" temper build -q --no-test --locked --offline --store crowd app.yaml
find crowd -exec touch -h -d '2 hours ago' {} +
holds "prune --packages" temper store prune --packages --store crowd
image=$(image app crowd)
holds "... leaves the image" temper rebuild --verify --store crowd app
temper store remove --store crowd app >/dev/null
find crowd -exec touch -h -d '2 hours ago' {} +
holds "prune without an image" temper store prune --packages --store crowd
same "... leaves nothing" "none$(archive_of crowd)$(find crowd/keys -type f)" none

# A full disk.
mkdir disk
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=1m tmpfs disk 2>/dev/null; then
	TEMPER_STORE=$work/disk/store refuse "a store on a full disk" 3 'No space left' temper build -q --no-test app.yaml
	mount -o remount,size=64m disk
	holds "... that has grown" temper build -q --no-test --locked --store disk/store app.yaml
	same "... the same image" "$(image app disk/store)" "$image"
	mount -o remount,size="$(($(du -sk disk | cut -f1) + 200))k" disk
	refuse "an archive on a full disk" 3 'disk/out.tar.*No space left' \
		temper build -q --no-test --locked --to oci-archive:disk/out.tar app.yaml
	refuse "a layout on a full disk" 3 'No space left' temper build -q --no-test --locked --to oci-dir:disk/out app.yaml
	refuse "a report on a full disk" 3 'No space left' sh -c 'dd if=/dev/zero of=disk/fill bs=4k 2>/dev/null
		temper build -q --no-test --locked -o html=disk/o.html app.yaml'
	same "... leave nothing" "none$(find disk -name 'out*' -o -name '*.html' -o -name '*.tmp' -o -name 'tmp-*')" none
	umount disk
	mount -t tmpfs -o ro tmpfs disk
	refuse "a store that is read-only" 3 'Read-only' temper build -q --no-test --store disk/store app.yaml
	refuse "an archive in a place that is read-only" 3 'Read-only' temper build -q --no-test --to oci-archive:disk/out.tar app.yaml
	umount disk
else
	skip "a full disk" "this process may not mount one"
fi
flow_end
