#include "model/version.h"

#include <stdio.h>

#include "unit/harness.h"

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

/* "A < B" of a scheme; false if it has no such form. */
static bool check_line(enum version_scheme scheme, str line, const char *file, int number)
{
	str a = str_word(&line), order = str_word(&line), b = str_word(&line);
	int want = str_eq(order, S("<")) ? -1 : str_eq(order, S(">")) ? 1 : 0;

	if (!b.p || b.len == 0 || (want == 0 && !str_eq(order, S("="))))
		return false;
	a = exact(a);
	b = exact(b);
	test_check(sign(version_compare(scheme, a, b)) == want, "the order of a line", file,
		   number);
	test_check(sign(version_compare(scheme, b, a)) == -want, "the order of a line, reversed",
		   file, number);
	test_check(version_compare(scheme, a, a) == 0, "equal to itself", file, number);
	return true;
}

static int debian_cases(struct op *op)
{
	str text;
	int seen = 0;

	TRY(test_file(op, "tests/case/version/debian.txt", &text));
	for (int number = 1; text.p; number++) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (!check_line(VERSION_DEB, line, "debian.txt", number))
			return op_fail(op, ERR_FORMAT, "debian.txt:%d: no comparison", number);
		seen++;
	}
	CHECK(seen > 10);
	return 0;
}

/* Lines of "SCHEME A < B"; each scheme has some. */
static int own_cases(struct op *op)
{
	str text;
	int seen[VERSION_SCHEMES] = { 0 };

	TRY(test_file(op, "tests/case/versions.txt", &text));
	for (int number = 1; text.p; number++) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len == 0 || line.p[0] == '#')
			continue;
		str name = str_word(&line);
		enum version_scheme scheme = version_scheme_of(name);
		CHECK_STR(name, str_of(version_schemes[scheme].name));
		if (!check_line(scheme, line, "versions.txt", number))
			return op_fail(op, ERR_FORMAT, "versions.txt:%d: no comparison", number);
		seen[scheme]++;
	}
	for (int i = 0; i < VERSION_SCHEMES; i++)
		test_check(seen[i] >= 2, version_schemes[i].name, "versions.txt has lines of it",
			   i);
	return 0;
}

static int validity(struct op *op)
{
	static const struct {
		const char *version;
		bool valid;
	} row[] = {
		{ "1", true },
		{ "1:2.3-4", true },
		{ "1.0~rc1+dfsg-1.1", true },
		{ "0:1:2-3", true },
		{ "2147483647:1", true },
		{ "a1", true },
		{ "1.0-1-2", true },
		{ "", false },
		{ ":1", false },
		{ "a:1", false },
		{ "2147483648:1", false },
		{ "-1:1", false },
		{ "1:", false },
		{ "1-", false },
		{ "1:-1", false },
		{ "1 2", false },
		{ "1_2", false },
		{ "1/2", false },
		{ ".1", false },
		{ "~1", false },
		{ "1-1:1", false },
		{ "1\n", false },
		{ "1\xc3\xa4", false },
		{ "1-a_", false },
	};
	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		test_check(version_deb_valid(exact(str_of(row[i].version))) == row[i].valid,
			   row[i].version, "row", (int)i);
	CHECK(!version_deb_valid((str){ "1\0", 2 }));
	return 0;
}

/* Spans: "0" is the first of all, ends as they are named, and no order is no order. */
static int spans(struct op *op)
{
	static const struct {
		enum version_scheme scheme;
		const char *version, *from, *until, *last;
		bool after, in;
	} row[] = {
		{ VERSION_DEB, "1.0-1", "0", "1.0-2", NULL, false, true },
		{ VERSION_DEB, "0~rc1-1", "0", "1.0-2", NULL, false, true },
		{ VERSION_DEB, "1.0-2", "0", "1.0-2", NULL, false, false },
		{ VERSION_DEB, "1.0-2", "", NULL, "1.0-2", false, true },
		{ VERSION_DEB, "1.0-2", "", NULL, NULL, false, true },
		{ VERSION_DEB, "1.0-2", "1.0-2", NULL, NULL, true, false },
		{ VERSION_SEMVER, "0.0.0-alpha", "0", NULL, NULL, false, true },
		{ VERSION_SEMVER, "0.0.0-alpha", "0", NULL, NULL, true, false },
		{ VERSION_SEMVER, "2.0.0-rc.1", "1.0.0", "2.0.0", NULL, false, true },
		{ VERSION_SEMVER, "0.9.0", "1.0.0", "2.0.0", NULL, false, false },
		{ VERSION_RPM, "1.2-3.el9", "0", NULL, "1.2", false, true },
		{ VERSION_RPM, "1.2-3.el9", "0", "1.2", NULL, false, false },
		{ VERSION_RPM, "1.3-1.el9", "0", NULL, "1.2", false, false },
		{ VERSION_BYTES, "x", "", NULL, NULL, false, true },
		{ VERSION_BYTES, "x", "0", NULL, NULL, false, true },
		{ VERSION_BYTES, "x", "0", "y", NULL, false, false },
		{ VERSION_BYTES, "x", "w", NULL, "x", false, true },
		{ VERSION_BYTES, "x", "x", NULL, "z", false, true },
		{ VERSION_BYTES, "x", "w", NULL, "z", false, false },
		{ VERSION_BYTES, "x", "w", NULL, NULL, false, false },
	};
	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct version_span span = { str_of(row[i].from), str_of(row[i].until),
					     str_of(row[i].last), row[i].after };
		test_check(version_in(row[i].scheme, exact(str_of(row[i].version)), &span) ==
				   row[i].in,
			   row[i].version, "row", (int)i);
	}
	return 0;
}

/* Pieces that versions are made of, the odd ones too. */
static const char *const piece[] = {
	"0",        "1",         "2",
	"10",       "00",        "01",
	"010",      "9",         "99999999999999999999",
	".",        ".",         ".",
	"-",        "-",         "_",
	"+",        "~",         "^",
	":",        "!",         "a",
	"b",        "rc",        "alpha",
	"beta",     "pre",       "post",
	"dev",      "r",         "-r",
	"p",        "v",         "V",
	"_p",       "_rc",       "_alpha",
	"final",    "ga",        "sp",
	"x",        "RC1",       "A",
	"Final",    "*",         "#",
	"SNAPSHOT", "go",        " ",
	"\xc3\xa4", "\xff",      "/",
	"",         "0.0",       "1.0",
	"m",        "patch",     "stable",
	"c",        "rev",       "-1",
	".0",       "~deadbeef", "=",
};

enum { TEXTS = 90, TEXT_MAX = 40 };

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A few pieces; half of the texts begin like a version. */
static str random_text(uint64_t *state, char out[TEXT_MAX])
{
	static const char *const head[] = { "1", "1.0", "1.2", "0", "1.0.0", "1.0-1" };
	ptrdiff_t len = 0;

	for (uint64_t n = next(state) % 6, i = 0; i <= n; i++) {
		bool begins = i == 0 && next(state) % 2;
		const char *p = begins ? head[next(state) % 6]
				       : piece[next(state) % (sizeof(piece) / sizeof(piece[0]))];
		ptrdiff_t add = (ptrdiff_t)strlen(p);
		if (len + add > TEXT_MAX)
			break;
		memcpy(out + len, p, (size_t)add);
		len += add;
	}
	return (str){ out, len };
}

static void show(enum version_scheme scheme, const str *v, int a, int b, int c)
{
	(void)fprintf(stderr, "%s: \"%.*s\" \"%.*s\" \"%.*s\": %d %d %d, back %d\n",
		      version_schemes[scheme].name, STR_ARG(v[a]), STR_ARG(v[b]), STR_ARG(v[c]),
		      version_compare(scheme, v[a], v[b]), version_compare(scheme, v[b], v[c]),
		      version_compare(scheme, v[a], v[c]), version_compare(scheme, v[b], v[a]));
}

/* All pairs and triples of a set of texts. */
static bool ordered(enum version_scheme scheme, const str *v, signed char order[TEXTS][TEXTS])
{
	for (int i = 0; i < TEXTS; i++)
		for (int j = 0; j < TEXTS; j++)
			order[i][j] = (signed char)sign(version_compare(scheme, v[i], v[j]));
	for (int i = 0; i < TEXTS; i++) {
		for (int j = 0; j < TEXTS; j++) {
			bool same = i == j || str_eq(v[i], v[j]);
			if (order[i][j] != -order[j][i] || (same && order[i][j])) {
				show(scheme, v, i, j, j);
				return false;
			}
			for (int k = 0; k < TEXTS; k++) {
				if (order[i][j] <= 0 && order[j][k] <= 0 &&
				    order[i][k] != (order[i][j] + order[j][k] < 0 ? -1 : 0)) {
					show(scheme, v, i, j, k);
					return false;
				}
			}
		}
	}
	return true;
}

/* Every scheme is a total order over whatever bytes. */
static int total_order(struct op *op)
{
	static signed char order[TEXTS][TEXTS];
	static char text[TEXTS][TEXT_MAX];
	uint64_t state = 20261122;
	str v[TEXTS];

	(void)op;
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < TEXTS; i++)
			v[i] = random_text(&state, text[i]);
		for (int i = 0; i < VERSION_SCHEMES; i++)
			test_check(ordered((enum version_scheme)i, v, order),
				   version_schemes[i].name, "total order", round);
	}
	return 0;
}

TESTS({ "Debian's cases", debian_cases }, { "cases of all schemes", own_cases },
      { "which are well formed", validity }, { "spans", spans },
      { "a total order over any bytes", total_order, .once = true })
