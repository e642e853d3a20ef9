/*
 * PHP: what Composer has installed (vendor/composer/installed.json, its versions 1 and 2) or locked
 * (composer.lock), and PEAR's registry. Source: getcomposer.org "composer.json"; pear's
 * PEAR_Registry.
 */
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "model/licence.h"

#include "lock_graph.h"

struct composer {
	struct lock_graph g;
	struct map by_name;            /* what they are, replace and provide: number + 1 */
	VEC(const struct node *) node; /* of each package */
};

/* A text, or several of which one may be chosen. */
static int read_licence(struct reading *r, const struct node *node, struct package *p)
{
	struct buf b;
	str text = S("");

	if (!node || !catalog_wants_licences(r->c))
		return 0;
	buf_init(&b, &r->tmp, 1 << 16);
	if (node_text(node, &text))
		buf_add(&b, text);
	for (ptrdiff_t i = 0; node->kind == NODE_LIST && i < node->n; i++) {
		if (i)
			buf_add(&b, S(" OR "));
		if (node_text(&node->child[i], &text))
			buf_add(&b, text);
	}
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : licence_expression(&r->tmp, text, &p->licence);
}

static int read_authors(struct reading *r, const struct node *list, struct package *p)
{
	struct buf b;

	buf_init(&b, &r->tmp, 1 << 16);
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		str name = reading_get(&list->child[i], "name");
		if (b.len && name.len)
			buf_add(&b, S(", "));
		buf_add(&b, name);
	}
	return buf_take(&b, &p->author);
}

static int name_it(struct composer *c, str name, uint32_t at)
{
	if (!name.len || map_find(&c->by_name, name) >= 0)
		return 0;
	return map_put(&c->by_name, name, (void *)((intptr_t)at + 1));
}

/* What it stands for, under "replace" or "provide". */
static int read_provides(struct composer *c, const struct node *node, const char *key, uint32_t at)
{
	const struct node *map = node_get(node, str_of(key));
	int rc = 0;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++) {
		rc = draft_text(&c->g.r->tmp, &c->g.package.p[at].provides, map->child[i].key);
		if (rc == 0)
			rc = name_it(c, map->child[i].key, at);
	}
	return rc;
}

static int read_package(struct composer *c, const struct node *node, bool dev)
{
	struct reading *r = c->g.r;
	const struct node *dist = node_get(node, S("dist"));
	struct package p = { .type = PACKAGE_COMPOSER,
			     .version = reading_get(node, "version"),
			     .homepage = reading_get(node, "homepage"),
			     .description = reading_get(node, "description"),
			     .download = reading_get(dist, "url"),
			     .vcs = reading_get(node_get(node, S("source")), "url"),
			     .development = dev };
	str name = reading_get(node, "name");
	uint32_t at;

	draft_path(&p, name);
	if (!p.ns.len || !p.name.len || !p.version.len)
		return 0;
	int rc = read_licence(r, node_get(node, S("license")), &p);
	if (rc == 0)
		rc = read_authors(r, node_get(node, S("authors")), &p);
	if (rc == 0)
		rc = draft_hex(&r->tmp, &p, reading_get(dist, "shasum"));
	if (rc == 0)
		rc = lock_graph_package(&c->g, &p, &at);
	if (rc < 0)
		return rc;
	const struct node **to = vec_push(&r->tmp, &c->node);
	if (!to)
		return r->tmp.code;
	*to = node;
	return name_it(c, name, at);
}

static int read_list(struct composer *c, const struct node *list, bool dev)
{
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0; i++)
		rc = read_package(c, &list->child[i], dev);
	return rc;
}

static int add_edges(struct composer *c, uint32_t from)
{
	const struct node *map = node_get(c->node.p[from], S("require"));
	int rc = 0;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++) {
		intptr_t to = (intptr_t)map_get(&c->by_name, map->child[i].key);
		if (to)
			rc = lock_graph_edge(&c->g, from, (uint32_t)(to - 1));
	}
	return rc;
}

static int link_packages(struct composer *c)
{
	int rc = 0;

	for (ptrdiff_t i = 0; i < c->node.n && rc == 0; i++) {
		rc = read_provides(c, c->node.p[i], "replace", (uint32_t)i);
		rc = rc < 0 ? rc : read_provides(c, c->node.p[i], "provide", (uint32_t)i);
	}
	for (ptrdiff_t i = 0; i < c->node.n && rc == 0; i++)
		rc = add_edges(c, (uint32_t)i);
	return rc;
}

static void open_composer(struct composer *c, struct reading *r)
{
	*c = (struct composer){ 0 };
	lock_graph_init(&c->g, r);
	map_init(&c->by_name, &r->tmp);
}

static int read_lock(struct reading *r)
{
	struct composer c;

	open_composer(&c, r);
	int rc = read_list(&c, node_get(&r->doc.root, S("packages")), false);
	if (rc == 0)
		rc = read_list(&c, node_get(&r->doc.root, S("packages-dev")), true);
	if (rc == 0)
		rc = link_packages(&c);
	return rc < 0 ? rc : lock_graph_add(&c.g);
}

/* --- installed --- */

/* vendor/NAME, and the starters in vendor/bin of what it lists as "bin". */
static int recognise(struct composer *c, ptrdiff_t i)
{
	struct reading *r = c->g.r;
	const struct package *p = &c->g.package.p[i];
	const struct node *list = node_get(c->node.p[i], S("bin"));
	str vendor = str_dir_name(str_dir_name(r->f->path)), path;
	const char *slash = vendor.len ? "/" : "";
	int rc = op_text(&r->tmp, &path, "%.*s%s%.*s/%.*s", STR_ARG(vendor), slash, STR_ARG(p->ns),
			 STR_ARG(p->name));

	if (rc == 0)
		rc = reading_recognise(r, path);
	for (ptrdiff_t k = 0; list && k < list->n && rc == 0; k++) {
		str bin = S("");
		if (!node_text(&list->child[k], &bin))
			continue;
		rc = op_text(&r->tmp, &path, "%.*s%sbin/%.*s", STR_ARG(vendor), slash,
			     STR_ARG(str_base_name(bin)));
		rc = rc < 0 ? rc : reading_recognise(r, path);
	}
	return rc;
}

static void mark_development(struct composer *c, const struct node *names)
{
	str name = S("");

	for (ptrdiff_t i = 0; names && names->kind == NODE_LIST && i < names->n; i++) {
		if (!node_text(&names->child[i], &name))
			continue;
		intptr_t at = (intptr_t)map_get(&c->by_name, name);
		if (at)
			c->g.package.p[at - 1].development = true;
	}
}

static int read_installed(struct reading *r)
{
	const struct node *root = &r->doc.root, *list = root;
	struct composer c;

	open_composer(&c, r);
	r->how = EVIDENCE_DATABASE;
	if (root->kind == NODE_MAP)
		list = node_get(root, S("packages"));
	int rc = read_list(&c, list, false);
	mark_development(&c, node_get(root, S("dev-package-names")));
	if (rc == 0)
		rc = link_packages(&c);
	for (ptrdiff_t i = 0; i < c.node.n && rc == 0; i++)
		rc = recognise(&c, i);
	return rc < 0 ? rc : lock_graph_add(&c.g);
}

static int read_composer(struct op *op, struct catalog *c, const struct found *f)
{
	bool lock = str_ends(f->path, S(".lock"));

	return reading_json(op, c, f, lock ? read_lock : read_installed);
}

const struct cataloger cataloger_php = {
	.name = "php",
	.what = "PHP packages that Composer installed, or locked",
	.wants = { { .glob = "**/installed.json" }, { .glob = "**/composer.lock", .lock = true } },
	.read = read_composer,
};
