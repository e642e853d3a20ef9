/*
 * ar: the outer archive of a .deb. Source: deb(5); ar(5), the common form.
 */
#ifndef CODEC_AR_H
#define CODEC_AR_H

#include "base/op.h"

struct ar_member {
	str name; /* without trailing blanks and slash; in op */
	int64_t mtime;
	uint64_t offset; /* of its content in the file */
	uint64_t size;
};

/*
 * ar_list(op, fd, what, ret, ret_n): the members, at most 64, by pread of their headers only.
 * ERR_FORMAT for a bad magic, header or size, or a member that passes the end of the file.
 */
int ar_list(struct op *op, int fd, str what, struct ar_member **ret, ptrdiff_t *ret_n) MUST_USE;

#endif
