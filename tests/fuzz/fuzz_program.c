/* Programs of any kind, and what Go wrote into them: nothing is read outside of the file. */
#include "codec/go_buildinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct at a = at_of_bytes((str){ (const char *)data, (ptrdiff_t)size }, S("input"));
	struct at slice[4];
	ptrdiff_t n = 0;
	AUTO_OP op;

	op_init(&op, 64 << 20);
	if (program_slices(&op, &a, slice, 4, &n) < 0)
		return 0;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct go_buildinfo b;
		struct program p;
		MUST(slice[i].size <= size);
		if (program_read(&op, &slice[i], &p) == 0) {
			for (ptrdiff_t k = 0; k < p.section_n; k++)
				MUST(p.section[k].offset + p.section[k].size <= slice[i].size);
			if (go_buildinfo_find(&op, &slice[i], &p, &b) == 0)
				MUST(b.go.len > 0);
		}
		op_forgive(&op);
	}
	return 0;
}
