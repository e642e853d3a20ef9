/*
 * node_lock: what the readers of the lock files of Node's package managers share.
 */
#ifndef INVENTORY_NODE_LOCK_H
#define INVENTORY_NODE_LOCK_H

#include "base/map.h"

#include "lock_graph.h"

/* Where "NAME@REST" parts, the @ of a scope passed over: -1 for none. */
ptrdiff_t node_lock_at(str name);

/* The place of a package's own package in the tables of a lock: "a/node_modules/b" is below "a". */
struct node_lock {
	struct lock_graph g;
	struct map by_key; /* number + 1 */
};
void node_lock_init(struct node_lock *l, struct reading *r);

/* A package of this name and version under a key (which may be there already: the first counts). */
int node_lock_package(struct node_lock *l, str key, const struct package *p) MUST_USE;

/* Its number, or -1. */
int64_t node_lock_find(const struct node_lock *l, str key);

/* Readers: package-lock.json and npm-shrinkwrap.json; yarn.lock; pnpm-lock.yaml; bun.lock;
 * deno.lock. */
reading_fn node_lock_npm, node_lock_yarn, node_lock_bun, node_lock_deno, node_lock_pnpm;
/* pnpm-lock.yaml as text: several documents may be in it, of which the last is the project's. */

#endif
