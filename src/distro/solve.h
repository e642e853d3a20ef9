/*
 * solve: which packages an image needs (libsolv), and why.
 */
#ifndef DISTRO_SOLVE_H
#define DISTRO_SOLVE_H

#include "effects.h"
#include "repo.h"

/* A package that is a file of the user's. */
struct solve_local {
	str line;                    /* by which the request asks for it: "./dist/app.deb" */
	struct repo_package package; /* path: the line; pocket: SOLVE_LOCAL */
};
enum { SOLVE_LOCAL = -1 };

struct solve_request {
	/* "nginx", "nginx=1.26.3-3", "nginx (>= 1.26)", "nginx/trixie-security", "nginx/internal"
	   (a repository of its own), "!mawk", and the lines of local */
	const str *want;
	ptrdiff_t want_n;
	const struct solve_local *local;
	ptrdiff_t local_n;
	const struct platform *platform;
	/* dependencies on the keys are left out, whosever they are; the values say why */
	struct pairs cut;
	bool uncut; /* follow what effects cut, as dpkg would */
};

/* An edge of the graph of what was chosen. */
struct solve_edge {
	ptrdiff_t from; /* index into chosen; -1: the recipe */
	ptrdiff_t to;   /* index into chosen; -1 for a cut one that was not chosen otherwise */
	str relation;   /* as the package writes it: "libssl3t64 (>= 3.0.0)", or "a | b" */
	str cut;        /* empty, or why the edge was cut: the effect's words */
	str cut_by;     /* the effects file and line that cut or added it, or "recipe" */
	bool added;     /* an undeclared need that an effect adds */
	str why;        /* of a cut or added one: the effect's words */
};

struct solve_answer {
	struct repo_package *chosen; /* [n], sorted by name */
	ptrdiff_t n;
	struct solve_edge *edge; /* [edge_n], sorted by from, then relation */
	ptrdiff_t edge_n;
	struct texts note; /* what the user should know, a sentence each */
};

/*
 * solve(op, repo, effects, request, ret): Debian's semantics: Depends and Pre-Depends (alternatives
 * in their order of preference, versions, architecture qualifiers), Provides with versions,
 * Conflicts, Breaks, the highest version among the pockets. Recommends and Essential are not
 * followed. Edges that effects or the request cut are left out and
 * recorded. ERR_USAGE for a name that does not
 * exist (with the nearest one) and ERR_NO, in sentences that name who wants what, when there is no
 * solution. Deterministic: the same repository state, effects and request give the same answer.
 *
 * A name stands for its highest version, or the highest that the request's words about that name
 * allow; an older one is never taken because the newest does not fit. What a package that is held
 * at an older version needs in exactly one version (=) may be that version too. A wish for a
 * virtual name holds when one package provides it; "!virtual" excludes all that provide it.
 * A cut that names the first alternative of a dependency cuts the dependency; one that names a
 * later alternative takes that alternative away.
 *
 * A package of a repository of its own never stands for Debian's: where Debian has a package of the
 * name, the other counts only if the request asks for it by repository ("nginx/internal") or the
 * repository overrides; nor does it provide the name of a package of Debian's, and a virtual name
 * that Debian's packages provide only if the request names it. A wish that leaves a higher version
 * in such a repository is noted. A local file is what its line asks for, and nothing else of its
 * name is.
 *
 * libsolv runs in a forked worker, since it aborts when memory is out: call without threads.
 */
int solve(struct op *op, struct repo *repo, struct effects *effects,
	  const struct solve_request *request, struct solve_answer *ret) MUST_USE;

/* The same over any source of packages and cuts; the functions are as in repo.h and effects.h. */
struct solve_source {
	void *arg; /* the callbacks' second argument */
	const struct repo_state *state;
	int (*find)(struct op *op, void *arg, str name, struct repo_package **ret,
		    ptrdiff_t *ret_n);
	int (*providers)(struct op *op, void *arg, str name, struct repo_package **ret,
			 ptrdiff_t *ret_n);
	int (*nearest)(struct op *op, void *arg, str name, str *ret);
	int (*cuts)(struct op *op, void *arg, str package, struct effect_cut **ret,
		    ptrdiff_t *ret_n);
};
int solve_from(struct op *op, const struct solve_source *source,
	       const struct solve_request *request, struct solve_answer *ret) MUST_USE;

/* The shortest chain of edges from the recipe to chosen[to]: indices into edge, in order. */
int solve_why(struct op *op, const struct solve_answer *a, ptrdiff_t to, ptrdiff_t **ret,
	      ptrdiff_t *ret_n) MUST_USE;

#endif
