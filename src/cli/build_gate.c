#include "build_gate.h"

#include "policies.h"

int build_gate_read(struct op *op, const struct texts *policies, const struct texts *waivers,
		    struct build_gate *ret)
{
	static str shipped[] = { S_INIT("baseline"), S_INIT("derived") };
	const struct texts ours = { shipped, 2 };
	str told;

	*ret = (struct build_gate){ 0 };
	if (policies_read(op, policies, &ret->policy, &ret->n, &told) < 0 ||
	    policies_waivers(op, waivers, &ret->waivers) < 0)
		return op->code;
	ret->ours = told.len > 0;
	return ret->ours ? policies_read(op, &ours, &ret->policy, &ret->n, &told) : 0;
}

int build_gate(struct op *op, struct build_gate *g, int64_t now, struct facts *facts,
	       struct verdict *ret)
{
	const struct policy_wish wish = { .waivers = g->waivers, .now = now };
	/* What policies judge is this caller's to change: findings become suppressed by waivers. */
	struct report *report = (struct report *)(uintptr_t)facts->report;

	return policy_judge(op, g->policy, g->ours && !facts->hardening ? 1 : g->n, facts, report,
			    &wish, ret);
}
