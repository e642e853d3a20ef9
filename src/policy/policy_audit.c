/*
 * Rules of the audit: each by its id, or all that no other rule of the policy names.
 */
#include "audit/audit.h"
#include "policy_impl.h"

const struct rule *policy_audit_rule(str name)
{
	return audit_rule_of(name);
}

/* What it stands for could be any of its rule. */
static bool stands_for_more(const struct fault *f)
{
	return str_eq(f->kind, S(FAULT_MORE));
}

/* Is it of those that the rule is about at all? */
static bool is_asked(const struct params *p, const struct fault *f)
{
	if (f->severity != SEVERITY_UNKNOWN || f->rule->severity != SEVERITY_UNKNOWN)
		if (fault_severity(f) < p->min)
			return false;
	if (stands_for_more(f))
		return true;
	if ((p->only_app && f->of_base) || (p->only_base && !f->of_base))
		return false;
	return (p->kinds.n == 0 || texts_have(&p->kinds, f->kind)) &&
	       (p->paths.n == 0 || texts_fit(&p->paths, f->path)) &&
	       (p->packages.n == 0 || texts_fit_purl(&p->packages, f->package));
}

/* By what stands in `allow`: a path, a key, a kind, or a package. */
static bool is_allowed(const struct params *p, const struct fault *f)
{
	if (stands_for_more(f))
		return false;
	return (f->path.len && texts_fit(&p->allow, f->path)) || texts_fit(&p->allow, f->key) ||
	       (f->kind.len && texts_fit(&p->allow, f->kind)) ||
	       (f->package.len && texts_fit_purl(&p->allow, f->package));
}

static int take(struct op *op, struct judge *j, const struct fault *from)
{
	struct fault f = *from;

	f.waived_by = f.reason = S(""); /* nothing that was looked at waives itself */
	if (is_allowed(&j->rule->params, &f)) {
		f.waived_by = S("policy");
		f.reason = S("allowed by the policy");
	}
	return judge_fault(op, j, f, "%.*s", STR_ARG(from->what));
}

static int take_check(struct op *op, struct judge *j, const struct check *c)
{
	if (c->outcome == OUTCOME_ERROR &&
	    judge_error(op, j, "%s: %.*s", c->rule->id,
			STR_ARG(c->detail.len ? c->detail : S("it cannot be told"))) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		if (is_asked(&j->rule->params, &c->fault[i]) && take(op, j, &c->fault[i]) < 0)
			return op->code;
	return 0;
}

static int ask(struct op *op, struct judge *j)
{
	const struct check *c = checks_find(&j->facts->checks, str_of(j->rule->about->id));

	if (!c)
		return judge_error(op, j, "the image was not asked for it");
	if (take_check(op, j, c) < 0)
		return op->code;
	return judge_detail(op, j, "%.*s", STR_ARG(c->detail));
}

/* Another rule of the policy asks it, with words of its own. */
static bool is_named(const struct judge *j, const struct rule *r)
{
	for (ptrdiff_t i = 0; i < j->policy->rule.n; i++)
		if (str_eq(str_of(j->policy->rule.p[i].about->id), str_of(r->id)))
			return true;
	return false;
}

/* By its id or one of its other names. */
static bool is_among(const struct texts *globs, const struct rule *r)
{
	str also = str_of(r->also);
	bool is = texts_fit(globs, str_of(r->id));

	while (!is && also.len > 0)
		is = texts_fit(globs, str_word(&also));
	return is;
}

/* What is listed is asked, whatever else asks it. */
static bool is_of_all(const struct judge *j, const struct rule *r)
{
	const struct params *p = &j->rule->params;

	return !is_among(&p->except, r) && (p->rules.n ? is_among(&p->rules, r) : !is_named(j, r));
}

static int ask_all(struct op *op, struct judge *j)
{
	const struct params *p = &j->rule->params;
	const struct checks *c = &j->facts->checks;
	ptrdiff_t asked = 0;

	for (ptrdiff_t i = 0; i < c->n; i++) {
		if (!is_of_all(j, c->p[i].rule))
			continue;
		if (c->p[i].outcome == OUTCOME_ERROR && c->p[i].rule->severity < p->min)
			continue;
		asked++;
		if (take_check(op, j, &c->p[i]) < 0)
			return op->code;
	}
	if (asked == 0)
		return judge_error(op, j, "the image was not asked for any of them");
	return judge_detail(op, j, "checks: %td", asked);
}

static int ask_ports(struct op *op, struct judge *j)
{
	const struct params *p = &j->rule->params;
	const struct texts *ports = &j->facts->config.ports;

	if (p->allow.n == 0 && p->deny.n == 0)
		return ask(op, j);
	for (ptrdiff_t i = 0; i < ports->n; i++) {
		str port = ports->p[i], number = str_head(port, str_find(port, '/'));
		bool denied =
			texts_fit(&p->deny, port) || (number.len && texts_fit(&p->deny, number));
		bool allowed = p->allow.n == 0 || texts_fit(&p->allow, port) ||
			       (number.len && texts_fit(&p->allow, number));
		struct fault f = { .key = port,
				   .layer = -1,
				   .instruction = config_who(&j->facts->config, "EXPOSE",
							     number.len ? number : port) };
		if ((denied || !allowed) &&
		    judge_fault(op, j, f, "exposes %.*s", STR_ARG(port)) < 0)
			return op->code;
	}
	return judge_detail(op, j, "ports: %td", ports->n);
}

#define WHICH "allow kinds min only_app only_base packages paths"

/* Its words are the audit rule's. */
const struct kind kind_audit = { { "", "", SEVERITY_UNKNOWN, "", "", "" },
				 WHICH,
				 "kinds only_app only_base packages paths",
				 ask };
const struct kind kind_audit_all = {
	{ "audit.all", "", SEVERITY_MEDIUM, "The audit finds nothing",
	  "Every rule of temper audit that no other rule of the policy asks.",
	  "See the faults; each has its own remedy." },
	WHICH " rules except",
	"kinds only_app only_base packages paths rules except",
	ask_all,
};
const struct kind kind_config_ports = {
	{ "config.ports", "DS-0004 DS-0008 DL3011", SEVERITY_MEDIUM, "Only these ports are exposed",
	  "A port that nobody expects is a service that nobody looks after.",
	  "Remove the EXPOSE line, or add the port to what the policy allows." },
	WHICH " deny",
	"kinds only_app only_base",
	ask_ports,
};
