#include "file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/limits.h"
#include "base/vec.h"

void fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	errno = saved;
}

int fd_take(int *fd)
{
	int got = *fd;

	*fd = -1;
	return got;
}

/* mkdir each component of path (a C string, changed and restored on the way). */
static int make_parents(struct op *op, int dirfd, char *path)
{
	for (char *at = path + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		int rc = mkdirat(dirfd, path, 0755);
		*at = '/';
		if (rc < 0 && errno != EEXIST)
			return op_fail_errno(op, "cannot make directory %s", path);
	}
	if (mkdirat(dirfd, path, 0755) < 0 && errno != EEXIST)
		return op_fail_errno(op, "cannot make directory %s", path);
	return 0;
}

int dir_open(struct op *op, int dirfd, str path, bool make, int *ret_fd)
{
	str copy;
	int rc = op_copy(op, path.len ? path : S("."), &copy);

	if (rc < 0)
		return rc;
	if (make && (rc = make_parents(op, dirfd, (char *)(uintptr_t)copy.p)) < 0)
		return rc;
	int fd = openat(dirfd, copy.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return op_fail_errno(op, "cannot open directory %s", copy.p);
	*ret_fd = fd;
	return 0;
}

static int open_for_reading(struct op *op, int dirfd, str path, int flags, int *ret_fd)
{
	const char *name = op_cstr(op, path);

	if (!name)
		return op->code;
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if (fd < 0)
		return op_fail_errno(op, "cannot open %s", name);
	*ret_fd = fd;
	return 0;
}

int file_open(struct op *op, int dirfd, str path, int *ret_fd)
{
	return open_for_reading(op, dirfd, path, O_NOFOLLOW, ret_fd);
}

int file_open_user(struct op *op, str path, int *ret_fd)
{
	int rc = open_for_reading(op, AT_FDCWD, path, 0, ret_fd);

	if (rc > 0)
		return op_fail(op, ERR_USAGE, "%.*s: no such file", STR_ARG(path));
	return rc;
}

int file_size(struct op *op, int fd, str what, uint64_t *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return op_fail_errno(op, "cannot examine %.*s", STR_ARG(what));
	if (!S_ISREG(st.st_mode))
		return op_fail(op, ERR_FORMAT, "%.*s is not a regular file", STR_ARG(what));
	*ret = (uint64_t)st.st_size;
	return 0;
}

/* Read until n bytes are there or the file ends; -1 with errno, or how many. */
static ssize_t read_full(int fd, char *to, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, to + got, n - got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

int file_read_fd(struct op *op, int fd, str what, size_t max, str *ret)
{
	struct stat st;
	size_t len = 0, cap = 4096;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return op_fail(op, ERR_USAGE, "%.*s is a directory", STR_ARG(what));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size < max)
		cap = (size_t)st.st_size + 2;
	char *p = op_alloc(op, 1, (ptrdiff_t)cap);
	if (!p)
		return op->code;
	for (;;) {
		ssize_t r = read_full(fd, p + len, cap - 1 - len);
		if (r < 0)
			return op_fail_errno(op, "cannot read %.*s", STR_ARG(what));
		len += (size_t)r;
		if (len > max)
			return op_fail(op, ERR_LIMIT, "%.*s is larger than %zu bytes",
				       STR_ARG(what), max);
		if (len < cap - 1)
			break;
		p = op_extend(op, p, cap, cap * 2);
		if (!p)
			return op->code;
		cap *= 2;
	}
	p[len] = '\0';
	*ret = (str){ p, (ptrdiff_t)len };
	return 0;
}

int file_read(struct op *op, int dirfd, str path, size_t max, str *ret)
{
	AUTO_FD fd = -1;
	int rc = file_open(op, dirfd, path, &fd);

	return rc ? rc : file_read_fd(op, fd, path, max, ret);
}

int file_read_user(struct op *op, str path, size_t max, str *ret)
{
	AUTO_FD fd = -1;
	int rc = file_open_user(op, path, &fd);

	return rc ? rc : file_read_fd(op, fd, path, max, ret);
}

int file_pread(struct op *op, int fd, str what, void *to, size_t n, uint64_t offset)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = pread(fd, (char *)to + got, n - got, (off_t)(offset + got));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return op_fail_errno(op, "cannot read %.*s", STR_ARG(what));
		if (r == 0)
			return op_fail(op, ERR_FORMAT, "%.*s is truncated", STR_ARG(what));
		got += (size_t)r;
	}
	return 0;
}

int file_write(struct op *op, int fd, str what, str bytes)
{
	while (bytes.len > 0) {
		ssize_t w = write(fd, bytes.p, (size_t)bytes.len);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return op_fail_errno(op, "cannot write %.*s", STR_ARG(what));
		bytes = str_from(bytes, w);
	}
	return 0;
}

int file_pwrite(struct op *op, int fd, str what, str bytes, uint64_t offset)
{
	while (bytes.len > 0) {
		ssize_t w = pwrite(fd, bytes.p, (size_t)bytes.len, (off_t)offset);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return op_fail_errno(op, "cannot write %.*s", STR_ARG(what));
		bytes = str_from(bytes, w);
		offset += (uint64_t)w;
	}
	return 0;
}

int file_temp(struct op *op, int dirfd, int *ret_fd)
{
	int fd = openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		struct file_new f;
		int rc = file_new_open(op, dirfd, 0600, &f);
		if (rc < 0)
			return rc;
		*ret_fd = fd_take(&f.fd);
		file_new_discard(&f);
		return 0;
	}
	if (fd < 0)
		return op_fail_errno(op, "cannot make a temporary file");
	*ret_fd = fd;
	return 0;
}

int file_new_open(struct op *op, int dirfd, unsigned mode, struct file_new *ret)
{
	uint64_t salt = 0;

	*ret = (struct file_new){ .dirfd = dirfd, .fd = -1 };
	for (int tries = 0; tries < 100; tries++) {
		if (getrandom(&salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
			return op_fail_errno(op, "cannot get random bytes");
		(void)snprintf(ret->name, sizeof(ret->name), "tmp-%016llx",
			       (unsigned long long)salt);
		ret->fd = openat(dirfd, ret->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (ret->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	ret->name[0] = '\0';
	return op_fail_errno(op, "cannot make a temporary file");
}

int file_new_publish(struct op *op, struct file_new *f, str path)
{
	const char *name = op_cstr(op, path);
	struct stat st;

	if (!name)
		return op->code;
	if (fstatat(f->dirfd, name, &st, 0) == 0 && !S_ISREG(st.st_mode))
		return op_fail(op, ERR_USAGE, "%s is there and is no regular file", name);
	if (fsync(f->fd) < 0)
		return op_fail_errno(op, "cannot write %s", name);
	if (renameat(f->dirfd, f->name, f->dirfd, name) < 0)
		return op_fail_errno(op, "cannot rename to %s", name);
	f->name[0] = '\0';
	fd_close(&f->fd);
	if (f->dirfd >= 0 && fsync(f->dirfd) < 0 && errno != EINVAL)
		return op_fail_errno(op, "cannot write the directory of %s", name);
	return 0;
}

void file_new_discard(struct file_new *f)
{
	int saved = errno;

	/* The name goes first: a lock on the file, which goes with fd, is one on its name as well. */
	if (f->name[0])
		(void)unlinkat(f->dirfd, f->name, 0);
	f->name[0] = '\0';
	fd_close(&f->fd);
	errno = saved;
}

int file_replace(struct op *op, int dirfd, str path, str bytes, unsigned mode)
{
	AUTO_FD dir = -1;
	int rc = dir_open(
		op, dirfd,
		str_find(path, '/') == 0 && str_rfind(path, '/') == 0 ? S("/") : str_dir_name(path),
		false, &dir);
	if (rc < 0)
		return rc;
	AUTO_FILE_NEW f = { .fd = -1 };
	if ((rc = file_new_open(op, dir, mode, &f)) < 0)
		return rc;
	if ((rc = file_write(op, f.fd, path, bytes)) < 0)
		return rc;
	return file_new_publish(op, &f, str_base_name(path));
}

int file_user_open(struct op *op, str path, unsigned mode, struct file_user *ret)
{
	const char *name = op_cstr(op, path);
	struct file_user f = { .new = { .fd = -1 }, .dir = -1, .fd = -1, .name = path };
	struct stat st;

	if (!name)
		return op->code;
	if (lstat(name, &st) == 0 && !S_ISREG(st.st_mode)) {
		f.fd = open(name,
			    O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC |
				    (S_ISLNK(st.st_mode) ? O_CREAT : 0),
			    mode);
		if (f.fd < 0)
			return op_fail_errno(op, "cannot write %s", name);
		*ret = f;
		return 0;
	}
	str dir = str_rfind(path, '/') == 0 ? S("/") : str_dir_name(path);
	int rc = dir_open(op, AT_FDCWD, dir, false, &f.dir);
	if (rc == 0 && (rc = file_new_open(op, f.dir, mode, &f.new)) < 0)
		fd_close(&f.dir);
	f.fd = f.new.fd;
	if (rc == 0)
		*ret = f;
	return rc;
}

int file_user_publish(struct op *op, struct file_user *f)
{
	int rc = f->new.fd >= 0 ? file_new_publish(op, &f->new, str_base_name(f->name)) : 0;

	file_user_discard(f);
	return rc;
}

void file_user_discard(struct file_user *f)
{
	if (f->dir < 0)
		fd_close(&f->fd); /* else it is new's */
	file_new_discard(&f->new);
	fd_close(&f->dir);
	f->fd = -1;
}

int file_replace_user(struct op *op, str path, str bytes, unsigned mode)
{
	AUTO_FILE_USER f = { .new = { .fd = -1 }, .dir = -1, .fd = -1 };
	int rc = file_user_open(op, path, mode, &f);

	if (rc == 0)
		rc = file_write(op, f.fd, path, bytes);
	return rc < 0 ? rc : file_user_publish(op, &f);
}

static void close_dir(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

int dir_list(struct op *op, int dirfd, str what, str **ret, ptrdiff_t *ret_n)
{
	VEC(str) found = { 0 };
	int own = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(close_dir))) DIR *d = own < 0 ? NULL : fdopendir(own);

	if (!d) {
		op_fail_errno(op, "cannot list %.*s", STR_ARG(what));
		fd_close(&own);
		return op->code;
	}
	errno = 0;
	for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
		str name = str_of(e->d_name);
		if (str_eq(name, S(".")) || str_eq(name, S("..")))
			continue;
		str *slot = vec_push(op, &found);
		if (!slot || op_copy(op, name, slot) < 0)
			return op->code;
	}
	if (errno)
		return op_fail_errno(op, "cannot list %.*s", STR_ARG(what));
	if (found.n > 1)
		qsort(found.p, (size_t)found.n, sizeof(str), str_qsort);
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}

/*
 * Trees are removed in passes over their top: what is deeper than a pass goes is moved there for
 * the next one, so that no tree, however deep, needs more descriptors or stack than PASS_DEPTH.
 */
enum { PASS_DEPTH = 64 };

struct removal {
	int top;       /* the directory that was to be removed */
	bool deferred; /* something was moved there */
};

static int remove_tree(struct op *op, struct removal *r, int dirfd, const char *name, int depth);

/* Remove what is in the directory behind fd; depth counts down to what the next pass does. */
static int remove_below(struct op *op, struct removal *r, int fd, int depth)
{
	str *name = NULL;
	ptrdiff_t n = 0;
	int rc = dir_list(op, fd, S("a directory to remove"), &name, &n);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (unlinkat(fd, name[i].p, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			return op_fail_errno(op, "cannot remove %s", name[i].p);
		rc = remove_tree(op, r, fd, name[i].p, depth - 1);
	}
	return rc;
}

/* Open a directory to empty it, whatever its mode; -1 with errno. */
static int open_to_empty(int dirfd, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dirfd, name, flags);

	if (fd < 0 && errno == EACCES && fchmodat(dirfd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
		fd = openat(dirfd, name, flags);
	if (fd >= 0)
		(void)fchmod(fd, 0700);
	return fd;
}

/* Move the directory to the top, for the next pass. */
static int defer(struct op *op, struct removal *r, int dirfd, const char *name)
{
	char to[40];
	uint64_t salt;

	if (getrandom(&salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return op_fail_errno(op, "cannot get random bytes");
	(void)snprintf(to, sizeof(to), "tmp-%016llx", (unsigned long long)salt);
	if (renameat(dirfd, name, r->top, to) < 0)
		return op_fail_errno(op, "cannot remove %s", name);
	r->deferred = true;
	return 0;
}

static int remove_tree(struct op *op, struct removal *r, int dirfd, const char *name, int depth)
{
	AUTO_FD fd = open_to_empty(dirfd, name);
	int rc;

	if (fd < 0)
		return op_fail_errno(op, "cannot open %s", name);
	if (depth == 0)
		return defer(op, r, dirfd, name);
	if ((rc = remove_below(op, r, fd, depth)) < 0)
		return rc;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		return op_fail_errno(op, "cannot remove %s", name);
	return 0;
}

int dir_remove(struct op *op, int dirfd, str path)
{
	const char *name = op_cstr(op, path);
	int rc;

	if (!name)
		return op->code;
	AUTO_FD top = open_to_empty(dirfd, name);
	if (top < 0 && errno == ENOENT)
		return 0;
	if (top < 0)
		return op_fail_errno(op, "cannot open %s", name);
	struct removal r = { .top = top };
	do {
		r.deferred = false;
		if ((rc = remove_below(op, &r, top, PASS_DEPTH)) < 0)
			return rc;
	} while (r.deferred);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		return op_fail_errno(op, "cannot remove %s", name);
	return 0;
}
