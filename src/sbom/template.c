/*
 * A template is a list of steps; {{if}}, {{range}} and {{with}} know where their else and end are,
 * so that filling in is a walk along the list with a stack of what has been opened. Expressions are
 * read again each time they are needed: they are short.
 */
#include "template.h"

#include "base/num.h"
#include "base/vec.h"
#include "template_value.h"

enum { OPEN_MAX = 32 };

enum step_kind { STEP_TEXT, STEP_PRINT, STEP_IF, STEP_RANGE, STEP_WITH, STEP_ELSE, STEP_END };
struct step {
	enum step_kind kind;
	str text; /* what is written, or the expression */
	int line;
	ptrdiff_t otherwise; /* of an opening step or an else: the next else, or the end */
	ptrdiff_t end;       /* of any of them */
	ptrdiff_t opener;    /* of an else and an end: the step that opened it */
};
struct template
{
	str file;
	VEC(struct step) step;
};

/* ---- parsing ---- */

struct parser {
	struct op *op;
	struct template *t;
	int line;
	ptrdiff_t open[OPEN_MAX]; /* steps that wait for their end */
	ptrdiff_t last[OPEN_MAX]; /* the newest of each: itself or its last else */
	int depth;
};

static int fail(const struct parser *p, const char *why)
{
	return op_fail(p->op, ERR_USAGE, "%.*s:%d: %s", STR_ARG(p->t->file), p->line, why);
}

static int push(struct parser *p, enum step_kind kind, str text)
{
	struct step *s = vec_push(p->op, &p->t->step);

	if (!s)
		return p->op->code;
	*s = (struct step){ .kind = kind,
			    .text = text,
			    .line = p->line,
			    .otherwise = -1,
			    .end = -1,
			    .opener = -1 };
	return 0;
}

static int open_step(struct parser *p, enum step_kind kind, str expression)
{
	if (p->depth == OPEN_MAX)
		return fail(p, "more than 32 of if, range and with within each other");
	p->open[p->depth] = p->last[p->depth] = p->t->step.n;
	p->depth++;
	return push(p, kind, expression);
}

static int close_step(struct parser *p, enum step_kind kind, str expression)
{
	if (p->depth == 0)
		return fail(p, kind == STEP_END ? "an {{end}} that nothing opened"
						: "an {{else}} within nothing");
	ptrdiff_t at = p->t->step.n, opener = p->open[p->depth - 1], last = p->last[p->depth - 1];
	if (kind == STEP_ELSE && last != opener && p->t->step.p[last].text.len == 0)
		return fail(p, "an {{else}} behind an {{else}}");
	int rc = push(p, kind, expression);
	if (rc < 0)
		return rc;
	p->t->step.p[at].opener = opener;
	p->t->step.p[last].otherwise = at;
	p->last[p->depth - 1] = at;
	if (kind == STEP_ELSE)
		return 0;
	for (ptrdiff_t i = opener; i < at; i++) {
		if (i == opener || p->t->step.p[i].opener == opener)
			p->t->step.p[i].end = at;
	}
	p->depth--;
	return 0;
}

static int action(struct parser *p, str s)
{
	str rest = s, word = str_word(&rest);

	rest = str_trim(rest);
	if (s.len == 0)
		return fail(p, "an empty {{}}");
	if (str_starts(s, S("/*")))
		return str_ends(s, S("*/")) ? 0 : fail(p, "a comment that does not end");
	if (str_eq(word, S("range")) && rest.len)
		return open_step(p, STEP_RANGE, rest);
	if (str_eq(word, S("if")) && rest.len)
		return open_step(p, STEP_IF, rest);
	if (str_eq(word, S("with")) && rest.len)
		return open_step(p, STEP_WITH, rest);
	if (str_eq(s, S("end")))
		return close_step(p, STEP_END, S(""));
	if (str_eq(word, S("else"))) {
		str condition = rest, maybe_if = str_word(&condition);
		if (rest.len && (!str_eq(maybe_if, S("if")) || str_trim(condition).len == 0))
			return fail(p, "{{else}} or {{else if ...}} is expected");
		if (rest.len && p->depth && p->t->step.p[p->open[p->depth - 1]].kind != STEP_IF)
			return fail(p, "an {{else if}} that belongs to no {{if}}");
		return close_step(p, STEP_ELSE, str_trim(condition));
	}
	return push(p, STEP_PRINT, s);
}

static int lines_in(str s)
{
	int n = 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		n += s.p[i] == '\n';
	return n;
}

/* Where the action ends: the next "}}" outside a text in quotes; -1: nowhere. */
static ptrdiff_t end_of(str s)
{
	bool quoted = false;

	for (ptrdiff_t i = 0; i + 1 < s.len; i++) {
		if (s.p[i] == '\\' && quoted)
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && s.p[i] == '}' && s.p[i + 1] == '}')
			return i;
	}
	return -1;
}

static str trim_end(str s)
{
	while (s.len && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t' ||
			 s.p[s.len - 1] == '\n' || s.p[s.len - 1] == '\r'))
		s.len--;
	return s;
}

static int parse(struct parser *p, str s)
{
	bool trim = false;

	while (s.len) {
		ptrdiff_t at = str_find_str(s, S("{{"));
		str text = str_head(s, at < 0 ? s.len : at);
		int lines = lines_in(text);
		s = str_from(s, at < 0 ? s.len : at + 2);
		if (trim)
			text = (str){ text.p + (text.len - str_trim(text).len -
						(text.len - trim_end(text).len)),
				      str_trim(text).len + (text.len - trim_end(text).len) };
		bool before = at >= 0 && str_starts(s, S("- "));
		if (before)
			text = trim_end(text);
		int rc = text.len ? push(p, STEP_TEXT, text) : 0;
		p->line += lines;
		if (rc < 0 || at < 0)
			return rc;
		ptrdiff_t end = end_of(s);
		if (end < 0)
			return fail(p, "a {{ that does not end");
		str inside = str_from(str_head(s, end), before ? 1 : 0);
		trim = str_ends(inside, S(" -"));
		if (trim)
			inside = str_head(inside, inside.len - 1);
		rc = action(p, str_trim(inside));
		if (rc < 0)
			return rc;
		p->line += lines_in(inside);
		s = str_from(s, end + 2);
	}
	return 0;
}

int template_parse(struct op *op, str file, str text, struct template **ret)
{
	struct template *t = op_new(op, struct template, 1);
	struct parser p = { .op = op, .t = t, .line = 1 };

	if (!t)
		return op->code;
	t->file = file;
	int rc = parse(&p, text);
	if (rc == 0 && p.depth) {
		p.line = t->step.p[p.open[p.depth - 1]].line;
		rc = fail(&p, "an {{if}}, {{range}} or {{with}} without its {{end}}");
	}
	if (rc == 0)
		*ret = t;
	return rc;
}

/* ---- filling in ---- */

struct level {
	ptrdiff_t step;   /* that opened it */
	struct node dot;  /* of what is around it */
	struct node list; /* range: what is gone through */
	ptrdiff_t next;   /* range: the next element */
};

struct filler {
	struct op *op;
	const struct template *t;
	struct template_scope scope;
	struct buf *b;
	struct level level[OPEN_MAX];
	int depth;
};

static int value_of(struct filler *f, const struct step *s, struct node *ret)
{
	int rc = template_value(f->op, &f->scope, s->text, ret);

	return rc < 0 ? op_fail_in(f->op, "%.*s:%d", STR_ARG(f->t->file), s->line) : 0;
}

/* The branch of an if that is taken, from `at` on: the step behind its condition, or the end. */
static int take_branch(struct filler *f, ptrdiff_t at, ptrdiff_t *ret)
{
	const struct step *s = f->t->step.p;

	while (s[at].kind != STEP_END) {
		struct node v = { .kind = NODE_BOOL, .text = S("true") };
		/* A last else has no condition. */
		int rc = s[at].text.len ? value_of(f, &s[at], &v) : 0;
		if (rc < 0)
			return rc;
		if (template_is_true(&v))
			break;
		at = s[at].otherwise;
	}
	*ret = s[at].kind == STEP_END ? at : at + 1;
	return 0;
}

static void enter(struct filler *f, ptrdiff_t step, const struct node *list)
{
	f->level[f->depth] = (struct level){ .step = step, .dot = f->scope.dot };
	if (list)
		f->level[f->depth].list = *list;
	f->depth++;
}

static ptrdiff_t leave(struct filler *f, ptrdiff_t end)
{
	f->depth--;
	f->scope.dot = f->level[f->depth].dot;
	return end + 1;
}

static int begin(struct filler *f, ptrdiff_t at, ptrdiff_t *ret)
{
	const struct step *s = &f->t->step.p[at];
	struct node v;
	int rc;

	if (s->kind == STEP_IF) {
		enter(f, at, NULL);
		return take_branch(f, at, ret);
	}
	if ((rc = value_of(f, s, &v)) < 0)
		return rc;
	enter(f, at, &v);
	bool any = s->kind == STEP_WITH ? template_is_true(&v)
					: (v.kind == NODE_LIST || v.kind == NODE_MAP) && v.n > 0;
	if (!any) {
		ptrdiff_t otherwise = s->otherwise;
		f->level[f->depth - 1].list = (struct node){ 0 };
		*ret = otherwise == s->end ? s->end : otherwise + 1;
		return 0;
	}
	f->scope.dot = s->kind == STEP_WITH ? v : v.child[0];
	f->level[f->depth - 1].next = 1;
	*ret = at + 1;
	return 0;
}

/* An else or end has been reached from above: the next turn of a range, or what is behind it. */
static ptrdiff_t finish(struct filler *f, ptrdiff_t at)
{
	const struct step *s = &f->t->step.p[at];
	struct level *l = &f->level[f->depth - 1];

	if (f->t->step.p[l->step].kind == STEP_RANGE && l->next < l->list.n) {
		f->scope.dot = l->list.child[l->next++];
		return l->step + 1;
	}
	return leave(f, s->kind == STEP_END ? at : s->end);
}

static int fill(struct filler *f, template_flush *flush, void *arg)
{
	ptrdiff_t at = 0;
	int rc = 0;

	while (rc == 0 && at < f->t->step.n) {
		const struct step *s = &f->t->step.p[at];
		struct node v;
		switch (s->kind) {
		case STEP_TEXT:
			buf_add(f->b, s->text);
			at++;
			break;
		case STEP_PRINT:
			rc = value_of(f, s, &v);
			if (rc == 0)
				template_print(f->b, &v);
			at++;
			break;
		case STEP_IF:
		case STEP_RANGE:
		case STEP_WITH:
			rc = begin(f, at, &at);
			break;
		case STEP_ELSE:
		case STEP_END:
			at = finish(f, at);
			break;
		}
		if (rc == 0 && flush)
			rc = flush(arg);
	}
	return rc;
}

int template_fill(struct op *op, const struct template *t, const struct node *root, struct buf *b,
		  template_flush *flush, void *arg)
{
	struct filler *f = op_new(op, struct filler, 1);

	if (!f)
		return op->code;
	*f = (struct filler){ .op = op, .t = t, .scope = { *root, *root }, .b = b };
	return fill(f, flush, arg);
}
