/*
 * Inventories against a database that is made here. What is found is written as lines, and compared:
 *
 *	PACKAGE VERSION ID STATE FIX SEVERITY(FROM) [ids] {suppressed: reason}
 */
#include "advisory/match_impl.h"

#include <stdio.h>

#include "../harness.h"
#include "advisory/update.h"
#include "base/buf.h"

/* ---- the database ---- */

struct record {
	const char *source, *id, *aliases, *related;
	const char *ecosystem, *name;
	enum affected_name names;
	enum fix_state state;
	const char *from, *until;
	enum severity severity; /* of the package */
	const char *only;       /* "key=value" */
	const char *more;       /* "withdrawn", "malicious", a CVSS vector, "kev" */
};

#define LOW SEVERITY_LOW
#define MEDIUM SEVERITY_MEDIUM
#define HIGH SEVERITY_HIGH
#define UNKNOWN SEVERITY_UNKNOWN
#define SRC AFFECTED_SOURCE
#define ANY AFFECTED_ANY

static const struct record records[] = {
	/* Debian: tracker, errata, OSV. */
	{ "debian-tracker", "CVE-2024-1", "", "", "debian:12", "openssl", SRC, FIX_FIXED, "",
	  "3.0.11-1~deb12u2", MEDIUM, NULL, NULL },
	{ "debian-tracker", "CVE-2024-2", "", "", "debian:12", "openssl", SRC, FIX_WILL_NOT, "", "",
	  LOW, NULL, NULL },
	{ "debian-tracker", "CVE-2024-3", "", "", "debian:12", "openssl", SRC, FIX_NOT_AFFECTED, "",
	  "", UNKNOWN, NULL, NULL },
	{ "osv-debian", "DSA-1-1", "", "CVE-2024-1 CVE-2024-3 CVE-2024-4", "debian:12", "openssl",
	  SRC, FIX_FIXED, "", "3.0.11-1~deb12u2", UNKNOWN, NULL, NULL },
	{ "osv-debian", "DEBIAN-CVE-2024-5", "", "CVE-2024-5", "debian:12", "openssl", SRC,
	  FIX_UNKNOWN, "", "", UNKNOWN, NULL, "withdrawn" },
	{ "debian-tracker", "CVE-2024-6", "", "", "debian:12", "gcc-12", SRC, FIX_FIXED, "",
	  "12.2.0-14+deb12u1", HIGH, NULL, NULL },
	{ "debian-tracker", "CVE-2024-7", "", "", "debian:12", "linux", SRC, FIX_FIXED, "",
	  "6.1.99-1", HIGH, NULL, NULL },
	{ "debian-tracker", "CVE-2024-8", "", "", "debian:12", "python-urllib3", SRC, FIX_FIXED, "",
	  "1.26.12-1+deb12u1", MEDIUM, NULL, NULL },
	{ "debian-tracker", "CVE-2024-9", "", "", "debian:11", "openssl", SRC, FIX_FIXED, "", "9",
	  HIGH, NULL, NULL },
	/* A regression update lists the CVE of the first once more. */
	{ "osv-debian", "DSA-2-2", "", "CVE-2024-6 CVE-2024-10", "debian:12", "gcc-12", SRC,
	  FIX_FIXED, "", "12.2.0-14+deb12u2", UNKNOWN, NULL, NULL },
	/* What is known of them elsewhere. */
	{ "cve5", "CVE-2024-4", "", "", "", "", ANY, FIX_UNKNOWN, "", "", UNKNOWN, NULL,
	  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" },
	{ "kev", "CVE-2024-2", "", "", "", "", ANY, FIX_UNKNOWN, "", "", UNKNOWN, NULL, "kev" },
	/* Ubuntu. */
	{ "ubuntu-vex", "CVE-2024-1", "", "", "ubuntu:18.04", "openssl", SRC, FIX_AFFECTED, "", "",
	  MEDIUM, NULL, NULL },
	{ "osv-ubuntu", "USN-1-1", "", "CVE-2024-1", "ubuntu:18.04", "openssl", SRC, FIX_FIXED, "",
	  "1.1.1-1ubuntu2.1~18.04.23+esm3", UNKNOWN, "channel=esm", NULL },
	/* Alpine. */
	{ "alpine-secdb", "CVE-2024-1", "", "", "alpine:3.18", "openssl", SRC, FIX_FIXED, "",
	  "3.1.1-r2", UNKNOWN, NULL, NULL },
	{ "alpine-secdb", "CVE-2024-2", "", "", "alpine:3.18", "openssl", SRC, FIX_NOT_AFFECTED, "",
	  "", UNKNOWN, NULL, NULL },
	{ "osv-alpine", "ALPINE-CVE-2024-2", "", "CVE-2024-2", "alpine:3.18", "openssl", SRC,
	  FIX_UNKNOWN, "", "", UNKNOWN, NULL, NULL },
	/* rpm. */
	{ "redhat-csaf", "CVE-2024-1", "", "", "rhel:8", "nodejs", ANY, FIX_FIXED, "",
	  "1:12.22.5-1.module+el8.4.0+12242+af52a4c7", HIGH, "module=nodejs:12", NULL },
	{ "redhat-csaf", "CVE-2024-1", "", "", "rhel:8", "nodejs", ANY, FIX_FIXED, "",
	  "1:14.17.5-1.module+el8.4.0+12247+e2879e58", HIGH, "module=nodejs:14", NULL },
	{ "redhat-csaf", "CVE-2024-2", "", "", "rhel:8", "openssl-libs", ANY, FIX_FIXED, "",
	  "1:1.1.1k-7.el8_6", HIGH, NULL, NULL },
	/* Registries. */
	{ "osv-npm", "GHSA-aaaa", "CVE-2024-20", "", "npm", "lodash", ANY, FIX_FIXED, "0",
	  "4.17.21", HIGH, NULL, NULL },
	{ "osv-npm", "MAL-2024-1", "", "", "npm", "evil", ANY, FIX_AFFECTED, "0", "", UNKNOWN, NULL,
	  "malicious" },
	{ "osv-pypi", "GHSA-bbbb", "CVE-2024-21", "", "pypi", "urllib3", ANY, FIX_FIXED, "0",
	  "1.26.17", MEDIUM, NULL, NULL },
	{ "osv-pypi", "PYSEC-2024-1", "CVE-2024-21 GHSA-bbbb", "CVE-2024-99", "pypi", "urllib3",
	  ANY, FIX_FIXED, "0", "1.26.18", UNKNOWN, NULL, NULL },
	{ "osv-pypi", "PYSEC-2024-2", "CVE-2024-8", "", "pypi", "urllib3", ANY, FIX_UNKNOWN, "0",
	  "", UNKNOWN, NULL, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N" },
	{ "osv-go", "GO-2024-1", "CVE-2024-22 GHSA-cccc", "", "golang", "stdlib", ANY, FIX_FIXED,
	  "0", "1.21.5", UNKNOWN, NULL, NULL },
	{ "osv-go", "GO-2024-2", "", "", "golang", "golang.org/x/crypto", ANY, FIX_FIXED, "0",
	  "0.0.0-20201216223049-8b5274cf687f", UNKNOWN, NULL, NULL },
	{ "osv-maven", "GHSA-dddd", "CVE-2021-44228", "", "maven",
	  "org.apache.logging.log4j:log4j-core", ANY, FIX_FIXED, "2.13.0", "2.15.0",
	  SEVERITY_CRITICAL, NULL, NULL },
	{ "osv-bitnami", "BIT-redis-2024-1", "CVE-2024-23", "", "bitnami", "redis", ANY, FIX_FIXED,
	  "0", "7.0.15", HIGH, NULL, NULL },
};

static int words(struct op *op, const char *list, struct texts *ret)
{
	str rest = str_of(list);

	*ret = (struct texts){ op_new(op, str, 8), 0 };
	if (!ret->p)
		return op->code;
	for (str w = str_word(&rest); w.len; w = str_word(&rest))
		ret->p[ret->n++] = w;
	return 0;
}

static int put_record(struct op *op, const struct record *r, const struct feed_sink *sink)
{
	str value = str_of(r->only), key = str_cut(&value, '='), more = str_of(r->more);
	struct pair only = { key, value };
	struct version_span span = { .from = str_of(r->from), .until = str_of(r->until) };
	struct affected f = { .ecosystem = str_of(r->ecosystem),
			      .name = str_of(r->name),
			      .names = r->names,
			      .state = r->state,
			      .severity = r->severity,
			      .span = &span,
			      .span_n = r->from[0] || r->until[0],
			      .only = { &only, r->only ? 1 : 0 },
			      .fixed_on = r->until[0] ? S("2024-05-01") : S("") };
	struct advisory a = { .id = str_of(r->id),
			      .modified = S("2024-06-01T00:00:00Z"),
			      .summary = S("it is wrong"),
			      .affected = &f,
			      .affected_n = r->name[0] != 0 };
	str cvss = more;

	TRY(words(op, r->aliases, &a.aliases));
	TRY(words(op, r->related, &a.related));
	if (str_starts(more, S("CVSS:")))
		a.cvss = (struct texts){ &cvss, 1 };
	if (str_eq(more, S("withdrawn")))
		a.withdrawn = S("2024-07-01T00:00:00Z");
	if (str_eq(more, S("kev")))
		a.kev_added = S("2024-08-01");
	a.malicious = str_eq(more, S("malicious"));
	return sink->advisory(op, sink->to, &a);
}

enum { RECORDS = sizeof(records) / sizeof(records[0]) };

static int put_source(struct op *op, struct database_update *u, const char *source)
{
	const struct feed feed = { .name = source, .fixed_only = strstr(source, "alpine") };
	AUTO_SHARD_SET *set = NULL;
	struct shard_file *file;
	struct database_shard *line;
	ptrdiff_t n;

	TRY(shard_set_open(op, str_of(source), &feed, &set));
	struct feed_sink sink = shard_sink(set);
	for (int i = 0; i < RECORDS; i++)
		if (!strcmp(records[i].source, source))
			TRY(put_record(op, &records[i], &sink));
	TRY(shard_set_write(op, set, NULL, 0, NULL, database_update_shards_dir(u), &file, &n));
	if (!(line = op_new(op, struct database_shard, n)))
		return op->code;
	for (ptrdiff_t k = 0; k < n; k++)
		line[k] = (struct database_shard){ .file = file[k],
						   .feed = str_of(source),
						   .upstream = S("2024-06-01T00:00:00Z"),
						   .updated = S("2024-06-02T00:00:00Z") };
	return database_update_put(op, u, str_of(source), line, n, true);
}

/* Ends of support: of a release, and of packages in it. */
static int put_lives(struct op *op, struct database_update *u)
{
	static const struct life lives[] = {
		{ S_INIT("debian:12"), S_INIT(""), S_INIT("2024-05-01"), S_INIT("2028-06-30"),
		  S_INIT("bookworm"), S_INIT("") },
		{ S_INIT("debian"), S_INIT("binutils"), S_INIT(""), S_INIT(""), S_INIT(""),
		  S_INIT("limited security support: only for trusted content") },
		{ S_INIT("debian:12"), S_INIT("gone"), S_INIT("2024-01-01"), S_INIT(""), S_INIT(""),
		  S_INIT("no security support after 1.0") },
		{ S_INIT("debian:12"), S_INIT("going"), S_INIT("2027-01-01"), S_INIT(""),
		  S_INIT(""), S_INIT("no security support after 2.0") },
	};
	const struct feed feed = { .name = "lives" };
	AUTO_SHARD_SET *set = NULL;
	struct shard_file *file;
	ptrdiff_t n;

	TRY(shard_set_open(op, S("lives"), &feed, &set));
	struct feed_sink sink = shard_sink(set);
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++)
		TRY(sink.life(op, sink.to, &lives[i]));
	TRY(shard_set_write(op, set, NULL, 0, NULL, database_update_shards_dir(u), &file, &n));
	CHECK(n == 1);
	struct database_shard line = { .file = file[0],
				       .feed = S("lives"),
				       .upstream = S("2024-06-01T00:00:00Z"),
				       .updated = S("2024-06-02T00:00:00Z") };
	return database_update_put(op, u, S("lives"), &line, 1, true);
}

static char place[4096];

static int make_database(struct op *op)
{
	AUTO_DATABASE_UPDATE *u = NULL;

	TRY(database_update_begin(op, str_of(place), &u));
	TRY(put_lives(op, u));
	for (int i = 0; i < RECORDS; i++) {
		bool done = false;
		for (int k = 0; k < i; k++)
			done = done || !strcmp(records[i].source, records[k].source);
		if (!done)
			TRY(put_source(op, u, records[i].source));
	}
	return database_update_commit(op, u);
}

/* Once for all cases. */
static int open_database(struct op *op, struct database *db)
{
	int fd;

	if (place[0] == 0) {
		AUTO_OP own;
		op_init(&own, 0);
		const char *dir = test_dir(&fd);
		snprintf(place, sizeof(place), "%s", dir);
		int rc = make_database(&own);
		if (rc < 0)
			fprintf(stderr, "%s\n", own.text);
		CHECK(rc == 0);
	}
	return database_open(op, str_of(place), db);
}

/* ---- inventories ---- */

struct thing {
	enum package_type type;
	const char *ns, *name, *version, *source, *source_version;
	const char *fact, *value; /* one of its facts */
};

struct input {
	const char *id, *version_id; /* of the system */
	struct thing thing[8];
	uint32_t owner, owned; /* if they differ: positions */
	const char *files[4];  /* of the first package */
	enum evidence_how how; /* of all */
	bool by_cve, declared;
	const char *distro;
	const char *want;
};

static void say_finding(struct buf *b, const struct inventory *inv, const struct finding *f)
{
	const struct package *p = &inv->package[f->package];

	buf_fmt(b, "%.*s %.*s %.*s %s", STR_ARG(p->name), STR_ARG(p->version), STR_ARG(f->id),
		fix_states[f->state]);
	for (ptrdiff_t i = 0; i < f->fixed.n; i++)
		buf_fmt(b, " %.*s", STR_ARG(f->fixed.p[i]));
	buf_fmt(b, " %s", severities[f->severity]);
	if (f->severity_from.len)
		buf_fmt(b, "(%.*s)", STR_ARG(f->severity_from));
	buf_add(b, S(" ["));
	for (ptrdiff_t i = 1; i < f->ids.n; i++)
		buf_fmt(b, "%s%.*s", i > 1 ? " " : "", STR_ARG(f->ids.p[i]));
	buf_add(b, S("]"));
	if (f->exploited)
		buf_fmt(b, " kev");
	if (f->malicious)
		buf_fmt(b, " malicious");
	if (f->suppressed)
		buf_fmt(b, " {%s: %.*s}", suppressed_bys[f->suppressed], STR_ARG(f->reason));
	else if (f->reason.len)
		buf_fmt(b, " (%.*s)", STR_ARG(f->reason));
	buf_char(b, '\n');
}

static void say_coverage(struct buf *b, const struct report *r)
{
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		const struct coverage *c = &r->coverage[i];
		buf_fmt(b, "%s %.*s %llu\n", coverages[c->kind], STR_ARG(c->ecosystem),
			(unsigned long long)c->packages);
	}
}

static int make_inventory(struct op *op, const struct input *in, struct inventory *inv)
{
	struct evidence *e = op_new(op, struct evidence, 8);
	struct package_file *file = op_new(op, struct package_file, 4);
	struct package *p = op_new(op, struct package, 8);
	struct pair *fact = op_new(op, struct pair, 8);
	struct relation *owns = op_new(op, struct relation, 1);

	if (!e || !file || !p || !fact || !owns)
		return op->code;
	*inv = (struct inventory){
		.os = { .id = str_of(in->id), .version_id = str_of(in->version_id) }, .package = p
	};
	for (ptrdiff_t i = 0; i < 8 && in->thing[i].name; i++) {
		const struct thing *t = &in->thing[i];
		e[i].how = in->how;
		fact[i] = (struct pair){ str_of(t->fact), str_of(t->value) };
		p[inv->package_n++] = (struct package){ .type = t->type,
							.ns = str_of(t->ns),
							.name = str_of(t->name),
							.version = str_of(t->version),
							.source = str_of(t->source),
							.source_version = str_of(t->source_version),
							.facts = { &fact[i], t->fact ? 1 : 0 },
							.evidence = &e[i],
							.evidence_n = 1 };
	}
	p[0].file = file;
	for (; p[0].file_n < 4 && in->files[p[0].file_n]; p[0].file_n++)
		file[p[0].file_n].path = str_of(in->files[p[0].file_n]);
	owns[0] = (struct relation){ RELATION_OWNS, in->owner, in->owned };
	inv->relation = owns;
	inv->relation_n = in->owner != in->owned;
	return 0;
}

static int run(struct op *op, const struct input *in)
{
	AUTO_DATABASE db = { 0 };
	struct inventory inv;
	struct report r = { .time = 1717286400 };
	struct match_wish wish = { .distro = str_of(in->distro),
				   .by_cve = in->by_cve,
				   .declared = in->declared };
	struct buf b;
	str got;

	TRY(make_inventory(op, in, &inv));
	TRY(open_database(op, &db));
	TRY(match_inventory(op, &db, &inv, &wish, &r));
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < r.finding_n; i++)
		say_finding(&b, &inv, &r.finding[i]);
	say_coverage(&b, &r);
	TRY(buf_take(&b, &got));
	CHECK_STR(got, str_of(in->want));
	return 0;
}

#define DEB PACKAGE_DEB

static int debian(struct op *op)
{
	static const struct input in = {
		.id = "debian",
		.version_id = "12",
		.thing = { { DEB, "debian", "libssl3", "3.0.11-1~deb12u1", "openssl" } },
		/* What is withdrawn is nowhere, what is not affected stands by itself. */
		.want = "libssl3 3.0.11-1~deb12u1 CVE-2024-1 fixed 3.0.11-1~deb12u2 "
			"medium(debian-tracker) [DSA-1-1]\n"
			"libssl3 3.0.11-1~deb12u1 CVE-2024-2 will_not_fix low(debian-tracker) [] "
			"kev\n"
			"libssl3 3.0.11-1~deb12u1 CVE-2024-3 fixed 3.0.11-1~deb12u2 unknown "
			"[DSA-1-1] "
			"{not-affected: CVE-2024-3 of debian-tracker says that openssl "
			"3.0.11-1~deb12u1 is "
			"not affected}\n"
			"libssl3 3.0.11-1~deb12u1 CVE-2024-4 fixed 3.0.11-1~deb12u2 critical(cvss) "
			"[DSA-1-1]\n"
			"covered debian:12 1\n",
	};
	static const struct input regression = {
		.id = "debian",
		.version_id = "12",
		.thing = { { DEB, "debian", "libgcc-s1", "12.2.0-14+deb12u1", "gcc-12" } },
		.want = "libgcc-s1 12.2.0-14+deb12u1 CVE-2024-6 fixed 12.2.0-14+deb12u2 unknown "
			"[DSA-2-2] "
			"{not-affected: 12.2.0-14+deb12u1 has the fix that CVE-2024-6 of "
			"debian-tracker "
			"names, 12.2.0-14+deb12u1}\n"
			"libgcc-s1 12.2.0-14+deb12u1 CVE-2024-10 fixed 12.2.0-14+deb12u2 unknown "
			"[DSA-2-2]\n"
			"covered debian:12 1\n",
	};
	TRY(run(op, &in));
	return run(op, &regression);
}

static int ubuntu(struct op *op)
{
	static const struct input in = {
		.id = "ubuntu",
		.version_id = "18.04",
		.thing = { { DEB, "ubuntu", "openssl", "1.1.1-1ubuntu2.1~18.04.23" } },
		.want = "openssl 1.1.1-1ubuntu2.1~18.04.23 CVE-2024-1 affected medium(ubuntu-vex) "
			"[USN-1-1] "
			"(fixed in 1.1.1-1ubuntu2.1~18.04.23+esm3, for subscribers only "
			"(ubuntu:18.04))\n"
			"covered ubuntu:18.04 1\n",
	};
	static const struct input esm = {
		.id = "ubuntu",
		.version_id = "18.04",
		.thing = { { DEB, "ubuntu", "openssl", "1.1.1-1ubuntu2.1~18.04.23+esm3" } },
		.want = "openssl 1.1.1-1ubuntu2.1~18.04.23+esm3 CVE-2024-1 affected "
			"medium(ubuntu-vex) [USN-1-1] "
			"{not-affected: 1.1.1-1ubuntu2.1~18.04.23+esm3 has the fix of its "
			"channel, "
			"1.1.1-1ubuntu2.1~18.04.23+esm3 (USN-1-1 of osv-ubuntu)}\n"
			"covered ubuntu:18.04 1\n",
	};
	static const struct input older = {
		.id = "ubuntu",
		.version_id = "18.04",
		.thing = { { DEB, "ubuntu", "openssl", "1.1.1-1ubuntu2.1~18.04.23+esm1" } },
		.want = "openssl 1.1.1-1ubuntu2.1~18.04.23+esm1 CVE-2024-1 fixed "
			"1.1.1-1ubuntu2.1~18.04.23+esm3 medium(ubuntu-vex) [USN-1-1]\n"
			"covered ubuntu:18.04 1\n",
	};
	TRY(run(op, &in));
	TRY(run(op, &esm));
	return run(op, &older);
}

static int alpine(struct op *op)
{
	static const struct input in = {
		.id = "alpine",
		.version_id = "3.18.4",
		.thing = { { PACKAGE_APK, "alpine", "libcrypto3", "3.1.0-r0", "openssl",
			     "3.1.0-r0" } },
		.want = "libcrypto3 3.1.0-r0 CVE-2024-1 fixed 3.1.1-r2 unknown []\n"
			"libcrypto3 3.1.0-r0 CVE-2024-2 unknown unknown [ALPINE-CVE-2024-2] kev "
			"{not-affected: "
			"CVE-2024-2 of alpine-secdb says that openssl 3.1.0-r0 is not affected}\n"
			"fixed-only alpine:3.18 1\n",
	};
	return run(op, &in);
}

static int modules(struct op *op)
{
	static const struct input in = {
		.id = "centos",
		.version_id = "8",
		.thing = { { PACKAGE_RPM, "centos", "nodejs",
			     "1:12.18.3-2.module+el8.2.0+7595+4b5d3a6e", "nodejs", "",
			     "rpm:modularity", "nodejs:12:8040020210708131418:522a0ee4" },
			   { PACKAGE_RPM, "centos", "openssl-libs", "1:1.1.1k-6.el8_5", "openssl" },
			   { PACKAGE_RPM, "centos", "openssl-libs", "1:1.1.1k-6.el8_5", "openssl",
			     "", "rpm:vendor", "Remi Collet" } },
		.want = "nodejs 1:12.18.3-2.module+el8.2.0+7595+4b5d3a6e CVE-2024-1 fixed "
			"1:12.22.5-1.module+el8.4.0+12242+af52a4c7 high(redhat-csaf) []\n"
			"openssl-libs 1:1.1.1k-6.el8_5 CVE-2024-2 fixed 1:1.1.1k-7.el8_6 "
			"high(redhat-csaf) "
			"[] kev\n"
			"no-feed centos:8 1\n"
			"covered centos:8 2\n",
	};
	return run(op, &in);
}

static int registries(struct op *op)
{
	static const struct input in = {
		.id = "",
		.thing = { { PACKAGE_NPM, "", "lodash", "4.17.20" },
			   { PACKAGE_NPM, "", "evil", "1.0.0" },
			   { PACKAGE_PYPI, "", "URLLib3", "1.26.12" },
			   { PACKAGE_GO, "", "stdlib", "1.21.0" },
			   { PACKAGE_GO, "golang.org/x", "crypto",
			     "v0.0.0-20200101000000-abcdefabcdef" },
			   { PACKAGE_MAVEN, "org.apache.logging.log4j", "log4j-core", "2.14.1" },
			   { PACKAGE_MAVEN, "org.apache.logging.log4j", "log4j-api", "2.14.1" },
			   { PACKAGE_BINARY, "", "redis", "7.0.5" } },
		/* Records of aliases are one finding; the higher fix clears both. */
		.want = "lodash 4.17.20 GHSA-aaaa fixed 4.17.21 high(osv-npm) [CVE-2024-20]\n"
			"evil 1.0.0 MAL-2024-1 affected unknown [] malicious\n"
			"URLLib3 1.26.12 GHSA-bbbb fixed 1.26.18 medium(osv-pypi) [CVE-2024-21 "
			"PYSEC-2024-1]\n"
			"URLLib3 1.26.12 PYSEC-2024-2 unknown medium(cvss) [CVE-2024-8]\n"
			"stdlib 1.21.0 GO-2024-1 fixed 1.21.5 unknown [CVE-2024-22 GHSA-cccc]\n"
			"crypto v0.0.0-20200101000000-abcdefabcdef GO-2024-2 fixed "
			"0.0.0-20201216223049-8b5274cf687f unknown []\n"
			"log4j-core 2.14.1 GHSA-dddd fixed 2.15.0 critical(osv-maven) "
			"[CVE-2021-44228]\n"
			"redis 7.0.5 BIT-redis-2024-1 fixed 7.0.15 high(osv-bitnami) "
			"[CVE-2024-23]\n"
			"covered bitnami 1\ncovered golang 2\ncovered maven 2\ncovered npm 2\n"
			"covered pypi 1\n",
	};
	struct input cve = in;
	TRY(run(op, &in));
	cve.by_cve = true;
	memset(&cve.thing[1], 0, sizeof(cve.thing[1]) * 7);
	cve.want = "lodash 4.17.20 CVE-2024-20 fixed 4.17.21 high(osv-npm) [GHSA-aaaa]\n"
		   "covered npm 1\n";
	return run(op, &cve);
}

/* Rule 6. */
static int owned(struct op *op)
{
	static const struct input in = {
		.id = "debian",
		.version_id = "12",
		.thing = { { DEB, "debian", "python3-urllib3", "1.26.12-1", "python-urllib3" },
			   { PACKAGE_PYPI, "", "urllib3", "1.26.12" } },
		.owner = 0,
		.owned = 1,
		.want = "python3-urllib3 1.26.12-1 CVE-2024-8 fixed 1.26.12-1+deb12u1 "
			"medium(debian-tracker) []\n"
			"urllib3 1.26.12 GHSA-bbbb fixed 1.26.18 medium(osv-pypi) [CVE-2024-21 "
			"PYSEC-2024-1] "
			"{owner: owned by python3-urllib3 1.26.12-1 (deb), whose matter it is}\n"
			"urllib3 1.26.12 PYSEC-2024-2 unknown medium(cvss) [CVE-2024-8] "
			"{owner: owned by python3-urllib3 1.26.12-1 (deb), whose matter it is}\n"
			"covered debian:12 1\ncovered pypi 1\n",
	};
	/* An owner that nobody has advisories for leaves it what it is. */
	static const struct input elsewhere = {
		.id = "debian",
		.version_id = "10",
		.thing = { { DEB, "debian", "python3-urllib3", "1.26.12-1", "python-urllib3" },
			   { PACKAGE_PYPI, "", "urllib3", "1.26.17" } },
		.owner = 0,
		.owned = 1,
		.want = "urllib3 1.26.17 PYSEC-2024-1 fixed 1.26.18 unknown [CVE-2024-21 "
			"GHSA-bbbb]\n"
			"urllib3 1.26.17 PYSEC-2024-2 unknown medium(cvss) [CVE-2024-8]\n"
			"no-advisories debian:10 1\ncovered pypi 1\n",
	};
	TRY(run(op, &in));
	return run(op, &elsewhere);
}

/* Rule 8. */
static int headers(struct op *op)
{
	static const struct input in = {
		.id = "debian",
		.version_id = "12",
		.thing = { { DEB, "debian", "linux-libc-dev", "6.1.55-1", "linux" } },
		.files = { "usr/include/linux/a.h", "usr/share/doc/linux-libc-dev/copyright" },
		.want = "linux-libc-dev 6.1.55-1 CVE-2024-7 fixed 6.1.99-1 high(debian-tracker) [] "
			"{content: nothing that could run: 2 files, all headers, documentation}\n"
			"covered debian:12 1\n",
	};
	static const struct input no_list = {
		.id = "debian",
		.version_id = "12",
		.thing = { { DEB, "debian", "linux-libc-dev", "6.1.55-1", "linux" } },
		.want = "linux-libc-dev 6.1.55-1 CVE-2024-7 fixed 6.1.99-1 high(debian-tracker) "
			"[]\n"
			"covered debian:12 1\n",
	};
	TRY(run(op, &in));
	return run(op, &no_list);
}

static int uncovered(struct op *op)
{
	static const struct input in = {
		.id = "plan9",
		.version_id = "4",
		.thing = { { DEB, "plan9", "openssl", "1" },
			   { PACKAGE_COMPOSER, "a", "b", "1" },
			   { PACKAGE_BINARY, "", "busybox", "1.36" },
			   { PACKAGE_CPAN, "", "x", "1" },
			   { PACKAGE_GO, "example.org", "main", "(devel)" },
			   { PACKAGE_GO, "golang.org/x", "crypto",
			     "v0.0.0-20200101000000-abcdefabcdef", "", "", "go:path",
			     "golang.org/x/crypto/tool" } },
		.want = "no-advisories composer 1\n"
			"no-feed binary 1\nno-feed perl-cpan 1\nno-feed plan9:4 1\n"
			"unknown golang 2\ncovered golang 2\n",
	};
	static const struct input declared = {
		.id = "debian",
		.version_id = "12",
		.thing = { { PACKAGE_NPM, "", "lodash", "4.17.20" } },
		.how = EVIDENCE_DECLARED,
		.want = "declared  1\n",
	};
	static const struct input forced = {
		.id = "plan9",
		.version_id = "4",
		.distro = "debian:12",
		.thing = { { DEB, "plan9", "libgcc-s1", "12.2.0-14", "gcc-12" } },
		.want = "libgcc-s1 12.2.0-14 CVE-2024-6 fixed 12.2.0-14+deb12u1 "
			"high(debian-tracker) [DSA-2-2]\n"
			"libgcc-s1 12.2.0-14 CVE-2024-10 fixed 12.2.0-14+deb12u2 unknown "
			"[DSA-2-2]\n"
			"covered debian:12 1\n",
	};
	struct input wished = declared;
	TRY(run(op, &in));
	TRY(run(op, &declared));
	TRY(run(op, &forced));
	wished.declared = true;
	wished.want = "lodash 4.17.20 GHSA-aaaa fixed 4.17.21 high(osv-npm) [CVE-2024-20]\n"
		      "covered npm 1\n";
	return run(op, &wished);
}

static int nothing(struct op *op)
{
	struct database db = { 0 };
	struct inventory inv;
	struct report r = { 0 };
	struct match_wish wish = { 0 };
	static const struct input in = { .id = "debian",
					 .version_id = "12",
					 .thing = { { DEB, "debian", "openssl", "1" },
						    { PACKAGE_NPM, "", "lodash", "1" } } };

	TRY(make_inventory(op, &in, &inv));
	TRY(match_inventory(op, &db, &inv, &wish, &r));
	CHECK(r.no_database && r.finding_n == 0 && r.coverage_n == 3);
	CHECK_STR(r.coverage[0].what,
		  S("there are no advisories yet: run temper db update debian:12 npm"));
	return 0;
}

static int support(struct op *op)
{
	AUTO_DATABASE db = { 0 };
	struct inventory inv;
	struct report r = { .time = 1717286400 };
	struct match_wish wish = { 0 };
	static const struct input in = { .id = "debian",
					 .version_id = "12",
					 .thing = { { DEB, "debian", "binutils", "1" },
						    { DEB, "debian", "libgone", "1", "gone" },
						    { DEB, "debian", "libgone-dev", "1", "gone" },
						    { DEB, "debian", "going", "1" } } };

	TRY(make_inventory(op, &in, &inv));
	TRY(open_database(op, &db));
	TRY(match_inventory(op, &db, &inv, &wish, &r));
	CHECK(r.coverage_n == 3 && r.ended && !r.ended_extended);
	CHECK_STR(r.life.codename, S("bookworm"));
	CHECK_STR(r.coverage[0].what,
		  S("binutils: limited security support: only for trusted content"));
	CHECK_STR(r.coverage[1].what, S("gone: no security support after 1.0"));
	CHECK(r.coverage[1].packages == 2 && r.coverage[1].examples.n == 2);
	return 0;
}

/* What is said to have advisories has a feed that ships, and the other way round. */
static int fed(struct op *op)
{
	struct feed_source *source;
	ptrdiff_t n;

	TRY(feed_sources_read(op, S(""), &source, &n));
	for (size_t i = 0; i < ecosystems_n; i++) {
		const struct ecosystem_row *row = &ecosystems[i];
		bool is = false;
		for (ptrdiff_t k = 0; k < n; k++)
			for (ptrdiff_t j = 0; j < source[k].ecosystems.n; j++)
				is = is || str_eq(source[k].ecosystems.p[j], str_of(row->key)) ||
				     (row->like &&
				      str_eq(source[k].ecosystems.p[j], str_of(row->like)));
		test_check(is == match_is_fed(row), row->key, __FILE__, __LINE__);
	}
	return 0;
}

/* ---- why ---- */

static int explains(struct op *op)
{
	static const struct input in = {
		.id = "debian",
		.version_id = "12",
		.thing = { { DEB, "debian", "libssl3", "3.0.11-1~deb12u2", "openssl" },
			   { PACKAGE_PYPI, "", "urllib3", "1.26.12" } },
	};
	static const struct {
		const char *id, *want;
	} row[] = {
		{ "CVE-2024-1",
		  "debian-tracker CVE-2024-1 openssl: 3.0.11-1~deb12u2 of openssl is not before "
		  "3.0.11-1~deb12u2, which fixes it (Debian's order)\n"
		  "osv-debian DSA-1-1 openssl: 3.0.11-1~deb12u2 of openssl is not before "
		  "3.0.11-1~deb12u2, which fixes it (Debian's order)\n" },
		{ "CVE-2024-3",
		  "debian-tracker CVE-2024-3 openssl: the record says that openssl "
		  "3.0.11-1~deb12u2 is "
		  "not affected\n"
		  "osv-debian DSA-1-1 openssl: 3.0.11-1~deb12u2 of openssl is not before "
		  "3.0.11-1~deb12u2, which fixes it (Debian's order)\n" },
		{ "CVE-2024-5",
		  "osv-debian DEBIAN-CVE-2024-5 openssl: DEBIAN-CVE-2024-5 was withdrawn on "
		  "2024-07-01\n" },
		{ "CVE-2024-7",
		  "debian-tracker CVE-2024-7 : the record is about linux: not here\n" },
		{ "CVE-2024-9", "debian-tracker CVE-2024-9 : the record is about openssl of "
				"debian:11, which nothing "
				"here is of\n" },
		{ "GHSA-bbbb", "osv-pypi GHSA-bbbb urllib3: 1.26.12 of urllib3 is before 1.26.17, "
			       "which fixes it "
			       "(PyPI's order)\n"
			       "osv-pypi PYSEC-2024-1 urllib3: 1.26.12 of urllib3 is before "
			       "1.26.18, which fixes it "
			       "(PyPI's order)\n" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		AUTO_DATABASE db = { 0 };
		struct inventory inv;
		struct why_line *line;
		ptrdiff_t n;
		struct buf b;
		str got;
		TRY(make_inventory(op, &in, &inv));
		TRY(open_database(op, &db));
		TRY(match_why(op, &db, &inv, str_of(row[i].id), S(""), &line, &n));
		buf_init(&b, op, 1 << 16);
		for (ptrdiff_t k = 0; k < n; k++)
			buf_fmt(&b, "%.*s %.*s %.*s: %.*s\n", STR_ARG(line[k].source),
				STR_ARG(line[k].id), STR_ARG(line[k].name), STR_ARG(line[k].text));
		TRY(buf_take(&b, &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

static int unheard(struct op *op)
{
	AUTO_DATABASE db = { 0 };
	struct inventory inv = { 0 };
	struct why_line *line;
	ptrdiff_t n;

	TRY(open_database(op, &db));
	TRY(match_why(op, &db, &inv, S("CVE-1999-1"), S(""), &line, &n));
	CHECK(n == 1 && line[0].how == WHY_NO_RECORD);
	CHECK(str_starts(line[0].text, S("CVE-1999-1 is in none of the sources here: ")));
	CHECK(str_find_str(line[0].text, S("debian-tracker debian:12")) > 0);
	return 0;
}

static int one(struct op *op)
{
	AUTO_DATABASE db = { 0 };
	struct match *m;
	ptrdiff_t n;

	TRY(open_database(op, &db));
	TRY(match_one(op, &db, S("npm"), S("lodash"), S("4.17.20"), &m, &n));
	CHECK(n == 1 && str_eq(m[0].id, S("GHSA-aaaa")));
	CHECK_STR(m[0].span.until, S("4.17.21"));
	TRY(match_one(op, &db, S("npm"), S("lodash"), S("4.17.21"), &m, &n));
	CHECK(n == 0);
	TRY(match_one(op, &db, S("debian:12"), S("openssl"), S("3.0.9-1"), &m, &n));
	CHECK(n == 3);
	TRY(match_one(op, &db, S("nowhere"), S("openssl"), S("3.0.9-1"), &m, &n));
	CHECK(n == 0);
	return 0;
}

TESTS({ "Debian by source, errata by CVE", debian }, { "Ubuntu and its subscribers", ubuntu },
      { "Alpine by origin", alpine }, { "modules, and who is like whom", modules },
      { "registries: names, aliases, programs", registries }, { "owners", owned },
      { "headers only", headers }, { "what is not covered", uncovered },
      { "no advisories at all", nothing }, { "ends of support", support },
      { "feeds that ship", fed, .once = true }, { "why, and why not", explains },
      { "an unknown id", unheard }, { "one name", one })
