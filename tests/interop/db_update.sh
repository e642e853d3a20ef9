#!/bin/bash
# Advisories from where they are published: a web server of the test's own, which breaks off, moves, lags behind and lies.
. "$(dirname "$0")/flow"
mkdir -p f/www
export TEMPER_DB="$work/db"
python3 "$here/feeds.py" f &
server=$!
until [ -s f/port ]; do sleep 0.05; done
http=http://127.0.0.1:$(cat f/port)
# feed NAME TIME N [CHANGED]...: make or change the feed that is published as NAME.
feed() { name=$1 when=$2 n=$3; shift 3; python3 "$here/feeds_make.py" f/www "$name" "$n" "$when" "$@" || exit 3; }
# answers PATH: "STATUS BYTES FROM" of each answer since the last call, one a line. The server writes a line once the
# answer is sent: the last may come after who asked has ended.
answers() { sleep 0.1; [ ! -e f/log ] || awk -v p="$1" '$1 == p { print $2, $3, $4 }' f/log; : >f/log; }
how() { printf '%s\n' "$@" >f/how; }
# shards: what the database holds, without when it was asked.
shards() { temper db status -o json | python3 -c "import json, sys
for s in sorted(json.load(sys.stdin)['shards'], key=lambda s: (s['feed'], s['ecosystem'])):
	print(s['feed'], s['source'], s['ecosystem'], s['records'], s['digest'])"; }
# field NAME FEED: of the last run of db update -o json.
field() { python3 -c "import json, sys
print(*[l[sys.argv[1]] for l in json.load(open('out')) if l['feed'] == sys.argv[2]])" "$1" "$2"; }
config() {
	cat >"$TEMPER_CONFIG" <<-YAML
		mirror: file://$work/a/debian
		security-mirror: file://$work/a/debian-security
		keyring: $work/a/keyring.gpg
		feeds:
		  ours: {format: osv, url: "$http/ours/all.zip", ecosystems: npm, licence: CC0-1.0}
		  bare: {format: osv, url: "$http/bare/all.zip", ecosystems: npm}
		  table: {format: osv, url: "$http/table/all.zip", delta: "$http/table/modified_id.csv", ecosystems: npm}
		  pointed: {format: osv, url: "$http/pointed/latest.txt", follow: true, ecosystems: npm}
		  mirrored: {format: osv, url: ["http://127.0.0.1:9/x.zip", "$http/none.zip", "$http/ours/all.zip"], ecosystems: npm}
		  dated: {format: epss, url: "$http/epss-{date}.csv"}
		  secdb: {format: alpine-secdb, url: "$http/v{release}/main.json", release: "alpine:{release}", releases: ["3.20", "3.21"], ecosystems: alpine}
		  debian: {url: "http://127.0.0.1:9/json"}
		  debian-support: {url: "http://127.0.0.1:9/{release}"}
		  debian-support-limited: {url: "http://127.0.0.1:9/limited"}
		  kev: {url: "http://127.0.0.1:9/kev"}
		  epss: {url: "http://127.0.0.1:9/epss"}
		  endoflife: {url: "http://127.0.0.1:9/endoflife"}
	YAML
}
config

# What has not changed costs one request, and no body.
feed ours 2026-01-01T00:00:00Z 100
expect "a feed is fetched" 0 'new +100 records, all new' temper db update ours
same "... in one answer" "$(answers /ours/all.zip | cut -d' ' -f1)" 200
holds "... and is what a search finds" temper db search T-7
first=$(shards)
holds "again" temper db update ours -o json
same "... it is the same" "$(field outcome ours) $(field records ours)" "same 100"
same "... and no body was sent" "$(answers /ours/all.zip)" "304 0 -"
same "... and nothing changed" "$(shards)" "$first"
holds "what is in use is updated when nothing is named" temper db update -o json
same "... and nothing else" "$(python3 -c "import json; print(*[l['feed'] for l in json.load(open('out'))])")" ours
answers /ours/all.zip >/dev/null
holds "everything anew" temper db update ours --full
same "... is fetched" "$(answers /ours/all.zip | cut -d' ' -f1)" 200
same "... and gives the same bytes" "$(shards)" "$first"
feed ours 2026-01-02T00:00:00Z 101 5 6
holds "a changed feed" temper db update ours -o json
same "... is told by what differs" "$(field added ours) $(field removed ours) $(field changed ours)" "1 0 2"
same "... with the publisher's time" "$(field upstream ours)" 2026-01-02T00:00:00Z
how "/bare/all.zip bare"
feed bare 2026-01-01T00:00:00Z 30
holds "a server without validators" temper db update bare
holds "... is asked for all of it again" temper db update bare -o json
same "... which is the same" "$(field outcome bare)" same
: >f/how

# What breaks off is resumed, and never put together of two versions.
rm -rf db
feed ours 2026-01-01T00:00:00Z 2000
size=$(stat -c %s f/www/ours/all.zip)
how "/ours/all.zip cut 20000"
answers x >/dev/null
expect "a transfer that breaks off, four times" 3 'ours +failed' temper db update ours
same "... goes on where it stopped" "$(answers /ours/all.zip | cut -d' ' -f1,3 | tr '\n' ' ')" "200 0 206 20000 206 40000 206 60000 "
: >f/how
holds "... and a later run goes on" temper db update ours
same "... where that one stopped" "$(answers /ours/all.zip)" "206 $((size - 80000)) 80000"
whole=$(shards)
rm -rf db
holds "... to what comes in one piece" temper db update ours
same "... byte for byte" "$(shards)" "$whole"
rm -rf db
how "/ours/all.zip cut 20000"
fails "broken off once more" temper db update ours
feed ours 2026-01-03T00:00:00Z 2000 1
: >f/how
answers x >/dev/null
holds "... and changed before it is asked again" temper db update ours
same "... it is fetched from the start" "$(answers /ours/all.zip | cut -d' ' -f1,3)" "200 0"
holds "... and is whole" temper db verify
how "/ours/all.zip slow"
rm -rf db
temper db update ours -q >/dev/null 2>&1 &
updating=$!
until [ -s db/feeds/ours.part ]; do sleep 0.05; done
refuse "two updates at once" 3 'another update is under way' temper db update ours
sleep 0.5
kill -9 $updating
wait $updating 2>/dev/null
: >f/how
answers x >/dev/null
holds "killed while it fetched" temper db update ours
same "... it goes on" "$(answers /ours/all.zip | grep -c '^206')" 1

# Mirrors, redirects, days, releases, pointers.
expect "the first mirror that has it" 0 'mirrored +new' temper db update mirrored
how "/ours/all.zip moved $http/elsewhere.zip"
cp -p f/www/ours/all.zip f/www/elsewhere.zip
expect "a redirect is followed" 0 'ours +same|ours +new' temper db update ours --full
how "/ours/all.zip moved file:///etc/passwd"
expect "... but not to a file" 3 'redirects to no http' temper db update ours --full
: >f/how
printf '#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\n' >f/www/epss
for i in $(seq 1000 1100); do echo "CVE-2024-$i,0.01000,0.50000"; done >>f/www/epss
cp f/www/epss "f/www/epss-$(date -u -d yesterday +%F).csv"
expect "yesterday's, where today's is not there yet" 0 'dated +new +101 records' temper db update dated
mkdir -p f/www/v3.20 f/www/v3.21
for v in 3.20 3.21; do
	echo '{"distroversion": "v'$v'", "reponame": "main", "urlprefix": "u", "apkurl": "a", "packages": [{"pkg": {"name": "busybox", "secfixes": {"1.36-r1": ["CVE-2024-0001"]}}}]}' >f/www/v$v/main.json
done
holds "a feed of releases" temper db update secdb -o json
same "... is one for each" "$(field records secdb:3.20) $(field records secdb:3.21)" "1 1"
same "... of each ecosystem" "$(shards | awk '$1 ~ /^secdb/ { print $1, $3 }' | tr '\n' ' ')" "secdb:3.20 alpine:3.20 secdb:3.21 alpine:3.21 "
holds "... of which one may be named" temper db update secdb:3.21
refuse "... but not what is no release" 2 "'../x' is no release" temper db update secdb:../x
mkdir -p f/www/pointed
cp -p f/www/ours/all.zip f/www/pointed/one.zip
echo one.zip >f/www/pointed/latest.txt
answers x >/dev/null
holds "a text that names the file beside it" temper db update pointed
holds "... and names the same again" temper db update pointed
same "... which is fetched once" "$(answers /pointed/one.zip | cut -d' ' -f1 | tr '\n' ' ')" "200 304 "
echo ../../etc/passwd >f/www/pointed/latest.txt
expect "... but nothing elsewhere" 3 'names no file' temper db update pointed

# What shrinks or goes back is refused; what is half written changes nothing.
rm -rf db
feed ours 2026-02-01T00:00:00Z 100
holds "a hundred records" temper db update ours
before=$(shards)
feed ours 2026-02-02T00:00:00Z 80
expect "eighty of them are refused" 3 'ours +refused +.*80 records instead of 100' temper db update ours
same "... and nothing changed" "$(shards)" "$before"
answers x >/dev/null
expect "... again" 3 'refused' temper db update ours
same "... without another transfer" "$(answers /ours/all.zip | cut -d' ' -f1)" 304
expect "... but by force" 0 'ours +new +80 records, 0 more, 20 less' temper db update ours --force
feed ours 2026-01-15T00:00:00Z 80
expect "what goes back in time is refused" 3 'would go back from 2026-02-02' temper db update ours
feed ours 2026-02-03T00:00:00Z 90
before=$(shards)
head -c 3000 f/www/ours/all.zip >half && cp half f/www/ours/all.zip
expect "half a feed" 3 'ours +failed' temper db update ours
same "... changes nothing" "$(shards)" "$before"
feed ours 2026-02-03T00:00:00Z 90
expect "... and the whole one comes" 0 'ours +new +90 records' temper db update ours
echo '<html>Log in, please</html>' >f/www/ours/all.zip
expect "another page in its place" 3 'ours +failed' temper db update ours
feed ours 2026-02-04T00:00:00Z 90
feed bare 2026-02-01T00:00:00Z 30
echo broken >f/www/bare/all.zip
expect "one of two that fails has its line" 4 '^bare +failed' temper db update ours bare
holds "... and the other came" temper db search T-90

# Tables of changes.
rm -rf db
feed table 2026-01-01T00:00:00Z 300
touch -d 2026-01-01T06:00:00Z f/www/table/all.zip # what came within an hour of it is asked for again
expect "the first time the whole" 0 'table +new +300 records' temper db update table
feed table 2026-01-05T00:00:00Z 301 10 20
answers x >/dev/null
holds "then what the table names" temper db update table -o json
for _ in $(seq 50); do [ "$(wc -l <f/log)" -ge 4 ] && break; sleep 0.1; done
same "... and no more" "$(cut -d' ' -f1 f/log | sort | tr '\n' ' ')" "/table/T-10.json /table/T-20.json /table/T-301.json /table/modified_id.csv "
same "... which is told" "$(field outcome table) $(field records table) $(field added table) $(field changed table)" "changes 301 1 2"
deltas=$(shards)
TEMPER_DB=$work/other temper db update table >/dev/null
same "... and is what the whole gives" "$(TEMPER_DB=$work/other shards)" "$deltas"
answers x >/dev/null
holds "no change" temper db update table -o json
same "... costs one request" "$(field outcome table) $(cat f/log)" "same /table/modified_id.csv 304 0 -"
feed table 2026-01-06T00:00:00Z 301 30
rm f/www/table/T-30.json
holds "a record that is gone" temper db update table
fails "... is gone" temper db search T-30
how "/table/T-40.json busy"
feed table 2026-01-07T00:00:00Z 301 40 50
before=$(shards)
expect "a record that cannot be had" 3 'table +failed .*503' temper db update table
same "... and nothing is half changed" "$(shards)" "$before"
: >f/how
holds "... comes the next time" temper db update table -o json
same "... with the other" "$(field changed table)" 2

# The network is closed, and the mirror is not.
archive --with fix
expect "Debian's tracker cannot be reached" 3 'debian +failed +cannot connect' temper db update debian:13
expect "... but its changelogs are named" 3 'temper db update changelog:trixie$' temper db update debian:13
# Three CVEs, and what was asked: all of the suite; of an image, each of its three sources.
expect "they are a feed" 0 'changelog:trixie +new +4 records' temper db update changelog:trixie
expect "... of fixed versions" 0 '1\.0-1\+deb13u1' temper db search CVE-2025-10001
holds "... again" temper db update changelog:trixie -o json
same "... it is the same" "$(field outcome changelog:trixie)" same
recipe web 'packages: [app]'
holds "an image" temper build -q web.yaml
rm -rf db
holds "its packages' changelogs alone" temper db update changelog --for web -o json
same "... by the release that it has" "$(field feed changelog:trixie) $(field records changelog:trixie)" "changelog:trixie 6"
expect "what an image needs" 3 'debian +failed' temper db update --for web.yaml
refuse "no feed of that name" 2 "did you mean 'debian'" temper db update debain
refuse "changelogs of no suite" 2 'changelog needs a release' temper db update changelog
refuse "an ecosystem that nobody publishes for" 2 "no feed is known for 'echo'" temper db update echo
echo '{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "operating-system", "name": "wolfi", "version": "20230201"}, {"type": "library", "name": "zlib", "version": "1.3", "purl": "pkg:apk/wolfi/zlib@1.3?distro=wolfi-20230201"}]}' >wolfi.cdx.json
expect "what must be named for its terms is told" 3 'wolfi +left out +only when it is named \(CC-BY-NC-ND' temper db update --for wolfi.cdx.json

# Carried by hand.
rm -rf db carried
mkdir carried
cp f/www/ours/all.zip carried/ours.zip
cp f/www/epss carried/dated.csv
cp f/www/v3.20/main.json carried/secdb-3.20.json
cp f/www/v3.20/main.json carried/nothing.json
how "/ours/all.zip busy"
holds "files by the names of feeds" temper db update --from carried -o json
same "... each its own" "$(shards | awk '{ print $1, $(NF - 1) }' | tr '\n' ' ')" "dated 101 ours 90 secdb:3.20 1 "
expect "a named one that was not carried" 4 'table +failed +no file table' temper db update ours table --from carried
: >f/how
rm -rf db
expect "any file" 0 'all +new +90 records' temper db import f/www/ours/all.zip
expect "... as a feed" 0 'ours +new +90 records' temper db import --name ours f/www/ours/all.zip
expect "... that says nothing of its release" 0 'main +new +1 record,' temper db import --release alpine:3.20 f/www/v3.20/main.json
refuse "... of no format" 2 "no format 'x'" temper db import --format x f/www/ours/all.zip
echo nonsense >nonsense.json
expect "what is no feed" 3 'nonsense +failed' temper db import nonsense.json
holds "a key" temper db key site
holds "all of it as one file" temper db export --key site.pem carried.tar.zst
before=$(shards)
TEMPER_DB=$work/inner
holds "... to a machine without network" temper db import --trust site.pub.pem carried.tar.zst
same "... is the same there" "$(shards)" "$before"
holds "... and is looked into" temper db search T-7
refuse "a feed that somebody should have signed" 2 'no export' temper db import --trust site.pub.pem f/www/ours/all.zip
expect "the feeds there are" 0 '^ours  \(when needed, osv\)' temper db feeds
temper db feeds -o json >feeds.json
holds "... as programs read them" python3 -c "import json; assert any(f['name'] == 'ours' for f in json.load(open('feeds.json')))"

# A mirror of Debian itself: what its advisories DSA-5532-1 and DSA-5523-1 say.
unserve
rm -rf db
export TEMPER_DB=$work/db
: >"$TEMPER_CONFIG"
cat >old.cdx.json <<'JSON'
{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
 {"type": "operating-system", "name": "debian", "version": "12"},
 {"type": "library", "name": "libssl3", "version": "3.0.9-1", "purl": "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl"},
 {"type": "library", "name": "curl", "version": "7.88.1-10", "purl": "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12"}]}
JSON
run temper db update changelog --for old.cdx.json
if [ "$code" -ne 0 ]; then
	skip "the changelogs of Debian's security updates" "no mirror: $(tail -n 1 err out)"
else
	ok "the changelogs of Debian's security updates"
	expect "... fix what its advisories say" 0 'openssl +.*3\.0\.11-1~deb12u2' temper db search CVE-2023-5363
	expect "... of each package" 0 'curl +.*7\.88\.1-10\+deb12u4' temper db search CVE-2023-38545
	expect "... which a scan finds" 0 'CVE-2023-5363' temper scan old.cdx.json
fi
flow_end
