/*
 * source: where an image, a directory or a bill of materials is, as the user calls it.
 *
 *	docker-archive:FILE[:NAME]  oci-archive:FILE[:NAME]
 *	oci-dir:DIR[:NAME]  oci:DIR[:NAME]                   of files
 *	docker:NAME  podman:NAME  containerd:NAME            of engines
 *	registry:NAME                                        of a registry
 *	store:NAME  store:[NAME@]sha256:HEX                  of temper's own store
 *	dir:DIR  file:FILE  sbom:FILE                        not images
 *	-                                                    whatever comes on standard input
 *
 * Without a scheme: files first (what they are is seen by their bytes), the store next, then
 * daemons, the network last. Each provider that was asked and did not have it gives one reason.
 */
#ifndef OCI_SOURCE_H
#define OCI_SOURCE_H

#include "image.h"
#include "model/inventory.h"
#include "tree/tree.h"

/* SOURCE_TAR: a tar of files that is no image (a root file system, a source tree): image[0] has it
 * as its only layer, and a subject that is all empty but for kind and name. */
enum source_kind { SOURCE_IMAGES, SOURCE_DIRECTORY, SOURCE_FILE, SOURCE_SBOM, SOURCE_TAR };

struct source_wish {
	str platform; /* "linux/arm64"; empty: this machine's, or the only one */
	bool all_platforms;
	bool trust; /* do not check digests of layers (those of manifests and configurations always
		       are) */
	bool offline;          /* ask no registry */
	struct texts insecure; /* registries, HOST[:PORT], from which plain HTTP and any certificate
				  is taken */
	struct texts from;     /* --from: schemes to try, in this order; empty: as above */
	void (*note)(void *arg, const char *step, uint64_t done,
		     uint64_t total); /* downloads; may be NULL */
	void *arg;
};

/* One image: what tree_of_layers() wants, and what is known of it. */
struct source_image {
	struct tree_layer *layer; /* [layer_n] */
	ptrdiff_t layer_n;
	struct subject subject; /* complete but for is_base, base and size */
};

struct source {
	enum source_kind kind;
	str name;           /* as the user called it, without the scheme */
	const char *scheme; /* that it was found by */
	struct source_image
		*image; /* SOURCE_IMAGES: [image_n], one a platform; attestations are none */
	ptrdiff_t image_n;
	int fd; /* SOURCE_DIRECTORY: the directory; SOURCE_FILE, _SBOM, _TAR: the file, of which */
	uint64_t size;            /* all bytes are meant */
	struct source_open *open; /* opaque: descriptors to close */
};

/*
 * source_open(op, what, wish, store, ret): find it and open it. Manifests, indexes and
 * configurations are verified by their digests; layers are where they are (in the archive, the
 * layout, the store, or fetched into a file without a name), and verified as tree_of_layers()
 * passes over them. `store` may be NULL. ERR_USAGE where nothing has such an image, with the reason
 * that matters; ERR_NET, ERR_IO, ERR_FORMAT as it fails.
 */
int source_open(struct op *op, str what, const struct source_wish *wish, const struct store *store,
		struct source *ret) MUST_USE;
void source_close(struct source *s);
#define AUTO_SOURCE __attribute__((cleanup(source_close))) struct source

/*
 * source_import(op, store, what, wish, ret, ret_name): image_import() with a wish of one's own: platform,
 * registries, schemes. For who needs the image in the store.
 */
int source_import(struct op *op, const struct store *store, str what, const struct source_wish *wish,
		  struct image_descriptor *ret, str *ret_name) MUST_USE;

#endif
