/* A SQLite database, and what stands behind "SQLITELOG" as its log, in memory and behind reads:
 * both tell the same, and a walk ends. */
#include <string.h>

#include "codec/sqlite.h"

static int read_memory(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n)
{
	(void)op;
	MUST(offset <= a->size && n <= a->size - offset);
	memcpy(to, (const char *)a->arg + offset, n);
	return 0;
}

static int walk(struct op *op, const struct at *at, const struct at *log, str name, uint64_t *ret)
{
	struct sqlite_rows *rows = op_new(op, struct sqlite_rows, 1);
	const struct sqlite_row *row;
	struct sqlite_table t;
	struct sqlite db;
	int rc = rows ? sqlite_open(op, at, &db) : op->code;

	*ret = 0;
	if (rc == 0 && log->size)
		rc = sqlite_log(op, &db, log);
	if (rc != 0 || (rc = sqlite_table(op, &db, name, &t)) != 0 ||
	    (rc = sqlite_rows(op, &db, &t, rows)) < 0)
		return rc;
	while ((rc = sqlite_next(op, rows, &row)) > 0) {
		*ret = *ret * 31 + (uint64_t)row->id;
		for (int i = 0; i < t.columns; i++)
			*ret = *ret * 31 + str_hash(sqlite_text(row, i), 1) +
			       (uint64_t)sqlite_number(rows, row, i);
	}
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const str names[] = { S_INIT("t"), S_INIT("goods"), S_INIT("Packages"),
				     S_INIT("without") };
	str all = { (const char *)data, (ptrdiff_t)size }, mark = S("SQLITELOG");
	ptrdiff_t end = str_find_str(all, mark);
	str log = str_from(all, end < 0 ? all.len : end + mark.len);

	all = str_head(all, end < 0 ? all.len : end);
	struct at in = at_of_bytes(all, S("input")), in_log = at_of_bytes(log, S("log"));
	struct at behind = { read_memory, (uint64_t)all.len, S("input"), { 0 }, -1, 0, all.p };
	struct at behind_log = { read_memory, (uint64_t)log.len, S("log"), { 0 }, -1, 0, log.p };

	for (int i = 0; i < 4; i++) {
		uint64_t a, b;
		AUTO_OP op, other;
		op_init(&op, 16 << 20);
		op_init(&other, 16 << 20);
		int rc = walk(&op, &in, &in_log, names[i], &a);
		MUST(rc == op.code || rc == 1);
		MUST(walk(&other, &behind, &behind_log, names[i], &b) == rc && a == b);
	}
	return 0;
}
