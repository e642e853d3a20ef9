/*
 * Every form of a verdict against its file in tests/case/verdict/. With TEMPER_FINDINGS=DIR what was
 * written is put there as well, to be looked at and taken over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../harness.h"
#include "codec/json.h"
#include "report/verdict.h"
#include "verdict_fixture.h"

static int written(struct op *op, const struct verdict *v, struct verdict_choice *c,
		   const char *format, str *ret)
{
	struct buf b;

	fixture_fill();
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
	TRY(written(op, &full_verdict, &c, "json", &text));
	return json_parse(op, S("verdict.json"), exact(text), &doc);
}

TESTS({ "table", table }, { "narrow table", table_narrow }, { "explained", table_explain },
      { "json", json })
