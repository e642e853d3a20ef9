/*
 * Rules with a plain id are found by it; the others (globs, none) are tried in turn. The first rule of
 * the files' order that holds is the one that a finding names; all that hold count it.
 */
#include "base/glob.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/go_regex.h"
#include "model/purl.h"
#include "sys/clock.h"
#include "policy_impl.h"

enum { DAY = 86400 };

struct compiled { /* of one plain id */
	ptrdiff_t waiver;
	struct compiled *next;
};

struct apply {
	struct op *op;
	struct op own;
	struct report *r;
	struct waivers *w;
	struct map by_id;
	VEC(ptrdiff_t) others;              /* without a plain id */
	const struct texts *names;          /* all that the image is called */
	bool *image_holds;                  /* [waivers] */
	struct purl **purl;                 /* [waivers] of its purls, parsed */
	struct go_regex **name, **upstream; /* [waivers] NULL: it is no pattern */
};

static str lower(struct op *op, str s)
{
	char *p = op_new(op, char, s.len);

	for (ptrdiff_t i = 0; p && i < s.len; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
	return (str){ p, p ? s.len : 0 };
}

static bool is_glob(const struct waiver *w)
{
	str id = w->id;

	return !w->id_exact &&
	       (str_find(id, '*') >= 0 || str_find(id, '?') >= 0 || str_find(id, '[') >= 0);
}

/* ---- when ---- */

/* The last second on which it holds. False: it has no end. */
bool waiver_end(const struct waiver *w, int64_t *ret)
{
	str s = w->until;
	bool day = s.len == 10;

	if (s.len == 0)
		return false;
	if (!day)
		return clock_parse_rfc3339(s, ret);
	int year =
		(s.p[0] - '0') * 1000 + (s.p[1] - '0') * 100 + (s.p[2] - '0') * 10 + s.p[3] - '0';
	int month = (s.p[5] - '0') * 10 + s.p[6] - '0', d = (s.p[8] - '0') * 10 + s.p[9] - '0';
	*ret = (clock_days(year, month, d) + 1) * DAY - 1;
	return true;
}

static void date(struct waiver *w, int64_t today, int warn_days)
{
	int64_t end = 0;
	bool ends = waiver_end(w, &end);

	w->matched = 0;
	w->expired = ends && today > end;
	w->expiring =
		ends && !w->expired && warn_days > 0 && end - today < (int64_t)warn_days * DAY;
}

/* ---- images ---- */

static int holds_image(struct op *op, const struct texts *names, const struct waiver *w, bool *ret)
{
	*ret = w->images.n == 0;
	for (ptrdiff_t i = 0; i < w->images.n && !*ret; i++)
		if (image_fits(op, names, w->images.p[i], ret) < 0)
			return op->code;
	return 0;
}

/* ---- packages ---- */

static bool one_path(const struct waiver *w, str path)
{
	ptrdiff_t colon = str_find(path, ':');

	for (ptrdiff_t i = 0; i < w->paths.n; i++) {
		if (glob_match(w->paths.p[i], path) ||
		    (colon > 0 && glob_match(w->paths.p[i], str_head(path, colon))))
			return true;
	}
	return false;
}

/* A package that lies in several places is one here: a path must hold of all of them, of those that
 * are not merely asked for, or a place that nobody meant would be hidden. */
static bool holds_paths(const struct waiver *w, const struct package *p)
{
	bool installed = false;
	ptrdiff_t n = 0, fits = 0;

	if (w->paths.n == 0)
		return true;
	for (ptrdiff_t i = 0; i < p->evidence_n; i++)
		installed |= p->evidence[i].how != EVIDENCE_DECLARED;
	for (ptrdiff_t i = 0; i < p->evidence_n; i++) {
		if (installed && p->evidence[i].how == EVIDENCE_DECLARED)
			continue;
		n++;
		fits += one_path(w, p->evidence[i].path);
	}
	/* A system's package has its lists and its documentation beside its place. */
	return w->any_path && package_kinds[p->type].is_system ? fits > 0 : n > 0 && fits == n;
}

static int holds_purls(struct apply *a, ptrdiff_t at, const struct package *p, bool *ret)
{
	const struct waiver *w = &a->w->p[at];
	struct purl have;
	str key;

	*ret = w->purls.n == 0;
	if (*ret || p->purl.len == 0)
		return 0;
	if (!a->purl[at]) {
		struct purl *u = op_new(&a->own, struct purl, w->purls.n);
		for (ptrdiff_t i = 0; u && i < w->purls.n; i++) {
			if (purl_parse(&a->own, w->purls.p[i], &u[i]) < 0)
				return a->own.code;
		}
		if (!u)
			return a->own.code;
		a->purl[at] = u;
	}
	struct op_mark mark = op_mark(&a->own);
	int rc = purl_parse(&a->own, p->purl, &have);
	for (ptrdiff_t i = 0; rc == 0 && i < w->purls.n && !*ret; i++)
		*ret = purl_fit(&a->purl[at][i], &have, &key) == PURL_FITS;
	op_reset(&a->own, mark);
	if (rc < 0 && rc != ERR_MEMORY) { /* a package whose purl is none */
		op_forgive(&a->own);
		return 0;
	}
	return rc;
}

/* As Syft calls it: with the scope or path before it where those are one name. */
static int syft_name(struct op *op, const struct package *p, str *ret)
{
	static const enum package_type joined[] = { PACKAGE_COMPOSER, PACKAGE_GITHUB, PACKAGE_GO,
						    PACKAGE_NPM, PACKAGE_SWIFT };

	*ret = p->name;
	for (size_t i = 0; p->ns.len && i < sizeof(joined) / sizeof(joined[0]); i++) {
		if (p->type == joined[i])
			return op_text(op, ret, "%.*s/%.*s", STR_ARG(p->ns), STR_ARG(p->name));
	}
	return 0;
}

static int holds_text(struct apply *a, const struct go_regex *re, str want, str have, bool *ret)
{
	*ret = want.len == 0 || str_eq(want, have);
	return re ? go_regex_has(&a->own, re, have, ret) : 0;
}

static int holds_names(struct apply *a, ptrdiff_t at, const struct package *p, bool *ret)
{
	const struct waiver *w = &a->w->p[at];
	bool osv = str_eq(str_of(w->form), S("osv-scanner"));
	str name = p->name;
	int rc = 0;

	*ret = true;
	if (w->name.len) {
		rc = osv ? ecosystem_package_name(&a->own, p, &name) : syft_name(&a->own, p, &name);
		rc = rc < 0 ? rc : holds_text(a, a->name[at], w->name, name, ret);
	}
	if (rc == 0 && *ret && w->upstream.len)
		rc = holds_text(a, a->upstream[at], w->upstream, p->source, ret);
	return rc;
}

static bool holds_package(const struct waiver *w, const struct package *p)
{
	const struct package_kind *kind = &package_kinds[p->type];

	return (w->version.len == 0 || str_eq(w->version, p->version)) &&
	       (w->type.len == 0 || str_eq(w->type, str_of(kind->name))) &&
	       (w->language.len == 0 || str_eq(w->language, str_of(kind->language))) &&
	       (!w->development || p->development);
}

/* ---- findings ---- */

static bool holds_state(const struct waiver *w, const struct finding *f)
{
	bool is = w->states.n == 0;

	for (ptrdiff_t i = 0; i < w->states.n && !is; i++)
		is = str_eq(w->states.p[i], str_of(fix_states[f->state]));
	return is;
}

/* Grype's kinds of a match. What it finds by CPE are binaries, which here a classifier names. */
static bool is_match(str type, enum match_by by)
{
	static const char *const types[] = { [MATCH_NAME] = "exact-direct-match",
					     [MATCH_SOURCE] = "exact-indirect-match",
					     [MATCH_CLASSIFIED] = "cpe-match" };

	return str_eq(type, str_of(types[by]));
}

static bool holds_match(const struct waiver *w, const struct finding *f)
{
	bool is = w->ecosystem.len == 0 && w->match_type.len == 0;

	for (ptrdiff_t i = 0; i < f->match_n && !is; i++)
		is = (w->ecosystem.len == 0 || str_eq(w->ecosystem, f->match[i].ecosystem)) &&
		     (w->match_type.len == 0 || is_match(w->match_type, f->match[i].by));
	return is;
}

/* Grype's vex-status: what a statement says of it. In our own file it is what we say. */
static bool holds_statement(const struct apply *a, const struct waiver *w, const struct finding *f)
{
	const struct statement *s = f->statement && (ptrdiff_t)f->statement <= a->r->statement_n
					    ? &a->r->statement[f->statement - 1]
					    : NULL;

	if (!w->has_status || !str_eq(str_of(w->form), S("grype")))
		return true;
	return s && s->status == w->status &&
	       (w->justification.len == 0 ||
		str_eq(w->justification, str_of(vex_justifications[s->justification])));
}

/* ---- rules ---- */

static bool names(const struct waiver *w, str name)
{
	return is_glob(w) ? glob_match(w->id, name) : str_eq(w->id, name);
}

static bool holds_id(const struct waiver *w, const struct finding *f)
{
	bool is = w->id.len == 0 || names(w, f->id);

	for (ptrdiff_t i = 0; i < f->ids.n && !is && !w->id_alone; i++)
		is = names(w, f->ids.p[i]);
	return is;
}

static int try_rule(struct apply *a, ptrdiff_t at, const struct finding *f, bool *ret)
{
	const struct waiver *w = &a->w->p[at];
	const struct package *p = &a->r->inventory->package[f->package];

	*ret = false;
	if (!a->image_holds[at] || !holds_package(w, p) || !holds_paths(w, p) ||
	    !holds_state(w, f) || !holds_match(w, f) || !holds_statement(a, w, f))
		return 0;
	struct op_mark mark = op_mark(&a->own);
	int rc = holds_names(a, at, p, ret);
	op_reset(&a->own, mark);
	return rc < 0 || !*ret ? rc : holds_purls(a, at, p, ret);
}

static int suppress(struct apply *a, struct finding *f, const struct waiver *w)
{
	bool foreign = waiver_is_foreign(w);

	if (f->suppressed)
		return 0;
	f->suppressed = foreign ? SUPPRESSED_IGNORE : SUPPRESSED_WAIVER;
	f->rule = w->where;
	str text = w->reason.len ? w->reason : S("no reason is given");
	if (w->owner.len == 0)
		return op_copy(a->op, text, &f->reason);
	return op_text(a->op, &f->reason, "%.*s (%.*s)", STR_ARG(text), STR_ARG(w->owner));
}

/* A rule that may hold: if it does, it counts, and the first of them that is not past its end hides. */
static int meet(struct apply *a, ptrdiff_t at, struct finding *f, ptrdiff_t *first)
{
	struct waiver *w = &a->w->p[at];
	bool holds;
	int rc = try_rule(a, at, f, &holds);

	if (rc < 0 || !holds)
		return rc;
	w->matched++;
	if (!w->expired && (*first < 0 || at < *first))
		*first = at;
	return 0;
}

static int meet_name(struct apply *a, str name, struct finding *f, ptrdiff_t *first)
{
	struct op_mark mark = op_mark(&a->own);
	str key = lower(&a->own, name);
	struct compiled *rule = a->own.code ? NULL : map_get(&a->by_id, key);
	int rc = a->own.code;

	op_reset(&a->own, mark);
	for (; rule && rc == 0; rule = rule->next) {
		const struct waiver *w = &a->w->p[rule->waiver];
		if (!w->id_alone || str_eq(w->id, f->id))
			rc = meet(a, rule->waiver, f, first);
	}
	return rc;
}

static int meet_all(struct apply *a, struct finding *f)
{
	ptrdiff_t first = -1;
	int rc = meet_name(a, f->id, f, &first);

	for (ptrdiff_t i = 0; rc == 0 && i < f->ids.n; i++) {
		bool again = str_eq(f->ids.p[i], f->id);
		for (ptrdiff_t k = 0; k < i && !again; k++)
			again = str_eq(f->ids.p[k], f->ids.p[i]);
		if (!again)
			rc = meet_name(a, f->ids.p[i], f, &first);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < a->others.n; i++) {
		if (holds_id(&a->w->p[a->others.p[i]], f))
			rc = meet(a, a->others.p[i], f, &first);
	}
	return rc < 0 || first < 0 ? rc : suppress(a, f, &a->w->p[first]);
}

static int index_rules(struct apply *a, int64_t today, int warn_days)
{
	struct op *op = &a->own;

	map_init(&a->by_id, op);
	for (ptrdiff_t i = a->w->n - 1; i >= 0; i--) {
		struct waiver *w = &a->w->p[i];
		date(w, today, warn_days);
		if (holds_image(op, a->names, w, &a->image_holds[i]) < 0)
			return op->code;
		w->other_image = !a->image_holds[i];
		if (w->rule.len ||
		    w->refused.len) /* of a rule, not of a vulnerability; or not taken */
			continue;
		if ((w->name_is_regex && go_regex_open(op, w->name, &a->name[i]) < 0) ||
		    (w->upstream_is_regex && go_regex_open(op, w->upstream, &a->upstream[i]) < 0))
			return op->code;
		if (w->id.len == 0 || is_glob(w)) {
			ptrdiff_t *to = vec_push(op, &a->others);
			if (!to)
				return op->code;
			*to = i;
			continue;
		}
		struct compiled *rule = op_new(op, struct compiled, 1);
		str key = rule ? lower(op, w->id) : S("");
		if (op->code)
			return op->code;
		*rule = (struct compiled){ i, map_get(&a->by_id, key) };
		if (map_put(&a->by_id, key, rule) < 0)
			return op->code;
	}
	return 0;
}

int waivers_hold(struct op *op, struct report *report, struct waivers *waivers, int64_t today,
		 int warn_days, const struct texts *names)
{
	struct apply a = { .op = op, .r = report, .w = waivers, .names = names };
	int rc;

	if (waivers->n == 0)
		return 0;
	op_init(&a.own, 0);
	a.own.fault = op->fault;
	a.image_holds = op_new(&a.own, bool, waivers->n);
	a.purl = op_new(&a.own, struct purl *, waivers->n);
	a.name = op_new(&a.own, struct go_regex *, waivers->n);
	a.upstream = op_new(&a.own, struct go_regex *, waivers->n);
	rc = a.image_holds && a.purl && a.name && a.upstream ? index_rules(&a, today, warn_days)
							     : a.own.code;
	for (ptrdiff_t i = 0; rc == 0 && i < report->finding_n; i++)
		rc = meet_all(&a, &report->finding[i]);
	for (ptrdiff_t i = 0; a.name && a.upstream && i < waivers->n; i++) {
		go_regex_close(&a.name[i]);
		go_regex_close(&a.upstream[i]);
	}
	if (rc < 0)
		(void)op_adopt_error(op, &a.own);
	op_done(&a.own);
	return rc < 0 ? op->code : 0;
}

int waivers_apply(struct op *op, struct report *report, struct waivers *waivers, int64_t today,
		  int warn_days)
{
	struct texts names;

	if (waivers->n == 0)
		return 0;
	if (image_names(op, &report->inventory->subject, true, &names) < 0)
		return op->code;
	return waivers_hold(op, report, waivers, today, warn_days, &names);
}
