/*
 * layout: the index.json of an OCI layout directory: ours (the store) and other tools'.
 * Source: OCI image-spec 1.1, image-layout.md; annotations as skopeo and containerd read them.
 *
 * What is not ours is kept: an index is read as a document, and written again from that document
 * with single entries put in or left out.
 */
#ifndef OCI_LAYOUT_H
#define OCI_LAYOUT_H

#include "codec/json.h"
#include "codec/node.h"
#include "store.h"

#define LAYOUT_REF_NAME "org.opencontainers.image.ref.name"
#define LAYOUT_FULL_NAME "io.containerd.image.name"
#define MEDIA_INDEX "application/vnd.oci.image.index.v1+json"
#define MEDIA_MANIFEST "application/vnd.oci.image.manifest.v1+json"

/* oci-layout, index.json and blobs/sha256 below dirfd, those of them that are missing. */
int layout_make(struct op *op, int dirfd) MUST_USE;

/* Open (and make) a file below dirfd and lock it, F_RDLCK or F_WRLCK, until it is closed. Waits. */
int layout_lock_file(struct op *op, int dirfd, const char *name, int kind, int *ret_fd) MUST_USE;

/* Change the lock's kind; 1 if somebody is in the way and `wait` is false: then it is as it was. */
int layout_relock(struct op *op, int fd, const char *name, int kind, bool wait) MUST_USE;

/* Read and check index.json: an object whose "manifests" is a list of descriptors. `what` names it.
 */
int layout_read(struct op *op, int dirfd, str what, struct doc *ret) MUST_USE;
int layout_parse(struct op *op, str what, str bytes, struct doc *ret) MUST_USE;

/* A descriptor that layout_parse() let through, as values; its names "" where it has none. */
struct layout_entry {
	str media_type, ref_name, full_name, platform;
	struct digest digest;
	uint64_t size;
	bool attests; /* of what an image was made: no image (BuildKit's unknown/unknown) */
};
int layout_entry_read(struct op *op, const struct doc *doc, const struct node *node,
		      struct layout_entry *ret) MUST_USE;

/*
 * layout_write(op, dirfd, doc, add, n, drop): replace index.json by doc without the entries whose
 * ref.name is `drop` or that of one of add, and with each of add before the first with a later name:
 * so that what several processes put in stands in one order. `add` is sorted by ref.name, no two
 * alike. O(entries * log n).
 */
int layout_write(struct op *op, int dirfd, const struct doc *doc, const struct layout_entry *add,
		 ptrdiff_t n, str drop) MUST_USE;

/* Any node as JSON, as it stood in its document. */
void layout_node_write(struct json_out *j, const struct node *node);

/* An image index that holds add only, as an archive carries it. */
int layout_index_text(struct op *op, const struct layout_entry *add, str *ret) MUST_USE;

extern const str layout_mark; /* content of the file oci-layout */

#endif
