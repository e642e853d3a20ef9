#include <stdlib.h>

#include "solve_world.h"

#include "model/version.h"

/* ---- relations ---- */

static bool own_arch(const struct solve_world *w, str arch)
{
	return str_eq(arch, str_of(w->request->platform->deb_arch));
}

/* Source: dpkg's archsatisfied(): ":any" asks for a package that allows it. */
static bool arch_fits(const struct solve_world *w, const struct repo_package *p,
		      const struct relation *r)
{
	if (r->arch.len == 0 || own_arch(w, r->arch) || str_eq(r->arch, S("native")))
		return true;
	return str_eq(r->arch, S("any")) && str_eq(p->multi_arch, S("allowed"));
}

/* By name or provision, whatever the qualifier. Only a versioned provision has a version. */
static bool is_meant(const struct solve_unit *u, const struct relation *r)
{
	if (str_eq(u->package->name, r->name) && relation_holds(r, u->package->version))
		return true;
	for (ptrdiff_t i = 0; i < u->provides.n; i++) {
		const struct relation *p = u->provides.group[i].alternative;
		if (!str_eq(p->name, r->name))
			continue;
		if (r->order == RELATION_ANY ||
		    (p->order == RELATION_EXACTLY && relation_holds(r, p->version)))
			return true;
	}
	return false;
}

bool solve_unit_satisfies(const struct solve_world *w, const struct solve_unit *u,
			  const struct relation *r)
{
	return is_meant(u, r) && arch_fits(w, u->package, r);
}

/* ---- what the candidates are to each other ---- */

static int by_name_and_version(const void *a, const void *b)
{
	const struct repo_package *p = ((const struct solve_unit *)a)->package;
	const struct repo_package *q = ((const struct solve_unit *)b)->package;
	int order = str_cmp(p->name, q->name);

	return order ? order : -version_deb_compare(p->version, q->version);
}

static int list_under(struct op *op, struct map *m, str key, ptrdiff_t unit)
{
	solve_indices *list = map_get(m, key);

	if (!list) {
		list = op_new(op, solve_indices, 1);
		if (!list || map_put(m, key, list) < 0)
			return op->code;
	}
	if (list->n > 0 && list->p[list->n - 1] == unit)
		return 0;
	ptrdiff_t *slot = vec_push(op, list);
	if (!slot)
		return op->code;
	*slot = unit;
	return 0;
}

static int index_units(struct solve_world *w)
{
	map_init(&w->real, w->op);
	map_init(&w->provided, w->op);
	if (w->unit.n > 1)
		qsort(w->unit.p, (size_t)w->unit.n, sizeof(*w->unit.p), by_name_and_version);
	for (ptrdiff_t i = 0; i < w->unit.n; i++) {
		const struct solve_unit *u = &w->unit.p[i];
		int rc = list_under(w->op, &w->real, u->package->name, i);
		for (ptrdiff_t k = 0; rc == 0 && k < u->provides.n; k++)
			rc = list_under(w->op, &w->provided, u->provides.group[k].alternative->name,
					i);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int priority_rank(str priority)
{
	static const str rank[] = { S_INIT("required"), S_INIT("important"), S_INIT("standard"),
				    S_INIT("optional") };
	int i = 0;

	while (i < 4 && !str_eq(rank[i], priority))
		i++;
	return i;
}

static int add_satisfier(struct solve_world *w, struct solve_clause *c, ptrdiff_t unit)
{
	for (ptrdiff_t i = 0; i < c->unit.n; i++) {
		if (c->unit.p[i] == unit)
			return 0;
	}
	ptrdiff_t *slot = vec_push(w->op, &c->unit);
	if (!slot)
		return w->op->code;
	*slot = unit;
	return 0;
}

/* Providers after the real package: by priority, as apt prefers them, then by name. */
static int add_providers(struct solve_world *w, struct solve_clause *c, const struct relation *r)
{
	const solve_indices *list = map_get(&w->provided, r->name);

	for (int rank = 0; list && rank <= 4; rank++) {
		for (ptrdiff_t i = 0; i < list->n; i++) {
			const struct solve_unit *u = &w->unit.p[list->p[i]];
			if (priority_rank(u->package->priority) != rank ||
			    !solve_unit_satisfies(w, u, r))
				continue;
			int rc = add_satisfier(w, c, list->p[i]);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

static int fill_clause(struct solve_world *w, struct solve_clause *c)
{
	for (ptrdiff_t a = 0; a < c->group.n; a++) {
		const struct relation *r = &c->group.alternative[a];
		const solve_indices *list = map_get(&w->real, r->name);
		int rc = 0;
		for (ptrdiff_t i = 0; list && i < list->n && rc == 0; i++) {
			if (solve_unit_satisfies(w, &w->unit.p[list->p[i]], r))
				rc = add_satisfier(w, c, list->p[i]);
		}
		if (rc == 0)
			rc = add_providers(w, c, r);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int clause_of(struct solve_world *w, const struct relation_group *g, ptrdiff_t *ret)
{
	uintptr_t known = (uintptr_t)map_get(&w->clause_by_text, g->text);

	if (known) {
		*ret = (ptrdiff_t)known - 1;
		return 0;
	}
	struct solve_clause *c = vec_push(w->op, &w->clause);
	if (!c)
		return w->op->code;
	c->group = *g;
	*ret = w->clause.n - 1;
	int rc = fill_clause(w, c);
	return rc < 0 ? rc : map_put(&w->clause_by_text, g->text, (void *)(uintptr_t)w->clause.n);
}

/* A wish is for the package of that name, and for a provider only where there is none. */
static int wish_clause(struct solve_world *w, struct solve_wish *wish)
{
	struct relation *r = op_new(w->op, struct relation, 1);
	struct solve_clause *c = vec_push(w->op, &w->clause);
	const solve_indices *list = map_get(wish->is_virtual ? &w->provided : &w->real, wish->name);

	if (!r || !c)
		return w->op->code;
	*r = wish->relation;
	c->group = (struct relation_group){ r, 1, wish->text };
	wish->clause = w->clause.n - 1;
	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		int rc = solve_unit_satisfies(w, &w->unit.p[list->p[i]], r)
				 ? add_satisfier(w, c, list->p[i])
				 : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int make_clauses(struct solve_world *w)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->wish.n; i++) {
		if (!w->wish.p[i].negative)
			rc = wish_clause(w, &w->wish.p[i]);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < w->unit.n; i++) {
		struct solve_unit *u = &w->unit.p[i];
		for (ptrdiff_t k = 0; rc == 0 && k < u->need.n; k++)
			rc = clause_of(w, &u->need.p[k].group, &u->need.p[k].clause);
	}
	return rc;
}

/* A package never excludes itself: it may conflict with what it provides. */
static int add_foes(struct solve_world *w, ptrdiff_t unit, const struct relation *r,
		    const struct map *by_name)
{
	const solve_indices *list = map_get(by_name, r->name);

	if (r->arch.len > 0 && !own_arch(w, r->arch) && !str_eq(r->arch, S("any")) &&
	    !str_eq(r->arch, S("native")))
		return 0;
	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		ptrdiff_t other = list->p[i];
		if (other == unit || !is_meant(&w->unit.p[other], r))
			continue;
		ptrdiff_t *slot = vec_push(w->op, &w->unit.p[unit].foe);
		if (!slot)
			return w->op->code;
		*slot = other;
	}
	return 0;
}

static int find_foes(struct solve_world *w)
{
	for (ptrdiff_t i = 0; i < w->unit.n; i++) {
		const struct relations *field[] = { &w->unit.p[i].conflicts, &w->unit.p[i].breaks };
		for (ptrdiff_t k = 0; k < 2; k++) {
			for (ptrdiff_t g = 0; g < field[k]->n; g++) {
				const struct relation *r = field[k]->group[g].alternative;
				int rc = add_foes(w, i, r, &w->real);
				rc = rc < 0 ? rc : add_foes(w, i, r, &w->provided);
				if (rc < 0)
					return rc;
			}
		}
	}
	return 0;
}

static bool clause_hopeless(const struct solve_world *w, const struct solve_clause *c)
{
	for (ptrdiff_t i = 0; i < c->unit.n; i++) {
		if (!w->unit.p[c->unit.p[i]].hopeless)
			return false;
	}
	return true;
}

/* Until nothing changes; in the real archive two or three turns. */
static void mark_hopeless(struct solve_world *w)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (ptrdiff_t i = 0; i < w->unit.n; i++) {
			struct solve_unit *u = &w->unit.p[i];
			for (ptrdiff_t k = 0; k < u->need.n && !u->hopeless; k++) {
				u->hopeless = clause_hopeless(w, &w->clause.p[u->need.p[k].clause]);
				changed = changed || u->hopeless;
			}
		}
	}
}

int solve_world_link(struct solve_world *w)
{
	int rc = index_units(w);

	rc = rc < 0 ? rc : make_clauses(w);
	rc = rc < 0 ? rc : find_foes(w);
	if (rc == 0)
		mark_hopeless(w);
	return rc;
}
