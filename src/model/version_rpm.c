/*
 * RPM's order. Source: rpm's rpmvercmp() and rpmverCmp(), rpm-version(7).
 *
 *	[EPOCH:]VERSION[-RELEASE]
 *
 * A part is a row of tokens, and other bytes only part them: '~', the end, '^', words by their
 * bytes, numbers; in this order. No release stands before any release.
 */
#include "version_impl.h"

static bool alnum(int c)
{
	return (unsigned)(c - '0') < 10 || (unsigned)((c | 0x20) - 'a') < 26;
}

static void skip_marks(struct version_rest *r)
{
	while (r->p < r->end && !alnum(*r->p) && *r->p != '~' && *r->p != '^')
		r->p++;
}

/* The class of the token at the front. */
static int rank(const struct version_rest *r)
{
	int c = version_peek(r);

	return c < 0 ? 1 : (unsigned)(c - '0') < 10 ? 4 : c == '~' ? 0 : c == '^' ? 2 : 3;
}

static int words(struct version_rest *a, struct version_rest *b)
{
	for (;; a->p++, b->p++) {
		int x = version_peek(a), y = version_peek(b);
		x = x >= 0 && version_letter((char)x) ? x : 0;
		y = y >= 0 && version_letter((char)y) ? y : 0;
		if (x != y || !x)
			return x - y;
	}
}

static int parts(struct version_rest a, struct version_rest b)
{
	for (;;) {
		skip_marks(&a);
		skip_marks(&b);
		int x = rank(&a), y = rank(&b);
		if (x != y || x == 1)
			return x - y;
		int order = 0;
		if (x == 4)
			order = version_numbers(&a, &b);
		else if (x == 3)
			order = words(&a, &b);
		else
			a.p++, b.p++;
		if (order)
			return order;
	}
}

struct evr {
	struct version_rest epoch, version, release;
	bool has_release;
};

/* Source: rpm's parseEVR(): an epoch is digits before the first colon, a release stands behind the
 * last dash. */
static struct evr split(str v)
{
	struct version_rest all = version_rest(v);
	struct evr got = { { all.p, all.p }, all, { all.end, all.end }, false };
	const unsigned char *p = all.p;

	while (p < all.end && (unsigned)(*p - '0') < 10)
		p++;
	if (p < all.end && *p == ':') {
		got.epoch.end = p;
		got.version.p = p + 1;
	}
	for (p = all.end; p > got.version.p && p[-1] != '-';)
		p--;
	if (p > got.version.p) {
		got.version.end = p - 1;
		got.release.p = p;
		got.has_release = true;
	}
	return got;
}

/* All of both, from the first. */
static int compare(str a, str b)
{
	struct evr x = split(a), y = split(b);
	int order = version_numbers(&x.epoch, &y.epoch);

	if (!order)
		order = parts(x.version, y.version);
	if (!order)
		order = x.has_release - y.has_release;
	return order ? order : parts(x.release, y.release);
}

/*
 * What both have at the front decides nothing, but for a word or number that goes on; unless it holds
 * the end of an epoch or a version that the other does not have.
 */
int version_rpm_compare(str a, str b)
{
	ptrdiff_t n = version_common(a, b);

	if (n == a.len && n == b.len)
		return 0;
	while (n > 0 && alnum((unsigned char)a.p[n - 1]))
		n--;
	str x = version_behind(a, n), y = version_behind(b, n);
	int marks = version_marks(x);
	if (marks != version_marks(y) || marks & 1)
		return compare(a, b);
	return marks ? compare(x, y) : parts(version_rest(x), version_rest(y));
}

static bool only(const struct version_rest *r)
{
	for (const unsigned char *p = r->p; p < r->end; p++) {
		if (!alnum(*p) && str_find(S("._+~^"), (char)*p) < 0)
			return false;
	}
	return true;
}

bool version_rpm_valid(str v)
{
	struct evr x = split(v);

	return x.version.p < x.version.end && only(&x.version) && only(&x.release) &&
	       (!x.has_release || x.release.p < x.release.end);
}
