/* A lock as an image carries it: read, and written again it reads as the same. */
#include "build/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lock lock, again;
	str one, two;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (size > 1 << 20 || lock_read(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size }, &lock) < 0)
		return 0;
	if (lock_write(&op, &lock, NULL, true, &one) < 0 || lock_read(&op, S("again"), one, &again) < 0)
		return 0;
	if (lock_write(&op, &again, NULL, true, &two) == 0)
		MUST(str_eq(one, two));
	return 0;
}
