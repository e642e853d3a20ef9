/*
 * layer: the bytes of one package in an image, made once and stored under a key of everything
 * that changes them and of nothing else.
 *
 * A package of some size is a layer of its own: its directories (with their parents), files, links
 * and its dpkg record (var/lib/dpkg/status.d/NAME and .md5sums), in the order of entry_cmp(), as
 * one compressed tar. A small package is a fragment: the same without directories and without the
 * end of the archive, so that fragments can be concatenated behind a head of directories. Both
 * depend on the package alone. Source: the rules in ARCHITECTURE.md, "A layer belongs to a
 * package".
 */
#ifndef BUILD_LAYER_H
#define BUILD_LAYER_H

#include "codec/compress.h"
#include "distro/contents.h"

/* Version of the rules by which layers are made; part of every key. */
#define LAYER_RULES "layer-1"

struct layer_rename { /* a diverted path */
	str from, to;
};

/* What of a package goes in. */
struct layer_spec {
	const struct contents *contents; /* of an artifact: without control data */
	const bool *keep;                /* [contents->n] */
	const struct layer_rename *rename;
	ptrdiff_t rename_n;
	bool fragment;
	enum compress_kind compression;
};

struct layer_blob {
	struct digest diff_id; /* of the tar; of a fragment, of its piece of tar */
	struct digest digest;  /* of the compressed blob */
	uint64_t size;         /* of the blob */
	uint64_t tar_size;
};

/* The key of a layer or fragment. O(entries). */
int layer_key(struct op *op, const struct layer_spec *spec, struct digest *ret) MUST_USE;

/* The stored one under a key. 1 if there is none, or its blob is gone. */
int layer_find(struct op *op, const struct store *store, const struct digest *key,
	       struct layer_blob *ret) MUST_USE;

/* Store a blob under a key. */
int layer_remember(struct op *op, const struct store *store, const struct digest *key,
		   const struct layer_blob *blob) MUST_USE;

/* Make it from the package's open data and store it under key. */
int layer_make(struct op *op, const struct store *store, const struct layer_spec *spec,
	       const struct contents_data *data, const struct digest *key,
	       struct layer_blob *ret) MUST_USE;

/*
 * A layer that is put together from a list of directories, fragments and files with their bytes:
 * the layer of small packages and the top layer.
 */
struct layer_file {
	struct entry entry; /* .size must be bytes.len for a file */
	str bytes;
	str from; /* what made it, for --why: "effects/x.yaml:3", "recipe nginx.yaml:14" */
};
struct layer_sum {
	const struct entry *directory; /* [directory_n], sorted; first in the archive */
	ptrdiff_t directory_n;
	const struct layer_blob *fragment;
	ptrdiff_t fragment_n;
	const struct layer_file *file; /* [file_n], sorted */
	ptrdiff_t file_n;
	enum compress_kind compression;
};
/* Found under a key of all that goes in, or made; *ret_made tells which. */
int layer_sum(struct op *op, const struct store *store, const struct layer_sum *sum,
	      struct layer_blob *ret, bool *ret_made) MUST_USE;

/* The package's md5sums of the files that are kept, with the paths that they have in the image. */
int layer_md5sums(struct op *op, const struct layer_spec *spec, str *ret) MUST_USE;

/* Does a stored blob unpack to this diff_id? Then it serves where this machine's encoder cannot
 * make it. False too if it is not there. */
int layer_unpacks_to(struct op *op, const struct store *store, const struct digest *blob,
		     const struct digest *diff_id, bool *ret) MUST_USE;

/* The media type of a layer under a compression. Static. */
str layer_media_type(enum compress_kind kind);

#endif
