/*
 * Every form of checks against its file in tests/case/checks/. With TEMPER_CHECKS=DIR what was written is
 * put there as well, to be looked at and taken over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "report/checks.h"
#include "unit/harness.h"

static const struct rule
	nonroot = { "config.nonroot", "CIS-4.1 DS-0002",
		    SEVERITY_HIGH,    "The image does not start as root",
		    "Root is root.",  "USER 65532:65532." },
	setuid = { "fs.no_setuid",       "CIS-4.8",   SEVERITY_MEDIUM, "No file is <setuid>",
		   "They raise rights.", "chmod a-s." },
	ports = { "config.ports", "", SEVERITY_LOW, "No ssh", "A way in.", "Remove it." },
	sign = { "image.signed", "CIS-4.5",      SEVERITY_MEDIUM,
		 "It is signed", "Whose is it?", "Sign it." },
	env = { "config.env", "", SEVERITY_MEDIUM, "No PATH", "Why.", "Remove it." },
	tag = { "DL3007", "DS-0001", SEVERITY_MEDIUM, "No latest", "It moves.", "Pin it." };

static struct fault root[] = { { .rule = &nonroot,
				 .key = S_INIT("user"),
				 .what = S_INIT("the user is root"),
				 .layer = -1,
				 .instruction = S_INIT("USER root") } };
static struct fault files[] = {
	{ .rule = &setuid,
	  .key = S_INIT("usr/bin/su"),
	  .what = S_INIT("usr/bin/su is setuid root (04755)"),
	  .path = S_INIT("usr/bin/su"),
	  .layer = 0,
	  .of_base = true,
	  .instruction = S_INIT("ADD rootfs.tar / # \x1b[31m<b>|"),
	  .package = S_INIT("pkg:deb/debian/util-linux@2.38%2Bb1?arch=amd64") },
	{ .rule = &setuid,
	  .key = S_INIT("x y\"z"),
	  .kind = S_INIT("setuid"),
	  .what = S_INIT("=x y\"z is setuid"),
	  .path = S_INIT("opt/x y\"z"),
	  .layer = 1,
	  .instruction = S_INIT("RUN chmod u+s"),
	  .severity = SEVERITY_CRITICAL,
	  .remedy = S_INIT("do not") },
	{ .rule = &setuid,
	  .key = S_INIT("ok"),
	  .what = S_INIT("ok is setuid"),
	  .path = S_INIT("ok"),
	  .layer = 1,
	  .waived_by = S_INIT("waivers.yaml:3"),
	  .reason = S_INIT("needed, by ops") },
};
static struct fault allowed[] = { { .rule = &ports,
				    .key = S_INIT("22"),
				    .what = S_INIT("22 is exposed"),
				    .layer = -1,
				    .waived_by = S_INIT("policy") } };
static struct check audit_checks[] = {
	{ .rule = &nonroot, .outcome = OUTCOME_FAIL, .fault = root, .fault_n = 1 },
	{ .rule = &ports, .outcome = OUTCOME_PASS, .fault = allowed, .fault_n = 1 },
	{ .rule = &env,
	  .outcome = OUTCOME_ERROR,
	  .detail = S_INIT("etc/passwd is too long"),
	  .unread = true },
	{ .rule = &setuid, .outcome = OUTCOME_FAIL, .fault = files, .fault_n = 3 },
	{ .rule = &sign, .outcome = OUTCOME_ERROR, .detail = S_INIT("not verifiable yet") },
};
static const struct checks audit = { audit_checks, 5 };

static struct fault lines[] = {
	{ .rule = &tag,
	  .key = S_INIT("debian"),
	  .what = S_INIT("debian has no tag"),
	  .path = S_INIT("b/Dockerfile"),
	  .line = 12,
	  .end_line = 14,
	  .col = 3,
	  .layer = -1,
	  .instruction = S_INIT("FROM debian") },
	{ .rule = &tag,
	  .key = S_INIT("x"),
	  .what = S_INIT("x has no tag"),
	  .path = S_INIT("./a/Dockerfile"),
	  .line = 1,
	  .layer = -1,
	  .waived_by = S_INIT("a/Dockerfile:1"),
	  .reason = S_INIT("built here") },
};
static struct check lint_checks[] = {
	{ .rule = &tag, .outcome = OUTCOME_FAIL, .fault = lines, .fault_n = 2 }
};
static const struct checks lint = { lint_checks, 1 };

static int written(struct op *op, bool is_audit, struct checks_choice *c, const char *format,
		   str *ret)
{
	struct inventory inv = { .subject = { .kind = SUBJECT_IMAGE,
					      .name = S_INIT("app:1"),
					      .platform = S_INIT("linux/amd64"),
					      .created = 1767225600,
					      .layer_n = 2 },
				 .os = { .pretty_name = S_INIT("Debian <12>") } };
	struct checks_report r = { .tool = is_audit ? "audit" : "lint",
				   .subject = is_audit ? S("app:1") : S("2 files"),
				   .inventory = is_audit ? &inv : NULL,
				   .checks = is_audit ? &audit : &lint,
				   .time = 1767312000 };
	struct buf b;

	c->format = checks_format_of(str_of(format));
	MUST(c->format);
	buf_init(&b, op, 1 << 24);
	TRY(checks_write(op, &r, c, &b));
	return buf_take(&b, ret);
}

static void keep(const char *name, str text)
{
	const char *dir = getenv("TEMPER_CHECKS");
	char path[512];

	if (!dir)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (f) {
		for (ptrdiff_t at; (at = str_find_str(text, S("\"" TEMPER_VERSION "\""))) >= 0;
		     text = str_from(text, at + (ptrdiff_t)sizeof(TEMPER_VERSION) + 1)) {
			(void)fwrite(text.p, 1, (size_t)at, f);
			(void)fputs("\"@VERSION@\"", f);
		}
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

static int golden(struct op *op, bool is_audit, struct checks_choice *c, const char *format,
		  const char *name)
{
	char path[128];
	str got, want;

	TRY(written(op, is_audit, c, format, &got));
	keep(name, got);
	(void)snprintf(path, sizeof(path), "tests/case/checks/%s", name);
	TRY(test_file(op, path, &want));
	TRY(with_version(op, want, &want));
	CHECK_STR(got, want);
	return 0;
}

static int tables(struct op *op)
{
	struct checks_choice c = { .style = { .utf8 = true }, .width = 100 },
			     all = { .style = { .utf8 = true }, .width = 100, .all = true },
			     narrow = { .style = { .colour = true }, .width = 40 };

	TRY(golden(op, true, &c, "table", "audit.txt"));
	TRY(golden(op, true, &all, "table", "audit-all.txt"));
	TRY(golden(op, true, &narrow, "table", "audit-narrow.txt"));
	TRY(golden(op, false, &c, "table", "lint.txt"));
	return golden(op, false, &all, "table", "lint-all.txt");
}

static int forms(struct op *op)
{
	static const char *const file[][2] = { { "json", "json" },       { "sarif", "sarif" },
					       { "junit", "junit.xml" }, { "markdown", "md" },
					       { "html", "html" },       { "csv", "csv" } };
	struct checks_choice c = { .style = { .utf8 = true } };
	char name[64];

	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		(void)snprintf(name, sizeof(name), "audit.%s", file[i][1]);
		TRY(golden(op, true, &c, file[i][0], name));
		(void)snprintf(name, sizeof(name), "lint.%s", file[i][1]);
		TRY(golden(op, false, &c, file[i][0], name));
	}
	c.all = true;
	TRY(golden(op, true, &c, "sarif", "audit-all.sarif"));
	CHECK(checks_format_of(S("md")) == checks_format_of(S("markdown")));
	CHECK(checks_format_of(S("yaml")) == NULL);
	return 0;
}

TESTS({ "tables", tables }, { "forms", forms })
