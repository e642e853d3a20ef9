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
	CHECK(!utf8_valid(S("\xc0\x80")) && !utf8_valid(S("\xed\xa0\x80")) && !utf8_valid(S("\xf4\x90\x80\x80")));
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

TESTS({ "cuts", cuts }, { "numbers", numbers }, { "bufs", bufs }, { "texts", texts })
