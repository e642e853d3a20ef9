#include "words.h"

#include <stdio.h>

const struct package *words_package(const struct report *r, const struct finding *f)
{
	static const struct package none;

	return f->package < (uint64_t)r->inventory->package_n ? &r->inventory->package[f->package]
							      : &none;
}

str words_name(struct op *op, const struct package *p)
{
	const char *between = p->type == PACKAGE_MAVEN ? ":" : "/";
	str name = p->name;

	if (p->ns.len && !package_kinds[p->type].is_system && p->type != PACKAGE_WORDPRESS &&
	    op_text(op, &name, "%.*s%s%.*s", STR_ARG(p->ns), between, STR_ARG(p->name)) < 0)
		return p->name;
	return name;
}

void words_fixed(struct buf *b, const struct finding *f)
{
	static const char *const word[FIX_STATES] = {
		[FIX_WILL_NOT] = "(won't fix)",
		[FIX_DEFERRED] = "(deferred)",
		[FIX_END_OF_LIFE] = "(end of life)",
		[FIX_INVESTIGATING] = "(under investigation)",
	};

	for (ptrdiff_t i = 0; i < f->fixed.n; i++) {
		if (i)
			buf_add(b, S(", "));
		buf_add(b, f->fixed.p[i]);
	}
	if (f->fixed.n == 0 && word[f->state])
		buf_add(b, str_of(word[f->state]));
}

const char *words_number(double value, int decimals, char out[WORDS_NUMBER])
{
	(void)snprintf(out, WORDS_NUMBER, "%.*f", decimals, value);
	return out;
}

str words_path(const struct package *p)
{
	return p->evidence_n ? p->evidence[0].path : S("");
}

void words_what(struct buf *b, const struct report *r, const struct finding *f)
{
	const struct package *p = words_package(r, f);
	str name = words_name(b->op, p);

	buf_fmt(b, "%.*s %.*s (%s)", STR_ARG(name), STR_ARG(p->version),
		package_kinds[p->type].name);
}

void words_remedy(struct buf *b, const struct report *r, const struct finding *f)
{
	static const char *const word[FIX_STATES] = {
		[FIX_UNKNOWN] = "No fix is known",
		[FIX_FIXED] = "It is fixed",
		[FIX_AFFECTED] = "There is no fix yet",
		[FIX_WILL_NOT] = "There will be no fix",
		[FIX_DEFERRED] = "The fix is deferred",
		[FIX_END_OF_LIFE] = "It is out of support",
		[FIX_INVESTIGATING] = "It is under investigation",
		[FIX_NOT_AFFECTED] = "It is not affected",
	};
	str name = words_name(b->op, words_package(r, f));

	if (f->fixed.n)
		buf_fmt(b, "Upgrade %.*s to %.*s", STR_ARG(name), STR_ARG(f->fixed.p[0]));
	else
		buf_add(b, str_of(word[f->state]));
}

void words_subject(struct buf *b, const struct report *r)
{
	const struct subject *s = &r->inventory->subject;

	buf_add(b, s->name.len ? s->name : S("-"));
}

struct digest words_identity(struct op *op, const struct report *r, const struct finding *f)
{
	const struct package *p = words_package(r, f);
	str name = words_name(op, p), text = S("");

	if (op_text(op, &text, "%.*s\n%s\n%.*s\n%.*s", STR_ARG(f->id), package_kinds[p->type].purl,
		    STR_ARG(name), STR_ARG(words_path(p))) < 0)
		text = f->id;
	return digest_of(text);
}

void words_json_texts(struct json_out *j, const char *key, const struct texts *t)
{
	if (t->n == 0)
		return;
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

void words_json_number(struct json_out *j, const char *key, double value, int decimals)
{
	char text[WORDS_NUMBER];

	json_key(j, str_of(key));
	json_raw(j, str_of(words_number(value, decimals, text)));
}

static const char *ordinal(int n)
{
	if (n % 100 >= 11 && n % 100 <= 13)
		return "th";
	return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

void words_epss(struct buf *b, const struct finding *f)
{
	int place = (int)(f->percentile * 100);

	if (!f->scored) {
		buf_add(b, S("N/A"));
		return;
	}
	if (f->epss < 0.001)
		buf_add(b, S("< 0.1%"));
	else
		buf_fmt(b, "%.1f%%", f->epss * 100);
	buf_fmt(b, " (%d%s)", place, ordinal(place));
}

void words_risk(struct buf *b, const struct finding *f)
{
	if (f->risk < 0.1)
		buf_add(b, S("< 0.1"));
	else
		buf_fmt(b, "%.1f", f->risk);
}

str words_cve(const struct finding *f)
{
	for (ptrdiff_t i = 0; i < f->ids.n; i++)
		if (str_starts(f->ids.p[i], S("CVE-")))
			return f->ids.p[i];
	return f->id;
}

str words_url(struct op *op, const struct finding *f)
{
	static const struct {
		const char *prefix, *url;
	} home[] = { { "CVE-", "https://nvd.nist.gov/vuln/detail/" },
		     { "GHSA-", "https://github.com/advisories/" },
		     { "", "https://osv.dev/vulnerability/" } };
	str url = S("");

	for (ptrdiff_t i = 0; i < f->references.n; i++)
		if (str_starts(f->references.p[i], S("https://")))
			return f->references.p[i];
	for (size_t i = 0; i < sizeof(home) / sizeof(home[0]); i++) {
		if (!str_starts(f->id, str_of(home[i].prefix)))
			continue;
		if (op_text(op, &url, "%s%.*s", home[i].url, STR_ARG(f->id)) < 0)
			return S("");
		return url;
	}
	return url;
}

void words_age(struct buf *b, int64_t seconds)
{
	enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

	if (seconds < 0)
		buf_add(b, S("unknown age"));
	else if (seconds < HOUR)
		buf_fmt(b, "%lld min", (long long)(seconds / MINUTE));
	else if (seconds < (int64_t)2 * DAY)
		buf_fmt(b, "%lld h", (long long)(seconds / HOUR));
	else
		buf_fmt(b, "%lld d", (long long)(seconds / DAY));
}

void words_severities(struct buf *b, const uint64_t count[SEVERITIES])
{
	bool any = false;

	for (int s = SEVERITIES - 1; s >= 0; s--) {
		if (!count[s])
			continue;
		buf_fmt(b, "%s%llu %s", any ? ", " : "", (unsigned long long)count[s],
			severities[s]);
		any = true;
	}
	if (!any)
		buf_char(b, '0');
}

void words_group(struct buf *b, const struct report *r, const struct fix_group *g)
{
	uint64_t count[SEVERITIES] = { 0 };

	for (ptrdiff_t i = 0; i < g->finding_n; i++)
		if (g->finding[i] < (uint64_t)r->finding_n)
			count[r->finding[g->finding[i]].severity]++;
	buf_fmt(b, "upgrade %.*s to %.*s: clears %td (", STR_ARG(g->name), STR_ARG(g->to),
		g->finding_n);
	words_severities(b, count);
	buf_char(b, ')');
}

bool words_uncovered(const struct coverage *c)
{
	return c->kind != COVERED && c->kind != NOT_COVERED_DECLARED;
}

/* What is to be done where there are no advisories at all. */
static str without_any(const struct report *r)
{
	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		if (r->coverage[i].kind == NOT_COVERED_NO_SHARD &&
		    r->coverage[i].ecosystem.len == 0)
			return r->coverage[i].what;
	return S("there are no advisories yet: run temper db update");
}

void words_none(struct buf *b, const struct report *r)
{
	bool fixed_only = false, missing = r->no_database || r->incomplete;

	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		fixed_only |= r->coverage[i].kind == COVERED_FIXED_ONLY;
		missing |= words_uncovered(&r->coverage[i]) &&
			   r->coverage[i].kind != COVERED_FIXED_ONLY;
	}
	if (r->no_database)
		buf_fmt(b, "Nothing was scanned: %.*s", STR_ARG(without_any(r)));
	else if (r->finding_n > r->shown_n)
		buf_add(b, S("No vulnerabilities found but those that are suppressed"));
	else if (fixed_only)
		buf_add(b, S("0 fixable vulnerabilities found; unfixed ones are not covered by "
			     "this feed"));
	else if (r->inventory->package_n == 0 && !missing)
		buf_add(b, S("No packages found: there is nothing that advisories could be about"));
	else if (missing)
		buf_add(b, S("No vulnerabilities found in what is covered; not everything is"));
	else
		buf_add(b, S("No vulnerabilities found"));
}

void words_coverage(struct buf *b, const struct coverage *c)
{
	if (c->ecosystem.len && str_find_str(c->what, c->ecosystem) < 0)
		buf_fmt(b, "%.*s%s", STR_ARG(c->ecosystem), c->what.len ? ": " : "");
	buf_add(b, c->what);
	/* Of programs that nothing accounts for it says itself how many. */
	if (c->packages && (c->kind != NOT_COVERED_UNKNOWN || c->ecosystem.len))
		buf_fmt(b, " (%llu package%s)", (unsigned long long)c->packages,
			c->packages == 1 ? "" : "s");
}

void words_span(struct buf *b, const struct match *m)
{
	const struct version_span *s = &m->span;
	bool from = s->from.len && !str_eq(s->from, S("0"));

	if (m->listed)
		buf_add(b, S("listed"));
	else if (!from && !s->until.len && !s->last.len)
		buf_add(b, S("every version"));
	else if (from)
		buf_fmt(b, "%s %.*s", s->after ? ">" : ">=", STR_ARG(s->from));
	if (!m->listed && s->until.len)
		buf_fmt(b, "%s< %.*s", from ? ", " : "", STR_ARG(s->until));
	else if (!m->listed && s->last.len)
		buf_fmt(b, "%s<= %.*s", from ? ", " : "", STR_ARG(s->last));
}

void words_life(struct buf *b, const struct report *r)
{
	const struct life *l = &r->life;

	if (!r->ended && !r->ended_extended)
		return;
	buf_fmt(b, "%.*s ", STR_ARG(l->ecosystem));
	if (r->ended)
		buf_fmt(b, "has had no standard support since %.*s", STR_ARG(l->standard_end));
	if (l->extended_end.len)
		buf_fmt(b, "%s extended support %s %.*s", r->ended ? ";" : "",
			r->ended_extended ? "ended" : "ends", STR_ARG(l->extended_end));
	if (l->note.len)
		buf_fmt(b, " (%.*s)", STR_ARG(l->note));
}

void words_suppressed(struct buf *b, const struct report *r)
{
	uint64_t count[SUPPRESSED_BYS] = { 0 };
	bool any = false;

	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		count[r->finding[i].suppressed]++;
	for (int k = NOT_SUPPRESSED + 1; k < SUPPRESSED_BYS; k++) {
		if (!count[k])
			continue;
		buf_fmt(b, "%s%s %llu", any ? ", " : "", suppressed_bys[k],
			(unsigned long long)count[k]);
		any = true;
	}
}

void words_json_span(struct json_out *j, const struct version_span *s)
{
	if (!s->from.len && !s->until.len && !s->last.len)
		return;
	json_key(j, S("range"));
	json_object(j);
	json_pair_opt(j, s->after ? "after" : "from", s->from);
	json_pair_opt(j, "until", s->until);
	json_pair_opt(j, "last", s->last);
	json_object_end(j);
}
