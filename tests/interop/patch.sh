#!/bin/bash
# temper patch beside what dpkg and apt make of the same updates: an image whose packages dpkg installed, from an
# archive of our own, with all that an update meets; and, where Debian's archive can be reached, a system of mmdebstrap's
# from the release alone, against apt-get upgrade in a copy, path by path.
. "$(dirname "$0")/flow"
for needed in dpkg; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
[ "$(id -u)" -eq 0 ] || { echo "dpkg --root needs to be root"; exit 77; }
make() { python3 "$here/patch.py" "$@"; }
json() { python3 -c "import json; d = json.load(open('$1')); $2"; }

archive
cat >"$TEMPER_CONFIG" <<CONFIG
mirror: file://$work/a/debian
security-mirror: file://$work/a/debian-security
keyring: $work/a/keyring.gpg
CONFIG
# install ROOT PACKAGE_VERSION...: by dpkg itself, whose scripts are not run.
install() {
	root=$1
	shift
	for p in "$@"; do dpkg --root="$root" --force-depends --force-script-chrootless -i "a/made/$p"_amd64.deb; done >>install.log 2>&1 </dev/null
}
names='upd libupd-a held acting on-acting calm listening heard libapp'
mkdir -p old/var/lib/dpkg/info old/var/lib/dpkg/updates old/var/lib/dpkg/triggers old/usr/bin old/etc old/bin old/usr/sbin
: >old/var/lib/dpkg/status
printf 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nPRETTY_NAME="Debian 13"\n' >old/etc/os-release
rmdir old/bin && ln -s usr/bin old/bin && cp "$program" old/usr/bin/sh && cp "$program" old/usr/bin/true
# Scripts of the old versions are none that dpkg could run here: they are put in by hand.
for p in $names; do
	mkdir "$p.deb" && dpkg-deb -R "a/made/${p}_1.0-1_amd64.deb" "$p.deb"
	rm -f "$p".deb/DEBIAN/p*
	dpkg-deb -b --root-owner-group "$p.deb" "a/made/plain-${p}_1.0-1_amd64.deb" >/dev/null
	install old "plain-${p}_1.0-1"
done
cat install.log >err
holds "dpkg installs the old versions" grep -q 'Setting up heard' install.log
grep -c '^Status: install ok installed' old/var/lib/dpkg/status >count
same "... all of them" "$(cat count)" 9
for p in upd:prerm acting:postinst listening:postinst; do
	dpkg-deb -e "a/made/${p%%:*}_1.0-1_amd64.deb" control.d && cp "control.d/${p##*:}" "old/var/lib/dpkg/info/${p%%:*}.${p##*:}" && rm -r control.d
done
echo "my own" >old/etc/upd/mine.conf
rm old/etc/upd/rid.conf old/usr/share/doc/upd/README
sed -i '/^Package: held$/,/^$/s/^Status: install/Status: hold/' old/var/lib/dpkg/status
rm -f old/var/log/dpkg.log old/var/lib/dpkg/*-old old/var/lib/dpkg/lock*
tar -C old --sort=name --numeric-owner -cf old.tar . && make image old.tar old-image.tar || exit 3

expect "what is up to date has nothing to patch" 0 'nothing to patch' temper patch docker-archive:old-image.tar -t old:0
same "... and stays the image that it is" "$(image old:0)" "$(temper patch -q docker-archive:old-image.tar -t old:1; image old:1)"
archive --with patch
expect "a dry run says what there is" 1 '^  upd +1\.0-1 +1\.0-2 +trixie-security' temper patch --dry-run docker-archive:old-image.tar
fails "... and makes no image" temper store show old:2
run temper patch docker-archive:old-image.tar --to oci-archive:new.tar -t new:1 -o json=report.json -o table
same "what cannot be done is exit 1" "$code" 1
cp out text
holds "an update is told with both versions" grep -Eq '^  libupd-a +1\.0-1 +1\.0-2 ' text
holds "... a new package as new" grep -Eq '^  upd-new +new +1\.0-1 +trixie' text
holds "... a script that does nothing between these versions is no hindrance" grep -Eq '^  calm +1\.0-1 +1\.0-2' text
holds "... nor is a prerm that speaks" grep -Eq '^    keeps the image.s own /etc/upd/mine.conf' text
holds "what is on hold stays" json report.json 'assert [l["why"] for l in d["left"] if l["name"] == "held"] == ["it is on hold in dpkg\x27s database"]'
holds "a script that would act keeps its package back, by name and line" json report.json 'assert "/usr/bin/migrate" in [l["why"] for l in d["left"] if l["name"] == "acting"][0]'
holds "... and what needs that, in the solver's words" json report.json 'assert "acting" in [l["why"] for l in d["left"] if l["name"] == "on-acting"][0]'
holds "a trigger that somebody would act on, too" json report.json 'assert "listening" in [l["why"] for l in d["left"] if l["name"] == "heard"][0]'
holds "nothing else is kept back" json report.json 'assert sorted(l["name"] for l in d["left"]) == ["acting", "heard", "held", "on-acting"]; assert sorted(p["name"] for p in d["packages"]) == ["calm", "libupd-a", "upd", "upd-new"]'

make unpack new.tar new || exit 3
cp -a old expected
for p in upd libupd-a calm; do
	rm -rf "$p.deb" && mkdir "$p.deb" && dpkg-deb -R "a/made/${p}_1.0-2_amd64.deb" "$p.deb" && rm -f "$p".deb/DEBIAN/p*
	dpkg-deb -b --root-owner-group "$p.deb" "a/made/plain-${p}_1.0-2_amd64.deb" >/dev/null
done
rm expected/var/lib/dpkg/info/*.p*
dpkg --root=expected --force-confold --force-script-chrootless -i a/made/upd-new_1.0-1_amd64.deb a/made/plain-libupd-a_1.0-2_amd64.deb a/made/plain-upd_1.0-2_amd64.deb a/made/plain-calm_1.0-2_amd64.deb >dpkg.log 2>&1 </dev/null
# Of scripts nothing is to be compared; dpkg leaves what it keeps back beside it; what the image was rid of stays away.
holds "the tree is what dpkg makes of the same updates" make compare expected new 'var/log/' 'var/lib/dpkg/(status-old|lock|updates|available|diversions|statoverride)' \
	'var/lib/dpkg/info/.*\.(prerm|postinst)$' 'etc/upd/.*\.dpkg-dist$' 'usr/share/doc/upd/README$' 'var/lib/dpkg/info/format$' 'var/lib/dpkg/triggers' 'var/lib/dpkg/info/(upd|libupd-a:amd64|calm|upd-new).list'
for p in upd libupd-a:amd64 calm upd-new; do
	same "... and so is the list of $p, whose order is the archive's" "$(sort expected/var/lib/dpkg/info/$p.list)" "$(sort new/var/lib/dpkg/info/$p.list)"
done
[ ! -e new/etc/upd/rid.conf ] && [ ! -e new/usr/share/doc/upd/README ] && ok "what the image was rid of stays away" || bad "what the image was rid of stays away" "it is there"
same "a changed configuration file is the image's" "$(cat new/etc/upd/mine.conf)" "my own"
same "... and one that nobody changed the package's" "$(cat new/etc/upd/new.conf)" "new 2"
same "scripts come along" "$(cat new/var/lib/dpkg/info/calm.postinst | head -1)" "#!/bin/sh"
cat >check.py <<'PY'
import json
report, d = json.load(open("report.json")), json.load(open("new.json"))
c, m = d["config"], d["manifest"]
assert c["config"] == {"Cmd": ["/bin/sh"], "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "Labels": {"a": "b"}, "OnBuild": ["RUN x"], "Shell": ["/bin/sh"]}, c["config"]
assert c["author"] == "Somebody" and [h["created_by"] for h in c["history"][:2]] == ["made", "CMD sh"]
assert c["history"][2]["created_by"] == "temper patch: calm 1.0-1 -> 1.0-2, libupd-a 1.0-1 -> 1.0-2, upd 1.0-1 -> 1.0-2, upd-new 1.0-1", c["history"]
assert c["created"] == c["history"][2]["created"] == "2023-11-14T22:13:20Z"
assert m["annotations"]["org.opencontainers.image.base.digest"] == report["base"]
assert m["annotations"]["org.opencontainers.image.base.name"] == "docker-archive:old-image.tar"
PY
holds "configuration and history are kept, with a line; annotations name the original" python3 check.py
holds "the bill of materials has the new versions" temper sbom -q -o json=sbom.json store:new:1
holds "... and no file that differs from its package's" json sbom.json 'v = {p["name"]: p["version"] for p in d["packages"]}; assert v["upd"] == v["calm"] == v["libupd-a"] == "1.0-2" and v["upd-new"] == "1.0-1" and v["acting"] == "1.0-1"'
TEMPER_STORE=$work/other temper patch -q docker-archive:old-image.tar -t new:1 --to oci-archive:again.tar >out 2>err
holds "the same input gives the same bytes" cmp new.tar again.tar
expect "what was patched is patched anew from its original" 1 'patched before: from the original' temper patch store:new:1 -t new:2
same "... which gives the same image" "$(image new:2)" "$(image new:1)"
expect "--only takes one package" 0 '^1 package, ' temper patch --only calm docker-archive:old-image.tar -t only:1
expect "... of one source, and what it needs" 0 'upd-new +new' temper patch --only upd docker-archive:old-image.tar -t only:2
refuse "... and knows what is not there" 2 'no package .nowhere' temper patch -q --only nowhere docker-archive:old-image.tar
refuse "what has no packages of Debian's is refused" 2 'no dpkg database' sh -c 'mkdir -p none/etc && echo x >none/etc/x && tar -C none -cf none.tar . && python3 "$0" image none.tar none-image.tar && exec temper patch -q docker-archive:none-image.tar' "$here/patch.py"

# Findings, and what clears them.
TEMPER_DB=$work/db
export TEMPER_DB
archive --with patch --with fix
temper db update changelog:trixie --for docker-archive:old-image.tar >out 2>err
expect "with advisories an update tells what it clears" 0 'libapp +1\.0-1 +1\.0-1\+deb13u1 +trixie-security +CVE-2025-1000[12], CVE-2025-1000[12]' \
	temper patch --findings-only docker-archive:old-image.tar -t found:1 -o table -o json=found.json
holds "... and with --findings-only nothing else is updated" json found.json 'assert [p["name"] for p in d["packages"]] == ["libapp"] and sorted(d["packages"][0]["cleared"]) == ["CVE-2025-10001", "CVE-2025-10002"]'
holds "... by its count" json found.json 'assert d["findingsBefore"] - d["findingsAfter"] == 2, d'
run temper scan -q -o json store:found:1
fails "... which the scan of the new image confirms" grep -q CVE-2025-1000 out
sed -i '/^Package: libapp$/,/^$/s/^Status: install/Status: hold/' old/var/lib/dpkg/status
tar -C old --sort=name --numeric-owner -cf old.tar . && make image old.tar held-image.tar
expect "a finding that cannot be cleared is told with its reason" 1 'is there and would clear CVE-2025-1000' temper patch --findings-only docker-archive:held-image.tar -t found:2
unset TEMPER_DB

# The records of one package each, as distroless images have them.
mkdir -p single/var/lib/dpkg/status.d single/etc single/usr && cp -a old/etc/os-release single/etc/ && cp -a old/usr/lib single/usr/
for p in libupd-a upd; do
	dpkg-deb -f "a/made/${p}_1.0-1_amd64.deb" >"single/var/lib/dpkg/status.d/$p"
	dpkg-deb -I "a/made/${p}_1.0-1_amd64.deb" md5sums >"single/var/lib/dpkg/status.d/$p.md5sums"
done
tar -C single --sort=name -cf single.tar . && make image single.tar single-image.tar
expect "an image without dpkg, whose records are in status.d" 0 '^  libupd-a +1\.0-1 +1\.0-2' temper patch --only libupd docker-archive:single-image.tar --to oci-archive:single-new.tar
make unpack single-new.tar single-new
holds "... keeps that form" grep -qx 'Version: 1.0-2' single-new/var/lib/dpkg/status.d/libupd-a
fails "... and what the new version has no longer is gone" test -e single-new/usr/lib/libupd-a/moved
same "... and its digests" "$(cat single-new/var/lib/dpkg/status.d/libupd-a.md5sums)" "$(dpkg-deb -I a/made/libupd-a_1.0-2_amd64.deb md5sums)"

# Debian's own.
: >"$TEMPER_CONFIG"
suite=${TEMPER_TEST_SUITE:-bookworm}
for needed in mmdebstrap chroot; do
	command -v $needed >/dev/null || { skip "Debian's archive" "$needed is not installed"; flow_end; }
done
uri() { apt-get indextargets --format '$(REPO_URI)' "Codename: $1" 'Created-By: Packages' 2>/dev/null | head -n 1; }
main=$(uri "$suite") security=$(uri "$suite-security")
[ -n "$main" ] && [ -n "$security" ] || { skip "Debian's archive" "this machine's apt does not know $suite and $suite-security"; flow_end; }
echo "deb $main $suite main" >main.list
echo "deb $security $suite-security main" >security.list
run mmdebstrap --quiet --variant=apt --format=tar --include=debian-archive-keyring,ca-certificates,openssl,perl,python3-minimal,tzdata "$suite" real.tar main.list
[ "$code" -eq 0 ] || { skip "Debian's archive" "mmdebstrap cannot install here: $(tail -n 1 err)"; flow_end; }
make image real.tar real-image.tar
run temper patch docker-archive:real-image.tar --to oci-archive:real-new.tar -t real:1 -o json=real.report
[ "$code" -le 1 ] && ok "the release alone is brought up to date" || bad "the release alone is brought up to date" "exit $code"
python3 -c 'import json; d = json.load(open("real.report")); print(len(d["packages"]))' >count
if [ "$(cat count)" -eq 0 ]; then
	skip "what apt-get upgrade makes" "no package of this image has an update today"
	flow_end
fi
holds "nothing is kept back" python3 -c 'import json; d = json.load(open("real.report")); assert not d["left"], d["left"]'
mkdir upgraded && tar -xf real.tar -C upgraded && cp security.list upgraded/etc/apt/sources.list.d/ && cp /etc/resolv.conf upgraded/etc/
[ ! -d /etc/apt/apt.conf.d ] || cp -n /etc/apt/apt.conf.d/*proxy* upgraded/etc/apt/apt.conf.d/ 2>/dev/null
run env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot upgraded sh -c 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qy upgrade --with-new-pkgs'
[ "$code" -eq 0 ] || { skip "what apt-get upgrade makes" "$(grep -h '^dpkg: error\|^E: ' out err | head -n 1)"; flow_end; }
make unpack real-new.tar real
# Caches, logs, and what apt keeps of its lists; what dpkg and debconf keep of before; byte code has the times of its modules in it;
# dpkg's record of times is none of the content.
holds "every path is what apt-get upgrade makes of it: $(cat count) packages" make compare upgraded real 'dev($|/)' 'var/(cache|log)/' 'var/lib/apt/' \
	'var/lib/dpkg/(status-old|lock.*)$' 'var/cache/debconf' 'etc/(resolv.conf|apt/(sources.list.d|apt.conf.d)(/|$))' 'etc/ca-certificates.conf.dpkg-old$' '.*/__pycache__(/|$)' \
	'var/lib/systemd/deb-systemd-helper'
cp /etc/resolv.conf real/etc/ 2>/dev/null
run chroot real dpkg --audit
same "dpkg finds nothing to say of it" "$code$(cat out err)x" "0x"
run chroot real dpkg -V
same "... and no file that is not as its package's" "$code$(cat out err)x" "0x"
holds "apt finds it whole" chroot real apt-get -qq check
holds "its programs run" chroot real sh -c 'openssl version && perl -e "print 1" && python3 -c "import os, re"'
flow_end
