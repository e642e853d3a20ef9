/*
 * policy: named rules with parameters over facts (model/facts.h), as YAML (docs/policy.md):
 *
 *	name: prod-baseline
 *	description: ...
 *	extends: [baseline]          names of shipped policies, or files beside this one
 *	match: {images: ["registry.corp/prod-**"], except: ["*-dev"]}
 *	mode: enforce                enforce | warn | log
 *	data: {max_feed_age: 48h}    values that `with` refers to as $max_feed_age
 *	overlays: [severities.yaml]  files {data: {...}, rules: {ID: {...}}} whose values replace those of `data`
 *	                             and of rules' `with`
 *	override: {ID: {mode: warn, with: {...}}}   what is changed of rules that are extended
 *	waivers: {files: [waivers.yaml], foreign: [.trivyignore], max_days: 90, approvals: 2, warn_days: 14}
 *	rules:
 *	  - id: VULN-001
 *	    rule: vuln.severity
 *	    with: {min: high, fixable: true, grace: {critical: 7d, high: 14d}}
 *	    mode: warn
 *	    effective_on: 2027-02-01
 *	    title, rationale, solution: texts
 *	  - {id: CUST-001, cel: 'image.size <= 150 * MiB', message: '"too fat: " + string(image.size)'}
 *
 * Unknown keys, rules and parameters, keys and ids that stand twice, and rules that contradict each other
 * (the same rule with other parameters and no match between them) are ERR_USAGE with file and line.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/buf.h"
#include "model/verdict.h"
#include "waivers.h"

struct policy; /* opaque; lives in its op */

/* Reads what a policy names: the caller opens files ("baseline" of the shipped ones never gets here). */
typedef int policy_opener(void *arg, struct op *op, str path, str *ret_bytes);

int policy_read(struct op *op, str file, str bytes, policy_opener *open, void *arg,
		struct policy **ret) MUST_USE;

/* A policy that ships (data/policies/NAME.yaml, compiled in), or NULL; and their names. */
struct policy_shipped {
	const char *name, *what, *text;
};
extern const struct policy_shipped policies_shipped[];
extern const size_t policies_shipped_n;

struct policy_wish {
	struct waivers waivers; /* of --waivers, besides those that the policy names */
	int64_t now;
};

/*
 * policy_judge(op, policy, n, facts, report, wish, ret): all policies over the same facts; `report`
 * is that of facts, whose findings become suppressed where a waiver of the policy holds. 0 whatever the
 * verdict. A policy that does not match the image says so in ret->warnings and judges nothing; if none
 * does, the verdict has not passed.
 */
int policy_judge(struct op *op, struct policy *const *policy, ptrdiff_t n, struct facts *facts,
		 struct report *report, const struct policy_wish *wish,
		 struct verdict *ret) MUST_USE;

/*
 * policy_waivers(op, p, now, w): the waivers of a policy, put before those in *w, all marked by what the
 * policy takes and by the day: refused, expired, expiring. Nothing is matched.
 */
int policy_waivers(struct op *op, const struct policy *p, int64_t now,
		   struct waivers *w) MUST_USE;

/* The built-in rules that a policy can name, for `temper policy rules` and docs. */
struct policy_kind {
	const char *name; /* "vuln.severity" */
	const char *title;
	const char *params; /* names parted by blanks: "min! fixable"; one with "!" must be given */
};
int policy_kinds(struct op *op, const struct policy_kind **ret, size_t *ret_n) MUST_USE;

/* The parameters of all of them, one by one from at == 0: returns where the next is, 0 behind the last. */
struct policy_param {
	const char *name, *expected, *what;
};
size_t policy_params(size_t at, struct policy_param *ret);

/* "name (file): 12 rules" and a line for each rule: what was read, for people. */
void policy_describe(struct buf *b, const struct policy *p);

#endif
