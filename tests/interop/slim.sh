#!/bin/bash
# temper slim: what goes, what stays and why, in an image that dpkg installed, of packages and programs made here; the
# result is asked of dpkg and of the programs themselves, before and after. And, where Debian's archive can be reached,
# a system of mmdebstrap's that runs perl, and one that runs nginx.
. "$(dirname "$0")/flow"
for needed in dpkg dpkg-deb gcc update-alternatives; do
	command -v $needed >/dev/null || { echo "$needed is not installed"; exit 77; }
done
[ "$(id -u)" -eq 0 ] && [ "$(dpkg --print-architecture)" = amd64 ] || { echo "this needs root, for dpkg --root, on amd64"; exit 77; }
image() { python3 "$here/slim.py" image "$@" || exit 3; }
unpack() { rm -rf "$2" && python3 "$here/patch.py" unpack "$1" "$2" || exit 3; }
json() { python3 -c "import json; d = json.load(open('$1')); p = {x['name']: x for x in d['packages']}; $2"; }
rules() { json "$1" 'print(" ".join(("-" if x["answer"] == "cut" else "") + n + "=" + x["rule"] for n, x in sorted(p.items())))'; }

# deb NAME SECTION DEPENDS: of the files below NAME.d
deb() {
	mkdir -p "$1.d/DEBIAN" "$1.d/usr/share/doc/$1"
	echo "$1" >"$1.d/usr/share/doc/$1/copyright"
	printf 'Package: %s\nVersion: 1-1\nArchitecture: amd64\nMaintainer: A B <a@b.example>\nSection: %s\n%sDescription: x\n' "$1" "$2" "${3:+Depends: $3
}" >"$1.d/DEBIAN/control"
	(cd "$1.d" && find usr -type f -exec md5sum {} + >DEBIAN/md5sums)
	dpkg-deb -b --root-owner-group "$1.d" "$1.deb" >/dev/null && dpkg --root="$work/root" --force-depends -i "$1.deb" >>install.log 2>&1 </dev/null || { cat install.log; exit 3; }
}
program() { # PACKAGE PATH CODE [ARG]...: a C program
	place=$1.d/$2 text=$3
	shift 3
	mkdir -p "$(dirname "$place")"
	echo "$text" | gcc -w -o "$place" -x c - -x none "$@" || exit 3
}
mkdir -p root/var/lib/dpkg/info root/var/lib/dpkg/updates root/var/lib/dpkg/triggers root/usr/bin root/usr/lib64 root/usr/lib/x86_64-linux-gnu root/etc root/tmp
ln -s usr/bin root/bin; ln -s usr/lib64 root/lib64; ln -s usr/lib root/lib
: >root/var/lib/dpkg/status
printf 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nPRETTY_NAME="Debian 13"\n' >root/etc/os-release
printf '/usr/lib/x86_64-linux-gnu\n' >root/etc/ld.so.conf
cp -L /lib64/ld-linux-x86-64.so.2 root/usr/lib64/ && cp -L /lib/x86_64-linux-gnu/libc.so.6 root/usr/lib/x86_64-linux-gnu/ && cp /bin/dash root/usr/bin/sh
lib=usr/lib/x86_64-linux-gnu
program libgood1 $lib/libgood.so.1 'int good(void) { return 42; }' -shared -fPIC -Wl,-soname,libgood.so.1
deb libgood1 libs
program libpkg1 $lib/libpkg.so.1 'int pkg(void) { return 1; }' -shared -fPIC -Wl,-soname,libpkg.so.1
deb libpkg1 libs
program libown1 $lib/libown.so.1 'int own(void) { return 1; }' -shared -fPIC -Wl,-soname,libown.so.1
deb libown1 libs
program app usr/bin/app 'int good(void); int main(void) { return good() - 42; }' "libgood1.d/$lib/libgood.so.1"
mkdir -p app.d/usr/share/app
deb app utils 'libgood1, app-data, adduser | other'
mkdir -p app-data.d/usr/share/app-data && echo data >app-data.d/usr/share/app-data/data && deb app-data misc
program other usr/bin/other 'int main(void) { return 0; }'
mkdir -p other.d/etc && echo 1 >other.d/etc/other.conf && ln other.d/usr/bin/other other.d/usr/bin/other-too && deb other utils
program apt usr/bin/apt 'int pkg(void); int main(void) { return pkg() - 1; }' "libpkg1.d/$lib/libpkg.so.1"
deb apt admin libpkg1
mkdir -p adduser.d/usr/sbin && printf '#!/bin/sh\nexit 0\n' >adduser.d/usr/sbin/adduser && chmod 755 adduser.d/usr/sbin/adduser && deb adduser admin
mkdir -p tzdata.d/usr/share/zoneinfo && echo UTC >tzdata.d/usr/share/zoneinfo/UTC && deb tzdata localization
mkdir -p root/etc/alternatives root/var/lib/dpkg/alternatives
update-alternatives --quiet --root "$work/root" --install /usr/bin/thing thing /usr/bin/other 10 >>install.log 2>&1 || update-alternatives --quiet --altdir root/etc/alternatives --admindir root/var/lib/dpkg/alternatives --install "$work/root/usr/bin/thing" thing "$work/root/usr/bin/other" 10
mkdir -p root/opt && echo mine >root/opt/mine
printf '#!/bin/sh\n# the start\n/usr/bin/app || exit 9\nexec other\n' >root/start
printf '#!/bin/sh\napt --version\n' >root/install
chmod 755 root/start root/install
ldconfig -r root 2>/dev/null
rm -f root/var/log/dpkg.log root/var/lib/dpkg/*-old root/var/lib/dpkg/lock* root/var/cache/ldconfig/aux-cache
tar -C root --sort=name --numeric-owner -cf root.tar .
config() { echo "{\"Entrypoint\":[\"$1\"],\"Env\":[\"PATH=/usr/sbin:/usr/bin\"],\"Labels\":{\"a\":\"b\"},\"User\":\"1000\"}"; }
image app.tar "$(config /usr/bin/app)" root.tar
image start.tar "$(config /start)" root.tar
image install.tar "$(config /install)" root.tar

run temper slim docker-archive:app.tar -t app:slim --to oci-archive:slim.tar -o json=app.json -o tree
same "slimming comes out" "$code" 0
same "what is reached stays, and its data; all else goes" "$(rules app.json)" \
	"-adduser=unreached app=reached app-data=depends -apt=unreached libgood1=reached -libown1=unreached -libpkg1=unreached -other=unreached tzdata=data"
json app.json 'print(d["doubt"] if "doubt" in d else "none")' >doubt
same "... since nothing more can be loaded or started" "$(cat doubt)" none
holds "... which is told with reasons" grep -Eq '^  other +[0-9.]+ kB +nothing that is started loads' <(temper slim --dry-run docker-archive:app.tar 2>/dev/null)
unpack slim.tar slim
find slim root \( -name 'libown*' -o -name 'other*' -o -name 'thing' -o -name 'libpkg*' -o -name adduser \) | grep -c ^slim >left
same "files, links of alternatives, their records, lists and digests are gone" "$(cat left)" 0
holds "what no package has stays" cmp slim/opt/mine root/opt/mine
holds "the program runs as it did" chroot slim /usr/bin/app
expect "dpkg has nothing to say of it" 0 '^$' sh -c "dpkg --root=$work/slim --audit; dpkg --root=$work/slim -V; echo"
same "... and knows what stays" "$(dpkg-query --admindir=slim/var/lib/dpkg -W -f '${Package} ')" "app app-data libgood1 tzdata "
fails "the loader's cache does not know what is gone" grep -q libpkg slim/etc/ld.so.cache
holds "... and knows what stays" grep -q libgood slim/etc/ld.so.cache
cat >check.py <<'PY'
import io, json, tarfile
tar = tarfile.open("slim.tar")
read = lambda digest: tar.extractfile("blobs/sha256/" + digest.split(":")[1]).read()
manifest = json.loads(read(json.load(tar.extractfile("index.json"))["manifests"][0]["digest"]))
config = json.loads(read(manifest["config"]["digest"]))
report = json.load(open("app.json"))
names = [m.name for layer in manifest["layers"] for m in tarfile.open(fileobj=io.BytesIO(read(layer["digest"])))]
assert not [n for n in names if "libown" in n or n.endswith("bin/other") or ".wh." in n], names
assert sum(n.endswith("var/lib/dpkg/status") for n in names) == 1
assert config["config"]["Labels"] == {"a": "b"} and config["config"]["User"] == "1000" and config["author"] == "Somebody"
assert [h["created_by"] for h in config["history"]] == ["layer 0", "temper slim: cut 5 packages"], config["history"]
assert manifest["annotations"]["org.opencontainers.image.base.digest"] == report["base"]
assert report["bytesAfter"] < report["bytesBefore"] and report["packagesAfter"] == 4
assert report["packages"][0]["name"] == "adduser" and report["packages"][0]["dependents"] == ["app"]
PY
holds "the layers are without the bytes; configuration, history and annotations are kept" python3 check.py
TEMPER_STORE=$work/second temper slim -q docker-archive:app.tar -t app:slim --to oci-archive:again.tar >/dev/null 2>&1
holds "the same image gives the same bytes" cmp slim.tar again.tar
temper sbom -q -o json=sbom.json store:app:slim
same "the bill of materials has what stays" "$(python3 -c 'import json; print(*sorted(p["name"] for p in json.load(open("sbom.json"))["packages"] if p["type"] == "deb"))')" "app app-data libgood1 tzdata"
expect "what is slim has nothing to cut" 0 'nothing to cut' temper slim store:app:slim -t app:again
same "... and stays the image that it is" "$(temper store show app:again | sed 's/again/slim/')" "$(temper store show app:slim)"

# Scripts.
run temper slim --dry-run -v docker-archive:start.tar -o json=start.json -o tree
cp out text
same "where a script starts, only tools go, and what came with them" "$(rules start.json)" \
	"-adduser=tool app=reached app-data=doubt -apt=tool libgood1=reached libown1=doubt -libpkg1=orphan other=reached tzdata=data"
holds "... and the doubt is told" grep -Eq '^doubt: start, which is started, is a script' text
fails "a dry run makes no image" temper store show start:slim
run temper slim --dry-run -q docker-archive:install.tar -o json=install.json
same "a tool that the script names stays, with its library" "$(json install.json 'print(p["apt"]["answer"], p["apt"]["why"], p["libpkg1"]["rule"])')" "keep usr/bin/apt is started reached"

# Wishes.
run temper slim --dry-run -q docker-archive:app.tar --keep apt --keep /usr/bin/other -o json=keep.json
same "--keep takes a package and a path" "$(json keep.json 'print(p["apt"]["rule"], p["other"]["rule"], p["libpkg1"]["rule"], p["libown1"]["rule"])')" "kept kept library unreached"
refuse "... of the image" 2 "no package 'nowhere'" temper slim -q docker-archive:app.tar --keep nowhere
refuse "... which a package has" 2 'no package has /opt/mine' temper slim -q docker-archive:app.tar --keep /opt/mine
expect "--drop of what is needed is refused by the proof" 1 'refused: /usr/bin/app needs libgood.so.1' temper slim docker-archive:app.tar --drop libgood1 -t dropped:1
fails "... and nothing is named" temper store show dropped:1
run temper slim --dry-run -q docker-archive:app.tar --drop tzdata -o json=drop.json
same "... and data goes that way" "$(json drop.json 'print(p["tzdata"]["rule"])')" dropped
cat >tests.yaml <<'TESTS'
schemaVersion: 2.0.0
commandTests:
  - {name: it works, command: app}
  - {name: so does the other, command: other}
fileExistenceTests:
  - {name: the library is there, path: /usr/lib/x86_64-linux-gnu/libown.so.1, shouldExist: true}
TESTS
expect "what tests name stays" 0 'tests: [1-3] passed, 0 failed' temper slim docker-archive:app.tar --tests tests.yaml -t tested:1 -o json=tests.json -o tree
same "... and they are run" "$(json tests.json 'print(p["other"]["rule"], p["libown1"]["rule"], len(d["tests"]))')" "reached named 3"
printf 'schemaVersion: 2.0.0\nfileExistenceTests:\n  - {name: apt has a copyright, path: /usr/share/doc/apt, shouldExist: true}\n' >fails.yaml
expect "a test that fails refuses the result" 1 'refused: a test fails' temper slim docker-archive:app.tar --tests fails.yaml -t failed:1
fails "... and nothing is named" temper store show failed:1

# What is hidden, removed and replaced in layers.
mkdir -p second/usr/bin second/opt && cp other.d/usr/bin/other second/usr/bin/other && : >second/opt/.wh.mine && echo new >second/opt/new
tar -C second --sort=name --numeric-owner --owner 0 --group 0 -cf second.tar usr opt
image layers.tar "$(config /usr/bin/app)" root.tar second.tar
temper slim -q docker-archive:layers.tar --to oci-archive:layers-slim.tar >/dev/null 2>err
unpack layers-slim.tar layers
[ ! -e layers/opt/mine ] && [ -e layers/opt/new ] && [ ! -e layers/usr/bin/other ] && ok "layers stay layers, each without what goes" || bad "layers stay layers" "$(find layers/opt layers/usr/bin)"

# Records of one package each.
mkdir -p single/var/lib/dpkg/status.d && cp -a root/usr root/etc root/lib root/lib64 single/
for p in app libgood1 other; do
	dpkg-deb -f $p.deb >single/var/lib/dpkg/status.d/$p
	dpkg-deb -I $p.deb md5sums >single/var/lib/dpkg/status.d/$p.md5sums
done
tar -C single --sort=name -cf single.tar . && image single-image.tar "$(config /usr/bin/app)" single.tar
run temper slim docker-archive:single-image.tar --to oci-archive:single-slim.tar
unpack single-slim.tar single-slim
same "records in status.d go with their files" "$(ls single-slim/var/lib/dpkg/status.d | tr '\n' ' ')" "app app.md5sums libgood1 libgood1.md5sums "
[ ! -e single-slim/usr/bin/other ] && ok "... and those are gone" || bad "... and those are gone" "other is there"
mkdir -p none/etc && echo x >none/etc/x && tar -C none -cf none.tar . && image none-image.tar "$(config /x)" none.tar
refuse "what has no packages of Debian's is refused" 2 'no dpkg database' temper slim -q docker-archive:none-image.tar

# Debian's own.
command -v mmdebstrap >/dev/null || { skip "Debian's archive" "mmdebstrap is not installed"; flow_end; }
main=$(apt-get indextargets --format '$(REPO_URI)' "Codename: bookworm" 'Created-By: Packages' 2>/dev/null | head -n 1)
[ -n "$main" ] || { skip "Debian's archive" "this machine's apt does not know bookworm"; flow_end; }
echo "deb $main bookworm main" >main.list
run mmdebstrap --quiet --variant=apt --format=tar --include=ca-certificates,nginx-light,perl,tzdata bookworm real.tar main.list
[ "$code" -eq 0 ] || { skip "Debian's archive" "mmdebstrap cannot install here: $(tail -n 1 err)"; flow_end; }
for which in 'perl /usr/bin/perl","-MPOSIX","-e","print POSIX::floor(42.5), qq(\\n)' 'nginx /usr/sbin/nginx","-g","daemon off;' 'true /usr/bin/true'; do
	it=${which%% *}
	image "$it-image.tar" "$(config "${which#* }")" real.tar
	case $it in
	perl) printf 'commandTests:\n  - {name: perl, command: perl, args: [-MPOSIX, -e, "print POSIX::floor(42.5)"], expectedOutput: ["42"]}\n' ;;
	nginx) printf 'commandTests:\n  - {name: nginx, command: nginx, args: [-V], expectedError: ["nginx version"]}\n' ;;
	true) printf 'commandTests:\n  - {name: it, command: "true"}\n' ;;
	esac >"$it.yaml"
	expect "$it works before" 0 '0 failed' temper test docker-archive:$it-image.tar $it.yaml
	expect "$it works without what goes" 0 'tests: . passed, 0 failed' temper slim docker-archive:$it-image.tar --tests $it.yaml --to oci-archive:$it.tar -o json=$it.report -o tree
	unpack $it.tar $it
	same "... dpkg has nothing to say of it" "x$(dpkg --root=$work/$it --audit 2>&1)" x
	same "... nor of its files" "x$(dpkg --root=$work/$it -V 2>&1)" x
done
same "perl prints what it did" "$(chroot perl /usr/bin/perl -MPOSIX -e 'print POSIX::floor(42.5)')" 42
holds "nginx takes its configuration" chroot nginx /usr/sbin/nginx -t
holds "... and certificates are verified with what stays" test -s nginx/etc/ssl/certs/ca-certificates.crt
holds "the package manager is gone from all" sh -c '! ls perl/usr/bin/apt* nginx/usr/bin/apt* true/usr/bin/apt* 2>/dev/null'
holds "with no doubt most goes" json true.report 'assert d["packagesAfter"] < 30 and d["bytesAfter"] * 2 < d["bytesBefore"], d["packagesAfter"]'
flow_end
