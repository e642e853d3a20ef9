/*
 * pool: the same work on many things, on all processors.
 */
#ifndef SYS_POOL_H
#define SYS_POOL_H

#include "base/op.h"

/* Processors that this process may use, 1 to 64. */
int pool_cpus(void);

/*
 * pool_run(op, n, work, arg): call work(own, i, arg) for each i in [0, n), in up to pool_cpus()
 * threads (`threads` of them if it is not 0), in order of i as threads come free. `own` is an op
 * of the calling thread's turn: it is empty at the start of each call and gone after it, so what
 * must outlive the call goes into memory that the caller prepared (one place per i, no locks).
 *
 * 0, or the error of the lowest i that failed; after a failure no new i is begun. Never fork
 * inside. Cost: one thread creation per thread used.
 */
typedef int pool_work(struct op *own, ptrdiff_t i, void *arg);
int pool_run(struct op *op, ptrdiff_t n, int threads, pool_work *work, void *arg) MUST_USE;

/*
 * pool_run_inside(op, n, threads, enter, work, arg): the same, but each thread first calls
 * enter(own, arg), which may confine it, and the calling thread only waits: what a thread gives up
 * the caller keeps. A thread whose enter() fails takes no work, and its error is the answer.
 */
typedef int pool_enter(struct op *own, void *arg);
int pool_run_inside(struct op *op, ptrdiff_t n, int threads, pool_enter *enter, pool_work *work,
		    void *arg) MUST_USE;

#endif
