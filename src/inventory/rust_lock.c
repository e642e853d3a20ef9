/*
 * Cargo.lock, versions 1 to 4. Source: doc.rust-lang.org/cargo, and cargo's resolver/encode.rs.
 *
 *	[[package]]
 *	name = "serde"
 *	version = "1.0.0"
 *	source = "registry+https://..."     none: of the project itself;
 *"git+https://...?rev=x#COMMIT" checksum = "<sha256>" dependencies = [ "NAME", "NAME VERSION",
 *"NAME VERSION (SOURCE)" ]   as much as is needed to tell it
 */
#include "base/map.h"

#include "lock_graph.h"

struct cargo {
	struct lock_graph g;
	struct map by_name; /* "NAME", "NAME VERSION": number + 1 */
	VEC(const struct node *) node;
};

static int read_package(struct cargo *c, const struct node *node)
{
	struct op *op = &c->g.r->tmp;
	struct package p = { .type = PACKAGE_CARGO,
			     .name = reading_get(node, "name"),
			     .version = reading_get(node, "version") };
	str source = reading_get(node, "source"), both;
	uint32_t at;

	if (!p.name.len || !p.version.len)
		return 0;
	if (str_starts(source, S("git+")))
		p.vcs = source;
	const struct node **to = vec_push(op, &c->node);
	if (!to)
		return op->code;
	*to = node;
	int rc = draft_hex(op, &p, reading_get(node, "checksum"));
	if (rc == 0)
		rc = lock_graph_package(&c->g, &p, &at);
	if (rc == 0)
		rc = op_text(op, &both, "%.*s %.*s", STR_ARG(p.name), STR_ARG(p.version));
	if (rc == 0 && map_find(&c->by_name, both) < 0)
		rc = map_put(&c->by_name, both, (void *)((intptr_t)at + 1));
	if (rc == 0 && map_find(&c->by_name, p.name) < 0)
		rc = map_put(&c->by_name, p.name, (void *)((intptr_t)at + 1));
	return rc;
}

static int read_edges(struct cargo *c, uint32_t from)
{
	const struct node *list = node_get(c->node.p[from], S("dependencies"));
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0; i++) {
		str text = S("");
		if (!node_text(&list->child[i], &text))
			continue;
		ptrdiff_t source = str_find(text, '(');
		if (source >= 0)
			text = str_head(text, source);
		intptr_t to = (intptr_t)map_get(&c->by_name, str_trim(text));
		if (to)
			rc = lock_graph_edge(&c->g, from, (uint32_t)(to - 1));
	}
	return rc;
}

static int read_lock(struct reading *r)
{
	const struct node *list = node_get(&r->doc.root, S("package"));
	struct cargo c = { 0 };
	int rc = 0;

	lock_graph_init(&c.g, r);
	map_init(&c.by_name, &r->tmp);
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0; i++)
		rc = read_package(&c, &list->child[i]);
	for (ptrdiff_t i = 0; i < c.node.n && rc == 0; i++)
		rc = read_edges(&c, (uint32_t)i);
	return rc < 0 ? rc : lock_graph_add(&c.g);
}

static int read_cargo(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_toml(op, c, f, read_lock);
}

const struct cataloger cataloger_rust_lock = {
	.name = "rust-lock",
	.what = "Rust crates in Cargo.lock",
	.wants = { { .glob = "**/Cargo.lock", .lock = true } },
	.read = read_cargo,
};
