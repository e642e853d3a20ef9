#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <arpa/inet.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/num.h"

#include "client_impl.h"

enum {
	CONNECT_S = 15,
	LOW_SPEED_BYTES = 1024,
	LOW_SPEED_S = 30,
	ERROR_BODY = 64 << 10, /* bytes that are read of an answer that is an error */
};
_Static_assert(sizeof(((struct transfer *)0)->error) >= CURL_ERROR_SIZE, "libcurl's message fits");

/* The functions of libcurl that are used, by the names of its header. */
/* clang-format off */
#define CURL_FUNCTIONS(X)                                                                          \
	X(global_init) X(easy_init) X(easy_cleanup) X(easy_setopt) X(easy_getinfo)                 \
	X(easy_strerror) X(multi_init) X(multi_cleanup) X(multi_add_handle)                        \
	X(multi_remove_handle) X(multi_perform) X(multi_poll) X(multi_info_read) X(multi_setopt)   \
	X(slist_append) X(slist_free_all)
struct curl_api {
#define X(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(X)
#undef X
	bool loaded;
};
/* clang-format on */
static struct curl_api curl;
static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

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

void client_http_close(struct client *c)
{
	if (c->multi)
		(void)curl.multi_cleanup(c->multi);
	c->multi = NULL;
}

/* --- what an answer says ---------------------------------------------------------------------- */

static bool starts_any_case(str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return (size_t)s.len >= n && strncasecmp(s.p, prefix, n) == 0;
}

static const char *const header_names[CLIENT_HEADERS] = {
	[CLIENT_CONTENT_TYPE] = "content-type:",
	[CLIENT_DOCKER_CONTENT_DIGEST] = "docker-content-digest:",
	[CLIENT_LINK] = "link:",
	[CLIENT_LOCATION] = "location:",
	[CLIENT_RETRY_AFTER] = "retry-after:",
	[CLIENT_WWW_AUTHENTICATE] = "www-authenticate:",
};

static int keep_header(struct transfer *t, enum client_header which, str value)
{
	str *to = &t->res->answer.header[which];

	if (to->len + value.len > CLIENT_HEADER_MAX) {
		t->stop = STOP_HEADER;
		return 0;
	}
	return op_text(t->batch->op, to, "%.*s%s%.*s", STR_ARG(*to), to->len ? ", " : "",
		       STR_ARG(value));
}

static int read_header(struct transfer *t, str line)
{
	struct op *op = t->batch->op;
	uint64_t from;
	int rc = 0;

	if (starts_any_case(line, "content-range:")) {
		str value = str_trim(str_from(line, 14));
		if (!starts_any_case(value, "bytes "))
			return 0;
		value = str_from(value, 6);
		t->has_range = num_parse(str_trim(str_cut(&value, '-')), INT64_MAX, &from);
		t->range_from = t->has_range ? from : 0;
	} else if (starts_any_case(line, header_names[CLIENT_LOCATION]) && line.len <= URL_MAX) {
		rc = op_copy(op, str_trim(str_from(line, 9)), &t->location);
	} else if (starts_any_case(line, "etag:") && line.len <= VALIDATOR_MAX) {
		rc = op_copy(op, str_trim(str_from(line, 5)), &t->etag);
	} else if (starts_any_case(line, "last-modified:") && line.len <= VALIDATOR_MAX) {
		rc = op_copy(op, str_trim(str_from(line, 14)), &t->modified);
	}
	for (int i = 0; rc == 0 && t->req->answer && i < CLIENT_HEADERS; i++)
		if (starts_any_case(line, header_names[i]))
			rc = keep_header(t, (enum client_header)i,
					 str_trim(str_from(line, str_find(line, ':') + 1)));
	return rc;
}

/* A new status line begins a new answer; what comes behind the body (trailers) is not looked at. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	str line = str_trim((str){ p, (ptrdiff_t)(size * n) });

	t->header_bytes += (uint64_t)line.len;
	if (t->header_bytes > HEADER_BYTES || ++t->header_lines > HEADER_LINES) {
		t->stop = STOP_HEADER;
		return 0;
	}
	if (t->looked)
		return size * n;
	if (starts_any_case(line, "HTTP/")) {
		t->has_range = false;
		t->location = t->etag = t->modified = S("");
		t->res->answer = (struct client_answer){ .elsewhere = t->elsewhere };
	} else if (read_header(t, line) < 0) {
		t->stop = STOP_SINK;
	}
	return t->stop == STOP_NOT ? size * n : 0;
}

static bool is_success(const struct transfer *t, long status)
{
	return status == 200 || (t->req->method == CLIENT_POST && status > 200 && status < 300);
}

/* It begins with its first byte: what the sink has is passed over, or given up. */
static void take_whole(struct transfer *t)
{
	t->skip = t->res->got;
	if (t->res->got && t->req->restart && client_begin_anew(t) < 0)
		t->stop = STOP_SINK;
}

static void keep_validators(struct transfer *t)
{
	t->res->etag = t->etag;
	t->res->modified = t->modified;
	t->version = t->etag.len && !str_starts(t->etag, S("W/")) ? t->etag : t->modified;
}

/* What this answer begins with: the whole, or the rest that was asked for, or an error. */
static void look(struct transfer *t)
{
	long status = 0;

	(void)curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->looked = true;
	t->is_error = false;
	if (is_success(t, status))
		take_whole(t);
	else if (status == 206 && t->has_range && t->range_from == t->res->got)
		t->skip = 0;
	else if (status == 206)
		t->stop = STOP_RANGE;
	else
		t->is_error = true;
	if (!t->is_error)
		keep_validators(t);
	buf_init(&t->body, t->batch->op, CLIENT_BODY_MAX);
	t->body_bytes = 0;
}

/* The text of an error: what it begins with is for the caller, and a long one is not waited for. */
static bool take_error(struct transfer *t, str bytes)
{
	t->body_bytes += (uint64_t)bytes.len;
	if (t->req->answer)
		buf_add(&t->body, str_head(bytes, (ptrdiff_t)(CLIENT_BODY_MAX - t->body.len)));
	if (t->body.bad)
		t->stop = STOP_SINK;
	else if (t->body_bytes > ERROR_BODY)
		t->stop = STOP_STATUS;
	return t->stop == STOP_NOT;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	str bytes = { p, (ptrdiff_t)(size * n) };

	if (!t->looked)
		look(t);
	if (t->stop != STOP_NOT)
		return 0;
	return (t->is_error ? take_error(t, bytes) : client_take(t, bytes)) ? size * n : 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool set(const char *variable)
{
	const char *value = getenv(variable);

	return value && value[0];
}

/* This machine is never asked through a proxy, which would take the name for its own. */
static bool is_here(const struct transfer *t)
{
	return address_kind_of_host(t->at.host) == ADDRESS_LOOPBACK;
}

static bool by_proxy(const struct transfer *t)
{
	if (is_here(t))
		return false;
	return set("http_proxy") || set("https_proxy") || set("HTTPS_PROXY") || set("all_proxy") ||
	       set("ALL_PROXY");
}

/* Whether this hop is guarded, and what may be as near as what. */
static bool is_guarded(const struct transfer *t, enum address_kind *ret_near)
{
	struct url own;

	*ret_near = t->req->guard == CLIENT_GUARD ? t->req->near : t->res->kind;
	if (t->req->guard != CLIENT_GUARD_REDIRECTS)
		return t->req->guard == CLIENT_GUARD;
	return t->elsewhere && url_parse(t->req->url, &own) && !url_same_host(&own, &t->at);
}

static bool may_reach(const struct transfer *t, enum address_kind kind)
{
	enum address_kind near;

	return !is_guarded(t, &near) || kind == ADDRESS_PUBLIC || kind == near;
}

/* A socket for an address that libcurl is about to connect to. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;
	enum address_kind kind = address_kind(&a->addr);

	(void)purpose;
	if (!by_proxy(t) && !may_reach(t, kind)) {
		t->forbidden = kind;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* The same of addresses that stand in the URL itself, before anything is asked. */
static bool url_is_forbidden(struct transfer *t)
{
	enum address_kind kind = address_kind_of_host(t->at.host);

	if (kind == ADDRESS_UNKNOWN || may_reach(t, kind))
		return false;
	t->forbidden = kind;
	return true;
}

/* What answered the request's own address, for guards. */
static void note_kind(struct transfer *t)
{
	struct sockaddr_storage a = { 0 };
	struct sockaddr_in *in = (void *)&a;
	struct sockaddr_in6 *in6 = (void *)&a;
	char *ip = NULL;

	if (t->elsewhere)
		return;
	(void)curl.easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &ip);
	if (by_proxy(t)) {
		t->res->kind = address_kind_of_host(t->at.host);
	} else if (ip && inet_pton(AF_INET, ip, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		t->res->kind = address_kind((struct sockaddr *)&a);
	} else if (ip && inet_pton(AF_INET6, ip, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		t->res->kind = address_kind((struct sockaddr *)&a);
	}
}

static int add_header(struct transfer *t, const char *prefix, str value)
{
	struct op *op = t->batch->op;
	struct op_mark mark = op_mark(op);
	str line;

	if (op_text(op, &line, "%s%.*s", prefix, STR_ARG(value)) < 0)
		return op->code;
	void *list = curl.slist_append(t->header, line.p);
	op_reset(op, mark);
	if (!list)
		return op_fail(op, ERR_MEMORY, "libcurl is out of memory");
	t->header = list;
	return 0;
}

static int make_headers(struct transfer *t)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < t->req->header_n; i++)
		rc = add_header(t, "", t->req->header[i]);
	if (rc == 0 && t->req->authorization.len && !t->elsewhere)
		rc = add_header(t, "Authorization: ", t->req->authorization);
	if (rc == 0 && t->res->got && t->req->restart)
		rc = add_header(t, "If-Range: ", t->version);
	t->conditional = !t->res->got && (t->req->etag.len || t->req->modified.len);
	if (rc == 0 && t->conditional && t->req->etag.len)
		rc = add_header(t, "If-None-Match: ", t->req->etag);
	if (rc == 0 && t->conditional && t->req->modified.len)
		rc = add_header(t, "If-Modified-Since: ", t->req->modified);
	return rc;
}

#define SET(option, value) (bad |= curl.easy_setopt(e, option, value) != CURLE_OK)

static int set_tls(struct transfer *t)
{
	struct op *op = t->batch->op;
	const struct client_tls *tls = t->elsewhere ? NULL : t->req->tls;
	struct op_mark mark = op_mark(op);
	CURL *e = t->easy;
	int bad = 0;

	if (set("SSL_CERT_FILE"))
		SET(CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
	if (set("SSL_CERT_DIR"))
		SET(CURLOPT_CAPATH, getenv("SSL_CERT_DIR"));
	if (tls && tls->ca.len) {
		struct curl_blob ca = { (void *)(uintptr_t)tls->ca.p, (size_t)tls->ca.len,
					CURL_BLOB_COPY };
		SET(CURLOPT_CAINFO_BLOB, &ca);
	}
	if (tls && tls->cert.len) {
		const char *cert = op_cstr(op, tls->cert);
		const char *key = op_cstr(op, tls->key.len ? tls->key : tls->cert);
		if (!cert || !key)
			return op->code;
		SET(CURLOPT_SSLCERT, cert);
		SET(CURLOPT_SSLKEY, key);
	}
	if (tls && tls->any) {
		SET(CURLOPT_SSL_VERIFYPEER, 0L);
		SET(CURLOPT_SSL_VERIFYHOST, 0L);
	}
	op_reset(op, mark);
	return bad;
}

static int set_request(struct transfer *t, const char *url)
{
	enum address_kind near;
	CURL *e = t->easy;
	char range[32];
	int bad = 0;

	SET(CURLOPT_URL, url);
	if (is_here(t))
		SET(CURLOPT_NOPROXY, "*");
	if (t->header)
		SET(CURLOPT_HTTPHEADER, t->header);
	if (t->req->method == CLIENT_HEAD)
		SET(CURLOPT_NOBODY, 1L);
	if (t->req->method == CLIENT_POST) {
		SET(CURLOPT_POSTFIELDSIZE, (long)t->req->body.len);
		SET(CURLOPT_POSTFIELDS, t->req->body.len ? t->req->body.p : "");
	}
	if (t->req->seconds)
		SET(CURLOPT_TIMEOUT, (long)t->req->seconds);
	if (is_guarded(t, &near)) {
		SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
		SET(CURLOPT_OPENSOCKETDATA, t);
	}
	(void)snprintf(range, sizeof(range), "%llu-", (unsigned long long)t->res->got);
	if (t->res->got)
		SET(CURLOPT_RANGE, range);
	return bad;
}

static int set_options(struct transfer *t)
{
	struct op *op = t->batch->op;
	struct op_mark mark = op_mark(op);
	const char *url = op_cstr(op, t->url);
	CURL *e = t->easy;
	int bad = 0, rc = set_tls(t);

	if (!url || rc < 0 || make_headers(t) < 0)
		return op->code;
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_USERAGENT, "temper/" TEMPER_VERSION);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
	SET(CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	bad |= rc | set_request(t, url);
	op_reset(op, mark);
	return bad ? op_fail(op, ERR_IO, "libcurl.so.4 is too old: 7.85 is needed") : 0;
}
#undef SET

void client_http_drop(struct transfer *t)
{
	if (t->easy) {
		(void)curl.multi_remove_handle(t->batch->client->multi, t->easy);
		curl.easy_cleanup(t->easy);
	}
	if (t->header)
		curl.slist_free_all(t->header);
	t->easy = t->header = NULL;
}

static int forbid(struct transfer *t)
{
	char why[128];

	(void)snprintf(why, sizeof(why), "%s leads to %s, which is not allowed",
		       t->elsewhere ? "a redirect" : "its host's name",
		       address_kind_text(t->forbidden));
	return client_finish(t, ERR_NET, CLIENT_FORBIDDEN, why);
}

/* Ask t->url. */
static int ask(struct transfer *t)
{
	struct op *op = t->batch->op;
	struct url own;

	t->error[0] = '\0';
	t->stop = STOP_NOT;
	t->has_range = t->looked = t->is_error = false;
	t->skip = t->header_bytes = 0;
	t->header_lines = 0;
	t->forbidden = ADDRESS_UNKNOWN;
	t->location = t->etag = t->modified = S("");
	t->res->answer = (struct client_answer){ 0 };
	MUST(url_parse(t->url, &t->at) && url_parse(t->req->url, &own));
	t->elsewhere = t->elsewhere || !url_same_origin(&own, &t->at);
	if (url_is_forbidden(t))
		return forbid(t);
	t->easy = curl.easy_init();
	if (!t->easy)
		return op_fail(op, ERR_MEMORY, "libcurl is out of memory");
	int rc = set_options(t);
	if (rc == 0 && curl.multi_add_handle(t->batch->client->multi, t->easy) != CURLM_OK)
		rc = op_fail(op, ERR_MEMORY, "libcurl is out of memory");
	if (rc < 0)
		return rc;
	t->batch->active++;
	return 0;
}

int client_http_start(struct transfer *t)
{
	int rc = need_curl(t->batch->op, t->batch->client);

	if (rc < 0)
		return rc;
	t->url = t->req->url;
	t->hops = 0;
	t->elsewhere = false;
	t->had = t->res->got;
	t->tries++;
	return ask(t);
}

/* --- what became of it ------------------------------------------------------------------------ */

static bool status_is_transient(long status)
{
	return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
}

static const struct {
	CURLcode code;
	enum client_trouble trouble;
	bool transient;
} codes[] = {
	{ CURLE_COULDNT_RESOLVE_PROXY, CLIENT_NO_HOST, true },
	{ CURLE_COULDNT_RESOLVE_HOST, CLIENT_NO_HOST, true },
	{ CURLE_COULDNT_CONNECT, CLIENT_NO_CONNECTION, true },
	{ CURLE_SSL_CONNECT_ERROR, CLIENT_NO_TLS, true },
	{ CURLE_PEER_FAILED_VERIFICATION, CLIENT_BAD_CERTIFICATE, false },
	{ CURLE_PARTIAL_FILE, CLIENT_OTHER, true },
	{ CURLE_OPERATION_TIMEDOUT, CLIENT_OTHER, true },
	{ CURLE_GOT_NOTHING, CLIENT_OTHER, true },
	{ CURLE_SEND_ERROR, CLIENT_OTHER, true },
	{ CURLE_RECV_ERROR, CLIENT_OTHER, true },
	{ CURLE_AGAIN, CLIENT_OTHER, true },
};

/* An error of libcurl's. */
static int broke_off(struct transfer *t, CURLcode code, bool connected)
{
	const char *why = t->error[0] ? t->error : curl.easy_strerror(code);
	enum client_trouble trouble = CLIENT_OTHER;
	bool transient = false;

	if (t->forbidden != ADDRESS_UNKNOWN)
		return forbid(t);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].code != code)
			continue;
		trouble = codes[i].trouble;
		transient = codes[i].transient;
	}
	/* OpenSSL's word for what answers in clear text: it will do so again. */
	if (code == CURLE_SSL_CONNECT_ERROR && strstr(why, "wrong version number"))
		transient = false;
	if (code == CURLE_OPERATION_TIMEDOUT && connected)
		t->slow++;
	else if (code == CURLE_OPERATION_TIMEDOUT)
		trouble = CLIENT_NO_CONNECTION;
	return client_fail_or_retry(t, transient, -1, trouble, why);
}

/* A status that is neither what was asked for nor a redirect; `wait_s` by Retry-After, or 0. */
static int refused(struct transfer *t, long status, curl_off_t wait_s)
{
	char why[128];
	int64_t wait_ms = wait_s == 0 ? -1
				      : (wait_s < 1            ? 1
					 : wait_s > WAIT_MAX_S ? WAIT_MAX_S
							       : wait_s) *
						1000;

	t->res->gone = status == 404 || status == 410;
	if (t->waited_ms + wait_ms > PATIENCE_MS) {
		(void)snprintf(why, sizeof(why),
			       "the server answers %ld, and not to ask again for %s%lld s", status,
			       wait_s > WAIT_MAX_S ? "more than " : "", (long long)wait_ms / 1000);
		return client_finish(t, ERR_NET, CLIENT_STATUS, why);
	}
	(void)snprintf(why, sizeof(why), "the server answers %ld", status);
	return client_fail_or_retry(t, status_is_transient(status), wait_ms, CLIENT_STATUS, why);
}

/* The transfer ended without an error of libcurl's and with the status that it should have. */
static int ended(struct transfer *t, long status)
{
	char why[96];

	if (t->req->method == CLIENT_HEAD)
		return client_complete(t);
	if (status == 200 && !t->looked && t->req->restart) { /* an empty one */
		int rc = t->res->got ? client_begin_anew(t) : 0;
		if (rc < 0)
			return rc;
		keep_validators(t);
	}
	if (t->skip || (status == 200 && !t->looked && t->res->got))
		return client_finish(t, ERR_NET, CLIENT_OTHER,
				     "it is smaller than what came of it before");
	if (t->req->size == CLIENT_SIZE_UNKNOWN || t->res->got == t->req->size)
		return client_complete(t);
	(void)snprintf(why, sizeof(why), "the answer ends after %llu of %llu bytes",
		       (unsigned long long)t->res->got, (unsigned long long)t->req->size);
	return client_fail_or_retry(t, true, -1, CLIENT_OTHER, why);
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int follow(struct transfer *t)
{
	bool tls = t->at.tls;
	struct url next;
	str to;
	int rc = url_resolve(t->batch->op, t->url, t->location, &to);

	if (rc < 0)
		return rc;
	if (t->req->method == CLIENT_POST)
		return client_finish(t, ERR_NET, CLIENT_FORBIDDEN, "the server redirects a POST");
	if (rc > 0 || !url_parse(to, &next))
		return client_finish(t, ERR_NET, CLIENT_FORBIDDEN,
				     "the server redirects to no http: or https: address");
	if (tls && !next.tls)
		return client_finish(t, ERR_NET, CLIENT_FORBIDDEN,
				     "the server redirects from https: to http:");
	if (t->hops++ >= REDIRECTS)
		return client_finish(t, ERR_NET, CLIENT_OTHER, "more than 5 redirects");
	t->url = to;
	return ask(t);
}

static int stopped(struct transfer *t, long status, curl_off_t wait_s)
{
	switch (t->stop) {
	case STOP_SINK:
		return t->batch->op->code;
	case STOP_SIZE:
		return client_finish(t, ERR_LIMIT, CLIENT_OTHER,
				     t->req->size <= t->req->max ? "it is larger than announced"
								 : "it is larger than allowed");
	case STOP_RANGE:
		return client_finish(t, ERR_NET, CLIENT_OTHER,
				     "the server sends another part than was asked for");
	case STOP_HEADER:
		return client_finish(t, ERR_LIMIT, CLIENT_OTHER,
				     "the headers of the answer are larger than allowed");
	default:
		return refused(t, status, wait_s);
	}
}

/* Which host would not be connected to, and why: libcurl tells the milliseconds instead. */
static void say_connect(struct transfer *t)
{
	long number = 0;

	(void)curl.easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
	if (number && !by_proxy(t))
		(void)snprintf(t->error, sizeof(t->error), "cannot connect to %.*s port %d: %s",
			       STR_ARG(str_head(t->at.host, 128)), t->at.port,
			       strerrordesc_np((int)number));
}

/* libcurl is done with this try. */
static int conclude(struct transfer *t, CURLcode code)
{
	long status = 0;
	curl_off_t wait_s = 0, connect = 0;

	(void)curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl.easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait_s);
	(void)curl.easy_getinfo(t->easy, CURLINFO_CONNECT_TIME_T, &connect);
	note_kind(t);
	if (code == CURLE_COULDNT_CONNECT)
		say_connect(t);
	t->res->status = (int)status;
	client_http_drop(t);
	t->batch->active--;
	t->res->answer.elsewhere = t->elsewhere;
	if (t->looked && t->is_error)
		t->res->answer.body = buf_view(&t->body);
	if (t->stop != STOP_NOT)
		return stopped(t, status, wait_s);
	if (code != CURLE_OK)
		return broke_off(t, code, connect > 0);
	if (is_redirect(status) && t->location.len)
		return follow(t);
	if (status == 304 && t->conditional) {
		t->res->same = true;
		return client_finish(t, 0, CLIENT_NO_TROUBLE, "");
	}
	if (status == 416 && t->res->got && t->req->restart && !t->again) {
		t->again = true; /* it has become shorter */
		return client_begin_anew(t);
	}
	if (status != 206 && !is_success(t, status))
		return refused(t, status, wait_s);
	return ended(t, status);
}

int client_http_turn(struct batch *b, int64_t wait_ms)
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
