/*
 * client: many requests at once, by http:, https: (libcurl) and file:.
 *
 * libcurl is loaded when the first http: address is fetched and not before: linking it costs ten
 * milliseconds of every start. Proxies come from the environment, as curl(1) reads them (but this
 * machine itself is asked through none), and so do SSL_CERT_FILE and SSL_CERT_DIR. Nothing is sent that the request does not say but a Range and the
 * program's name: no credentials, no cookies.
 *
 * Bounds: 8 transfers at once; 15 s to connect; 30 s below 1 KiB/s end a try, and two of those a
 * request; 4 tries, 3 seconds of waiting between them all told, or what Retry-After asks for up to
 * a minute; 256 KiB of headers. A try that breaks off is resumed by Range where it stopped.
 *
 * Redirects: 5, to http: and https: only and never from https: to http:. Another origin (scheme,
 * host, port) gets neither `authorization` nor `tls` of the request, nor does what it redirects back
 * to; and a POST is not redirected.
 *
 * Connections are kept open between batches: a client is for one party, since a connection that is
 * there is used without asking `guard` again.
 */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "address.h"
#include "base/op.h"

/* Append bytes to what is being fetched. A failure ends the whole batch. */
typedef int client_sink(struct op *op, void *to, str bytes);

/* Called before the first byte is asked for: how many bytes the sink has from an earlier run. */
typedef int client_begin(struct op *op, void *to, uint64_t *ret_have);

/*
 * Called once all bytes have arrived. 0: good. 1: they are not what they should be; forget them and
 * fetch again from the start (once a request; the second 1 fails it). A failure ends the batch.
 */
typedef int client_done(struct op *op, void *to);

/* Called once a request has failed for good: what begin() took may go. */
typedef void client_failed(void *to);

/* Forget what begin() told of and all that came since: the thing behind the address is another one. */
typedef int client_restart(struct op *op, void *to);

/* Bytes that have arrived in this batch, earlier runs' included; from the calling thread. */
typedef void client_progress(void *arg, uint64_t done);

#define CLIENT_SIZE_UNKNOWN UINT64_MAX

enum client_method { CLIENT_GET, CLIENT_HEAD, CLIENT_POST };

/* Which addresses may be connected to. With a proxy only what the URL says can be judged. */
enum client_guard {
	CLIENT_ANYWHERE,
	CLIENT_GUARD_REDIRECTS, /* to another host: public ones, and what is as near as the
				   request's own */
	CLIENT_GUARD,           /* public ones, and those of the kind `near` */
};

struct client_tls {
	str ca;        /* certificates to trust beside this machine's, PEM; may be empty */
	str cert, key; /* the client's, paths of PEM files; may be empty */
	bool any;      /* take whatever certificate there is */
};

struct client_request {
	str url;
	uint64_t max;  /* ceiling of the whole thing, bytes */
	uint64_t size; /* what it must have, or CLIENT_SIZE_UNKNOWN */
	client_sink *sink;
	client_begin *begin;   /* may be NULL */
	client_done *done;     /* may be NULL */
	client_failed *failed; /* may be NULL */
	void *to;              /* for the four */

	/* What follows may all be zero. */
	enum client_method method;
	const str *header; /* [header_n] "Name: value", sent to whatever origin it comes to */
	ptrdiff_t header_n;
	str authorization;            /* a value; for the URL's own origin alone */
	str body;                     /* of a POST */
	const struct client_tls *tls; /* for the URL's own origin alone */
	enum client_guard guard;
	enum address_kind near; /* for CLIENT_GUARD */
	uint32_t seconds;       /* that a try may take at most; 0: as long as bytes come */
	bool once;              /* a single try */
	bool answer;            /* fill result.answer */

	/*
	 * What may change while it keeps its address. Of what the caller has whole, the validators that
	 * came with it: if it is still the same, result.same and no byte (RFC 9110, 13.1). `restart` says
	 * that what begin() tells of is of `version` (an ETag or a date; empty: nobody knows), and that
	 * no two versions may be put together: a Range is asked for under If-Range, and what
	 * came before is given up when the server has another one.
	 */
	str etag, modified;
	client_restart *restart; /* NULL: an address has one content for ever */
	str version;
};

/* Headers of an answer that somebody asks for. */
enum client_header {
	CLIENT_CONTENT_TYPE,
	CLIENT_DOCKER_CONTENT_DIGEST,
	CLIENT_LINK,
	CLIENT_LOCATION,
	CLIENT_RETRY_AFTER,
	CLIENT_WWW_AUTHENTICATE,
	CLIENT_HEADERS
};

enum { CLIENT_HEADER_MAX = 16 << 10, CLIENT_BODY_MAX = 16 << 10 };

/* The last answer, whatever its status; in op. */
struct client_answer {
	str header[CLIENT_HEADERS]; /* at most CLIENT_HEADER_MAX bytes; several are joined by ", "
				     */
	str body;                   /* of a status from 300 on: its first CLIENT_BODY_MAX bytes */
	bool elsewhere;             /* another origin than the request's gave it */
};

/* What a caller might act on, or tell in words of its own. */
enum client_trouble {
	CLIENT_NO_TROUBLE,
	CLIENT_NO_HOST,         /* the name cannot be resolved */
	CLIENT_NO_CONNECTION,   /* refused, unreachable, or it takes too long */
	CLIENT_NO_TLS,          /* it speaks something else */
	CLIENT_BAD_CERTIFICATE, /* not trusted, expired, another host's */
	CLIENT_FORBIDDEN,       /* `guard` does not allow the address, or the rule for redirects */
	CLIENT_STATUS,          /* result.status */
	CLIENT_OTHER
};

struct client_result {
	int code;   /* 0, ERR_NET, ERR_LIMIT (too large), ERR_VERIFY (done() said 1), ERR_USAGE (the
		       address) */
	int status; /* HTTP's last, 0 if none came; a file: gives 200 or 404 */
	bool gone;  /* the server says that there is no such thing: 404, 410 */
	uint64_t got; /* bytes that the sink has */
	str error;    /* "cannot fetch http://...: ...", in op; empty if code is 0 */
	str why;      /* the same without the address */
	enum client_trouble trouble;
	enum address_kind kind; /* of what answered at the request's own origin */
	struct client_answer answer;
	bool same;          /* it is what `etag` and `modified` of the request tell of */
	str etag, modified; /* of what came, as the server wrote them; in op, or empty */
};

struct client; /* opaque: keeps connections open between batches */

/* Costs nothing until something is fetched. The client lives in op; close it before op goes. */
int client_open(struct op *op, struct client **ret) MUST_USE;
void client_close(struct client **c);
#define AUTO_CLIENT __attribute__((cleanup(client_close))) struct client

/*
 * client_fetch(op, c, req, n, progress, arg, res): fetch all n; res[i] tells what became of
 * req[i]. 0 even if some or all of them failed; negative if a callback or this machine did.
 */
int client_fetch(struct op *op, struct client *c, const struct client_request *req, ptrdiff_t n,
		 client_progress *progress, void *arg, struct client_result *res) MUST_USE;

/* One thing of at most max bytes into the arena of op. Its failure is recorded; gone is 1. */
int client_get(struct op *op, struct client *c, str url, size_t max, str *ret) MUST_USE;

/*
 * Is this an address that the client would ask? http:, https: with a host, or file: with an
 * absolute path; visible ASCII without quotes and brackets; at most URL_MAX bytes; no user name
 * or password. Else ERR_USAGE.
 */
int client_check_url(struct op *op, str url) MUST_USE;

#endif
