/*
 * keep: contents that are kept aside as they pass: small amounts in memory, the rest in a file
 * without a name ($TMPDIR, else /tmp).
 */
#ifndef TREE_KEEP_H
#define TREE_KEEP_H

#include "codec/at.h"

enum { KEEP_MEMORY = 2 << 20 }; /* bytes in memory, before the file is begun */

struct keep {
	char *memory; /* [KEEP_MEMORY], in the op of the first keep_begin(): views into it outlive
			 the keep */
	size_t used;
	int fd; /* -1: none yet */
	uint64_t written;
};

struct keep_place {
	uint64_t offset; /* in memory below KEEP_MEMORY, in the file from there on */
	uint64_t size;
};

void keep_init(struct keep *k);
void keep_done(struct keep *k);

/* Begin a content of `size` bytes; then add exactly so many. */
int keep_begin(struct op *op, struct keep *k, uint64_t size, struct keep_place *ret) MUST_USE;
int keep_add(struct op *op, struct keep *k, const struct keep_place *p, uint64_t at,
	     str bytes) MUST_USE;

struct at keep_at(const struct keep *k, const struct keep_place *p, str what);

#endif
