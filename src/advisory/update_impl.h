/*
 * update_impl: an update while it is under way. Own to update*.c.
 */
#ifndef ADVISORY_UPDATE_IMPL_H
#define ADVISORY_UPDATE_IMPL_H

#include "base/vec.h"
#include "update.h"
#include "update_fetch.h"

/* What is asked next for a unit. */
enum unit_want {
	UNIT_DONE,
	UNIT_POINTER, /* the text that names the file */
	UNIT_TABLE,   /* what has changed since */
	UNIT_WHOLE,
	UNIT_CHANGELOG,
};

/* One fetch of a feed: all of it, or of one release. What the database calls its feed. */
struct unit {
	const struct feed_source *source;
	str release; /* "3.20", "bookworm"; or empty */
	str name;    /* "debian", "alpine:3.20" */
	str file;    /* the same as a file's name: "alpine-3.20" */
	str state;   /* what was put in use last: lines, see update_state_write() */
	bool in_use; /* the database has shards of it */

	enum unit_want want;
	str target;                /* address that a pointer leads to */
	str mark;                  /* the table is applied up to this time */
	struct texts changed;      /* records that the table names, as addresses */
	struct update_fetch fetch; /* that comes now; of UNIT_DONE the last */
	struct update_line line;
};

struct updating {
	struct op *op;
	const struct update_wish *wish;
	struct feed_source *source;
	ptrdiff_t source_n;
	struct database_update *db;
	int feeds;   /* directory */
	int64_t now; /* one moment for all */
	VEC(struct unit) unit;
	VEC(struct update_line) told; /* what is no unit */
};

/* update_plan.c: which units the wish means. ERR_USAGE for a word that means nothing. */
int update_plan(struct updating *u) MUST_USE;
int update_unit_add(struct updating *u, const struct feed_source *source, str release) MUST_USE;

/* update_table.c: the table that was fetched for a unit: what it says has changed since the mark, or
 * that the whole is to be had instead (unit->want). */
int update_table_read(struct updating *u, struct unit *unit) MUST_USE;
/* The records of a table from the mark on, newest first, views of text, and the newest time. 1: it is no
 * table, or names more than `max`. A record's name is a path below the table's directory. */
int update_table_parse(struct op *op, str text, str mark, ptrdiff_t max, struct texts *ret,
		       str *ret_newest) MUST_USE;
/* The changed records, fetched and read into the set; *ret_gone: ids of those that are no more. */
int update_table_fetch(struct updating *u, struct op *own, struct unit *unit,
		       const struct feed_sink *sink, struct feed_count *count,
		       struct texts *ret_gone) MUST_USE;

/* update_put.c: a set as the new shards of a unit, laid over those that are in use if `over`. Its line is
 * filled; a refusal is a line, too. */
int update_put(struct updating *u, struct unit *unit, struct shard_set *set,
	       const struct texts *gone, bool over) MUST_USE;
/* What is in use still holds: it is as of now. */
int update_still(struct updating *u, struct unit *unit) MUST_USE;
/* A line that failed, for the reason that own has. ERR_MEMORY and ERR_IO are the caller's. */
int update_failed(struct updating *u, struct unit *unit, struct op *own) MUST_USE;
/* update_from.c: units for the files of a directory (where none were named), each with its file in
 * fetch.from; and such a file as the shards of its unit. */
int update_from(struct updating *u) MUST_USE;
int update_from_put(struct updating *u, struct unit *unit) MUST_USE;

/* "Sat, 13 Sep 2025 09:27:01 GMT" as RFC 3339, or empty. */
int update_http_time(struct op *op, str date, str *ret) MUST_USE;

/* The lines' texts, which may be the database's or a file's, for as long as op lives. */
int update_lines_keep(struct op *op, struct update_line *line, ptrdiff_t n) MUST_USE;

#endif
