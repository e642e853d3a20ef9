/*
 * shop.db is SQLite's own: pages of 512 bytes, 54 rows of which the even ones of ten are gone,
 * blobs that pass their page, a column that was added later, an index, a table WITHOUT ROWID.
 */
#include "codec/sqlite.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/file.h"
#include "unit/harness.h"

enum { PAGE = 512 };

static int shop(struct op *op, str *ret)
{
	return test_file(op, "tests/fuzz/corpus/sqlite/shop.db", ret);
}

static int checks_goods(struct op *op, const struct at *at)
{
	static const int64_t stock[] = { 0,       1,           200,          30000,
					 4000000, -5000000000, 600000000000, 7000000000000000 };
	static struct sqlite_rows rows;
	struct sqlite db;
	struct sqlite_table t;
	const struct sqlite_row *row;
	int rc, n = 0;
	ptrdiff_t bytes = 0;
	int64_t sum = 0;

	TRY(sqlite_open(op, at, &db));
	TRY(rc = sqlite_table(op, &db, S("goods"), &t));
	CHECK(rc == 0 && t.columns == 6 && t.id == 0);
	CHECK(sqlite_column(&t, S("ID")) == 0 && sqlite_column(&t, S("the name")) == 1 &&
	      sqlite_column(&t, S("a,b")) == 4 && sqlite_column(&t, S("later")) == 5 &&
	      sqlite_column(&t, S("check")) == -1);
	TRY(sqlite_rows(op, &db, &t, &rows));
	while ((rc = sqlite_next(op, &rows, &row)) > 0) {
		int64_t id = sqlite_number(&rows, row, 0);
		str blob = sqlite_text(row, 4), name;
		CHECK(id == row->id && id % 10 != 0);
		if (id < 8)
			CHECK(sqlite_number(&rows, row, 3) == stock[id % 8]);
		CHECK(blob.len == (id * id % 1300 < 700 ? id * id % 1300 : 700));
		CHECK(blob.len == 0 ||
		      (blob.p[0] == 65 + id % 26 && blob.p[blob.len - 1] == blob.p[0]));
		CHECK_STR(sqlite_text(row, 5), id == 7 ? S("now") : S(""));
		CHECK(row->value[5].kind == (id == 7 ? SQLITE_TEXT : SQLITE_NULL));
		TRY(op_text(op, &name, "good %d", (int)id));
		CHECK_STR(sqlite_text(row, 1), name);
		sum += sqlite_number(&rows, row, 3);
		bytes += blob.len;
		n++;
	}
	CHECK(n == 54 && bytes == 21605 && sum == 49003565024241208);
	return rc;
}

static int reads_memory(struct op *op)
{
	str bytes;

	TRY(shop(op, &bytes));
	struct at at = at_of_bytes(exact(bytes), S("shop.db"));
	return checks_goods(op, &at);
}

static int in_file(struct op *op, str bytes, int *ret_fd, struct at *ret)
{
	*ret_fd = memfd_create("db", MFD_CLOEXEC);
	CHECK(*ret_fd >= 0);
	TRY(file_write(op, *ret_fd, S("memory"), bytes));
	*ret = at_of_fd(*ret_fd, 0, (uint64_t)bytes.len, S("shop.db"));
	return 0;
}

static int reads_files(struct op *op)
{
	AUTO_FD fd = -1;
	struct at at;
	str bytes;

	TRY(shop(op, &bytes));
	TRY(in_file(op, bytes, &fd, &at));
	return checks_goods(op, &at);
}

/* Comments in the statements, with quotes and commas; keys that are told behind the columns. */
static int knows_columns(struct op *op)
{
	static const struct {
		const char *table, *column[4];
		int columns, id;
		int64_t number[4];
	} tables[] = {
		{ "trans_item", { "id", "trans_id", "item_id", "note" }, 4, 0, { 5, 50, 500, 0 } },
		{ "pair", { "a", "b" }, 2, -1, { 1, 2 } },
		{ "named", { "a", "b", "c" }, 3, 1, { 0, 9, 0 } },
	};
	static struct sqlite_rows rows;
	struct sqlite db;
	struct sqlite_table t;
	const struct sqlite_row *row;
	str bytes;
	int rc;

	TRY(test_file(op, "tests/fuzz/corpus/sqlite/history.db", &bytes));
	struct at at = at_of_bytes(exact(bytes), S("db"));
	TRY(sqlite_open(op, &at, &db));
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		TRY(rc = sqlite_table(op, &db, str_of(tables[i].table), &t));
		CHECK(rc == 0 && t.columns == tables[i].columns && t.id == tables[i].id);
		TRY(sqlite_rows(op, &db, &t, &rows));
		TRY(rc = sqlite_next(op, &rows, &row));
		CHECK(rc == 1);
		for (int k = 0; k < t.columns; k++) {
			CHECK_STR(t.column[k], str_of(tables[i].column[k]));
			CHECK(sqlite_number(&rows, row, k) == tables[i].number[k]);
		}
	}
	return 0;
}

/* All rows of a table: how many, or what is wrong. */
static int walk(struct op *op, str bytes, str name, int *ret)
{
	struct at at = at_of_bytes(bytes, S("db"));
	struct sqlite_rows *rows = op_new(op, struct sqlite_rows, 1);
	struct sqlite db;
	struct sqlite_table t;
	const struct sqlite_row *row;
	int rc = rows ? sqlite_open(op, &at, &db) : op->code;

	*ret = 0;
	if (rc != 0 || (rc = sqlite_table(op, &db, name, &t)) != 0 ||
	    (rc = sqlite_rows(op, &db, &t, rows)) < 0)
		return rc;
	while ((rc = sqlite_next(op, rows, &row)) > 0)
		++*ret;
	return rc;
}

static int knows_tables(struct op *op)
{
	str bytes;
	int n, rc;

	TRY(shop(op, &bytes));
	bytes = exact(bytes);
	TRY(rc = walk(op, bytes, S("empty"), &n));
	CHECK(rc == 0 && n == 0);
	TRY(rc = walk(op, bytes, S("nothing"), &n));
	CHECK(rc == 1);
	CHECK_FAILS(op, walk(op, bytes, S("without"), &n), ERR_FORMAT, "belongs to no table");
	TRY(rc = walk(op, exact(S("")), S("goods"), &n));
	CHECK(rc == 1);
	TRY(rc = walk(op, exact(str_from(bytes, 1)), S("goods"), &n));
	CHECK(rc == 1);
	return 0;
}

static uint32_t root_of(struct op *op, str bytes)
{
	struct at at = at_of_bytes(bytes, S("db"));
	struct sqlite db;
	struct sqlite_table t = { 0 };

	if (sqlite_open(op, &at, &db) == 0 && sqlite_table(op, &db, S("goods"), &t) == 0)
		return t.root;
	return 0;
}

/* Rows as "ID TEXT", texts cut to nine bytes. */
static int told(struct op *op, const struct at *at, const struct at *log, str *ret)
{
	struct sqlite_rows *rows = op_new(op, struct sqlite_rows, 1);
	const struct sqlite_row *row;
	struct sqlite_table t;
	struct sqlite db;
	struct buf b;
	int rc = rows ? sqlite_open(op, at, &db) : op->code;

	if (rc == 0 && log)
		rc = sqlite_log(op, &db, log);
	if (rc < 0 || (rc = sqlite_table(op, &db, S("t"), &t)) != 0 ||
	    (rc = sqlite_rows(op, &db, &t, rows)) < 0)
		return rc;
	buf_init(&b, op, 1 << 16);
	while ((rc = sqlite_next(op, rows, &row)) > 0)
		buf_fmt(&b, "%d %.*s,", (int)row->id, STR_ARG(str_head(sqlite_text(row, 1), 9)));
	return rc < 0 ? rc : buf_take(&b, ret);
}

#define REST                                                                                       \
	"4 old 4,5 old 5,6 old 6,7 old 7,8 old 8,9 old 9,10 old 10,11 old 11,12 old 12,13 old 13," \
	"14 old 14,15 old 15,16 old 16,17 old 17,18 old 18,19 old 19,20 old 20,"

/* live.db-wal has two transactions, and the beginning of a third. */
static int reads_logs(struct op *op)
{
	static const char logged[] =
		"2 old 2,3 newer 3," REST "21 xxxxxxxxx,22 xxxxxxxxx,23 xxxxxxxxx,";
	static const char plain[] = "1 old 1,2 old 2,3 old 3," REST;
	AUTO_FD fd = -1;
	struct at at, in_fd;
	str bytes, wal, got;

	TRY(test_file(op, "tests/fuzz/corpus/sqlite/live.db", &bytes));
	TRY(test_file(op, "tests/fuzz/corpus/sqlite/live.db-wal", &wal));
	TRY(in_file(op, bytes, &fd, &in_fd));
	at = at_of_bytes(exact(bytes), S("live.db"));
	struct at log = at_of_bytes(exact(wal), S("log"));
	TRY(told(op, &at, NULL, &got));
	CHECK_STR(got, str_of(plain));
	TRY(told(op, &at, &log, &got));
	CHECK_STR(got, str_of(logged));
	TRY(told(op, &in_fd, &log, &got));
	CHECK_STR(got, str_of(logged));
	/* Cut within the first transaction, of another time, not a log. */
	log = at_of_bytes(exact(str_head(wal, 32 + 536 + 100)), S("log"));
	TRY(told(op, &at, &log, &got));
	CHECK_STR(got, str_of(plain));
	char *p = op_new(op, char, wal.len);
	if (!p)
		return op->code;
	memcpy(p, wal.p, (size_t)wal.len);
	p[16] ^= 1;
	log = at_of_bytes(exact((str){ p, wal.len }), S("log"));
	TRY(told(op, &at, &log, &got));
	CHECK_STR(got, str_of(plain));
	p[16] ^= 1;
	p[32 + 100] ^= 1; /* within a page: its checksum does not hold */
	log = at_of_bytes(exact((str){ p, wal.len }), S("log"));
	TRY(told(op, &at, &log, &got));
	CHECK_STR(got, str_of(plain));
	log = at_of_bytes(S(""), S("log"));
	TRY(told(op, &at, &log, &got));
	CHECK_STR(got, str_of(plain));
	return 0;
}

/* A copy of the shop with n bytes at a place that are others. */
static int changed(struct op *op, uint32_t offset, const char *with, int n, str *ret)
{
	str bytes;
	char *p;

	TRY(shop(op, &bytes));
	if (!(p = op_new(op, char, bytes.len)))
		return op->code;
	memcpy(p, bytes.p, (size_t)bytes.len);
	memcpy(p + offset, with, (size_t)n);
	*ret = exact((str){ p, bytes.len });
	return 0;
}

static int refuses_lies(struct op *op)
{
	static const struct {
		uint32_t offset;
		const char *with;
		int n;
		bool in_root; /* the offset counts from the page of the table */
		const char *message;
	} bad[] = {
		{ 16, "\1\1", 2, false, "size of its pages" },
		{ 16, "\1\0", 2, false, "size of its pages" },
		{ 20, "\377", 1, false, "reserved" },
		{ 56, "\0\0\0\2", 4, false, "not UTF-8" },
		{ 100, "\2", 1, false, "belongs to no table" },
		{ 0, "\2", 1, true, "belongs to no table" },
		{ 3, "\377\377", 2, true, "page" },
		{ 8, "\0\0\0\0", 4, true, "a page that it does not have" },
		{ 8, "\0\1\0\0", 4, true, "a page that it does not have" },
		{ 12, "\0\2", 2, true, "outside of its page" },
		{ 12, "\1\377", 2, true, "passes the end" },
	};
	str bytes;
	int n;

	TRY(shop(op, &bytes));
	uint32_t root = root_of(op, bytes);
	if (op->code)
		return op->code;
	CHECK(root > 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t base = bad[i].in_root ? (root - 1) * PAGE : 0;
		TRY(changed(op, base + bad[i].offset, bad[i].with, bad[i].n, &bytes));
		CHECK_FAILS(op, walk(op, bytes, S("goods"), &n), ERR_FORMAT, bad[i].message);
	}
	TRY(shop(op, &bytes));
	CHECK_FAILS(op, walk(op, exact(str_head(bytes, root * PAGE)), S("goods"), &n), ERR_FORMAT,
		    "a page that it does not have");
	return 0;
}

/* The last child of the table's first page is that page. */
static int goes_in_no_circle(struct op *op)
{
	char self[4] = { 0 };
	str bytes;
	int n;

	TRY(shop(op, &bytes));
	uint32_t root = root_of(op, bytes);
	if (op->code)
		return op->code;
	self[2] = (char)(root >> 8);
	self[3] = (char)root;
	TRY(changed(op, (root - 1) * PAGE + 8, self, 4, &bytes));
	CHECK_FAILS(op, walk(op, bytes, S("goods"), &n), ERR_FORMAT, "circle");
	return 0;
}

TESTS({ "reads a database in memory", reads_memory }, { "reads a database in a file", reads_files },
      { "knows its tables", knows_tables }, { "knows their columns", knows_columns },
      { "reads write-ahead logs", reads_logs }, { "refuses lies", refuses_lies },
      { "goes in no circle", goes_in_no_circle })
