#!/bin/bash
# What is found in small inventories by small feeds: one case for each way in which scanners go wrong.
. "$(dirname "$0")/flow"
run python3 "$here/scan_match.py" "$TEMPER_SOURCE/tests/case/findings/match.txt" "$work/cases"
[ "$code" -eq 0 ] || bad "the cases ran" "exit $code"
cp out told
while read -r how name; do
	case $how in
	ok) ok "$name" ;;
	FAIL) bad "${name%%: *}" "$(grep -A 20 -F "FAIL $name" told | sed -n '1,20p')" ;;
	esac
done <told
flow_end
