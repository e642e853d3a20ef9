#include "image_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/tar.h"
#include "document.h"
#include "image_tree_layer.h"

enum {
	LINKS_MAX = 40, /* symlinks on the way to one path. Source: Linux path_resolution(7) */
	REST_MAX = 2 * LIMIT_PATH, /* bytes of a path while its links are put in */
	PIECE = 1 << 16,
	DEPTH_MAX = LIMIT_PATH / 2, /* components of a path, links resolved */
};

/* A file, whatever its names are. */
struct inode {
	struct entry e; /* path and type HARDLINK are not used */
	struct image_tree_place place;
	str content; /* if it was wanted */
	str first;   /* its first name when the tree is listed */
};

struct knot { /* one name in a directory */
	struct inode *inode;
	struct knot *parent; /* the root's is itself */
	struct map child;    /* of a directory: name to struct knot; NULL for a removed one */
	ptrdiff_t layer;     /* that put it there last */
	int swept, opaque;   /* 1 + the layer whose whiteouts hid all of this and below; children */
	int depth;
	int path_len;
};

struct merge {
	struct op *op;
	struct knot *root;
	struct image_tree *tree;
	const struct image_tree_wish *wish;
	struct hash *hash; /* or NULL: no digests of contents */
	uint64_t kept;     /* bytes of contents */
	ptrdiff_t layer, ordinal, entries;
	ptrdiff_t knots; /* names made, those between the entries' too */
	uint64_t text;   /* bytes of paths and links */
	str what;        /* the layer, for messages */
};

/* A path through links can be far longer than the entry that names it, and stand for many
 * directories. */
static int count_text(struct op *op, uint64_t *text, ptrdiff_t n)
{
	*text += (uint64_t)n;
	return *text <= LIMIT_PATH_BYTES
		       ? 0
		       : op_fail(op, ERR_LIMIT, "an image with more than %d bytes of paths",
				 LIMIT_PATH_BYTES);
}

static int knot_new(struct merge *m, struct knot *parent, str name, struct knot **ret)
{
	if (++m->knots > LIMIT_ENTRIES)
		return op_fail(m->op, ERR_LIMIT, "an image of more than %d names", LIMIT_ENTRIES);
	struct knot *k = op_new(m->op, struct knot, 1);
	str key = name;

	if (!k || !(k->inode = op_new(m->op, struct inode, 1)))
		return m->op->code;
	k->parent = parent ? parent : k;
	k->depth = parent ? parent->depth + 1 : 0;
	k->path_len = parent ? parent->path_len + (int)name.len + 1 : 0;
	k->layer = m->layer;
	map_init(&k->child, m->op);
	k->inode->e = (struct entry){ .type = ENTRY_DIRECTORY, .mode = 0755 };
	k->inode->place = (struct image_tree_place){ m->layer, m->ordinal };
	if (k->depth > DEPTH_MAX || k->path_len > LIMIT_PATH)
		return op_fail(m->op, ERR_LIMIT, "%.*s: a path is too long, links resolved: '%.*s'",
			       STR_ARG(m->what), STR_ARG(name));
	if (name.len > LIMIT_NAME || str_find(name, '\0') >= 0)
		return op_fail(m->op, ERR_FORMAT, "%.*s: bad name on the way of a link: '%.*s'",
			       STR_ARG(m->what), STR_ARG(name));
	if (parent && (op_copy(m->op, name, &key) < 0 || map_put(&parent->child, key, k) < 0))
		return m->op->code;
	*ret = k;
	return 0;
}

static bool is_dir(const struct knot *k)
{
	return k->inode->e.type == ENTRY_DIRECTORY;
}

/* Put a link's target before what is left of the path in rest[REST_MAX]. */
static int splice(struct merge *m, str link, char *rest, str *left)
{
	if (link.len + 1 + left->len > REST_MAX)
		return op_fail(m->op, ERR_LIMIT, "%.*s: a path through '%.*s' is too long",
			       STR_ARG(m->what), STR_ARG(link));
	if (left->len)
		memmove(rest + link.len + 1, left->p, (size_t)left->len);
	memcpy(rest, link.p, (size_t)link.len);
	rest[link.len] = '/';
	*left = (str){ rest, link.len + 1 + left->len };
	return 0;
}

/*
 * The directory at path, symlinks resolved below the root. Missing ones are made, or without
 * `make` are 1. A file in the way is ERR_FORMAT (1 without `make`).
 */
static int walk(struct merge *m, str path, bool make, struct knot **ret)
{
	char rest[REST_MAX];
	struct knot *at = m->root;
	int links = 0, rc;

	while (path.len) {
		str name = str_cut(&path, '/');
		if (name.len == 0 || str_eq(name, S(".")))
			continue;
		if (str_eq(name, S(".."))) {
			at = at->parent;
			continue;
		}
		struct knot *next = map_get(&at->child, name);
		if (!next && !make)
			return 1;
		if (!next && (rc = knot_new(m, at, name, &next)) < 0)
			return rc;
		if (next->inode->e.type == ENTRY_SYMLINK) {
			str link = next->inode->e.link;
			if (++links > LINKS_MAX)
				return op_fail(m->op, ERR_FORMAT,
					       "%.*s: too many links on the way to '%.*s'",
					       STR_ARG(m->what), STR_ARG(name));
			if ((rc = splice(m, link, rest, &path)) < 0)
				return rc;
			at = str_starts(link, S("/")) ? m->root : at;
			continue;
		}
		if (!is_dir(next))
			return make ? op_fail(m->op, ERR_FORMAT,
					      "%.*s: '%.*s' is used as a directory and is a file",
					      STR_ARG(m->what), STR_ARG(name))
				    : 1;
		at = next;
	}
	*ret = at;
	return 0;
}

/* Rule 1: take away what lower layers put at k and below. True if nothing of k is left. The depth
 * of the recursion is that of the tree: DEPTH_MAX. What is swept once has nothing of lower layers,
 * however often a layer says it. */
static bool remove_lower(struct knot *k, ptrdiff_t layer)
{
	bool empty = true;

	if (k->swept > layer)
		return false;
	k->swept = (int)layer + 1;
	for (ptrdiff_t i = 0; i < k->child.n; i++) {
		struct knot *child = k->child.item[i].value;
		if (child && remove_lower(child, layer))
			k->child.item[i].value = NULL;
		empty &= !k->child.item[i].value;
	}
	return empty && k->layer < layer;
}

static int whiteout(struct merge *m, str dir, str name)
{
	struct knot *parent;
	str hidden = str_from(name, 4);
	int rc = walk(m, dir, false, &parent);

	if (hidden.len == 0 || str_eq(hidden, S(".")) || str_eq(hidden, S("..")))
		return op_fail(m->op, ERR_FORMAT, "%.*s: bad whiteout '%.*s'", STR_ARG(m->what),
			       STR_ARG(name));
	if (rc)
		return rc < 0 ? rc : 0;
	if (str_eq(name, S(".wh..wh..opq"))) {
		if (parent->opaque > m->layer)
			return 0;
		parent->opaque = (int)m->layer + 1;
		for (ptrdiff_t i = 0; i < parent->child.n; i++) {
			struct knot *child = parent->child.item[i].value;
			if (child && remove_lower(child, m->layer))
				parent->child.item[i].value = NULL;
		}
		return 0;
	}
	if (str_starts(hidden, S(".wh."))) /* aufs kept its own notes under such names */
		return 0;
	ptrdiff_t i = map_find(&parent->child, hidden);
	struct knot *k = i < 0 ? NULL : parent->child.item[i].value;
	if (k && remove_lower(k, m->layer))
		parent->child.item[i].value = NULL;
	return 0;
}

/* The file that a hard link's target is at this moment. */
static int find_target(struct merge *m, const struct tar_entry *e, struct inode **ret)
{
	struct knot *parent, *k = NULL;
	int rc = walk(m, str_dir_name(e->link), false, &parent);

	if (rc < 0)
		return rc;
	if (rc == 0)
		k = map_get(&parent->child, str_base_name(e->link));
	if (!k || is_dir(k))
		return op_fail(m->op, ERR_FORMAT,
			       "%.*s: hard link '%.*s' to '%.*s', which is no file",
			       STR_ARG(m->what), STR_ARG(e->path), STR_ARG(e->link));
	*ret = k->inode;
	return 0;
}

static int set_inode(struct merge *m, struct inode *inode, const struct tar_entry *e)
{
	static const enum entry_type type[] = { [TAR_FILE] = ENTRY_FILE,
						[TAR_SYMLINK] = ENTRY_SYMLINK,
						[TAR_DIRECTORY] = ENTRY_DIRECTORY };

	inode->e = (struct entry){ .type = type[e->type],
				   .mode = e->mode,
				   .uid = e->uid,
				   .gid = e->gid,
				   .size = e->size,
				   .mtime = e->mtime };
	inode->place = (struct image_tree_place){ m->layer, m->ordinal };
	int rc = e->type == TAR_SYMLINK ? count_text(m->op, &m->text, e->link.len) : 0;
	return rc == 0 && e->type == TAR_SYMLINK ? op_copy(m->op, e->link, &inode->e.link) : rc;
}

static bool is_wanted(struct merge *m, const struct tar_entry *e)
{
	if (!m->wish->wants || !m->wish->wants(m->wish->arg, e->path, e->size) ||
	    e->size > LIMIT_WANTED - m->kept)
		return false;
	m->kept += e->size;
	return true;
}

static int keep_content(struct merge *m, struct tar *tar, const struct tar_entry *e,
			struct inode *inode)
{
	int rc = tar_read_all(m->op, tar, e->size, &inode->content);

	if (rc < 0)
		return rc;
	if (!inode->content.p)
		inode->content = S("");
	if (m->hash)
		inode->e.sha256 = digest_of(inode->content);
	return 0;
}

static int hash_content(struct merge *m, struct tar *tar, struct inode *inode)
{
	char piece[PIECE];
	size_t n = 0;
	int rc;

	hash_restart(m->hash);
	while ((rc = tar_read(m->op, tar, piece, sizeof(piece), &n)) == 0 && n > 0)
		hash_add(m->hash, (str){ piece, (ptrdiff_t)n });
	if (rc < 0)
		return rc;
	hash_result(m->hash, HASH_SHA256, inode->e.sha256.b);
	return 0;
}

/* The name's place in its directory, as new as the entry: what was there goes (rule 2). */
static int place_entry(struct merge *m, const struct tar_entry *e, struct knot **ret)
{
	struct knot *parent, *k;
	str name = str_base_name(e->path);
	int rc;

	if (e->path.len == 0) {
		*ret = m->root;
		m->root->layer = m->layer;
		return e->type == TAR_DIRECTORY
			       ? 0
			       : op_fail(m->op, ERR_FORMAT, "%.*s: the root is not a directory",
					 STR_ARG(m->what));
	}
	if ((rc = walk(m, str_dir_name(e->path), true, &parent)) < 0)
		return rc;
	k = map_get(&parent->child, name);
	if (k && is_dir(k) && e->type == TAR_DIRECTORY) {
		struct inode *own = op_new(m->op, struct inode, 1);
		if (!own)
			return m->op->code;
		k->inode = own;
		k->layer = m->layer;
		*ret = k;
		return 0;
	}
	return knot_new(m, parent, name, ret);
}

static int merge_entry(struct merge *m, struct tar *tar, const struct tar_entry *e)
{
	str name = str_base_name(e->path);
	struct inode *target = NULL;
	struct knot *k;
	int rc;

	m->tree->has_xattrs |= e->has_xattrs;
	if (str_starts(name, S(".wh.")))
		return whiteout(m, str_dir_name(e->path), name);
	if (e->type == TAR_OTHER) {
		m->tree->skipped++;
		return 0;
	}
	if (e->type == TAR_HARDLINK && (rc = find_target(m, e, &target)) < 0)
		return rc;
	if ((rc = place_entry(m, e, &k)) < 0)
		return rc;
	if (target) {
		k->inode = target;
		return 0;
	}
	if ((rc = set_inode(m, k->inode, e)) < 0)
		return rc;
	if (e->type != TAR_FILE)
		return 0;
	if (is_wanted(m, e))
		return keep_content(m, tar, e, k->inode);
	return m->hash ? hash_content(m, tar, k->inode) : 0;
}

static int merge_layer(struct op *op, void *arg, struct tar *tar, const struct tar_entry *e,
		       ptrdiff_t ordinal)
{
	struct merge *m = arg;

	m->ordinal = ordinal;
	if (++m->entries > LIMIT_ENTRIES)
		return op_fail(op, ERR_LIMIT, "an image of more than %d entries", LIMIT_ENTRIES);
	return merge_entry(m, tar, e);
}

/* One line of the list: path is the knot's own. */
static void list_knot(const struct knot *k, str path, struct entry *entry,
		      struct image_tree_place *place, str *content)
{
	struct inode *inode = k->inode;

	*entry = inode->e;
	entry->path = path;
	*place = inode->place;
	*content = inode->content;
	if (is_dir(k) || inode->e.type == ENTRY_SYMLINK)
		return;
	if (inode->first.p) {
		entry->type = ENTRY_HARDLINK;
		entry->link = inode->first;
	} else {
		inode->first = path;
	}
}

struct lister {
	uint64_t text; /* bytes of paths and links */
	VEC(struct entry) entry;
	VEC(struct image_tree_place) place;
	VEC(str) content;
};

/* All below k, in order of path; recursion as deep as the tree: DEPTH_MAX. */
static int list_below(struct op *op, struct knot *k, str path, struct lister *l)
{
	map_sort(&k->child);
	for (ptrdiff_t i = 0; i < k->child.n; i++) {
		struct knot *child = k->child.item[i].value;
		str own;
		if (!child)
			continue;
		int rc = count_text(op, &l->text, child->path_len);
		if (rc == 0)
			rc = op_text(op, &own, "%.*s%s%.*s", STR_ARG(path), path.len ? "/" : "",
				     STR_ARG(k->child.item[i].key));
		if (rc < 0)
			return rc;
		struct entry *entry = vec_push(op, &l->entry);
		struct image_tree_place *place = vec_push(op, &l->place);
		str *content = vec_push(op, &l->content);
		if (!entry || !place || !content)
			return op->code;
		list_knot(child, own, entry, place, content);
		if ((rc = list_below(op, child, own, l)) < 0)
			return rc;
	}
	return 0;
}

int image_tree_read(struct op *op, const struct store *s, const struct image *image,
		    const struct image_tree_wish *wish, struct image_tree *ret)
{
	static const struct image_tree_wish nothing;
	struct image_tree tree = { 0 };
	struct lister l = { 0 };
	struct merge m = {
		.op = op, .wish = wish ? wish : &nothing, .tree = &tree, .what = S("image")
	};
	AUTO_HASH *hash = NULL;
	int rc = knot_new(&m, NULL, S(""), &m.root);

	if (rc < 0 || (m.wish->digests && (rc = hash_open(op, HASH_SHA256, &hash)) < 0))
		return rc;
	m.hash = hash;
	for (m.layer = 0; m.layer < image->config.layer_n; m.layer++) {
		char text[DIGEST_TEXT];
		const struct image_layer *layer = &image->config.layer[m.layer];
		m.what = str_of(digest_text(&layer->digest, text));
		if ((rc = image_tree_layer(op, s, layer, merge_layer, &m)) < 0)
			return rc;
	}
	l.text = m.text;
	if ((rc = list_below(op, m.root, S(""), &l)) < 0)
		return rc;
	tree.entry = l.entry.p;
	tree.place = l.place.p;
	tree.content = l.content.p;
	tree.n = l.entry.n;
	tree.root = m.root->inode->e;
	*ret = tree;
	return 0;
}
