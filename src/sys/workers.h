/*
 * workers: the same work on many things in processes of their own, for work that starts programs
 * (threads must not fork) and whose memory is to be gone when it is done.
 */
#ifndef SYS_WORKERS_H
#define SYS_WORKERS_H

#include "base/buf.h"

enum {
	WORKERS_MAX = 64,        /* processes */
	WORKERS_SAID = 64 << 20, /* bytes that one piece of work may say */
};

/* One piece of work, in a process of its own that has done others before. `own` is empty at the
 * start of each call and gone after it. What it puts into `said` is heard; a negative code is heard
 * too, with own's message. */
typedef int workers_work(struct op *own, ptrdiff_t i, struct buf *said, void *arg);

/* What came of the i-th: code 0 or negative, with its message; what it said. Views hold for the
 * call, as does memory of op. A negative return ends it all. */
struct workers_heard {
	int code;
	str message, said;
};
typedef int workers_hear(struct op *op, ptrdiff_t i, const struct workers_heard *heard, void *arg);

struct workers_spec {
	int count; /* processes; 0: one a processor */
	workers_work *work;
	workers_hear *hear;
	void (*note)(ptrdiff_t done, void *arg); /* now and then, while it waits; may be NULL */
	void *arg;
};

/*
 * workers_run(op, n, spec): work on each i in [0, n), in processes forked now, which share what this
 * one has opened and read, and hear what came of it in the order of i. What a process does that
 * dies is heard as ERR_IO, and another one goes on with the rest. SIGINT and its kin end the
 * processes, each by its own way out, and are raised again here afterwards: ERR_IO. Memory of this
 * process: what is said out of order, and 8 bytes for each i. Call without threads.
 */
int workers_run(struct op *op, ptrdiff_t n, const struct workers_spec *spec) MUST_USE;

#endif
