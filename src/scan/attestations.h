/*
 * attestations: the statements that are attached to an image itself.
 */
#ifndef SCAN_ATTESTATIONS_H
#define SCAN_ATTESTATIONS_H

#include "oci/attached.h"
#include "vex/vex.h"

/*
 * vex_of_image(op, s, i, wish, add_to, ret_notes): statements of the source's i-th image, appended. No
 * signature is verified: who applies them was asked to. An attestation of another image is passed over with a
 * note; what is no VEX (bills of materials, provenance) without one; one that is broken is an error.
 */
int vex_of_image(struct op *op, struct source *s, ptrdiff_t i, const struct source_wish *wish,
		 struct statements *add_to, struct texts *ret_notes) MUST_USE;

#endif
