/*
 * Markdown as forges render it: a summary, what is broken with what to do, and the rest behind a fold.
 */
#include "checks_impl.h"

static void cell(struct buf *b, str s)
{
	buf_char(b, ' ');
	text_markdown(b, s);
	buf_add(b, S(" |"));
}

static void put_faults(struct buf *b, const struct checks_report *r, const struct check *c,
		       bool all)
{
	for (ptrdiff_t i = 0; i < c->fault_n; i++) {
		const struct fault *f = &c->fault[i];
		struct buf text;
		if (!checks_counts(f) && !all)
			continue;
		buf_add(b, S("- "));
		buf_init(&text, b->op, INT32_MAX);
		checks_place(&text, f);
		if (text.len && (f->line || !r->inventory)) {
			text_markdown(b, buf_view(&text));
			buf_add(b, S(": "));
		}
		text_markdown(b, f->what);
		buf_init(&text, b->op, INT32_MAX);
		checks_origin(&text, r, f);
		if (text.len && r->inventory) {
			buf_add(b, S(" — "));
			text_markdown(b, buf_view(&text));
		}
		if (!checks_counts(f)) {
			buf_add(b, S(" (waived: "));
			text_markdown(b, f->reason.len ? f->reason : f->waived_by);
			buf_char(b, ')');
		}
		if (f->remedy.len) {
			buf_add(b, S("  \n  "));
			text_markdown(b, f->remedy);
		}
		buf_char(b, '\n');
	}
}

static void put_broken(struct buf *b, const struct checks_report *r, bool all)
{
	for (ptrdiff_t i = 0; i < r->checks->n; i++) {
		const struct check *c = &r->checks->p[i];
		if (c->outcome != OUTCOME_FAIL)
			continue;
		buf_fmt(b, "### %s: ", severity_titles[checks_severity(c)]);
		text_markdown(b, str_of(c->rule->title));
		buf_add(b, S(" (`"));
		buf_add(b, str_of(c->rule->id));
		buf_add(b, S("`)\n\n"));
		put_faults(b, r, c, all);
		buf_char(b, '\n');
		text_markdown(b, str_of(c->rule->rationale));
		buf_char(b, ' ');
		text_markdown(b, str_of(c->rule->remedy));
		buf_add(b, S("\n\n"));
	}
}

static void put_rest(struct buf *b, const struct checks *checks, enum outcome_kind kind,
		     const char *title)
{
	struct checks_counted n = checks_count(checks);

	if (n.rules[kind] == 0)
		return;
	buf_fmt(b, "<details><summary>%s (%td)</summary>\n\n| Rule | What | |\n|---|---|---|\n",
		title, n.rules[kind]);
	for (ptrdiff_t i = 0; i < checks->n; i++) {
		const struct check *c = &checks->p[i];
		if (c->outcome != kind)
			continue;
		buf_char(b, '|');
		cell(b, str_of(c->rule->id));
		cell(b, str_of(c->rule->title));
		cell(b, c->detail);
		buf_char(b, '\n');
	}
	buf_add(b, S("\n</details>\n\n"));
}

int checks_markdown(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		    struct buf *b)
{
	struct buf text;

	buf_init(&text, op, INT32_MAX);
	checks_summary(&text, r->checks);
	buf_add(b, r->inventory ? S("# Audit of ") : S("# Lint of "));
	text_markdown(b, r->subject);
	buf_add(b, S("\n\n"));
	text_markdown(b, buf_view(&text));
	buf_add(b, S("\n\n"));
	put_broken(b, r, c->all);
	put_rest(b, r->checks, OUTCOME_ERROR, "Cannot be told");
	if (r->inventory || c->all)
		put_rest(b, r->checks, OUTCOME_PASS, "Kept");
	return op->code;
}
