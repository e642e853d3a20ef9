#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/map.h"
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
	VEC(str) dir;     /* to be read, the next one last */
	struct map chart; /* of Helm, whose templates were left out */
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

static bool is_document(str path)
{
	return str_ends(path, S(".yaml")) || str_ends(path, S(".yml")) ||
	       str_ends(path, S(".json"));
}

/* The chart whose template the file is: it lies below the folder templates beside a Chart.yaml, and has
 * what Helm puts something in for. 1: it is one, and the chart is noted. */
static int take_template(struct walk *w, str path, str bytes)
{
	static const str folder = { "templates/", 10 };

	if (!is_document(path) || str_find_str(bytes, S("{{")) < 0)
		return 0;
	for (ptrdiff_t from = 0;;) {
		ptrdiff_t at = str_find_str(str_from(path, from), folder);
		const char *file;
		struct stat st;
		str name;

		if (at < 0)
			return 0;
		at += from;
		from = at + folder.len;
		if (at > 0 && path.p[at - 1] != '/')
			continue;
		if (op_text(w->op, &name, "%.*sChart.yaml", (int)at, path.p) < 0 ||
		    !(file = op_cstr(w->op, name)))
			return w->op->code;
		if (stat(file, &st) < 0)
			continue;
		str chart = at > 1 ? str_head(path, at - 1) : at == 1 ? S("/") : S(".");
		return map_put(&w->chart, chart, w) < 0 ? w->op->code : 1;
	}
}

/* A manifest as JSON in one line, say. */
static bool may_be_manifest(str bytes)
{
	return str_find_str(bytes, S("apiVersion")) >= 0 && str_find_str(bytes, S("kind")) >= 0;
}

/* A file that was named: what it is called decides, else what is in it; a Dockerfile if nothing does. */
static int take_named(struct walk *w, str path)
{
	bool standard = str_eq(path, S("-"));
	str bytes;
	int rc = standard ? file_read_fd(w->op, STDIN_FILENO, S("standard input"), LIMIT_DOCUMENT,
					 &bytes)
			  : file_read_user(w->op, path, LIMIT_DOCUMENT, &bytes);

	if (rc < 0)
		return rc;
	int kind = w->kind.len > 0 ? kind_of_name(w->kind)
				   : lint_kind_of(standard ? S("-.yaml") : path, bytes);
	if (kind != LINT_DOCKERFILE && (rc = take_template(w, path, bytes)) != 0)
		return rc < 0 ? rc : 0;
	if (kind < 0 && is_document(path) && !may_be_manifest(bytes))
		return op_fail(
			w->op, ERR_USAGE,
			"%.*s: neither a Dockerfile nor a manifest of Kubernetes; see --kind",
			STR_ARG(path));
	if (kind < 0)
		kind = is_document(path) ? LINT_KUBERNETES : LINT_DOCKERFILE;
	return add_file(w, path, bytes, kind);
}

static bool may_be(str name)
{
	return lint_kind_of(name, S("")) >= 0 || is_document(name);
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
	if (kind != LINT_DOCKERFILE && !str_eq(w->kind, S("dockerfile")) &&
	    (rc = take_template(w, path, bytes)) != 0)
		return rc < 0 ? rc : 0;
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

int lint_find(struct op *op, const struct texts *operands, str kind, lint_files *ret,
	      struct texts *ret_charts)
{
	struct walk w = { .op = op, .kind = kind, .to = ret };

	map_init(&w.chart, op);
	for (ptrdiff_t i = 0; i < operands->n; i++)
		if (take_operand(&w, operands->p[i]) < 0)
			return op->code;
	if (operands->n == 0 && take_operand(&w, S(".")) < 0)
		return op->code;
	map_sort(&w.chart);
	*ret_charts = (struct texts){ op_new(op, str, w.chart.n + 1), w.chart.n };
	if (!ret_charts->p)
		return op->code;
	for (ptrdiff_t i = 0; i < w.chart.n; i++)
		ret_charts->p[i] = w.chart.item[i].key;
	return 0;
}
