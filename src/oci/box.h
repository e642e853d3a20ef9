/*
 * box: files by path that images are made of, read where they are: the members of an archive, or
 * what is in the directory of an OCI layout. An archive is walked by its headers alone; its order
 * does not matter, and of a path that is there twice the last one counts.
 */
#ifndef OCI_BOX_H
#define OCI_BOX_H

#include "base/map.h"
#include "base/vec.h"
#include "codec/digest.h"

enum {
	BOX_MEMBERS = 65536, /* of an archive; an image has a few for each layer */
	BOX_LINKS = 8,       /* podman and old dockers link layers of the same content */
};

struct box {
	str what; /* for messages: "image.tar" */
	int fd;   /* the archive or the directory: the caller's, open as long as the box */
	bool is_directory;
	struct map member; /* of an archive: path to a struct of box.c */
	VEC(int) open;     /* of a directory: what box_find() opened */
};

struct box_part { /* bytes of a file */
	int fd;
	uint64_t offset, size;
};

/*
 * box_of_archive(op, fd, what, ret): index the tar in fd. 1: it is none, or has more members than
 * an image has and none that only an image has. ERR_FORMAT, ERR_LIMIT for a bad one that begins
 * like an image's. O(members), not bytes.
 */
int box_of_archive(struct op *op, int fd, str what, struct box *ret) MUST_USE;
struct box box_of_directory(struct op *op, int dirfd, str what);
void box_close(struct box *b); /* may run twice */
#define AUTO_BOX __attribute__((cleanup(box_close))) struct box

/* 1: it has the documents of an image: manifest.json, index.json, or repositories. */
int box_holds_image(struct op *op, const struct box *b) MUST_USE;

/*
 * A file, links followed; 1: there is none. Its descriptor is the box's. Paths of a directory are
 * of our own making ("index.json", "blobs/sha256/..."): they are not checked.
 */
int box_find(struct op *op, struct box *b, str path, struct box_part *ret) MUST_USE;

/* Close what the last box_find() of a directory opened: for who reads many files. */
void box_drop(struct box *b);

/* Is there something at the path? */
bool box_has(const struct box *b, str path);

/* A whole file of at most max bytes (ERR_LIMIT); 1: there is none. */
int box_read(struct op *op, const struct box *b, str path, size_t max, str *ret) MUST_USE;

/* "blobs/sha256/HEX" into out. */
enum { BOX_BLOB = 13 + DIGEST_HEX };
str box_blob_path(const struct digest *d, char out[BOX_BLOB]);

#endif
