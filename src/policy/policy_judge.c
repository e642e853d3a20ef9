/*
 * One policy after another over the same facts: its waivers are laid on the findings, its rules asked in
 * their order, and what they found is counted. Findings that all policies have suppressed stay so.
 */
#include <stdarg.h>
#include <stdio.h>

#include "audit/audit.h"
#include "base/glob.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/num.h"
#include "policy_impl.h"
#include "sys/clock.h"

struct judging {
	struct op *op;
	struct facts *facts;
	struct report *report;
	const struct policy_wish *wish;
	struct verdict *v;
	struct texts claimed, granted; /* names of the image */
	VEC(struct verdict_rule) rule;
	VEC(struct waiver) waiver;
	VEC(str) warning;
	enum suppressed_by *kept; /* [finding_n] what all policies so far made of a finding */
	struct node tree;         /* the facts for expressions, with this policy's waivers */
	bool has_tree;
	ptrdiff_t judged; /* policies */
	int64_t ends;
};

/* ---- for the kinds ---- */

__attribute__((format(printf, 3, 0))) static int text_of(struct op *op, str *ret, const char *fmt,
							 va_list args)
{
	char text[1024];

	(void)vsnprintf(text, sizeof(text), fmt, args);
	return op_copy(op, str_of(text), ret);
}

int judge_fault(struct op *op, struct judge *j, struct fault f, const char *fmt, ...)
{
	struct fault *to = vec_push(op, &j->fault);
	va_list args;

	if (!to)
		return op->code;
	*to = f;
	to->instruction = audit_shown(f.instruction);
	if (!f.rule)
		to->rule = j->rule->about;
	va_start(args, fmt);
	int rc = text_of(op, &to->what, fmt, args);
	va_end(args);
	return rc;
}

int judge_error(struct op *op, struct judge *j, const char *fmt, ...)
{
	va_list args;
	int rc = 0;

	va_start(args, fmt);
	if (!j->error)
		rc = text_of(op, &j->detail, fmt, args);
	va_end(args);
	j->error = true;
	return rc;
}

int judge_detail(struct op *op, struct judge *j, const char *fmt, ...)
{
	va_list args;
	int rc = 0;

	va_start(args, fmt);
	if (!j->error)
		rc = text_of(op, &j->detail, fmt, args);
	va_end(args);
	return rc;
}

void judge_ends(struct judge *j, int64_t at)
{
	if (at > 0 && (j->ends == 0 || at < j->ends))
		j->ends = at;
}

int judge_day(struct op *op, int64_t at, str *ret)
{
	char text[CLOCK_TEXT];

	return op_copy(op, str_head(str_of(clock_rfc3339(at, text)), 10), ret);
}

bool judge_moment(str s, int64_t *ret)
{
	uint64_t y, m, d;

	if (!waiver_date(str_head(s, 10)) || !num_parse(str_head(s, 4), 9999, &y) ||
	    !num_parse(str_head(str_from(s, 5), 2), 12, &m) ||
	    !num_parse(str_head(str_from(s, 8), 2), 31, &d))
		return false;
	if (s.len > 10 && clock_parse_rfc3339(s, ret))
		return true;
	*ret = clock_days((int64_t)y, (int)m, (int)d) * POLICY_DAY;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool texts_have(const struct texts *list, str word)
{
	for (ptrdiff_t i = 0; i < list->n; i++) {
		bool same = list->p[i].len == word.len;
		for (ptrdiff_t k = 0; same && k < word.len; k++)
			same = lower(list->p[i].p[k]) == lower(word.p[k]);
		if (same)
			return true;
	}
	return false;
}

bool texts_fit(const struct texts *globs, str text)
{
	for (ptrdiff_t i = 0; i < globs->n; i++)
		if (glob_match(globs->p[i], text))
			return true;
	return false;
}

bool texts_fit_purl(const struct texts *globs, str purl)
{
	ptrdiff_t query = str_find(purl, '?'), hash = str_find(purl, '#');
	str bare = str_head(purl, query >= 0 ? query : hash >= 0 ? hash : purl.len);
	ptrdiff_t at = str_rfind(bare, '@');
	str name = str_head(bare, at > 0 ? at : bare.len);

	return texts_fit(globs, name) || texts_fit(globs, bare) || texts_fit(globs, purl);
}

/* ---- whom it is for ---- */

static int warn(struct judging *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
static int warn(struct judging *g, const char *fmt, ...)
{
	str *to = vec_push(g->op, &g->warning);
	va_list args;

	if (!to)
		return g->op->code;
	va_start(args, fmt);
	int rc = text_of(g->op, to, fmt, args);
	va_end(args);
	return rc;
}

/* A pattern without a slash is also for the last part of a name, as in a .gitignore. */
static int fits_any(struct op *op, const struct texts *names, const struct texts *globs, bool *ret)
{
	*ret = false;
	for (ptrdiff_t i = 0; i < globs->n && !*ret; i++) {
		if (image_fits(op, names, globs->p[i], ret) < 0)
			return op->code;
		for (ptrdiff_t k = 0; !*ret && str_find(globs->p[i], '/') < 0 && k < names->n; k++)
			*ret = glob_match(globs->p[i], str_base_name(names->p[k]));
	}
	return 0;
}

/* What is for an image is for all that it may be called; what is not, only for what it surely is. */
static int holds(struct judging *g, const struct policy_match *m, bool *ret)
{
	bool excepted = false;

	*ret = m->images.n == 0;
	if (!*ret && fits_any(g->op, &g->claimed, &m->images, ret) < 0)
		return g->op->code;
	if (*ret && fits_any(g->op, &g->granted, &m->except, &excepted) < 0)
		return g->op->code;
	*ret = *ret && !excepted;
	return 0;
}

static int rule_holds(struct judging *g, const struct policy_rule *r, bool *ret)
{
	*ret = true;
	for (ptrdiff_t i = 0; *ret && i < r->match_n; i++)
		if (holds(g, r->match[i], ret) < 0)
			return g->op->code;
	return 0;
}

/* ---- one rule ---- */

static void count_faults(struct verdict_rule *v)
{
	bool counts = false;

	for (ptrdiff_t i = 0; i < v->fault_n; i++) {
		const struct fault *f = &v->fault[i];
		bool graced = str_eq(f->waived_by, S("grace"));
		v->graced_n += graced;
		v->waived_n += f->waived_by.len && !graced && !str_eq(f->waived_by, S("policy"));
		counts |= f->waived_by.len == 0;
	}
	if (counts)
		v->outcome = OUTCOME_FAIL;
}

static int where(struct op *op, const struct policy_rule *r, str *ret)
{
	return op_text(op, ret, "%.*s:%d", STR_ARG(r->file), r->line);
}

static str or_else(str a, const char *b)
{
	return a.len ? a : str_of(b);
}

/* Before its day an enforced rule warns. */
static void take_mode(struct judging *g, const struct policy_rule *r, struct verdict_rule *v)
{
	v->mode = r->mode;
	v->effective_on = r->effective_on;
	if (r->effective <= g->wish->now)
		return;
	v->mode = v->mode == POLICY_ENFORCE ? POLICY_WARN : v->mode;
	if (g->ends == 0 || r->effective < g->ends)
		g->ends = r->effective;
}

static int ask(struct judging *g, const struct policy *p, const struct policy_rule *r,
	       struct waivers *waivers)
{
	struct judge j = { .facts = g->facts,
			   .report = g->report,
			   .policy = p,
			   .rule = r,
			   .tree = &g->tree,
			   .has_tree = &g->has_tree,
			   .now = g->wish->now };
	struct verdict_rule *v = vec_push(g->op, &g->rule);

	if (!v || where(g->op, r, &v->where) < 0 || r->kind->ask(g->op, &j) < 0)
		return g->op->code;
	v->id = r->id;
	v->rule = r->name;
	v->title = or_else(r->title, r->about->title);
	v->rationale = or_else(r->rationale, r->about->rationale);
	v->remedy = or_else(r->solution, r->about->remedy);
	v->also = str_of(r->about->also);
	v->with = r->with_text;
	v->detail = j.detail;
	v->fault = j.fault.p;
	v->fault_n = j.fault.n;
	take_mode(g, r, v);
	if (waivers_apply_faults(g->op, waivers, r, v->fault, v->fault_n) < 0)
		return g->op->code;
	v->outcome = j.error ? OUTCOME_ERROR : OUTCOME_PASS;
	count_faults(v);
	if (j.ends && (g->ends == 0 || j.ends < g->ends))
		g->ends = j.ends;
	if (v->graced_n && j.graced_until)
		return judge_day(g->op, j.graced_until, &v->until);
	return 0;
}

/* ---- one policy ---- */

/* Waivers begin anew with each policy: no policy lends another its own. */
static void reset(struct report *r, const enum suppressed_by *was, const struct finding *finding)
{
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		r->finding[i].suppressed = was[i];
		r->finding[i].reason = finding[i].reason;
		r->finding[i].rule = finding[i].rule;
	}
}

static int join(struct op *op, const struct waivers *a, const struct waivers *b,
		struct waivers *ret)
{
	*ret = (struct waivers){ .n = a->n + b->n, .cap = a->n + b->n };
	ret->p = op_new(op, struct waiver, ret->n + 1);
	if (!ret->p)
		return op->code;
	if (a->n)
		memcpy(ret->p, a->p, sizeof(*a->p) * (size_t)a->n);
	if (b->n)
		memcpy(ret->p + a->n, b->p, sizeof(*b->p) * (size_t)b->n);
	return 0;
}

int policy_waivers(struct op *op, const struct policy *p, int64_t now, struct waivers *w)
{
	const struct inventory nothing = { 0 };
	struct report report = { .inventory = &nothing };
	const struct texts names = { 0 };
	struct waivers all;

	if (join(op, &p->waivers, w, &all) < 0 || waivers_refuse(op, &p->terms, now, &all) < 0 ||
	    waivers_hold(op, &report, &all, now, (int)p->terms.warn_days, &names) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < all.n; i++)
		all.p[i].other_image = false; /* there is none */
	w->p = all.p;
	w->n = all.n;
	w->cap = all.cap;
	return 0;
}

static int tell_waiver(struct judging *g, const struct policy *p, const struct waiver *w)
{
	int64_t end;

	if (w->refused.len)
		return warn(g, "%.*s: %.*s does not take it: %.*s", STR_ARG(w->where),
			    STR_ARG(p->about.name), STR_ARG(w->refused));
	if (w->expired)
		return warn(g, "%.*s: ended on %.*s and holds for nothing", STR_ARG(w->where),
			    STR_ARG(w->until));
	if (w->other_image)
		return warn(g, "%.*s: is for other images", STR_ARG(w->where));
	if (w->matched == 0)
		return warn(g, "%.*s: matches nothing", STR_ARG(w->where));
	if (w->expiring && warn(g, "%.*s: ends on %.*s", STR_ARG(w->where), STR_ARG(w->until)) < 0)
		return g->op->code;
	/* It ends with the second after its last one. */
	if (waiver_end(w, &end) && (g->ends == 0 || end + 1 < g->ends))
		g->ends = end + 1;
	return 0;
}

static int keep_waivers(struct judging *g, const struct policy *p, const struct waivers *w)
{
	for (ptrdiff_t i = 0; i < w->n; i++) {
		struct waiver *to = vec_push(g->op, &g->waiver);
		if (!to || tell_waiver(g, p, &w->p[i]) < 0)
			return g->op->code;
		*to = w->p[i];
	}
	for (ptrdiff_t i = 0; i < p->waivers.warning.n; i++)
		if (warn(g, "%.*s", STR_ARG(p->waivers.warning.p[i])) < 0)
			return g->op->code;
	return 0;
}

static int judge_rules(struct judging *g, const struct policy *p)
{
	struct waivers w;
	ptrdiff_t asked = 0;

	if (join(g->op, &p->waivers, &g->wish->waivers, &w) < 0 ||
	    waivers_refuse(g->op, &p->terms, g->wish->now, &w) < 0 ||
	    waivers_hold(g->op, g->report, &w, g->wish->now, (int)p->terms.warn_days, &g->granted) <
		    0)
		return g->op->code;
	for (ptrdiff_t i = 0; i < p->rule.n; i++) {
		bool is;
		if (rule_holds(g, &p->rule.p[i], &is) < 0)
			return g->op->code;
		if (!is && warn(g, "%.*s of %.*s is for other images", STR_ARG(p->rule.p[i].id),
				STR_ARG(p->about.name)) < 0)
			return g->op->code;
		asked += is;
		if (is && ask(g, p, &p->rule.p[i], &w) < 0)
			return g->op->code;
	}
	g->judged += asked > 0;
	return keep_waivers(g, p, &w);
}

static int judge_policy(struct judging *g, const struct policy *p, const enum suppressed_by *was,
			const struct finding *finding)
{
	struct report *r = g->report;
	bool is = true;

	if (p->has_match && holds(g, &p->match, &is) < 0)
		return g->op->code;
	if (!is)
		return warn(g, "the policy %.*s (%.*s) is for other images", STR_ARG(p->about.name),
			    STR_ARG(p->about.file));
	bool first = g->judged == 0;
	g->has_tree = false;
	reset(r, was, finding);
	if (judge_rules(g, p) < 0)
		return g->op->code;
	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		g->kept[i] = first || g->kept[i] != was[i] ? r->finding[i].suppressed : was[i];
	return 0;
}

/* ---- the whole ---- */

struct seen {
	bool answered;
};

static int see(struct judging *g, struct map *m, const struct fault *f)
{
	struct op_mark mark = op_mark(g->op);
	str key;

	if (op_text(g->op, &key, "%s %.*s %.*s %.*s", f->rule->id, STR_ARG(f->key),
		    STR_ARG(f->path), STR_ARG(f->package)) < 0)
		return g->op->code;
	struct seen *s = map_get(m, key);
	if (s) {
		op_reset(g->op, mark);
	} else {
		s = op_new(g->op, struct seen, 1);
		if (!s || map_put(m, key, s) < 0)
			return g->op->code;
		g->v->to_verify++;
	}
	g->v->verified += f->waived_by.len && !s->answered;
	s->answered = s->answered || f->waived_by.len;
	return 0;
}

static void count_rule(struct verdict *v, const struct verdict_rule *r)
{
	bool bad = r->outcome != OUTCOME_PASS;

	v->error_n += r->outcome == OUTCOME_ERROR && r->mode != POLICY_LOG;
	v->failed_n += r->outcome == OUTCOME_FAIL && r->mode == POLICY_ENFORCE;
	v->warned_n += r->outcome == OUTCOME_FAIL && r->mode == POLICY_WARN;
	v->passed_n += r->outcome == OUTCOME_PASS;
	v->waived_n += r->outcome == OUTCOME_PASS && r->waived_n > 0;
	if (bad && r->mode == POLICY_ENFORCE)
		v->passed = false;
}

static int count(struct judging *g)
{
	struct verdict *v = g->v;
	struct map m;

	map_init(&m, g->op);
	v->rule = g->rule.p;
	v->rule_n = g->rule.n;
	v->waiver = g->waiver.p;
	v->waiver_n = g->waiver.n;
	v->passed = g->judged > 0;
	for (ptrdiff_t i = 0; i < v->rule_n; i++) {
		count_rule(v, &v->rule[i]);
		for (ptrdiff_t k = 0; k < v->rule[i].fault_n; k++)
			if (see(g, &m, &v->rule[i].fault[k]) < 0)
				return g->op->code;
	}
	if (g->judged == 0 &&
	    warn(g, "no rule of any policy is for this image: nothing was judged, "
		    "and so it has not passed") < 0)
		return g->op->code;
	v->warnings = (struct texts){ g->warning.p, g->warning.n };
	char text[CLOCK_TEXT];
	return g->ends > 0 ? op_copy(g->op, str_of(clock_rfc3339(g->ends, text)), &v->valid_until)
			   : 0;
}

static int prepare(struct judging *g, enum suppressed_by **ret_was, struct finding **ret_finding)
{
	const struct subject *s = &g->report->inventory->subject;
	ptrdiff_t n = g->report->finding_n;

	*ret_was = op_new(g->op, enum suppressed_by, n);
	*ret_finding = op_new(g->op, struct finding, n);
	g->kept = op_new(g->op, enum suppressed_by, n);
	if (!*ret_was || !*ret_finding || !g->kept)
		return g->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct finding *f = &g->report->finding[i];
		/* What was hidden by a filter, or by rules that no policy names, is not hidden here. */
		bool foreign = f->suppressed == SUPPRESSED_WAIVER ||
			       f->suppressed == SUPPRESSED_IGNORE ||
			       f->suppressed == SUPPRESSED_FILTER;
		(*ret_finding)[i] = *f;
		(*ret_was)[i] = g->kept[i] = foreign ? NOT_SUPPRESSED : f->suppressed;
	}
	return image_names(g->op, s, true, &g->claimed) < 0
		       ? g->op->code
		       : image_names(g->op, s, false, &g->granted);
}

int policy_judge(struct op *op, struct policy *const *policy, ptrdiff_t n, struct facts *facts,
		 struct report *report, const struct policy_wish *wish, struct verdict *ret)
{
	struct judging g = { .op = op, .facts = facts, .report = report, .wish = wish, .v = ret };
	enum suppressed_by *was;
	struct finding *finding;

	*ret = (struct verdict){ .facts = facts, .time = wish->now, .policy_n = n };
	ret->policy = op_new(op, struct verdict_policy, n);
	if (!ret->policy || prepare(&g, &was, &finding) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct waiver_terms *terms = &policy[i]->terms;
		ret->policy[i] = policy[i]->about;
		ret->policy[i].max_days = terms->has_max_days ? terms->max_days : 0;
		ret->policy[i].approvals = terms->approvals;
		if (judge_policy(&g, policy[i], was, finding) < 0)
			return op->code;
	}
	for (ptrdiff_t i = 0; i < wish->waivers.warning.n; i++)
		if (warn(&g, "%.*s", STR_ARG(wish->waivers.warning.p[i])) < 0)
			return op->code;
	for (ptrdiff_t i = 0; i < report->finding_n; i++)
		report->finding[i].suppressed = g.kept[i];
	return count(&g);
}
