/*
 * A shard is written from pieces: runs of records of the one before it, and new ones between. Its
 * indexes are merged from the old rows, whose records are numbered anew, and sorted new ones.
 * Digests of blocks that are taken over whole are taken over too.
 *
 * Invariant: nothing of the result depends on what was a piece of the base and what was new.
 */
#include "base/limits.h"
#include "shard_set.h"

#define NO_RECORD UINT32_MAX

/* A row of either index; `at` is 0 in that of ids. */
struct row {
	uint32_t hash, record, at;
};

static int add_piece(struct op *op, struct shard_work *w, bool base, uint32_t first, uint32_t n)
{
	if (n == 0)
		return 0;
	struct shard_piece *p = vec_push(op, &w->piece);
	if (!p)
		return op->code;
	*p = (struct shard_piece){ base, first, n };
	if (w->n > NO_RECORD - 1 - n)
		return op_fail(op, ERR_LIMIT, "a shard has more than %u records", NO_RECORD - 1);
	w->n += n;
	return 0;
}

/* The first record of base from `from` on whose id is not before this one. */
static uint32_t lower(const struct shard *base, uint32_t from, str id)
{
	uint32_t step = 1, to = from;

	while (to < base->n && str_cmp(record_id(base, to), id) < 0) {
		from = to + 1;
		to = base->n - to > step ? to + step : base->n;
		step *= 2;
	}
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		if (str_cmp(record_id(base, mid), id) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static int plan(struct op *op, struct shard_work *w)
{
	const struct shard_job *job = w->job;
	const struct shard *base = job->base;
	uint32_t done = 0, item = 0;

	for (ptrdiff_t i = 0; base && i < job->gone_n; i++) {
		uint32_t from = lower(base, done, job->gone[i]), to = from, first = item;
		while (to < base->n && str_eq(record_id(base, to), job->gone[i]))
			to++;
		if (add_piece(op, w, true, done, from - done) < 0)
			return op->code;
		done = to;
		while (item < job->item_n && str_eq(job->item[item]->key, job->gone[i]))
			item++;
		if (add_piece(op, w, false, first, item - first) < 0)
			return op->code;
	}
	if (base && add_piece(op, w, true, done, base->n - done) < 0)
		return op->code;
	return add_piece(op, w, false, item, job->item_n - item);
}

static void newer(str *newest, str a)
{
	if (str_cmp(a, *newest) > 0)
		*newest = a;
}

/* The newest time of what stays of base; the head has it unless that very record went. */
static int newest_of_base(struct op *op, struct shard_work *w)
{
	const struct shard *base = w->job->base;
	uint32_t at = 0;
	bool lost = false;

	if (str_cmp(w->newest, base->head.newest) >= 0)
		return 0;
	for (ptrdiff_t i = 0; i <= w->piece.n && !lost; i++) {
		const struct shard_piece *p = i < w->piece.n ? &w->piece.p[i] : NULL;
		uint32_t to = p ? p->first : base->n;
		if (p && !p->base)
			continue;
		for (; at < to; at++) {
			struct advisory a = { 0 };
			struct record_in in;
			if (record_open(op, base, at, &in, &a) < 0)
				return op->code;
			lost |= str_eq(a.modified, base->head.newest) ||
				str_eq(a.published, base->head.newest);
		}
		at = p ? p->first + p->n : at;
	}
	if (!lost) {
		newer(&w->newest, base->head.newest);
		return 0;
	}
	for (ptrdiff_t i = 0; i < w->piece.n; i++)
		for (uint32_t k = 0; w->piece.p[i].base && k < w->piece.p[i].n; k++) {
			struct advisory a = { 0 };
			struct record_in in;
			if (record_open(op, base, w->piece.p[i].first + k, &in, &a) < 0)
				return op->code;
			newer(&w->newest, a.modified);
			newer(&w->newest, a.published);
			if (str_eq(w->newest, base->head.newest))
				return 0;
		}
	return 0;
}

static int newest(struct op *op, struct shard_work *w)
{
	newer(&w->newest, w->job->set->dated);
	for (uint32_t i = 0; i < w->job->item_n; i++) {
		newer(&w->newest, w->job->item[i]->modified);
		newer(&w->newest, w->job->item[i]->published);
	}
	return w->job->base ? newest_of_base(op, w) : 0;
}

/* Rows of a run: those of base, moved. */
static int table_run(struct op *op, struct shard_work *w, const struct shard_piece *p, uint32_t at)
{
	const struct shard *base = w->job->base;
	str records, texts;

	if (shard_base_run(op, base, p->first, p->n, &records, &texts) < 0)
		return op->code;
	const char *from = base->section[SHARD_TABLE].p + (ptrdiff_t)p->first * SHARD_ROW;
	uint32_t begin = shard_u32(from), text = shard_u32(from + 4);
	for (uint32_t i = 0; i < p->n; i++, from += SHARD_ROW, at++) {
		char *row = w->table + (ptrdiff_t)at * SHARD_ROW;
		shard_put32(row, (uint32_t)w->records_len + shard_u32(from) - begin);
		shard_put32(row + 4, (uint32_t)w->texts_len + shard_u32(from + 4) - text);
		w->remap[p->first + i] = at;
	}
	w->records_len += (uint64_t)records.len;
	w->texts_len += (uint64_t)texts.len;
	return 0;
}

static void table_items(struct shard_work *w, const struct shard_piece *p, uint32_t at)
{
	for (uint32_t i = 0; i < p->n; i++, at++) {
		const struct shard_item *item = w->job->item[p->first + i];
		char *row = w->table + (ptrdiff_t)at * SHARD_ROW;
		shard_put32(row, (uint32_t)w->records_len);
		shard_put32(row + 4, (uint32_t)w->texts_len);
		w->records_len += (uint64_t)item->record.len;
		w->texts_len += (uint64_t)item->texts.len;
	}
}

/* Where each record and its texts will stand. */
static int make_table(struct op *op, struct shard_work *w)
{
	uint32_t base_n = w->job->base ? w->job->base->n : 0, at = 0;

	w->table = op_alloc(op, SHARD_ROW, (ptrdiff_t)w->n + 1);
	w->remap = op_new(op, uint32_t, base_n);
	if (!w->table || !w->remap)
		return op->code;
	memset(w->remap, 0xff, (size_t)base_n * sizeof(uint32_t));
	for (ptrdiff_t i = 0; i < w->piece.n; i++) {
		const struct shard_piece *p = &w->piece.p[i];
		if (p->base && table_run(op, w, p, at) < 0)
			return op->code;
		if (!p->base)
			table_items(w, p, at);
		at += p->n;
		if (w->records_len > UINT32_MAX || w->texts_len > UINT32_MAX)
			return op_fail(op, ERR_LIMIT, "a shard of %.*s would pass 4 GiB",
				       STR_ARG(w->job->set->source));
	}
	char *end = w->table + (ptrdiff_t)w->n * SHARD_ROW;
	shard_put32(end, (uint32_t)w->records_len);
	shard_put32(end + 4, (uint32_t)w->texts_len);
	return 0;
}

/* Rows by their hash; of the same hash in the order that they are in. */
static int sort_rows(struct op *op, struct row *rows, uint32_t n)
{
	struct row *other = op_new(op, struct row, n);

	if (!other)
		return op->code;
	for (int shift = 0; shift < 32; shift += 8) {
		uint32_t count[257] = { 0 };
		for (uint32_t i = 0; i < n; i++)
			count[(rows[i].hash >> shift & 255) + 1]++;
		for (int i = 0; i < 256; i++)
			count[i + 1] += count[i];
		for (uint32_t i = 0; i < n; i++)
			other[count[rows[i].hash >> shift & 255]++] = rows[i];
		struct row *swap = rows;
		rows = other;
		other = swap;
	}
	return 0;
}

/* Rows of the new records: of names (which 0) or of ids (1). */
static int new_rows(struct op *op, struct shard_work *w, int which, struct row **ret,
		    uint32_t *ret_n)
{
	const struct shard_job *job = w->job;
	uint64_t n = 0;
	uint32_t at = 0, filled = 0;

	for (uint32_t i = 0; i < job->item_n; i++)
		n += which ? job->item[i]->id_n : job->item[i]->name_n;
	if (n >= NO_RECORD)
		return op_fail(op, ERR_LIMIT, "a shard has more than %u names", NO_RECORD);
	struct row *rows = op_new(op, struct row, n);
	if (!rows)
		return op->code;
	for (ptrdiff_t i = 0; i < w->piece.n; i++) {
		const struct shard_piece *p = &w->piece.p[i];
		for (uint32_t k = 0; !p->base && k < p->n; k++) {
			const struct shard_item *item = job->item[p->first + k];
			for (uint32_t x = 0; !which && x < item->name_n; x++)
				rows[filled++] = (struct row){ item->name[2 * x], at + k,
							       item->name[2 * x + 1] };
			for (uint32_t x = 0; which && x < item->id_n; x++)
				rows[filled++] = (struct row){ item->id[x], at + k, 0 };
		}
		at += p->n;
	}
	*ret = rows;
	*ret_n = filled;
	return sort_rows(op, rows, filled);
}

static int row_compare(const struct row *a, const struct row *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* The next row of base's index whose record stays; false: there is none. */
static bool next_row(const struct shard_work *w, int which, uint32_t *at, struct row *ret)
{
	ptrdiff_t width = which ? SHARD_ID : SHARD_NAME;
	const struct shard *base = w->job->base;
	str rows = base ? base->section[which ? SHARD_IDS : SHARD_NAMES] : (str){ 0 };

	for (; (ptrdiff_t)*at < rows.len / width; ++*at) {
		const char *row = rows.p + (ptrdiff_t)*at * width;
		uint32_t record = shard_u32(row + 4);
		if (record >= base->n || w->remap[record] == NO_RECORD)
			continue;
		*ret = (struct row){ shard_u32(row), w->remap[record],
				     which ? 0 : shard_u32(row + 8) };
		++*at;
		return true;
	}
	return false;
}

/* Four rows to a place of the fan, about. */
static uint32_t fan_bits(uint32_t rows)
{
	uint32_t bits = 0;

	while (bits < SHARD_BITS && rows >> bits > 4)
		bits++;
	return bits;
}

static int make_fan(struct op *op, struct shard_work *w, int which)
{
	ptrdiff_t width = which ? SHARD_ID : SHARD_NAME;
	uint32_t bits = fan_bits(w->rows_n[which]), to = 0;
	char *fan = op_alloc(op, 4, ((ptrdiff_t)1 << bits) + 1);

	if (!fan)
		return op->code;
	for (uint32_t i = 0; i < w->rows_n[which]; i++) {
		uint32_t hash = shard_u32(w->rows[which] + (ptrdiff_t)i * width);
		uint32_t bucket = bits ? hash >> (32 - bits) : 0;
		while (to <= bucket)
			shard_put32(fan + (ptrdiff_t)to++ * 4, i);
	}
	while (to <= UINT32_C(1) << bits)
		shard_put32(fan + (ptrdiff_t)to++ * 4, w->rows_n[which]);
	w->fan[which] = fan;
	w->bits[which] = bits;
	return 0;
}

static int make_index(struct op *op, struct shard_work *w, int which)
{
	ptrdiff_t width = which ? SHARD_ID : SHARD_NAME;
	const struct shard *base = w->job->base;
	str old = base ? base->section[which ? SHARD_IDS : SHARD_NAMES] : (str){ 0 };
	struct row *rows, from;
	uint32_t n, at = 0, i = 0, filled = 0;

	if (new_rows(op, w, which, &rows, &n) < 0)
		return op->code;
	char *to = op_alloc(op, (size_t)width, (ptrdiff_t)n + old.len / width);
	if (!to)
		return op->code;
	bool more = next_row(w, which, &at, &from);
	while (more || i < n) {
		bool take_old = more && (i == n || row_compare(&from, &rows[i]) <= 0);
		const struct row *row = take_old ? &from : &rows[i];
		char *place = to + (ptrdiff_t)filled++ * width;
		shard_put32(place, row->hash);
		shard_put32(place + 4, row->record);
		if (!which)
			shard_put32(place + 8, row->at);
		if (take_old)
			more = next_row(w, which, &at, &from);
		else
			i++;
	}
	w->rows[which] = to;
	w->rows_n[which] = filled;
	return make_fan(op, w, which);
}

/* A walk over all records of the result: the number of the next one, and whose it is. */
struct walk {
	ptrdiff_t piece;
	uint32_t within, at;
};

static bool walk_source(const struct shard_work *w, const struct walk *k, bool *ret_base,
			uint32_t *ret)
{
	if (k->piece >= w->piece.n)
		return false;
	*ret_base = w->piece.p[k->piece].base;
	*ret = w->piece.p[k->piece].first + k->within;
	return true;
}

static void walk_on(const struct shard_work *w, struct walk *k, uint32_t n)
{
	k->at += n;
	k->within += n;
	if (k->piece < w->piece.n && k->within >= w->piece.p[k->piece].n) {
		k->piece++;
		k->within = 0;
	}
}

/* Bytes of one record. */
static int walk_bytes(struct op *op, const struct shard_work *w, const struct walk *k,
		      str *ret_record, str *ret_texts)
{
	bool base;
	uint32_t i;

	MUST(walk_source(w, k, &base, &i));
	if (base)
		return shard_base_run(op, w->job->base, i, 1, ret_record, ret_texts);
	*ret_record = w->job->item[i]->record;
	*ret_texts = w->job->item[i]->texts;
	return 0;
}

/* Bytes of the record before, with its texts. */
static uint32_t walk_before(const struct shard_work *w, const struct walk *k)
{
	const char *row = w->table + (ptrdiff_t)k->at * SHARD_ROW;

	return k->at == 0 ? 0
			  : shard_u32(row) - shard_u32(row - SHARD_ROW) + shard_u32(row + 4) -
				    shard_u32(row + 4 - SHARD_ROW);
}

/* Does a block begin here? */
static bool walk_begins(const struct shard_work *w, const struct walk *k)
{
	bool base;
	uint32_t i;

	if (!walk_source(w, k, &base, &i) || walk_before(w, k) >= SHARD_LARGE)
		return true;
	return shard_block_begins(base ? record_id(w->job->base, i) : w->job->item[i]->key);
}

/*
 * A block of base that is here as it was there: how many records it has. Its line is *line; the
 * walk stands at base's record `first`.
 */
static uint32_t block_of_base(const struct shard_work *w, const struct walk *k, uint32_t first,
			      uint32_t *line)
{
	const struct shard *base = w->job->base;
	str blocks = base->section[SHARD_BLOCKS];
	uint32_t n = (uint32_t)(blocks.len / SHARD_BLOCK),
		 left = w->piece.p[k->piece].n - k->within;

	while (*line < n && shard_u32(blocks.p + (ptrdiff_t)*line * SHARD_BLOCK) < first)
		++*line;
	if (*line >= n || shard_u32(blocks.p + (ptrdiff_t)*line * SHARD_BLOCK) != first)
		return 0;
	uint32_t to = *line + 1 < n ? shard_u32(blocks.p + (ptrdiff_t)(*line + 1) * SHARD_BLOCK)
				    : base->n;
	if (to <= first || to - first > left)
		return 0;
	if (to - first <
	    left) /* the next one of base follows it here, and begins one as it did there */
		return to - first;
	struct walk end = *k;
	walk_on(w, &end, to - first);
	return walk_begins(w, &end) ? to - first : 0;
}

/* The records, then the texts of a block, which ends before `to`. */
static int hash_block(struct op *op, const struct shard_work *w, struct hash *h, struct walk k,
		      uint32_t to, char *digest)
{
	str record, texts;
	uint8_t got[32];

	hash_restart(h);
	for (struct walk i = k; i.at < to; walk_on(w, &i, 1)) {
		if (walk_bytes(op, w, &i, &record, &texts) < 0)
			return op->code;
		hash_add(h, record);
	}
	for (struct walk i = k; i.at < to; walk_on(w, &i, 1)) {
		if (walk_bytes(op, w, &i, &record, &texts) < 0)
			return op->code;
		hash_add(h, texts);
	}
	hash_result(h, HASH_SHA256, got);
	memcpy(digest, got, sizeof(got));
	return 0;
}

static int make_blocks(struct op *op, struct shard_work *w)
{
	AUTO_HASH *h = NULL;
	struct walk k = { 0 };
	uint32_t line = 0, i;
	bool base;

	if (hash_open(op, HASH_SHA256, &h) < 0)
		return op->code;
	while (walk_source(w, &k, &base, &i)) {
		char *digest = shard_block_line(op, w, k.at);
		if (!digest)
			return op->code;
		uint32_t n = base ? block_of_base(w, &k, i, &line) : 0;
		if (n) {
			const char *old = w->job->base->section[SHARD_BLOCKS].p +
					  (ptrdiff_t)line * SHARD_BLOCK;
			memcpy(digest, old + 4, 32);
			walk_on(w, &k, n);
			continue;
		}
		struct walk end = k;
		do {
			walk_on(w, &end, 1);
		} while (!walk_begins(w, &end));
		if (hash_block(op, w, h, k, end.at, digest) < 0)
			return op->code;
		k = end;
	}
	return 0;
}

static int write_advisories(struct op *op, struct shard_work *w)
{
	static const struct {
		enum shard_section fan;
		ptrdiff_t width;
	} index[] = { { SHARD_NAME_FAN, SHARD_NAME }, { SHARD_ID_FAN, SHARD_ID } };

	if (plan(op, w) < 0)
		return op->code;
	if (w->n == 0)
		return 1;
	if (newest(op, w) < 0 || make_table(op, w) < 0)
		return op->code;
	for (int i = 0; i < 2; i++) {
		if (make_index(op, w, i) < 0)
			return op->code;
		w->section[index[i].fan] = (str){ w->fan[i], ((ptrdiff_t)4 << w->bits[i]) + 4 };
		w->section[index[i].fan + 1] =
			(str){ w->rows[i], (ptrdiff_t)w->rows_n[i] * index[i].width };
	}
	w->section[SHARD_TABLE] = (str){ w->table, ((ptrdiff_t)w->n + 1) * SHARD_ROW };
	if (make_blocks(op, w) < 0)
		return op->code;
	return shard_finish(op, w, (str){ 0 });
}

int shard_write(struct op *op, const struct shard_job *job, struct shard_file *ret)
{
	static int (*const write[])(struct op * op, struct shard_work * w) = { write_advisories,
									       shard_write_scores,
									       shard_write_lives };
	AUTO_OP own;
	struct shard_work w = { .job = job };

	op_init(&own, 0);
	own.fault = op->fault;
	if (job->kind != SHARD_ADVISORIES)
		newer(&w.newest, job->set->dated);
	if (job->kind != SHARD_ADVISORIES && job->base)
		newer(&w.newest, job->base->head.newest);
	int rc = write[job->kind](&own, &w);
	if (rc < 0)
		return op_adopt_error(op, &own);
	if (rc > 0)
		return 1;
	*ret = (struct shard_file){ { job->kind, { 0 }, { 0 }, job->set->fixed_only, w.n, { 0 } },
				    w.digest,
				    w.size };
	if (op_copy(op, job->set->source, &ret->head.source) < 0 ||
	    op_copy(op, job->ecosystem, &ret->head.ecosystem) < 0)
		return op->code;
	return op_copy(op, w.newest, &ret->head.newest);
}
