/*
 * Every form of a report of findings against its file in tests/case/findings/. With
 * TEMPER_FINDINGS=DIR what was written is put there as well, to be looked at and taken over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/json.h"
#include "findings_fixture.h"
#include "../harness.h"
#include "report/findings.h"

static int written(struct op *op, const struct report *r, struct findings_choice *c,
		   const char *format, str *ret)
{
	struct buf b;

	c->format = findings_format_of(str_of(format));
	MUST(c->format);
	buf_init(&b, op, 1 << 24);
	TRY(findings_write(op, r, c, &b));
	return buf_take(&b, ret);
}

static void keep(const char *name, str text)
{
	const char *dir = getenv("TEMPER_FINDINGS");
	char path[512];

	if (!dir)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (f) {
		(void)fwrite(text.p, 1, (size_t)text.len, f);
		(void)fclose(f);
	}
}

/* The files have @VERSION@ where temper's own stands. */
static int with_version(struct op *op, str text, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 24);
	for (ptrdiff_t at; (at = str_find_str(text, S("@VERSION@"))) >= 0;
	     text = str_from(text, at + 9)) {
		buf_add(&b, str_head(text, at));
		buf_add(&b, S(TEMPER_VERSION));
	}
	buf_add(&b, text);
	return buf_take(&b, ret);
}

static int golden(struct op *op, const struct report *r, struct findings_choice *c,
		  const char *format, const char *name)
{
	char path[128];
	str got, want;

	TRY(written(op, r, c, format, &got));
	keep(name, got);
	(void)snprintf(path, sizeof(path), "tests/case/findings/%s", name);
	TRY(test_file(op, path, &want));
	TRY(with_version(op, want, &want));
	CHECK_STR(got, want);
	return 0;
}

static int table(struct op *op)
{
	struct findings_choice c = { .style = { .utf8 = true } };

	return golden(op, &full_report, &c, "table", "table.txt");
}

static int table_verbose(struct op *op)
{
	struct findings_choice c = { .style = { .utf8 = true, .verbose = true },
				     .suppressed = true,
				     .width = 100 };

	return golden(op, &full_report, &c, "table", "table-verbose.txt");
}

static int table_colour(struct op *op)
{
	struct findings_choice c = { .style = { .utf8 = true, .colour = true } };
	str got;

	TRY(written(op, &full_report, &c, "table", &got));
	CHECK(str_find_str(got, S("\033[1m\033[31mCritical\033[0m")) >= 0);
	CHECK(str_find_str(got, S("\033[2mNegligible\033[0m")) >= 0);
	return 0;
}

/* What may be said when nothing was found. */
static int nothing(struct op *op)
{
	static const struct inventory without;
	static struct coverage one = { .kind = COVERED, .ecosystem = S_INIT("debian:12") };
	struct report r = { .inventory = &inventory, .coverage = &one, .coverage_n = 1 };
	struct findings_choice c = { .style = { .utf8 = true } };
	str got;

	one.kind = COVERED;
	TRY(written(op, &r, &c, "table", &got));
	CHECK_STR(got, S("No vulnerabilities found\n"));
	r = (struct report){ .inventory = &without };
	TRY(written(op, &r, &c, "table", &got));
	CHECK_STR(got, S("No packages found: there is nothing that advisories could be about\n"));
	r = (struct report){ .inventory = &inventory, .coverage = &one, .coverage_n = 1 };
	one.kind = NOT_COVERED_UNKNOWN;
	one.ecosystem = S("");
	one.what = S("2 programs that nothing accounts for, of which nobody publishes anything");
	one.packages = 2;
	c.width = 60;
	TRY(written(op, &r, &c, "table", &got));
	CHECK_STR(got, S("No vulnerabilities found in what is covered; not everything is\n"
			 "not covered  2 programs that nothing accounts for, of which\n"
			 "             nobody publishes anything\n"));
	one = (struct coverage){ .kind = COVERED_FIXED_ONLY, .ecosystem = S("debian:12") };
	c.width = 0;
	TRY(written(op, &r, &c, "table", &got));
	CHECK(str_starts(got, S("0 fixable vulnerabilities found; unfixed ones are not covered")));
	one.kind = NOT_COVERED_UNKNOWN;
	TRY(written(op, &r, &c, "table", &got));
	CHECK(str_starts(got, S("No vulnerabilities found in what is covered; not everything is")));
	one.kind = NOT_COVERED_NO_SHARD;
	r.no_database = r.incomplete = true;
	TRY(written(op, &r, &c, "table", &got));
	CHECK_STR(got,
		  S("Nothing was scanned: there are no advisories yet: run temper db update\n"));
	return 0;
}

static int json(struct op *op)
{
	struct findings_choice c = { 0 };
	struct doc doc;
	str got;

	TRY(golden(op, &full_report, &c, "json", "findings.json"));
	TRY(written(op, &full_report, &c, "json", &got));
	return json_parse(op, S("json"), got, &doc);
}

static int others(struct op *op)
{
	static const char *const file[][2] = {
		{ "sarif", "findings.sarif" }, { "gitlab", "gl-container-scanning-report.json" },
		{ "junit", "junit.xml" },      { "markdown", "findings.md" },
		{ "csv", "findings.csv" },     { "html", "findings.html" }
	};

	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		struct findings_choice c = { .suppressed = i == 0 };
		TRY(golden(op, &full_report, &c, file[i][0], file[i][1]));
	}
	return 0;
}

static int cyclonedx(struct op *op)
{
	struct findings_choice c = { 0 }, old = { .version = S_INIT("1.4") };

	TRY(golden(op, &full_report, &c, "cyclonedx", "findings.cdx.json"));
	return golden(op, &full_report, &old, "cyclonedx", "findings-1.4.cdx.json");
}

static int by_template(struct op *op)
{
	struct findings_choice c = { .template =
					     S_INIT("{{range .findings}}{{.id}} {{.package.name}} "
						    "{{join .fixed \"/\"}}\n{{end}}") };
	str got;

	TRY(written(op, &full_report, &c, "template", &got));
	CHECK_STR(got, S("GHSA-aaaa-bbbb-cccc org.example:odd 2.0/3.1|rc\n"
			 "CVE-2024-5535 libssl3 3.0.15-1~deb12u1\n"
			 "CVE-2024-5535 openssl 3.0.15-1~deb12u1\n"
			 "MAL-2025-12 @scope/thing \n"
			 "CVE-2023-5678 libssl3 \n"));
	return 0;
}

TESTS({ "table", table }, { "table, verbose and narrow", table_verbose },
      { "table in colours", table_colour }, { "nothing found", nothing }, { "json", json },
      { "other forms", others }, { "CycloneDX", cyclonedx }, { "by template", by_template })
