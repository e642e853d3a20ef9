#include "scan.h"

#include <stdlib.h>

#include "group.h"

/* ---- filters ---- */

static bool in_list(const struct texts *list, str word)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i], word))
			return true;
	return false;
}

/* Severities are said in any vendor's words and case. */
static bool severity_asked(const struct texts *list, enum severity severity)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (severity_of(list->p[i]) == severity)
			return true;
	return list->n == 0;
}

/* Why a finding is left out, or NULL. */
static const char *filtered(const struct report_filter *w, const struct inventory *inv,
			    const struct finding *f)
{
	enum origin origin = inv->package[f->package].origin;

	if (w->only_fixed && f->state != FIX_FIXED)
		return "no fix is known (--only-fixed)";
	if (!severity_asked(&w->severities, f->severity))
		return "of another severity (--severity)";
	if (in_list(&w->ignored_states, str_of(fix_states[f->state])))
		return "in a state that is left out (--ignore-states)";
	if (w->only_base && origin != ORIGIN_BASE)
		return "not of the base image (--only-base)";
	if (w->ignore_base && origin == ORIGIN_BASE)
		return "of the base image (--ignore-base)";
	return NULL;
}

static void filter(const struct report_filter *w, struct report *r)
{
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		struct finding *f = &r->finding[i];
		const char *why = f->suppressed ? NULL : filtered(w, r->inventory, f);
		if (!why)
			continue;
		f->suppressed = SUPPRESSED_FILTER;
		f->reason = str_of(why);
	}
}

/* ---- statements and waivers ---- */

static int apply_said(struct op *op, const struct scan_wish *wish, struct report *r)
{
	struct statements statements = wish->statements;
	struct waivers waivers = wish->waivers;
	int rc = vex_apply(op, r, &statements);

	r->statement = statements.p; /* Grype's rules may ask for what statements say */
	r->statement_n = statements.n;
	if (rc == 0)
		rc = waivers_apply(op, r, &waivers, wish->now, wish->warn_days);
	r->waiver = waivers.p;
	r->waiver_n = waivers.n;
	return rc;
}

/* ---- evidence ---- */

static int apply_reach(struct op *op, const struct scan_wish *w, struct report *r)
{
	ptrdiff_t k = 0;

	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		struct finding *f = &r->finding[i];
		/* Both lists stand by position. */
		while (k < w->reach_n && w->reach[k].package < f->package)
			k++;
		if (k == w->reach_n || w->reach[k].package != f->package || f->suppressed ||
		    w->reach[k].reach != REACH_UNREACHED)
			continue;
		f->suppressed = SUPPRESSED_EVIDENCE;
		f->reason = w->reach[k].why;
		f->rule = S("vulnerable_code_not_in_execute_path");
		struct unreached *proof = op_new(op, struct unreached, 1);
		if (!proof)
			return op->code;
		*proof = (struct unreached){ w->reach_entry, w->reach_loaded, w->reach[k].path };
		f->proof = proof;
	}
	return 0;
}

/* ---- order ---- */

static int by_risk(const struct finding *a, const struct finding *b)
{
	return finding_compare(a, b);
}

static int by_severity(const struct finding *a, const struct finding *b)
{
	return (int)b->severity - (int)a->severity;
}

static int by_package(const struct finding *a, const struct finding *b)
{
	return a->package < b->package ? -1 : a->package > b->package;
}

static int by_id(const struct finding *a, const struct finding *b)
{
	return str_cmp(a->id, b->id);
}

static int by_epss(const struct finding *a, const struct finding *b)
{
	return a->epss > b->epss ? -1 : a->epss < b->epss;
}

static int by_kev(const struct finding *a, const struct finding *b)
{
	int rc = (int)b->exploited - (int)a->exploited;

	return rc ? rc : str_cmp(b->kev_added, a->kev_added);
}

typedef int order(const struct finding *a, const struct finding *b);

static int compare_by(order *first, const struct finding *a, const struct finding *b)
{
	int rc = (a->suppressed != 0) - (b->suppressed != 0);

	if (rc == 0)
		rc = first(a, b);
	return rc ? rc : finding_compare(a, b);
}

#define COMPARE(name)                                         \
	static int name##_first(const void *x, const void *y) \
	{                                                     \
		return compare_by(name, x, y);                \
	}
COMPARE(by_risk)
COMPARE(by_severity)
COMPARE(by_package)
COMPARE(by_id)
COMPARE(by_epss)
COMPARE(by_kev)
#undef COMPARE

static void sort(enum scan_sort how, struct report *r)
{
	static int (*const compare[])(const void *, const void *) = {
		[SORT_RISK] = by_risk_first,       [SORT_SEVERITY] = by_severity_first,
		[SORT_PACKAGE] = by_package_first, [SORT_VULNERABILITY] = by_id_first,
		[SORT_EPSS] = by_epss_first,       [SORT_KEV] = by_kev_first,
	};

	if (r->finding_n)
		qsort(r->finding, (size_t)r->finding_n, sizeof(*r->finding), compare[how]);
	r->shown_n = 0;
	while (r->shown_n < r->finding_n && !r->finding[r->shown_n].suppressed)
		r->shown_n++;
}

/* ---- verdict ---- */

static void judge(const struct report_filter *w, struct report *r)
{
	r->failed = false;
	for (ptrdiff_t i = 0; w->fail_on && i < r->shown_n && !r->failed; i++)
		r->failed = r->finding[i].severity >= w->fail_on;
	r->incomplete = r->no_database;
	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		r->incomplete = r->incomplete || r->coverage[i].incomplete;
}

int scan_inventory(struct op *op, struct database *db, const struct inventory *inv,
		   const struct scan_wish *wish, struct report *ret)
{
	struct match_wish match = wish->match;
	struct report r = { .filter = wish->filter, .time = wish->now };
	int rc;

	match.by_cve = match.by_cve || wish->filter.by_cve;
	r.filter.by_cve = match.by_cve;
	if ((rc = match_inventory(op, db, inv, &match, &r)) < 0)
		return rc;
	if ((rc = apply_said(op, wish, &r)) < 0)
		return rc;
	if (wish->apply_evidence && (rc = apply_reach(op, wish, &r)) < 0)
		return rc;
	filter(&wish->filter, &r);
	sort(wish->sort, &r);
	if ((rc = scan_group(op, &r)) < 0)
		return rc;
	judge(&wish->filter, &r);
	*ret = r;
	return 0;
}
