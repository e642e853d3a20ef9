#include "closure.h"

#include "base/limits.h"
#include "base/vec.h"

enum { PIECE = 1 << 16 };

struct walk {
	const struct store *store;
	VEC(struct image_descriptor) list;
};

static int push(struct op *op, struct walk *w, const struct layout_entry *e)
{
	for (ptrdiff_t i = 0; i < w->list.n; i++)
		if (digest_eq(&w->list.p[i].digest, &e->digest))
			return w->list.p[i].size == e->size
				       ? 0
				       : op_fail(op, ERR_FORMAT,
						 "an image gives one blob two sizes");
	if (w->list.n == CLOSURE_MAX)
		return op_fail(op, ERR_LIMIT, "an image of more than %d blobs", CLOSURE_MAX);
	struct image_descriptor *d = vec_push(op, &w->list);
	if (!d)
		return op->code;
	*d = (struct image_descriptor){ e->media_type, e->digest, e->size, e->platform };
	return 0;
}

static int push_list(struct op *op, struct walk *w, const struct doc *doc, const char *key)
{
	const struct node *list = node_get(&doc->root, str_of(key));
	struct layout_entry e;

	if (!list)
		return 0;
	if (list->kind != NODE_LIST)
		return op_fail(op, ERR_FORMAT, "%.*s: '%s' must be a list", STR_ARG(doc->file),
			       key);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		int rc = layout_entry_read(op, doc, &list->child[i], &e);
		if (rc < 0 || (rc = push(op, w, &e)) < 0)
			return rc;
	}
	return 0;
}

/* What a document names: manifests of an index; config and layers of a manifest, image or not. */
static int push_children(struct op *op, struct walk *w, str what, str bytes, enum media kind)
{
	const struct node *config;
	struct layout_entry e;
	struct doc doc;
	int rc = json_parse(op, what, bytes, &doc);

	if (rc < 0)
		return rc;
	bool has_manifests = node_get(&doc.root, S("manifests"));
	if (has_manifests != (kind == MEDIA_IS_INDEX) ||
	    (has_manifests && node_get(&doc.root, S("layers"))))
		return op_fail(op, ERR_FORMAT, "%.*s is not what its media type says",
			       STR_ARG(what));
	if (has_manifests)
		return push_list(op, w, &doc, "manifests");
	config = node_get(&doc.root, S("config"));
	if (config &&
	    ((rc = layout_entry_read(op, &doc, config, &e)) < 0 || (rc = push(op, w, &e)) < 0))
		return rc;
	return push_list(op, w, &doc, "layers");
}

static int check_blob(struct op *op, const struct store *s, const struct image_descriptor *d,
		      str what)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	int rc = store_blob_open(op, s, &d->digest, &fd, &size);

	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "the image is not whole: blob %.*s is missing",
			       STR_ARG(what));
	if (rc == 0 && size != d->size)
		return op_fail(
			op, ERR_FORMAT, "blob %.*s has %llu bytes and its descriptor says %llu",
			STR_ARG(what), (unsigned long long)size, (unsigned long long)d->size);
	return rc;
}

int closure_read(struct op *op, const struct store *s, const struct image_descriptor *root,
		 closure_fetch *fetch, void *arg, struct closure *ret)
{
	struct walk w = { .store = s };
	struct layout_entry first = { .media_type = root->media_type,
				      .digest = root->digest,
				      .size = root->size,
				      .platform = root->platform };
	int rc = push(op, &w, &first);

	for (ptrdiff_t i = 0; rc == 0 && i < w.list.n; i++) {
		struct image_descriptor d = w.list.p[i];
		enum media kind = media_kind(d.media_type);
		char text[DIGEST_TEXT];
		str what, bytes;
		if ((fetch && (rc = fetch(op, arg, &d)) < 0) ||
		    (rc = op_text(op, &what, "%s", digest_text(&d.digest, text))) < 0 ||
		    (rc = check_blob(op, s, &d, what)) < 0)
			return rc;
		if (kind != MEDIA_IS_MANIFEST && kind != MEDIA_IS_INDEX)
			continue;
		rc = store_blob_read(op, s, &d.digest, LIMIT_MANIFEST, &bytes);
		if (rc)
			return rc < 0 ? rc
				      : op_fail(op, ERR_FORMAT, "blob %.*s is missing",
						STR_ARG(what));
		rc = push_children(op, &w, what, bytes, kind);
	}
	if (rc < 0)
		return rc;
	*ret = (struct closure){ w.list.p, w.list.n };
	return 0;
}

int closure_root(struct op *op, const struct store *s, const struct digest *d,
		 struct image_descriptor *ret)
{
	struct image_descriptor root = { .digest = *d };
	char text[DIGEST_TEXT];
	struct doc doc;
	str bytes;
	int rc = store_blob_read(op, s, d, LIMIT_MANIFEST, &bytes);

	if (rc || (rc = json_parse(op, str_of(digest_text(d, text)), bytes, &doc)) < 0)
		return rc;
	root.size = (uint64_t)bytes.len;
	if (!node_text(node_get(&doc.root, S("mediaType")), &root.media_type))
		root.media_type =
			node_get(&doc.root, S("manifests")) ? S(MEDIA_INDEX) : S(MEDIA_MANIFEST);
	*ret = root;
	return 0;
}

int layer_diff_id(struct op *op, const struct store *s, const struct digest *blob,
		  struct digest *ret, uint64_t *ret_size, enum stream_kind *ret_kind)
{
	char piece[PIECE], text[DIGEST_TEXT];
	AUTO_FD fd = -1;
	AUTO_HASH *hash = NULL;
	AUTO_STREAM *in = NULL;
	uint64_t size = 0, total = 0;
	size_t n = 0;
	str what = str_of(digest_text(blob, text));
	int rc = store_blob_open(op, s, blob, &fd, &size);

	if (rc)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT, "layer %.*s is not in the store",
					STR_ARG(what));
	if ((rc = hash_open(op, HASH_SHA256, &hash)) < 0 ||
	    (rc = stream_open_fd(op, fd, what, 0, UINT64_MAX, LIMIT_UNPACKED, &in)) < 0)
		return rc;
	while ((rc = stream_read(op, in, piece, sizeof(piece), &n)) == 0 && n > 0) {
		hash_add(hash, (str){ piece, (ptrdiff_t)n });
		total += n;
	}
	if (rc < 0)
		return rc;
	*ret_kind = stream_kind(in);
	*ret_size = total;
	hash_result(hash, HASH_SHA256, ret->b);
	return 0;
}

static int verify_layer(struct op *op, const struct store *s, const struct image_layer *layer)
{
	struct op_mark mark = op_mark(op);
	enum stream_kind kind = STREAM_PLAIN, want = STREAM_PLAIN;
	char text[DIGEST_TEXT];
	struct digest got;
	uint64_t size = 0;
	int rc = layer_diff_id(op, s, &layer->digest, &got, &size, &kind);

	if (rc < 0)
		return rc;
	op_reset(op, mark);
	if (!digest_eq(&got, &layer->diff_id))
		return op_fail(op, ERR_VERIFY, "layer %s does not unpack to its diff_id",
			       digest_text(&layer->digest, text));
	if (!media_layer_stream(layer->media_type, &want) || kind != want)
		return op_fail(op, ERR_FORMAT,
			       "layer %s is not compressed as its media type '%.*s' says",
			       digest_text(&layer->digest, text), STR_ARG(layer->media_type));
	return 0;
}

/* Is the manifest an image's? One that cannot be read is said to be by whoever reads it as one. */
static bool is_image(struct op *op, str what, str bytes)
{
	struct doc doc;
	str type;

	return json_parse(op, what, bytes, &doc) < 0 || !document_artifact(&doc, &type);
}

static int verify_manifest(struct op *op, const struct store *s, const struct image_descriptor *d)
{
	char text[DIGEST_TEXT];
	struct image image;
	str bytes;
	int rc = store_blob_read(op, s, &d->digest, LIMIT_MANIFEST, &bytes);

	if (rc == 0 && !is_image(op, str_of(digest_text(&d->digest, text)), bytes))
		return op->code;
	if (rc == 0)
		rc = image_get(op, s, &d->digest, S(""), &image);
	if (rc)
		return rc < 0 ? rc : op_fail(op, ERR_FORMAT, "the image is not whole");
	for (ptrdiff_t i = 0; rc == 0 && i < image.config.layer_n; i++)
		rc = verify_layer(op, s, &image.config.layer[i]);
	return rc;
}

int closure_verify(struct op *op, const struct store *s, const struct closure *c)
{
	for (ptrdiff_t i = 0; i < c->n; i++) {
		int rc = media_kind(c->blob[i].media_type) == MEDIA_IS_MANIFEST
				 ? verify_manifest(op, s, &c->blob[i])
				 : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}
