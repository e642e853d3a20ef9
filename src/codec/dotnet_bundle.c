/*
 * The mark is 40 bytes in the host's data: where the header stands 8, then 32 that are the SHA-256 of
 * ".net core bundle" and a line's end. All numbers are little endian.
 *
 *	header   version 4, minor version 4, files 4, id (length 7 bits a byte, text);
 *	         from version 2 on .deps.json: offset 8, size 8; settings: offset 8, size 8; flags 8
 *	file     offset 8, size 8, from version 6 on packed size 8, kind 1, path (like id)
 */
#include "dotnet_bundle.h"

#include <string.h>

#include "base/limits.h"
#include "base/rd.h"

enum {
	BUNDLE_MARK = 32,
	BUNDLE_BLOCK = 256 << 10,
	BUNDLE_SEARCH = 64 << 20, /* bytes of data; a host that has the runtime in it has 2 MiB */
	BUNDLE_HEAD = 512,
	BUNDLE_FILES = 65536,    /* a whole runtime has 400 */
	BUNDLE_TABLE = 16 << 20, /* bytes of the list of files */
	BUNDLE_DEPS = 3,         /* a kind */
};
static const char mark[BUNDLE_MARK + 1] =
	"\x8b\x12\x02\xb9\x6a\x61\x20\x38\x72\x7b\x93\x02\x14\xd7\xa0\x32"
	"\x13\xf5\xb9\xe6\xef\xae\x33\x18\xee\x3b\x2d\xce\x24\xb3\x6a\xae";

static int lies(struct op *op, const struct at *a)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad bundle of .NET", STR_ARG(a->what));
}

/* Does anything stand behind the program's own parts? */
static bool has_more(const struct at *a, const struct program *p)
{
	uint64_t end = 0;

	for (ptrdiff_t i = 0; i < p->section_n + p->segment_n; i++) {
		const struct program_part *s =
			i < p->section_n ? &p->section[i] : &p->segment[i - p->section_n];
		if (s->offset + s->size > end)
			end = s->offset + s->size;
	}
	if (p->kind == PROGRAM_ELF && p->elf.section_at) {
		uint64_t table = (uint64_t)p->elf.section_n * (p->bits == 64 ? 64 : 40);
		if (p->elf.section_at + table > end)
			end = p->elf.section_at + table;
	}
	return end < a->size;
}

/* Where the header stands; 1: there is no mark in a part. */
static int find_mark(struct op *op, const struct at *a, const struct program_part *s, uint64_t *ret)
{
	struct op_mark before = op_mark(op);
	uint64_t size = s->size < BUNDLE_SEARCH ? s->size : BUNDLE_SEARCH;

	for (uint64_t at = 0; at + 8 + BUNDLE_MARK <= size; at += BUNDLE_BLOCK - 8 - BUNDLE_MARK) {
		uint64_t n = size - at < BUNDLE_BLOCK ? size - at : BUNDLE_BLOCK;
		str block;
		int rc = at_view(op, a, s->offset + at, n, &block);
		if (rc < 0)
			return rc;
		const char *found = memmem(block.p + 8, (size_t)block.len - 8, mark, BUNDLE_MARK);
		if (found) {
			struct rd r = { .in = { found - 8, 8 } };
			*ret = rd_u64(&r);
			op_reset(op, before);
			return 0;
		}
		op_reset(op, before);
	}
	return 1;
}

static str counted_text(struct rd *r)
{
	uint64_t n = 0;

	for (int shift = 0; shift < 28; shift += 7) {
		uint8_t b = rd_u8(r);
		n |= (uint64_t)(b & 127) << shift;
		if (b < 128)
			break;
	}
	return rd_take(r, n);
}

/* The .deps.json by the list of files, for the first version. */
static bool listed(struct rd *r, uint32_t version, uint32_t files, uint64_t *ret_at,
		   uint64_t *ret_n)
{
	for (uint32_t i = 0; i < files && !r->bad; i++) {
		*ret_at = rd_u64(r);
		*ret_n = rd_u64(r);
		if (version >= 6)
			rd_skip(r, 8);
		uint8_t kind = rd_u8(r);
		(void)counted_text(r);
		if (kind == BUNDLE_DEPS && !r->bad)
			return true;
	}
	return false;
}

static int read_header(struct op *op, const struct at *a, uint64_t header, str *ret)
{
	uint64_t left = header < a->size ? a->size - header : 0, at = 0, n = 0;
	uint64_t most = left < BUNDLE_TABLE ? left : BUNDLE_TABLE;
	str bytes;

	/* The list is needed for the first version alone, which is old: the head first. */
	int rc = at_view(op, a, header, most < BUNDLE_HEAD ? most : BUNDLE_HEAD, &bytes);
	if (rc < 0)
		return rc;
	struct rd r = { .in = bytes };
	uint32_t version = rd_u32(&r);
	rd_skip(&r, 4);
	uint32_t files = rd_u32(&r);
	(void)counted_text(&r);
	if (version >= 2) {
		at = rd_u64(&r);
		n = rd_u64(&r);
	} else if (version == 1) {
		ptrdiff_t head = r.in.p - bytes.p;
		if (r.bad || (rc = at_view(op, a, header, most, &bytes)) < 0)
			return r.bad ? lies(op, a) : rc;
		r = (struct rd){ .in = str_from(bytes, head) };
		if (files > BUNDLE_FILES || !listed(&r, version, files, &at, &n))
			n = 0;
	}
	if (r.bad || version == 0 || version > 1000 || files > BUNDLE_FILES || n > LIMIT_CAPTURE)
		return lies(op, a);
	return n == 0 ? 1 : at_view(op, a, at, n, ret);
}

int dotnet_bundle_deps(struct op *op, const struct at *a, const struct program *p, str *ret)
{
	uint64_t header = 0;

	if (!has_more(a, p))
		return 1;
	for (ptrdiff_t i = 0; i < p->segment_n; i++) {
		if (!p->segment[i].writable)
			continue;
		int rc = find_mark(op, a, &p->segment[i], &header);
		if (rc < 0)
			return rc;
		if (rc == 0) /* a host without files behind it has 0 there */
			return header == 0 ? 1 : read_header(op, a, header, ret);
	}
	return 1;
}
