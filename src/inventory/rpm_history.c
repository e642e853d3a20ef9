/*
 * dnf's history, in tables of SQLite: which transaction took which package from which repository.
 *
 *	repo        id, repoid
 *	trans_item  item_id, repo_id, state or state_id (1: done); later ones count
 *	rpm         item_id, epoch, version, release, and
 *	            name, arch (dnf 4) or name_id, arch_id (dnf 5)
 *	pkg_name    id, name
 *	arch        id, name
 *
 * "@System" is what was there before, which tells nothing.
 *
 * And yum's, in files: var/lib/yum/yumdb/LETTER/DIGEST-NAME-VERSION-RELEASE-ARCH/from_repo. It
 * tells no epoch: RPM_ANY_EPOCH.
 */
#include <stdio.h>

#include "base/limits.h"
#include "codec/sqlite.h"
#include "rpm_impl.h"
#include "sqlite_beside.h"

enum { DONE = 1, COLUMNS = 8 };

struct history {
	struct op *op, *tmp;
	struct sqlite db;
	struct sqlite_rows *rows;
	struct rpm_place *place;
	struct map repo, name, arch; /* id to str *; of dnf 4 the latter two are empty */
	struct map from;             /* item_id to str * */
};

/* A walk over a table: columns by the names given. */
struct walk {
	struct history *h;
	struct sqlite_table table;
	int at[COLUMNS];
	const struct sqlite_row *row;
};

/* 1: there is no such table. */
static int open_walk(struct history *h, const char *name, const char *const *column, int n,
		     struct walk *ret)
{
	*ret = (struct walk){ .h = h };
	int rc = sqlite_table(h->tmp, &h->db, str_of(name), &ret->table);

	if (rc != 0)
		return rc;
	for (int i = 0; i < n; i++)
		ret->at[i] = sqlite_column(&ret->table, str_of(column[i]));
	return sqlite_rows(h->tmp, &h->db, &ret->table, h->rows);
}

static int next_row(struct walk *w)
{
	return sqlite_next(w->h->tmp, w->h->rows, &w->row);
}

static str text(const struct walk *w, int column)
{
	return sqlite_text(w->row, w->at[column]);
}

static int64_t number(const struct walk *w, int column)
{
	return sqlite_number(w->h->rows, w->row, w->at[column]);
}

static int put(struct history *h, struct map *m, int64_t id, str *value)
{
	int64_t *key = op_new(h->tmp, int64_t, 1);

	if (!key)
		return h->tmp->code;
	*key = id;
	return map_put(m, (str){ (const char *)key, sizeof(*key) }, value);
}

static str *get(const struct map *m, int64_t id)
{
	return map_get(m, (str){ (const char *)&id, sizeof(id) });
}

/* The texts of a column by id; they live in `in`. */
static int read_texts(struct history *h, struct op *in, const char *table, const char *column,
		      struct map *ret)
{
	const char *const columns[] = { "id", column };
	struct walk w;
	int rc = open_walk(h, table, columns, 2, &w);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	while ((rc = next_row(&w)) > 0) {
		str *copy = op_new(in, str, 1);
		if (!copy || op_copy(in, text(&w, 1), copy) < 0)
			return op_adopt_error(h->tmp, in);
		if ((rc = put(h, ret, number(&w, 0), copy)) < 0)
			return rc;
	}
	return rc;
}

static int read_items(struct history *h)
{
	static const char *const columns[] = { "item_id", "repo_id", "state", "state_id" };
	struct walk w;
	int rc = open_walk(h, "trans_item", columns, 4, &w);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	while ((rc = next_row(&w)) > 0) {
		str *repo = get(&h->repo, number(&w, 1));
		bool done = number(&w, w.at[2] >= 0 ? 2 : 3) == DONE;
		if (!done || !repo || repo->len == 0 || str_eq(*repo, S("@System")))
			continue;
		if ((rc = put(h, &h->from, number(&w, 0), repo)) < 0)
			return rc;
	}
	return rc;
}

/* The name or architecture, which dnf 5 has in a table of its own. */
static str named(const struct walk *w, int column, const struct map *m)
{
	str *far = w->at[column] < 0 ? get(m, number(w, column + 1)) : NULL;

	return far ? *far : text(w, column);
}

static int read_packages(struct history *h)
{
	static const char *const columns[] = { "item_id", "epoch",   "version", "release",
					       "name",    "name_id", "arch",    "arch_id" };
	char room[RPM_HISTORY_KEY];
	struct walk w;
	int rc = open_walk(h, "rpm", columns, COLUMNS, &w);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	while ((rc = next_row(&w)) > 0) {
		str *from = get(&h->from, number(&w, 0));
		str key = rpm_history_key(named(&w, 4, &h->name), (uint64_t)number(&w, 1),
					  text(&w, 2), text(&w, 3), named(&w, 6, &h->arch), room);
		if (!from || key.len == 0)
			continue;
		if ((rc = op_copy(h->tmp, key, &key)) < 0 ||
		    (rc = map_put(&h->place->repository, key, from)) < 0)
			return rc;
	}
	return rc;
}

str rpm_history_key(str name, uint64_t epoch, str version, str release, str arch,
		    char out[RPM_HISTORY_KEY])
{
	int n = snprintf(out, RPM_HISTORY_KEY, "%.*s %llu:%.*s-%.*s %.*s", STR_ARG(name),
			 (unsigned long long)epoch, STR_ARG(version), STR_ARG(release),
			 STR_ARG(arch));

	return n > 0 && n < RPM_HISTORY_KEY ? (str){ out, n } : S("");
}

static int read_history(struct history *h, struct catalog *c, const struct found *f,
			const struct at *at)
{
	int rc = sqlite_open(h->tmp, at, &h->db);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	if ((rc = sqlite_log_beside(h->tmp, c, f, &h->db)) < 0 ||
	    (rc = read_texts(h, h->op, "repo", "repoid", &h->repo)) < 0 ||
	    (rc = read_texts(h, h->tmp, "pkg_name", "name", &h->name)) < 0 ||
	    (rc = read_texts(h, h->tmp, "arch", "name", &h->arch)) < 0 || (rc = read_items(h)) < 0)
		return rc;
	return read_packages(h);
}

static int read_one(struct op *op, struct op *tmp, struct catalog *c, struct rpm_place *place,
		    const char *path)
{
	struct history h = { .op = op, .tmp = tmp, .place = place };
	struct found f;
	struct at at;
	str full;

	if (op_text(tmp, &full, "%.*s%s", STR_ARG(place->root), path) < 0)
		return op_adopt_error(op, tmp);
	int rc = catalog_beside(op, c, NULL, full, &f);
	if (rc != 0 || (rc = catalog_at(op, c, &f, &at)) < 0)
		return rc < 0 ? rc : 0;
	map_init(&h.repo, tmp);
	map_init(&h.name, tmp);
	map_init(&h.arch, tmp);
	map_init(&h.from, tmp);
	if (!(h.rows = op_new(tmp, struct sqlite_rows, 1)))
		return op_adopt_error(op, tmp);
	rc = read_history(&h, c, &f, &at);
	if (rc == 0)
		return 0;
	(void)op_adopt_error(op, tmp);
	op_forgive(tmp);
	return catalog_unreadable(op, c, &f, f.path);
}

/* "DIGEST-NAME-VERSION-RELEASE-ARCH", from the right but for the digest; false: it is none. */
static bool parse_yumdb(str dir, str part[4])
{
	(void)str_cut(&dir, '-');
	for (int i = 3; i > 0; i--) {
		ptrdiff_t dash = str_rfind(dir, '-');
		if (dash <= 0)
			return false;
		part[i] = str_from(dir, dash + 1);
		dir = str_head(dir, dash);
	}
	part[0] = dir;
	return true;
}

static int read_from_repo(struct op *op, struct op *tmp, struct catalog *c, struct rpm_place *place,
			  uint32_t dir)
{
	const struct tree *t = catalog_tree(c);
	uint32_t node = tree_find_from(t, dir, S("from_repo"), false);
	char room[RPM_HISTORY_KEY];
	str part[4], text, *repo;

	if (node == TREE_NONE || tree_node(t, node)->type != TREE_FILE ||
	    !parse_yumdb(tree_name(t, dir), part))
		return 0;
	struct found f = { .node = node, .path = S("from_repo"), .layer = -1 };
	str key = rpm_history_key(part[0], RPM_ANY_EPOCH, part[1], part[2], part[3], room);
	int rc = catalog_text(tmp, c, &f, LIMIT_NAME, &text);
	if (rc < 0 || key.len == 0 || (text = str_trim(text)).len == 0)
		return rc < 0 ? op_adopt_error(op, tmp) : 0;
	repo = op_new(tmp, str, 1);
	if (!repo || op_copy(tmp, key, &key) < 0)
		return op_adopt_error(op, tmp);
	if (op_copy(op, text, repo) < 0)
		return op->code;
	return map_put(&place->repository, key, repo) < 0 ? op_adopt_error(op, tmp) : 0;
}

static int read_yumdb(struct op *op, struct op *tmp, struct catalog *c, struct rpm_place *place)
{
	const struct tree *t = catalog_tree(c);
	str path;
	int rc = op_text(tmp, &path, "%.*svar/lib/yum/yumdb", STR_ARG(place->root));

	if (rc < 0)
		return op_adopt_error(op, tmp);
	uint32_t top = tree_find(t, path);
	uint32_t letter = top == TREE_NONE ? TREE_NONE : tree_first(t, top);
	for (; rc == 0 && letter != TREE_NONE; letter = tree_next(t, letter)) {
		if (tree_node(t, letter)->type != TREE_DIRECTORY)
			continue;
		for (uint32_t i = tree_first(t, letter); rc == 0 && i != TREE_NONE;
		     i = tree_next(t, i)) {
			if (tree_node(t, i)->type == TREE_DIRECTORY)
				rc = read_from_repo(op, tmp, c, place, i);
		}
	}
	return rc;
}

int rpm_history(struct op *op, struct op *tmp, struct catalog *c, struct rpm_place *place)
{
	map_init(&place->repository, tmp);
	int rc = read_yumdb(op, tmp, c, place);
	if (rc == 0)
		rc = read_one(op, tmp, c, place, "var/lib/dnf/history.sqlite");
	if (rc == 0)
		rc = read_one(op, tmp, c, place,
			      "usr/lib/sysimage/libdnf5/transaction_history.sqlite");
	return rc;
}
