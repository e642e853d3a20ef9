#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/deb822.h"
#include "unit/harness.h"

static int reads(struct op *op)
{
	str in = exact(S("\n# comment\nPackage: a\nDepends: b,\n c,\n\td\nDescription: short\n "
			 "long\n .\n more\n\n \t\n"
			 "package: z\nEmpty:\nVersion:1\n"));
	struct deb822_stanza s;

	TRY(deb822_next(op, &in, &s));
	CHECK(s.n == 3);
	CHECK_STR(deb822_get(&s, "PACKAGE"), S("a"));
	CHECK_STR(deb822_get(&s, "Depends"), S("b,\n c,\n\td"));
	CHECK_STR(deb822_get(&s, "Description"), S("short\n long\n .\n more"));
	CHECK_STR(deb822_get(&s, "Packag"), S(""));
	CHECK(str_starts(s.raw, S("Package: a\n")) && str_ends(s.raw, S(" more\n")));
	int rc = deb822_next(op, &in, &s);
	TRY(rc);
	CHECK(rc == 1 && s.n == 3);
	CHECK_STR(deb822_get(&s, "Package"), S("z"));
	CHECK_STR(deb822_get(&s, "Empty"), S(""));
	CHECK_STR(deb822_get(&s, "Version"), S("1"));
	CHECK(deb822_next(op, &in, &s) == 0 && in.len == 0);
	return 0;
}

static int comments(struct op *op)
{
	str in = exact(S("A: #one\n# hidden\n two # kept\n# last\nB: x\n# end\n"));
	struct deb822_stanza s;

	TRY(deb822_next(op, &in, &s));
	CHECK_STR(deb822_get(&s, "A"), S("#one\n two # kept"));
	CHECK_STR(deb822_get(&s, "B"), S("x"));
	in = S("# only\n\n# comments");
	CHECK(deb822_next(op, &in, &s) == 0);
	return 0;
}

static const struct {
	const char *in, *message;
} bad[] = {
	{ "no colon\n", "a line without a colon: 'no colon'" },
	{ "A: 1\nB\n", "a line without a colon" },
	{ "A: 1\na: 2\n", "the field a stands twice" },
	{ " A: 1\n", "not a field's name" },
	{ ": x\n", "not a field's name" },
	{ "-A: x\n", "not a field's name" },
	{ "A b: x\n", "not a field's name" },
	{ "\xc3\xa9: x\n", "not a field's name" },
};

static int refuses(struct op *op)
{
	struct deb822_stanza s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		str in = exact(str_of(bad[i].in)), was = in;
		CHECK_FAILS(op, deb822_next(op, &in, &s), ERR_FORMAT, bad[i].message);
		CHECK(in.p == was.p && in.len == was.len);
	}
	str in = exact(S("A: x\0y\n"));
	CHECK_FAILS(op, deb822_next(op, &in, &s), ERR_FORMAT, "a NUL byte");
	return 0;
}

static int limits(struct op *op)
{
	struct deb822_stanza s;
	struct buf b;

	buf_init(&b, op, 4 << 20);
	buf_add(&b, S("A: "));
	buf_repeat(&b, 'x', LIMIT_STANZA);
	str in = buf_view(&b);
	CHECK_FAILS(op, deb822_next(op, &in, &s), ERR_LIMIT, "larger than");
	buf_init(&b, op, 1 << 20);
	for (int i = 0; i < 513; i++)
		buf_fmt(&b, "F%d: x\n", i);
	in = buf_view(&b);
	CHECK_FAILS(op, deb822_next(op, &in, &s), ERR_LIMIT, "more than 512 fields");
	return 0;
}

TESTS({ "reads", reads }, { "comments", comments }, { "refuses", refuses }, { "limits", limits })
