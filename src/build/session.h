/*
 * session: what the builds of one command have in common, so that it is done once and is the same
 * for all of them: effects, mirrors, and the verified state and index of each suite.
 */
#ifndef BUILD_SESSION_H
#define BUILD_SESSION_H

#include "distro/effects.h"
#include "distro/repo.h"

struct session; /* opaque; lives in an arena of its own; for one thread */

/* effects: a directory of the user's, or empty. *store must outlive the session. */
int session_open(struct op *op, const struct store *store, str effects,
		 struct session **ret) MUST_USE;
void session_close(struct session **s);
#define AUTO_SESSION __attribute__((cleanup(session_close))) struct session

struct effects *session_effects(const struct session *s);

/* As repo_mirror_find(); the same words are looked up once. */
int session_mirror(struct op *op, struct session *s, str recipe_mirror, str recipe_security,
		   struct repo_mirror *ret) MUST_USE;

/*
 * As repo_open(), once for everything that the spec says but `now`; a failure is remembered too,
 * and told again. The repo is the session's; what was looked up in it holds until session_rest().
 */
int session_repo(struct op *op, struct session *s, const struct repo_spec *spec,
		 struct repo **ret) MUST_USE;

/*
 * Of several recipes most packages are the same ones: their contents and effects are read once.
 * session_contents() is contents_load(); what it gives holds until session_rest().
 */
int session_contents(struct op *op, struct session *s, const struct digest *deb,
		     struct contents *ret) MUST_USE;
void session_learn(struct session *s, str package);

/* Is it the first time that this is to be told? */
int session_first(struct op *op, struct session *s, str what, bool *ret) MUST_USE;

/* One recipe is done: what has grown past a few megabytes is given back. */
void session_rest(struct session *s);

/* For processes that are forked from now on: a descriptor for sys/turns.h, or 0 before
 * session_share(). */
int session_share(struct op *op, struct session *s) MUST_USE;
int session_turns(const struct session *s);

#endif
