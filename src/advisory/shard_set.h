/*
 * shard_set: records on their way into shards. Own to shard_set.c, shard_write.c.
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
	struct map ecosystem;
	VEC(struct shard_item *) item;
	VEC(struct shard_score) score;
	VEC(str) life;
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
	struct shard_item **item; /* [item_n], sorted */
	uint32_t item_n;
	const str *gone; /* [gone_n]: ids whose records in base go; sorted */
	ptrdiff_t gone_n;
	int dirfd;
};

/* The file of a job. 1: it would be empty, and is not written. */
int shard_write(struct op *op, const struct shard_job *job, struct shard_file *ret) MUST_USE;

#endif
