/*
 * catalogue: the images that temper ships, as their locks describe them, compiled in: enough to say what
 * each would hold, weigh and have known of it, without building it.
 */
#ifndef SCAN_CATALOGUE_H
#define SCAN_CATALOGUE_H

#include "model/inventory.h"

struct catalogue_image {
	const char *name, *what;
	const char *release;     /* of Debian: "13" */
	uint64_t size, unpacked; /* bytes: to download, and as files */
	const char *const
		*packages; /* "NAME VERSION ARCH SOURCE SOURCEVERSION"; NULL behind the last */
};
extern const struct catalogue_image catalogue_images[];
extern const size_t catalogue_images_n;

/* The inventory of one: its system and its packages, with nothing of files. */
int catalogue_inventory(struct op *op, const struct catalogue_image *image,
			struct inventory *ret) MUST_USE;

#endif
