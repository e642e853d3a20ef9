/* What is known of each package of an image, for slim_plan.h. */
#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/at.h"
#include "codec/elf.h"
#include "codec/json.h"
#include "inventory/inventory.h"
#include "oci/image_tree.h"
#include "slim_impl.h"
#include "vex/evidence.h"

enum {
	BATCH = 48,     /* programs that are followed at once: evidence.c takes 64 */
	STRING_MIN = 2, /* bytes of a text in a program that may name another */
	STRING_MAX = 64,
};

/* Where an interpreter looks for modules. */
static const struct {
	const char *interpreter, *modules;
} modules[] = {
	{ "node", "usr/share/nodejs/**" },
	{ "node", "usr/lib/node_modules/**" },
	{ "perl", "usr/share/perl*/**" },
	{ "perl", "usr/lib/*/perl*/**" },
	{ "php", "usr/share/php/**" },
	{ "python", "usr/lib/python3*/**" },
	{ "python", "usr/local/lib/python3*/**" },
	{ "ruby", "usr/lib/ruby/**" },
	{ "ruby", "usr/share/rubygems-integration/**" },
	{ "ruby", "var/lib/gems/**" },
};

struct looker {
	struct op *op;
	struct patch_image *m;
	const struct tree *t;
	struct slim_start start;
	struct slim_facts *out;
	struct map reached; /* path -> str: how it is loaded */
	struct map tool;    /* name or path of a program -> struct slim_package */
	str doubt;
};

/* The image's configuration with these programs as its entry point. */
static int config_of(struct looker *l, const struct image_config *config, ptrdiff_t from, str *ret)
{
	struct json_out j;
	struct buf b;

	buf_init(&b, l->op, LIMIT_CONFIG);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_key(&j, S("config"));
	json_object(&j);
	json_key(&j, S("Env"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < config->env.n; i++)
		json_text(&j, config->env.p[i]);
	json_array_end(&j);
	json_key(&j, S("Entrypoint"));
	json_array(&j);
	for (ptrdiff_t i = from; i < l->start.program.n && i < from + BATCH; i++) {
		str path;
		if (op_text(l->op, &path, "/%.*s", STR_ARG(l->start.program.p[i])) < 0)
			return l->op->code;
		json_text(&j, path);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_object_end(&j);
	return buf_take(&b, ret);
}

static int note_reached(struct looker *l, str path, str why)
{
	str *value = map_get(&l->reached, path) ? NULL : op_new(l->op, str, 1);

	if (!value)
		return l->op->code;
	*value = why;
	return map_put(&l->reached, path, value);
}

/* What the evidence says of a package: of each of its reached files, or of what may be loaded. */
static int take_evidence(struct looker *l, const struct inventory *inv,
			 const struct evidence_report *e)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < e->package_n; i++) {
		const struct reach_package *r = &e->package[i];
		if (inv->package[r->package].type != PACKAGE_DEB)
			continue;
		if (r->reach == REACH_REACHED)
			rc = note_reached(l, r->path.p[r->path.n - 1], r->why);
		for (ptrdiff_t k = 0; r->reach == REACH_CANNOT_TELL && !e->doubt.len && k < l->m->n;
		     k++)
			if (str_eq(l->m->installed[k].name, inv->package[r->package].name))
				l->out->package[k].implicit = r->why;
	}
	for (ptrdiff_t i = 0; rc == 0 && i < e->closure.n; i++)
		rc = note_reached(l, e->closure.p[i], S(""));
	return rc;
}

static int look_at_starts(struct looker *l, struct inventory *inv, const struct tests *tests,
			  ptrdiff_t tests_n)
{
	const struct image_config *config = &l->m->image.config;
	int rc;

	l->start.op = l->op;
	l->start.t = l->t;
	if ((rc = slim_start(&l->start, config, tests, tests_n)) < 0)
		return rc;
	l->doubt = l->start.doubt;
	if (!l->start.program.n && !l->doubt.len)
		l->doubt = S("nothing that is started is a program that can be followed");
	for (ptrdiff_t i = 0; rc == 0 && i < l->start.program.n; i += BATCH) {
		struct evidence_report e;
		rc = config_of(l, config, i, &inv->subject.config_json);
		if (rc == 0)
			rc = evidence_make(l->op, l->t, inv, &e);
		if (rc == 0)
			rc = take_evidence(l, inv, &e);
		if (rc == 0 && !l->doubt.len)
			l->doubt = e.doubt;
	}
	l->out->entry = (struct texts){ l->start.entry.p, l->start.entry.n };
	return rc;
}

/* Files of packages. */

static bool is_program_place(str dir)
{
	str base = str_base_name(dir);

	return str_eq(base, S("bin")) || str_eq(base, S("sbin")) || str_eq(base, S("games"));
}

/* A directory that the loader looks through: lib, usr/lib64, usr/lib/x86_64-linux-gnu. */
static bool is_library_place(str dir)
{
	if (str_starts(dir, S("usr/")))
		dir = str_from(dir, 4);
	if (str_starts(dir, S("local/")))
		dir = str_from(dir, 6);
	str first = str_cut(&dir, '/');
	return str_starts(first, S("lib")) &&
	       (!dir.len || (str_find(dir, '/') < 0 && str_find_str(dir, S("-linux-gnu")) >= 0));
}

static int add_text(struct op *op, struct texts *list, ptrdiff_t *cap, str text)
{
	ptrdiff_t n = list->n;
	str *p = list->p;

	for (ptrdiff_t i = 0; i < n; i++)
		if (str_eq(p[i], text))
			return 0;
	if (!vec_grow(op, (void **)&p, &n, cap, sizeof(str)))
		return op->code;
	p[n - 1] = text;
	*list = (struct texts){ p, n };
	return 0;
}

static int needs_of(struct looker *l, uint32_t node, struct texts *list, ptrdiff_t *cap)
{
	struct elf e = { 0 };
	struct at at;
	int rc = tree_at(l->op, l->t, node, &at);

	if (rc == 0)
		rc = elf_read(l->op, &at, &e);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT) { /* the loader could not load it either */
		op_forgive(l->op);
		return 0;
	}
	for (ptrdiff_t i = 0; rc == 0 && i < e.needed_n; i++) {
		str name; /* e's may be the tree's own memory */
		rc = op_copy(l->op, str_base_name(e.needed[i]), &name);
		if (rc == 0)
			rc = add_text(l->op, list, cap, name);
	}
	return rc < 0 ? rc : 0;
}

static bool has_file(const struct tree_node *n)
{
	return (n->type == TREE_FILE || n->type == TREE_SYMLINK) && !tree_is_gone(n);
}

struct room { /* of a package's lists */
	ptrdiff_t libraries, needs;
};

static int look_at_elf(struct looker *l, struct slim_package *p, str path, uint32_t node,
		       struct room *room)
{
	str name = str_base_name(path), dir = str_dir_name(path);
	bool library = str_find_str(name, S(".so")) >= 0;
	int rc = 0;

	p->code = true;
	if (!library || is_program_place(dir))
		p->programs |= (tree_node(l->t, node)->mode & 0111) != 0;
	else if (!is_library_place(dir))
		p->plugins = true;
	if (library)
		rc = add_text(l->op, &p->libraries, &room->libraries, name);
	return rc < 0 ? rc : needs_of(l, node, &p->needs, &room->needs);
}

static void look_for_modules(struct looker *l, struct slim_package *p, str path)
{
	for (size_t i = 0; !p->modules.len && i < sizeof(modules) / sizeof(modules[0]); i++)
		for (ptrdiff_t k = 0; k < l->start.program.n; k++)
			if (str_starts(str_base_name(l->start.program.p[k]),
				       str_of(modules[i].interpreter)) &&
			    glob_match(str_of(modules[i].modules), path)) {
				(void)(op_text(l->op, &p->modules,
					       "/%.*s is where /%.*s looks for modules",
					       STR_ARG(path), STR_ARG(l->start.program.p[k])) < 0);
				return;
			}
}

/* Names by which a tool's programs may be called. */
static int index_tool(struct looker *l, struct slim_package *p, str path)
{
	str whole;

	if (!is_program_place(str_dir_name(path)))
		return 0;
	if (op_text(l->op, &whole, "/%.*s", STR_ARG(path)) < 0 || map_put(&l->tool, whole, p) < 0)
		return l->op->code;
	if (str_starts(path, S("usr/")) && map_put(&l->tool, str_from(whole, 4), p) < 0)
		return l->op->code;
	return map_put(&l->tool, str_base_name(path), p);
}

static int look_at_file(struct looker *l, ptrdiff_t i, str path, struct room *room)
{
	struct slim_package *p = &l->out->package[i];
	uint32_t node = tree_find_link(l->t, path);
	const struct tree_node *n = node == TREE_NONE ? NULL : tree_node(l->t, node);
	const struct patch_owner *o = map_get(&l->m->owner, path);
	const str *how;
	int rc = 0;

	if (!n || !has_file(n))
		return 0;
	if (o && !o->next) {
		l->out->files[i]++;
		l->out->bytes[i] += n->type == TREE_FILE && n->link == TREE_NONE ? n->size : 0;
	}
	how = map_get(&l->reached, path);
	if (how && how->len)
		p->reached = *how;
	else if (how && !p->reached.len)
		rc = op_text(l->op, &p->reached, "/%.*s is loaded", STR_ARG(path));
	if (rc == 0 && (how = map_get(&l->start.passed, path)) && !p->named.len)
		p->named = *how;
	look_for_modules(l, p, path);
	if (rc == 0 && slim_tool(p->name, p->section))
		rc = index_tool(l, p, path);
	if (rc < 0)
		return rc;
	if (n->type == TREE_SYMLINK)
		return str_find_str(str_base_name(path), S(".so")) < 0
			       ? 0
			       : add_text(l->op, &p->libraries, &room->libraries,
					  str_base_name(path));
	if (n->probe & PROBE_ELF)
		return look_at_elf(l, p, path, node, room);
	p->programs |= (n->mode & 0111) && is_program_place(str_dir_name(path));
	p->code |= p->programs;
	return 0;
}

static int look_at_package(struct looker *l, ptrdiff_t i)
{
	const struct patch_installed *in = &l->m->installed[i];
	const struct patch_record *r = &l->m->record[i];
	struct slim_package *p = &l->out->package[i];
	struct room room = { 0 };
	int rc = op_text(l->op, &p->depends, "%.*s%s%.*s", STR_ARG(in->pre_depends),
			 in->pre_depends.len && in->depends.len ? ", " : "", STR_ARG(in->depends));

	p->name = in->name;
	p->section = deb822_get(&r->stanza, "Section");
	p->recommends = deb822_get(&r->stanza, "Recommends");
	p->provides = in->provides;
	for (ptrdiff_t k = 0; rc == 0 && k < r->list.n; k++)
		rc = look_at_file(l, i, r->list.p[k], &room);
	return rc < 0 ? rc : l->op->code;
}

/* Programs and libraries that no package has. */
static int look_at_rest(struct looker *l)
{
	SCRATCH char path[LIMIT_PATH + 1];
	ptrdiff_t cap = 0;
	int rc = 0;

	for (uint32_t i = 1; rc == 0 && i < tree_count(l->t); i++) {
		const struct tree_node *n = tree_node(l->t, i);
		if (tree_is_gone(n) || n->type != TREE_FILE || n->link != TREE_NONE)
			continue;
		l->out->bytes_all += n->size;
		if ((n->probe & PROBE_ELF) && !map_get(&l->m->owner, tree_path(l->t, i, path)))
			rc = needs_of(l, i, &l->out->needs, &cap);
	}
	return rc;
}

/* Which tools are named. */

static int name_tool(struct looker *l, str word, str by)
{
	struct slim_package *p = map_get(&l->tool, word);

	if (!p || p->named.len)
		return 0;
	return op_text(l->op, &p->named, "%.*s%.*s names %.*s", by.len && by.p[0] != '/' ? 1 : 0,
		       "/", STR_ARG(by), STR_ARG(word));
}

static int name_strings(struct looker *l, str path)
{
	uint32_t node = tree_find(l->t, path);
	AUTO_OP own;
	struct at at;
	str bytes;

	op_init(&own, l->op->ceiling);
	own.fault = l->op->fault;
	if (node == TREE_NONE || !l->tool.n)
		return 0;
	if (tree_at(&own, l->t, node, &at) < 0 || at_all(&own, &at, LIMIT_CAPTURE, &bytes) < 0)
		return own.code == ERR_LIMIT ? 0 : op_adopt_error(l->op, &own);
	for (ptrdiff_t i = 0, from; i < bytes.len; i++) {
		for (from = i; i < bytes.len && bytes.p[i] > ' ' && bytes.p[i] < 0x7f; i++)
			;
		if (i - from < STRING_MIN || i - from > STRING_MAX)
			continue;
		if (name_tool(l, (str){ bytes.p + from, i - from }, path) < 0)
			return l->op->code;
	}
	return 0;
}

/* The C library holds the names of databases that are programs' names too, and starts nothing. */
static bool is_c_library(str path)
{
	str name = str_base_name(path);

	return str_starts(name, S("libc.so")) || str_starts(name, S("ld-"));
}

static int name_tools(struct looker *l)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->start.word.n; i++) {
		const str *why = l->start.word.item[i].value;
		struct slim_package *p = map_get(&l->tool, l->start.word.item[i].key);
		if (p && !p->named.len)
			p->named = *why;
	}
	for (ptrdiff_t i = 0; rc == 0 && l->doubt.len && i < l->reached.n; i++)
		if (!is_c_library(l->reached.item[i].key))
			rc = name_strings(l, l->reached.item[i].key);
	return rc;
}

static int look(struct looker *l, struct inventory *inv, const struct tests *tests,
		ptrdiff_t tests_n)
{
	struct slim_facts *out = l->out;
	int rc;

	out->package = op_new(l->op, struct slim_package, l->m->n);
	out->bytes = op_new(l->op, uint64_t, l->m->n);
	out->files = op_new(l->op, uint64_t, l->m->n);
	if (!out->package || !out->bytes || !out->files)
		return l->op->code;
	map_init(&l->reached, l->op);
	map_init(&l->tool, l->op);
	if ((rc = look_at_starts(l, inv, tests, tests_n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc == 0 && i < l->m->n; i++)
		rc = look_at_package(l, i);
	if (rc < 0 || (rc = look_at_rest(l)) < 0 || (rc = name_tools(l)) < 0)
		return rc;
	out->doubt = l->doubt;
	return 0;
}

int slim_look(struct op *op, struct patch_image *m, const struct tests *tests, ptrdiff_t tests_n,
	      struct slim_facts *ret)
{
	struct inventory_wish wish = { .image = true, .programs = true };
	struct slim_facts out = { 0 };
	AUTO_IMAGE_LAYERS layers = { 0 };
	AUTO_TREE *t = NULL;
	struct looker l = { .op = op, .m = m, .out = &out };
	struct inventory inv = { 0 };
	struct tree_wish ask;
	int rc = image_layers_open(op, m->store, &m->image, &layers);

	if (rc < 0 || (rc = inventory_interest(op, &wish, &ask)) < 0 ||
	    (rc = tree_of_layers(op, layers.layer, layers.n, &ask, &t)) < 0 ||
	    (rc = inventory_make(op, t, &wish, &inv)) < 0)
		return rc;
	l.t = t;
	if ((rc = look(&l, &inv, tests, tests_n)) == 0)
		*ret = out;
	return rc;
}

/* Every name that an ELF file of the image needs, with one that does, and every name there is. */
static int libraries_of(struct op *op, const struct store *store, const struct image *image,
			struct map *needed, struct map *there)
{
	const struct inventory_wish wish = { .image = true, .programs = true };
	AUTO_IMAGE_LAYERS layers = { 0 };
	AUTO_TREE *t = NULL;
	SCRATCH char path[LIMIT_PATH + 1];
	struct tree_wish ask;
	int rc = image_layers_open(op, store, image, &layers);

	if (rc < 0 || (rc = inventory_interest(op, &wish, &ask)) < 0 ||
	    (rc = tree_of_layers(op, layers.layer, layers.n, &ask, &t)) < 0)
		return rc;
	struct looker l = { .op = op, .t = t };
	for (uint32_t i = 1; rc == 0 && i < tree_count(t); i++) {
		const struct tree_node *n = tree_node(t, i);
		struct texts needs = { 0 };
		ptrdiff_t cap = 0;
		str name, *by;
		if (tree_is_gone(n) || (n->type != TREE_FILE && n->type != TREE_SYMLINK))
			continue;
		if (n->type == TREE_SYMLINK && tree_find(t, tree_path(t, i, path)) == TREE_NONE)
			continue;
		rc = op_copy(op, tree_name(t, i), &name);
		if (rc == 0)
			rc = map_put(there, name, op);
		if (rc == 0 && (n->probe & PROBE_ELF) && n->link == TREE_NONE)
			rc = needs_of(&l, i, &needs, &cap);
		for (ptrdiff_t k = 0; rc == 0 && k < needs.n; k++)
			if (!map_get(needed, needs.p[k])) {
				if (!(by = op_new(op, str, 1)))
					return op->code;
				rc = op_copy(op, tree_path(t, i, path), by);
				if (rc == 0)
					rc = map_put(needed, needs.p[k], by);
			}
	}
	return rc;
}

int slim_prove(struct op *op, const struct store *store, const struct image *was,
	       const struct image *made, str *ret_failed)
{
	struct map needed_was, there_was, needed, there;
	int rc;

	map_init(&needed_was, op);
	map_init(&there_was, op);
	map_init(&needed, op);
	map_init(&there, op);
	if ((rc = libraries_of(op, store, was, &needed_was, &there_was)) < 0 ||
	    (rc = libraries_of(op, store, made, &needed, &there)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < needed.n; i++) {
		str name = needed.item[i].key;
		const str *by = needed.item[i].value;
		if (map_get(&there_was, name) && !map_get(&there, name))
			return op_text(op, ret_failed, "/%.*s needs %.*s, which would be gone",
				       STR_ARG(*by), STR_ARG(name));
	}
	return 0;
}
