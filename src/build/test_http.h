/*
 * test_http: one HTTP/1.1 request, and the response to it, as bytes and as values.
 * Source: RFC 9112.
 */
#ifndef BUILD_TEST_HTTP_H
#define BUILD_TEST_HTTP_H

#include "test.h"

enum {
	TEST_HTTP_HEAD_MAX = 64 << 10, /* bytes of a status line and headers */
};

struct test_response {
	int status;
	str headers; /* the lines, with their CRLFs */
	str body;    /* chunks put together; in the op or in the bytes */
};

/* The request's bytes: Host, Connection: close and Content-Length are added unless given. */
int test_http_request(struct op *op, const struct test_http *http, str *ret) MUST_USE;

/*
 * test_http_parse(op, bytes, end, method, ret): the final response at the front of bytes; interim
 * ones (1xx) are passed over. `end`: the connection is closed, no byte will follow. 1 if more
 * bytes are needed; ERR_FORMAT for what is no HTTP, ERR_LIMIT for a head or body that is too long.
 */
int test_http_parse(struct op *op, str bytes, bool end, str method,
		    struct test_response *ret) MUST_USE;

/*
 * test_http_fetch(op, pid, user_namespace, http, gone, arg, ret): make the request to the port on
 * the loopback of the network namespace of process pid, retried until its timeout. Done by a forked
 * child, which enters the namespaces; call while no other thread runs. `gone(arg)` is asked now
 * and then: true gives up. 0; or 1 with the reason in *ret_why when no whole response came.
 */
int test_http_fetch(struct op *op, int pid, bool user_namespace, const struct test_http *http,
		    bool (*gone)(void *), void *arg, struct test_response *ret,
		    str *ret_why) MUST_USE;

#endif
