/*
 * Expressions: what the language definition says of each operator, function and macro, and of errors; what is
 * refused beforehand, and where; and what tries to take forever.
 */
#include <stdio.h>
#include <string.h>

#include "../harness.h"
#include "../report/facts_fixture.h"
#include "base/limits.h"
#include "codec/json.h"
#include "policy/cel.h"

static const char members[] =
	"{\"x\": 7, \"big\": 18446744073709551615, \"half\": 0.5, \"t\": \"text\", \"l\": [1, 2, "
	"3],"
	"\"m\": {\"a\": 1, \"b\": \"two\"}, \"none\": null, \"yes\": true, \"empty\": []}";

static int shown(struct op *op, const char *text, str *ret)
{
	struct doc doc;
	struct cel *c;

	TRY(json_parse(op, S("members"), str_of(members), &doc));
	TRY(cel_compile_any(op, S("p:1"), exact(str_of(text)), &c));
	return cel_show(op, c, &doc.root, ret);
}

struct row {
	const char *text, *value; /* "!...": an error that says this */
};

static int table(struct op *op, const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct op_mark mark = op_mark(op);
		str got = S("");
		int rc = shown(op, row[i].text, &got);
		if (rc < 0)
			return rc;
		bool error = row[i].value[0] == '!';
		if (rc != error)
			(void)fprintf(stderr, "%s\n", row[i].text);
		CHECK(rc == error);
		if (error)
			CHECK(str_find_str(got, str_of(row[i].value + 1)) >= 0);
		else
			CHECK_STR(got, str_of(row[i].value));
		op_reset(op, mark);
	}
	return 0;
}

static int literals(struct op *op)
{
	static const struct row t[] = {
		{ "42", "42" },
		{ "-9223372036854775808", "-9223372036854775808" },
		{ "0xff", "255" },
		{ "-0x10", "-16" },
		{ "18446744073709551615u", "18446744073709551615u" },
		{ "1.5e3", "1500.0" },
		{ ".25", "0.25" },
		{ "true", "true" },
		{ "null", "null" },
		{ "'a\"b'", "\"a\\\"b\"" },
		{ "\"\\u00e4\\x41\\101\\n\"", "\"\u00e4AA\\n\"" },
		{ "r'a\\n'", "\"a\\\\n\"" },
		{ "'''a\n'b''c'''", "\"a\\n'b''c\"" },
		{ "b'\\xff\\377a'", "b\"\\xff\\xff\\x61\"" },
		{ "[1, 'a', [true],]", "[1, \"a\", [true]]" },
		{ "{'a': 1, 2: 'b'}", "{\"a\": 1, 2: \"b\"}" },
		{ "x // a comment\n + 1", "8" },
		{ "2 * MiB", "2097152" },
		{ "string(KiB) + string(GiB)", "\"10241073741824\"" },
	};

	return table(op, t, sizeof(t) / sizeof(t[0]));
}

static int operators(struct op *op)
{
	static const struct row t[] = {
		{ "1 + 2 * 3 - 4 / 2 % 2", "7" },
		{ "(1 + 2) * 3", "9" },
		{ "7 / -2", "-3" },
		{ "-7 % 3", "-1" },
		{ "2 - 3 - 4", "-5" },
		{ "--x", "7" },
		{ "!!yes", "true" },
		{ "1 < 2 == true", "true" },
		{ "x > 5 ? 'much' : 'few'", "\"much\"" },
		{ "false ? 1 : false ? 2 : 3", "3" },
		{ "9223372036854775807 + 1", "!overflows" },
		{ "-9223372036854775808 - 1", "!overflows" },
		{ "9223372036854775807 * 2", "!overflows" },
		{ "-9223372036854775808 / -1", "!overflows" },
		{ "-(-9223372036854775808)", "!overflows" },
		{ "0u - 1u", "!overflows" },
		{ "1 / 0", "!by zero" },
		{ "1 % 0", "!by zero" },
		{ "1.0 / 0.0", "+Inf" },
		{ "0.0 / 0.0 == 0.0 / 0.0", "false" },
		{ "1 + 1u", "!no sum" },
		{ "1 + 1.0", "!no sum" },
		{ "1 == 1u && 1u == 1.0 && 1 == 1.0", "true" },
		{ "1 < 1.5 && 2u > 1.5 && -1 < 1u", "true" },
		{ "1 == '1'", "false" },
		{ "'a' + 'b' + t", "\"abtext\"" },
		{ "'a' < 'b' && 'Z' < 'a'", "true" },
		{ "'a' < 1", "!no order" },
		{ "[1] + [2, 'x']", "[1, 2, \"x\"]" },
		{ "[1, 2] == [1, 2u] && [1] != [1, 1]", "true" },
		{ "{'a': 1, 'b': 2} == {'b': 2, 'a': 1.0}", "true" },
		{ "2 in l && !(4 in l) && 'a' in m && 2.0 in l", "true" },
		{ "1 in 'x'", "!'in'" },
		{ "l[0] + l[2u] + l[1.0]", "6" },
		{ "l[3]", "!has 3" },
		{ "l[-1]", "!has 3" },
		{ "l[0.5]", "!has 3" },
		{ "m.a == m['a']", "true" },
		{ "m.c", "!there is no 'c'" },
		{ "m['c']", "!there is no 'c'" },
		{ "{1: 'a'}[1u] + {1: 'b'}[1.0]", "\"ab\"" },
		{ "{'a': 1, 'a': 2}", "!twice" },
		{ "{1.5: 1}", "!cannot be a key" },
		{ "missing", "!there is no 'missing'" },
		{ "t.x", "!has no members" },
		{ "x ? 1 : 2", "!a bool is needed" },
		{ "!x", "!takes bool" },
		{ "none == null && !(x == null)", "true" },
		{ "big", "18446744073709551615u" },
		{ "half * 2.0", "1.0" },
	};

	return table(op, t, sizeof(t) / sizeof(t[0]));
}

/* An operand that decides makes the errors of the others vanish, on either side. */
static int errors(struct op *op)
{
	static const struct row t[] = {
		{ "false && missing", "false" },
		{ "missing && false", "false" },
		{ "true || missing", "true" },
		{ "missing || true", "true" },
		{ "missing && true", "!there is no 'missing'" },
		{ "missing || false", "!there is no 'missing'" },
		{ "1 / 0 > 0 || missing || true", "true" },
		{ "missing && 1 / 0 > 0", "!there is no 'missing'" },
		{ "1 && false", "false" },
		{ "1 || false", "!a bool is needed" },
		{ "missing ? 1 : 2", "!there is no 'missing'" },
		{ "true ? 1 : missing", "1" },
		{ "l.all(i, 6 / (i - 2) != 0 || i == 2)", "true" },
		{ "l.all(i, 6 / (i - 2) > 100)", "false" },
		{ "l.all(i, 6 / (i - 2) != 100)", "!by zero" },
		{ "l.exists(i, 6 / (i - 2) == 6)", "true" },
		{ "l.exists(i, 6 / (i - 2) == 7)", "!by zero" },
		{ "l.exists_one(i, 6 / (i - 2) == 6)", "!by zero" },
		{ "l.filter(i, 6 / (i - 2) == 6)", "!by zero" },
		{ "l.map(i, 6 / (i - 2))", "!by zero" },
		{ "has(m.a) && !has(m.c)", "true" },
		{ "has(m.c.d)", "!there is no 'c'" },
		{ "has(t.x)", "!has no members" },
	};

	return table(op, t, sizeof(t) / sizeof(t[0]));
}

static int functions(struct op *op)
{
	static const struct row t[] = {
		{ "l.all(i, i > 0) && !l.all(i, i > 1) && empty.all(i, false)", "true" },
		{ "l.exists(i, i == 2) && !empty.exists(i, true)", "true" },
		{ "l.exists_one(i, i > 2) && !l.exists_one(i, i > 1)", "true" },
		{ "l.filter(i, i != 2)", "[1, 3]" },
		{ "l.map(i, i * i)", "[1, 4, 9]" },
		{ "l.map(i, i > 1, [i])", "[[2], [3]]" },
		{ "m.map(k, k)", "[\"a\", \"b\"]" },
		{ "m.filter(k, m[k] == 1)", "[\"a\"]" },
		{ "l.map(x, l.map(y, x * y)[0]).exists(x, x == 3) && x == 7", "true" },
		{ "l.all(i, l.exists(j, j == i))", "true" },
		{ "x.all(i, true)", "!has no elements" },
		{ "l.all(i, i)", "!a bool is needed" },
		{ "size('\u00e4\u20ac') + l.size() + size(m) + size(b'abc')", "10" },
		{ "'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('') ", "true" },
		{ "'abc'.matches('^a.c$') && matches('xabcx', 'b') && !'abc'.matches('^b')",
		  "true" },
		{ "l.all(i, 'ab'.matches('^a') && 'ab'.matches('b$') && 'ab'.matches('^' + 'a'))",
		  "true" },
		{ "'a'.matches('(')", "!" },
		{ "'AbC\u00c4'.lowerAscii()", "\"abc\u00c4\"" },
		{ "glob('usr/**/x*', 'usr/lib/a/xy') && !glob('*.so', 'a/b.so')", "true" },
		{ "version_compare('deb', '1.0~rc1', '1.0')", "-1" },
		{ "version_compare('semver', '1.10.0', '1.9.0')", "1" },
		{ "version_compare('nothing', '1', '2')", "!orders no versions" },
		{ "int('-5') + int(3.9) + int(2u) + int(-3.9)", "-3" },
		{ "int('x')", "!'x' is no int" },
		{ "int(1e20)", "!no int" },
		{ "uint(-1)", "!no uint" },
		{ "uint('7') == 7u && uint(1.9) == 1u", "true" },
		{ "double('1e3') == 1000.0 && double(3) == 3.0", "true" },
		{ "string(1) + string(2u) + string(1.5) + string(true) + string(b'x')",
		  "\"121.5truex\"" },
		{ "string(b'\\xff')", "!not UTF-8" },
		{ "bool('true') && !bool('False')", "true" },
		{ "bool('yes')", "!no bool" },
		{ "type(1) == int && type('') == string && type(l) == list && type(int) == type",
		  "true" },
		{ "timestamp('2024-02-29T00:00:00Z') + duration('24h')",
		  "timestamp(\"2024-03-01T00:00:00Z\")" },
		{ "timestamp('2024-01-01T01:30:00.5+01:30') - timestamp('2024-01-01T00:00:00Z')",
		  "duration(\"0.5s\")" },
		{ "duration('1h30m') == duration('5400s') && duration('-1.5s') < duration('0')",
		  "true" },
		{ "duration('1')", "!no duration" },
		{ "timestamp('2024-02-30T00:00:00Z')", "!no timestamp" },
		{ "timestamp('9999-12-31T23:59:59Z') + duration('1s')", "!overflows" },
		{ "timestamp('2024-02-29T12:34:56Z').getFullYear()", "2024" },
		{ "timestamp('2024-02-29T12:34:56Z').getMonth()", "1" },
		{ "timestamp('2024-02-29T12:34:56Z').getDayOfYear()", "59" },
		{ "timestamp('2024-02-29T12:34:56Z').getDayOfWeek()", "4" },
		{ "duration('90m').getHours()", "1" },
		{ "int(timestamp('1970-01-02T00:00:00Z'))", "86400" },
	};

	return table(op, t, sizeof(t) / sizeof(t[0]));
}

/* Whatever allocation fails, it is memory that is told. */
static int without_memory(struct op *op)
{
	static const struct row t[] = {
		{ "l.map(i, string(i) + t).filter(s, s.matches('^[12]t'))",
		  "[\"1text\", \"2text\"]" },
		{ "l.all(i, string(i).matches('[0-9]')) && {'a': [1]} == {'a': [1.0]}", "true" },
		{ "timestamp('2024-01-01T00:00:00Z') + duration('1.5s')",
		  "timestamp(\"2024-01-01T00:00:01.5Z\")" },
	};

	return table(op, t, sizeof(t) / sizeof(t[0]));
}

/* ---- over facts ---- */

static int refuses(struct op *op)
{
	static const struct {
		const char *text, *why;
	} t[] = {
		{ "", "p:1: column 1 of the expression: something is missing at the end" },
		{ "image.sise > 1",
		  "column 7 of the expression: there is no 'sise'; did you mean 'size'?" },
		{ "imag.size > 1", "column 1 of the expression: there is no 'imag'" },
		{ "findings.all(f, f.sevrity == 'high')", "there is no 'sevrity'; did you mean" },
		{ "findings.all(f, f.package.nam == '')", "there is no 'nam'" },
		{ "input.image.x == 1", "there is no 'x'" },
		{ "image.size > 'x'",
		  "column 12 of the expression: > cannot stand between int and" },
		{ "image.size + 1.5 > 1.0", "+ cannot stand between int and double" },
		{ "image.size && true", "a bool is needed, not int" },
		{ "!image.size", "! takes bool, not int" },
		{ "packages.filter(p, p.name)", "a bool is needed, not string" },
		{ "image.size.all(x, true)", "int has no elements" },
		{ "packages['x']", "string is no position in a list" },
		{ "image.name.startsWith(1)", "takes string, not int" },
		{ "size(1, 2)", "another number of arguments" },
		{ "f(1)", "there is no function 'f'" },
		{ "image.name.trim()", "there is no method 'trim'" },
		{ "all(packages, p, true)", "there is no function 'all'" },
		{ "packages.all(1, true)", "needs the name of a variable" },
		{ "has(image)", "has() takes a member" },
		{ "1 +", "something is missing at the end" },
		{ "(1", "')' is missing at the end" },
		{ "1 2", "'2' cannot stand here" },
		{ "'abc", "has no end" },
		{ "'\\q'", "an escape that is none" },
		{ "'\\ud800'", "an escape that is none" },
		{ "'\xff'", "not UTF-8" },
		{ "9223372036854775808", "no int of 64 bits" },
		{ "18446744073709551616u", "no uint" },
		{ "1 = 1", "'=" },
		{ "a & b", "nothing begins with '&'" },
		{ "true &&\n  image.x", "line 2, column 9 of the expression: there is no 'x'" },
		{ "while", "a word that CEL keeps" },
		{ "{'a' 1}", "':' is expected" },
		{ "\x01", "nothing begins" },
	};
	struct cel *c;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct op_mark mark = op_mark(op);
		CHECK_FAILS(op, cel_compile(op, S("p:1"), exact(str_of(t[i].text)), &c), ERR_USAGE,
			    t[i].why);
		op_reset(op, mark);
	}
	return 0;
}

static int over_facts(struct op *op)
{
	static const struct {
		const char *text;
		enum outcome_kind outcome;
	} t[] = {
		{ "image.size <= 150 * MiB && packages.filter(p, p.type == \"deb\").size() <= 60",
		  OUTCOME_PASS },
		{ "image.size <= 1 * MiB", OUTCOME_FAIL },
		{ "findings.exists(f, f.kev && f.severity == 'critical')", OUTCOME_PASS },
		{ "findings.all(f, f.suppressed != '' || f.epss < 0.5)", OUTCOME_FAIL },
		{ "findings.exists(f, f.fixed_days > 100)", OUTCOME_PASS },
		{ "findings.all(f, !has(f.fixed_days) || f.fixed_days < 500)", OUTCOME_PASS },
		{ "findings.all(f, f.fixed_days < 500)", OUTCOME_ERROR },
		{ "!('22/tcp' in config.ports)", OUTCOME_FAIL },
		{ "config.env.PATH.startsWith('/usr')", OUTCOME_PASS },
		{ "config.env.HOME == '/'", OUTCOME_ERROR },
		{ "config.labels['org.opencontainers.image.source'].startsWith('https://')",
		  OUTCOME_PASS },
		{ "timestamp(time) - timestamp(image.created) < duration('720h')", OUTCOME_PASS },
		{ "checks.filter(c, c.outcome == 'fail').map(c, c.id) == ['config.nonroot', "
		  "'fs.no_setuid']",
		  OUTCOME_PASS },
		{ "input.image.age_days == 15 && image.age_days == 15", OUTCOME_PASS },
		{ "hardening.changes.filter(c, c.kind == 'weaker').size() == hardening.weaker",
		  OUTCOME_PASS },
		{ "packages.exists(p, p.name == 'urllib3' && version_compare('pypi', p.version, "
		  "'1.26.17') < 0)",
		  OUTCOME_PASS },
		{ "findings.filter(f, f.suppressed == "
		  "'')[0].package.name.matches('^org\\\\.example')",
		  OUTCOME_PASS },
		{ "sources.all(s, has(s.age_hours) && s.age_hours <= 48)", OUTCOME_FAIL },
		{ "findings.map(f, f.risk)[0] == 100.0", OUTCOME_PASS },
		{ "summary.critical + summary.high == 3", OUTCOME_PASS },
	};
	struct node facts;
	struct cel *c;
	str why, text;

	fixture_fill();
	TRY(cel_facts(op, &full_facts, &facts));
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum outcome_kind outcome;
		struct op_mark mark = op_mark(op);
		TRY(cel_compile(op, S("p:1"), exact(str_of(t[i].text)), &c));
		CHECK(cel_may_bool(c));
		TRY(cel_bool(op, c, &facts, &outcome, &why));
		if (outcome != t[i].outcome)
			(void)fprintf(stderr, "%s\n", t[i].text);
		CHECK(outcome == t[i].outcome);
		op_reset(op, mark);
	}
	TRY(cel_compile(op, S("p:1"), S("'too fat: ' + string(image.size)"), &c));
	CHECK(cel_may_text(c) && !cel_may_bool(c));
	CHECK(cel_text(op, c, &facts, &text) == 0 || op->code);
	if (op->code)
		return op->code;
	CHECK_STR(text, S("too fat: 31000000"));
	TRY(cel_compile(op, S("p:1"), S("base.name + string(findings[0].fixed_days)"), &c));
	int rc = cel_text(op, c, &facts, &text);
	if (rc < 0)
		return rc;
	CHECK(rc == 1);
	CHECK_STR(text, S("there is no 'fixed_days'"));
	return 0;
}

/* "| `EXPRESSION` | ANSWER |": a row of docs/cel.md, where a bar within the expression has a backslash. */
static int example(struct op *op, const struct node *facts, str line, int *n)
{
	str text, answer, why;
	enum outcome_kind outcome;
	struct cel *c;
	struct buf b;
	ptrdiff_t end = str_find_str(line, S("` | "));

	if (!str_starts(line, S("| `")) || end < 0)
		return 0;
	answer = str_from(line, end + 4);
	line = str_head(str_from(line, 3), end - 3);
	buf_init(&b, op, 1 << 12);
	for (ptrdiff_t i = 0; i < line.len; i++)
		if (line.p[i] != '\\' || i + 1 == line.len || line.p[i + 1] != '|')
			buf_char(&b, line.p[i]);
	TRY(buf_take(&b, &text));
	TRY(cel_compile(op, S("docs/cel.md"), text, &c));
	TRY(cel_bool(op, c, facts, &outcome, &why));
	CHECK_STR(answer, outcome == OUTCOME_PASS   ? S("true |")
			  : outcome == OUTCOME_FAIL ? S("false |")
						    : S("error |"));
	if (!str_starts(answer, outcome == OUTCOME_PASS   ? S("t")
				: outcome == OUTCOME_FAIL ? S("f")
							  : S("e")))
		(void)fprintf(stderr, "%.*s\n", STR_ARG(text));
	++*n;
	return 0;
}

static int examples(struct op *op)
{
	struct node facts;
	struct cel *c;
	int n = 0;
	str text;

	fixture_fill();
	TRY(cel_facts(op, &full_facts, &facts));
	TRY(test_file(op, "docs/cel.md", &text));
	while (text.p)
		TRY(example(op, &facts, str_cut(&text, '\n'), &n));
	CHECK(n == 24);
	return cel_compile(op, S("p:1"),
			   S("findings.all(f, f.suppressed != \"\" || !has(f.fixed_days) || "
			     "f.fixed_days < 1000)"),
			   &c);
}

/* ---- what tries to take forever ---- */

static int repeated(struct op *op, const char *before, const char *part, int n, const char *after,
		    str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	buf_add(&b, str_of(before));
	for (int i = 0; i < n; i++)
		buf_add(&b, str_of(part));
	buf_add(&b, str_of(after));
	return buf_take(&b, ret);
}

static int too_deep(struct op *op)
{
	static const struct {
		const char *before, *part;
		int n;
		const char *after;
	} t[] = {
		{ "", "(", 5000, "1" },       { "", "[", 5000, "" },
		{ "", "{1:", 5000, "" },      { "", "!", 5000, "true" },
		{ "", "-", 5000, "x" },       { "", "true?", 3000, "1" },
		{ "1", "+1", 5000, "" },      { "x", ".x", 5000, "" },
		{ "x", "[0]", 5000, "" },     { "", "size(", 3000, "" },
		{ "", "true?1:", 2000, "1" }, { "", "[1].map(x,", 1500, "" },
		{ "x", ".size()", 2000, "" }, { "", "has(a.b", 2000, "" },
	};
	struct cel *c;
	str text;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct op_mark mark = op_mark(op);
		TRY(repeated(op, t[i].before, t[i].part, t[i].n, t[i].after, &text));
		int rc = cel_compile_any(op, S("p:1"), exact(text), &c);
		CHECK(rc == ERR_USAGE);
		op_forgive(op);
		op_reset(op, mark);
	}
	TRY(repeated(op, "1", "        ", 3000, "", &text));
	CHECK_FAILS(op, cel_compile_any(op, S("p:1"), text, &c), ERR_LIMIT, "longer than");
	/* A chain of && is no depth. */
	TRY(repeated(op, "true", "&&true", 2000, "", &text));
	TRY(cel_compile_any(op, S("p:1"), text, &c));
	return 0;
}

static int too_much(struct op *op)
{
	static const struct row t[] = {
		/* 10 to the 8th turns; errors of steps are absorbed by nothing. */
		{ "[0,1,2,3,4,5,6,7,8,9].map(a, [0,1,2,3,4,5,6,7,8,9].map(b, "
		  "[0,1,2,3,4,5,6,7,8,9].map(c, "
		  "[0,1,2,3,4,5,6,7,8,9].map(d, [0,1,2,3,4,5,6,7,8,9].map(e, "
		  "[0,1,2,3,4,5,6,7,8,9].map(f, "
		  "[0,1,2,3,4,5,6,7,8,9].map(g, [0,1,2,3,4,5,6,7,8,9].map(h, 1))))))))",
		  "!takes more than" },
		{ "[0,1,2,3,4,5,6,7,8,9].exists(a, [0,1,2,3,4,5,6,7,8,9].exists(b, "
		  "[0,1,2,3,4,5,6,7,8,9].exists(c, [0,1,2,3,4,5,6,7,8,9].exists(d, "
		  "[0,1,2,3,4,5,6,7,8,9].exists(e, [0,1,2,3,4,5,6,7,8,9].exists(f, "
		  "[0,1,2,3,4,5,6,7,8,9].exists(g, a + b + c + d + e + f + g > 100))))))) || true",
		  "!takes more than" },
		/* A text that doubles with each turn. */
		{ "['aaaaaaaaaaaaaaaa'].map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, "
		  "a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, "
		  "a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)",
		  "!takes more than" },
		{ "[[1,1,1,1,1,1,1,1]].map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, "
		  "a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, "
		  "a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)",
		  "!takes more than" },
		{ "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$"
		  "')",
		  "false" },
		{ "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a|a)*$')", "false" },
		{ "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a|aa)+$')", "false" },
		{ "'a'.matches('((((a{1,100}){1,100}){1,100}){1,100})')", "!repeats too much" },
		{ "glob('*a*a*a*a*a*a*a*a*a*a*a*a*b', "
		  "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
		  "false" },
	};

	return table(op, t, sizeof(t) / sizeof(t[0]));
}

TESTS({ "literals", literals, .once = true }, { "operators", operators, .once = true },
      { "errors", errors, .once = true }, { "functions", functions, .once = true },
      { "without memory", without_memory }, { "refuses", refuses, .once = true },
      { "over facts", over_facts, .once = true }, { "examples", examples, .once = true },
      { "too deep", too_deep, .once = true }, { "too much", too_much, .once = true })
