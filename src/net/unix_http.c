/*
 * 1. head holds what came of a head that is not whole, line what came of a chunk's size.
 * 2. left is what is still to come: of the body (BODY_LENGTH) or of a chunk (CHUNK_DATA).
 */
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

enum { PIECE = 64 << 10, CHUNK_LINE = 256 };

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
		return op_fail(op, ERR_NET, "cannot talk to %.*s: %s", STR_ARG(path),
			       strerror(errno));
	}
	*ret_fd = fd_take(&fd);
	return 0;
}

enum state { HEAD, BODY_TO_END, BODY_LENGTH, CHUNK_SIZE, CHUNK_DATA, CHUNK_END, DONE };

struct reader {
	enum state state;
	bool went_on; /* "100 Continue" was there */
	int status;
	uint64_t left;
	struct buf head, body;
	char line[CHUNK_LINE];
	ptrdiff_t line_n;
	unix_http_sink *sink;
	void *to;
};

static void reader_init(struct reader *r, struct op *op, unix_http_sink *sink, void *to)
{
	*r = (struct reader){ .sink = sink, .to = to };
	buf_init(&r->head, op, UNIX_HTTP_HEAD + PIECE);
	buf_init(&r->body, op, UNIX_HTTP_BODY);
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

/* Does the header line carry this name? Then its value. */
static bool header_is(str line, const char *name, str *ret)
{
	str key = str_cut(&line, ':');

	if (key.len != (ptrdiff_t)strlen(name) || strncasecmp(key.p, name, (size_t)key.len) != 0)
		return false;
	*ret = str_trim(line);
	return true;
}

static int cut_off(struct op *op)
{
	return op_fail(op, ERR_NET, "the daemon's answer is cut off");
}

static int bad_chunk(struct op *op)
{
	return op_fail(op, ERR_NET, "the daemon's answer has a bad chunk");
}

/* How the body comes. Chunks count more than a length (RFC 9112 6.3). */
static int read_fields(struct op *op, struct reader *r, str head)
{
	str value;

	r->state = BODY_TO_END;
	while (head.p) {
		str line = str_trim(str_cut(&head, '\n'));
		if (header_is(line, "transfer-encoding", &value)) {
			if (value.len != 7 || strncasecmp(value.p, "chunked", 7) != 0)
				return op_fail(op, ERR_NET, "the daemon answers in '%.*s'",
					       STR_ARG(value));
			r->state = CHUNK_SIZE;
		} else if (r->state != CHUNK_SIZE && header_is(line, "content-length", &value)) {
			if (!num_parse(value, INT64_MAX, &r->left))
				return cut_off(op);
			r->state = r->left ? BODY_LENGTH : DONE;
		}
	}
	return 0;
}

/* A whole head, or the first part of one; *bytes is what stands behind it. */
static int read_head(struct op *op, struct reader *r, str *bytes)
{
	buf_add(&r->head, *bytes);
	str all = buf_view(&r->head);
	ptrdiff_t end = str_find_str(all, S("\r\n\r\n"));
	if (r->head.bad)
		return op->code;
	*bytes = S("");
	if (end < 0 && all.len <= UNIX_HTTP_HEAD)
		return 0;
	str head = str_head(all, end < 0 ? 0 : end + 2), line = str_cut(&head, '\n');
	str version = str_word(&line), code = str_word(&line);
	uint64_t status = 0;
	if (end > UNIX_HTTP_HEAD || !str_starts(version, S("HTTP/1.")) || code.len != 3 ||
	    !num_parse(code, 999, &status))
		return op_fail(op, ERR_NET, "the daemon does not answer in HTTP");
	*bytes = str_from(all, end + 4);
	if (status == 100) { /* go on: the answer proper follows */
		buf_init(&r->head, op, UNIX_HTTP_HEAD + PIECE);
		if (r->went_on)
			return op_fail(op, ERR_NET, "the daemon stalls");
		r->went_on = true;
		return 0;
	}
	r->status = (int)status;
	return read_fields(op, r, head);
}

static int take_body(struct op *op, struct reader *r, str bytes)
{
	if (r->sink && r->status == 200)
		return r->sink(op, r->to, bytes);
	if (bytes.len > UNIX_HTTP_BODY - (ptrdiff_t)r->body.len)
		return op_fail(op, ERR_LIMIT, "the daemon's answer is too long");
	buf_add(&r->body, bytes);
	return r->body.bad ? op->code : 0;
}

/* As much of a body or chunk as there is. */
static int read_data(struct op *op, struct reader *r, str *bytes, enum state then)
{
	str piece = *bytes;

	if (r->state != BODY_TO_END) {
		piece = (uint64_t)piece.len > r->left ? str_head(piece, (ptrdiff_t)r->left) : piece;
		r->left -= (uint64_t)piece.len;
		r->state = r->left ? r->state : then;
	}
	*bytes = str_from(*bytes, piece.len);
	return take_body(op, r, piece);
}

/* RFC 9112 7.1: a chunk's size, or the line's end behind its data. Extensions and trailers are
 * passed over. */
static int read_line(struct op *op, struct reader *r, str *bytes)
{
	str line = { r->line, 0 }, size;

	while (bytes->len && (r->line_n == 0 || r->line[r->line_n - 1] != '\n')) {
		if (r->line_n == CHUNK_LINE)
			return bad_chunk(op);
		r->line[r->line_n++] = bytes->p[0];
		*bytes = str_from(*bytes, 1);
	}
	if (r->line_n == 0 || r->line[r->line_n - 1] != '\n')
		return 0;
	line.len = r->line_n;
	r->line_n = 0;
	if (r->state == CHUNK_END) {
		r->state = CHUNK_SIZE;
		return str_eq(line, S("\r\n")) ? 0 : bad_chunk(op);
	}
	size = str_cut(&line, ';');
	if (!parse_hex(str_trim(size), &r->left))
		return bad_chunk(op);
	r->state = r->left ? CHUNK_DATA : DONE;
	return 0;
}

static int feed_piece(struct op *op, struct reader *r, str bytes)
{
	int rc = 0;

	while (rc == 0 && bytes.len && r->state != DONE) {
		if (r->state == HEAD)
			rc = read_head(op, r, &bytes);
		else if (r->state == CHUNK_SIZE || r->state == CHUNK_END)
			rc = read_line(op, r, &bytes);
		else
			rc = read_data(op, r, &bytes, r->state == CHUNK_DATA ? CHUNK_END : DONE);
	}
	return rc;
}

static int feed(struct op *op, struct reader *r, str bytes)
{
	int rc = 0;

	while (rc == 0 && bytes.len) {
		rc = feed_piece(op, r, str_head(bytes, PIECE));
		bytes = str_from(bytes, PIECE);
	}
	return rc;
}

/* The server has nothing more to say. */
static int finish(struct op *op, struct reader *r, struct unix_http_answer *ret)
{
	struct unix_http_answer answer = { .status = r->status };
	int rc;

	if (r->state == HEAD)
		return op_fail(op, ERR_NET, "the daemon does not answer in HTTP");
	if (r->state == CHUNK_SIZE)
		return bad_chunk(op);
	if (r->state != DONE && r->state != BODY_TO_END)
		return cut_off(op);
	if ((rc = buf_take(&r->body, &answer.body)) < 0)
		return rc;
	*ret = answer;
	return 0;
}

static int receive(struct op *op, int fd, struct reader *r)
{
	char *piece = op_new(op, char, PIECE);
	bool any = false;
	ssize_t n;

	if (!piece)
		return op->code;
	while (r->state != DONE && (n = recv(fd, piece, PIECE, 0)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ECONNRESET && any)
			break;
		if (n < 0)
			return op_fail(op, ERR_NET, "the daemon does not answer: %s",
				       strerror(errno));
		any = true;
		int rc = feed_piece(op, r, (str){ piece, n });
		if (rc < 0)
			return rc;
	}
	return 0;
}

int unix_http_parse(struct op *op, str bytes, ptrdiff_t cut, unix_http_sink *sink, void *to,
		    struct unix_http_answer *ret)
{
	struct reader r;
	int rc;

	reader_init(&r, op, sink, to);
	if ((rc = feed(op, &r, str_head(bytes, cut))) < 0 ||
	    (rc = feed(op, &r, str_from(bytes, cut))) < 0)
		return rc;
	return finish(op, &r, ret);
}

static int send_head(struct op *op, struct unix_http *h, const struct unix_http_request *q)
{
	str head;
	int rc = op_text(op, &head,
			 "%s %.*s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: temper/" TEMPER_VERSION
			 "\r\nConnection: close\r\n%s%.*s%s\r\n",
			 q->method, STR_ARG(q->target), q->body ? "Content-Type: " : "",
			 STR_ARG(q->type), q->body ? "\r\nTransfer-Encoding: chunked\r\n" : "");

	return rc < 0 ? rc : send_all(op, h, head);
}

int unix_http(struct op *op, str path, const struct unix_http_request *q,
	      struct unix_http_answer *ret)
{
	AUTO_FD fd = -1;
	struct reader r;
	int rc = connect_to(op, path, &fd);

	if (rc)
		return rc;
	struct unix_http h = { .fd = fd };
	reader_init(&r, op, q->sink, q->to);
	if ((rc = send_head(op, &h, q)) < 0 || (q->body && (rc = q->body(op, q->arg, &h)) < 0) ||
	    (q->body && (rc = send_all(op, &h, S("0\r\n\r\n"))) < 0) ||
	    (rc = receive(op, fd, &r)) < 0)
		return rc;
	return finish(op, &r, ret);
}
