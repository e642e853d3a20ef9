#include "base/buf.h"
#include "base/num.h"
#include "base/rd.h"
#include "base/utf8.h"
#include "unit/harness.h"

static int cuts(struct op *op)
{
	str in = exact(S("a,,b"));
	(void)op;
	CHECK_STR(str_cut(&in, ','), S("a"));
	CHECK_STR(str_cut(&in, ','), S(""));
	CHECK_STR(str_cut(&in, ','), S("b"));
	CHECK(in.p == NULL);
	in = S("  one\ttwo ");
	CHECK_STR(str_word(&in), S("one"));
	CHECK_STR(str_word(&in), S("two"));
	CHECK_STR(str_word(&in), S(""));
	CHECK_STR(str_base_name(S("a/b/c")), S("c"));
	CHECK_STR(str_dir_name(S("a/b/c")), S("a/b"));
	CHECK_STR(str_dir_name(S("c")), S(""));
	CHECK(str_find_str(S("hay needle"), S("needle")) == 4);
	CHECK(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("b"), S("ab")) > 0);
	return 0;
}

static int numbers(struct op *op)
{
	uint64_t v;
	TRY(num_u64(op, exact(S("18446744073709551615")), UINT64_MAX, &v));
	CHECK(v == UINT64_MAX);
	TRY(num_octal(op, exact(S("0755")), 07777, &v));
	CHECK(v == 0755);
	CHECK_FAILS(op, num_u64(op, S("18446744073709551616"), UINT64_MAX, &v), ERR_LIMIT, "above");
	CHECK_FAILS(op, num_u64(op, S("256"), 255, &v), ERR_LIMIT, "above 255");
	CHECK_FAILS(op, num_u64(op, S(""), 255, &v), ERR_FORMAT, "missing");
	CHECK_FAILS(op, num_u64(op, S("+1"), 255, &v), ERR_FORMAT, "not a number");
	CHECK_FAILS(op, num_octal(op, S("8"), 255, &v), ERR_FORMAT, "not a number");
	char text[NUM_SIZE_TEXT];
	CHECK_STR(str_of(num_size_text(12, text)), S("12 B"));
	CHECK_STR(str_of(num_size_text(1048575, text)), S("1.0 MiB"));
	CHECK_STR(str_of(num_size_text(1536, text)), S("1.5 KiB"));
	return 0;
}

static int bufs(struct op *op)
{
	struct buf b;
	str got;
	buf_init(&b, op, 100);
	buf_add(&b, S("abc"));
	buf_fmt(&b, "-%d", 42);
	buf_repeat(&b, '=', 3);
	TRY(buf_take(&b, &got));
	CHECK_STR(got, S("abc-42==="));
	buf_repeat(&b, 'x', 92);
	buf_add(&b, S("y"));
	CHECK_FAILS(op, buf_take(&b, &got), ERR_LIMIT, "past 100 bytes");
	return 0;
}

static int texts(struct op *op)
{
	(void)op;
	CHECK(utf8_valid(S("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")));
	CHECK(!utf8_valid(S("\xc0\x80")) && !utf8_valid(S("\xed\xa0\x80")) &&
	      !utf8_valid(S("\xf4\x90\x80\x80")));
	CHECK(!utf8_valid(exact(S("\xe2\x82"))));
	CHECK(utf8_printable(S("\xe2\x80\xae")) == 0 && utf8_printable(S("\n")) == 0);
	struct rd r = { .in = exact(S("\x01\x02\x03\x04zz\0")) };
	CHECK(rd_u16(&r) == 0x0201);
	r.big = true;
	CHECK(rd_u16(&r) == 0x0304);
	CHECK_STR(rd_cstr(&r), S("zz"));
	CHECK(!r.bad && rd_u8(&r) == 0 && r.bad);
	return 0;
}

/* The values are IEEE 754's; where the digits lie at or by a halfway, by hand. */
static int reals(struct op *op)
{
	static const struct {
		const char *text;
		double value;
	} t[] = { { "0", 0 },
		  { "1", 1 },
		  { "0.1", 0.1 },
		  { "10.50", 10.5 },
		  { "1e3", 1000 },
		  { "1E+2", 100 },
		  { "25e-1", 2.5 },
		  { ".5", 0.5 },
		  { "0.97565", 0.97565 },
		  { "9007199254740993", 9007199254740992.0 },
		  { "9007199254740995", 9007199254740996.0 },
		  { "179769313486231570000000000000000000000e270", 0x1.fffffffffffffp1023 },
		  { "18446744073709553664", 0x1p64 },
		  { "18446744073709553665.0", 0x1.0000000000001p64 },
		  { "5e-324", 0x1p-1074 },
		  { "2e-324", 0 },
		  { "0.00000000000000000000000000000000000000000001e44", 1 },
		  { "100000000000000000000000", 1e23 },
		  { "2.2250738585072011e-308", 0x0.fffffffffffffp-1022 } };
	static const char *const none[] = { "",    ".",         "e1",   "1e",    "1e+",
					    "1x",  "1..2",      "-1",   "1e400", "1e99999",
					    "nan", "1e1000000", "0x10", "1 ",    "1.8e308" };
	char text[NUM_REAL_TEXT];
	uint64_t bits = 12345;
	double v;

	(void)op;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		v = -1;
		CHECK(num_real(exact(str_of(t[i].text)), &v));
		CHECK(memcmp(&v, &t[i].value, sizeof(v)) == 0);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(!num_real(exact(str_of(none[i])), &v));
	CHECK_STR(str_of(num_real_text(10, text)), S("10.0"));
	CHECK_STR(str_of(num_real_text(0.97565, text)), S("0.97565"));
	CHECK_STR(str_of(num_real_text(0.1 + 0.2, text)), S("0.30000000000000004"));
	CHECK_STR(str_of(num_real_text(1e-9, text)), S("1e-09"));
	for (int i = 0; i < 20000; i++) {
		bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407u;
		double any, again;
		memcpy(&any, &bits, sizeof(any));
		any = any < 0 ? -any : any;
		if (!(any <= 0x1.fffffffffffffp1023))
			continue;
		CHECK(num_real(str_of(num_real_text(any, text)), &again));
		CHECK(memcmp(&any, &again, sizeof(any)) == 0);
	}
	return 0;
}

TESTS({ "reals", reals }, { "cuts", cuts }, { "numbers", numbers }, { "bufs", bufs },
      { "texts", texts })
