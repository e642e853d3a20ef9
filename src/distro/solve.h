/*
 * solve: which packages an image needs (libsolv), and why.
 */
#ifndef DISTRO_SOLVE_H
#define DISTRO_SOLVE_H

#include "effects.h"
#include "repo.h"

struct solve_request {
	/* "nginx", "nginx=1.26.3-3", "nginx (>= 1.26)", "nginx/trixie-security" and "!mawk" */
	const str *want;
	ptrdiff_t want_n;
	const struct platform *platform;
};

/* An edge of the graph of what was chosen. */
struct solve_edge {
	ptrdiff_t from;      /* index into chosen; -1: the recipe */
	ptrdiff_t to;        /* index into chosen; -1 for a cut one that was not chosen otherwise */
	str relation;        /* as the package writes it: "libssl3t64 (>= 3.0.0)", or "a | b" */
	str cut;             /* empty, or why the edge was cut: the effect's words */
	str cut_by;          /* the effects file and line that cut it */
	bool added;          /* an undeclared need that an effect adds */
};

struct solve_answer {
	struct repo_package *chosen; /* [n], sorted by name */
	ptrdiff_t n;
	struct solve_edge *edge;     /* [edge_n], sorted by from, then relation */
	ptrdiff_t edge_n;
};

/*
 * solve(op, repo, effects, request, ret): Debian's semantics: Depends and Pre-Depends (alternatives in
 * their order of preference, versions, architecture qualifiers), Provides with versions, Conflicts,
 * Breaks, the highest version among the pockets. Recommends and Essential are not followed. Edges
 * that effects cut are left out and recorded. ERR_USAGE for a name that does not exist (with the
 * nearest one) and ERR_NO, in sentences that name who wants what, when there is no solution.
 * Deterministic: the same repository state, effects and request give the same answer.
 */
int solve(struct op *op, struct repo *repo, const struct effects *effects,
	  const struct solve_request *request, struct solve_answer *ret) MUST_USE;

/* The shortest chain of edges from the recipe to chosen[to]: indices into edge, in order. */
int solve_why(struct op *op, const struct solve_answer *a, ptrdiff_t to, ptrdiff_t **ret, ptrdiff_t *ret_n) MUST_USE;

#endif
