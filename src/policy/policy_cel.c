/*
 * Rules that are expressions over the facts (cel.h). What is not there, or takes too much, cannot be told.
 */
#include "policy_impl.h"

/* The document is made once for all expressions of a policy. */
static int make_tree(struct op *op, struct judge *j)
{
	if (*j->has_tree)
		return 0;
	if (cel_facts(op, j->facts, j->tree) < 0)
		return op->code;
	*j->has_tree = true;
	return 0;
}

static int ask(struct op *op, struct judge *j)
{
	const struct policy_rule *r = j->rule;
	struct fault f = { .key = r->id, .layer = -1 };
	enum outcome_kind outcome = OUTCOME_ERROR;
	str why = S(""), message = S("");
	int rc;

	if (make_tree(op, j) < 0 || cel_bool(op, r->cel, j->tree, &outcome, &why) < 0)
		return op->code;
	if (outcome == OUTCOME_ERROR)
		return judge_error(op, j, "%.*s", STR_ARG(why));
	if (outcome == OUTCOME_PASS)
		return 0;
	if (!r->message)
		return judge_fault(op, j, f, "%.*s is false", STR_ARG(r->expression));
	/* A message that fails takes nothing from the answer. */
	if ((rc = cel_text(op, r->message, j->tree, &message)) < 0)
		return rc;
	return judge_fault(op, j, f, "%.*s", STR_ARG(message));
}

const struct kind kind_cel = {
	{ "cel", "", SEVERITY_MEDIUM, "An expression over the image holds",
	  "A rule of the policy's own.", "See the policy." },
	"",
	"",
	ask,
};
