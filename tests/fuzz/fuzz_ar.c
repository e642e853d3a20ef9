/* The members of an ar archive lie inside of it. */
#include <sys/mman.h>

#include "codec/ar.h"
#include "sys/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	AUTO_FD fd = memfd_create("input", MFD_CLOEXEC);

	op_init(&op, 64 << 20);
	MUST(file_write(&op, fd, S("input"), (str){ (const char *)data, (ptrdiff_t)size }) == 0);
	struct ar_member *m;
	ptrdiff_t n;
	if (ar_list(&op, fd, S("input"), &m, &n) == 0)
		for (ptrdiff_t i = 0; i < n; i++)
			MUST(m[i].name.len > 0 && m[i].offset <= size &&
			     m[i].size <= size - m[i].offset);
	return 0;
}
