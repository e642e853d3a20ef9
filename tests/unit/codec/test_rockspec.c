#include "codec/rockspec.h"

#include "base/buf.h"
#include "base/limits.h"
#include "unit/harness.h"

static int reads(struct op *op, str text, struct rockspec *ret)
{
	*ret = (struct rockspec){ 0 };
	return rockspec_read(op, S("x.rockspec"), exact(text), ret);
}

static int reads_plain_ones(struct op *op)
{
	struct rockspec s;

	TRY(reads(op,
		  S("-- a comment\nbuild = { type = \"builtin\", modules = { version = 'no', "
		    "[\"a.b\"] = "
		    "{ 'x.c', version = \"no\" } } }\n"
		    "package = 'LPeg' --[[ long\n package = 'no' ]] version = \"1.0.2-1\";\n"
		    "source = { url = [==[git://a/b]]c]==], tag = 'v1', }\n"
		    "description = { summary = \"It's \\\"it\\\"\", homepage = 'https://h', "
		    "license = 'MIT/X11', maintainer = [[Ann]] }\n"
		    "dependencies = { 'lua >= 5.1', \"lpeg\", { 'no' }, platform = { 'no' } }\n"),
		  &s));
	CHECK_STR(s.package, S("LPeg"));
	CHECK_STR(s.version, S("1.0.2-1"));
	CHECK_STR(s.url, S("git://a/b]]c"));
	CHECK_STR(s.tag, S("v1"));
	CHECK_STR(s.summary, S("It's \"it\""));
	CHECK_STR(s.homepage, S("https://h"));
	CHECK_STR(s.licence, S("MIT/X11"));
	CHECK_STR(s.maintainer, S("Ann"));
	CHECK(s.dependencies.n == 2 && str_eq(s.dependencies.p[1], S("lpeg")));
	return 0;
}

/* Names that hold texts, joined; conditions and calls are not known. */
static int reads_names(struct op *op)
{
	struct rockspec s;

	TRY(reads(op,
		  S("local _n, r = 'no', 'no'\nlocal name = 'luasyslog'\nlocal v = \"2.0\"\nlocal "
		    "rev = '1'\n"
		    "package = name\nversion = v .. '-'..rev\n"
		    "source = { url = 'git://h/'..name..'.git', branch = (v == 'dev') and 'main' "
		    "or nil, "
		    "tag = (v ~= 'dev') and v or nil }\n"
		    "description = { summary = string.rep('x', 9), license = unknown, "
		    "homepage = name .. unknown }\n"),
		  &s));
	CHECK_STR(s.package, S("luasyslog"));
	CHECK_STR(s.version, S("2.0-1"));
	CHECK_STR(s.url, S("git://h/luasyslog.git"));
	CHECK_STR(s.tag, S(""));
	CHECK_STR(s.summary, S(""));
	CHECK_STR(s.licence, S(""));
	CHECK_STR(s.homepage, S(""));
	return 0;
}

static int refuses_what_has_no_end(struct op *op)
{
	static const str bad[] = { S_INIT("package = 'a"), S_INIT("package = \"a\n\""),
				   S_INIT("package = [==[a]]"), S_INIT("--[[ a"),
				   S_INIT("package = 'a\\") };
	struct rockspec s;
	struct buf b;
	str deep;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, reads(op, bad[i], &s), ERR_FORMAT, "without an end");
	buf_init(&b, op, 1 << 20);
	buf_add(&b, S("a = "));
	buf_repeat(&b, '{', LIMIT_DEPTH + 1);
	TRY(buf_take(&b, &deep));
	CHECK_FAILS(op, reads(op, deep, &s), ERR_LIMIT, "deep");
	TRY(reads(op, S("}}}} = == .. , package = {'kon'} "), &s));
	CHECK(s.package.len == 0);
	TRY(reads(op, S(""), &s));
	return 0;
}

TESTS({ "reads plain ones", reads_plain_ones }, { "reads names and joins", reads_names },
      { "refuses what has no end", refuses_what_has_no_end })
