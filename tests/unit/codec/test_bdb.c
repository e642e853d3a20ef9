/*
 * little.db and big.db are Berkeley DB's own, of both byte orders, in pages of 512 bytes: keys 1 to
 * 40, and under each 3 * key bytes, or 2 * key * key where it is a multiple of five.
 */
#include "codec/bdb.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rd.h"
#include "sys/file.h"
#include "unit/harness.h"

static int checks(struct op *op, const struct at *at, bool big)
{
	struct bdb db;
	uint64_t seen = 0;
	str key, value;
	int rc;

	TRY(rc = bdb_open(op, at, &db));
	CHECK(rc == 0 && db.big == big);
	while ((rc = bdb_next(op, &db, &key, &value)) > 0) {
		struct rd r = { .in = key, .big = big };
		uint32_t i = rd_u32(&r);
		CHECK(key.len == 4 && i >= 1 && i <= 40);
		CHECK(value.len == (ptrdiff_t)(i % 5 ? i * 3 : i * i * 2));
		CHECK(value.p[0] == (char)(65 + i % 26) && value.p[value.len - 1] == value.p[0]);
		CHECK(!(seen >> i & 1));
		seen |= UINT64_C(1) << i;
	}
	CHECK(seen == ((UINT64_C(1) << 41) - 2));
	return rc;
}

static const char *const paths[] = { "tests/fuzz/corpus/bdb/little.db",
				     "tests/fuzz/corpus/bdb/big.db" };

static int reads_memory(struct op *op)
{
	for (int big = 0; big < 2; big++) {
		str bytes;
		TRY(test_file(op, paths[big], &bytes));
		struct at at = at_of_bytes(exact(bytes), S("db"));
		TRY(checks(op, &at, big));
	}
	return 0;
}

static int reads_files(struct op *op)
{
	for (int big = 0; big < 2; big++) {
		AUTO_FD fd = memfd_create("db", MFD_CLOEXEC);
		str bytes;
		CHECK(fd >= 0);
		TRY(test_file(op, paths[big], &bytes));
		TRY(file_write(op, fd, S("memory"), bytes));
		struct at at = at_of_fd(fd, 0, (uint64_t)bytes.len, S("db"));
		TRY(checks(op, &at, big));
	}
	return 0;
}

static int walk(struct op *op, str bytes)
{
	struct at at = at_of_bytes(bytes, S("db"));
	struct bdb db;
	str key, value;
	int rc = bdb_open(op, &at, &db);

	if (rc != 0)
		return rc;
	while ((rc = bdb_next(op, &db, &key, &value)) > 0)
		;
	return rc;
}

/* The number of the first page of a kind. */
static uint32_t page_of(str bytes, char kind)
{
	for (uint32_t n = 1; n < bytes.len / 512; n++) {
		if (bytes.p[n * 512 + 25] == kind)
			return n;
	}
	return 0;
}

static int refuses_lies(struct op *op)
{
	static const struct {
		char kind; /* of the page; 0: the first */
		uint32_t offset;
		const char *with;
		int n;
		const char *message;
	} bad[] = {
		{ 0, 20, "\1\2\0\0", 4, "size of its pages" },
		{ 0, 24, "\1", 1, "encrypted" },
		{ 0, 32, "\0\1\0\0", 4, "cut short" },
		{ 13, 20, "\3", 1, "without a value" },
		{ 13, 20, "\xfe\xff", 2, "outside of its page" },
		{ 13, 26, "\0\0", 2, "outside of its page" },
		{ 13, 26, "\1\2", 2, "outside of its page" },
		{ 13, 28, "\xff\1", 2, "outside of its page" },
		{ 7, 25, "\1", 1, "belongs to no value" },
		{ 7, 22, "\0\0", 2, "belongs to no value" },
		{ 7, 22, "\0\2", 2, "belongs to no value" },
	};
	str bytes;

	TRY(test_file(op, paths[0], &bytes));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *p = op_new(op, char, bytes.len);
		if (!p)
			return op->code;
		memcpy(p, bytes.p, (size_t)bytes.len);
		uint32_t page = bad[i].kind ? page_of(bytes, bad[i].kind) : 0;
		memcpy(p + page * 512 + bad[i].offset, bad[i].with, (size_t)bad[i].n);
		str copy = exact((str){ p, bytes.len });
		CHECK_FAILS(op, walk(op, copy), ERR_FORMAT, bad[i].message);
	}
	CHECK_FAILS(op, walk(op, exact(str_head(bytes, 9000))), ERR_FORMAT, "cut short");
	CHECK(walk(op, exact(str_from(bytes, 1))) == 1 && walk(op, exact(S(""))) == 1);
	return 0;
}

/* A value's second page leads back to itself. */
static int goes_in_no_circle(struct op *op)
{
	str bytes;

	TRY(test_file(op, paths[0], &bytes));
	char *p = op_new(op, char, bytes.len);
	if (!p)
		return op->code;
	memcpy(p, bytes.p, (size_t)bytes.len);
	for (uint32_t n = 1; n < bytes.len / 512; n++) {
		if (p[n * 512 + 25] == 7) { /* one byte of a page of its own, again and again */
			memcpy(p + n * 512 + 16, &(uint32_t){ n }, 4);
			memcpy(p + n * 512 + 22, "\1\0", 2);
		}
	}
	CHECK_FAILS(op, walk(op, exact((str){ p, bytes.len })), ERR_FORMAT, "circle");
	return 0;
}

TESTS({ "reads a database in memory", reads_memory }, { "reads a database in a file", reads_files },
      { "refuses lies", refuses_lies }, { "goes in no circle", goes_in_no_circle })
