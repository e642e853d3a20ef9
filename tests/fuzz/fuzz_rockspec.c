/* A rockspec: what it says, and nothing but texts. */
#include "codec/rockspec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rockspec s = { 0 };
	AUTO_OP op;

	op_init(&op, 16 << 20);
	int rc = rockspec_read(&op, S("input"), (str){ (const char *)data, (ptrdiff_t)size }, &s);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	for (ptrdiff_t i = 0; i < s.dependencies.n; i++)
		MUST(s.dependencies.p[i].len > 0);
	return 0;
}
