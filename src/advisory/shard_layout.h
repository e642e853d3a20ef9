/*
 * shard_layout: what shards are made of, for those who read and write them. docs/database.md says
 * the same in words. All numbers are little-endian; every section begins at a multiple of 8, where
 * the one before it ends, and what lies between is zero.
 *
 *	head 256 bytes
 *	  0  8    "temperdb"
 *	  8  u32  version, 1
 *	 12  u32  kind
 *	 16  u64  records
 *	 24  u32  flags: 1 fixed_only
 *	 28  u32  bits of the fan of names, 32 u32 bits of the fan of ids, 36 u32 zero
 *	 40  9 x  u64 offset, u64 size: the sections in this order
 *	184  32   SHA-256 from where the first section begins to the end of the seventh
 *	216  40   zeros
 *	words      source, ecosystem, newest: each u32 length and bytes
 *	table      u32 place of the record, u32 of its texts: one row a record, and one for the end
 *	name fan   u32 x (2^bits + 1): where names whose hash begins with these bits stand
 *	names      u32 hash, u32 record, u32 place in the record: sorted
 *	id fan, ids: the same, with u32 hash, u32 record
 *	blocks     u32 first record, 32 bytes SHA-256 of the records and texts of a block
 *	records    sorted by id, then by bytes
 *	texts
 *
 * A block is a run of records that ends before one whose id has a hash with two zeros at its end,
 * and behind one that has 1,024 bytes or more with its texts: what is not changed is not hashed
 * again. So the SHA-256 of the head decides about all of the file, and that is a shard's digest.
 *
 * In records, numbers are LEB128 of 35 bits at most. A text is a number: even, half of it is the
 * length and the bytes follow; odd, half of it is the place of an even one before it, counted from
 * the record's body. A list is a number and so many texts.
 *
 *	record     id, published, modified (texts, even);
 *	body       byte flags (1 ransomware, 2 malicious), byte severity; withdrawn, kev_added, kev_due;
 *	           lists aliases, related, cvss, cwe; number of affected, and these
 *	affected   name; byte names, byte state, byte severity; urgency, fixed_on; number of spans:
 *	           byte (1 from, 2 until, 4 last, 8 after) and those of the three texts that are there;
 *	           lists versions, imports; number of `only`, key and value each
 *	texts      nothing, or summary, details (texts, even), list of references (likewise)
 *	score      u64 year << 32 | number, u32 EPSS, u32 percentile, in 10^-9: 16 bytes, sorted
 *	life       ecosystem, name, standard_end, extended_end, codename, note: texts, even
 */
#ifndef ADVISORY_SHARD_LAYOUT_H
#define ADVISORY_SHARD_LAYOUT_H

#include <endian.h>

#include "shard.h"

enum {
	SHARD_HEAD = 256,
	SHARD_VERSION = 1,
	SHARD_HEAD_SECTIONS = 40,
	SHARD_HEAD_TABLES = 184, /* digest of the sections before the records */

	SHARD_ROW = 8,            /* bytes of a row of the table */
	SHARD_NAME = 12,          /* of the index of names */
	SHARD_ID = 8,             /* of the index of ids */
	SHARD_BLOCK = 36,         /* of a block's line */
	SHARD_SCORE = 16,         /* of a score */
	SHARD_SCORE_BLOCK = 4096, /* scores of a block */
	SHARD_LARGE = 1024,       /* bytes of a record and its texts that end a block */
	SHARD_BITS = 28,          /* of a fan at most */
};

enum shard_section {
	SHARD_WORDS,
	SHARD_TABLE,
	SHARD_NAME_FAN,
	SHARD_NAMES,
	SHARD_ID_FAN,
	SHARD_IDS,
	SHARD_BLOCKS,
	SHARD_RECORDS,
	SHARD_TEXTS,
	SHARD_SECTIONS
};

struct shard {
	struct shard_head head;
	str file;
	str section[SHARD_SECTIONS];
	uint32_t name_bits, id_bits;
	uint32_t n; /* records */
};

/* shard_open() of what is open already; fd stays the caller's, and may go. */
int shard_open_fd(struct op *op, int fd, str path, struct shard **ret) MUST_USE;

static inline uint32_t shard_u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t shard_u64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void shard_put32(char *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void shard_put64(char *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

/* FNV-1a of 64 bits, folded and spread: the fans go by its upper bits, blocks by the lowest. */
static inline uint32_t shard_hash(str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (ptrdiff_t i = 0; i < s.len; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

static inline bool shard_block_begins(str id)
{
	return (shard_hash(id) & 3) == 0;
}

/* "CVE-2024-12345" as a score's key; 0 for what is none. */
uint64_t shard_score_key(str cve);

/* A cursor over a record: what is read past its end is empty, and it turns bad. */
struct record_in {
	str bytes;
	ptrdiff_t at, body;
	bool bad;
};
uint64_t record_number(struct record_in *in);
uint8_t record_byte(struct record_in *in);
str record_text(struct record_in *in);
int record_texts(struct op *op, struct record_in *in, struct texts *ret) MUST_USE;

/* The record's bytes with the cursor at its body; ERR_FORMAT where there is none. */
int record_open(struct op *op, const struct shard *s, uint32_t i, struct record_in *in,
		struct advisory *ret) MUST_USE;
int record_head(struct op *op, struct record_in *in, struct advisory *ret) MUST_USE;
int record_affected(struct op *op, struct record_in *in, struct affected *ret) MUST_USE;
int record_bad(struct op *op, const struct shard *s);

/* A record's id without the rest; empty for what is broken. */
str record_id(const struct shard *s, uint32_t i);

/* The places of a record and of its texts, checked; false: they do not lie in the file. */
bool record_places(const struct shard *s, uint32_t i, str *ret_record, str *ret_texts);

/* First and one past the last of the rows of an index whose hash this is. */
void shard_rows(const struct shard *s, enum shard_section fan, uint32_t hash, uint32_t *ret_from,
		uint32_t *ret_to);

/* Bytes that grow, and of a record the texts that it has already. */
struct record_out {
	struct op *op;
	char *p;
	size_t len, cap, body;
	struct record_known {
		uint32_t turn, hash, at, len;
	} * known; /* [known_n]: a power of two */
	uint32_t known_n, known_used, turn;
	bool bad; /* no memory, or too large: recorded in op */
	/* For the indexes: hashes and places of affected names, hashes of ids. */
	uint32_t *name, *id;
	uint32_t name_n, name_cap, id_n, id_cap;
};

/* A record as it will lie, with what of it concerns one ecosystem; then its texts. */
void record_write(struct record_out *out, const struct advisory *a, str ecosystem);
void record_write_texts(struct record_out *out, const struct advisory *a);
void record_write_life(struct record_out *out, const struct life *life);
void record_out_number(struct record_out *out, uint64_t v);

#endif
