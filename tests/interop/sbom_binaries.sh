#!/bin/bash
# Programs that real tools make and that lie in a tree without a package manager: what built them, and what they are
# called by their own --version, is what temper must tell.
. "$(dirname "$0")/flow"
purls() { temper sbom -q --select-catalogers "$1" -o purls "$2" 2>err; }
listed() { printf '%s\n' "$@" | LC_ALL=C sort; }

# ---- Go: every kind of program that one can make here ----
go_module() {
	mkdir -p go/src/ver go/local go/other go/out
	printf 'module example.org/demo\n\nrequire (\n\texample.org/dep v1.2.3\n\texample.org/orig v0.1.0\n)\n\nreplace %s\n\nreplace %s\n' \
		'example.org/dep => ../local' 'example.org/orig v0.1.0 => ../other' >go/src/go.mod
	printf 'module example.org/dep\n' >go/local/go.mod
	printf 'module example.org/orig\n' >go/other/go.mod
	printf 'package dep\nconst A = 1\n' >go/local/a.go
	printf 'package orig\nconst A = 1\n' >go/other/a.go
	printf 'package ver\nvar Version = "unset"\n' >go/src/ver/v.go
	cat >go/src/main.go <<-'GO'
		package main
		import ("example.org/demo/ver"; "example.org/dep"; "example.org/orig")
		var version = "dev"
		func main() { println(version, ver.Version, dep.A, orig.A) }
	GO
	printf 'package main\nfunc main() { println(1) }\n' >go/one.go
}
go_build() { (cd go/src && env GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GO111MODULE=on GOCACHE="$work/go/cache" GOPATH="$work/go/path" "$@") >out 2>err; }
go_says() { # NAME FILE VERSION: the modules of that file, the main one with that version
	want=$(listed "pkg:golang/example.org/demo@$3" pkg:golang/example.org/dep@v1.2.3 pkg:golang/example.org/orig@v0.1.0 "pkg:golang/stdlib@$stdlib")
	same "Go, $1" "$(purls go-binary "file:$2")" "$want"
}
if command -v go >/dev/null; then
	go_module
	stdlib=$(go env GOVERSION | sed 's/^go//')
	devel='%28devel%29'
	if go_build go build -o ../out/devel .; then
		go_says 'no version' go/out/devel "$devel"
		go_build go build -ldflags "-X main.version=1.4.2 -X 'example.org/demo/ver.Version=v9.9.9'" -o ../out/flags . || bad 'Go' build
		go_says 'a version by the flags' go/out/flags v1.4.2
		go_build go build -trimpath -ldflags '-X main.version=1.4.3' -o ../out/trim . || bad 'Go' build
		go_says 'a version by symbols' go/out/trim v1.4.3
		go_build go build -ldflags '-s -w' -o ../out/stripped . || bad 'Go' build
		go_says stripped go/out/stripped "$devel"
		python3 - <<-'BARE'
			import struct
			b = bytearray(open('go/out/stripped', 'rb').read())
			wide = b[4] == 2
			b[40:48] = bytes(8)
			b[58:64] = bytes(6)
			open('go/out/bare', 'wb').write(b)
		BARE
		[ "$(od -An -j4 -N1 -tu1 go/out/stripped | tr -d ' ')" != 2 ] || go_says 'without sections' go/out/bare "$devel"
		for machine in windows/amd64 darwin/arm64 linux/386 linux/mips linux/s390x linux/arm64; do
			if go_build env GOOS="${machine%/*}" GOARCH="${machine#*/}" CGO_ENABLED=0 go build -o "../out/${machine%/*}-${machine#*/}" .; then
				go_says "$machine" "go/out/${machine%/*}-${machine#*/}" "$devel"
			else
				skip "Go, $machine" "this Go does not build for it"
			fi
		done
		python3 - <<-'FAT'
			import struct
			m = open('go/out/darwin-arm64', 'rb').read()
			second = 4096 + (len(m) + 4095) // 4096 * 4096
			head = struct.pack('>II', 0xcafebabe, 2)
			head += struct.pack('>IIIII', 0x1000007, 3, 4096, len(m), 12) + struct.pack('>IIIII', 0x100000c, 0, second, len(m), 12)
			open('go/out/fat', 'wb').write(head.ljust(4096, b'\0') + m.ljust(second - 4096, b'\0') + m)
		FAT
		go_says 'Mach-O for two machines' go/out/fat "$devel"
		go_build go build -o ../out/one ../one.go || bad 'Go' build
		same 'Go, files on the command line' "$(purls go-binary file:go/out/one)" "pkg:golang/stdlib@$stdlib"
		if command -v upx >/dev/null; then
			cp go/out/stripped go/out/packed && upx -q go/out/packed >/dev/null
			expect 'Go, packed' 4 'UPX' temper sbom -o json file:go/out/packed
		else
			skip 'Go, packed' 'upx is not installed'
		fi
	else
		skip Go "$(head -n 1 err)"
	fi
else
	skip Go 'go is not installed'
fi

# ---- what is put into sections of a C program ----
if command -v gcc >/dev/null && command -v objcopy >/dev/null; then
	printf 'int main(void) { return 0; }\n' >plain.c
	gcc -o plain plain.c
	python3 -c "
import json, zlib
open('dep', 'wb').write(zlib.compress(json.dumps({'packages': [
	{'name': 'demo', 'version': '0.1.0', 'source': 'local', 'dependencies': [1, 2], 'root': True},
	{'name': 'serde', 'version': '1.0.5', 'source': 'crates.io', 'dependencies': [3]},
	{'name': 'cc', 'version': '1.0.9', 'source': 'crates.io', 'kind': 'build'},
	{'name': 'itoa', 'version': '1.0.1', 'source': 'crates.io'}]}).encode()))"
	objcopy --add-section .dep-v0=dep --set-section-flags .dep-v0=noload,readonly plain rusty
	same 'crates of cargo auditable' "$(purls cargo-auditable file:rusty)" \
		"$(listed pkg:cargo/demo@0.1.0 pkg:cargo/itoa@1.0.1 pkg:cargo/serde@1.0.5)"
	run temper sbom -q --select-catalogers cargo-auditable -o json file:rusty
	same '... and what they need' "$(python3 -c "
import json
v = json.load(open('out'))
print(len(v.get('relations', [])))")" 2
	printf broken >dep
	objcopy --add-section .dep-v0=dep plain broken
	expect 'a broken list is told' 4 'zlib' temper sbom -o json file:broken

	python3 - <<-'BILL'
		import gzip, json
		parts = [{'type': 'library', 'group': 'io.micronaut', 'name': n, 'version': v,
			'purl': f'pkg:maven/io.micronaut/{n}@{v}', 'bom-ref': n} for n, v in (('core', '4.1.0'), ('http', '4.2.0'))]
		bill = gzip.compress(json.dumps({'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1, 'components': parts,
			'dependencies': [{'ref': 'http', 'dependsOn': ['core']}]}).encode(), mtime=0)
		text = ', '.join(str(b) for b in bill)
		open('native.c', 'w').write(f'const unsigned char sbom[] = {{ {text} }};\nconst unsigned long sbom_length = {len(bill)};\n'
			'__attribute__((section(".svm_heap"))) int heap = 1;\nint main(void) { return heap + sbom[0]; }\n')
	BILL
	gcc -o native native.c
	same "GraalVM's bill" "$(purls graalvm file:native)" "$(listed pkg:maven/io.micronaut/core@4.1.0 pkg:maven/io.micronaut/http@4.2.0)"
else
	skip 'sections of a program' 'gcc or objcopy is not installed'
fi

# ---- .NET ----
# A host as .NET's is: a mark in its data leads to the list of files behind it.
if command -v gcc >/dev/null; then
	cat >bundle.py <<-'PY'
		import hashlib, json, struct, sys
		version = int(sys.argv[2])
		mark = hashlib.sha256(b'.net core bundle\n').digest()
		deps = json.dumps({'runtimeTarget': {'name': 'T'}, 'targets': {'T': {'App/1.0.0': {'dependencies': {'Lib': '2.0.0'}},
			'Lib/2.0.0': {'runtime': {'lib/Lib.dll': {}}}}}, 'libraries': {'App/1.0.0': {'type': 'project'},
			'Lib/2.0.0': {'type': 'package'}}}).encode()
		b = bytearray(open('host', 'rb').read())
		at = b.index(mark) - 8
		where = len(b)
		b += deps + bytes(200000) # its assemblies
		header = len(b)
		b += struct.pack('<III', version, 0, 2) + b'\x0cbundle-id-12'
		if version >= 2: b += struct.pack('<QQQQQ', where, len(deps), 0, 0, 0)
		for kind, name in ((1, b'App.dll'), (3, b'App.deps.json')): b += struct.pack('<QQ', where, len(deps)) + (bytes(8) if version >= 6 else b'') + bytes([kind, len(name)]) + name
		b[at:at + 8] = struct.pack('<Q', header)
		open(sys.argv[1], 'wb').write(b)
	PY
	python3 -c "
import hashlib
mark = ', '.join(str(c) for c in bytes(8) + hashlib.sha256(b'.net core bundle\n').digest())
open('host.c', 'w').write('volatile unsigned char place[] = { ' + mark + ' };\nint main(void) { return place[0]; }\n')"
	gcc -o host host.c
	same 'a host of .NET without files' "$(purls dotnet file:host | wc -l)" 0
	for version in 1 2 6; do
		python3 bundle.py "bundle$version" $version
		same "a bundle of .NET, version $version" "$(purls dotnet "file:bundle$version")" \
			"$(listed pkg:nuget/App@1.0.0 pkg:nuget/Lib@2.0.0)"
	done
	head -c -100 bundle6 >cut
	expect 'a bundle that is cut short' 4 'cut short|bad bundle' temper sbom -o json file:cut
else
	skip 'bundles of .NET' 'gcc is not installed'
fi
if command -v mcs >/dev/null; then
	cat >own.cs <<-'CS'
		using System.Reflection;
		[assembly: AssemblyProduct("Own product")]
		[assembly: AssemblyVersion("3.2.1.0")]
		[assembly: AssemblyFileVersion("3.2.1.9")]
		[assembly: AssemblyInformationalVersion("3.2.1-beta.4+c0ffee")]
		public class A {}
	CS
	mcs -target:library -out:Own.dll own.cs >out 2>err || bad '.NET' mcs
	same 'an assembly of .NET' "$(purls dotnet file:Own.dll)" pkg:nuget/Own@3.2.1-beta.4
else
	skip 'an assembly of .NET' 'mcs is not installed'
fi

# ---- this system's own programs, without its package manager: what they call themselves ----
mkdir -p lone
# lone PROGRAM PURL COMMAND: the number in what COMMAND prints is the version.
lone() {
	file=$(PATH=/usr/bin:/bin:/usr/sbin:/sbin command -v "$1" || echo /nowhere)
	file=$(readlink -f "$file")
	[ -f "$file" ] && [ "$(od -An -N4 -c "$file" | tr -d ' ')" = '177ELF' ] || { skip "$1" 'is not installed'; return; }
	version=$(PATH=/usr/bin:/bin:/usr/sbin:/sbin sh -c "$3" 2>&1 | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)*[a-z0-9]*' | head -n 1)
	rm -f lone/*
	cp "$file" "lone/${4:-$1}"
	same "$1 $version" "$(purls binary dir:lone)" "$2@$version"
}
lone bash pkg:generic/bash 'bash --version'
lone python3 pkg:generic/python 'python3 --version'
lone perl pkg:generic/perl "perl -e 'printf \"%vd\", \$^V'"
lone openssl pkg:generic/openssl 'openssl version'
lone gzip pkg:generic/gzip 'gzip --version'
lone xz pkg:generic/xz 'xz --version'
lone zstd pkg:generic/zstd 'zstd --version'
lone getopt pkg:generic/util-linux 'getopt --version'
lone curl pkg:generic/curl 'curl --version'
lone node pkg:generic/node 'node --version'
lone nginx pkg:generic/nginx 'nginx -v'
lone jq pkg:generic/jq 'jq --version'
lone haproxy pkg:generic/haproxy 'haproxy -v'
lone memcached pkg:generic/memcached 'memcached --version'
lone lighttpd pkg:generic/lighttpd 'lighttpd -v'
lone ffmpeg pkg:generic/ffmpeg 'ffmpeg -version'
lone busybox pkg:generic/busybox 'busybox --help'
lone redis-server pkg:generic/redis 'redis-server --version'
lone php pkg:generic/php-cli 'php --version'
lone mariadb pkg:generic/mariadb 'mariadb --version | sed "s/.*Distrib//; s/.*from//"'
flow_end
