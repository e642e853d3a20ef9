/*
 * Rules over findings. What a distribution or an owner answers for is no finding of this image; what VEX
 * or a waiver answers for is a fault that does not count; one within its grace likewise.
 */
#include "policy_impl.h"

enum { SKEW = POLICY_DAY }; /* that a feed's clock may be ahead of ours */

typedef bool picks(const struct params *p, const struct finding *f);

/* Whom it is about at all. */
static bool is_asked(const struct judge *j, const struct finding *f)
{
	const struct params *p = &j->rule->params;
	const struct package *k = &j->report->inventory->package[f->package];

	if (f->suppressed == SUPPRESSED_OWNER || f->suppressed == SUPPRESSED_CONTENT ||
	    f->suppressed == SUPPRESSED_NOT_AFFECTED)
		return false;
	if (p->has_fixable && p->fixable != (f->state == FIX_FIXED))
		return false;
	if ((p->only_app && k->origin == ORIGIN_BASE) || (p->only_base && k->origin != ORIGIN_BASE))
		return false;
	return !texts_have(&p->ignore_states, str_of(fix_states[f->state])) &&
	       (p->packages.n == 0 || texts_fit_purl(&p->packages, k->purl)) &&
	       !texts_fit_purl(&p->except, k->purl);
}

/* The name that stays from build to build: of the vulnerability, and of the package without its version. */
static int key_of(struct op *op, const struct finding *f, const struct package *k, str *ret)
{
	ptrdiff_t query = str_find(k->purl, '?');
	str bare = str_head(k->purl, query < 0 ? k->purl.len : query);
	ptrdiff_t at = str_rfind(bare, '@');

	return op_text(op, ret, "%.*s %.*s", STR_ARG(f->id),
		       STR_ARG(str_head(bare, at > 0 ? at : bare.len)));
}

static int remedy_of(struct op *op, const struct finding *f, const struct package *k, str *ret)
{
	str name = k->source.len ? k->source : k->name;

	if (f->state != FIX_FIXED || f->fixed.n == 0)
		return 0;
	return op_text(op, ret, "update %.*s to %.*s", STR_ARG(name), STR_ARG(f->fixed.p[0]));
}

/* ---- grace ---- */

/* From when it counts; 0: that is not known, and then there is none. */
static int64_t begins(const struct judge *j, const struct finding *f)
{
	str day = str_eq(j->rule->name, S("vuln.kev")) && f->kev_added.len ? f->kev_added
		  : j->rule->params.grace_from == GRACE_FROM_PUBLISHED     ? f->published
									   : f->fixed_on;
	int64_t at;

	return judge_moment(day, &at) && at <= j->now + SKEW ? at : 0;
}

static int grace(struct op *op, struct judge *j, const struct finding *f, struct fault *to)
{
	int64_t length = j->rule->params.grace[f->severity], from = begins(j, f);
	str until, since;

	if (!j->rule->params.has_grace || length == 0 || from == 0 || from + length <= j->now)
		return 0;
	if (judge_day(op, from + length, &until) < 0 || judge_day(op, from, &since) < 0)
		return op->code;
	judge_ends(j, from + length);
	if (j->graced_until == 0 || from + length < j->graced_until)
		j->graced_until = from + length;
	to->waived_by = S("grace");
	return op_text(op, &to->reason, "within its grace until %.*s (since %.*s)", STR_ARG(until),
		       STR_ARG(since));
}

/* ---- a fault ---- */

static bool answered(const struct finding *f)
{
	return f->suppressed == SUPPRESSED_VEX || f->suppressed == SUPPRESSED_WAIVER ||
	       f->suppressed == SUPPRESSED_IGNORE || f->suppressed == SUPPRESSED_EVIDENCE;
}

static int tell(struct op *op, struct judge *j, const struct finding *f)
{
	const struct inventory *inv = j->report->inventory;
	const struct package *k = &inv->package[f->package];
	struct fault to = { .kind = str_of(fix_states[f->state]),
			    .package = k->purl,
			    .layer = k->layer,
			    .severity = f->severity,
			    .of_base = k->origin == ORIGIN_BASE };
	str fixed = f->fixed.n ? f->fixed.p[0] : S("");

	if (key_of(op, f, k, &to.key) < 0 || remedy_of(op, f, k, &to.remedy) < 0)
		return op->code;
	if (k->evidence_n)
		to.path = k->evidence[0].path;
	if (k->layer >= 0 && k->layer < inv->subject.layer_n)
		to.instruction = inv->subject.layer[k->layer].created_by;
	if (answered(f)) {
		to.waived_by = f->rule.len ? f->rule : str_of(suppressed_bys[f->suppressed]);
		to.reason = f->reason;
	} else if (grace(op, j, f, &to) < 0) {
		return op->code;
	}
	const char *state = f->state == FIX_FIXED ? "fixed in " : fix_states[f->state];
	return judge_fault(op, j, to, "%.*s in %.*s %.*s (%s%s): %s%.*s%s%.*s", STR_ARG(f->id),
			   STR_ARG(k->name), STR_ARG(k->version), severities[f->severity],
			   f->exploited ? ", known to be exploited" : "", state,
			   STR_ARG(f->state == FIX_FIXED ? fixed : S("")),
			   f->state == FIX_FIXED && f->fixed_on.len ? " since " : "",
			   STR_ARG(f->state == FIX_FIXED ? f->fixed_on : S("")));
}

/* What nobody has advisories of cannot be told to be without vulnerabilities. */
static int tell_gaps(struct op *op, struct judge *j)
{
	const struct report *r = j->report;

	if (r->no_database)
		return judge_error(op, j, "there are no advisories: run temper db update");
	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		if (r->coverage[i].incomplete)
			return judge_error(op, j, "not all is covered: %.*s",
					   STR_ARG(r->coverage[i].what));
	return r->incomplete ? judge_error(op, j, "not all of the image could be looked at") : 0;
}

static int ask(struct op *op, struct judge *j, picks *pick)
{
	const struct report *r = j->report;
	const struct params *p = &j->rule->params;
	ptrdiff_t asked = 0, unrated = 0;

	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		if (!is_asked(j, f))
			continue;
		asked++;
		unrated += f->severity == SEVERITY_UNKNOWN;
		if (pick(p, f) && tell(op, j, f) < 0)
			return op->code;
	}
	if (tell_gaps(op, j) < 0)
		return op->code;
	if (p->min && unrated && !p->unknown)
		return judge_detail(op, j,
				    "findings: %td, of them without a severity, which is not held "
				    "against the image: %td",
				    asked, unrated);
	return judge_detail(op, j, "findings: %td", asked);
}

/* ---- kinds ---- */

static bool is_severe(const struct params *p, const struct finding *f)
{
	return f->severity ? f->severity >= p->min : p->unknown;
}

static bool is_exploited(const struct params *p, const struct finding *f)
{
	(void)p;
	return f->exploited;
}

static bool is_likely(const struct params *p, const struct finding *f)
{
	return f->scored ? f->epss > p->above : p->unknown;
}

static bool is_risky(const struct params *p, const struct finding *f)
{
	return f->risk > p->above;
}

static bool is_malicious(const struct params *p, const struct finding *f)
{
	(void)p;
	return f->malicious;
}

static bool is_listed(const struct params *p, const struct finding *f)
{
	bool is = texts_have(&p->ids, f->id);

	for (ptrdiff_t i = 0; i < f->ids.n && !is; i++)
		is = texts_have(&p->ids, f->ids.p[i]);
	return is;
}

static int ask_severity(struct op *op, struct judge *j)
{
	return ask(op, j, is_severe);
}

/* Of findings that no catalogue was asked about nothing can be said. */
static int tell_unasked(struct op *op, struct judge *j, bool known, const char *what,
			const char *feed)
{
	ptrdiff_t asked = 0;

	for (ptrdiff_t i = 0; !known && i < j->report->finding_n; i++)
		asked += is_asked(j, &j->report->finding[i]) && !answered(&j->report->finding[i]);
	if (asked == 0)
		return 0;
	return judge_error(op, j,
			   "no catalogue of %s is at hand for %td findings: run temper db "
			   "update %s",
			   what, asked, feed);
}

/* With `due` it counts only once CISA's day has passed; what has none counts at once. */
static int ask_kev(struct op *op, struct judge *j)
{
	ptrdiff_t kept = 0;

	if (ask(op, j, is_exploited) < 0 ||
	    tell_unasked(op, j, j->report->knows_exploited, "what is exploited", "kev") < 0)
		return op->code;
	for (ptrdiff_t i = 0; j->rule->params.due && i < j->report->finding_n; i++) {
		const struct finding *f = &j->report->finding[i];
		int64_t due;
		if (!is_asked(j, f) || !f->exploited)
			continue;
		struct fault *to = &j->fault.p[kept++];
		if (to->waived_by.len || !judge_moment(f->kev_due, &due) ||
		    due + POLICY_DAY <= j->now)
			continue;
		judge_ends(j, due + POLICY_DAY);
		to->waived_by = S("grace");
		if (op_text(op, &to->reason, "due on %.*s", STR_ARG(f->kev_due)) < 0)
			return op->code;
	}
	return 0;
}

static int ask_epss(struct op *op, struct judge *j)
{
	int rc = ask(op, j, is_likely);

	return rc < 0 || j->rule->params.unknown
		       ? rc
		       : tell_unasked(op, j, j->report->knows_scores, "EPSS scores", "epss");
}

static int ask_risk(struct op *op, struct judge *j)
{
	return ask(op, j, is_risky);
}

static int ask_malicious(struct op *op, struct judge *j)
{
	return ask(op, j, is_malicious);
}

static int ask_listed(struct op *op, struct judge *j)
{
	return ask(op, j, is_listed);
}

#define UPDATE "Update the package, or rebuild on an updated base."
#define SCOPE "fixable ignore_states only_app only_base packages except "
#define PARTS "fixable only_app only_base packages"

const struct kind kind_vuln_severity = {
	{ "vuln.severity", "CIS-4.4", SEVERITY_HIGH,
	  "No vulnerability of this severity or a worse one",
	  "A published vulnerability is what attackers try first, and most are fixed by an update.",
	  UPDATE },
	SCOPE "grace grace_from min! unknown",
	PARTS,
	ask_severity,
};
const struct kind kind_vuln_kev = {
	{ "vuln.kev", "", SEVERITY_CRITICAL, "No vulnerability that is known to be exploited",
	  "CISA lists what is attacked already: there the question is not whether, but when.",
	  UPDATE },
	SCOPE "due grace",
	PARTS,
	ask_kev,
};
const struct kind kind_vuln_epss = {
	{ "vuln.epss", "", SEVERITY_HIGH, "No vulnerability that is likely to be exploited soon",
	  "EPSS estimates how likely a vulnerability is to be attacked within thirty days.",
	  UPDATE },
	SCOPE "above! grace grace_from unknown",
	PARTS,
	ask_epss,
};
const struct kind kind_vuln_risk = {
	{ "vuln.risk", "", SEVERITY_HIGH, "No finding of a higher risk",
	  "Risk joins severity, EPSS and known exploitation to one number from 0 to 100.", UPDATE },
	SCOPE "above! grace grace_from",
	PARTS,
	ask_risk,
};
const struct kind kind_vuln_malicious = {
	{ "vuln.malicious", "", SEVERITY_CRITICAL, "No package that is malicious itself",
	  "Such a package was published to attack whoever installs it.",
	  "Remove the package, and take whatever the image could reach for compromised." },
	"only_app only_base packages except",
	PARTS,
	ask_malicious,
};
const struct kind kind_vuln_listed = {
	{ "vuln.listed", "", SEVERITY_HIGH, "None of these vulnerabilities",
	  "Some vulnerabilities are not lived with, whatever their severity.", UPDATE },
	SCOPE "ids! grace grace_from",
	PARTS " ids",
	ask_listed,
};
