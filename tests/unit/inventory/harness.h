/* One cataloger, or all, over files that are given. */
#ifndef TESTS_INVENTORY_HARNESS_H
#define TESTS_INVENTORY_HARNESS_H

#include "../harness.h"
#include "inventory/inventory.h"

/* `name` as --select-catalogers takes it, or "" for all. An image's tree unless `work_tree`. */
static inline int catalog_over(struct op *op, const char *name, bool work_tree,
			       const struct tree_given *file, ptrdiff_t n, struct inventory *ret)
{
	str only = str_of(name);
	struct inventory_wish wish = { .image = !work_tree, .licences = true };
	struct tree_wish wants;
	struct tree *t;

	wish.only = (struct texts){ &only, only.len ? 1 : 0 };
	*ret = (struct inventory){ 0 };
	int rc = inventory_interest(op, &wish, &wants);
	if (rc < 0 || (rc = tree_of_files(op, file, n, &wants, &t)) < 0)
		return rc;
	rc = inventory_make(op, t, &wish, ret);
	tree_close(&t);
	return rc;
}

/* The package of that purl, or NULL. */
static inline const struct package *package_by(const struct inventory *v, const char *purl)
{
	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		if (str_eq(v->package[i].purl, str_of(purl)))
			return &v->package[i];
	}
	return NULL;
}

#endif
