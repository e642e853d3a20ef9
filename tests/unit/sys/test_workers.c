/* Workers: each piece once, heard in order, whatever becomes of the processes. */
#include "sys/workers.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/harness.h"

enum { N = 60 };

struct job {
	ptrdiff_t fails, dies, mute; /* which one; -1: none */
	ptrdiff_t next;              /* to be heard */
	ptrdiff_t refuse;            /* to hear this one; -1: none */
	int code[N];
	ptrdiff_t noted;
	char message[200];
};

static int work(struct op *own, ptrdiff_t i, struct buf *said, void *arg)
{
	const struct job *job = arg;

	if (i == job->dies)
		(void)raise(SIGKILL);
	if (i == job->mute)
		_exit(3);
	if (i % 7 == 0)
		(void)usleep(2000); /* so that others come first */
	buf_fmt(said, "piece %td", i);
	if (i % 9 == 0)
		buf_repeat(said, 'x', 1 << 20); /* more than a pipe holds */
	return i == job->fails ? op_fail(own, ERR_VERIFY, "number %td", i) : 0;
}

static int hear(struct op *op, ptrdiff_t i, const struct workers_heard *heard, void *arg)
{
	struct job *job = arg;
	str want;

	CHECK(i == job->next++);
	if (i == job->refuse)
		return op_fail(op, ERR_NO, "enough");
	TRY(op_text(op, &want, "piece %td", i));
	if (i != job->dies && i != job->mute) {
		CHECK(str_starts(heard->said, want));
		CHECK(heard->said.len == want.len + (i % 9 ? 0 : 1 << 20));
	}
	job->code[i] = heard->code;
	if (heard->code)
		(void)snprintf(job->message, sizeof(job->message), "%.*s", STR_ARG(heard->message));
	return 0;
}

static void note(ptrdiff_t done, void *arg)
{
	((struct job *)arg)->noted = done;
}

static struct job quiet(void)
{
	return (struct job){ .fails = -1, .dies = -1, .mute = -1, .refuse = -1 };
}

static int in_order(struct op *op)
{
	for (int count = 0; count < 4; count++) {
		struct job job = quiet();
		struct workers_spec spec = { count, work, hear, note, &job };
		TRY(workers_run(op, N, &spec));
		CHECK(job.next == N && job.noted == N);
		for (int i = 0; i < N; i++)
			CHECK(job.code[i] == 0);
	}
	struct job none = quiet();
	TRY(workers_run(op, 0, &(struct workers_spec){ 0, work, hear, NULL, &none }));
	CHECK(none.next == 0);
	return 0;
}

static int failures_are_heard(struct op *op)
{
	struct job job = quiet();
	struct workers_spec spec = { 2, work, hear, NULL, &job };

	job.fails = 11;
	TRY(workers_run(op, N, &spec));
	CHECK(job.next == N && job.code[11] == ERR_VERIFY && job.code[12] == 0);
	CHECK_STR(str_of(job.message), S("number 11"));
	job = quiet();
	job.refuse = 5;
	CHECK_FAILS(op, workers_run(op, N, &spec), ERR_NO, "enough");
	CHECK(job.next == 6 && waitpid(-1, NULL, WNOHANG) < 0);
	return 0;
}

/* One that dies takes its own piece with it and no other, also where it is the only one. */
static int death_is_heard(struct op *op)
{
	for (int count = 1; count < 4; count++) {
		struct job job = quiet();
		struct workers_spec spec = { count, work, hear, NULL, &job };
		job.dies = 20;
		TRY(workers_run(op, N, &spec));
		CHECK(job.next == N && job.code[20] == ERR_IO && job.code[21] == 0);
		CHECK_STR(str_of(job.message), S("the process that did it ended by signal 9"));
		job = quiet();
		job.mute = N - 1;
		TRY(workers_run(op, N, &spec));
		CHECK(job.next == N && job.code[N - 1] == ERR_IO);
		CHECK_STR(str_of(job.message), S("the process that did it ended by status 3"));
		CHECK(waitpid(-1, NULL, WNOHANG) < 0);
	}
	return 0;
}

static int slow(struct op *own, ptrdiff_t i, struct buf *said, void *arg)
{
	(void)own, (void)said, (void)arg;
	if (i == 3)
		(void)kill(getppid(), SIGTERM);
	(void)usleep(i < 3 ? 0 : 20 * 1000 * 1000);
	return 0;
}

static int hear_nothing(struct op *op, ptrdiff_t i, const struct workers_heard *heard, void *arg)
{
	(void)op, (void)i, (void)heard, (void)arg;
	return 0;
}

/* A signal to the one that waits ends all of them, and then itself. */
static int signals_end_all(struct op *op)
{
	int status = 0;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		struct workers_spec spec = { 2, slow, hear_nothing, NULL, NULL };
		_exit(workers_run(op, N, &spec) < 0 ? 1 : 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	return 0;
}

TESTS({ "each once, heard in order", in_order, .once = true },
      { "failures are heard", failures_are_heard, .once = true },
      { "the death of a process is heard", death_is_heard, .once = true },
      { "a signal ends all of them", signals_end_all, .once = true })
