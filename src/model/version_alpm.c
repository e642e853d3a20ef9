/*
 * Pacman's order. Source: vercmp(8); libalpm's alpm_pkg_vercmp().
 *
 *	[EPOCH:]VERSION[-RELEASE]
 *
 * A part is a row of words and numbers, each with the count of marks before it: fewer marks first,
 * then words, the end, numbers; so that 1.0a < 1.0 < 1.0.a < 1.0.1. No release stands before any: vercmp
 * calls it equal to all of them, which is no order.
 */
#include "version_impl.h"

enum kind { WORD, END, NUMBER };

static bool alnum(const struct version_rest *r)
{
	return version_at_digit(r) || (r->p < r->end && version_letter((char)*r->p));
}

static ptrdiff_t take_marks(struct version_rest *r)
{
	const unsigned char *from = r->p;

	while (r->p < r->end && !alnum(r))
		r->p++;
	return r->p - from;
}

static int kind(const struct version_rest *r)
{
	return r->p == r->end ? END : version_at_digit(r) ? NUMBER : WORD;
}

static int words(struct version_rest *a, struct version_rest *b)
{
	for (;; a->p++, b->p++) {
		int x = kind(a) == WORD && alnum(a) ? *a->p : 0;
		int y = kind(b) == WORD && alnum(b) ? *b->p : 0;
		if (x != y || !x)
			return x - y;
	}
}

static int parts(struct version_rest a, struct version_rest b)
{
	for (;;) {
		int order = version_sign(take_marks(&a) - take_marks(&b));
		int x = kind(&a), y = kind(&b);
		if (order || x != y || x == END)
			return order ? order : x - y;
		order = x == NUMBER ? version_numbers(&a, &b) : words(&a, &b);
		if (order)
			return order;
	}
}

struct evr {
	str epoch, version, release;
	bool has_release;
};

static struct evr split(str v)
{
	struct evr got = { .version = v };
	ptrdiff_t n = 0;

	while (n < v.len && version_digit(v.p[n]))
		n++;
	if (n < v.len && v.p[n] == ':') {
		got.epoch = str_head(v, n);
		got.version = str_from(v, n + 1);
	}
	ptrdiff_t dash = str_rfind(got.version, '-');
	if (dash >= 0) {
		got.has_release = true;
		got.release = str_from(got.version, dash + 1);
		got.version.len = dash;
	}
	return got;
}

int version_alpm_compare(str a, str b)
{
	struct evr x = split(a), y = split(b);
	int order = version_number_texts(x.epoch, y.epoch);

	if (!order)
		order = parts(version_rest(x.version), version_rest(y.version));
	if (!order)
		order = x.has_release - y.has_release;
	return order ? order : parts(version_rest(x.release), version_rest(y.release));
}

/* Source: PKGBUILD(5): neither blanks nor ':', '/', '-' in a version; digits and dots in a release. */
bool version_alpm_valid(str v)
{
	struct evr x = split(v);

	for (ptrdiff_t i = 0; i < x.release.len; i++) {
		if (!version_digit(x.release.p[i]) && x.release.p[i] != '.')
			return false;
	}
	return version_bytes_valid(x.version) && str_find(x.version, ':') < 0 &&
	       str_find(x.version, '/') < 0 && str_find(x.version, '-') < 0 &&
	       (!x.has_release || x.release.len > 0);
}
