#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "net/unix_http.h"
#include "sys/file.h"
#include "unit/harness.h"

static const struct {
	const char *bytes, *body, *error;
	int status;
} answers[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", "hello", NULL, 200 },
	{ "HTTP/1.0 404 Not Found\r\n\r\nuntil the end", "until the end", NULL, 404 },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\nA;x\r\n0123456789\r\n0\r\n\r\n",
	  "abc0123456789", NULL, 200 },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "", NULL, 204 },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", NULL, "stalls", 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", NULL, "cut off", 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello", NULL, "cut off", 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello", NULL, "cut off", 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", NULL, "answers in 'gzip'", 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc\r\n", NULL, "cut off", 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\nabc\r\n", NULL, "bad chunk", 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", NULL, "bad chunk", 0 },
	{ "HTTP/1.1 200 OK\r\n", NULL, "does not answer in HTTP", 0 },
	{ "SSH-2.0-x\r\n\r\n", NULL, "does not answer in HTTP", 0 },
	{ "HTTP/1.1 20x OK\r\n\r\n", NULL, "does not answer in HTTP", 0 },
	{ "", NULL, "does not answer in HTTP", 0 },
};

static int to_buf(struct op *op, void *to, str bytes)
{
	(void)op;
	buf_add(to, bytes);
	return 0;
}

/* An answer in two parts, kept, or (what is well) handed on. */
static int parse(struct op *op, size_t i, ptrdiff_t cut, bool on)
{
	struct unix_http_answer got;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	int rc = unix_http_parse(op, exact(str_of(answers[i].bytes)), cut, on ? to_buf : NULL, &b, &got);
	if (rc == ERR_MEMORY)
		return rc;
	if (answers[i].error) {
		CHECK_FAILS(op, rc, ERR_NET, answers[i].error);
		return 0;
	}
	CHECK(rc == 0 && got.status == answers[i].status);
	CHECK_STR(on && got.status == 200 ? buf_view(&b) : got.body, str_of(answers[i].body));
	return 0;
}

static int parsing(struct op *op)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		for (size_t cut = 0; cut <= strlen(answers[i].bytes); cut++)
			TRY(parse(op, i, (ptrdiff_t)cut, cut % 2));
	return 0;
}

static int parsing_whole(struct op *op)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		TRY(parse(op, i, 0, false));
	return 0;
}

static int to_nothing(struct op *op, void *to, str bytes)
{
	(void)op;
	*(uint64_t *)to += (uint64_t)bytes.len;
	return 0;
}

/* More than is kept: refused, unless it goes somewhere. */
static int long_answers(struct op *op)
{
	struct unix_http_answer got;
	uint64_t n = 0;
	struct buf b;
	str text;

	buf_init(&b, op, 8 << 20);
	buf_add(&b, S("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n"));
	buf_repeat(&b, 'x', 5000000);
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, unix_http_parse(op, text, 0, NULL, NULL, &got), ERR_LIMIT, "too long");
	TRY(unix_http_parse(op, text, 0, to_nothing, &n, &got));
	CHECK(n == 5000000 && got.body.len == 0);
	return 0;
}

/* A server of one request: it says back how many bytes of request it got, or hangs up early. */
static void serve(int listener, bool early)
{
	char bytes[1 << 16], answer[256];
	struct op op;
	ptrdiff_t n = 0;
	int fd = accept(listener, NULL, NULL);

	op_init(&op, 0);
	while (fd >= 0 && n < (ptrdiff_t)sizeof(bytes)) {
		ssize_t r = recv(fd, bytes + n, sizeof(bytes) - (size_t)n, 0);
		if (r <= 0 || early)
			break;
		n += r;
		if (str_ends((str){ bytes, n }, S("\r\n0\r\n\r\n")))
			break;
	}
	ptrdiff_t at = str_find_str((str){ bytes, n }, S("\r\n\r\n"));
	str body = early ? S("enough") : str_from((str){ bytes, n }, at + 4);
	str text;
	if (op_text(&op, &text, "HTTP/1.1 %d X\r\nContent-Length: %td\r\n\r\n%.*s", early ? 413 : 200, body.len,
		    STR_ARG(body)) < 0 || text.len > (ptrdiff_t)sizeof(answer) || send(fd, text.p, (size_t)text.len, 0) < 0)
		_exit(1);
	_exit(0);
}

static int start(struct op *op, bool early, str *ret_path, pid_t *ret)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	TRY(op_text(op, ret_path, "%s/sock", test_dir(NULL)));
	memcpy(at.sun_path, ret_path->p, (size_t)ret_path->len);
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1) == 0);
	*ret = fork();
	if (*ret == 0)
		serve(fd, early);
	return 0;
}

static int body_small(struct op *op, void *arg, struct unix_http *h)
{
	(void)arg;
	TRY(unix_http_send(op, h, S("hello")));
	TRY(unix_http_send(op, h, S("")));
	return unix_http_send(op, h, S("0123456789abcdef"));
}

static int body_large(struct op *op, void *arg, struct unix_http *h)
{
	static const char zeros[1 << 16];

	(void)arg;
	for (int i = 0; i < 100; i++)
		TRY(unix_http_send(op, h, (str){ zeros, sizeof(zeros) }));
	return 0;
}

static int posting(struct op *op)
{
	struct unix_http_answer got;
	pid_t pid;
	int status;
	str path;

	TRY(start(op, false, &path, &pid));
	const struct unix_http_request post = { .method = "POST", .target = S("/x"), .type = S("a/b"), .body = body_small };
	TRY(unix_http(op, path, &post, &got));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(got.status == 200);
	CHECK_STR(got.body, S("5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"));
	return 0;
}

/* The server says no before it has read all: its word counts, not the broken pipe; but when the
 * kernel threw its word away with the connection, that is said. */
static int interrupted(struct op *op)
{
	struct unix_http_answer got = { 0 };
	pid_t pid;
	int status;
	str path;

	TRY(start(op, true, &path, &pid));
	struct unix_http_request post = { .method = "POST", .target = S("/x"), .type = S("a/b"), .body = body_large };
	int rc = unix_http(op, path, &post, &got);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK((rc == 0 && got.status == 413) || rc == ERR_NET);
	op_forgive(op);
	rc = unix_http(op, S("/nowhere/sock"), &post, &got);
	CHECK(rc == 1);
	return rc < 0 ? rc : 0;
}

TESTS({ "answers", parsing_whole }, { "answers in parts", parsing, .once = true },
      { "long answers", long_answers, .once = true }, { "a request in chunks", posting, .once = true },
      { "a server that hangs up", interrupted, .once = true })
