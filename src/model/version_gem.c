/*
 * RubyGems' order. Source: Gem::Version's documentation.
 *
 * A row of numbers and words; other bytes only part them, but a dash stands for ".pre.". Words stand
 * before numbers and the end, which counts as 0. Zeros before the first word do not count.
 */
#include "version_impl.h"

struct row {
	struct version_rest rest;
	bool dash; /* the "pre" that it stands for is next */
	bool worded;
	const unsigned char *counts; /* zeros before this one count: a higher number follows */
};

static bool at_mark(const struct version_rest *r)
{
	return r->p < r->end && *r->p != '-' && !version_at_digit(r) &&
	       !version_letter((char)*r->p);
}

static void skip_marks(struct version_rest *r)
{
	while (at_mark(r))
		r->p++;
}

/* Before the first word: step over zeros that only a word or the end follows. */
static void skip_zeros(struct row *row)
{
	struct version_rest x = row->rest;

	if (row->worded || x.p < row->counts)
		return;
	while (at_mark(&x) || version_peek(&x) == '0')
		x.p++;
	if (version_at_digit(&x))
		row->counts = x.p;
	else
		row->rest = x;
}

/* The next word, or none: a number or the end is there. */
static str take_word(struct row *row)
{
	struct version_rest *r = &row->rest;

	skip_marks(r);
	skip_zeros(row);
	if (version_peek(r) == '-') {
		r->p++;
		row->worded = true;
		return S("pre");
	}
	const unsigned char *from = r->p;
	while (r->p < r->end && version_letter((char)*r->p))
		r->p++;
	row->worded = row->worded || r->p > from;
	return (str){ (const char *)from, r->p - from };
}

static struct row begin(str v)
{
	struct version_rest r = version_rest(v);

	return (struct row){ .rest = r, .counts = r.p };
}

int version_gem_compare(str a, str b)
{
	struct row x = begin(a), y = begin(b);

	for (;;) {
		str m = take_word(&x), n = take_word(&y);
		if (!m.len != !n.len)
			return m.len ? -1 : 1;
		if (!m.len && x.rest.p == x.rest.end && y.rest.p == y.rest.end)
			return 0;
		int order = m.len ? str_cmp(m, n) : version_numbers(&x.rest, &y.rest);
		if (order)
			return order;
	}
}

/* Identifiers between dots, and those of a prerelease behind a dash. */
bool version_gem_valid(str v)
{
	bool dash = false;
	char was = '.';

	v = str_trim(v);
	if (v.len == 0 || !version_digit(v.p[0]))
		return false;
	for (ptrdiff_t i = 0; i < v.len; i++) {
		char c = v.p[i];
		bool first = c == '-' && !dash;
		if (!version_digit(c) && !version_letter(c) && c != '.' && c != '-')
			return false;
		if ((c == '.' || first) && was == '.')
			return false;
		dash = dash || first;
		was = first ? '.' : c;
	}
	return was != '.';
}
