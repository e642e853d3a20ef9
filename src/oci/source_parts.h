/*
 * source_parts: what the files of source share. For them only.
 */
#ifndef OCI_SOURCE_PARTS_H
#define OCI_SOURCE_PARTS_H

#include "blobs.h"
#include "document.h"
#include "source.h"

struct source_open { /* what source_close() gives back */
	VEC(int) fd;
	struct box box;
	struct image_descriptor root; /* source_seek(): what index.json calls by root_name */
	str root_name;
	bool has_root;
};

/*
 * source_open(), for who wants an image whole: of a layout (and the store) only the root is told,
 * with all platforms and attestations behind it, and none of its images is opened.
 */
int source_seek(struct op *op, str what, const struct source_wish *wish, const struct store *store,
		struct source *ret) MUST_USE;

/* One question on its way through those who may know the answer. */
struct source_ask {
	const struct source_wish *wish;
	const struct store *store; /* may be NULL */
	struct source *s;          /* to be filled */
	bool whole;                /* source_seek() */
	bool casual;               /* the name has no scheme, and nobody named this source */
	str why;                   /* where the answer is 1: the reason */
	bool idle;                 /* the reason is that this engine does not run */
};

/* A descriptor that is closed with the source; *fd becomes the source's. */
int source_keep_fd(struct op *op, struct source *s, int *fd) MUST_USE;

/* Is a name that is wanted (empty: any) what the image is called? "x:1" is docker.io/library/x:1.
 */
bool source_names(str have, str want);

/*
 * Each 0, 1 with a reason, or a failure. `place` is what stands behind the scheme.
 */
int source_from_path(struct op *op, struct source_ask *a, str place) MUST_USE;
int source_from_docker_archive(struct op *op, struct source_ask *a, str place) MUST_USE;
int source_from_oci_archive(struct op *op, struct source_ask *a, str place) MUST_USE;
int source_from_layout(struct op *op, struct source_ask *a, str place) MUST_USE;
int source_from_directory(struct op *op, struct source_ask *a, str place) MUST_USE;
int source_from_file(struct op *op, struct source_ask *a, str place) MUST_USE;
int source_from_sbom(struct op *op, struct source_ask *a, str place) MUST_USE;
int source_from_stdin(struct op *op, struct source_ask *a) MUST_USE;
int source_from_registry(struct op *op, struct source_ask *a, str name) MUST_USE;
int source_from_store(struct op *op, struct source_ask *a, str name) MUST_USE;

int source_from_docker(struct op *op, struct source_ask *a, str name) MUST_USE;
int source_from_podman(struct op *op, struct source_ask *a, str name) MUST_USE;
int source_from_containerd(struct op *op, struct source_ask *a, str name) MUST_USE;

/* The images in an archive that is already in s->open->box, as what is in it tells. */
int source_from_box(struct op *op, struct source_ask *a, str name) MUST_USE;

/* The images in s->open->box, of an OCI layout or a Docker archive; `name` chooses among several.
 */
int source_oci_box(struct op *op, struct source_ask *a, str name) MUST_USE;
int source_docker_box(struct op *op, struct source_ask *a, str name) MUST_USE;
/* The root of a layout that source_seek() asks for: 0. */
int source_root(struct source_ask *a, const struct image_descriptor *root, str name);
/* The same of one manifest or index that is known. */
int source_oci_root(struct op *op, struct source_ask *a, const struct image_descriptor *root,
		    ptrdiff_t n) MUST_USE;

/* Where the layers of an image in the box are: by blobs/sha256/HEX. */
int source_box_layers(struct op *op, struct box *b, const struct image_config *c,
		      struct tree_layer *ret) MUST_USE;

/* "layer 3 (sha256:12ab34cd56ef)", i from 0. */
int source_layer_name(struct op *op, ptrdiff_t i, const struct digest *d, str *ret) MUST_USE;

/* A layer's bytes must begin as its media type says; *ret is what they are. */
int source_check_kind(struct op *op, const struct tree_layer *l, str media_type) MUST_USE;
int source_layer_kind(struct op *op, const struct tree_layer *l, enum stream_kind *ret) MUST_USE;

/*
 * What is known of an image from its documents: everything in ret->subject but names and tags. The
 * layers in `i->config` are as in the manifest. `manifest_json` may be empty: there is none.
 */
int source_subject(struct op *op, const struct image_document *d, struct subject *ret) MUST_USE;

/* An unlinked file in $TMPDIR, /var/tmp or /tmp. */
int source_temp(struct op *op, int *ret_fd) MUST_USE;
int source_temp_dir(struct op *op, int *ret_fd) MUST_USE;

/* Is it an SBOM by its first and last bytes? */
bool source_is_sbom(str head, str tail);

#endif
