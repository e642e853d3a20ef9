/*
 * confine: what this process will never do again, from here on.
 *
 * Landlock decides which files may be read, written and executed (everything else that it handles
 * is refused, also to root), no program gains privileges, no core is dumped. It holds for this
 * thread and for what it starts, so call it before threads exist. It cannot be taken back.
 *
 * Source: Linux Documentation/userspace-api/landlock.rst, ABI 1 to 6.
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
	const int *write_dir;       /* [write_dir_n]: like write, by descriptor */
	int write_dir_n;
	bool no_files; /* no Landlock: rest only */
	mode_t umask;  /* 0 leaves it as it is */
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

/*
 * The same for single threads, so that a pool parses foreign bytes while the thread that waits for
 * it keeps its rights: files as in spec, no TCP (ABI 4), no abstract sockets (ABI 6), and a system
 * call filter without sockets, programs, tracing and what else such work never does. Threads share
 * their memory: this hinders an attacker, it is no wall like that between processes.
 *
 * confine_rules_make() prepares the rules once (spec's umask and no_files are ignored; before ABI 2
 * no file could be renamed from one directory to another, so there only the filter holds);
 * confine_thread() applies them to the calling thread for good. Some 50 microseconds a thread.
 */
struct confine_rules {
	int ruleset; /* -1: none */
};
int confine_rules_make(struct op *op, const struct confine_spec *spec,
		       struct confine_rules *ret) MUST_USE;
int confine_thread(struct op *op, const struct confine_rules *rules) MUST_USE;
void confine_rules_close(struct confine_rules *rules);
#define AUTO_CONFINE_RULES __attribute__((cleanup(confine_rules_close))) struct confine_rules

#endif
