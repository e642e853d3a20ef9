#include "tree_merge.h"

#include <string.h>

/* A directory's node has no content: `size` holds, each 0 or 1 + a layer, by whose whiteouts all of
 * lower layers is away below it, and right below it. */
enum { SWEPT = 0, OPAQUE = 8 };

static int mark_of(const struct tree_node *n, int which)
{
	return (int)(n->size >> which & 0xff);
}

static void set_mark(struct tree_node *n, int which, int layer)
{
	n->size = (n->size & ~(UINT64_C(0xff) << which)) | (uint64_t)(layer + 1) << which;
}

void merge_begin(struct merge *m, struct tree *t, uint8_t layer, str what)
{
	m->tree = t;
	m->layer = layer;
	m->what = what;
	m->dir_len = -1;
}

/* The directory of an entry; most entries are in that of the one before them. */
static int find_dir(struct merge *m, str dir, bool make, uint32_t *ret)
{
	struct walk w = { .make = make, .follow_last = true, .layer = m->layer, .what = m->what };
	int rc;

	if (dir.len == m->dir_len && memcmp(dir.p, m->dir, (size_t)dir.len) == 0) {
		*ret = m->dir_node;
		return 0;
	}
	if ((rc = tree_walk(m->tree->op, m->tree, &w, dir, ret)) < 0 || *ret == TREE_NONE)
		return rc;
	if (!make)
		return 0;
	memcpy(m->dir, dir.p, (size_t)dir.len);
	m->dir_len = dir.len;
	m->dir_node = *ret;
	m->real = tree_path(m->tree, *ret, m->real_dir);
	return 0;
}

/* The name goes, and with a directory all that is below. As deep as the tree: DEPTH_MAX. */
static void remove_all(struct tree *t, uint32_t node)
{
	struct tree_node *n = node_at(t, node);

	n->gone |= GONE;
	for (uint32_t i = tree_first(t, node); i != TREE_NONE; i = tree_next(t, i))
		remove_all(t, i);
}

/* Take away what lower layers put at node and below. True if nothing of it is left. */
static bool remove_lower(struct tree *t, uint32_t node, int layer)
{
	struct tree_node *n = node_at(t, node);
	bool empty = true;

	if (n->type == TREE_DIRECTORY) {
		if (mark_of(n, SWEPT) > layer)
			return false;
		set_mark(n, SWEPT, layer);
		for (uint32_t i = tree_first(t, node); i != TREE_NONE; i = tree_next(t, i))
			empty &= remove_lower(t, i, layer);
	}
	if (!empty || n->layer >= layer)
		return false;
	n->gone |= GONE;
	return true;
}

static int hide_children(struct merge *m, uint32_t dir)
{
	struct tree_node *n = node_at(m->tree, dir);

	if (mark_of(n, OPAQUE) > m->layer)
		return 0;
	set_mark(n, OPAQUE, m->layer);
	for (uint32_t i = tree_first(m->tree, dir); i != TREE_NONE; i = tree_next(m->tree, i))
		remove_lower(m->tree, i, m->layer);
	m->dir_len = -1; /* the directory of the last entry may be away */
	return 0;
}

int merge_whiteout(struct merge *m, str path, bool *ret)
{
	str name = str_base_name(path), hidden = str_from(name, 4);
	uint32_t dir, node;

	*ret = str_starts(name, S(".wh."));
	if (!*ret)
		return 0;
	if (hidden.len == 0 || str_eq(hidden, S(".")) || str_eq(hidden, S("..")))
		return op_fail(m->tree->op, ERR_FORMAT, "%.*s: bad whiteout '%.*s'",
			       STR_ARG(m->what), STR_ARG(name));
	int rc = find_dir(m, str_dir_name(path), false, &dir);
	if (rc < 0 || dir == TREE_NONE || node_at(m->tree, dir)->type != TREE_DIRECTORY)
		return rc;
	if (str_eq(name, S(".wh..wh..opq")))
		return hide_children(m, dir);
	if (str_starts(hidden, S(".wh."))) /* aufs kept its own notes under such names */
		return 0;
	if ((node = tree_child(m->tree, dir, hidden)) != TREE_NONE)
		remove_lower(m->tree, node, m->layer);
	m->dir_len = -1;
	return 0;
}

/* A node under the name, new or to be overwritten (rule 2). */
static int place(struct merge *m, uint32_t dir, str name, enum tree_type type, uint32_t *ret)
{
	uint32_t old = tree_child(m->tree, dir, name);

	if (old == TREE_NONE)
		return tree_add(m->tree, dir, name, ret);
	struct tree_node *n = node_at(m->tree, old);
	m->tree->sum.again += n->layer == m->layer && n->type != TREE_DIRECTORY;
	bool same_dir = n->type == TREE_DIRECTORY && type == TREE_DIRECTORY;
	if (same_dir || (n->type != TREE_DIRECTORY && type != TREE_DIRECTORY &&
			 !(n->gone & (LINKED | WANTED)))) {
		*ret = old;
		return 0;
	}
	if (n->type == TREE_DIRECTORY)
		m->dir_len = -1;
	remove_all(m->tree, old);
	return tree_add(m->tree, dir, name, ret);
}

/* Rule 3. */
static int find_target(struct merge *m, const struct tar_entry *e, uint32_t *ret)
{
	struct walk w = { .follow_last = true };
	uint32_t dir, node = TREE_NONE;
	int rc = tree_walk(m->tree->op, m->tree, &w, str_dir_name(e->link), &dir);

	if (rc < 0)
		return rc;
	if (dir != TREE_NONE)
		node = tree_child(m->tree, dir, str_base_name(e->link));
	if (node == TREE_NONE || node_at(m->tree, node)->type == TREE_DIRECTORY)
		return op_fail(m->tree->op, ERR_FORMAT,
			       "%.*s: hard link '%.*s' to '%.*s', which is no file",
			       STR_ARG(m->what), STR_ARG(e->path), STR_ARG(e->link));
	*ret = node;
	return 0;
}

static uint32_t clamp_time(int64_t t)
{
	return t < 0 ? 0 : t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

static int describe(struct merge *m, const struct tar_entry *e, enum tree_type type, uint32_t node)
{
	struct tree_node *n = node_at(m->tree, node);

	if (type != TREE_DIRECTORY) {
		n->where = 0;
		n->size = 0;
		n->probe = 0;
	}
	n->gone &= (uint8_t)~CAPABLE;
	n->type = (uint8_t)type;
	n->link = TREE_NONE;
	n->mode = (uint16_t)e->mode;
	n->mtime = clamp_time(e->mtime);
	n->layer = m->layer;
	if (tree_owner_add(m->tree, e->uid, e->gid, &n->owner) < 0)
		return m->tree->op->code;
	if (type == TREE_OTHER)
		n->where = (uint8_t)e->other;
	if (type == TREE_FILE && e->capability.len &&
	    tree_capable(m->tree, node, e->capability) < 0)
		return m->tree->op->code;
	return type == TREE_SYMLINK ? tree_text_add(m->tree, e->link, &n->link) : 0;
}

/* A further name has all that the file has, so that nobody need look there. */
static int link_to(struct merge *m, uint32_t dir, str name, uint32_t target, uint32_t *ret)
{
	struct tree *t = m->tree;
	struct tree_node *file = node_at(t, target);

	if (tree_child(t, dir, name) == target) { /* a link to itself changes nothing */
		*ret = TREE_NONE;
		return 0;
	}
	file->gone |= LINKED;
	int rc = place(m, dir, name, (enum tree_type)file->type, ret);
	if (rc < 0)
		return rc;
	struct tree_node *n = node_at(t, *ret);
	struct tree_node own = *n;
	*n = *file;
	n->parent = own.parent;
	n->next = own.next;
	n->name = own.name;
	n->gone = own.gone & (uint8_t)~CAPABLE;
	n->layer = m->layer;
	if (n->type == TREE_FILE && n->link == TREE_NONE)
		n->link = target;
	return 0;
}

/* Rule 3: of the rights those of both headers, for not every engine looks at the link's. */
static int lend_rights(struct merge *m, const struct tar_entry *e, uint32_t node)
{
	struct tree *t = m->tree;
	uint16_t owner;

	if (node == TREE_NONE || node_at(t, node)->type != TREE_FILE)
		return 0;
	uint32_t target = node_at(t, node)->link;
	struct tree_node *file = node_at(t, target);
	uint16_t mode = file->mode | (uint16_t)e->mode;
	if (tree_owner_add(t, e->uid, e->gid, &owner) < 0)
		return t->op->code;
	if (mode != file->mode || owner != file->owner) {
		t->lent = true;
		file->mode = mode;
		file->owner = owner;
	}
	return e->capability.len ? tree_capable(t, target, e->capability) : 0;
}

static int place_root(struct merge *m, const struct tar_entry *e)
{
	if (e->type != TAR_DIRECTORY)
		return op_fail(m->tree->op, ERR_FORMAT, "%.*s: the root is not a directory",
			       STR_ARG(m->what));
	return describe(m, e, TREE_DIRECTORY, 0);
}

int merge_entry(struct merge *m, const struct tar_entry *e, uint32_t *ret)
{
	static const enum tree_type types[] = { [TAR_FILE] = TREE_FILE,
						[TAR_SYMLINK] = TREE_SYMLINK,
						[TAR_DIRECTORY] = TREE_DIRECTORY,
						[TAR_OTHER] = TREE_OTHER };
	uint32_t dir, target = TREE_NONE;
	int rc;

	*ret = TREE_NONE;
	m->tree->sum.entries++;
	if (e->path.len == 0)
		return place_root(m, e);
	if (e->type == TAR_HARDLINK && (rc = find_target(m, e, &target)) < 0)
		return rc;
	if ((rc = find_dir(m, str_dir_name(e->path), true, &dir)) < 0)
		return rc;
	str name = str_base_name(e->path);
	if (m->real.len + 1 + name.len > LIMIT_PATH)
		return op_fail(m->tree->op, ERR_LIMIT,
			       "%.*s: a path is too long, links resolved: '%.*s'", STR_ARG(m->what),
			       STR_ARG(name));
	if (target != TREE_NONE) {
		if ((rc = link_to(m, dir, name, target, ret)) < 0)
			return rc;
		return lend_rights(m, e, *ret);
	}
	m->tree->sum.other += e->type == TAR_OTHER;
	if ((rc = place(m, dir, name, types[e->type], ret)) < 0)
		return rc;
	return describe(m, e, types[e->type], *ret);
}

bool merge_wants(const struct merge *m, uint32_t node, uint32_t probe, struct wanted *ret)
{
	const struct interest *i = m->tree->wish->interest;

	return i && interest_match(i, m->real, tree_name(m->tree, node), probe, ret);
}

int merge_match(struct merge *m, uint32_t node, const struct wanted *wanted)
{
	struct tree_match *match = vec_push(m->tree->op, &m->tree->match);

	if (!match)
		return m->tree->op->code;
	*match = (struct tree_match){ node, *wanted };
	node_at(m->tree, node)->gone |= WANTED;
	return 0;
}
