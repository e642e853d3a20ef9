#include <fcntl.h>
#include <libdeflate.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/stream.h"
#include "sys/file.h"
#include "unit/harness.h"

/* n bytes that compress, but not well; the same for the same seed. */
static str sample(struct op *op, size_t n, uint64_t seed)
{
	char *p = op_new(op, char, n);

	for (size_t i = 0; p && i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		p[i] = (char)("etaoin shrdlu0123"[(seed >> 33) % 17]);
	}
	return p ? (str){ p, (ptrdiff_t)n } : S("");
}

static void add_gzip(struct buf *b, str in)
{
	struct libdeflate_compressor *z = libdeflate_alloc_compressor(6);
	size_t bound = libdeflate_gzip_compress_bound(z, (size_t)in.len);
	char *p = malloc(bound);

	buf_add(b,
		(str){ p, (ptrdiff_t)libdeflate_gzip_compress(z, in.p, (size_t)in.len, p, bound) });
	free(p);
	libdeflate_free_compressor(z);
}

static void add_xz_check(struct buf *b, str in, uint32_t preset, lzma_check check)
{
	size_t bound = lzma_stream_buffer_bound((size_t)in.len), n = 0;
	uint8_t *p = malloc(bound);

	if (lzma_easy_buffer_encode(preset, check, NULL, (const uint8_t *)in.p, (size_t)in.len, p,
				    &n, bound))
		abort();
	buf_add(b, (str){ (char *)p, (ptrdiff_t)n });
	free(p);
}

static void add_xz(struct buf *b, str in)
{
	add_xz_check(b, in, 6, LZMA_CHECK_CRC64);
}

static void add_zstd(struct buf *b, str in)
{
	size_t bound = ZSTD_compressBound((size_t)in.len);
	char *p = malloc(bound);
	ZSTD_CCtx *z = ZSTD_createCCtx();

	(void)ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	buf_add(b, (str){ p, (ptrdiff_t)ZSTD_compress2(z, p, bound, in.p, (size_t)in.len) });
	ZSTD_freeCCtx(z);
	free(p);
}

static void add_plain(struct buf *b, str in)
{
	buf_add(b, in);
}

static const struct kind {
	enum stream_kind kind;
	void (*add)(struct buf *b, str in);
} kinds[] = { { STREAM_PLAIN, add_plain },
	      { STREAM_GZIP, add_gzip },
	      { STREAM_XZ, add_xz },
	      { STREAM_ZSTD, add_zstd } };
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int unpack(struct op *op, str packed, uint64_t max_out, str *ret)
{
	AUTO_STREAM *s = NULL;

	TRY(stream_open_bytes(op, packed, S("sample"), max_out, &s));
	return stream_read_all(op, s, 256 << 20, ret);
}

/* Packed by each kind in several members, read from bytes and from a file, in pieces of all sizes.
 */
static int round_trip(struct op *op)
{
	static const size_t sizes[] = { 0, 1, 5, 511, 65536, 300000 };
	static const size_t pieces[] = { 1, 7, 4096, 65536, 1 << 20 };
	int dirfd;
	(void)test_dir(&dirfd);

	for (int k = 0; k < KINDS; k++) {
		struct buf packed, whole;
		str all, want, got;
		buf_init(&packed, op, 64 << 20);
		buf_init(&whole, op, 64 << 20);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			str in = sample(op, sizes[i], i);
			kinds[k].add(&packed, in);
			buf_add(&whole, in);
		}
		TRY(buf_take(&packed, &all));
		TRY(buf_take(&whole, &want));
		all = exact(all);
		TRY(unpack(op, all, (uint64_t)want.len, &got));
		CHECK(str_eq(got, want));
		TRY(file_replace(op, dirfd, S("f"), all, 0600));
		AUTO_FD fd = openat(dirfd, "f", O_RDONLY | O_CLOEXEC);
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			AUTO_STREAM *s = NULL;
			size_t n, at = 0;
			char *to = op_new(op, char, pieces[i]);
			if (!to)
				return op->code;
			TRY(stream_open_fd(op, fd, S("f"), 0,
					   i & 1 ? UINT64_MAX : (uint64_t)all.len,
					   (uint64_t)want.len, &s));
			CHECK(stream_kind(s) == kinds[k].kind);
			do {
				TRY(stream_read(op, s, to, pieces[i], &n));
				CHECK(at + n <= (size_t)want.len &&
				      memcmp(to, want.p + at, n) == 0);
				at += n;
			} while (n > 0);
			CHECK(at == (size_t)want.len);
			TRY(stream_read(op, s, to, pieces[i], &n));
			CHECK(n == 0);
		}
	}
	return 0;
}

/* Member ends on every offset around the window's end: bits left in a decoder must come back. */
static int members_over_windows(struct op *op)
{
	int dirfd;
	(void)test_dir(&dirfd);
	for (int k = 1; k < KINDS; k++) {
		struct buf one;
		str member, tail, want;
		buf_init(&one, op, 1 << 20);
		kinds[k].add(&one, sample(op, 3000, 9));
		TRY(buf_take(&one, &member));
		buf_init(&one, op, 1 << 20);
		kinds[k].add(&one, (want = sample(op, 131072 * 2, 3)));
		TRY(buf_take(&one, &tail));
		for (ptrdiff_t shift = -24; shift < 24; shift++) {
			struct op_mark mark = op_mark(op);
			AUTO_STREAM *s = NULL;
			str got;
			/* Junk in front, so that the member's end falls on 128 KiB of the range +
			 * shift. */
			ptrdiff_t members = (131072 + shift) / member.len;
			struct buf b;
			buf_init(&b, op, 1 << 20);
			for (ptrdiff_t i = 0; i < members; i++)
				buf_add(&b, member);
			if (kinds[k].kind ==
			    STREAM_ZSTD) { /* a skippable frame of the length that lacks */
				ptrdiff_t lack = 131072 + shift - members * member.len - 8;
				while (lack < 0)
					lack += 4;
				buf_add(&b, S("\x50\x2a\x4d\x18"));
				for (int i = 0; i < 4; i++)
					buf_char(&b, (char)(lack >> (8 * i)));
				buf_repeat(&b, 'x', lack);
			} else if (kinds[k].kind == STREAM_GZIP) { /* or a name in the header */
				ptrdiff_t lack = 131072 + shift - members * member.len;
				str empty;
				struct buf e;
				buf_init(&e, op, 100);
				add_gzip(&e, S(""));
				TRY(buf_take(&e, &empty));
				lack = lack > empty.len + 1 ? lack - empty.len - 1 : 0;
				buf_add(&b, S("\x1f\x8b\x08\x08\0\0\0\0\0\xff"));
				buf_repeat(&b, 'n', lack);
				buf_char(&b, '\0');
				buf_add(&b, str_from(empty, 10));
			}
			buf_add(&b, tail);
			str all;
			TRY(buf_take(&b, &all));
			TRY(file_replace(op, dirfd, S("f"), all, 0600));
			AUTO_FD fd = openat(dirfd, "f", O_RDONLY | O_CLOEXEC);
			TRY(stream_open_fd(op, fd, S("f"), 0, UINT64_MAX, 16 << 20, &s));
			TRY(stream_read_all(op, s, 16 << 20, &got));
			CHECK(got.len == members * 3000 + want.len);
			CHECK(str_eq(str_from(got, members * 3000), want));
			stream_close(&s);
			op_reset(op, mark);
		}
	}
	return 0;
}

/* Every prefix, and every byte flipped, is refused or (in unused bits) unpacks to the same. */
static int damaged(struct op *op)
{
	for (int k = 1; k < KINDS; k++) {
		struct buf b;
		str all, want = sample(op, 700, 4), got;
		buf_init(&b, op, 1 << 20);
		kinds[k].add(&b, str_head(want, 300));
		ptrdiff_t first = (ptrdiff_t)b.len;
		kinds[k].add(&b, str_from(want, 300));
		TRY(buf_take(&b, &all));
		for (ptrdiff_t cut = 6; cut < all.len; cut++) {
			struct op_mark mark = op_mark(op);
			int rc = unpack(op, exact(str_head(all, cut)), 1 << 20, &got);
			CHECK(cut == first ? rc == 0 : rc == ERR_FORMAT);
			if (rc == ERR_MEMORY)
				return rc;
			op_forgive(op);
			op_reset(op, mark);
		}
		for (ptrdiff_t at = 6; at < all.len; at++) {
			struct op_mark mark = op_mark(op);
			str bad = exact(all);
			((char *)(uintptr_t)bad.p)[at] ^= 0x10;
			int rc = unpack(op, bad, 1 << 20, &got);
			CHECK(rc == ERR_FORMAT || rc == ERR_LIMIT ||
			      (rc == 0 && str_eq(got, want)));
			if (rc == ERR_MEMORY)
				return rc;
			op_forgive(op);
			op_reset(op, mark);
		}
		buf_add(&b, S("x"));
		TRY(buf_take(&b, &all));
		CHECK_FAILS(op, unpack(op, exact(all), 1 << 20, &got), ERR_FORMAT, "sample");
	}
	return 0;
}

static int wrong_checksum(struct op *op)
{
	for (int k = 1; k < KINDS; k++) {
		struct buf b;
		str all, got;
		buf_init(&b, op, 1 << 20);
		kinds[k].add(&b, S("hello, hello, hello"));
		TRY(buf_take(&b, &all));
		ptrdiff_t at = kinds[k].kind == STREAM_GZIP ? all.len - 8 : all.len - 3;
		((char *)(uintptr_t)all.p)[at] ^= 1;
		CHECK_FAILS(op, unpack(op, exact(all), 1 << 20, &got), ERR_FORMAT, "sample");
	}
	return 0;
}

/* Bombs: a cap in bytes, a cap in ratio, a decoder's memory, a window, a gzip header without end.
 */
static int bombs(struct op *op)
{
	str got;
	struct buf b;
	char *zeros = op_new(op, char, 64 << 20);

	if (!zeros)
		return op->code;
	for (int k = 1; k < KINDS; k++) {
		str all;
		buf_init(&b, op, 1 << 20);
		kinds[k].add(&b, (str){ zeros, 64 << 20 });
		TRY(buf_take(&b, &all));
		CHECK_FAILS(op, unpack(op, all, (64 << 20) - 1, &got), ERR_LIMIT,
			    "unpacks to more than");
		if (kinds[k].kind != STREAM_GZIP) /* deflate reaches 1,032 at most */
			CHECK_FAILS(op, unpack(op, all, UINT64_MAX, &got), ERR_LIMIT,
				    "times its size");
	}
	return 0;
}

static int oversized(struct op *op)
{
	str got, all;
	struct buf b;

	/* A stream header and a block header whose LZMA2 dictionary is 1.5 GiB. */
	buf_init(&b, op, 1 << 20);
	static const uint8_t filter[] = { 0x02, 0x00, 0x21, 0x01, 37, 0, 0, 0 };
	buf_add(&b, S("\xfd"
		      "7zXZ\0\0\x01"));
	if (b.bad)
		return op->code;
	uint32_t crc = lzma_crc32((const uint8_t *)b.p + 6, 2, 0);
	buf_add(&b, (str){ (char *)&crc, 4 });
	crc = lzma_crc32(filter, sizeof(filter), 0);
	buf_add(&b, (str){ (const char *)filter, sizeof(filter) });
	buf_add(&b, (str){ (char *)&crc, 4 });
	buf_repeat(&b, '\0', 100);
	TRY(buf_take(&b, &all));
	CHECK_FAILS(op, unpack(op, exact(all), 1 << 20, &got), ERR_LIMIT, "MiB of memory");

	/* A frame whose window descriptor says 2 GiB: exponent 21. */
	CHECK_FAILS(op, unpack(op, exact(S("\x28\xb5\x2f\xfd\x00\xa8\x01\0\0")), 1 << 20, &got),
		    ERR_LIMIT, "window");

	buf_init(&b, op, 1 << 20);
	buf_add(&b, S("\x1f\x8b\x08\x08\0\0\0\0\0\xff"));
	buf_repeat(&b, 'n', 200000);
	TRY(buf_take(&b, &all));
	CHECK_FAILS(op, unpack(op, exact(all), 1 << 20, &got), ERR_FORMAT,
		    "header is cut or longer");
	CHECK_FAILS(op, unpack(op, exact(S("\x1f\x8b\x08\xe0\0\0\0\0\0\xff")), 9, &got), ERR_FORMAT,
		    "gzip header");

	AUTO_STREAM *s = NULL;
	TRY(stream_open_bytes(op, S("plain text"), S("sample"), 100, &s));
	CHECK_FAILS(op, stream_read_all(op, s, 4, &got), ERR_LIMIT, "larger than 4 bytes");
	return 0;
}

/* 1,000 members, as eStargz makes them, and a full extra field with a name and a CRC. */
static int many_members(struct op *op)
{
	struct buf b;
	str all, got;

	buf_init(&b, op, 1 << 20);
	for (int i = 0; i < 1000; i++)
		add_gzip(&b, S("abc"));
	size_t at = b.len;
	buf_add(&b, S("\x1f\x8b\x08\x1e\0\0\0\0\0\xff\xff\xff"));
	buf_repeat(&b, '\x1f', 0xffff);
	buf_add(&b, S("name\0comment\0\0\0"));
	size_t body = b.len;
	add_gzip(&b, S("end"));
	TRY(buf_take(&b, &all));
	memmove((char *)(uintptr_t)all.p + body, all.p + body + 10, (size_t)all.len - body - 10);
	CHECK(at < body);
	TRY(unpack(op, exact(str_head(all, all.len - 10)), 1 << 20, &got));
	CHECK(got.len == 3003 && str_ends(got, S("abcend")));
	return 0;
}

static int ranges(struct op *op)
{
	int dirfd;
	char to[8];
	size_t n;
	AUTO_STREAM *s = NULL;

	(void)test_dir(&dirfd);
	TRY(file_replace(op, dirfd, S("f"), S("0123456789"), 0600));
	AUTO_FD fd = openat(dirfd, "f", O_RDONLY | O_CLOEXEC);
	TRY(stream_open_fd(op, fd, S("f"), 2, 5, 5, &s));
	TRY(stream_read_full(op, s, to, 5));
	CHECK_STR(((str){ to, 5 }), S("23456"));
	TRY(stream_read(op, s, to, 8, &n));
	CHECK(n == 0);
	CHECK_FAILS(op, stream_read_full(op, s, to, 1), ERR_FORMAT, "truncated");
	stream_close(&s);
	CHECK_FAILS(op, stream_open_fd(op, fd, S("f"), 2, 9, 9, &s), ERR_FORMAT,
		    "truncated at byte 10");
	CHECK_FAILS(op, stream_open_fd(op, fd, S("f"), 11, UINT64_MAX, 9, &s), ERR_FORMAT,
		    "truncated");
	CHECK_FAILS(op, stream_open_fd(op, dirfd, S("d"), 0, 9, 9, &s), ERR_FORMAT, "regular");
	TRY(stream_open_fd(op, fd, S("f"), 0, UINT64_MAX, 10, &s));
	if (ftruncate(fd, 3) < 0) { /* read-only descriptor: through another */
		AUTO_FD w = openat(dirfd, "f", O_WRONLY | O_CLOEXEC);
		CHECK(ftruncate(w, 3) == 0);
	}
	TRY(stream_read_full(op, s, to, 8)); /* the sniffing read them */
	stream_close(&s);
	return 0;
}

TESTS({ "every kind comes back", round_trip, .once = true },
      { "members end anywhere in a window", members_over_windows, .once = true },
      { "damage is refused", damaged, .once = true }, { "checksums are checked", wrong_checksum },
      { "bombs are stopped", bombs, .once = true }, { "memory is capped", oversized },
      { "many members and full headers", many_members }, { "ranges of files", ranges })
