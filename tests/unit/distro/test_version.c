#include "distro/version.h"

#include <stdio.h>
#include <stdlib.h>

#include "sys/file.h"
#include "unit/harness.h"

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

/* One line, "A < B"; false if it has no such form. */
static bool check_line(str line, const char *file, int number)
{
	str a = str_word(&line), order = str_word(&line), b = str_word(&line);
	int want = str_eq(order, S("<")) ? -1 : str_eq(order, S(">")) ? 1 : 0;

	if (!b.p || b.len == 0 || (want == 0 && !str_eq(order, S("="))))
		return false;
	if (number <= 1000) { /* the harness holds some thousand exact copies */
		a = exact(a);
		b = exact(b);
	}
	test_check(sign(version_cmp(a, b)) == want, "the order of a line", file, number);
	test_check(sign(version_cmp(b, a)) == -want, "the order of a line, reversed", file, number);
	test_check(version_cmp(a, a) == 0, "equal to itself", file, number);
	return true;
}

static int check_text(struct op *op, str text, const char *file)
{
	int seen = 0;

	for (int number = 1; text.p; number++) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (!check_line(line, file, number))
			return op_fail(op, ERR_FORMAT, "%s:%d: no comparison", file, number);
		seen++;
	}
	CHECK(seen > 10);
	return 0;
}

static int own_cases(struct op *op)
{
	str text;

	TRY(test_file(op, "tests/case/version/debian.txt", &text));
	return check_text(op, text, "debian.txt");
}

/* Large collections of comparisons, in a directory that TEMPER_DATA names. */
static int collected_cases(struct op *op)
{
	static const char *const file[] = { "debian-versions.txt", "debian-versions-generated.txt" };
	const char *data = getenv("TEMPER_DATA");

	for (size_t i = 0; i < 2; i++) {
		AUTO_OP part;
		str path, text;
		op_init(&part, 0);
		TRY(op_text(op, &path, "%s/versions/osv-scalibr/%s", data ? data : "", file[i]));
		if (!data || file_read_user(&part, path, 16 << 20, &text) < 0) {
			(void)printf("    skipped: TEMPER_DATA names no directory with %s\n", file[i]);
			continue;
		}
		TRY(check_text(op, text, file[i]));
	}
	return 0;
}

static int validity(struct op *op)
{
	static const struct {
		const char *version;
		bool valid;
	} row[] = {
		{ "1", true }, { "1:2.3-4", true }, { "1.0~rc1+dfsg-1.1", true }, { "0:1:2-3", true },
		{ "2147483647:1", true }, { "a1", true }, { "1.0-1-2", true }, { "", false }, { ":1", false },
		{ "a:1", false }, { "2147483648:1", false }, { "-1:1", false }, { "1:", false }, { "1-", false },
		{ "1:-1", false }, { "1 2", false }, { "1_2", false }, { "1/2", false }, { ".1", false },
		{ "~1", false }, { "1-1:1", false }, { "1\n", false }, { "1\xc3\xa4", false }, { "1-a_", false },
	};
	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		test_check(version_valid(exact(str_of(row[i].version))) == row[i].valid, row[i].version, "row",
			   (int)i);
	CHECK(!version_valid((str){ "1\0", 2 }));
	return 0;
}

TESTS({ "the text file's cases", own_cases }, { "collected cases", collected_cases, .once = true },
      { "which are well formed", validity })
