/*
 * Maven's order. Source: Maven's POM Reference, "Version Order Specification"; the order of Maven
 * 3.9 (MNG-7644), where ".word" is "-word".
 *
 * A row of numbers and words, each behind '.' or '-'; a change between digits and letters is a '-',
 * a missing one is 0. Before a '-', a word or the end, nulls (0, "", "ga", "final", "release") go.
 * From low to high: alpha, beta, milestone, rc, snapshot, the end, sp, other words, -number, .number.
 */
#include "version_impl.h"

enum rank { ALPHA, BETA, MILESTONE, RC, SNAPSHOT, END, SP, WORD, DASH_NUMBER, DOT_NUMBER };

struct token {
	enum rank rank;
	str text; /* of a word; of a number: its digits */
	bool ends;
};

struct row {
	struct version_rest rest;
	bool begun;
	const unsigned char
		*counts; /* nulls before this one count: a number behind a dot follows */
};

static const struct {
	const char *word;
	enum rank rank;
} known[] = {
	{ "alpha", ALPHA }, { "beta", BETA },   { "cr", RC },
	{ "final", END },   { "ga", END },      { "milestone", MILESTONE },
	{ "rc", RC },       { "release", END }, { "snapshot", SNAPSHOT },
	{ "sp", SP },
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

static enum rank rank_of(str word, bool digit_next)
{
	char c = word.len == 1 && digit_next ? version_lower(word.p[0]) : 0;

	if (c == 'a' || c == 'b' || c == 'm')
		return c == 'a' ? ALPHA : c == 'b' ? BETA : MILESTONE;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (is_word(word, known[i].word))
			return known[i].rank;
	}
	return WORD;
}

/* The next token, its separator before it; what lies between separators and holds nothing is 0. */
static struct token read(struct version_rest *r, bool begun)
{
	enum rank number = begun ? DASH_NUMBER : DOT_NUMBER;

	if (r->p == r->end)
		return (struct token){ .rank = END, .ends = true };
	if (begun && (*r->p == '.' || *r->p == '-'))
		number = *r->p++ == '.' ? DOT_NUMBER : DASH_NUMBER;
	const unsigned char *from = r->p;
	bool digits = version_at_digit(r);
	while (r->p < r->end && *r->p != '.' && *r->p != '-' && version_at_digit(r) == digits)
		r->p++;
	str text = { (const char *)from, r->p - from };
	if (digits || text.len == 0)
		return (struct token){ .rank = number, .text = text };
	return (struct token){ .rank = rank_of(text, version_at_digit(r)), .text = text };
}

static bool is_null(const struct token *t)
{
	ptrdiff_t i = 0;

	if (t->ends || t->rank < DASH_NUMBER)
		return !t->ends && t->rank == END;
	while (i < t->text.len && t->text.p[i] == '0')
		i++;
	return i == t->text.len;
}

/* The next token that counts. */
static struct token take(struct row *row)
{
	struct token first = read(&row->rest, row->begun);
	bool begun = row->begun;

	row->begun = true;
	/* The first number stays: padding it is the same. */
	if (!begun || !is_null(&first) || row->rest.p <= row->counts)
		return first;
	struct version_rest x = row->rest;
	struct token t = first;
	while (is_null(&t))
		t = read(&x, true);
	if (t.rank == DOT_NUMBER) {
		row->counts = x.p;
		return first;
	}
	row->rest = x;
	return t;
}

static int words(str a, str b)
{
	for (ptrdiff_t i = 0; i < a.len && i < b.len; i++) {
		unsigned char x = (unsigned char)version_lower(a.p[i]);
		unsigned char y = (unsigned char)version_lower(b.p[i]);
		if (x != y)
			return x - y;
	}
	return version_sign(a.len - b.len);
}

int version_maven_compare(str a, str b)
{
	struct row x = { version_rest(a), false, NULL }, y = { version_rest(b), false, NULL };

	for (;;) {
		struct token m = take(&x), n = take(&y);
		int order = (int)m.rank - (int)n.rank;
		if (!order && m.rank == WORD)
			order = words(m.text, n.text);
		if (!order && m.rank >= DASH_NUMBER)
			order = version_number_texts(m.text, n.text);
		if (order || (m.ends && n.ends))
			return order;
	}
}
