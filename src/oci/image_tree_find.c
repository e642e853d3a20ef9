#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "image_tree.h"
#include "image_tree_layer.h"

enum {
	LINKS_MAX = 40, /* as in image_tree.c */
	REST_MAX = 2 * LIMIT_PATH,
};

static int by_path(const void *key, const void *entry)
{
	return entry_path_cmp(*(const str *)key, ((const struct entry *)entry)->path);
}

static const struct entry *exact_path(const struct image_tree *t, str path)
{
	if (path.len == 0)
		return &t->root;
	return t->n ? bsearch(&path, t->entry, (size_t)t->n, sizeof(*t->entry), by_path) : NULL;
}

/* link + "/" + left into rest[REST_MAX], where left may stand already; false if it does not fit. */
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

/* `done` holds the path so far, without links; ".." takes its last component away. */
static const struct entry *find(const struct image_tree *t, str path, bool follow_last)
{
	char rest[REST_MAX], done[LIMIT_PATH];
	ptrdiff_t n = 0;
	int links = 0;
	const struct entry *at = &t->root;

	while (path.len) {
		str name = str_cut(&path, '/');
		if (name.len == 0 || str_eq(name, S(".")))
			continue;
		if (str_eq(name, S(".."))) {
			n = str_dir_name((str){ done, n }).len;
			at = exact_path(t, (str){ done, n });
			continue;
		}
		ptrdiff_t slash = n > 0;
		if (n + slash + name.len > LIMIT_PATH || !at || at->type != ENTRY_DIRECTORY)
			return NULL;
		if (slash)
			done[n] = '/';
		memcpy(done + n + slash, name.p, (size_t)name.len);
		at = exact_path(t, (str){ done, n + slash + name.len });
		if (!at)
			return NULL;
		if (at->type != ENTRY_SYMLINK || (!follow_last && path.len == 0)) {
			n += slash + name.len;
			continue;
		}
		if (++links > LINKS_MAX || !splice(at->link, rest, &path))
			return NULL;
		n = str_starts(at->link, S("/")) ? 0 : n;
		at = exact_path(t, (str){ done, n });
	}
	return at;
}

const struct entry *image_tree_find(const struct image_tree *t, str path)
{
	return find(t, path, true);
}

const struct entry *image_tree_find_link(const struct image_tree *t, str path)
{
	return find(t, path, false);
}

struct reader {
	uint64_t position;
	size_t max;
	str got;
	bool found;
};

static int read_one(struct op *op, void *arg, struct tar *tar, const struct tar_entry *e,
		    uint64_t position)
{
	struct reader *r = arg;

	if (position != r->position || e->type != TAR_FILE)
		return 0;
	r->found = true;
	int rc = tar_read_all(op, tar, r->max, &r->got);
	return rc < 0 ? rc : 1;
}

int image_tree_content(struct op *op, const struct store *s, const struct image *image,
		       const struct image_tree *t, const struct entry *entry, size_t max, str *ret)
{
	MUST(entry >= t->entry && entry < t->entry + t->n);
	const struct tree_place *place = &t->place[entry - t->entry];
	struct reader r = { .position = place->position, .max = max };

	if (entry->type != ENTRY_FILE && entry->type != ENTRY_HARDLINK)
		return op_fail(op, ERR_USAGE, "%.*s is not a file", STR_ARG(entry->path));
	if (entry->size == 0) {
		*ret = S("");
		return 0;
	}
	int rc = image_tree_layer(op, s, &image->config.layer[place->layer], read_one, &r);
	if (rc < 0)
		return rc;
	if (!r.found)
		return op_fail(op, ERR_VERIFY, "%.*s is gone from its layer", STR_ARG(entry->path));
	*ret = r.got;
	return 0;
}
