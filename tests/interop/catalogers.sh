#!/bin/bash
# What catalogers find in real inputs that other projects collected: tests/case/catalog/CATALOGER.txt holds blocks of
# "= PATH" and the purls that must come out of that directory or file, sorted, and nothing else.
. "$(dirname "$0")/flow"
shared=${TEMPER_SHARED_DATA:-$TEMPER_SOURCE/../shared/data}
data=$shared
[ -d "$data/images" ] || { echo "there is no directory $data/images"; exit 77; }
for file in "$TEMPER_SOURCE"/tests/case/catalog/*.txt; do
	cataloger=$(basename "$file" .txt)
	path=
	block() {
		[ -n "$path" ] || return 0
		if [ -d "$data/images/$path" ]; then what=dir:$data/images/$path; else what=file:$data/images/$path; fi
		temper sbom -q --select-catalogers "$cataloger" -o purls "$what" >got 2>err
		case $? in 0 | 4) ;; *) bad "$cataloger: $path" "$(cat err)"; return 0 ;; esac
		LC_ALL=C sort -u want >sorted
		if difference=$(diff sorted got); then ok "$cataloger: $path"; else bad "$cataloger: $path" "$difference"; fi
	}
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'= '*) block; path=${line#= }; : >want ;;
		'#'* | '') ;;
		*) echo "$line" >>want ;;
		esac
	done <"$file"
	block
done
flow_end
