/* Findings beside those of a report of Grype's: each way to meet, and each reason not to. */
#include "scan/compare.h"
#include "unit/harness.h"

static struct package packages[] = {
	{ .type = PACKAGE_DEB,
	  .ns = S_INIT("debian"),
	  .name = S_INIT("bash"),
	  .version = S_INIT("1:5.2-1") },
	{ .type = PACKAGE_MAVEN,
	  .ns = S_INIT("org.x"),
	  .name = S_INIT("core"),
	  .version = S_INIT("2.0") },
	{ .type = PACKAGE_NPM,
	  .ns = S_INIT("@s"),
	  .name = S_INIT("core"),
	  .version = S_INIT("2.0") },
};
static str ids0[] = { S_INIT("CVE-1"), S_INIT("DSA-1") };
static str ids1[] = { S_INIT("GHSA-2"), S_INIT("CVE-2") };
static str ids2[] = { S_INIT("CVE-3") };
static str ids3[] = { S_INIT("CVE-4") };
static struct match match = { .source = S_INIT("feed"),
			      .name = S_INIT("core"),
			      .version = S_INIT("2.0"),
			      .state = FIX_AFFECTED };
static struct finding findings[] = {
	{ .id = S_INIT("CVE-1"), .ids = { ids0, 2 }, .package = 0, .severity = SEVERITY_HIGH },
	{ .id = S_INIT("GHSA-2"),
	  .ids = { ids1, 2 },
	  .package = 1,
	  .severity = SEVERITY_LOW,
	  .severity_from = S_INIT("feed") },
	{ .id = S_INIT("CVE-4"),
	  .ids = { ids3, 1 },
	  .package = 2,
	  .severity = SEVERITY_LOW,
	  .match = &match,
	  .match_n = 1 },
	{ .id = S_INIT("CVE-3"),
	  .ids = { ids2, 1 },
	  .package = 2,
	  .suppressed = SUPPRESSED_OWNER,
	  .reason = S_INIT("owned by x") },
};
static struct inventory inventory = { .package = packages, .package_n = 3 };
static struct report report = {
	.inventory = &inventory, .finding = findings, .finding_n = 4, .shown_n = 3
};

#define FOUND(id, severity, name, version, purl)                                               \
	"{\"vulnerability\":{\"id\":\"" id "\",\"severity\":\"" severity                       \
	"\"},\"artifact\":{\"name\":\"" name "\",\"version\":\"" version "\",\"purl\":\"" purl \
	"\"}}"

static int compared(struct op *op, const char *json, struct comparison *ret)
{
	static struct database db = { .dir = -1 };
	struct other_report *other = op_new(op, struct other_report, 1);

	if (!other)
		return op->code;
	TRY(other_report_read(op, S("grype"), str_of(json), other));
	return compare_reports(op, &db, &report, other, ret);
}

/* The one line that is about `id`. */
static const struct compare_line *line_of(const struct comparison *c, str id)
{
	for (ptrdiff_t i = 0; i < c->line_n; i++)
		if (str_eq(c->line[i].theirs ? c->line[i].theirs->id : c->line[i].ours->id, id))
			return &c->line[i];
	return NULL;
}

static int check(const struct comparison *c, str id, enum compared how, str reason, str why)
{
	const struct compare_line *l = line_of(c, id);

	CHECK(l && l->how == how);
	if (l) {
		CHECK_STR(str_of(l->reason), reason);
		CHECK_STR(l->why, why);
	}
	return 0;
}

static int reasons(struct op *op)
{
	struct comparison c;

	TRY(compared(
		op,
		"{\"matches\":["
		/* Without its epoch, by another name of it; and told twice. */
		FOUND("DSA-1", "High", "bash", "5.2-1", "") "," FOUND("DSA-1", "High", "bash", "5.2-1", "") "," FOUND(
			"CVE-2", "Critical", "core", "2.0",
			"pkg:maven/org.x/core@2.0") "," FOUND("CVE-3", "Low", "core", "2.0",
							      "pkg:npm/%40s/core@2.0") "," FOUND("C"
												 "V"
												 "E"
												 "-"
												 "5",
												 "L"
												 "o"
												 "w",
												 "g"
												 "o"
												 "n"
												 "e",
												 "1",
												 "") "," FOUND("CVE-6",
													       "Low",
													       "bash",
													       "4",
													       "") "," FOUND("CVE-7",
															     "Low",
															     "org.x:core",
															     "2.0",
															     "no purl") "]}",
		&c));
	CHECK(c.count[COMPARED_BOTH] == 1 && c.count[COMPARED_SEVERITY] == 1);
	CHECK(c.count[COMPARED_THEIRS] == 4 && c.count[COMPARED_OURS] == 1 && c.line_n == 7);
	check(&c, S("DSA-1"), COMPARED_BOTH, S(""), S(""));
	check(&c, S("CVE-2"), COMPARED_SEVERITY, S("severity"),
	      S("theirs Critical, ours low (feed)"));
	check(&c, S("CVE-3"), COMPARED_THEIRS, S("suppressed"),
	      S("suppressed by owner: owned by x"));
	check(&c, S("CVE-5"), COMPARED_THEIRS, S("no-package"), S("gone 1 is not here"));
	check(&c, S("CVE-6"), COMPARED_THEIRS, S("other-version"),
	      S("bash 4 is not here: 1:5.2-1 is"));
	check(&c, S("CVE-7"), COMPARED_THEIRS, S("no-record"),
	      S("CVE-7 is in none of the sources here"));
	check(&c, S("CVE-4"), COMPARED_OURS, S("our-record"), S("feed says of core 2.0: affected"));
	return 0;
}

static int ignored(struct op *op)
{
	struct comparison c;

	TRY(compared(op,
		     "{\"matches\":[],\"ignoredMatches\":[" FOUND("CVE-4", "Low", "@s/core", "2.0",
								  "") "]}",
		     &c));
	CHECK(c.count[COMPARED_OURS] == 3 && c.count[COMPARED_THEIRS] == 0);
	check(&c, S("CVE-4"), COMPARED_OURS, S("they-suppress"), S("they suppress it"));
	return 0;
}

TESTS({ "each reason", reasons }, { "what they suppress", ignored })
