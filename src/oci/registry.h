/*
 * registry: images in a registry, read over the network.
 * Source: OCI distribution-spec 1.1; distribution's token authentication; RFC 6750, RFC 7617.
 *
 * One session is one repository of one registry. Every answer is judged by the digest of its bytes
 * and by nothing that the server says of them. Credentials are looked for when the registry asks
 * for some (oci/credentials.h); they and tokens go to the registry itself and to the token server
 * that it names, never to where it redirects, and into no message.
 *
 * A token server must be https:, or http: if the registry itself is spoken to so; a token server or
 * a redirect to another host must have a public address, or one of the registry's own kind
 * (loopback, private). Plain HTTP is spoken to loopback and to hosts that the options allow, where
 * TLS is not answered.
 *
 * A session belongs to one thread at a time. Credential helpers are programs: start no threads
 * before the first call that asks the network (sys/proc.h).
 */
#ifndef OCI_REGISTRY_H
#define OCI_REGISTRY_H

#include "codec/node.h"
#include "model/reference.h"

struct registry_options {
	struct texts insecure; /* HOST or HOST:PORT: plain HTTP and unknown certificates are taken
				  there */
};

struct registry; /* opaque: connections, token; lives in op; close it before op goes */

/* Asks nothing yet. `options` may be NULL and must live as long as the session. */
int registry_open(struct op *op, const struct reference *ref,
		  const struct registry_options *options, struct registry **ret) MUST_USE;
void registry_close(struct registry **r); /* accepts NULL in *r */
#define AUTO_REGISTRY __attribute__((cleanup(registry_close))) struct registry

/* A manifest or an index. */
struct registry_document {
	str media_type; /* from the bytes; Content-Type where they do not tell */
	struct digest digest;
	str bytes; /* at most LIMIT_MANIFEST */
};

/*
 * registry_resolve(op, r, ret): what the session's reference calls: by its digest if it has one,
 * else by its tag. 1: the registry has no such image; ERR_NET otherwise, in one line:
 * "registry.example/x: 401 unauthorized; no credentials for registry.example in
 * ~/.docker/config.json". ERR_VERIFY for bytes of another digest, ERR_FORMAT where Content-Type and
 * "mediaType" contradict each other.
 */
int registry_resolve(struct op *op, struct registry *r, struct registry_document *ret) MUST_USE;

/* The manifest or index of that digest in the session's repository; otherwise as
 * registry_resolve(). */
int registry_manifest(struct op *op, struct registry *r, const struct digest *d,
		      struct registry_document *ret) MUST_USE;

/* The index of what refers to a manifest (distribution-spec 1.1, "Listing Referrers"). 1: the registry
 * does not know of such things, or not of that manifest. */
int registry_referrers(struct op *op, struct registry *r, const struct digest *d,
		       str *ret) MUST_USE;

/* A blob into the arena: a configuration. Size and digest are verified. 1: the registry has none.
 */
int registry_blob_read(struct op *op, struct registry *r, const struct digest *d, uint64_t size,
		       size_t max, str *ret) MUST_USE;

/* A blob on its way into a file. */
struct registry_blob {
	struct digest digest;
	uint64_t size;
	int fd; /* ret: a file without a name, at no particular position; the caller's to close */
};

/* Bytes that have come so far, of all blobs together, and how many it will be; from the calling
 * thread. */
typedef void registry_note(void *arg, uint64_t done, uint64_t total);

/*
 * registry_blobs(op, r, dirfd, blob, n, note, arg): fetch all n, several at once, into unlinked
 * files below dirfd. Size and digest are verified as bytes pass; what breaks off is gone on with.
 * All or nothing: after a failure no descriptor is open, and every fd is -1. ERR_NET also where the
 * registry has no such blob. `note` may be NULL.
 */
int registry_blobs(struct op *op, struct registry *r, int dirfd, struct registry_blob *blob,
		   ptrdiff_t n, registry_note *note, void *arg) MUST_USE;

#endif
