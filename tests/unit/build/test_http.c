#include "build/test_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "sys/clock.h"
#include "sys/file.h"

#include "unit/harness.h"

#define OK "HTTP/1.1 200 OK\r\n"

static int requests(struct op *op)
{
	struct pair own[] = { { S("host"), S("example.org") }, { S("X-A"), S("b") } };
	struct test_http http = { .method = S("GET"), .path = S("/a?b"), .port = 8080 };
	str got;

	TRY(test_http_request(op, &http, &got));
	CHECK_STR(got, S("GET /a?b HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n"));
	http.headers = (struct pairs){ own, 2 };
	http.method = S("POST");
	http.body = S("hello");
	TRY(test_http_request(op, &http, &got));
	CHECK_STR(got, S("POST /a?b HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\nhost: "
			 "example.org\r\n"
			 "X-A: b\r\n\r\nhello"));
	return 0;
}

static const struct {
	const char *bytes;
	bool end;
	int rc;           /* of test_http_parse() */
	const char *body; /* or the error's text */
} row[] = {
	{ OK "Content-Length: 2\r\n\r\nhi", false, 0, "hi" },
	{ OK "content-LENGTH:2\r\n\r\nhi!!", false, 0, "hi" },
	{ OK "Content-Length: 2\r\n\r\nh", false, 1, "" },
	{ OK "Content-Length: 2\r\n\r\nh", true, ERR_FORMAT, "cut short" },
	{ OK "\r\nall of it", true, 0, "all of it" },
	{ OK "\r\nall of it", false, 1, "" },
	{ "HTTP/1.0 200\n\nx", true, 0, "x" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;x=y\r\n ho\r\n0\r\n\r\n", false, 0,
	  "hi ho" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n", false, 0, "hi" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", false, 1, "" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi", true, ERR_FORMAT, "cut short" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhix\r\n", false, ERR_FORMAT,
	  "longer than it says" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n-2\r\nhi", false, ERR_FORMAT, "bad chunk" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n\r\nhi", false, ERR_FORMAT, "bad chunk" },
	{ OK "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", false, ERR_FORMAT,
	  "bad chunk" },
	{ OK "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", false, ERR_LIMIT, "longer than" },
	{ "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 1\r\n\r\nx", false, 0, "x" },
	{ "HTTP/1.1 100 Continue\r\n\r\n", false, 1, "" },
	{ "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false, 0, "" },
	{ "HTTP/1.1 304\r\n\r\n", false, 0, "" },
	{ OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", false, ERR_FORMAT,
	  "bad content-length" },
	{ OK "Content-Length: -2\r\n\r\nhi", false, ERR_FORMAT, "bad content-length" },
	{ OK "Content-Length: 99999999\r\n\r\nhi", false, ERR_LIMIT, "longer than" },
	{ OK "no colon\r\n\r\n", false, ERR_FORMAT, "bad header" },
	{ OK "A : b\r\n\r\n", false, ERR_FORMAT, "bad header" },
	{ OK ": b\r\n\r\n", false, ERR_FORMAT, "bad header" },
	{ "SSH-2.0-x\r\n", false, ERR_FORMAT, "no HTTP/1" },
	{ "HTTP/2 200\r\n\r\n", false, ERR_FORMAT, "no HTTP/1" },
	{ "HTTP/1.1 20\r\n\r\n", false, ERR_FORMAT, "no HTTP/1" },
	{ "HTTP/1.1 2000\r\n\r\n", false, ERR_FORMAT, "no HTTP/1" },
	{ "HTTP/1.1 099 x\r\n\r\n", false, ERR_FORMAT, "no HTTP/1" },
	{ "", false, 1, "" },
	{ "", true, ERR_FORMAT, "cut short" },
	{ OK, false, 1, "" },
	{ OK "A: b", false, 1, "" },
};

static int parses(struct op *op)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct test_response got = { 0 };
		str bytes = exact(str_of(row[i].bytes));
		int rc = test_http_parse(op, bytes, row[i].end, S("GET"), &got);
		if (rc == ERR_MEMORY)
			return rc;
		test_check(rc == row[i].rc, row[i].bytes, op->text, (int)i);
		if (rc == 0)
			CHECK_STR(got.body, str_of(row[i].body));
		if (rc < 0)
			test_check_fails(op, rc, row[i].rc, row[i].body, row[i].bytes, __FILE__,
					 (int)i);
		op_forgive(op);
	}
	struct test_response got;
	CHECK(test_http_parse(op, S(OK "Content-Length: 9\r\nA: b\r\n\r\n"), false, S("HEAD"),
			      &got) == 0);
	CHECK_STR(got.headers, S("Content-Length: 9\r\nA: b\r\n"));
	return 0;
}

/* More bytes never turn "incomplete" into anything but the answer that all of them give. */
static int prefixes(struct op *op)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str all = str_of(row[i].bytes);
		struct test_response want = { 0 }, got = { 0 };
		int whole = test_http_parse(op, all, false, S("GET"), &want);
		op_forgive(op);
		for (ptrdiff_t n = 0; n < all.len; n++) {
			int rc =
				test_http_parse(op, exact(str_head(all, n)), false, S("GET"), &got);
			op_forgive(op);
			CHECK(rc == 1 || rc == whole);
			if (rc == 0)
				CHECK_STR(got.body, want.body);
		}
	}
	return 0;
}

static int too_long(struct op *op)
{
	struct test_response got;
	char *text = op_new(op, char, 200000);

	if (!text)
		return op->code;
	memset(text, 'a', 200000);
	CHECK_FAILS(op, test_http_parse(op, (str){ text, 200000 }, false, S("GET"), &got),
		    ERR_LIMIT, "no first line");
	memcpy(text, OK "A:", 19);
	CHECK_FAILS(op, test_http_parse(op, (str){ text, 200000 }, false, S("GET"), &got),
		    ERR_LIMIT, "too long");
	return 0;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static bool at_once(void *arg)
{
	(void)arg;
	return true;
}

/* A server of one answer after `refused` connections that are closed at once; its port. */
static pid_t serve(uint16_t *ret_port, const char *answer, int refused)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(at);
	AUTO_FD fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 5) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		return -1;
	*ret_port = ntohs(at.sin_port);
	pid_t pid = fork();
	while (pid == 0) {
		char request[1000];
		AUTO_FD c = accept(fd, NULL, NULL);
		if (c < 0)
			_exit(1);
		if (refused-- > 0)
			continue;
		if (read(c, request, sizeof(request)) <= 0 || write(c, answer, strlen(answer)) < 0)
			_exit(1);
	}
	return pid;
}

/* Whether this process may enter its own namespace; errno. */
static bool may_enter(void)
{
	AUTO_FD fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
}

/* The namespaces are this process's own: entering them needs root, as for a container. */
static int fetches(struct op *op)
{
	struct test_http http = { .method = S("GET"), .path = S("/"), .timeout_s = 1 };
	struct test_response got = { 0 };
	str why = { 0 };

	if (!may_enter())
		SKIP("this process may not enter a network namespace: %s", strerror(errno));
	pid_t pid = serve(&http.port, OK "Content-Length: 2\r\n\r\nhi", 2);
	CHECK(pid > 0);
	CHECK(test_http_fetch(op, getpid(), false, &http, never, NULL, &got, &why) == 0);
	CHECK_STR(got.body, S("hi"));
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	/* Nobody is there any more: the timeout is kept, and shortened when the server is known to
	 * be gone. */
	int64_t start = clock_monotonic_ms();
	CHECK(test_http_fetch(op, getpid(), false, &http, never, NULL, &got, &why) == 1);
	CHECK_STR(why, S("nothing listens on the port in 1 s"));
	CHECK(clock_monotonic_ms() - start >= 1000);
	http.timeout_s = 60;
	start = clock_monotonic_ms();
	CHECK(test_http_fetch(op, getpid(), false, &http, at_once, NULL, &got, &why) == 1);
	CHECK_STR(why, S("the server ended"));
	CHECK(clock_monotonic_ms() - start < 10000);
	http.timeout_s = 1;
	pid = serve(&http.port, "SSH-2.0-OpenSSH\r\n\r\n", 0);
	CHECK(test_http_fetch(op, getpid(), false, &http, never, NULL, &got, &why) == 1);
	CHECK(str_find_str(why, S("no HTTP/1")) >= 0);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	CHECK(test_http_fetch(op, INT32_MAX, false, &http, never, NULL, &got, &why) == 1);
	CHECK(str_find_str(why, S("cannot enter the container's network")) >= 0);
	return 0;
}

TESTS({ "requests", requests }, { "parses", parses }, { "prefixes", prefixes, .once = true },
      { "too long", too_long }, { "fetches", fetches, .once = true })
