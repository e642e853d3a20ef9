/*
 * For people: an audit by its rules, those that are broken first told with their evidence; lint by file
 * and line, as compilers tell.
 */
#include "checks_impl.h"

enum { FEW = 8 /* faults of a rule that are listed unless all are asked for */ };

struct table {
	const struct checks_report *r;
	const struct checks_choice *c;
	struct buf *b;
	int id_width;
};

static enum text_colour colour_of(enum severity s)
{
	static const enum text_colour colour[SEVERITIES] = { TEXT_DIM,    TEXT_DIM, TEXT_CYAN,
							     TEXT_YELLOW, TEXT_RED, TEXT_RED };

	return colour[s];
}

static void coloured(struct table *t, enum text_colour colour, str text)
{
	text_colour(t->b, &t->c->style, colour);
	text_safe(t->b, text);
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
}

/* A paragraph below a rule, at `indent`, its first line behind `mark`. */
static void paragraph(struct table *t, int indent, str mark, enum text_colour colour, str text)
{
	struct text_style style = t->c->style;
	int columns = mark.len ? 2 : 0;

	style.width = t->c->width ? t->c->width : style.width ? style.width : 100;
	buf_repeat(t->b, ' ', indent);
	text_colour(t->b, &style, colour);
	buf_add(t->b, mark);
	text_wrap(t->b, text, indent + columns, indent + columns, &style);
	text_colour(t->b, &style, TEXT_PLAIN);
	buf_char(t->b, '\n');
}

static void mark(struct table *t, enum outcome_kind outcome)
{
	static const enum text_colour colour[OUTCOMES] = { TEXT_GREEN, TEXT_RED, TEXT_YELLOW };
	static const char *const wide[OUTCOMES] = { "✔", "✘", "?" }, *const plain[OUTCOMES] = {
		"+", "x", "?"
	};

	text_colour(t->b, &t->c->style, colour[outcome]);
	buf_add(t->b, str_of((t->c->style.utf8 ? wide : plain)[outcome]));
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
}

static void put_fault(struct table *t, const struct fault *f)
{
	AUTO_OP own; /* the report grows in the other */
	struct buf line;
	bool counts = checks_counts(f);
	str bullet = t->c->style.utf8 ? S("• ") : S("- ");

	op_init(&own, 0);
	buf_init(&line, &own, INT32_MAX);
	buf_add(&line, f->what);
	if (f->severity && f->severity != f->rule->severity)
		buf_fmt(&line, " (%s)", severities[f->severity]);
	if (!counts) {
		buf_fmt(&line, " (does not count: %.*s%s%.*s)", STR_ARG(f->waived_by),
			f->reason.len ? ", " : "", STR_ARG(f->reason));
	}
	paragraph(t, 6, bullet, counts ? TEXT_PLAIN : TEXT_DIM, buf_view(&line));
	buf_init(&line, &own, INT32_MAX);
	checks_origin(&line, t->r, f);
	if (line.len)
		paragraph(t, 8, S(""), TEXT_DIM, buf_view(&line));
	if (f->remedy.len && counts)
		paragraph(t, 8, t->c->style.utf8 ? S("→ ") : S("> "), TEXT_CYAN, f->remedy);
}

static void put_faults(struct table *t, const struct check *check)
{
	bool whole = t->c->all || t->c->style.verbose, general = false;
	ptrdiff_t left = 0, shown = 0;

	for (ptrdiff_t i = 0; i < check->fault_n; i++) {
		const struct fault *f = &check->fault[i];
		if (!checks_counts(f) && !t->c->all)
			continue;
		general |= f->remedy.len == 0 && checks_counts(f);
		if (!whole && shown == FEW) {
			left++;
			continue;
		}
		shown++;
		put_fault(t, f);
	}
	if (left) {
		buf_repeat(t->b, ' ', 6);
		buf_fmt(t->b, "and %td more: --all lists them\n", left);
	}
	if (general)
		paragraph(t, 6, t->c->style.utf8 ? S("→ ") : S("> "), TEXT_CYAN,
			  str_of(check->rule->remedy));
}

static void put_check(struct table *t, const struct check *check)
{
	enum severity severity = checks_severity(check);
	str id = str_of(check->rule->id);

	buf_add(t->b, S("  "));
	mark(t, check->outcome);
	buf_char(t->b, ' ');
	if (check->outcome == OUTCOME_FAIL)
		coloured(t, colour_of(severity), str_of(severities[severity]));
	buf_repeat(t->b, ' ',
		   11 - (check->outcome == OUTCOME_FAIL ? str_of(severities[severity]).len : 0));
	coloured(t, check->outcome == OUTCOME_FAIL ? TEXT_BOLD : TEXT_PLAIN, id);
	if (t->c->width == 0 || t->c->width >= 80) {
		buf_repeat(t->b, ' ', t->id_width - id.len + 2);
		text_safe(t->b, str_of(check->rule->title));
	}
	buf_char(t->b, '\n');
	if (check->outcome != OUTCOME_FAIL && check->detail.len)
		paragraph(t, 6, S(""), TEXT_DIM, check->detail);
	put_faults(t, check);
}

static bool is_shown(const struct table *t, const struct check *check)
{
	return t->c->all || check->outcome != OUTCOME_PASS;
}

/* Is there one of its group before it that is shown? */
static bool is_told(const struct table *t, ptrdiff_t at, str group)
{
	const struct checks *c = t->r->checks;

	for (ptrdiff_t i = 0; i < at; i++)
		if (is_shown(t, &c->p[i]) && str_eq(checks_group(c->p[i].rule), group))
			return true;
	return false;
}

/* Group by group, in the order in which they begin. */
static void put_audit(struct table *t)
{
	const struct checks *c = t->r->checks;
	bool any = false;

	for (ptrdiff_t i = 0; i < c->n; i++) {
		int n = (int)str_of(c->p[i].rule->id).len;
		t->id_width = is_shown(t, &c->p[i]) && n > t->id_width ? n : t->id_width;
	}
	for (ptrdiff_t i = 0; i < c->n; i++) {
		str group = checks_group(c->p[i].rule);
		if (!is_shown(t, &c->p[i]) || is_told(t, i, group))
			continue;
		buf_add(t->b, any ? S("\n") : S(""));
		any = true;
		coloured(t, TEXT_BOLD, group);
		buf_char(t->b, '\n');
		for (ptrdiff_t k = i; k < c->n; k++)
			if (is_shown(t, &c->p[k]) && str_eq(checks_group(c->p[k].rule), group))
				put_check(t, &c->p[k]);
	}
	buf_add(t->b, any ? S("\n") : S(""));
}

static int put_lint(struct op *op, struct table *t)
{
	const struct fault **list;
	ptrdiff_t n;

	if (checks_by_place(op, t->r->checks, t->c->all, &list, &n) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct fault *f = list[i];
		enum severity severity = fault_severity(f);
		text_colour(t->b, &t->c->style, TEXT_BOLD);
		checks_place(t->b, f);
		text_colour(t->b, &t->c->style, TEXT_PLAIN);
		buf_char(t->b, ' ');
		coloured(t, checks_counts(f) ? colour_of(severity) : TEXT_DIM,
			 checks_counts(f) ? str_of(severities[severity]) : S("ignored"));
		buf_fmt(t->b, " %s: ", f->rule->id);
		text_safe(t->b, f->what);
		buf_char(t->b, '\n');
		if (!checks_counts(f) && f->reason.len)
			paragraph(t, 4, S(""), TEXT_DIM, f->reason);
		else if (t->c->style.verbose)
			paragraph(t, 4, t->c->style.utf8 ? S("→ ") : S("> "), TEXT_CYAN,
				  checks_remedy(f));
	}
	buf_add(t->b, n ? S("\n") : S(""));
	return 0;
}

int checks_table(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		 struct buf *b)
{
	struct table t = { .r = r, .c = c, .b = b };
	struct checks_counted n = checks_count(r->checks);

	if (r->inventory)
		put_audit(&t);
	else if (put_lint(op, &t) < 0)
		return op->code;
	mark(&t, n.rules[OUTCOME_FAIL]    ? OUTCOME_FAIL
		 : n.rules[OUTCOME_ERROR] ? OUTCOME_ERROR
					  : OUTCOME_PASS);
	buf_char(b, ' ');
	text_safe(b, r->subject);
	buf_add(b, S(": "));
	checks_summary(b, r->checks);
	buf_char(b, '\n');
	return 0;
}
