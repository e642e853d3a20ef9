/* The samples of others, and the whole feeds at hand, against what they hold by their own account:
 * tests/case/feeds/osv-samples.txt was compared with each record by eye. */
#include "unit/advisory/told.h"

/* Records below these, all of them. */
static const char *const places[] = {
	"trivy-db/pkg/vulnsrc/osv/testdata/happy",
	"trivy-db/pkg/vulnsrc/govulndb/testdata/happy",
	"vuls-data-update/pkg/fetch/alpine/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/bellsoft/alpaquita/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/cargo/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/debian/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/golang/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/npm/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/nuget/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/pip/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/redhat/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/rocky/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/suse/osv/testdata/golden",
	"vuls-data-update/pkg/fetch/ubuntu/osv/testdata/golden",
	"vunnel/tests/unit/providers/alma/test-fixtures/osv-database",
	"vunnel/tests/unit/providers/bitnami/test-fixtures/vulndb",
	"vunnel/tests/unit/providers/rocky/test-fixtures/osv",
	"vunnel/tests/unit/providers/ubuntu/test-fixtures/osv",
};

static bool shared_path(struct op *op, const char *path, str *ret)
{
	const char *shared = getenv("TEMPER_SHARED_DATA"), *source = getenv("TEMPER_SOURCE");

	return op_text(op, ret, "%s%s/advisories/%s",
		       shared   ? shared
		       : source ? source
				: ".",
		       shared ? "" : "/../shared/data", path) == 0 &&
	       access(ret->p, R_OK) == 0;
}

/* Without what their authors wrote for people. */
static int tell(struct op *op, void *to, const struct advisory *a)
{
	struct advisory facts = *a;

	facts.summary = S("");
	return told_advisory(op, to, &facts);
}

static int told_samples(struct op *op)
{
	struct told told = { 0 };
	struct feed_sink sink = { .advisory = tell, .to = &told };
	struct feed_wish wish = { .feed = feed_of(S("osv")) };
	struct feed_count count;
	str path, out, want;

	buf_init(&told.b, op, 64 << 20);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!shared_path(op, places[i], &path))
			SKIP("no samples of feeds: TEMPER_SHARED_DATA names no directory of them");
		buf_fmt(&told.b, "# %s\n", places[i]);
		TRY(feed_read_path(op, path, &wish, &sink, &count));
		buf_fmt(&told.b, "# %d records, %d broken, newest %.*s\n", (int)count.records,
			(int)count.bad, STR_ARG(count.newest));
	}
	TRY(buf_take(&told.b, &out));
	TRY(test_file(op, "tests/case/feeds/osv-samples.txt", &want));
	CHECK_STR(out, want);
	return 0;
}

static const struct {
	const char *path, *feed;
	uint64_t records, bad, affected;
	const char *newest;
} bulk[] = {
	{ "bulk/almalinux-osv.ndjson.gz", "osv", 5680, 0, 71329, NULL },
	{ "bulk/bellsoft-alpaquita-osv.ndjson.gz", "osv", 12401, 0, 34649, NULL },
	{ "bulk/go-osv.ndjson.gz", "osv", 4291, 0, 6125, NULL },
	{ "bulk/pypa-fork-osv.ndjson.gz", "osv", 7080, 0, 7061, NULL },
	{ "kev-epss/known_exploited_vulnerabilities.json", "kev", 1662, 0, 0,
	  "2026-08-07T16:45:47.0648Z" },
	{ "kev-epss/epss_scores-2026-08-16.csv.gz", "epss", 360142, 0, 0, "2026-08-16" },
};

static int take_score(struct op *op, void *to, str cve, double epss, double percentile)
{
	struct told *t = to;

	t->records++;
	MUST(str_starts(cve, S("CVE-")) && epss >= 0 && epss <= 1 && percentile >= 0 &&
	     percentile <= 1);
	return op->code;
}

static int whole_feeds(struct op *op)
{
	for (size_t i = 0; i < sizeof(bulk) / sizeof(bulk[0]); i++) {
		struct told told = { .count_only = true };
		struct feed_sink sink = { .advisory = told_advisory,
					  .score = take_score,
					  .to = &told };
		struct feed_wish wish = { 0 };
		struct feed_count count;
		str path;
		if (!shared_path(op, bulk[i].path, &path))
			SKIP("no whole feeds: TEMPER_SHARED_DATA names no directory of them");
		TRY(feed_read_path(op, path, &wish, &sink, &count));
		CHECK_STR(str_of(count.feed->name), str_of(bulk[i].feed));
		CHECK(count.records == bulk[i].records && told.records == bulk[i].records);
		CHECK(count.bad == bulk[i].bad);
		if (told.affected != bulk[i].affected)
			test_check_str(str_of(bulk[i].path), S(""), "affected packages", __FILE__,
				       (int)told.affected);
		if (bulk[i].newest)
			CHECK_STR(count.newest, str_of(bulk[i].newest));
	}
	return 0;
}

TESTS({ "samples are told as they are", told_samples, .once = true },
      { "whole feeds are read whole", whole_feeds, .once = true })
