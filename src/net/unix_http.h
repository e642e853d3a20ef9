/*
 * unix_http: one HTTP/1.1 request over a Unix socket: what the daemons of Docker and Podman want. A
 * body goes out in chunks as it is made, and an answer comes in as it is sent. Source: RFC 9112.
 */
#ifndef NET_UNIX_HTTP_H
#define NET_UNIX_HTTP_H

#include "base/op.h"

struct unix_http; /* a request under way */

/* Send a piece of the body; of any size, also none. */
int unix_http_send(struct op *op, struct unix_http *h, str bytes) MUST_USE;

/* Writes the whole body by unix_http_send(). */
typedef int unix_http_body(struct op *op, void *arg, struct unix_http *h);

/* Takes a piece of the answer's body; op takes nothing that lasts. */
typedef int unix_http_sink(struct op *op, void *to, str bytes);

struct unix_http_request {
	const char *method;   /* "POST" */
	str target;           /* of our own making, like type: not escaped */
	str type;             /* of the body */
	unix_http_body *body; /* NULL: none */
	void *arg;
	unix_http_sink *sink; /* for the body of an answer with status 200; NULL: it is kept */
	void *to;
};

struct unix_http_answer {
	int status;
	str body; /* where it is kept: at most UNIX_HTTP_BODY bytes, more is ERR_LIMIT */
};
enum {
	UNIX_HTTP_BODY = 4 << 20,
	UNIX_HTTP_HEAD = 64 << 10,
	UNIX_HTTP_WAIT = 600, /* seconds without a byte moving, either way */
};

/*
 * unix_http(op, path, request, ret): ask the server behind the socket. 1 if nobody listens there;
 * ERR_NET for a broken exchange, and
 * where the socket may not be used. A server that answers before
 * it has read all is heard.
 */
int unix_http(struct op *op, str path, const struct unix_http_request *request,
	      struct unix_http_answer *ret) MUST_USE;

/*
 * An answer's bytes as values, in two parts of which the first has `cut` bytes: for tests and the
 * fuzz target. sink may be NULL.
 */
int unix_http_parse(struct op *op, str bytes, ptrdiff_t cut, unix_http_sink *sink, void *to,
		    struct unix_http_answer *ret) MUST_USE;

#endif
