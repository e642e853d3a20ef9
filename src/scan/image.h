/*
 * image: what is in an image of the store, and what is found in it: for verbs that have just made or
 * opened one.
 */
#ifndef SCAN_IMAGE_H
#define SCAN_IMAGE_H

#include "oci/image.h"
#include "scan.h"

/* Everything that inventory/ finds in one image, with licences; its subject is left empty. */
int scan_image_inventory(struct op *op, const struct store *store, const struct image *image,
			 struct inventory *ret) MUST_USE;

/* scan_inventory() without filters, statements and waivers, at this time (or SOURCE_DATE_EPOCH's). */
int scan_plain(struct op *op, struct database *db, const struct inventory *inv,
	       struct report *ret) MUST_USE;

#endif
