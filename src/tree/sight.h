/*
 * sight: contents handed to who wants to see them all (tree.h), in threads beside the one that reads
 * the layers. Small contents go together, large ones in parts that overlap.
 */
#ifndef TREE_SIGHT_H
#define TREE_SIGHT_H

#include "tree.h"

struct sight; /* opaque; threads of its own */

/* Threads are started with the first batch: one for each processor, SIGHT_THREADS at most. */
enum { SIGHT_THREADS = 8 };
int sight_open(struct op *op, const struct tree_sight *who, struct sight **ret) MUST_USE;

/*
 * A content of f->size bytes begins: f has path, node, place and size. Then add exactly so many.
 * Waits while all batches are full. An error of who sees is handed up as soon as it is known.
 */
int sight_begin(struct op *op, struct sight *s, const struct tree_seen *f, str head) MUST_USE;
int sight_add(struct op *op, struct sight *s, str bytes) MUST_USE;
int sight_end(struct op *op, struct sight *s) MUST_USE;

int sight_finish(struct op *op, struct sight *s) MUST_USE; /* all was seen */
void sight_close(struct sight **s);                        /* ends what still goes on */
#define AUTO_SIGHT __attribute__((cleanup(sight_close))) struct sight

#endif
