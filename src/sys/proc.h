/*
 * proc: run another program and wait for it.
 */
#ifndef SYS_PROC_H
#define SYS_PROC_H

#include "base/op.h"

struct proc_spec {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	const char *const *env;  /* NULL-terminated; NULL: this process's own */
	str input;               /* fed to its standard input */
	int fd;                  /* passed as descriptor 3 when > 0 */
	const char *dir;         /* its working directory; NULL: this process's own */
	/* Its standard output as it comes; may be NULL. */
	void (*heard)(void *arg, str bytes);
	void *arg;
	int64_t timeout_ms;      /* then its process group is killed; 0: a day */
	size_t output_max;       /* bytes kept of each of out and err; more is dropped */
	bool cleans_up;          /* interrupt_noted() does not cut it short */
};

struct proc_result {
	int status; /* exit code, or 128 + signal */
	bool timed_out;
	str out, err; /* in the op's arena */
};

/*
 * proc_run(op, spec, ret): run it to its end in a process group of its own; whatever of the group
 * is left is killed. 0 with *ret filled, whatever the exit code; 1 if there is no such program;
 * negative if it could not be run; ERR_IO if it was cut short by interrupt_noted(). Call before
 * threads start or never from a pool.
 */
int proc_run(struct op *op, const struct proc_spec *spec, struct proc_result *ret) MUST_USE;

/* Is there an executable of that name in PATH? */
bool proc_exists(const char *name);

#endif
