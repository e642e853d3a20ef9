/*
 * Markdown for a pull request: the answer, what stands against it with what to do, and the rest behind folds.
 */
#include "sys/clock.h"
#include "verdict_impl.h"

enum { FAULTS = 20 }; /* of a rule: comments of forges end somewhere */

static void cell(struct buf *b, str s)
{
	buf_add(b, S(" "));
	text_markdown(b, s);
	buf_add(b, S(" |"));
}

static void put_answer(struct buf *b, const struct verdict *v)
{
	struct buf text;
	char date[CLOCK_TEXT];

	buf_fmt(b, "## %s ", v->passed ? "✅" : "❌");
	text_markdown(b, verdict_subject(v));
	buf_add(b, v->passed ? S(" passes ") : S(" does not pass "));
	buf_init(&text, b->op, INT32_MAX);
	verdict_policies(&text, v);
	text_markdown(b, buf_view(&text));
	buf_add(b, S("\n\n"));
	verdict_summary(b, v);
	buf_add(b, S(". Findings verified: **"));
	verdict_verified(b, v);
	buf_fmt(b, "**. As of %s", clock_rfc3339(v->time, date));
	if (v->valid_until.len) {
		buf_add(b, S(", valid until "));
		text_markdown(b, v->valid_until);
	}
	buf_add(b, S(".\n\n"));
	buf_init(&text, b->op, INT32_MAX);
	verdict_facts(&text, v);
	if (text.len) {
		buf_add(b, S("- ⚠️ facts "));
		text_markdown(b, buf_view(&text));
		buf_add(b, v->warnings.n ? S("\n") : S("\n\n"));
	}
	for (ptrdiff_t i = 0; i < v->warnings.n; i++) {
		buf_add(b, S("- ⚠️ "));
		text_markdown(b, v->warnings.p[i]);
		buf_char(b, '\n');
	}
	if (v->warnings.n)
		buf_char(b, '\n');
}

/* In a code span that no text can leave: one more backtick around it than stand in a row within. */
static void code(struct buf *b, str s)
{
	int most = 0, run = 0;

	for (ptrdiff_t i = 0; i < s.len; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	buf_repeat(b, '`', most + 1);
	buf_add(b, most ? S(" ") : S(""));
	while (s.len) {
		str one = str_head(s, 1);
		if (one.p[0] == '\n' || one.p[0] == '|')
			one = one.p[0] == '|' ? S("\\|") : S(" ");
		buf_add(b, one);
		s = str_from(s, 1);
	}
	buf_add(b, most ? S(" ") : S(""));
	buf_repeat(b, '`', most + 1);
}

static void put_faults(struct buf *b, const struct verdict *v, const struct verdict_rule *r)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < r->fault_n; i++) {
		const struct fault *f = &r->fault[i];
		struct buf text, by;
		if (!verdict_counts(f) || n++ >= FAULTS)
			continue;
		if (n == 1)
			buf_add(b, S("| Severity | Evidence | Brought by | To do "
				     "|\n|---|---|---|---|\n"));
		buf_init(&text, b->op, INT32_MAX);
		buf_init(&by, b->op, INT32_MAX);
		verdict_origin(&text, v, f);
		text_safe(&by, buf_view(&text));
		buf_add(b, S("|"));
		cell(b, str_of(severity_titles[fault_severity(f)]));
		cell(b, f->what);
		buf_char(b, ' ');
		if (by.len)
			code(b, buf_view(&by));
		buf_add(b, S(" |"));
		cell(b, verdict_remedy(r, f));
		buf_char(b, '\n');
	}
	if (n > FAULTS)
		buf_fmt(b, "\nand %td more\n", n - FAULTS);
	buf_add(b, n ? S("\n") : S(""));
}

static void put_stanza(struct buf *b, const struct verdict *v, const struct verdict_rule *r)
{
	for (ptrdiff_t i = 0; i < r->fault_n; i++) {
		struct buf text;
		if (!verdict_counts(&r->fault[i]))
			continue;
		buf_init(&text, b->op, INT32_MAX);
		verdict_stanza(&text, v, r, &r->fault[i]);
		buf_add(b, S("<details><summary>A waiver to complete</summary>\n\n"));
		/* Indented: no fence that a text could close. */
		for (str all = buf_view(&text), one = str_cut(&all, '\n'); one.len;
		     one = str_cut(&all, '\n')) {
			buf_add(b, S("    "));
			text_safe(b, one);
			buf_char(b, '\n');
		}
		buf_add(b, S("\n</details>\n\n"));
		return;
	}
}

static void put_rule(struct buf *b, const struct verdict *v, const struct verdict_rule *r)
{
	enum verdict_state s = verdict_state(r);

	buf_fmt(b, "### %s ", verdict_states[s]);
	text_markdown(b, r->id);
	buf_add(b, S(": "));
	text_markdown(b, r->title);
	buf_add(b, S("\n\n"));
	if (r->outcome == OUTCOME_ERROR) {
		buf_add(b, S("It cannot be told: "));
		text_markdown(b, r->detail);
		buf_add(b, S("\n\n"));
	}
	if (r->rationale.len) {
		text_markdown(b, r->rationale);
		buf_char(b, ' ');
	}
	if (r->remedy.len) {
		buf_add(b, S("**To do:** "));
		text_markdown(b, r->remedy);
	}
	buf_add(b, r->rationale.len || r->remedy.len ? S("\n\n") : S(""));
	put_faults(b, v, r);
	if (s == VERDICT_STATE_FAIL)
		put_stanza(b, v, r);
}

static void put_rest(struct buf *b, const struct verdict *v)
{
	buf_add(b, S("<details><summary>All rules</summary>\n\n"
		     "| | Rule | What it asks | What was looked at |\n|---|---|---|---|\n"));
	for (ptrdiff_t i = 0; i < v->rule_n; i++) {
		const struct verdict_rule *r = &v->rule[i];
		buf_fmt(b, "| %s |", verdict_states[verdict_state(r)]);
		cell(b, r->id);
		cell(b, r->title);
		cell(b, r->detail);
		buf_char(b, '\n');
	}
	buf_add(b, S("\n</details>\n"));
}

int verdict_markdown(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		     struct buf *b)
{
	(void)c;
	put_answer(b, v);
	for (int s = 0; s < VERDICT_STATE_LOG; s++)
		for (ptrdiff_t i = 0; i < v->rule_n; i++)
			if ((int)verdict_state(&v->rule[i]) == s)
				put_rule(b, v, &v->rule[i]);
	put_rest(b, v);
	return op->code;
}
