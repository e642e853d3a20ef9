#!/bin/bash
# Packages that rpmbuild makes and rpm installs, and its databases as SQLite and Berkeley DB have them: rpm -qa
# over each is what temper must tell. Its own database, which Debian's rpm does not write, is in the unit tests.
. "$(dirname "$0")/flow"
for needed in rpm rpmbuild; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done

# spec NAME LINE...: a package of that name; the lines are of its preamble.
spec() {
	name=$1
	shift
	{
		printf '%s\n' "Name: $name" "Summary: The $name" "License: MIT" "$@" "%description" "It is $name." \
			"%install" "mkdir -p %{buildroot}/usr/share/$name/dir %{buildroot}/etc %{buildroot}/usr/bin" \
			"echo $name >%{buildroot}/usr/share/$name/data" "echo old >%{buildroot}/etc/$name.conf" \
			"echo '#!/bin/sh' >%{buildroot}/usr/bin/$name" "%files" "%dir /usr/share/$name" "/usr/share/$name/*" \
			"%config(noreplace) /etc/$name.conf" "%attr(0755,root,root) /usr/bin/$name"
	} >"$name.spec"
	rpmbuild -bb --define "_topdir $work/build" --define '_build_id_links none' --define '__os_install_post %{nil}' \
		"$name.spec" >said 2>&1 || { tail -5 said; exit 3; }
}
spec cheese 'Epoch: 2' 'Version: 1.2.3~rc1' 'Release: 4.el9+7' 'Vendor: Cheese Makers' 'URL: https://cheese.example/' \
	'ModularityLabel: dairy:1:8030020200707141642:9edba152' 'Requires: /usr/bin/board' 'Requires: knife >= 1' \
	'Recommends: bread'
spec board-tool 'Version: 1.0' 'Release: 1' 'BuildArch: noarch' 'Epoch: 0' 'Provides: knife = 2' 'Provides: /usr/bin/board'
spec crumb 'Version: 3^git1' 'Release: 0.1' 'BuildArch: noarch'
mkdir -p root/var/lib/rpm root/etc
printf 'ID="rocky"\nVERSION_ID="9.4"\n' >root/etc/os-release
find build -name '*.rpm' -exec rpm --root "$work/root" --dbpath /var/lib/rpm --nodeps -i {} + >said 2>&1 || { cat said; exit 3; }

# What rpm says of a database, as package URLs.
oracle() {
	rpm ${2:+--define "_db_backend $2"} --dbpath "$1" -qa --nodigest --qf '%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{EPOCH}\t%{SOURCERPM}\n' \
		2>/dev/null | python3 -c "import sys, urllib.parse
quoted = lambda s: urllib.parse.quote(s, safe='-._~:')
for line in sys.stdin:
	name, version, arch, epoch, source = map(quoted, line.rstrip('\n').split('\t'))
	if name != 'gpg-pubkey':
		epoch = '&epoch=' + epoch if epoch != '%28none%29' else ''
		print(f'pkg:rpm/rocky/{name}@{version}?arch={arch}&distro=rocky-9.4{epoch}&upstream={source}')" | LC_ALL=C sort
}
purls() { temper sbom -q --select-catalogers rpm -o purls "dir:$1" 2>err; }
want=$(oracle "$work/root/var/lib/rpm")
same "three packages" "$(echo "$want" | wc -l)" 3
same "SQLite, as rpm left it" "$(purls root)" "$want"
checkpoint=$(find root/var/lib/rpm -name '*-wal' -size +0)
same "... and its log is empty" "${checkpoint:-none}" none

# cheese needs a file and a name of board-tool, and what nobody here has.
temper sbom -q --select-catalogers rpm -o json dir:root >out.json 2>err
same "what needs what" "$(python3 -c "import json
for r in json.load(open('out.json'))['relations']: print(*(x.split('rocky/')[1].split('@')[0] for x in (r['from'], r['to'])))")" \
	"cheese board-tool"

# What rpm and temper say of one package, and of its files.
temper sbom -q --files --select-catalogers rpm -o json dir:root >out.json 2>err || bad "JSON" "exit $?"
told() { python3 -c "import json, sys
v = json.load(open('out.json'))
p = [p for p in v['packages'] if p['name'] == '$1'][0]
$2" 2>&1; }
files() { rpm --dbpath "$work/root/var/lib/rpm" -q --qf '[%{FILEMODES:octal} %{FILENAMES} %{FILEDIGESTS}\n]' "$1" |
	sed -n 's/^10[0-7]* \/\([^ ]*\) /\1 /p' | LC_ALL=C sort; }
same "files and their digests" "$(told cheese '
for f in p["files"]: print(f["path"], f["sha256"])')" "$(files cheese)"
same "where each is nothing has changed" "$(told cheese 'print(v.get("changed", []))')" "[]"
echo new >root/usr/share/cheese/data
rm root/usr/share/crumb/data
temper sbom -q --files --select-catalogers rpm -o json dir:root >out.json 2>err || bad "JSON" "exit $?"
same "what has changed, and what is missing" "$(told crumb '
for f in sorted(v["changed"], key=lambda f: f["path"]): print(f["path"], f["how"])')" "usr/share/cheese/data content
usr/share/crumb/data missing"

# Berkeley DB, of both byte orders and of small and large pages, made of the same headers.
dump() { python3 -c "import sqlite3
order = 'little' if '$1' == '1234' else 'big'
key = lambda number: ' ' + number.to_bytes(4, order).hex()
print('VERSION=3', 'format=bytevalue', 'type=hash', 'db_lorder=$1', 'db_pagesize=$2', 'HEADER=END', key(0), key(9), sep='\n')
for number, header in sqlite3.connect('root/var/lib/rpm/rpmdb.sqlite').execute('select hnum, blob from Packages'):
	print(key(number), ' ' + header.hex(), sep='\n')
print('DATA=END')"; }
if command -v db5.3_load >/dev/null; then
	for order in 1234 4321; do
		for page in 512 4096 65536; do
			dump $order $page >dump
			rm -rf bdb
			mkdir -p bdb/var/lib/rpm bdb/etc
			cp root/etc/os-release bdb/etc/
			db5.3_load -f dump bdb/var/lib/rpm/Packages || exit 3
			same "Berkeley DB, $order, pages of $page" "$(purls bdb)" "$want"
		done
	done
	same "... and rpm reads it" "$(oracle "$work/bdb/var/lib/rpm" bdb_ro)" "$want"
else
	skip "Berkeley DB" "db5.3_load is not installed"
fi

# A log that is not yet in the database: what rpm sees, temper sees.
mkdir -p log/var/lib/rpm log/etc live
cp root/etc/os-release log/etc/
cp root/var/lib/rpm/rpmdb.sqlite live/
python3 - <<'END'
import shutil, sqlite3
c = sqlite3.connect('live/rpmdb.sqlite', isolation_level=None)
c.execute('pragma journal_mode=wal')
c.execute('pragma wal_autocheckpoint=0')
c.execute('delete from Packages where hnum = 1')
header = c.execute('select blob from Packages where hnum = 2').fetchone()[0]
c.execute('insert into Packages(blob) values(?)', (header.replace(b'crumb\0', b'bread\0').replace(b'cheese\0', b'butter\0'),))
for name in 'rpmdb.sqlite', 'rpmdb.sqlite-wal':
    shutil.copy('live/' + name, 'log/var/lib/rpm/')
END
got=$(purls log) # before rpm puts the log into the database
same "a write-ahead log" "$got" "$(oracle "$work/log/var/lib/rpm" sqlite)"
differ "... that changes something" "$got" "$want"

# Who signed.
if command -v rpmsign >/dev/null; then
	export GNUPGHOME=$work/gnupg
	mkdir -m 700 gnupg
	gpg -q --batch --pinentry-mode loopback --passphrase '' --quick-gen-key 'Dairy <dairy@example>' rsa2048 sign >said 2>&1 || cat said
	key=$(gpg --list-keys --with-colons 2>/dev/null | sed -n 's/^pub:\([^:]*:\)\{3\}\([^:]*\):.*/\2/p' | tr A-F a-f)
	find build -name '*.rpm' -exec rpmsign --define "__gpg $(command -v gpg)" --define '_gpg_name dairy@example' --addsign {} + >said 2>&1 || tail -3 said
	mkdir -p signed/var/lib/rpm
	find build -name '*.rpm' -exec rpm --root "$work/signed" --dbpath /var/lib/rpm --nodeps --nosignature -i {} + >said 2>&1
	temper sbom -q --select-catalogers rpm -o json dir:signed >out.json 2>err
	same "the key that signed" "$(told crumb 'print(p["facts"].get("rpm:signature-key"))')" "$key"
	temper sbom -q --select-catalogers rpm-archive -o json dir:build >out.json 2>err
	same "... and of package files" "$(told crumb 'print(p["facts"].get("rpm:signature-key"))')" "$key"
	gpgconf --kill gpg-agent
	unset GNUPGHOME
else
	skip "the key that signed" "rpmsign is not installed"
fi

# Which repository a package came from, by dnf itself.
if command -v dnf createrepo_c >/dev/null && [ "$(id -u)" -eq 0 ]; then
	mkdir -p pantry dnf
	find build -name 'crumb*.rpm' -exec cp {} pantry/ \;
	createrepo_c -q pantry >said 2>&1
	printf '%%_dbpath /usr/lib/sysimage/rpm\n' >"$HOME/.rpmmacros"
	printf '[main]\nreposdir=/nonexistent\n' >dnf.conf
	if dnf -q -y -c dnf.conf "--installroot=$work/dnf" --releasever=9 "--repofrompath=pantry,file://$work/pantry" --nogpgcheck \
		--setopt=cachedir=/cache --setopt=module_platform_id=platform:el9 install crumb >said 2>&1; then
		temper sbom -q --select-catalogers rpm -o json dir:dnf >out.json 2>err
		same "the repository of a package" "$(told crumb 'print(p["facts"].get("rpm:repository"))')" pantry
	else
		skip "the repository of a package" "dnf does not install: $(tail -1 said)"
	fi
	rm "$HOME/.rpmmacros"
else
	skip "the repository of a package" "dnf and createrepo_c are not installed, or this is not root"
fi

# Many packages: more pages than are read ahead.
if command -v sqlite3 >/dev/null; then
	mkdir -p many/var/lib/rpm many/etc
	cp root/etc/os-release many/etc/
	cp root/var/lib/rpm/rpmdb.sqlite many/var/lib/rpm/
	sqlite3 many/var/lib/rpm/rpmdb.sqlite "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500)
		insert into Packages(blob) select cast(replace(p.blob, x'6372756d6200', cast(printf('c%04d', i) as blob) || x'00') as blob)
		from n, Packages p where p.hnum = 3" 2>/dev/null
	found=$(purls many | wc -l)
	rows=$(oracle "$work/many/var/lib/rpm" | sort -u | wc -l)
	same "1500 more" "$found" "$rows"
fi
flow_end
