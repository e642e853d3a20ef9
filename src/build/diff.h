/*
 * diff: two sides beside each other: packages with what their changelogs say, files,
 * configuration, sizes.
 */
#ifndef BUILD_DIFF_H
#define BUILD_DIFF_H

#include "model/difference.h"
#include "side.h"

/*
 * diff_make(op, store, before, after, ret): views alias both sides. Times of files do not
 * count. Changelogs are read from the newer .deb, where the store has it. O(files + bytes of the
 * changelogs).
 */
int diff_make(struct op *op, const struct store *store, const struct side *before,
		    const struct side *after, struct difference *ret) MUST_USE;

/* The configurations and annotations of two images; [n], sorted by name. diff_settings.c */
int diff_settings(struct op *op, const struct image *before, const struct image *after,
			struct difference_setting **ret, ptrdiff_t *ret_n) MUST_USE;

#endif
