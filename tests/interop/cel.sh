#!/bin/sh
# CEL expressions against the tests of the language's specification, all that are of what docs/cel.md names.
# usage: tests/interop/cel.sh [BUILD]; without, the build that the temper in PATH is from.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$(dirname "$(command -v temper)")}
tool=$(cd "$build" && pwd)/tests/unit/policy/interop_cel_tool
[ -x "$tool" ] || { echo "no $tool: build first"; exit 3; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
rules=$("$here/../rules/install" "$build") || { code=$?; echo "$rules"; exit $code; }
tests=$(mktemp)
trap 'rm -f "$tests"' EXIT
node "$rules/cel_spec.mjs" >"$tests" || exit 1
python3 "$here/cel.py" "$tests" "$tool"
