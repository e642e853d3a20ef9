/*
 * base: the image that another one was built on: as its annotations say, as an image of the store whose
 * layers it begins with, or as its history lets see.
 */
#ifndef SCAN_BASE_H
#define SCAN_BASE_H

#include "model/facts.h"
#include "oci/store.h"

/*
 * base_find(op, store, inv, ret): what is known of the base. By
 *	1. the annotations (or labels) org.opencontainers.image.base.name and .digest;
 *	2. of the store's images the one with most layers that the image's begin with, all of them and
 *	   fewer than it has, which gives a name and a digest, and what the name stands for now;
 *	3. the history: how many layers (model/inventory.h, is_base).
 * A claim of 1 that names an image of the store is held against its layers: one that does not begin
 * the image's is not believed. ret->known is false where nothing tells. `store` may be NULL. Reads a
 * manifest and a configuration for each image of the store.
 */
int base_find(struct op *op, const struct store *store, const struct inventory *inv,
	      struct facts_base *ret) MUST_USE;

/* Layers that an image begins with, if they are all of the base's and the image has more; else 0. */
ptrdiff_t base_prefix(const struct inventory_layer *layer, ptrdiff_t layer_n,
		      const struct digest *base, ptrdiff_t base_n);

#endif
