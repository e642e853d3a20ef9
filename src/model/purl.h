/*
 * purl: package URLs. Source: package-url purl-spec, types deb and oci; Syft's qualifiers.
 */
#ifndef MODEL_PURL_H
#define MODEL_PURL_H

#include "base/op.h"

struct purl_deb {
	str name, version, arch;
	str distro; /* "debian-13"; empty: left out */
	str source,
		source_version; /* named as "upstream" where they differ from name and version */
	str vendor;             /* lower-case; empty: debian */
	str repository_url, checksum; /* where else it is from, or which file it is; may be empty */
};

/* "pkg:deb/debian/libssl3t64@3.5.4-1?arch=amd64&distro=debian-13&upstream=openssl" */
int purl_deb(struct op *op, const struct purl_deb *p, str *ret) MUST_USE;

/* "pkg:oci/nginx@sha256%3A12ab...?arch=amd64": digest as "sha256:...". */
int purl_oci(struct op *op, str name, str digest, str arch, str *ret) MUST_USE;

/* "pkg:generic/app@1.2?checksum=sha256%3A12ab...&download_url=https%3A...": digest as
 * "sha256:..."; version and url may be empty. */
int purl_generic(struct op *op, str name, str version, str digest, str url, str *ret) MUST_USE;

/* "debian-13" for "trixie"; "debian-sid" for a suite without a number. A pocket's suffix is
 * ignored. */
int purl_distro(struct op *op, str suite, str *ret) MUST_USE;

#endif
