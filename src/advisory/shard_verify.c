#include "shard_layout.h"

/* All of a shard against the digests that stand in it: blocks cover records and texts without a
 * gap, and what lies between sections is zero. */

static bool zeros(const char *from, const char *to)
{
	while (from < to && *from == 0)
		from++;
	return from >= to;
}

/* The sections but records and texts, as they lie. */
static str tables_of(const struct shard *s)
{
	const char *from = s->file.p + SHARD_HEAD;

	return (str){ from, s->section[SHARD_RECORDS].p - from };
}

static bool gaps_are_zero(const struct shard *s)
{
	for (int i = 0; i < SHARD_SECTIONS; i++) {
		const char *end = s->section[i].p + s->section[i].len;
		const char *next =
			i + 1 < SHARD_SECTIONS ? s->section[i + 1].p : s->file.p + s->file.len;
		if (!zeros(end, next))
			return false;
	}
	return zeros(s->file.p + SHARD_HEAD_TABLES + 32, s->file.p + SHARD_HEAD);
}

/* Where record i begins, and its texts; i may be one past the last. */
static bool place(const struct shard *s, uint32_t i, uint64_t *ret, uint64_t *ret_text)
{
	*ret_text = 0;
	if (s->head.kind == SHARD_SCORES) {
		*ret = (uint64_t)i * SHARD_SCORE;
		return *ret <= (uint64_t)s->section[SHARD_RECORDS].len;
	}
	const char *row = s->section[SHARD_TABLE].p + (ptrdiff_t)i * SHARD_ROW;
	*ret = shard_u32(row);
	*ret_text = shard_u32(row + 4);
	return *ret <= (uint64_t)s->section[SHARD_RECORDS].len &&
	       *ret_text <= (uint64_t)s->section[SHARD_TEXTS].len;
}

static bool block_holds(const struct shard *s, struct hash *h, uint32_t from, uint32_t to,
			const char *digest)
{
	uint64_t begin, end, text, text_end;
	uint8_t got[32];

	if (from >= to || to > s->n || !place(s, from, &begin, &text) ||
	    !place(s, to, &end, &text_end) || begin > end || text > text_end)
		return false;
	hash_restart(h);
	hash_add(h, (str){ s->section[SHARD_RECORDS].p + begin, (ptrdiff_t)(end - begin) });
	hash_add(h, (str){ s->section[SHARD_TEXTS].p + text, (ptrdiff_t)(text_end - text) });
	hash_result(h, HASH_SHA256, got);
	return memcmp(got, digest, sizeof(got)) == 0;
}

/* From the first byte of records and texts to the last. */
static bool blocks_hold(const struct shard *s, struct hash *h)
{
	str blocks = s->section[SHARD_BLOCKS];
	uint64_t end, text_end, begin, text;
	uint32_t n = (uint32_t)(blocks.len / SHARD_BLOCK);

	if (!place(s, 0, &begin, &text) || begin || text || !place(s, s->n, &end, &text_end) ||
	    end != (uint64_t)s->section[SHARD_RECORDS].len ||
	    text_end != (uint64_t)s->section[SHARD_TEXTS].len)
		return false;
	if (n == 0 || shard_u32(blocks.p) != 0)
		return n == 0 && s->n == 0;
	for (uint32_t i = 0; i < n; i++) {
		const char *line = blocks.p + (ptrdiff_t)i * SHARD_BLOCK;
		uint32_t to = i + 1 < n ? shard_u32(line + SHARD_BLOCK) : s->n;
		if (!block_holds(s, h, shard_u32(line), to, line + 4))
			return false;
	}
	return true;
}

int shard_verify(struct op *op, const struct shard *s, const struct digest *digest)
{
	struct digest head = digest_of(str_head(s->file, SHARD_HEAD));
	struct digest tables = digest_of(tables_of(s));
	AUTO_HASH *h = NULL;

	if (hash_open(op, HASH_SHA256, &h) < 0)
		return op->code;
	if (!digest_eq(&head, digest) ||
	    memcmp(tables.b, s->file.p + SHARD_HEAD_TABLES, sizeof(tables.b)) != 0 ||
	    !gaps_are_zero(s) || !blocks_hold(s, h))
		return op_fail(op, ERR_VERIFY,
			       "the database is damaged: a shard of %.*s%s%.*s has another digest",
			       STR_ARG(s->head.source), s->head.ecosystem.len ? " for " : "",
			       STR_ARG(s->head.ecosystem));
	return 0;
}
