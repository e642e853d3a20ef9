/*
 * resolve: a recipe becomes a lock: the repository's state, the packages that it needs and why,
 * and how their scripts are answered.
 */
#ifndef BUILD_RESOLVE_H
#define BUILD_RESOLVE_H

#include "lock.h"
#include "parts.h"
#include "session.h"

/*
 * resolve(op, in, ret): for every platform of the recipe. The lock's outcome halves are empty.
 * Steps ("resolve", "unpack") are told as they begin and when they are done.
 */
struct resolve_input {
	const struct parts_input *parts;
	struct session *session; /* has the repositories */
	struct repo_mirror mirror;
	str keyring; /* empty: the default */
	void (*begin)(void *arg, const char *step);
	void (*done)(void *arg, const char *step, str detail);
	void (*warn)(void *arg, str text); /* of a mirror; once for each thing */
	void *arg;
};
/* Have the session open every repository that resolve() will ask: before processes are forked. */
int resolve_prepare(struct op *op, const struct resolve_input *in) MUST_USE;
int resolve(struct op *op, const struct resolve_input *in, struct lock *ret) MUST_USE;

#endif
