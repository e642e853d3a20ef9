/* A zip archive of given entries, as any tool makes them. */
#ifndef TESTS_INVENTORY_ZIP_MADE_H
#define TESTS_INVENTORY_ZIP_MADE_H

#include <libdeflate.h>
#include <string.h>

#include "base/buf.h"

struct zip_part {
	const char *name;
	str bytes;
	bool deflated;
};

static inline void zip_put(struct buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_char(b, (char)(v >> (8 * i)));
}

static inline void zip_put_common(struct buf *b, const struct zip_part *p, str packed)
{
	zip_put(b, 20, 2);
	zip_put(b, 0, 2);
	zip_put(b, p->deflated ? 8 : 0, 2);
	zip_put(b, 0x5a210000, 4);
	zip_put(b, libdeflate_crc32(0, p->bytes.p, (size_t)p->bytes.len), 4);
	zip_put(b, (uint64_t)packed.len, 4);
	zip_put(b, (uint64_t)p->bytes.len, 4);
	zip_put(b, strlen(p->name), 2);
	zip_put(b, 0, 2);
}

static inline int zip_pack(struct op *op, const struct zip_part *p, str *ret)
{
	size_t room = (size_t)p->bytes.len + 1024;
	char *to = op_new(op, char, room);

	*ret = p->bytes;
	if (!to || !p->deflated)
		return to ? 0 : op->code;
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	size_t n = libdeflate_deflate_compress(c, p->bytes.p, (size_t)p->bytes.len, to, room);
	libdeflate_free_compressor(c);
	*ret = (str){ to, (ptrdiff_t)n };
	return 0;
}

/* `before`: what stands before the first record, a script for example. */
static inline int zip_made(struct op *op, const char *before, const struct zip_part *part, int n,
			   str *ret)
{
	struct buf b, directory;

	buf_init(&b, op, 64 << 20);
	buf_init(&directory, op, 64 << 20);
	buf_add(&b, str_of(before));
	size_t base = b.len;
	for (int i = 0; i < n; i++) {
		str packed;
		size_t at = b.len - base;
		int rc = zip_pack(op, &part[i], &packed);
		if (rc < 0)
			return rc;
		zip_put(&b, 0x04034b50, 4);
		zip_put_common(&b, &part[i], packed);
		buf_add(&b, str_of(part[i].name));
		buf_add(&b, packed);
		zip_put(&directory, 0x02014b50, 4);
		zip_put(&directory, 20, 2);
		zip_put_common(&directory, &part[i], packed);
		zip_put(&directory, 0, 6); /* no comment, disk 0, no attributes ... */
		zip_put(&directory, 0, 4);
		zip_put(&directory, at, 4);
		buf_add(&directory, str_of(part[i].name));
	}
	size_t at = b.len - base;
	buf_add(&b, buf_view(&directory));
	zip_put(&b, 0x06054b50, 4);
	zip_put(&b, 0, 4);
	zip_put(&b, (uint64_t)n, 2);
	zip_put(&b, (uint64_t)n, 2);
	zip_put(&b, directory.len, 4);
	zip_put(&b, at, 4);
	zip_put(&b, 0, 2);
	return buf_take(&b, ret);
}

#endif
