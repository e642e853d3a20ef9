#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { POOL_MAX = 64 }; /* threads */

struct crew {
	ptrdiff_t n;
	pool_enter *enter; /* NULL: threads are not prepared */
	pool_work *work;
	void *arg;
	atomic_ptrdiff_t next;
	atomic_bool stop;
	pthread_mutex_t lock; /* of the two below */
	ptrdiff_t failed;     /* lowest i that failed, or n */
	struct op *op;        /* takes its error */
};

int pool_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	int n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > POOL_MAX ? POOL_MAX : n;
}

static void note_failure(struct crew *crew, ptrdiff_t i, const struct op *own)
{
	atomic_store(&crew->stop, true);
	pthread_mutex_lock(&crew->lock);
	if (i < crew->failed) {
		crew->failed = i;
		op_forgive(crew->op);
		op_adopt_error(crew->op, own);
	}
	pthread_mutex_unlock(&crew->lock);
}

/* Before its first work; what a thread cannot do without comes before any work's error. */
static bool entered(struct crew *crew)
{
	AUTO_OP own;

	op_init(&own, crew->op->ceiling);
	if (!crew->enter || crew->enter(&own, crew->arg) == 0)
		return true;
	note_failure(crew, -1, &own);
	return false;
}

static void *run(void *arg)
{
	struct crew *crew = arg;

	if (!entered(crew))
		return NULL;
	while (!atomic_load(&crew->stop)) {
		ptrdiff_t i = atomic_fetch_add(&crew->next, 1);
		if (i >= crew->n)
			break;
		AUTO_OP own;
		op_init(&own, crew->op->ceiling);
		if (crew->work(&own, i, crew->arg) < 0)
			note_failure(crew, i, &own);
	}
	return NULL;
}

/* Start up to `threads` of them. A thread that cannot start leaves its share to the others. */
static int start(struct crew *crew, int threads, pthread_t *thread)
{
	int started = 0;

	while (started < threads && pthread_create(&thread[started], NULL, run, crew) == 0)
		started++;
	return started;
}

static int run_crew(struct crew *crew, int threads)
{
	pthread_t thread[POOL_MAX];
	bool alone = crew->enter == NULL; /* the calling thread works too */

	MUST(crew->op->code == 0);
	if (threads <= 0)
		threads = pool_cpus();
	if (threads > crew->n)
		threads = (int)crew->n;
	if (threads > POOL_MAX)
		threads = POOL_MAX;
	int started = start(crew, alone ? threads - 1 : threads, thread);
	if (alone)
		run(crew);
	else if (started == 0 && crew->n > 0)
		op_fail(crew->op, ERR_IO, "cannot start a thread");
	for (int t = 0; t < started; t++)
		pthread_join(thread[t], NULL);
	pthread_mutex_destroy(&crew->lock);
	return crew->op->code;
}

int pool_run(struct op *op, ptrdiff_t n, int threads, pool_work *work, void *arg)
{
	struct crew crew = { .n = n,
			     .work = work,
			     .arg = arg,
			     .failed = n,
			     .op = op,
			     .lock = PTHREAD_MUTEX_INITIALIZER };

	return run_crew(&crew, threads);
}

int pool_run_inside(struct op *op, ptrdiff_t n, int threads, pool_enter *enter, pool_work *work,
		    void *arg)
{
	struct crew crew = { .n = n,
			     .enter = enter,
			     .work = work,
			     .arg = arg,
			     .failed = n,
			     .op = op,
			     .lock = PTHREAD_MUTEX_INITIALIZER };

	return run_crew(&crew, threads);
}
