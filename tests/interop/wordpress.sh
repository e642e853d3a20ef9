#!/bin/bash
# A site on the shipped images wordpress and mariadb, from the real archive: both run as an orchestrator would run
# them, with nothing but a loopback between them. Skipped where no mirror of Debian is known or answers, or without root.
set -u
cd "$(dirname "$0")/../.." || exit 3
root=$PWD
[ "$(id -u)" = 0 ] || { echo 'only root shares a network namespace between containers of other users'; exit 77; }
unshare -n true 2>/dev/null || { echo 'no network namespace can be made here'; exit 77; }
command -v crun >/dev/null || command -v runc >/dev/null || { echo 'neither crun nor runc is installed'; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/temper-wordpress-XXXXXX") || exit 3
clean() {
	for m in $(awk -v w="$work" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$m"; done
	rm -rf "$work"
}
trap clean EXIT
export TEMPER_STORE=$work/store PYTHONDONTWRITEBYTECODE=1
cp -r images "$work/images" && cd "$work" && mkdir run || exit 3

# A lock whose packages the archive has replaced is refreshed, as a user would.
for image in mariadb wordpress; do
	recipe=images/$image/$image.yaml
	temper build -q --locked --no-test --to "oci-dir:$image" "$recipe" >said 2>&1 && continue
	temper lock -q "$recipe" >said 2>&1 && temper build -q --locked --no-test --to "oci-dir:$image" "$recipe" >said 2>&1 && continue
	grep -qE 'mirror|cannot (connect|resolve|fetch)|could not' said && { head -1 said; exit 77; }
	cat said
	exit 1
done
cd run && unshare -n python3 "$root/tests/interop/wordpress.py" ../wordpress ../mariadb
