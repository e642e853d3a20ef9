/*
 * image: an OCI image as values, its documents written and read, and its ways out of the store.
 * Source: OCI image-spec 1.1 (manifest.md, config.md, image-index.md, image-layout.md); Docker
 * image specification v1.2 for archives and the health check.
 */
#ifndef OCI_IMAGE_H
#define OCI_IMAGE_H

#include "codec/node.h"
#include "store.h"

struct image_layer {
	str media_type;        /* application/vnd.oci.image.layer.v1.tar+gzip or +zstd */
	struct digest digest;  /* of the blob */
	struct digest diff_id; /* of the uncompressed tar */
	uint64_t size;         /* of the blob */
	uint64_t tar_size;     /* uncompressed; 0 where it is not known */
	str created_by;        /* history: what made it, e.g. "temper: libssl3t64 3.5.4-1" */
};

struct image_healthcheck { /* Docker's; times in nanoseconds; test is empty when there is none */
	struct texts test; /* ["CMD", "prog", ...] or ["CMD-SHELL", "..."] or ["NONE"] */
	uint64_t interval, timeout, start_period, retries;
};

struct image_config {
	str os, architecture, variant;
	int64_t created; /* seconds since 1970 */
	str user, work_dir, stop_signal;
	struct texts env; /* "K=V" */
	struct texts entrypoint, cmd;
	struct texts ports; /* "8080/tcp" */
	struct texts volumes;
	struct pairs labels;
	struct image_healthcheck healthcheck;
	struct image_layer *layer; /* [layer_n], bottom first */
	ptrdiff_t layer_n;
};

struct image_descriptor {
	str media_type;
	struct digest digest;
	uint64_t size;
	str platform; /* "linux/amd64" or empty */
};

/* The config and manifest documents; blobs go into the store, the manifest's descriptor out. */
int image_put(struct op *op, const struct store *s, const struct image_config *config,
	      const struct pairs *annotations, struct image_descriptor *ret) MUST_USE;

/* Only the manifest, over a config that is in the store already (whose values `config` has). */
int image_manifest_put(struct op *op, const struct store *s, const struct image_config *config,
		       const struct digest *config_digest, uint64_t config_size,
		       const struct pairs *annotations, struct image_descriptor *ret) MUST_USE;

/* An image index over manifests, in the order given. */
int image_index_put(struct op *op, const struct store *s, const struct image_descriptor *manifest,
		    ptrdiff_t n, const struct pairs *annotations,
		    struct image_descriptor *ret) MUST_USE;

/*
 * image_get(op, s, d, platform, ret...): read a manifest (or, through an index, the one for
 * platform; empty: the host's, else the only one) and its config, digests verified. An image
 * without the platform that was asked for is ERR_USAGE and says which it has. Documents with both
 * layers and manifests, bad digests or sizes, or more than LIMIT_LAYERS layers are ERR_FORMAT. 1 if
 * the blob is not in the store.
 */
struct image {
	struct image_descriptor manifest;
	struct digest config_digest;
	uint64_t config_size;
	str config_media_type;
	struct image_config config;
	struct pairs annotations;
};
int image_get(struct op *op, const struct store *s, const struct digest *d, str platform,
	      struct image *ret) MUST_USE;

/*
 * image_choose(op, blobs, root, n, wish, ret, ret_n): the same wherever the documents are: one
 * image, or (wish->all) each that is there. Nested indexes are followed; attestations and other
 * artifacts beside images are passed over. Of a single `root` only the digest must be known;
 * several are taken as an index's entries. 1 if a document that it takes is not there.
 */
struct blobs;
struct image_wish {
	str platform;
	bool all;
};
struct image_document {
	struct image image;
	str manifest_json, config_json; /* as they are */
};
int image_choose(struct op *op, const struct blobs *b, const struct image_descriptor *root,
		 ptrdiff_t n, const struct image_wish *wish, struct image_document **ret,
		 ptrdiff_t *ret_n) MUST_USE;

/* The image manifests of an index (one for a plain manifest), for multi-platform work. */
int image_manifests(struct op *op, const struct store *s, const struct digest *d,
		    struct image_descriptor **ret, ptrdiff_t *ret_n) MUST_USE;

/*
 * image_export(op, s, what, name, to): write an image (manifest or index) out of the store.
 * `to` is SCHEME:PLACE: oci-dir: (oci:), oci-archive:, docker-archive:, docker:[NAME],
 * podman:[NAME] (the running daemon, by its socket). `name` is the reference that goes along.
 * Archives are written whole or not at all and are the same bytes for the same image; an oci-dir
 * that exists keeps its other images. docker-archive, docker and podman take one platform: the
 * host's if there are several.
 */
int image_export(struct op *op, const struct store *s, const struct digest *what, str name,
		 str to) MUST_USE;

/* As image_export(), for one of several images: in an oci-dir it is called NAME:TAG, not TAG alone.
 */
int image_export_among(struct op *op, const struct store *s, const struct digest *what, str name,
		       str to) MUST_USE;

/* ERR_USAGE for what image_export() knows no way to: for a caller to whom the image is not made
 * yet. */
int image_export_check(struct op *op, str to) MUST_USE;

/*
 * image_import(op, s, from, ret, ret_name): bring an image into the store from any source
 * (oci/source.h); every digest verified. A bare name is a file, a layout, or what the store has. Of a
 * layout it is all platforms, of daemons and registries this machine's. Uncompressed docker layers
 * are kept as they are (application/vnd.oci.image.layer.v1.tar). ERR_USAGE with one reason when there
 * is no such image.
 */
int image_import(struct op *op, const struct store *s, str from, struct image_descriptor *ret,
		 str *ret_name) MUST_USE;

#endif
