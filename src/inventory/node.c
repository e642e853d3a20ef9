/*
 * Node's packages by the package.json of each, and what npm says of them in
 * node_modules/.package-lock.json. Source: docs.npmjs.com package.json and folders; nodejs.org
 * "Loading from node_modules folders".
 *
 * Any directory may have a package.json, most are no packages. So: (1) what lies directly below a
 * node_modules (a scope, or the store of pnpm or npm between) that belongs to the tree's root or to
 * such a package is installed, and so is what .package-lock.json lists; (2) one outside of all
 * node_modules that has a node_modules or a lock beside it is a project that was installed; (3) any
 * other with a name and version (packages vendored into others, fixtures of tests) is told as
 * declared, but not one within a package that is private, so was never published; (4) extensions of
 * editors and of Unity are none, unless they are installed.
 *
 * All are added at the end: what a package needs depends on where its neighbours are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "model/licence.h"

#include "reading.h"

enum place {
	PLACE_ROOT,      /* outside of all node_modules */
	PLACE_MODULES,   /* in one */
	PLACE_SCOPE,     /* in a scope in one */
	PLACE_STORE,     /* in the store in one: node_modules/.pnpm */
	PLACE_STORED,    /* in a part of the store, which has a node_modules */
	PLACE_INSTALLED, /* a package's directory */
	PLACE_INSIDE,    /* somewhere within a package */
};

struct hint { /* of a package, by .package-lock.json; aliases the state's op */
	str resolved, integrity;
	bool dev, optional;
};

struct seat;

struct held { /* a package that is added at the end; its needs are names until then */
	struct package p;
	struct found f;
	str dir;
	enum evidence_how how;
	ptrdiff_t required; /* of its needs: the first ones, told even if they are not there */
};

struct state {
	VEC(struct held) held;
	struct seat *at;  /* at the end: [held.n], sorted */
	struct map hints; /* directory: struct hint */
	uint64_t steps;   /* upwards, of all needs so far */
};

enum {
	STEPS_MAX = 20 * 1000 * 1000, /* real trees take ten a package */
};

static int open_state(struct op *op, struct catalog *c)
{
	struct state *s = op_new(op, struct state, 1);

	if (!s)
		return op->code;
	map_init(&s->hints, op);
	*catalog_state(c) = s;
	return 0;
}

/* Is it a directory that Debian's node looks into? usr/share/nodejs, usr/lib/ARCH/nodejs */
static bool is_nodejs(str dir)
{
	str up = str_dir_name(dir);

	return str_eq(str_base_name(dir), S("nodejs")) &&
	       (str_eq(up, S("usr/share")) || str_eq(up, S("usr/lib")) ||
		str_eq(str_dir_name(up), S("usr/lib")));
}

static enum place step_in(enum place at, str name, str dir, bool *fixture)
{
	if (str_eq(name, S("node_modules"))) {
		*fixture |= at == PLACE_INSIDE;
		return PLACE_MODULES;
	}
	switch (at) {
	case PLACE_ROOT:
		return is_nodejs(dir) ? PLACE_MODULES : PLACE_ROOT;
	case PLACE_MODULES:
		return *name.p == '@'   ? PLACE_SCOPE
		       : *name.p == '.' ? PLACE_STORE
					: PLACE_INSTALLED;
	case PLACE_SCOPE:
		return PLACE_INSTALLED;
	case PLACE_STORE:
		return PLACE_STORED;
	default:
		return PLACE_INSIDE;
	}
}

/* Where a directory is; a node_modules in the midst of a package is a fixture of its tests. */
static enum place place_of(str dir)
{
	enum place at = PLACE_ROOT;
	bool fixture = false;
	str rest = dir;

	while (rest.p) {
		str name = str_cut(&rest, '/');
		str so_far = { dir.p, rest.p ? rest.p - dir.p - 1 : dir.len };
		if (name.len)
			at = step_in(at, name, so_far, &fixture);
	}
	return fixture ? PLACE_INSIDE : at;
}

/* Whatever npm lets nobody publish is a template: "<%= name %>", "{{name}}". */
static bool is_name(str name)
{
	if (!name.len || name.len > LIMIT_NAME)
		return false;
	for (ptrdiff_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.p[i] | 0x20;
		if (!(c >= 'a' && c <= 'z') && !(name.p[i] >= '0' && name.p[i] <= '9') &&
		    !memchr("._~-!'()*@/", name.p[i], 11))
			return false;
	}
	return true;
}

/* "v1.2.3" and "=1.2.3" are 1.2.3. */
static str clean_version(str version)
{
	version = str_trim(version);
	while (version.len && (*version.p == 'v' || *version.p == '='))
		version = str_trim(str_from(version, 1));
	return version;
}

/* A text, or the text under one of two keys of a mapping. */
static str text_or(const struct node *node, const char *key, const char *other)
{
	str text = S("");

	if (!node || node->kind != NODE_MAP)
		return node && node_text(node, &text) ? text : S("");
	text = reading_get(node, key);
	return text.len ? text : reading_get(node, other);
}

/* "licenses" of old was a list, of which one may choose. */
static int read_licence(struct reading *r, struct package *p)
{
	const struct node *root = &r->doc.root, *one = node_get(root, S("license"));
	const struct node *many = node_get(root, S("licenses"));
	const struct node *list = one && one->kind == NODE_LIST ? one : many;
	struct buf b;
	str text = text_or(one, "type", "name");

	if (!catalog_wants_licences(r->c))
		return 0;
	if (!text.len)
		text = text_or(many, "type", "name");
	buf_init(&b, &r->tmp, 1 << 16);
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && !text.len; i++) {
		str name = text_or(&list->child[i], "type", "name");
		if (b.len && name.len)
			buf_add(&b, S(" OR "));
		buf_add(&b, name);
	}
	int rc = text.len ? 0 : buf_take(&b, &text);
	return rc < 0 ? rc : licence_expression(&r->tmp, text, &p->licence);
}

/* "Name <mail> (page)", as it is or as a mapping. */
static int read_author(struct reading *r, struct package *p)
{
	const struct node *node = node_get(&r->doc.root, S("author"));
	str name = text_or(node, "name", "email"), mail, page;

	p->author = name;
	if (!node || node->kind != NODE_MAP)
		return 0;
	mail = reading_get(node, "email");
	page = reading_get(node, "url");
	bool has_mail = mail.len && !str_eq(mail, name);
	return op_text(&r->tmp, &p->author, "%.*s%s%.*s%s%s%.*s%s", STR_ARG(name),
		       has_mail ? " <" : "", STR_ARG(has_mail ? mail : S("")), has_mail ? ">" : "",
		       page.len ? " (" : "", STR_ARG(page), page.len ? ")" : "");
}

static int read_repository(struct reading *r, struct package *p)
{
	str url = text_or(node_get(&r->doc.root, S("repository")), "url", "web");
	ptrdiff_t slash = str_find(url, '/');

	p->vcs = url;
	if (str_starts(url, S("github:")))
		url = str_from(url, 7);
	else if (str_find(url, ':') >= 0 || slash <= 0 || slash != str_rfind(url, '/'))
		return 0;
	return op_text(&r->tmp, &p->vcs, "https://github.com/%.*s", STR_ARG(url));
}

/* Names of what a list of it depends on, behind what is there. */
static int read_needs(struct reading *r, struct package *p, const char *key)
{
	const struct node *map = node_get(&r->doc.root, str_of(key));
	int rc = 0;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++) {
		if (is_name(map->child[i].key))
			rc = draft_text(&r->tmp, &p->needs, map->child[i].key);
	}
	return rc;
}

static int read_fields(struct reading *r, struct package *p, ptrdiff_t *ret_required)
{
	const struct node *root = &r->doc.root;
	int rc = read_licence(r, p);

	p->description = reading_get(root, "description");
	p->homepage = reading_get(root, "homepage");
	p->download = reading_get(root, "_resolved");
	if (rc == 0)
		rc = read_author(r, p);
	if (rc == 0)
		rc = read_repository(r, p);
	if (rc == 0)
		rc = draft_integrity(&r->tmp, p, reading_get(root, "_integrity"));
	if (rc == 0)
		rc = read_needs(r, p, "dependencies");
	*ret_required = p->needs.n;
	if (rc == 0)
		rc = read_needs(r, p, "optionalDependencies");
	if (rc == 0)
		rc = read_needs(r, p, "peerDependencies");
	if (rc == 0 && reading_is(root, "private"))
		rc = package_fact(&r->tmp, &p->facts, "npm:private", S("true"));
	return rc;
}

/* Rule 4. */
static bool is_extension(const struct node *root)
{
	return node_get(node_get(root, S("engines")), S("vscode")) || node_get(root, S("unity"));
}

/* Rule 2: does something beside it say that it was installed? */
static bool is_project(struct reading *r, str dir)
{
	static const char *const beside[] = { "node_modules",        "package-lock.json",
					      "npm-shrinkwrap.json", "yarn.lock",
					      "pnpm-lock.yaml",      "bun.lock" };
	const struct tree *t = catalog_tree(r->c);
	uint32_t at = tree_find(t, dir);

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]) && at != TREE_NONE; i++) {
		if (tree_find_from(t, at, str_of(beside[i]), false) != TREE_NONE)
			return true;
	}
	return false;
}

static int hold(struct reading *r, const struct package *p, enum evidence_how how,
		ptrdiff_t required)
{
	struct state *s = *catalog_state(r->c);
	struct held *held = vec_push(r->op, &s->held);

	if (!held)
		return r->op->code;
	*held = (struct held){ .f = *r->f, .how = how, .required = required };
	int rc = draft_keep(r->op, p, &held->p);
	if (rc == 0)
		rc = op_copy(r->op, r->f->path, &held->f.path);
	if (rc < 0)
		return rc;
	held->dir = str_dir_name(held->f.path);
	return 0;
}

static int read_package(struct reading *r)
{
	const struct node *root = &r->doc.root;
	str name = str_trim(reading_get(root, "name")), dir = str_dir_name(r->f->path);
	struct package p = { .type = PACKAGE_NPM,
			     .version = clean_version(reading_get(root, "version")) };
	enum place place = place_of(dir);
	ptrdiff_t required = 0;

	draft_path(&p, name);
	if (!is_name(name) || !p.name.len || !p.version.len)
		return 0;
	bool inside = place != PLACE_INSTALLED && place != PLACE_ROOT;
	if ((place != PLACE_INSTALLED && is_extension(root)) ||
	    (inside && reading_is(root, "private")))
		return 0;
	bool is_there = place == PLACE_INSTALLED || (place == PLACE_ROOT && is_project(r, dir));
	int rc = read_fields(r, &p, &required);
	return rc < 0 ? rc
		      : hold(r, &p, is_there ? EVIDENCE_METADATA : EVIDENCE_DECLARED, required);
}

/* X/node_modules/.package-lock.json: its paths are relative to X. */
static int read_hints(struct reading *r)
{
	const struct node *map = node_get(&r->doc.root, S("packages"));
	struct state *s = *catalog_state(r->c);
	str top = str_dir_name(str_dir_name(r->f->path));

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		const struct node *node = &map->child[i];
		struct hint *hint = op_new(r->op, struct hint, 1);
		str dir;
		if (!hint ||
		    op_text(r->op, &dir, "%.*s%s%.*s", STR_ARG(top), top.len ? "/" : "",
			    STR_ARG(node->key)) < 0 ||
		    op_copy(r->op, reading_get(node, "resolved"), &hint->resolved) < 0 ||
		    op_copy(r->op, reading_get(node, "integrity"), &hint->integrity) < 0)
			return r->op->code;
		hint->dev = reading_is(node, "dev");
		hint->optional = reading_is(node, "optional");
		int rc = map_put(&s->hints, dir, hint);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_node(struct op *op, struct catalog *c, const struct found *f)
{
	if (str_eq(str_base_name(f->path), S(".package-lock.json")))
		return reading_json(op, c, f, read_hints);
	if (f->size == 0)
		return 0;
	if (f->size > LIMIT_DOCUMENT)
		return op_fail(op, ERR_LIMIT, "%.*s: larger than any package.json",
			       STR_ARG(f->path));
	int rc = reading_json(op, c, f, read_package);
	if (rc == ERR_FORMAT && place_of(str_dir_name(f->path)) != PLACE_INSTALLED) {
		op_forgive(op); /* fixtures are broken on purpose */
		rc = 0;
	}
	return rc;
}

/* --- at the end --- */

/* Where packages are, in order of their directories' nodes. */
struct seat {
	uint32_t dir;
	uint32_t held;
};

static int by_dir(const void *a, const void *b)
{
	uint32_t x = ((const struct seat *)a)->dir, y = ((const struct seat *)b)->dir;

	return x < y ? -1 : x > y;
}

/* The package in a directory, or NULL. */
static const struct held *held_in(const struct state *s, uint32_t dir)
{
	struct seat key = { dir, 0 };
	const struct seat *at =
		s->held.n ? bsearch(&key, s->at, (size_t)s->held.n, sizeof(key), by_dir) : NULL;

	return at ? &s->held.p[at->held] : NULL;
}

/* What `name` is for a package in dir: the nearest node_modules upwards that has it, links
 * followed. */
static const struct held *resolve(struct state *s, const struct tree *t, uint32_t dir, str name)
{
	char path[LIMIT_PATH + 1];

	for (uint32_t at = dir; s->steps++ < STEPS_MAX; at = tree_node(t, at)->parent) {
		str own = tree_name(t, at);
		bool modules = str_eq(own, S("node_modules")) ||
			       (str_eq(own, S("nodejs")) && is_nodejs(tree_path(t, at, path)));
		uint32_t in = modules ? at : tree_find_from(t, at, S("node_modules"), true);
		uint32_t there = in == TREE_NONE ? in : tree_find_from(t, in, name, true);
		const struct held *held = there == TREE_NONE ? NULL : held_in(s, there);
		if (held || at == 0)
			return held;
	}
	return NULL;
}

/* Names become NAME@VERSION of what is there; of what is not there only the required are told. */
static int resolve_needs(struct op *op, struct state *s, const struct tree *t, struct held *held)
{
	struct texts names = held->p.needs;

	held->p.needs = (struct texts){ 0 };
	for (ptrdiff_t i = 0; i < names.n; i++) {
		uint32_t dir = tree_node(t, held->f.node)->parent;
		const struct held *to = resolve(s, t, dir, names.p[i]);
		str name = names.p[i], version = S("");
		int rc = 0;
		if (to == held || (!to && i >= held->required))
			continue;
		if (to) {
			version = to->p.version;
			name = to->p.name;
			if (to->p.ns.len)
				rc = op_text(op, &name, "%.*s/%.*s", STR_ARG(to->p.ns),
					     STR_ARG(to->p.name));
		}
		if (rc == 0)
			rc = draft_need(op, &held->p, name, version);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int apply_hint(struct op *op, const struct hint *hint, struct held *held)
{
	held->how = EVIDENCE_METADATA;
	held->p.development = hint->dev;
	if (hint->resolved.len)
		held->p.download = hint->resolved;
	int rc = held->p.checksum.n ? 0 : draft_integrity(op, &held->p, hint->integrity);
	if (rc == 0 && hint->optional)
		rc = package_fact(op, &held->p.facts, "npm:optional", S("true"));
	return rc;
}

static int sort_held(struct op *op, struct state *s, const struct tree *t)
{
	s->at = op_new(op, struct seat, s->held.n);
	if (!s->at)
		return op->code;
	for (ptrdiff_t i = 0; i < s->held.n; i++)
		s->at[i] = (struct seat){ tree_node(t, s->held.p[i].f.node)->parent, (uint32_t)i };
	if (s->held.n)
		qsort(s->at, (size_t)s->held.n, sizeof(*s->at), by_dir);
	return 0;
}

static int add_held(struct op *op, struct catalog *c)
{
	struct state *s = *catalog_state(c);
	int rc = sort_held(op, s, catalog_tree(c));

	for (ptrdiff_t i = 0; i < s->held.n && rc == 0; i++) {
		struct held *held = &s->held.p[i];
		const struct hint *hint = map_get(&s->hints, held->dir);
		if (hint)
			rc = apply_hint(op, hint, held);
		if (rc == 0 && held->how != EVIDENCE_DECLARED)
			rc = resolve_needs(op, s, catalog_tree(c), held);
		if (rc == 0)
			rc = catalog_add(op, c, &held->f, held->how, &held->p, NULL);
	}
	return rc;
}

const struct cataloger cataloger_node = {
	.name = "node",
	.what = "Node packages, by their package.json",
	.wants = { { .glob = "**/package.json" },
		   { .glob = "**/node_modules/.package-lock.json" } },
	.read = read_node,
	.begin = open_state,
	.end = add_held,
};
