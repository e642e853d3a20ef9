/*
 * draft: a package while a cataloger puts it together from texts that are about to go.
 */
#ifndef INVENTORY_DRAFT_H
#define INVENTORY_DRAFT_H

#include "cataloger.h"

/* *to = a copy of *p in op: texts, pairs and lists; it has no files and no evidence. */
int draft_keep(struct op *op, const struct package *p, struct package *to) MUST_USE;

/* "a/b/c" as namespace "a/b" and name "c"; without a slash there is no namespace. */
void draft_path(struct package *p, str path);

/* Add to p->needs: NAME@VERSION, NAME where version is empty, nothing where name is, or
 * where both are longer than any name. Amortized
 * O(1). */
int draft_need(struct op *op, struct package *p, str name, str version) MUST_USE;

/* The digests of "sha512-BASE64 sha1-BASE64" (W3C Subresource Integrity) as checksums; what is none
 * is passed over. */
int draft_integrity(struct op *op, struct package *p, str integrity) MUST_USE;

/* A checksum in hexadecimal, its kind told by its length (MD5, SHA-1, SHA-2); what is none is
 * passed over. */
int draft_hex(struct op *op, struct package *p, str hex) MUST_USE;

/* A text at the end of a list in op; an empty one is not added. Amortized O(1). */
int draft_text(struct op *op, struct texts *list, str text) MUST_USE;

#endif
