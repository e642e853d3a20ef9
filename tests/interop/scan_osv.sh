#!/bin/bash
# What OSV's own algorithm says of the records of whole databases, with the orders of those who define them, is
# what temper scan finds: usage: tests/interop/scan_osv.sh [--all]; without, one package in a few.
# Needs the shared data, python3-packaging and python3-rpm, and npm's semver; what is missing is left out and said.
set -u
command -v temper >/dev/null || { echo "no temper in PATH"; exit 3; }
[ -x /usr/bin/python3 ] || { echo "/usr/bin/python3 is not installed"; exit 77; }
here=$(cd "$(dirname "$0")" && pwd)
exec /usr/bin/python3 "$here/scan_osv.py" "${TEMPER_SHARED_DATA:-$here/../../../shared/data}" \
	"$here/../case/findings/osv-rulings.txt" "$@"
