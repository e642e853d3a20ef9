/* A zip archive: whatever is told has a clean name and as many bytes as it says. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/zip.h"
#include "sys/file.h"

static int walk(struct op *op, int fd, uint64_t size)
{
	char out[LIMIT_PATH], piece[1000];
	struct tar_entry e;
	struct zip *z;
	str again;
	size_t n;
	int rc = zip_open(op, fd, S("input"), size, 8 << 20, &z);

	while (rc >= 0 && (rc = zip_next(op, z, &e)) > 0) {
		uint64_t got = 0;
		MUST(tar_clean(e.path, out, &again) && str_eq(again, e.path) && e.path.len);
		MUST(e.mode <= 07777 && e.mtime >= 0 && e.type != TAR_HARDLINK);
		if (e.type != TAR_FILE || e.path.len % 4 == 3)
			continue;
		do {
			if ((rc = zip_read(op, z, piece, sizeof(piece), &n)) < 0)
				return rc;
			got += n;
		} while (n > 0);
		MUST(got == e.size);
	}
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FD fd = memfd_create("zip", MFD_CLOEXEC);
	AUTO_OP op;

	MUST(fd >= 0);
	op_init(&op, 64 << 20);
	MUST(file_write(&op, fd, S("memory"), (str){ (const char *)data, (ptrdiff_t)size }) == 0);
	int rc = walk(&op, fd, size);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
