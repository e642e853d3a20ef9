/*
 * database_impl: index.json read and written. Own to database*.c.
 */
#ifndef ADVISORY_DATABASE_IMPL_H
#define ADVISORY_DATABASE_IMPL_H

#include "database.h"

extern const char *const shard_kinds[3]; /* "advisories", "scores", "lives" */

/* The canonical text of a set, which is sorted by this. */
int database_index_write(struct op *op, struct database_shard *shard, ptrdiff_t n,
			 str *ret) MUST_USE;

/* ERR_FORMAT for what is none; every name is a digest, so none leads elsewhere. */
int database_index_read(struct op *op, str what, str text, struct database_shard **ret,
			ptrdiff_t *ret_n) MUST_USE;

/* Are they of the same feed, kind, source and ecosystem? */
bool database_same_place(const struct database_shard *a, const struct database_shard *b);

/* What is in use in an open directory. 1: nothing. */
int database_open_at(struct op *op, int dir, struct database *ret) MUST_USE;

/* The next state came with this envelope, which is kept if it is of just that state. */
void database_update_signed(struct database_update *u, str envelope, str payload);

#endif
