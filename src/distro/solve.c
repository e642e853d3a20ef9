#include "solve.h"

#include "solve_world.h"

static struct solve_list list_of(solve_indices v)
{
	return (struct solve_list){ v.p, v.n };
}

/* The world without its words. */
static int make_logic(struct op *op, const struct solve_world *w, const bool *proposed,
		      struct solve_logic *ret)
{
	struct solve_logic_unit *unit = op_new(op, struct solve_logic_unit, w->unit.n);
	struct solve_list *clause = op_new(op, struct solve_list, w->clause.n);
	solve_indices wish = { 0 };

	if (!unit || !clause)
		return op->code;
	for (ptrdiff_t i = 0; i < w->unit.n; i++) {
		const struct solve_unit *u = &w->unit.p[i];
		ptrdiff_t *need = op_new(op, ptrdiff_t, u->need.n);
		if (!need)
			return op->code;
		for (ptrdiff_t k = 0; k < u->need.n; k++)
			need[k] = u->need.p[k].clause;
		unit[i] = (struct solve_logic_unit){ u->package->name,
						     u->package->version,
						     { need, u->need.n },
						     list_of(u->foe),
						     proposed[i] };
	}
	for (ptrdiff_t i = 0; i < w->clause.n; i++)
		clause[i] = list_of(w->clause.p[i].unit);
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		ptrdiff_t *slot = w->wish.p[i].negative ? NULL : vec_push(op, &wish);
		if (slot)
			*slot = w->wish.p[i].clause;
	}
	*ret = (struct solve_logic){ unit, w->unit.n, clause, w->clause.n, list_of(wish), false };
	return op->code;
}

/* One question: 0 with chosen filled, or ERR_NO with the reasons. */
static int ask_worker(struct op *op, const struct solve_world *w, const bool *proposed, bool keen,
		      bool *chosen)
{
	struct solve_logic logic = { 0 };
	struct solve_fact *fact;
	ptrdiff_t n;
	int rc = make_logic(op, w, proposed, &logic);

	logic.keen = keen;
	rc = rc < 0 ? rc : solve_worker(op, &logic, chosen, &fact, &n);
	return rc == 1 ? solve_explain(op, w, fact, n) : rc;
}

/* Did the solver take something else? What it left out is to be avoided from now on. */
static bool departs(const struct solve_world *w, const bool *proposed, const bool *chosen,
		    bool *avoid)
{
	bool differs = false;

	for (ptrdiff_t i = 0; i < w->unit.n; i++) {
		differs = differs || chosen[i] != proposed[i];
		avoid[i] = avoid[i] || (proposed[i] && !chosen[i]);
	}
	return differs;
}

/*
 * The walk proposes what a person would choose; mostly that is a solution, which the solver
 * confirms. Where it is none, the solver says what cannot be had and the walk tries again; at last
 * the solver's own choice counts, in which nothing is taken that is not needed.
 */
int solve_from(struct op *op, const struct solve_source *source,
	       const struct solve_request *request, struct solve_answer *ret)
{
	enum { TURNS = 6 };
	struct solve_world w;
	bool *proposed, differs = true;
	int rc = solve_world_load(op, source, request, &w);

	if (rc < 0)
		return rc;
	bool *avoid = op_new(op, bool, w.unit.n), *chosen = op_new(op, bool, w.unit.n);
	if (!avoid || !chosen)
		return op->code;
	for (int turn = 1; turn <= TURNS && differs; turn++) {
		rc = solve_walk(op, &w, avoid, &proposed);
		rc = rc < 0 ? rc : ask_worker(op, &w, proposed, turn < TURNS, chosen);
		if (rc < 0)
			return rc;
		differs = departs(&w, proposed, chosen, avoid);
	}
	return solve_tell(op, &w, chosen, ret);
}
