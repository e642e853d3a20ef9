/* Shards of scores and of lives: sorted, and small enough to be put together whole. */
#include <stdlib.h>

#include "base/buf.h"
#include "shard_set.h"

/* Digests of what is no advisory: `each` records a block. */
static int make_plain_blocks(struct op *op, struct shard_work *w, str records, uint32_t each)
{
	for (uint32_t from = 0; from < w->n; from += each) {
		uint32_t to = w->n - from > each ? from + each : w->n;
		uint32_t begin = from * SHARD_SCORE, end = to * SHARD_SCORE;
		if (w->table) {
			begin = shard_u32(w->table + (ptrdiff_t)from * SHARD_ROW);
			end = shard_u32(w->table + (ptrdiff_t)to * SHARD_ROW);
		}
		struct digest d = digest_of((str){ records.p + begin, (ptrdiff_t)(end - begin) });
		char *line = shard_block_line(op, w, from);
		if (!line)
			return op->code;
		memcpy(line, d.b, sizeof(d.b));
	}
	return 0;
}

/* By key; of the same key the higher first. Eight bits at a time, but for those that are all alike. */
static int sort_scores(struct op *op, struct shard_score **scores, ptrdiff_t n)
{
	struct shard_score *from = *scores, *to = op_new(op, struct shard_score, n);
	uint64_t ones = 0, zeros = 0;

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		ones |= from[i].key;
		zeros |= ~from[i].key;
	}
	for (int shift = 0; shift < 64; shift += 8) {
		ptrdiff_t count[257] = { 0 };
		if ((ones & zeros & UINT64_C(255) << shift) == 0)
			continue;
		for (ptrdiff_t i = 0; i < n; i++)
			count[(from[i].key >> shift & 255) + 1]++;
		for (int i = 0; i < 256; i++)
			count[i + 1] += count[i];
		for (ptrdiff_t i = 0; i < n; i++)
			to[count[from[i].key >> shift & 255]++] = from[i];
		struct shard_score *swap = from;
		from = to;
		to = swap;
	}
	*scores = from;
	return 0;
}

static bool is_higher(const struct shard_score *a, const struct shard_score *b)
{
	return a->epss != b->epss ? a->epss > b->epss : a->percentile > b->percentile;
}

/* The highest of those of one key from *i on, which it is moved past. */
static const struct shard_score *highest(const struct shard_score *p, ptrdiff_t n, ptrdiff_t *i)
{
	const struct shard_score *best = &p[*i];

	for (uint64_t key = best->key; *i < n && p[*i].key == key; ++*i)
		if (is_higher(&p[*i], best))
			best = &p[*i];
	return best;
}

static bool is_gone(const struct shard_job *job, uint64_t key)
{
	for (ptrdiff_t i = 0; i < job->gone_n; i++)
		if (shard_score_key(job->gone[i]) == key)
			return true;
	return false;
}

/* Scores of the set, and those of base that are not among them: of one CVE the higher. */
int shard_write_scores(struct op *op, struct shard_work *w)
{
	const struct shard_set *set = w->job->set;
	const struct shard *base = w->job->base;
	uint32_t base_n = base ? base->n : 0, at = 0;
	ptrdiff_t n = set->score.n;
	struct shard_score *sorted = op_new(op, struct shard_score, n);
	char *to = op_alloc(op, SHARD_SCORE, n + (ptrdiff_t)base_n);

	if (!sorted || !to)
		return op->code;
	if (n)
		memcpy(sorted, set->score.p, (size_t)n * sizeof(*sorted));
	if (sort_scores(op, &sorted, n) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n || at < base_n;) {
		const char *old =
			at < base_n ? base->section[SHARD_RECORDS].p + (ptrdiff_t)at * SHARD_SCORE
				    : NULL;
		char *row = to + (ptrdiff_t)w->n * SHARD_SCORE;
		if (old && (i == n || shard_u64(old) < sorted[i].key)) {
			at++;
			if (is_gone(w->job, shard_u64(old)))
				continue;
			memcpy(row, old, SHARD_SCORE);
			w->n++;
			continue;
		}
		at += old && shard_u64(old) == sorted[i].key;
		const struct shard_score *best = highest(sorted, n, &i);
		shard_put64(row, best->key);
		shard_put32(row + 8, best->epss);
		shard_put32(row + 12, best->percentile);
		w->n++;
	}
	if (w->n == 0)
		return 1;
	str records = { to, (ptrdiff_t)w->n * SHARD_SCORE };
	w->records_len = (uint64_t)records.len;
	if (make_plain_blocks(op, w, records, SHARD_SCORE_BLOCK) < 0)
		return op->code;
	return shard_finish(op, w, records);
}

struct life_row {
	str ecosystem, name, bytes;
	bool old; /* of base */
};

static struct life_row life_row(str bytes, bool old)
{
	struct record_in in = { .bytes = bytes };
	struct life_row row = { .ecosystem = record_text(&in), .bytes = bytes, .old = old };

	row.name = record_text(&in);
	return row;
}

static int by_name(const void *a, const void *b)
{
	const struct life_row *x = a, *y = b;
	int order = str_cmp(x->ecosystem, y->ecosystem);

	order = order ? order : str_cmp(x->name, y->name);
	order = order ? order : x->old - y->old;
	return order ? order : str_cmp(x->bytes, y->bytes);
}

static int all_lives(struct op *op, const struct shard_work *w, struct life_row **ret,
		     ptrdiff_t *ret_n)
{
	const struct shard_set *set = w->job->set;
	uint32_t base_n = w->job->base ? w->job->base->n : 0;
	struct life_row *row = op_new(op, struct life_row, set->life.n + (ptrdiff_t)base_n);

	if (!row)
		return op->code;
	for (ptrdiff_t i = 0; i < set->life.n; i++)
		row[i] = life_row(set->life.p[i], false);
	for (uint32_t i = 0; i < base_n; i++) {
		str record, texts;
		if (!record_places(w->job->base, i, &record, &texts))
			return record_bad(op, w->job->base);
		row[set->life.n + (ptrdiff_t)i] = life_row(record, true);
	}
	*ret = row;
	*ret_n = set->life.n + (ptrdiff_t)base_n;
	qsort(row, (size_t)*ret_n, sizeof(*row), by_name);
	return 0;
}

/* Of several of one name those of the set count, and of these the first by bytes. */
int shard_write_lives(struct op *op, struct shard_work *w)
{
	struct life_row *row = NULL;
	ptrdiff_t n = 0;
	struct buf b;
	str records;

	if (all_lives(op, w, &row, &n) < 0)
		return op->code;
	if (n == 0)
		return 1;
	buf_init(&b, op, UINT32_MAX);
	w->table = op_alloc(op, SHARD_ROW, n + 1);
	if (!w->table)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (i && str_eq(row[i].ecosystem, row[i - 1].ecosystem) &&
		    str_eq(row[i].name, row[i - 1].name))
			continue;
		shard_put32(w->table + (ptrdiff_t)w->n++ * SHARD_ROW, (uint32_t)b.len);
		buf_add(&b, row[i].bytes);
	}
	shard_put32(w->table + (ptrdiff_t)w->n * SHARD_ROW, (uint32_t)b.len);
	if (buf_take(&b, &records) < 0 || make_plain_blocks(op, w, records, w->n) < 0)
		return op->code;
	w->records_len = (uint64_t)records.len;
	w->section[SHARD_TABLE] = (str){ w->table, ((ptrdiff_t)w->n + 1) * SHARD_ROW };
	return shard_finish(op, w, records);
}
