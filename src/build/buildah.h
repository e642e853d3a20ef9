/*
 * buildah: an image of a Dockerfile, built by the program buildah, with what temper knows before and
 * after: every image that the Dockerfile names is brought into the store first (the store's own name,
 * then a registry), so that buildah asks no network for it; and the result comes into the store with
 * the layers of its base as they are there, digest for digest, and with a configuration, a manifest
 * and a history of ours, which say where it comes from and are the same bytes for the same build.
 *
 * buildah keeps its storage below the store, in buildah/. As root it runs as it is; as another user
 * in a user namespace, with the ids of /etc/subuid, or with one id alone where there are none.
 */
#ifndef BUILD_BUILDAH_H
#define BUILD_BUILDAH_H

#include "lint/dockerfile.h"
#include "model/config.h"
#include "oci/image.h"

struct buildah_wish {
	str file;    /* the Dockerfile; empty: Dockerfile or Containerfile in the context */
	str context; /* a directory */
	struct texts build_args; /* "NAME=VALUE", or the name of a variable of this process */
	struct texts labels;     /* "NAME=VALUE" */
	struct texts secrets;    /* "id=NAME,src=FILE" */
	struct texts sources;    /* "NAME=SCHEME:PLACE": what the Dockerfile calls NAME */
	struct texts insecure;   /* registries, as struct source_wish */
	str target, platform, network, isolation;
	bool no_cache, pull, offline;
	int64_t timestamp;                   /* of all that is new; -1: the base's */
	void (*heard)(void *arg, str bytes); /* what buildah prints, as it comes; may be NULL */
	void *arg;
};

struct buildah_image { /* that the Dockerfile names */
	str name;      /* as there, with its variables put in */
	struct image_descriptor root;
	struct image image;
};

struct buildah_built {
	struct dockerfile dockerfile;
	struct buildah_image *used; /* [used_n] */
	ptrdiff_t used_n;
	const struct buildah_image *base; /* of the stage that was built; NULL: scratch */
	ptrdiff_t base_layers;            /* of the image that are the base's, from the lowest */
	struct image_descriptor image;    /* its manifest */
	struct texts
		said; /* where it failed: the last lines that buildah printed, without secrets */
	int *line;    /* [line_n]: of the Dockerfile, for each line of the history; 0: none */
	ptrdiff_t line_n;
};

/*
 * buildah_build(op, store, wish, ret): the image gets no name. ERR_USAGE for a Dockerfile that is wrong,
 * with FILE:LINE; ERR_IO without buildah, and where it fails, in its words, with FILE:LINE.
 */
int buildah_build(struct op *op, const struct store *store, const struct buildah_wish *wish,
		  struct buildah_built *ret) MUST_USE;

/* buildah_result.c: the image that buildah wrote into a directory ("dir:"), into the store; ret->image,
 * ->line, ->base_layers. */
int buildah_result(struct op *op, const struct store *store, int dirfd,
		   struct buildah_built *ret) MUST_USE;

/* buildah_images.c: every image that the Dockerfile names, in the store: ret->used, ->base. */
int buildah_images(struct op *op, const struct store *store, const struct buildah_wish *wish,
		   struct buildah_built *ret) MUST_USE;

/* The Dockerfile with those names replaced by what buildah calls them: "localhost/temper-HEX". */
int buildah_renamed(struct op *op, const struct buildah_built *b, str bytes, str *ret) MUST_USE;
int buildah_name(struct op *op, const struct buildah_image *image, str *ret) MUST_USE;

/*
 * Where an instruction stands, said behind it: "USER root (Dockerfile:5)". Of one that somebody tells, perhaps
 * without a value ("ENV TOKEN=***"), and of the layer that it made (-1: none), by the steps as they were read;
 * left as it is where nothing fits. And of all steps themselves.
 */
int buildah_place(struct op *op, const struct buildah_built *b, const struct config *config,
		  int layer, str *instruction) MUST_USE;
int buildah_mark(struct op *op, const struct buildah_built *b, struct config *config) MUST_USE;

#endif
