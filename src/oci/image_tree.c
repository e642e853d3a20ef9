#include "image_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "document.h"
#include "source_parts.h"

void image_layers_close(struct image_layers *l)
{
	for (ptrdiff_t i = 0; i < l->n; i++)
		fd_close(&l->layer[i].fd);
	l->n = 0;
}

static int open_blob(struct op *op, const struct store *s, const struct image_layer *layer,
		     struct tree_layer *ret)
{
	enum stream_kind want, is;
	char text[DIGEST_TEXT];
	uint64_t size = 0;
	int rc = op_text(op, &ret->what, "layer %s", digest_text(&layer->digest, text));

	if (rc < 0 || (rc = store_blob_open(op, s, &layer->digest, &ret->fd, &size)) != 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT, "%.*s is not in the store",
					STR_ARG(ret->what));
	ret->size = size;
	ret->blob = layer->digest;
	ret->diff_id = layer->diff_id;
	if (size != layer->size)
		return op_fail(op, ERR_FORMAT, "%.*s has %llu bytes and its descriptor says %llu",
			       STR_ARG(ret->what), (unsigned long long)size,
			       (unsigned long long)layer->size);
	if ((rc = source_layer_kind(op, ret, &is)) < 0)
		return rc;
	return media_layer_stream(layer->media_type, &want) && want == is
		       ? 0
		       : op_fail(op, ERR_FORMAT,
				 "%.*s is not compressed as its media type '%.*s' says",
				 STR_ARG(ret->what), STR_ARG(layer->media_type));
}

int image_layers_open(struct op *op, const struct store *s, const struct image *image,
		      struct image_layers *ret)
{
	ptrdiff_t n = image->config.layer_n;

	if (!(ret->layer = op_new(op, struct tree_layer, n)))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		ret->layer[i].fd = -1;
		ret->n = i + 1;
		int rc = open_blob(op, s, &image->config.layer[i], &ret->layer[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* What is found not to be what its name says goes from the store. */
static void drop_bad(const struct store *s, const struct image *image)
{
	AUTO_OP own;

	op_init(&own, 0);
	for (ptrdiff_t i = 0; i < image->config.layer_n; i++) {
		if (store_blob_verify(&own, s, &image->config.layer[i].digest) < 0)
			op_forgive(&own);
	}
}

struct lister {
	struct op *op;
	const struct tree *from;
	const struct image_tree_wish *wish;
	struct image_tree *to;
	uint32_t *place; /* [tree_count()]: 1 + the entry that is a file's first name */
	uint64_t text;   /* bytes of paths and links */
	uint64_t kept;   /* and of contents */
};

static int list_content(struct lister *l, uint32_t node, str path, str *ret)
{
	const struct tree_node *n = tree_node(l->from, node);
	struct at at;

	if (!l->wish->wants || !l->wish->wants(l->wish->arg, path, n->size) ||
	    n->size > LIMIT_WANTED - l->kept)
		return 0;
	l->kept += n->size;
	int rc = tree_at(l->op, l->from, node, &at);
	if (rc == 0)
		rc = at_all(l->op, &at, LIMIT_WANTED, ret);
	str own;
	if (rc < 0 || (rc = op_copy(l->op, *ret, &own)) < 0)
		return rc;
	*ret = own.p ? own : S("");
	return 0;
}

static int list_file(struct lister *l, uint32_t node, struct entry *e, str *content)
{
	const struct tree_node *n = tree_node(l->from, node);
	uint32_t inode = n->link == TREE_NONE ? node : n->link;
	const uint8_t *sha256 = tree_hash(l->from, node, HASH_SHA256);
	ptrdiff_t at = l->to->n - 1;

	if (tree_is_sparse(n))
		return op_fail(l->op, ERR_FORMAT, "'%.*s' is a sparse file", STR_ARG(e->path));
	e->size = n->size;
	if (sha256)
		memcpy(e->sha256.b, sha256, sizeof(e->sha256.b));
	l->to->place[at] = tree_place(n);
	if (l->place[inode]) {
		e->type = ENTRY_HARDLINK;
		e->link = l->to->entry[l->place[inode] - 1].path;
		*content = l->to->content[l->place[inode] - 1];
		return 0;
	}
	l->place[inode] = (uint32_t)at + 1;
	return list_content(l, node, e->path, content);
}

static void describe(const struct tree *t, const struct tree_node *n, struct entry *ret)
{
	static const enum entry_type types[] = { [TREE_FILE] = ENTRY_FILE,
						 [TREE_SYMLINK] = ENTRY_SYMLINK,
						 [TREE_DIRECTORY] = ENTRY_DIRECTORY };
	struct tree_owner owner = tree_owner(t, n);

	*ret = (struct entry){ .type = types[n->type],
			       .mode = n->mode,
			       .uid = owner.uid,
			       .gid = owner.gid,
			       .mtime = n->mtime };
}

static int list_node(struct lister *l, uint32_t node)
{
	SCRATCH char path[LIMIT_PATH + 1];
	const struct tree_node *n = tree_node(l->from, node);
	ptrdiff_t at = l->to->n++;
	struct entry *e = &l->to->entry[at];
	str own = tree_path(l->from, node, path), link = tree_link(l->from, node);

	describe(l->from, n, e);
	l->text += (uint64_t)(own.len + link.len);
	if (l->text > LIMIT_PATH_BYTES)
		return op_fail(l->op, ERR_LIMIT, "an image with more than %d bytes of paths",
			       LIMIT_PATH_BYTES);
	if (op_copy(l->op, own, &e->path) < 0 ||
	    (n->type == TREE_SYMLINK && op_copy(l->op, link, &e->link) < 0))
		return l->op->code;
	return n->type == TREE_FILE ? list_file(l, node, e, &l->to->content[at]) : 0;
}

static _Thread_local const struct tree *sorting;

static int by_name(const void *a, const void *b)
{
	return str_cmp(tree_name(sorting, *(const uint32_t *)a),
		       tree_name(sorting, *(const uint32_t *)b));
}

/* All below dir, in order of path; recursion as deep as paths are: LIMIT_PATH / 2. */
static int list_below(struct lister *l, uint32_t dir)
{
	AUTO_OP own;
	VEC(uint32_t) child = { 0 };
	int rc = 0;

	op_init(&own, 0);
	for (uint32_t i = tree_first(l->from, dir); i != TREE_NONE; i = tree_next(l->from, i)) {
		uint32_t *to = vec_push(&own, &child);
		if (!to)
			return op_adopt_error(l->op, &own);
		*to = i;
	}
	sorting = l->from;
	if (child.n)
		qsort(child.p, (size_t)child.n, sizeof(*child.p), by_name);
	for (ptrdiff_t i = 0; rc == 0 && i < child.n; i++) {
		if (tree_node(l->from, child.p[i])->type == TREE_OTHER)
			continue;
		rc = list_node(l, child.p[i]);
		if (rc == 0)
			rc = list_below(l, child.p[i]);
	}
	return rc;
}

static int list(struct op *op, const struct tree *t, const struct image_tree_wish *wish,
		struct image_tree *ret)
{
	struct tree_sum sum = tree_sum(t);
	ptrdiff_t n = (ptrdiff_t)sum.names;
	struct lister l = { .op = op, .from = t, .wish = wish, .to = ret };

	ret->entry = op_new(op, struct entry, n);
	ret->place = op_new(op, struct tree_place, n);
	ret->content = op_new(op, str, n);
	l.place = op_new(op, uint32_t, tree_count(t));
	if (!ret->entry || !ret->place || !ret->content || !l.place)
		return op->code;
	describe(t, tree_node(t, 0), &ret->root);
	ret->skipped = (ptrdiff_t)sum.other;
	ret->has_xattrs = sum.xattrs > 0;
	return list_below(&l, 0);
}

static const struct image_tree_wish nothing;

int image_tree_read(struct op *op, const struct store *s, const struct image *image,
		    const struct image_tree_wish *wish, struct image_tree *ret)
{
	AUTO_IMAGE_LAYERS blobs = { 0 };
	AUTO_OP own; /* the tree's own memory, which the list does not need */
	AUTO_TREE *t = NULL;
	struct image_tree tree = { 0 };

	wish = wish ? wish : &nothing;
	op_init(&own, op->ceiling);
	own.fault = op->fault;
	struct tree_wish ask = { .verify = true,
				 .hashes = wish->digests ? HASH_SHA256 : 0,
				 .wants = wish->wants,
				 .wants_arg = wish->arg };
	int rc = image_layers_open(op, s, image, &blobs);
	if (rc < 0)
		return rc;
	if ((rc = tree_of_layers(&own, blobs.layer, blobs.n, &ask, &t)) < 0) {
		if (rc == ERR_VERIFY)
			drop_bad(s, image);
		return op_adopt_error(op, &own);
	}
	if ((rc = list(op, t, wish, &tree)) < 0)
		return rc;
	*ret = tree;
	return 0;
}
