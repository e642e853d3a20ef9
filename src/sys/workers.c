/*
 * Invariants: (1) a process says which i it works on in `at`, in memory that all share, before it
 * begins, and -1 when its frame is written: so that of one that dies it is known; (2) a frame is
 * written by one process into its own pipe, head and bytes in one go; (3) frame[i] is NULL before
 * its frame came and after it was heard.
 */
#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "interrupt.h"
#include "pool.h"

struct shared { /* by all processes */
	atomic_ptrdiff_t next;
	atomic_ptrdiff_t at[WORKERS_MAX]; /* what each is on; -1: nothing */
};

struct head {
	ptrdiff_t i;
	int code;
	size_t message_len, said_len;
};

struct frame { /* lies in its own arena */
	struct op own;
	struct workers_heard heard;
};

struct crew {
	struct op *op;
	const struct workers_spec *spec;
	struct shared *shared;
	ptrdiff_t n, done, heard;
	struct frame **frame; /* [n] */
	pid_t pid[WORKERS_MAX];
	int pipe[WORKERS_MAX]; /* -1: none */
	int count;
	bool stopped;
};

/* In a worker */

static int answer(struct crew *c, struct op *own, int fd, ptrdiff_t i)
{
	struct buf said;
	struct op wire;

	op_init(own, 0);
	buf_init(&said, own, WORKERS_SAID);
	int code = c->spec->work(own, i, &said, c->spec->arg);
	str text = said.bad ? S("") : buf_view(&said), message = str_of(own->text);
	struct head head = { .i = i,
			     .code = code < 0   ? code
				     : said.bad ? own->code
						: 0,
			     .message_len = (size_t)message.len,
			     .said_len = (size_t)text.len };

	op_init(&wire, 0);
	int rc = file_write(&wire, fd, S("a pipe"), (str){ (const char *)&head, sizeof(head) });
	if (rc == 0)
		rc = file_write(&wire, fd, S("a pipe"), message);
	if (rc == 0)
		rc = file_write(&wire, fd, S("a pipe"), text);
	op_done(own);
	return rc;
}

_Noreturn static void serve(struct crew *c, int slot, int fd, pid_t parent)
{
	struct op own;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	for (int k = 0; k < c->count; k++)
		fd_close(&c->pipe[k]);
	interrupt_release();
	for (ptrdiff_t i; (i = atomic_fetch_add(&c->shared->next, 1)) < c->n;) {
		atomic_store(&c->shared->at[slot], i);
		if (answer(c, &own, fd, i) < 0)
			_exit(1);
		atomic_store(&c->shared->at[slot], -1);
	}
	_exit(0);
}

/* In the process that waits */

static int start(struct crew *c, int slot)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return op_fail_errno(c->op, "cannot make a pipe");
	AUTO_FD from = ends[0], to = ends[1];
	atomic_store(&c->shared->at[slot], -1);
	pid_t pid = fork();
	if (pid < 0)
		return op_fail_errno(c->op, "cannot start a process");
	if (pid == 0)
		serve(c, slot, to, parent);
	c->pid[slot] = pid;
	c->pipe[slot] = fd_take(&from);
	return 0;
}

static struct frame *new_frame(struct op *op)
{
	struct op own;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	struct frame *f = op_new(&own, struct frame, 1);
	if (!f) {
		op_adopt_error(op, &own);
		op_done(&own);
		return NULL;
	}
	f->own = own;
	return f;
}

static void frame_close(struct frame **f)
{
	if (!*f)
		return;
	struct op own = (*f)->own;
	op_done(&own);
	*f = NULL;
}

/* Exactly n bytes; 1 if the other end is closed before. */
static int read_all(struct op *op, int fd, void *to, size_t n)
{
	char *p = to;

	while (n > 0) {
		ssize_t got = read(fd, p, n);
		if (got == 0)
			return 1;
		if (got < 0 && errno != EINTR)
			return op_fail_errno(op, "cannot read from a worker");
		p += got < 0 ? 0 : got;
		n -= got < 0 ? 0 : (size_t)got;
	}
	return 0;
}

static int take_text(struct frame *f, int fd, size_t n, str *ret)
{
	char *p = op_new(&f->own, char, n + 1);
	int rc = p ? read_all(&f->own, fd, p, n) : f->own.code;

	*ret = (str){ p, rc == 0 ? (ptrdiff_t)n : 0 };
	return rc;
}

/* The next frame of a pipe. 1: there will be no more. */
static int take_frame(struct crew *c, int slot)
{
	struct head head;
	int fd = c->pipe[slot], rc = read_all(c->op, fd, &head, sizeof(head));

	if (rc != 0)
		return rc;
	if (head.i < 0 || head.i >= c->n || c->frame[head.i] || head.message_len >= OP_ERROR_MAX ||
	    head.said_len > WORKERS_SAID)
		return op_fail(c->op, ERR_IO, "what a worker says makes no sense");
	struct frame *f = new_frame(c->op);
	if (!f)
		return c->op->code;
	f->heard.code = head.code;
	if ((rc = take_text(f, fd, head.message_len, &f->heard.message)) == 0)
		rc = take_text(f, fd, head.said_len, &f->heard.said);
	if (rc != 0) {
		rc = rc < 0 ? op_adopt_error(c->op, &f->own) : 1;
		frame_close(&f);
		return rc;
	}
	c->frame[head.i] = f;
	c->done++;
	return 0;
}

/* What a worker that ended was on is lost; if there is more to do, another one takes its place. */
static int buried(struct crew *c, int slot)
{
	ptrdiff_t at = atomic_load(&c->shared->at[slot]);
	int status = 0;

	fd_close(&c->pipe[slot]);
	while (waitpid(c->pid[slot], &status, 0) < 0)
		if (errno != EINTR)
			return op_fail_errno(c->op, "cannot wait for a worker");
	c->pid[slot] = 0;
	if (c->stopped || at < 0 || at >= c->n || c->frame[at] || at < c->heard)
		return 0;
	struct frame *f = new_frame(c->op);
	if (!f)
		return c->op->code;
	f->heard.code = ERR_IO;
	int rc = op_text(&f->own, &f->heard.message, "the process that did it ended by %s %d",
			 WIFSIGNALED(status) ? "signal" : "status",
			 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	c->frame[at] = f;
	c->done++;
	if (rc < 0)
		return op_adopt_error(c->op, &f->own);
	return atomic_load(&c->shared->next) < c->n ? start(c, slot) : 0;
}

/* Whatever has come in order by now. */
static int hear(struct crew *c)
{
	int rc = 0;

	while (rc >= 0 && c->heard < c->n && c->frame[c->heard]) {
		struct op_mark mark = op_mark(c->op);
		rc = c->spec->hear(c->op, c->heard, &c->frame[c->heard]->heard, c->spec->arg);
		op_reset(c->op, mark);
		frame_close(&c->frame[c->heard++]);
	}
	return rc < 0 ? rc : 0;
}

static void stop(struct crew *c)
{
	c->stopped = true;
	atomic_store(&c->shared->next, c->n);
	for (int k = 0; k < c->count; k++)
		if (c->pid[k] > 0)
			(void)kill(c->pid[k], SIGTERM);
}

/* One look at all pipes. 1 when none is left. */
static int look(struct crew *c)
{
	struct pollfd at[WORKERS_MAX];
	int slot[WORKERS_MAX], n = 0;

	for (int k = 0; k < c->count; k++) {
		if (c->pipe[k] < 0)
			continue;
		slot[n] = k;
		at[n++] = (struct pollfd){ .fd = c->pipe[k], .events = POLLIN };
	}
	if (n == 0)
		return 1;
	if (poll(at, (nfds_t)n, INTERRUPT_LOOK_MS) < 0 && errno != EINTR)
		return op_fail_errno(c->op, "cannot wait for workers");
	if (interrupt_noted() && !c->stopped)
		stop(c);
	for (int k = 0; k < n; k++) {
		if (!at[k].revents)
			continue;
		int rc = take_frame(c, slot[k]);
		if (rc > 0)
			rc = buried(c, slot[k]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int conduct(struct crew *c)
{
	int rc = 0;

	for (int k = 0; rc == 0 && k < c->count; k++)
		rc = start(c, k);
	while (rc == 0) {
		rc = look(c);
		if (rc >= 0 && !c->stopped) {
			int heard = hear(c);
			rc = heard < 0 ? heard : rc;
		}
		if (rc == 0 && c->spec->note)
			c->spec->note(c->done, c->spec->arg);
	}
	if (rc < 0)
		stop(c);
	for (int k = 0; k < c->count; k++) { /* only after an error is there any left */
		fd_close(&c->pipe[k]);
		while (c->pid[k] > 0 && waitpid(c->pid[k], NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	for (ptrdiff_t i = 0; i < c->n; i++)
		frame_close(&c->frame[i]);
	return rc < 0 ? rc : interrupt_noted() ? op_fail(c->op, ERR_IO, "interrupted") : 0;
}

int workers_run(struct op *op, ptrdiff_t n, const struct workers_spec *spec)
{
	struct crew c = { .op = op, .spec = spec, .n = n };

	MUST(op->code == 0);
	c.frame = op_new(op, struct frame *, n);
	if (!c.frame)
		return op->code;
	c.count = spec->count > 0 ? spec->count : pool_cpus();
	if (c.count > WORKERS_MAX)
		c.count = WORKERS_MAX;
	if (c.count > n)
		c.count = (int)n;
	for (int k = 0; k < WORKERS_MAX; k++)
		c.pipe[k] = -1;
	c.shared = mmap(NULL, sizeof(*c.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (c.shared == MAP_FAILED)
		return op_fail_errno(op, "cannot map memory");
	interrupt_hold();
	int rc = conduct(&c);
	(void)munmap(c.shared, sizeof(*c.shared));
	interrupt_release();
	return rc;
}
