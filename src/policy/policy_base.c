/*
 * Rules over the image that this one was built on.
 */
#include "policy_impl.h"

static int no_base(struct op *op, struct judge *j)
{
	return judge_error(op, j,
			   "what the image was built on is not known: name it with --base, or "
			   "label the image (org.opencontainers.image.base.name)");
}

static int ask_approved(struct op *op, struct judge *j)
{
	const struct facts_base *b = &j->facts->base;
	const struct subject s = { .name = b->name };
	struct fault f = { .key = b->name, .layer = 0 };
	struct texts names;
	bool fits = false;

	const struct check *none = checks_find(&j->facts->checks, S("image.base_known"));
	if (!b->known && j->rule->params.no_base && none && none->outcome == OUTCOME_PASS)
		return judge_detail(op, j, "built on no image: it is made of packages alone");
	if (!b->known || b->name.len == 0)
		return no_base(op, j);
	if (image_names(op, &s, false, &names) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < j->rule->params.from.n && !fits; i++)
		if (image_fits(op, &names, j->rule->params.from.p[i], &fits) < 0)
			return op->code;
	return fits ? judge_detail(op, j, "built on %.*s", STR_ARG(b->name))
		    : judge_fault(op, j, f, "built on %.*s, which is not approved",
				  STR_ARG(b->name));
}

static int ask_current(struct op *op, struct judge *j)
{
	const struct facts_base *b = &j->facts->base;
	struct fault f = { .key = b->name, .layer = 0 };
	int64_t behind;

	if (!b->known)
		return no_base(op, j);
	if (!b->current_known || digest_is_zero(&b->digest))
		return judge_error(op, j, "whether %.*s is current could not be looked up",
				   STR_ARG(b->name));
	if (digest_eq(&b->digest, &b->current))
		return judge_detail(op, j, "%.*s is current", STR_ARG(b->name));
	behind = b->current_created ? j->now - b->current_created : INT64_MAX;
	if (behind >= 0 && behind <= j->rule->params.max_behind) {
		f.waived_by = S("grace");
		judge_ends(j, b->current_created + j->rule->params.max_behind + 1);
		j->graced_until = b->current_created + j->rule->params.max_behind;
		if (judge_day(op, j->graced_until, &f.reason) < 0 ||
		    op_text(op, &f.reason, "within its grace until %.*s", STR_ARG(f.reason)) < 0)
			return op->code;
	}
	return judge_fault(op, j, f, "%.*s has a newer image than this was built on",
			   STR_ARG(b->name));
}

static int ask_weakened(struct op *op, struct judge *j)
{
	const struct hardening *h = j->facts->hardening;
	const struct params *p = &j->rule->params;

	if (!h)
		return no_base(op, j);
	for (ptrdiff_t i = 0; i < h->n; i++) {
		const struct hardening_change *c = &h->p[i];
		struct fault f = { .key = c->key,
				   .kind = str_of(c->area),
				   .layer = c->layer,
				   .instruction = c->instruction,
				   .remedy = c->remedy,
				   .severity = c->severity };
		if (c->kind != HARDENING_WEAKER || (p->min && c->severity < p->min) ||
		    (p->areas.n && !texts_have(&p->areas, str_of(c->area))))
			continue;
		if (texts_fit(&p->allow, c->key) || texts_fit(&p->allow, str_of(c->area)) ||
		    texts_fit(&p->allow, c->rule)) {
			f.waived_by = S("policy");
			f.reason = S("allowed by the policy");
		}
		if (judge_fault(op, j, f, "%.*s", STR_ARG(c->what)) < 0)
			return op->code;
	}
	return judge_detail(op, j, "%td changes for the worse against %.*s", h->weaker_n,
			    STR_ARG(h->before));
}

const struct kind kind_base_approved = {
	{ "base.approved", "CIS-4.2", SEVERITY_MEDIUM, "The image is built on an approved base",
	  "What the base brings is in every image on it, good and bad.",
	  "Build on one of the approved images." },
	"from! no_base",
	"from",
	ask_approved,
};
const struct kind kind_base_current = {
	{ "base.current", "base.outdated", SEVERITY_MEDIUM, "The base is the current one",
	  "Fixes of the base arrive only with a rebuild.", "Rebuild on the current base." },
	"max_behind",
	"",
	ask_current,
};
const struct kind kind_base_not_weakened = {
	{ "base.not_weakened", "", SEVERITY_HIGH, "What was built on the base has not weakened it",
	  "A hardened base is worth what is left of it in the image that runs.",
	  "Undo the change in the instruction that is named." },
	"allow areas min",
	"areas",
	ask_weakened,
};
