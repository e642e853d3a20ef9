#include "lock_graph.h"

void lock_graph_init(struct lock_graph *g, struct reading *r)
{
	*g = (struct lock_graph){ .r = r };
}

int lock_graph_package(struct lock_graph *g, const struct package *p, uint32_t *ret)
{
	struct package *new = vec_push(&g->r->tmp, &g->package);

	if (!new)
		return g->r->tmp.code;
	*new = *p;
	if (ret)
		*ret = (uint32_t)(g->package.n - 1);
	return 0;
}

int lock_graph_edge(struct lock_graph *g, uint32_t from, uint32_t to)
{
	struct lock_edge *new = vec_push(&g->r->tmp, &g->edge);

	if (!new)
		return g->r->tmp.code;
	*new = (struct lock_edge){ from, to };
	return 0;
}

int lock_graph_root(struct lock_graph *g, uint32_t to, bool dev)
{
	uint32_t *new = dev ? vec_push(&g->r->tmp, &g->dev_root) : vec_push(&g->r->tmp, &g->root);

	if (!new)
		return g->r->tmp.code;
	*new = to;
	return 0;
}

/* Edges in order of where they begin: those of package i are to[first[i] .. first[i + 1] - 1]. */
struct fans {
	uint32_t *first, *to;
	uint32_t *queue; /* room for each package once */
};

static int sort_edges(struct lock_graph *g, struct fans *ret)
{
	struct op *op = &g->r->tmp;
	struct fans f = { op_new(op, uint32_t, g->package.n + 2), op_new(op, uint32_t, g->edge.n),
			  op_new(op, uint32_t, g->package.n) };

	if (!f.first || !f.to || !f.queue)
		return op->code;
	for (ptrdiff_t i = 0; i < g->edge.n; i++)
		f.first[g->edge.p[i].from + 2]++;
	for (ptrdiff_t i = 2; i < g->package.n + 2; i++)
		f.first[i] += f.first[i - 1];
	for (ptrdiff_t i = 0; i < g->edge.n; i++)
		f.to[f.first[g->edge.p[i].from + 1]++] = g->edge.p[i].to;
	*ret = f;
	return 0;
}

/* Mark what the roots lead to. */
static void reach(const struct fans *f, const uint32_t *root, ptrdiff_t n, bool *reached)
{
	ptrdiff_t head = 0, tail = 0;

	for (ptrdiff_t i = 0; i < n; i++) {
		if (!reached[root[i]])
			f->queue[tail++] = root[i];
		reached[root[i]] = true;
	}
	while (head < tail) {
		uint32_t at = f->queue[head++];
		for (uint32_t e = f->first[at]; e < f->first[at + 1]; e++) {
			if (!reached[f->to[e]])
				f->queue[tail++] = f->to[e];
			reached[f->to[e]] = true;
		}
	}
}

static int mark_development(struct lock_graph *g, const struct fans *f)
{
	bool *used = op_new(&g->r->tmp, bool, g->package.n);
	bool *dev = op_new(&g->r->tmp, bool, g->package.n);

	if (!used || !dev)
		return g->r->tmp.code;
	reach(f, g->root.p, g->root.n, used);
	reach(f, g->dev_root.p, g->dev_root.n, dev);
	for (ptrdiff_t i = 0; i < g->package.n; i++)
		g->package.p[i].development |= dev[i] && !used[i];
	return 0;
}

static int add_need(struct op *op, struct package *p, const struct package *to)
{
	str name = to->name;
	int rc = 0;

	if (to->ns.len)
		rc = op_text(op, &name, "%.*s/%.*s", STR_ARG(to->ns), STR_ARG(to->name));
	return rc < 0 ? rc : draft_need(op, p, name, to->version);
}

int lock_graph_add(struct lock_graph *g)
{
	struct op *op = &g->r->tmp;
	ptrdiff_t *told = op_new(op, ptrdiff_t, g->package.n); /* the last to need it, + 1 */
	struct fans f;
	int rc = told ? sort_edges(g, &f) : op->code;

	if (rc == 0 && g->dev_root.n)
		rc = mark_development(g, &f);
	for (ptrdiff_t i = 0; i < g->package.n && rc == 0; i++) {
		struct package *p = &g->package.p[i];
		for (uint32_t e = f.first[i]; e < f.first[i + 1] && rc == 0; e++) {
			uint32_t to = f.to[e];
			if (to != i && told[to] != i + 1)
				rc = add_need(op, p, &g->package.p[to]);
			told[to] = i + 1;
		}
		if (rc == 0)
			rc = reading_add(g->r, p, NULL);
	}
	return rc;
}
