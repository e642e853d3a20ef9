/*
 * map: text to pointer, kept in the order of insertion, in an op's arena.
 *
 * Keys are views that must live as long as the map. Iteration is over map->item[0 .. n-1] in
 * order of insertion, so what comes out depends on what went in and on nothing else; for output
 * that must not depend on the order of insertion, map_sort() first. O(1) expected a look-up; the
 * hash is seeded at random, so that no input can choose its collisions.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "op.h"

struct map_item {
	str key;
	void *value;
};

struct map {
	struct op *op;
	struct map_item *item; /* [n] */
	ptrdiff_t n, cap;
	uint32_t *slot;  /* [slots], index + 1 into item; 0 is free */
	ptrdiff_t slots; /* a power of two, at least twice n */
	uint64_t seed;
};

void map_init(struct map *m, struct op *op);

/* The value under key, or NULL. */
void *map_get(const struct map *m, str key);

/* Position of key in item, or -1. */
ptrdiff_t map_find(const struct map *m, str key);

/*
 * map_put(m, key, value): set the value under key; a key that is there keeps its place.
 * 0, or ERR_MEMORY with the map as it was.
 */
int map_put(struct map *m, str key, void *value) MUST_USE;

/* No keys; the room for them stays. */
void map_clear(struct map *m);

/* Order the items by key (bytes). O(n log n). */
void map_sort(struct map *m);

#endif
