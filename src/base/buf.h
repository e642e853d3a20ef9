/*
 * buf: growing text or bytes in an op's arena, with a ceiling and a memory of failure.
 *
 * Appends never return an error: the first one that fails is recorded in the op, the buf turns
 * bad, and later appends do nothing. buf_take() reports it. Amortized O(1) a byte.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "op.h"

struct buf {
	struct op *op;
	char *p;
	size_t len, cap;
	size_t max; /* ceiling of len, bytes */
	bool bad;
};

void buf_init(struct buf *b, struct op *op, size_t max);

void buf_add(struct buf *b, str s);
void buf_char(struct buf *b, char c);
void buf_repeat(struct buf *b, char c, ptrdiff_t n);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for n bytes more, where they are known to come: growing copies what is there. */
void buf_reserve(struct buf *b, size_t n);

/* A text between two of c; and, where `comma` is set, a comma, then a new line of n blanks. */
void buf_between(struct buf *b, char c, str s);
void buf_line(struct buf *b, bool comma, ptrdiff_t n);

/* n bytes of room at the end, counted in at once and zeroed; NULL if the buf is or turns bad. */
char *buf_room(struct buf *b, size_t n);

/* What is in it now; a NUL follows it. Valid until the next append. */
str buf_view(const struct buf *b);

/* What is in it, for as long as the op lives; the op's code if an append failed. */
int buf_take(struct buf *b, str *ret) MUST_USE;

#endif
