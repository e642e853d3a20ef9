#!/usr/bin/env bash
# `temper lint` of 1,000 Dockerfiles that people could have written, on tmpfs: less than a second. Exits 1 if not.
# usage: bench/lint.sh [BUILD]   (BUILD: a release build, default ./build)
set -eu
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build}")
work=$(mktemp -d /dev/shm/temper-lint-XXXXXX)
trap 'rm -rf "$work"' EXIT

# Multi-stage files of some 50 lines: continuations, comments, a heredoc, flags, substitutions. No two are the same.
mkdir "$work/in"
awk -v dir="$work/in" 'BEGIN {
	for (i = 0; i < 1000; i++) {
		f = dir "/" i ".Dockerfile"
		print "# syntax=docker/dockerfile:1\nARG GO=1." i % 30 "\nARG BASE=registry.example/base:" i >f
		print "FROM golang:${GO} AS build\nWORKDIR /src/app" i "\nCOPY go.mod go.sum ./" >f
		print "RUN --mount=type=cache,target=/go/pkg/mod go mod download && go mod verify" >f
		print "COPY . .\nRUN CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags=\"-s -w -X main.version=$(git describe --tags)\" -o /out/app" i " ./cmd/..." >f
		print "FROM node:" 18 + i % 6 "-slim AS web\nWORKDIR /web\nCOPY package.json package-lock.json ./" >f
		print "RUN npm ci --no-audit && \\\n    npm run build -- --mode production && \\\n    # what is not needed\n    rm -rf node_modules/.cache" >f
		print "FROM ${BASE}\nLABEL org.opencontainers.image.title=\"app" i "\" \\\n      org.opencontainers.image.version=1." i ".0" >f
		print "ENV PATH=/opt/app/bin:$PATH \\\n    LANG=C.UTF-8" >f
		for (j = 0; j < 3; j++) {
			print "RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y --no-install-recommends \\" >f
			for (k = 0; k < 8; k++) print "        lib" j k "-" i " \\" >f
			print "    ; \\\n    for d in a b c; do mkdir -p \"/var/lib/app/$d\"; done; \\\n    rm -rf /var/lib/apt/lists/*" >f
		}
		print "RUN <<EOF\nset -e\nid -u app >/dev/null 2>&1 || useradd -r -u 10001 app\ncurl -fsSL https://example.org/tool-" i ".tgz | tar -xz -C /usr/local\nEOF" >f
		print "COPY --from=build --chown=10001:10001 /out/app" i " /opt/app/bin/\nCOPY --from=web /web/dist /srv/www/" >f
		print "EXPOSE 8080 9" i % 1000 "\nUSER 10001:10001\nHEALTHCHECK --interval=30s CMD [\"/opt/app/bin/app" i "\", \"--check\"]" >f
		print "ENTRYPOINT [\"/opt/app/bin/app" i "\"]\nCMD [\"serve\", \"--port\", \"8080\"]" >f
		close(f)
	}
}'
printf '%s files, %s lines, %s bytes\n' "$(ls "$work/in" | wc -l)" "$(cat "$work"/in/* | wc -l)" "$(cat "$work"/in/* | wc -c)"
cd "$work"
for i in 1 2 3 4 5; do
	code=0
	/usr/bin/time -f '%U %S %e %M' -o time "$build/temper" lint --no-fail in -o json=out.json || code=$?
	[ "$code" -eq 0 ] || exit 3
	tail -1 time | awk '{ print $3, $1 + $2, $4 }'
done | sort -n | sed -n 3p >median
read -r wall cpu kib <median
[ "$(jq '.summary.faults' out.json)" -ge 1000 ] || { echo "too little is found"; exit 3; }
awk "BEGIN { exit !($cpu < 1) }" && kept=kept || kept=MISSED
printf '%-58s %12s %12s   %s\n' 'lint of 1,000 Dockerfiles, processor time of one thread' "$cpu s" '<= 1 s' "$kept"
printf '%-58s %12s\n' '... wall, on this machine as it is now' "$wall s" '... peak memory' "$((kib / 1024)) MiB"
[ "$kept" = kept ]
