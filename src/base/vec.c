#include "vec.h"

#include <string.h>

bool vec_grow(struct op *op, void **p, ptrdiff_t *n, ptrdiff_t *cap, size_t size)
{
	if (*n == *cap) {
		ptrdiff_t more = *cap < 8 ? 8 : *cap * 2;
		size_t bytes;

		if (__builtin_mul_overflow((size_t)more, size, &bytes) || bytes > SIZE_MAX / 4) {
			op_fail(op, ERR_MEMORY, "out of memory: array of %td elements", more);
			return false;
		}
		void *grown = op_extend(op, *p, (size_t)*cap * size, bytes);
		if (!grown)
			return false;
		*p = grown;
		*cap = more;
	}
	memset((char *)*p + (size_t)*n * size, 0, size);
	++*n;
	return true;
}
