/*
 * blobs: where the documents of an image are read from: a store, a layout, an archive, a registry.
 */
#ifndef OCI_BLOBS_H
#define OCI_BLOBS_H

#include "box.h"
#include "store.h"

enum blobs_kind { BLOBS_MANIFEST, BLOBS_CONFIG }; /* BLOBS_MANIFEST: an index too */

struct blobs {
	/* A document whose digest is verified, of at most LIMIT_MANIFEST or LIMIT_CONFIG bytes.
	 * `size` is what its descriptor says, 0: not told. 1: it is not there. */
	int (*read)(struct op *op, const struct blobs *b, enum blobs_kind kind,
		    const struct digest *d, uint64_t size, str *ret);
	/* 1: it is not there. NULL: ask read(), which is not asked of what nobody chose. */
	int (*find)(struct op *op, const struct blobs *b, const struct digest *d);
	const struct store *store;
	void *arg;
};

struct blobs blobs_of_store(const struct store *s);
struct blobs blobs_of_box(struct box *b); /* *b must live as long */

int blobs_read(struct op *op, const struct blobs *b, enum blobs_kind kind, const struct digest *d,
	       uint64_t size, str *ret) MUST_USE;

#endif
