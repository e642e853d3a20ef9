#include "at.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int read_bytes(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n)
{
	(void)op;
	memcpy(to, a->bytes.p + offset, n);
	return 0;
}

static int read_fd(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(a->fd, (char *)to + done, n - done,
				    (off_t)(a->offset + offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return op_fail_errno(op, "cannot read %.*s", STR_ARG(a->what));
		if (got == 0)
			return op_fail(op, ERR_FORMAT, "%.*s is cut short", STR_ARG(a->what));
		done += (size_t)got;
	}
	return 0;
}

static int read_part(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n)
{
	const struct at *whole = a->arg;

	return whole->read(op, whole, a->offset + offset, to, n);
}

struct at at_of_bytes(str bytes, str what)
{
	if (!bytes.p)
		bytes = S("");
	return (struct at){ read_bytes, (uint64_t)bytes.len, what, bytes, -1, 0, NULL };
}

struct at at_of_fd(int fd, uint64_t offset, uint64_t size, str what)
{
	return (struct at){ read_fd, size, what, { 0 }, fd, offset, NULL };
}

struct at at_part(const struct at *a, uint64_t offset, uint64_t size)
{
	offset = offset < a->size ? offset : a->size;
	size = size < a->size - offset ? size : a->size - offset;
	if (a->bytes.p)
		return at_of_bytes((str){ a->bytes.p + offset, (ptrdiff_t)size }, a->what);
	if (a->read == read_fd)
		return at_of_fd(a->fd, a->offset + offset, size, a->what);
	return (struct at){ read_part, size, a->what, { 0 }, -1, offset, a };
}

static int check(struct op *op, const struct at *a, uint64_t offset, uint64_t n)
{
	return offset <= a->size && n <= a->size - offset
		       ? 0
		       : op_fail(op, ERR_FORMAT, "%.*s is cut short", STR_ARG(a->what));
}

int at_read(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n)
{
	int rc = check(op, a, offset, n);

	return rc < 0 || n == 0 ? rc : a->read(op, a, offset, to, n);
}

int at_view(struct op *op, const struct at *a, uint64_t offset, uint64_t n, str *ret)
{
	int rc = check(op, a, offset, n);

	if (rc < 0)
		return rc;
	if (a->bytes.p) {
		*ret = (str){ a->bytes.p + offset, (ptrdiff_t)n };
		return 0;
	}
	char *to = op_new(op, char, n + 1); /* a NUL behind, for whoever wants a C string */
	if (!to)
		return op->code;
	if (n && (rc = a->read(op, a, offset, to, n)) < 0)
		return rc;
	*ret = (str){ to, (ptrdiff_t)n };
	return 0;
}

int at_all(struct op *op, const struct at *a, size_t max, str *ret)
{
	if (a->size > max)
		return op_fail(op, ERR_LIMIT, "%.*s has more than %zu bytes", STR_ARG(a->what),
			       max);
	return at_view(op, a, 0, a->size, ret);
}
