/*
 * document: manifests and configs as bytes: checked reading, for images of any hand.
 * Source: OCI image-spec 1.1, manifest.md, config.md; attack list: digests, sizes and media types
 * are checked before anything is opened by them.
 */
#ifndef OCI_DOCUMENT_H
#define OCI_DOCUMENT_H

#include "codec/stream.h"

#include "image.h"
#include "layout.h"

#define MEDIA_CONFIG "application/vnd.oci.image.config.v1+json"
#define MEDIA_LAYER "application/vnd.oci.image.layer.v1.tar"

enum media { MEDIA_UNKNOWN, MEDIA_IS_MANIFEST, MEDIA_IS_INDEX, MEDIA_IS_CONFIG, MEDIA_IS_LAYER };
enum media media_kind(str media_type);

/* How a layer of that media type is compressed: false for one that temper does not read. */
bool media_layer_stream(str media_type, enum stream_kind *ret);

/*
 * document_manifest(op, what, bytes, ret): an image manifest; fills everything of *ret but the
 * manifest's own descriptor (its media type apart) and what is in the config. ERR_FORMAT for what
 * is none: a list of manifests in it, a media type of something else, a config that is not an
 * image's (the message says what it is then: a Helm chart, a signature), layers that are to be
 * fetched elsewhere ("urls"), bad digests or sizes, more than LIMIT_LAYERS_READ layers. Views alias
 * bytes.
 */
int document_manifest(struct op *op, str what, str bytes, struct image *ret) MUST_USE;

/* What a manifest is of where its media types say that it is no image's ("a Helm chart"), with the
 * telling type; else NULL. */
const char *document_artifact(const struct doc *doc, str *ret_type);

/* An image's configuration; its diff_ids must be as many as config->layer_n says and go there. */
int document_config(struct op *op, str what, str bytes, struct image_config *config) MUST_USE;

/* The number of diff_ids in a configuration, for readers of docker archives; layers are made. */
int document_config_layers(struct op *op, str what, str bytes,
			   struct image_config *config) MUST_USE;

/* The same without rootfs, from before there were diff_ids (Docker's image JSON 1.0): an ID/json. */
int document_config_legacy(struct op *op, str what, str bytes,
			   struct image_config *config) MUST_USE;

/* Descriptor fields of a JSON object being written (no annotations). */
void document_descriptor(struct json_out *j, str media_type, const struct digest *d, uint64_t size);

#endif
