#!/bin/bash
# Node's, Ruby's, Rust's, Go's and Perl's packages as the real tools install and lock them: what those list is what temper
# must find, no more and no less.
. "$(dirname "$0")/flow"
purls() { temper sbom -q --select-catalogers "$1" -o purls "dir:$2" 2>err | LC_ALL=C sort; }
listed() { printf '%s\n' "$@" | LC_ALL=C sort; }
relations() { # CATALOGER DIRECTORY: "FROM TO" of what depends on what
	temper sbom -q --select-catalogers "$1" -o json "dir:$2" 2>err | python3 -c '
import json, sys
for r in json.load(sys.stdin).get("relations", []):
    if r["kind"] == "depends-on":
        print(r["from"], r["to"])' | LC_ALL=C sort
}

# ---- npm, without a network: packages of our own ----
npm_pack() { # DIRECTORY JSON
	mkdir -p "pack/$1"
	echo "$2" >"pack/$1/package.json"
	(cd "pack/$1" && npm pack --silent --pack-destination ..) >>out 2>>err
}
if command -v npm >/dev/null; then
	npm_pack b '{"name":"temper-b","version":"2.0.0","license":"ISC"}'
	npm_pack c '{"name":"@temper/c","version":"3.0.0","bundleDependencies":["temper-b"],"dependencies":{"temper-b":"1"}}'
	mkdir -p pack/c/node_modules/temper-b pack/c/test
	echo '{"name":"temper-b","version":"1.0.0"}' >pack/c/node_modules/temper-b/package.json
	echo '{"name":"fixture","version":"1.0.0","private":true}' >pack/c/test/package.json
	(cd pack/c && npm pack --silent --pack-destination ..) >>out 2>>err
	npm_pack a '{"name":"temper-a","version":"1.0.0","dependencies":{"temper-b":"^2.0.0","@temper/c":"*"}}'
	mkdir npm
	cat >npm/package.json <<-'JSON'
		{"name":"app","version":"0.1.0","dependencies":{"temper-b":"file:../pack/temper-b-2.0.0.tgz",
		"@temper/c":"file:../pack/temper-c-3.0.0.tgz","temper-a":"file:../pack/temper-a-1.0.0.tgz"}}
	JSON
	if (cd npm && npm install --offline --no-audit --no-fund) >out 2>err; then
		want=$(listed pkg:npm/app@0.1.0 pkg:npm/temper-a@1.0.0 pkg:npm/temper-b@1.0.0 pkg:npm/temper-b@2.0.0 pkg:npm/%40temper/c@3.0.0)
		same 'npm, installed' "$(purls node npm)" "$want"
		same 'npm, locked' "$(purls node-lock npm)" "$want"
		want=$(listed 'pkg:npm/app@0.1.0 pkg:npm/temper-a@1.0.0' 'pkg:npm/app@0.1.0 pkg:npm/temper-b@2.0.0' \
			'pkg:npm/app@0.1.0 pkg:npm/%40temper/c@3.0.0' 'pkg:npm/temper-a@1.0.0 pkg:npm/temper-b@2.0.0' \
			'pkg:npm/temper-a@1.0.0 pkg:npm/%40temper/c@3.0.0' 'pkg:npm/%40temper/c@3.0.0 pkg:npm/temper-b@1.0.0')
		same 'npm, who needs whom' "$(relations node npm)" "$want"
		same 'npm, the same in its lock' "$(relations node-lock npm)" "$want"
	else
		bad npm 'it does not install its own archives'
	fi
else
	skip npm 'it is not installed'
fi

# ---- npm, Yarn and pnpm with a registry: one project, and whatever they list ----
npm_says() { # what npm lists, as purls
	npm ls --all --parseable --long 2>/dev/null | python3 -c '
import sys
for line in sys.stdin:
    told = line.strip().split(":", 1)[1].strip(":").split("@npm:")[-1] # an alias: NAME@npm:REAL@VERSION
    name, _, version = told.rpartition("@")
    if name and version:
        print("pkg:npm/%s@%s" % (name.replace("@", "%40"), version))' | LC_ALL=C sort -u
}
managers() {
	npm install --prefix tools --no-audit --no-fund --ignore-scripts yarn@1 pnpm@9 @yarnpkg/cli-dist@4 || return 1
	for m in net yarn berry pnpm; do
		mkdir "$m"
		echo '{"name":"app","version":"1.0.0","dependencies":{"my-chalk":"npm:chalk@^4","send":"^0.19"},' \
			'"devDependencies":{"@babel/code-frame":"^7"}}' >"$m/package.json"
	done
	registry=$(npm config get registry)
	(cd net && npm install --no-audit --no-fund --ignore-scripts) || return 1
	(cd yarn && node ../tools/node_modules/yarn/bin/yarn.js install --ignore-scripts --no-progress --registry "$registry") || return 1
	(cd pnpm && node ../tools/node_modules/pnpm/bin/pnpm.cjs install --ignore-scripts --registry "$registry") || return 1
	touch berry/yarn.lock
	(cd berry && env YARN_NPM_REGISTRY_SERVER="$registry" YARN_UNSAFE_HTTP_WHITELIST='*' YARN_ENABLE_TELEMETRY=0 \
		YARN_NODE_LINKER=node-modules YARN_ENABLE_GLOBAL_CACHE=false \
		node ../tools/node_modules/@yarnpkg/cli-dist/bin/yarn.js install --mode=skip-build) || return 1
}
if command -v npm >/dev/null && timeout 30 npm view --silent chalk@4.1.2 version >out 2>err && managers >out 2>err; then
	want=$(cd net && npm_says)
	same 'a registry, npm' "$(purls node net)" "$want"
	for m in yarn pnpm berry; do
		same "$m, installed" "$(purls node $m)" "$want"
		same "$m, locked" "$(purls node-lock $m)" "$(echo "$want" | grep -v '^pkg:npm/app@')"
		same "$m, who needs whom" "$(relations node-lock $m)" "$(relations node-lock net | grep -v '^pkg:npm/app@')"
	done
else
	skip 'Yarn and pnpm' 'no registry answers'
fi

# ---- RubyGems ----
gem_make() {
	mkdir -p gem/lib/tgem gem/exe
	cat >gem/tgem.gemspec <<-'RUBY'
		require_relative 'lib/tgem/version'
		Gem::Specification.new do |spec|
		  spec.name = 'tgem'
		  spec.version = TGem::VERSION
		  spec.authors = ['A "B" Ü']
		  spec.summary = "It's #{spec.name}"
		  spec.licenses = ['MIT']
		  spec.files = Dir['lib/**/*.rb', 'exe/*']
		  spec.bindir = 'exe'
		  spec.executables = ['tgem']
		  spec.add_dependency 'rake', '>= 1'
		  spec.add_development_dependency 'minitest'
		end
	RUBY
	echo "module TGem; VERSION = '1.2.3'.freeze; end" >gem/lib/tgem/version.rb
	printf '#!/usr/bin/env ruby\n' >gem/exe/tgem
	chmod +x gem/exe/tgem
	(cd gem && gem build tgem.gemspec && gem install --local --force --no-document --install-dir ../gems tgem-1.2.3.gem)
}
if command -v gem >/dev/null; then
	if gem_make >out 2>err; then
		same 'gem, a project' "$(purls ruby gem)" pkg:gem/tgem@1.2.3
		same 'gem, installed' "$(purls ruby gems)" pkg:gem/tgem@1.2.3
		expect 'gem, what it needs and what runs' 0 '"recognised": 2' temper sbom -q --select-catalogers ruby -o json dir:gems
		same 'gem, its author' "$(temper sbom -q -o json dir:gems | python3 -c 'import json, sys
p = json.load(sys.stdin)["packages"][0]
print(p["author"], p["needs"], p["licence"], p["description"])')" "A \"B\" Ü ['rake'] MIT It's tgem"
	else
		bad gem 'it does not build'
	fi
	home=$(gem environment gemdir)
	for d in $(gem environment gempath | tr : ' '); do
		[ ! -d "$d/specifications" ] || purls ruby "$d"
	done | sed 's/?.*//' | LC_ALL=C sort -u >got
	gem list --local 2>/dev/null | python3 -c '
import re, sys
for line in sys.stdin:
    name, versions = re.match(r"(\S+) \((.*)\)", line).groups()
    for v in versions.replace("default: ", "").split(", "):
        print("pkg:gem/%s@%s" % (name, v.split()[0]))' | LC_ALL=C sort -u >want
	if [ -s want ]; then same "gem, all of this machine ($home)" "$(cat got)" "$(cat want)"; fi
else
	skip gem 'it is not installed'
fi

# ---- Cargo ----
if command -v cargo >/dev/null; then
	mkdir -p cargo/app/src cargo/dep/src
	printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2018"\n[dependencies]\ndep = { path = "../dep" }\n' >cargo/app/Cargo.toml
	printf '[package]\nname = "dep"\nversion = "1.2.3"\nedition = "2018"\n' >cargo/dep/Cargo.toml
	touch cargo/app/src/lib.rs cargo/dep/src/lib.rs
	if (cd cargo/app && env HOME="$(getent passwd "$(id -u)" | cut -d: -f6)" CARGO_HOME="$work/cargo-home" cargo generate-lockfile --offline) >out 2>err; then
		same 'cargo, locked' "$(purls rust-lock cargo)" "$(listed pkg:cargo/app@0.1.0 pkg:cargo/dep@1.2.3)"
		same 'cargo, who needs whom' "$(relations rust-lock cargo)" 'pkg:cargo/app@0.1.0 pkg:cargo/dep@1.2.3'
	else
		skip cargo 'this one cannot lock'
	fi
else
	skip cargo 'it is not installed'
fi

# ---- Perl, by MakeMaker ----
if perl -MExtUtils::MakeMaker -e1 2>/dev/null && command -v make >/dev/null; then
	mkdir -p perl/lib/Temper
	printf 'package Temper::Demo;\nour $VERSION = "1.04";\n1;\n' >perl/lib/Temper/Demo.pm
	printf 'use ExtUtils::MakeMaker;\nWriteMakefile(NAME => "Temper::Demo", VERSION_FROM => "lib/Temper/Demo.pm");\n' >perl/Makefile.PL
	if (cd perl && perl Makefile.PL && make && make install DESTDIR="$work/perl-root") >out 2>err; then
		same 'perl, installed' "$(purls perl perl-root)" pkg:cpan/Temper-Demo@1.04
	else
		skip perl 'this MakeMaker does not install'
	fi
else
	skip perl 'MakeMaker is not installed'
fi
flow_end
