#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void keep_init(struct keep *k)
{
	*k = (struct keep){ .fd = -1 };
}

void keep_done(struct keep *k)
{
	if (k->fd >= 0)
		close(k->fd);
	keep_init(k);
}

/* A file without a name; where the directory's file system has none, one in memory. */
static int open_file(struct op *op, struct keep *k)
{
	const char *dir = getenv("TMPDIR");

	k->fd = open(dir && *dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (k->fd < 0)
		k->fd = memfd_create("temper", MFD_CLOEXEC);
	return k->fd < 0 ? op_fail_errno(op, "cannot make a temporary file") : 0;
}

int keep_begin(struct op *op, struct keep *k, uint64_t size, struct keep_place *ret)
{
	if (!k->memory && !(k->memory = op_new(op, char, KEEP_MEMORY)))
		return op->code;
	if (size <= KEEP_MEMORY - k->used) {
		*ret = (struct keep_place){ k->used, size };
		k->used += size;
		return 0;
	}
	if (k->fd < 0 && open_file(op, k) < 0)
		return op->code;
	*ret = (struct keep_place){ KEEP_MEMORY + k->written, size };
	k->written += size;
	return 0;
}

int keep_add(struct op *op, struct keep *k, const struct keep_place *p, uint64_t at, str bytes)
{
	if (p->offset < KEEP_MEMORY) {
		memcpy(k->memory + p->offset + at, bytes.p, (size_t)bytes.len);
		return 0;
	}
	for (ptrdiff_t done = 0; done < bytes.len;) {
		ssize_t n = pwrite(k->fd, bytes.p + done, (size_t)(bytes.len - done),
				   (off_t)(p->offset - KEEP_MEMORY + at + (uint64_t)done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return op_fail_errno(op, "cannot write a temporary file");
		done += n;
	}
	return 0;
}

struct at keep_at(const struct keep *k, const struct keep_place *p, str what)
{
	if (p->offset < KEEP_MEMORY)
		return at_of_bytes((str){ k->memory + p->offset, (ptrdiff_t)p->size }, what);
	return at_of_fd(k->fd, p->offset - KEEP_MEMORY, p->size, what);
}
