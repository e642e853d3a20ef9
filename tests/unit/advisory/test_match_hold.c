/* One record held against one package: the shapes of scanners.md's ground truth, as a table. */
#include "../harness.h"
#include "advisory/match_impl.h"

enum { SOURCE_ASK = 's', NAME_ASK = 'n' };

struct row {
	const char *what;
	const char *key; /* of the ecosystem */
	/* The package: */
	const char *name, *version, *source, *source_version, *module, *arch;
	/* The record: */
	enum affected_name names;
	enum fix_state state;
	const char *from, *until, *last, *listed, *only_key, *only;
	/* The answer of each ask, or of the only one: */
	enum why_not first, second;
	const char *fix;
	bool channel_fix;
};

#define ANY AFFECTED_ANY
#define SRC AFFECTED_SOURCE
#define BIN AFFECTED_BINARY
#define NONE WHY_OTHER_PACKAGES
#define YES WHY_MATCHED
#define PAST WHY_FIXED
#define COND WHY_CONDITION

static const struct row rows[] = {
	/* Debian: by source and its version; binNMUs and epochs of the source. */
	{ "source before the fix", "debian:12", "libssl3", "3.0.11-1~deb12u1", "openssl", "", "",
	  "", SRC, FIX_FIXED, "", "3.0.11-1~deb12u2", "", "", "", "", YES, NONE,
	  "3.0.11-1~deb12u2" },
	{ "source at the fix", "debian:12", "libssl3", "3.0.11-1~deb12u2", "openssl", "", "", "",
	  SRC, FIX_FIXED, "", "3.0.11-1~deb12u2", "", "", "", "", PAST, NONE },
	{ "a rebuild is of the source that it is built of", "debian:12", "libfoo1", "1.0-1+b2",
	  "foo", "1.0-1", "", "", SRC, FIX_FIXED, "", "1.0-1+deb12u1", "", "", "", "", YES, NONE,
	  "1.0-1+deb12u1" },
	{ "and where the source's version is not told", "debian:12", "foo", "1.0-1+b2", "", "", "",
	  "", SRC, FIX_FIXED, "", "1.0-1+deb12u1", "", "", "", "", YES, NONE, "1.0-1+deb12u1" },
	{ "the epoch is the source's", "debian:12", "gcc", "4:12.2.0-3", "gcc-defaults", "1.203",
	  "", "", SRC, FIX_FIXED, "", "1.204", "", "", "", "", YES, NONE, "1.204" },
	{ "no epoch is epoch 0", "debian:12", "foo", "2.0-1", "", "", "", "", SRC, FIX_FIXED, "",
	  "1:1.0-1", "", "", "", "", YES, NONE, "1:1.0-1" },
	{ "a record of binaries", "debian:12", "libssl3", "3.0-1", "openssl", "", "", "", BIN,
	  FIX_FIXED, "", "3.0-2", "", "", "", "", NONE, YES, "" },
	{ "all versions, no fix", "debian:12", "foo", "1", "", "", "", "", SRC, FIX_WILL_NOT, "",
	  "", "", "", "", "", YES, NONE },
	{ "never affected", "debian:12", "foo", "1", "", "", "", "", SRC, FIX_NOT_AFFECTED, "", "",
	  "", "", "", "", WHY_NOT_AFFECTED, NONE },
	{ "not affected before it came in", "debian:12", "foo", "1.0-1", "", "", "", "", SRC,
	  FIX_NOT_AFFECTED, "", "1.5", "", "", "", "", WHY_NOT_AFFECTED, NONE },

	/* Ubuntu: what only subscribers get. */
	{ "a fix for subscribers",
	  "ubuntu:18.04",
	  "openssl",
	  "1.1.1-1ubuntu2",
	  "",
	  "",
	  "",
	  "",
	  SRC,
	  FIX_FIXED,
	  "",
	  "1.1.1-1ubuntu2.1~18.04.23+esm3",
	  "",
	  "",
	  "channel",
	  "esm",
	  YES,
	  NONE,
	  "1.1.1-1ubuntu2.1~18.04.23+esm3",
	  true },
	{ "a subscriber without it",
	  "ubuntu:18.04",
	  "openssl",
	  "1.1.1-1ubuntu2.1~18.04.23+esm1",
	  "",
	  "",
	  "",
	  "",
	  SRC,
	  FIX_FIXED,
	  "",
	  "1.1.1-1ubuntu2.1~18.04.23+esm3",
	  "",
	  "",
	  "channel",
	  "esm",
	  YES,
	  NONE,
	  "1.1.1-1ubuntu2.1~18.04.23+esm3",
	  false },
	{ "a subscriber who has it", "ubuntu:18.04", "openssl", "1.1.1-1ubuntu2.1~18.04.23+esm3",
	  "", "", "", "", SRC, FIX_FIXED, "", "1.1.1-1ubuntu2.1~18.04.23+esm3", "", "", "channel",
	  "esm", PAST, NONE },
	{ "FIPS packages are others", "ubuntu:18.04", "openssl", "1.1.1-1ubuntu2", "", "", "", "",
	  SRC, FIX_FIXED, "", "1.1.1-1ubuntu2.fips.3", "", "", "channel", "FIPS", COND, NONE },

	/* Alpine: by origin. */
	{ "origin", "alpine:3.18", "libcrypto3", "3.1.0-r0", "openssl", "3.1.0-r0", "", "", SRC,
	  FIX_FIXED, "", "3.1.1-r2", "", "", "", "", YES, NONE, "3.1.1-r2" },
	{ "a record of fixed version 0", "alpine:3.18", "libcrypto3", "3.1.0-r0", "openssl",
	  "3.1.0-r0", "", "", SRC, FIX_NOT_AFFECTED, "", "", "", "", "", "", WHY_NOT_AFFECTED,
	  NONE },

	/* rpm: epochs. */
	{ "the rpm's own epoch", "rhel:9", "openssl-libs", "1:3.0.7-6.el9_2", "openssl", "", "", "",
	  ANY, FIX_FIXED, "", "1:3.0.7-24.el9", "", "", "", "", YES, NONE, "1:3.0.7-24.el9" },
	{ "an epoch beats none", "rhel:9", "openssl-libs", "1:3.0.7-6.el9_2", "openssl", "", "", "",
	  ANY, FIX_FIXED, "", "3.0.7-24.el9", "", "", "", "", PAST, NONE },
	{ "a source rpm has no epoch to compare", "rhel:9", "openssl-libs", "1:3.0.7-24.el9",
	  "openssl", "3.0.7-24.el9", "", "", SRC, FIX_FIXED, "", "1:3.0.7-24.el9", "", "", "", "",
	  NONE, PAST },
	{ "and is older without it too", "rhel:9", "openssl-libs", "1:3.0.7-23.el9", "openssl",
	  "3.0.7-23.el9", "", "", SRC, FIX_FIXED, "", "1:3.0.7-24.el9", "", "", "", "", NONE, YES,
	  "" },

	/* rpm: modules. */
	{ "the same module and stream", "rhel:8", "nodejs",
	  "1:12.18.3-2.module+el8.2.0+7595+4b5d3a6e", "", "",
	  "nodejs:12:8040020210708131418:522a0ee4", "", ANY, FIX_FIXED, "",
	  "1:12.22.5-1.module+el8.4.0+12242+af52a4c7", "", "", "module", "nodejs:12", YES, NONE,
	  "1:12.22.5-1.module+el8.4.0+12242+af52a4c7" },
	{ "another stream", "rhel:8", "nodejs", "1:12.22.5-1.module+el8.4.0+12242+af52a4c7", "", "",
	  "nodejs:12:8040020210708131418:522a0ee4", "", ANY, FIX_FIXED, "",
	  "1:14.17.5-1.module+el8.4.0+12247+e2879e58", "", "", "module", "nodejs:14", COND, NONE },
	{ "a module's fix and a plain package", "rhel:8", "nodejs", "1:10.24.0-1.el8", "", "", "",
	  "", ANY, FIX_FIXED, "", "1:14.17.5-1.module+el8.4.0+12247+e2879e58", "", "", "module",
	  "nodejs:14", COND, NONE },
	{ "a plain fix and a module's package", "rhel:8", "nodejs",
	  "1:10.24.0-1.module+el8.3.0+10166+b07ac28e", "", "", "nodejs:10:1:2", "", ANY, FIX_FIXED,
	  "", "1:14.17.5-1.el8", "", "", "", "", COND, NONE },
	{ "AlmaLinux writes .module_el8", "almalinux:8", "nodejs",
	  "1:12.18.3-2.module_el8.2.0+7595+4b5d3a6e", "", "", "nodejs:12:8:2", "", ANY, FIX_FIXED,
	  "", "1:12.22.5-1.module+el8.4.0+12242+af52a4c7", "", "", "module", "*", YES, NONE, "" },
	{ "no label on either side, another branch", "almalinux:8", "nodejs",
	  "1:12.18.3-2.module_el8.2.0+7595+4b5d3a6e", "", "", "", "", ANY, FIX_FIXED, "",
	  "1:14.17.5-1.module_el8.4.0+2536+e2879e58", "", "", "module", "*", COND, NONE },
	{ "a module's package without a label, its stream", "almalinux:8", "php",
	  "7.4.6-4.module_el8.3.0+2009+b272fdef", "", "", "", "", ANY, FIX_FIXED, "",
	  "7.4.19-1.module_el8.5.0+2553+1cf0a5d1", "", "", "module", "php:7.4", YES, NONE, "" },
	{ "and another one of the same first number", "almalinux:8", "php",
	  "7.2.24-1.module_el8.3.0+2010+7c76a223", "", "", "", "", ANY, FIX_FIXED, "",
	  "7.4.19-1.module_el8.5.0+2553+1cf0a5d1", "", "", "module", "php:7.4", COND, NONE },
	{ "a state of the module", "rhel:8", "nodejs", "1:12.22.5-1.module+el8.4.0+12242+af52a4c7",
	  "", "", "nodejs:12:1:2", "", ANY, FIX_WILL_NOT, "", "", "", "", "module", "nodejs:12",
	  YES, NONE },
	{ "a state of the plain package", "rhel:8", "nodejs",
	  "1:12.22.5-1.module+el8.4.0+12242+af52a4c7", "", "", "nodejs:12:1:2", "", ANY,
	  FIX_AFFECTED, "", "", "", "", "", "", COND, NONE },

	/* rpm: arch, build marks, minor releases. */
	{ "arch", "ol:8", "kernel", "4.18.0-1.el8", "", "", "", "x86_64", ANY, FIX_FIXED, "",
	  "4.18.0-2.el8", "", "", "arch", "aarch64", COND, NONE },
	{ "arch of several", "ol:8", "kernel", "4.18.0-1.el8", "", "", "", "x86_64", ANY, FIX_FIXED,
	  "", "4.18.0-2.el8", "", "", "arch", "aarch64 x86_64", YES, NONE, "" },
	{ "noarch is of all", "ol:8", "tzdata", "1-1.el8", "", "", "", "noarch", ANY, FIX_FIXED, "",
	  "2-1.el8", "", "", "arch", "aarch64", YES, NONE, "" },
	{ "Oracle's ksplice", "ol:7", "glibc", "2.17-326.0.5.el7_9", "", "", "", "", ANY, FIX_FIXED,
	  "", "2:2.17-326.0.5.ksplice1.el7_9", "", "", "", "", COND, NONE },
	{ "ksplice against ksplice", "ol:7", "glibc", "2:2.17-326.0.1.ksplice1.el7_9", "", "", "",
	  "", ANY, FIX_FIXED, "", "2:2.17-326.0.5.ksplice1.el7_9", "", "", "", "", YES, NONE, "" },
	{ "Oracle's fips", "ol:8", "gnutls", "3.6.16-4.el8", "", "", "", "", ANY, FIX_FIXED, "",
	  "10:3.6.16-5.el8_fips", "", "", "", "", COND, NONE },
	{ "a branch of extended updates", "rhel:8", "glibc", "2.28-151.el8", "", "", "", "", ANY,
	  FIX_FIXED, "", "2.28-151.el8_4.2", "", "", "channel", "eus:8.4", COND, NONE },
	{ "a package of the branch with the branch's fix", "rhel:8", "glibc", "2.28-151.el8_4.2",
	  "", "", "", "", ANY, FIX_FIXED, "", "2.28-151.el8_4.2", "", "", "channel", "eus:8.4",
	  PAST, NONE },
	{ "and without it", "rhel:8", "glibc", "2.28-151.el8_4.1", "", "", "", "", ANY, FIX_FIXED,
	  "", "2.28-151.el8_4.2", "", "", "channel", "eus:8.4", COND, NONE },
	{ "and of another branch", "rhel:8", "glibc", "2.28-151.el8_40.3", "", "", "", "", ANY,
	  FIX_FIXED, "", "2.28-151.el8_4.2", "", "", "channel", "eus:8.4", COND, NONE },
	{ "the minor release", "rhel:8", "glibc", "2.28-151.el8", "", "", "", "", ANY, FIX_FIXED,
	  "", "2.28-160.el8", "", "", "minor", "8.6", COND, NONE },
	{ "a layered product", "rhel:8", "foo", "1-1.el8", "", "", "", "", ANY, FIX_FIXED, "",
	  "2-1.el8", "", "", "channel", "openshift:4.12", COND, NONE },

	/* Languages. */
	{ "npm", "npm", "lodash", "4.17.20", "", "", "", "", ANY, FIX_FIXED, "0", "4.17.21", "", "",
	  "", "", YES, NONE, "4.17.21" },
	{ "before it came in", "npm", "lodash", "3.9.0", "", "", "", "", ANY, FIX_FIXED, "4.0.0",
	  "4.17.21", "", "", "", "", WHY_BEFORE, NONE },
	{ "the last affected version", "npm", "x", "1.2.3", "", "", "", "", ANY, FIX_AFFECTED, "0",
	  "", "1.2.3", "", "", "", YES, NONE },
	{ "past the last affected version", "npm", "x", "1.2.4", "", "", "", "", ANY, FIX_AFFECTED,
	  "0", "", "1.2.3", "", "", "", PAST, NONE },
	{ "listed", "pypi", "x", "1.0", "", "", "", "", ANY, FIX_UNKNOWN, "", "", "", "1.0.0", "",
	  "", YES, NONE },
	{ "not listed", "pypi", "x", "1.1", "", "", "", "", ANY, FIX_UNKNOWN, "", "", "", "1.0", "",
	  "", WHY_NOT_LISTED, NONE },
	{ "Go's pseudo-version", "golang", "crypto", "v0.0.0-20200101000000-abcdefabcdef", "", "",
	  "", "", ANY, FIX_FIXED, "0", "0.0.0-20201216223049-8b5274cf687f", "", "", "", "", YES,
	  NONE, "0.0.0-20201216223049-8b5274cf687f" },
	{ "Go's pseudo-version past the fix", "golang", "crypto",
	  "v0.0.0-20210101000000-abcdefabcdef", "", "", "", "", ANY, FIX_FIXED, "0",
	  "0.0.0-20201216223049-8b5274cf687f", "", "", "", "", PAST, NONE },
	{ "Go's standard library", "golang", "stdlib", "1.21.0", "", "", "", "", ANY, FIX_FIXED,
	  "1.21.0-0", "1.21.5", "", "", "", "", YES, NONE, "1.21.5" },
	{ "(devel) is no version", "golang", "x", "(devel)", "", "", "", "", ANY, FIX_FIXED, "0",
	  "1.2.3", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "latest is no version", "pypi", "x", "latest", "", "", "", "", ANY, FIX_FIXED, "0.1", "",
	  "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "latest is no version", "npm", "x", "latest", "", "", "", "", ANY, FIX_FIXED, "0.1", "",
	  "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "^1.2.3 is no version", "npm", "x", "^1.2.3", "", "", "", "", ANY, FIX_FIXED, "0.1", "",
	  "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "~1.2.3 is no version", "npm", "x", "~1.2.3", "", "", "", "", ANY, FIX_FIXED, "0.1", "",
	  "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "workspace:* is no version", "npm", "x", "workspace:*", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "git+https://a.b/c.git#1234 is no version", "npm", "x", "git+https://a.b/c.git#1234", "",
	  "", "", "", ANY, FIX_FIXED, "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ ">=1 <2 is no version", "npm", "x", ">=1 <2", "", "", "", "", ANY, FIX_FIXED, "0.1", "",
	  "", "", "", "", WHY_NOT_LISTED, NONE },
	{ " is no version", "golang", "x", "", "", "", "", "", ANY, FIX_FIXED, "0.1", "", "", "",
	  "", "", WHY_NOT_LISTED, NONE },
	{ "unknown is no version", "golang", "x", "unknown", "", "", "", "", ANY, FIX_FIXED, "0.1",
	  "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "${project.version} is no version", "maven", "x", "${project.version}", "", "", "", "",
	  ANY, FIX_FIXED, "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "unspecified is no version", "maven", "x", "unspecified", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "8e5e7e5ab8b370d6c329ec480221332ada57f0ab is no version", "github", "x",
	  "8e5e7e5ab8b370d6c329ec480221332ada57f0ab", "", "", "", "", ANY, FIX_FIXED, "0.1", "", "",
	  "", "", "", WHY_NOT_LISTED, NONE },
	{ "main is no version", "github", "x", "main", "", "", "", "", ANY, FIX_FIXED, "0.1", "",
	  "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "HEAD is no version", "gem", "x", "HEAD", "", "", "", "", ANY, FIX_FIXED, "0.1", "", "",
	  "", "", "", WHY_NOT_LISTED, NONE },
	{ "dev-master is no version", "composer", "x", "dev-master", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "dev-1.x is no version", "composer", "x", "dev-1.x", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "$VERSION is no version", "debian:12", "x", "$VERSION", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "unknown is no version", "alpine:3.18", "x", "unknown", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "", "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "none is no version", "rhel:8", "x", "none", "", "", "", "", ANY, FIX_FIXED, "0.1", "",
	  "", "", "", "", WHY_NOT_LISTED, NONE },
	{ "a branch that is listed", "composer", "x", "dev-master", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "1.0", "", "dev-master", "", "", YES, NONE },
	{ "v1.2.3 is a version", "npm", "x", "v1.2.3", "", "", "", "", ANY, FIX_FIXED, "0.1",
	  "9999", "", "", "", "", YES, NONE },
	{ "2004d is a version", "pypi", "x", "2004d", "", "", "", "", ANY, FIX_FIXED, "0", "9999",
	  "", "", "", "", YES, NONE },
	{ "r07 is a version", "maven", "x", "r07", "", "", "", "", ANY, FIX_FIXED, "0", "9999", "",
	  "", "", "", YES, NONE },
	{ "go1.19 is a version", "golang", "x", "go1.19", "", "", "", "", ANY, FIX_FIXED, "1.18",
	  "9999", "", "", "", "", YES, NONE },
	{ "v1.2.3+incompatible is a version", "golang", "x", "v1.2.3+incompatible", "", "", "", "",
	  ANY, FIX_FIXED, "0.1", "9999", "", "", "", "", YES, NONE },
	{ "1.2 is a version", "nuget", "x", "1.2", "", "", "", "", ANY, FIX_FIXED, "0.1", "9999",
	  "", "", "", "", YES, NONE },
	{ "1.2.3.a is a version", "gem", "x", "1.2.3.a", "", "", "", "", ANY, FIX_FIXED, "0.1",
	  "9999", "", "", "", "", YES, NONE },
	{ "1.2.3.4 is a version", "npm", "x", "1.2.3.4", "", "", "", "", ANY, FIX_FIXED, "0.1",
	  "9999", "", "", "", "", YES, NONE },
	{ "v1.2 is a version", "composer", "x", "v1.2", "", "", "", "", ANY, FIX_FIXED, "0.1",
	  "9999", "", "", "", "", YES, NONE },
	{ "v3 is a version", "github", "x", "v3", "", "", "", "", ANY, FIX_FIXED, "0.1", "9999", "",
	  "", "", "", YES, NONE },
	{ "1.0.0-alpha is a version", "cargo", "x", "1.0.0-alpha", "", "", "", "", ANY, FIX_FIXED,
	  "0.1", "9999", "", "", "", "", YES, NONE },
	{ "(devel) is of every version", "golang", "x", "(devel)", "", "", "", "", ANY,
	  FIX_AFFECTED, "0", "", "", "", "", "", YES, NONE },
};

static int hold_row(struct op *op, const struct row *r)
{
	struct pair fact = { S("rpm:modularity"), str_of(r->module) };
	struct pair only = { str_of(r->only_key), str_of(r->only) };
	struct version_span span = { .from = exact(str_of(r->from)),
				     .until = exact(str_of(r->until)),
				     .last = exact(str_of(r->last)) };
	str listed = exact(str_of(r->listed)), name;
	struct match_system system = { .key = str_of(r->key), .version_id = S("8.4") };
	const struct ecosystem_row *row = ecosystem_row(str_of(r->key));
	struct package p = { .type = row->type,
			     .name = exact(str_of(r->name)),
			     .version = exact(str_of(r->version)),
			     .source = str_of(r->source),
			     .source_version = str_of(r->source_version),
			     .arch = str_of(r->arch),
			     .facts = { &fact, r->module[0] ? 1 : 0 } };
	struct affected f = { .names = r->names,
			      .state = r->state,
			      .span = &span,
			      .span_n = r->from[0] || r->until[0] || r->last[0],
			      .versions = { &listed, r->listed[0] ? 1 : 0 },
			      .only = { &only, r->only_key[0] ? 1 : 0 } };
	const enum why_not want[MATCH_ASKS] = { r->first, r->second };
	struct match_asker a;

	TRY(ecosystem_package_name(op, &p, &name));
	match_asker_init(&a, &system, row, &p, name);
	for (int i = 0; i < a.ask_n; i++) {
		struct match_held h;
		match_hold(&a, &a.ask[i], &f, &h);
		test_check(h.how == want[i], r->what, __FILE__, __LINE__);
		if (h.how == YES && r->fix && r->fix[0]) {
			test_check_str(h.fix, str_of(r->fix), r->what, __FILE__, __LINE__);
			test_check(h.channel_fix == r->channel_fix, r->what, __FILE__, __LINE__);
		}
	}
	if (a.ask_n == 1)
		test_check(r->second == NONE, r->what, __FILE__, __LINE__);
	return 0;
}

static int holds(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		TRY(hold_row(op, &rows[i]));
	return 0;
}

/* 8.4's own branch, and what came after it: each span ends with its branch's fix. */
static int branches(struct op *op)
{
	struct version_span span[] = {
		{ .until = S("2.28-151.el8_4.2") },
		{ .from = S("2.28-160.el8"), .until = S("2.28-164.el8_5.3") },
	};
	struct affected f = { .state = FIX_FIXED, .span = span, .span_n = 2 };
	const struct {
		const char *version, *fix;
	} want[] = {
		{ "2.28-127.el8", "2.28-151.el8_4.2" },
		{ "2.28-151.el8_4.2", NULL },
		{ "2.28-163.el8", "2.28-164.el8_5.3" },
		{ "2.28-189.el8", NULL },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct match_system system = { .key = S("rhel:8") };
		struct package p = { .type = PACKAGE_RPM,
				     .name = S("glibc"),
				     .version = str_of(want[i].version) };
		struct match_asker a;
		struct match_held h;
		match_asker_init(&a, &system, ecosystem_row(S("rhel:8")), &p, p.name);
		match_hold(&a, &a.ask[0], &f, &h);
		CHECK((h.how == WHY_MATCHED) == (want[i].fix != NULL));
		if (want[i].fix)
			CHECK_STR(h.fix, str_of(want[i].fix));
		else
			CHECK(h.how == WHY_FIXED);
	}
	return 0;
}

static int extended(struct op *op)
{
	struct pair only = { S("channel"), S("eus:8.4") };
	struct version_span span = { .until = S("2.28-151.el8_4.2") };
	struct affected f = {
		.state = FIX_FIXED, .span = &span, .span_n = 1, .only = { &only, 1 }
	};
	struct match_system system = { .key = S("rhel:8"),
				       .version_id = S("8.4"),
				       .content_sets = S("rhel-8-for-x86_64-baseos-eus-rpms") };
	struct package p = { .type = PACKAGE_RPM,
			     .name = S("glibc"),
			     .version = S("2.28-151.el8") };
	struct match_asker a;
	struct match_held h;

	(void)op;
	match_asker_init(&a, &system, ecosystem_row(S("rhel:8")), &p, p.name);
	match_hold(&a, &a.ask[0], &f, &h);
	CHECK(h.how == WHY_MATCHED);
	system.version_id = S("8.6");
	match_hold(&a, &a.ask[0], &f, &h);
	CHECK(h.how == WHY_CONDITION);
	system.version_id = S("8.4");
	system.content_sets = S("");
	match_hold(&a, &a.ask[0], &f, &h);
	CHECK(h.how == WHY_CONDITION);
	system.channels = S("eus"); /* --distro rhel:8.4+eus */
	match_hold(&a, &a.ask[0], &f, &h);
	CHECK(h.how == WHY_MATCHED);
	/* Content sets that a record names. */
	only = (struct pair){ S("repository"), S("rhel-8-for-x86_64-appstream-rpms") };
	match_hold(&a, &a.ask[0], &f, &h);
	CHECK(h.how == WHY_MATCHED); /* the image tells of none */
	system.content_sets = S("rhel-8-for-x86_64-baseos-rpms");
	match_hold(&a, &a.ask[0], &f, &h);
	CHECK(h.how == WHY_CONDITION);
	return 0;
}

static int foreign(struct op *op)
{
	static const struct {
		const char *key, *version, *supplier;
		bool foreign;
	} row[] = {
		{ "debian:12", "1.22.1-9", "Debian Nginx Maintainers <x@lists.debian.org>", false },
		{ "debian:12", "1.25.3-1~bookworm", "NGINX Packaging <p@f5.com>", true },
		{ "debian:12", "5:24.0.7-1~debian.12~bookworm", "Docker <support@docker.com>",
		  true },
		{ "debian:12", "16.1-1.pgdg120+1", "Debian PostgreSQL Maintainers", true },
		{ "debian:12", "3.0.11-1~deb12u2", "Debian OpenSSL Team", false },
		{ "debian:12", "1.2-1~bpo12+1", "Debian", false },
		{ "ubuntu:22.04", "2.34-0ubuntu3.2", "Ubuntu Developers", false },
		{ "rhel:9", "1-1.el9", "Red Hat, Inc.", false },
		{ "rhel:9", "1-1.el9", "Organization: Red Hat, Inc.", false },
		{ "rhel:9", "1-1.el9", "Fedora Project", true },
		{ "rhel:9", "1-1.el9", "", false },
		{ "rocky:9", "1-1.el9", "Rocky Enterprise Software Foundation", false },
		{ "rocky:8", "1-1.el8.remi", "Remi's RPM repository", true },
		{ "ol:8", "1-1.el8", "Oracle America", false },
		{ "openeuler:22.03", "1-1", "http://openeuler.org", false },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct ecosystem_row *e = ecosystem_row(str_of(row[i].key));
		struct package p = { .type = e->type,
				     .name = S("x"),
				     .version = str_of(row[i].version),
				     .supplier = str_of(row[i].supplier) };
		str what;
		test_check(match_is_foreign(e, &p, &what) == row[i].foreign, row[i].version,
			   __FILE__, __LINE__);
	}
	return 0;
}

/* Rule 8. */
static int content(struct op *op)
{
	static const struct {
		const char *paths[5];
		bool by_source;
		const char *want;
	} row[] = {
		{ { "usr", "usr/include", "usr/include/linux/a.h", "usr/share/doc/x/copyright" },
		  true,
		  "nothing that could run: 2 files, all headers, documentation" },
		{ { "usr/include/linux/a.h" },
		  false,
		  "nothing that could run: 1 file, all headers" },
		{ { "usr/include/a.h", "usr/lib/libx.a" }, true, "" },
		{ { "usr/include/a.h", "usr/lib/libx.so" }, true, "" },
		{ { "usr/include/a.h", "usr/bin/x-config" }, true, "" },
		{ { "usr/share/doc/x/README", "usr/share/man/man1/x.1.gz" },
		  true,
		  "nothing that could run: 2 files, all documentation" },
		{ { "usr/share/doc/x/README" }, false, "" },
		{ { "usr/share/locale/de/LC_MESSAGES/x.mo" },
		  true,
		  "nothing that could run: 1 file, all data" },
		{ { "usr/share/locale/de/LC_MESSAGES/x.mo" }, false, "" },
		{ { "usr/share/ca-certificates/x.crt" }, true, "" },
		{ { "usr/include/x/setup.py", "usr/include/a.h" }, true, "" },
		{ { 0 }, true, "" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct package_file file[5] = { 0 };
		struct package p = { .file = file };
		str reason;
		for (; p.file_n < 5 && row[i].paths[p.file_n]; p.file_n++)
			file[p.file_n].path = str_of(row[i].paths[p.file_n]);
		TRY(match_content(op, &p, row[i].by_source, &reason));
		CHECK_STR(reason, str_of(row[i].want));
	}
	return 0;
}

static int ids(struct op *op)
{
	(void)op;
	CHECK_STR(match_cve_of(S("CVE-2024-1234")), S("CVE-2024-1234"));
	CHECK_STR(match_cve_of(S("DEBIAN-CVE-2024-1234")), S("CVE-2024-1234"));
	CHECK_STR(match_cve_of(S("DSA-1234-1")), S(""));
	CHECK_STR(match_cve_of(S("XCVE-2024-1")), S(""));
	CHECK_STR(match_cve_of(S("")), S(""));
	CHECK(match_curated(S("redis")) && !match_curated(S("rediss")));
	return 0;
}

TESTS({ "records hold or do not", holds }, { "branches of minor releases", branches },
      { "extended updates and content sets", extended }, { "whose a package is", foreign },
      { "headers, documentation, data", content }, { "ids", ids })
