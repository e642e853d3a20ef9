#include "box.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "codec/tar.h"
#include "sys/file.h"

struct member {
	uint64_t offset, size;
	str link; /* not empty: a link to that path */
};

/* dir + "/" + link without "." and ".."; empty where it leaves the archive. */
static int join(struct op *op, str dir, str link, str *ret)
{
	VEC(str) part = { 0 };
	struct buf b;

	*ret = S("");
	for (int turn = 0; turn < 2; turn++) {
		for (str rest = turn ? link : dir; rest.p;) {
			str name = str_cut(&rest, '/');
			if (name.len == 0 || str_eq(name, S(".")))
				continue;
			if (str_eq(name, S(".."))) {
				if (part.n-- == 0)
					return 0;
				continue;
			}
			str *slot = vec_push(op, &part);
			if (!slot)
				return op->code;
			*slot = name;
		}
	}
	buf_init(&b, op, LIMIT_PATH);
	for (ptrdiff_t i = 0; i < part.n; i++)
		buf_fmt(&b, "%s%.*s", i ? "/" : "", STR_ARG(part.p[i]));
	return buf_take(&b, ret);
}

static bool has(const struct box *b, str path)
{
	return map_find(&b->member, path) >= 0;
}

/* A document at the top that tells of images, whatever it holds. */
static bool has_mark(const struct box *b)
{
	return has(b, S("manifest.json")) || has(b, S("index.json")) || has(b, S("oci-layout")) ||
	       has(b, S("repositories"));
}

static int keep(struct op *op, struct box *b, const struct tar *tar, const struct tar_entry *e)
{
	struct member *m = op_new(op, struct member, 1);
	str path;

	if (!m || op_copy(op, e->path, &path) < 0)
		return op->code;
	m->offset = tar_position(tar);
	m->size = e->size;
	if (e->type != TAR_FILE) {
		int rc = join(op, e->type == TAR_SYMLINK ? str_dir_name(path) : S(""), e->link,
			      &m->link);
		if (rc < 0)
			return rc;
		if (!m->link.len) /* out of the archive: to nothing */
			m->link = path;
	}
	return map_put(&b->member, path, m);
}

/* 1: no image has so many members and no mark among the first. */
static int keep_all(struct op *op, struct box *b, struct tar *tar)
{
	struct tar_entry e;
	int rc;

	while ((rc = tar_next(op, tar, &e)) > 0) {
		if (e.type == TAR_DIRECTORY || e.type == TAR_OTHER || e.path.len == 0)
			continue;
		if (b->member.n == BOX_MEMBERS && has_mark(b))
			return op_fail(op, ERR_LIMIT, "%.*s has more than %d members",
				       STR_ARG(b->what), BOX_MEMBERS);
		if (b->member.n == BOX_MEMBERS)
			return 1;
		if ((rc = keep(op, b, tar, &e)) < 0)
			return rc;
	}
	return rc;
}

static bool has_magic(int fd)
{
	char head[TAR_HEAD];

	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	       tar_is((str){ head, sizeof(head) });
}

/* `own` has the reader's memory, which goes when the index is made. */
static int index_archive(struct op *op, struct op *own, struct box *b)
{
	AUTO_STREAM *in = NULL;
	struct tar *tar;
	int rc = stream_open_fd(own, b->fd, b->what, 0, UINT64_MAX, UINT64_MAX, &in);

	if (rc == 0 && stream_kind(in) != STREAM_PLAIN)
		return 1;
	if (rc < 0 || (rc = tar_open(own, in, b->what, false, &tar)) < 0)
		return op_adopt_error(op, own);
	rc = keep_all(op, b, tar);
	/* What is no tar from its first header on is another thing; a tar that is bad is an error.
	 */
	if ((rc == ERR_FORMAT || rc == ERR_LIMIT) && tar_position(tar) <= TAR_HEAD &&
	    !has_magic(b->fd)) {
		op_forgive(op);
		rc = 1;
	}
	return rc;
}

int box_of_archive(struct op *op, int fd, str what, struct box *ret)
{
	struct box b = { .what = what, .fd = fd };
	AUTO_OP own;
	int rc;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	map_init(&b.member, op);
	if ((rc = index_archive(op, &own, &b)) == 0)
		*ret = b;
	return rc;
}

struct box box_of_directory(struct op *op, int dirfd, str what)
{
	struct box b = { .what = what, .fd = dirfd, .is_directory = true };

	map_init(&b.member, op);
	return b;
}

void box_close(struct box *b)
{
	for (ptrdiff_t i = 0; i < b->open.n; i++)
		fd_close(&b->open.p[i]);
	b->open.n = 0;
}

/* A dozen platforms of a hundred layers each are more files than a shell allows at first. */
static bool allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* In a directory links are followed: bazel makes layouts of them, and digests are checked. */
static int open_file(struct op *op, const struct box *b, str path, int *ret_fd,
		     struct box_part *ret)
{
	const char *name = op_cstr(op, path);
	uint64_t size = 0;
	int rc;

	if (!name)
		return op->code;
	AUTO_FD fd = openat(b->fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == EMFILE && allow_files())
		fd = openat(b->fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if (fd < 0)
		return op_fail_errno(op, "cannot open %.*s/%s", STR_ARG(b->what), name);
	if ((rc = file_size(op, fd, path, &size)) < 0)
		return rc;
	*ret_fd = fd_take(&fd);
	*ret = (struct box_part){ *ret_fd, 0, size };
	return 0;
}

static int find_member(const struct box *b, str path, struct box_part *ret)
{
	const struct member *m = map_get(&b->member, path);
	char clean[LIMIT_PATH];

	if (!m && tar_clean(path, clean, &path)) /* "./x" */
		m = map_get(&b->member, path);
	for (int i = 0; m && m->link.len && i < BOX_LINKS; i++)
		m = map_get(&b->member, m->link);
	if (!m || m->link.len)
		return 1;
	*ret = (struct box_part){ b->fd, m->offset, m->size };
	return 0;
}

int box_find(struct op *op, struct box *b, str path, struct box_part *ret)
{
	if (!b->is_directory)
		return find_member(b, path, ret);
	int *slot = vec_push(op, &b->open);
	if (!slot)
		return op->code;
	*slot = -1;
	return open_file(op, b, path, slot, ret);
}

void box_drop(struct box *b)
{
	if (b->open.n > 0)
		fd_close(&b->open.p[--b->open.n]);
}

bool box_has(const struct box *b, str path)
{
	struct box_part part;
	char name[BOX_BLOB];

	if (!b->is_directory)
		return find_member(b, path, &part) == 0;
	if (path.len >= BOX_BLOB)
		return false;
	memcpy(name, path.p, (size_t)path.len);
	name[path.len] = '\0';
	return faccessat(b->fd, name, F_OK, 0) == 0;
}

int box_read(struct op *op, const struct box *b, str path, size_t max, str *ret)
{
	AUTO_FD fd = -1;
	struct box_part part = { 0 };
	int rc = b->is_directory ? open_file(op, b, path, &fd, &part) : find_member(b, path, &part);

	if (rc)
		return rc;
	if (part.size > max)
		return op_fail(op, ERR_LIMIT, "%.*s: '%.*s' is larger than %zu bytes",
			       STR_ARG(b->what), STR_ARG(path), max);
	char *p = op_new(op, char, (ptrdiff_t)part.size + 1);
	if (!p)
		return op->code;
	if ((rc = file_pread(op, part.fd, path, p, (size_t)part.size, part.offset)) < 0)
		return op_fail_in(op, "%.*s", STR_ARG(b->what));
	*ret = (str){ p, (ptrdiff_t)part.size };
	return 0;
}

/* Is the first byte that is not blank of that file `want`? 1: so it is. */
static int begins_with(struct op *op, const struct box *b, const char *path, char want)
{
	AUTO_FD fd = -1;
	struct box_part part = { 0 };
	char head[64];
	int rc = b->is_directory ? open_file(op, b, str_of(path), &fd, &part)
				 : find_member(b, str_of(path), &part);

	if (rc)
		return rc < 0 ? rc : 0;
	size_t n = part.size < sizeof(head) ? (size_t)part.size : sizeof(head);
	if ((rc = file_pread(op, part.fd, str_of(path), head, n, part.offset)) < 0)
		return rc;
	str text = str_trim((str){ head, (ptrdiff_t)n });
	return text.len && text.p[0] == want;
}

int box_holds_image(struct op *op, const struct box *b)
{
	int rc = 0;

	/* Other things have a manifest.json too: browser extensions, for one. Docker's is a list.
	 */
	if (!b->is_directory && ((rc = begins_with(op, b, "manifest.json", '[')) ||
				 (rc = begins_with(op, b, "repositories", '{'))))
		return rc;
	return box_has(b, S("oci-layout")) ? begins_with(op, b, "index.json", '{') : 0;
}

str box_blob_path(const struct digest *d, char out[BOX_BLOB])
{
	memcpy(out, "blobs/sha256/", 13);
	(void)digest_hex(d, out + 13);
	return (str){ out, BOX_BLOB - 1 };
}
