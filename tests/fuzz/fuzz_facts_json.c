/* A policy input, as it comes from a file: what is read is written, and that is read and written as the same
 * bytes. */
#include "policy/facts_json.h"

static int again(struct op *op, str bytes, str *ret)
{
	struct inventory inv;
	struct report r;
	struct facts f;
	struct buf b;

	buf_init(&b, op, 64 << 20);
	int rc = facts_json_read(op, S("fuzz"), bytes, &f, &r, &inv);
	if (rc == 0)
		rc = facts_json_write(op, &f, &b);
	return rc < 0 ? rc : buf_take(&b, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str first, second;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (again(&op, (str){ (const char *)data, (ptrdiff_t)size }, &first) < 0)
		return 0;
	int rc = again(&op, first, &second);
	MUST(rc == ERR_MEMORY || rc == ERR_LIMIT || (rc == 0 && str_eq(first, second)));
	return 0;
}
