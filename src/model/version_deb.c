/*
 * Debian's order. Source: deb-version(7), "Sorting algorithm"; Policy 5.6.12.
 *
 *	[EPOCH:]UPSTREAM[-REVISION]
 */
#include "version_impl.h"

#include "base/num.h"

/* The weight of the first byte in a part without digits: '~' below the end, letters below the rest. */
static int weight(const struct version_rest *r)
{
	int c = version_peek(r);

	if (c < 0 || (unsigned)(c - '0') < 10)
		return 0;
	if ((unsigned)((c | 0x20) - 'a') < 26)
		return c;
	return c == '~' ? -1 : c + 256;
}

/* Turns of a part without digits and a number. */
static int parts(struct version_rest a, struct version_rest b)
{
	while (a.p < a.end || b.p < b.end) {
		for (;;) {
			int x = weight(&a), y = weight(&b);
			if (x != y)
				return x - y;
			if (x == 0)
				break;
			a.p++, b.p++;
		}
		int order = version_numbers(&a, &b);
		if (order)
			return order;
	}
	return 0;
}

struct deb {
	struct version_rest epoch, upstream, revision;
};

/* The epoch ends at the first colon, the revision begins at the last dash. */
static struct deb split(str v)
{
	struct version_rest all = version_rest(v);
	struct deb got = { { all.p, all.p }, all, { all.end, all.end } };
	const unsigned char *p = all.p;

	while (p < all.end && *p != ':')
		p++;
	if (p < all.end) {
		got.epoch.end = p;
		got.upstream.p = p + 1;
	}
	for (p = all.end; p > got.upstream.p && p[-1] != '-';)
		p--;
	if (p > got.upstream.p) {
		got.upstream.end = p - 1;
		got.revision.p = p;
	}
	return got;
}

/* All of both, from the first. */
static int compare(str a, str b)
{
	struct deb x = split(a), y = split(b);
	int order = parts(x.epoch, y.epoch);

	if (!order)
		order = parts(x.upstream, y.upstream);
	return order ? order : parts(x.revision, y.revision);
}

/*
 * What both have at the front decides nothing, but for the digits of a number that goes on; unless it
 * holds the end of an epoch or an upstream version that the other does not have.
 */
int version_deb_compare(str a, str b)
{
	ptrdiff_t n = version_common(a, b);

	if (n == a.len && n == b.len)
		return 0;
	while (n > 0 && version_digit(a.p[n - 1]))
		n--;
	str x = version_behind(a, n), y = version_behind(b, n);
	int marks = version_marks(x);
	if (marks != version_marks(y) || marks & 1)
		return compare(a, b);
	return marks ? compare(x, y) : parts(version_rest(x), version_rest(y));
}

static str text(const struct version_rest *r)
{
	return (str){ (const char *)r->p, r->end - r->p };
}

static bool only(str s, const char *marks)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (!version_digit(s.p[i]) && !version_letter(s.p[i]) &&
		    str_find(str_of(marks), s.p[i]) < 0)
			return false;
	}
	return true;
}

bool version_deb_valid(str v)
{
	struct deb x = split(v);
	str upstream = text(&x.upstream);
	uint64_t epoch;

	if (str_find(v, ':') >= 0 && !num_parse(text(&x.epoch), INT32_MAX, &epoch))
		return false;
	if (upstream.len == 0 || (!version_digit(upstream.p[0]) && !version_letter(upstream.p[0])))
		return false;
	if (str_ends(v, S("-")))
		return false;
	return only(upstream, ".+-~:") && only(text(&x.revision), ".+~");
}
