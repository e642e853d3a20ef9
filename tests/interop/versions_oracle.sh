#!/bin/sh
# The orders of versions, and ranges, against the programs that define them: dpkg, rpm, npm's semver, Python's
# packaging, RubyGems, Composer; some thousand made pairs each, in one process each.
# usage: tests/interop/versions_oracle.sh [BUILD]; without, the build that the temper in PATH is from.
set -u
build=${1:-$(dirname "$(command -v temper)")}
tool=$(cd "$build" && pwd)/tests/unit/model/interop_version_tool
[ -x "$tool" ] || { echo "no $tool: build first"; exit 3; }
[ -x /usr/bin/python3 ] || { echo "/usr/bin/python3 is not installed"; exit 77; }
exec /usr/bin/python3 "$(dirname "$0")/versions_oracle.py" "$tool"
