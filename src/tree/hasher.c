/*
 * Batches go round: the reader fills batch[made % BATCHES], the thread hashes batch[hashed % BATCHES],
 * the reader takes results out of batch[taken % BATCHES].
 *
 * 1. taken <= hashed <= made < taken + BATCHES; they are changed under the lock, `hashed` by the
 *    thread alone, the others by the reader alone.
 * 2. A batch is the reader's from `taken` on up to `made`, then the thread's.
 * 3. A content may lie in several batches: the state of its hash is the thread's.
 */
#include "hasher.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

enum {
	BATCHES = 6,
	ROOM = 256 << 10, /* bytes of a batch */
	MARKS = 512,      /* contents that begin or end in one */
};

struct mark { /* at byte `at` of a batch a content begins, or the current one ends */
	size_t at;
	bool ends;
	uint8_t kinds;
	uint64_t where;
};

struct batch {
	char *bytes; /* [ROOM] */
	size_t used;
	struct mark mark[MARKS]; /* [n] */
	int n;
	struct hashed result[MARKS]; /* [results] */
	int results;
};

struct hasher {
	struct hash *hash;     /* the thread's */
	struct hashed current; /* likewise */
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	pthread_t thread;
	bool started, stop;
	uint64_t made, hashed, taken;
	struct batch *batch[BATCHES];
};

int hasher_open(struct op *op, unsigned kinds, struct hasher **ret)
{
	struct hasher *h = op_new(op, struct hasher, 1);

	if (!h)
		return op->code;
	for (int i = 0; i < BATCHES; i++)
		if (!(h->batch[i] = op_new(op, struct batch, 1)) ||
		    !(h->batch[i]->bytes = op_new(op, char, ROOM)))
			return op->code;
	int rc = hash_open(op, kinds, &h->hash);
	if (rc < 0)
		return rc;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->work, NULL);
	pthread_cond_init(&h->done, NULL);
	*ret = h;
	return 0;
}

static void end_content(struct hasher *h, struct batch *b)
{
	if (h->current.kinds & HASH_SHA256)
		hash_result(h->hash, HASH_SHA256, h->current.sha256);
	if (h->current.kinds & HASH_SHA1)
		hash_result(h->hash, HASH_SHA1, h->current.sha1);
	if (h->current.kinds & HASH_MD5)
		hash_result(h->hash, HASH_MD5, h->current.md5);
	b->result[b->results++] = h->current;
}

static void hash_batch(struct hasher *h, struct batch *b)
{
	size_t at = 0;

	b->results = 0;
	for (int i = 0; i <= b->n; i++) {
		size_t to = i < b->n ? b->mark[i].at : b->used;
		if (to > at)
			hash_add(h->hash, (str){ b->bytes + at, (ptrdiff_t)(to - at) });
		at = to;
		if (i == b->n)
			break;
		if (b->mark[i].ends) {
			end_content(h, b);
			continue;
		}
		h->current =
			(struct hashed){ .where = b->mark[i].where, .kinds = b->mark[i].kinds };
		hash_restart_as(h->hash, b->mark[i].kinds);
	}
}

static void *work(void *arg)
{
	struct hasher *h = arg;

	pthread_mutex_lock(&h->lock);
	while (!h->stop) {
		if (h->hashed == h->made) {
			pthread_cond_wait(&h->work, &h->lock);
			continue;
		}
		struct batch *b = h->batch[h->hashed % BATCHES];
		pthread_mutex_unlock(&h->lock);
		hash_batch(h, b);
		pthread_mutex_lock(&h->lock);
		h->hashed++;
		pthread_cond_signal(&h->done);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

/* Results of batches that are done, so that at least one batch is free; of all, with `all`. */
static int take(struct tree *t, struct hasher *h, bool all)
{
	pthread_mutex_lock(&h->lock);
	while (h->made - h->taken == BATCHES || (all && h->taken < h->made)) {
		while (h->hashed == h->taken)
			pthread_cond_wait(&h->done, &h->lock);
		const struct batch *b = h->batch[h->taken % BATCHES];
		for (int i = 0; i < b->results; i++) {
			struct hashed *to = vec_push(t->op, &t->hashed);
			if (!to) {
				pthread_mutex_unlock(&h->lock);
				return t->op->code;
			}
			*to = b->result[i];
		}
		h->taken++;
	}
	pthread_mutex_unlock(&h->lock);
	return 0;
}

static struct batch *current(const struct hasher *h)
{
	return h->batch[h->made % BATCHES];
}

/* The current batch is the thread's; another one is begun. */
static int hand_over(struct tree *t, struct hasher *h, bool all)
{
	if (!h->started) {
		int e = pthread_create(&h->thread, NULL, work, h);
		errno = e;
		if (e)
			return op_fail_errno(t->op, "cannot start a thread");
		h->started = true;
	}
	pthread_mutex_lock(&h->lock);
	h->made++;
	pthread_cond_signal(&h->work);
	pthread_mutex_unlock(&h->lock);
	int rc = take(t, h, all);
	current(h)->used = 0;
	current(h)->n = 0;
	return rc;
}

static int mark(struct tree *t, struct hasher *h, struct mark m)
{
	int rc = current(h)->n == MARKS ? hand_over(t, h, false) : 0;
	struct batch *b = current(h);

	if (rc < 0)
		return rc;
	m.at = b->used;
	b->mark[b->n++] = m;
	return 0;
}

int hasher_begin(struct tree *t, struct hasher *h, uint64_t where, unsigned kinds)
{
	return mark(t, h, (struct mark){ .where = where, .kinds = (uint8_t)kinds });
}

int hasher_add(struct tree *t, struct hasher *h, str bytes)
{
	while (bytes.len) {
		int rc = current(h)->used == ROOM ? hand_over(t, h, false) : 0;
		if (rc < 0)
			return rc;
		struct batch *b = current(h);
		str fits = str_head(bytes, (ptrdiff_t)(ROOM - b->used));
		memcpy(b->bytes + b->used, fits.p, (size_t)fits.len);
		b->used += (size_t)fits.len;
		bytes = str_from(bytes, fits.len);
	}
	return 0;
}

int hasher_end(struct tree *t, struct hasher *h)
{
	return mark(t, h, (struct mark){ .ends = true });
}

int hasher_finish(struct tree *t, struct hasher *h)
{
	return current(h)->n || h->taken < h->made ? hand_over(t, h, true) : 0;
}

void hasher_close(struct hasher **h)
{
	if (!*h)
		return;
	if ((*h)->started) {
		pthread_mutex_lock(&(*h)->lock);
		(*h)->stop = true;
		pthread_cond_signal(&(*h)->work);
		pthread_mutex_unlock(&(*h)->lock);
		pthread_join((*h)->thread, NULL);
	}
	hash_close(&(*h)->hash);
	pthread_cond_destroy(&(*h)->work);
	pthread_cond_destroy(&(*h)->done);
	pthread_mutex_destroy(&(*h)->lock);
	*h = NULL;
}
