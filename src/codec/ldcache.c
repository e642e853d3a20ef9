/*
 *	 0 17  "glibc-ld.so.cache"       28  1  byte order: 2 little, 3 big
 *	17  3  "1.1"                     32  4  where extensions stand; 0: none
 *	20  4  libraries                 48     24 bytes a library:
 *	24  4  bytes of text                    flags 4, name 4, path 4, 0 4, hwcap 8
 *
 * The texts follow, a NUL behind each; their places count from the file's first byte. A name that
 * ends its path shares the path's bytes, as ldconfig has it.
 */
#include "ldcache.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/rd.h"

enum {
	LD_HEADER = 48,
	LD_ENTRY = 24,
	LD_LIBS = 1 << 20,
};

/* "ELF for glibc 2" (3) and the ABI that ldconfig tells libraries of one machine apart by. */
static const struct {
	uint16_t machine;
	uint8_t bits;
	uint32_t flags;
} kinds[] = {
	{ 62, 64, 0x0303 },  /* x86-64 */
	{ 183, 64, 0x0a03 }, /* AArch64 */
	{ 3, 32, 0x0003 },   /* i386 */
	{ 62, 32, 0x0803 },  /* x32 */
	{ 40, 32, 0x0903 },  /* ARM, hard float: armhf, not armel */
	{ 21, 64, 0x0503 },  /* PowerPC 64 */
	{ 22, 64, 0x0403 },  /* S/390 */
	{ 243, 64, 0x1003 }, /* RISC-V, doubles in registers */
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct entry {
	const struct ldcache_lib *lib;
	uint32_t flags;
	ptrdiff_t place; /* in the caller's order */
};

static bool is_digit(str s)
{
	return s.len > 0 && s.p[0] >= '0' && s.p[0] <= '9';
}

/* The number in front, as the loader's int holds it: modulo 2^32. */
static uint32_t number(str *s)
{
	uint32_t v = 0;

	for (; is_digit(*s); *s = str_from(*s, 1))
		v = v * 10 + (uint32_t)(s->p[0] - '0');
	return v;
}

/* _dl_cache_libcmp(): numbers in names count as numbers, and stand above everything else. */
static int name_cmp(str a, str b)
{
	while (a.len > 0) {
		if (is_digit(a) && is_digit(b)) {
			uint32_t x = number(&a), y = number(&b);
			if (x != y)
				return (int32_t)(x - y) < 0 ? -1 : 1;
		} else if (is_digit(a) || is_digit(b)) {
			return is_digit(a) ? 1 : -1;
		} else if (b.len == 0 || a.p[0] != b.p[0]) {
			return b.len == 0 || a.p[0] > b.p[0] ? 1 : -1;
		} else {
			a = str_from(a, 1);
			b = str_from(b, 1);
		}
	}
	return b.len > 0 ? -1 : 0;
}

/* ldconfig's order: names downwards, then flags and capabilities downwards, then the caller's. */
static int entry_qsort(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int by_name = name_cmp(b->lib->soname, a->lib->soname);

	if (by_name != 0)
		return by_name;
	if (a->flags != b->flags)
		return a->flags < b->flags ? 1 : -1;
	if (a->lib->hwcap != b->lib->hwcap)
		return a->lib->hwcap < b->lib->hwcap ? 1 : -1;
	return a->place < b->place ? -1 : 1;
}

static int check_lib(struct op *op, const struct ldcache_lib *lib, uint32_t *ret_flags)
{
	for (ptrdiff_t i = 0; i < lib->soname.len; i++)
		if (lib->soname.p[i] <= ' ' || lib->soname.p[i] > '~')
			return op_fail(op, ERR_FORMAT, "library name '%.*s' is not plain ASCII",
				       STR_ARG(lib->soname));
	if (lib->soname.len == 0 || lib->soname.len > LIMIT_NAME || lib->path.len >= LIMIT_PATH ||
	    !str_starts(lib->path, S("/")) || str_find(lib->path, '\0') >= 0)
		return op_fail(op, ERR_FORMAT, "library '%.*s' has a bad path or name",
			       STR_ARG(lib->path));
	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].machine == lib->machine && kinds[i].bits == lib->bits) {
			*ret_flags = kinds[i].flags;
			return 0;
		}
	}
	return op_fail(op, ERR_FORMAT, "no loader cache for ELF machine %u of %u bits (%.*s)",
		       lib->machine, lib->bits, STR_ARG(lib->path));
}

static void put32(char *to, uint32_t v, bool big)
{
	for (int i = 0; i < 4; i++)
		to[i] = (char)(v >> (8 * (big ? 3 - i : i)));
}

static void put64(char *to, uint64_t v, bool big)
{
	put32(to, (uint32_t)(big ? v >> 32 : v), big);
	put32(to + 4, (uint32_t)(big ? v : v >> 32), big);
}

/* Append the texts of one library and fill its entry at `at`. */
static void put_lib(struct buf *b, size_t at, const struct entry *e, bool big)
{
	str name = e->lib->soname, path = e->lib->path;
	size_t path_at = b->len, name_at = path_at + (size_t)(path.len - name.len);

	buf_add(b, path);
	buf_char(b, '\0');
	if (!str_ends(path, name)) {
		name_at = b->len;
		buf_add(b, name);
		buf_char(b, '\0');
	}
	if (b->bad)
		return;
	put32(b->p + at, e->flags, big);
	put32(b->p + at + 4, (uint32_t)name_at, big);
	put32(b->p + at + 8, (uint32_t)path_at, big);
	put64(b->p + at + 16, e->lib->hwcap, big);
}

int ldcache_write(struct op *op, const struct ldcache_lib *lib, ptrdiff_t n, bool big, str *ret)
{
	struct entry *entry = op_new(op, struct entry, n);
	struct buf b;
	int rc;

	if (!entry)
		return op->code;
	if (n > LD_LIBS)
		return op_fail(op, ERR_LIMIT, "more than %d libraries for the loader cache",
			       LD_LIBS);
	for (ptrdiff_t i = 0; i < n; i++) {
		entry[i] = (struct entry){ .lib = &lib[i], .place = i };
		if ((rc = check_lib(op, &lib[i], &entry[i].flags)) < 0)
			return rc;
	}
	if (n > 1)
		qsort(entry, (size_t)n, sizeof(*entry), entry_qsort);
	buf_init(&b, op, INT32_MAX);
	size_t texts = LD_HEADER + (size_t)n * LD_ENTRY;
	if (!buf_room(&b, texts))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		put_lib(&b, LD_HEADER + (size_t)i * LD_ENTRY, &entry[i], big);
	if (b.bad)
		return op->code;
	memcpy(b.p, "glibc-ld.so.cache1.1", 20);
	put32(b.p + 20, (uint32_t)n, big);
	put32(b.p + 24, (uint32_t)(b.len - texts), big);
	b.p[28] = big ? 3 : 2;
	return buf_take(&b, ret);
}

static int cache_lies(struct op *op, const char *about)
{
	return op_fail(op, ERR_FORMAT, "bad loader cache: %s", about);
}

/* The NUL-terminated text at a place behind the entries. */
static bool text_at(str bytes, size_t texts, uint32_t at, str *ret)
{
	struct rd r = { .in = str_from(bytes, (ptrdiff_t)at) };

	*ret = rd_cstr(&r);
	return at >= texts && !r.bad;
}

/* Magic, count, and tag 4, flags 4, place 4, size 4 for each: they must stay inside the file. */
static bool extensions_ok(str bytes, uint32_t at, bool big)
{
	struct rd r = { .in = str_from(bytes, (ptrdiff_t)at), .big = big };

	if (at == 0)
		return true;
	if (rd_u32(&r) != UINT32_C(0xeaa42174))
		return false;
	uint32_t n = rd_u32(&r);
	for (uint32_t i = 0; i < n && !r.bad; i++) {
		rd_skip(&r, 8);
		uint64_t place = rd_u32(&r), size = rd_u32(&r);
		if (place + size > (uint64_t)bytes.len)
			return false;
	}
	return !r.bad;
}

static void name_kind(uint32_t flags, struct ldcache_lib *lib)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].flags == flags) {
			lib->machine = kinds[i].machine;
			lib->bits = kinds[i].bits;
		}
	}
}

int ldcache_read(struct op *op, str bytes, struct ldcache_lib **ret, ptrdiff_t *ret_n)
{
	struct rd r = { .in = bytes };

	if (!str_eq(rd_take(&r, 20), S("glibc-ld.so.cache1.1")) || bytes.len < LD_HEADER)
		return cache_lies(op, "magic");
	r.big = bytes.p[28] == 3;
	uint32_t n = rd_u32(&r), text_len = rd_u32(&r);
	rd_skip(&r, 4);
	uint32_t extensions = rd_u32(&r);
	rd_skip(&r, 12);
	if (bytes.p[28] != 2 && bytes.p[28] != 3)
		return cache_lies(op, "byte order");
	if (n > ((size_t)bytes.len - LD_HEADER) / LD_ENTRY ||
	    text_len > (size_t)bytes.len - LD_HEADER - (size_t)n * LD_ENTRY)
		return cache_lies(op, "its entries pass its end");
	if (!extensions_ok(bytes, extensions, r.big))
		return cache_lies(op, "extensions");
	struct ldcache_lib *lib = op_new(op, struct ldcache_lib, n);
	if (!lib)
		return op->code;
	size_t texts = LD_HEADER + (size_t)n * LD_ENTRY;
	for (uint32_t i = 0; i < n; i++) {
		name_kind(rd_u32(&r), &lib[i]);
		if (!text_at(bytes, texts, rd_u32(&r), &lib[i].soname) ||
		    !text_at(bytes, texts, rd_u32(&r), &lib[i].path))
			return cache_lies(op, "a name is outside of it");
		rd_skip(&r, 4);
		lib[i].hwcap = rd_u64(&r);
	}
	MUST(!r.bad);
	*ret = lib;
	*ret_n = n;
	return 0;
}
