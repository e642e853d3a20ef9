#include "client.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/num.h"
#include "sys/clock.h"
#include "sys/file.h"

enum {
	PARALLEL = 8,
	TRIES = 4,
	CONNECT_S = 15,
	LOW_SPEED_BYTES = 1024,
	LOW_SPEED_S = 30,
	REDIRECTS = 5,
	URL_MAX = 2048,
	FILE_PIECE = 64 << 10,
	PROGRESS_MS = 50,
};

/* Waiting before each try. */
static const int64_t back_off_ms[TRIES] = { 0, 200, 800, 2000 };

/* The functions of libcurl that are used, by the names of its header. */
/* clang-format off */
#define CURL_FUNCTIONS(X)                                                                          \
	X(global_init) X(easy_init) X(easy_cleanup) X(easy_setopt) X(easy_getinfo)                 \
	X(easy_strerror) X(multi_init) X(multi_cleanup) X(multi_add_handle)                        \
	X(multi_remove_handle) X(multi_perform) X(multi_poll) X(multi_info_read) X(multi_setopt)
struct curl_api {
#define X(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(X)
#undef X
	bool loaded;
};
/* clang-format on */
static struct curl_api curl;
static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

struct client {
	CURLM *multi; /* NULL until http is spoken */
};

enum stop { STOP_NOT, STOP_SINK, STOP_SIZE, STOP_RANGE, STOP_STATUS };

/* One request on its way. */
struct transfer {
	struct batch *batch;
	const struct client_request *req;
	struct client_result *res;
	CURL *easy;     /* while it is with libcurl */
	int tries;      /* begun so far */
	int64_t due_ms; /* when the next may begin */
	bool begun, finished;
	bool resumed;  /* the sink had some of it from an earlier run */
	bool again;    /* done() has sent it back once */
	bool looked;   /* at the status of the answer that is coming in */
	uint64_t skip; /* bytes of this answer that the sink has already */
	bool has_range;
	uint64_t range_from; /* of Content-Range */
	enum stop stop;      /* why on_body() ended it */
	char error[CURL_ERROR_SIZE];
};

struct batch {
	struct op *op;
	struct client *client;
	struct transfer *t; /* [n] */
	ptrdiff_t n, active, left;
	ptrdiff_t first; /* all before it are finished */
	client_progress *progress;
	void *arg;
	int64_t told_ms;
	uint64_t told;
};

static void load_curl(void)
{
	void *lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	bool all = lib != NULL;

	if (!lib)
		return;
#define X(name)                                           \
	*(void **)&curl.name = dlsym(lib, "curl_" #name); \
	all = all && curl.name;
	CURL_FUNCTIONS(X)
#undef X
	curl.loaded = all && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static int need_curl(struct op *op, struct client *c)
{
	if (c->multi)
		return 0;
	(void)pthread_once(&curl_once, load_curl);
	if (!curl.loaded)
		return op_fail(op, ERR_IO,
			       "cannot load libcurl.so.4: install the package libcurl4");
	c->multi = curl.multi_init();
	if (!c->multi)
		return op_fail(op, ERR_MEMORY, "libcurl is out of memory");
	(void)curl.multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)PARALLEL);
	return 0;
}

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
	if (*c && (*c)->multi) {
		(void)curl.multi_cleanup((*c)->multi);
		(*c)->multi = NULL;
	}
	*c = NULL;
}

static bool starts_any_case(str s, str prefix)
{
	return s.len >= prefix.len && strncasecmp(s.p, prefix.p, (size_t)prefix.len) == 0;
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
	str rest = str_from(url, str_find(url, '/') + 2);
	str host = str_cut(&rest, '/');
	if (host.len == 0)
		return op_fail(op, ERR_USAGE, "%.*s names no host", STR_ARG(url));
	if (str_find(host, '@') >= 0)
		return op_fail(op, ERR_USAGE,
			       "an address on %.*s holds a user name: that is not supported",
			       STR_ARG(str_from(host, str_rfind(host, '@') + 1)));
	return 0;
}

/* How a request ended: once, with its message. */
static int finish(struct transfer *t, int code, const char *why)
{
	struct batch *b = t->batch;

	t->finished = true;
	b->left--;
	t->res->code = code;
	if (code == 0)
		return 0;
	if (t->req->failed)
		t->req->failed(t->req->to);
	/* libcurl's sentences begin with a capital letter. */
	char first = why[0] >= 'A' && why[0] <= 'Z' && why[1] >= 'a' ? (char)(why[0] + 32) : why[0];
	return op_text(b->op, &t->res->error, "cannot fetch %.*s: %c%s", STR_ARG(t->req->url),
		       first, first ? why + 1 : "");
}

/* All bytes are there: ask the caller. */
static int complete(struct transfer *t)
{
	int rc = t->req->done ? t->req->done(t->batch->op, t->req->to) : 0;

	if (rc < 0)
		return rc;
	if (rc == 0)
		return finish(t, 0, "");
	if (t->again || (str_starts(t->req->url, S("file:")) && !t->resumed))
		return finish(t, ERR_VERIFY, "what came is not what was announced");
	t->again = true;
	t->res->got = 0;
	t->tries = 0;
	t->due_ms = 0;
	return 0;
}

static int fail_or_retry(struct transfer *t, bool transient, const char *why)
{
	if (!transient || t->tries >= TRIES)
		return finish(t, ERR_NET, why);
	t->due_ms = clock_monotonic_ms() + back_off_ms[t->tries];
	return 0;
}

/* Give bytes to the sink, within what was agreed; false with t->stop set. */
static bool take_bytes(struct transfer *t, str bytes)
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
			return finish(t, ERR_NET, strerrordesc_np(errno));
		if (r == 0)
			break;
		if (!take_bytes(t, (str){ piece, r }))
			return t->stop == STOP_SINK
				       ? t->batch->op->code
				       : finish(t, ERR_LIMIT, "it is larger than announced");
	}
	if (t->req->size != CLIENT_SIZE_UNKNOWN && t->res->got != t->req->size)
		return finish(t, ERR_NET, "it is smaller than announced");
	return complete(t);
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
		return finish(t, ERR_NET, strerrordesc_np(error));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return finish(t, ERR_NET, "it is no regular file");
	return pour_file(t, fd);
}

/* --- http: ------------------------------------------------------------------------------------ */

/* "Content-Range: bytes 100-199/200"; a new status line begins a new answer. RFC 9110, 14.4. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	str line = str_trim((str){ p, (ptrdiff_t)(size * n) });
	uint64_t from;

	if (starts_any_case(line, S("HTTP/")))
		t->has_range = t->looked = false;
	if (!starts_any_case(line, S("content-range:")))
		return size * n;
	str value = str_trim(str_from(line, 14));
	if (starts_any_case(value, S("bytes "))) {
		value = str_from(value, 6);
		t->has_range = num_parse(str_trim(str_cut(&value, '-')), INT64_MAX, &from);
		t->range_from = t->has_range ? from : 0;
	}
	return size * n;
}

/* What this answer begins with: the whole, or the rest that was asked for. */
static bool look(struct transfer *t)
{
	long status = 0;

	(void)curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->looked = true;
	if (status == 200)
		t->skip = t->res->got;
	else if (status == 206 && t->has_range && t->range_from == t->res->got)
		t->skip = 0;
	else
		t->stop = status == 206 ? STOP_RANGE : STOP_STATUS;
	return t->stop == STOP_NOT;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	if (!t->looked && !look(t))
		return 0;
	return take_bytes(t, (str){ p, (ptrdiff_t)(size * n) }) ? size * n : 0;
}

static int set_options(struct transfer *t, const char *url, const char *range)
{
	bool tls = str_starts(t->req->url, S("https:"));
	CURL *e = t->easy;
	int bad = 0;

#define SET(option, value) (bad |= curl.easy_setopt(e, option, value) != CURLE_OK)
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_USERAGENT, "temper/" TEMPER_VERSION);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, (long)REDIRECTS);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_FAILONERROR, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
	SET(CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	if (range)
		SET(CURLOPT_RANGE, range);
#undef SET
	return bad ? op_fail(t->batch->op, ERR_IO, "libcurl.so.4 is too old: 7.85 is needed") : 0;
}

static int start_http(struct transfer *t)
{
	struct op *op = t->batch->op;
	char range[32];
	int rc = need_curl(op, t->batch->client);

	if (rc < 0)
		return rc;
	const char *url = op_cstr(op, t->req->url);
	if (!url)
		return op->code;
	t->easy = curl.easy_init();
	if (!t->easy)
		return op_fail(op, ERR_MEMORY, "libcurl is out of memory");
	t->error[0] = '\0';
	t->stop = STOP_NOT;
	t->has_range = t->looked = false;
	t->skip = 0;
	(void)snprintf(range, sizeof(range), "%llu-", (unsigned long long)t->res->got);
	if ((rc = set_options(t, url, t->res->got ? range : NULL)) < 0)
		return rc;
	t->tries++;
	if (curl.multi_add_handle(t->batch->client->multi, t->easy) != CURLM_OK)
		return op_fail(op, ERR_MEMORY, "libcurl is out of memory");
	t->batch->active++;
	return 0;
}

static bool status_is_transient(long status)
{
	return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
}

static bool code_is_transient(CURLcode code)
{
	static const CURLcode transient[] = {
		CURLE_COULDNT_RESOLVE_PROXY,
		CURLE_COULDNT_RESOLVE_HOST,
		CURLE_COULDNT_CONNECT,
		CURLE_PARTIAL_FILE,
		CURLE_OPERATION_TIMEDOUT,
		CURLE_SSL_CONNECT_ERROR,
		CURLE_GOT_NOTHING,
		CURLE_SEND_ERROR,
		CURLE_RECV_ERROR,
		CURLE_AGAIN,
	};

	for (size_t i = 0; i < sizeof(transient) / sizeof(transient[0]); i++)
		if (code == transient[i])
			return true;
	return false;
}

/* The transfer ended without an error of libcurl's. */
static int ended(struct transfer *t, long status)
{
	char why[96];

	if (status != 200 && status != 206) {
		(void)snprintf(why, sizeof(why), "the server answers %ld", status);
		return finish(t, ERR_NET, why);
	}
	if (t->skip || (status == 200 && !t->looked && t->res->got))
		return finish(t, ERR_NET, "it is smaller than what came of it before");
	if (t->req->size == CLIENT_SIZE_UNKNOWN || t->res->got == t->req->size)
		return complete(t);
	(void)snprintf(why, sizeof(why), "the answer ends after %llu of %llu bytes",
		       (unsigned long long)t->res->got, (unsigned long long)t->req->size);
	return fail_or_retry(t, true, why);
}

static int stopped(struct transfer *t)
{
	switch (t->stop) {
	case STOP_SINK:
		return t->batch->op->code;
	case STOP_SIZE:
		return finish(t, ERR_LIMIT,
			      t->req->size <= t->req->max ? "it is larger than announced"
							  : "it is larger than allowed");
	case STOP_RANGE:
		return finish(t, ERR_NET, "the server sends another part than was asked for");
	default:
		return ended(t, t->res->status);
	}
}

/* libcurl is done with this try. */
static int conclude(struct transfer *t, CURLcode code)
{
	long status = 0;
	char why[64];

	(void)curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->res->status = (int)status;
	(void)curl.multi_remove_handle(t->batch->client->multi, t->easy);
	curl.easy_cleanup(t->easy);
	t->easy = NULL;
	t->batch->active--;
	if (t->stop != STOP_NOT)
		return stopped(t);
	if (code == CURLE_OK)
		return ended(t, status);
	if (code == CURLE_HTTP_RETURNED_ERROR) {
		t->res->gone = status == 404 || status == 410;
		(void)snprintf(why, sizeof(why), "the server answers %ld", status);
		return fail_or_retry(t, status_is_transient(status), why);
	}
	return fail_or_retry(t, code_is_transient(code),
			     t->error[0] ? t->error : curl.easy_strerror(code));
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
	}
	if (t->res->got && t->res->got == t->req->size)
		return complete(t);
	return str_starts(t->req->url, S("file:")) ? fetch_file(t) : start_http(t);
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

static int turn(struct batch *b, int64_t wait_ms)
{
	CURLM *multi = b->client->multi;
	struct CURLMsg *msg;
	int running = 0, queued = 0;

	if (b->left == 0 || !multi)
		return 0;
	if (curl.multi_perform(multi, &running) != CURLM_OK)
		return op_fail(b->op, ERR_MEMORY, "libcurl is out of memory");
	bool some = false;
	while ((msg = curl.multi_info_read(multi, &queued)) != NULL) {
		struct transfer *t = NULL;
		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl.easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		some = true;
		int rc = conclude(t, msg->data.result);
		if (rc < 0)
			return rc;
	}
	if (!some && wait_ms > 0)
		(void)curl.multi_poll(multi, NULL, 0, (int)wait_ms, NULL);
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
		if (rc < 0 || (rc = turn(b, wait)) < 0)
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
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!b.t[i].easy)
			continue;
		(void)curl.multi_remove_handle(c->multi, b.t[i].easy);
		curl.easy_cleanup(b.t[i].easy);
	}
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
