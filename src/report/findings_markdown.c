/*
 * Markdown as forges render it: a summary, the upgrades, and the findings behind a fold.
 */
#include "findings_impl.h"
#include "sys/clock.h"
#include "words.h"

typedef void says(struct buf *b, const struct report *r);

static void line(struct buf *b, const struct report *r, const char *lead, says *say)
{
	struct buf text;

	buf_init(&text, b->op, INT32_MAX);
	say(&text, r);
	if (text.bad || text.len == 0)
		return;
	buf_add(b, str_of(lead));
	text_markdown(b, buf_view(&text));
	buf_char(b, '\n');
}

static void put_summary(struct buf *b, const struct report *r)
{
	struct report_counts n;
	char date[CLOCK_TEXT];

	report_count(r, &n);
	line(b, r, "# Vulnerabilities of ", words_subject);
	buf_char(b, '\n');
	if (r->shown_n == 0)
		line(b, r, "", words_none);
	else
		buf_fmt(b, "**%td found**: ", r->shown_n);
	if (r->shown_n) {
		words_severities(b, n.by_severity);
		buf_fmt(b, "; %llu fixed, %llu not fixed; %llu suppressed; ",
			(unsigned long long)n.fixed, (unsigned long long)n.not_fixed,
			(unsigned long long)n.suppressed);
	}
	buf_fmt(b, "as of %s.\n\n", clock_rfc3339(r->time, date));
}

static void put_groups(struct buf *b, const struct report *r)
{
	struct buf text;

	if (r->group_n == 0)
		return;
	buf_add(b, S("## What to do\n\n"));
	for (ptrdiff_t i = 0; i < r->group_n; i++) {
		buf_init(&text, b->op, INT32_MAX);
		words_group(&text, r, &r->group[i]);
		buf_add(b, S("- "));
		text_markdown(b, buf_view(&text));
		buf_char(b, '\n');
	}
	buf_char(b, '\n');
}

static void cell(struct buf *b, str s)
{
	buf_add(b, S(" "));
	text_markdown(b, s);
	buf_add(b, S(" |"));
}

static void put_row(struct op *op, struct buf *b, const struct report *r, const struct finding *f)
{
	const struct package *p = words_package(r, f);
	struct buf fixed, epss;
	str url = words_url(op, f);

	buf_init(&fixed, op, INT32_MAX);
	buf_init(&epss, op, INT32_MAX);
	words_fixed(&fixed, f);
	words_epss(&epss, f);
	buf_add(b, S("|"));
	cell(b, str_of(severity_titles[f->severity]));
	buf_add(b, S(" ["));
	text_markdown(b, f->id);
	buf_add(b, S("](<"));
	for (ptrdiff_t i = 0; i < url.len; i++)
		if (url.p[i] > ' ' && str_find(S("<>|\\"), url.p[i]) < 0)
			buf_char(b, url.p[i]);
	buf_add(b, S(">) |"));
	cell(b, words_name(op, p));
	cell(b, p->version);
	cell(b, buf_view(&fixed));
	cell(b, buf_view(&epss));
	cell(b, f->suppressed ? f->reason : f->summary);
	buf_char(b, '\n');
}

static void put_findings(struct op *op, struct buf *b, const struct report *r, ptrdiff_t from,
			 ptrdiff_t to, const char *title, const char *last)
{
	if (from == to)
		return;
	buf_fmt(b, "<details><summary>%s (%td)</summary>\n\n", title, to - from);
	buf_fmt(b,
		"| Severity | Vulnerability | Package | Installed | Fixed in | EPSS | %s |\n"
		"|---|---|---|---|---|---|---|\n",
		last);
	for (ptrdiff_t i = from; i < to; i++)
		put_row(op, b, r, &r->finding[i]);
	buf_add(b, S("\n</details>\n\n"));
}

static void put_coverage(struct buf *b, const struct report *r)
{
	struct buf text;

	buf_add(b, S("## What this rests on\n\n"));
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		const struct coverage *c = &r->coverage[i];
		if (!words_uncovered(c))
			continue;
		buf_add(b, c->kind == COVERED_FIXED_ONLY ? S("- fixed only: ")
							 : S("- **not covered**: "));
		buf_init(&text, b->op, INT32_MAX);
		words_coverage(&text, c);
		text_markdown(b, buf_view(&text));
		buf_char(b, '\n');
	}
	line(b, r, "- **end of life**: ", words_life);
	for (ptrdiff_t i = 0; i < r->source_n; i++) {
		const struct report_source *s = &r->source[i];
		buf_add(b, S("- "));
		text_markdown(b, s->source);
		buf_char(b, ' ');
		text_markdown(b, s->ecosystem);
		buf_fmt(b, ": %llu records, ", (unsigned long long)s->records);
		words_age(b, s->age_s);
		buf_add(b, s->age_s < 0 ? S("\n") : S(" old\n"));
	}
}

int findings_markdown(struct op *op, const struct report *r, const struct findings_choice *c,
		      struct buf *b)
{
	(void)c;
	put_summary(b, r);
	put_groups(b, r);
	put_findings(op, b, r, 0, r->shown_n, "Findings", "Summary");
	put_findings(op, b, r, r->shown_n, r->finding_n, "Suppressed", "Why");
	put_coverage(b, r);
	return op->code;
}
