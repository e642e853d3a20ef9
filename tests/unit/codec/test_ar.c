#include <fcntl.h>
#include <stdio.h>

#include "base/buf.h"
#include "codec/ar.h"
#include "sys/file.h"
#include "unit/harness.h"

#define HEADER(name, size) name "1700000000  0     0     100644  " size "`\n"
#define MAGIC "!<arch>\n"

static int list(struct op *op, str bytes, struct ar_member **ret, ptrdiff_t *ret_n)
{
	int dirfd;

	(void)test_dir(&dirfd);
	TRY(file_replace(op, dirfd, S("f"), bytes, 0600));
	AUTO_FD fd = openat(dirfd, "f", O_RDONLY | O_CLOEXEC);
	return ar_list(op, fd, S("f"), ret, ret_n);
}

static int members(struct op *op)
{
	struct ar_member *m;
	ptrdiff_t n;

	TRY(list(op,
		 S(MAGIC HEADER("debian-binary   ", "4         ") "2.0\n" HEADER(
			 "control.tar.xz/ ", "3         ") "abc\n" HEADER("data.tar.xz     ",
									  "1         ") "x"),
		 &m, &n));
	CHECK(n == 3);
	CHECK_STR(m[0].name, S("debian-binary"));
	CHECK_STR(m[1].name, S("control.tar.xz"));
	CHECK(m[0].offset == 68 && m[0].size == 4 && m[0].mtime == 1700000000);
	CHECK(m[1].offset == 132 && m[1].size == 3);
	CHECK(m[2].offset == 196 && m[2].size == 1);
	TRY(list(op, S(MAGIC), &m, &n));
	CHECK(n == 0);
	return 0;
}

static int refused(struct op *op)
{
	static const struct {
		str bytes;
		const char *text;
	} bad[] = {
		{ S_INIT(""), "no ar archive" },
		{ S_INIT("!<arch>"), "no ar archive" },
		{ S_INIT("!<thin>\n"), "no ar archive" },
		{ S_INIT(MAGIC "x"), "truncated" },
		{ S_INIT(MAGIC HEADER("a               ", "5         ") "1234"), "passes the end" },
		{ S_INIT(MAGIC HEADER("a               ", "9999999999")), "passes the end" },
		{ S_INIT(MAGIC HEADER("a               ", "-1        ") "1234"), "bad ar header" },
		{ S_INIT(MAGIC HEADER("a               ", "0x1       ") "1234"), "bad ar header" },
		{ S_INIT(MAGIC HEADER("a               ", "          ") "1234"), "bad ar header" },
		{ S_INIT(MAGIC HEADER("                ", "4         ") "1234"), "bad ar header" },
		{ S_INIT(MAGIC HEADER("/               ", "4         ") "1234"), "bad ar header" },
		{ S_INIT(MAGIC HEADER("a\0b             ", "4         ") "1234"), "bad ar header" },
		{ S_INIT(MAGIC "a               1700000000  0     0     100644  4         XX1234"),
		  "bad ar header" },
	};
	struct ar_member *m;
	ptrdiff_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, list(op, bad[i].bytes, &m, &n), ERR_FORMAT, bad[i].text);
	struct buf b;
	buf_init(&b, op, 8192);
	buf_add(&b, S(MAGIC));
	for (int i = 0; i < 65; i++)
		buf_add(&b, S(HEADER("a               ", "0         ")));
	str all;
	TRY(buf_take(&b, &all));
	CHECK_FAILS(op, list(op, all, &m, &n), ERR_LIMIT, "more than 64");
	return 0;
}

TESTS({ "members are listed", members }, { "lies are refused", refused })
