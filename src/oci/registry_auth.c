/*
 * A 401 says what the registry wants (net/challenge.h). For Basic that is the user's password; for
 * Bearer a token, which the server behind the challenge's realm gives for the service and scope:
 *
 *	GET  REALM?service=SERVICE&scope=repository:NAME:pull     with Basic, or anonymous
 *	POST REALM  grant_type=refresh_token&refresh_token=...    with an identity token
 *
 * The scope is always of our own making: a registry that asks for more does not get it.
 */
#include <stdio.h>

#include "base/buf.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "net/challenge.h"
#include "net/url.h"
#include "sys/clock.h"

#include "registry_impl.h"

enum {
	TOKEN_MAX = 64 << 10, /* bytes of a token server's answer */
	TOKEN_S = 60,         /* that it may take, and how long a token holds that does not say */
	TOKEN_LONGEST_S = 86400,
	TOKEN_EARLY_MS = 5000, /* before its end a token is replaced */
};

/* What goes into a header: visible ASCII. */
static bool is_plain(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.len > 0;
}

static int basic(struct op *op, const struct credentials *c, str *ret)
{
	str pair, code;
	int rc = op_text(op, &pair, "%.*s:%.*s", STR_ARG(c->user), STR_ARG(c->password));

	if (rc < 0 || (rc = base64_write(op, pair, &code)) < 0)
		return rc;
	return op_text(op, ret, "Basic %.*s", STR_ARG(code));
}

/* Keep an authorization for as long as the session. */
static int hold(struct op *op, struct registry *r, str value, int64_t until_ms)
{
	if (op_copy(&r->own, value, &r->authorization) < 0)
		return op_adopt_error(op, &r->own);
	r->until_ms = until_ms;
	return 0;
}

static bool names_host(const struct registry *r, const struct url *u)
{
	struct url own;
	str text;
	AUTO_OP op;

	op_init(&op, 0);
	return registry_url(&op, r, S(""), &text) == 0 && url_parse(text, &own) &&
	       url_same_host(&own, u);
}

static bool is_listed(const struct registry *r, const struct url *u)
{
	for (ptrdiff_t i = 0; r->options && i < r->options->insecure.n; i++) {
		str item = r->options->insecure.p[i];
		if (str_eq(item, u->host) ||
		    (str_starts(item, u->host) && item.p[u->host.len] == ':'))
			return true;
	}
	return false;
}

/* Whether a token server may be asked, and what addresses it may have. */
static int check_realm(struct op *op, const struct registry *r, struct client_request *req)
{
	struct url u;

	if (!url_parse(r->realm, &u))
		return op_fail(op, ERR_NET, "%.*s: its token server has no http: or https: address",
			       STR_ARG(r->shown));
	if (!u.tls && !r->plain)
		return op_fail(op, ERR_NET,
			       "%.*s: its token server is asked by plain http:, which is not safe",
			       STR_ARG(r->shown));
	if (names_host(r, &u)) {
		req->tls = &r->tls;
		req->guard = CLIENT_GUARD_REDIRECTS;
	} else if (!is_listed(r, &u)) {
		req->guard = CLIENT_GUARD;
		req->near = r->kind;
	}
	return 0;
}

static void parameter(struct buf *b, const char *name, str value)
{
	if (value.len == 0)
		return;
	buf_fmt(b, "%s%s=", b->len && b->p[b->len - 1] != '?' && b->p[b->len - 1] != '&' ? "&" : "",
		name);
	url_escape(b, value);
}

static int sink(struct op *op, void *to, str bytes)
{
	struct buf *b = to;

	buf_add(b, bytes);
	return b->bad ? op->code : 0;
}

/* A GET of the realm, or a POST with an identity token. */
static int token_request(struct op *op, struct registry *r, struct client_request *req)
{
	const struct credentials *c = &r->credentials;
	bool refresh = r->found && c->identity.len;
	struct buf url, form;
	str scope;
	int rc = op_text(op, &scope, "repository:%.*s:pull", STR_ARG(r->ref.path));

	if (rc < 0 || (rc = check_realm(op, r, req)) < 0)
		return rc;
	buf_init(&url, op, URL_MAX);
	buf_init(&form, op, TOKEN_MAX);
	buf_add(&url, r->realm);
	struct buf *to = refresh ? &form : &url;
	if (refresh) {
		req->method = CLIENT_POST;
		parameter(to, "grant_type", S("refresh_token"));
		parameter(to, "refresh_token", c->identity);
		parameter(to, "client_id", S("temper"));
	} else {
		buf_char(to, str_find(r->realm, '?') < 0 ? '?' : '&');
		if (r->found)
			parameter(to, "account", c->user);
	}
	parameter(to, "service", r->service);
	parameter(to, "scope", scope);
	if (!refresh && r->found && (rc = basic(op, c, &req->authorization)) < 0)
		return rc;
	if ((rc = buf_take(&url, &req->url)) < 0)
		return rc;
	return buf_take(&form, &req->body);
}

static int bad_token(struct op *op, const struct registry *r, const char *why)
{
	op_forgive(op); /* a parser's message quotes what it reads */
	return op_fail(op, ERR_NET, "%.*s: the answer of its token server %s", STR_ARG(r->shown),
		       why);
}

static int take_token(struct op *op, struct registry *r, str text)
{
	struct doc doc;
	str token = { 0 };
	uint64_t seconds = TOKEN_S;
	int rc = json_parse_lax(op, S("token"), text, &doc);

	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0 || doc.root.kind != NODE_MAP)
		return bad_token(op, r, "is no JSON object");
	if (!node_text(node_get(&doc.root, S("token")), &token) || token.len == 0)
		(void)node_text(node_get(&doc.root, S("access_token")), &token);
	if (!is_plain(token))
		return bad_token(op, r, "holds no token");
	(void)node_u64(node_get(&doc.root, S("expires_in")), &seconds);
	if (seconds < TOKEN_S || seconds > TOKEN_LONGEST_S)
		seconds = seconds < TOKEN_S ? TOKEN_S : TOKEN_LONGEST_S;
	if ((rc = op_text(op, &token, "Bearer %.*s", STR_ARG(token))) < 0)
		return rc;
	return hold(op, r, token, clock_monotonic_ms() + (int64_t)seconds * 1000 - TOKEN_EARLY_MS);
}

int registry_why(struct op *op, const struct registry *r, str *ret)
{
	*ret = S("");
	if (!r->looked)
		return 0;
	if (r->found)
		return op_text(op, ret, "the credentials for %.*s of %.*s are not accepted",
			       STR_ARG(r->ref.host), STR_ARG(r->credentials.from));
	/* A registry with tokens gives one to anybody, and then hides what is not for everybody. */
	return op_text(op, ret, "%sno credentials for %.*s in %.*s",
		       r->authorization.len ? "there is no such image, or it is private; " : "",
		       STR_ARG(r->ref.host), STR_ARG(r->credentials.from));
}

/* Ask the token server. 1: it refuses. */
static int fetch_token(struct op *op, struct registry *r, str *ret_why)
{
	struct buf answer;
	struct url u;
	struct client_result res;
	struct client_request req = { .max = TOKEN_MAX,
				      .size = CLIENT_SIZE_UNKNOWN,
				      .sink = sink,
				      .to = &answer,
				      .seconds = TOKEN_S };
	str text;
	int rc = token_request(op, r, &req);

	if (rc < 0)
		return rc;
	buf_init(&answer, op, TOKEN_MAX);
	if ((rc = client_fetch(op, r->client, &req, 1, NULL, NULL, &res)) < 0)
		return rc;
	if (res.code && (res.status == 400 || res.status == 401 || res.status == 403)) {
		rc = registry_why(op, r, ret_why);
		return rc < 0 ? rc : 1;
	}
	if (res.code) {
		MUST(res.code == ERR_USAGE || url_parse(req.url, &u));
		str host = res.code == ERR_USAGE ? S("") : u.host;
		return op_fail(op, ERR_NET, "%.*s: its token server %.*s: %.*s", STR_ARG(r->shown),
			       STR_ARG(host), STR_ARG(res.why));
	}
	if ((rc = buf_take(&answer, &text)) < 0)
		return rc;
	return take_token(op, r, text);
}

/* Once a session, when first asked for them. */
static int need_credentials(struct op *op, struct registry *r)
{
	if (r->looked)
		return 0;
	int rc = credentials_find(&r->own, &r->ref, &r->credentials);
	if (rc < 0)
		return op_adopt_error(op, &r->own);
	r->looked = true;
	r->found = rc == 0;
	return 0;
}

int registry_renew(struct op *op, struct registry *r)
{
	str why;

	if (!r->until_ms || clock_monotonic_ms() < r->until_ms)
		return 0;
	r->authorization = S("");
	r->until_ms = 0;
	int rc = fetch_token(op, r, &why);
	return rc < 0 ? rc : 0; /* refused: the registry's own 401 tells */
}

static int keep_challenge(struct op *op, struct registry *r, const struct challenge *c)
{
	if (op_copy(&r->own, c->realm, &r->realm) < 0 ||
	    op_copy(&r->own, c->service, &r->service) < 0)
		return op_adopt_error(op, &r->own);
	return 0;
}

int registry_log_in(struct op *op, struct registry *r, const struct client_answer *answer,
		    str *ret_why)
{
	struct challenge c = { 0 };
	str value;
	int rc = challenge_parse(op, answer->header[CLIENT_WWW_AUTHENTICATE], &c);

	if (rc == ERR_FORMAT) {
		op_forgive(op); /* it quotes what the registry says, which could be anything */
		return op_fail(op, rc, "%.*s: its WWW-Authenticate field cannot be read",
			       STR_ARG(r->shown));
	}
	if (rc < 0 || (rc = need_credentials(op, r)) < 0)
		return rc;
	if (!c.basic && !c.bearer) {
		*ret_why = S("it does not say how to log in");
		return 1;
	}
	if (r->found && r->credentials.bearer.len && is_plain(r->credentials.bearer)) {
		rc = op_text(op, &value, "Bearer %.*s", STR_ARG(r->credentials.bearer));
		return rc < 0 ? rc : hold(op, r, value, 0);
	}
	if (c.bearer) {
		rc = keep_challenge(op, r, &c);
		return rc < 0 ? rc : fetch_token(op, r, ret_why);
	}
	if (!r->found || r->credentials.user.len == 0) {
		rc = registry_why(op, r, ret_why);
		return rc < 0 ? rc : 1;
	}
	rc = basic(op, &r->credentials, &value);
	return rc < 0 ? rc : hold(op, r, value, 0);
}
