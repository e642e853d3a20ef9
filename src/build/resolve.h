/*
 * resolve: a recipe becomes a lock: the repository's state, the packages that it needs and why,
 * and how their scripts are answered.
 */
#ifndef BUILD_RESOLVE_H
#define BUILD_RESOLVE_H

#include "lock.h"
#include "parts.h"

/*
 * resolve(op, in, ret): for every platform of the recipe. The lock's outcome halves are empty.
 * Steps ("resolve", "unpack") are told as they begin and when they are done.
 */
struct resolve_input {
	const struct parts_input *parts;
	struct repo_mirror mirror;
	str keyring; /* empty: the default */
	void (*begin)(void *arg, const char *step);
	void (*done)(void *arg, const char *step, str detail);
	void (*warn)(void *arg, str text); /* of a mirror; once for each thing */
	void *arg;
};
int resolve(struct op *op, const struct resolve_input *in, struct lock *ret) MUST_USE;

#endif
