#include "unsafe.h"

#include "base/buf.h"
#include "base/limits.h"

/* Constraints of a list, with "||" between. */
static void join(struct buf *b, const struct node *list)
{
	ptrdiff_t n = !list ? 0 : list->kind == NODE_LIST ? list->n : 1;

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *one = list->kind == NODE_LIST ? &list->child[i] : list;
		str text;
		if (!node_text(one, &text) || str_trim(text).len == 0)
			continue;
		if (b->len)
			buf_add(b, S(" || "));
		buf_add(b, str_trim(text));
	}
}

/* 1: it is none; its complaint is of no use to anybody but the count. */
static int parse(struct op *op, enum range_language lang, enum version_scheme scheme, str text,
		 struct version_spans *ret)
{
	int rc = range_parse(op, lang, scheme, text, ret);

	if (rc < 0 && rc != ERR_MEMORY) {
		op_forgive(op);
		return 1;
	}
	return rc;
}

/* A requirement of Cargo's that leaves parts open is told from the lowest prerelease on ("2.0.0-0"),
 * which ">= 2" does not take in, and nobody ever published. */
static str without_lowest(str v)
{
	return str_ends(v, S("-0")) ? str_head(v, v.len - 2) : v;
}

/* Spans of Cargo's as versions that there are; what lies before all versions goes. */
static void tidy(struct version_spans *spans)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < spans->n; i++) {
		struct version_span s = spans->p[i];
		s.from = without_lowest(s.from);
		s.until = without_lowest(s.until);
		if (s.from.len || !str_eq(s.until, S("0.0.0")))
			spans->p[n++] = s;
	}
	spans->n = n;
}

static void set(struct affected *a, const struct version_spans *spans, bool patched)
{
	a->span = spans->p;
	a->span_n = spans->n;
	a->state = patched ? FIX_UNKNOWN : FIX_AFFECTED;
	for (ptrdiff_t i = 0; i < spans->n; i++)
		if (spans->p[i].until.len)
			a->state = FIX_FIXED;
}

int unsafe_but(struct bulletin *b, struct affected *a, enum range_language lang,
	       enum version_scheme scheme, const struct node *patched,
	       const struct node *unaffected)
{
	struct version_spans safe, ret = { 0 };
	struct buf text;
	str joined;

	if (!a)
		return b->op->code;
	buf_init(&text, b->op, LIMIT_DOCUMENT);
	join(&text, patched);
	bool any = text.len > 0;
	join(&text, unaffected);
	if (buf_take(&text, &joined) < 0)
		return b->op->code;
	if (joined.len) {
		int rc = parse(b->op, lang, scheme, joined, &safe);
		if (rc)
			return rc;
		if (range_invert(b->op, scheme, &safe, &ret) < 0)
			return b->op->code;
		if (lang == RANGE_CARGO)
			tidy(&ret);
		if (ret.n == 0)
			return 2;
	}
	set(a, &ret, any);
	return 0;
}

int unsafe_in(struct bulletin *b, struct affected *a, enum range_language lang,
	      enum version_scheme scheme, str vulnerable, bool patched)
{
	struct version_spans spans;

	if (!a)
		return b->op->code;
	int rc = parse(b->op, lang, scheme, vulnerable, &spans);
	if (rc)
		return rc;
	if (spans.n == 0) /* it takes in nothing */
		return 1;
	set(a, &spans, patched);
	return 0;
}
