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

TESTS({ "reads each", reads_each, .once = true }, { "survives cuts", survives_cuts, .once = true })
