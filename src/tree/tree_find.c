#include <string.h>

#include "tree_impl.h"

/* Put a link's target before what is left of the path in rest[REST_MAX], where it may stand
 * already. */
static bool splice(str link, char *rest, str *left)
{
	if (link.len + 1 + left->len > REST_MAX)
		return false;
	if (left->len)
		memmove(rest + link.len + 1, left->p, (size_t)left->len);
	memcpy(rest, link.p, (size_t)link.len);
	rest[link.len] = '/';
	*left = (str){ rest, link.len + 1 + left->len };
	return true;
}

static int depth_of(const struct tree *t, uint32_t node)
{
	int n = 0;

	for (; node != 0; node = node_at(t, node)->parent)
		n += (int)tree_name(t, node).len + 1;
	return n;
}

static int make_directory(struct op *op, const struct tree *t, const struct walk *w, uint32_t dir,
			  str name, uint32_t *ret)
{
	struct tree *own = (struct tree *)(uintptr_t)t; /* only who owns the tree makes anything */

	if (depth_of(t, dir) + name.len + 1 > LIMIT_PATH)
		return op_fail(op, ERR_LIMIT, "%.*s: a path is too long, links resolved: '%.*s'",
			       STR_ARG(w->what), STR_ARG(name));
	int rc = tree_add(own, dir, name, ret);
	if (rc == 0)
		node_at(t, *ret)->layer = w->layer;
	return rc;
}

int tree_walk(struct op *op, const struct tree *t, const struct walk *w, str path, uint32_t *ret)
{
	SCRATCH char rest[REST_MAX];
	uint32_t at = w->from;
	int links = 0, rc;

	while (path.len) {
		str name = str_cut(&path, '/');
		if (name.len == 0 || str_eq(name, S(".")))
			continue;
		const struct tree_node *dir = node_at(t, at);
		if (dir->type != TREE_DIRECTORY) {
			*ret = TREE_NONE;
			return w->make ? op_fail(op, ERR_FORMAT,
						 "%.*s: '%.*s' is used as a directory and is a "
						 "file",
						 STR_ARG(w->what), STR_ARG(tree_name(t, at)))
				       : 0;
		}
		if (str_eq(name, S(".."))) {
			at = dir->parent;
			continue;
		}
		uint32_t next = tree_child(t, at, name);
		if (next == TREE_NONE && w->make &&
		    (rc = make_directory(op, t, w, at, name, &next)) < 0)
			return rc;
		if (next == TREE_NONE) {
			*ret = TREE_NONE;
			return 0;
		}
		if (node_at(t, next)->type == TREE_SYMLINK && (path.len > 0 || w->follow_last)) {
			str link = tree_link(t, next);
			if (++links > LINKS_MAX || !splice(link, rest, &path)) {
				*ret = TREE_NONE;
				return w->make ? op_fail(op, ERR_FORMAT,
							 "%.*s: too many links on the way to "
							 "'%.*s'",
							 STR_ARG(w->what), STR_ARG(name))
					       : 0;
			}
			at = str_starts(link, S("/")) ? 0 : at;
			continue;
		}
		at = next;
	}
	if (w->make && node_at(t, at)->type != TREE_DIRECTORY)
		return op_fail(op, ERR_FORMAT, "%.*s: '%.*s' is used as a directory and is a file",
			       STR_ARG(w->what), STR_ARG(tree_name(t, at)));
	*ret = at;
	return 0;
}

uint32_t tree_find_from(const struct tree *t, uint32_t dir, str path, bool follow_last)
{
	struct walk w = { .from = dir, .follow_last = follow_last };
	uint32_t at = TREE_NONE;

	return tree_walk(NULL, t, &w, path, &at) < 0 ? TREE_NONE : at;
}

uint32_t tree_find(const struct tree *t, str path)
{
	return tree_find_from(t, 0, path, true);
}

uint32_t tree_find_link(const struct tree *t, str path)
{
	return tree_find_from(t, 0, path, false);
}
