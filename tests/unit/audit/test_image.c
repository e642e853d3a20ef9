#include "audited.h"
#include "audit/spec.h"

static const struct audited_row rows[] = {
	{ "image.max_age", "error: it does not tell when it was made", { "{}" } },
	{ "image.max_age",
	  "fail: it was made 365 days ago",
	  { "{\"created\":\"2025-01-01T00:00:00Z\"}" } },
	{ "image.max_age", "pass", { "{\"created\":\"2025-10-03T00:00:00Z\"}" } },
	{ "image.max_age", "pass", { "{\"created\":\"2026-02-01T00:00:00Z\"}" } },
	{ "image.tag", "pass", { "{}" } },
	{ "CIS-4.5", "error: not verifiable yet: signatures are not looked at", { "{}" } },
	{ "CIS-4.12", "error: not verifiable yet: signatures are not looked at", { NULL } },
	{ "CIS-4.2", "fail: nothing tells what it was built on", { "{}" } },
	{ "image.scanned", "error: there are no advisories here: run temper db update", { "{}" } },
	{ "distro.not_eol", "error: there are no advisories here: run temper db update", { "{}" } },
	{ "image.tag", "error: this is no image: it has no configuration", { NULL } },
};

static int by_configuration(struct op *op)
{
	return audited_rows(op, rows, sizeof(rows) / sizeof(rows[0]));
}

/* A check by the subject alone, on an empty tree. */
static int told(struct op *op, const struct subject *s, const char *rule, str *ret)
{
	struct audit_options options = { .now = 1767225600 };
	struct inventory inv = { .subject = *s };
	struct config config = { 0 };
	AUTO_TREE *t = NULL;
	struct audit *audit;
	struct checks checks;

	inv.subject.kind = SUBJECT_IMAGE;
	TRY(tree_of_files(op, NULL, 0, &(struct tree_wish){ 0 }, &t));
	TRY(audit_open(op, &options, &audit));
	TRY(audit_make(op, audit, t, &inv, &config, &checks));
	const struct check *c = checks_find(&checks, str_of(rule));
	return op_text(op, ret, "%s: %.*s", outcome_kinds[c->outcome],
		       STR_ARG(c->fault_n ? c->fault[0].what : c->detail));
}

static int by_subject(struct op *op)
{
	struct inventory_layer base[] = { { .created_by = S("ADD x /"), .is_base = true },
					  { .created_by = S("RUN x") } },
			       ours[] = { { .created_by = S("temper: a 1") },
					  { .created_by = S("temper: generated files") } };
	struct subject s = {
		.layer = base, .layer_n = 2, .name = S("app"), .version = S("latest")
	};
	str got;

	TRY(told(op, &s, "CIS-4.2", &got));
	CHECK_STR(got, S("fail: the lowest 1 of 2 layers are of an image that is not named"));
	TRY(told(op, &s, "DKL-DI-0006", &got));
	CHECK_STR(got, S("fail: it is called app, which means latest"));
	s.base_name = S("docker.io/library/debian:12");
	s.name = S("app:latest");
	TRY(told(op, &s, "CIS-4.2", &got));
	CHECK_STR(got, S("pass: docker.io/library/debian:12"));
	TRY(told(op, &s, "image.tag", &got));
	CHECK_STR(got, S("fail: it is called app:latest"));
	s = (struct subject){
		.layer = ours, .layer_n = 2, .name = S("app@sha256:12"), .version = S("latest")
	};
	TRY(told(op, &s, "CIS-4.2", &got));
	CHECK_STR(got, S("pass: none: it is made of packages alone"));
	TRY(told(op, &s, "image.tag", &got));
	CHECK_STR(got, S("pass: it is named by its digest"));
	return 0;
}

static int outcome_of(struct op *op, const struct report *r, const char *rule, str *ret)
{
	static const struct audited image = { "{}" };
	struct inventory inv = { 0 };
	struct checks checks;

	TRY(audited_make(op, &image, &inv, &checks));
	TRY(audit_findings(op, r, &checks));
	const struct check *c = checks_find(&checks, str_of(rule));
	return op_text(op, ret, "%s %s: %.*s", outcome_kinds[c->outcome],
		       c->fault_n ? severities[fault_severity(&c->fault[0])] : "",
		       STR_ARG(c->fault_n ? c->fault[0].what : c->detail));
}

static int findings(struct op *op)
{
	struct package package = { .name = S("ssl"),
				   .purl = S("pkg:deb/debian/ssl@1"),
				   .layer = -1 };
	struct inventory inv = { .package = &package, .package_n = 1 };
	struct fix_group group = { .name = S("ssl"),
				   .from = S("1"),
				   .to = S("2"),
				   .finding_n = 3,
				   .worst = SEVERITY_HIGH };
	struct finding finding = { .id = S("CVE-2026-1"), .severity = SEVERITY_CRITICAL };
	struct coverage missing = { .kind = NOT_COVERED_NO_SHARD,
				    .what = S("no advisories for x"),
				    .incomplete = true };
	struct report r = { .inventory = &inv, .ecosystem = S("debian:12") };
	str got;

	TRY(outcome_of(op, &r, "image.scanned", &got));
	CHECK_STR(got, S("pass : 0 findings, none of them so"));
	r.group = &group;
	r.group_n = 1;
	TRY(outcome_of(op, &r, "CIS-DI-0004", &got));
	CHECK_STR(got,
		  S("fail high: ssl 1 has 3 known vulnerabilities that 2 fixes, the worst high"));
	group.worst = SEVERITY_MEDIUM;
	r.finding = &finding;
	r.finding_n = r.shown_n = 1;
	TRY(outcome_of(op, &r, "image.scanned", &got));
	CHECK_STR(got, S("fail critical: ssl has CVE-2026-1, and there is no fix"));
	r.finding_n = r.shown_n = 0;
	r.coverage = &missing;
	r.coverage_n = 1;
	TRY(outcome_of(op, &r, "image.scanned", &got));
	CHECK_STR(got, S("error : no advisories for x"));
	r.no_database = true;
	TRY(outcome_of(op, &r, "image.scanned", &got));
	CHECK_STR(got, S("error : there are no advisories here: run temper db update"));
	return 0;
}

static int life(struct op *op)
{
	struct inventory inv = { 0 };
	struct report r = { .inventory = &inv };
	str got;

	TRY(outcome_of(op, &r, "distro.not_eol", &got));
	CHECK_STR(got, S("pass : no distribution that is known"));
	struct package package = { .type = PACKAGE_NPM, .name = S("left"), .layer = -1 };
	inv.package = &package;
	inv.package_n = 1;
	TRY(outcome_of(op, &r, "distro.not_eol", &got));
	CHECK_STR(got, S("pass : no distribution that is known"));
	package.type = PACKAGE_DEB; /* who takes os-release away is not rid of the distribution */
	TRY(outcome_of(op, &r, "distro.not_eol", &got));
	CHECK_STR(got, S("error : its packages are of a distribution, and nothing tells of which"));
	inv.package_n = 0;
	r.ecosystem = S("debian:11");
	TRY(outcome_of(op, &r, "distro.not_eol", &got));
	CHECK_STR(got, S("error : nothing is known of when support of debian:11 ends"));
	r.life = (struct life){ .ecosystem = S("debian:11"),
				.standard_end = S("2024-08-14"),
				.extended_end = S("2026-08-31") };
	TRY(outcome_of(op, &r, "distro.not_eol", &got));
	CHECK_STR(got, S("pass : debian:11 until 2024-08-14"));
	r.ended = true;
	TRY(outcome_of(op, &r, "distro.not_eol", &got));
	CHECK_STR(got, S("fail low: standard support of debian:11 ended on 2024-08-14; extended "
			 "support ends on 2026-08-31"));
	r.ended_extended = true;
	TRY(outcome_of(op, &r, "distro.not_eol", &got));
	CHECK_STR(got, S("fail high: support of debian:11 ended on 2026-08-31"));
	return 0;
}

/* All twelve items are there, and each is asked by a rule. */
static int benchmark(struct op *op)
{
	static const struct audited image = { "{\"config\":{\"User\":\"root\"},\"history\":[{"
					      "\"created_by\":\"RUN apt-get update\"}]}" };
	struct inventory inv = { 0 };
	struct checks checks, items;

	TRY(audited_make(op, &image, &inv, &checks));
	TRY(audit_spec(op, S("cis-docker-4"), &checks, &items));
	CHECK(items.n == 12);
	for (ptrdiff_t i = 0; i < items.n; i++) {
		str id;
		TRY(op_text(op, &id, "CIS-4.%td", i + 1));
		CHECK_STR(str_of(items.p[i].rule->id), id);
	}
	CHECK(items.p[0].outcome == OUTCOME_FAIL && items.p[0].fault_n == 1);
	CHECK_STR(str_of(items.p[0].fault[0].rule->id), S("config.nonroot"));
	CHECK(items.p[6].outcome == OUTCOME_FAIL && items.p[4].outcome == OUTCOME_ERROR);
	CHECK(items.p[8].outcome == OUTCOME_PASS);
	checks.n = 0;
	TRY(audit_spec(op, S("cis-docker-4"), &checks, &items));
	CHECK(items.p[0].outcome == OUTCOME_ERROR);
	CHECK_STR(items.p[0].detail, S("no rule was asked for it"));
	int rc = audit_spec(op, S("x"), &checks, &items);
	TRY(rc);
	CHECK(rc == 1);
	return 0;
}

TESTS({ "by configuration", by_configuration }, { "by subject", by_subject },
      { "findings", findings }, { "life", life }, { "benchmark", benchmark })
