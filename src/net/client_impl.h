/*
 * client_impl: one request on its way, shared by client.c (what becomes of it) and client_http.c
 * (libcurl).
 */
#ifndef NET_CLIENT_IMPL_H
#define NET_CLIENT_IMPL_H

#include "base/buf.h"

#include "client.h"
#include "url.h"

enum {
	PARALLEL = 8,
	TRIES = 4,
	TRIES_SLOW = 2,      /* of which brought nothing to speak of */
	WAIT_MAX_S = 900,    /* that a Retry-After is taken for */
	PATIENCE_MS = 60000, /* of waiting by Retry-After */
	REDIRECTS = 5,
	HEADER_BYTES = 256 << 10, /* of one answer */
	HEADER_LINES = 1000,
	VALIDATOR_MAX = 256, /* bytes of an ETag; a longer one is none */
};

struct client {
	void *multi; /* CURLM; NULL until http is spoken */
};

enum stop { STOP_NOT, STOP_SINK, STOP_SIZE, STOP_RANGE, STOP_STATUS, STOP_HEADER };

struct transfer {
	struct batch *batch;
	const struct client_request *req;
	struct client_result *res;
	void *easy;        /* CURL, while it is with libcurl */
	void *header;      /* its curl_slist */
	str url;           /* that is asked now: the request's, or where it was redirected to */
	struct url at;     /* the same in parts */
	bool elsewhere;    /* it is another origin than the request's */
	int tries;         /* begun so far */
	int slow;          /* of which were cut off for slowness */
	int hops;          /* redirects of this try */
	int64_t due_ms;    /* when the next may begin */
	int64_t waited_ms; /* because the server asked for it */
	bool begun, finished;
	bool resumed;  /* the sink had some of it from an earlier run */
	bool again;    /* done() has sent it back once */
	bool looked;   /* at the status of the answer that is coming in */
	uint64_t skip; /* bytes of this answer that the sink has already */
	bool has_range;
	uint64_t range_from; /* of Content-Range */
	uint64_t had;        /* bytes that the sink had when this try began */
	str location;
	str etag, modified; /* of the answer that is coming in */
	str version;        /* of what the sink has: a strong ETag, or a date; or empty */
	bool conditional;   /* 304 is an answer to what was asked */
	uint64_t header_bytes;
	int header_lines;
	bool is_error;       /* the answer that is coming in is none of what was asked for */
	struct buf body;     /* its first bytes */
	uint64_t body_bytes; /* all of them */
	enum stop stop;      /* why a callback ended it */
	enum address_kind forbidden; /* that a connection was refused to, or unknown */
	char error[256];             /* CURL_ERROR_SIZE */
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

/* client.c: how a request ends, or goes on. All return 0, or a failure that ends the batch. */
int client_finish(struct transfer *t, int code, enum client_trouble trouble, const char *why);
int client_complete(struct transfer *t);
/* Again in `wait_ms` (negative: as the table says) if it is worth it. */
int client_fail_or_retry(struct transfer *t, bool transient, int64_t wait_ms,
			 enum client_trouble trouble, const char *why);
/* The sink begins anew: 0, or the failure of what it calls. */
int client_begin_anew(struct transfer *t);
/* Give bytes to the sink, within what was agreed; false with t->stop set. */
bool client_take(struct transfer *t, str bytes);

/* client_http.c */
int client_http_start(struct transfer *t);
int client_http_turn(struct batch *b, int64_t wait_ms);
void client_http_drop(struct transfer *t); /* one that is under way, if it is */
void client_http_close(struct client *c);

#endif
