/*
 * client: many downloads at once, by http:, https: (libcurl) and file:.
 *
 * libcurl is loaded when the first http: address is fetched and not before: linking it costs ten
 * milliseconds of every start. Proxies come from the environment, as curl(1) reads them. Nothing
 * is ever sent but a GET, a Range and the program's name: no credentials, no cookies.
 *
 * Bounds: 8 transfers at once; 15 s to connect; 30 s below 1 KiB/s end a try; 4 tries, 3 seconds
 * of waiting between them all told; 5 redirects, to http: and https: only and never from https:
 * to http:. A try that breaks off is resumed by Range where it stopped.
 */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

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

/* Bytes that have arrived in this batch, earlier runs' included; from the calling thread. */
typedef void client_progress(void *arg, uint64_t done);

#define CLIENT_SIZE_UNKNOWN UINT64_MAX

struct client_request {
	str url;
	uint64_t max;  /* ceiling of the whole thing, bytes */
	uint64_t size; /* what it must have, or CLIENT_SIZE_UNKNOWN */
	client_sink *sink;
	client_begin *begin;   /* may be NULL */
	client_done *done;     /* may be NULL */
	client_failed *failed; /* may be NULL */
	void *to;              /* for the four */
};

struct client_result {
	int code;   /* 0, ERR_NET, ERR_LIMIT (too large), ERR_VERIFY (done() said 1), ERR_USAGE (the
		       address) */
	int status; /* HTTP's last, 0 if none came; a file: gives 200 or 404 */
	bool gone;  /* the server says that there is no such thing: 404, 410 */
	uint64_t got; /* bytes that the sink has */
	str error;    /* "cannot fetch http://...: ...", in op; empty if code is 0 */
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
 * absolute path; visible ASCII without quotes and brackets; at most 2048 bytes; no user name or
 * password. Else ERR_USAGE.
 */
int client_check_url(struct op *op, str url) MUST_USE;

#endif
