/* Any bytes as the answer of a server under test: whole, cut or wrong, its body never outside of
 * it. */
#include "build/test_http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str bytes = { (const char *)data, (ptrdiff_t)size };
	AUTO_OP op;

	op_init(&op, 64 << 20);
	for (int end = 0; end < 2; end++) {
		struct test_response got = { 0 };
		int rc = test_http_parse(&op, bytes, end, S("GET"), &got);
		if (rc == 0 && (got.status < 100 || got.status > 599 || got.body.len > bytes.len))
			__builtin_trap();
		if (rc == 1 && end)
			__builtin_trap();
		op_forgive(&op);
	}
	return 0;
}
