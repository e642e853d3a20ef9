#include "unix_http.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/num.h"
#include "sys/file.h"

struct unix_http {
	int fd;
	bool deaf; /* the server closed its ear: send no more, hear what it says */
};

static int send_all(struct op *op, struct unix_http *h, str bytes)
{
	while (bytes.len > 0 && !h->deaf) {
		ssize_t n = send(h->fd, bytes.p, (size_t)bytes.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
			h->deaf = true;
			break;
		}
		if (n < 0)
			return op_fail(op, ERR_NET, "cannot send to the daemon: %s",
				       strerror(errno));
		bytes = str_from(bytes, n);
	}
	return 0;
}

int unix_http_send(struct op *op, struct unix_http *h, str bytes)
{
	struct op_mark mark = op_mark(op);
	str head;
	int rc;

	if (bytes.len == 0) /* an empty chunk would end the body */
		return 0;
	if ((rc = op_text(op, &head, "%tx\r\n", bytes.len)) < 0 ||
	    (rc = send_all(op, h, head)) < 0 || (rc = send_all(op, h, bytes)) < 0)
		return rc;
	op_reset(op, mark);
	return send_all(op, h, S("\r\n"));
}

static int connect_to(struct op *op, str path, int *ret_fd)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval wait = { .tv_sec = UNIX_HTTP_WAIT };

	if (path.len >= (ptrdiff_t)sizeof(at.sun_path))
		return op_fail(op, ERR_USAGE, "the socket's path is too long: %.*s", STR_ARG(path));
	memcpy(at.sun_path, path.p, (size_t)path.len);
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return op_fail_errno(op, "cannot make a socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0)
		return op_fail_errno(op, "cannot set up a socket");
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) < 0) {
		if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR)
			return 1;
		return op_fail_errno(op, "cannot talk to %.*s", STR_ARG(path));
	}
	*ret_fd = fd_take(&fd);
	return 0;
}

/* All that the server says until it closes. */
static int receive(struct op *op, int fd, str *ret)
{
	struct buf b;
	char piece[4096];
	ssize_t n;

	buf_init(&b, op, UNIX_HTTP_HEAD + UNIX_HTTP_BODY + UNIX_HTTP_BODY / 4);
	while ((n = recv(fd, piece, sizeof(piece), 0)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ECONNRESET && b.len)
			break;
		if (n < 0)
			return op_fail(op, ERR_NET, "the daemon does not answer: %s",
				       strerror(errno));
		buf_add(&b, (str){ piece, n });
		if (b.bad)
			break;
	}
	return buf_take(&b, ret);
}

static bool parse_hex(str s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > 8)
		return false;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		const char *digits = "0123456789abcdef", c = s.p[i];
		const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
		if (!at)
			return false;
		v = v * 16 + (uint64_t)(at - digits);
	}
	*ret = v;
	return true;
}

/* RFC 9112 7.1: chunk extensions and trailers are passed over. */
static int parse_chunks(struct op *op, str in, str *ret)
{
	struct buf b;

	buf_init(&b, op, UNIX_HTTP_BODY);
	for (;;) {
		ptrdiff_t end = str_find_str(in, S("\r\n"));
		str line = str_head(in, end), size = str_cut(&line, ';');
		uint64_t n = 0;
		if (end < 0 || !parse_hex(str_trim(size), &n))
			return op_fail(op, ERR_NET, "the daemon's answer has a bad chunk");
		in = str_from(in, end + 2);
		if (n == 0)
			return buf_take(&b, ret);
		if (n + 2 > (uint64_t)in.len)
			return op_fail(op, ERR_NET, "the daemon's answer is cut off");
		buf_add(&b, str_head(in, (ptrdiff_t)n));
		in = str_from(in, (ptrdiff_t)n + 2);
	}
}

/* Does the header line carry this name? Then its value. */
static bool header_is(str line, const char *name, str *ret)
{
	str key = str_cut(&line, ':');

	if (key.len != (ptrdiff_t)strlen(name) || strncasecmp(key.p, name, (size_t)key.len) != 0)
		return false;
	*ret = str_trim(line);
	return true;
}

static int parse_body(struct op *op, str head, str body, str *ret)
{
	uint64_t size = 0;
	str value;

	while (head.p) {
		str line = str_trim(str_cut(&head, '\n'));
		if (header_is(line, "transfer-encoding", &value)) {
			if (value.len != 7 || strncasecmp(value.p, "chunked", 7) != 0)
				return op_fail(op, ERR_NET, "the daemon answers in '%.*s'",
					       STR_ARG(value));
			return parse_chunks(op, body, ret);
		}
		if (!header_is(line, "content-length", &value))
			continue;
		if (!num_parse(value, UNIX_HTTP_BODY, &size) || size > (uint64_t)body.len)
			return op_fail(op, ERR_NET, "the daemon's answer is cut off");
		body = str_head(body, (ptrdiff_t)size);
	}
	if (body.len > UNIX_HTTP_BODY)
		return op_fail(op, ERR_LIMIT, "the daemon's answer is too long");
	*ret = body;
	return 0;
}

static int parse_answer(struct op *op, str bytes, bool may_go_on, struct unix_http_answer *ret)
{
	ptrdiff_t end = str_find_str(bytes, S("\r\n\r\n"));
	str head = str_head(bytes, end < 0 ? 0 : end + 2), body = str_from(bytes, end + 4);
	str line = str_cut(&head, '\n'), version = str_word(&line), code = str_word(&line);
	struct unix_http_answer answer = { 0 };
	uint64_t status = 0;

	if (end < 0 || end > UNIX_HTTP_HEAD || !str_starts(version, S("HTTP/1.")) ||
	    code.len != 3 || !num_parse(code, 999, &status))
		return op_fail(op, ERR_NET, "the daemon does not answer in HTTP");
	if (status == 100) /* go on: the answer proper follows */
		return may_go_on ? parse_answer(op, body, false, ret)
				 : op_fail(op, ERR_NET, "the daemon stalls");
	answer.status = (int)status;
	int rc = parse_body(op, head, body, &answer.body);
	if (rc < 0)
		return rc;
	*ret = answer;
	return 0;
}

int unix_http_parse(struct op *op, str bytes, struct unix_http_answer *ret)
{
	return parse_answer(op, bytes, true, ret);
}

int unix_http_post(struct op *op, str path, str target, str type, unix_http_body *body, void *arg,
		   struct unix_http_answer *ret)
{
	AUTO_FD fd = -1;
	str head, bytes;
	int rc = connect_to(op, path, &fd);

	if (rc)
		return rc;
	struct unix_http h = { .fd = fd };
	if ((rc = op_text(
		     op, &head,
		     "POST %.*s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: temper/" TEMPER_VERSION
		     "\r\n"
		     "Content-Type: %.*s\r\nTransfer-Encoding: chunked\r\nConnection: "
		     "close\r\n\r\n",
		     STR_ARG(target), STR_ARG(type))) < 0 ||
	    (rc = send_all(op, &h, head)) < 0 || (rc = body(op, arg, &h)) < 0 ||
	    (rc = send_all(op, &h, S("0\r\n\r\n"))) < 0 || (rc = receive(op, fd, &bytes)) < 0)
		return rc;
	return unix_http_parse(op, bytes, ret);
}
