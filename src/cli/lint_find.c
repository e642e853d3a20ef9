#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "lint_options.h"
#include "sys/file.h"

/*
 * Directories are a stack of paths, so that nothing recurs; what version control and package managers keep
 * is not looked into, and links are not followed.
 */
enum {
	FILES_MAX = 200 * 1000,
	DEEP_MAX = 64, /* components of a path below an operand */
};

struct walk {
	struct op *op;
	str kind;
	lint_files *to;
	VEC(str) dir; /* to be read, the next one last */
	ptrdiff_t seen;
};

static int kind_of_name(str kind)
{
	for (int i = 0; i < LINT_KINDS; i++)
		if (str_eq(kind, str_of(lint_kinds[i])))
			return i;
	return -1;
}

static int add_file(struct walk *w, str path, str bytes, int kind)
{
	struct lint_one *one = vec_push(w->op, w->to);

	if (!one)
		return ERR_MEMORY;
	one->path = path;
	one->bytes = bytes;
	one->kind = kind;
	return 0;
}

/* A file that was named: what it is called decides, else what is in it; a Dockerfile if nothing does. */
static int take_named(struct walk *w, str path)
{
	bool standard = str_eq(path, S("-"));
	str bytes, ext = str_from(path, str_rfind(path, '.'));
	int rc = standard ? file_read_fd(w->op, STDIN_FILENO, S("standard input"), LIMIT_DOCUMENT,
					 &bytes)
			  : file_read_user(w->op, path, LIMIT_DOCUMENT, &bytes);

	if (rc < 0)
		return rc;
	int kind = w->kind.len > 0 ? kind_of_name(w->kind)
				   : lint_kind_of(standard ? S("-.yaml") : path, bytes);
	bool manifest =
		str_eq(ext, S(".yaml")) || str_eq(ext, S(".yml")) || str_eq(ext, S(".json"));
	if (kind < 0)
		kind = manifest ? LINT_KUBERNETES : LINT_DOCKERFILE;
	return add_file(w, path, bytes, kind);
}

static bool may_be(str name)
{
	return lint_kind_of(name, S("")) >= 0 || str_ends(name, S(".yaml")) ||
	       str_ends(name, S(".yml")) || str_ends(name, S(".json"));
}

/* A file of a directory, if it is of a kind. */
static int take_found(struct walk *w, int dir, str path, str name)
{
	struct op_mark mark = op_mark(w->op);
	str bytes;

	if (!may_be(name))
		return 0;
	int rc = file_read(w->op, dir, name, LIMIT_DOCUMENT, &bytes);
	if (rc == ERR_LIMIT && !str_ends(name, S("file"))) {
		op_forgive(w->op); /* a large document of another kind */
		return 0;
	}
	if (rc != 0)
		return rc < 0 ? rc : 0;
	int kind = lint_kind_of(name, bytes);
	if (kind < 0 || (w->kind.len > 0 && kind != kind_of_name(w->kind))) {
		op_reset(w->op, mark);
		return 0;
	}
	return add_file(w, path, bytes, kind);
}

static bool is_left_out(str name)
{
	static const char *const names[] = { ".git",       ".hg",   ".svn",
					     ".terraform", ".venv", "node_modules" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return false;
}

static int push_dir(struct walk *w, str path)
{
	str *to = vec_push(w->op, &w->dir);

	if (!to)
		return ERR_MEMORY;
	*to = path;
	return 0;
}

static int depth_of(str path)
{
	int n = 0;

	for (ptrdiff_t i = 0; i < path.len; i++)
		n += path.p[i] == '/';
	return n;
}

static int take_entry(struct walk *w, int dir, str parent, str name)
{
	const char *cname = op_cstr(w->op, name);
	struct stat st;
	str path = name;

	if (!cname || (!str_eq(parent, S(".")) &&
		       op_text(w->op, &path, "%.*s%s%.*s", STR_ARG(parent),
			       str_ends(parent, S("/")) ? "" : "/", STR_ARG(name)) < 0))
		return w->op->code;
	if (fstatat(dir, cname, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISDIR(st.st_mode))
		return is_left_out(name) || depth_of(path) > DEEP_MAX ? 0 : push_dir(w, path);
	return S_ISREG(st.st_mode) ? take_found(w, dir, path, name) : 0;
}

static int take_dir(struct walk *w, str path)
{
	AUTO_FD dir = -1;
	str *name;
	ptrdiff_t n;

	if (dir_open(w->op, AT_FDCWD, path, false, &dir) < 0 ||
	    dir_list(w->op, dir, path, &name, &n) < 0)
		return w->op->code;
	if ((w->seen += n) > FILES_MAX)
		return op_fail(w->op, ERR_LIMIT,
			       "%.*s: more than %d files; name directories one by one",
			       STR_ARG(path), FILES_MAX);
	/* Subdirectories go on the stack: the last one first, so that the first is read first. */
	for (ptrdiff_t i = 0; i < n; i++)
		if (take_entry(w, dir, path, name[i]) < 0)
			return w->op->code;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct lint_one *)a)->path, ((const struct lint_one *)b)->path);
}

static int take_operand(struct walk *w, str operand)
{
	const char *path = op_cstr(w->op, operand);
	ptrdiff_t from = w->to->n;
	struct stat st;

	if (!path)
		return w->op->code;
	if (str_eq(operand, S("-")) || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return take_named(w, operand);
	if (push_dir(w, operand) < 0)
		return w->op->code;
	while (w->dir.n > 0) {
		w->dir.n--;
		if (take_dir(w, w->dir.p[w->dir.n]) < 0)
			return w->op->code;
	}
	if (w->to->n > from)
		qsort(w->to->p + from, (size_t)(w->to->n - from), sizeof(*w->to->p), by_path);
	return 0;
}

int lint_find(struct op *op, const struct texts *operands, str kind, lint_files *ret)
{
	struct walk w = { .op = op, .kind = kind, .to = ret };

	for (ptrdiff_t i = 0; i < operands->n; i++)
		if (take_operand(&w, operands->p[i]) < 0)
			return op->code;
	if (operands->n == 0 && take_operand(&w, S(".")) < 0)
		return op->code;
	return 0;
}
