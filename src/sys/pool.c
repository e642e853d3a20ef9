#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct crew {
	ptrdiff_t n;
	pool_work *work;
	void *arg;
	atomic_ptrdiff_t next;
	atomic_bool stop;
	pthread_mutex_t lock;  /* of the two below */
	ptrdiff_t failed;      /* lowest i that failed, or n */
	struct op *op;         /* takes its error */
};

int pool_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	int n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > 64 ? 64 : n;
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

static void *run(void *arg)
{
	struct crew *crew = arg;

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

int pool_run(struct op *op, ptrdiff_t n, int threads, pool_work *work, void *arg)
{
	struct crew crew = { .n = n, .work = work, .arg = arg, .failed = n, .op = op,
			     .lock = PTHREAD_MUTEX_INITIALIZER };
	pthread_t thread[64];
	int started = 0;

	MUST(op->code == 0);
	if (threads == 0)
		threads = pool_cpus();
	if (threads > n)
		threads = (int)n;
	/* The calling thread works too; a thread that cannot start leaves its share to the others. */
	while (started + 1 < threads && started < 64 &&
	       pthread_create(&thread[started], NULL, run, &crew) == 0)
		started++;
	run(&crew);
	for (int t = 0; t < started; t++)
		pthread_join(thread[t], NULL);
	pthread_mutex_destroy(&crew.lock);
	return op->code;
}
