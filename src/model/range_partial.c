/*
 * Comparisons with versions of which parts are missing or wild ("^1.2", "~> 1.2", "1.4.*"), as spans.
 * npm's README ("includePrerelease": a prerelease counts by its place); Cargo's "Specifying
 * Dependencies"; Composer's "Versions and constraints"; RubyGems' "Pessimistic version constraint";
 * PEP 440, "Version specifiers"; Conan's "Version ranges".
 */
#include "range_impl.h"

#include <stdio.h>

#include "base/num.h"

enum { PARTS = 6 };

struct partial {
	str whole;  /* without sign and "v" */
	str prefix; /* PEP 440: "1!" */
	uint64_t number[PARTS];
	int n;     /* numbers in front */
	bool wild; /* then "*" or "x", or nothing where a language has three */
	str rest;  /* a prerelease or what else follows the numbers */
};

/* How a language fills its bounds: lowest version of a row of numbers, and how many it has. */
struct manner {
	const char *lowest; /* behind an upper bound */
	const char *begin;  /* behind a lower bound of missing parts */
	int parts;          /* numbers are filled up to so many */
	bool short_is_wild; /* "1.2" is "1.2.*" */
};

static struct manner manner_of(const struct range_work *w)
{
	if (w->scheme == VERSION_CONAN)
		return (struct manner){ "-", "", 0, false };
	switch (w->lang) {
	case RANGE_NPM:
	case RANGE_CARGO:
		return (struct manner){ "-0", "-0", 3, true };
	case RANGE_COMPOSER:
		return (struct manner){ "-dev", "-dev", 2, false };
	case RANGE_GEM:
		return (struct manner){ ".A", ".A", 0, false };
	default:
		return (struct manner){ ".dev0", ".dev0", 0, false };
	}
}

static bool is_wild(str word)
{
	return word.len == 1 && (word.p[0] == '*' || (word.p[0] | 0x20) == 'x');
}

/* Numbers between dots, then perhaps a wild part, then the rest. */
static bool read(const struct range_work *w, str v, struct partial *ret)
{
	*ret = (struct partial){ .whole = v };
	if (v.len && (v.p[0] | 0x20) == 'v' && w->lang != RANGE_GEM)
		ret->whole = v = str_trim(str_from(v, 1));
	ptrdiff_t bang = w->lang == RANGE_PYPI ? str_find(v, '!') : -1;
	ret->prefix = str_head(v, bang + 1);
	str left = str_from(v, bang + 1);
	while (ret->n < PARTS) {
		ptrdiff_t n = 0;
		while (n < left.len && left.p[n] >= '0' && left.p[n] <= '9')
			n++;
		if (n == 0)
			break;
		if (!num_parse(str_head(left, n), UINT64_MAX - 1, &ret->number[ret->n++]))
			return false;
		left = str_from(left, n);
		if (left.len < 2 || left.p[0] != '.')
			break;
		str next = str_from(left, 1);
		if (!(next.p[0] >= '0' && next.p[0] <= '9') && !is_wild(str_head(next, 1)))
			break;
		left = next;
	}
	str word = left;
	ptrdiff_t end = 0;
	while (end < word.len && str_find(S(".-+"), word.p[end]) < 0)
		end++;
	ret->wild = is_wild(str_head(word, end));
	ret->rest = left;
	return ret->n > 0 || ret->wild;
}

/* The first `upto` numbers with the last of them higher by `add`, filled up with zeros, and an end. */
static int number_text(const struct range_work *w, const struct partial *v, int upto, uint64_t add,
		       const char *end, str *ret)
{
	char out[PARTS * 22 + 8];
	int len = 0, parts = manner_of(w).parts;

	for (int i = 0; i < upto || i < parts; i++) {
		uint64_t n = i < upto ? v->number[i] + (i == upto - 1 ? add : 0) : 0;
		len += snprintf(out + len, sizeof(out) - (size_t)len, "%s%llu", i ? "." : "",
				(unsigned long long)n);
	}
	return op_text(w->op, ret, "%.*s%.*s%s", STR_ARG(v->prefix), len, out, end);
}

/* [from, what is behind the first `upto` numbers): a prefix of numbers, or "^" and "~". */
static int run(const struct range_work *w, const struct partial *v, str from, int upto,
	       struct version_span *ret)
{
	*ret = (struct version_span){ .from = from };
	if (upto == 0)
		return 0;
	return number_text(w, v, upto, 1, manner_of(w).lowest, &ret->until);
}

/* Up to which number "^" keeps: the first that is not 0, or the last. */
static int caret(const struct partial *v)
{
	for (int i = 0; i < v->n; i++) {
		if (v->number[i])
			return i + 1;
	}
	return v->n ? v->n : 0;
}

/* Up to which number "~" keeps. */
static int tilde(const struct range_work *w, const struct partial *v)
{
	if (w->lang == RANGE_NPM || w->lang == RANGE_CARGO)
		return v->n < 2 ? v->n : 2;
	return v->n < 2 ? v->n : v->n - 1;
}

/* "1.2.*" by its sign: in [1.2, 1.3), before, behind. */
static int wild(const struct range_work *w, enum range_sign sign, const struct partial *v,
		struct version_span *ret)
{
	struct version_span all = { 0 };
	int rc = 0;

	if (v->n > 0)
		rc = number_text(w, v, v->n, 0, manner_of(w).begin, &all.from);
	if (rc == 0 && v->n > 0)
		rc = run(w, v, all.from, sign == RANGE_CARET ? caret(v) : v->n, &all);
	if (rc < 0)
		return rc;
	*ret = all;
	if (sign == RANGE_LE || sign == RANGE_LT)
		*ret = (struct version_span){ .until = sign == RANGE_LE ? all.until : all.from };
	if (sign == RANGE_GE || sign == RANGE_GT)
		*ret = (struct version_span){ .from = sign == RANGE_GE ? all.from : all.until };
	/* Nothing is below or above all. */
	if (v->n == 0 && (sign == RANGE_LT || sign == RANGE_GT))
		*ret = (struct version_span){ .from = S("1"), .until = S("1") };
	return 0;
}

static bool has_letter(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if ((unsigned char)((s.p[i] | 0x20) - 'a') < 26)
			return true;
	}
	return false;
}

/* Composer: ">=1.2" and "<1.2" mean 1.2-dev, unless a stability is named. */
static int composer_bound(const struct range_work *w, str v, str *ret)
{
	if (has_letter(v)) {
		*ret = v;
		return 0;
	}
	return op_text(w->op, ret, "%.*s-dev", STR_ARG(v));
}

static int composer(const struct range_work *w, enum range_sign sign, str version,
		    struct version_span *ret)
{
	*ret = range_plain(sign, version);
	if (sign == RANGE_LT)
		return composer_bound(w, version, &ret->until);
	if (sign == RANGE_GE)
		return composer_bound(w, version, &ret->from);
	return 0;
}

static bool wild_allowed(const struct range_work *w, enum range_sign sign)
{
	if (w->lang == RANGE_GEM)
		return false;
	return w->lang != RANGE_PYPI || sign == RANGE_EQ || sign == RANGE_NE || sign == RANGE_NONE;
}

int range_partial(struct range_work *w, enum range_sign sign, str version, struct version_span *ret)
{
	struct partial v;
	struct manner m = manner_of(w);
	ptrdiff_t at = w->lang == RANGE_COMPOSER ? str_find(version, '@') : -1;

	if (at > 0)
		version.len = at;
	bool numbers = read(w, version, &v);
	if (v.whole.len == 0 ||
	    (!numbers && (sign == RANGE_CARET || sign == RANGE_TILDE || m.short_is_wild)))
		return range_refuse(w);
	if (sign == RANGE_NONE && w->lang == RANGE_CARGO && !v.wild)
		sign = RANGE_CARET;
	if (numbers && (v.wild || (m.short_is_wild && v.n < m.parts && v.rest.len == 0))) {
		if (!wild_allowed(w, sign))
			return range_refuse(w);
		return wild(w, sign, &v, ret);
	}
	if (sign != RANGE_CARET && sign != RANGE_TILDE) {
		if (w->lang == RANGE_COMPOSER)
			return composer(w, sign, v.whole, ret);
		*ret = range_plain(sign, v.whole);
		return 0;
	}
	str from = v.whole;
	if (w->lang == RANGE_COMPOSER && composer_bound(w, v.whole, &from) < 0)
		return ERR_MEMORY;
	if (w->lang == RANGE_PYPI && (sign == RANGE_CARET || v.n < 2))
		return range_refuse(w);
	return run(w, &v, from, sign == RANGE_CARET ? caret(&v) : tilde(w, &v), ret);
}

int range_hyphen(struct range_work *w, str from, str to, struct version_span *ret)
{
	struct version_span a, b;
	struct partial v;
	int rc = range_partial(w, RANGE_GE, from, &a);

	/* Composer: "1.0 - 2.0" ends at 2.1, "1.0.0 - 2.1.0" at 2.1.0. */
	if (rc == 0 && w->lang == RANGE_COMPOSER && read(w, to, &v) && v.n < 3 && !has_letter(to))
		rc = wild(w, RANGE_LE, &v, &b);
	else if (rc == 0)
		rc = range_partial(w, RANGE_LE, to, &b);
	if (rc < 0)
		return rc;
	*ret = (struct version_span){ a.from, b.until, b.last, a.after };
	return 0;
}
