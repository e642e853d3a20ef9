/*
 * What Nix has built: nix/store/HASH-NAME-VERSION[-OUTPUT], by the database of valid paths, or, in
 * images that were made without one, by the directories' names alone. Sources: Nix manual, "Store
 * path" and builtins.parseDrvName; libstore, schema.sql.
 *
 *	ValidPaths   id, path, hash ("sha256:HEX"), deriver
 *	Refs         referrer, reference: ids
 *
 * A store path provides its own last component, and needs those of others: there may be several of
 * a name.
 */
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/sqlite.h"
#include "draft.h"
#include "sqlite_beside.h"

enum { HASH = 32 };

struct store_name {
	str hash, name, version, output;
};

struct nix_path {
	str base; /* HASH-NAME-VERSION */
	struct package p;
	struct found from;
};

struct nix {
	VEC(struct nix_path) path;
	struct map known; /* base to 1 + its number */
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_output(str s)
{
	static const str outputs[] = { S_INIT("bin"),      S_INIT("cc"),     S_INIT("data"),
				       S_INIT("debug"),    S_INIT("dev"),    S_INIT("devdoc"),
				       S_INIT("dist"),     S_INIT("doc"),    S_INIT("info"),
				       S_INIT("lib"),      S_INIT("libgcc"), S_INIT("man"),
				       S_INIT("out"),      S_INIT("py"),     S_INIT("static"),
				       S_INIT("terminfo"), S_INIT("tools"),  S_INIT("xorg") };

	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		if (str_eq(s, outputs[i]))
			return true;
	}
	return false;
}

/* The version begins behind the first dash that no letter follows. False: it has none. */
static bool parse_name(str base, struct store_name *ret)
{
	struct store_name n = { .hash = str_head(base, HASH), .name = str_from(base, HASH + 1) };

	if (base.len < HASH + 4 || base.p[HASH] != '-' || str_ends(base, S(".drv")))
		return false;
	for (ptrdiff_t i = 0; i < HASH; i++) { /* Nix's base 32 */
		if (str_find(S("0123456789abcdfghijklmnpqrsvwxyz"), base.p[i]) < 0)
			return false;
	}
	for (ptrdiff_t i = 1; i + 1 < n.name.len; i++) {
		if (n.name.p[i] != '-' || is_letter(n.name.p[i + 1]))
			continue;
		n.version = str_from(n.name, i + 1);
		n.name = str_head(n.name, i);
		ptrdiff_t dash = str_rfind(n.version, '-');
		if (dash > 0 && is_output(str_from(n.version, dash + 1))) {
			n.output = str_from(n.version, dash + 1);
			n.version = str_head(n.version, dash);
		}
		*ret = n;
		return true;
	}
	return false;
}

/* A store path that is a package; base must live in op. */
static int add_path(struct op *op, struct nix *x, const struct found *f, str base,
		    struct nix_path **ret)
{
	struct store_name n;
	int rc;

	*ret = NULL;
	if (!parse_name(base, &n) || map_find(&x->known, base) >= 0)
		return 0;
	struct nix_path *to = vec_push(op, &x->path);
	if (!to)
		return op->code;
	*to = (struct nix_path){ .base = base, .from = *f };
	to->p = (struct package){ .type = PACKAGE_NIX, .name = n.name, .version = n.version };
	if ((rc = package_fact(op, &to->p.qualifiers, "output", n.output)) < 0 ||
	    (rc = package_fact(op, &to->p.qualifiers, "outputhash", n.hash)) < 0 ||
	    (rc = draft_text(op, &to->p.provides, base)) < 0 ||
	    (rc = map_put(&x->known, base, (void *)(uintptr_t)x->path.n)) < 0)
		return rc;
	*ret = to;
	return 0;
}

/* --- the database -------------------------------------------------------------------------------
 */

struct reader {
	struct op *op;
	struct op io;
	struct nix *x;
	struct catalog *c;
	const struct found *f;
	struct sqlite db;
	struct sqlite_table table;
	struct sqlite_rows *rows;
	struct map base; /* id to str *: the last component */
};

static int open_table(struct reader *r, str name)
{
	int rc = sqlite_table(&r->io, &r->db, name, &r->table);

	if (rc == 1)
		return op_fail(&r->io, ERR_FORMAT, "%.*s: no table %.*s", STR_ARG(r->f->path),
			       STR_ARG(name));
	return rc < 0 ? rc : sqlite_rows(&r->io, &r->db, &r->table, r->rows);
}

static int note_id(struct reader *r, int64_t id, str base)
{
	int64_t *key = op_new(&r->io, int64_t, 1);
	str *value = op_new(&r->io, str, 1);

	if (!key || !value)
		return r->io.code;
	*key = id;
	*value = base;
	return map_put(&r->base, (str){ (const char *)key, sizeof(*key) }, value);
}

static const str *base_of(const struct reader *r, int64_t id)
{
	return map_get(&r->base, (str){ (const char *)&id, sizeof(id) });
}

static int read_path(struct reader *r, const struct sqlite_row *row, const int *at)
{
	str base = str_base_name(sqlite_text(row, at[1]));
	str hash = sqlite_text(row, at[2]), deriver = str_base_name(sqlite_text(row, at[3]));
	struct nix_path *path;
	int rc = op_copy(r->op, base, &base);

	if (rc == 0 && (rc = note_id(r, sqlite_number(r->rows, row, at[0]), base)) < 0)
		return rc;
	if (rc < 0 || (rc = add_path(r->op, r->x, r->f, base, &path)) < 0)
		return op_adopt_error(&r->io, r->op);
	if (!path)
		return 0;
	(void)str_cut(&hash, ':');
	rc = op_copy(r->op, deriver, &deriver);
	if (rc == 0)
		rc = op_copy(r->op, hash, &hash);
	if (rc == 0)
		rc = package_fact(r->op, &path->p.facts, "nix:deriver", deriver);
	if (rc == 0)
		rc = package_fact(r->op, &path->p.facts, "nix:nar-sha256", hash);
	return rc < 0 ? op_adopt_error(&r->io, r->op) : 0;
}

static int read_paths(struct reader *r)
{
	static const char *const columns[] = { "id", "path", "hash", "deriver" };
	const struct sqlite_row *row;
	int at[4], rc = open_table(r, S("ValidPaths"));

	if (rc < 0)
		return rc;
	for (int i = 0; i < 4; i++)
		at[i] = sqlite_column(&r->table, str_of(columns[i]));
	while (rc == 0 && (rc = sqlite_next(&r->io, r->rows, &row)) > 0)
		rc = read_path(r, row, at);
	return rc;
}

static int read_refs(struct reader *r)
{
	const struct sqlite_row *row;
	int rc = open_table(r, S("Refs"));

	if (rc < 0)
		return rc;
	int from = sqlite_column(&r->table, S("referrer"));
	int to = sqlite_column(&r->table, S("reference"));
	while ((rc = sqlite_next(&r->io, r->rows, &row)) > 0) {
		const str *a = base_of(r, sqlite_number(r->rows, row, from));
		const str *b = base_of(r, sqlite_number(r->rows, row, to));
		uintptr_t n = a && b && !str_eq(*a, *b) ? (uintptr_t)map_get(&r->x->known, *a) : 0;
		if (n == 0 || map_find(&r->x->known, *b) < 0)
			continue;
		if (draft_text(r->op, &r->x->path.p[n - 1].p.needs, *b) < 0)
			return op_adopt_error(&r->io, r->op);
	}
	return rc;
}

static int read_database(struct reader *r, const struct at *at)
{
	int rc = sqlite_open(&r->io, at, &r->db);

	if (rc != 0)
		return rc < 0 ? rc
			      : op_fail(&r->io, ERR_FORMAT, "%.*s: no SQLite database",
					STR_ARG(r->f->path));
	if ((rc = sqlite_log_beside(&r->io, r->c, r->f, &r->db)) < 0)
		return rc;
	if (!(r->rows = op_new(&r->io, struct sqlite_rows, 1)))
		return r->io.code;
	map_init(&r->base, &r->io);
	rc = read_paths(r);
	return rc < 0 ? rc : read_refs(r);
}

static int begin_nix(struct op *op, struct catalog *c)
{
	struct nix *x = op_new(op, struct nix, 1);

	if (!x)
		return op->code;
	map_init(&x->known, op);
	*catalog_state(c) = x;
	return 0;
}

static int read_nix(struct op *op, struct catalog *c, const struct found *f)
{
	struct reader r = { .op = op, .x = *catalog_state(c), .c = c, .f = f };
	struct at at;

	if (f->size == 0 || str_ends(f->path, S("-wal")))
		return 0;
	int rc = catalog_at(op, c, f, &at);
	if (rc < 0)
		return rc;
	op_init(&r.io, op->ceiling);
	r.io.fault = op->fault;
	rc = read_database(&r, &at);
	if (rc < 0)
		rc = op_adopt_error(op, &r.io);
	op_done(&r.io);
	return rc;
}

/* --- the store ----------------------------------------------------------------------------------
 */

/* All files below a directory; it is left where the walk comes back to it. */
static int list_files(struct op *op, const struct tree *t, uint32_t top, struct package *p)
{
	VEC(struct package_file) files = { 0 };
	VEC(uint32_t) dir = { 0 };
	char room[LIMIT_PATH + 1];
	uint32_t *first = vec_push(op, &dir);

	if (!first)
		return op->code;
	*first = top;
	while (dir.n > 0) {
		uint32_t at = dir.p[--dir.n];
		for (uint32_t i = tree_first(t, at); i != TREE_NONE; i = tree_next(t, i)) {
			bool is_dir = tree_node(t, i)->type == TREE_DIRECTORY;
			if (is_dir) {
				uint32_t *more = vec_push(op, &dir);
				if (!more)
					return op->code;
				*more = i;
				continue;
			}
			struct package_file *to = vec_push(op, &files);
			if (!to || op_copy(op, tree_path(t, i, room), &to->path) < 0)
				return op->code;
		}
	}
	p->file = files.p;
	p->file_n = files.n;
	return package_sort_files(op, p);
}

/* Store paths that no database tells of: the evidence is a file in them. */
static int read_store(struct op *op, struct catalog *c, struct nix *x, uint32_t store)
{
	const struct tree *t = catalog_tree(c);

	for (uint32_t i = tree_first(t, store); i != TREE_NONE; i = tree_next(t, i)) {
		char room[LIMIT_PATH + 1];
		struct nix_path *path;
		struct found f = { .node = i,
				   .layer = catalog_is_image(c) ? tree_node(t, i)->layer : -1 };
		if (tree_node(t, i)->type != TREE_DIRECTORY ||
		    map_find(&x->known, tree_name(t, i)) >= 0)
			continue;
		int rc = op_copy(op, tree_path(t, i, room), &f.path);
		if (rc == 0)
			rc = add_path(op, x, &f, str_base_name(f.path), &path);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int end_nix(struct op *op, struct catalog *c)
{
	struct nix *x = *catalog_state(c);
	const struct tree *t = catalog_tree(c);
	uint32_t store = tree_find(t, S("nix/store"));
	int rc = store == TREE_NONE ? 0 : read_store(op, c, x, store);

	for (ptrdiff_t i = 0; rc == 0 && i < x->path.n; i++) {
		struct nix_path *path = &x->path.p[i];
		uint32_t dir = store == TREE_NONE ? TREE_NONE
						  : tree_find_from(t, store, path->base, false);
		bool named = dir == path->from.node;
		if (dir != TREE_NONE && tree_node(t, dir)->type == TREE_DIRECTORY)
			rc = list_files(op, t, dir, &path->p);
		if (rc == 0)
			rc = catalog_add(op, c, &path->from,
					 named ? EVIDENCE_NAME : EVIDENCE_DATABASE, &path->p, NULL);
	}
	return rc;
}

const struct cataloger cataloger_nix = {
	.name = "nix",
	.what = "what Nix has built, by its database and its store",
	.wants = { { .glob = "**/nix/var/nix/db/db.sqlite" },
		   { .glob = "**/nix/var/nix/db/db.sqlite-wal" } },
	.read = read_nix,
	.begin = begin_nix,
	.end = end_nix,
};
