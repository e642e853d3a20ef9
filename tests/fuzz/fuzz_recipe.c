#include "build/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A recipe as an image carries it; what is accepted must come out again the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct recipe once, twice;

	op_init(&op, 256 << 20);
	if (recipe_read_canonical(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size }, &once) < 0)
		return 0;
	MUST(recipe_read_canonical(&op, S("again"), once.canonical, &twice) == 0 || op.code == ERR_MEMORY);
	MUST(op.code || str_eq(once.canonical, twice.canonical));
	return 0;
}
