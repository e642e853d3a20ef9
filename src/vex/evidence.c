#include "evidence.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "codec/elf.h"
#include "codec/elf_imports.h"
#include "codec/json.h"

const char *const reaches[3] = { "cannot-tell", "reached", "unreached" };

/* Imports that load or start what nothing names beforehand. */
static const char *const loaders[] = { "dlopen", "dlmopen", "__libc_dlopen_mode" };
static const char *const starters[] = {
	"execl",   "execle",  "execlp", "execv",       "execve",       "execveat", "execvp",
	"execvpe", "fexecve", "popen",  "posix_spawn", "posix_spawnp", "system",   "wordexp",
};

/* What a C library loads by a name that it makes up. */
static const char *const implicit[] = { "libnss_", "libgcc_s.so", "libidn2.so" };

enum { ENTRIES_MAX = 64, NAMES_MAX = 1000 * 1000 };

struct library { /* a file, or a link to one, that could be loaded by its name */
	str name;
	uint32_t node;
};

struct reached {
	uint32_t node;
	uint32_t via; /* position of what needs it; UINT32_MAX: it is started */
};

struct walk {
	struct op *op;
	const struct tree *t;
	const struct inventory *inv;
	VEC(struct library) library; /* sorted by name */
	VEC(struct reached) reached;
	uint32_t *seen; /* [tree_count]: position in reached, plus 1 */
	VEC(str) entry;
	str search; /* PATH */
	str doubt;
	/* of the object that is being looked at */
	str object;
	bool is_c_library;
};

/* The first doubt counts: "a", what is said of it, "b". */
static int doubt(struct walk *w, str a, const char *says, str b)
{
	return w->doubt.len ? 0
			    : op_text(w->op, &w->doubt, "%.*s%s%.*s", STR_ARG(a), says, STR_ARG(b));
}

static str path_of(struct walk *w, uint32_t node)
{
	SCRATCH char path[LIMIT_PATH + 1];
	str copy = { 0 };

	return op_copy(w->op, tree_path(w->t, node, path), &copy) < 0 ? S("") : copy;
}

/* The file behind a node's further name, which is what it is. */
static uint32_t file_of(const struct tree *t, uint32_t node)
{
	const struct tree_node *n = tree_node(t, node);

	return n->type == TREE_FILE && n->link != TREE_NONE ? n->link : node;
}

static bool is_elf(const struct tree *t, uint32_t node)
{
	return (tree_node(t, file_of(t, node))->probe & PROBE_ELF) != 0;
}

static int by_name(const void *a, const void *b)
{
	const struct library *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	return order ? order : x->node < y->node ? -1 : x->node > y->node;
}

/* Everything that could be meant by a name in DT_NEEDED. */
static int index_libraries(struct walk *w)
{
	SCRATCH char path[LIMIT_PATH + 1];

	for (uint32_t i = 1; i < tree_count(w->t); i++) {
		const struct tree_node *n = tree_node(w->t, i);
		uint32_t target = i;
		if (tree_is_gone(n) || (n->type != TREE_FILE && n->type != TREE_SYMLINK))
			continue;
		if (n->type == TREE_SYMLINK && str_find_str(tree_name(w->t, i), S(".so")) < 0)
			continue;
		if (n->type == TREE_SYMLINK)
			target = tree_find(w->t, tree_path(w->t, i, path));
		if (target == TREE_NONE || tree_node(w->t, target)->type != TREE_FILE ||
		    !is_elf(w->t, target))
			continue;
		struct library *l = w->library.n < NAMES_MAX ? vec_push(w->op, &w->library) : NULL;
		if (!l)
			return op_fail(w->op, ERR_LIMIT, "more than %d programs and libraries",
				       NAMES_MAX);
		*l = (struct library){ tree_name(w->t, i), file_of(w->t, target) };
	}
	if (w->library.n)
		qsort(w->library.p, (size_t)w->library.n, sizeof(*w->library.p), by_name);
	return 0;
}

static int reach(struct walk *w, uint32_t node, uint32_t via)
{
	uint32_t file = file_of(w->t, node);

	if (w->seen[file])
		return 0;
	struct reached *r = vec_push(w->op, &w->reached);
	if (!r)
		return w->op->code;
	*r = (struct reached){ file, via };
	w->seen[file] = (uint32_t)w->reached.n;
	return 0;
}

static bool fits(struct walk *w, const struct elf *by, uint32_t node, bool *ret)
{
	struct at at;
	struct elf e = { 0 };

	*ret = false;
	if (tree_at(w->op, w->t, node, &at) < 0)
		return false;
	int rc = elf_read(w->op, &at, &e);
	if (rc < 0 && (rc == ERR_FORMAT || rc == ERR_LIMIT)) {
		op_forgive(w->op);
		return true;
	}
	*ret = rc == 0 && e.machine == by->machine && e.bits == by->bits && e.big == by->big;
	return rc >= 0;
}

static int need(struct walk *w, const struct elf *by, uint32_t from, str name)
{
	ptrdiff_t low = 0, high = w->library.n;
	bool found = false, good;

	if (str_find(name, '/') >= 0) {
		uint32_t node = tree_find(w->t, name);
		return node == TREE_NONE
			       ? doubt(w, w->object, " needs a library that is not there: ", name)
			       : reach(w, node, from);
	}
	while (low < high) {
		ptrdiff_t mid = (low + high) / 2;
		if (str_cmp(w->library.p[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < w->library.n && str_eq(w->library.p[low].name, name); low++) {
		if (!fits(w, by, w->library.p[low].node, &good) ||
		    (good && reach(w, w->library.p[low].node, from) < 0))
			return w->op->code;
		found |= good;
	}
	return found ? 0 : doubt(w, w->object, " needs a library that is not there: ", name);
}

static bool is_among(str name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_of(list[i])))
			return true;
	return false;
}

static void look_at_import(void *arg, str name)
{
	struct walk *w = arg;
	bool loads = is_among(name, loaders, sizeof(loaders) / sizeof(loaders[0]));

	if (w->doubt.len || w->is_c_library)
		return;
	if (loads || is_among(name, starters, sizeof(starters) / sizeof(starters[0])))
		(void)(op_text(w->op, &w->doubt, "%.*s can %s (it imports %.*s)",
			       STR_ARG(w->object),
			       loads ? "load any library" : "start other programs",
			       STR_ARG(name)) < 0);
}

/* The C library and its loader hold these calls and use them for what `implicit` names. */
static bool is_c_library(str name)
{
	return str_starts(name, S("libc.so")) || str_starts(name, S("ld-linux")) ||
	       str_starts(name, S("ld-musl")) || str_starts(name, S("libc.musl")) ||
	       str_starts(name, S("ld64.so"));
}

static int look_at_imports(struct walk *w, const struct at *at)
{
	struct elf_layout layout;
	AUTO_OP tmp;

	op_init(&tmp, w->op->ceiling);
	tmp.fault = w->op->fault;
	int rc = elf_layout_read(&tmp, at, &layout);
	if (rc == 0)
		rc = elf_sections(&tmp, at, &layout);
	if (rc == 0)
		rc = elf_imports(&tmp, at, &layout, look_at_import, w);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT || rc == 1)
		return doubt(w, w->object, ": its symbols cannot be read", S(""));
	return rc < 0 ? op_adopt_error(w->op, &tmp) : w->op->code;
}

static int follow(struct walk *w, uint32_t i)
{
	uint32_t node = w->reached.p[i].node;
	struct elf e = { 0 };
	struct at at;
	int rc = tree_at(w->op, w->t, node, &at);

	w->object = path_of(w, node);
	w->is_c_library = is_c_library(tree_name(w->t, node));
	if (rc == 0)
		rc = elf_read(w->op, &at, &e);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT)
		op_forgive(w->op);
	else if (rc < 0)
		return rc;
	if (rc != 0)
		return doubt(w, w->object, " is no program that can be followed", S(""));
	if (!e.dynamic || (w->reached.p[i].via == UINT32_MAX && e.interpreter.len == 0))
		return doubt(w, w->object, " is linked statically", S(""));
	if (e.interpreter.len && need(w, &e, i, e.interpreter) < 0)
		return w->op->code;
	for (ptrdiff_t k = 0; k < e.needed_n; k++)
		if (need(w, &e, i, e.needed[k]) < 0)
			return w->op->code;
	return look_at_imports(w, &at);
}

/* A command's first word as a file: by PATH where it has no slash. */
static uint32_t find_program(struct walk *w, str word)
{
	SCRATCH char path[LIMIT_PATH + 1];

	if (str_find(word, '/') >= 0)
		return tree_find(w->t, word);
	for (str rest = w->search; rest.p;) {
		str dir = str_cut(&rest, ':');
		if (dir.len == 0 || dir.len + 1 + word.len > LIMIT_PATH)
			continue;
		memcpy(path, dir.p, (size_t)dir.len);
		path[dir.len] = '/';
		memcpy(path + dir.len + 1, word.p, (size_t)word.len);
		uint32_t node = tree_find(w->t, (str){ path, dir.len + 1 + word.len });
		if (node != TREE_NONE)
			return node;
	}
	return TREE_NONE;
}

static int start(struct walk *w, str word)
{
	uint32_t node = word.len ? find_program(w, word) : TREE_NONE;

	if (node == TREE_NONE || tree_node(w->t, node)->type != TREE_FILE)
		return doubt(w, S("the entry point is not in the image: "), "", word);
	str path = path_of(w, node), *e = vec_push(w->op, &w->entry);
	if (!e)
		return w->op->code;
	*e = path;
	if (!is_elf(w->t, node))
		return doubt(w, path, ", the entry point, is a script", S(""));
	return reach(w, node, UINT32_MAX);
}

/* Words behind the first that name programs of the image: what an init or wrapper is given. */
static int start_words(struct walk *w, const struct node *list, ptrdiff_t from)
{
	str word;

	for (ptrdiff_t i = from; list && i < list->n && i < ENTRIES_MAX; i++) {
		if (!node_text(&list->child[i], &word) || word.len == 0 || word.p[0] != '/')
			continue;
		uint32_t node = tree_find(w->t, word);
		if (node != TREE_NONE && tree_node(w->t, node)->type == TREE_FILE &&
		    is_elf(w->t, node) && start(w, word) < 0)
			return w->op->code;
	}
	return 0;
}

static int start_command(struct walk *w, const struct node *config)
{
	const struct node *entry = node_get(config, S("Entrypoint")),
			  *cmd = node_get(config, S("Cmd"));
	const struct node *first = entry && entry->n ? entry : cmd;
	str word = { 0 };

	if (!first || first->n == 0 || !node_text(&first->child[0], &word))
		return doubt(w, S("the image names no entry point"), "", S(""));
	if (start(w, word) < 0 || start_words(w, first, 1) < 0)
		return w->op->code;
	return first == entry ? start_words(w, cmd, 0) : 0;
}

static int start_health(struct walk *w, const struct node *config)
{
	const struct node *test = node_get(node_get(config, S("Healthcheck")), S("Test"));
	str kind = { 0 }, word = { 0 };

	if (!test || test->n == 0 || !node_text(&test->child[0], &kind) || str_eq(kind, S("NONE")))
		return 0;
	if (str_eq(kind, S("CMD-SHELL")))
		return doubt(w, S("the health check runs in a shell"), "", S(""));
	if (test->n > 1 && node_text(&test->child[1], &word))
		return start(w, word);
	return 0;
}

static int look_at_environment(struct walk *w, const struct node *config)
{
	const struct node *env = node_get(config, S("Env"));
	str line;

	w->search = S("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	for (ptrdiff_t i = 0; env && i < env->n; i++) {
		if (!node_text(&env->child[i], &line))
			continue;
		if (str_starts(line, S("PATH=")))
			w->search = str_from(line, 5);
		else if (str_starts(line, S("LD_")) &&
			 doubt(w, S("the environment sets "), "", line) < 0)
			return w->op->code;
	}
	if (tree_find(w->t, S("etc/ld.so.preload")) != TREE_NONE)
		return doubt(w, S("there is an /etc/ld.so.preload"), "", S(""));
	return 0;
}

static int walk_from_entries(struct walk *w)
{
	struct doc doc;

	if (w->inv->subject.config_json.len == 0)
		return doubt(w, S("what is started is not known: it is no image"), "", S(""));
	if (json_parse(w->op, S("configuration"), w->inv->subject.config_json, &doc) < 0)
		return w->op->code;
	const struct node *config = node_get(&doc.root, S("config"));
	if (look_at_environment(w, config) < 0 || start_command(w, config) < 0 ||
	    start_health(w, config) < 0)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->reached.n; i++)
		if (follow(w, (uint32_t)i) < 0)
			return w->op->code;
	return w->op->code;
}

/* The way from the entry point to a reached file. */
static int way_to(struct walk *w, uint32_t i, struct texts *ret)
{
	ptrdiff_t n = 0;

	for (uint32_t k = i; k != UINT32_MAX; k = w->reached.p[k].via)
		n++;
	str *way = op_new(w->op, str, n);
	if (!way)
		return w->op->code;
	ret->n = n;
	ret->p = way;
	for (uint32_t k = i; k != UINT32_MAX; k = w->reached.p[k].via)
		way[--n] = path_of(w, w->reached.p[k].node);
	return w->op->code;
}

static bool is_implicit(str path)
{
	str name = str_base_name(path);

	for (size_t i = 0; i < sizeof(implicit) / sizeof(implicit[0]); i++)
		if (str_starts(name, str_of(implicit[i])))
			return true;
	return str_find_str(path, S("/gconv/")) >= 0;
}

/* What is known of a package after looking at all its files. */
struct look {
	VEC(str) path;
	uint32_t reached; /* position plus 1 */
	str implicit;
};

static int look_at_files(struct walk *w, const struct package *p, struct look *l)
{
	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		uint32_t node = tree_find(w->t, p->file[i].path);
		if (node == TREE_NONE || tree_node(w->t, node)->type != TREE_FILE ||
		    !is_elf(w->t, node))
			continue;
		str *path = vec_push(w->op, &l->path);
		if (!path)
			return w->op->code;
		*path = p->file[i].path;
		if (!l->reached)
			l->reached = w->seen[file_of(w->t, node)];
		if (is_implicit(p->file[i].path))
			l->implicit = p->file[i].path;
	}
	return 0;
}

static int answer(struct walk *w, const struct look *l, struct reach_package *r)
{
	r->path = (struct texts){ l->path.p, l->path.n };
	if (l->reached) {
		r->reach = REACH_REACHED;
		if (way_to(w, l->reached - 1, &r->path) < 0)
			return w->op->code;
		str last = r->path.p[r->path.n - 1], first = r->path.p[0];
		return r->path.n == 1 ? op_text(w->op, &r->why, "%.*s is started", STR_ARG(first))
				      : op_text(w->op, &r->why, "%.*s loads %.*s", STR_ARG(first),
						STR_ARG(last));
	}
	if (w->doubt.len) {
		r->why = w->doubt;
		return 0;
	}
	if (l->implicit.len)
		return op_text(w->op, &r->why, "the C library may load %.*s", STR_ARG(l->implicit));
	r->reach = REACH_UNREACHED;
	return op_text(w->op, &r->why,
		       "nothing that %.*s%s loads is of this package, and none of it can load or "
		       "start more",
		       STR_ARG(w->entry.p[0]), w->entry.n > 1 ? " and the others" : "");
}

static int answers(struct walk *w, struct evidence_report *ret)
{
	VEC(struct reach_package) out = { 0 };

	for (ptrdiff_t i = 0; i < w->inv->package_n; i++) {
		struct look l = { 0 };
		if (look_at_files(w, &w->inv->package[i], &l) < 0)
			return w->op->code;
		struct reach_package *r = l.path.n ? vec_push(w->op, &out) : NULL;
		if (l.path.n && !r)
			return w->op->code;
		if (r) {
			r->package = (uint32_t)i;
			if (answer(w, &l, r) < 0)
				return w->op->code;
		}
	}
	ret->package = out.p;
	ret->package_n = out.n;
	return 0;
}

int evidence_make(struct op *op, const struct tree *t, const struct inventory *inv,
		  struct evidence_report *ret)
{
	struct walk w = { .op = op, .t = t, .inv = inv };
	struct evidence_report out = { 0 };

	w.seen = op_new(op, uint32_t, tree_count(t));
	if (!w.seen || index_libraries(&w) < 0 || walk_from_entries(&w) < 0 ||
	    answers(&w, &out) < 0)
		return op->code;
	str *closure = op_new(op, str, w.reached.n);
	if (!closure)
		return op->code;
	for (ptrdiff_t i = 0; i < w.reached.n; i++)
		closure[i] = path_of(&w, w.reached.p[i].node);
	if (w.reached.n)
		qsort(closure, (size_t)w.reached.n, sizeof(*closure), str_qsort);
	out.closure = (struct texts){ closure, w.reached.n };
	out.entry = (struct texts){ w.entry.p, w.entry.n };
	out.doubt = w.doubt;
	if (op->code)
		return op->code;
	*ret = out;
	return 0;
}

static void texts_out(struct json_out *j, const char *key, const struct texts *t)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

int evidence_proof(struct op *op, const struct inventory *inv, const struct evidence_report *e,
		   const struct reach_package *r, str *ret)
{
	struct json_out j;
	struct buf b;

	buf_init(&b, op, LIMIT_DOCUMENT);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair(&j, "package", inv->package[r->package].purl);
	json_pair(&j, "reach", str_of(reaches[r->reach]));
	json_pair(&j, "why", r->why);
	texts_out(&j, r->reach == REACH_REACHED ? "way" : "files", &r->path);
	texts_out(&j, "entry", &e->entry);
	texts_out(&j, "loaded", &e->closure);
	json_object_end(&j);
	return buf_take(&b, ret);
}
