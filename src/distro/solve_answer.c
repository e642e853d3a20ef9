#include <stdlib.h>

#include "solve_world.h"

struct telling {
	const struct solve_world *w;
	const bool *chosen;
	ptrdiff_t *position; /* [unit.n]: index into the answer, or -1 */
	VEC(struct solve_edge) edge;
};

/* The position of the chosen unit that satisfies the group, by its first alternative; or -1. */
static ptrdiff_t satisfier(const struct telling *t, const struct relation_group *g)
{
	const struct solve_world *w = t->w;

	for (ptrdiff_t a = 0; a < g->n; a++) {
		const struct relation *r = &g->alternative[a];
		const struct map *by_name[] = { &w->real, &w->provided };
		for (ptrdiff_t m = 0; m < 2; m++) {
			const solve_indices *list = map_get(by_name[m], r->name);
			for (ptrdiff_t i = 0; list && i < list->n; i++) {
				ptrdiff_t unit = list->p[i];
				if (t->chosen[unit] && solve_unit_satisfies(w, &w->unit.p[unit], r))
					return t->position[unit];
			}
		}
	}
	return -1;
}

static int add_edge(struct telling *t, struct solve_edge edge)
{
	struct solve_edge *slot = vec_push(t->w->op, &t->edge);

	if (!slot)
		return t->w->op->code;
	*slot = edge;
	return 0;
}

static int tell_needs(struct telling *t, const struct solve_unit *u, ptrdiff_t from)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < u->need.n; i++) {
		const struct solve_need *need = &u->need.p[i];
		struct solve_edge edge = { .from = from, .relation = need->group.text };
		edge.to = satisfier(t, &need->group);
		MUST(edge.to >= 0);
		if (need->added) {
			edge.added = true;
			edge.why = need->added->why;
			edge.cut_by = need->added->origin;
		}
		rc = edge.to == from ? 0 : add_edge(t, edge);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < u->left.n; i++) {
		const struct solve_left *left = &u->left.p[i];
		rc = add_edge(t, (struct solve_edge){ .from = from,
						      .to = satisfier(t, &left->group),
						      .relation = left->group.text,
						      .cut = left->cut->why,
						      .why = left->cut->why,
						      .cut_by = left->cut->origin });
	}
	return rc;
}

static int tell_wishes(struct telling *t)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < t->w->wish.n; i++) {
		const struct solve_wish *wish = &t->w->wish.p[i];
		if (wish->negative)
			continue;
		ptrdiff_t to = -1;
		const struct solve_clause *c = &t->w->clause.p[wish->clause];
		for (ptrdiff_t k = 0; k < c->unit.n && to < 0; k++)
			to = t->position[c->unit.p[k]];
		MUST(to >= 0);
		rc = add_edge(t,
			      (struct solve_edge){ .from = -1, .to = to, .relation = wish->text });
	}
	return rc;
}

static int edge_cmp(const void *a, const void *b)
{
	const struct solve_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	int order = str_cmp(x->relation, y->relation);
	return order ? order : (x->to > y->to) - (x->to < y->to);
}

/* Depends repeats what Pre-Depends says now and then. */
static ptrdiff_t drop_repeated(struct solve_edge *edge, ptrdiff_t n)
{
	ptrdiff_t kept = 0;

	for (ptrdiff_t i = 0; i < n; i++) {
		if (kept == 0 || edge_cmp(&edge[kept - 1], &edge[i]) != 0)
			edge[kept++] = edge[i];
	}
	return kept;
}

static int take_chosen(struct telling *t, struct solve_answer *ret)
{
	const struct solve_world *w = t->w;

	ret->chosen = op_new(w->op, struct repo_package, w->unit.n);
	t->position = op_new(w->op, ptrdiff_t, w->unit.n);
	if (!ret->chosen || !t->position)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->unit.n; i++) {
		t->position[i] = t->chosen[i] ? ret->n : -1;
		if (t->chosen[i])
			ret->chosen[ret->n++] = *w->unit.p[i].package;
	}
	return 0;
}

int solve_tell(struct op *op, const struct solve_world *w, const bool *chosen,
	       struct solve_answer *ret)
{
	struct telling t = { .w = w, .chosen = chosen };
	struct solve_answer got = { 0 };
	int rc = take_chosen(&t, &got);

	rc = rc < 0 ? rc : tell_wishes(&t);
	rc = rc < 0 ? rc : solve_note(w, chosen, &got.note);
	for (ptrdiff_t i = 0; rc == 0 && i < w->unit.n; i++) {
		if (chosen[i])
			rc = tell_needs(&t, &w->unit.p[i], t.position[i]);
	}
	if (rc < 0)
		return op->code;
	if (t.edge.n > 1)
		qsort(t.edge.p, (size_t)t.edge.n, sizeof(*t.edge.p), edge_cmp);
	got.edge = t.edge.p;
	got.edge_n = drop_repeated(t.edge.p, t.edge.n);
	*ret = got;
	return 0;
}

/* Fill via[] with the edge by which a breadth-first walk from the recipe first reaches each. */
static void reach(const struct solve_answer *a, ptrdiff_t *via, ptrdiff_t *queue)
{
	ptrdiff_t done = 0, end = 0, from = -1;

	for (;;) {
		for (ptrdiff_t e = 0; e < a->edge_n; e++) {
			const struct solve_edge *edge = &a->edge[e];
			if (edge->from != from || edge->to < 0 || edge->cut.len > 0 ||
			    via[edge->to] >= 0)
				continue;
			via[edge->to] = e;
			queue[end++] = edge->to;
		}
		if (done == end)
			return;
		from = queue[done++];
	}
}

int solve_why(struct op *op, const struct solve_answer *a, ptrdiff_t to, ptrdiff_t **ret,
	      ptrdiff_t *ret_n)
{
	ptrdiff_t *via = op_new(op, ptrdiff_t, a->n), *queue = op_new(op, ptrdiff_t, a->n), n = 0;

	if (!via || !queue)
		return op->code;
	MUST(to >= 0 && to < a->n);
	for (ptrdiff_t i = 0; i < a->n; i++)
		via[i] = -1;
	reach(a, via, queue);
	for (ptrdiff_t at = to; at >= 0 && via[at] >= 0; at = a->edge[via[at]].from)
		n++;
	ptrdiff_t *chain = op_new(op, ptrdiff_t, n), k = n;
	if (!chain)
		return op->code;
	for (ptrdiff_t at = to; k > 0; at = a->edge[via[at]].from)
		chain[--k] = via[at];
	*ret = chain;
	*ret_n = n;
	return 0;
}
