/* test_http_fetch(): a child process in the container's network does the talking. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "sys/clock.h"
#include "sys/confine.h"
#include "sys/file.h"
#include "sys/interrupt.h"

#include "test_http.h"

enum {
	PAUSE_MS = 20,                 /* between two attempts */
	RAW_MAX = 2 * TEST_OUTPUT_MAX, /* bytes of a response as it comes, chunk sizes and head
					  included */
	GRACE_MS = 2000,               /* for the child to say why it gave up, past the timeout */
};

/* What the child writes first: a response's bytes follow, or a reason. */
static const char got_response = 'R', got_reason = 'E';

static bool enter(int pid, const char *name, int kind)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && setns(fd, kind) == 0;
}

/* Connected to the port on the loopback, IPv4 or else IPv6, or -1. */
static int reach(uint16_t port, int64_t wait_ms)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct timeval tv = { wait_ms / 1000, (wait_ms % 1000) * 1000 + 1 };

	for (int i = 0; i < 2; i++) {
		AUTO_FD fd = socket(i ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
		if (connect(fd, i ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4,
			    i ? sizeof(v6) : sizeof(v4)) == 0)
			return fd_take(&fd);
	}
	return -1;
}

/* One attempt. 0 and the bytes; 1 to try again, with why in *why; negative to give up. */
static int converse(struct op *op, const struct test_http *http, str request, int64_t wait_ms,
		    str *ret, str *why)
{
	struct buf b;
	char piece[16384];
	struct test_response ignored;
	AUTO_FD fd = reach(http->port, wait_ms);
	int rc = 1;

	if (fd < 0) {
		*why = S("nothing listens on the port");
		return 1;
	}
	if (file_write(op, fd, S("the request"), request) < 0) {
		op_forgive(op);
		*why = S("the connection was closed before the request was sent");
		return 1;
	}
	buf_init(&b, op, RAW_MAX);
	while (rc == 1) {
		ssize_t n = recv(fd, piece, sizeof(piece), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (n == 0 && b.len == 0)) {
			*why = n < 0 && errno == EAGAIN
				       ? S("no whole answer came in time")
				       : S("the connection was closed without an answer");
			return 1;
		}
		buf_add(&b, (str){ piece, n });
		struct op_mark mark = op_mark(op); /* each look at a chunked answer copies it */
		rc = test_http_parse(op, buf_view(&b), n == 0, http->method, &ignored);
		op_reset(op, mark);
	}
	return rc < 0 ? rc : buf_take(&b, ret);
}

static int attempts(struct op *op, const struct test_http *http, str *ret)
{
	int64_t deadline = clock_monotonic_ms() + http->timeout_s * INT64_C(1000), left;
	str request, why = { 0 };
	int rc = test_http_request(op, http, &request);

	while (rc >= 0 && (left = deadline - clock_monotonic_ms()) > 0) {
		rc = converse(op, http, request, left, ret, &why);
		if (rc <= 0)
			return rc;
		(void)poll(NULL, 0, PAUSE_MS);
	}
	return rc < 0 ? rc : op_fail(op, ERR_NET, "%.*s in %d s", STR_ARG(why), http->timeout_s);
}

static int tell(struct op *op, int to, const char *what, str bytes)
{
	return file_write(op, to, S("a pipe"), (str){ what, 1 }) ||
	       file_write(op, to, S("a pipe"), bytes);
}

static _Noreturn void child(int pid, bool user_namespace, const struct test_http *http, int to)
{
	struct op op;
	const struct confine_spec no_files = { .read = NULL }; /* the server's words are foreign */
	str answer;

	op_init(&op, 64 << 20);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	if ((user_namespace && !enter(pid, "user", CLONE_NEWUSER)) ||
	    !enter(pid, "net", CLONE_NEWNET))
		(void)op_fail_errno(&op, "cannot enter the container's network");
	else if (confine(&op, &no_files, NULL) == 0 && attempts(&op, http, &answer) == 0)
		_exit(tell(&op, to, &got_response, answer));
	_exit(tell(&op, to, &got_reason, str_of(op.text)));
}

/* Everything from the child, until it ends, the deadline passes or the server is gone. */
static const char *collect(int from, int64_t deadline, bool (*gone)(void *), void *arg,
			   struct buf *b)
{
	char piece[16384];

	for (;;) {
		struct pollfd p = { from, POLLIN, 0 };
		if (clock_monotonic_ms() > deadline)
			return "no answer in time";
		if (interrupt_noted())
			return "interrupted";
		int ready = poll(&p, 1, 100);
		if (ready <= 0) {
			if (gone(arg))
				return "the server ended";
			continue;
		}
		ssize_t n = read(from, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		buf_add(b, (str){ piece, n });
	}
}

int test_http_fetch(struct op *op, int pid, bool user_namespace, const struct test_http *http,
		    bool (*gone)(void *), void *arg, struct test_response *ret, str *ret_why)
{
	int ends[2];
	struct buf b;
	str bytes;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return op_fail_errno(op, "cannot make a pipe");
	AUTO_FD from = ends[0], to = ends[1];
	pid_t helper = fork();
	if (helper < 0)
		return op_fail_errno(op, "cannot fork");
	if (helper == 0)
		child(pid, user_namespace, http, to);
	fd_close(&to);
	buf_init(&b, op, RAW_MAX + 1);
	int64_t deadline = clock_monotonic_ms() + http->timeout_s * INT64_C(1000) + GRACE_MS;
	const char *why = collect(from, deadline, gone, arg, &b);
	(void)kill(helper, SIGKILL);
	while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		;
	int rc = buf_take(&b, &bytes);
	if (rc < 0)
		return rc;
	*ret_why = why ? str_of(why) : S("the helper process ended early");
	if (why || bytes.len == 0)
		return 1;
	if (bytes.p[0] == got_response)
		return test_http_parse(op, str_from(bytes, 1), true, http->method, ret);
	*ret_why = str_from(bytes, 1);
	return 1;
}
