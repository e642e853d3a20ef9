#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "catalog.h"

/* Minimal images leave these out on purpose. */
static bool is_dispensable(str path)
{
	static const str below[] = { S_INIT("usr/share/doc/"),     S_INIT("usr/share/man/"),
				     S_INIT("usr/share/info/"),    S_INIT("usr/share/locale/"),
				     S_INIT("usr/share/lintian/"), S_INIT("usr/share/bug/") };

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		if (str_starts(path, below[i]))
			return true;
	}
	return false;
}

static size_t digest_size(uint8_t kind)
{
	return kind == HASH_SHA256 ? 32 : kind == HASH_SHA1 ? 20 : 16;
}

struct comparison {
	struct catalog *c;
	VEC(struct changed_file) changed;
	uint64_t compared;
};

static int note(struct op *op, struct comparison *w, uint32_t package, const struct package_file *f,
		enum changed_how how, int layer)
{
	struct changed_file *x = vec_push(op, &w->changed);

	if (!x)
		return op->code;
	*x = (struct changed_file){ .path = f->path,
				    .package = package,
				    .how = how,
				    .config = f->flags & FILE_CONFIG,
				    .layer = w->c->wish->image ? layer : -1 };
	return 0;
}

static int compare(struct op *op, struct comparison *w, uint32_t package,
		   const struct package_file *f)
{
	uint32_t node = tree_find_link(w->c->tree, f->path);
	const uint8_t *is;

	if (node == TREE_NONE)
		return is_dispensable(f->path) || f->flags & (FILE_GHOST | FILE_DOC)
			       ? 0
			       : note(op, w, package, f, CHANGED_MISSING, -1);
	if (!f->hash || !(is = tree_hash(w->c->tree, node, (enum hash_kind)f->hash)))
		return 0;
	w->compared++;
	return memcmp(is, f->digest, digest_size(f->hash)) == 0
		       ? 0
		       : note(op, w, package, f, CHANGED_CONTENT,
			      tree_node(w->c->tree, node)->layer);
}

static int by_path(const void *a, const void *b)
{
	const struct changed_file *x = a, *y = b;
	int order = str_cmp(x->path, y->path);

	return order ? order : x->package < y->package ? -1 : x->package > y->package;
}

static int file_by_path(const void *a, const void *b)
{
	return str_cmp(((const struct inventory_file *)a)->path,
		       ((const struct inventory_file *)b)->path);
}

static int list_file(struct op *op, struct catalog *c, uint32_t i, struct inventory_file *ret)
{
	static const enum hash_kind kinds[] = { HASH_SHA256, HASH_SHA1, HASH_MD5 };
	const struct tree_node *n = tree_node(c->tree, i);
	uint8_t *to[] = { ret->sha256, ret->sha1, ret->md5 };
	struct tree_owner owner = tree_owner(c->tree, n);
	SCRATCH char path[LIMIT_PATH + 1];

	ret->mode = n->mode;
	ret->uid = owner.uid;
	ret->gid = owner.gid;
	ret->size = n->size;
	ret->layer = c->wish->image ? n->layer : -1;
	ret->owner = c->owner[i] ? c->owner[i] - 1 : UINT32_MAX;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		const uint8_t *digest = tree_hash(c->tree, i, kinds[k]);
		if (!digest)
			continue;
		memcpy(to[k], digest, digest_size((uint8_t)kinds[k]));
		ret->hashes |= (uint8_t)kinds[k];
	}
	return op_copy(op, tree_path(c->tree, i, path), &ret->path);
}

static int list_files(struct op *op, struct catalog *c, struct inventory *ret)
{
	ptrdiff_t n = 0;

	for (uint32_t i = 1; i < tree_count(c->tree); i++)
		n += tree_node(c->tree, i)->type == TREE_FILE &&
		     !tree_is_gone(tree_node(c->tree, i));
	struct inventory_file *file = op_new(op, struct inventory_file, n);
	if (!file)
		return op->code;
	n = 0;
	for (uint32_t i = 1; i < tree_count(c->tree); i++) {
		const struct tree_node *node = tree_node(c->tree, i);
		if (node->type != TREE_FILE || tree_is_gone(node))
			continue;
		int rc = list_file(op, c, i, &file[n++]);
		if (rc < 0)
			return rc;
	}
	if (n)
		qsort(file, (size_t)n, sizeof(*file), file_by_path);
	ret->file = file;
	ret->file_n = n;
	return 0;
}

int changed_make(struct op *op, struct catalog *c, struct inventory *ret)
{
	struct comparison w = { .c = c };
	int rc = c->wish->files ? list_files(op, c, ret) : 0;

	for (ptrdiff_t i = 0; rc == 0 && i < c->package.n; i++) {
		const struct package *p = &c->package.p[i];
		for (ptrdiff_t j = 0; rc == 0 && j < p->file_n; j++)
			rc = compare(op, &w, (uint32_t)i, &p->file[j]);
	}
	if (w.changed.n)
		qsort(w.changed.p, (size_t)w.changed.n, sizeof(*w.changed.p), by_path);
	ret->changed = w.changed.p;
	ret->changed_n = w.changed.n;
	ret->compared = w.compared;
	return rc;
}
