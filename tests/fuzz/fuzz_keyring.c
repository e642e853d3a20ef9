/* A keyring beside a recipe: what comes out as packets reads as the same keys. */
#include "codec/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keyring k, again;
	AUTO_OP op;

	op_init(&op, 64 << 20);
	if (keyring_read(&op, (str){ (const char *)data, (ptrdiff_t)size }, &k) < 0)
		return 0;
	MUST(keyring_read(&op, k.bytes, &again) == 0);
	MUST(again.keys.n == k.keys.n);
	for (ptrdiff_t i = 0; i < k.keys.n; i++)
		MUST(str_eq(k.keys.p[i], again.keys.p[i]));
	return 0;
}
