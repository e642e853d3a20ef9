/*
 * sqlite: the tables of a SQLite database, read. Source: sqlite.org/fileformat2.html.
 *
 * Row by row in order of their ids; no SQL, no indexes, no tables WITHOUT ROWID, texts of UTF-8
 * only. What a write-ahead log has counts if it is handed over (sqlite_log()): a database that was
 * in use when an image was made has one beside it, NAME-wal. Rollback journals are not looked at.
 */
#ifndef CODEC_SQLITE_H
#define CODEC_SQLITE_H

#include "at.h"

enum {
	SQLITE_COLUMNS = 64, /* of a table that are read; rpm's has 2, dnf's and nix's up to 15 */
	SQLITE_DEPTH = 20,   /* of a tree of pages: SQLite's own */
};

struct sqlite {
	struct at at;
	uint32_t page, usable;  /* bytes of a page; of it without what is reserved */
	uint32_t pages, stored; /* in all; of them in the file itself */
	char *window;           /* pages that were read ahead; NULL where all is in memory */
	uint32_t window_first, window_n, window_max;
	struct at log;
	struct sqlite_frame *frame; /* [frame_n] by page: what the log has instead */
	ptrdiff_t frame_n;
	char *frame_page; /* room for one */
};

struct sqlite_frame {
	uint32_t page;
	uint64_t offset; /* in the log */
};

struct sqlite_table {
	uint32_t root;
	str column[SQLITE_COLUMNS]; /* [columns] names, in order */
	int columns;
	int id; /* the column that is another name of the row's id, or -1 */
};

enum sqlite_kind { SQLITE_NULL, SQLITE_INTEGER, SQLITE_REAL, SQLITE_TEXT, SQLITE_BLOB };
struct sqlite_value {
	enum sqlite_kind kind;
	int64_t number; /* SQLITE_INTEGER; the bits of SQLITE_REAL */
	str bytes;      /* SQLITE_TEXT, SQLITE_BLOB */
};

struct sqlite_row {
	int64_t id;
	struct sqlite_value value[SQLITE_COLUMNS]; /* [columns of the table]; those that the row
						      does not have are NULL */
};

struct sqlite_rows { /* a walk over a table */
	struct sqlite *db;
	const struct sqlite_table *table;
	struct {
		uint32_t page;
		uint32_t next; /* cell, in order of ids */
	} stack[SQLITE_DEPTH];
	int depth;
	uint32_t visited; /* pages of this walk: a tree has each page once */
	uint32_t held;    /* the page whose copy `leaf` is; 0: none */
	char *leaf;       /* that outlives the window */
	char *payload;    /* [payload_max] of a row that overflows its page */
	size_t payload_max;
	struct sqlite_row row;
};

/* sqlite_open(op, at, ret): 1 if it does not begin as a database does. *at is copied. What it
 * reads ahead (128 KiB) lives in op. */
int sqlite_open(struct op *op, const struct at *at, struct sqlite *ret) MUST_USE;

/*
 * sqlite_log(op, db, log): from now on pages are as the write-ahead log has them, up to its last
 * complete transaction. What does not bear its salts and checksums is not part of it, as SQLite has
 * it: a log that is empty, of an earlier time or damaged changes nothing. *log is copied. O(bytes
 * of the log).
 */
int sqlite_log(struct op *op, struct sqlite *db, const struct at *log) MUST_USE;

/* sqlite_table(op, db, name, ret): the table of this name (ASCII case does not count). 1: there is
 * none. */
int sqlite_table(struct op *op, struct sqlite *db, str name, struct sqlite_table *ret) MUST_USE;

/* The position of a column, or -1. */
int sqlite_column(const struct sqlite_table *t, str name);

/* A walk over all rows; db and table must stay where they are. */
int sqlite_rows(struct op *op, struct sqlite *db, const struct sqlite_table *table,
		struct sqlite_rows *ret) MUST_USE;

/*
 * The next row, 1 and *ret, which holds until the next call; 0 behind the last. ERR_FORMAT for
 * pages that are no part of a tree or are met twice, ERR_LIMIT for a row past LIMIT_DATABASE_ROW.
 * O(bytes of the table) for all rows; memory of the largest row lives in op.
 */
int sqlite_next(struct op *op, struct sqlite_rows *r, const struct sqlite_row **ret) MUST_USE;

/* Of a row of this table: the text (or blob) under a column's position; empty for -1 and other
 * kinds. */
str sqlite_text(const struct sqlite_row *row, int column);
/* The number; the row's id for a column that names it; 0 for -1 and other kinds. */
int64_t sqlite_number(const struct sqlite_rows *r, const struct sqlite_row *row, int column);

#endif
