#include "test_http.h"

#include "base/buf.h"
#include "base/num.h"

static bool same_name(str a, str b)
{
	if (a.len != b.len)
		return false;
	for (ptrdiff_t i = 0; i < a.len; i++) {
		char x = a.p[i], y = b.p[i];
		if (x != y && ((x ^ y) != 0x20 || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
			return false;
	}
	return true;
}

static bool has_header(const struct pairs *headers, str name)
{
	for (ptrdiff_t i = 0; i < headers->n; i++)
		if (same_name(headers->p[i].key, name))
			return true;
	return false;
}

int test_http_request(struct op *op, const struct test_http *http, str *ret)
{
	struct buf b;

	buf_init(&b, op, 8 << 20);
	buf_fmt(&b, "%.*s %.*s HTTP/1.1\r\n", STR_ARG(http->method), STR_ARG(http->path));
	if (!has_header(&http->headers, S("Host")))
		buf_fmt(&b, "Host: localhost:%u\r\n", http->port);
	if (!has_header(&http->headers, S("Connection")))
		buf_add(&b, S("Connection: close\r\n"));
	if (http->body.len && !has_header(&http->headers, S("Content-Length")))
		buf_fmt(&b, "Content-Length: %td\r\n", http->body.len);
	for (ptrdiff_t i = 0; i < http->headers.n; i++)
		buf_fmt(&b, "%.*s: %.*s\r\n", STR_ARG(http->headers.p[i].key),
			STR_ARG(http->headers.p[i].value));
	buf_add(&b, S("\r\n"));
	buf_add(&b, http->body);
	return buf_take(&b, ret);
}

/* The line at the front of *in, taken, without its end; false if it has none yet. */
static bool take_line(str *in, str *ret)
{
	ptrdiff_t end = str_find(*in, '\n');

	if (end < 0)
		return false;
	*ret = str_head(*in, end > 0 && in->p[end - 1] == '\r' ? end - 1 : end);
	*in = str_from(*in, end + 1);
	return true;
}

struct head {
	int status;
	str headers;
	uint64_t length; /* UINT64_MAX: not told */
	bool chunked;
};

static int read_status(struct op *op, str line, int *ret)
{
	uint64_t status;
	str text = str_head(str_from(line, 9), 3);

	if (!str_starts(line, S("HTTP/1.")) || line.len < 12 || line.p[8] != ' ' ||
	    !num_parse(text, 599, &status) || status < 100 || (line.len > 12 && line.p[12] != ' '))
		return op_fail(op, ERR_FORMAT, "the answer is no HTTP/1: '%.*s'",
			       STR_ARG(str_head(line, 80)));
	*ret = (int)status;
	return 0;
}

static int read_header(struct op *op, str line, struct head *head)
{
	str value = line, name = str_cut(&value, ':');
	uint64_t length;

	if (!value.p || name.len == 0 || str_trim(name).len != name.len)
		return op_fail(op, ERR_FORMAT, "the answer has a bad header: '%.*s'",
			       STR_ARG(str_head(line, 80)));
	value = str_trim(value);
	if (same_name(name, S("Transfer-Encoding")))
		head->chunked = same_name(value, S("chunked"));
	if (!same_name(name, S("Content-Length")))
		return 0;
	if (!num_parse(value, INT64_MAX, &length) ||
	    (head->length != UINT64_MAX && head->length != length))
		return op_fail(op, ERR_FORMAT, "the answer has a bad content-length: '%.*s'",
			       STR_ARG(str_head(value, 80)));
	head->length = length;
	return 0;
}

/* A status line and its headers off the front of *in. 1: not all there. */
static int read_head(struct op *op, str *in, struct head *ret)
{
	struct head head = { .length = UINT64_MAX };
	str rest = *in, line;

	if (!take_line(&rest, &line))
		return in->len > TEST_HTTP_HEAD_MAX
			       ? op_fail(op, ERR_LIMIT, "the answer has no first line")
			       : 1;
	int rc = read_status(op, line, &head.status);
	head.headers = rest;
	while (rc == 0) {
		if (in->len - rest.len > TEST_HTTP_HEAD_MAX)
			return op_fail(op, ERR_LIMIT, "the answer's headers are too long");
		if (!take_line(&rest, &line))
			return rest.len > TEST_HTTP_HEAD_MAX
				       ? op_fail(op, ERR_LIMIT, "the answer's headers are too long")
				       : 1;
		if (line.len == 0)
			break;
		rc = read_header(op, line, &head);
	}
	if (rc < 0)
		return rc;
	head.headers.len = line.p - head.headers.p;
	*in = rest;
	*ret = head;
	return 0;
}

static bool chunk_size(str line, uint64_t *ret)
{
	uint64_t n = 0;

	line = str_trim(str_cut(&line, ';'));
	for (ptrdiff_t i = 0; i < line.len; i++) {
		char c = line.p[i];
		int digit = c >= '0' && c <= '9'                     ? c - '0'
			    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
								     : -1;
		if (digit < 0 || n >> 56)
			return false;
		n = n << 4 | (uint64_t)digit;
	}
	*ret = n;
	return line.len > 0;
}

static int read_chunks(struct op *op, str in, str *ret)
{
	struct buf b;
	str line;
	uint64_t n;

	buf_init(&b, op, TEST_OUTPUT_MAX);
	for (;;) {
		if (!take_line(&in, &line))
			return 1;
		if (!chunk_size(line, &n))
			return op_fail(op, ERR_FORMAT, "the answer has a bad chunk: '%.*s'",
				       STR_ARG(str_head(line, 80)));
		if (n > TEST_OUTPUT_MAX)
			return op_fail(op, ERR_LIMIT, "the answer is longer than %d bytes",
				       TEST_OUTPUT_MAX);
		if (n == 0)
			break;
		if ((uint64_t)in.len < n)
			return 1;
		buf_add(&b, str_head(in, (ptrdiff_t)n));
		in = str_from(in, (ptrdiff_t)n);
		if (!take_line(&in, &line))
			return 1;
		if (line.len)
			return op_fail(op, ERR_FORMAT,
				       "a chunk of the answer is longer than it says");
	}
	do { /* trailers */
		if (!take_line(&in, &line))
			return 1;
	} while (line.len);
	return buf_take(&b, ret);
}

static int read_body(struct op *op, str in, bool end, const struct head *head, str *ret)
{
	if (head->chunked)
		return read_chunks(op, in, ret);
	if (head->length == UINT64_MAX && !end)
		return 1;
	if (head->length != UINT64_MAX && head->length > TEST_OUTPUT_MAX)
		return op_fail(op, ERR_LIMIT, "the answer is longer than %d bytes",
			       TEST_OUTPUT_MAX);
	if (head->length != UINT64_MAX && (uint64_t)in.len < head->length)
		return 1;
	*ret = head->length == UINT64_MAX ? in : str_head(in, (ptrdiff_t)head->length);
	return 0;
}

int test_http_parse(struct op *op, str bytes, bool end, str method, struct test_response *ret)
{
	struct head head = { 0 };
	str body = { 0 };
	int rc;

	do
		rc = read_head(op, &bytes, &head);
	while (rc == 0 && head.status < 200 && head.status != 101);
	bool none = head.status == 204 || head.status == 304 || str_eq(method, S("HEAD"));
	if (rc == 0 && !none)
		rc = read_body(op, bytes, end, &head, &body);
	if (rc == 1 && end)
		return op_fail(op, ERR_FORMAT, "the answer is cut short");
	if (rc == 0)
		*ret = (struct test_response){ head.status, head.headers, body };
	return rc;
}
