/*
 * patch_scan: the findings of an image before and after its patch, and whether what came out is what was
 * to come out.
 */
#ifndef BUILD_PATCH_SCAN_H
#define BUILD_PATCH_SCAN_H

#include "patch_impl.h"
#include "scan/image.h"

struct patch_scan {
	struct database *db; /* NULL: none is asked */
	struct inventory inventory;
	struct report before;
};

/* The inventory of the original and, with a database, its findings. */
int patch_scan_before(struct op *op, const struct store *store, const struct patch_image *m,
		      struct database *db, struct patch_scan *ret, struct patched *out) MUST_USE;

/* Does a package's update clear a finding? */
bool patch_scan_clears(const struct patch_scan *s, str name, const struct repo_package *to);

/*
 * The image that was made: every update must be in its inventory in the new version, and no file
 * that was put in may differ from what its package says (ERR_VERIFY: a fault of ours). Its findings
 * tell what each update cleared.
 */
int patch_scan_after(struct op *op, const struct store *store, const struct image *made,
		     const struct patch_layer *l, const struct patch_scan *s,
		     struct patched *out) MUST_USE;

/* The findings of what stays that the newer version would clear. */
int patch_scan_left(struct op *op, const struct patch_scan *s, const struct patch_plan *plan,
		    struct patched *out) MUST_USE;

#endif
