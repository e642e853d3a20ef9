/*
 * slim_impl: what the files that slim an image share.
 */
#ifndef BUILD_SLIM_IMPL_H
#define BUILD_SLIM_IMPL_H

#include "base/map.h"
#include "base/vec.h"
#include "patch_impl.h"
#include "slim.h"
#include "slim_plan.h"
#include "tree/tree.h"

/* What is started, and all that its commands and scripts name. */
struct slim_start {
	struct op *op;
	const struct tree *t;
	str search;       /* PATH */
	VEC(str) entry;   /* files that commands name */
	VEC(str) program; /* ELF files that are started, by whomever */
	VEC(str) script;  /* scripts to be read; [read_n] were */
	ptrdiff_t read_n;
	struct map passed; /* path -> str: how a link, script or program came to be started */
	struct map word;   /* word of a command or script -> str: where it stands */
	str doubt;
};

/* slim_start.c: from the image's configuration and the tests' commands. */
int slim_start(struct slim_start *s, const struct image_config *config, const struct tests *tests,
	       ptrdiff_t tests_n) MUST_USE;

/* slim_look.c: what is known of each package, beside m->installed. */
struct slim_facts {
	struct texts entry;
	str doubt;
	struct slim_package *package; /* [m->n] */
	uint64_t *bytes, *files;      /* [m->n]: that are its own alone */
	struct texts needs;           /* of ELF files that no package has */
	uint64_t bytes_all;
};
int slim_look(struct op *op, struct patch_image *m, const struct tests *tests, ptrdiff_t tests_n,
	      struct slim_facts *ret) MUST_USE;

/* Every library that an ELF file of the made image needs and had before is there: else *ret_failed
 * says which is not. slim_look.c */
int slim_prove(struct op *op, const struct store *store, const struct image *was,
	       const struct image *made, str *ret_failed) MUST_USE;

/* slim_cut.c: the paths that go, into l->gone; then the database without the packages, into l. */
int slim_paths(struct patch_layer *l, const bool *cut) MUST_USE;
int slim_database(struct patch_layer *l, const bool *cut) MUST_USE;

/* The layers without those paths, and without what l puts anew: they take the places of l->m's. */
int slim_layers(struct patch_layer *l, enum compress_kind kind) MUST_USE;

/* slim_layer.c: one layer's tar without what leave_out() says, as new blob. 1: nothing to leave out. */
int slim_layer(struct op *op, const struct store *store, const struct digest *blob,
	       enum compress_kind kind,
	       int (*leave_out)(struct op *op, void *arg, str path, bool *ret), void *arg,
	       struct layer_blob *ret) MUST_USE;

#endif
