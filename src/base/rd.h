/*
 * rd: a cursor over foreign bytes that cannot leave its view and remembers that it tried.
 *
 * A read past the end gives zeros (or the empty view) and sets bad; check bad once, at the end of
 * a structure. Numbers are read in the byte order of the file: set big for big endian.
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include "str.h"

struct rd {
	str in;
	bool big;
	bool bad;
};

str rd_take(struct rd *r, uint64_t n); /* n as the input claims it */
void rd_skip(struct rd *r, uint64_t n);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);

/* Up to the next NUL, which is taken too; bad if there is none. */
str rd_cstr(struct rd *r);

#endif
