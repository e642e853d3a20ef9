/*
 * archive: images as tar files: OCI archives and Docker's.
 * Source: OCI image-spec 1.1, image-layout.md; Docker image specification v1.2, "Combined Image
 * JSON + Filesystem Changeset Format".
 */
#ifndef OCI_ARCHIVE_H
#define OCI_ARCHIVE_H

#include "closure.h"

typedef int archive_sink(struct op *op, void *to, str bytes);

/* The sink that writes to the descriptor at *to (an int). */
int archive_to_file(struct op *op, void *to, str bytes) MUST_USE;

/* The bytes of a blob, verified as they pass: a failure may come after the last. */
int blob_copy(struct op *op, const struct store *s, const struct image_descriptor *d,
	      archive_sink *sink, void *to) MUST_USE;

/* An OCI layout of one image as tar: the same image and names give the same bytes. */
int archive_write_oci(struct op *op, const struct store *s, const struct layout_entry *root,
		      archive_sink *sink, void *to) MUST_USE;

/*
 * What `docker load` and `podman load` read: manifest.json first. Layers stay gzip; zstd ones are
 * unpacked, since Docker 20.10 does not read them. `name` may be empty.
 */
int archive_write_docker(struct op *op, const struct store *s, const struct image *image, str name,
			 archive_sink *sink, void *to) MUST_USE;

#endif
