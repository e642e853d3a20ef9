#include <string.h>

#include "base/buf.h"
#include "codec/compress.h"
#include "codec/stream.h"
#include "unit/harness.h"

static int sink(struct op *op, void *to, str bytes)
{
	buf_add(to, bytes);
	return op->code;
}

static int no_room(struct op *op, void *to, str bytes)
{
	(void)to;
	return op_fail(op, ERR_IO, "no room for %td bytes", bytes.len);
}

static int pack(struct op *op, enum compress_kind kind, str in, size_t piece, str *ret)
{
	AUTO_COMPRESS *c = NULL;
	struct buf out;

	buf_init(&out, op, 64 << 20);
	TRY(compress_open(op, kind, sink, &out, &c));
	for (str left = in; left.len > 0; left = str_from(left, (ptrdiff_t)piece))
		TRY(compress_add(op, c, str_head(left, (ptrdiff_t)piece)));
	TRY(compress_end(op, c));
	return buf_take(&out, ret);
}

/* The bytes are the same however the input is cut, and they unpack to it. */
static int same_bytes(struct op *op)
{
	static const size_t pieces[] = { 4093, 1 << 20, (1 << 20) + 1, 5 << 20 };
	ptrdiff_t n = (5 << 19) + 77;
	char *p = op_new(op, char, n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		p[i] = (char)((i * i) >> 9);
	for (int k = 0; k < 2; k++) {
		enum compress_kind kind = k ? COMPRESS_ZSTD : COMPRESS_GZIP;
		str first = S(""), got;
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			TRY(pack(op, kind, (str){ p, n }, pieces[i], &got));
			CHECK(i == 0 || str_eq(got, first));
			first = got;
		}
		AUTO_STREAM *s = NULL;
		TRY(stream_open_bytes(op, exact(first), S("packed"), (uint64_t)n, &s));
		CHECK(stream_kind(s) == (kind == COMPRESS_GZIP ? STREAM_GZIP : STREAM_ZSTD));
		TRY(stream_read_all(op, s, (size_t)n, &got));
		CHECK(str_eq(got, (str){ p, n }));
		if (kind == COMPRESS_GZIP)
			CHECK_STR(str_head(first, 8), S("\x1f\x8b\x08\0\0\0\0\0"));
	}
	return 0;
}

static int corners(struct op *op)
{
	str got;

	TRY(pack(op, COMPRESS_GZIP, S(""), 1, &got));
	CHECK(got.len == 0);
	TRY(pack(op, COMPRESS_ZSTD, S("x"), 1, &got));
	CHECK(got.len > 4);
	CHECK(str_starts(str_of(compress_id(COMPRESS_GZIP)), S("libdeflate 1.")));
	CHECK(str_ends(str_of(compress_id(COMPRESS_GZIP)), S(" level 6 member 1048576")));
	CHECK(str_starts(str_of(compress_id(COMPRESS_ZSTD)), S("zstd 1.")));
	CHECK(str_ends(str_of(compress_id(COMPRESS_ZSTD)), S(" level 3 frame 1048576")));
	CHECK_STR(str_of(compress_name(COMPRESS_ZSTD)), S("zstd"));
	AUTO_COMPRESS *c = NULL;
	TRY(compress_open(op, COMPRESS_GZIP, no_room, NULL, &c));
	TRY(compress_add(op, c, S("x")));
	CHECK_FAILS(op, compress_end(op, c), ERR_IO, "no room");
	return 0;
}

TESTS({ "the same bytes however they come", same_bytes, .once = true },
      { "nothing, little, and a full disk", corners })
