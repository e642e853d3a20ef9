/*
 * keep: where an image goes that a verb made of another: a name in the store, and places outside of it.
 */
#ifndef CLI_KEEP_H
#define CLI_KEEP_H

#include "oci/image.h"

struct keep {
	str what;           /* the image it was made of */
	str name;           /* empty: that of `what` with the suffix, unless it goes elsewhere */
	struct texts to;    /* SCHEME:PLACE */
	const char *suffix; /* "-patched" */
};

int keep_image(struct op *op, const struct store *store, const struct keep *k,
	       const struct image_descriptor *d) MUST_USE;

/* Before any work: are name and places such that keep_image() can do it? ERR_USAGE: they are not. */
int keep_check(struct op *op, str name, const struct texts *to) MUST_USE;

#endif
