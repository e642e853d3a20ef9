#include "solve_world.h"

/*
 * Invariants: (1) what is chosen has had its needs put on the list; (2) blocked is set for every
 * unit that a chosen one excludes, or that excludes a chosen one.
 */
struct walk {
	const struct solve_world *w;
	const bool *avoid;
	bool *chosen, *blocked; /* [unit.n] */
	solve_indices open;     /* clauses, in order of discovery */
	bool *listed;           /* [clause.n]: it is in open */
	solve_indices *hated;   /* [unit.n]: who lists this unit as a foe */
};

static bool same_name(const struct solve_world *w, ptrdiff_t a, ptrdiff_t b)
{
	return str_eq(w->unit.p[a].package->name, w->unit.p[b].package->name);
}

static void block_foes(struct walk *k, ptrdiff_t unit)
{
	const struct solve_world *w = k->w;

	for (ptrdiff_t i = 0; i < w->unit.p[unit].foe.n; i++)
		k->blocked[w->unit.p[unit].foe.p[i]] = true;
	for (ptrdiff_t i = 0; i < k->hated[unit].n; i++)
		k->blocked[k->hated[unit].p[i]] = true;
	for (ptrdiff_t i = unit - 1; i >= 0 && same_name(w, i, unit); i--)
		k->blocked[i] = true;
	for (ptrdiff_t i = unit + 1; i < w->unit.n && same_name(w, i, unit); i++)
		k->blocked[i] = true;
}

static int open_clause(struct walk *k, ptrdiff_t clause)
{
	if (k->listed[clause])
		return 0;
	k->listed[clause] = true;
	ptrdiff_t *slot = vec_push(k->w->op, &k->open);
	if (!slot)
		return k->w->op->code;
	*slot = clause;
	return 0;
}

static int choose(struct walk *k, ptrdiff_t unit)
{
	const struct solve_unit *u = &k->w->unit.p[unit];

	k->chosen[unit] = true;
	block_foes(k, unit);
	for (ptrdiff_t i = 0; i < u->need.n; i++) {
		int rc = open_clause(k, u->need.p[i].clause);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool satisfied(const struct walk *k, const struct solve_clause *c)
{
	for (ptrdiff_t i = 0; i < c->unit.n; i++) {
		if (k->chosen[c->unit.p[i]])
			return true;
	}
	return false;
}

/* The first unit of the clause that may be chosen, or -1; *ret_only: there is no second. */
static ptrdiff_t first_choice(const struct walk *k, const struct solve_clause *c, bool *ret_only)
{
	ptrdiff_t first = -1;

	*ret_only = true;
	for (ptrdiff_t i = 0; i < c->unit.n; i++) {
		ptrdiff_t unit = c->unit.p[i];
		if (k->blocked[unit] || k->w->unit.p[unit].hopeless || (k->avoid && k->avoid[unit]))
			continue;
		if (first >= 0) {
			*ret_only = false;
			break;
		}
		first = unit;
	}
	return first;
}

/* Choose for every open clause that has one unit left; 1 if that changed anything. */
static int choose_forced(struct walk *k, ptrdiff_t from)
{
	int changed = 0;

	for (ptrdiff_t i = from; i < k->open.n; i++) {
		const struct solve_clause *c = &k->w->clause.p[k->open.p[i]];
		bool only;
		if (satisfied(k, c))
			continue;
		ptrdiff_t unit = first_choice(k, c, &only);
		if (unit < 0 || !only)
			continue;
		int rc = choose(k, unit);
		if (rc < 0)
			return rc;
		changed = 1;
	}
	return changed;
}

static int walk_all(struct walk *k)
{
	for (ptrdiff_t at = 0; at < k->open.n; at++) {
		const struct solve_clause *c = &k->w->clause.p[k->open.p[at]];
		bool only;
		int rc = choose_forced(k, at);
		while (rc > 0)
			rc = choose_forced(k, at);
		if (rc < 0)
			return rc;
		if (satisfied(k, c))
			continue;
		ptrdiff_t unit = first_choice(k, c, &only);
		rc = unit < 0 ? 0 : choose(k, unit);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int list_hated(struct walk *k)
{
	const struct solve_world *w = k->w;

	for (ptrdiff_t i = 0; i < w->unit.n; i++) {
		for (ptrdiff_t f = 0; f < w->unit.p[i].foe.n; f++) {
			ptrdiff_t *slot = vec_push(w->op, &k->hated[w->unit.p[i].foe.p[f]]);
			if (!slot)
				return w->op->code;
			*slot = i;
		}
	}
	return 0;
}

int solve_walk(struct op *op, const struct solve_world *w, const bool *avoid, bool **ret)
{
	struct walk k = {
		.w = w,
		.avoid = avoid,
		.chosen = op_new(op, bool, w->unit.n),
		.blocked = op_new(op, bool, w->unit.n),
		.listed = op_new(op, bool, w->clause.n),
		.hated = op_new(op, solve_indices, w->unit.n),
	};

	if (!k.chosen || !k.blocked || !k.listed || !k.hated)
		return op->code;
	int rc = list_hated(&k);
	for (ptrdiff_t i = 0; rc == 0 && i < w->wish.n; i++) {
		if (!w->wish.p[i].negative)
			rc = open_clause(&k, w->wish.p[i].clause);
	}
	rc = rc < 0 ? rc : walk_all(&k);
	if (rc == 0)
		*ret = k.chosen;
	return rc;
}
