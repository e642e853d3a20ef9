#!/bin/bash
# The tests of a recipe: really run where a runtime can start, skipped with the reason where not.
. "$(dirname "$0")/flow"
archive
tests() { # RESULT: lines of a recipe with one test that passes and one that has that exit code
	printf '%s\n' 'packages: [app]' 'entrypoint: [/usr/bin/app]' 'cmd: [serve]' 'ports: [8080]' 'tests:' '  commandTests:' \
		'  - {name: nobody in particular, command: app, args: [who], expectedOutput: ["uid=65532 gid=65532", "CapEff:\t0+\n", "NoNewPrivs:\t1"]}' \
		"  - {name: it ends as told, command: app, args: [exit, '3'], exitCode: $1}" \
		'  - {name: nothing can be written, command: app, args: [write, /x, /usr/bin/app], expectedOutput: ["cannot write /x", "cannot write /usr/bin/app"]}' \
		'  httpTests:' '  - {name: it serves, port: 8080, path: /, expectedBody: ["you said: GET / "]}' \
		'  fileContentTests:' '  - {name: a page, path: /usr/share/app/page.html, expectedContents: ["^a page"]}'
}
readarray -t good < <(tests 3)
readarray -t wrong < <(tests 4)
recipe app "${good[@]}"
recipe odd "${wrong[@]}"
run temper build app.yaml
if grep -q 'skipped' out && ! grep -q '0 skipped' err; then
	skip "tests that run" "$(sed -n 's/.*skipped: //p' out | head -1)"
else
	cp out said
	expect "all tests pass" 0 'all 5 tests passed|5 passed, 0 failed' cat said
	expect "an image that has not changed is not tested again" 0 'nothing has changed.*tests passed' temper build app.yaml
	expect "a failing test is named" 1 'it ends as told' temper build --to oci-archive:odd.tar odd.yaml
	cp out said
	expect "... with what was and what was wanted" 0 'exit.*3.*4|4.*3' grep -A2 'it ends as told' said
	expect "... beside those that passed" 0 '4 passed, 1 failed' cat said
	fails "... and nothing is written" test -e odd.tar
	same "... and nothing named" "none$(image odd)" none
	refuse "... in one line where nothing else is said" 1 'odd: 0 checks of the proof and 1 test.* failed' temper build -q odd.yaml
	expect "... in JSON" 1 '"verdict": "failed"' temper build -o json odd.yaml
	expect "... in a page" 1 '' temper build -o html=odd.html odd.yaml
	expect "... which names it" 0 'it ends as told' cat odd.html
	expect "temper test says the same" 1 '1 failed' sh -c 'temper build -q --no-test odd.yaml && sed -n "/^tests:/,\$p" odd.yaml |
		sed 1d | sed "s/^  //" >odd-tests.yaml && temper test odd odd-tests.yaml'
fi
expect "--no-test runs none and says so" 0 'skipped.*--no-test|--no-test' temper build --no-test --store untested odd.yaml
fails "... and none passed" grep -E '[1-9][0-9]* passed' out
same "... but the image is there" "$(image odd untested | cut -c 1-7)" sha256:

# No runtime: what can be seen without running is tested, the rest is skipped.
mkdir bin
for tool in temper gpgv sh; do ln -s "$(command -v $tool)" bin/$tool; done
without() { env PATH="$work/bin" "$@"; }
expect "without a runtime" 0 'skipped' without temper build --store bare app.yaml
cp out said
expect "... tests are skipped with the reason" 0 'crun|runc' cat said
fails "... not passed" grep -E 'nobody in particular.*passed|5 passed' said
expect "... in JSON" 0 '"verdict": "skipped"' without temper build --store bare -o json app.yaml
same "... four of them" "$(grep -c '"verdict": "skipped"' out)" 4
same "... and one that needs no running" "$(grep -c '"verdict": "passed"' out)" 1
expect "where a runtime is there later, they are run" 0 'test' temper build --store bare app.yaml
fails "... and not taken as done" grep -q 'tests passed' out
flow_end
