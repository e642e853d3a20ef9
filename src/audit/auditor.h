/*
 * auditor: what checks one noun: one file with one `const struct auditor`, which has its rules as
 * data and one function that asks them all, and one line in auditors.c.
 *
 *	static const struct rule rules[] = { { "fs.no_setuid", "CIS-4.8 CIS-DI-0008", SEVERITY_HIGH, ... } };
 *	static int run(struct op *op, struct audit_run *a) { ... audit_fault(op, a, &rules[0], &f) ... }
 *	const struct auditor auditor_rights = { "rights", rules, 1, wants, run };
 *
 * Each of its rules gets a check: PASS unless a fault was added, or audit_error() was called.
 */
#ifndef AUDIT_AUDITOR_H
#define AUDIT_AUDITOR_H

#include "audit.h"

struct audit_run {
	const struct tree *tree; /* NULL in the second half of an audit: audit_findings() */
	const struct inventory *inv;
	const struct config *config; /* with secrets masked, where they are looked for */
	const struct config
		*raw_config; /* as it is: for those who look for secrets, not to be told */
	const struct audit_options *options;
	struct secrets *secrets;     /* NULL: not asked for */
	str no_secrets;              /* asked for, but it cannot be done: why; NUL-terminated */
	const struct report *report; /* only for `judge` */
	void *audit;                 /* for audit.c */
};

struct auditor {
	const char *name;
	const struct rule *rule; /* [rule_n] */
	size_t rule_n;
	const struct want
		*wants; /* ends with an empty one; files whose content it reads; may be NULL */
	int (*run)(struct op *op, struct audit_run *a);
	/* For rules that need the findings; may be NULL. They are asked for once more then: what run() said
	 * of those in `judged` is forgotten before. */
	int (*judge)(struct op *op, struct audit_run *a);
	const char *judged; /* ids, parted by blanks */
};
extern const struct auditor *const auditors[];
extern const size_t auditors_n;

/*
 * audit_fault(op, a, rule, f): one fault; f->rule need not be set. Where f->path names a file of the tree
 * and layer, instruction and package are not set, they are filled from it: the layer's instruction,
 * the package that owns it. `what` is made of fmt. A layer of 0 (or -1) without an instruction is not
 * set: give both to insist. Beyond LIMIT_FAULTS of a rule it counts only: see FAULT_MORE.
 */
int audit_fault(struct op *op, struct audit_run *a, const struct rule *rule, struct fault f,
		const char *fmt, ...) PRINTF_LIKE(5, 6) MUST_USE;

/* The check of a rule cannot be answered, and why; or a line of what was looked at. */
int audit_error(struct op *op, struct audit_run *a, const struct rule *rule, const char *fmt, ...)
	PRINTF_LIKE(4, 5) MUST_USE;
int audit_detail(struct op *op, struct audit_run *a, const struct rule *rule, const char *fmt, ...)
	PRINTF_LIKE(4, 5) MUST_USE;

/* As audit_error(), where a part of the image cannot be read: the answer is not whole (exit 4). So is a
 * run() that returns ERR_FORMAT or ERR_LIMIT, for all its rules. */
int audit_unread(struct op *op, struct audit_run *a, const struct rule *rule, const char *fmt, ...)
	PRINTF_LIKE(4, 5) MUST_USE;

/* What was looked at has no configuration: all of these rules cannot be told. */
int audit_no_image(struct op *op, struct audit_run *a, const struct rule *rule, size_t n) MUST_USE;

/* The instruction that made a layer, or "". */
str audit_instruction(const struct audit_run *a, int layer);

/* The package that a file of the tree belongs to, or NULL. The first call costs O(files). */
int audit_owner(struct op *op, struct audit_run *a, uint32_t node,
		const struct package **ret) MUST_USE;

/* A file's content that `wants` asked for, at most max bytes; 1: there is none at that path. Symlinks
 * are followed below the root. */
int audit_text(struct op *op, struct audit_run *a, str path, size_t max, str *ret) MUST_USE;

#endif
