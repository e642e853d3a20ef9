/*
 * Alpine's order. Source: apk-tools 3, doc/apk-package.5.scd ("pkgver") and test/unit/version.data.
 *
 *	N(.N)*[letter](_suffix[N])*[~hash][-rN]
 *
 * A number behind a dot with a leading zero compares as text. Tokens that end earlier are less,
 * but for the suffixes that announce a release.
 */
#include "version_impl.h"

enum token { FIRST, NUMBER, LETTER, SUFFIX, SUFFIX_NUMBER, HASH, REVISION, END, INVALID };

enum { SUFFIX_RELEASED = 4 }; /* lower ones come before the release */

struct part {
	enum token token;
	int suffix;
	struct version_rest value, rest;
};

static const char *const suffixes[] = {
	"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"
};

static int suffix_of(const struct version_rest *word)
{
	size_t n = (size_t)(word->end - word->p);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (strlen(suffixes[i]) == n && memcmp(word->p, suffixes[i], n) == 0)
			return (int)i;
	}
	return -1;
}

static void take_digits(struct part *t, enum token token)
{
	t->value = t->rest;
	while (version_at_digit(&t->rest))
		t->rest.p++;
	t->value.end = t->rest.p;
	t->token = t->value.p == t->value.end ? INVALID : token;
}

static void take_suffix(struct part *t)
{
	t->value = t->rest;
	while (t->rest.p < t->rest.end && (unsigned)(*t->rest.p - 'a') < 26)
		t->rest.p++;
	t->value.end = t->rest.p;
	t->suffix = suffix_of(&t->value);
	t->token = t->suffix < 0 ? INVALID : SUFFIX;
}

static void take_hash(struct part *t)
{
	t->value = t->rest;
	while (version_at_digit(&t->rest) ||
	       (t->rest.p < t->rest.end && (unsigned)(*t->rest.p - 'a') < 6))
		t->rest.p++;
	t->value.end = t->rest.p;
	t->token = t->value.p == t->value.end ? INVALID : HASH;
}

/* The token behind the present one. */
static void next(struct part *t)
{
	enum token was = t->token;
	int c = version_peek(&t->rest);

	t->token = INVALID;
	if (c < 0) {
		t->token = END;
	} else if ((unsigned)(c - 'a') < 26 && was <= NUMBER) {
		t->value = (struct version_rest){ t->rest.p, t->rest.p + 1 };
		t->rest.p++;
		t->token = LETTER;
	} else if (c == '.' && was <= NUMBER) {
		t->rest.p++;
		take_digits(t, NUMBER);
	} else if ((unsigned)(c - '0') < 10 && was == SUFFIX) {
		take_digits(t, SUFFIX_NUMBER);
	} else if (c == '_' && was <= SUFFIX_NUMBER) {
		t->rest.p++;
		take_suffix(t);
	} else if (c == '~' && was < HASH) {
		t->rest.p++;
		take_hash(t);
	} else if (c == '-' && was < REVISION && t->rest.end - t->rest.p >= 2 &&
		   t->rest.p[1] == 'r') {
		t->rest.p += 2;
		take_digits(t, REVISION);
	}
}

static int texts(const struct version_rest *a, const struct version_rest *b)
{
	return str_cmp((str){ (const char *)a->p, a->end - a->p },
		       (str){ (const char *)b->p, b->end - b->p });
}

static int tokens(struct part *a, struct part *b)
{
	switch (a->token) {
	case SUFFIX:
		return a->suffix - b->suffix;
	case LETTER:
	case HASH:
		return texts(&a->value, &b->value);
	case NUMBER:
		if (*a->value.p == '0' || *b->value.p == '0')
			return texts(&a->value, &b->value);
		break;
	default:
		break;
	}
	return version_numbers(&a->value, &b->value);
}

static bool announces(const struct part *t)
{
	return t->token == SUFFIX && t->suffix < SUFFIX_RELEASED;
}

static int parts(struct part *a, struct part *b)
{
	while (a->token == b->token && a->token < END) {
		int order = tokens(a, b);
		if (order)
			return order;
		next(a);
		next(b);
	}
	if (a->token == b->token)
		return a->token == INVALID ? texts(&a->rest, &b->rest) : 0;
	if (announces(a))
		return -1;
	if (announces(b))
		return 1;
	return a->token < b->token ? 1 : -1;
}

static struct part begin(str v)
{
	struct part t = { .rest = version_rest(v) };

	take_digits(&t, FIRST);
	return t;
}

/* From the dot before v on. */
static struct part resume(str v)
{
	struct part t = { .token = FIRST, .rest = version_rest((str){ v.p - 1, v.len + 1 }) };

	next(&t);
	return t;
}

int version_apk_compare(str a, str b)
{
	str c = a, d = b;

	version_cut_common(&c, &d);
	bool cut = c.len < a.len;
	struct part x = cut ? resume(c) : begin(a), y = cut ? resume(d) : begin(b);
	return parts(&x, &y);
}

bool version_apk_valid(str v)
{
	struct part t = begin(v);

	while (t.token < END)
		next(&t);
	return t.token == END;
}
