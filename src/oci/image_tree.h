/*
 * image_tree: the file system that an image's layers make, by the rules of tree/tree.h, as a list
 * of entries and in a directory. Of an image whose layers are in the store; they are verified
 * before anything comes out.
 */
#ifndef OCI_IMAGE_TREE_H
#define OCI_IMAGE_TREE_H

#include "image.h"
#include "model/entry.h"
#include "tree/tree.h"

struct image_tree {
	struct entry *entry; /* [n], sorted by entry_path_cmp(); paths links on the way resolved */
	struct tree_place *place; /* [n], of files: where the content is */
	str *content;             /* [n], of files that were wanted; .p is NULL for the others */
	ptrdiff_t n;
	struct entry root; /* "/" itself */
	ptrdiff_t skipped; /* device nodes, FIFOs and sockets */
	bool has_xattrs;   /* some entry had extended attributes; they are not kept */
};

/* What is wanted beside the entries. */
struct image_tree_wish {
	bool digests; /* hash the files' contents */
	/* Keep this file's content. NULL: of none. At most LIMIT_WANTED
	 * bytes are kept in all: past that no more are. */
	bool (*wants)(void *arg, str path, uint64_t size);
	void *arg;
};

/*
 * image_tree_read(op, s, image, wish, ret): the merged entries. Of files that share an inode the
 * first is ENTRY_FILE and the others are ENTRY_HARDLINK to it, with its size and digest. elf,
 * script, conffile and private_key are not filled in. `wish` may be NULL.
 * One pass over each layer; memory as many entries as the layers have, and what is wanted.
 */
int image_tree_read(struct op *op, const struct store *s, const struct image *image,
		    const struct image_tree_wish *wish, struct image_tree *ret) MUST_USE;

/* The layers of an image in the store, for tree_of_layers(), with their digests: open until
 * image_layers_close(). */
struct image_layers {
	struct tree_layer *layer; /* [n] */
	ptrdiff_t n;
};
int image_layers_open(struct op *op, const struct store *s, const struct image *image,
		      struct image_layers *ret) MUST_USE;
void image_layers_close(struct image_layers *l); /* may run twice, and on zeros */
#define AUTO_IMAGE_LAYERS __attribute__((cleanup(image_layers_close))) struct image_layers

/* The entry for a path, its symlinks followed below the root (the last one too); NULL: none. */
const struct entry *image_tree_find(const struct image_tree *t, str path);

/* As image_tree_find(), the last component's link not followed. */
const struct entry *image_tree_find_link(const struct image_tree *t, str path);

/* The content of a file (or hard link) of t, at most max bytes. Reads its layer up to there. */
int image_tree_content(struct op *op, const struct store *s, const struct image *image,
		       const struct image_tree *t, const struct entry *entry, size_t max,
		       str *ret) MUST_USE;

/*
 * image_tree_unpack(op, s, image, dirfd, as_root): write the merged files into the empty directory
 * behind dirfd. Nothing is followed on the way: every parent is opened without links. Owners,
 * setuid and setgid bits are set only `as_root`; extended attributes never. Two passes over each
 * layer.
 */
int image_tree_unpack(struct op *op, const struct store *s, const struct image *image, int dirfd,
		      bool as_root) MUST_USE;

#endif
