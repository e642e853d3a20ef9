/*
 * closure: all that an image is made of: its documents, configs and layers, as descriptors.
 */
#ifndef OCI_CLOSURE_H
#define OCI_CLOSURE_H

#include "document.h"

enum {
	CLOSURE_MAX = 4096, /* blobs of one image, all platforms and attestations together */
};

struct closure {
	struct image_descriptor *blob; /* [n], each once; the root first, parents before children */
	ptrdiff_t n;
};

/* Bring a blob into the store; called before it is looked at. 0, or a failure. */
typedef int closure_fetch(struct op *op, void *arg, const struct image_descriptor *d);

/*
 * closure_read(op, s, root, fetch, arg, ret): walk from a manifest or index. `fetch` may be NULL.
 * Every document's digest and every blob's presence and size are checked (ERR_FORMAT), layers'
 * digests are not. ERR_LIMIT past CLOSURE_MAX.
 */
int closure_read(struct op *op, const struct store *s, const struct image_descriptor *root,
		 closure_fetch *fetch, void *arg, struct closure *ret) MUST_USE;

/* The descriptor of a manifest or index that the store has. 1 if it has not. */
int closure_root(struct op *op, const struct store *s, const struct digest *d,
		 struct image_descriptor *ret) MUST_USE;

/*
 * closure_verify(op, s, c): every image manifest in it is one, and its layers unpack to its
 * diff_ids. Manifests of other artifacts are passed over. O(bytes of the layers, unpacked).
 */
int closure_verify(struct op *op, const struct store *s, const struct closure *c) MUST_USE;

/* What the bytes of a layer unpack to, and how they are packed. */
int layer_diff_id(struct op *op, const struct store *s, const struct digest *blob,
		  struct digest *ret, uint64_t *ret_size, enum stream_kind *ret_kind) MUST_USE;

#endif
