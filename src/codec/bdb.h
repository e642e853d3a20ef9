/*
 * bdb: the values of a Berkeley DB hash, as rpm kept its packages in until 2020 ("Packages").
 * Source: Berkeley DB 5.3, src/dbinc/db_page.h (DBMETA, HMETA, PAGE, HKEYDATA, HOFFPAGE).
 */
#ifndef CODEC_BDB_H
#define CODEC_BDB_H

#include "at.h"

struct bdb { /* a walk over all pages */
	struct at at;
	bool big; /* byte order */
	uint32_t page;
	uint32_t pages, next;    /* pages in all; the next to look at */
	uint32_t visited;        /* of chains: each page is in one */
	char *held, *chained;    /* one page each; NULL where all is in memory */
	uint32_t held_page;      /* what `held` is a copy of; 0: none */
	uint32_t entry, entries; /* of the page in hand */
	char *payload;           /* [payload_max] of a value in a chain */
	size_t payload_max;
};

/* bdb_open(op, at, ret): 1 if it is no hash of Berkeley DB. Encrypted ones are ERR_FORMAT. */
int bdb_open(struct op *op, const struct at *at, struct bdb *ret) MUST_USE;

/*
 * The next pair, 1 and *ret_key and *ret_value, which hold until the next call; 0 behind the last;
 * in order of pages. ERR_FORMAT for pages that lie, ERR_LIMIT for a value past LIMIT_DATABASE_ROW.
 * O(bytes).
 */
int bdb_next(struct op *op, struct bdb *db, str *ret_key, str *ret_value) MUST_USE;

#endif
