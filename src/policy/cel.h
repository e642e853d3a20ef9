/*
 * cel: expressions of policies, a subset of the Common Expression Language over the facts of an image. Source:
 * google/cel-spec, langdef.md: grammar, precedence, overflow, errors of && and ||. Messages, extensions and
 * time zones are left out; docs/cel.md lists what there is.
 *
 * What is asked for and is not there is an error, never a default; so is what takes too long or
 * too much. Every evaluation ends: there is no loop but over what is there, and steps are counted.
 */
#ifndef POLICY_CEL_H
#define POLICY_CEL_H

#include "codec/node.h"
#include "facts_table.h"

struct cel; /* compiled; lives in its op, and needs the text as long */

/*
 * cel_compile(op, where, text, ret): over the members of facts_table, "input" for all of them, and the
 * constants KiB, MiB and GiB. ERR_USAGE with "WHERE:COLUMN: ..." (LINE too if the text has several) for
 * what is no expression, names what there is not, or can only be an error. cel_compile_any(): over
 * whatever members there will be.
 */
int cel_compile(struct op *op, str where, str text, struct cel **ret) MUST_USE;
int cel_compile_any(struct op *op, str where, str text, struct cel **ret) MUST_USE;

/* Is it known that it gives a truth, or a text? An expression over anything may give either. */
bool cel_may_bool(const struct cel *c);
bool cel_may_text(const struct cel *c);

/*
 * cel_bool(op, c, facts, ret, ret_why): facts: the document of facts_json.h as a tree, or any mapping. Three
 * values: OUTCOME_PASS for true, OUTCOME_FAIL for false, OUTCOME_ERROR with why in op.
 * cel_text(): 1 and why for an error. Both take at most LIMIT_CEL_STEPS and LIMIT_CEL_MEMORY.
 */
int cel_bool(struct op *op, const struct cel *c, const struct node *facts, enum outcome_kind *ret,
	     str *ret_why) MUST_USE;
int cel_text(struct op *op, const struct cel *c, const struct node *facts, str *ret) MUST_USE;

/* Any value as an expression that gives it: "[1, 2u, 1.5, \"x\"]". As cel_text(). For tests and people. */
int cel_show(struct op *op, const struct cel *c, const struct node *facts, str *ret) MUST_USE;

/* Facts as the tree that expressions see; in op. Takes some 6 ms for 1,000 packages and 500 findings. */
int cel_facts(struct op *op, const struct facts *f, struct node *ret) MUST_USE;

#endif
