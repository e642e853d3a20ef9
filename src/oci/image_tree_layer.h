/*
 * image_tree_layer: one layer of an image, entry by entry.
 */
#ifndef OCI_IMAGE_TREE_LAYER_H
#define OCI_IMAGE_TREE_LAYER_H

#include "codec/tar.h"
#include "image.h"

/*
 * image_tree_layer(op, s, layer, each, arg): verify the blob, open it as its media type says and
 * call each() for every entry; after the last the diff_id must hold. each() may read the content,
 * which begins at `position` of the unpacked layer; 1 from it ends the pass early without the
 * check. ERR_FORMAT for a layer that is missing or whose bytes are not what its media type says.
 */
typedef int image_tree_layer_each(struct op *op, void *arg, struct tar *tar,
				  const struct tar_entry *e, uint64_t position);
int image_tree_layer(struct op *op, const struct store *s, const struct image_layer *layer,
		     image_tree_layer_each *each, void *arg) MUST_USE;

#endif
