#include "bulletin.h"

#include "base/num.h"
#include "feed_values.h"

void bulletin_begin(struct bulletin *d, struct op *op, const struct feed_sink *sink, str id)
{
	*d = (struct bulletin){ .op = op, .sink = sink, .mark = op_mark(op), .a = { .id = id } };
}

struct affected *bulletin_affected(struct bulletin *d, str ecosystem, str name,
				   enum affected_name names)
{
	struct affected *a = vec_push(d->op, &d->affected);

	if (!a)
		return NULL;
	a->ecosystem = ecosystem;
	a->name = name;
	a->names = names;
	return a;
}

void bulletin_text(struct bulletin *d, void **p, ptrdiff_t *n, ptrdiff_t *cap, str text)
{
	str *list = *p;

	if (text.len == 0)
		return;
	/* Lists are short; one that is not may hold a text twice. */
	for (ptrdiff_t i = 0; i < *n && i < 64; i++)
		if (str_eq(list[i], text))
			return;
	if (vec_grow(d->op, p, n, cap, sizeof(str)))
		((str *)*p)[*n - 1] = text;
}

void bulletin_span(struct bulletin *d, struct affected *a, const struct version_span *span)
{
	size_t size = sizeof(*span);

	if (!a)
		return;
	size_t n = (size_t)a->span_n;
	struct version_span *grown = op_extend(d->op, a->span, n * size, (n + 1) * size);
	if (!grown)
		return;
	a->span = grown;
	a->span[a->span_n++] = *span;
}

void bulletin_until(struct bulletin *d, struct affected *a, str fixed)
{
	if (!a)
		return;
	a->state = FIX_FIXED;
	bulletin_span(d, a, &(struct version_span){ .until = fixed });
}

void bulletin_only(struct bulletin *d, struct affected *a, const char *key, str value)
{
	size_t size = sizeof(struct pair);
	str k = str_of(key);

	if (!a || value.len == 0)
		return;
	size_t n = (size_t)a->only.n;
	struct pair *grown = op_extend(d->op, a->only.p, n * size, (n + 1) * size);
	if (!grown)
		return;
	a->only.p = grown;
	ptrdiff_t at = a->only.n++;
	for (; at > 0 && str_cmp(grown[at - 1].key, k) > 0; at--)
		grown[at] = grown[at - 1];
	grown[at] = (struct pair){ k, value };
}

/* Empty is none told; the rest must be what names and versions are. */
static bool version_good(str v)
{
	return v.len == 0 || feed_name_good(v);
}

static bool affected_good(const struct affected *a)
{
	bool good = feed_name_good(a->ecosystem) && feed_name_good(a->name);

	for (ptrdiff_t i = 0; i < a->span_n && good; i++)
		good = version_good(a->span[i].from) && version_good(a->span[i].until) &&
		       version_good(a->span[i].last);
	for (ptrdiff_t i = 0; i < a->versions.n && good; i++)
		good = feed_name_good(a->versions.p[i]);
	return good;
}

int bulletin_send(struct bulletin *d, uint64_t *bad)
{
	bool good = feed_name_good(d->a.id);

	if (d->op->code)
		return d->op->code;
	for (ptrdiff_t i = 0; i < d->affected.n && good; i++)
		good = affected_good(&d->affected.p[i]);
	if (!good) {
		++*bad;
		bulletin_drop(d);
		return 0;
	}
	d->a.aliases = (struct texts){ d->aliases.p, d->aliases.n };
	d->a.related = (struct texts){ d->related.p, d->related.n };
	d->a.cvss = (struct texts){ d->cvss.p, d->cvss.n };
	d->a.cwe = (struct texts){ d->cwe.p, d->cwe.n };
	d->a.references = (struct texts){ d->references.p, d->references.n };
	d->a.affected = d->affected.p;
	d->a.affected_n = d->affected.n;
	int rc = d->sink->advisory(d->op, d->sink->to, &d->a);
	bulletin_drop(d);
	return rc;
}

void bulletin_drop(struct bulletin *d)
{
	op_reset(d->op, d->mark);
	*d = (struct bulletin){ .op = d->op, .sink = d->sink };
}

static bool is_number(str s, ptrdiff_t len)
{
	uint64_t n;

	return s.len == len && num_parse(s, 9999, &n);
}

/* "29 Mar 2023" */
static str date_of_words(struct op *op, str text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	str day = str_word(&text), month = str_word(&text), year = str_word(&text), ret = { 0 };
	uint64_t d;

	if (month.len < 3 || !is_number(year, 4) || !num_parse(day, 31, &d))
		return ret;
	ptrdiff_t at = str_find_str(str_of(months), str_head(month, 3));
	if (at < 0 || at % 3 ||
	    op_text(op, &ret, "%.*s-%02d-%02d", STR_ARG(year), (int)(at / 3 + 1), (int)d) < 0)
		return (str){ 0 };
	return ret;
}

str bulletin_date(struct op *op, str text)
{
	if (text.len >= 10 && text.p[4] == '-' && text.p[7] == '-')
		return is_number(str_head(text, 4), 4) && is_number((str){ text.p + 5, 2 }, 2) &&
				       is_number((str){ text.p + 8, 2 }, 2)
			       ? str_head(text, 10)
			       : (str){ 0 };
	return date_of_words(op, text);
}

str bulletin_time(struct op *op, str text)
{
	str ret = feed_time(text);

	if (ret.len == 10 && op_text(op, &ret, "%.*sT00:00:00Z", STR_ARG(text)) < 0)
		return (str){ 0 };
	if (str_ends(ret, S("+00:00")) &&
	    op_text(op, &ret, "%.*sZ", STR_ARG(str_head(ret, ret.len - 6))) < 0)
		return (str){ 0 };
	return ret;
}
