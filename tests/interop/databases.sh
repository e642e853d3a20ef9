#!/bin/bash
# The databases that temper ships, as they are run: over restarts, after kills at bad moments, with files
# of the user's, with TLS. Skipped where no mirror of Debian answers, or no runtime starts a container for root.
set -u
cd "$(dirname "$0")/../.." || exit 3
for needed in crun runc; do command -v $needed >/dev/null && break; done
command -v "$needed" >/dev/null || { echo 'neither crun nor runc is installed'; exit 77; }
for tool in jq tar openssl nsenter; do command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }; done
[ "$(id -u)" = 0 ] || { echo 'volumes of another user need root'; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/databases-XXXXXX") || exit 3
chmod 755 "$work"
cp -r images "$work/images" && cd "$work" || exit 3
export TEMPER_STORE=$work/store
failed=0 serial=0 runtime=''
started=() # names of containers

clean() {
	for c in "${started[@]}"; do $runtime --root "$work/state" delete --force "$c" 2>/dev/null; done
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

ok() { echo "ok    $1"; }
bad() { echo "FAIL  $1"; failed=1; shift; printf '      %s\n' "$@"; [ ! -s "$log" ] || tail -12 "$log" | sed 's/^/      > /'; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "'$2' and not '$3'"; fi; }
# has NAME FILE REGEX / lacks
has() { if grep -Eq -- "$3" "$2"; then ok "$1"; else bad "$1" "nothing matches $3"; fi; }
lacks() { if grep -Eq -- "$3" "$2"; then bad "$1" "$(grep -Em1 -- "$3" "$2")"; else ok "$1"; fi; }
log=$work/none

# unpack IMAGE: its file system below roots/IMAGE, its configuration beside it.
unpack() {
	local image=$1 manifest digest
	temper build -q --no-test --platform "linux/$(dpkg --print-architecture)" --to "oci-dir:layout-$image" "images/$image/$image.yaml" || return 1
	manifest=$(jq -r '.manifests[0].digest' "layout-$image/index.json")
	mkdir -p "roots/$image"
	for digest in $(jq -r '.layers[].digest' "layout-$image/blobs/${manifest/://}"); do
		tar -xzf "layout-$image/blobs/${digest/://}" -C "roots/$image" || return 1
	done
	digest=$(jq -r .config.digest "layout-$image/blobs/${manifest/://}")
	cp "layout-$image/blobs/${digest/://}" "roots/$image.json"
	rm -rf "layout-$image"
}

# start IMAGE VOLUME VARIABLES ARGUMENT...: a container $c with log $log and first process $pid. VOLUME is a
# directory below volumes/, kept from one container to the next; its own mount is files/IMAGE, at /files and,
# what is below files/IMAGE/init, at /docker-entrypoint-initdb.d. VARIABLES: K=V lines.
start() {
	local image=$1 volume=$2 variables=$3 data bundle
	shift 3
	serial=$((serial + 1))
	c=databases-$$-$serial bundle=$work/bundles/$serial log=$work/bundles/$serial/log
	mkdir -p "$bundle/tmp" "$bundle/run" "files/$image/init"
	chmod 1777 "$bundle/tmp" && chmod 755 "$bundle/run"
	data=$(jq -r '.config.Volumes | keys[] | select(. != "/tmp" and (startswith("/run") | not))' "roots/$image.json" | head -1)
	if [ -n "$data" ] && [ ! -d "volumes/$volume" ]; then
		mkdir -p volumes
		cp -a "roots/$image$data" "volumes/$volume"
	fi
	chown "$(jq -r .config.User "roots/$image.json")" "$bundle/run"
	jq --arg root "$work/roots/$image" --arg data "$data" --arg volume "$work/volumes/$volume" --arg bundle "$bundle" \
		--arg files "$work/files/$image" --arg variables "$variables" '
		(.config.User | split(":") | map(tonumber)) as $id
		| [.config.Volumes | keys[] | select(startswith("/run"))] as $run
		| {ociVersion: "1.0.2", root: {path: $root, readonly: true}, hostname: "db",
		process: {terminal: false, user: {uid: $id[0], gid: $id[1]}, cwd: (.config.WorkingDir // "/"), noNewPrivileges: true,
			args: ((.config.Entrypoint // []) + (if $ARGS.positional == [] then .config.Cmd // [] else $ARGS.positional end)),
			env: (.config.Env + ($variables | split("\n") | map(select(. != "")))),
			capabilities: {bounding: [], effective: [], permitted: [], inheritable: [], ambient: []},
			rlimits: [{type: "RLIMIT_NOFILE", hard: 4096, soft: 4096}]},
		mounts: ([{destination: "/proc", type: "proc", source: "proc"},
			{destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=65536k"]},
			{destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["nosuid", "nodev", "mode=1777", "size=65536k"]},
			{destination: "/tmp", type: "bind", source: ($bundle + "/tmp"), options: ["bind", "rw", "nosuid", "nodev"]},
			{destination: "/files", type: "bind", source: $files, options: ["bind", "ro"]}]
			+ [$run[] | {destination: ., type: "bind", source: ($bundle + "/run"), options: ["bind", "rw"]}]
			+ (if $data == "" then [] else [{destination: $data, type: "bind", source: $volume, options: ["bind", "rw", "nosuid", "nodev"]}] end)
			+ (if .config.Entrypoint[0] | test("docker-entrypoint") then
				[{destination: "/docker-entrypoint-initdb.d", type: "bind", source: ($files + "/init"), options: ["bind", "ro"]}] else [] end)),
		linux: {namespaces: ["pid", "network", "ipc", "uts", "mount"] | map({type: .})}}' \
		"roots/$image.json" --args -- "$@" >"$bundle/config.json" || { bad "a bundle for $image"; return 1; }
	started+=("$c")
	$runtime --root "$work/state" run --detach --bundle "$bundle" --pid-file "$bundle/pid" "$c" >"$log" 2>&1 </dev/null || return 1
	pid=$(cat "$bundle/pid")
}

inside() { timeout 60 $runtime --root "$work/state" exec "$c" "$@"; }
# wait_for COMMAND...: it succeeds, in a minute and a half at most and while the container runs.
wait_for() {
	local n
	for ((n = 0; n < 450; n++)); do
		"$@" >"$work/said" 2>&1 && return 0
		[ -d "/proc/$pid" ] || { "$@" >"$work/said" 2>&1; return; }
		sleep 0.2
	done
	return 1
}
gone() { ! [ -d "/proc/$pid" ] || grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null; }
# stop SIGNAL: to the first process, and wait until the container is gone.
stop() {
	local n
	$runtime --root "$work/state" kill "$c" "$1" 2>/dev/null
	for ((n = 0; n < 300; n++)); do
		if gone; then
			$runtime --root "$work/state" delete --force "$c" 2>/dev/null
			return 0
		fi
		sleep 0.1
	done
	bad "it stops by $1"
	$runtime --root "$work/state" delete --force "$c" 2>/dev/null
}

if ! temper lock -q --platform "linux/$(dpkg --print-architecture)" images/static/static.yaml >said 2>&1; then
	grep -qE 'mirror|cannot (connect|resolve|fetch)|could not' said && { head -1 said; exit 77; }
	cat said
	exit 1
fi
for image in redis valkey memcached haproxy postgresql mariadb; do
	unpack $image >said 2>&1 || { bad "$image is built" "$(tail -3 said)"; exit 1; }
done
for runtime in crun runc none; do
	[ $runtime != none ] || { echo "no OCI runtime starts a container here: $(head -1 "$log")"; exit 77; }
	command -v $runtime >/dev/null && start memcached '' '' && break
done
stop KILL

# A key and certificate, as a secret that only the server may read.
for image in redis valkey haproxy postgresql mariadb; do
	mkdir -p "files/$image/init"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "files/$image/tls.key" -out "files/$image/tls.crt" 2>/dev/null
	cat "files/$image/tls.crt" "files/$image/tls.key" >"files/$image/site.pem"
	chmod 600 "files/$image"/*.key "files/$image"/*.pem
	chown -R "$(jq -r .config.User "roots/$image.json")" "files/$image"
done

# ---- redis and valkey ----
for image in redis valkey; do
	cli=$image-cli
	start $image $image '' && wait_for inside $cli ping || bad "$image starts"
	inside $cli set kept 'over a restart' >said
	stop TERM
	has "$image: what it has is written down when it is stopped" "$log" 'DB saved on disk'
	start $image $image '' && wait_for inside $cli ping
	is "$image: ... and there after a restart" "$(inside $cli get kept)" 'over a restart'
	stop TERM
	start $image $image-log '' --appendonly yes --appendfsync always && wait_for inside $cli ping
	inside $cli incrby counter 41 >said && inside $cli incr counter >said
	stop KILL
	start $image $image-log '' --appendonly yes && wait_for inside $cli ping
	is "$image: with an append-only file nothing is lost by a kill" "$(inside $cli get counter)" 42
	stop TERM
	sed "s/@/$image/" <<-'END' >"files/$image/secret.conf"
		requirepass a-secret
		tls-port 6380
		tls-cert-file /files/tls.crt
		tls-key-file /files/tls.key
		tls-auth-clients no
	END
	mkdir -p "roots/$image/etc/$image/conf.d"
	cp "files/$image/secret.conf" "roots/$image/etc/$image/conf.d/"
	start $image $image '' && wait_for inside $cli ping
	has "$image: a password is asked for" <(inside $cli get kept 2>&1) NOAUTH
	is "$image: ... and taken, by TLS" "$($runtime --root "$work/state" exec --env REDISCLI_AUTH=a-secret "$c" \
		$cli --tls --cacert /files/tls.crt -p 6380 get kept 2>&1)" 'over a restart'
	stop TERM
done

# ---- memcached ----
start memcached memcached ''
talk() { nsenter -t "$pid" -n timeout 10 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "$2" >&3 && cat <&3' talk "$@" | tr -d '\r'; }
wait_for nsenter -t "$pid" -n bash -c 'exec 3<>/dev/tcp/127.0.0.1/11211'
is 'memcached keeps a value' "$(talk 11211 'set k 0 0 5\r\nhello\r\nget k\r\nquit\r\n' | tr '\n' ' ')" 'STORED VALUE k 0 5 hello END '
talk 11211 'stats settings\r\nquit\r\n' >said
has 'memcached: its memory is limited' said 'maxbytes 67108864$'
has 'memcached: UDP is off' said 'udpport 0$'
stop TERM

# ---- haproxy ----
page() { # TEXT: a configuration that serves it
	sed -e "s/haproxy works[^\"]*/$1/; s!# bind :8443.*!bind :8443 ssl crt /files/site.pem alpn h2,http/1.1!" images/haproxy/haproxy.cfg >files/haproxy/haproxy.cfg
}
page 'first text'
start haproxy '' '' -f /files/haproxy.cfg
get() { talk 8080 "GET $1 HTTP/1.0\r\n\r\n"; }
wait_for nsenter -t "$pid" -n bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080'
has 'haproxy serves' <(get /) 'first text'
has 'haproxy logs a request' "$log" '"GET / HTTP/1.0"'
nsenter -t "$pid" -n openssl s_client -connect 127.0.0.1:8443 -CAfile files/haproxy/tls.crt -verify_return_error -quiet -no_ign_eof \
	<<<$'GET /healthz HTTP/1.0\n\n' >said 2>&1 || :
lacks 'haproxy speaks TLS with the key that was mounted' said 'verify error|errno'
nsenter -t "$pid" -n openssl s_client -connect 127.0.0.1:8443 </dev/null >said 2>&1
has 'haproxy: ... TLS 1.3' said 'TLSv1\.3'
page 'second text'
$runtime --root "$work/state" kill "$c" USR2
for _ in $(seq 50); do get / >said; grep -q 'second text' said && break; sleep 0.2; done
has 'haproxy takes a new configuration without a pause' said 'second text'
stop USR1

# ---- postgresql and mariadb ----
# Both make a database at the first start, by the same rules. ask QUESTION: an SQL query by the socket.
postgresql_ask() { inside psql -XqAt -v ON_ERROR_STOP=1 -c "$1" shop; }
mariadb_ask() { inside mariadb -BN -e "$1" shop; }
postgresql_up() { inside pg_isready -q; }
mariadb_up() { inside mariadb-admin --silent ping; }
postgresql_last=PG_VERSION mariadb_last=mysql # what is moved last
postgresql_early=PG_VERSION mariadb_early=ibdata1
postgresql_stop=INT mariadb_stop=TERM
postgresql_variables=$'POSTGRES_PASSWORD_FILE=/files/password\nPOSTGRES_DB=shop'
mariadb_variables=$'MARIADB_ROOT_PASSWORD_FILE=/files/password\nMARIADB_DATABASE=shop'
postgresql_slow='SELECT pg_sleep(3);' mariadb_slow='SELECT SLEEP(3);'
postgresql_crashed='database system was not properly shut down' mariadb_crashed='Crash table recovery|Starting crash recovery'
postgresql_tls=(-c ssl=on -c ssl_cert_file=/files/tls.crt -c ssl_key_file=/files/tls.key)
mariadb_tls=(--ssl-cert=/files/tls.crt --ssl-key=/files/tls.key)
declare -n slow early last variables signal crashed tls

for image in postgresql mariadb; do
	declare -n slow=${image}_slow early=${image}_early last=${image}_last variables=${image}_variables signal=${image}_stop \
		crashed=${image}_crashed tls=${image}_tls
	ask() { "${image}_ask" "$@"; }
	up() { wait_for "${image}_up"; }
	at=volumes/$image
	printf 'a "secret" of\\the test'"'"'s\n' >"files/$image/password"
	cat >"files/$image/init/10-tables.sql" <<-END
		CREATE TABLE item (id int PRIMARY KEY, name text);
		INSERT INTO item VALUES (1, 'by the first file');
	END
	if [ $image = postgresql ]; then tool='psql -XqAt -v ON_ERROR_STOP=1'; else tool='mariadb shop'; fi
	cat >"files/$image/init/20-more.sh" <<-END
		#!/bin/bash
		set -e
		$tool <<-SQL
			INSERT INTO item VALUES (2, 'by the second');
		SQL
	END
	echo "$slow" >"files/$image/init/30-slow.sql"
	chown -R "$(jq -r .config.User "roots/$image.json")" "files/$image"
	chmod 400 "files/$image/password"

	# The first start, killed thrice.
	for moment in "[ -e $at/.first-start ]" "[ -e $at/.first-start/$early ]" "grep -q 'running .*slow' \$log"; do
		start $image $image "$variables" || bad "$image starts"
		for ((n = 0; n < 900; n++)); do eval "$moment" && break; gone && break; sleep 0.1; done
		eval "$moment" || bad "$image: the moment came" "$moment"
		stop KILL
		[ ! -e "$at/$last" ] || bad "$image: killed when $moment: nothing is half-made" "$last is there"
	done
	start $image $image "$variables" && up || bad "$image: after three kills it is made"
	is "$image: it is made once, with all files of the user's" "$(ask 'SELECT count(*), max(name) FROM item' | tr '\t' '|')" '2|by the second'
	is "$image: nothing of the first start is left" "$(cd $at && find . -maxdepth 1 -name '.first*')" ''
	lacks "$image: no password in the log" <(cat bundles/*/log) 'secret'
	lacks "$image: no password with any process" <(cat /proc/"$pid"/environ /proc/"$pid"/cmdline | tr '\0' '\n') 'secret'

	# A restart and a kill, without any variable: the database is there and so are the accounts.
	ask "INSERT INTO item VALUES (3, 'after the start')" >said
	stop "$signal"
	start $image $image '' && up || bad "$image starts again"
	lacks "$image: it stopped in order" "$log" "$crashed"
	ask "INSERT INTO item VALUES (4, 'before the kill')" >said
	stop KILL
	start $image $image '' && up || bad "$image starts after a kill"
	has "$image: a kill is recovered from" "$log" "$crashed"
	is "$image: nothing is lost" "$(ask 'SELECT count(*), max(id) FROM item' | tr '\t' '|')" '4|4'
	stop "$signal"

	# Killed while the files were moved to their place: the rest is moved.
	mkdir "$at/.first-start-done" && chown --reference="$at" "$at/.first-start-done"
	if [ $image = postgresql ]; then mv "$at/base" "$at/global" "$at/PG_VERSION" "$at/.first-start-done/"
	else mv "$at/mysql" "$at/ibdata1" "$at/.first-start-done/"; fi
	start $image $image '' "${tls[@]}" && up || bad "$image starts when it was moved by half"
	is "$image: what was moved by half is moved whole" "$(ask 'SELECT count(*), max(id) FROM item' | tr '\t' '|')" '4|4'

	# TLS, by the network and the password.
	if [ $image = postgresql ]; then
		inside sh -c 'PGPASSWORD=$(cat /files/password) exec psql -XAt "host=127.0.0.1 sslmode=verify-ca sslrootcert=/files/tls.crt dbname=shop" \
			-c "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"' >said 2>&1
	else
		inside sh -c 'MYSQL_PWD=$(cat /files/password) exec mariadb -BN -h 127.0.0.1 -u root --ssl-ca=/files/tls.crt --ssl-verify-server-cert \
			-e "SHOW SESSION STATUS LIKE '"'Ssl_version'"'"' >said 2>&1
	fi
	has "$image: TLS with the key that was mounted" said 'TLSv1\.3'
	stop "$signal"

	# A file of the user's that fails: no database, and not at the next start either.
	echo 'SELECT no_such_thing;' >"files/$image/init/15-wrong.sql"
	for time in first second; do
		start $image wrong-$image "$variables"
		for ((n = 0; n < 900; n++)); do gone && break; sleep 0.1; done
		gone || bad "$image: it ends"
		has "$image: a file that fails stops the $time start" "$log" 'no_such_thing'
		stop KILL
	done
	rm "files/$image/init/15-wrong.sql"
	[ ! -e "volumes/wrong-$image/$last" ] && ok "$image: and no database is run" || bad "$image: and no database is run"
done
[ "$failed" = 0 ] || exit 1
