/*
 * unix_http: one HTTP/1.1 request over a Unix socket, its body in chunks as it is made: what the
 * daemons of Docker and Podman want. Source: RFC 9112.
 */
#ifndef NET_UNIX_HTTP_H
#define NET_UNIX_HTTP_H

#include "base/op.h"

struct unix_http; /* a request under way */

/* Send a piece of the body; of any size, also none. */
int unix_http_send(struct op *op, struct unix_http *h, str bytes) MUST_USE;

/* Writes the whole body by unix_http_send(). */
typedef int unix_http_body(struct op *op, void *arg, struct unix_http *h);

struct unix_http_answer {
	int status;
	str body; /* at most UNIX_HTTP_BODY bytes: more is ERR_LIMIT */
};
enum {
	UNIX_HTTP_BODY = 4 << 20,
	UNIX_HTTP_HEAD = 64 << 10,
	UNIX_HTTP_WAIT = 600, /* seconds without a byte moving, either way */
};

/*
 * unix_http_post(op, path, target, type, body, arg, ret): POST to the server behind the socket.
 * 1 if nobody listens there; ERR_NET for a broken exchange. A server that answers before it has
 * read all is heard. Call with `target` and `type` of our own making: they are not escaped.
 */
int unix_http_post(struct op *op, str path, str target, str type, unix_http_body *body, void *arg,
		   struct unix_http_answer *ret) MUST_USE;

/* An answer's bytes as values, for unix_http_post() and its fuzz target. */
int unix_http_parse(struct op *op, str bytes, struct unix_http_answer *ret) MUST_USE;

#endif
