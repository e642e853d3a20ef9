#!/bin/bash
# Package files in a work tree, made by dpkg-deb in each of its compressions and by tar as apk's are.
. "$(dirname "$0")/flow"
command -v dpkg-deb >/dev/null || { echo "dpkg-deb is not installed"; exit 77; }
mkdir -p tree/sub pkg/DEBIAN pkg/usr/bin
echo hello >pkg/usr/bin/hello
for z in gzip xz zstd none; do
	printf 'Package: with-%s\nVersion: 1:2-3\nArchitecture: amd64\nSource: src (2-1)\nMaintainer: M <m@example.org>\nDepends: libc6 (>= 2.3)\nDescription: one\n two\n' $z >pkg/DEBIAN/control
	dpkg-deb --root-owner-group -Z$z -b pkg tree/sub/$z.deb >out 2>err || bad "dpkg-deb -Z$z" "exit $?"
done
printf 'pkgname = tool\npkgver = 1.2-r3\norigin = tools\narch = x86_64\nlicense = MIT\n' >.PKGINFO
echo key >.SIGN.RSA.x
# Members of tars without their end, as abuild cuts them, each in a gzip member of its own.
part() { tar --format=ustar -cf - "$@" | python3 -c 'import sys; d = sys.stdin.buffer.read().rstrip(b"\0"); sys.stdout.buffer.write(d + b"\0" * (-len(d) % 512))' | gzip -n; }
{ part .SIGN.RSA.x; part .PKGINFO; tar --format=ustar -C pkg -cf - usr | gzip -n; } >tree/tool.apk
printf 'PK\3\4 an archive of Android' >tree/android.apk
head -c 300 tree/sub/xz.deb >tree/cut.deb
echo nothing >tree/none.deb
run temper sbom -q -o purls dir:tree
same "package files" "$(cat out)" 'pkg:apk/alpine/tool@1.2-r3?arch=x86_64&upstream=tools
pkg:deb/debian/with-gzip@1:2-3?arch=amd64&upstream=src%402-1
pkg:deb/debian/with-none@1:2-3?arch=amd64&upstream=src%402-1
pkg:deb/debian/with-xz@1:2-3?arch=amd64&upstream=src%402-1
pkg:deb/debian/with-zstd@1:2-3?arch=amd64&upstream=src%402-1'
same "one that is cut short makes the answer incomplete" "$code" 4
flow_end
