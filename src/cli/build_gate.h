/*
 * build_gate: an image that was just built, judged by policies as `temper gate` judges.
 */
#ifndef CLI_BUILD_GATE_H
#define CLI_BUILD_GATE_H

#include "policy/policy.h"

/*
 * build_gate(op, policies, waivers, now, facts, ret): each policy is a file, or the name of one that
 * ships; none: .temper/policy.yaml where that is, else baseline and, on a base, derived. `waivers` are files. ERR_USAGE
 * for policies and waivers that are wrong, with FILE:LINE.
 */
int build_gate(struct op *op, const struct texts *policies, const struct texts *waivers,
	       int64_t now, struct facts *facts, struct verdict *ret) MUST_USE;

#endif
