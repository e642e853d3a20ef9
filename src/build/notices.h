/*
 * notices: the texts that go along with an image, out of the image itself.
 */
#ifndef BUILD_NOTICES_H
#define BUILD_NOTICES_H

#include "model/notices.h"
#include "side.h"

/* For side_open(): the copyright files and licences. */
extern const struct image_tree_wish notices_wish;

/* notices_make(op, side, ret): all but the sources. A lock without an image has no texts: ERR_USAGE.
 * Views alias the side. */
int notices_make(struct op *op, const struct side *side, struct notices *ret) MUST_USE;

/* Where the archive is asked for sources. */
struct notices_sources {
	str mirror; /* the user's word, or empty */
	bool offline;
};

/*
 * notices_sources_find(op, store, side, where, n): fill n->source: the source package of each
 * package, with the digests of its files as Debian's archive of the image's suite lists them now.
 * What it does not list (any more), and packages of other repositories, are counted as missing.
 * ERR_USAGE for an image that tells no suite.
 */
int notices_sources_find(struct op *op, const struct store *store, const struct side *side,
			 const struct notices_sources *where, struct notices *n) MUST_USE;

/* Does some licence of this SPDX expression ask those who pass on programs to offer their source? */
bool notices_asks_source(str licence);

#endif
