/* Lock and project files of many languages: one of each form, and what it tells. */
#include "told.h"

static const struct row {
	const char *cataloger;
	struct tree_given file[3];
	const char *want;
} rows[] = {
	{ "rust-lock",
	  { F("Cargo.lock",
	      "version = 3\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n"
	      " \"rand 0.8.5\",\n \"serde\",\n \"rand 0.7.0 (git+https://x/rand)\",\n]\n\n"
	      "[[package]]\nname = \"rand\"\nversion = \"0.8.5\"\nsource = \"registry+https://x\"\n"
	      "checksum = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n\n"
	      "[[package]]\nname = \"rand\"\nversion = \"0.7.0\"\nsource = "
	      "\"git+https://x/rand#01\"\n\n"
	      "[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n") },
	  "pkg:cargo/app@0.1.0 declared > rand@0.8.5 serde@1.0.0 rand@0.7.0\n"
	  "pkg:cargo/rand@0.7.0 declared\n"
	  "pkg:cargo/rand@0.8.5 declared sha256:01234567\n"
	  "pkg:cargo/serde@1.0.0 declared\n" },
	{ "go-mod",
	  { F("a/go.mod",
	      "module \"m.x/y\" // not indirect\n\ngo 1.21\nreplace a.b/c v1.0.0 => d.e/f v2.0.0\n"
	      "require single.x/y v0.1.0\r\nrequire (\n\ta.b/c v1.0.0\n\t//z.z/z v9.9.9\n"
	      "\t`g.h/i/v2` v2.1.0+incompatible // indirect\n\tj.k/l v1.1.1\n\tn.o/p v1.0.0\n)\n"
	      "replace (\n\tj.k/l => ../l\n\tn.o/p v3.0.0 => q.r/s v1.0.0\n)\nexclude a.b/c "
	      "v0.0.1\n"),
	    F("a/go.sum", "single.x/y v0.1.0 h1:abc=\nsingle.x/y v0.1.0/go.mod h1:def=\n") },
	  "pkg:golang/d.e/f@v2.0.0 declared\n"
	  "pkg:golang/g.h/i/v2@v2.1.0%2Bincompatible declared\n"
	  "pkg:golang/j.k/l@v1.1.1 declared\n"
	  "pkg:golang/n.o/p@v1.0.0 declared\n"
	  "pkg:golang/single.x/y@v0.1.0 declared\n" },
	{ "go-mod",
	  { F("vendor/modules.txt",
	      "# a.b/c v1.0.0\n## explicit; go 1.17\na.b/c/sub\n# d.e/f v1.0.0 => g.h/i v2.0.0\n"
	      "## explicit\nd.e/f\n# z.z/z => ../z\n") },
	  "pkg:golang/a.b/c@v1.0.0 declared\n"
	  "pkg:golang/g.h/i@v2.0.0 declared\n" },
	{ "hex-lock",
	  { F("mix.lock",
	      "%{\n  \"cowlib\": {:hex, :cowlib, \"2.11.0\", \"aaa\", [:make, :rebar3], [], "
	      "\"hexpm\", "
	      "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"},\n"
	      "  \"web\": {:hex, :cowboy, \"2.9.0\", \"eee\", [:make], [{:cowlib, \"2.11.0\", "
	      "[hex: :cowlib, "
	      "repo: \"hexpm\", optional: false]}, {:gone, \"~> 1\", []}], \"hexpm\", \"fff\"},\n"
	      "  \"foo\": {:git, \"https://x/foo.git\", \"fc94\", [branch: \"b\"]},\n"
	      "  \"old\": {:hex, :old, \"1.0.0\"},\n}\n") },
	  "pkg:hex/cowboy@2.9.0 declared > cowlib@2.11.0\n"
	  "pkg:hex/cowlib@2.11.0 declared sha256:01234567\n"
	  "pkg:hex/foo@fc94 declared\n"
	  "pkg:hex/old@1.0.0 declared\n" },
	{ "hex-lock",
	  { F("rebar.lock",
	      "{\"1.2.0\",\n[{<<\"app\">>,{pkg,<<\"certifi\">>,<<\"2.9.0\">>},0},\n "
	      "{<<\"bson\">>,\n"
	      "  {git,\"https://x/bson\",\n   {ref,\"1430\"}},\n  1}]}.\n[\n{pkg_hash,[\n"
	      " {<<\"app\">>, <<\"AAAA\">>}]},\n{pkg_hash_ext,[\n {<<\"app\">>, "
	      "<<\"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\">>}]}\n]."
	      "\n") },
	  "pkg:hex/bson@1430 declared\n"
	  "pkg:hex/certifi@2.9.0 declared sha256:01234567\n" },
	{ "dart-lock",
	  { F("pubspec.lock",
	      "packages:\n  a:\n    dependency: \"direct main\"\n    description:\n      name: a\n"
	      "      sha256: \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n"
	      "      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.0.0\"\n  b:\n"
	      "    dependency: \"direct dev\"\n    description:\n      url: \"https://h.x\"\n    "
	      "source: hosted\n"
	      "    version: \"2.0.0\"\n  flutter:\n    description: flutter\n    source: sdk\n"
	      "    version: \"0.0.0\"\n  g:\n    dependency: transitive\n    description:\n"
	      "      resolved-ref: \"01ab\"\n      url: \"https://x/g.git\"\n    source: git\n"
	      "    version: \"0.3.0\"\nsdks:\n  dart: \">=2\"\n") },
	  "pkg:pub/a@1.0.0 declared sha256:01234567\n"
	  "pkg:pub/b@2.0.0?repository_url=https:%2F%2Fh.x declared dev\n"
	  "pkg:pub/g@0.3.0 declared\n" },
	{ "dart-lock",
	  { F("pubspec.yaml", "name: app\nversion: 1.2.3+4\ndependencies:\n  a: ^1\n  flutter:\n"
			      "    sdk: flutter\n") },
	  "pkg:pub/app@1.2.3%2B4 declared > a flutter\n" },
	{ "swift-lock",
	  { F("Package.resolved",
	      "{\"pins\":[{\"identity\":\"a\",\"location\":\"https://github.com/apple/"
	      "a.git\",\"state\":{"
	      "\"revision\":\"01\",\"version\":\"1.0.0\"}},{\"identity\":\"b\",\"location\":"
	      "\"git@gitlab.com:o/"
	      "b.git\",\"state\":{\"branch\":\"m\",\"revision\":\"02ab\"}},{\"identity\":"
	      "\"scope.c\",\"kind\":\"registry\",\"location\":\"\",\"state\":{\"version\":\"3.0."
	      "0\"}}],"
	      "\"version\":3}"),
	    F("x/Package.resolved", "{\"object\":{\"pins\":[{\"package\":\"D\",\"repositoryURL\":"
				    "\"https://github.com/o/d\","
				    "\"state\":{\"version\":\"4.0.0\"}}]},\"version\":1}") },
	  "pkg:swift/github.com/apple/a@1.0.0 declared\n"
	  "pkg:swift/github.com/o/d@4.0.0 declared\n"
	  "pkg:swift/gitlab.com/o/b@02ab declared\n"
	  "pkg:swift/scope/c@3.0.0 declared\n" },
	{ "swift-lock",
	  { F("Podfile.lock",
	      "PODS:\n  - A (3.1.2):\n    - B/Core (~> 3)\n    - B/Other\n    - C (>= 3.10.0)\n"
	      "  - B/Core (3.1.0)\n  - B/Other (3.1.0):\n    - B/Core\n  - C (33)\n\n"
	      "SPEC CHECKSUMS:\n  A: 4ea1bbed609f\n") },
	  "pkg:cocoapods/A@3.1.2 declared > B C\n"
	  "pkg:cocoapods/B@3.1.0#Core declared\n"
	  "pkg:cocoapods/B@3.1.0#Other declared\n"
	  "pkg:cocoapods/C@33 declared\n" },
	{ "cpp-lock",
	  { F("conan.lock", "{\"graph_lock\":{\"nodes\":{\"0\":{\"requires\":[\"1\"],\"path\":"
			    "\"conanfile.txt\"},\"1\":{\"ref\":"
			    "\"mfast/1.2.2@u/c#c6f6\",\"requires\":[\"2\"]},\"2\":{\"ref\":\"zlib/"
			    "1.2.12#0a:0b#0c\","
			    "\"context\":\"host\"},\"3\":{\"ref\":\"cmake/3.0@_/"
			    "_\",\"context\":\"build\"}}},\"version\":\"0.4\"}"),
	    F("2/conan.lock", "{\"version\":\"0.5\",\"requires\":[\"sound/1.0#83d4%1675.07\"],"
			      "\"build_requires\":[\"tool/2.0\"]}"),
	    F("conanfile.txt",
	      "# c\n[requires]\n# c\nfmt/8.1.1\nspdlog/1.9.2@u/c#12%%98\nr/[>1.0]\n"
	      "[generators]\nx/1\n") },
	  "pkg:conan/cmake@3.0 declared dev\n"
	  "pkg:conan/fmt@8.1.1 declared\n"
	  "pkg:conan/mfast@1.2.2?channel=c&rrev=c6f6&user=u declared > zlib@1.2.12\n"
	  "pkg:conan/sound@1.0?rrev=83d4 declared\n"
	  "pkg:conan/spdlog@1.9.2?channel=c&rrev=12&user=u declared\n"
	  "pkg:conan/tool@2.0 declared dev\n"
	  "pkg:conan/zlib@1.2.12?rrev=0a declared\n" },
	{ "cpp-lock",
	  { F("d/mfast/1.2.2/u/c/package/9d1f/conaninfo.txt",
	      "[requires]\n    boost/1.Y.Z\n\n[full_requires]\n    boost/1.75.0:dc8a\n") },
	  "pkg:conan/boost@1.75.0 declared\n"
	  "pkg:conan/mfast@1.2.2?channel=c&user=u metadata\n" },
	{ "cpp-lock",
	  { F("vcpkg.json",
	      "{\"name\":\"app\",\"version-semver\":\"0.1.0\",\"dependencies\":[\"fmt\",{\"name\":"
	      "\"zlib\"}],\"overrides\":[{\"name\":\"fmt\",\"version\":\"9.1.0\"}]}") },
	  "pkg:vcpkg/app@0.1.0 declared > fmt zlib\n"
	  "pkg:vcpkg/fmt@9.1.0 declared\n" },
	{ "haskell-lock",
	  { F("stack.yaml.lock", "packages:\n- completed:\n    hackage: "
				 "configurator-pg-0.2.6@sha256:cd9b,2849\n  original:\n"
				 "    hackage: other-1.0\n- completed:\n    name: g\n    version: "
				 "'1.1'\n    git: https://x/g\n"),
	    F("stack.yaml",
	      "extra-deps:\n  - HTTP-4000.3.16@sha256:60,59\n  - git: x\n    commit: y\n"
	      "  - ./local-dir\n"),
	    F("cabal.project.freeze",
	      "constraints: any.Cabal ==3.2.1.0,\n             any.array installed,\n"
	      "             tls +compat,\n             any.tls ==1.0\n") },
	  "pkg:hackage/Cabal@3.2.1.0 declared\n"
	  "pkg:hackage/HTTP@4000.3.16 declared\n"
	  "pkg:hackage/configurator-pg@0.2.6 declared\n"
	  "pkg:hackage/g@1.1 declared\n"
	  "pkg:hackage/tls@1.0 declared\n" },
	{ "r-lock",
	  { F("renv.lock",
	      "{\"R\":{\"Version\":\"4.2.3\"},\"Packages\":{\"markdown\":{\"Package\":\"markdown\","
	      "\"Version\":\"1.0\",\"Source\":\"Repository\",\"Requirements\":[\"mime\"]},"
	      "\"mime\":{\"Package\":\"mime\",\"Version\":\"0.7\"}}}") },
	  "pkg:cran/markdown@1.0 declared > mime\n"
	  "pkg:cran/mime@0.7 declared\n" },
	{ "terraform-lock",
	  { F("x/.terraform.lock.hcl", "# c\n\nprovider \"registry.terraform.io/hashicorp/aws\" "
				       "{\n  version     = \"5.72.1\"\n"
				       "  constraints = \">= 5.0\"\n  hashes = [\n    "
				       "\"h1:abc=\",\n    \"zh:01\",\n  ]\n}\n") },
	  "pkg:terraform/registry.terraform.io/hashicorp/aws@5.72.1 declared\n" },
	{ "github-actions",
	  { F(".github/workflows/ci.yml",
	      "jobs:\n  call:\n    uses: o/r/.github/workflows/w.yml@v1\n  t:\n    steps:\n"
	      "      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2\n"
	      "      - name: x\n        uses: './local'\n      - uses: "
	      "\"a/b@0123456789abcdef0123456789abcdef"
	      "01234567\" # keep\n      - uses: docker://x:1\n      # uses: no/no@v1\n") },
	  "pkg:github/a/b@0123456789abcdef0123456789abcdef01234567 declared\n"
	  "pkg:github/actions/checkout@v4.2.2 declared\n"
	  "pkg:github/o/r@v1#.github/workflows/w.yml declared\n" },
	{ "opam",
	  { F("a.opam", "version: \"1.5.0\"\n# c\nopam-version: \"2.0\"\ndescription: "
			"\"\"\"\nname: \"no\"\n\"\"\"\n"
			"license: [\"ISC\" \"MIT\"]\ndepends: [\n  \"dune\" {>= \"2.8\"}\n  "
			"\"ocaml\" {>= \"4\"}\n"
			"  \"fmt\"\n]\nbuild: [[\"dune\" name]]\n"),
	    F("root/.opam/default/.opam-switch/packages/b.2.0/opam",
	      "opam-version: \"2.0\"\nurl {\n  src: \"https://x/b.tar.gz\"\n  checksum:\n"
	      "    \"sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n}\n"
	      "extra-source \"x\" {\n  checksum: \"md5=00112233445566778899aabbccddeeff\"\n}\n") },
	  "pkg:opam/a@1.5.0 declared (ISC AND MIT) > dune fmt\n"
	  "pkg:opam/b@2.0 database sha256:01234567\n" },
	{ "perl",
	  { F("usr/local/lib/perl5/x/.meta/Try-Tiny-0.31/MYMETA.json",
	      "{\"name\":\"Try-Tiny\",\"version\":\"0.31\",\"license\":[\"mit\"],\"author\":[\"A\"]"
	      "}"),
	    F("usr/lib/perl/perllocal.pod",
	      "=head2 Tue Jan 1 00:00:00 2024: C<Module> L<JSON::PP|JSON::PP>\n\n=over 4\n\n=item "
	      "*\n\n"
	      "C<installed into: /usr>\n\n=item *\n\nC<VERSION: 4.16>\n\n=back\n") },
	  "pkg:cpan/JSON-PP@4.16 database\n"
	  "pkg:cpan/Try-Tiny@0.31 metadata (MIT)\n" },
};

static int reads_each(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		ptrdiff_t n = 0;
		while (n < 3 && row->file[n].path.len)
			n++;
		TRY(check_told(op, row->cataloger, true, row->file, n, row->want));
	}
	return 0;
}

static int lists_files_of_perl(struct op *op)
{
	static const struct tree_given files[] = {
		F("usr/lib/perl/perllocal.pod",
		  "=head2 x: C<Module> L<A::B|A::B>\n\nC<VERSION: 1>\n"),
		F("usr/lib/perl/auto/A/B/.packlist",
		  "/usr/lib/perl/A/B.pm type=file\n/usr/bin/ab\n"),
		PROGRAM("usr/bin/ab", "#!/usr/bin/perl\n"),
	};
	struct inventory v;

	TRY(catalog_over(op, "perl", false, files, 3, &v));
	CHECK(v.package_n == 1 && v.package[0].file_n == 2 && v.recognised == 1);
	CHECK(v.package_n && v.package[0].file_n &&
	      str_eq(v.package[0].file[0].path, S("usr/bin/ab")));
	return 0;
}

static int check_repeated(struct op *op, const char *cataloger, const char *path, const char *head,
			  const char *again, int n, const char *want)
{
	struct tree_given file = { .path = str_of(path) };
	struct buf b;

	buf_init(&b, op, 64 << 20);
	buf_add(&b, str_of(head));
	for (int i = 0; i < n; i++)
		buf_add(&b, str_of(again));
	TRY(buf_take(&b, &file.bytes));
	return check_told(op, cataloger, true, &file, 1, want);
}

/* What is said a hundred thousand times takes no longer than its bytes. */
static int is_linear(struct op *op)
{
	TRY(check_repeated(op, "opam", "a.opam", "version: \"1\"\nurl {\n",
			   "\"md5=00112233445566778899aabbccddeeff\"\n", 100000,
			   "pkg:opam/a@1 declared md5:00112233\n"));
	TRY(check_repeated(op, "ruby", "a.gemspec",
			   "Gem::Specification.new do |s|\ns.name='a'\ns.version='1'\n",
			   "s.summary=\"#{s.name}\"\ns.add_dependency 'b'\n", 50000,
			   "pkg:gem/a@1 declared > b\n"));
	return check_repeated(op, "terraform-lock", ".terraform.lock.hcl",
			      "provider \"h/o/n\" {\nversion = \"1\"\n", "\"h1:x\"\n}\n", 100000,
			      "pkg:terraform/h/o/n@1 declared\n");
}

/* What is cut off at any byte makes a warning at worst. */
static int survives_cuts(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		for (ptrdiff_t len = 0; len < row->file[0].bytes.len; len += 1 + len / 40) {
			struct op_mark mark = op_mark(op);
			struct tree_given file = row->file[0];
			struct inventory v;
			file.bytes = exact(str_head(file.bytes, len));
			TRY(catalog_over(op, row->cataloger, true, &file, 1, &v));
			op_reset(op, mark);
		}
	}
	return 0;
}

TESTS({ "reads each", reads_each, .once = true }, { "lists files of perl", lists_files_of_perl },
      { "is linear", is_linear, .once = true }, { "survives cuts", survives_cuts, .once = true })
