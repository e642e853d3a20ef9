/*
 * Every form of a verdict against its file in tests/case/verdict/. With TEMPER_FINDINGS=DIR what was
 * written is put there as well, to be looked at and taken over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../harness.h"
#include "codec/json.h"
#include "codec/xml.h"
#include "report/verdict.h"
#include "verdict_fixture.h"

static int written(struct op *op, const struct verdict *v, struct verdict_choice *c,
		   const char *format, str *ret)
{
	struct buf b;

	fixture_judge();
	c->format = verdict_format_of(str_of(format));
	MUST(c->format);
	buf_init(&b, op, 1 << 24);
	TRY(verdict_write(op, v, c, &b));
	return buf_take(&b, ret);
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

static int golden(struct op *op, const struct verdict *v, struct verdict_choice *c,
		  const char *format, const char *name)
{
	const char *dir = getenv("TEMPER_FINDINGS");
	char path[512];
	str got, want;

	TRY(written(op, v, c, format, &got));
	if (dir) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
		FILE *f = fopen(path, "w");
		if (f) {
			(void)fwrite(got.p, 1, (size_t)got.len, f);
			(void)fclose(f);
		}
	}
	(void)snprintf(path, sizeof(path), "tests/case/verdict/%s", name);
	TRY(test_file(op, path, &want));
	TRY(with_version(op, want, &want));
	CHECK_STR(got, want);
	return 0;
}

static int table(struct op *op)
{
	struct verdict_choice c = { .style = { .utf8 = true }, .width = 100 };

	return golden(op, &full_verdict, &c, "table", "table.txt");
}

static int table_narrow(struct op *op)
{
	struct verdict_choice c = { .style = { .utf8 = true }, .width = 60 };

	return golden(op, &full_verdict, &c, "table", "table-narrow.txt");
}

static int table_explain(struct op *op)
{
	struct verdict_choice c = { .explain = true, .style = { .colour = true } };

	return golden(op, &full_verdict, &c, "table", "table-explain.txt");
}

static int json(struct op *op)
{
	struct verdict_choice c = { .explain = false };
	struct doc doc;
	str text;

	TRY(golden(op, &full_verdict, &c, "json", "verdict.json"));
	TRY(golden(op, &full_verdict, &c, "sarif", "verdict.sarif"));
	TRY(written(op, &full_verdict, &c, "json", &text));
	TRY(json_parse(op, S("verdict.json"), exact(text), &doc));
	TRY(written(op, &full_verdict, &c, "sarif", &text));
	return json_parse(op, S("verdict.sarif"), exact(text), &doc);
}

static int junit(struct op *op)
{
	struct verdict_choice c = { .explain = false };
	struct xml_node doc;
	str text;

	TRY(golden(op, &full_verdict, &c, "junit", "verdict.xml"));
	TRY(written(op, &full_verdict, &c, "junit", &text));
	return xml_parse(op, S("verdict.xml"), exact(text), &doc);
}

static int markdown(struct op *op)
{
	struct verdict_choice c = { .explain = false };

	return golden(op, &full_verdict, &c, "markdown", "verdict.md");
}

static int html(struct op *op)
{
	struct verdict_choice c = { .explain = false };
	str text;

	TRY(golden(op, &full_verdict, &c, "html", "verdict.html"));
	TRY(golden(op, &full_verdict, &c, "sheet-html", "sheet.html"));
	TRY(written(op, &full_verdict, &c, "html", &text));
	CHECK(str_find_str(text, S("alert(1)</script>")) < 0);
	CHECK(str_find_str(text, S("href=\"javascript:")) < 0);
	CHECK(str_find_str(text, S("\x1b")) < 0);
	return 0;
}

static int sheet(struct op *op)
{
	struct verdict_choice c = { .explain = false };
	str text;

	TRY(golden(op, &full_verdict, &c, "sheet", "sheet.csv"));
	TRY(written(op, &full_verdict, &c, "sheet", &text));
	CHECK(str_find_str(text, S("\"'=cmd|")) > 0);
	CHECK(str_find_str(text, S(",=cmd|")) < 0);
	CHECK(str_find_str(text, S("\"'@web(1)\"")) > 0);
	return 0;
}

/* What is written to be pasted is YAML, but for what its author must say. */
static int stanza(struct op *op)
{
	static struct fault f = { .rule = &rule_setuid,
				  .key = S_INIT("a*[\"x\\\n: #y"),
				  .what = S_INIT("x") };
	struct buf b;

	fixture_judge();
	buf_init(&b, op, 1 << 16);
	verdict_stanza(&b, &full_verdict, &verdict_rules[2], &f);
	CHECK(str_starts(buf_view(&b), S("  - rule: CONF-002\n"
					 "    key: \"a\\\\*\\\\[\\\"x\\\\\\\\\\n: #y\"\n"
					 "    image: registry.example/app\n    justification: #")));
	buf_init(&b, op, 1 << 16);
	f.key = S("yes");
	verdict_stanza(&b, &full_verdict, &verdict_rules[2], &f);
	CHECK(str_find_str(buf_view(&b), S("key: \"yes\"\n")) > 0);
	CHECK(str_find_str(buf_view(&b), S("    until: 2025-07-31\n")) > 0);
	return op->code;
}

static int nothing(struct op *op)
{
	struct verdict v = { .facts = &judged_facts, .passed = true };
	struct verdict_choice c = { .style = { .utf8 = true } };
	str text;

	for (size_t i = 0; i < verdict_formats_n; i++)
		TRY(written(op, &v, &c, verdict_formats[i].name, &text));
	TRY(written(op, &v, &c, "table", &text));
	CHECK(str_find_str(text, S("registry.example/app:1.4 passes")) > 0);
	CHECK(str_find_str(text, S("100 % of 0")) > 0);
	return 0;
}

TESTS({ "table", table }, { "narrow table", table_narrow }, { "explained", table_explain },
      { "json", json }, { "junit", junit }, { "markdown", markdown }, { "html", html },
      { "sheet", sheet }, { "stanza", stanza }, { "nothing", nothing })
