/*
 * confine: what this process will never do again, from here on.
 *
 * Landlock decides which files may be read, written and executed (everything else that it handles
 * is refused, also to root), no program gains privileges, no core is dumped. It holds for this
 * thread and for what it starts, so call it before threads exist. It cannot be taken back.
 *
 * Source: Linux Documentation/userspace-api/landlock.rst, ABI 1 to 5.
 */
#ifndef SYS_CONFINE_H
#define SYS_CONFINE_H

#include <sys/stat.h>

#include "base/op.h"

struct confine_spec {
	/* Paths of files or directories, NULL-terminated or NULL; one that does not exist is passed
	 * over. */
	const char *const *read;    /* read and list */
	const char *const *write;   /* read, and make, change and remove what is below */
	const char *const *execute; /* read and execute */
	bool no_files;              /* no Landlock: rest only */
	mode_t umask;               /* 0 leaves it as it is */
};

struct confine_held {
	int landlock;  /* the ABI that the kernel has; 0: none, files are not confined */
	bool truncate; /* truncating outside is refused too (ABI 3) */
};

/*
 * confine(op, spec, ret): 0, also when the kernel has no Landlock or has it switched off: *ret
 * tells what holds. ERR_IO if the kernel has a part and refuses it. ret may be NULL.
 */
int confine(struct op *op, const struct confine_spec *spec, struct confine_held *ret) MUST_USE;

#endif
