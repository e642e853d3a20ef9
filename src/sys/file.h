/*
 * file: files below a directory descriptor; short transfers and EINTR are handled here.
 *
 * `what` in messages is the name as the user knows it. Descriptors are closed on exec.
 */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/op.h"

/* A descriptor that closes at the end of its block; fd_take() gives it away. */
#define AUTO_FD __attribute__((cleanup(fd_close))) int
void fd_close(int *fd);
int fd_take(int *fd);

/* Open the directory at path, made with its parents (mode 0755) if `make`. */
int dir_open(struct op *op, int dirfd, str path, bool make, int *ret_fd) MUST_USE;

/*
 * file_open(op, dirfd, path, ret_fd): open for reading, without following a link in the last
 * component unless path is the user's own word (file_open_user). 1 if there is no such file.
 */
int file_open(struct op *op, int dirfd, str path, int *ret_fd) MUST_USE;
int file_open_user(struct op *op, str path, int *ret_fd) MUST_USE;

/* The size of an open regular file. ERR_FORMAT if it is something else. */
int file_size(struct op *op, int fd, str what, uint64_t *ret) MUST_USE;

/*
 * file_read(op, dirfd, path, max, ret): the whole file into the arena. 1 if there is none;
 * ERR_LIMIT past max bytes. file_read_user() follows links and has no "1": a missing file is
 * ERR_USAGE. file_read_fd() reads from where the descriptor stands to its end.
 */
int file_read(struct op *op, int dirfd, str path, size_t max, str *ret) MUST_USE;
int file_read_user(struct op *op, str path, size_t max, str *ret) MUST_USE;
int file_read_fd(struct op *op, int fd, str what, size_t max, str *ret) MUST_USE;

/* Exactly n bytes at offset; ERR_FORMAT "truncated" at an earlier end of file. */
int file_pread(struct op *op, int fd, str what, void *to, size_t n, uint64_t offset) MUST_USE;

/* All of bytes, at the descriptor's position or at offset. */
int file_write(struct op *op, int fd, str what, str bytes) MUST_USE;
int file_pwrite(struct op *op, int fd, str what, str bytes, uint64_t offset) MUST_USE;

/*
 * file_replace(op, dirfd, path, bytes, mode): give path new content, whole or not at all, also
 * when the process is killed: a temporary name beside it, fsync, rename, fsync of the directory.
 */
int file_replace(struct op *op, int dirfd, str path, str bytes, unsigned mode) MUST_USE;

/* An unlinked file below dirfd for reading and writing; it goes when its descriptor is closed. */
int file_temp(struct op *op, int dirfd, int *ret_fd) MUST_USE;

/* A temporary file with a name below dirfd ("tmp-..."), for the two calls below. */
struct file_new {
	int dirfd; /* not owned */
	int fd;
	char name[40]; /* below dirfd; empty when published or discarded */
};
int file_new_open(struct op *op, int dirfd, unsigned mode, struct file_new *ret) MUST_USE;

/* fsync and rename to path (in dirfd); the descriptor is closed. ERR_USAGE if a directory, device
 * or the like is there: renaming over /dev/null would take it from the whole machine. */
int file_new_publish(struct op *op, struct file_new *f, str path) MUST_USE;

/* Remove the file if it was not published. May run twice. */
void file_new_discard(struct file_new *f);
#define AUTO_FILE_NEW __attribute__((cleanup(file_new_discard))) struct file_new

/*
 * The same at a path that the user named, in pieces: write to .fd, then publish. What is no regular
 * file (a device, a pipe) or a link to something is written into and stays what it is.
 */
struct file_user {
	struct file_new new;
	int dir, fd; /* fd: new's, or of what is there and is written into */
	str name;
};
int file_user_open(struct op *op, str path, unsigned mode, struct file_user *ret) MUST_USE;
int file_user_publish(struct op *op, struct file_user *f) MUST_USE;
void file_user_discard(struct file_user *f); /* may run twice */
#define AUTO_FILE_USER __attribute__((cleanup(file_user_discard))) struct file_user
int file_replace_user(struct op *op, str path, str bytes, unsigned mode) MUST_USE;

/* Names in the directory behind dirfd, without "." and "..", sorted by bytes. */
int dir_list(struct op *op, int dirfd, str what, str **ret, ptrdiff_t *ret_n) MUST_USE;

/* Remove the tree below path (in dirfd), without following links, whatever its depth and modes. A
 * missing one is no error. */
int dir_remove(struct op *op, int dirfd, str path);

#endif
