/*
 * Gentoo's order. Source: Package Manager Specification 8, 3.2 and 3.3.
 *
 *	N(.N)*[LETTER](_SUFFIX[N])*[-rN]
 *
 * A number behind a dot with a leading zero is a fraction: compared as text without zeros at its end.
 */
#include "version_impl.h"

struct parsed {
	bool known;
	str numbers; /* N(.N)* */
	int letter;  /* 0: none */
	str suffixes, revision;
};

static str take_digits(struct version_rest *r)
{
	str got = { (const char *)r->p, 0 };

	while (version_at_digit(r))
		r->p++;
	got.len = (const char *)r->p - got.p;
	return got;
}

static const struct {
	const char *name;
	int place; /* negative: before the release */
} suffix[] = { { "alpha", -4 }, { "beta", -3 }, { "pre", -2 }, { "rc", -1 }, { "p", 1 } };

/* The suffix that begins behind an underscore; 0 for none. */
static int take_suffix(struct version_rest *r)
{
	const unsigned char *from = r->p;

	while (r->p < r->end && version_letter((char)*r->p))
		r->p++;
	str word = { (const char *)from, r->p - from };
	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		if (str_eq(word, str_of(suffix[i].name)))
			return suffix[i].place;
	}
	return 0;
}

static bool take_numbers(struct version_rest *r)
{
	while (take_digits(r).len) {
		if (version_peek(r) != '.')
			return true;
		r->p++;
	}
	return false;
}

static struct parsed parse(str v)
{
	struct version_rest r = version_rest(v);
	struct parsed got = { .numbers = { (const char *)r.p, 0 } };

	if (!take_numbers(&r))
		return got;
	got.numbers.len = (const char *)r.p - got.numbers.p;
	if (r.p < r.end && *r.p >= 'a' && *r.p <= 'z')
		got.letter = *r.p++;
	got.suffixes.p = (const char *)r.p;
	while (version_peek(&r) == '_') {
		r.p++;
		if (!take_suffix(&r))
			return got;
		(void)take_digits(&r);
	}
	got.suffixes.len = (const char *)r.p - got.suffixes.p;
	if (r.end - r.p > 2 && r.p[0] == '-' && r.p[1] == 'r') {
		r.p += 2;
		got.revision = take_digits(&r);
	}
	got.known = r.p == r.end;
	return got;
}

static str without_zeros(str s)
{
	while (s.len && s.p[s.len - 1] == '0')
		s.len--;
	return s;
}

static int numbers(str a, str b)
{
	int order = version_number_texts(str_cut(&a, '.'), str_cut(&b, '.'));

	while (!order && a.p && b.p) {
		str x = str_cut(&a, '.'), y = str_cut(&b, '.');
		if (x.p[0] == '0' || y.p[0] == '0')
			order = str_cmp(without_zeros(x), without_zeros(y));
		else
			order = version_number_texts(x, y);
	}
	return order ? order : (a.p != NULL) - (b.p != NULL);
}

static int suffixes(str a, str b)
{
	struct version_rest x = version_rest(a), y = version_rest(b);

	while (x.p < x.end || y.p < y.end) {
		x.p += x.p < x.end;
		y.p += y.p < y.end;
		int order = take_suffix(&x) - take_suffix(&y);
		if (!order)
			order = version_numbers(&x, &y);
		if (order)
			return order;
	}
	return 0;
}

int version_gentoo_compare(str a, str b)
{
	struct parsed x = parse(a), y = parse(b);
	int order;

	if (version_undefined(x.known, y.known, a, b, &order))
		return order;
	order = numbers(x.numbers, y.numbers);
	if (!order)
		order = x.letter - y.letter;
	if (!order)
		order = suffixes(x.suffixes, y.suffixes);
	return order ? order : version_number_texts(x.revision, y.revision);
}

bool version_gentoo_valid(str v)
{
	return parse(v).known;
}
