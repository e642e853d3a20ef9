/*
 * solve_world: all that a request can reach, as clauses over candidates: what the solver, the
 * walk and the explanations work on.
 *
 * Invariants: (1) units are sorted by name, then highest version first, and no two have both the
 * same; (2) a clause's units are all those that satisfy it, in order of preference, each once;
 * (3) foes are symmetric in effect: u and v exclude each other if either lists the other.
 */
#ifndef DISTRO_SOLVE_WORLD_H
#define DISTRO_SOLVE_WORLD_H

#include "base/map.h"
#include "base/vec.h"
#include "relation.h"
#include "solve.h"
#include "solve_worker.h"

typedef VEC(ptrdiff_t) solve_indices;

struct solve_need {
	struct relation_group group;
	const struct effect_cut *added; /* or NULL */
	ptrdiff_t clause;
};
struct solve_left { /* a dependency that a cut left out */
	struct relation_group group;
	const struct effect_cut *cut;
};

struct solve_unit { /* one version of one package that may be chosen */
	const struct repo_package *package;
	VEC(struct solve_need) need;
	VEC(struct solve_left) left;
	struct relations provides, conflicts, breaks;
	solve_indices foe; /* units that its Conflicts and Breaks exclude, sorted, without itself */
	bool held;         /* older than the newest there is */
	bool hopeless;     /* something that it needs can never be had */
};

struct solve_clause {
	struct relation_group group;
	solve_indices unit;
};

struct solve_wish {
	str text, name, suite;
	bool negative, is_virtual;
	struct relation relation;
	const struct solve_local *local; /* or NULL */
	ptrdiff_t clause;                /* of a positive one */
};

struct solve_world {
	struct op *op;
	const struct solve_source *source;
	const struct solve_request *request;
	VEC(struct solve_wish) wish;
	VEC(struct solve_unit) unit;
	VEC(struct solve_clause) clause;
	struct map clause_by_text; /* index + 1 */
	struct map name;           /* struct world_name, internal */
	struct map real, provided; /* name -> solve_indices of units */
};

/* Load what the request can reach. Errors as solve()'s for names and versions that do not exist. */
int solve_world_load(struct op *op, const struct solve_source *source,
		     const struct solve_request *request, struct solve_world *ret) MUST_USE;

/* Its second half: order the units and make clauses, foes and hopelessness from them. */
int solve_world_link(struct solve_world *w) MUST_USE;

/* Does the unit satisfy the relation, by its name or by what it provides? */
bool solve_unit_satisfies(const struct solve_world *w, const struct solve_unit *u,
			  const struct relation *r);

/*
 * Packages of a name, and what provides one, as the request may have them: with local files, and
 * without those of repositories that may not stand for Debian's (solve_origin.c).
 */
int solve_find(const struct solve_world *w, str name, struct repo_package **ret,
	       ptrdiff_t *ret_n) MUST_USE;
int solve_providers(const struct solve_world *w, str name, struct repo_package **ret,
		    ptrdiff_t *ret_n) MUST_USE;

/* Take out of provides what the package may not stand for. */
int solve_trim_provides(const struct solve_world *w, const struct repo_package *p,
			struct relations *provides) MUST_USE;

/* Where the package is from: "trixie-security", "internal", "a file". */
str solve_origin(const struct solve_world *w, const struct repo_package *p);

/* The repository that has a package of the relation which may not stand for Debian's; or empty. */
int solve_kept_out(const struct solve_world *w, const struct relation *r, str *ret_version,
		   str *ret_repository) MUST_USE;

/* What is to be told of a choice: wishes that leave a higher version in a repository. */
int solve_note(const struct solve_world *w, const bool *chosen, struct texts *ret) MUST_USE;

/* Does the recipe exclude the package? */
bool solve_excluded(const struct solve_world *w, const struct repo_package *p);

/*
 * solve_walk(op, w, avoid, ret): what a person would choose: all that is forced first, then each
 * open choice's first alternative that is not ruled out by what was chosen, not hopeless and not
 * in avoid ([unit.n]). ret is [unit.n]. It may be no solution; the solver decides.
 */
int solve_walk(struct op *op, const struct solve_world *w, const bool *avoid, bool **ret) MUST_USE;

/* Record ERR_NO with the facts as sentences, from the recipe downwards. Reorders facts. */
int solve_explain(struct op *op, const struct solve_world *w, struct solve_fact *fact, ptrdiff_t n);

/* The answer for the chosen units. */
int solve_tell(struct op *op, const struct solve_world *w, const bool *chosen,
	       struct solve_answer *ret) MUST_USE;

#endif
