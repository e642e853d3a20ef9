/*
 * solve_worker: libsolv in a process of its own, since it aborts when memory is out. The only
 * user of libsolv. Includes neither base/map.h nor what does: libsolv has a map_init() too.
 *
 * All relations were resolved before; what is left is a question of logic. At most one unit of
 * a name may be chosen, each wish and each need of a chosen unit wants one unit of a clause, and
 * a chosen unit keeps its foes out.
 */
#ifndef DISTRO_SOLVE_WORKER_H
#define DISTRO_SOLVE_WORKER_H

#include "base/op.h"

struct solve_list {
	const ptrdiff_t *p;
	ptrdiff_t n;
};

struct solve_logic_unit {
	str name, version;
	struct solve_list need; /* clauses */
	struct solve_list foe;  /* units */
	bool favoured;          /* taken where there is a choice */
};

struct solve_logic {
	const struct solve_logic_unit *unit; /* [unit_n] */
	ptrdiff_t unit_n;
	const struct solve_list *clause; /* [clause_n]: units of which one will do */
	ptrdiff_t clause_n;
	struct solve_list wish; /* clauses */
	bool keen;              /* take all favoured units that fit, needed or not */
};

/* Why there is no solution. Kinds are in the order in which a reader wants them. */
enum solve_fact_kind {
	FACT_WISH,     /* clause */
	FACT_NEEDS,    /* from, clause */
	FACT_NOTHING,  /* from, clause: no unit satisfies it */
	FACT_EXCLUDES, /* from, to: one is the other's foe */
	FACT_ONE_OF,   /* from, to: two versions of one name */
};
struct solve_fact {
	int32_t kind, from, to, clause; /* -1 where it does not count */
};

/*
 * solve_worker(op, logic, ret_chosen, ret, ret_n): 0 with ret_chosen ([unit_n]) filled; 1 with the
 * facts that exclude a solution, at least one. ERR_IO if the process died or made no sense.
 * Call without threads: it forks.
 */
int solve_worker(struct op *op, const struct solve_logic *logic, bool *ret_chosen,
		 struct solve_fact **ret, ptrdiff_t *ret_n) MUST_USE;

#endif
