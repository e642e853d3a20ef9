/*
 * spec: checks by the items of a benchmark instead of by rules.
 */
#ifndef AUDIT_SPEC_H
#define AUDIT_SPEC_H

#include "audit.h"

/* The names that audit_spec() knows, the last one NULL. */
extern const char *const audit_specs[];

/*
 * audit_spec(op, name, c, ret): a check for each item, in its order, with the faults of all rules that
 * answer it: FAIL where one of them is broken, else ERROR where one cannot be told or none asks for
 * it. A fault keeps its rule. 1: there is no such benchmark.
 */
int audit_spec(struct op *op, str name, const struct checks *c, struct checks *ret) MUST_USE;

#endif
