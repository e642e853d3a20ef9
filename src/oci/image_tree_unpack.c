#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "sys/file.h"
#include "image_tree.h"
#include "image_tree_layer.h"

enum { PIECE = 1 << 16 };

struct unpack {
	const struct image_tree *tree;
	ptrdiff_t *file; /* [file_n]: entries that are files, in order of layer and position */
	ptrdiff_t file_n;
	ptrdiff_t next; /* into file: the first that is not written yet */
	ptrdiff_t layer;
	int dirfd;
	bool as_root;
	int parent;      /* the directory that was opened last ... */
	str parent_path; /* ... and its path, which lives in the tree */
};

/* Open a directory of the tree component by component; none may be a link. */
static int open_directory(struct op *op, int dirfd, str path, int *ret_fd)
{
	AUTO_FD at = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[LIMIT_NAME + 1];

	for (str rest = path; at >= 0 && rest.len;) {
		str part = str_cut(&rest, '/');
		MUST(part.len > 0 && part.len <= LIMIT_NAME);
		memcpy(name, part.p, (size_t)part.len);
		name[part.len] = '\0';
		int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		fd_close(&at);
		at = next;
	}
	if (at < 0)
		return op_fail_errno(op, "cannot open directory '%.*s'", STR_ARG(path));
	*ret_fd = fd_take(&at);
	return 0;
}

/* The open parent of an entry; files come by directories, so the last one is kept. */
static int parent_of(struct op *op, struct unpack *u, str path, int *ret_fd)
{
	str dir = str_dir_name(path);

	if (u->parent < 0 || !str_eq(dir, u->parent_path)) {
		fd_close(&u->parent);
		int rc = open_directory(op, u->dirfd, dir, &u->parent);
		if (rc < 0)
			return rc;
		u->parent_path = dir;
	}
	*ret_fd = u->parent;
	return 0;
}

static void base_name(str path, char out[LIMIT_NAME + 1])
{
	str name = str_base_name(path);

	MUST(name.len > 0 && name.len <= LIMIT_NAME);
	memcpy(out, name.p, (size_t)name.len);
	out[name.len] = '\0';
}

static mode_t mode_of(const struct unpack *u, const struct entry *e)
{
	return (mode_t)(e->mode & (u->as_root ? 07777u : 01777u));
}

static void times_of(const struct entry *e, struct timespec ret[2])
{
	ret[0] = ret[1] = (struct timespec){ .tv_sec = e->mtime };
}

/* Owner first: changing it takes setuid away. */
static int finish(struct op *op, struct unpack *u, int fd, const struct entry *e)
{
	struct timespec times[2];

	times_of(e, times);
	if ((u->as_root && fchown(fd, e->uid, e->gid) < 0) || fchmod(fd, mode_of(u, e)) < 0 ||
	    futimens(fd, times) < 0)
		return op_fail_errno(op, "cannot set owner, mode or time of '%.*s'",
				     STR_ARG(e->path));
	return 0;
}

static int make_directories(struct op *op, struct unpack *u)
{
	char name[LIMIT_NAME + 1];

	for (ptrdiff_t i = 0; i < u->tree->n; i++) {
		const struct entry *e = &u->tree->entry[i];
		int dir, rc;
		if (e->type != ENTRY_DIRECTORY)
			continue;
		if ((rc = parent_of(op, u, e->path, &dir)) < 0)
			return rc;
		base_name(e->path, name);
		if (mkdirat(dir, name, 0700) < 0)
			return op_fail_errno(op, "cannot make directory '%.*s'", STR_ARG(e->path));
	}
	return 0;
}

static int copy_content(struct op *op, struct tar *tar, int fd, const struct entry *e)
{
	char piece[PIECE];
	uint64_t size = 0;
	size_t n = 0;
	int rc;

	while ((rc = tar_read(op, tar, piece, sizeof(piece), &n)) == 0 && n > 0) {
		if ((rc = file_write(op, fd, e->path, (str){ piece, (ptrdiff_t)n })) < 0)
			return rc;
		size += n;
	}
	if (rc < 0)
		return rc;
	return size == e->size ? 0
			       : op_fail(op, ERR_VERIFY, "'%.*s' changed while it was read",
					 STR_ARG(e->path));
}

static int write_file(struct op *op, struct unpack *u, struct tar *tar, const struct entry *e)
{
	char name[LIMIT_NAME + 1];
	int dir, rc = parent_of(op, u, e->path, &dir);

	if (rc < 0)
		return rc;
	base_name(e->path, name);
	AUTO_FD fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return op_fail_errno(op, "cannot make '%.*s'", STR_ARG(e->path));
	if ((rc = copy_content(op, tar, fd, e)) < 0)
		return rc;
	return finish(op, u, fd, e);
}

static int write_entry(struct op *op, void *arg, struct tar *tar, const struct tar_entry *e,
		       uint64_t position)
{
	struct unpack *u = arg;

	if (u->next == u->file_n)
		return 0;
	const struct tree_place *place = &u->tree->place[u->file[u->next]];
	if (place->layer != u->layer || place->position != position)
		return 0;
	const struct entry *entry = &u->tree->entry[u->file[u->next++]];
	if (e->type != TAR_FILE)
		return op_fail(op, ERR_VERIFY, "'%.*s' changed while it was read",
			       STR_ARG(entry->path));
	return write_file(op, u, tar, entry);
}

static int by_place(const void *a, const void *b, void *arg)
{
	const struct tree_place *place = arg, *x = &place[*(const ptrdiff_t *)a];
	const struct tree_place *y = &place[*(const ptrdiff_t *)b];

	if (x->layer != y->layer)
		return x->layer < y->layer ? -1 : 1;
	return (x->position > y->position) - (x->position < y->position);
}

static int write_files(struct op *op, struct unpack *u, const struct store *s,
		       const struct image *image)
{
	const struct image_tree *t = u->tree;

	if (!(u->file = op_new(op, ptrdiff_t, t->n)))
		return op->code;
	for (ptrdiff_t i = 0; i < t->n; i++)
		if (t->entry[i].type == ENTRY_FILE)
			u->file[u->file_n++] = i;
	if (u->file_n > 1)
		qsort_r(u->file, (size_t)u->file_n, sizeof(*u->file), by_place, t->place);
	for (u->layer = 0; u->layer < image->config.layer_n; u->layer++) {
		if (u->next == u->file_n || t->place[u->file[u->next]].layer != u->layer)
			continue;
		int rc = image_tree_layer(op, s, &image->config.layer[u->layer], write_entry, u);
		if (rc < 0)
			return rc;
	}
	MUST(u->next <= u->file_n);
	return u->next == u->file_n ? 0
				    : op_fail(op, ERR_VERIFY, "a layer changed while it was read");
}

static int make_symlink(struct op *op, struct unpack *u, int dir, const char *name,
			const struct entry *e)
{
	const char *link = op_cstr(op, e->link);
	struct timespec times[2];

	times_of(e, times);
	if (!link)
		return op->code;
	if (symlinkat(link, dir, name) < 0 ||
	    (u->as_root && fchownat(dir, name, e->uid, e->gid, AT_SYMLINK_NOFOLLOW) < 0) ||
	    utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return op_fail_errno(op, "cannot make the link '%.*s'", STR_ARG(e->path));
	return 0;
}

/* The other name of a file that was written before; links are made without following any. */
static int make_hardlink(struct op *op, struct unpack *u, int dir, const char *name,
			 const struct entry *e)
{
	char target[LIMIT_NAME + 1];
	AUTO_FD from = -1;
	int rc = open_directory(op, u->dirfd, str_dir_name(e->link), &from);

	if (rc < 0)
		return rc;
	base_name(e->link, target);
	if (linkat(from, target, dir, name, 0) < 0)
		return op_fail_errno(op, "cannot link '%.*s'", STR_ARG(e->path));
	return 0;
}

static int make_links(struct op *op, struct unpack *u)
{
	char name[LIMIT_NAME + 1];

	for (ptrdiff_t i = 0; i < u->tree->n; i++) {
		const struct entry *e = &u->tree->entry[i];
		int dir, rc;
		if (e->type != ENTRY_SYMLINK && e->type != ENTRY_HARDLINK)
			continue;
		if ((rc = parent_of(op, u, e->path, &dir)) < 0)
			return rc;
		base_name(e->path, name);
		rc = e->type == ENTRY_SYMLINK ? make_symlink(op, u, dir, name, e)
					      : make_hardlink(op, u, dir, name, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Deepest first, so that no mode or time is spoilt by what comes after. */
static int finish_directories(struct op *op, struct unpack *u)
{
	for (ptrdiff_t i = u->tree->n; i >= 0; i--) {
		const struct entry *e = i ? &u->tree->entry[i - 1] : &u->tree->root;
		AUTO_FD fd = -1;
		int rc;
		if (e->type != ENTRY_DIRECTORY)
			continue;
		if ((rc = open_directory(op, u->dirfd, e->path, &fd)) < 0 ||
		    (rc = finish(op, u, fd, e)) < 0)
			return rc;
	}
	return 0;
}

int image_tree_unpack(struct op *op, const struct store *s, const struct image *image, int dirfd,
		      bool as_root)
{
	struct image_tree tree;
	struct unpack u = { .tree = &tree, .dirfd = dirfd, .as_root = as_root, .parent = -1 };
	int rc = image_tree_read(op, s, image, NULL, &tree);

	if (rc < 0)
		return rc;
	if ((rc = make_directories(op, &u)) == 0 && (rc = write_files(op, &u, s, image)) == 0 &&
	    (rc = make_links(op, &u)) == 0) {
		fd_close(&u.parent);
		rc = finish_directories(op, &u);
	}
	fd_close(&u.parent);
	return rc;
}
