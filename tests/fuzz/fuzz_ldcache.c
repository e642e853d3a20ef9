/* A loader cache; what is read and can be written reads the same again. */
#include "codec/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct ldcache_lib *lib, *again;
	ptrdiff_t n, m;
	str bytes, twice;

	op_init(&op, 64 << 20);
	if (ldcache_read(&op, (str){ (const char *)data, (ptrdiff_t)size }, &lib, &n) < 0 ||
	    ldcache_write(&op, lib, n, false, &bytes) < 0)
		return 0;
	MUST(ldcache_read(&op, bytes, &again, &m) == 0 && m == n);
	MUST(ldcache_write(&op, again, m, false, &twice) == 0 && str_eq(twice, bytes));
	return 0;
}
