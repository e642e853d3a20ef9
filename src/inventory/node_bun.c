/*
 * bun.lock (bun.sh "Lockfile", version 0 and 1), and deno.lock (versions 2 to 5).
 *
 *	bun:   "packages": { "KEY": ["NAME@VERSION", "registry", { "dependencies": {...} },
 *"sha512-..."] } deno:  "npm": { "NAME@VERSION_PEERS": { "integrity": "sha512-...", "dependencies":
 *["NAME@..."] } }
 *
 * KEY is where a package goes: "b" for all, "a/b" for a alone. Before version 4 Deno had "npm" and
 *"jsr" in "packages", and dependencies as a mapping.
 */
#include <string.h>

#include "base/limits.h"

#include "node_lock.h"

/* The first mapping of a package's list: what it depends on. */
static const struct node *details_of(const struct node *list)
{
	for (ptrdiff_t i = 1; i < list->n; i++) {
		if (list->child[i].kind == NODE_MAP)
			return &list->child[i];
	}
	return NULL;
}

static int read_bun_package(struct node_lock *l, const struct node *list)
{
	struct package p = { .type = PACKAGE_NPM };
	str id = S(""), integrity = S("");

	if (list->kind != NODE_LIST || !list->n || !node_text(&list->child[0], &id))
		return 0;
	ptrdiff_t at = node_lock_at(id);
	str version = str_from(id, at + 1);
	if (at < 0 || str_starts(version, S("workspace:")) || str_starts(version, S("root:")) ||
	    str_starts(version, S("link:")) || str_starts(version, S("file:")))
		return 0;
	if (str_find(version, ':') >= 0) {
		ptrdiff_t hash = str_rfind(version, '#');
		p.download = version;
		version = hash < 0 ? version : str_from(version, hash + 1);
	}
	draft_path(&p, str_head(id, at));
	p.version = version;
	if (list->n > 1 && list->child[list->n - 1].kind == NODE_TEXT)
		integrity = list->child[list->n - 1].text;
	int rc = draft_integrity(&l->g.r->tmp, &p, integrity);
	return rc < 0 ? rc : node_lock_package(l, list->key, &p);
}

/* The key one package up: "a/@s/b" is below "a". */
static str key_up(str key)
{
	key = str_dir_name(key);
	return str_starts(str_base_name(key), S("@")) ? str_dir_name(key) : key;
}

enum {
	LEVELS_MAX = 32, /* that packages go into each other; Bun puts them as flat as it can */
};

static int64_t resolve(const struct node_lock *l, str key, str name)
{
	char out[LIMIT_PATH];

	for (int up = 0; up < LEVELS_MAX && key.len && key.len + name.len + 1 <= LIMIT_PATH; up++) {
		char *p = mempcpy(out, key.p, (size_t)key.len);
		*p++ = '/';
		p = mempcpy(p, name.p, (size_t)name.len);
		int64_t at = node_lock_find(l, (str){ out, p - out });
		if (at >= 0)
			return at;
		key = str_find(key, '/') < 0 ? S("") : key_up(key);
	}
	return node_lock_find(l, name);
}

/* What a mapping depends on, as edges from a package or (from < 0) as the project's roots. */
static int read_bun_lists(struct node_lock *l, const struct node *map, str key, int64_t from)
{
	static const char *const lists[] = { "dependencies", "optionalDependencies",
					     "peerDependencies", "devDependencies" };
	int rc = 0;

	for (size_t i = 0; i < (from < 0 ? 4 : 3); i++) {
		const struct node *list = node_get(map, str_of(lists[i]));
		for (ptrdiff_t k = 0; list && list->kind == NODE_MAP && k < list->n && rc == 0;
		     k++) {
			int64_t to = resolve(l, key, list->child[k].key);
			if (to < 0)
				continue;
			rc = from < 0 ? lock_graph_root(&l->g, (uint32_t)to, i == 3)
				      : lock_graph_edge(&l->g, (uint32_t)from, (uint32_t)to);
		}
	}
	return rc;
}

int node_lock_bun(struct reading *r)
{
	const struct node *packages = node_get(&r->doc.root, S("packages"));
	const struct node *spaces = node_get(&r->doc.root, S("workspaces"));
	struct node_lock l;
	int rc = 0;

	node_lock_init(&l, r);
	for (ptrdiff_t i = 0; packages && i < packages->n && rc == 0; i++)
		rc = read_bun_package(&l, &packages->child[i]);
	for (ptrdiff_t i = 0; packages && i < packages->n && rc == 0; i++) {
		const struct node *list = &packages->child[i];
		int64_t at = node_lock_find(&l, list->key);
		if (at >= 0)
			rc = read_bun_lists(&l, details_of(list), list->key, at);
	}
	for (ptrdiff_t i = 0; spaces && i < spaces->n && rc == 0; i++)
		rc = read_bun_lists(&l, &spaces->child[i], reading_get(&spaces->child[i], "name"),
				    -1);
	return rc < 0 ? rc : lock_graph_add(&l.g);
}

/* --- Deno --- */

/* A package of JSR has no type of its own among purls: it is told as a generic one. */
static int read_deno_package(struct node_lock *l, const struct node *node, bool jsr)
{
	struct package p = { .type = jsr ? PACKAGE_GENERIC : PACKAGE_NPM };
	ptrdiff_t at = node_lock_at(node->key);
	str integrity = reading_get(node, "integrity");
	int rc;

	if (at < 0)
		return 0;
	draft_path(&p, str_head(node->key, at));
	p.version = str_from(node->key, at + 1);
	ptrdiff_t peers = str_find(p.version, '_');
	if (peers >= 0)
		p.version = str_head(p.version, peers);
	if (jsr)
		rc = package_fact(&l->g.r->tmp, &p.facts, "deno:registry", S("jsr"));
	else
		rc = draft_integrity(&l->g.r->tmp, &p, integrity);
	return rc < 0 ? rc : node_lock_package(l, node->key, &p);
}

/* "chalk@5.3.0", or "chalk" where the lock has one chalk only: the key of it is what begins so. */
static int read_deno_edges(struct node_lock *l, const struct node *node, const struct map *names)
{
	const struct node *list = node_get(node, S("dependencies"));
	int64_t from = node_lock_find(l, node->key);
	int rc = 0;

	for (ptrdiff_t i = 0; list && from >= 0 && i < list->n && rc == 0; i++) {
		str id = S("");
		if (!node_text(&list->child[i], &id))
			continue;
		int64_t to = node_lock_find(l, id);
		if (to < 0)
			to = (int64_t)(intptr_t)map_get(names, id) - 1;
		if (to >= 0)
			rc = lock_graph_edge(&l->g, (uint32_t)from, (uint32_t)to);
	}
	return rc;
}

static int read_deno_list(struct node_lock *l, const struct node *map, bool jsr)
{
	struct map names; /* of packages, without their versions */
	int rc = 0;

	if (node_get(map, S("packages")))
		map = node_get(map, S("packages"));
	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++)
		rc = read_deno_package(l, &map->child[i], jsr);
	map_init(&names, &l->g.r->tmp);
	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++) {
		str key = map->child[i].key;
		ptrdiff_t at = node_lock_at(key);
		int64_t number = node_lock_find(l, key);
		if (at >= 0 && number >= 0)
			rc = map_put(&names, str_head(key, at), (void *)(intptr_t)(number + 1));
	}
	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++)
		rc = read_deno_edges(l, &map->child[i], &names);
	return rc;
}

int node_lock_deno(struct reading *r)
{
	const struct node *root = &r->doc.root, *packages = node_get(root, S("packages"));
	struct node_lock l;

	node_lock_init(&l, r);
	if (packages)
		root = packages;
	int rc = read_deno_list(&l, node_get(root, S("npm")), false);
	if (rc == 0)
		rc = read_deno_list(&l, node_get(root, S("jsr")), true);
	return rc < 0 ? rc : lock_graph_add(&l.g);
}
