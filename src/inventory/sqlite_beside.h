/*
 * What a SQLite database has beside it.
 */
#ifndef INVENTORY_SQLITE_BESIDE_H
#define INVENTORY_SQLITE_BESIDE_H

#include "cataloger.h"
#include "codec/sqlite.h"

/* The write-ahead log of the database f (NAME-wal), if there is one, into *db; what is read of it
 * lives in op. */
int sqlite_log_beside(struct op *op, struct catalog *c, const struct found *f,
		      struct sqlite *db) MUST_USE;

#endif
