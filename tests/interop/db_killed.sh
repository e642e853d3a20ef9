#!/bin/bash
# An update of the database that is killed at any moment leaves the old state or the new one, whole; readers beside
# updates always find one of the two; two updates never run at once; an export says the same elsewhere, if it is trusted.
. "$(dirname "$0")/flow"
command -v jq >/dev/null || { echo "jq is not installed"; exit 77; }
unset TEMPER_DB

# records N WORD FILE: N advisories for two releases, of the same time; WORD is in what fixes them.
records() { awk -v n="$1" -v word="$2" 'BEGIN { for (i = 0; i < n; i++) {
	printf "{\"id\":\"CVE-2024-%05d\",\"modified\":\"2024-07-01T00:00:00Z\",\"summary\":\"number %d\",\"affected\":[", i, i
	for (r = 11; r <= 12; r++)
		printf "%s{\"package\":{\"ecosystem\":\"Debian:%d\",\"name\":\"app%d\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"%d-%s\"}]}]}", (r == 12 ? "," : ""), r, i % 500, i, word
	print "]}" } }' >"$3"; }
state() { temper db status --db "$1" -o json 2>/dev/null | jq -r '.shards[] | .ecosystem + " " + .digest + " " + (.records | tostring)'; }
records 20000 old old.ndjson
records 20400 new new.ndjson
import() { temper db import --db "$1" --format osv --name feed --force -q "$2"; }

holds "the old state" import calm old.ndjson
old=$(state calm)
holds "the new state" import calm new.ndjson
new=$(state calm)
differ "they differ" "$old" "$new"
holds "the old state again" import calm old.ndjson
same "the same records give the same shards" "$(state calm)" "$old"

# Killed ever later: what an update takes is taken for shorter after each that was too quick.
pause() { sleep "$(printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)))"; } # MICROSECONDS
start=$(date +%s%N)
import first new.ndjson >/dev/null 2>&1
took=$((($(date +%s%N) - start) / 1000))
import lone old.ndjson >/dev/null 2>&1
killed=0 i=0 wrong='' olds=0 news=0
while [ $killed -lt 30 ] && [ $i -lt 90 ]; do
	i=$((i + 1))
	[ "$(state lone)" = "$new" ] && next=old.ndjson || next=new.ndjson
	temper db import --db lone --format osv --name feed --force -q $next >/dev/null 2>&1 & # no shell between: it is what is killed
	pid=$!
	pause $((took * (i % 12 + 6) / 16))
	if kill -9 $pid 2>/dev/null; then killed=$((killed + 1)); else took=$((took * 15 / 16)); fi
	wait $pid 2>/dev/null
	now=$(state lone)
	if [ "$now" = "$old" ]; then olds=$((olds + 1)); elif [ "$now" = "$new" ]; then news=$((news + 1)); else wrong="$wrong $i:neither"; fi
	temper db verify --db lone >/dev/null 2>&1 || wrong="$wrong $i:damaged"
done
echo "      killed $killed of $i within $took us: $olds times the old state, $news times the new one"
[ $killed -ge 10 ] || bad "updates are killed" "only $killed"
[ $olds -ge 1 ] && [ $news -ge 1 ] && ok "before and after the moment that counts" || bad "before and after the moment that counts" "$olds and $news"
same "after each of them the old or the new state is there, whole" "none$wrong" none
holds "an update after that" import lone new.ndjson
same "... is the new state" "$(state lone)" "$new"
same "... and leaves no temporary file" "none$(find lone -name 'tmp-*')" none
kept=$(find lone/shards -type f | wc -l)
[ "$kept" -le 4 ] && ok "shards of two states at most are kept" || bad "shards of two states at most are kept" "$kept files"

# Readers beside updates: each sees one state. A search names one fix a release.
(for i in $(seq 12); do import lone old.ndjson; import lone new.ndjson; done) >/dev/null 2>&1 &
updater=$!
wrong='' reads=0
while kill -0 $updater 2>/dev/null && [ $reads -lt 2000 ]; do
	reads=$((reads + 1))
	temper db search --db lone CVE-2024-00007 >found 2>lost || { wrong="$wrong $reads:$(head -c 80 lost)"; continue; }
	[ "$(grep -Ec '  app7 \(source\)  fixed  < 7-(old|new)$' found)" = 2 ] || wrong="$wrong $reads:half"
	[ "$(grep -Eo '7-(old|new)$' found | sort -u | wc -l)" = 1 ] || wrong="$wrong $reads:mixed"
done
wait $updater
echo "      $reads reads"
[ $reads -ge 20 ] || bad "readers run beside updates" "only $reads"
same "each reader beside updates finds one whole state" "none$wrong" none

# Two updates at once: one is done, the other says why not, or both are done one behind the other.
for i in 1 2 3 4; do import together new.ndjson >/dev/null 2>"err.$i" & pids="${pids:-} $!"; done
done_n=0
for pid in $pids; do wait "$pid" && done_n=$((done_n + 1)); done
[ $done_n -ge 1 ] && ok "of four updates at once $done_n are done" || bad "four updates at once" "none is done"
same "... the others say that one is under way" "$(cat err.* | grep -v 'another update is under way' | grep -c temper:)" 0
same "... and the state is whole" "$(state together)" "$new"

# An export, carried and trusted.
holds "a pair of keys" temper db key site
holds "another pair" temper db key other
holds "an export" temper db export --db lone --key site.pem one.tar.zst
holds "... which is taken with the key" temper db import --db carried --trust site.pub.pem one.tar.zst
same "... says the same there" "$(state carried)" "$(state lone)"
holds "... is exported again" temper db export --db carried --key site.pem two.tar.zst
if cmp -s one.tar.zst two.tar.zst; then ok "... as the same bytes"; else bad "... as the same bytes" "they differ"; fi
refuse "... and is not taken with another key" 3 'does not hold for the key that is trusted' temper db import -q --db stranger --trust other.pub.pem one.tar.zst
if command -v openssl >/dev/null && command -v zstd >/dev/null; then
	zstd -dqc one.tar.zst | tar -xf - index.json.sig index.json
	jq -r .payload index.json.sig | base64 -d | cmp -s - index.json && ok "its payload is its index" || bad "its payload is its index" "it is not"
	{ printf 'DSSEv1 36 application/vnd.temper.database+json %d ' "$(stat -c %s index.json)"; cat index.json; } >signed
	jq -r '.signatures[0].sig' index.json.sig | base64 -d >sig
	holds "openssl says that the signature holds" openssl pkeyutl -verify -pubin -inkey site.pub.pem -rawin -in signed -sigfile sig
	same "its tar has plain entries alone" "$(zstd -dqc one.tar.zst | tar -tvf - | cut -c1-10 | sort -u)" "-rw-r--r--"
else
	skip "the signature by openssl" "openssl or zstd is not installed"
fi
holds "a part of it" temper db export --db lone --for debian:12 part.tar.zst
holds "... is taken" temper db import -q --db part part.tar.zst
same "... with that release alone" "$(state part)" "$(state lone | grep '^debian:12 ')"
expect "the difference of two exports" 0 'feed debian:11: 20400 added|debian:11: 0 added, 20400 removed' temper db diff one.tar.zst part.tar.zst
holds "an export of the old state" sh -c 'temper db import -q --db before --format osv --name feed old.ndjson && temper db export --db before before.tar.zst'
expect "... and what the new one knows more" 0 'debian:12: 400 added, 0 removed, 20000 changed' temper db diff before.tar.zst lone

# Less and older is refused, unless it is forced.
expect "half of the records" 3 'would have 10000 records instead of 20400' sh -c 'head -10000 new.ndjson >half.ndjson; temper db import -q --db lone --format osv --name feed half.ndjson'
same "... leaves what is there" "$(state lone)" "$new"
holds "... unless it is forced" import lone half.ndjson

# A disk that is full.
mkdir disk
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=1m tmpfs disk 2>/dev/null; then
	run import disk/db new.ndjson
	[ "$code" -ne 0 ] && ok "an update on a full disk fails" || bad "an update on a full disk fails" "exit 0"
	same "... and leaves nothing in use" "none$(state disk/db)" none
	mount -o remount,size=64m disk
	holds "... and is done when it has grown" import disk/db new.ndjson
	same "... as the same state" "$(state disk/db)" "$new"
	umount disk
else
	skip "a full disk" "this process may not mount one"
fi
flow_end
