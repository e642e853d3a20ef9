/*
 * format_impl: what the writers of inventories share.
 */
#ifndef SBOM_FORMAT_IMPL_H
#define SBOM_FORMAT_IMPL_H

#include "format.h"
#include "record.h"

typedef int sbom_write_fn(struct op *op, const struct inventory *inv,
			  const struct sbom_format_choice *c, sbom_sink *write, void *arg);
sbom_write_fn format_cyclonedx_json, format_cyclonedx_xml, format_github, format_purls,
	format_spdx_json, format_spdx_tag, format_syft, format_temper, format_template;

enum { TEMPER_SCHEMA = 1 }; /* version of temper's own JSON */

/* The time of the document as RFC 3339, in out (CLOCK_TEXT bytes). */
const char *format_time(const struct inventory *inv, const struct sbom_format_choice *c, char *out);

/* "1b9e8c1a-...": from the digest of what was looked at, or of all packages' ids where it has none.
 */
const char *format_uuid(const struct inventory *inv, const char *kind, char out[SINK_UUID]);

/* The image's purl, "pkg:oci/NAME@DIGEST?arch=ARCH"; empty for what is no image. */
int format_subject_purl(struct op *op, const struct inventory *inv, str *ret) MUST_USE;

#endif
