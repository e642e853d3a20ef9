/*
 * notices: what the licences of an image's packages ask to be handed on with it, as plain values:
 * copyright texts, the licences that these refer to, and where the source is.
 */
#ifndef MODEL_NOTICES_H
#define MODEL_NOTICES_H

#include "codec/digest.h"
#include "codec/node.h"

struct notices_package {
	const char *type; /* package_kinds[].name */
	str name, version, source, source_version;
	str licence;       /* SPDX expression or NOASSERTION */
	ptrdiff_t text;    /* index into notices.text; -1: the image has none */
	bool asks_source;  /* some licence in it asks for the source to be offered */
};

struct notices_text { /* one copyright text, whoever has it */
	struct digest sha256;
	str text;
};

struct notices_licence { /* that texts refer to below usr/share/common-licenses */
	str name;
	str text; /* .p is NULL: it is not in the image */
};

struct notices_file { /* of a source package */
	str path; /* repository-relative */
	uint64_t size;
	struct digest sha256;
};

struct notices_source {
	str name, version;
	str suite;         /* pocket that lists it; empty: none does any more */
	str vcs;           /* where its packaging is kept; may be empty */
	str binaries;      /* of it in the image: "libssl3t64, openssl-provider-legacy" */
	bool asks_source, unknown; /* unknown: some package's licence is NOASSERTION */
	struct notices_file *file; /* [n]; the .dsc first */
	ptrdiff_t n;
};

struct notices {
	str name, platform;
	struct digest manifest;
	struct notices_package *package; /* [package_n], sorted by name */
	ptrdiff_t package_n;
	struct notices_text *text; /* [text_n], in the order of the packages */
	ptrdiff_t text_n;
	struct notices_licence *licence; /* [licence_n], sorted by name */
	ptrdiff_t licence_n;
	struct notices_source *source; /* [source_n], sorted by name; only where they were asked for */
	ptrdiff_t source_n;
	ptrdiff_t other;       /* packages that are not Debian's, whose sources nobody lists */
	struct texts artifact; /* "sonarqube 10.4": what no package brings, nor its notices */
	ptrdiff_t missing; /* packages without a text, licences without one, artifacts, sources not
				 found */
};

#endif
