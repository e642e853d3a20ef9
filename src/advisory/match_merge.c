/*
 * Records of one package to findings.
 *
 * Groups are joined by ids. In a distribution a record is about the CVE that its id ends with
 * ("DEBIAN-CVE-2024-1"), else about each CVE among its aliases and related ids: an erratum of five CVEs
 * goes into five groups. In a language's registry a record stands in one group, with all records
 * that share an id or alias with it.
 *
 * In a group the records are put in order: the vendor's own format, records of this very CVE before errata,
 * those that know a fix. The first decides state, severity and texts; a fix that another one
 * knows counts where the first knows none. Of several records of the same rank the highest fix is
 * taken: a lower one would leave the package found again.
 */
#include <stdlib.h>

#include "match_impl.h"
#include "model/risk.h"

struct link {
	const struct match_raw *raw;
	struct link *next;
};

struct group {
	struct group *joined; /* to: what is in it now */
	struct link *first, **end;
	struct group *next;           /* all of them, as they were made */
	const struct match_raw *last; /* that was put in */
	str cve;                      /* a distribution's: what it is about */
};

struct groups {
	struct op *tmp;
	struct map by_id;
	struct group *first, **end;
};

static struct group *top(struct group *g)
{
	while (g->joined)
		g = g->joined;
	return g;
}

/* The group that an id stands in; `here` (may be NULL) takes it in, or is made. NULL: no memory. */
static struct group *join(struct groups *s, struct group *here, str id)
{
	struct group *there = map_get(&s->by_id, id);

	there = there ? top(there) : NULL;
	if (!there && !here) {
		if (!(here = op_new(s->tmp, struct group, 1)))
			return NULL;
		here->end = &here->first;
		*s->end = here;
		s->end = &here->next;
	}
	if (!there)
		return map_put(&s->by_id, id, here) < 0 ? NULL : here;
	if (!here || here == there)
		return there;
	/* The older one takes in the newer. */
	*there->end = here->first;
	if (here->first)
		there->end = here->end;
	here->first = NULL;
	here->joined = there;
	return there;
}

static int put(struct groups *s, struct group *g, const struct match_raw *raw)
{
	struct link *l = op_new(s->tmp, struct link, 1);

	if (!l)
		return s->tmp->code;
	l->raw = raw;
	*g->end = l;
	g->end = &l->next;
	g->last = raw;
	return 0;
}

static int put_by_aliases(struct groups *s, const struct match_raw *raw, str cve)
{
	const struct texts *aliases = &raw->head.aliases;
	struct group *g = join(s, NULL, raw->head.id);

	if (g && cve.len)
		g = join(s, g, cve);
	for (ptrdiff_t i = 0; g && i < aliases->n; i++)
		g = join(s, g, aliases->p[i]);
	if (g && cve.len)
		g->cve = cve;
	return g ? put(s, g, raw) : s->tmp->code;
}

static int put_in_cve(struct groups *s, struct match_raw *raw, str cve)
{
	struct group *g;

	raw->cves++;
	if (raw->past && !map_get(&s->by_id, cve))
		return 0;
	if (!(g = join(s, NULL, cve)))
		return s->tmp->code;
	g->cve = cve;
	/* A CVE may stand among aliases and related ids too. */
	return g->last == raw ? 0 : put(s, g, raw);
}

static int put_by_cve(struct groups *s, struct match_raw *raw)
{
	const struct texts *list[] = { &raw->head.aliases, &raw->head.related };
	str own = match_cve_of(raw->head.id);
	int rc = 0;

	if (own.len)
		return put_in_cve(s, raw, own);
	for (int k = 0; k < 2; k++)
		for (ptrdiff_t i = 0; rc == 0 && i < list[k]->n; i++)
			if (match_is_cve(list[k]->p[i]))
				rc = put_in_cve(s, raw, list[k]->p[i]);
	return rc < 0 || raw->cves ? rc : put_by_aliases(s, raw, S(""));
}

/* ---- order ---- */

static bool knows_fix(const struct match_raw *r)
{
	return r->held.fix.len && !r->held.channel_fix;
}

static int specific(const struct match_raw *r)
{
	return str_starts(r->head.id, S("GHSA-")) || match_cve_of(r->head.id).len ? 0 : 1;
}

static int raw_order(const void *x, const void *y)
{
	const struct match_raw *a = *(const struct match_raw *const *)x;
	const struct match_raw *b = *(const struct match_raw *const *)y;
	int rc = a->rank - b->rank;

	if (rc == 0)
		rc = specific(a) - specific(b);
	if (rc == 0)
		rc = knows_fix(b) - knows_fix(a);
	if (rc == 0)
		rc = str_cmp(a->head.id, b->head.id);
	if (rc == 0)
		rc = str_cmp(a->match.source, b->match.source);
	return rc ? rc : (a > b) - (a < b);
}

/* What it says of this version, its fix taken into account. */
static enum fix_state state_of(const struct match_raw *r)
{
	if (r->held.channel_fix)
		return FIX_AFFECTED;
	if (r->held.fix.len)
		return FIX_FIXED;
	return r->match.state == FIX_FIXED ? FIX_UNKNOWN : r->match.state;
}

/* ---- ids ---- */

static int id_class(str id)
{
	return match_is_cve(id) ? 0 : str_starts(id, S("GHSA-")) ? 1 : 2;
}

static int id_order(const void *x, const void *y)
{
	const str *a = x, *b = y;
	int rc = id_class(*a) - id_class(*b);

	return rc ? rc : str_cmp(*a, *b);
}

struct hits {
	const struct match_raw **p; /* [n], in order */
	ptrdiff_t n;
	const struct match_raw *clear; /* one that takes them away, or NULL */
	const struct match_raw *past;  /* likewise, if they are errata */
};

static int collect_ids(const struct match_merge *m, const struct group *g, struct finding *f)
{
	VEC(str) ids = { 0 };
	str *to;

	if (g->cve.len) {
		if (!(to = vec_push(m->tmp, &ids)))
			return m->tmp->code;
		*to = g->cve;
	}
	for (const struct link *l = g->first; l; l = l->next) {
		const struct advisory *a = &l->raw->head;
		if (!(to = vec_push(m->tmp, &ids)))
			return m->tmp->code;
		*to = a->id;
		if (l->raw->cves > 1)
			continue; /* an erratum's aliases are of all that it fixes */
		for (ptrdiff_t i = 0; i < a->aliases.n; i++) {
			if (!(to = vec_push(m->tmp, &ids)))
				return m->tmp->code;
			*to = a->aliases.p[i];
		}
	}
	qsort(ids.p, (size_t)ids.n, sizeof(str), id_order);
	if (!(f->ids.p = op_new(m->op, str, ids.n + 1)))
		return m->op->code;
	f->ids.p[f->ids.n++] = f->id;
	for (ptrdiff_t i = 0; i < ids.n; i++)
		if (!str_eq(ids.p[i], f->id) && (i == 0 || !str_eq(ids.p[i], ids.p[i - 1])))
			f->ids.p[f->ids.n++] = ids.p[i];
	return 0;
}

/* The id of the finding: what people look for. */
static str name_of(const struct match_merge *m, const struct group *g, const struct hits *h)
{
	if (g->cve.len)
		return g->cve;
	if (m->wish->by_cve)
		for (const struct link *l = g->first; l; l = l->next)
			for (ptrdiff_t i = -1; i < l->raw->head.aliases.n; i++) {
				str id = i < 0 ? l->raw->head.id : l->raw->head.aliases.p[i];
				if (match_is_cve(id))
					return id;
			}
	return h->p[0]->head.id;
}

/* ---- what is known ---- */

static int know(const struct match_merge *m, str id, const struct knowledge **ret)
{
	struct knowledge *k = map_get(m->known, id);

	if (!k) {
		if (!(k = op_new(m->op, struct knowledge, 1)))
			return m->op->code;
		int rc = database_knows(m->op, m->db, id, m->wish->texts, k);
		if (rc < 0 || (rc = map_put(m->known, id, k)) < 0)
			return rc;
	}
	*ret = k;
	return 0;
}

/* The newest CVSS among vectors. */
static void take_score(const struct texts *vectors, str *best, struct finding *f)
{
	for (ptrdiff_t i = 0; i < vectors->n; i++) {
		const char *version;
		double score;
		if (!cvss_score(vectors->p[i], &score, &version) ||
		    (best->len && str_cmp(str_of(version), *best) <= 0))
			continue;
		*best = str_of(version);
		f->score = score;
		f->cvss = vectors->p[i];
	}
}

static void learn(const struct knowledge *k, struct finding *f, enum severity *severity,
		  str *version)
{
	f->scored = f->scored || k->scored;
	if (k->epss > f->epss) {
		f->epss = k->epss;
		f->percentile = k->percentile;
	}
	f->exploited = f->exploited || k->exploited;
	f->ransomware = f->ransomware || k->ransomware;
	if (f->kev_added.len == 0) {
		f->kev_added = k->kev_added;
		f->kev_due = k->kev_due;
	}
	if (f->cwe.n == 0)
		f->cwe = k->cwe;
	if (f->summary.len == 0)
		f->summary = k->summary;
	if (*severity == SEVERITY_UNKNOWN)
		*severity = k->severity;
	if (f->cvss.len == 0 || version->len == 0)
		take_score(&k->cvss, version, f);
}

static void vendor_severity(const struct hits *h, struct finding *f)
{
	for (ptrdiff_t i = 0; i < h->n && f->severity == SEVERITY_UNKNOWN; i++) {
		const struct match_raw *r = h->p[i];
		f->severity = r->match.severity ? r->match.severity : r->head.severity;
		f->severity_from = r->match.source;
	}
}

static int know_all(const struct match_merge *m, const struct hits *h, struct finding *f)
{
	enum severity severity = SEVERITY_UNKNOWN;
	const struct knowledge *k = NULL;
	str version = S("");
	int rc = 0;

	vendor_severity(h, f);
	for (ptrdiff_t i = 0; i < h->n && version.len == 0; i++)
		take_score(&h->p[i]->head.cvss, &version, f);
	/* The CVE is what all sources have; another id is asked for where there is none. */
	bool cve = match_is_cve(f->id) || (f->ids.n > 1 && match_is_cve(f->ids.p[1]));
	for (ptrdiff_t i = 0; rc == 0 && i < f->ids.n; i++) {
		if (cve ? !match_is_cve(f->ids.p[i]) : i > 0)
			continue;
		if ((rc = know(m, f->ids.p[i], &k)) < 0)
			return rc;
		learn(k, f, &severity, &version);
	}
	if (f->severity == SEVERITY_UNKNOWN && f->cvss.len) {
		f->severity = severity_of_score(f->score);
		f->severity_from = S("cvss");
	}
	if (f->severity == SEVERITY_UNKNOWN && severity) {
		f->severity = severity;
		f->severity_from = S("others");
	}
	if (f->severity == SEVERITY_UNKNOWN)
		f->severity_from = S("");
	for (ptrdiff_t i = 0; i < h->n; i++) {
		const struct advisory *a = &h->p[i]->head;
		f->malicious = f->malicious || a->malicious;
		f->ransomware = f->ransomware || a->ransomware;
		if (a->published.len &&
		    (f->published.len == 0 || str_cmp(a->published, f->published) < 0))
			f->published = a->published;
		if (a->kev_added.len && !f->exploited) {
			f->exploited = true;
			f->kev_added = a->kev_added;
			f->kev_due = a->kev_due;
		}
	}
	return rc;
}

/* ---- a finding ---- */

int match_keep(struct op *op, const struct match *from, struct match *ret)
{
	struct pair *only = op_new(op, struct pair, from->only.n);

	if (!only)
		return op->code;
	*ret = *from;
	if (from->only.n)
		memcpy(only, from->only.p, (size_t)from->only.n * sizeof(*only));
	ret->only.p = only;
	int rc = op_copy(op, from->name, &ret->name);
	return rc < 0 ? rc : op_copy(op, from->version, &ret->version);
}

static bool is_same(const struct match *a, const struct match *b)
{
	return str_eq(a->id, b->id) && str_eq(a->source, b->source) && str_eq(a->name, b->name) &&
	       str_eq(a->span.until, b->span.until) && str_eq(a->ecosystem, b->ecosystem);
}

static int keep_matches(const struct match_merge *m, const struct hits *h, struct finding *f)
{
	if (!(f->match = op_new(m->op, struct match, h->n)))
		return m->op->code;
	for (ptrdiff_t i = 0; i < h->n; i++) {
		ptrdiff_t k = 0;
		while (k < f->match_n && !is_same(&f->match[k], &h->p[i]->match))
			k++;
		if (k == f->match_n &&
		    match_keep(m->op, &h->p[i]->match, &f->match[f->match_n++]) < 0)
			return m->op->code;
	}
	return 0;
}

static int take_fix(const struct match_merge *m, const struct hits *h, struct finding *f)
{
	const struct match_raw *best = NULL, *channel = NULL;

	f->state = state_of(h->p[0]);
	for (ptrdiff_t i = 0; i < h->n; i++) {
		const struct match_raw *r = h->p[i];
		if (r->held.channel_fix && !channel)
			channel = r;
		if (!knows_fix(r) || (best && r->rank != best->rank))
			continue;
		if (!best || version_compare(r->match.scheme, r->held.fix, best->held.fix) > 0)
			best = r;
	}
	if (best) {
		f->state = FIX_FIXED;
		f->fixed_on = best->match.fixed_on;
		if (!(f->fixed.p = op_new(m->op, str, 1)))
			return m->op->code;
		f->fixed.p[f->fixed.n++] = best->held.fix;
		return 0;
	}
	return channel ? op_text(m->op, &f->reason, "fixed in %.*s, for subscribers only (%.*s)",
				 STR_ARG(channel->held.fix), STR_ARG(channel->match.ecosystem))
		       : 0;
}

static int say_clear(const struct match_merge *m, const struct match_raw *c, struct finding *f)
{
	f->suppressed = SUPPRESSED_NOT_AFFECTED;
	f->rule = c->head.id;
	if (c->held.fixed_for_subscriber)
		return op_text(m->op, &f->reason,
			       "%.*s has the fix of its channel, %.*s (%.*s of %.*s)",
			       STR_ARG(c->match.version), STR_ARG(c->held.span.until),
			       STR_ARG(c->head.id), STR_ARG(c->match.source));
	if (c->past)
		return op_text(
			m->op, &f->reason, "%.*s has the fix that %.*s of %.*s names, %.*s",
			STR_ARG(c->match.version), STR_ARG(c->head.id), STR_ARG(c->match.source),
			STR_ARG(c->held.span.until.len ? c->held.span.until : c->held.span.last));
	return op_text(m->op, &f->reason, "%.*s of %.*s says that %.*s %.*s is not affected",
		       STR_ARG(c->head.id), STR_ARG(c->match.source), STR_ARG(c->match.name),
		       STR_ARG(c->match.version));
}

static int texts_of(const struct match_merge *m, const struct hits *h, struct finding *f)
{
	struct advisory a;

	for (ptrdiff_t i = 0; i < h->n && (f->summary.len == 0 || f->references.n == 0); i++) {
		int rc = shard_record(m->op, h->p[i]->shard, h->p[i]->record, true, &a);
		if (rc < 0)
			return rc;
		if (f->summary.len == 0)
			f->summary = a.summary;
		if (f->references.n == 0)
			f->references = a.references;
		if (f->cwe.n == 0)
			f->cwe = a.cwe;
	}
	return 0;
}

static int finding_of(const struct match_merge *m, uint32_t package, const struct group *g,
		      const struct hits *h)
{
	struct finding *f = vec_push(m->op, m->to);
	int rc;

	if (!f)
		return m->op->code;
	f->package = package;
	f->id = name_of(m, g, h);
	if ((rc = collect_ids(m, g, f)) < 0 || (rc = keep_matches(m, h, f)) < 0 ||
	    (rc = take_fix(m, h, f)) < 0 || (m->wish->texts && (rc = texts_of(m, h, f)) < 0) ||
	    (rc = know_all(m, h, f)) < 0 || (h->clear && (rc = say_clear(m, h->clear, f)) < 0))
		return rc;
	f->risk = finding_risk(f);
	return 0;
}

/* Are all that hold errata, and none of a better source than the record whose fix is there? */
static bool is_outdated(const struct hits *h)
{
	for (ptrdiff_t i = 0; h->past && i < h->n; i++)
		if (match_cve_of(h->p[i]->head.id).len || h->p[i]->rank < h->past->rank)
			return false;
	return h->past != NULL;
}

static int merge_group(const struct match_merge *m, uint32_t package, const struct group *g)
{
	struct hits h = { 0 };
	ptrdiff_t n = 0;

	for (const struct link *l = g->first; l; l = l->next)
		n++;
	if (n == 0)
		return 0;
	if (!(h.p = op_new(m->tmp, const struct match_raw *, n)))
		return m->tmp->code;
	for (const struct link *l = g->first; l; l = l->next) {
		if (l->raw->past) {
			if (!h.past || l->raw->rank < h.past->rank)
				h.past = l->raw;
		} else if (!l->raw->clears) {
			h.p[h.n++] = l->raw;
		} else if (!h.clear) {
			h.clear = l->raw;
		}
	}
	if (h.n == 0)
		return 0;
	qsort(h.p, (size_t)h.n, sizeof(*h.p), raw_order);
	if (!h.clear && is_outdated(&h))
		h.clear = h.past;
	return finding_of(m, package, g, &h);
}

int match_merge(const struct match_merge *m, uint32_t package, bool distribution,
		struct match_raws *raws)
{
	struct groups s = { .tmp = m->tmp };
	int rc = 0;

	map_init(&s.by_id, m->tmp);
	s.end = &s.first;
	/* What is past comes last, and joins only what is there. */
	for (ptrdiff_t i = 0; rc == 0 && i < raws->n; i++)
		rc = distribution ? put_by_cve(&s, &raws->p[i])
				  : put_by_aliases(&s, &raws->p[i], S(""));
	for (const struct group *g = s.first; rc == 0 && g; g = g->next)
		rc = g->joined ? 0 : merge_group(m, package, g);
	return rc;
}
