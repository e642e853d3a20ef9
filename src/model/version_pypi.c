/*
 * Python's order. Source: PEP 440 ("Appendix B", "Summary of permitted suffixes and relative ordering").
 *
 *	[v][N!]N(.N)*[{a|b|rc}N][.postN][.devN][+LOCAL]
 *
 * What it does not define stands before what it defines, as in all of Python's tools since
 * setuptools, by bytes.
 */
#include "version_impl.h"

enum phase { DEV_ONLY = -1, ALPHA, BETA, RC, FINAL };

struct parsed {
	bool known;
	bool post, dev;
	enum phase phase;
	struct version_rest epoch, release; /* release without zeros at its end */
	struct version_rest phase_n, post_n, dev_n;
	struct version_rest local; /* p == end: none */
};

static struct version_rest take_digits(struct version_rest *r)
{
	struct version_rest got = *r;

	while (version_at_digit(r))
		r->p++;
	got.end = r->p;
	return got;
}

static void skip_mark(struct version_rest *r)
{
	if (r->p < r->end && (*r->p == '.' || *r->p == '-' || *r->p == '_'))
		r->p++;
}

/* Step over the word, case-blind. */
static bool take_word(struct version_rest *r, const char *word)
{
	const unsigned char *p = r->p;

	for (; *word; word++, p++) {
		if (p == r->end || version_lower((char)*p) != *word)
			return false;
	}
	r->p = p;
	return true;
}

/* "[-_.]?WORD[-_.]?N?". A mark before no number is not part of it. */
static void take_count(struct version_rest *r, struct version_rest *ret)
{
	struct version_rest x = *r;

	skip_mark(&x);
	if (version_at_digit(&x))
		*r = x;
	*ret = take_digits(r);
}

static void take_phase(struct version_rest *r, struct parsed *ret)
{
	static const struct {
		const char *word;
		enum phase phase;
	} phases[] = {
		{ "alpha", ALPHA }, { "a", ALPHA }, { "beta", BETA }, { "b", BETA },
		{ "preview", RC },  { "pre", RC },  { "rc", RC },     { "c", RC },
	};
	struct version_rest x = *r;

	skip_mark(&x);
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		if (take_word(&x, phases[i].word)) {
			ret->phase = phases[i].phase;
			take_count(&x, &ret->phase_n);
			*r = x;
			return;
		}
	}
}

static void take_post(struct version_rest *r, struct parsed *ret)
{
	struct version_rest x = *r;

	if (r->end - r->p >= 2 && r->p[0] == '-' && (unsigned)(r->p[1] - '0') < 10) {
		r->p++;
		ret->post = true;
		ret->post_n = take_digits(r);
		return;
	}
	skip_mark(&x);
	if (take_word(&x, "post") || take_word(&x, "rev") || take_word(&x, "r")) {
		ret->post = true;
		take_count(&x, &ret->post_n);
		*r = x;
	}
}

static void take_dev(struct version_rest *r, struct parsed *ret)
{
	struct version_rest x = *r;

	skip_mark(&x);
	if (take_word(&x, "dev")) {
		ret->dev = true;
		take_count(&x, &ret->dev_n);
		*r = x;
	}
}

/* Words of letters and digits between marks. */
static bool take_local(struct version_rest *r, struct parsed *ret)
{
	if (version_peek(r) != '+')
		return true;
	r->p++;
	ret->local = *r;
	for (bool word = false; r->p < r->end; r->p++) {
		bool is = version_digit((char)*r->p) || version_letter((char)*r->p);
		bool mark = *r->p == '.' || *r->p == '-' || *r->p == '_';
		if ((!is && !mark) || (mark && (!word || r->end - r->p == 1)))
			return false;
		word = is;
	}
	return ret->local.p < ret->local.end;
}

static bool take_release(struct version_rest *r, struct parsed *ret)
{
	ret->release = take_digits(r);
	if (ret->release.p == ret->release.end)
		return false;
	if (version_peek(r) == '!') {
		ret->epoch = ret->release;
		r->p++;
		ret->release = take_digits(r);
		if (ret->release.p == ret->release.end)
			return false;
	}
	while (r->end - r->p >= 2 && *r->p == '.' && (unsigned)(r->p[1] - '0') < 10) {
		r->p++;
		(void)take_digits(r);
	}
	ret->release.end = r->p;
	return true;
}

static void suffixes(struct version_rest *r, struct parsed *ret)
{
	take_phase(r, ret);
	take_post(r, ret);
	take_dev(r, ret);
	if (ret->phase == FINAL && ret->dev && !ret->post)
		ret->phase = DEV_ONLY;
}

static struct parsed parse(str v)
{
	struct version_rest r = version_rest(str_trim(v));
	struct parsed got = { .phase = FINAL };

	if (r.p < r.end && (*r.p | 0x20) == 'v')
		r.p++;
	if (!take_release(&r, &got))
		return got;
	if (r.p < r.end)
		suffixes(&r, &got);
	got.known = take_local(&r, &got) && r.p == r.end;
	return got;
}

static int releases(struct version_rest a, struct version_rest b)
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

static str take_segment(struct version_rest *r)
{
	const unsigned char *from = r->p;

	while (r->p < r->end && *r->p != '.' && *r->p != '-' && *r->p != '_')
		r->p++;
	str got = { (const char *)from, r->p - from };
	r->p += r->p < r->end;
	return got;
}

static bool all_digits(str s)
{
	ptrdiff_t i = 0;

	while (i < s.len && version_digit(s.p[i]))
		i++;
	return i == s.len;
}

static int segments(str a, str b)
{
	bool m = all_digits(a), n = all_digits(b);

	if (m || n)
		return m && n ? version_number_texts(a, b) : m - n;
	for (ptrdiff_t i = 0; i < a.len && i < b.len; i++) {
		int x = version_lower(a.p[i]), y = version_lower(b.p[i]);
		if (x != y)
			return x - y;
	}
	return version_sign(a.len - b.len);
}

/* None stands before any, a shorter one before a longer one; numbers after words. */
static int locals(struct version_rest a, struct version_rest b)
{
	while (a.p < a.end && b.p < b.end) {
		int order = segments(take_segment(&a), take_segment(&b));
		if (order)
			return order;
	}
	return (a.p < a.end) - (b.p < b.end);
}

static int compare(struct parsed *x, struct parsed *y)
{
	int order = version_numbers(&x->epoch, &y->epoch);

	if (!order)
		order = releases(x->release, y->release);
	if (!order)
		order = (int)x->phase - (int)y->phase;
	if (!order)
		order = version_numbers(&x->phase_n, &y->phase_n);
	if (!order)
		order = x->post - y->post;
	if (!order)
		order = version_numbers(&x->post_n, &y->post_n);
	if (!order)
		order = y->dev - x->dev;
	if (!order)
		order = version_numbers(&x->dev_n, &y->dev_n);
	return order ? order : locals(x->local, y->local);
}

/* Numbers between dots. */
static bool is_row(str v)
{
	bool digit = false;

	for (ptrdiff_t i = 0; i < v.len; i++) {
		bool is = version_digit(v.p[i]);
		if (!is && (v.p[i] != '.' || !digit))
			return false;
		digit = is;
	}
	return digit;
}

int version_pypi_compare(str a, str b)
{
	str c = a, d = b;

	version_cut_common(&c, &d);
	if (is_row(c) && is_row(d))
		return releases(version_rest(c), version_rest(d));
	struct parsed x = parse(a), y = parse(b);

	if (!x.known || !y.known)
		return x.known ? 1 : y.known ? -1 : str_cmp(a, b);
	return compare(&x, &y);
}

bool version_pypi_valid(str v)
{
	return parse(v).known;
}
