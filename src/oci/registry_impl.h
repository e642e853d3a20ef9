/*
 * registry_impl: a session, shared by registry.c (what is asked for), registry_ask.c (how) and
 * registry_auth.c (as whom).
 */
#ifndef OCI_REGISTRY_IMPL_H
#define OCI_REGISTRY_IMPL_H

#include "net/client.h"

#include "credentials.h"
#include "registry.h"

struct registry {
	struct op own; /* what must outlive a caller's op_reset() */
	struct reference ref;
	const struct registry_options *options; /* may be NULL */
	struct client *client;
	str api;       /* host that is asked: docker.io's is another than its name */
	str shown;     /* "docker.io/library/debian", for messages */
	bool loopback; /* the host is this machine by its name alone */
	bool insecure; /* the options name the host */
	bool plain;    /* http: */
	bool settled;  /* `plain` is known to be right */
	bool tls_looked;
	struct client_tls tls;
	enum address_kind kind; /* of the registry's address, once it has answered */

	struct credentials credentials;
	bool looked, found; /* for credentials; some were found */
	str authorization;  /* in force; empty: none */
	int64_t until_ms;   /* its end; 0: none is known */
	str realm, service; /* of the token server */
};

/*
 * registry_exchange(op, r, path, wish, ret): GET https://HOST/v2/NAME/PATH into memory, at most
 * wish.max bytes; with all that it takes: scheme, token, a second try. 1: the registry has no such
 * thing.
 */
struct registry_wish {
	str accept; /* may be empty */
	size_t max;
	uint64_t size; /* or CLIENT_SIZE_UNKNOWN */
	bool head;     /* HEAD: no bytes */
};
struct registry_answer {
	str bytes;
	struct client_result result;
};
int registry_exchange(struct op *op, struct registry *r, str path, const struct registry_wish *wish,
		      struct registry_answer *ret) MUST_USE;

/* The address of something in the repository, and a request for it as far as the session decides.
 */
int registry_url(struct op *op, const struct registry *r, str path, str *ret) MUST_USE;
void registry_request(const struct registry *r, str url, struct client_request *ret);

/* Before a request: a token that has run out is replaced. */
int registry_renew(struct op *op, struct registry *r) MUST_USE;

/*
 * registry_log_in(op, r, answer): after a 401: find out as whom to ask again. 1: there is no way,
 * and *ret_why says why: "no credentials for ... in ...".
 */
int registry_log_in(struct op *op, struct registry *r, const struct client_answer *answer,
		    str *ret_why) MUST_USE;

/* Why a login did not help: whose credentials it was with, or where none were found. May be empty.
 */
int registry_why(struct op *op, const struct registry *r, str *ret) MUST_USE;

/* Record why a request failed: "registry.example/x: 401 unauthorized; ...". `why` may be empty. */
int registry_refused(struct op *op, const struct registry *r, const struct client_result *res,
		     str why);

/* Certificates for the host: SSL_CERT_FILE aside, those in certs.d. */
int registry_tls(struct op *op, struct registry *r) MUST_USE;

#endif
