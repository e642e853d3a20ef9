/* Expected matches are by Perl's documentation (perlre) and checked with perl -e. */
#include "codec/regex.h"
#include "unit/harness.h"

static const struct {
	const char *pattern, *text;
	int at;
	const char *match, *one, *two; /* NULL: no match, no such group */
} rows[] = {
	{ "abc", "xabcx", 1, "abc", NULL, NULL },
	{ "abc", "xabcx", 0, NULL, NULL, NULL },
	{ "a+b*", "aaac", 0, "aaa", NULL, NULL },
	{ "a{2}", "aaa", 0, "aa", NULL, NULL },
	{ "a{2,}", "aaa", 0, "aaa", NULL, NULL },
	{ "a{4,}", "aaa", 0, NULL, NULL, NULL },
	{ "a{1,2}a", "aaa", 0, "aaa", NULL, NULL },
	{ "a{1,2}a", "aa", 0, "aa", NULL, NULL },
	{ "(a+)(a+)", "aaaa", 0, "aaaa", "aaa", "a" },
	{ "(a+?)(a+)", "aaaa", 0, "aaaa", "a", "aaa" },
	{ "(a*?)(b)", "aaab", 0, "aaab", "aaa", "b" },
	{ "(a{1,2}?)(b)", "aaab", 0, NULL, NULL, NULL },
	{ ".*?([0-9]+)", "ab12\n", 0, "ab12", "12", NULL },
	{ ".+x", "ab\nx", 0, NULL, NULL, NULL },
	{ "[^x]+x", "ab\nx", 0, "ab\nx", NULL, NULL },
	{ "(?:ab|a)(c|bcd)(d*)", "abcd", 0, "abcd", "c", "d" },
	{ "a|ab", "ab", 0, "a", NULL, NULL },
	{ "(a)|(b)", "b", 0, "b", NULL, "b" },
	{ "(?:(a)|b)*c", "abc", 0, "abc", "a", NULL },
	{ "(?:ab){2,3}", "abababab", 0, "ababab", NULL, NULL },
	{ "(?:ab){2,3}?", "abababab", 0, "abab", NULL, NULL },
	{ "(?:a|b|cd)+", "abcdc", 0, "abcd", NULL, NULL },
	{ "(?i)Key[_-]?id", "KEY_ID", 0, "KEY_ID", NULL, NULL },
	{ "(?i)[^k]", "K", 0, NULL, NULL, NULL },
	{ "Key", "KEY", 0, NULL, NULL, NULL },
	{ "\\bkey\\b", "my key.", 3, "key", NULL, NULL },
	{ "\\bkey\\b", "mykey.", 2, NULL, NULL, NULL },
	{ "key\\B", "keys", 0, "key", NULL, NULL },
	{ "^a$", "b\na\nc", 2, "a", NULL, NULL },
	{ "\\Aa", "b\na\nc", 2, NULL, NULL, NULL },
	{ "a\\z", "ba", 1, "a", NULL, NULL },
	{ "\\x41\\t\\.\\$\\d\\w\\s\\D\\W\\S", "A\t.$1_ x-y", 0, "A\t.$1_ x-y", NULL, NULL },
	{ "[]a-]+", "a]-b", 0, "a]-", NULL, NULL },
	{ "[\\w.\\-]+", "a.b-c d", 0, "a.b-c", NULL, NULL },
	{ "[\\x00-\\x1f]", "\n", 0, "\n", NULL, NULL },
	{ "", "x", 0, "", NULL, NULL },
	{ "(x?)(x?)y", "xy", 0, "xy", "x", "" },
	{ "(a?b?\?)c", "abc", 0, "abc", "ab", NULL },
	{ "\"([^\"\\\\]*(?:\\\\.[^\"\\\\]*)*)\"", "\"a\\\"b\" c", 0, "\"a\\\"b\"", "a\\\"b", NULL },
};

static int matches(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct regex_match m = { 0 };
		struct regex *re;
		TRY(regex_open(op, str_of(rows[i].pattern), false, &re));
		bool found = regex_at(re, exact(str_of(rows[i].text)), rows[i].at, &m);
		if (found != (rows[i].match != NULL))
			test_check(false, rows[i].pattern, __FILE__, __LINE__);
		if (!found || !rows[i].match)
			continue;
		CHECK_STR(m.group[0], str_of(rows[i].match));
		CHECK((m.group[1].p != NULL) == (rows[i].one != NULL));
		CHECK_STR(m.group[1], str_of(rows[i].one));
		CHECK((m.group[2].p != NULL) == (rows[i].two != NULL));
		CHECK_STR(m.group[2], str_of(rows[i].two));
	}
	return 0;
}

static int wrong(struct op *op)
{
	static const struct {
		const char *pattern, *text;
	} bad[] = {
		{ "(a", "does not end" },
		{ "a)", "did not begin" },
		{ "[a", "does not end" },
		{ "*a", "nothing" },
		{ "a|*", "nothing" },
		{ "a{2,1}", "counts" },
		{ "a{x}", "counts" },
		{ "a{5000}", "counts" },
		{ "a{1", "counts" },
		{ "[z-a]", "range" },
		{ "\\y", "escape" },
		{ "\\x4", "escape" },
		{ "(?=a)", "not understood" },
		{ "(a?)*", "may be empty" },
		{ "(?:a*|b){2,}", "may be empty" },
		{ "\\b+", "nothing" },
		{ "\\", "escape" },
		{ "a**", "nothing" },
		{ "()()()()()()()()()()", "too many" },
	};
	struct regex *re;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, regex_open(op, exact(str_of(bad[i].pattern)), false, &re),
			    ERR_USAGE, bad[i].text);
	CHECK_FAILS(op, regex_open(op, S("(?:(?:(?:a{9}b){99}){99}){99}"), false, &re), ERR_LIMIT,
		    "too large");
	return 0;
}

/* What would take for ever ends, and says no. */
static int hard(struct op *op)
{
	struct regex_match m;
	struct regex *re;
	char text[200];

	memset(text, 'a', sizeof(text));
	TRY(regex_open(op, S("(?:a+)+b"), false, &re));
	CHECK(!regex_at(re, exact((str){ text, sizeof(text) }), 0, &m));
	TRY(regex_open(op, S("(?:a|aa)+\\z"), true, &re));
	CHECK(regex_at(re, exact((str){ text, sizeof(text) }), 0, &m) && m.group[0].len == 200);
	CHECK(!regex_at(re, S("a"), 2, &m) && regex_groups(re) == 0);
	return 0;
}

TESTS({ "matches and groups", matches }, { "patterns that are wrong", wrong },
      { "patterns that are hard", hard })
