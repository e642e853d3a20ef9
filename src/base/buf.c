#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buf_init(struct buf *b, struct op *op, size_t max)
{
	*b = (struct buf){ .op = op, .max = max };
}

/* Make room for n bytes and a NUL behind len. */
static bool buf_grow(struct buf *b, size_t n)
{
	if (b->bad)
		return false;
	if (n > b->max || b->len > b->max - n) {
		op_fail(b->op, ERR_LIMIT, "text grows past %zu bytes", b->max);
		b->bad = true;
		return false;
	}
	size_t need = b->len + n + 1;
	if (need <= b->cap)
		return true;
	size_t cap = b->cap < 64 ? 128 : b->cap * 2;
	if (cap < need)
		cap = need;
	char *p = op_extend(b->op, b->p, b->cap, cap);
	if (!p) {
		b->bad = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void buf_reserve(struct buf *b, size_t n)
{
	if (n <= b->max - b->len)
		(void)buf_grow(b, n);
}

/* n bytes at the end, counted in, with a NUL behind them; not written yet. */
static inline char *room(struct buf *b, size_t n)
{
	if ((b->bad || n >= b->cap - b->len || n > b->max - b->len) && !buf_grow(b, n))
		return NULL;
	char *at = b->p + b->len;
	b->len += n;
	b->p[b->len] = '\0';
	return at;
}

char *buf_room(struct buf *b, size_t n)
{
	char *at = room(b, n);

	if (at)
		memset(at, 0, n);
	return at;
}

void buf_add(struct buf *b, str s)
{
	char *at = room(b, (size_t)s.len);

	if (at && s.len)
		memcpy(at, s.p, (size_t)s.len);
}

void buf_char(struct buf *b, char c)
{
	char *at = room(b, 1);

	if (at)
		*at = c;
}

void buf_repeat(struct buf *b, char c, ptrdiff_t n)
{
	char *at = n > 0 ? room(b, (size_t)n) : NULL;

	if (at)
		memset(at, c, (size_t)n);
}

void buf_between(struct buf *b, char c, str s)
{
	char *at = room(b, (size_t)s.len + 2);

	if (!at)
		return;
	at[0] = c;
	if (s.len)
		memcpy(at + 1, s.p, (size_t)s.len);
	at[s.len + 1] = c;
}

void buf_line(struct buf *b, bool comma, ptrdiff_t n)
{
	char *at = room(b, (size_t)n + 1 + comma);

	if (!at)
		return;
	if (comma)
		*at++ = ',';
	*at = '\n';
	memset(at + 1, ' ', (size_t)n);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	MUST(len >= 0);
	char *at = buf_room(b, (size_t)len);
	if (at)
		(void)vsnprintf(at, (size_t)len + 1, fmt, again);
	va_end(again);
}

str buf_view(const struct buf *b)
{
	return (str){ b->p ? b->p : "", (ptrdiff_t)b->len };
}

int buf_take(struct buf *b, str *ret)
{
	if (b->bad)
		return b->op->code;
	if (!b->p && !buf_grow(b, 0))
		return b->op->code;
	*ret = buf_view(b);
	return 0;
}
