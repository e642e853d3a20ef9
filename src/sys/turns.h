/*
 * turns: processes of one command that must not make the same thing at the same time.
 */
#ifndef SYS_TURNS_H
#define SYS_TURNS_H

#include "base/op.h"

/* A file without a name, whose bytes are locked; processes that are forked afterwards share it. */
int turns_open(struct op *op, int *ret_fd) MUST_USE;

/*
 * turns_take(op, fd, place, n): wait until no other process holds any of these places, and hold
 * them. Sorts them: who holds some takes no more until turns_give(), so that nobody waits in a
 * circle. A process that ends gives back what it holds. One thread a process. fcntl(2).
 */
int turns_take(struct op *op, int fd, uint64_t *place, ptrdiff_t n) MUST_USE;
void turns_give(int fd);

#endif
