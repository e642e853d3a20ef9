/*
 * hasher: digests of contents that pass, made in a thread beside the one that reads the layers, which
 * would otherwise wait for them: MD5 takes longer than inflating.
 */
#ifndef TREE_HASHER_H
#define TREE_HASHER_H

#include "tree_impl.h"

struct hasher; /* opaque; a thread of its own, from the first full batch on */

int hasher_open(struct op *op, unsigned kinds, struct hasher **ret) MUST_USE;

/* A content that has these kinds, then its bytes in pieces, then its end. Waits while all batches are to
 * be hashed. `where` rises from one to the next; results go into t->hashed in that order. */
int hasher_begin(struct tree *t, struct hasher *h, uint64_t where, unsigned kinds) MUST_USE;
int hasher_add(struct tree *t, struct hasher *h, str bytes) MUST_USE;
int hasher_end(struct tree *t, struct hasher *h) MUST_USE;

int hasher_finish(struct tree *t, struct hasher *h) MUST_USE; /* all that came is in t->hashed */
void hasher_close(struct hasher **h);                         /* ends what still goes on */
#define AUTO_HASHER __attribute__((cleanup(hasher_close))) struct hasher

#endif
