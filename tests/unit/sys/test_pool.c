/* The pool, and that what its threads give up is not lost to the thread that waits for them. */
#include "sys/pool.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/confine.h"
#include "sys/file.h"

#include "unit/harness.h"

enum { N = 100 };

struct job {
	int done[N];
	ptrdiff_t fail_from;
	bool refuse;
	struct confine_rules rules;
	int root, store;          /* directories */
	atomic_int allowed, denied;
};

static int count(struct op *own, ptrdiff_t i, void *arg)
{
	struct job *job = arg;

	if (i >= job->fail_from)
		return op_fail(own, ERR_FORMAT, "number %td", i);
	job->done[i]++;
	return 0;
}

static int enter(struct op *own, void *arg)
{
	const struct job *job = arg;

	return job->refuse ? op_fail(own, ERR_IO, "refused") : 0;
}

static int each_once(struct op *op)
{
	for (int threads = 0; threads < 4; threads++) {
		struct job job = { .fail_from = N };
		TRY(pool_run(op, N, threads, count, &job));
		TRY(pool_run_inside(op, N, threads, enter, count, &job));
		for (int i = 0; i < N; i++)
			CHECK(job.done[i] == 2);
	}
	TRY(pool_run_inside(op, 0, 0, enter, count, NULL));
	return 0;
}

static int lowest_error(struct op *op)
{
	struct job job = { .fail_from = 40 };

	CHECK_FAILS(op, pool_run(op, N, 3, count, &job), ERR_FORMAT, "number 40");
	CHECK_FAILS(op, pool_run_inside(op, N, 3, enter, count, &job), ERR_FORMAT, "number 40");
	job.refuse = true;
	CHECK_FAILS(op, pool_run_inside(op, N, 3, enter, count, &job), ERR_IO, "refused");
	return 0;
}

static int confined(struct op *own, void *arg)
{
	const struct job *job = arg;

	return confine_thread(own, &job->rules);
}

/* What a thread may: files in the store, moved from one directory to another. What not: others, sockets. */
static int attempts(struct op *own, ptrdiff_t i, void *arg)
{
	struct job *job = arg;
	AUTO_FILE_NEW f = { .fd = -1 };
	str name;

	TRY(op_text(own, &name, "../b/%td", i));
	AUTO_FD tmp = openat(job->store, "a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	TRY(file_new_open(own, tmp, 0600, &f));
	TRY(file_new_publish(own, &f, name));
	AUTO_FD other = openat(job->root, "secret", O_RDONLY | O_CLOEXEC);
	AUTO_FD made = openat(job->root, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	AUTO_FD in = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO_FD un = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)execl("/bin/true", "true", NULL);
	if (job->rules.ruleset >= 0 && (other >= 0 || made >= 0))
		job->allowed++;
	if (in < 0 && un < 0)
		job->denied++;
	return 0;
}

static int threads_are_confined(struct op *op)
{
	struct job job = { .rules = { -1 } };

	(void)test_dir(&job.root);
	CHECK(mkdirat(job.root, "store", 0700) == 0 && mkdirat(job.root, "store/a", 0700) == 0 &&
	      mkdirat(job.root, "store/b", 0700) == 0);
	TRY(file_replace(op, job.root, S("secret"), S("x"), 0600));
	AUTO_FD store = openat(job.root, "store", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	job.store = store;
	struct confine_spec spec = { .write_dir = &store, .write_dir_n = 1 };
	TRY(confine_rules_make(op, &spec, &job.rules));
	int rc = pool_run_inside(op, 8, 2, confined, attempts, &job);
	confine_rules_close(&job.rules);
	TRY(rc);
	CHECK(job.allowed == 0 && job.denied == 8);
	AUTO_FD fd = openat(job.root, "secret", O_RDONLY | O_CLOEXEC); /* this thread kept its rights */
	AUTO_FD net = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && net >= 0);
	return 0;
}

TESTS({ "each piece of work is done once", each_once, .once = true },
      { "the error of the lowest", lowest_error, .once = true },
      { "threads are confined, the caller is not", threads_are_confined, .once = true })
