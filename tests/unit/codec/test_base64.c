#include "codec/base64.h"

#include "unit/harness.h"

/* RFC 4648 section 10. */
static int both_ways(struct op *op)
{
	static const struct {
		const char *bytes, *text;
	} row[] = { { "", "" },
		    { "f", "Zg==" },
		    { "fo", "Zm8=" },
		    { "foo", "Zm9v" },
		    { "foob", "Zm9vYg==" },
		    { "fooba", "Zm9vYmE=" },
		    { "foobar", "Zm9vYmFy" },
		    { "\xff\xfe\xfd", "//79" },
		    { "\xfb\xef\xbe", "++++" } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str text = str_of(row[i].text), got;
		uint8_t to[16];
		size_t n = 0;
		TRY(base64_write(op, exact(str_of(row[i].bytes)), &got));
		CHECK_STR(got, text);
		CHECK(base64_read(exact(text), to, sizeof(to), &n));
		CHECK_STR(((str){ (char *)to, (ptrdiff_t)n }), str_of(row[i].bytes));
		while (text.len && text.p[text.len - 1] == '=')
			text.len--;
		CHECK(base64_read(exact(text), to, n, &n));
		CHECK(n == 0 || !base64_read(exact(text), to, n - 1, &n));
	}
	return 0;
}

static int refuses(struct op *op)
{
	static const char *const bad[] = { "Z",         "Zg=",  "Zg===",    "=",    "====",
					   "Zm9v Zg==", "Zm-_", "Zg==Zg==", "Zm9vY" };

	(void)op;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t to[16];
		size_t n = 77;
		CHECK(!base64_read(exact(str_of(bad[i])), to, sizeof(to), &n) && n == 77);
	}
	return 0;
}

TESTS({ "both ways", both_ways }, { "refuses", refuses })
