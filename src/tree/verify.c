/*
 * 1. jobs [0, taken) are some thread's, the others wait; what is handed over piece by piece stands
 *    before all that wait, so that its thread comes at once.
 * 2. Of what is handed over, pieces [head, tail) are full; only the feeder moves tail, only the
 * hashing thread head.
 * 3. All fields but a job's own are under the lock; a job's are its thread's until it is done.
 */
#include "verify.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

enum {
	JOBS_MAX = 2 * LIMIT_LAYERS + 2,
	THREADS_MAX = 16,
	PIECE = 1 << 20, /* handed over at a time: waking another thread costs more than copying */
	PIECES = 4,
	READ_PIECE = 256 << 10,
};

struct job {
	int fd; /* -1: fed */
	uint64_t offset, size;
	struct digest want;
	str what;
	int code; /* of its check */
	char text[OP_ERROR_MAX];
};

struct verify {
	pthread_mutex_t lock;
	pthread_cond_t work, room; /* something to do; a piece or a job is done */
	pthread_t thread[THREADS_MAX];
	int threads, threads_max, idle;
	struct job job[JOBS_MAX];
	int order[JOBS_MAX]; /* in which they are taken */
	int jobs, taken, done;
	atomic_bool stop;
	bool feeding, fed;   /* pieces will come; the last of them was hashed */
	char *piece[PIECES]; /* [PIECE] each */
	size_t piece_len[PIECES];
	unsigned head, tail;
	size_t filled; /* bytes in piece[tail], which the feeder alone has */
};

int verify_open(struct op *op, int threads, struct verify **ret)
{
	struct verify *v = op_new(op, struct verify, 1);

	if (!v)
		return op->code;
	v->threads_max = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->work, NULL);
	pthread_cond_init(&v->room, NULL);
	*ret = v;
	return 0;
}

static int hash_range(struct op *op, struct verify *v, const struct job *j, struct hash *h)
{
	char *piece = op_new(op, char, READ_PIECE);

	if (!piece)
		return op->code;
	for (uint64_t done = 0; done < j->size && !v->stop;) {
		size_t n = j->size - done < READ_PIECE ? (size_t)(j->size - done) : READ_PIECE;
		ssize_t got = pread(j->fd, piece, n, (off_t)(j->offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return op_fail_errno(op, "cannot read %.*s", STR_ARG(j->what));
		if (got == 0)
			return op_fail(op, ERR_FORMAT, "%.*s is truncated", STR_ARG(j->what));
		hash_add(h, (str){ piece, got });
		done += (uint64_t)got;
	}
	return 0;
}

/* Without h the pieces are only taken, so that the feeder does not wait for ever. */
static void hash_fed(struct verify *v, struct hash *h)
{
	pthread_mutex_lock(&v->lock);
	for (;;) {
		while (v->head == v->tail && v->feeding && !v->stop)
			pthread_cond_wait(&v->work, &v->lock);
		if (v->head == v->tail || v->stop)
			break;
		unsigned i = v->head % PIECES;
		pthread_mutex_unlock(&v->lock);
		if (h)
			hash_add(h, (str){ v->piece[i], (ptrdiff_t)v->piece_len[i] });
		pthread_mutex_lock(&v->lock);
		v->head++;
		pthread_cond_broadcast(&v->room);
	}
	v->fed = true;
	pthread_cond_broadcast(&v->room);
	pthread_mutex_unlock(&v->lock);
}

static void run_job(struct verify *v, struct job *j)
{
	AUTO_OP own;
	AUTO_HASH *h = NULL;
	struct digest got;
	char is[DIGEST_TEXT], should[DIGEST_TEXT];
	int rc;

	op_init(&own, 0);
	rc = hash_open(&own, HASH_SHA256, &h);
	if (j->fd < 0)
		hash_fed(v, rc == 0 ? h : NULL);
	else if (rc == 0)
		rc = hash_range(&own, v, j, h);
	if (rc == 0 && !v->stop) {
		hash_result(h, HASH_SHA256, got.b);
		if (!digest_eq(&got, &j->want))
			op_fail(&own, ERR_VERIFY,
				j->fd < 0
					? "%.*s unpacks to %s and the image's configuration says %s"
					: "%.*s has the digest %s and should have %s",
				STR_ARG(j->what), digest_text(&got, is),
				digest_text(&j->want, should));
	}
	j->code = own.code;
	memcpy(j->text, own.text, sizeof(j->text));
}

static void *work(void *arg)
{
	struct verify *v = arg;

	pthread_mutex_lock(&v->lock);
	while (!v->stop) {
		if (v->taken == v->jobs) {
			v->idle++;
			pthread_cond_wait(&v->work, &v->lock);
			v->idle--;
			continue;
		}
		struct job *j = &v->job[v->order[v->taken++]];
		pthread_mutex_unlock(&v->lock);
		run_job(v, j);
		pthread_mutex_lock(&v->lock);
		v->done++;
		pthread_cond_broadcast(&v->room);
	}
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

/* Under the lock. */
static int start_thread(struct op *op, struct verify *v)
{
	if (v->threads == v->threads_max || v->idle > 0)
		return 0;
	int e = pthread_create(&v->thread[v->threads], NULL, work, v);
	if (e == 0)
		v->threads++;
	errno = e;
	return e && v->threads == 0 ? op_fail_errno(op, "cannot start a thread") : 0;
}

static int add_job(struct op *op, struct verify *v, const struct job *j, bool first)
{
	MUST(v->jobs < JOBS_MAX);
	pthread_mutex_lock(&v->lock);
	int at = first ? v->taken : v->jobs;
	memmove(&v->order[at + 1], &v->order[at], sizeof(int) * (size_t)(v->jobs - at));
	v->order[at] = v->jobs;
	v->job[v->jobs++] = *j;
	int rc = start_thread(op, v);
	pthread_cond_broadcast(&v->work);
	pthread_mutex_unlock(&v->lock);
	return rc;
}

int verify_range(struct op *op, struct verify *v, int fd, uint64_t offset, uint64_t size,
		 const struct digest *want, str what)
{
	struct job j = { .fd = fd, .offset = offset, .size = size, .want = *want, .what = what };

	return add_job(op, v, &j, false);
}

int verify_begin(struct op *op, struct verify *v, const struct digest *want, str what)
{
	struct job j = { .fd = -1, .want = *want, .what = what };

	for (int i = 0; i < PIECES; i++) {
		if (!v->piece[i] && !(v->piece[i] = op_new(op, char, PIECE)))
			return op->code;
	}
	pthread_mutex_lock(&v->lock);
	v->feeding = true;
	v->fed = false;
	pthread_mutex_unlock(&v->lock);
	return add_job(op, v, &j, true);
}

/* Under no lock: the piece at tail is full, or the last. */
static void hand_over(struct verify *v)
{
	pthread_mutex_lock(&v->lock);
	v->piece_len[v->tail % PIECES] = v->filled;
	v->filled = 0;
	v->tail++;
	pthread_cond_broadcast(&v->work);
	while (v->tail - v->head == PIECES)
		pthread_cond_wait(&v->room, &v->lock);
	pthread_mutex_unlock(&v->lock);
}

int verify_feed(struct op *op, void *verify, str bytes)
{
	struct verify *v = verify;

	(void)op;
	while (bytes.len) {
		str part = str_head(bytes, (ptrdiff_t)(PIECE - v->filled));
		memcpy(v->piece[v->tail % PIECES] + v->filled, part.p, (size_t)part.len);
		v->filled += (size_t)part.len;
		if (v->filled == PIECE)
			hand_over(v);
		bytes = str_from(bytes, part.len);
	}
	return 0;
}

void verify_end(struct verify *v)
{
	if (v->filled)
		hand_over(v);
	pthread_mutex_lock(&v->lock);
	v->feeding = false;
	pthread_cond_broadcast(&v->work);
	while (!v->fed)
		pthread_cond_wait(&v->room, &v->lock);
	pthread_mutex_unlock(&v->lock);
}

int verify_finish(struct op *op, struct verify *v)
{
	pthread_mutex_lock(&v->lock);
	while (v->done < v->jobs)
		pthread_cond_wait(&v->room, &v->lock);
	pthread_mutex_unlock(&v->lock);
	for (int i = 0; i < v->jobs; i++) {
		if (v->job[i].code)
			return op_fail(op, v->job[i].code, "%s", v->job[i].text);
	}
	return 0;
}

void verify_close(struct verify **v)
{
	if (!*v)
		return;
	pthread_mutex_lock(&(*v)->lock);
	(*v)->stop = true;
	pthread_cond_broadcast(&(*v)->work);
	pthread_mutex_unlock(&(*v)->lock);
	for (int i = 0; i < (*v)->threads; i++)
		pthread_join((*v)->thread[i], NULL);
	pthread_cond_destroy(&(*v)->room);
	pthread_cond_destroy(&(*v)->work);
	pthread_mutex_destroy(&(*v)->lock);
	*v = NULL;
}
