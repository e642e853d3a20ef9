/* What an ELF file needs, by reads that stay inside of it. */
#include <sys/mman.h>

#include "codec/elf.h"
#include "sys/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	AUTO_FD fd = memfd_create("input", MFD_CLOEXEC);

	op_init(&op, 64 << 20);
	MUST(file_write(&op, fd, S("input"), (str){ (const char *)data, (ptrdiff_t)size }) == 0);
	struct elf e;
	if (elf_read(&op, fd, S("input"), 0, size, &e) == 0)
		for (ptrdiff_t i = 0; i < e.needed_n; i++)
			MUST(e.needed[i].len >= 0 && str_find(e.needed[i], '\0') < 0);
	return 0;
}
