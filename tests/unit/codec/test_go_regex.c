#include "codec/go_regex.h"

#include "unit/harness.h"

static int matches(struct op *op)
{
	static const struct {
		const char *pattern, *text;
		bool match;
	} row[] = {
		{ "", "", true },
		{ "a", "xay", true },
		{ "^a", "xa", false },
		{ "a$", "a\n", false },
		{ "a$", "b\na", true },
		{ "^a", "b\na", false },
		{ "(?m)^a", "b\na", true },
		{ "a.c", "a\nc", false },
		{ "a.c", "abc", true },
		{ "(?s)a.c", "a\nc", true },
		{ "(?i)ABC", "xabc", true },
		{ "\\d+", "a12", true },
		{ "^\\D+$", "a1", false },
		{ "\\w\\W\\w", "a b", true },
		{ "\\s", "a b", true },
		{ "^\\S+$", "a b", false },
		{ "\\bfoo\\b", "a foo b", true },
		{ "\\bfoo\\b", "afoo", false },
		{ "[\\d.]+$", "1.2", true },
		{ "^[\\w-]+$", "a-b_c", true },
		{ "^[\\s]$", "\t", true },
		{ "^[\\]]$", "]", true },
		{ "^[]]$", "]", true },
		{ "^[^\\]]$", "]", false },
		{ "^[a\\-z]+$", "a-z", true },
		{ "^[a\\-z]+$", "b", false },
		{ "^[\\^]$", "^", true },
		{ "^[-^]+$", "^-", true },
		{ "^[+--]+$", ",", true },
		{ "^[[:alpha:]]+$", "ab", true },
		{ "^[\\x41-\\x43]+$", "ABC", true },
		{ "\\x2e", "a", false },
		{ "^[\\\\]$", "\\", true },
		{ "nginx/1\\.\\d+\\.\\d+", "nginx version: nginx/1.26.3", true },
		{ "(?:a|b)c", "bc", true },
		{ "(?P<x>a)b", "ab", true },
		{ "(?<x>a)b", "ab", true },
		{ "a+?b", "aab", true },
		{ "a{2}$", "aa", true },
		{ "^a{2,3}$", "aaaa", false },
		{ "{", "{", true },
		{ "a{,2}", "a{,2}", true },
		{ "a{x}", "a{x}", true },
		{ "}", "}", true },
		{ "\\{\"a\": 1\\}", "{\"a\": 1}", true },
		{ "\\/usr\\/bin", "/usr/bin", true },
		{ "a|", "", true },
		{ "()", "", true },
		{ "\\t", "\t", true },
		{ "PATH=.*:/x", "PATH=/a:/x", true },
		{ "\\Aab\\z", "ab", true },
		{ "\\.", "a", false },
		{ "uid=65532\\(nonroot\\)", "uid=65532(nonroot)", true },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct op_mark mark = op_mark(op);
		bool got = false;
		TRY(go_regex_check(op, exact(str_of(row[i].pattern))));
		TRY(go_regex_match(op, exact(str_of(row[i].pattern)), exact(str_of(row[i].text)),
				     &got));
		test_check(got == row[i].match, row[i].pattern, row[i].text, (int)i);
		op_reset(op, mark);
	}
	bool got = false;
	TRY(go_regex_match(op, S("b.c"), exact(S("a\0b\0c")), &got));
	CHECK(got);
	return 0;
}

static int refused(struct op *op)
{
	static const struct {
		const char *pattern, *why;
	} row[] = {
		{ "(", "a group has no end" },
		{ ")", "a group ends that did not begin" },
		{ "[a", "a bracket has no end" },
		{ "[", "a bracket has no end" },
		{ "*", "nothing stands before" },
		{ "(*a)", "nothing stands before" },
		{ "a**", "nothing stands before" },
		{ "a|+", "nothing stands before" },
		{ "\\pL", "escape" },
		{ "\\p{Greek}", "escape" },
		{ "\\Qa\\E", "escape" },
		{ "(a)\\1", "escape" },
		{ "\\", "escape" },
		{ "[\\", "escape" },
		{ "[\\D]", "class in brackets" },
		{ "[z-a]", "runs backwards" },
		{ "[a-\\d]", "range ends with a class" },
		{ "(?=a)", "flag" },
		{ "a(?=b)", "group" },
		{ "a(?i)b", "group" },
		{ "a{1001}", "1000 times" },
		{ "((a{100}){100}){100}", "1000 times" },
		{ "[[:alpha", "no end" },
		{ "(?sm)a", "do not go together" },
		{ "\\x", "escape" },
		{ "\\x00", "escape" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_FAILS(op, go_regex_check(op, exact(str_of(row[i].pattern))), ERR_USAGE,
			    row[i].why);
	CHECK_FAILS(op, go_regex_check(op, exact(S("a\0b"))), ERR_USAGE, "NUL");
	str deep;
	TRY(op_copy(
		op,
		S("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("),
		&deep));
	CHECK_FAILS(op, go_regex_check(op, deep), ERR_USAGE, "too deeply");
	return 0;
}

TESTS({ "matches", matches }, { "refused", refused })
