/*
 * Rules over packages: which must, which must not be there, how many; and their licences, read as SPDX
 * expressions: of alternatives one that is allowed is enough, of what holds together everything counts.
 */
#include "model/licence_class.h"
#include "base/glob.h"
#include "base/limits.h"
#include "policy_impl.h"

static struct fault fault_of(const struct judge *j, const struct package *k)
{
	const struct subject *s = &j->report->inventory->subject;
	struct fault f = { .key = k->purl,
			   .package = k->purl,
			   .layer = k->layer,
			   .of_base = k->origin == ORIGIN_BASE };
	ptrdiff_t query = str_find(k->purl, '?');
	ptrdiff_t at = str_rfind(str_head(k->purl, query < 0 ? k->purl.len : query), '@');

	if (at > 0)
		f.key = str_head(k->purl, at);
	if (k->layer >= 0 && k->layer < s->layer_n)
		f.instruction = s->layer[k->layer].created_by;
	if (k->evidence_n)
		f.path = k->evidence[0].path;
	return f;
}

static bool is_asked(const struct params *p, const struct package *k)
{
	return !(p->only_app && k->origin == ORIGIN_BASE) &&
	       !(p->only_base && k->origin != ORIGIN_BASE) && !texts_fit_purl(&p->except, k->purl);
}

static int ask_deny(struct op *op, struct judge *j)
{
	const struct inventory *v = j->report->inventory;
	const struct params *p = &j->rule->params;

	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		const struct package *k = &v->package[i];
		if (is_asked(p, k) && texts_fit_purl(&p->purls, k->purl) &&
		    judge_fault(op, j, fault_of(j, k), "%.*s %.*s is in the image",
				STR_ARG(k->name), STR_ARG(k->version)) < 0)
			return op->code;
	}
	return judge_detail(op, j, "packages: %td", v->package_n);
}

static int ask_required(struct op *op, struct judge *j)
{
	const struct inventory *v = j->report->inventory;
	const struct texts *want = &j->rule->params.purls;

	for (ptrdiff_t i = 0; i < want->n; i++) {
		const struct texts one = { &want->p[i], 1 };
		struct fault f = { .key = want->p[i], .layer = -1 };
		bool found = false;
		for (ptrdiff_t k = 0; k < v->package_n && !found; k++)
			found = texts_fit_purl(&one, v->package[k].purl);
		if (!found &&
		    judge_fault(op, j, f, "%.*s is not in the image", STR_ARG(want->p[i])) < 0)
			return op->code;
	}
	return judge_detail(op, j, "packages: %td", v->package_n);
}

static int ask_count(struct op *op, struct judge *j)
{
	const struct inventory *v = j->report->inventory;
	const struct params *p = &j->rule->params;
	struct fault f = { .key = S("count"), .layer = -1 };
	uint64_t n = 0;

	for (ptrdiff_t i = 0; i < v->package_n; i++)
		n += is_asked(p, &v->package[i]) &&
		     (p->packages.n == 0 || texts_fit_purl(&p->packages, v->package[i].purl));
	if (n > p->max)
		return judge_fault(op, j, f, "packages: %llu; allowed: %llu", (unsigned long long)n,
				   (unsigned long long)p->max);
	return judge_detail(op, j, "packages: %llu", (unsigned long long)n);
}

/* ---- licences ---- */

static str bare(str licence)
{
	ptrdiff_t blank = str_find(licence, ' ');

	return str_head(licence, blank < 0 ? licence.len : blank);
}

/* Case does not matter in SPDX identifiers; patterns are matched in both spellings. */
static bool names(const struct params *p, str licence)
{
	return texts_have(&p->spdx, licence) || texts_fit(&p->spdx, licence) ||
	       texts_have(&p->spdx, bare(licence)) || texts_fit(&p->spdx, bare(licence));
}

enum { GOOD, BAD }; /* grades of a licence */

static int grade_denied(const void *params, str licence)
{
	const struct params *p = params;

	return texts_have(&p->allow, licence) || !names(p, licence) ? GOOD : BAD;
}

static int grade_named(const void *params, str licence)
{
	return names(params, licence) ? GOOD : BAD;
}

static bool says_none(const struct package *k)
{
	return k->licence.len == 0 || str_eq(k->licence, S("NOASSERTION")) ||
	       str_eq(k->licence, S("NONE"));
}

static int tell_licence(struct op *op, struct judge *j, const struct package *k)
{
	struct fault f = fault_of(j, k);

	f.kind = k->licence;
	return judge_fault(op, j, f, "%.*s %.*s is under %.*s", STR_ARG(k->name),
			   STR_ARG(k->version), STR_ARG(k->licence));
}

static int ask_licences(struct op *op, struct judge *j, licence_grade *grade)
{
	const struct inventory *v = j->report->inventory;
	const struct params *p = &j->rule->params;
	ptrdiff_t silent = 0;

	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		const struct package *k = &v->package[i];
		int answer = BAD;
		if (!is_asked(p, k))
			continue;
		if (says_none(k)) {
			silent++;
			if (p->unknown &&
			    judge_fault(op, j, fault_of(j, k), "%.*s %.*s does not say its licence",
					STR_ARG(k->name), STR_ARG(k->version)) < 0)
				return op->code;
			continue;
		}
		/* What cannot be read is under a licence that nobody knows. */
		if ((!licence_judge(k->licence, grade, p, &answer) || answer == BAD) &&
		    tell_licence(op, j, k) < 0)
			return op->code;
	}
	return judge_detail(op, j, "packages: %td, of them without a licence: %td", v->package_n,
			    silent);
}

static int ask_licence_deny(struct op *op, struct judge *j)
{
	return ask_licences(op, j, grade_denied);
}

static int ask_licence_allow(struct op *op, struct judge *j)
{
	return ask_licences(op, j, grade_named);
}

/* ---- kinds ---- */

#define SCOPE " only_app only_base except"
#define PARTS "only_app only_base"

const struct kind kind_package_deny = {
	{ "package.deny", "", SEVERITY_MEDIUM, "None of these packages is in the image",
	  "What an attacker finds there need not be brought along.", "Remove the package." },
	"purls!" SCOPE,
	PARTS " purls",
	ask_deny,
};
const struct kind kind_package_required = {
	{ "package.required", "", SEVERITY_MEDIUM, "These packages are in the image",
	  "What everything relies on must be there: certificates, agents.",
	  "Install the package." },
	"purls!",
	"purls",
	ask_required,
};
const struct kind kind_package_count = {
	{ "package.count", "", SEVERITY_LOW, "There are not too many packages",
	  "Each package is code that has to be trusted and kept current.",
	  "Leave out what is not needed: temper slim shows what nothing reaches." },
	"max! packages" SCOPE,
	PARTS " packages",
	ask_count,
};
const struct kind kind_license_deny = {
	{ "license.deny", "", SEVERITY_HIGH, "No package is under one of these licences",
	  "A licence may ask for what the company cannot give.",
	  "Replace the package, or have the licence approved." },
	"spdx! allow unknown" SCOPE,
	PARTS " spdx",
	ask_licence_deny,
};
const struct kind kind_license_allow = {
	{ "license.allow", "", SEVERITY_MEDIUM, "Every package is under one of these licences",
	  "What nobody has looked at is not approved.", "Have the licence looked at." },
	"spdx! unknown" SCOPE,
	PARTS " spdx",
	ask_licence_allow,
};
const struct kind kind_license_review = {
	{ "license.review", "", SEVERITY_LOW, "No package is under a licence to be reviewed",
	  "Some licences are fine for one use and not for another: a person decides.",
	  "Have the licence reviewed, and write a waiver with the result." },
	"spdx! allow unknown" SCOPE,
	PARTS " spdx",
	ask_licence_deny,
};
