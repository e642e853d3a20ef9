/*
 * 1. A batch is the feeder's (FREE, or `now`), or waits (FULL), or is one thread's (TAKEN). Its state is
 *    changed under the lock, what is in it by whoever has it.
 * 2. A batch has whole contents, or one part of a large one, or one large content whole (`large`):
 *    there is one of these at a time.
 * 3. The part of a large content that comes next begins with the last SIGHT_BEFORE + SIGHT_BEHIND bytes
 *    of the one before.
 */
#include "sight.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/limits.h"
#include "sys/pool.h"

enum {
	BATCH = SIGHT_PART,
	PARTS = 512, /* contents in a batch */
	PATHS = 64 << 10,
	BATCHES = SIGHT_THREADS + 2,
};

enum state { FREE, FULL, TAKEN };

struct batch {
	enum state state;
	struct op own; /* of one that is large */
	char *bytes;   /* [room] */
	size_t room, used;
	char *small; /* [BATCH], what bytes is otherwise */
	bool large;
	struct tree_seen part[PARTS]; /* [n] */
	int n;
	char path[PATHS]; /* of the parts, as they follow */
	size_t path_used;
};

struct sight {
	const struct tree_sight *who;
	pthread_mutex_t lock;
	pthread_cond_t work, room;
	pthread_t thread[SIGHT_THREADS];
	struct op failed; /* the first error of a thread */
	int threads, threads_max;
	bool stop, error;
	struct batch *batch[BATCHES]; /* [batches] */
	int batches;
	struct batch *now; /* the feeder's, or NULL */
	uint64_t left;     /* bytes of the current content that are to come */
	bool split, text;
};

int sight_open(struct op *op, const struct tree_sight *who, struct sight **ret)
{
	struct sight *s = op_new(op, struct sight, 1);

	if (!s)
		return op->code;
	s->who = who;
	s->threads_max = pool_cpus() < SIGHT_THREADS ? pool_cpus() : SIGHT_THREADS;
	s->batches = s->threads_max + 2;
	op_init(&s->failed, 0);
	for (int i = 0; i < s->batches; i++) {
		if (!(s->batch[i] = op_new(op, struct batch, 1)))
			return op->code;
		op_init(&s->batch[i]->own, 0);
	}
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work, NULL);
	pthread_cond_init(&s->room, NULL);
	*ret = s;
	return 0;
}

/* Under the lock: one that has this state, or NULL. */
static struct batch *batch_of(struct sight *s, enum state state)
{
	for (int i = 0; i < s->batches; i++) {
		if (s->batch[i]->state == state && s->batch[i] != s->now)
			return s->batch[i];
	}
	return NULL;
}

static int show(struct op *own, struct sight *s, void **local, struct batch *b)
{
	size_t path = 0;
	int rc = 0;

	for (int i = 0; rc == 0 && i < b->n; i++) {
		struct tree_seen *f = &b->part[i];
		f->path.p = b->path + path;
		path += (size_t)f->path.len + 1;
		rc = s->who->see(own, s->who->arg, local, f);
	}
	return rc;
}

static void *work(void *arg)
{
	struct sight *s = arg;
	struct batch *b;
	void *local = NULL;
	AUTO_OP own;

	op_init(&own, 0);
	pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		if (!(b = batch_of(s, FULL))) {
			pthread_cond_wait(&s->work, &s->lock);
			continue;
		}
		b->state = TAKEN;
		bool skips = s->error;
		pthread_mutex_unlock(&s->lock);
		int rc = skips ? 0 : show(&own, s, &local, b);
		op_done(&b->own);
		pthread_mutex_lock(&s->lock);
		if (rc < 0 && !s->error) {
			s->error = true;
			(void)op_adopt_error(&s->failed, &own);
		}
		b->state = FREE;
		pthread_cond_broadcast(&s->room);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Under the lock. */
static int start_thread(struct op *op, struct sight *s)
{
	if (s->threads == s->threads_max)
		return 0;
	int e = pthread_create(&s->thread[s->threads], NULL, work, s);
	if (e == 0)
		s->threads++;
	errno = e;
	return e && s->threads == 0 ? op_fail_errno(op, "cannot start a thread") : 0;
}

static int hand_over(struct op *op, struct sight *s)
{
	if (!s->now)
		return 0;
	pthread_mutex_lock(&s->lock);
	int rc = start_thread(op, s);
	s->now->state = s->now->n ? FULL : FREE;
	s->now = NULL;
	pthread_cond_signal(&s->work);
	if (rc == 0 && s->error)
		rc = op_adopt_error(op, &s->failed);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* Under the lock. */
static bool has_large(const struct sight *s)
{
	for (int i = 0; i < s->batches; i++) {
		if (s->batch[i]->state != FREE && s->batch[i]->large)
			return true;
	}
	return false;
}

/* A batch to fill, with room for one content of `large` bytes if that is not 0. */
static int take_batch(struct op *op, struct sight *s, uint64_t large)
{
	struct batch *b;

	pthread_mutex_lock(&s->lock);
	while (!(b = batch_of(s, FREE)) || (large && has_large(s)))
		pthread_cond_wait(&s->room, &s->lock);
	s->now = b;
	pthread_mutex_unlock(&s->lock);
	b->used = b->path_used = 0;
	b->n = 0;
	b->large = large > 0;
	b->room = large ? (size_t)large : BATCH;
	if (large && !(b->bytes = op_new(&b->own, char, large)))
		return op_adopt_error(op, &b->own);
	if (!large && !b->small && !(b->small = op_new(op, char, BATCH)))
		return op->code;
	if (!large)
		b->bytes = b->small;
	return 0;
}

/* The part of the current content that the batch has room for begins here. */
static void add_part(struct batch *b, const struct tree_seen *f)
{
	struct tree_seen *p = &b->part[b->n++];

	*p = *f;
	p->bytes = (str){ b->bytes + b->used, 0 };
	memcpy(b->path + b->path_used, f->path.p, (size_t)f->path.len);
	b->path_used += (size_t)f->path.len;
	b->path[b->path_used++] = '\0';
}

static bool has_room(const struct batch *b, const struct tree_seen *f)
{
	return b->n < PARTS && b->path_used + (size_t)f->path.len + 1 <= PATHS && !b->large &&
	       f->size <= BATCH - b->used;
}

int sight_begin(struct op *op, struct sight *s, const struct tree_seen *f, str head)
{
	bool large = f->size > BATCH;
	bool whole = large && s->who->whole && s->who->whole(s->who->arg, f->path, head, f->size);
	int rc = 0;

	s->left = f->size;
	s->split = large && !whole;
	s->text = !memchr(head.p ? head.p : "", 0, (size_t)head.len);
	if (s->now && (large || !has_room(s->now, f)))
		rc = hand_over(op, s);
	if (rc == 0 && !s->now)
		rc = take_batch(op, s, whole ? f->size : 0);
	if (rc == 0)
		add_part(s->now, f);
	return rc;
}

static uint64_t count_lines(str s)
{
	uint64_t n = 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		n += s.p[i] == '\n';
	return n;
}

/* A part is full, and more is to come. */
static int next_part(struct op *op, struct sight *s)
{
	struct batch *b = s->now;
	struct tree_seen next = b->part[b->n - 1], *last = &b->part[b->n - 1];
	ptrdiff_t keep = SIGHT_BEFORE + SIGHT_BEHIND, gone = last->bytes.len - keep;
	SCRATCH char path[LIMIT_PATH + 1], tail[SIGHT_BEFORE + SIGHT_BEHIND];

	last->end = last->bytes.len - SIGHT_BEHIND;
	memcpy(path, b->path + b->path_used - 1 - next.path.len, (size_t)next.path.len);
	memcpy(tail, last->bytes.p + gone, (size_t)keep);
	next.path.p = path;
	next.offset += (uint64_t)gone;
	next.begin = SIGHT_BEFORE;
	if (s->text)
		next.lines += count_lines(str_head(last->bytes, gone));
	int rc = hand_over(op, s);
	if (rc < 0 || (rc = take_batch(op, s, 0)) < 0)
		return rc;
	add_part(s->now, &next);
	memcpy(s->now->bytes, tail, (size_t)keep);
	s->now->used = (size_t)keep;
	s->now->part[0].bytes.len = keep;
	return 0;
}

int sight_add(struct op *op, struct sight *s, str bytes)
{
	while (bytes.len) {
		if (s->now->used == s->now->room) {
			MUST(s->split);
			int rc = next_part(op, s);
			if (rc < 0)
				return rc;
		}
		struct batch *b = s->now;
		str fits = str_head(bytes, (ptrdiff_t)(b->room - b->used));
		memcpy(b->bytes + b->used, fits.p, (size_t)fits.len);
		b->used += (size_t)fits.len;
		b->part[b->n - 1].bytes.len += fits.len;
		s->left -= (uint64_t)fits.len;
		bytes = str_from(bytes, fits.len);
	}
	return 0;
}

int sight_end(struct op *op, struct sight *s)
{
	struct batch *b = s->now;

	MUST(s->left == 0);
	b->part[b->n - 1].end = b->part[b->n - 1].bytes.len;
	return b->large || s->split ? hand_over(op, s) : 0;
}

int sight_finish(struct op *op, struct sight *s)
{
	int rc = hand_over(op, s);

	pthread_mutex_lock(&s->lock);
	while (rc == 0 && (batch_of(s, FULL) || batch_of(s, TAKEN)))
		pthread_cond_wait(&s->room, &s->lock);
	if (rc == 0 && s->error)
		rc = op_adopt_error(op, &s->failed);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

void sight_close(struct sight **s)
{
	if (!*s)
		return;
	pthread_mutex_lock(&(*s)->lock);
	(*s)->stop = true;
	pthread_cond_broadcast(&(*s)->work);
	pthread_mutex_unlock(&(*s)->lock);
	for (int i = 0; i < (*s)->threads; i++)
		pthread_join((*s)->thread[i], NULL);
	for (int i = 0; i < (*s)->batches; i++)
		op_done(&(*s)->batch[i]->own);
	pthread_cond_destroy(&(*s)->work);
	pthread_cond_destroy(&(*s)->room);
	pthread_mutex_destroy(&(*s)->lock);
	*s = NULL;
}
