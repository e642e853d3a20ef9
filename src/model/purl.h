/*
 * purl: package URLs, the names of packages of any kind. Source: package-url purl-spec,
 * purl-specification.md and types/; Syft's qualifiers of distributions' packages.
 */
#ifndef MODEL_PURL_H
#define MODEL_PURL_H

#include "codec/node.h"

struct purl {
	str type; /* lower-case */
	str ns;   /* segments with '/' between them */
	str name, version;
	struct pairs qualifiers; /* in any order; empty values are none */
	str subpath;
};

/*
 * purl_write(op, u, ret): the canonical text: case and separators by the rules of the type,
 * qualifiers sorted, percent-encoding of all but letters, digits and ".-_~:". ERR_FORMAT for what
 * can be no purl: no name, a type or qualifier key with other characters. What a type requires
 * beyond that (a namespace, a version) is not asked for: packages without it exist.
 */
int purl_write(struct op *op, const struct purl *u, str *ret) MUST_USE;

/* The parts of a purl, decoded and by the rules of its type; in op. ERR_FORMAT for what is none, or
 * breaks a rule of its type (a Swift package without a namespace). */
int purl_parse(struct op *op, str text, struct purl *ret) MUST_USE;

/* The value of a qualifier, or the empty text. */
str purl_qualifier(const struct purl *u, str key);

/*
 * purl_fit(want, have, ret_key): does everything that want says hold of the package `have`? What want
 * leaves open (version, subpath, qualifiers) matches anything; type, namespace and name must be
 * the same always. "distro=debian-12" holds of debian-12.13, "upstream=x" of x@1.2 and of a package x
 * that names none; "v1.2" and "1.2" are one version of a Go module, "0:1.2" and "1.2" of a deb or
 * rpm; "arch=source" and Docker Scout's form (os_name, os_version) ask for the source package. Of
 * PURL_OTHER_QUALIFIER *ret_key is the first that does not hold. Allocates nothing.
 */
enum purl_fit { PURL_OTHER, PURL_OTHER_VERSION, PURL_OTHER_QUALIFIER, PURL_FITS };
enum purl_fit purl_fit(const struct purl *want, const struct purl *have, str *ret_key);

/* "pkg:oci/nginx@sha256:12ab...?arch=amd64": digest as "sha256:...". */
int purl_oci(struct op *op, str name, str digest, str arch, str *ret) MUST_USE;

/* "pkg:generic/app@1.2?checksum=sha256:12ab...&download_url=https:%2F%2F...": digest as
 * "sha256:..."; version and url may be empty. */
int purl_generic(struct op *op, str name, str version, str digest, str url, str *ret) MUST_USE;

/* "debian-13" for "trixie"; "debian-sid" for a suite without a number. A pocket's suffix is
 * ignored. */
int purl_distro(struct op *op, str suite, str *ret) MUST_USE;

#endif
