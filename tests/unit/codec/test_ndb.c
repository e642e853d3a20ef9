/* two.db has the headers of tests/fuzz/corpus/rpm_header, in the form that rpm's ndb gives them. */
#include "codec/ndb.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys/file.h"
#include "unit/harness.h"

static int two(struct op *op, str *ret)
{
	return test_file(op, "tests/fuzz/corpus/ndb/two.db", ret);
}

static int checks(struct op *op, const struct at *at)
{
	static const char *const paths[] = { "tests/fuzz/corpus/rpm_header/board.hdr",
					     "tests/fuzz/corpus/rpm_header/cheese.hdr" };
	struct ndb db;
	uint32_t number;
	str got, want;
	int rc;

	TRY(rc = ndb_open(op, at, &db));
	CHECK(rc == 0);
	for (uint32_t i = 0; i < 2; i++) {
		TRY(test_file(op, paths[i], &want));
		TRY(rc = ndb_next(op, &db, &number, &got));
		CHECK(rc == 1 && number == i + 1 && str_eq(got, want));
	}
	return ndb_next(op, &db, &number, &got);
}

static int reads_memory(struct op *op)
{
	str bytes;

	TRY(two(op, &bytes));
	struct at at = at_of_bytes(exact(bytes), S("db"));
	return checks(op, &at);
}

static int reads_files(struct op *op)
{
	AUTO_FD fd = memfd_create("db", MFD_CLOEXEC);
	str bytes;

	CHECK(fd >= 0);
	TRY(two(op, &bytes));
	TRY(file_write(op, fd, S("memory"), bytes));
	struct at at = at_of_fd(fd, 0, (uint64_t)bytes.len, S("db"));
	return checks(op, &at);
}

static int walk(struct op *op, str bytes)
{
	struct at at = at_of_bytes(bytes, S("db"));
	struct ndb db;
	uint32_t number;
	str got;
	int rc = ndb_open(op, &at, &db);

	if (rc != 0)
		return rc;
	while ((rc = ndb_next(op, &db, &number, &got)) > 0)
		;
	return rc;
}

static int refuses_lies(struct op *op)
{
	static const struct {
		uint32_t offset;
		const char *with;
		const char *message;
	} bad[] = {
		{ 4, "\1", "version" },
		{ 12, "\0", "number of its pages" },
		{ 12, "\3", "number of its pages" },
		{ 14, "\1", "number of its pages" },
		{ 32, "s", "a slot that is damaged" },
		{ 36, "\3", "a package that is damaged" },
		{ 42, "\1", "outside of the file" },
		{ 44, "\1", "a package that is damaged" },
		{ 46, "\1", "outside of the file" },
		{ 4096, "b", "a package that is damaged" },
		{ 4109, "\x10", "a package that is damaged" },
	};
	str bytes;

	TRY(two(op, &bytes));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *p = op_new(op, char, bytes.len);
		if (!p)
			return op->code;
		memcpy(p, bytes.p, (size_t)bytes.len);
		memcpy(p + bad[i].offset, bad[i].with, 1);
		str copy = exact((str){ p, bytes.len });
		CHECK_FAILS(op, walk(op, copy), ERR_FORMAT, bad[i].message);
	}
	CHECK_FAILS(op, walk(op, exact(str_head(bytes, bytes.len - 1))), ERR_FORMAT,
		    "outside of the file");
	CHECK(walk(op, exact(str_from(bytes, 1))) == 1 && walk(op, exact(S(""))) == 1);
	return 0;
}

/* Each slot names the same package. */
static int reads_no_more_than_there_is(struct op *op)
{
	str bytes;

	TRY(two(op, &bytes));
	char *p = op_new(op, char, bytes.len);
	if (!p)
		return op->code;
	memcpy(p, bytes.p, (size_t)bytes.len);
	for (int i = 3; i < 256; i++)
		memcpy(p + i * 16, p + 32, 16);
	CHECK_FAILS(op, walk(op, exact((str){ p, bytes.len })), ERR_FORMAT, "in the same place");
	return 0;
}

TESTS({ "reads a database in memory", reads_memory }, { "reads a database in a file", reads_files },
      { "refuses lies", refuses_lies },
      { "reads no more than there is", reads_no_more_than_there_is })
