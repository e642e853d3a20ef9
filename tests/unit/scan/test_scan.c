/* Filters, order, groups and the verdict, over a database that is made here. */
#include "scan/scan.h"

#include <stdio.h>

#include "../harness.h"
#include "base/buf.h"
#include "scan/group.h"

static const char facts[] = "debian:12\topenssl\tCVE-2024-1\t3.0.11-1~deb12u2\tmedium\n"
			    "debian:12\topenssl\tCVE-2024-2\t3.0.13-1~deb12u1\thigh\n"
			    "debian:12\topenssl\tCVE-2024-3\t\tlow\twill_not_fix\n"
			    "debian:12\tzlib\tCVE-2024-4\t1:1.2.13.dfsg-1+deb12u1\tcritical\n"
			    "npm\tlodash\tCVE-2024-5\t4.17.21\thigh\n";

static char place[4096];

static int make_database(struct op *op)
{
	AUTO_DATABASE_UPDATE *u = NULL;
	AUTO_SHARD_SET *set = NULL;
	const struct feed_document d = { .name = S("facts.tsv"), .bytes = str_of(facts) };
	const struct feed *feed = feed_of(S("facts"));
	struct shard_file *file;
	struct database_shard line[4] = { 0 };
	uint64_t bad = 0;
	ptrdiff_t n;

	TRY(database_update_begin(op, str_of(place), &u));
	TRY(shard_set_open(op, S("facts"), feed, &set));
	struct feed_sink sink = shard_sink(set);
	TRY(feed->read(op, &d, &sink, &bad));
	TRY(shard_set_write(op, set, NULL, 0, NULL, database_update_shards_dir(u), &file, &n));
	CHECK(bad == 0 && n == 2);
	for (ptrdiff_t i = 0; i < n && i < 4; i++)
		line[i] = (struct database_shard){ .file = file[i],
						   .feed = S("facts"),
						   .upstream = S("2024-06-01T00:00:00Z"),
						   .updated = S("2024-06-01T00:00:00Z") };
	TRY(database_update_put(op, u, S("facts"), line, n, true));
	return database_update_commit(op, u);
}

static int open_database(struct op *op, struct database *db)
{
	int fd;

	if (place[0] == 0) {
		AUTO_OP own;
		op_init(&own, 0);
		snprintf(place, sizeof(place), "%s", test_dir(&fd));
		CHECK(make_database(&own) == 0);
	}
	return database_open(op, str_of(place), db);
}

static struct evidence there = { .path = S_INIT("app/node_modules/lodash/package.json") };
static struct package packages[] = {
	{ .type = PACKAGE_DEB,
	  .ns = S_INIT("debian"),
	  .name = S_INIT("libssl3"),
	  .version = S_INIT("3.0.11-1~deb12u1"),
	  .source = S_INIT("openssl"),
	  .origin = ORIGIN_BASE },
	{ .type = PACKAGE_DEB,
	  .ns = S_INIT("debian"),
	  .name = S_INIT("openssl"),
	  .version = S_INIT("3.0.11-1~deb12u1"),
	  .origin = ORIGIN_BASE },
	{ .type = PACKAGE_DEB,
	  .ns = S_INIT("debian"),
	  .name = S_INIT("zlib1g"),
	  .version = S_INIT("1:1.2.13.dfsg-1"),
	  .source = S_INIT("zlib"),
	  .origin = ORIGIN_APPLICATION },
	{ .type = PACKAGE_NPM,
	  .name = S_INIT("lodash"),
	  .version = S_INIT("4.17.20"),
	  .evidence = &there,
	  .evidence_n = 1,
	  .origin = ORIGIN_APPLICATION },
};
static const struct inventory image = {
	.os = { .id = S_INIT("debian"), .version_id = S_INIT("12") },
	.package = packages,
	.package_n = 4,
};

static int say(struct op *op, const struct report *r, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 16);
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		buf_fmt(&b, "%.*s %.*s%s%s\n", STR_ARG(r->inventory->package[f->package].name),
			STR_ARG(f->id), f->suppressed ? " " : "", suppressed_bys[f->suppressed]);
	}
	for (ptrdiff_t i = 0; i < r->group_n; i++) {
		const struct fix_group *g = &r->group[i];
		buf_fmt(&b, "upgrade %.*s %.*s to %.*s: %lld, %s:", STR_ARG(g->name),
			STR_ARG(g->from), STR_ARG(g->to), (long long)g->finding_n,
			severities[g->worst]);
		for (ptrdiff_t k = 0; k < g->packages.n; k++)
			buf_fmt(&b, " %.*s", STR_ARG(g->packages.p[k]));
		buf_char(&b, '\n');
	}
	return buf_take(&b, ret);
}

static int scan(struct op *op, const struct scan_wish *wish, struct report *r, const char *want)
{
	AUTO_DATABASE db = { 0 };
	str got;

	TRY(open_database(op, &db));
	TRY(scan_inventory(op, &db, &image, wish, r));
	TRY(say(op, r, &got));
	CHECK_STR(got, str_of(want));
	CHECK(r->time == wish->now && r->source_n == 2);
	return 0;
}

#define OPENSSL "upgrade openssl 3.0.11-1~deb12u1 to 3.0.13-1~deb12u1: 4, high: libssl3 openssl\n"
#define ZLIB "upgrade zlib1g 1:1.2.13.dfsg-1 to 1:1.2.13.dfsg-1+deb12u1: 1, critical: zlib1g\n"
#define LODASH "upgrade lodash 4.17.20 to 4.17.21: 1, high: lodash\n"

static int groups(struct op *op)
{
	struct scan_wish wish = { .now = 1717286400 };
	struct report r;

	TRY(scan(op, &wish, &r,
		 "zlib1g CVE-2024-4\n"
		 "libssl3 CVE-2024-2\nopenssl CVE-2024-2\nlodash CVE-2024-5\n"
		 "libssl3 CVE-2024-1\nopenssl CVE-2024-1\n"
		 "libssl3 CVE-2024-3\nopenssl CVE-2024-3\n" ZLIB OPENSSL LODASH));
	CHECK(!r.failed && !r.incomplete && r.shown_n == 8);
	CHECK(r.source[0].age_s == 86400);
	return 0;
}

static int filters(struct op *op)
{
	str severity[] = { S("HIGH"), S("Critical") }, states[] = { S("will_not_fix") };
	struct scan_wish fixed = { .filter = { .only_fixed = true, .fail_on = SEVERITY_CRITICAL },
				   .sort = SORT_PACKAGE };
	struct scan_wish severe = { .filter = { .severities = { severity, 2 },
						.ignore_base = true,
						.fail_on = SEVERITY_LOW },
				    .sort = SORT_VULNERABILITY };
	struct scan_wish base = { .filter = { .only_base = true,
					      .ignored_states = { states, 1 },
					      .fail_on = SEVERITY_CRITICAL },
				  .sort = SORT_SEVERITY };
	struct report r;

	TRY(scan(op, &fixed, &r,
		 "libssl3 CVE-2024-2\nlibssl3 CVE-2024-1\nopenssl CVE-2024-2\nopenssl CVE-2024-1\n"
		 "zlib1g CVE-2024-4\nlodash CVE-2024-5\n"
		 "libssl3 CVE-2024-3 filter\nopenssl CVE-2024-3 filter\n" ZLIB OPENSSL LODASH));
	CHECK(r.failed && r.shown_n == 6);
	TRY(scan(op, &severe, &r,
		 "zlib1g CVE-2024-4\nlodash CVE-2024-5\n"
		 "libssl3 CVE-2024-1 filter\nopenssl CVE-2024-1 filter\n"
		 "libssl3 CVE-2024-2 filter\nopenssl CVE-2024-2 filter\n"
		 "libssl3 CVE-2024-3 filter\nopenssl CVE-2024-3 filter\n" ZLIB LODASH));
	CHECK(r.failed);
	TRY(scan(op, &base, &r,
		 "libssl3 CVE-2024-2\nopenssl CVE-2024-2\nlibssl3 CVE-2024-1\nopenssl CVE-2024-1\n"
		 "zlib1g CVE-2024-4 filter\nlodash CVE-2024-5 filter\n"
		 "libssl3 CVE-2024-3 filter\nopenssl CVE-2024-3 filter\n" OPENSSL));
	CHECK(!r.failed); /* what is critical is not shown */
	return 0;
}

static int evidence(struct op *op)
{
	static str loaded[] = { S_INIT("app"), S_INIT("lib/libc.so.6") };
	static str zlib[] = { S_INIT("lib/libz.so.1") };
	static const struct reach_package reach[] = {
		{ .package = 0, .reach = REACH_REACHED },
		{ .package = 1, .reach = REACH_CANNOT_TELL },
		{ .package = 2,
		  .reach = REACH_UNREACHED,
		  .path = { zlib, 1 },
		  .why = S_INIT("nothing loads libz.so.1") },
	};
	struct scan_wish wish = { .reach = reach,
				  .reach_n = 3,
				  .reach_entry = { &loaded[0], 1 },
				  .reach_loaded = { loaded, 2 },
				  .sort = SORT_VULNERABILITY };
	struct report r;

	TRY(scan(op, &wish, &r,
		 "libssl3 CVE-2024-1\nopenssl CVE-2024-1\nlibssl3 CVE-2024-2\nopenssl CVE-2024-2\n"
		 "libssl3 CVE-2024-3\nopenssl CVE-2024-3\nzlib1g CVE-2024-4\nlodash "
		 "CVE-2024-5\n" ZLIB OPENSSL LODASH));
	wish.apply_evidence = true;
	TRY(scan(op, &wish, &r,
		 "libssl3 CVE-2024-1\nopenssl CVE-2024-1\nlibssl3 CVE-2024-2\nopenssl CVE-2024-2\n"
		 "libssl3 CVE-2024-3\nopenssl CVE-2024-3\nlodash CVE-2024-5\n"
		 "zlib1g CVE-2024-4 evidence\n" OPENSSL LODASH));
	CHECK_STR(r.finding[7].reason, S("nothing loads libz.so.1"));
	CHECK(r.finding[7].proof && !r.finding[0].proof);
	CHECK_STR(r.finding[7].proof->entry.p[0], S("app"));
	CHECK_STR(r.finding[7].proof->loaded.p[1], S("lib/libc.so.6"));
	CHECK_STR(r.finding[7].proof->files.p[0], S("lib/libz.so.1"));
	return 0;
}

static int waived(struct op *op)
{
	struct waivers w = { 0 };
	struct scan_wish wish = { .sort = SORT_VULNERABILITY, .now = 1717286400 };
	struct report r;

	TRY(waivers_read(op, S(".trivyignore"), S("CVE-2024-2\nCVE-2024-4\nCVE-1999-1\n"), &w));
	wish.waivers = w;
	TRY(scan(op, &wish, &r,
		 "libssl3 CVE-2024-1\nopenssl CVE-2024-1\nlibssl3 CVE-2024-3\nopenssl CVE-2024-3\n"
		 "lodash CVE-2024-5\n"
		 "libssl3 CVE-2024-2 ignore\nopenssl CVE-2024-2 ignore\nzlib1g CVE-2024-4 "
		 "ignore\n" LODASH "upgrade openssl 3.0.11-1~deb12u1 to 3.0.11-1~deb12u2: 2, "
		 "medium: libssl3 openssl\n"));
	CHECK(r.waiver_n == 3 && r.waiver[0].matched == 2 && r.waiver[2].matched == 0);
	return 0;
}

static int incomplete(struct op *op)
{
	AUTO_DATABASE db = { 0 };
	struct warning broken = { .path = S("a.jar"), .message = S("it is cut off") };
	struct package gem = { .type = PACKAGE_GEM, .name = S("rails"), .version = S("1") };
	struct package deb = { .type = PACKAGE_DEB, .name = S("openssl"), .version = S("1") };
	struct package strange = { .type = PACKAGE_CPAN, .name = S("x"), .version = S("1") };
	struct ledger_line line = { .path = S("opt/x"), .kind = "executable" };
	struct inventory inv = {
		.package = &strange, .package_n = 1, .unknown = &line, .unknown_n = 1
	};
	struct scan_wish wish = { 0 };
	struct report r;

	TRY(open_database(op, &db));
	TRY(scan_inventory(op, &db, &inv, &wish, &r));
	CHECK(!r.incomplete && r.coverage_n == 2);
	inv.package = &deb;
	TRY(scan_inventory(op, &db, &inv, &wish, &r));
	CHECK(r.incomplete && r.coverage[0].packages == 1);
	CHECK_STR(r.coverage[0].what,
		  S("nothing tells which system these are of: --distro says it"));
	inv.package = &strange;
	inv.warning = &broken;
	inv.warning_n = 1;
	TRY(scan_inventory(op, &db, &inv, &wish, &r));
	CHECK(r.incomplete);
	inv.warning_n = 0;
	inv.package = &gem;
	TRY(scan_inventory(op, &db, &inv, &wish, &r));
	CHECK(r.incomplete && r.coverage[0].kind == NOT_COVERED_NO_SHARD);
	CHECK_STR(r.coverage[0].what, S("no advisories for gem: run temper db update gem"));
	return 0;
}

TESTS({ "groups, order", groups }, { "filters and the verdict", filters },
      { "evidence of reach", evidence }, { "waivers", waived }, { "incomplete", incomplete })
