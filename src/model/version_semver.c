/*
 * Semantic versions, as packages really write them. Source: semver.org 2.0.0, 9 to 11; npm
 * semver's "loose" form; golang.org/x/mod/semver.
 *
 *	[=v ]N[.N...][[-]PRERELEASE][+BUILD]
 *
 * Missing numbers are 0. Build metadata has no place in the order. NuGet's (NuGet.Versioning) is the
 * same but case-blind; in Pub's (pub_semver) build metadata is the last word.
 */
#include "version_impl.h"

struct parsed {
	bool known;
	struct version_rest numbers;
	str prerelease, build;
};

static struct parsed parse(str v)
{
	struct version_rest r = version_rest(v);

	while (r.p < r.end && (*r.p == ' ' || *r.p == '='))
		r.p++;
	if (r.p < r.end && (*r.p | 0x20) == 'v')
		r.p++;
	while (r.p < r.end && *r.p == ' ')
		r.p++;
	struct parsed got = { .known = version_at_digit(&r), .numbers = r };
	while (version_at_digit(&r)) {
		while (version_at_digit(&r))
			r.p++;
		if (r.end - r.p >= 2 && *r.p == '.' && (unsigned)(r.p[1] - '0') < 10)
			r.p++;
	}
	got.numbers.end = r.p;
	if (version_peek(&r) == '-' || version_peek(&r) == '.')
		r.p++;
	got.prerelease = (str){ (const char *)r.p, r.end - r.p };
	ptrdiff_t plus = str_find(got.prerelease, '+');
	if (plus >= 0) {
		got.build = str_from(got.prerelease, plus + 1);
		got.prerelease.len = plus;
	}
	return got;
}

/* Numbers between dots; a missing one is 0. */
static int numbers(struct version_rest a, struct version_rest b)
{
	while (a.p < a.end || b.p < b.end) {
		int order = version_numbers(&a, &b);
		if (order)
			return order;
		a.p += a.p < a.end;
		b.p += b.p < b.end;
	}
	return 0;
}

static bool all_digits(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (!version_digit(s.p[i]))
			return false;
	}
	return s.len > 0;
}

static int blind_cmp(str a, str b)
{
	for (ptrdiff_t i = 0; i < a.len && i < b.len; i++) {
		unsigned char x = (unsigned char)version_lower(a.p[i]);
		unsigned char y = (unsigned char)version_lower(b.p[i]);
		if (x != y)
			return x - y;
	}
	return version_sign(a.len - b.len);
}

int version_identifiers(str a, str b, bool blind)
{
	while (a.p && b.p) {
		str x = str_cut(&a, '.'), y = str_cut(&b, '.');
		bool m = all_digits(x), n = all_digits(y);
		if (m != n)
			return m ? -1 : 1;
		int order = m       ? version_number_texts(x, y)
			    : blind ? blind_cmp(x, y)
				    : str_cmp(x, y);
		if (order)
			return order;
	}
	return (a.p != NULL) - (b.p != NULL);
}

static int compare(const struct parsed *x, const struct parsed *y, bool blind)
{
	int order = numbers(x->numbers, y->numbers);

	if (!order && (x->prerelease.len == 0 || y->prerelease.len == 0))
		return (x->prerelease.len == 0) - (y->prerelease.len == 0);
	return order ? order : version_identifiers(x->prerelease, y->prerelease, blind);
}

int version_semver_compare(str a, str b)
{
	version_cut_common(&a, &b);
	int order = version_first_numbers(a, b);
	if (order)
		return order;
	struct parsed x = parse(a), y = parse(b);
	if (version_undefined(x.known, y.known, a, b, &order))
		return order;
	return compare(&x, &y, false);
}

static bool identifiers_valid(str s, bool zeros)
{
	while (s.p) {
		str word = str_cut(&s, '.');
		for (ptrdiff_t i = 0; i < word.len; i++) {
			if (!version_digit(word.p[i]) && !version_letter(word.p[i]) &&
			    word.p[i] != '-')
				return false;
		}
		if (word.len == 0 ||
		    (!zeros && all_digits(word) && word.len > 1 && word.p[0] == '0'))
			return false;
	}
	return true;
}

/* Source: semver.org 2, 9, 10. */
bool version_semver_valid(str v)
{
	struct parsed x = parse(v);
	ptrdiff_t n = x.numbers.end - x.numbers.p;
	str left = { (const char *)x.numbers.p, n };
	int count = 0;

	if (v.len == 0 || !version_digit(v.p[0]))
		return false;
	for (; left.p; count++) {
		str word = str_cut(&left, '.');
		if (word.len > 1 && word.p[0] == '0')
			return false;
	}
	if (count != 3 || (v.len > n && v.p[n] != '-' && v.p[n] != '+'))
		return false;
	if (v.len > n && v.p[n] == '-' && !identifiers_valid(x.prerelease, false))
		return false;
	if (v.len > n && v.p[n] == '-' && x.prerelease.len == 0)
		return false;
	return str_find(v, '+') < 0 || (x.build.len > 0 && identifiers_valid(x.build, true));
}

static str go_bare(str v)
{
	return str_starts(v, S("go")) ? str_from(v, 2) : v;
}

int version_go_compare(str a, str b)
{
	int order;

	str x = go_bare(a), y = go_bare(b);
	struct parsed m = parse(x), n = parse(y);
	if (version_undefined(m.known, n.known, a, b, &order))
		return order;
	return compare(&m, &n, false);
}

bool version_go_valid(str v)
{
	if (str_starts(v, S("go")))
		return parse(str_from(v, 2)).known;
	return version_semver_valid(str_starts(v, S("v")) ? str_from(v, 1) : v);
}

int version_nuget_compare(str a, str b)
{
	struct parsed x = parse(a), y = parse(b);
	int order;

	if (version_undefined(x.known, y.known, a, b, &order))
		return order;
	return compare(&x, &y, true);
}

/* One to four numbers, then as semver. */
bool version_nuget_valid(str v)
{
	struct parsed x = parse(v);
	ptrdiff_t n = x.numbers.end - x.numbers.p;
	int dots = 0;

	if (v.len == 0 || !version_digit(v.p[0]))
		return false;
	for (ptrdiff_t i = 0; i < n; i++)
		dots += v.p[i] == '.';
	if (dots > 3 || (v.len > n && v.p[n] != '-' && v.p[n] != '+'))
		return false;
	if (v.len > n && v.p[n] == '-' && !identifiers_valid(x.prerelease, true))
		return false;
	return str_find(v, '+') < 0 || (x.build.len > 0 && identifiers_valid(x.build, true));
}

int version_pub_compare(str a, str b)
{
	struct parsed x = parse(a), y = parse(b);
	int order;

	if (version_undefined(x.known, y.known, a, b, &order))
		return order;
	order = compare(&x, &y, false);
	if (!order && (x.build.len == 0 || y.build.len == 0))
		return (x.build.len > 0) - (y.build.len > 0);
	return order ? order : version_identifiers(x.build, y.build, false);
}
