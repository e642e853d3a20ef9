/*
 * store: the machine's own keep of blobs, small records and named images.
 *
 * Below one directory: an OCI image layout (oci-layout, index.json, blobs/sha256/HEX), so that
 * any OCI tool reads it; and keys/KIND/HEX, small records found by what they were made from.
 *
 * Invariants: (1) a file in blobs/sha256 has the content that its name says: it is written under
 * a temporary name and renamed; (2) index.json and key records are replaced whole; (3) whatever
 * is missing can be made again, so anything may be deleted at any time; (4) any number of
 * processes may use it at once; index.json is changed under a lock on "lock", and who has the
 * store open holds a shared one on "use", so that store_prune() knows whether it is alone
 * (fcntl(2), open file description locks).
 * Left-over temporary files are removed by store_prune().
 */
#ifndef OCI_STORE_H
#define OCI_STORE_H

#include "codec/digest.h"
#include "sys/file.h"

struct store {
	int dir, blobs, keys, tmp; /* descriptors of the directories; tmp is for file_temp() */
	int use;                   /* descriptor that carries the shared lock */
	str path;                  /* absolute, for messages; lives in the op that opened it */
};

/*
 * Where: `path`, else $TEMPER_STORE, else $XDG_CACHE_HOME/temper, else $HOME/.cache/temper.
 * Made if missing.
 */
int store_open(struct op *op, str path, struct store *ret) MUST_USE;
/* The same where there is one already: nothing is made. 1: there is none, or none that this process may
 * use: for who only looks whether an image is in it. */
int store_open_found(struct op *op, str path, struct store *ret) MUST_USE;
void store_close(struct store *s); /* may run twice, and on a struct store that is all zeros */
#define AUTO_STORE __attribute__((cleanup(store_close))) struct store

/* A blob, opened for reading at its start. 1 if it is not there. Size only, not digest, is told. */
int store_blob_open(struct op *op, const struct store *s, const struct digest *d, int *ret_fd,
		    uint64_t *ret_size) MUST_USE;
bool store_blob_has(const struct store *s, const struct digest *d);

/* A blob's bytes, their digest verified (a bad one is deleted and ERR_VERIFY). 1 if it is not
 * there. */
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

/*
 * Named images: what index.json says. A name is NAME:TAG; one without a tag gets ":latest". Bytes
 * outside [A-Za-z0-9._/:@+-], an empty name, component or tag, and more than LIMIT_NAME bytes are
 * ERR_USAGE. What other tools wrote into index.json is kept. Lists are sorted by name.
 */
struct store_image {
	str name;       /* "nginx:latest" */
	str media_type; /* of its manifest or index */
	struct digest digest;
	uint64_t size; /* of that document */
};
int store_name(struct op *op, str name, str *ret) MUST_USE; /* with its tag, checked */
int store_image_get(struct op *op, const struct store *s, str name,
		    struct store_image *ret) MUST_USE; /* 1: none */
int store_image_put(struct op *op, const struct store *s, const struct store_image *image) MUST_USE;
/* Several at once, at the cost of one: index.json is read and written whole. */
int store_images_put(struct op *op, const struct store *s, const struct store_image *image,
		     ptrdiff_t n) MUST_USE;
int store_image_delete(struct op *op, const struct store *s, str name) MUST_USE; /* 1: none */
int store_image_list(struct op *op, const struct store *s, struct store_image **ret,
		     ptrdiff_t *ret_n) MUST_USE;

/*
 * Delete what no named image needs: blobs that no image mentions, records whose blobs are gone and
 * left-over temporary files older than an hour. To mention is to hold the text "sha256:HEX": in
 * index.json, in a JSON blob reached from there (at most STORE_MENTION_DEPTH steps), or in a
 * record. A record that mentions a needed blob stays, and so does all that it mentions; with
 * keep_packages every record that mentions a blob in the store, or nothing at all, stays likewise.
 * While another process has the store open, records and whatever is younger than an hour stay.
 * dry_run only counts. O(bytes of records and manifests).
 */
enum { STORE_MENTION_DEPTH = 4 };
struct store_pruned {
	uint64_t blobs, records, bytes;
};
int store_prune(struct op *op, const struct store *s, bool keep_packages, bool dry_run,
		struct store_pruned *ret) MUST_USE;

#endif
