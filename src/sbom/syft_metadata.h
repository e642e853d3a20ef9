/*
 * syft_metadata: what Syft's JSON says of a package by its kind: the members metadataType and
 * metadata. Source: Syft's schema 16.1.0; of it what Grype matches by, as far as an inventory holds
 * it.
 */
#ifndef SBOM_SYFT_METADATA_H
#define SBOM_SYFT_METADATA_H

#include "codec/json.h"
#include "model/inventory.h"

/* Into the object that is open; nothing for a kind that Syft says nothing of. */
int syft_metadata(struct op *op, struct json_out *j, const struct package *p, bool files) MUST_USE;

/* A package's name as Syft has it: Go's and npm's with the namespace, Maven's without. */
int syft_name(struct op *op, const struct package *p, str *ret) MUST_USE;

/* RFC 4648, 4. */
int syft_base64(struct op *op, str bytes, str *ret) MUST_USE;

#endif
