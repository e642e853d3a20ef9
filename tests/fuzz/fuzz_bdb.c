/* A Berkeley DB hash, in memory and behind reads: both tell the same, and a walk ends. */
#include <string.h>

#include "codec/bdb.h"

static int read_memory(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n)
{
	(void)op;
	MUST(offset <= a->size && n <= a->size - offset);
	memcpy(to, (const char *)a->arg + offset, n);
	return 0;
}

static int walk(struct op *op, const struct at *at, uint64_t *ret)
{
	struct bdb db;
	str key, value;
	int rc = bdb_open(op, at, &db);

	*ret = 0;
	if (rc != 0)
		return rc;
	while ((rc = bdb_next(op, &db, &key, &value)) > 0)
		*ret = *ret * 31 + str_hash(key, 1) + str_hash(value, 2);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct at in = at_of_bytes((str){ (const char *)data, (ptrdiff_t)size }, S("input"));
	struct at behind = { read_memory, size, S("input"), { 0 }, -1, 0, data };
	uint64_t a, b;
	AUTO_OP op, other;

	op_init(&op, 16 << 20);
	op_init(&other, 16 << 20);
	int rc = walk(&op, &in, &a);
	MUST(rc == op.code || rc == 1);
	MUST(walk(&other, &behind, &b) == rc && a == b);
	return 0;
}
