#include "distro/copyright.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No text is refused, and an expression has no bytes but those that SPDX allows. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	str got;

	op_init(&op, 0);
	MUST(copyright_licence(&op, (str){ (const char *)data, (ptrdiff_t)size }, &got) == 0);
	MUST(got.len > 0);
	for (ptrdiff_t i = 0; i < got.len; i++) {
		char c = got.p[i];
		MUST((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		     str_find(S(" ().-"), c) >= 0);
	}
	int rc = copyright_mentioned(&op, (str){ (const char *)data, (ptrdiff_t)size }, &got);
	MUST(rc == 1 || (rc == 0 && got.len > 0));
	return 0;
}
