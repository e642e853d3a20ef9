/*
 * The verdict for people: what fails first, each rule with its evidence, who brought it and what to do; what
 * passes in a line; then what to paste where it shall be lived with; and last, where it is seen, the
 * answer.
 */
#include "sys/clock.h"
#include "verdict_impl.h"
#include "words.h"

enum {
	INDENT = 8,  /* "  fail  " */
	LABEL = 12,  /* as the table of findings */
	FAULTS = 5,  /* of a rule without --explain */
	STANZAS = 3, /* likewise */
	ALL = 200,   /* stanzas with it */
	NARROW = 40, /* columns below which nothing is wrapped */
};

struct table {
	struct op *op;
	const struct verdict *v;
	const struct verdict_choice *c;
	struct buf *b;
};

static const enum text_colour colours[VERDICT_STATES] = { TEXT_RED, TEXT_RED, TEXT_YELLOW, TEXT_DIM,
							  TEXT_GREEN };

static void coloured(struct table *t, enum text_colour colour, const char *s)
{
	text_colour(t->b, &t->c->style, colour);
	buf_add(t->b, str_of(s));
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
}

/* From column `at` to the end of the terminal and on below `indent`. */
static void wrapped(struct table *t, str text, int at, int indent)
{
	struct text_style style = t->c->style;

	style.width = t->c->width;
	if (style.width >= NARROW)
		text_wrap(t->b, text, at, indent, &style);
	else
		text_safe(t->b, text);
	buf_char(t->b, '\n');
}

/* A line that begins with a word in dim below a rule: "why    ...". */
static void below(struct table *t, int indent, const char *word, str text)
{
	if (text.len == 0)
		return;
	buf_repeat(t->b, ' ', indent);
	coloured(t, TEXT_DIM, word);
	wrapped(t, text, indent + (int)strlen(word), indent + (int)strlen(word));
}

/* ": --explain": how the rest is asked for; nothing where all of it was. */
static str hint(struct table *t)
{
	str text;

	if (t->c->explain)
		return S("");
	return t->c->more.len == 0                                        ? S(": --explain")
	       : op_text(t->op, &text, ": %.*s", STR_ARG(t->c->more)) < 0 ? S("")
									  : text;
}

static void put_fault(struct table *t, const struct verdict_rule *r, const struct fault *f)
{
	enum severity s = fault_severity(f);
	bool counts = verdict_counts(f);
	struct buf text;

	buf_init(&text, t->op, INT32_MAX);
	buf_repeat(t->b, ' ', INDENT);
	if (!counts)
		text_colour(t->b, &t->c->style, TEXT_DIM);
	else if (s >= SEVERITY_HIGH)
		text_colour(t->b, &t->c->style, TEXT_RED);
	else if (s == SEVERITY_MEDIUM)
		text_colour(t->b, &t->c->style, TEXT_YELLOW);
	buf_fmt(t->b, "%-10s ", severities[s]);
	if (counts)
		text_colour(t->b, &t->c->style, TEXT_PLAIN);
	wrapped(t, f->what, INDENT + 11, INDENT + 11);
	if (!counts)
		text_colour(t->b, &t->c->style, TEXT_PLAIN);
	verdict_origin(&text, t->v, f);
	below(t, INDENT + 11, "by ", buf_view(&text));
	if (verdict_foreign(r, f))
		below(t, INDENT + 11, "rule ", str_of(f->rule->id));
	buf_init(&text, t->op, INT32_MAX);
	verdict_waived(&text, f);
	below(t, INDENT + 11, verdict_graced(f) ? "not yet " : "waived ", buf_view(&text));
	if (counts && !str_eq(verdict_remedy(r, f), r->remedy))
		below(t, INDENT + 11, "to do ", verdict_remedy(r, f));
}

static void put_faults(struct table *t, const struct verdict_rule *r)
{
	ptrdiff_t max = t->c->explain ? r->fault_n : FAULTS, shown = 0, more = 0;

	for (ptrdiff_t i = 0; i < r->fault_n; i++) {
		if (!t->c->explain && !verdict_counts(&r->fault[i]))
			continue;
		if (shown < max)
			put_fault(t, r, &r->fault[i]);
		else
			more++;
		shown++;
	}
	if (more)
		buf_fmt(t->b, "%*sand %td more%.*s\n", INDENT + 11, "", more, STR_ARG(hint(t)));
}

/* "3 faults, 1 waived, 1 within its grace until 2026-12-31". */
static void put_counts(struct buf *b, const struct verdict_rule *r)
{
	ptrdiff_t counts = 0;

	for (ptrdiff_t i = 0; i < r->fault_n; i++)
		counts += verdict_counts(&r->fault[i]);
	if (counts)
		text_count(b, (uint64_t)counts, "fault", "faults");
	if (r->waived_n)
		buf_fmt(b, "%s%td waived", b->len ? ", " : "", r->waived_n);
	if (r->graced_n)
		buf_fmt(b, "%s%td within grace", b->len ? ", " : "", r->graced_n);
	if (r->until.len)
		buf_fmt(b, "%sfails from %.*s", b->len ? ", " : "", STR_ARG(r->until));
	if (r->effective_on.len && r->mode != POLICY_ENFORCE)
		buf_fmt(b, "%sin force from %.*s", b->len ? ", " : "", STR_ARG(r->effective_on));
}

static void put_rule(struct table *t, const struct verdict_rule *r)
{
	enum verdict_state s = verdict_state(r);
	struct buf text;

	buf_init(&text, t->op, INT32_MAX);
	text_colour(t->b, &t->c->style, colours[s]);
	if (s <= VERDICT_STATE_ERROR)
		text_colour(t->b, &t->c->style, TEXT_BOLD);
	buf_fmt(t->b, "%-*s", INDENT - 1, verdict_states[s]);
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
	buf_char(t->b, ' ');
	text_colour(t->b, &t->c->style, TEXT_BOLD);
	int at = INDENT + text_clip(t->b, r->id, 40, &t->c->style);
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
	buf_add(t->b, S("  "));
	buf_add(&text, r->title);
	if (text.len)
		buf_char(&text, ' ');
	buf_fmt(&text, "(%.*s", STR_ARG(r->rule));
	if (r->with.len && t->c->explain)
		buf_fmt(&text, ": %.*s", STR_ARG(r->with));
	buf_char(&text, ')');
	wrapped(t, buf_view(&text), at + 2, INDENT);
	buf_init(&text, t->op, INT32_MAX);
	put_counts(&text, r);
	if (r->detail.len && (r->outcome == OUTCOME_ERROR || t->c->explain))
		buf_fmt(&text, "%s%.*s", text.len ? "; " : "", STR_ARG(r->detail));
	if (text.len)
		below(t, INDENT, r->outcome == OUTCOME_ERROR ? "cannot be told: " : "",
		      buf_view(&text));
	put_faults(t, r);
	if (t->c->explain) {
		below(t, INDENT, "why ", r->rationale);
		below(t, INDENT, "also ", r->also);
		below(t, INDENT, "policy ", r->where);
	}
	if (r->outcome != OUTCOME_PASS)
		below(t, INDENT, "to do ", r->remedy);
	buf_char(t->b, '\n');
}

/* ---- below it ---- */

static void label(struct table *t, const char *word, enum text_colour colour)
{
	text_colour(t->b, &t->c->style, colour);
	buf_fmt(t->b, "%-*s", LABEL, word);
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
	buf_char(t->b, ' ');
}

static void told(struct table *t, const char *word, enum text_colour colour, str text)
{
	if (text.len == 0)
		return;
	label(t, word, colour);
	wrapped(t, text, LABEL + 1, LABEL + 1);
}

/* Those that pass, by their ids in one line. */
static void put_passes(struct table *t)
{
	struct buf text;

	buf_init(&text, t->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < t->v->rule_n; i++) {
		const struct verdict_rule *r = &t->v->rule[i];
		if (verdict_state(r) != VERDICT_STATE_PASS)
			continue;
		buf_fmt(&text, "%s%.*s", text.len ? ", " : "", STR_ARG(r->id));
		if (r->waived_n || r->graced_n) {
			struct buf counts;
			buf_init(&counts, t->op, INT32_MAX);
			put_counts(&counts, r);
			buf_fmt(&text, " (%.*s)", STR_ARG(buf_view(&counts)));
		}
	}
	if (text.len == 0)
		return;
	coloured(t, TEXT_GREEN, "pass");
	buf_repeat(t->b, ' ', INDENT - 4);
	wrapped(t, buf_view(&text), INDENT, INDENT);
}

static void put_waivers(struct table *t)
{
	for (ptrdiff_t i = 0; i < t->v->waiver_n; i++) {
		const struct waiver *w = &t->v->waiver[i];
		bool quiet = w->matched && !w->expired && !w->expiring && w->refused.len == 0;
		struct buf text;
		if (quiet && !t->c->explain)
			continue;
		if (w->other_image && !t->c->explain)
			continue;
		buf_init(&text, t->op, INT32_MAX);
		buf_fmt(&text, "%.*s %.*s: %s", STR_ARG(w->where),
			STR_ARG(w->rule.len ? w->rule
				: w->id.len ? w->id
					    : w->name),
			verdict_waiver_state(w));
		if (w->refused.len)
			buf_fmt(&text, ": %.*s", STR_ARG(w->refused));
		if (w->until.len)
			buf_fmt(&text, ", until %.*s", STR_ARG(w->until));
		if (w->owner.len)
			buf_fmt(&text, ", %.*s", STR_ARG(w->owner));
		if (t->c->explain && w->reason.len)
			buf_fmt(&text, ": %.*s", STR_ARG(text_line(w->reason)));
		told(t, "waiver", quiet ? TEXT_DIM : TEXT_YELLOW, buf_view(&text));
	}
}

static void put_stanzas(struct table *t)
{
	ptrdiff_t n = 0, max = t->c->explain ? ALL : STANZAS, left = 0;

	for (ptrdiff_t i = 0; i < t->v->rule_n; i++) {
		const struct verdict_rule *r = &t->v->rule[i];
		bool of_rule = false;
		if (verdict_state(r) != VERDICT_STATE_FAIL)
			continue;
		for (ptrdiff_t k = 0; k < r->fault_n; k++) {
			struct buf text;
			if (!verdict_counts(&r->fault[k]))
				continue;
			if (n >= max || (of_rule && !t->c->explain)) {
				left++;
				continue;
			}
			of_rule = true;
			if (n++ == 0)
				buf_add(t->b, S("To live with it, complete this and add it to "
						".temper/waivers.yaml:\nwaivers:\n"));
			buf_init(&text, t->op, INT32_MAX);
			verdict_stanza(&text, t->v, r, &r->fault[k]);
			text_colour(t->b, &t->c->style, TEXT_CYAN);
			for (str all = buf_view(&text), one = str_cut(&all, '\n'); one.len;
			     one = str_cut(&all, '\n')) {
				text_safe(t->b, one);
				buf_char(t->b, '\n');
			}
			text_colour(t->b, &t->c->style, TEXT_PLAIN);
		}
	}
	if (left)
		buf_fmt(t->b, "  # and %td more%.*s\n", left, STR_ARG(hint(t)));
}

static void put_answer(struct table *t)
{
	const struct verdict *v = t->v;
	struct buf text;

	if (t->b->len && !str_ends(buf_view(t->b), S("\n\n")))
		buf_char(t->b, '\n');
	buf_init(&text, t->op, INT32_MAX);
	verdict_verified(&text, v);
	buf_fmt(&text, " of %llu findings and faults", (unsigned long long)v->to_verify);
	told(t, "verified", TEXT_DIM, buf_view(&text));
	for (ptrdiff_t i = 0; i < v->warnings.n; i++)
		told(t, "warning", TEXT_YELLOW, v->warnings.p[i]);
	buf_init(&text, t->op, INT32_MAX);
	verdict_facts(&text, v);
	told(t, "facts", TEXT_YELLOW, buf_view(&text));
	told(t, "valid until", TEXT_DIM, v->valid_until);
	buf_init(&text, t->op, INT32_MAX);
	verdict_policies(&text, v);
	told(t, "policy", TEXT_DIM, buf_view(&text));
	buf_init(&text, t->op, INT32_MAX);
	verdict_summary(&text, v);
	told(t, "rules", TEXT_DIM, buf_view(&text));
	text_colour(t->b, &t->c->style, TEXT_BOLD);
	text_colour(t->b, &t->c->style, v->passed ? TEXT_GREEN : TEXT_RED);
	if (t->c->style.utf8)
		buf_add(t->b, v->passed ? S("✔ ") : S("✘ "));
	text_safe(t->b, verdict_subject(v));
	buf_add(t->b, v->passed ? S(" passes") : S(" does not pass"));
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
	buf_char(t->b, '\n');
}

int verdict_table(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		  struct buf *b)
{
	struct table t = { op, v, c, b };

	for (int s = 0; s < VERDICT_STATES; s++)
		for (ptrdiff_t i = 0; i < v->rule_n; i++)
			if ((int)verdict_state(&v->rule[i]) == s &&
			    (s != VERDICT_STATE_PASS || c->explain))
				put_rule(&t, &v->rule[i]);
	if (!c->explain)
		put_passes(&t);
	put_waivers(&t);
	if (b->len && !str_ends(buf_view(b), S("\n\n")))
		buf_char(b, '\n');
	put_stanzas(&t);
	put_answer(&t);
	return op->code;
}
