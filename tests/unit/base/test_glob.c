#include "base/glob.h"

#include "unit/harness.h"

static int matches(struct op *op)
{
	static const struct {
		const char *pattern, *path;
		bool match;
	} row[] = {
		{ "a", "a", true }, { "a", "b", false }, { "/a", "a", true }, { "", "", true },
		{ "*", "abc", true }, { "*", "a/b", false }, { "**", "a/b", true },
		{ "usr/share/doc/**", "usr/share/doc/x/copyright", true },
		{ "usr/share/doc/**", "usr/share/doc", false },
		{ "usr/share/doc/*/copyright", "usr/share/doc/x/copyright", true },
		{ "usr/share/doc/*/copyright", "usr/share/doc/x/y/copyright", false },
		{ "**/copyright", "copyright", true }, { "**/copyright", "a/b/copyright", true },
		{ "**/copyright", "a/xcopyright", false }, { "a/**/b", "a/b", true },
		{ "a/**/b", "a/x/y/b", true }, { "a/**/b", "a/xb", false },
		{ "**/*.so", "usr/lib/x.so", true }, { "**/*.so", "x.so.1", false },
		{ "a?c", "abc", true }, { "a?c", "a/c", false }, { "[a-c]x", "bx", true },
		{ "[!a-c]x", "bx", false }, { "[!a-c]x", "dx", true }, { "[", "[", true },
		{ "[]]", "]", true }, { "\\*", "*", true }, { "\\*", "a", false },
		{ "**/locale/*/LC_MESSAGES/*.mo", "usr/share/locale/de/LC_MESSAGES/a.mo", true },
		{ "*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false },
		{ "**/**/**/**/**/x", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/y", false },
	};
	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		bool got = glob_match(exact(str_of(row[i].pattern)), exact(str_of(row[i].path)));
		test_check(got == row[i].match, row[i].pattern, row[i].path, (int)i);
	}
	return 0;
}

TESTS({ "globs", matches })
