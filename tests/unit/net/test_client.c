#include <stdlib.h>
#include <string.h>

#include "net/client.h"
#include "sys/file.h"
#include "base/buf.h"
#include "unit/harness.h"
#include "unit/http_server.h"

enum { BIG = 300 * 1000 };

static int write_samples(struct op *op, int dir, str *ret_big)
{
	char *p = op_new(op, char, BIG);

	if (!p)
		return op->code;
	for (int i = 0; i < BIG; i++)
		p[i] = (char)(i * 31 + i / 977);
	*ret_big = (str){ p, BIG };
	TRY(file_replace(op, dir, S("big"), *ret_big, 0644));
	return file_replace(op, dir, S("a b"), S("twelve bytes"), 0644);
}

static int urls(struct op *op)
{
	static const struct {
		const char *url;
		bool good;
	} t[] = {
		{ "http://host/debian", true }, { "https://host:8080/x?y=z", true },
		{ "file:/srv/mirror", true }, { "file:///srv/mirror", true },
		{ "ftp://host/x", false }, { "http://", false }, { "http:///x", false },
		{ "http://user:secret@host/x", false }, { "http://host/a b", false },
		{ "http://host/\n", false }, { "http://host/<x>", false }, { "file:relative", false },
		{ "", false }, { "HTTP://host", false },
		{ "http://ho%73t/x", false }, { "http://host:0/x", false }, { "http://host:80:90/x", false },
		{ "http://[::1]:8080/x", true }, { "http://[::1/x", false }, { "http://host?x", true },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int rc = client_check_url(op, exact(str_of(t[i].url)));
		CHECK(t[i].good ? rc == 0 : rc == ERR_USAGE);
		CHECK(str_find_str(str_of(op->text), S("secret")) < 0);
		op_forgive(op);
	}
	return 0;
}

static int files(struct op *op)
{
	int dir;
	const char *path = test_dir(&dir);
	str big, url, got;
	AUTO_CLIENT *c = NULL;

	TRY(write_samples(op, dir, &big));
	TRY(client_open(op, &c));
	TRY(op_text(op, &url, "file://%s/a%%20b", path));
	TRY(client_get(op, c, url, 100, &got));
	CHECK_STR(got, S("twelve bytes"));
	TRY(op_text(op, &url, "file:%s/big", path));
	TRY(client_get(op, c, url, BIG, &got));
	CHECK(str_eq(got, big));
	CHECK_FAILS(op, client_get(op, c, url, BIG - 1, &got), ERR_LIMIT, "larger");
	TRY(op_text(op, &url, "file://%s/none", path));
	int rc = client_get(op, c, url, 100, &got);
	TRY(rc);
	CHECK(rc == 1);
	TRY(op_text(op, &url, "file://%s", path));
	CHECK_FAILS(op, client_get(op, c, url, 100, &got), ERR_NET, "no regular file");
	CHECK_FAILS(op, client_get(op, c, S("gopher://x/"), 100, &got), ERR_USAGE, "gopher");
	return 0;
}

/* One row: what is asked for, and what must become of it. */
struct row {
	const char *mode, *file;
	uint64_t have, max, size;
	int code;
	int status;
	const char *says;
	bool gone;
};

struct sink {
	struct buf b;
	uint64_t have;
	int done, again;
};

static int sink_add(struct op *op, void *to, str bytes)
{
	struct sink *s = to;

	buf_add(&s->b, bytes);
	return s->b.bad ? op->code : 0;
}

static int sink_begin(struct op *op, void *to, uint64_t *ret)
{
	(void)op;
	*ret = ((struct sink *)to)->have;
	return 0;
}

static int sink_done(struct op *op, void *to)
{
	struct sink *s = to;

	(void)op;
	if (s->done++ < s->again) {
		s->b.len = 0;
		return 1;
	}
	return 0;
}

static const struct row rows[] = {
	{ "ok", "big", 0, BIG, BIG, 0, 200, "", false },
	{ "ok", "big", 0, BIG, CLIENT_SIZE_UNKNOWN, 0, 200, "", false },
	{ "ok", "big", 1234, BIG, BIG, 0, 206, "", false },
	{ "ok", "big", BIG, BIG, BIG, 0, 0, "", false },
	{ "norange", "big", 1234, BIG, BIG, 0, 200, "", false },
	{ "flaky", "big", 0, BIG, BIG, 0, 200, "", false },
	{ "moved", "big", 100, BIG, BIG, 0, 206, "", false },
	{ "cut", "small", 0, BIG, 3500, 0, 206, "", false },
	{ "cut", "big", 0, BIG, BIG, ERR_NET, 206, "", false },
	{ "ok", "none", 0, BIG, BIG, ERR_NET, 404, "404", true },
	{ "ok", "big", BIG + 7, BIG * 2, BIG * 2, ERR_NET, 416, "416", false },
	{ "ok", "big", 0, BIG - 1, CLIENT_SIZE_UNKNOWN, ERR_LIMIT, 200, "larger than allowed", false },
	{ "ok", "big", 0, BIG, BIG - 1, ERR_LIMIT, 200, "larger than announced", false },
	{ "endless", "x", 0, BIG, CLIENT_SIZE_UNKNOWN, ERR_LIMIT, 200, "larger", false },
	{ "short", "x", 0, 100, 20, ERR_NET, 200, "", false },
	{ "wrong", "big", 500, BIG, BIG, ERR_NET, 206, "another part", false },
	{ "loop", "x", 0, 100, 20, ERR_NET, 302, "redirect", false },
	{ "leave", "etc/passwd", 0, 10000, CLIENT_SIZE_UNKNOWN, ERR_NET, 302, "", false },
	{ "garbage", "x", 0, 100, 20, ERR_NET, 0, "", false },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static int over_http(struct op *op)
{
	struct client_request req[ROWS];
	struct client_result res[ROWS];
	struct sink sink[ROWS];
	struct http_server server;
	int dir;
	str big;
	AUTO_CLIENT *c = NULL;

	(void)test_dir(&dir);
	TRY(write_samples(op, dir, &big));
	TRY(file_replace(op, dir, S("small"), str_head(big, 3500), 0644));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	for (int i = 0; i < ROWS; i++) {
		sink[i] = (struct sink){ .have = rows[i].have, .again = i == 0 };
		buf_init(&sink[i].b, op, 1 << 20);
		buf_add(&sink[i].b, str_head(big, (ptrdiff_t)rows[i].have));
		req[i] = (struct client_request){ .max = rows[i].max, .size = rows[i].size, .sink = sink_add,
						  .begin = sink_begin, .done = sink_done, .to = &sink[i] };
		TRY(op_text(op, &req[i].url, "http://127.0.0.1:%d/%s/%s", server.port, rows[i].mode,
			    rows[i].file));
	}
	TRY(client_open(op, &c));
	TRY(client_fetch(op, c, req, ROWS, NULL, NULL, res));
	for (int i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		bool ok = res[i].code == r->code && res[i].gone == r->gone &&
			  (res[i].status == r->status) && str_find_str(res[i].error, str_of(r->says)) >= 0;
		if (!ok)
			printf("/%s/%s: %d %d %.*s\n", r->mode, r->file, res[i].code, res[i].status,
			       STR_ARG(res[i].error));
		CHECK(ok);
		CHECK(r->code != 0 || str_eq(buf_view(&sink[i].b), str_head(big, (ptrdiff_t)sink[i].b.len)));
		CHECK(r->code != 0 || sink[i].b.len == res[i].got);
	}
	CHECK(sink[0].done == 2);
	http_server_stop(&server);
	return 0;
}

static int sink_fails(struct op *op, void *to, str bytes)
{
	(void)to;
	(void)bytes;
	return op_fail(op, ERR_IO, "the disk is full");
}

static int dead_ends(struct op *op)
{
	struct http_server server;
	int dir;
	str big, url, got;
	AUTO_CLIENT *c = NULL;
	struct client_result res;

	(void)test_dir(&dir);
	TRY(write_samples(op, dir, &big));
	TRY(client_open(op, &c));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	TRY(op_text(op, &url, "http://127.0.0.1:%d/ok/big", server.port));
	struct client_request req = { .url = url, .max = BIG, .size = BIG, .sink = sink_fails };
	CHECK_FAILS(op, client_fetch(op, c, &req, 1, NULL, NULL, &res), ERR_IO, "disk is full");
	TRY(client_get(op, c, url, BIG, &got));
	CHECK(str_eq(got, big));
	http_server_stop(&server);
	CHECK_FAILS(op, client_get(op, c, url, BIG, &got), ERR_NET, "cannot fetch http://127.0.0.1");
	return 0;
}

static int add(struct op *op, void *to, str bytes)
{
	buf_add(to, bytes);
	return op->code;
}

/* One request, with all that it may say; into *ret what came. */
static int ask(struct op *op, struct client *c, const struct http_server *server, const char *path,
	       struct client_request *req, str *ret, struct client_result *res)
{
	static const str header[] = { S_INIT("Accept: a/b"), S_INIT("X-Test: 1") };
	struct buf b;

	buf_init(&b, op, 1 << 20);
	TRY(op_text(op, &req->url, "http://127.0.0.1:%d/%s", server->port, path));
	req->max = 1 << 20;
	req->size = CLIENT_SIZE_UNKNOWN;
	req->sink = add;
	req->to = &b;
	req->header = header;
	req->header_n = 2;
	req->authorization = S("Basic c2VjcmV0");
	req->answer = true;
	TRY(client_fetch(op, c, req, 1, NULL, NULL, res));
	return buf_take(&b, ret);
}

static bool holds(str text, const char *what)
{
	return str_find_str(text, str_of(what)) >= 0;
}

static int exchanges(struct op *op)
{
	struct http_server server;
	struct client_request get = { 0 }, head = { .method = CLIENT_HEAD },
			      post = { .method = CLIENT_POST, .body = S("a=b&c") }, once = { .once = true };
	struct client_result res;
	int dir;
	str got;
	AUTO_CLIENT *c = NULL;

	(void)test_dir(&dir);
	TRY(client_open(op, &c));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	TRY(ask(op, c, &server, "echo/x", &get, &got, &res));
	CHECK(holds(got, "GET /echo/x HTTP/1.1") && holds(got, "Accept: a/b\r\nX-Test: 1\r\n"));
	CHECK(holds(got, "Authorization: Basic c2VjcmV0") && res.kind == ADDRESS_LOOPBACK);
	CHECK_STR(res.answer.header[CLIENT_CONTENT_TYPE], S("text/plain"));
	TRY(ask(op, c, &server, "away/x", &get, &got, &res));
	CHECK(holds(got, "GET /echo/x") && holds(got, "Accept: a/b") && !holds(got, "c2VjcmV0"));
	CHECK(res.answer.elsewhere && res.status == 200 && res.kind == ADDRESS_LOOPBACK);
	TRY(ask(op, c, &server, "back/x", &get, &got, &res));
	CHECK(holds(got, "GET /echo/x") && !holds(got, "c2VjcmV0") && res.answer.elsewhere);
	TRY(ask(op, c, &server, "deny/x", &get, &got, &res));
	CHECK(res.status == 401 && res.code == ERR_NET && res.trouble == CLIENT_STATUS && got.len == 0);
	CHECK_STR(res.answer.header[CLIENT_WWW_AUTHENTICATE], S("Basic realm=\"a\", Bearer realm=b"));
	CHECK_STR(res.answer.header[CLIENT_DOCKER_CONTENT_DIGEST], S("sha256:x"));
	CHECK_STR(res.answer.body, S("say!"));
	CHECK_STR(res.why, S("the server answers 401"));
	TRY(ask(op, c, &server, "echo/x", &head, &got, &res));
	CHECK(res.code == 0 && res.status == 200 && got.len == 0 && strncmp(server.request, "HEAD ", 5) == 0);
	TRY(ask(op, c, &server, "done/x", &post, &got, &res));
	CHECK(res.code == 0 && res.status == 201 && strncmp(server.request, "POST ", 5) == 0);
	CHECK_STR(got, S("ok\n"));
	TRY(ask(op, c, &server, "done/x", &get, &got, &res));
	CHECK(res.code == ERR_NET && res.status == 201);
	TRY(ask(op, c, &server, "away/x", &post, &got, &res));
	CHECK(res.code == ERR_NET && holds(res.why, "redirects a POST"));
	int asked = server.asked;
	TRY(ask(op, c, &server, "flaky/x", &once, &got, &res));
	CHECK(res.code == ERR_NET && res.status == 503 && server.asked == asked + 1);
	TRY(ask(op, c, &server, "heads/x", &get, &got, &res));
	CHECK(res.code == ERR_LIMIT && holds(res.why, "headers"));
	http_server_stop(&server);
	return 0;
}

static int patience(struct op *op)
{
	static const struct {
		const char *path;
		int later; /* requests that had it before */
		int code;
		const char *says;
	} t[] = {
		{ "later/1", 0, 0, "" },
		{ "later/-5", 0, 0, "" },
		{ "later/315360000", 0, ERR_NET, "not to ask again for more than 900 s" },
		{ "later/99999999999999999999999", 0, 0, "" },
		{ "later/120", 0, ERR_NET, "not to ask again for 120 s" },
		{ "later/Fri,%2031%20Dec%202100", 0, 0, "" },
	};
	struct http_server server;
	struct client_result res;
	int dir;
	str got;
	AUTO_CLIENT *c = NULL;

	(void)test_dir(&dir);
	TRY(client_open(op, &c));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct client_request get = { 0 };
		server.later = t[i].later;
		TRY(ask(op, c, &server, t[i].path, &get, &got, &res));
		CHECK(res.code == t[i].code && holds(res.why, t[i].says));
		CHECK(res.status == (t[i].code ? 429 : 200));
	}
	http_server_stop(&server);
	return 0;
}

static int guards(struct op *op)
{
	struct http_server server;
	struct client_request from_public = { .guard = CLIENT_GUARD, .near = ADDRESS_PUBLIC },
			      from_here = { .guard = CLIENT_GUARD, .near = ADDRESS_LOOPBACK },
			      redirects = { .guard = CLIENT_GUARD_REDIRECTS };
	struct client_result res;
	int dir;
	str got;
	AUTO_CLIENT *c = NULL;

	(void)test_dir(&dir);
	TRY(client_open(op, &c));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	TRY(ask(op, c, &server, "echo/x", &from_public, &got, &res));
	CHECK(res.code == ERR_NET && res.trouble == CLIENT_FORBIDDEN && server.asked == 0);
	CHECK(holds(res.why, "a loopback address, which is not allowed"));
	TRY(ask(op, c, &server, "echo/x", &from_here, &got, &res));
	CHECK(res.code == 0);
	TRY(ask(op, c, &server, "away/x", &redirects, &got, &res));
	CHECK(res.code == 0 && holds(got, "GET /echo/x"));
	http_server_stop(&server);
	return 0;
}

/* What a proxy is asked for: everything but this machine itself. */
static int proxies(struct op *op)
{
	struct http_server server;
	struct client_request get = { 0 };
	struct client_result res;
	int dir;
	str got, proxy;
	AUTO_CLIENT *c = NULL;

	(void)test_dir(&dir);
	TRY(client_open(op, &c));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	TRY(op_text(op, &proxy, "http://127.0.0.1:%d", server.port));
	setenv("http_proxy", proxy.p, 1);
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	int rc = client_get(op, c, S("http://host.invalid/x"), 1000, &got);
	CHECK(strncmp(server.request, "GET http://host.invalid/x ", 26) == 0);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	if (rc >= 0)
		rc = ask(op, c, &server, "echo/x", &get, &got, &res);
	unsetenv("http_proxy");
	http_server_stop(&server);
	TRY(rc);
	CHECK(res.code == 0 && holds(got, "GET /echo/x "));
	return 0;
}

static int sink_anew(struct op *op, void *to)
{
	struct sink *s = to;

	(void)op;
	s->b.len = 0;
	s->again++;
	return 0;
}

/* What changes behind its address: never two versions in one, and nothing twice. */
static int versions(struct op *op)
{
	static const struct {
		const char *mode, *etag, *version;
		int have; /* of the right bytes; negative: of wrong ones */
		int code, status, anew;
		bool same;
	} t[] = {
		{ "tag", "", "", 0, 0, 200, 0, false },
		{ "tag", "\"v1\"", "", 0, 0, 304, 0, true },
		{ "tag", "\"v0\"", "", 0, 0, 200, 0, false },
		{ "tag", "", "\"v1\"", 1000, 0, 206, 0, false },
		{ "tag", "", "\"v0\"", -1000, 0, 200, 1, false },
		{ "tag", "", "", -1000, 0, 200, 1, false },
		{ "tag", "", "\"v1\"", 3500, 0, 200, 1, false },
		{ "tag", "", "\"v1\"", -4000, 0, 200, 1, false },
		{ "tagcut", "", "", 0, 0, 206, 0, false },
		{ "tagcut", "", "\"v0\"", -700, 0, 206, 1, false },
		{ "tagnew", "", "", 0, ERR_NET, 200, 3, false },
	};
	enum { N = sizeof(t) / sizeof(t[0]) };
	struct client_request req[N];
	struct client_result res[N];
	struct sink sink[N];
	struct http_server server;
	int dir;
	str big;
	AUTO_CLIENT *c = NULL;

	(void)test_dir(&dir);
	TRY(write_samples(op, dir, &big));
	str whole = str_head(big, 3500);
	TRY(file_replace(op, dir, S("small"), whole, 0644));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	for (int i = 0; i < N; i++) {
		int have = abs(t[i].have);
		sink[i] = (struct sink){ .have = (uint64_t)have };
		buf_init(&sink[i].b, op, 1 << 20);
		if (t[i].have < 0)
			buf_repeat(&sink[i].b, '?', have);
		else
			buf_add(&sink[i].b, str_head(whole, have));
		req[i] = (struct client_request){ .max = BIG, .size = CLIENT_SIZE_UNKNOWN,
						  .sink = sink_add, .begin = sink_begin,
						  .restart = sink_anew, .to = &sink[i],
						  .etag = str_of(t[i].etag),
						  .version = str_of(t[i].version) };
		TRY(op_text(op, &req[i].url, "http://127.0.0.1:%d/%s/small", server.port, t[i].mode));
	}
	TRY(client_open(op, &c));
	TRY(client_fetch(op, c, req, N, NULL, NULL, res));
	for (int i = 0; i < N; i++) {
		bool ok = res[i].code == t[i].code && res[i].status == t[i].status &&
			  res[i].same == t[i].same && sink[i].again == t[i].anew;
		if (!ok)
			printf("%d %s: %d %d %d %.*s\n", i, t[i].mode, res[i].code, res[i].status,
			       sink[i].again, STR_ARG(res[i].error));
		CHECK(ok);
		if (t[i].code || t[i].same)
			continue;
		CHECK(str_eq(buf_view(&sink[i].b), whole));
		CHECK_STR(res[i].etag, S("\"v1\""));
		CHECK_STR(res[i].modified, S("Mon, 20 Oct 2025 10:00:00 GMT"));
	}
	http_server_stop(&server);
	return 0;
}

TESTS({ "versions", versions, .once = true }, { "addresses", urls }, { "files", files }, { "over http", over_http, .once = true },
      { "dead ends", dead_ends, .once = true }, { "exchanges", exchanges, .once = true },
      { "patience", patience, .once = true }, { "guards", guards, .once = true },
      { "proxies", proxies, .once = true })
