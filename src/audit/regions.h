/*
 * regions: many files that have the same fault, told by the topmost one: a directory that was opened
 * to everybody is one fault, and not as many as it has files.
 */
#ifndef AUDIT_REGIONS_H
#define AUDIT_REGIONS_H

#include "tree/tree.h"

struct regions {
	const struct tree *tree;
	uint32_t *top;   /* [tree_count()]: 1 + the topmost marked one on the way to it, or 0 */
	uint32_t *count; /* [tree_count()]: of a topmost one, the marked ones below it and itself */
	uint64_t *bytes; /* likewise: of files */
};

int regions_open(struct op *op, const struct tree *t, struct regions *ret) MUST_USE;

/* Every node, visible or not, in rising order: has it the fault? Parents come before what is in them. */
void regions_put(struct regions *r, uint32_t node, bool marked);

/* Is it the topmost one of its region? */
static inline bool regions_is_top(const struct regions *r, uint32_t node)
{
	return r->top[node] == node + 1;
}

#endif
