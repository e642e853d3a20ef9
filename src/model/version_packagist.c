/*
 * Composer's order. Sources: Composer's documentation, "Versions and constraints"; PHP's manual on
 * version_compare().
 *
 *	[v]N(.N)*[-STABILITY[N(.N)*]]...[+BUILD], or a branch: dev-NAME, N.x-dev
 *
 * Missing numbers are 0; then a row of words and numbers: any other word, dev, alpha, beta, RC, the
 * end, a number, patch. Branches by name stand before all versions.
 */
#include "version_impl.h"

enum rank { OTHER, DEV, ALPHA, BETA, RC, END, NUMBER, PATCH };

static const struct {
	const char *word;
	enum rank rank;
} stability[] = {
	{ "a", ALPHA }, { "alpha", ALPHA }, { "b", BETA },   { "beta", BETA }, { "dev", DEV },
	{ "p", PATCH }, { "patch", PATCH }, { "pl", PATCH }, { "rc", RC },
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

static void skip_marks(struct version_rest *r)
{
	while (r->p < r->end && !version_at_digit(r) && !version_letter((char)*r->p))
		r->p++;
}

/* PHP takes any word that begins like a known one for it. */
static enum rank begins(str word)
{
	for (size_t i = 0; i < sizeof(stability) / sizeof(stability[0]); i++) {
		if (is_word(str_head(word, (ptrdiff_t)strlen(stability[i].word)),
			    stability[i].word))
			return stability[i].rank;
	}
	return OTHER;
}

static enum rank take(struct version_rest *r, str *ret)
{
	skip_marks(r);
	const unsigned char *from = r->p;
	if (r->p == r->end)
		return END;
	if (version_at_digit(r))
		return NUMBER;
	while (r->p < r->end && version_letter((char)*r->p))
		r->p++;
	*ret = (str){ (const char *)from, r->p - from };
	if (is_word(*ret, "stable"))
		return END;
	return begins(*ret);
}

/* Is a number next? An "x" that stands for all of them is one. */
static bool at_number(struct version_rest *r, bool *any)
{
	struct version_rest x = *r;

	skip_marks(&x);
	*any = x.p < x.end && (*x.p | 0x20) == 'x' &&
	       (x.end - x.p == 1 || x.p[1] == '.' || x.p[1] == '-');
	if (!*any && !version_at_digit(&x))
		return false;
	*r = x;
	return true;
}

/* "1.x" is behind all 1.N. */
static int number(struct version_rest *a, bool any_a, struct version_rest *b, bool any_b)
{
	if (any_a)
		a->p++;
	if (any_b)
		b->p++;
	if (any_a != any_b) {
		struct version_rest none = version_rest(S(""));
		(void)version_numbers(any_a ? b : a, &none);
		return any_a ? 1 : -1;
	}
	return any_a ? 0 : version_numbers(a, b);
}

static int numbers(struct version_rest *a, struct version_rest *b)
{
	for (;;) {
		struct version_rest none = version_rest(S(""));
		bool any_a, any_b, m = at_number(a, &any_a), n = at_number(b, &any_b);
		if (!m && !n)
			return 0;
		int order = number(m ? a : &none, any_a && m, n ? b : &none, any_b && n);
		if (order)
			return order;
	}
}

static int rows(struct version_rest a, struct version_rest b)
{
	int order = numbers(&a, &b);

	while (!order) {
		str m, n;
		enum rank x = take(&a, &m), y = take(&b, &n);
		if (x != y)
			return (int)x - (int)y;
		if (x == END)
			return 0;
		order = x == NUMBER ? version_numbers(&a, &b) : x == OTHER ? str_cmp(m, n) : 0;
	}
	return order;
}

static bool is_branch(str v)
{
	return is_word(str_head(v, 4), "dev-");
}

static struct version_rest begin(str v)
{
	ptrdiff_t plus = str_find(v, '+');
	struct version_rest r = version_rest(plus < 0 ? v : str_head(v, plus));

	if (r.end - r.p >= 2 && (*r.p | 0x20) == 'v' && (unsigned)(r.p[1] - '0') < 10)
		r.p++;
	return r;
}

int version_packagist_compare(str a, str b)
{
	bool m = is_branch(a), n = is_branch(b);

	if (m || n)
		return m && n ? str_cmp(a, b) : n - m;
	return rows(begin(a), begin(b));
}

/* A branch, or up to four numbers and then known words with theirs. */
bool version_packagist_valid(str v)
{
	struct version_rest r = begin(v);
	bool any = false;
	str word;

	if (is_branch(v))
		return v.len > 4 && version_bytes_valid(v);
	if (!version_bytes_valid(v) || !version_at_digit(&r))
		return false;
	while (r.p < r.end) {
		if (at_number(&r, &any)) {
			while (version_at_digit(&r) || (any && (*r.p | 0x20) == 'x')) {
				r.p++;
				if (any)
					break;
			}
			continue;
		}
		const unsigned char *from = r.p;
		if (take(&r, &word) == OTHER ||
		    (r.p == r.end && r.p - from == 1 && !version_letter((char)*from)))
			return false;
	}
	return true;
}
