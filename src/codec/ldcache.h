/*
 * ldcache: the loader's cache of libraries, as ldconfig would write it.
 * Source: glibc 2.36 elf/cache.c, sysdeps/generic/dl-cache.h ("glibc-ld.so.cache1.1").
 */
#ifndef CODEC_LDCACHE_H
#define CODEC_LDCACHE_H

#include "base/op.h"

struct ldcache_lib {
	str soname;
	str path; /* absolute, "/usr/lib/x86_64-linux-gnu/libc.so.6" */
	uint16_t machine;
	uint8_t bits;
	uint64_t hwcap; /* 0; glibc-hwcaps libraries are left out by the caller */
};

/*
 * The cache's bytes, entries ordered as the loader's binary search needs them, libraries of one
 * name in the caller's order (the loader takes the first that fits). Deterministic. No generator
 * is named in it. ERR_FORMAT for a name that is not plain ASCII, a path that is not absolute and
 * a machine that has no known flags.
 */
int ldcache_write(struct op *op, const struct ldcache_lib *lib, ptrdiff_t n, bool big,
		  str *ret) MUST_USE;

/*
 * Read one back (for proofs and tests), in its order; views alias bytes. The machine is 0 where the
 * flags are not known. ERR_FORMAT for anything that lies.
 */
int ldcache_read(struct op *op, str bytes, struct ldcache_lib **ret, ptrdiff_t *ret_n) MUST_USE;

#endif
