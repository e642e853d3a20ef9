#include "proc.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "clock.h"
#include "file.h"
#include "interrupt.h"

extern char **environ;

struct child {
	pid_t pid;
	int in, out, err; /* our ends */
};

bool proc_exists(const char *name)
{
	str dirs = str_of(getenv("PATH"));
	char path[4096];
	struct stat st;

	while (dirs.p) {
		str dir = str_cut(&dirs, ':');
		int n = snprintf(path, sizeof(path), "%.*s/%s", STR_ARG(dir), name);
		if (n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 &&
		    S_ISREG(st.st_mode) && (st.st_mode & 0111))
			return true;
	}
	return false;
}

static void set_up_fds(posix_spawn_file_actions_t *fa, const int in[2], const int out[2],
		       const int err[2], int extra)
{
	posix_spawn_file_actions_adddup2(fa, in[0], 0);
	posix_spawn_file_actions_adddup2(fa, out[1], 1);
	posix_spawn_file_actions_adddup2(fa, err[1], 2);
	if (extra > 0)
		posix_spawn_file_actions_adddup2(fa, extra, 3);
}

static void set_up_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
}

static int spawn_child(struct op *op, const struct proc_spec *spec, struct child *ret)
{
	AUTO_FD in0 = -1, in1 = -1, out0 = -1, out1 = -1, err0 = -1, err1 = -1;
	int pair[2];
	int *const end[3][2] = { { &in0, &in1 }, { &out0, &out1 }, { &err0, &err1 } };

	for (int i = 0; i < 3; i++) {
		if (pipe2(pair, O_CLOEXEC) < 0)
			return op_fail_errno(op, "cannot make a pipe");
		*end[i][0] = pair[0];
		*end[i][1] = pair[1];
	}
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	set_up_fds(&fa, (int[]){ in0, in1 }, (int[]){ out0, out1 }, (int[]){ err0, err1 },
		   spec->fd);
	if (spec->dir)
		posix_spawn_file_actions_addchdir_np(&fa, spec->dir);
	set_up_signals(&attr);
	char *const *argv = (char *const *)(uintptr_t)spec->argv;
	char *const *env = spec->env ? (char *const *)(uintptr_t)spec->env : environ;
	int rc = posix_spawnp(&ret->pid, spec->argv[0], &fa, &attr, argv, env);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	if (rc == ENOENT)
		return 1;
	errno = rc;
	if (rc)
		return op_fail_errno(op, "cannot run %s", spec->argv[0]);
	ret->in = fd_take(&in1);
	ret->out = fd_take(&out0);
	ret->err = fd_take(&err0);
	return 0;
}

/* Read what is there into b, up to max; close the descriptor at its end. */
static void drain(int *fd, struct buf *b, const struct proc_spec *spec, bool heard)
{
	char piece[16384];
	ssize_t r = read(*fd, piece, sizeof(piece));

	if (r < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (r <= 0) {
		fd_close(fd);
		return;
	}
	size_t max = spec->output_max, room = b->len < max ? max - b->len : 0;
	if (heard && spec->heard)
		spec->heard(spec->arg, (str){ piece, r });
	buf_add(b, (str){ piece, (size_t)r < room ? r : (ptrdiff_t)room });
}

static void feed(int *fd, str *input)
{
	ssize_t w = input->len ? write(*fd, input->p, (size_t)input->len) : 0;

	if (w < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (w > 0)
		*input = str_from(*input, w);
	if (w < 0 || input->len == 0)
		fd_close(fd);
}

static bool cut_short(const struct proc_spec *spec)
{
	return interrupt_noted() && !spec->cleans_up;
}

/* Move bytes until both outputs are closed or the time is up; true if it is. */
static bool converse(struct child *c, const struct proc_spec *spec, struct buf *out,
		     struct buf *err)
{
	int64_t wait = spec->timeout_ms ? spec->timeout_ms : INT64_C(86400) * 1000;
	int64_t deadline = clock_monotonic_ms() + wait;
	str input = spec->input;

	(void)fcntl(c->in, F_SETFL, O_NONBLOCK);
	while (c->out >= 0 || c->err >= 0) {
		int64_t left = deadline - clock_monotonic_ms();
		struct pollfd p[3] = { { c->in, POLLOUT, 0 },
				       { c->out, POLLIN, 0 },
				       { c->err, POLLIN, 0 } };
		if (left <= 0 || cut_short(spec))
			return true;
		int ready = poll(p, 3, left > INTERRUPT_LOOK_MS ? INTERRUPT_LOOK_MS : (int)left);
		if (ready < 0 && errno != EINTR)
			return true;
		if (ready <= 0)
			continue; /* on a failure poll() leaves revents undefined */
		if (c->in >= 0 && p[0].revents)
			feed(&c->in, &input);
		if (c->out >= 0 && p[1].revents)
			drain(&c->out, out, spec, true);
		if (c->err >= 0 && p[2].revents)
			drain(&c->err, err, spec, false);
	}
	return false;
}

/* Wait for the child; after the deadline kill its group. */
static int reap(struct child *c, bool kill_now)
{
	int status = 0;

	if (kill_now)
		(void)kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)kill(-c->pid, SIGKILL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int proc_run(struct op *op, const struct proc_spec *spec, struct proc_result *ret)
{
	struct child c = { .in = -1, .out = -1, .err = -1 };
	struct buf out, err;
	sigset_t pipe_signal, before;

	buf_init(&out, op, spec->output_max);
	buf_init(&err, op, spec->output_max);
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
	int rc = spawn_child(op, spec, &c);
	bool late = rc == 0 && converse(&c, spec, &out, &err);
	int status = rc == 0 ? reap(&c, late) : 0;
	struct timespec now = { 0, 0 };
	while (sigtimedwait(&pipe_signal, NULL, &now) > 0)
		;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	fd_close(&c.in);
	fd_close(&c.out);
	fd_close(&c.err);
	if (rc)
		return rc;
	if (late && cut_short(spec))
		return op_fail(op, ERR_IO, "interrupted");
	struct proc_result got = { .status = status, .timed_out = late };
	if ((rc = buf_take(&out, &got.out)) < 0 || (rc = buf_take(&err, &got.err)) < 0)
		return rc;
	*ret = got;
	return 0;
}
