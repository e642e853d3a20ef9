/*
 * spdx_files: the files of the tree that SPDX can list, by the package that owns them.
 */
#ifndef SBOM_SPDX_FILES_H
#define SBOM_SPDX_FILES_H

#include "model/inventory.h"
#include "sink.h"

struct spdx_files {
	const struct inventory *inv;
	uint32_t *first; /* [package_n + 2]: where a group begins in item; the last is of no package
			  */
	uint32_t *item;  /* positions in inv->file, of those with a SHA-1 */
};
int spdx_files_make(struct op *op, const struct inventory *inv, bool wanted,
		    struct spdx_files *ret) MUST_USE;

/* The verification code (SPDX 2.3, 7.9) of a group: false if it has no files. */
bool spdx_files_code(const struct spdx_files *f, ptrdiff_t group, char out[SINK_SHA1]);

#endif
