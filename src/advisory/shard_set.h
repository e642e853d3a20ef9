/*
 * shard_set: records on their way into shards. Own to shard_set.c, shard_write.c, shard_plain.c,
 * shard_file.c.
 */
#ifndef ADVISORY_SHARD_SET_H
#define ADVISORY_SHARD_SET_H

#include "base/map.h"
#include "base/vec.h"
#include "shard_layout.h"

/* A record as it will lie, of one ecosystem. `name`: name_n pairs of hash and place; `id`: hashes.
 * All of these lie in one piece of memory. */
struct shard_item {
	const uint32_t *name, *id;
	uint32_t name_n, id_n;
	str record, texts;
	str key;      /* the record's id: in record */
	str modified; /* likewise */
	str published;
	uint32_t ecosystem; /* position in ecosystem */
	bool old;           /* a newer one of its id is there, or the same */
};

struct shard_score {
	uint64_t key;
	uint32_t epss, percentile;
};

struct shard_set {
	struct op own; /* what is kept: readers give back their op's memory as they go */
	struct record_out out;
	str source;
	bool fixed_only;
	str dated; /* the publisher's time of what was read; empty: none */
	struct map ecosystem;
	VEC(struct shard_item *) item;
	VEC(struct shard_score) score;
	VEC(str) life;
	struct shard_set *part; /* sets of threads, whose items are in here; they go with it */
	struct shard_set *idle; /* those of them that nobody fills */
	struct shard_set *next, *next_idle;
};

/* A file of the set, as it is put together from what is there already and what is new. */
struct shard_piece {
	bool base;
	uint32_t first, n;
};
struct shard_job {
	const struct shard_set *set;
	enum shard_kind kind;
	str ecosystem;
	const struct shard *base; /* may be NULL */
	struct shard_item **item; /* [item_n]: sorted, each once */
	uint32_t item_n;
	bool unsorted;   /* until its turn comes: they are not */
	const str *gone; /* [gone_n]: ids whose records in base go; sorted */
	ptrdiff_t gone_n;
	int dirfd;
};

struct shard_block {
	char line[SHARD_BLOCK];
};

/* A file in the making. */
struct shard_work {
	const struct shard_job *job;
	VEC(struct shard_piece) piece;
	uint32_t n;      /* records */
	uint32_t *remap; /* base's record to its new number, or NO_RECORD */
	char *table;
	uint64_t records_len, texts_len;
	char *fan[2], *rows[2];
	uint32_t rows_n[2], bits[2];
	VEC(struct shard_block) block;
	str newest;
	char head[SHARD_HEAD];
	str section[SHARD_SECTIONS]; /* those in memory */
	struct digest digest;
	uint64_t size;
};

/* Where the digest of the block that begins with this record goes; NULL: no memory. */
char *shard_block_line(struct op *op, struct shard_work *w, uint32_t first);

/* Bytes of a run of base's records, and of their texts, as they lie. */
int shard_base_run(struct op *op, const struct shard *base, uint32_t first, uint32_t n,
		   str *ret_records, str *ret_texts) MUST_USE;

/* Head and sections to the file. records: all of them, where they do not come in pieces. */
int shard_finish(struct op *op, struct shard_work *w, str records) MUST_USE;

/* Plan, indexes and file of one kind. 1: it would be empty. */
int shard_write_scores(struct op *op, struct shard_work *w) MUST_USE;
int shard_write_lives(struct op *op, struct shard_work *w) MUST_USE;

/* The file of a job. 1: it would be empty, and is not written. */
int shard_write(struct op *op, const struct shard_job *job, struct shard_file *ret) MUST_USE;

#endif
