/* The version of a program for Windows: no text is longer than its resource. */
#include "codec/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct at a = at_of_bytes((str){ (const char *)data, (ptrdiff_t)size }, S("input"));
	struct pe_version v;
	AUTO_OP op;

	op_init(&op, 64 << 20);
	int rc = pe_version(&op, &a, &v);
	MUST(rc == 1 || rc == op.code);
	for (ptrdiff_t i = 0; rc == 0 && i < v.text.n; i++)
		MUST((size_t)v.text.p[i].value.len <= 2 * size);
	return 0;
}
