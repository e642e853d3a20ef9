/*
 * vex_impl: what the readers of VEX documents share.
 */
#ifndef VEX_VEX_IMPL_H
#define VEX_VEX_IMPL_H

#include "base/vec.h"
#include "codec/node.h"
#include "vex.h"

struct vex_reader {
	struct op *op;
	struct doc doc;
	struct statements *to;
	struct texts
		subjects; /* of the in-toto statement around the document: what it is about where
				  it names no product itself */
	str id, author, timestamp; /* of the document */
	const struct digest
		*about; /* [about_n]: one of which an attestation must be about; NULL: any */
	ptrdiff_t about_n;
};

/* A reader of one form: root is known to be of it. */
typedef int vex_form_read(struct vex_reader *r, const struct node *root);
vex_form_read vex_read_csaf, vex_read_cyclonedx, vex_read_openvex;

/* Does a document look like that form? */
bool vex_is_csaf(const struct node *root);
bool vex_is_cyclonedx(const struct node *root);
bool vex_is_openvex(const struct node *root);

/* The root of a CycloneDX document in XML as JSON would have it, as far as it tells of
 * vulnerabilities. */
struct xml_node;
int vex_turn_cyclonedx_xml(struct op *op, const struct xml_node *x, struct node *ret) MUST_USE;

/* "file:line:col: message" with ERR_FORMAT. */
int vex_fail(struct vex_reader *r, const struct node *at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The text of a member; empty where there is none. */
str vex_text(const struct node *map, const char *key);
/* The elements of a member that is a list, or none. */
const struct node *vex_list(const struct node *map, const char *key, ptrdiff_t *ret_n);

/* A new statement of this document, with its id, author and time. NULL: memory. */
struct statement *vex_add(struct vex_reader *r);
int vex_append(struct op *op, struct texts *t, str s) MUST_USE; /* once; O(n): short lists */

/* Words of OpenVEX; -1 for none. */
int vex_status_of(str word);
int vex_justification_of(str word);

#endif
