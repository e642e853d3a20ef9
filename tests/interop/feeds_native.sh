#!/bin/bash
# Feeds of distributions and languages in their own forms: known by what they look like, and imported they hold what
# their publishers' data holds: records of each release, counted with other means.
. "$(dirname "$0")/flow"
data=${TEMPER_SHARED_DATA:-$TEMPER_SOURCE/../shared/data}/advisories
export TEMPER_DB="$work/db"
# import NAME RECORDS PATH: without being told the format.
import() {
	if [ ! -e "$data/$3" ]; then
		skip "$1" "no advisories below ${data%/advisories}"
		return
	fi
	run temper db import -q -o json --name "$1" "$data/$3"
	local records
	records=$(python3 -c 'import json; print(*[line["records"] for line in json.load(open("out"))])')
	if [ "$code $records" = "0 $2" ]; then ok "$1 has $2 records"; else bad "$1" "exit $code, $records records"; fi
}
# finds ID REGEX...: each in what the search tells of the id.
finds() {
	local id=$1 line
	shift
	run temper db search "$id"
	for line; do
		if grep -qE -- "$line" out; then ok "$id: $line"; else bad "$id" "nothing says: $line"; fi
	done
}
import dsa 6787 debian-security-tracker-2023/data-DSA-list
import dla 3530 debian-security-tracker-2023/data-DLA-list
import tracker 25 vunnel/tests/unit/providers/debian/test-fixtures/input/debian.json
import secdb 2064 alpine-secdb-2020/v3.11
import ubuntu 176718 bulk/ubuntu-cve-tracker-2020-06-18-facts.tsv.gz
import ubuntu-vex 12 vunnel/tests/unit/providers/ubuntu/test-fixtures/vex/cve
import wolfi 20770 bulk/wolfi-advisories-244709c-apache2.tar.gz
import rhel 20 vuls-data-update/pkg/fetch/redhat/vex/v2/testdata/fixtures/vex-archive.tar.zst
import arch 5 vunnel/tests/unit/providers/arch/test-fixtures/input/arch-advisories/all.json
import rustsec 1203 rustsec/crates
import rubysec 1232 ruby-advisory-db/gems
import php 1592 friendsofphp
[ ! -d "$data" ] || {
	finds CVE-2023-1393 'xorg-server.*fixed.*2:1.20.11-1\+deb11u6' 'xorg-server.*fixed.*2:1.20.4-1\+deb10u9'
	finds CVE-2023-6237 'edk2.*affected' 'openssl-libs.*fixed.*1:3.0.7-27.el9'
	finds CVE-2016-20013 'glibc.*will_not_fix'
	finds RUSTSEC-2024-0404 'anstream.*fixed.*0.6.8'
}
flow_end
