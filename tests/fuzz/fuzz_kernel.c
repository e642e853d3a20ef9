/* A kernel's image or module: what it calls itself is one line, and fields have keys. */
#include "codec/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct at at = at_of_bytes((str){ (const char *)data, (ptrdiff_t)size }, S("input"));
	struct pairs fields;
	const char *arch;
	str text;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	int rc = kernel_image(&op, &at, &text, &arch);
	MUST(rc == op.code || rc == 1);
	if (rc == 0)
		MUST(kernel_release(text).len > 0 && str_find(text, '\n') < 0);
	op_forgive(&op);
	rc = kernel_module(&op, &at, &fields);
	MUST(rc == op.code || rc == 1);
	for (ptrdiff_t i = 0; rc == 0 && i < fields.n; i++)
		MUST(fields.p[i].key.len > 0);
	return 0;
}
