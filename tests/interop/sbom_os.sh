#!/bin/bash
# Which system a tree is, over samples that other projects collected.
. "$(dirname "$0")/flow"
data=${TEMPER_SHARED_DATA:-$TEMPER_SOURCE/../shared/data}/images
[ -d "$data" ] || { echo "there is no directory $data"; exit 77; }
while read -r path want; do
	case $path in '#'* | '') continue ;; esac
	run temper sbom -q -o json "dir:$data/$path"
	got=$(python3 -c 'import json; print(json.load(open("out")).get("os", {}).get("distribution", "-"))')
	same "$path" "$got" "$want"
done <"$TEMPER_SOURCE/tests/case/os/distributions.txt"
flow_end
