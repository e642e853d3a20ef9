#include "shard_set.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "sys/pool.h"

static struct shard_set *set_new(struct op *op)
{
	struct shard_set *set = op_new(op, struct shard_set, 1);

	if (!set)
		return NULL;
	op_init(&set->own, 0);
	set->own.fault = op->fault;
	set->out.op = &set->own;
	map_init(&set->ecosystem, &set->own);
	return set;
}

int shard_set_open(struct op *op, str source, const struct feed *feed, struct shard_set **ret)
{
	struct shard_set *set = set_new(op);

	if (!set)
		return op->code;
	if (shard_set_feed(op, set, source, feed) < 0) {
		op_done(&set->own);
		return op->code;
	}
	*ret = set;
	return 0;
}

int shard_set_feed(struct op *op, struct shard_set *set, str source, const struct feed *feed)
{
	set->fixed_only = feed && feed->fixed_only;
	return op_copy(&set->own, source, &set->source) < 0 ? op_adopt_error(op, &set->own) : 0;
}

void shard_set_close(struct shard_set **set)
{
	if (!*set)
		return;
	for (struct shard_set *part = (*set)->part; part; part = part->next)
		op_done(&part->own);
	op_done(&(*set)->own);
	*set = NULL;
}

/* The position of an ecosystem, which may be new. */
static bool ecosystem_of(struct shard_set *set, str key, uint32_t *ret)
{
	ptrdiff_t at = map_find(&set->ecosystem, key);
	str copy;

	if (at < 0) {
		if (op_copy(&set->own, key, &copy) < 0 || map_put(&set->ecosystem, copy, NULL) < 0)
			return false;
		at = set->ecosystem.n - 1;
	}
	*ret = (uint32_t)at;
	return true;
}

/* What `out` holds now, and the texts that it holds afterwards, in one piece. */
static bool keep(struct shard_set *set, const struct advisory *a, uint32_t ecosystem)
{
	struct record_out *out = &set->out;
	struct op *own = &set->own;

	if (out->bad)
		return false;
	size_t numbers = (size_t)(out->name_n + out->id_n) * sizeof(uint32_t);
	struct shard_item *item = op_alloc(own, 1, (ptrdiff_t)(sizeof(*item) + numbers + out->len));
	struct shard_item **slot = item ? vec_push(own, &set->item) : NULL;
	if (!slot)
		return false;
	uint32_t *name = (uint32_t *)(item + 1);
	if (out->name_n)
		memcpy(name, out->name, out->name_n * sizeof(uint32_t));
	memcpy(name + out->name_n, out->id, out->id_n * sizeof(uint32_t));
	char *bytes = (char *)name + numbers;
	memcpy(bytes, out->p, out->len);
	*item = (struct shard_item){ .name = name,
				     .name_n = out->name_n / 2,
				     .id = name + out->name_n,
				     .id_n = out->id_n,
				     .record = { bytes, (ptrdiff_t)out->len },
				     .ecosystem = ecosystem };
	struct record_in in = { .bytes = item->record };
	item->key = record_text(&in);
	item->published = record_text(&in);
	item->modified = record_text(&in);
	*slot = item;
	record_write_texts(out, a);
	if (out->bad || out->len == 0)
		return !out->bad;
	return op_copy(own, (str){ out->p, (ptrdiff_t)out->len }, &item->texts) == 0;
}

/* The ecosystems of an advisory, each once; "" for one without packages. -1: too many. */
static ptrdiff_t ecosystems_of(const struct advisory *a, str *ret)
{
	ptrdiff_t n = 0;

	if (a->affected_n == 0)
		ret[n++] = S("");
	for (ptrdiff_t i = 0; i < a->affected_n; i++) {
		ptrdiff_t k = n - 1;
		while (k >= 0 && !str_eq(ret[k], a->affected[i].ecosystem))
			k--;
		if (k >= 0)
			continue;
		if (n == LIMIT_ADVISORY_ECOSYSTEMS)
			return -1;
		ret[n++] = a->affected[i].ecosystem;
	}
	return n;
}

static int put_advisory(struct op *op, void *to, const struct advisory *a)
{
	struct shard_set *set = to;
	SCRATCH str ecosystem[LIMIT_ADVISORY_ECOSYSTEMS];
	uint32_t at;

	if (a->id.len == 0)
		return op_fail(op, ERR_FORMAT, "an advisory has no id");
	ptrdiff_t n = ecosystems_of(a, ecosystem);
	if (n < 0)
		return op_fail(op, ERR_LIMIT, "%.*s is about more than %d ecosystems",
			       STR_ARG(a->id), LIMIT_ADVISORY_ECOSYSTEMS);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!ecosystem_of(set, ecosystem[i], &at))
			return op_adopt_error(op, &set->own);
		record_write(&set->out, a, ecosystem[i]);
		if (!keep(set, a, at))
			return op_adopt_error(op, &set->own);
	}
	return 0;
}

/* A share of one, in 10^-9. */
static uint32_t billionths(double v)
{
	return v >= 1 ? 1000000000 : v > 0 ? (uint32_t)(v * 1e9 + 0.5) : 0;
}

static int put_score(struct op *op, void *to, str cve, double epss, double percentile)
{
	struct shard_set *set = to;
	uint64_t key = shard_score_key(cve);

	if (key == 0)
		return 0;
	struct shard_score *s = vec_push(&set->own, &set->score);
	if (!s)
		return op_adopt_error(op, &set->own);
	*s = (struct shard_score){ key, billionths(epss), billionths(percentile) };
	return 0;
}

static int put_life(struct op *op, void *to, const struct life *life)
{
	struct shard_set *set = to;

	record_write_life(&set->out, life);
	str *copy = set->out.bad ? NULL : vec_push(&set->own, &set->life);
	if (!copy || op_copy(&set->own, (str){ set->out.p, (ptrdiff_t)set->out.len }, copy) < 0)
		return op_adopt_error(op, &set->own);
	return 0;
}

static int put_dated(struct op *op, void *to, str time)
{
	struct shard_set *set = to;

	if (str_cmp(time, set->dated) <= 0)
		return 0;
	return op_copy(&set->own, time, &set->dated) < 0 ? op_adopt_error(op, &set->own) : 0;
}

/* A set of a thread's own; one whose records were taken over is filled on. */
static int part_of(struct op *op, void *to, struct feed_sink *ret)
{
	struct shard_set *set = to, *part = set->idle;

	if (part) {
		set->idle = part->next_idle;
	} else {
		part = set_new(&set->own);
		if (!part)
			return op_adopt_error(op, &set->own);
		part->next = set->part;
		set->part = part;
	}
	*ret = shard_sink(part);
	return 0;
}

/* Ecosystems of a part by their positions in the set. */
static int part_ecosystems(struct op *op, struct shard_set *set, const struct shard_set *part,
			   uint32_t **ret)
{
	*ret = op_new(op, uint32_t, part->ecosystem.n);
	if (!*ret)
		return op->code;
	for (ptrdiff_t i = 0; i < part->ecosystem.n; i++)
		if (!ecosystem_of(set, part->ecosystem.item[i].key, &(*ret)[i]))
			return op_adopt_error(op, &set->own);
	return 0;
}

/* What a part was given stays in its memory; only what points there moves. */
static int join(struct op *op, void *to, struct feed_sink *sink)
{
	struct shard_set *set = to, *part = sink->to;
	uint32_t *ecosystem;

	if (part_ecosystems(op, set, part, &ecosystem) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < part->item.n; i++) {
		struct shard_item **item = vec_push(&set->own, &set->item);
		if (!item)
			return op_adopt_error(op, &set->own);
		*item = part->item.p[i];
		(*item)->ecosystem = ecosystem[(*item)->ecosystem];
	}
	for (ptrdiff_t i = 0; i < part->score.n; i++) {
		struct shard_score *score = vec_push(&set->own, &set->score);
		if (!score)
			return op_adopt_error(op, &set->own);
		*score = part->score.p[i];
	}
	for (ptrdiff_t i = 0; i < part->life.n; i++) {
		str *life = vec_push(&set->own, &set->life);
		if (!life)
			return op_adopt_error(op, &set->own);
		*life = part->life.p[i];
	}
	part->item.n = part->score.n = part->life.n = 0;
	part->next_idle = set->idle;
	set->idle = part;
	return put_dated(op, set, part->dated);
}

struct feed_sink shard_sink(struct shard_set *set)
{
	return (struct feed_sink){ .advisory = put_advisory,
				   .score = put_score,
				   .life = put_life,
				   .to = set,
				   .dated = put_dated,
				   .part = part_of,
				   .join = join };
}

/* An item with the first bytes of its id as numbers: these mostly decide. */
struct sorted {
	uint64_t high, low;
	struct shard_item *item;
	uint32_t ecosystem; /* the item's */
};

static uint64_t eight_bytes(str s)
{
	unsigned char b[8] = { 0 };

	if (s.len)
		memcpy(b, s.p, s.len < 8 ? (size_t)s.len : 8);
	return (uint64_t)b[0] << 56 | (uint64_t)b[1] << 48 | (uint64_t)b[2] << 40 |
	       (uint64_t)b[3] << 32 | (uint64_t)b[4] << 24 | (uint64_t)b[5] << 16 |
	       (uint64_t)b[6] << 8 | b[7];
}

/* Within an ecosystem the result does not depend on the order of ecosystems, which is that of their
 * first records. */
static int by_id(const void *a, const void *b)
{
	const struct sorted *s = a, *t = b;
	const struct shard_item *x = s->item, *y = t->item;

	if (s->high != t->high)
		return s->high < t->high ? -1 : 1;
	if (s->low != t->low)
		return s->low < t->low ? -1 : 1;
	int order = x->key.len == y->key.len && x->key.len <= 16 ? 0 : str_cmp(x->key, y->key);
	order = order ? order : str_cmp(y->modified, x->modified);
	if (order || s->ecosystem != t->ecosystem)
		return order ? order : s->ecosystem < t->ecosystem ? -1 : 1;
	order = str_cmp(x->record, y->record);
	return order ? order : str_cmp(x->texts, y->texts);
}

static uint64_t digit(const struct sorted *s, int which)
{
	return (which < 8 ? s->low >> (8 * which) : s->high >> (8 * (which - 8))) & 255;
}

/* By the first bytes of the ids, digit by digit from the last; those that all share are left out. */
static struct sorted *sort_by_bytes(struct sorted *from, struct sorted *to, ptrdiff_t n)
{
	for (int which = 0; which < 16; which++) {
		ptrdiff_t place[257] = { 0 };
		for (ptrdiff_t i = 0; i < n; i++)
			place[digit(&from[i], which) + 1]++;
		if (place[digit(&from[0], which) + 1] == n)
			continue;
		for (int i = 0; i < 256; i++)
			place[i + 1] += place[i];
		for (ptrdiff_t i = 0; i < n; i++)
			to[place[digit(&from[i], which)]++] = from[i];
		struct sorted *swap = from;
		from = to;
		to = swap;
	}
	return from;
}

/* All by by_id(): of many, first by bytes, then what these leave equal. */
static int sort_all(struct op *op, struct sorted **sorted, ptrdiff_t n)
{
	struct sorted *other = op_new(op, struct sorted, n);

	if (!other)
		return op->code;
	struct sorted *s = *sorted = sort_by_bytes(*sorted, other, n);
	for (ptrdiff_t i = 0, to; i < n; i = to) {
		to = i + 1;
		while (to < n && s[to].high == s[i].high && s[to].low == s[i].low)
			to++;
		if (to - i > 1)
			qsort(&s[i], (size_t)(to - i), sizeof(*s), by_id);
	}
	return 0;
}

/* By id, of each the newest first; of several ecosystems in the order of their positions. */
static int sort_items(struct op *op, struct shard_item **item, ptrdiff_t n)
{
	struct op_mark mark = op_mark(op);
	struct sorted *sorted = op_new(op, struct sorted, n);
	bool moved = false;

	if (!sorted)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		sorted[i] = (struct sorted){ eight_bytes(item[i]->key),
					     eight_bytes(str_from(item[i]->key, 8)), item[i],
					     item[i]->ecosystem };
		moved = moved || (i && by_id(&sorted[i - 1], &sorted[i]) > 0);
	}
	if (moved && sort_all(op, &sorted, n) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		item[i] = sorted[i].item;
	op_reset(op, mark);
	return 0;
}

/* Of sorted items those that are older than the newest of their id are marked. */
static void mark_old(struct shard_item **item, ptrdiff_t n)
{
	const struct shard_item *newest = NULL;

	for (ptrdiff_t i = 0; i < n; i++) {
		if (!newest || !str_eq(newest->key, item[i]->key))
			newest = item[i];
		item[i]->old = !str_eq(newest->modified, item[i]->modified);
	}
}

/* Is none newer than another? Then each ecosystem's can be sorted by themselves. */
static bool same_age(const struct shard_set *set)
{
	for (ptrdiff_t i = 1; i < set->item.n; i++)
		if (!str_eq(set->item.p[i]->modified, set->item.p[0]->modified))
			return false;
	return true;
}

/* The items of each ecosystem side by side, in the order that they have: those of ecosystem e are
 * group[begin[e]] to group[begin[e + 1] - 1]. */
struct groups {
	struct shard_item **group;
	uint32_t *begin;
};

static int group_items(struct op *op, const struct shard_set *set, struct groups *ret)
{
	ptrdiff_t n = set->ecosystem.n;
	uint32_t *next = op_new(op, uint32_t, n + 1);

	ret->begin = op_new(op, uint32_t, n + 1);
	ret->group = op_new(op, struct shard_item *, set->item.n);
	if (!next || !ret->begin || !ret->group)
		return op->code;
	for (ptrdiff_t i = 0; i < set->item.n; i++)
		ret->begin[set->item.p[i]->ecosystem + 1]++;
	for (ptrdiff_t e = 0; e < n; e++)
		next[e + 1] = ret->begin[e + 1] += ret->begin[e];
	for (ptrdiff_t i = 0; i < set->item.n; i++)
		ret->group[next[set->item.p[i]->ecosystem]++] = set->item.p[i];
	return 0;
}

/* Ids whose records a base loses: those of the set and those that are gone. */
static int ids_gone(struct op *op, const struct shard_set *set, const struct texts *gone,
		    struct shard_job *job)
{
	ptrdiff_t extra = gone ? gone->n : 0, n = 0;
	str *id = op_new(op, str, set->item.n + extra);

	if (!id)
		return op->code;
	for (ptrdiff_t i = 0; i < set->item.n; i++)
		if (n == 0 || !str_eq(id[n - 1], set->item.p[i]->key))
			id[n++] = set->item.p[i]->key;
	for (ptrdiff_t i = 0; i < extra; i++)
		id[n++] = gone->p[i];
	if (extra)
		qsort(id, (size_t)n, sizeof(*id), str_qsort);
	job->gone = id;
	job->gone_n = n;
	return 0;
}

/* Sorted items, each once, without what is old. */
static void keep_once(struct shard_job *job)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < job->item_n; i++) {
		struct shard_item *item = job->item[i];
		const struct shard_item *last = n ? job->item[n - 1] : NULL;
		if (item->old)
			continue;
		if (!last || !str_eq(last->record, item->record) ||
		    !str_eq(last->texts, item->texts))
			job->item[n++] = item;
	}
	job->item_n = n;
}

/* Items of one ecosystem. */
static void items_of(const struct shard_set *set, const struct groups *g, str key,
		     struct shard_job *job)
{
	ptrdiff_t at = map_find(&set->ecosystem, key);

	job->item = at < 0 ? NULL : g->group + g->begin[at];
	job->item_n = at < 0 ? 0 : g->begin[at + 1] - g->begin[at];
	if (!job->unsorted)
		keep_once(job);
}

static int same_source(struct op *op, const struct shard_set *set, const struct shard *base)
{
	if (!str_eq(set->source, base->head.source))
		return op_fail(op, ERR_USAGE, "records of %.*s cannot be laid over those of %.*s",
			       STR_ARG(set->source), STR_ARG(base->head.source));
	return 0;
}

static const struct shard *base_of(const struct shard *const *base, ptrdiff_t n,
				   enum shard_kind kind, str ecosystem)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (base[i]->head.kind == kind && str_eq(base[i]->head.ecosystem, ecosystem))
			return base[i];
	return NULL;
}

/* All ecosystems of the set and of what it is laid over, sorted, each once. */
static int all_ecosystems(struct op *op, const struct shard_set *set,
			  const struct shard *const *base, ptrdiff_t base_n, struct texts *ret)
{
	str *key = op_new(op, str, set->ecosystem.n + base_n);
	ptrdiff_t n = 0, kept = 0;

	if (!key)
		return op->code;
	for (ptrdiff_t i = 0; i < set->ecosystem.n; i++)
		key[n++] = set->ecosystem.item[i].key;
	for (ptrdiff_t i = 0; i < base_n; i++)
		if (base[i]->head.kind == SHARD_ADVISORIES)
			key[n++] = base[i]->head.ecosystem;
	qsort(key, (size_t)n, sizeof(*key), str_qsort);
	for (ptrdiff_t i = 0; i < n; i++)
		if (kept == 0 || !str_eq(key[kept - 1], key[i]))
			key[kept++] = key[i];
	*ret = (struct texts){ key, kept };
	return 0;
}

/* The shards of a set, each written by whatever processor is free. */
struct writing {
	struct shard_job *job;   /* [n] */
	struct shard_file *file; /* [n] */
	bool *made;              /* [n]: it has records */
	struct op *keep;         /* what outlives a turn, under the lock */
	pthread_mutex_t lock;
};

static int write_one(struct op *own, ptrdiff_t i, void *arg)
{
	struct writing *w = arg;
	struct shard_job *job = &w->job[i];

	if (job->unsorted) {
		if (sort_items(own, job->item, job->item_n) < 0)
			return own->code;
		keep_once(job);
	}
	int rc = shard_write(own, job, &w->file[i]);
	if (rc < 0)
		return rc;
	w->made[i] = rc == 0;
	if (rc > 0)
		return 0;
	struct shard_head *head = &w->file[i].head;
	pthread_mutex_lock(&w->lock);
	if (op_copy(w->keep, head->source, &head->source) < 0 ||
	    op_copy(w->keep, head->ecosystem, &head->ecosystem) < 0 ||
	    op_copy(w->keep, head->newest, &head->newest) < 0)
		rc = op_adopt_error(own, w->keep);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

/* All of them; those that have no records are left out of the answer. */
static int write_all(struct op *op, struct shard_job *job, ptrdiff_t n, struct shard_file **ret,
		     ptrdiff_t *ret_n)
{
	struct writing w = { .job = job, .keep = op, .lock = PTHREAD_MUTEX_INITIALIZER };
	ptrdiff_t made = 0;

	w.file = op_new(op, struct shard_file, n);
	w.made = op_new(op, bool, n);
	if (!w.file || !w.made)
		return op->code;
	/* Allocations that a test lets fail are counted in one thread. */
	int rc = op->fault ? 0 : pool_run(op, n, 0, write_one, &w);
	for (ptrdiff_t i = 0; op->fault && i < n && rc == 0; i++)
		rc = write_one(op, i, &w);
	if (rc < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++)
		if (w.made[i])
			w.file[made++] = w.file[i];
	*ret = w.file;
	*ret_n = made;
	return 0;
}

int shard_set_write(struct op *op, struct shard_set *set, const struct shard *const *base,
		    ptrdiff_t base_n, const struct texts *gone, int dirfd, struct shard_file **ret,
		    ptrdiff_t *ret_n)
{
	struct shard_job common = { .set = set,
				    .dirfd = dirfd,
				    .unsorted = !base_n && same_age(set) };
	struct texts ecosystem = { 0 };
	struct groups groups = { 0 };
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < base_n; i++)
		if (same_source(op, set, base[i]) < 0)
			return op->code;
	if (!common.unsorted) {
		if (sort_items(op, set->item.p, set->item.n) < 0)
			return op->code;
		mark_old(set->item.p, set->item.n);
	}
	if (group_items(op, set, &groups) < 0 || (base_n && ids_gone(op, set, gone, &common) < 0) ||
	    all_ecosystems(op, set, base, base_n, &ecosystem) < 0)
		return op->code;
	struct shard_job *job = op_new(op, struct shard_job, ecosystem.n + 2);
	if (!job)
		return op->code;
	for (; n < ecosystem.n; n++) {
		job[n] = common;
		job[n].ecosystem = ecosystem.p[n];
		job[n].base = base_of(base, base_n, SHARD_ADVISORIES, ecosystem.p[n]);
		items_of(set, &groups, ecosystem.p[n], &job[n]);
	}
	for (enum shard_kind kind = SHARD_SCORES; kind <= SHARD_LIVES; kind++, n++) {
		job[n] = common;
		job[n].kind = kind;
		job[n].ecosystem = S("");
		job[n].base = base_of(base, base_n, kind, S(""));
	}
	return write_all(op, job, n, ret, ret_n);
}
