/*
 * attached: documents that others have attached to an image: attestations and the like. Sources: OCI
 * image-spec 1.1 ("subject", "artifactType"); distribution-spec 1.1 (referrers API and its fallback tag);
 * BuildKit's attestation storage; cosign's tag of attestations ("sha256-HEX.att").
 *
 * Of an archive or layout all that is in it is looked at, nested indexes too; of a registry the index
 * that the image was found in, what refers to the image or to that index, and cosign's tag. Who
 * attached something is not asked: nothing of it is to be believed because it is there.
 */
#ifndef OCI_ATTACHED_H
#define OCI_ATTACHED_H

#include "source.h"

enum {
	ATTACHED_MAX = 100,        /* documents of one image; Trivy's figure too */
	ATTACHED_MANIFESTS = 1000, /* that are looked into for them */
	ATTACHED_BYTES = 20 << 20, /* of one document */
};

struct attached {
	str media_type, bytes;
	struct digest digest; /* of the bytes */
};

/*
 * attached_read(op, s, image, wish, ret, ret_n): those documents of the image that may be statements by
 * their media types: in-toto, DSSE, Sigstore bundles, OpenVEX, CSAF, CycloneDX. Of sources that have none
 * (engines, Docker archives) there are none; with wish->offline no registry is asked. ERR_LIMIT past the
 * ceilings; ERR_VERIFY for bytes of another digest.
 */
int attached_read(struct op *op, struct source *s, const struct source_image *image,
		  const struct source_wish *wish, struct attached **ret, ptrdiff_t *ret_n) MUST_USE;

/* The digests that an attestation may be about: of its manifest, and of indexes that it was found by. */
int attached_names(struct op *op, const struct source_image *image, struct digest **ret,
		   ptrdiff_t *ret_n) MUST_USE;

#endif
