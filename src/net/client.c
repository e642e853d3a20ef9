#include "client.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "sys/clock.h"
#include "sys/file.h"

#include "client_impl.h"

enum {
	FILE_PIECE = 64 << 10,
	PROGRESS_MS = 50,
	SLOW_BYTES = 64 << 10, /* more of them make a slow try worth another one */
};

/* Waiting before each try. */
static const int64_t back_off_ms[TRIES] = { 0, 200, 800, 2000 };

int client_open(struct op *op, struct client **ret)
{
	struct client *c = op_new(op, struct client, 1);

	if (!c)
		return op->code;
	*ret = c;
	return 0;
}

void client_close(struct client **c)
{
	if (*c)
		client_http_close(*c);
	*c = NULL;
}

int client_check_url(struct op *op, str url)
{
	bool file = str_starts(url, S("file:"));
	bool http = str_starts(url, S("http://")) || str_starts(url, S("https://"));

	if (!file && !http)
		return op_fail(op, ERR_USAGE, "%.*s is no http:, https: or file: address",
			       STR_ARG(url));
	if (url.len > URL_MAX)
		return op_fail(op, ERR_USAGE, "an address is longer than %d bytes", URL_MAX);
	for (ptrdiff_t i = 0; i < url.len; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || strchr("\"'<>\\^`{|}", url.p[i]))
			return op_fail(op, ERR_USAGE, "%.*s holds a byte that no address may",
				       STR_ARG(url));
	if (file && !str_starts(url, S("file:/")))
		return op_fail(op, ERR_USAGE, "%.*s: the path of a file: address must be absolute",
			       STR_ARG(url));
	if (file)
		return 0;
	struct url parts;
	str rest = str_from(url, str_find(url, '/') + 2);
	str host = str_cut(&rest, '/');
	if (host.len == 0)
		return op_fail(op, ERR_USAGE, "%.*s names no host", STR_ARG(url));
	if (str_find(host, '@') >= 0)
		return op_fail(op, ERR_USAGE,
			       "an address on %.*s holds a user name: that is not supported",
			       STR_ARG(str_from(host, str_rfind(host, '@') + 1)));
	if (!url_parse(url, &parts))
		return op_fail(op, ERR_USAGE, "%.*s: '%.*s' is no host", STR_ARG(url),
			       STR_ARG(host));
	return 0;
}

/* libcurl's sentences begin with a capital letter; names, as OpenSSL, keep theirs. */
static char first_letter(const char *why)
{
	size_t word = strcspn(why, " :/");

	for (size_t i = 1; i < word; i++)
		if (why[i] >= 'A' && why[i] <= 'Z')
			return why[0];
	return why[0] >= 'A' && why[0] <= 'Z' && word > 1 ? (char)(why[0] + 32) : why[0];
}

/* Once for each request. */
int client_finish(struct transfer *t, int code, enum client_trouble trouble, const char *why)
{
	struct op *op = t->batch->op;

	t->finished = true;
	t->batch->left--;
	t->res->code = code;
	t->res->trouble = trouble;
	if (code == 0)
		return 0;
	if (t->req->failed)
		t->req->failed(t->req->to);
	char first = first_letter(why);
	int rc = op_text(op, &t->res->why, "%c%s", first, first ? why + 1 : "");
	return rc < 0 ? rc
		      : op_text(op, &t->res->error, "cannot fetch %.*s: %.*s", STR_ARG(t->req->url),
				STR_ARG(t->res->why));
}

/* All bytes are there: ask the caller. */
int client_complete(struct transfer *t)
{
	int rc = t->req->done ? t->req->done(t->batch->op, t->req->to) : 0;

	if (rc < 0)
		return rc;
	if (rc == 0)
		return client_finish(t, 0, CLIENT_NO_TROUBLE, "");
	if (t->again || (str_starts(t->req->url, S("file:")) && !t->resumed))
		return client_finish(t, ERR_VERIFY, CLIENT_OTHER,
				     "what came is not what was announced");
	t->again = true;
	t->res->got = 0;
	t->tries = 0;
	t->due_ms = 0;
	return 0;
}

int client_fail_or_retry(struct transfer *t, bool transient, int64_t wait_ms,
			 enum client_trouble trouble, const char *why)
{
	int64_t wait = wait_ms < 0 || t->tries >= TRIES ? back_off_ms[t->tries % TRIES] : wait_ms;

	if (!transient || t->tries >= TRIES || t->req->once ||
	    (t->slow >= TRIES_SLOW && t->res->got - t->had < SLOW_BYTES))
		return client_finish(t, ERR_NET, trouble, why);
	if (wait_ms >= 0)
		t->waited_ms += wait_ms;
	t->due_ms = clock_monotonic_ms() + wait;
	return 0;
}

int client_begin_anew(struct transfer *t)
{
	t->res->got = 0;
	t->skip = 0;
	t->had = 0;
	t->version = S("");
	return t->req->restart(t->batch->op, t->req->to);
}

bool client_take(struct transfer *t, str bytes)
{
	uint64_t limit = t->req->size < t->req->max ? t->req->size : t->req->max;
	uint64_t drop = t->skip < (uint64_t)bytes.len ? t->skip : (uint64_t)bytes.len;

	t->skip -= drop;
	bytes = str_from(bytes, (ptrdiff_t)drop);
	if (t->res->got > limit || (uint64_t)bytes.len > limit - t->res->got) {
		t->stop = STOP_SIZE;
		return false;
	}
	if (bytes.len && t->req->sink(t->batch->op, t->req->to, bytes) < 0) {
		t->stop = STOP_SINK;
		return false;
	}
	t->res->got += (uint64_t)bytes.len;
	return true;
}

/* --- file: ------------------------------------------------------------------------------------ */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The path of a file: address, its %XX decoded. */
static int file_path(struct op *op, str url, str *ret)
{
	struct buf b;
	str in = str_from(url, 5);

	if (str_starts(in, S("//")))
		in = str_from(in, 2);
	buf_init(&b, op, URL_MAX);
	for (ptrdiff_t i = 0; i < in.len; i++) {
		int hi = i + 2 < in.len ? hex_value(in.p[i + 1]) : -1;
		int lo = i + 2 < in.len ? hex_value(in.p[i + 2]) : -1;
		if (in.p[i] == '%' && hi >= 0 && lo >= 0) {
			buf_char(&b, (char)(hi * 16 + lo));
			i += 2;
		} else {
			buf_char(&b, in.p[i]);
		}
	}
	return buf_take(&b, ret);
}

/* Read the rest of the file into the sink. */
static int pour_file(struct transfer *t, int fd)
{
	char piece[FILE_PIECE];

	for (;;) {
		ssize_t r = pread(fd, piece, sizeof(piece), (off_t)t->res->got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return client_finish(t, ERR_NET, CLIENT_OTHER, strerrordesc_np(errno));
		if (r == 0)
			break;
		if (!client_take(t, (str){ piece, r }))
			return t->stop == STOP_SINK ? t->batch->op->code
						    : client_finish(t, ERR_LIMIT, CLIENT_OTHER,
								    "it is larger than announced");
	}
	if (t->req->size != CLIENT_SIZE_UNKNOWN && t->res->got != t->req->size)
		return client_finish(t, ERR_NET, CLIENT_OTHER, "it is smaller than announced");
	return client_complete(t);
}

static int fetch_file(struct transfer *t)
{
	struct op *op = t->batch->op;
	struct op_mark mark = op_mark(op);
	struct stat st;
	str path;
	int rc = file_path(op, t->req->url, &path);

	if (rc < 0)
		return rc;
	const char *name = op_cstr(op, path);
	if (!name)
		return op->code;
	AUTO_FD fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error = errno;
	op_reset(op, mark);
	t->res->gone = fd < 0 && (error == ENOENT || error == ENOTDIR);
	t->res->status = fd < 0 ? 404 : 200;
	if (fd < 0)
		return client_finish(t, ERR_NET, CLIENT_OTHER, strerrordesc_np(error));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return client_finish(t, ERR_NET, CLIENT_OTHER, "it is no regular file");
	return pour_file(t, fd);
}

/* --- the batch -------------------------------------------------------------------------------- */

static int start(struct transfer *t)
{
	struct op *op = t->batch->op;
	int rc = 0;

	if (!t->begun) {
		t->begun = true;
		if (t->req->begin && (rc = t->req->begin(op, t->req->to, &t->res->got)) < 0)
			return rc;
		t->resumed = t->res->got > 0;
		if (client_check_url(op, t->req->url) < 0) {
			t->finished = true;
			t->batch->left--;
			t->res->code = op->code;
			rc = op_copy(op, str_of(op->text), &t->res->error);
			op_forgive(op);
			return rc;
		}
		t->version = t->req->version;
	}
	if (t->res->got && t->req->restart && !t->version.len && (rc = client_begin_anew(t)) < 0)
		return rc;
	if (t->res->got && t->res->got == t->req->size)
		return client_complete(t);
	if (str_starts(t->req->url, S("file:")))
		return fetch_file(t);
	return client_http_start(t);
}

/* Begin what is due while there is room; *ret_wait: milliseconds until the next is due. */
static int start_due(struct batch *b, int64_t *ret_wait)
{
	int64_t now = clock_monotonic_ms();

	*ret_wait = 1000;
	while (b->first < b->n && b->t[b->first].finished)
		b->first++;
	for (ptrdiff_t i = b->first; i < b->n && b->active < PARALLEL; i++) {
		struct transfer *t = &b->t[i];
		if (t->finished || t->easy)
			continue;
		if (t->due_ms > now) {
			*ret_wait = t->due_ms - now < *ret_wait ? t->due_ms - now : *ret_wait;
			continue;
		}
		int rc = start(t);
		if (rc < 0)
			return rc;
		if (!t->finished && !t->easy)
			*ret_wait = 0;
	}
	return 0;
}

static void tell(struct batch *b, bool last)
{
	int64_t now = clock_monotonic_ms();
	uint64_t done = 0;

	if (!b->progress || (!last && now - b->told_ms < PROGRESS_MS))
		return;
	for (ptrdiff_t i = 0; i < b->n; i++)
		done += b->t[i].res->got;
	b->told_ms = now;
	if (done != b->told || last)
		b->progress(b->arg, done);
	b->told = done;
}

static int run(struct batch *b)
{
	while (b->left > 0) {
		int64_t wait;
		int rc = start_due(b, &wait);
		if (rc < 0 || (rc = client_http_turn(b, wait)) < 0)
			return rc;
		tell(b, false);
	}
	tell(b, true);
	return 0;
}

int client_fetch(struct op *op, struct client *c, const struct client_request *req, ptrdiff_t n,
		 client_progress *progress, void *arg, struct client_result *res)
{
	struct batch b = {
		.op = op, .client = c, .n = n, .left = n, .progress = progress, .arg = arg
	};

	b.t = op_new(op, struct transfer, n);
	if (!b.t)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		res[i] = (struct client_result){ 0 };
		b.t[i].batch = &b;
		b.t[i].req = &req[i];
		b.t[i].res = &res[i];
	}
	int rc = run(&b);
	for (ptrdiff_t i = 0; i < n; i++)
		client_http_drop(&b.t[i]);
	return rc;
}

static int add_to_buf(struct op *op, void *to, str bytes)
{
	struct buf *b = to;

	buf_add(b, bytes);
	return b->bad ? op->code : 0;
}

int client_get(struct op *op, struct client *c, str url, size_t max, str *ret)
{
	struct buf b;
	struct client_request req = {
		.url = url, .max = max, .size = CLIENT_SIZE_UNKNOWN, .sink = add_to_buf, .to = &b
	};
	struct client_result res;

	buf_init(&b, op, max);
	int rc = client_fetch(op, c, &req, 1, NULL, NULL, &res);
	if (rc < 0)
		return rc;
	if (res.gone)
		return 1;
	if (res.code)
		return op_fail(op, res.code, "%.*s", STR_ARG(res.error));
	return buf_take(&b, ret);
}
