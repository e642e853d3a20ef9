/*
 * Node's lock files in work trees; and npm's package-lock.json (its versions 1, 2, 3) here.
 * Source: docs.npmjs.com package-lock.json.
 *
 * Version 1 nests what a package has in its own node_modules; later ones list all by the directory
 * they go to. Version 1 is read as if it were written so.
 */
#include "node_lock.h"

#include <string.h>

#include "base/limits.h"
#include "model/licence.h"

ptrdiff_t node_lock_at(str name)
{
	ptrdiff_t at = str_find(str_from(name, 1), '@');

	return at < 0 || name.len < 2 ? -1 : at + 1;
}

void node_lock_init(struct node_lock *l, struct reading *r)
{
	lock_graph_init(&l->g, r);
	map_init(&l->by_key, &r->tmp);
}

int node_lock_package(struct node_lock *l, str key, const struct package *p)
{
	uint32_t at;

	if (map_find(&l->by_key, key) >= 0)
		return 0;
	int rc = lock_graph_package(&l->g, p, &at);
	return rc < 0 ? rc : map_put(&l->by_key, key, (void *)(intptr_t)(at + 1));
}

int64_t node_lock_find(const struct node_lock *l, str key)
{
	return (int64_t)(intptr_t)map_get(&l->by_key, key) - 1;
}

struct entry {
	str path; /* "node_modules/a/node_modules/b", "" is the project */
	const struct node *node;
	int64_t package; /* number, or -1 */
};

enum {
	WORK_MAX = 1 << 29, /* real locks take a thousandth of it */
};

struct npm {
	struct node_lock l;
	VEC(struct entry) entry;
	struct map links; /* path of a link: of what it leads to, str */
	uint64_t work;    /* bytes of paths that were looked up */
	bool nested;      /* version 1 */
};

static int add_entry(struct npm *n, str path, const struct node *node)
{
	struct entry *e = vec_push(&n->l.g.r->tmp, &n->entry);

	if (!e)
		return n->l.g.r->tmp.code;
	*e = (struct entry){ path, node, -1 };
	return 0;
}

/* Version 1, whose nesting the JSON reader has bounded: parents stand before their children. */
static int flatten(struct npm *n, const struct node *root)
{
	int rc = add_entry(n, S(""), root);

	n->nested = true;
	for (ptrdiff_t i = 0; i < n->entry.n && rc == 0; i++) {
		struct entry e = n->entry.p[i];
		const struct node *list = node_get(e.node, S("dependencies"));
		for (ptrdiff_t k = 0; list && k < list->n && rc == 0; k++) {
			str path;
			rc = op_text(&n->l.g.r->tmp, &path, "%.*s%snode_modules/%.*s",
				     STR_ARG(e.path), e.path.len ? "/" : "",
				     STR_ARG(list->child[k].key));
			if (rc == 0 && path.len <= LIMIT_PATH)
				rc = add_entry(n, path, &list->child[k]);
		}
	}
	return rc;
}

/* What the directory below the last node_modules says; empty for a workspace. */
static str name_in_path(str path)
{
	static const char modules[] = "node_modules/";
	ptrdiff_t size = (ptrdiff_t)sizeof(modules) - 1, at = path.len - size;

	while (at >= 0 && memcmp(path.p + at, modules, (size_t)size) != 0)
		at--;
	return at < 0 ? S("") : str_from(path, at + size);
}

/* A version may be an alias (npm:NAME@VERSION), or say where it comes from: then there is none, or
 * a commit. */
static void take_version(struct package *p, str *name, str version)
{
	if (str_starts(version, S("npm:"))) {
		version = str_from(version, 4);
		ptrdiff_t at = node_lock_at(version);
		*name = at < 0 ? *name : str_head(version, at);
		version = at < 0 ? version : str_from(version, at + 1);
	}
	if (str_find(version, ':') >= 0 || str_find(version, '/') >= 0) {
		ptrdiff_t hash = str_rfind(version, '#');
		p->download = version;
		version = hash < 0 ? S("") : str_from(version, hash + 1);
	}
	p->version = version;
}

static int read_licence(struct reading *r, const struct node *node, struct package *p)
{
	const struct node *licence = node_get(node, S("license"));
	str text = S("");

	if (!licence || !catalog_wants_licences(r->c))
		return 0;
	if (licence->kind == NODE_LIST && licence->n)
		licence = &licence->child[0];
	if (licence->kind == NODE_MAP)
		text = reading_get(licence, "type");
	else if (!node_text(licence, &text))
		text = S("");
	return licence_expression(&r->tmp, text, &p->licence);
}

static int read_entry(struct npm *n, struct entry *e)
{
	struct reading *r = n->l.g.r;
	struct package p = { .type = PACKAGE_NPM, .development = reading_is(e->node, "dev") };
	str name = reading_get(e->node, "name"), resolved = reading_get(e->node, "resolved");
	int rc = 0;

	if (reading_is(e->node, "link")) {
		str *to = op_new(&r->tmp, str, 1);
		if (!to)
			return r->tmp.code;
		*to = resolved;
		return map_put(&n->links, e->path, to);
	}
	if (!name.len)
		name = name_in_path(e->path);
	take_version(&p, &name, reading_get(e->node, "version"));
	draft_path(&p, name);
	if (resolved.len)
		p.download = resolved;
	if (!p.name.len || !p.version.len)
		return 0;
	rc = draft_integrity(&r->tmp, &p, reading_get(e->node, "integrity"));
	if (rc == 0)
		rc = read_licence(r, e->node, &p);
	if (rc == 0 && reading_is(e->node, "optional"))
		rc = package_fact(&r->tmp, &p.facts, "npm:optional", S("true"));
	if (rc == 0)
		rc = node_lock_package(&n->l, e->path, &p);
	e->package = node_lock_find(&n->l, e->path);
	return rc;
}

/* What `name` is for a package at `path`: in the nearest node_modules upwards. */
static int64_t resolve(struct npm *n, str path, str name)
{
	char out[2 * LIMIT_PATH];

	while (path.len + name.len <= LIMIT_PATH && n->work < WORK_MAX) {
		n->work += (uint64_t)(path.len + name.len);
		char *p = mempcpy(out, path.p, (size_t)path.len);
		p = mempcpy(p, path.len ? "/node_modules/" : "node_modules/", path.len ? 14 : 13);
		p = mempcpy(p, name.p, (size_t)name.len);
		str at = { out, p - out };
		const str *link = map_get(&n->links, at);
		int64_t found = node_lock_find(&n->l, link ? *link : at);
		if (found >= 0 || !path.len)
			return found;
		do
			path = str_dir_name(path);
		while (path.len && (str_eq(str_base_name(path), S("node_modules")) ||
				    str_starts(str_base_name(path), S("@"))));
	}
	return -1;
}

static int add_edges(struct npm *n, const struct entry *e)
{
	static const char *const later[] = { "dependencies", "optionalDependencies",
					     "peerDependencies", "devDependencies" };
	static const char *const first[] = { "requires" };
	size_t lists = n->nested ? 1 : e->path.len && name_in_path(e->path).len ? 3 : 4;
	int rc = 0;

	for (size_t i = 0; i < lists; i++) {
		const struct node *map = node_get(e->node, str_of(n->nested ? first[i] : later[i]));
		for (ptrdiff_t k = 0; map && map->kind == NODE_MAP && k < map->n && rc == 0; k++) {
			int64_t to = resolve(n, e->path, map->child[k].key);
			if (to >= 0)
				rc = lock_graph_edge(&n->l.g, (uint32_t)e->package, (uint32_t)to);
		}
	}
	return rc;
}

int node_lock_npm(struct reading *r)
{
	struct npm n = { 0 };
	const struct node *packages = node_get(&r->doc.root, S("packages"));
	int rc = 0;

	node_lock_init(&n.l, r);
	map_init(&n.links, &r->tmp);
	if (packages && packages->n) {
		for (ptrdiff_t i = 0; i < packages->n && rc == 0; i++)
			rc = add_entry(&n, packages->child[i].key, &packages->child[i]);
	} else {
		rc = flatten(&n, &r->doc.root);
	}
	for (ptrdiff_t i = 0; i < n.entry.n && rc == 0; i++)
		rc = read_entry(&n, &n.entry.p[i]);
	for (ptrdiff_t i = 0; i < n.entry.n && rc == 0; i++)
		rc = n.entry.p[i].package < 0 ? 0 : add_edges(&n, &n.entry.p[i]);
	return rc < 0 ? rc : lock_graph_add(&n.l.g);
}

/* --- all of them --- */

static int read_unpacked(struct reading *r)
{
	r->how = EVIDENCE_METADATA;
	return node_lock_yarn(r);
}

/* .pnp.cjs: Yarn has installed what its lock says, as archives that are never unpacked. */
static int read_pnp(struct op *op, struct catalog *c, const struct found *f)
{
	struct found lock;

	if (!catalog_is_image(c))
		return 0; /* the lock is read in any case */
	int rc = catalog_beside(op, c, f, S("yarn.lock"), &lock);
	return rc != 0 ? (rc < 0 ? rc : 0) : reading_text(op, c, &lock, read_unpacked);
}

static int read_lock(struct op *op, struct catalog *c, const struct found *f)
{
	str name = str_base_name(f->path), path = f->path;

	while (path.p) {
		if (str_eq(str_cut(&path, '/'), S("node_modules")))
			return 0; /* a package's own, which nobody installs by */
	}
	if (str_eq(name, S(".pnp.cjs")))
		return read_pnp(op, c, f);
	if (str_eq(name, S("yarn.lock")))
		return reading_text(op, c, f, node_lock_yarn);
	if (str_eq(name, S("pnpm-lock.yaml")))
		return reading_text(op, c, f, node_lock_pnpm);
	if (str_eq(name, S("bun.lock")))
		return reading_json(op, c, f, node_lock_bun);
	if (str_eq(name, S("deno.lock")))
		return reading_json(op, c, f, node_lock_deno);
	return reading_json(op, c, f, node_lock_npm);
}

const struct cataloger cataloger_node_lock = {
	.name = "node-lock",
	.what = "Node packages in the lock files of npm, Yarn, pnpm, Bun and Deno",
	.wants = { { .glob = "**/package-lock.json", .lock = true },
		   { .glob = "**/npm-shrinkwrap.json", .lock = true },
		   { .glob = "**/yarn.lock", .lock = true },
		   { .glob = "**/pnpm-lock.yaml", .lock = true },
		   { .glob = "**/bun.lock", .lock = true },
		   { .glob = "**/deno.lock", .lock = true },
		   { .glob = "**/.pnp.cjs" } },
	.read = read_lock,
};
