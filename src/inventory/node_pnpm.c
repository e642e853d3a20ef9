/*
 * pnpm-lock.yaml, lockfileVersion 5 to 9. Source: the files as pnpm 6 to 10 write them.
 *
 *	5   packages:   /@scope/name/1.2.3_peers:      dependencies: { other: 1.0.0_peers }, dev: true
 *	6   packages:   /@scope/name@1.2.3(peers):     dependencies: { other: 1.0.0(peers) }, dev: true
 *	9   packages:   '@scope/name@1.2.3':
 *	    snapshots:  '@scope/name@1.2.3(peers)':    dependencies:
 *
 * A package has one entry for each set of peers that it is installed with: those are one here,
 * under "name@version". Since 9 nothing says what only development needs; it follows from the
 * importers.
 */
#include <string.h>

#include "codec/yaml.h"

#include "node_lock.h"

struct pnpm {
	struct node_lock l; /* by "name@version" */
	bool old;           /* below version 6 */
};

/* What stands before the peers. */
static str without_peers(str s, bool old)
{
	ptrdiff_t end = str_find(s, old ? '_' : '(');

	return end < 0 ? s : str_head(s, end);
}

/* "/name/1.2.3_peers", "/name@1.2.3(peers)" in two; false: it comes from elsewhere. */
static bool split_key(const struct pnpm *n, str key, str *name, str *version)
{
	if (str_starts(key, S("/")))
		key = str_from(key, 1);
	else if (n->old)
		return false;
	ptrdiff_t at;
	if (n->old) {
		/* A scope's slash is the first of two; peers have '+' for theirs. */
		ptrdiff_t first = str_starts(key, S("@")) ? str_find(key, '/') + 1 : 0;
		at = str_find(str_from(key, first), '/');
		at = at < 0 ? -1 : at + first;
	} else {
		key = without_peers(key, false);
		at = node_lock_at(key);
	}
	if (at <= 0)
		return false;
	*name = str_head(key, at);
	*version = without_peers(str_from(key, at + 1), n->old);
	return str_find(*version, ':') < 0 && str_find(*version, '/') < 0;
}

static int join(struct pnpm *n, str name, str version, str *ret)
{
	return op_text(&n->l.g.r->tmp, ret, "%.*s@%.*s", STR_ARG(name), STR_ARG(version));
}

/* The key under which a dependency stands; empty for what is no package. */
static int key_of(struct pnpm *n, str name, str value, str *ret)
{
	*ret = S("");
	value = without_peers(value, n->old);
	str real = name, version = value;
	bool other = str_starts(value, S("/")) || (!n->old && node_lock_at(value) > 0);
	if (other && !split_key(n, value, &real, &version))
		return 0;
	return str_find(version, ':') < 0 ? join(n, real, version, ret) : 0;
}

static int read_package(struct pnpm *n, const struct node *node)
{
	struct reading *r = n->l.g.r;
	const struct node *from = node_get(node, S("resolution"));
	struct package p = { .type = PACKAGE_NPM, .development = reading_is(node, "dev") };
	str name = S(""), key;

	if (!split_key(n, node->key, &name, &p.version)) {
		ptrdiff_t at = node_lock_at(node->key);
		name = reading_get(node, "name");
		if (!name.len && at > 0 && !n->old)
			name = str_head(node->key, at);
		p.version = reading_get(node, "version");
	}
	if (!name.len || !p.version.len)
		return 0;
	draft_path(&p, name);
	p.download = reading_get(from, "tarball");
	int rc = draft_integrity(&r->tmp, &p, reading_get(from, "integrity"));
	if (rc == 0)
		rc = join(n, name, p.version, &key);
	return rc < 0 ? rc : node_lock_package(&n->l, key, &p);
}

/* What a list of dependencies leads to, as edges or (from < 0) as roots. */
static int read_list(struct pnpm *n, const struct node *map, int64_t from, bool dev)
{
	int rc = 0;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++) {
		const struct node *node = &map->child[i];
		str value = S(""), key;
		if (node->kind == NODE_MAP)
			value = reading_get(node, "version");
		else if (!node_text(node, &value))
			continue;
		rc = key_of(n, node->key, value, &key);
		int64_t to = rc == 0 ? node_lock_find(&n->l, key) : -1;
		if (to < 0)
			continue;
		rc = from < 0 ? lock_graph_root(&n->l.g, (uint32_t)to, dev)
			      : lock_graph_edge(&n->l.g, (uint32_t)from, (uint32_t)to);
	}
	return rc;
}

static int read_edges(struct pnpm *n, const struct node *node)
{
	str name, version, key;

	if (!split_key(n, node->key, &name, &version))
		return 0;
	int rc = join(n, name, version, &key);
	int64_t at = rc == 0 ? node_lock_find(&n->l, key) : -1;
	if (at < 0)
		return rc;
	rc = read_list(n, node_get(node, S("dependencies")), at, false);
	return rc < 0 ? rc : read_list(n, node_get(node, S("optionalDependencies")), at, false);
}

static int read_importer(struct pnpm *n, const struct node *node)
{
	int rc = read_list(n, node_get(node, S("dependencies")), -1, false);

	if (rc == 0)
		rc = read_list(n, node_get(node, S("optionalDependencies")), -1, false);
	return rc < 0 ? rc : read_list(n, node_get(node, S("devDependencies")), -1, true);
}

static int read_document(struct pnpm *n, const struct node *root)
{
	const struct node *packages = node_get(root, S("packages"));
	const struct node *snapshots = node_get(root, S("snapshots"));
	const struct node *importers = node_get(root, S("importers"));
	const struct node *edges = snapshots ? snapshots : packages;
	str version = reading_get(root, "lockfileVersion");
	int rc = 0;

	n->old = version.len && *version.p < '6' && *version.p >= '3';
	for (ptrdiff_t i = 0; packages && i < packages->n && rc == 0; i++)
		rc = read_package(n, &packages->child[i]);
	for (ptrdiff_t i = 0; edges && i < edges->n && rc == 0; i++)
		rc = read_edges(n, &edges->child[i]);
	for (ptrdiff_t i = 0; importers && i < importers->n && snapshots && rc == 0; i++)
		rc = read_importer(n, &importers->child[i]);
	return rc;
}

/* The last document is the project's; before it stands what pnpm keeps of itself. */
static str last_document(str text)
{
	static const char *const mark[] = { "\n---\n", "\n---\r\n" };

	for (size_t i = 0; i < 2; i++) {
		str m = str_of(mark[i]);
		for (ptrdiff_t at = str_find_str(text, m); at >= 0; at = str_find_str(text, m))
			text = str_from(text, at + m.len);
	}
	return text;
}

int node_lock_pnpm(struct reading *r)
{
	struct pnpm n = { 0 };

	node_lock_init(&n.l, r);
	int rc = yaml_parse(&r->tmp, r->f->path, last_document(r->text), &r->doc);
	if (rc == 0)
		rc = read_document(&n, &r->doc.root);
	return rc < 0 ? rc : lock_graph_add(&n.l.g);
}
