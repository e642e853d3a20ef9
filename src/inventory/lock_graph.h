/*
 * lock_graph: the packages of a lock file and which of them needs which. Roots are what the project
 * itself asks for; what only its development needs is marked so.
 */
#ifndef INVENTORY_LOCK_GRAPH_H
#define INVENTORY_LOCK_GRAPH_H

#include "base/vec.h"

#include "reading.h"

struct lock_edge {
	uint32_t from, to;
};

struct lock_graph {
	struct reading *r;
	VEC(struct package) package; /* texts need to live until lock_graph_add() */
	VEC(struct lock_edge) edge;
	VEC(uint32_t) root, dev_root;
};

void lock_graph_init(struct lock_graph *g, struct reading *r);

/* A package; its number, from 0 on, in *ret (may be NULL). */
int lock_graph_package(struct lock_graph *g, const struct package *p, uint32_t *ret) MUST_USE;

int lock_graph_edge(struct lock_graph *g, uint32_t from, uint32_t to) MUST_USE;

/* The project asks for a package; `dev`: to develop it. */
int lock_graph_root(struct lock_graph *g, uint32_t to, bool dev) MUST_USE;

/*
 * All packages into the inventory, their needs being the edges (beside those that they have). If
 * there are roots of both kinds, `development` is set of what only those of development lead to.
 * O(packages + edges).
 */
int lock_graph_add(struct lock_graph *g) MUST_USE;

#endif
