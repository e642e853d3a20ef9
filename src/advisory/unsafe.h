/*
 * unsafe: the versions that a language's feed means: feeds say which versions are vulnerable, or which
 * are patched and which never were affected.
 */
#ifndef ADVISORY_UNSAFE_H
#define ADVISORY_UNSAFE_H

#include "bulletin.h"

/*
 * Lists of constraints (or one; NULL: none), each list joined by or. All versions that neither takes
 * in are affected. The state is set: fixed where a span ends before a version; unknown where
 * something is patched and no version is named; else affected. 1: a constraint is none; 2: no
 * version is affected (which is no reason to doubt others that say so); nothing is set. a may be NULL
 * (no memory).
 */
int unsafe_but(struct bulletin *b, struct affected *a, enum range_language lang,
	       enum version_scheme scheme, const struct node *patched,
	       const struct node *unaffected) MUST_USE;

/* The versions that a constraint takes in; `patched`: something is. */
int unsafe_in(struct bulletin *b, struct affected *a, enum range_language lang,
	      enum version_scheme scheme, str vulnerable, bool patched) MUST_USE;

#endif
