/*
 * store: the machine's own keep of blobs, small records and named images.
 *
 * Below one directory: an OCI image layout (oci-layout, index.json, blobs/sha256/HEX), so that
 * any OCI tool reads it; and keys/KIND/HEX, small records found by what they were made from.
 *
 * Invariants: (1) a file in blobs/sha256 has the content that its name says: it is written under
 * a temporary name and renamed; (2) index.json and key records are replaced whole; (3) whatever
 * is missing can be made again, so anything may be deleted at any time; (4) any number of
 * processes may use it at once; index.json is changed under a lock (flock on "lock").
 * Left-over temporary files are removed by store_prune().
 */
#ifndef OCI_STORE_H
#define OCI_STORE_H

#include "codec/digest.h"
#include "sys/file.h"

struct store {
	int dir, blobs, keys, tmp; /* descriptors of the directories; tmp is for file_temp() */
	str path;                  /* absolute, for messages; lives in the op that opened it */
};

/*
 * Where: `path`, else $TEMPER_STORE, else $XDG_CACHE_HOME/temper, else $HOME/.cache/temper.
 * Made if missing.
 */
int store_open(struct op *op, str path, struct store *ret) MUST_USE;
void store_close(struct store *s);
#define AUTO_STORE __attribute__((cleanup(store_close))) struct store

/* A blob, opened for reading at its start. 1 if it is not there. Size only, not digest, is told. */
int store_blob_open(struct op *op, const struct store *s, const struct digest *d, int *ret_fd,
		    uint64_t *ret_size) MUST_USE;
bool store_blob_has(const struct store *s, const struct digest *d);

/* A blob's bytes, their digest verified (ERR_VERIFY). 1 if it is not there. */
int store_blob_read(struct op *op, const struct store *s, const struct digest *d, size_t max,
		    str *ret) MUST_USE;

/* Verify a blob against its name; a bad one is deleted and ERR_VERIFY. 1 if it is not there. */
int store_blob_verify(struct op *op, const struct store *s, const struct digest *d) MUST_USE;

int store_blob_put(struct op *op, const struct store *s, str bytes, struct digest *ret) MUST_USE;
int store_blob_delete(struct op *op, const struct store *s, const struct digest *d) MUST_USE;

/* A blob that is written in pieces; it exists only once committed. */
struct store_writer {
	const struct store *store;
	struct file_new file;
	struct hash *hash;
	uint64_t size;
};
int store_writer_open(struct op *op, const struct store *s, struct store_writer *ret) MUST_USE;
int store_writer_add(struct op *op, struct store_writer *w, str bytes) MUST_USE;
/* Publish it. With `want` (or NULL) anything else is ERR_VERIFY and nothing is kept. */
int store_writer_commit(struct op *op, struct store_writer *w, const struct digest *want,
			struct digest *ret) MUST_USE;
void store_writer_discard(struct store_writer *w);
#define AUTO_STORE_WRITER __attribute__((cleanup(store_writer_discard))) struct store_writer

/* Records: kind is a plain lower-case word; the key is the digest of what the record answers. */
int store_key_get(struct op *op, const struct store *s, const char *kind, const struct digest *key,
		  size_t max, str *ret) MUST_USE; /* 1: none */
int store_key_put(struct op *op, const struct store *s, const char *kind, const struct digest *key,
		  str bytes) MUST_USE;

/* Named images: what index.json says. A name is NAME:TAG; one without a tag gets ":latest". */
struct store_image {
	str name;         /* "nginx:latest" */
	str media_type;   /* of its manifest or index */
	struct digest digest;
	uint64_t size;    /* of that document */
};
int store_image_get(struct op *op, const struct store *s, str name, struct store_image *ret) MUST_USE; /* 1: none */
int store_image_put(struct op *op, const struct store *s, const struct store_image *image) MUST_USE;
int store_image_delete(struct op *op, const struct store *s, str name) MUST_USE; /* 1: none */
int store_image_list(struct op *op, const struct store *s, struct store_image **ret, ptrdiff_t *ret_n) MUST_USE;

/*
 * Delete what no named image needs: blobs that neither an image nor (with keep_packages) a key
 * record mentions, records whose blobs are gone, left-over temporary files older than an hour.
 */
struct store_pruned {
	uint64_t blobs, records, bytes;
};
int store_prune(struct op *op, const struct store *s, bool keep_packages, bool dry_run,
		struct store_pruned *ret) MUST_USE;

#endif
