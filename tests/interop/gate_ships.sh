#!/bin/bash
# The images that temper ships, built now from the archive, pass the policies that it ships, by the advisories of the archive's
# own changelogs. Skipped where no mirror of Debian answers. usage: gate_ships.sh [IMAGE]...
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
scratch=${TMPDIR:-/tmp}
work=$(mktemp -d "$scratch/temper-ships-XXXXXX") || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export TEMPER_STORE=$work/store TEMPER_DB=$work/db
cp -r "$source/images" "$work/images"
cd "$work" || exit 3
[ $# -gt 0 ] || set -- nginx redis python postgresql php-fpm static
if ! temper lock -q images/static/static.yaml >said 2>&1; then
	grep -qE 'mirror|cannot (connect|resolve|fetch)|could not' said && { head -1 said; exit 77; }
	cat said
	exit 1
fi
passed=0 failed=0
for image; do
	recipe=images/$image/$image.yaml
	if ! temper lock -q "$recipe" >said 2>&1 || ! temper build -q --no-test --locked -t "$image:1" "$recipe" >said 2>&1 ||
		! temper db update changelog:trixie --for "store:$image:1" -q >said 2>&1; then
		tail -3 said
		echo "FAIL  $image"
		failed=$((failed + 1))
		continue
	fi
	policies='iron-bank cis-docker-4 baseline pod-security-restricted'
	case $image in nginx | redis | static) policies="$policies distroless" ;; esac
	for policy in $policies; do
		if temper gate -q "store:$image:1" -p "$policy" >said 2>&1; then
			echo "ok    $image passes $policy"
			passed=$((passed + 1))
		else
			grep -E '^(fail|error)' -A4 said | head -20
			echo "FAIL  $image by $policy"
			failed=$((failed + 1))
		fi
	done
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
