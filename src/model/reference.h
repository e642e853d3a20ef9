/*
 * reference: the name of an image in a registry, by the grammar that Docker's users know.
 * Source: github.com/distribution/reference, reference.go (grammar), normalize.go (docker.io's
 * defaults).
 *
 *	debian                        docker.io      library/debian   latest
 *	localhost:5000/team/app:1.2   localhost:5000 team/app         1.2
 *	ghcr.io/x/y:1@sha256:...      ghcr.io        x/y              1, and the digest decides
 *
 * The first component is a host if it holds a dot, a colon or an upper-case letter, or is
 *"localhost".
 */
#ifndef MODEL_REFERENCE_H
#define MODEL_REFERENCE_H

#include "codec/digest.h"

enum {
	REFERENCE_HOST = 253 + 6, /* bytes, with the port. Source: RFC 1035, 2.3.4 */
	REFERENCE_PATH = 255,
	REFERENCE_TAG = 128,
};

struct reference {
	str host; /* with its port where it has one; "docker.io" for Docker Hub's other names too */
	str path; /* "library/debian" */
	str tag;  /* "latest" where neither tag nor digest stands; empty with a digest alone */
	struct digest digest; /* zeros: none */
};

/*
 * reference_parse(op, text, ret): ERR_USAGE for what the grammar does not allow, with the part that
 * is wrong, for ports above 65535, and for digests that are not SHA-256. Views alias text or static
 * storage. O(bytes).
 */
int reference_parse(struct op *op, str text, struct reference *ret) MUST_USE;

/* "docker.io/library/debian:latest", "host/x@sha256:...": all that was left out put in. */
int reference_text(struct op *op, const struct reference *ref, str *ret) MUST_USE;

#endif
