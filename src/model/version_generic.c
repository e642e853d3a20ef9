/*
 * The order where nobody wrote one down: binaries, conda, actions, OpenSSL, CPE-like names.
 *
 * A row of numbers and words; other bytes only part them. From low to high: '~', a word that
 * announces a release ("alpha", "rc", and "a1" or "b2"), the end, other words by their bytes
 * (case-blind: "1.0.2a"), numbers. Zeros at the end of a row of numbers do not count, a leading "v"
 * neither, and what follows '+' only where all before it is equal.
 */
#include "version_impl.h"

enum rank { TILDE, BEFORE, END, WORD, NUMBER };

struct token {
	enum rank rank;
	int before; /* place of the announcing word */
	str word;
};

static const struct {
	const char *word;
	int place;
} announcing[] = {
	{ "a", 3 },       { "alpha", 3 },      { "b", 4 },       { "beta", 4 },
	{ "c", 7 },       { "canary", 2 },     { "cr", 7 },      { "dev", 1 },
	{ "m", 5 },       { "milestone", 5 },  { "nightly", 2 }, { "pre", 6 },
	{ "preview", 6 }, { "prerelease", 6 }, { "rc", 7 },      { "snapshot", 8 },
};

static bool is_word(str s, const char *word)
{
	ptrdiff_t i = 0;

	for (; i < s.len && word[i]; i++) {
		if (version_lower(s.p[i]) != word[i])
			return false;
	}
	return i == s.len && !word[i];
}

static struct token word_token(struct version_rest *r)
{
	struct token got = { WORD, 0, { (const char *)r->p, 0 } };

	while (r->p < r->end && version_letter((char)*r->p))
		r->p++;
	got.word.len = (const char *)r->p - got.word.p;
	if (got.word.len == 1 && !version_at_digit(r))
		return got;
	for (size_t i = 0; i < sizeof(announcing) / sizeof(announcing[0]); i++) {
		if (is_word(got.word, announcing[i].word)) {
			got.rank = BEFORE;
			got.before = announcing[i].place;
		}
	}
	return got;
}

struct row {
	struct version_rest rest;
	const unsigned char *counts; /* zeros before this one count: a higher number follows */
};

static bool at_mark(const struct version_rest *r)
{
	return r->p < r->end && !version_letter((char)*r->p) && !version_at_digit(r) &&
	       *r->p != '~';
}

/* Step over marks, and over zeros behind which no higher number comes. */
static void skip(struct row *r)
{
	struct version_rest x = r->rest;

	while (at_mark(&x) || (version_peek(&x) == '0' && x.p >= r->counts))
		x.p++;
	if (!version_at_digit(&x)) {
		r->rest = x;
		return;
	}
	if (x.p > r->counts)
		r->counts = x.p;
	while (at_mark(&r->rest))
		r->rest.p++;
}

/* A number is left for version_numbers() to take. */
static struct token take(struct row *row)
{
	struct version_rest *r = &row->rest;

	skip(row);
	if (r->p == r->end)
		return (struct token){ .rank = END };
	if (version_at_digit(r))
		return (struct token){ .rank = NUMBER };
	if (*r->p == '~') {
		r->p++;
		return (struct token){ .rank = TILDE };
	}
	return word_token(r);
}

static int words(str a, str b)
{
	for (ptrdiff_t i = 0; i < a.len && i < b.len; i++) {
		int x = version_lower(a.p[i]), y = version_lower(b.p[i]);
		if (x != y)
			return x - y;
	}
	return version_sign(a.len - b.len);
}

static int rows(struct row a, struct row b)
{
	for (;;) {
		struct token x = take(&a), y = take(&b);
		if (x.rank != y.rank || x.rank == END)
			return (int)x.rank - (int)y.rank;
		int order = x.rank == NUMBER   ? version_numbers(&a.rest, &b.rest)
			    : x.rank == WORD   ? words(x.word, y.word)
			    : x.rank == BEFORE ? x.before - y.before
					       : 0;
		if (order)
			return order;
	}
}

static struct row begin(str s)
{
	struct version_rest r = version_rest(s);

	if (r.end - r.p >= 2 && (*r.p | 0x20) == 'v' && (unsigned)(r.p[1] - '0') < 10)
		r.p++;
	return (struct row){ r, r.p };
}

int version_generic_compare(str a, str b)
{
	ptrdiff_t plus_a = str_find(a, '+'), plus_b = str_find(b, '+');
	str x = str_head(a, plus_a < 0 ? a.len : plus_a),
	    y = str_head(b, plus_b < 0 ? b.len : plus_b);
	int order = rows(begin(x), begin(y));

	return order ? order : rows(begin(str_from(a, x.len)), begin(str_from(b, y.len)));
}
