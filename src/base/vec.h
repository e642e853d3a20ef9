/*
 * vec: growing arrays of any type in an op's arena.
 *
 *	VEC(struct entry) found = { 0 };
 *	struct entry *e = vec_push(op, &found);      zeroed; NULL with ERR_MEMORY recorded
 *	for (ptrdiff_t i = 0; i < found.n; i++) use(&found.p[i]);
 *
 * Elements move when the array grows: keep indices, not pointers. Amortized O(1) a push.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "op.h"

#define VEC(type)                 \
	struct {                  \
		type *p;          \
		ptrdiff_t n, cap; \
	}

#define vec_push(op, v)                                                        \
	(vec_grow((op), (void **)&(v)->p, &(v)->n, &(v)->cap, sizeof(*(v)->p)) \
		 ? &(v)->p[(v)->n - 1]                                         \
		 : NULL)

/* vec_push()'s other half: room for one element more, counted in at once. */
bool vec_grow(struct op *op, void **p, ptrdiff_t *n, ptrdiff_t *cap, size_t size);

#endif
