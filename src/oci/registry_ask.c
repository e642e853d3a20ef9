/*
 * Which scheme: https: to everybody. A host that the options name is asked by http: where it does
 * not speak TLS; one that is this machine is asked by http: first, since most that listen there
 * have nothing else, and by https: where that is not understood. No credentials are sent before the
 * registry asks for them.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "net/url.h"

#include "registry_impl.h"

enum {
	ROUNDS = 6,       /* of one exchange: both schemes, a login, a token that has run out */
	DOCUMENT_S = 300, /* that a document may take */
};

int registry_url(struct op *op, const struct registry *r, str path, str *ret)
{
	return op_text(op, ret, "%s://%.*s/v2/%.*s/%.*s", r->plain ? "http" : "https",
		       STR_ARG(r->api), STR_ARG(r->ref.path), STR_ARG(path));
}

void registry_request(const struct registry *r, str url, struct client_request *ret)
{
	ret->url = url;
	ret->authorization = r->authorization;
	ret->tls = &r->tls;
	ret->guard = CLIENT_GUARD_REDIRECTS;
	ret->answer = true;
}

/* Statuses in words: what a server itself says could be anything, our own secrets too. */
static const char *status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {
		{ 400, "bad request" },       { 401, "unauthorized" },
		{ 403, "forbidden" },         { 404, "not found" },
		{ 405, "not allowed" },       { 410, "gone" },
		{ 416, "no such range" },     { 429, "too many requests" },
		{ 500, "internal error" },    { 501, "not implemented" },
		{ 502, "bad gateway" },       { 503, "not available now" },
		{ 504, "gateway timed out" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].text;
	return "unexpected";
}

int registry_refused(struct op *op, const struct registry *r, const struct client_result *res,
		     str why)
{
	const char *then = why.len ? "; " : "";

	if (res->code == ERR_USAGE)
		return op_fail(op, ERR_USAGE, "%.*s", STR_ARG(res->error));
	if (res->trouble == CLIENT_NO_TLS && !r->plain)
		return op_fail(op, res->code,
			       "%.*s: no TLS with %.*s (%.*s); plain HTTP must be allowed for it",
			       STR_ARG(r->shown), STR_ARG(r->api), STR_ARG(res->why));
	if (res->trouble != CLIENT_STATUS)
		return op_fail(op, res->code, "%.*s: %.*s%s%.*s", STR_ARG(r->shown),
			       STR_ARG(res->why), then, STR_ARG(why));
	str wait = str_from(res->why, str_find_str(res->why, S(", and not to ask again")));
	bool waits = str_find_str(res->why, S(", and not to ask again")) >= 0;
	return op_fail(op, res->code, "%.*s: %d %s%.*s%s%.*s", STR_ARG(r->shown), res->status,
		       status_text(res->status), STR_ARG(waits ? wait : S("")), then, STR_ARG(why));
}

/* Whether what came says that the other scheme should be tried, and that it may be. */
static bool other_scheme(const struct registry *r, const struct client_result *res)
{
	if (r->settled || !(r->loopback || r->insecure))
		return false;
	if (res->trouble == CLIENT_STATUS)
		return r->plain && res->status == 400;
	return res->trouble != CLIENT_BAD_CERTIFICATE && res->trouble != CLIENT_FORBIDDEN &&
	       res->trouble != CLIENT_NO_HOST && res->code == ERR_NET;
}

static int sink(struct op *op, void *to, str bytes)
{
	struct buf *b = to;

	buf_add(b, bytes);
	return b->bad ? op->code : 0;
}

static int once(struct op *op, struct registry *r, str path, const struct registry_wish *wish,
		struct registry_answer *ret)
{
	struct buf bytes;
	struct client_request req = { .max = wish->max,
				      .size = wish->size,
				      .sink = sink,
				      .to = &bytes,
				      .seconds = DOCUMENT_S };
	str url;
	int rc = registry_renew(op, r);

	if (rc < 0 || (rc = registry_tls(op, r)) < 0 || (rc = registry_url(op, r, path, &url)) < 0)
		return rc;
	buf_init(&bytes, op, wish->max);
	registry_request(r, url, &req);
	req.method = wish->head ? CLIENT_HEAD : CLIENT_GET;
	req.header = &wish->accept;
	req.header_n = wish->accept.len ? 1 : 0;
	req.once = !r->settled && (r->loopback || r->insecure);
	if ((rc = client_fetch(op, r->client, &req, 1, NULL, NULL, &ret->result)) < 0)
		return rc;
	return buf_take(&bytes, &ret->bytes);
}

/* Refused, and where it is for want of credentials, of which. */
static int denied(struct op *op, const struct registry *r, const struct client_result *res, str why)
{
	bool ours = (res->status == 401 || res->status == 403) && !res->answer.elsewhere;
	int rc = ours && why.len == 0 ? registry_why(op, r, &why) : 0;

	return rc < 0 ? rc : registry_refused(op, r, res, why);
}

int registry_exchange(struct op *op, struct registry *r, str path, const struct registry_wish *wish,
		      struct registry_answer *ret)
{
	struct client_result first = { 0 };
	int logins = 0, schemes = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct client_result *res = &ret->result;
		bool probing = !r->settled && (r->loopback || r->insecure);
		str why = { 0 };
		int rc = once(op, r, path, wish, ret);
		if (rc < 0)
			return rc;
		if (schemes == 0 && other_scheme(r, res)) {
			schemes++;
			first = *res;
			r->plain = !r->plain;
			continue;
		}
		if (!r->settled && (res->code == 0 || res->status)) {
			r->settled = true;
			r->kind = res->kind;
		} else if (first.code && !res->status && res->trouble != CLIENT_BAD_CERTIFICATE) {
			return registry_refused(op, r, &first, S(""));
		}
		if (res->code == 0)
			return 0;
		if (res->gone)
			return 1;
		if (probing && res->trouble == CLIENT_STATUS && res->status != 401)
			continue; /* now with patience */
		bool again = res->status == 401 && !res->answer.elsewhere && logins++ == 0;
		rc = again ? registry_log_in(op, r, &res->answer, &why) : 1;
		if (rc == 1)
			return denied(op, r, res, why);
		if (rc < 0)
			return rc;
	}
	return registry_refused(op, r, &ret->result, S(""));
}
