#include "told.h"

#define GEM "Gem::Specification.new do |s|\n"

static int reads_specifications(struct op *op)
{
	static const struct tree_given files[] = {
		F("usr/local/bundle/specifications/rack-2.2.3.gemspec",
		  "# -*- encoding: utf-8 -*-\n# stub: rack 2.2.3 ruby lib\n\n" GEM
		  "  s.name = \"rack\".freeze\n  s.version = \"2.2.3\"\n\n"
		  "  s.required_rubygems_version = Gem::Requirement.new(\">= 0\".freeze) if s.x?\n"
		  "  s.authors = [\"Andr\\u00E9 A\".freeze, \"B\\\"C\".freeze]\n"
		  "  s.homepage = \"https://x/#{s.name}/#{s.version}\".freeze\n"
		  "  s.licenses = [\"MIT\".freeze, \"Ruby\".freeze]\n"
		  "  s.metadata = { \"bug\" => \"b\", \"source_code_uri\" => \"https://src\" } if "
		  "s.y?\n"
		  "  s.summary = 'It\\'s \\n'.freeze\n"
		  "  s.add_runtime_dependency(%q<zlib>.freeze, [\"~> 1\".freeze])\n"
		  "  s.add_development_dependency(%q<minitest>.freeze, [\"~> 5.0\"])\n"
		  "  s.add_dependency(%q<minitest>.freeze, [\"~> 5.0\"])\n"
		  "  s.add_dependency(%q<zlib>.freeze, [\"~> 1\"])\nend\n"),
		F("usr/lib/ruby/gems/3.1.0/specifications/default/zlib-1.0.gemspec",
		  GEM "  s.name = 'zlib'\n  s.version = Gem::Version.new(\"1.0\")\n"
		      "  s.platform = \"x86_64-linux\".freeze\n"),
		F("opt/specifications/stub-3.0-java.gemspec",
		  "# stub: stub 3.0 java lib\n" GEM "end\n"),
		F("opt/specifications/none.gemspec", "s.name = \"none\"\ns.version = \"1\"\n"),
		F("opt/gems/zlib-1.0/zlib.gemspec", GEM "s.name = 'own'\ns.version = '1'\n"),
		F("app/app.gemspec", GEM "s.name = 'app'\ns.version = '1'\n"),
	};
	struct inventory v;

	TRY(TOLD(op, "ruby", false, files,
		 "pkg:gem/rack@2.2.3 metadata (MIT OR Ruby) > zlib\n"
		 "pkg:gem/stub@3.0?platform=java metadata\n"
		 "pkg:gem/zlib@1.0?platform=x86_64-linux metadata\n"));
	TRY(catalog_over(op, "ruby", false, files, 1, &v));
	const struct package *p = package_by(&v, "pkg:gem/rack@2.2.3");
	CHECK(p);
	if (!p)
		return 0;
	CHECK_STR(p->author, S("Andr\xc3\xa9 A, B\"C"));
	CHECK_STR(p->homepage, S("https://x/rack/2.2.3"));
	CHECK_STR(p->vcs, S("https://src"));
	CHECK_STR(p->description, S("It's \\n"));
	return 0;
}

static int finds_versions(struct op *op)
{
	static const struct tree_given files[] = {
		F("a/a.gemspec",
		  "VERSION = '3.0.0'\n" GEM "  spec.name = 'inline'\n  spec.version = VERSION\n"),
		F("b/b.gemspec", "require_relative 'lib/my/app/version'\n" GEM
				 "  spec.name = \"my-app\"\n  spec.version = My::App::VERSION\n"),
		F("b/lib/my/app/version.rb", "# VERSION = '0'\nmodule My; "
					     "VERSION = '1.2.3'.freeze; end\n"),
		F("c/c.gemspec",
		  GEM "  spec.name = 'method'\n  spec.version     = Other.version\n"),
		F("c/lib/other/version.rb",
		  "class Other\n  def self.version\n    \"4.5\"\n  end\nend\n"),
		F("d/d.gemspec", GEM "  spec.name = 'gone'\n  spec.version = Gone::VERSION\n"),
		F("x/bundler/gems/e-0123/e.gemspec", GEM "s.name = 'e'\ns.version = E::VERSION\n"),
		F("x/bundler/gems/e-0123/lib/e/version.rb",
		  "E::VERSION = \"x\"\nVERSION = %q<5.0>\n"),
	};
	return TOLD(op, "ruby", true, files,
		    "pkg:gem/e@5.0 metadata\n"
		    "pkg:gem/inline@3.0.0 declared\n"
		    "pkg:gem/method@4.5 declared\n"
		    "pkg:gem/my-app@1.2.3 declared\n");
}

static int accounts_for_programs(struct op *op)
{
	static const struct tree_given files[] = {
		F("specifications/x-1.gemspec", GEM
		  "s.name = \"x\"\ns.version = \"1\"\ns.executables = [\"x\".freeze, \"../y\"]\n"),
		PROGRAM("gems/x-1/exe/x", "#!/usr/bin/ruby\n"),
		PROGRAM("gems/x-10/exe/z", "#!/usr/bin/ruby\n"),
		PROGRAM("extensions/linux/3.1/x-1/y", "#!/bin/sh\n"),
		PROGRAM("bin/x", "#!/usr/bin/ruby\n"),
	};
	struct inventory v;

	TRY(catalog_over(op, "ruby", false, files, 5, &v));
	CHECK(v.executables == 4 && v.recognised == 3 && v.unknown_n == 1);
	if (v.unknown_n)
		CHECK_STR(v.unknown[0].path, S("gems/x-10/exe/z"));
	return 0;
}

static int reads_locks(struct op *op)
{
	static const struct tree_given files[] = {
		F("Gemfile.lock",
		  "GIT\n  remote: https://x/t.git\n  revision: 01ab\n  specs:\n    turbo (3.0.0)\n "
		  "     rack\n\n"
		  "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.2.3)\n      other "
		  "(~> 1.0)\r\n"
		  "    nokogiri (1.15.0)\n    nokogiri (1.15.0-x86_64-linux)\n      rack (= "
		  "2.2.3)\n\n"
		  "PLATFORMS\n  ruby\n\nDEPENDENCIES\n  turbo!\n\nCHECKSUMS\n"
		  "  rack (2.2.3) "
		  "sha256=0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef\n  "
		  "turbo (3.0.0)\n"),
	};
	return TOLD(op, "ruby-lock", true, files,
		    "pkg:gem/nokogiri@1.15.0 declared\n"
		    "pkg:gem/nokogiri@1.15.0?platform=x86_64-linux declared > rack@2.2.3\n"
		    "pkg:gem/rack@2.2.3 declared sha256:01234567\n"
		    "pkg:gem/turbo@3.0.0 declared > rack@2.2.3\n");
}

TESTS({ "reads specifications", reads_specifications }, { "finds versions", finds_versions },
      { "accounts for programs", accounts_for_programs }, { "reads locks", reads_locks })
