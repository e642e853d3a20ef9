#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/vec.h"
#include "layout.h"
#include "store.h"

static bool name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._/:@+-", c));
}

int store_name(struct op *op, str name, str *ret)
{
	bool ok = name.len > 0 && name.len <= LIMIT_NAME;

	for (ptrdiff_t i = 0; ok && i < name.len; i++)
		ok = name_byte(name.p[i]);
	for (str rest = name, part; ok && rest.p;) {
		part = str_cut(&rest, '/');
		ok = part.len > 0 && !str_eq(part, S(".")) && !str_eq(part, S("..")) &&
		     part.p[0] != ':' && part.p[part.len - 1] != ':';
	}
	if (!ok)
		return op_fail(op, ERR_USAGE, "'%.*s' is not an image name like nginx:1.28",
			       STR_ARG(name));
	if (str_rfind(name, ':') > str_rfind(name, '/'))
		return op_copy(op, name, ret);
	return op_text(op, ret, "%.*s:latest", STR_ARG(name));
}

static int read_index(struct op *op, const struct store *s, struct doc *ret)
{
	str what;
	int rc = op_text(op, &what, "%.*s/index.json", STR_ARG(s->path));

	return rc < 0 ? rc : layout_read(op, s->dir, what, ret);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct store_image *)a)->name,
		       ((const struct store_image *)b)->name);
}

int store_image_list(struct op *op, const struct store *s, struct store_image **ret,
		     ptrdiff_t *ret_n)
{
	VEC(struct store_image) found = { 0 };
	struct doc doc;
	int rc = read_index(op, s, &doc);

	if (rc < 0)
		return rc;
	const struct node *list = node_get(&doc.root, S("manifests"));
	for (ptrdiff_t i = 0; i < list->n; i++) {
		struct layout_entry e;
		if ((rc = layout_entry_read(op, &doc, &list->child[i], &e)) < 0)
			return rc;
		if (!e.ref_name.len)
			continue;
		struct store_image *image = vec_push(op, &found);
		if (!image)
			return op->code;
		*image = (struct store_image){ e.ref_name, e.media_type, e.digest, e.size };
	}
	if (found.n > 1)
		qsort(found.p, (size_t)found.n, sizeof(*found.p), by_name);
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}

int store_image_get(struct op *op, const struct store *s, str name, struct store_image *ret)
{
	struct store_image *image = NULL;
	ptrdiff_t n = 0;
	int rc = store_name(op, name, &name);

	if (rc < 0 || (rc = store_image_list(op, s, &image, &n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!str_eq(image[i].name, name))
			continue;
		*ret = image[i];
		return 0;
	}
	return 1;
}

/* Under the lock: put `add` in or take `drop` out. */
static int change(struct op *op, const struct store *s, const struct layout_entry *add, ptrdiff_t n,
		  str drop)
{
	AUTO_FD lock = -1;
	struct doc doc;
	int rc = layout_lock_file(op, s->dir, "lock", F_WRLCK, &lock);

	if (rc < 0 || (rc = read_index(op, s, &doc)) < 0)
		return rc;
	return layout_write(op, s->dir, &doc, add, n, drop);
}

/* An entry to put in, and its place among those given: of one name the last counts. */
struct wish {
	struct layout_entry entry;
	ptrdiff_t place;
};

static int by_wish(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = str_cmp(x->entry.ref_name, y->entry.ref_name);

	return order ? order : (x->place < y->place) - (x->place > y->place);
}

/* Does the store call just this image so? `have` is sorted by name. */
static bool is_there(const struct store_image *have, ptrdiff_t n, const struct layout_entry *e)
{
	struct store_image key = { .name = e->ref_name };
	const struct store_image *found =
		n ? bsearch(&key, have, (size_t)n, sizeof(*have), by_name) : NULL;

	return found && digest_eq(&found->digest, &e->digest) &&
	       str_eq(found->media_type, e->media_type);
}

int store_images_put(struct op *op, const struct store *s, const struct store_image *image,
		     ptrdiff_t n)
{
	struct wish *wish = op_new(op, struct wish, n);
	struct layout_entry *add = op_new(op, struct layout_entry, n);
	struct store_image *have = NULL;
	ptrdiff_t have_n = 0, add_n = 0;
	int rc = wish && add ? store_image_list(op, s, &have, &have_n) : op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		wish[i] = (struct wish){ { .media_type = image[i].media_type,
					   .digest = image[i].digest,
					   .size = image[i].size },
					 i };
		rc = store_name(op, image[i].name, &wish[i].entry.ref_name);
	}
	if (rc < 0)
		return rc;
	if (n > 1)
		qsort(wish, (size_t)n, sizeof(*wish), by_wish);
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct layout_entry *e = &wish[i].entry;
		bool again = i > 0 && str_eq(wish[i - 1].entry.ref_name, e->ref_name);
		if (!again && !is_there(have, have_n, e))
			add[add_n++] = *e;
	}
	return add_n ? change(op, s, add, add_n, S("")) : 0;
}

int store_image_put(struct op *op, const struct store *s, const struct store_image *image)
{
	return store_images_put(op, s, image, 1);
}

int store_image_delete(struct op *op, const struct store *s, str name)
{
	struct store_image have;
	int rc = store_image_get(op, s, name, &have);

	return rc ? rc : change(op, s, NULL, 0, have.name);
}
