#include "rd.h"

str rd_take(struct rd *r, uint64_t n)
{
	if (r->bad || n > (uint64_t)r->in.len) {
		r->bad = true;
		return S("");
	}
	str got = { r->in.p, (ptrdiff_t)n };
	r->in = str_from(r->in, (ptrdiff_t)n);
	return got;
}

void rd_skip(struct rd *r, uint64_t n)
{
	(void)rd_take(r, n);
}

static uint64_t number(struct rd *r, int width)
{
	str s = rd_take(r, (uint64_t)width);
	uint64_t v = 0;

	for (ptrdiff_t i = 0; i < s.len; i++) {
		ptrdiff_t at = r->big ? i : s.len - 1 - i;
		v = v << 8 | (unsigned char)s.p[at];
	}
	return v;
}

uint8_t rd_u8(struct rd *r)
{
	return (uint8_t)number(r, 1);
}

uint16_t rd_u16(struct rd *r)
{
	return (uint16_t)number(r, 2);
}

uint32_t rd_u32(struct rd *r)
{
	return (uint32_t)number(r, 4);
}

uint64_t rd_u64(struct rd *r)
{
	return number(r, 8);
}

str rd_cstr(struct rd *r)
{
	ptrdiff_t at = str_find(r->in, '\0');

	if (r->bad || at < 0) {
		r->bad = true;
		return S("");
	}
	str got = rd_take(r, (uint64_t)at);
	rd_skip(r, 1);
	return got;
}
