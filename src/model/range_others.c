/*
 * Intervals, as Maven and NuGet write them, and vers.
 *
 *	[1.0,2.0) (,1.5],[1.7,) [1.0]
 *	vers:npm/>=1.0|<2.0|3.1
 *
 * A bare version is that one; for NuGet, that one and all later ones.
 */
#include "range_impl.h"

#include <stdlib.h>

static bool plain_version(str v)
{
	for (ptrdiff_t i = 0; i < v.len; i++) {
		if (v.p[i] == ' ' || str_find(S("[](),"), v.p[i]) >= 0)
			return false;
	}
	return true;
}

/* The text between the brackets at the front of *in, and which they are. */
static bool take_brackets(str *in, str *inner, bool *from_in, bool *to_in)
{
	ptrdiff_t n = 1;

	while (n < in->len && in->p[n] != ']' && in->p[n] != ')')
		n++;
	if (n >= in->len)
		return false;
	*from_in = in->p[0] == '[';
	*to_in = in->p[n] == ']';
	*inner = str_from(str_head(*in, n), 1);
	*in = str_from(*in, n + 1);
	return true;
}

static int one_interval(struct range_work *w, str inner, bool from_in, bool to_in)
{
	struct version_span span = { 0 };
	bool two = str_find(inner, ',') >= 0;
	str from = str_trim(str_cut(&inner, ',')), to = str_trim(inner);

	if (!plain_version(from) || !plain_version(to) ||
	    (!two && (!from.len || !from_in || !to_in)))
		return range_refuse(w);
	if (!two)
		to = from;
	span.from = from;
	span.after = from.len > 0 && !from_in;
	if (to_in)
		span.last = to;
	else
		span.until = to;
	return range_add(w, &span);
}

int range_interval(struct range_work *w, str text)
{
	bool from_in, to_in;
	str inner;

	if (str_eq(text, S("*")))
		return range_add(w, &(struct version_span){ 0 });
	if (text.p[0] != '[' && text.p[0] != '(') {
		if (!plain_version(text) || str_find(text, '*') >= 0)
			return range_refuse(w);
		struct version_span span =
			range_plain(w->scheme == VERSION_NUGET ? RANGE_GE : RANGE_EQ, text);
		return range_add(w, &span);
	}
	while (text.len) {
		int rc = range_count(w);
		if (rc < 0)
			return rc;
		if ((text.p[0] != '[' && text.p[0] != '(') ||
		    !take_brackets(&text, &inner, &from_in, &to_in))
			return range_refuse(w);
		rc = one_interval(w, inner, from_in, to_in);
		if (rc < 0)
			return rc;
		text = str_trim(text);
		if (text.len && text.p[0] != ',')
			return range_refuse(w);
		if (text.len) {
			text = str_trim(str_from(text, 1));
			if (!text.len)
				return range_refuse(w);
		}
	}
	return 0;
}

struct mark {
	enum range_sign sign;
	str version;
	ptrdiff_t place;
};

struct marks {
	struct mark *p;
	ptrdiff_t n, cap;
};

static int hex(char c)
{
	return c >= '0' && c <= '9'                     ? c - '0'
	       : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
							: -1;
}

static int unescape(struct range_work *w, str in, str *ret)
{
	if (str_find(in, '%') < 0) {
		*ret = in;
		return 0;
	}
	char *out = op_new(w->op, char, in.len);
	ptrdiff_t n = 0;
	if (!out)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < in.len; i++) {
		int c = (unsigned char)in.p[i];
		if (c == '%') {
			int high = i + 2 < in.len ? hex(in.p[i + 1]) : -1;
			int low = i + 2 < in.len ? hex(in.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return range_refuse(w);
			c = high * 16 + low;
			i += 2;
		}
		out[n++] = (char)c;
	}
	*ret = (str){ out, n };
	return 0;
}

static int by_version(const void *a, const void *b, void *scheme)
{
	const struct mark *x = (const struct mark *)a, *y = (const struct mark *)b;
	int order = version_schemes[*(const enum version_scheme *)scheme].compare(x->version,
										  y->version);

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Single versions go to where they belong; comparisons are kept. */
static int take_mark(struct range_work *w, str text, struct marks *ret)
{
	struct mark m = { .place = ret->n };
	int rc = range_count(w);

	if (rc < 0)
		return rc;
	if (!range_sign(&text, &m.sign) || m.sign > RANGE_GE || text.len == 0)
		return range_refuse(w);
	rc = unescape(w, text, &m.version);
	if (rc < 0)
		return rc;
	struct version_span one = range_plain(RANGE_EQ, m.version);
	if (m.sign == RANGE_NE)
		return range_hole(w, &one);
	if (m.sign <= RANGE_EQ)
		return range_add(w, &one);
	struct mark *new = vec_push(w->op, ret);
	if (!new)
		return ERR_MEMORY;
	*new = m;
	return 0;
}

/*
 * Pairs of a begin and an end by their order. Of begins in a row the first counts, of ends the last
 * (vers-spec, "redundant constraints").
 */
static int pairs(struct range_work *w, const struct mark *m, ptrdiff_t n)
{
	struct version_span span = { 0 };
	bool open = false, any = false;
	int rc = 0;

	for (ptrdiff_t i = 0; i < n && rc == 0; i++) {
		struct version_span s = range_plain(m[i].sign, m[i].version);
		bool begins = m[i].sign >= RANGE_GT;
		if (begins && open)
			continue;
		if (begins) {
			if (any)
				rc = range_add(w, &span);
			span = s;
		} else {
			span.until = s.until;
			span.last = s.last;
		}
		open = begins;
		any = true;
	}
	return rc == 0 && any ? range_add(w, &span) : rc;
}

int range_vers(struct range_work *w, str text)
{
	ptrdiff_t slash = str_find(text, '/');
	struct marks kept = { 0 };
	int rc = 0;

	if (!str_starts(text, S("vers:")) || slash < 6 || slash + 1 == text.len)
		return range_refuse(w);
	str left = str_from(text, slash + 1);
	if (str_eq(left, S("*")))
		return range_add(w, &(struct version_span){ 0 });
	while (left.p && rc == 0) {
		str one = str_cut(&left, '|');
		if (str_find(one, ' ') >= 0)
			return range_refuse(w);
		rc = take_mark(w, one, &kept);
	}
	if (rc == 0 && kept.n == 0 && w->found.n == 0)
		rc = range_add(w, &(struct version_span){ 0 });
	if (kept.n > 1)
		qsort_r(kept.p, (size_t)kept.n, sizeof(*kept.p), by_version, &w->scheme);
	if (rc == 0)
		rc = pairs(w, kept.p, kept.n);
	return rc == 0 && w->holes.n ? range_less_holes(w) : rc;
}
