/* Signals between hold and release, each tried in a child. */
#include "sys/interrupt.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/proc.h"

#include "unit/harness.h"

/* In a child: a signal comes while another program runs. 0 when all was as it should be. */
static int held(int signal)
{
	static const char *const sleeps[] = { "sleep", "60", NULL };
	static const char *const ends[] = { "true", NULL };
	struct proc_spec spec = { .argv = sleeps, .output_max = 10 };
	struct proc_spec clean = { .argv = ends, .output_max = 10, .cleans_up = true };
	struct proc_result got;
	int64_t start = clock_monotonic_ms();
	AUTO_OP op;

	op_init(&op, 0);
	interrupt_hold();
	interrupt_hold();
	pid_t self = getpid(), sender = fork();
	if (sender == 0) {
		(void)usleep(50000);
		(void)kill(self, signal);
		_exit(0);
	}
	if (proc_run(&op, &spec, &got) != ERR_IO || !str_eq(str_of(op.text), S("interrupted")))
		return 1;
	op_forgive(&op);
	if (clock_monotonic_ms() - start > 5000 || !interrupt_noted())
		return 2;
	if (proc_run(&op, &clean, &got) != 0 || got.status != 0)
		return 3;
	interrupt_release();
	if (!interrupt_noted())
		return 4;
	interrupt_release(); /* the signal ends this process here */
	return 5;
}

static int ends_after_cleaning(struct op *op)
{
	static const int kind[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0) {
			(void)signal(kind[i], SIG_DFL); /* who started this test may have it ignored */
			_exit(held(kind[i]));
		}
		CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == kind[i]);
	}
	return op->code;
}

static int ignored_stays_ignored(struct op *op)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		(void)signal(SIGHUP, SIG_IGN);
		interrupt_hold();
		(void)raise(SIGHUP);
		if (interrupt_noted())
			_exit(1);
		interrupt_release();
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	return op->code;
}

TESTS({ "a held signal ends the process after cleaning up", ends_after_cleaning, .once = true },
      { "what was ignored stays ignored", ignored_stays_ignored, .once = true })
