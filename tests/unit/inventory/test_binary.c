#include <string.h>

#include "base/buf.h"
#include "inventory/binary_rules.h"
#include "codec/patterns.h"
#include "unit/inventory/harness.h"

#define B(literal)                           \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* What one file gives, as purls with blanks between. */
static int purls_of(struct op *op, const struct tree_given *file, ptrdiff_t n, str *ret)
{
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, "binary", true, file, n, &v));
	buf_init(&b, op, 4096);
	for (ptrdiff_t i = 0; i < v.package_n; i++)
		buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(v.package[i].purl));
	return buf_take(&b, ret);
}

static int by_bytes(struct op *op)
{
	static const struct {
		const char *path;
		str bytes;
		const char *purls;
	} cases[] = {
		{ "usr/local/bin/python3.11",
		  B("x\0"
		    "3.10.1\0y\0"
		    "3.11.4\0z"),
		  "pkg:generic/python@3.11.4" },
		{ "usr/local/bin/python3.1",
		  B("x\0"
		    "3.11.4\0z"),
		  "" }, /* 3.11 is not 3.1 */
		{ "usr/local/bin/python3",
		  B("x\0"
		    "3.11.4\0z"),
		  "" }, /* could be anything's */
		{ "usr/local/bin/python3",
		  B("x\0"
		    "3.11.4\0%.80s (%.80s) %.80s"),
		  "pkg:generic/python@3.11.4" },
		{ "usr/local/bin/python3.12",
		  B("#!/bin/sh\n\0"
		    "3.12.1\0"),
		  "" }, /* a script */
		{ "opt/python.d/notes",
		  B("x\0"
		    "3.11.4\0%.80s (%.80s) %.80s"),
		  "" },
		{ "bin/mysql",
		  B("\0"
		    "10.6.1-MariaDB\0"),
		  "pkg:generic/mariadb@10.6.1" },
		{ "bin/mysql", B("/x/percona-server-8.0.3-2/y\0/mysql-8.0.3/z"),
		  "pkg:generic/percona-server@8.0.3" },
		{ "bin/mysqld",
		  B("\0"
		    "5.7.33-ndb-7.6.17\0"),
		  "pkg:generic/mysql-cluster@7.6.17 pkg:generic/mysql-server@5.7.33" },
		{ "bin/helm", B("ldflags=-X helm.sh/helm/v3/internal/version.version=v3.12.1\"\n"),
		  "pkg:golang/helm.sh/helm@v3.12.1" },
		{ "bin/fluent-bit",
		  B("\0"
		    "3.0.2\0%sFluent Bit v%s%s"),
		  "pkg:github/fluent/fluent-bit@3.0.2" },
		{ "bin/openssl", B("(compatible; AWS-LC 1.69.0)\0OpenSSL 1.1.1 1 Jan 2024"),
		  "pkg:generic/aws-lc@1.69.0" },
		{ "bin/redis-server",
		  B("\0"
		    "4.0.11841ce7054bd9-1542359302000000000\0"),
		  "pkg:generic/redis@4.0.11" },
		{ "bin/nothing", B("nginx version: nginx/1.2.3"), "" },
		{ "bin/composer.phar",
		  B("<?php class Composer { public const VERSION = '2.5.5';\n"
		    "    public const BRANCH_ALIAS_VERSION = '';"),
		  "pkg:generic/composer@2.5.5" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tree_given file = { .path = str_of(cases[i].path), .bytes = cases[i].bytes };
		str got;
		TRY(purls_of(op, &file, 1, &got));
		CHECK_STR(got, str_of(cases[i].purls));
	}
	return 0;
}

/* A version that lies across two blocks, far from the file's beginning. */
static int across_blocks(struct op *op)
{
	static const char mark[] = "nginx version: nginx/1.25.1\n";
	enum { SIZE = 3 << 20 };
	char *bytes = op_new(op, char, SIZE);
	str got;

	if (!bytes)
		return op->code;
	for (size_t at = (512 << 10) - 40; at < (512 << 10) + 40; at++) {
		memset(bytes, 'x', SIZE);
		memcpy(bytes + at, mark, sizeof(mark) - 1);
		struct tree_given file = { .path = S("nginx"), .bytes = { bytes, SIZE } };
		TRY(purls_of(op, &file, 1, &got));
		CHECK_STR(got, S("pkg:generic/nginx@1.25.1"));
	}
	return 0;
}

static int beside(struct op *op)
{
	static const struct tree_given firefox[] = {
		{ .path = S_INIT("opt/firefox/firefox"), .bytes = B("\177ELF...") },
		{ .path = S_INIT("opt/firefox/application.ini"),
		  .bytes = B("[App]\nVendor=Mozilla\nName=Firefox\nVersion=151.0\n") },
	};
	static const struct tree_given go[] = {
		{ .path = S_INIT("go/bin/go"), .bytes = B("\177ELF...") },
		{ .path = S_INIT("go/VERSION"), .bytes = B("go1.21.3\ntime 2023\n") },
	};
	static const struct tree_given java[] = {
		{ .path = S_INIT("jdk/bin/java"),
		  .bytes = B("\0openjdk\0java\0"
			     "0.0\0"
			     "17.0.1+12\0") },
		{ .path = S_INIT("jdk/release"), .bytes = B("JAVA_VERSION=\"17.0.1\"\n") },
	};
	struct inventory v;
	str got;

	TRY(purls_of(op, firefox, 2, &got));
	CHECK_STR(got, S("pkg:generic/firefox@151.0"));
	TRY(purls_of(op, go, 2, &got));
	CHECK_STR(got, S("pkg:generic/go@1.21.3"));
	TRY(purls_of(op, java, 1, &got));
	CHECK_STR(got, S("pkg:generic/oracle/openjdk@17.0.1%2B12"));
	TRY(purls_of(op, java, 2, &got)); /* the release file tells more */
	CHECK_STR(got, S(""));
	static const struct tree_given old = { .path = S_INIT("bin/java"),
					       .bytes = B("openjdk\0java\0"
							  "1.8\0"
							  "1.8.0_352-b08\0") };
	TRY(catalog_over(op, "binary", true, &old, 1, &v));
	CHECK(v.package_n == 1 && v.package[0].cpe.n == 1);
	CHECK_STR(v.package[0].cpe.p[0], S("cpe:2.3:a:oracle:openjdk:1.8.0:update352:*:*:*:*:*:*"));
	return 0;
}

/* In an image only programs are looked into; what a system's package lists is none of ours. */
static int images(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("opt/a/nginx"),
		  .bytes = B("\177ELF nginx version: nginx/1.2.3\n") },
		{ .path = S_INIT("opt/b/nginx"), .bytes = B("nginx version: nginx/1.2.4\n") },
		{ .path = S_INIT("usr/sbin/nginx"),
		  .bytes = B("\177ELF nginx version: nginx/1.2.5\n") },
		{ .path = S_INIT("var/lib/dpkg/status"),
		  .bytes = S_INIT("Package: nginx\nStatus: install ok installed\nVersion: 1.2.5-1\n"
				  "Architecture: amd64\n") },
		{ .path = S_INIT("var/lib/dpkg/info/nginx.list"),
		  .bytes = S_INIT("/usr/sbin/nginx\n") },
	};
	struct inventory v;

	TRY(catalog_over(op, "", false, file, 5, &v));
	CHECK(v.package_n == 2 && package_by(&v, "pkg:generic/nginx@1.2.3") != NULL);
	return 0;
}

/* Every pattern is understood by both matchers, and has a group. */
static int every_rule(struct op *op)
{
	for (size_t i = 0; i < binary_rules_n; i++) {
		const struct binary_rule *r = &binary_rules[i];
		ptrdiff_t n = 0;
		while (n < RULE_PATTERNS && r->pattern[n])
			n++;
		CHECK(n > 0 && r->files[0] && str_starts(str_of(r->purl), S("pkg:")));
		struct op_mark mark = op_mark(op);
		struct patterns *p = NULL;
		TRY(patterns_open(op, r->pattern, n, &p));
		for (ptrdiff_t k = 0; k < n; k++) {
			str group;
			int rc = pattern_group(op, r->pattern[k], S("nothing like it"), &group);
			TRY(rc);
			CHECK(rc == 1);
		}
		op_reset(op, mark);
	}
	return 0;
}

TESTS({ "by bytes and names", by_bytes, .once = true },
      { "across blocks", across_blocks, .once = true }, { "files beside it", beside },
      { "programs of an image", images }, { "every rule is sound", every_rule, .once = true })
