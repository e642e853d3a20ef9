/*
 * ndb: rpm's own database, as SUSE uses it ("Packages.db"). Source: rpm, lib/backend/ndb/rpmpkg.c.
 */
#ifndef CODEC_NDB_H
#define CODEC_NDB_H

#include "at.h"

struct ndb { /* a walk over its slots */
	struct at at;
	uint64_t slots, next; /* in all; the next to look at */
	uint64_t used;        /* bytes of values so far: no more than the file has */
	char *held;           /* a page of slots; NULL where all is in memory */
	uint64_t held_page;   /* which, from 1; 0: none */
	char *payload;        /* [payload_max] */
	size_t payload_max;
};

/* ndb_open(op, at, ret): 1 if it is no such database. */
int ndb_open(struct op *op, const struct at *at, struct ndb *ret) MUST_USE;

/* The next package, 1 and its header in *ret, which holds until the next call; 0 behind the last.
 * ERR_FORMAT for slots and values that lie, ERR_LIMIT past LIMIT_DATABASE_ROW. O(bytes). */
int ndb_next(struct op *op, struct ndb *db, uint32_t *ret_number, str *ret) MUST_USE;

#endif
