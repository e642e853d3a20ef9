/*
 * The image as a whole: what it is called, how old it is, what it was built on, and what only advisories
 * know: vulnerabilities with a fix, and the end of the distribution's support.
 */
#include "auditor.h"
#include "base/buf.h"
#include "base/limits.h"

enum { TAG, AGE, BASE, SCANNED, SIGNED, ATTESTED, LIFE, RULES };
enum { MAX_AGE_DAYS = 90, DAY = 86400 };

static const struct rule rules[RULES] = {
	[TAG] = { "image.tag", "DKL-DI-0006 DS-0001 DL3007", SEVERITY_LOW,
		  "It is not called latest",
		  "What runs under that name changes without anybody deciding it, and cannot be "
		  "rolled back to.",
		  "Give it a tag of its version, or name it by its digest." },
	[AGE] = { "image.max_age", "CIS-4.4", SEVERITY_LOW, "It was made in the last 90 days",
		  "Fixes arrive with a rebuild: what is old lacks what was fixed since.",
		  "Build it again on a current base, and do so regularly." },
	[BASE] = { "image.base_known", "CIS-4.2 CIS-DI-0002", SEVERITY_MEDIUM,
		   "The image that it was built on is named",
		   "Whether a base is trusted can be asked only of one that is known.",
		   "Set the annotations org.opencontainers.image.base.name and .digest: BuildKit, "
		   "Buildah and "
		   "temper do when they are let." },
	[SCANNED] = { "image.scanned", "CIS-4.4 CIS-DI-0004", SEVERITY_HIGH,
		      "It has no known vulnerability that is critical, or high with a fix",
		      "What is published is tried by everybody.",
		      "Take the update and build again; temper scan tells of each." },
	[SIGNED] = { "image.signed", "CIS-4.5 CIS-DI-0005", SEVERITY_MEDIUM, "It is signed",
		     "Without a signature, whoever can write to the registry decides what runs.",
		     "Sign it by its digest when it is published." },
	[ATTESTED] = { "image.attested", "CIS-4.12", SEVERITY_MEDIUM,
		       "It has signed attestations of how it was built and of what is in it",
		       "They are what tells one's own build from another's.",
		       "Attach provenance and a bill of materials to its digest." },
	[LIFE] = { "distro.not_eol", "", SEVERITY_HIGH, "Its distribution is supported",
		   "Nobody looks for vulnerabilities in it any more, or fixes them: that none are "
		   "known means "
		   "nothing.",
		   "Move to a release that is supported." },
};

static int check_tag(struct op *op, struct audit_run *a)
{
	const struct subject *s = &a->inv->subject;
	struct fault f = { .layer = -1, .key = S("latest") };

	if (str_find_str(s->name, S("@sha256:")) >= 0)
		return audit_detail(op, a, &rules[TAG], "it is named by its digest");
	if (str_eq(s->version, S("latest")))
		return audit_fault(op, a, &rules[TAG], f, "it is called %.*s%s", STR_ARG(s->name),
				   str_ends(s->name, S(":latest")) ? "" : ", which means latest");
	return audit_detail(op, a, &rules[TAG], "%s%.*s",
			    s->version.len ? "tag " : "no tag is known", STR_ARG(s->version));
}

static int check_age(struct op *op, struct audit_run *a)
{
	int64_t created = a->config->created ? a->config->created : a->inv->subject.created;
	int64_t days = (a->options->now - created) / DAY;
	struct fault f = { .layer = -1, .key = S("age") };

	if (created <= 0)
		return audit_error(op, a, &rules[AGE], "it does not tell when it was made");
	if (days > MAX_AGE_DAYS)
		return audit_fault(op, a, &rules[AGE], f, "it was made %lld days ago",
				   (long long)days);
	return audit_detail(op, a, &rules[AGE], "it was made %lld days ago",
			    (long long)(days > 0 ? days : 0));
}

/* temper's own, made of packages: there is nothing below. */
static bool is_of_packages(const struct subject *s)
{
	for (ptrdiff_t i = 0; i < s->layer_n; i++)
		if (!str_starts(s->layer[i].created_by, S("temper: ")))
			return false;
	return s->layer_n > 0;
}

static int check_base(struct op *op, struct audit_run *a)
{
	const struct subject *s = &a->inv->subject;
	struct fault f = { .layer = -1, .key = S("base") };
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < s->layer_n; i++)
		n += s->layer[i].is_base;
	if (s->base_name.len || !digest_is_zero(&s->base))
		return audit_detail(op, a, &rules[BASE], "%.*s", STR_ARG(s->base_name));
	if (is_of_packages(s))
		return audit_detail(op, a, &rules[BASE], "none: it is made of packages alone");
	if (n)
		return audit_fault(op, a, &rules[BASE], f,
				   "the lowest %td of %td layers are of an image that is not named",
				   n, s->layer_n);
	return audit_fault(op, a, &rules[BASE], f, "nothing tells what it was built on");
}

static int run(struct op *op, struct audit_run *a)
{
	static const char later[] = "not verifiable yet: signatures are not looked at";
	static const char none[] = "there are no advisories here: run temper db update";

	if (audit_error(op, a, &rules[SCANNED], none) < 0 ||
	    audit_error(op, a, &rules[LIFE], none) < 0 ||
	    audit_error(op, a, &rules[SIGNED], later) < 0 ||
	    audit_error(op, a, &rules[ATTESTED], later) < 0)
		return op->code;
	if (a->inv->subject.kind != SUBJECT_IMAGE)
		return audit_no_image(op, a, rules, BASE + 1);
	if (check_tag(op, a) < 0 || check_age(op, a) < 0)
		return op->code;
	return check_base(op, a);
}

/* ---- with advisories ---- */

static struct fault fault_of(const struct report *r, uint32_t package, enum severity severity)
{
	const struct package *p = &r->inventory->package[package];
	struct fault f = {
		.key = p->name, .layer = p->layer, .package = p->purl, .severity = severity
	};

	if (p->layer >= 0 && p->layer < r->inventory->subject.layer_n)
		f.instruction = r->inventory->subject.layer[p->layer].created_by;
	return f;
}

/* What one update clears, where it clears something that is bad. */
static int check_groups(struct op *op, struct audit_run *a)
{
	const struct report *r = a->report;

	for (ptrdiff_t i = 0; i < r->group_n; i++) {
		const struct fix_group *g = &r->group[i];
		struct fault f = fault_of(r, g->package, g->worst);
		if (g->worst < SEVERITY_HIGH)
			continue;
		f.key = g->name;
		f.kind = S("fixed");
		if (op_text(op, &f.remedy, "Upgrade %.*s to %.*s.", STR_ARG(g->name),
			    STR_ARG(g->to)) < 0 ||
		    audit_fault(op, a, &rules[SCANNED], f,
				"%.*s %.*s has %td known %s that %.*s fixes, the worst %s",
				STR_ARG(g->name), STR_ARG(g->from), g->finding_n,
				g->finding_n == 1 ? "vulnerability" : "vulnerabilities",
				STR_ARG(g->to), severities[g->worst]) < 0)
			return op->code;
	}
	return 0;
}

static int check_critical(struct op *op, struct audit_run *a)
{
	const struct report *r = a->report;

	for (ptrdiff_t i = 0; i < r->shown_n; i++) {
		const struct finding *v = &r->finding[i];
		if (v->severity != SEVERITY_CRITICAL || v->fixed.n > 0)
			continue;
		struct fault f = fault_of(r, v->package, SEVERITY_CRITICAL);
		f.kind = v->id;
		f.remedy = S("There is no fix: remove the package, or say why it does not matter.");
		if (audit_fault(op, a, &rules[SCANNED], f, "%.*s has %.*s, and there is no fix",
				STR_ARG(f.key), STR_ARG(v->id)) < 0)
			return op->code;
	}
	return 0;
}

static int check_coverage(struct op *op, struct audit_run *a)
{
	const struct report *r = a->report;

	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		if (r->coverage[i].incomplete)
			return audit_error(op, a, &rules[SCANNED], "%.*s",
					   STR_ARG(r->coverage[i].what));
	return audit_detail(op, a, &rules[SCANNED], "%td findings, none of them so", r->shown_n);
}

static int check_life(struct op *op, struct audit_run *a)
{
	const struct report *r = a->report;
	const struct life *l = &r->life;
	struct fault f = { .layer = -1, .key = r->ecosystem, .path = r->inventory->os.path };
	bool over = r->ended && (l->extended_end.len == 0 || r->ended_extended);

	if (r->ecosystem.len == 0 &&
	    package_any_of_system(r->inventory->package, r->inventory->package_n))
		return audit_error(
			op, a, &rules[LIFE],
			"its packages are of a distribution, and nothing tells of which");
	if (r->ecosystem.len == 0)
		return audit_detail(op, a, &rules[LIFE], "no distribution that is known");
	if (l->ecosystem.len == 0)
		return audit_error(op, a, &rules[LIFE],
				   "nothing is known of when support of %.*s ends",
				   STR_ARG(r->ecosystem));
	if (over)
		return audit_fault(
			op, a, &rules[LIFE], f, "support of %.*s ended on %.*s",
			STR_ARG(r->ecosystem),
			STR_ARG(l->extended_end.len ? l->extended_end : l->standard_end));
	f.severity = SEVERITY_LOW;
	if (r->ended)
		return audit_fault(
			op, a, &rules[LIFE], f,
			"standard support of %.*s ended on %.*s; extended support ends on %.*s",
			STR_ARG(r->ecosystem), STR_ARG(l->standard_end), STR_ARG(l->extended_end));
	return audit_detail(op, a, &rules[LIFE], "%.*s until %.*s", STR_ARG(r->ecosystem),
			    STR_ARG(l->standard_end.len ? l->standard_end : S("further notice")));
}

static int judge(struct op *op, struct audit_run *a)
{
	if (a->report->no_database)
		return audit_error(op, a, &rules[SCANNED],
				   "there are no advisories here: run temper db update") < 0
			       ? op->code
			       : check_life(op, a);
	if (check_groups(op, a) < 0 || check_critical(op, a) < 0 || check_coverage(op, a) < 0)
		return op->code;
	return check_life(op, a);
}

const struct auditor auditor_image = {
	.name = "image",
	.rule = rules,
	.rule_n = RULES,
	.run = run,
	.judge = judge,
	.judged = "image.scanned distro.not_eol",
};
