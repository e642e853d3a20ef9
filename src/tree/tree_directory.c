/*
 * A directory of this machine as a tree: names first, one directory open at a time; contents when
 * they are asked for, opened anew by their path, which never goes through a link.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "sys/file.h"
#include "tree_merge.h"

enum { NOTE_EVERY = 4096 };

struct scan {
	struct tree *tree;
	struct merge merge;
	VEC(uint32_t) todo; /* directories that were not entered yet */
	bool is_machine;    /* the root of this machine: some directories are no files' */
	uint64_t seen;
	char tail[PROBE_TAIL_MAX];
};

/* A path of ours below the root; nothing on the way may be a link. */
static int open_below(const struct tree *t, uint32_t node, int flags)
{
	struct open_how how = { .flags = (unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
					   RESOLVE_NO_MAGICLINKS };
	SCRATCH char path[LIMIT_PATH + 1];
	long fd;

	tree_path(t, node, path);
	do
		fd = syscall(SYS_openat2, t->dirfd, path[0] ? path : ".", &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	if (fd < 0 && errno == ENOSYS) /* kernels before 5.6: the last component alone is guarded */
		fd = openat(t->dirfd, path[0] ? path : ".", flags | O_CLOEXEC | O_NOFOLLOW);
	return (int)fd;
}

static int read_below(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n)
{
	AUTO_FD fd = open_below(a->arg, (uint32_t)a->offset, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return op_fail_errno(op, "cannot open %.*s", STR_ARG(a->what));
	struct at at = at_of_fd(fd, 0, a->size, a->what);
	return at_read(op, &at, offset, to, n);
}

static int open_in_directory(struct op *op, const struct tree *t, uint32_t node, struct at *ret)
{
	(void)op;
	*ret = (struct at){ .read = read_below,
			    .size = node_at(t, node)->size,
			    .what = tree_name(t, node),
			    .fd = -1,
			    .offset = node,
			    .arg = t };
	return 0;
}

/* What the file's own bytes tell. One that cannot be opened tells nothing. */
static uint32_t look(struct scan *s, uint32_t node, int fd)
{
	char head[PROBE_HEAD];
	uint64_t size = node_at(s->tree, node)->size;
	uint32_t tail = 0;
	ssize_t n = pread(fd, head, sizeof(head), 0);

	if (n <= 0)
		return 0;
	uint32_t bits = probe_head((str){ head, n }, size, &tail);
	if (!tail || pread(fd, s->tail, tail, (off_t)(size - tail)) != (ssize_t)tail)
		return tail ? bits | PROBE_BARE : bits;
	return probe_tail(bits, (str){ head, n }, size, (str){ s->tail, (ptrdiff_t)tail });
}

/* Capabilities count where the file is run. */
static int look_at_capability(struct scan *s, uint32_t node, int fd)
{
	char value[FILE_CAPABILITY_MAX + 1];
	ssize_t n = -1;

	if (node_at(s->tree, node)->mode & 0111)
		n = fgetxattr(fd, "security.capability", value, sizeof(value));
	return n <= 0 ? 0 : tree_capable(s->tree, node, (str){ value, n });
}

static int look_into(struct scan *s, uint32_t node)
{
	AUTO_FD fd = open_below(s->tree, node, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return 0;
	node_at(s->tree, node)->probe = (uint16_t)look(s, node, fd);
	return look_at_capability(s, node, fd);
}

static bool is_kernels(const struct scan *s, uint32_t dir, str name)
{
	return s->is_machine && dir == 0 &&
	       (str_eq(name, S("proc")) || str_eq(name, S("sys")) || str_eq(name, S("dev")));
}

static int place(struct scan *s, uint32_t dir, str name, const struct stat *st, str link)
{
	struct merge *m = &s->merge;
	SCRATCH char path[LIMIT_PATH + 1];
	struct tar_entry e = { .mode = st->st_mode & 07777,
			       .uid = st->st_uid,
			       .gid = st->st_gid,
			       .mtime = st->st_mtime,
			       .link = link,
			       .other = S_ISCHR(st->st_mode)    ? 'c'
					: S_ISBLK(st->st_mode)  ? 'b'
					: S_ISFIFO(st->st_mode) ? 'p'
								: 's' };
	struct wanted wanted;
	uint32_t node;

	e.type = S_ISREG(st->st_mode)   ? TAR_FILE
		 : S_ISDIR(st->st_mode) ? TAR_DIRECTORY
		 : S_ISLNK(st->st_mode) ? TAR_SYMLINK
					: TAR_OTHER;
	str base = tree_path(s->tree, dir, path);
	if (base.len + 1 + name.len > LIMIT_PATH)
		return op_fail(s->tree->op, ERR_LIMIT, "%.*s: a path is too long: '%.*s'",
			       STR_ARG(s->tree->what), STR_ARG(name));
	if (base.len)
		path[base.len++] = '/';
	memcpy(path + base.len, name.p, (size_t)name.len);
	e.path = (str){ path, base.len + name.len };
	int rc = merge_entry(m, &e, &node);
	if (rc < 0 || node == TREE_NONE)
		return rc;
	struct tree_node *n = node_at(s->tree, node);
	if (e.type == TAR_DIRECTORY && !is_kernels(s, dir, name)) {
		uint32_t *todo = vec_push(s->tree->op, &s->todo);
		if (!todo)
			return s->tree->op->code;
		*todo = node;
	}
	if (e.type != TAR_FILE)
		return 0;
	n->size = st->st_size < 0 ? 0 : (uint64_t)st->st_size;
	n->where = node;
	n->probe = 0;
	if (s->tree->wish->probe && n->size && (rc = look_into(s, node)) < 0)
		return rc;
	return merge_wants(m, node, n->probe, &wanted) ? merge_match(m, node, &wanted) : 0;
}

static int place_name(struct scan *s, int fd, uint32_t dir, str name)
{
	SCRATCH char link[LIMIT_PATH];
	struct stat st;
	ssize_t n = 0;

	if (fstatat(fd, name.p, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? 0
			       : op_fail_errno(s->tree->op, "cannot examine %.*s", STR_ARG(name));
	if (S_ISLNK(st.st_mode) && (n = readlinkat(fd, name.p, link, sizeof(link) - 1)) < 0)
		return 0;
	return place(s, dir, name, &st, (str){ link, n });
}

static int enter(struct scan *s, uint32_t dir)
{
	AUTO_OP own;
	AUTO_FD fd = open_below(s->tree, dir, O_RDONLY | O_DIRECTORY);
	str *name;
	ptrdiff_t n;

	op_init(&own, 0);
	if (fd < 0 || dir_list(&own, fd, tree_name(s->tree, dir), &name, &n) < 0) {
		s->tree->sum.unread++;
		return 0;
	}
	for (ptrdiff_t i = 0; i < n; i++) {
		int rc = place_name(s, fd, dir, name[i]);
		if (rc < 0)
			return rc;
		if (++s->seen % NOTE_EVERY == 0 && s->tree->wish->note)
			s->tree->wish->note(s->tree->wish->arg, s->seen, 0);
	}
	return 0;
}

static bool is_root_of_machine(int dirfd)
{
	struct stat a, b;

	return fstat(dirfd, &a) == 0 && stat("/", &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

int tree_of_directory(struct op *op, int dirfd, str what, const struct tree_wish *wish,
		      struct tree **ret)
{
	AUTO_TREE *t = NULL;
	struct scan *s = op_new(op, struct scan, 1);
	int rc = s ? tree_new(op, wish, what, &t) : op->code;

	if (rc < 0)
		return rc;
	t->dirfd = dirfd;
	t->open = open_in_directory;
	s->tree = t;
	s->is_machine = is_root_of_machine(dirfd);
	merge_begin(&s->merge, t, 0, what);
	if (enter(s, 0) < 0)
		return op->code;
	while (s->todo.n > 0) {
		uint32_t dir = s->todo.p[--s->todo.n];
		if ((rc = enter(s, dir)) < 0)
			return rc;
	}
	if ((rc = tree_sort_matches(t)) < 0 || (t->wish->hashes && (rc = tree_hash_all(t)) < 0) ||
	    (rc = tree_see_all(t)) < 0)
		return rc;
	tree_add_up(t);
	*ret = t;
	t = NULL;
	return 0;
}
