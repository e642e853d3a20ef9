#include "distro/relation.h"

#include "base/buf.h"
#include "unit/harness.h"

/* All that was understood: "a:any >= 1 | b & c". */
static int shown(struct op *op, const struct relations *r, str *ret)
{
	static const char *const sign[] = { "", " <<", " <=", " =", " >=", " >>" };
	struct buf b;

	buf_init(&b, op, 1 << 16);
	for (ptrdiff_t g = 0; g < r->n; g++) {
		buf_add(&b, g ? S(" & ") : S(""));
		for (ptrdiff_t i = 0; i < r->group[g].n; i++) {
			const struct relation *a = &r->group[g].alternative[i];
			buf_fmt(&b, "%s%.*s%s%.*s%s%s%.*s", i ? " | " : "", STR_ARG(a->name), a->arch.len ? ":" : "",
				STR_ARG(a->arch), sign[a->order], a->version.len ? " " : "", STR_ARG(a->version));
		}
	}
	return buf_take(&b, ret);
}

static int reads(struct op *op)
{
	static const char *const row[][2] = {
		{ "", "" },
		{ "a", "a" },
		{ " libc6 (>= 2.36) ,\n zlib1g(<<2:1.3~)", "libc6 >= 2.36 & zlib1g << 2:1.3~" },
		{ "a|b | c (= 1-1)", "a | b | c = 1-1" },
		{ "python3:any (>= 3.11~), x:amd64", "python3:any >= 3.11~ & x:amd64" },
		{ "a (<= 1), b ( >>  2 ), g++", "a <= 1 & b >> 2 & g++" },
		{ "a,, b,", "a & b" },
		{ "libstdc++6, X11.R_6, r", "libstdc++6 & X11.R_6 & r" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct relations r;
		str got;
		TRY(relations_parse(op, exact(str_of(row[i][0])), &r));
		TRY(shown(op, &r, &got));
		CHECK_STR(got, str_of(row[i][1]));
	}
	return 0;
}

static int refuses(struct op *op)
{
	static const char *const row[][2] = {
		{ "a |", "names no package" },          { "| a", "names no package" },
		{ "a | | b", "names no package" },      { "(>= 1)", "names no package" },
		{ "-a", "names no package" },           { "a/b", "names no package" },
		{ "${shlibs:Depends}", "names no package" }, { "a\x01", "names no package" },
		{ "a (>= )", "no valid version" },      { "a (>= 1 2)", "no valid version" },
		{ "a (> 1)", "compares by none" },      { "a (1)", "compares by none" },
		{ "a (< 1)", "compares by none" },      { "a ()", "compares by none" },
		{ "a (>= 1", "no relation of a binary" }, { "a (>= 1) x", "no relation of a binary" },
		{ "a b", "no relation of a binary" },   { "a [amd64]", "no relation of a binary" },
		{ "a <!nocheck>", "no relation of a binary" }, { "a[amd64]", "no relation of a binary" },
		{ "a:", "no valid architecture" },      { "a: (>= 1)", "no valid architecture" },
		{ "a (>= 1) (<< 2)", "no relation of a binary" }, { "a (>= 1))", "no relation of a binary" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct relations r;
		CHECK_FAILS(op, relations_parse(op, exact(str_of(row[i][0])), &r), ERR_FORMAT, row[i][1]);
	}
	return 0;
}

static int holds(struct op *op)
{
	static const struct {
		const char *relation, *version;
		bool holds;
	} row[] = {
		{ "a", "1", true },          { "a (<< 2)", "1", true },   { "a (<< 2)", "2", false },
		{ "a (<= 2)", "2", true },   { "a (<= 2)", "2+b1", false }, { "a (= 2)", "2-0", true },
		{ "a (= 2)", "2-1", false }, { "a (>= 2)", "2~", false }, { "a (>= 2~)", "2~rc1", true },
		{ "a (>> 2)", "2", false },  { "a (>> 2)", "1:1", true },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct relations r;
		TRY(relations_parse(op, str_of(row[i].relation), &r));
		test_check(relation_holds(r.group[0].alternative, str_of(row[i].version)) == row[i].holds,
			   row[i].relation, row[i].version, (int)i);
	}
	return 0;
}

TESTS({ "reads", reads }, { "refuses", refuses }, { "constraints hold", holds })
