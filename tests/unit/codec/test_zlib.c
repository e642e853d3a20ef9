#include <string.h>

#include "codec/zlib.h"
#include "unit/harness.h"

/* "temper " 20 times, as zlib packs it. */
static const char packed[] =
	"\x78\x9c\x2b\x49\xcd\x2d\x48\x2d\x52\x28\x19\x0c\x14\x00\xd0\x80\x35\x85";

static int whole(struct op *op)
{
	str got;

	TRY(zlib_inflate(op, (str){ packed, sizeof(packed) - 1 }, S("x"), 1000, &got));
	CHECK(got.len == 140 && str_starts(got, S("temper temper ")) &&
	      str_ends(got, S("temper ")));
	TRY(zlib_inflate(op, (str){ packed, sizeof(packed) }, S("x"), 140,
			 &got)); /* a NUL behind */
	CHECK(got.len == 140);
	return 0;
}

static int hostile(struct op *op)
{
	char bad[sizeof(packed) - 1];
	str got;

	CHECK_FAILS(op, zlib_inflate(op, (str){ packed, sizeof(packed) - 1 }, S("x"), 139, &got),
		    ERR_LIMIT, "more than 139");
	for (size_t n = 0; n < sizeof(packed) - 1; n++)
		CHECK_FAILS(op, zlib_inflate(op, (str){ packed, (ptrdiff_t)n }, S("x"), 1000, &got),
			    ERR_FORMAT, "zlib data");
	memcpy(bad, packed, sizeof(bad));
	bad[sizeof(bad) - 1] ^= 1;
	CHECK_FAILS(op, zlib_inflate(op, (str){ bad, sizeof(bad) }, S("x"), 1000, &got), ERR_FORMAT,
		    "zlib data");
	return 0;
}

TESTS({ "what zlib packed", whole }, { "cut and broken data", hostile })
