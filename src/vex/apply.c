/*
 * Statements are met with findings by the names of the vulnerability, so a document of many thousand
 * statements costs a look-up each. Of all that apply to a finding the newest decides; of two of one time
 * the one that hides nothing, so that a copy with another word cannot hide more.
 */
#include "base/limits.h"
#include "base/num.h"
#include "product.h"
#include "sys/clock.h"
#include "vex.h"

struct hit { /* a finding that has a name */
	uint32_t finding;
	struct hit *next;
};

struct moment {
	int64_t s;
	uint32_t ns;
};

struct chosen {              /* of a finding: the statement that decides */
	ptrdiff_t statement; /* -1: none */
	struct moment time;
};

struct apply {
	struct op *op; /* what stays */
	struct op own; /* what goes afterwards */
	struct op tmp; /* what goes after each statement */
	struct report *r;
	struct place place;
	struct map by_id; /* lower-case id: struct hit * */
	struct chosen *chosen;
	uint8_t *met;      /* [statements]: it applied to some finding */
	uint64_t compared; /* identifiers with findings */
	const str
		*inner; /* components that were last held against a package, and what came of it: */
	uint32_t inner_package; /* products of one statement may share them all */
	bool inner_fits;
};

/* ---- times ---- */

static bool digits(str s, ptrdiff_t at, int n, uint64_t *ret)
{
	return at >= 0 && at + n <= s.len && num_parse((str){ s.p + at, n }, 9999, ret);
}

/* "-06:00", "+0530", "Z" in seconds. */
static bool offset_of(str s, int64_t *ret)
{
	uint64_t h, m;
	bool colon = s.len == 6 && s.p[3] == ':';

	*ret = 0;
	if (str_eq(s, S("Z")) || str_eq(s, S("z")))
		return true;
	if ((s.len != 5 && !colon) || (s.p[0] != '+' && s.p[0] != '-') || !digits(s, 1, 2, &h) ||
	    !digits(s, colon ? 4 : 3, 2, &m))
		return false;
	*ret = (int64_t)(h * 3600 + m * 60) * (s.p[0] == '-' ? -1 : 1);
	return true;
}

/* RFC 3339 with any offset and fraction. What is none is before everything. */
static struct moment moment_of(str t)
{
	struct moment m = { INT64_MIN, 0 };
	uint64_t year, month, day, h, min, sec;
	int64_t offset;
	uint32_t scale = 100000000, ns = 0;

	if (!digits(t, 0, 4, &year) || !digits(t, 5, 2, &month) || !digits(t, 8, 2, &day) ||
	    month < 1 || month > 12 || day < 1 || day > 31)
		return m;
	m.s = clock_days((int64_t)year, (int)month, (int)day) * 86400;
	if (!digits(t, 11, 2, &h) || !digits(t, 14, 2, &min) || !digits(t, 17, 2, &sec))
		return m; /* a date alone */
	str rest = str_from(t, 19);
	if (str_starts(rest, S(".")))
		rest = str_from(rest, 1);
	for (; rest.len && rest.p[0] >= '0' && rest.p[0] <= '9'; scale /= 10) {
		ns += (uint32_t)(rest.p[0] - '0') * scale;
		rest = str_from(rest, 1);
	}
	m.s += (int64_t)(h * 3600 + min * 60 + sec);
	m.ns = ns;
	if (offset_of(rest, &offset))
		m.s -= offset;
	return m;
}

static int moment_compare(const struct moment *a, const struct moment *b)
{
	if (a->s != b->s)
		return a->s < b->s ? -1 : 1;
	return a->ns < b->ns ? -1 : a->ns > b->ns;
}

static bool hides(const struct statement *s)
{
	return s->status == VEX_NOT_AFFECTED || s->status == VEX_FIXED;
}

/* ---- names of vulnerabilities ---- */

static int lower(struct op *op, str s, str *ret)
{
	char *p = op_new(op, char, s.len);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < s.len; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
	*ret = (str){ p, s.len };
	return 0;
}

static int add_name(struct apply *a, str name, uint32_t finding)
{
	struct hit *hit = op_new(&a->own, struct hit, 1);
	str key;

	if (!hit || lower(&a->own, name, &key) < 0)
		return a->own.code;
	*hit = (struct hit){ finding, map_get(&a->by_id, key) };
	if (hit->next && hit->next->finding == finding)
		return 0;
	return map_put(&a->by_id, key, hit);
}

static int index_findings(struct apply *a)
{
	const struct report *r = a->r;

	map_init(&a->by_id, &a->own);
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		a->chosen[i].statement = -1;
		int rc = add_name(a, f->id, (uint32_t)i);
		for (ptrdiff_t k = 0; rc == 0 && k < f->ids.n; k++)
			rc = add_name(a, f->ids.p[k], (uint32_t)i);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int hits_of(struct apply *a, str name, struct hit **ret)
{
	str key;
	int rc = lower(&a->tmp, name, &key);

	*ret = rc < 0 ? NULL : map_get(&a->by_id, key);
	return rc;
}

/* ---- products ---- */

/* One identifier more that is held against a package. 1: it cannot be that one. */
static int compare(struct apply *a, str id, uint32_t package)
{
	if (++a->compared > LIMIT_VEX_COMPARED)
		return op_fail(&a->tmp, ERR_LIMIT,
			       "statements name too many products: more than %d "
			       "comparisons",
			       LIMIT_VEX_COMPARED);
	return place_may_be(&a->place, id, package) ? 0 : 1;
}

/* Does one of the subcomponents hold for the package? */
static int inner_fits(struct apply *a, const struct vex_product *p, uint32_t package, bool *ret)
{
	*ret = a->inner == p->subcomponents.p && a->inner_package == package && a->inner_fits;
	if (a->inner == p->subcomponents.p && a->inner_package == package)
		return 0;
	for (ptrdiff_t i = 0; i < p->subcomponents.n && !*ret; i++) {
		struct op_mark mark = op_mark(&a->tmp);
		struct product want;
		enum fit fit = FIT_NONE;
		str key;
		int rc = compare(a, p->subcomponents.p[i], package);
		if (rc > 0)
			continue;
		rc = rc < 0 ? rc : product_parse(&a->tmp, p->subcomponents.p[i], &want);
		rc = rc < 0 ? rc : place_package(&a->place, &want, package, &fit, &key);
		op_reset(&a->tmp, mark);
		if (rc < 0)
			return rc;
		*ret = fit == FIT_YES;
	}
	a->inner = p->subcomponents.p;
	a->inner_package = package;
	a->inner_fits = *ret;
	return 0;
}

/* A package as the product, with another inside it: any of those that fit may be the outer one. */
static int outer_fits(struct apply *a, const struct product *want, uint32_t package, bool *ret)
{
	const uint32_t *head = want->key.len ? map_get(&a->place.by_key, want->key) : NULL;

	*ret = false;
	for (uint32_t at = head ? *head : 0; at && !*ret; at = a->place.next[at - 1]) {
		enum fit fit;
		str key;
		int rc = place_package(&a->place, want, at - 1, &fit, &key);
		if (rc == 0 && fit == FIT_YES)
			rc = place_within(&a->place, at - 1, package, ret);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Is it here at all? Only then its components are looked at. */
static bool outer_may_be(struct apply *a, const struct product *want)
{
	if (want->kind == PRODUCT_PURL)
		return want->key.len && map_get(&a->place.by_key, want->key);
	return place_is(&a->place, want) == FIT_YES;
}

static int product_fits(struct apply *a, const struct vex_product *p, uint32_t package, bool *ret)
{
	struct op_mark mark = op_mark(&a->tmp);
	struct product want;
	enum fit fit = FIT_NONE;
	str key;
	int rc = ++a->compared > LIMIT_VEX_COMPARED ? compare(a, p->id, package) : 0;

	rc = rc < 0 ? rc : product_parse(&a->tmp, p->id, &want);
	*ret = false;
	if (rc == 0 && p->subcomponents.n) {
		if (!outer_may_be(a, &want)) {
			op_reset(&a->tmp, mark);
			return 0;
		}
		rc = inner_fits(a, p, package, ret);
		if (rc == 0 && *ret && want.kind == PRODUCT_PURL)
			rc = outer_fits(a, &want, package, ret);
		else if (*ret)
			*ret = place_is(&a->place, &want) == FIT_YES;
	} else if (rc == 0) {
		rc = place_package(&a->place, &want, package, &fit, &key);
		/* A system as the product, without a component, says nothing of packages. */
		*ret = fit == FIT_YES ||
		       (want.kind == PRODUCT_IMAGE && place_is(&a->place, &want) == FIT_YES);
	}
	op_reset(&a->tmp, mark);
	return rc;
}

static int statement_fits(struct apply *a, const struct statement *s, uint32_t package, bool *ret)
{
	*ret = false;
	for (ptrdiff_t i = 0; i < s->product_n && !*ret; i++) {
		int rc = product_fits(a, &s->product[i], package, ret);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- deciding ---- */

static void choose(struct chosen *c, const struct statement *all, ptrdiff_t at)
{
	struct moment time = moment_of(all[at].timestamp);
	int order = c->statement < 0 ? 1 : moment_compare(&time, &c->time);

	if (order < 0 || (order == 0 && hides(&all[at]) && !hides(&all[c->statement])))
		return;
	*c = (struct chosen){ at, time };
}

static int meet(struct apply *a, const struct statements *s, ptrdiff_t at)
{
	const struct statement *one = &s->p[at];

	for (ptrdiff_t i = 0; i < one->vulnerability.n; i++) {
		struct hit *hit;
		int rc = hits_of(a, one->vulnerability.p[i], &hit);
		for (; rc == 0 && hit; hit = hit->next) {
			bool fits;
			uint32_t package = a->r->finding[hit->finding].package;
			rc = statement_fits(a, one, package, &fits);
			if (rc < 0 || !fits)
				continue;
			a->met[at] = 1;
			choose(&a->chosen[hit->finding], s->p, at);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* "not_affected by vex.json: vulnerable_code_not_present: text". */
static int reason_of(struct op *op, const struct statement *s, str *ret)
{
	str text = s->impact.len ? s->impact : s->action;
	const char *why = vex_justifications[s->justification];

	return op_text(op, ret, "%s by %.*s%s%s%s%.*s", vex_statuses[s->status],
		       STR_ARG(s->document), *why ? ": " : "", why, text.len ? ": " : "",
		       STR_ARG(text));
}

static int decide(struct apply *a, struct finding *f, struct statement *s, ptrdiff_t at)
{
	s->matched++;
	f->statement = (uint32_t)at + 1;
	if (!hides(s)) {
		if (f->state == FIX_UNKNOWN)
			f->state = s->status == VEX_AFFECTED ? FIX_AFFECTED : FIX_INVESTIGATING;
		return 0;
	}
	if (f->suppressed)
		return 0;
	f->suppressed = SUPPRESSED_VEX;
	f->rule = s->id.len ? s->id : s->document;
	return reason_of(a->op, s, &f->reason);
}

/* ---- why nothing ---- */

static int why_version(struct apply *a, str product, uint32_t package, str *ret)
{
	const struct package *p = &a->place.inv->package[package];
	struct product want;
	int rc = product_parse(&a->tmp, product, &want);

	return rc < 0 ? rc
		      : op_text(a->op, ret, "version %.*s of %.*s is not here (%.*s is)",
				STR_ARG(want.purl.version), STR_ARG(want.key), STR_ARG(p->version));
}

static int why_qualifier(struct apply *a, str product, uint32_t package, str key, str *ret)
{
	const struct purl *have = &a->place.purl[package];
	struct product want;
	int rc = product_parse(&a->tmp, product, &want);

	return rc < 0 ? rc
		      : op_text(a->op, ret, "%.*s: %.*s=%.*s is asked for, %.*s has '%.*s'",
				STR_ARG(want.key), STR_ARG(key),
				STR_ARG(purl_qualifier(&want.purl, key)),
				STR_ARG(a->place.inv->package[package].name),
				STR_ARG(purl_qualifier(have, key)));
}

/* How near an identifier comes to something that was looked at. */
static int rank_of(struct apply *a, const struct product *want, enum fit *ret,
		   uint32_t *ret_package, str *ret_key)
{
	*ret_package = UINT32_MAX;
	*ret_key = S("");
	if (want->kind == PRODUCT_PURL)
		return place_best(&a->place, want, ret, ret_package, ret_key);
	*ret = place_is(&a->place, want);
	return 0;
}

/* What stands between one identifier and what was looked at; empty: nothing does. */
static int why_identifier(struct apply *a, str id, str *ret)
{
	struct product want;
	enum fit fit = FIT_NONE;
	uint32_t package;
	str key;
	int rc = product_parse(&a->tmp, id, &want);

	rc = rc < 0 ? rc : rank_of(a, &want, &fit, &package, &key);
	*ret = S("");
	if (rc < 0 || fit == FIT_YES)
		return rc;
	if (want.kind == PRODUCT_WILDCARD)
		return op_text(a->op, ret, "product '%.*s' is a wildcard, which matches nothing",
			       STR_ARG(id));
	if (want.kind == PRODUCT_OPAQUE)
		return op_text(a->op, ret,
			       "product '%.*s' is no package URL, image reference or digest",
			       STR_ARG(id));
	if (fit == FIT_NONE)
		return op_text(a->op, ret, "no such product: %.*s", STR_ARG(id));
	if (want.kind != PRODUCT_PURL)
		return op_text(a->op, ret, "product %.*s is another version, tag or platform",
			       STR_ARG(id));
	return fit == FIT_VERSION ? why_version(a, id, package, ret)
				  : why_qualifier(a, id, package, key, ret);
}

enum {
	WHY_LOOK = 10000, /* identifiers that are looked at for a reason */
	WHY_WITHIN = 100, /* products whose components are */
};

/* The identifier of a list that came nearest. *ret empty: one is here. */
static int why_nearest(struct apply *a, const str *id, ptrdiff_t n, str *ret)
{
	enum fit best = FIT_NONE;
	ptrdiff_t at = 0;

	*ret = S("");
	for (ptrdiff_t i = 0; i < n && i < WHY_LOOK && best != FIT_YES; i++) {
		struct op_mark mark = op_mark(&a->tmp);
		struct product want;
		enum fit fit = FIT_NONE;
		uint32_t package;
		str key;
		int rc = product_parse(&a->tmp, id[i], &want);
		rc = rc < 0 ? rc : rank_of(a, &want, &fit, &package, &key);
		op_reset(&a->tmp, mark);
		if (rc < 0)
			return rc;
		if (fit > best) {
			best = fit;
			at = i;
		}
	}
	return n > 0 && best != FIT_YES ? why_identifier(a, id[at], ret) : 0;
}

static int why_products(struct apply *a, const struct statement *s, str *ret)
{
	str *id = op_new(&a->tmp, str, s->product_n);
	int rc = 0;

	if (!id)
		return a->tmp.code;
	for (ptrdiff_t i = 0; i < s->product_n; i++)
		id[i] = s->product[i].id;
	rc = why_nearest(a, id, s->product_n, ret);
	for (ptrdiff_t i = 0; rc == 0 && ret->len == 0 && i < s->product_n && i < WHY_WITHIN; i++) {
		const struct texts *inner = &s->product[i].subcomponents;
		str outer;
		rc = why_nearest(a, &s->product[i].id, 1, &outer);
		if (rc == 0 && outer.len == 0 && inner->n)
			rc = why_nearest(a, inner->p, inner->n, ret);
	}
	return rc;
}

static int explain(struct apply *a, struct statement *s, bool met)
{
	bool named = false;

	struct op_mark mark = op_mark(&a->tmp);

	if (s->matched)
		return 0;
	if (met)
		return op_text(a->op, &s->unmatched, "a newer statement says otherwise");
	if (s->product_n == 0)
		return op_text(a->op, &s->unmatched, "it names no product");
	for (ptrdiff_t i = 0; i < s->vulnerability.n; i++) {
		struct hit *hit;
		if (hits_of(a, s->vulnerability.p[i], &hit) < 0)
			return a->tmp.code;
		named |= hit != NULL;
	}
	int rc = why_products(a, s, &s->unmatched);
	op_reset(&a->tmp, mark);
	if (rc < 0 || s->unmatched.len)
		return rc;
	str name = s->vulnerability.n ? s->vulnerability.p[0] : S("");
	if (!named)
		return op_text(a->op, &s->unmatched,
			       "no such vulnerability: %.*s is not found here", STR_ARG(name));
	return op_text(a->op, &s->unmatched,
		       "%.*s is found, but not in what it names, or not only there", STR_ARG(name));
}

static int run(struct apply *a, struct statements *s)
{
	struct report *r = a->r;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < s->n; i++) {
		s->p[i].matched = 0;
		s->p[i].unmatched = S("");
		struct op_mark mark = op_mark(&a->tmp);
		rc = meet(a, s, i);
		op_reset(&a->tmp, mark);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < r->finding_n; i++) {
		ptrdiff_t at = a->chosen[i].statement;
		if (at >= 0)
			rc = decide(a, &r->finding[i], &s->p[at], at);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < s->n; i++)
		rc = explain(a, &s->p[i], a->met[i]);
	return rc;
}

int vex_apply(struct op *op, struct report *report, struct statements *statements)
{
	struct apply a = { .op = op, .r = report };
	int rc;

	if (statements->n == 0)
		return 0;
	op_init(&a.own, 0);
	op_init(&a.tmp, 0);
	a.own.fault = a.tmp.fault = op->fault;
	a.chosen = op_new(&a.own, struct chosen, report->finding_n);
	a.met = op_new(&a.own, uint8_t, statements->n);
	rc = a.chosen && a.met ? index_findings(&a) : a.own.code;
	rc = rc < 0 ? rc : place_init(&a.own, report->inventory, &a.place);
	rc = rc < 0 ? rc : run(&a, statements);
	if (rc < 0 && op_adopt_error(op, &a.own) == 0)
		rc = op_adopt_error(op, &a.tmp);
	op_done(&a.tmp);
	op_done(&a.own);
	return rc < 0 ? op->code : 0;
}
