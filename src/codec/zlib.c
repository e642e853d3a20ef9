#include "zlib.h"

#include <isa-l/igzip_lib.h>

#include "base/buf.h"
#include "base/limits.h"

enum { ZLIB_PIECE = 64 << 10 };

int zlib_inflate(struct op *op, str bytes, str what, size_t max, str *ret)
{
	struct inflate_state *z = op_new(op, struct inflate_state, 1);
	struct buf b;

	buf_init(&b, op, max);
	if (!z)
		return op->code;
	if (bytes.len > INT32_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: too much zlib data", STR_ARG(what));
	isal_inflate_init(z);
	z->crc_flag = IGZIP_ZLIB;
	z->next_in = (uint8_t *)(uintptr_t)bytes.p;
	z->avail_in = (uint32_t)bytes.len;
	while (z->block_state != ISAL_BLOCK_FINISH) {
		size_t room = max - b.len < ZLIB_PIECE ? max - b.len : ZLIB_PIECE;
		if (room == 0 || b.len > (size_t)bytes.len * LIMIT_RATIO + (1 << 20))
			return op_fail(op, ERR_LIMIT, "%.*s: unpacks to more than %zu bytes",
				       STR_ARG(what), room ? (size_t)bytes.len * LIMIT_RATIO : max);
		char *to = buf_room(&b, room);
		if (!to)
			return op->code;
		z->next_out = (uint8_t *)to;
		z->avail_out = (uint32_t)room;
		int rc = isal_inflate(z);
		if (rc != ISAL_DECOMP_OK || (z->avail_in == 0 && z->avail_out == room &&
					     z->block_state != ISAL_BLOCK_FINISH))
			return op_fail(op, ERR_FORMAT, "%.*s: bad or truncated zlib data",
				       STR_ARG(what));
		b.len -= z->avail_out;
	}
	return buf_take(&b, ret);
}
