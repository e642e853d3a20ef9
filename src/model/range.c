/*
 * Ranges as sets of spans, and their common grammar: groups joined by "||", in a group comparisons
 * parted by blanks or commas that hold all at once. A span's end is `until` (without it), `last` (with
 * it) or none; its begin is `from`, empty for none.
 */
#include "range_impl.h"

#include <stdlib.h>

#include "base/limits.h"

static int compare(enum version_scheme scheme, str a, str b)
{
	return version_schemes[scheme].compare(a, b);
}

static int by_begin(enum version_scheme scheme, const struct version_span *a,
		    const struct version_span *b)
{
	if (!a->from.len || !b->from.len)
		return (a->from.len > 0) - (b->from.len > 0);
	int order = compare(scheme, a->from, b->from);
	return order ? order : a->after - b->after;
}

static str end_of(const struct version_span *s)
{
	return s->until.len ? s->until : s->last;
}

static int by_end(enum version_scheme scheme, const struct version_span *a,
		  const struct version_span *b)
{
	str x = end_of(a), y = end_of(b);

	if (!x.len || !y.len)
		return (x.len == 0) - (y.len == 0);
	int order = compare(scheme, x, y);
	return order ? order : (a->last.len > 0) - (b->last.len > 0);
}

/* Does b's begin lie behind a's end, with something between them? */
static bool apart(enum version_scheme scheme, const struct version_span *a,
		  const struct version_span *b)
{
	str end = end_of(a);

	if (!end.len || !b->from.len)
		return false;
	int order = compare(scheme, end, b->from);
	return order < 0 || (order == 0 && a->until.len && b->after);
}

static bool empty(enum version_scheme scheme, const struct version_span *s)
{
	str end = end_of(s);

	if (str_eq(s->until, S("0")))
		return true;
	if (!end.len || !s->from.len)
		return false;
	int order = compare(scheme, s->from, end);
	return order > 0 || (order == 0 && (s->after || s->until.len));
}

static int by_begin_sort(const void *a, const void *b, void *scheme)
{
	const struct version_span *x = (const struct version_span *)a;
	const struct version_span *y = (const struct version_span *)b;

	return by_begin(*(const enum version_scheme *)scheme, x, y);
}

static void set_end(struct version_span *s, const struct version_span *from)
{
	s->until = from->until;
	s->last = from->last;
}

/* Sort and join in place what overlaps or touches; the new count. */
static ptrdiff_t join(enum version_scheme scheme, struct version_span *p, ptrdiff_t n)
{
	ptrdiff_t kept = 0;

	if (n > 1)
		qsort_r(p, (size_t)n, sizeof(*p), by_begin_sort, &scheme);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (kept == 0 || apart(scheme, &p[kept - 1], &p[i]))
			p[kept++] = p[i];
		else if (by_end(scheme, &p[kept - 1], &p[i]) < 0)
			set_end(&p[kept - 1], &p[i]);
	}
	return kept;
}

int range_refuse(const struct range_work *w)
{
	static const char *const name[RANGE_LANGUAGES] = {
		"version", "npm", "PyPI", "gem", "Composer", "Cargo", "interval", "vers",
	};

	return op_fail(w->op, ERR_FORMAT, "\"%.*s\" is no %s range", STR_ARG(w->text),
		       name[w->lang]);
}

int range_count(struct range_work *w)
{
	if (++w->parts > LIMIT_RANGE_PARTS)
		return op_fail(w->op, ERR_LIMIT, "a range of more than %d parts",
			       LIMIT_RANGE_PARTS);
	return 0;
}

/* "0" is the very first of all (OSV schema): as a begin it is none, and nothing is before it. */
static struct version_span without_zero(const struct version_span *span)
{
	struct version_span s = *span;

	if (!s.after && str_eq(s.from, S("0")))
		s.from = S("");
	return s;
}

int range_add(struct range_work *w, const struct version_span *span)
{
	if (empty(w->scheme, span))
		return 0;
	struct version_span *s = vec_push(w->op, &w->found);
	if (!s)
		return ERR_MEMORY;
	*s = without_zero(span);
	return 0;
}

void range_begin(struct range_work *w)
{
	w->none = false;
	w->whole = (struct version_span){ 0 };
	w->holes.n = 0;
}

static void narrow(enum version_scheme scheme, struct version_span *s,
		   const struct version_span *by)
{
	if (by_begin(scheme, s, by) < 0) {
		s->from = by->from;
		s->after = by->after;
	}
	if (by_end(scheme, s, by) > 0)
		set_end(s, by);
}

void range_and(struct range_work *w, const struct version_span *span)
{
	struct version_span by = without_zero(span);

	narrow(w->scheme, &w->whole, &by);
	w->none = w->none || empty(w->scheme, span);
}

int range_hole(struct range_work *w, const struct version_span *span)
{
	struct version_span *s = vec_push(w->op, &w->holes);

	if (!s)
		return ERR_MEMORY;
	*s = without_zero(span);
	return 0;
}

int range_end(struct range_work *w)
{
	struct version_spans holes = { w->holes.p, w->holes.n }, left;

	if (w->none)
		return 0;
	if (holes.n == 0)
		return range_add(w, &w->whole);
	holes.n = join(w->scheme, holes.p, holes.n);
	int rc = range_invert(w->op, w->scheme, &holes, &left);
	for (ptrdiff_t i = 0; rc == 0 && i < left.n; i++) {
		narrow(w->scheme, &left.p[i], &w->whole);
		rc = range_add(w, &left.p[i]);
	}
	return rc;
}

int range_less_holes(struct range_work *w)
{
	ptrdiff_t n = join(w->scheme, w->found.p, w->found.n), i = 0, k = 0;
	struct version_spans holes = { w->holes.p, 0 }, left;
	const struct version_span *found = w->found.p;

	holes.n = join(w->scheme, w->holes.p, w->holes.n);
	int rc = range_invert(w->op, w->scheme, &holes, &left);
	if (rc < 0)
		return rc;
	w->found.p = NULL;
	w->found.n = w->found.cap = 0;
	while (i < n && k < left.n && rc == 0) {
		struct version_span s = found[i];
		narrow(w->scheme, &s, &left.p[k]);
		rc = range_add(w, &s);
		if (by_end(w->scheme, &found[i], &left.p[k]) <= 0)
			i++;
		else
			k++;
	}
	return rc;
}

int range_invert(struct op *op, enum version_scheme scheme, const struct version_spans *spans,
		 struct version_spans *ret)
{
	struct version_span next = { 0 };
	struct version_spans got = { op_new(op, struct version_span, spans->n + 1), 0 };
	bool more = true;

	if (!got.p)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < spans->n && more; i++) {
		const struct version_span *s = &spans->p[i];
		if (s->from.len) {
			next.until = s->after ? S("") : s->from;
			next.last = s->after ? s->from : S("");
			if (!empty(scheme, &next))
				got.p[got.n++] = next;
		}
		more = end_of(s).len > 0;
		next = (struct version_span){ .from = end_of(s), .after = s->last.len > 0 };
	}
	if (more)
		got.p[got.n++] = next;
	*ret = got;
	return 0;
}

bool range_has(enum version_scheme scheme, const struct version_spans *spans, str version)
{
	for (ptrdiff_t i = 0; i < spans->n; i++) {
		if (version_in(scheme, version, &spans->p[i]))
			return true;
	}
	return false;
}

bool range_sign(str *in, enum range_sign *ret)
{
	static const struct {
		const char *text;
		enum range_sign sign;
	} row[] = {
		{ "", RANGE_NONE },    { "=", RANGE_EQ },    { "==", RANGE_EQ },
		{ "===", RANGE_EQ },   { "!=", RANGE_NE },   { "<>", RANGE_NE },
		{ "<", RANGE_LT },     { "<=", RANGE_LE },   { "=<", RANGE_LE },
		{ ">", RANGE_GT },     { ">=", RANGE_GE },   { "=>", RANGE_GE },
		{ "^", RANGE_CARET },  { "~", RANGE_TILDE }, { "~>", RANGE_TILDE },
		{ "~=", RANGE_TILDE },
	};
	ptrdiff_t n = 0;

	while (n < in->len && str_find(S("=!<>^~"), in->p[n]) >= 0)
		n++;
	str sign = str_head(*in, n);
	*in = str_from(*in, n);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (str_eq(sign, str_of(row[i].text))) {
			*ret = row[i].sign;
			return true;
		}
	}
	return false;
}

struct version_span range_plain(enum range_sign sign, str version)
{
	struct version_span s = { 0 };

	if (sign <= RANGE_NE || sign >= RANGE_GT)
		s.from = version;
	if (sign <= RANGE_NE || sign == RANGE_LE)
		s.last = version;
	if (sign == RANGE_LT)
		s.until = version;
	s.after = sign == RANGE_GT;
	return s;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(str *in, bool commas)
{
	while (in->len && (is_blank(in->p[0]) || (commas && in->p[0] == ',')))
		*in = str_from(*in, 1);
}

/* A version ends at a blank, a comma or the next sign. */
static str take_version(str *in)
{
	ptrdiff_t n = 0;

	while (n < in->len && !is_blank(in->p[n]) && str_find(S(",<>"), in->p[n]) < 0)
		n++;
	str got = str_head(*in, n);
	*in = str_from(*in, n);
	return got;
}

static bool has_hyphens(const struct range_work *w)
{
	return w->lang == RANGE_NPM || w->lang == RANGE_COMPOSER;
}

/* "- B" behind "A". */
static bool take_hyphen(const struct range_work *w, str *in, str *ret)
{
	str rest = *in;

	skip_blanks(&rest, false);
	if (!has_hyphens(w) || rest.len < 2 || rest.p[0] != '-' || !is_blank(rest.p[1]))
		return false;
	rest = str_from(rest, 1);
	skip_blanks(&rest, false);
	*ret = take_version(&rest);
	*in = rest;
	return ret->len > 0;
}

static int comparison(struct range_work *w, str *in)
{
	struct version_span span;
	enum range_sign sign;
	str upper;
	int rc = range_count(w);

	if (rc < 0)
		return rc;
	if (!range_sign(in, &sign))
		return range_refuse(w);
	skip_blanks(in, false);
	str version = take_version(in);
	if (version.len == 0)
		return range_refuse(w);
	if (sign == RANGE_NONE && take_hyphen(w, in, &upper)) {
		rc = range_hyphen(w, version, upper, &span);
	} else if (str_eq(version, S("*")) && sign < RANGE_NE) {
		return 0;
	} else if (w->lang != RANGE_PLAIN) {
		rc = range_partial(w, sign, version, &span);
	} else if (sign == RANGE_CARET || sign == RANGE_TILDE) {
		return range_refuse(w);
	} else {
		span = range_plain(sign, version);
	}
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (sign == RANGE_NE)
		return range_hole(w, &span);
	range_and(w, &span);
	return 0;
}

/* The text up to the next "||", or Composer's "|", off the front of *in. */
static str take_group(const struct range_work *w, str *in)
{
	ptrdiff_t at = str_find_str(*in, S("||")), bar = 2;

	if (w->lang == RANGE_COMPOSER && str_find(*in, '|') >= 0) {
		at = str_find(*in, '|');
		bar = str_starts(str_from(*in, at), S("||")) ? 2 : 1;
	}
	str got = at < 0 ? *in : str_head(*in, at);
	*in = at < 0 ? (str){ NULL, 0 } : (str){ in->p + at + bar, in->len - at - bar };
	return got;
}

static int groups(struct range_work *w, str text)
{
	int rc = 0;

	if (!text.p)
		text = S("");
	bool many = str_find(text, '|') >= 0;
	while (text.p && rc == 0) {
		str group = take_group(w, &text);
		range_begin(w);
		skip_blanks(&group, true);
		if (group.len == 0 && many && w->lang != RANGE_NPM)
			return range_refuse(w);
		while (group.len && rc == 0) {
			rc = comparison(w, &group);
			skip_blanks(&group, true);
		}
		if (rc == 0)
			rc = range_end(w);
	}
	return rc;
}

int range_parse(struct op *op, enum range_language lang, enum version_scheme scheme, str text,
		struct version_spans *ret)
{
	struct range_work w = { .op = op, .lang = lang, .scheme = scheme, .text = text };
	str trimmed = str_trim(text);
	int rc;

	if (scheme == VERSION_CONAN && str_find_str(trimmed, S(", include_prerelease")) >= 0)
		trimmed.len = str_find_str(trimmed, S(", include_prerelease"));

	if (lang == RANGE_VERS)
		rc = range_vers(&w, trimmed);
	else if (lang == RANGE_INTERVAL && trimmed.len)
		rc = range_interval(&w, trimmed);
	else
		rc = groups(&w, trimmed);
	if (rc < 0)
		return rc;
	*ret = (struct version_spans){ w.found.p, join(scheme, w.found.p, w.found.n) };
	return 0;
}
