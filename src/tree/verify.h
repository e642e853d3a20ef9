/*
 * verify: digests that are checked on other processors while the bytes are read here.
 */
#ifndef TREE_VERIFY_H
#define TREE_VERIFY_H

#include "codec/digest.h"

struct verify; /* opaque; threads of its own */

/* Threads are started when there is work for them: at most `threads`, at least one. */
int verify_open(struct op *op, int threads, struct verify **ret) MUST_USE;

/* Check a part of a file. fd must stay open until verify_finish() or verify_close(). */
int verify_range(struct op *op, struct verify *v, int fd, uint64_t offset, uint64_t size,
		 const struct digest *want, str what) MUST_USE;

/* Check bytes that are handed over piece by piece; one such check at a time. verify_feed() copies,
 * and waits while four pieces are still to be hashed. */
int verify_begin(struct op *op, struct verify *v, const struct digest *want, str what) MUST_USE;
int verify_feed(struct op *op, void *verify, str bytes) MUST_USE;
void verify_end(struct verify *v);

/* Wait for all checks: ERR_VERIFY for the first that does not hold, in the order they were asked
 * for. */
int verify_finish(struct op *op, struct verify *v) MUST_USE;
void verify_close(struct verify **v); /* ends what still goes on */
#define AUTO_VERIFY __attribute__((cleanup(verify_close))) struct verify

#endif
