/*
 * notices_files: the licence texts that lie in an image beside what they are of: LICENSE, COPYING, NOTICE
 * and the like of language packages, and below usr/share/licenses.
 */
#ifndef BUILD_NOTICES_FILES_H
#define BUILD_NOTICES_FILES_H

#include "side.h"

/* Is it one by its name? */
bool notices_file_is(str path);

struct notices_files {
	struct notices_file_text {
		str path, text;
	} * p; /* [n] by path */
	ptrdiff_t n;
};

/* Those that side_open() kept, in op. */
int notices_files_find(struct op *op, const struct side *side, struct notices_files *ret) MUST_USE;

/*
 * The texts of a package in one, each below its path where they are several; empty: there is none. What
 * lies beside the file that tells of the package, in its folders LICENSES and licenses, what the package lists, and
 * usr/share/licenses/NAME. In op.
 */
int notices_files_of(struct op *op, const struct notices_files *f, const struct package *p,
		     str *ret) MUST_USE;

#endif
