#include "turns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

int turns_open(struct op *op, int *ret_fd)
{
	int fd = memfd_create("turns", MFD_CLOEXEC);

	if (fd < 0)
		return op_fail_errno(op, "cannot make a file in memory");
	*ret_fd = fd;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int set(int fd, int kind, uint64_t from, off_t len)
{
	struct flock lock = { .l_type = (short)kind,
			      .l_whence = SEEK_SET,
			      .l_start = (off_t)(from >> 2), /* the last byte has no successor */
			      .l_len = len };
	int rc;

	do
		rc = fcntl(fd, F_SETLKW, &lock);
	while (rc < 0 && errno == EINTR);
	return rc;
}

int turns_take(struct op *op, int fd, uint64_t *place, ptrdiff_t n)
{
	if (n > 1)
		qsort(place, (size_t)n, sizeof(*place), by_place);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (set(fd, F_WRLCK, place[i], 1) < 0) {
			turns_give(fd);
			return op_fail_errno(op, "cannot wait for another process's work");
		}
	}
	return 0;
}

void turns_give(int fd)
{
	int saved = errno;

	(void)set(fd, F_UNLCK, 0, 0);
	errno = saved;
}
