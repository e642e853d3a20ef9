/*
 * audit_select: which rules of an audit are asked for: --only and --skip.
 */
#ifndef CLI_AUDIT_SELECT_H
#define CLI_AUDIT_SELECT_H

#include "audit/audit.h"

struct audit_select {
	struct texts only, skip; /* ids, other names, or all of a kind: "fs" */
};

/* From what was given, parted by commas. ERR_USAGE for what names no rule. */
int audit_select_read(struct op *op, const struct texts *only, const struct texts *skip,
		      struct audit_select *ret) MUST_USE;

/* Leave those alone that are meant. */
void audit_select_apply(const struct audit_select *s, struct checks *c);

#endif
