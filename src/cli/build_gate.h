/*
 * build_gate: an image that was just built, judged by policies as `temper gate` judges.
 */
#ifndef CLI_BUILD_GATE_H
#define CLI_BUILD_GATE_H

#include "policy/policy.h"

struct build_gate {
	struct policy **policy; /* [n] */
	ptrdiff_t n;
	bool ours; /* nobody named one: the first is for every image, the second for one on a base */
	struct waivers waivers;
};

/*
 * build_gate_read(op, policies, waivers, ret): before the build, as policies_read() and policies_waivers();
 * but where nobody names a policy it is baseline, and on a base derived. ERR_USAGE with FILE:LINE.
 */
int build_gate_read(struct op *op, const struct texts *policies, const struct texts *waivers,
		    struct build_gate *ret) MUST_USE;

int build_gate(struct op *op, struct build_gate *g, int64_t now, struct facts *facts,
	       struct verdict *ret) MUST_USE;

#endif
