/*
 * local: packages that are files beside the recipe (lines of `packages` that end with ".deb").
 */
#ifndef BUILD_LOCAL_H
#define BUILD_LOCAL_H

#include "distro/solve.h"
#include "oci/store.h"
#include "recipe.h"

/*
 * local_put(op, store, deb, want, ret): the file as a blob in the store; its digest in *ret. With
 * `want` (or NULL), a file of another digest is ERR_NO: it was changed after it was locked. 1 if
 * there is no such file.
 */
int local_put(struct op *op, const struct store *store, const struct recipe_deb *deb,
	      const struct digest *want, struct digest *ret) MUST_USE;

/* The digest of the file alone. 1 if there is no such file. */
int local_digest(struct op *op, const struct recipe_deb *deb, struct digest *ret) MUST_USE;

/*
 * local_read(op, store, recipe, platform, ret, ret_n): all such files, put into the store and
 * unpacked there (confined), as the solver takes them; those of another architecture are left out.
 * ERR_USAGE for one that is not there, for two that are the same package, and for one that is no
 * package.
 */
int local_read(struct op *op, const struct store *store, const struct recipe *recipe,
	       const struct platform *platform, struct solve_local **ret,
	       ptrdiff_t *ret_n) MUST_USE;

#endif
