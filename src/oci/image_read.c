#include "base/limits.h"
#include "base/vec.h"
#include "blobs.h"
#include "document.h"
#include "model/platform.h"

enum {
	DOCUMENTS = 64 << 20, /* bytes of all documents that are read for one image */
	INDEX_DEPTH = 4,      /* indexes in indexes; registries hold two at most */
	INDEX_ENTRIES = 512, /* manifests of one image, with those of nested indexes; and indexes */
};

/* What an index leads to, nested ones too. */
struct walk {
	const struct blobs *blobs;
	uint64_t bytes;                /* of documents that were read */
	VEC(struct layout_entry) list; /* manifests that are there, each once */
	VEC(struct digest) seen;       /* indexes */
	ptrdiff_t absent;              /* manifests and indexes that are not there */
	ptrdiff_t others;              /* attestations, and what is neither manifest nor index */
};

static int read_blob(struct op *op, struct walk *w, enum blobs_kind kind, const struct digest *d,
		     uint64_t size, str *ret)
{
	int rc = blobs_read(op, w->blobs, kind, d, size, ret);

	if (rc == 0 && (w->bytes += (uint64_t)ret->len) > DOCUMENTS)
		return op_fail(op, ERR_LIMIT, "an image of more than %d bytes of documents",
			       DOCUMENTS);
	return rc;
}

/* A document's bytes, its name for messages, and whether it is an index. 1 if it is not there. */
static int read_document(struct op *op, struct walk *w, const struct layout_entry *e, str *ret_what,
			 str *ret, bool *ret_index)
{
	char text[DIGEST_TEXT];
	struct doc doc;
	int rc = op_text(op, ret_what, "%s", digest_text(&e->digest, text));

	if (rc < 0 || (rc = read_blob(op, w, BLOBS_MANIFEST, &e->digest, e->size, ret)) != 0)
		return rc;
	if ((rc = json_parse(op, *ret_what, *ret, &doc)) < 0)
		return rc;
	*ret_index = node_get(&doc.root, S("manifests")) != NULL;
	return 0;
}

static bool is_new_index(struct op *op, struct walk *w, const struct digest *d, int *ret_rc)
{
	for (ptrdiff_t i = 0; i < w->seen.n; i++)
		if (digest_eq(&w->seen.p[i], d))
			return false;
	if (w->seen.n == INDEX_ENTRIES) {
		*ret_rc = op_fail(op, ERR_LIMIT, "an image of more than %d indexes", INDEX_ENTRIES);
		return false;
	}
	struct digest *slot = vec_push(op, &w->seen);
	if (slot)
		*slot = *d;
	else
		*ret_rc = op->code;
	return slot != NULL;
}

static int add_manifest(struct op *op, struct walk *w, const struct layout_entry *e)
{
	int rc = w->blobs->find ? w->blobs->find(op, w->blobs, &e->digest) : 0;

	if (rc) {
		w->absent++;
		return rc < 0 ? rc : 0;
	}
	for (ptrdiff_t i = 0; i < w->list.n; i++)
		if (digest_eq(&w->list.p[i].digest, &e->digest))
			return 0;
	if (w->list.n == INDEX_ENTRIES)
		return op_fail(op, ERR_LIMIT, "an image index of more than %d manifests",
			       INDEX_ENTRIES);
	struct layout_entry *slot = vec_push(op, &w->list);
	if (!slot)
		return op->code;
	*slot = *e;
	return 0;
}

static int collect(struct op *op, struct walk *w, const struct layout_entry *root, int depth);

static int collect_entry(struct op *op, struct walk *w, const struct layout_entry *e, int depth)
{
	enum media kind = media_kind(e->media_type);

	if (e->attests || (kind != MEDIA_IS_INDEX && kind != MEDIA_IS_MANIFEST)) {
		w->others++;
		return 0;
	}
	if (kind == MEDIA_IS_MANIFEST)
		return add_manifest(op, w, e);
	return depth == 0
		       ? op_fail(op, ERR_LIMIT, "image indexes nested deeper than %d", INDEX_DEPTH)
		       : collect(op, w, e, depth - 1);
}

/* All manifests that an index names. Its digest is checked, so none holds itself. */
static int collect(struct op *op, struct walk *w, const struct layout_entry *root, int depth)
{
	bool is_index = false;
	struct doc doc;
	str what, bytes;
	int rc = 0;

	if (!is_new_index(op, w, &root->digest, &rc))
		return rc;
	if ((rc = read_document(op, w, root, &what, &bytes, &is_index)) != 0) {
		w->absent += rc > 0;
		return rc < 0 ? rc : 0;
	}
	if (!is_index)
		return op_fail(op, ERR_FORMAT, "%.*s is not an image index", STR_ARG(what));
	if ((rc = layout_parse(op, what, bytes, &doc)) < 0)
		return rc;
	const struct node *list = node_get(&doc.root, S("manifests"));
	for (ptrdiff_t i = 0; i < list->n; i++) {
		struct layout_entry e;
		if ((rc = layout_entry_read(op, &doc, &list->child[i], &e)) < 0 ||
		    (rc = collect_entry(op, w, &e, depth)) < 0)
			return rc;
	}
	return 0;
}

static int own_platform(struct op *op, const struct image_config *c, str *ret)
{
	return op_text(op, ret, "%.*s/%.*s%s%.*s", STR_ARG(c->os), STR_ARG(c->architecture),
		       c->variant.len ? "/" : "", STR_ARG(c->variant));
}

/* A manifest and its config. 1 if one of them is not there. */
static int read_image(struct op *op, struct walk *w, const struct layout_entry *e,
		      struct image_document *ret)
{
	struct image_document d = { 0 };
	struct image *image = &d.image;
	bool is_index = false;
	char text[DIGEST_TEXT];
	str what;
	int rc = read_document(op, w, e, &what, &d.manifest_json, &is_index);

	if (rc || (rc = document_manifest(op, what, d.manifest_json, image)) < 0)
		return rc;
	image->manifest.digest = e->digest;
	image->manifest.size = (uint64_t)d.manifest_json.len;
	rc = read_blob(op, w, BLOBS_CONFIG, &image->config_digest, image->config_size,
		       &d.config_json);
	if (rc ||
	    (rc = document_config(op, str_of(digest_text(&image->config_digest, text)),
				  d.config_json, &image->config)) < 0 ||
	    (rc = own_platform(op, &image->config, &image->manifest.platform)) < 0)
		return rc;
	*ret = d;
	return 0;
}

/* The platform of a manifest by its config. 1: it is no image. */
static int ask_platform(struct op *op, struct walk *w, struct layout_entry *e)
{
	AUTO_OP own;
	struct image_document d = { 0 };

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	int rc = read_image(&own, w, e, &d);
	if (rc > 0 || rc == ERR_FORMAT)
		return 1;
	return rc < 0 ? op_adopt_error(op, &own)
		      : op_copy(op, d.image.manifest.platform, &e->platform);
}

/* Manifests that do not say for which platform they are: their configs do. What is no image goes.
 */
static int ask_platforms(struct op *op, struct walk *w)
{
	ptrdiff_t kept = 0;

	for (ptrdiff_t i = 0; w->list.n > 1 && i < w->list.n; i++) {
		struct layout_entry *e = &w->list.p[i];
		int rc = e->platform.len ? 0 : ask_platform(op, w, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			w->list.p[kept++] = *e;
	}
	if (w->list.n > 1) {
		w->others += w->list.n - kept;
		w->list.n = kept;
	}
	return 0;
}

/* Why none of the manifests is it. */
static int no_platform(struct op *op, const struct walk *w, str want)
{
	struct buf names;

	if (w->list.n == 0 && w->absent > 0)
		return op_fail(op, ERR_FORMAT,
			       "the image is not whole: it has none of its manifests");
	if (w->list.n == 0)
		return op_fail(op, ERR_USAGE, "this is no image: its index names %s",
			       w->others ? "attestations and other artifacts alone" : "nothing");
	buf_init(&names, op, LIMIT_MANIFEST);
	for (ptrdiff_t i = 0; i < w->list.n; i++)
		buf_fmt(&names, "%s%.*s", i ? ", " : "", STR_ARG(w->list.p[i].platform));
	return op_fail(op, ERR_USAGE, "the image has no %.*s; it has %.*s%s", STR_ARG(want),
		       STR_ARG(buf_view(&names)),
		       w->absent ? ", and others that are not here" : "");
}

/* The manifest for `platform` to the front, alone. */
static int choose(struct op *op, struct walk *w, str platform)
{
	str want = platform.len ? platform : str_of(platform_host()->name);
	ptrdiff_t at = -1;

	for (ptrdiff_t i = w->list.n - 1; i >= 0; i--)
		if (w->list.p[i].platform.len && platform_same(w->list.p[i].platform, want))
			at = i;
	if (at < 0 && w->list.n == 1 && (!platform.len || !w->list.p[0].platform.len))
		at = 0;
	if (at < 0)
		return no_platform(op, w, want);
	w->list.p[0] = w->list.p[at];
	w->list.n = 1;
	return 0;
}

/* The manifests behind root: itself, or those of an index. */
static int find_one(struct op *op, struct walk *w, const struct layout_entry *root)
{
	bool is_index = false;
	str what, bytes;
	int rc = read_document(op, w, root, &what, &bytes, &is_index);

	if (rc)
		return rc;
	if (!is_index) {
		struct layout_entry *slot = vec_push(op, &w->list);
		if (!slot)
			return op->code;
		*slot = *root;
		slot->platform = S("");
		return 0;
	}
	return collect(op, w, root, INDEX_DEPTH);
}

/* Those of the manifests that are meant. */
static int pick(struct op *op, struct walk *w, const struct image_wish *wish)
{
	int rc = ask_platforms(op, w);

	if (rc < 0)
		return rc;
	if (!wish->all)
		return choose(op, w, wish->platform);
	return w->list.n ? 0 : no_platform(op, w, S("platform"));
}

int image_choose(struct op *op, const struct blobs *b, const struct image_descriptor *root,
		 ptrdiff_t n, const struct image_wish *wish, struct image_document **ret,
		 ptrdiff_t *ret_n)
{
	struct walk w = { .blobs = b };
	int rc = 0;

	for (ptrdiff_t i = 0; i < n && rc == 0; i++) {
		const struct layout_entry e = { .media_type = root[i].media_type,
						.digest = root[i].digest,
						.size = root[i].size,
						.platform = root[i].platform };
		rc = n == 1 ? find_one(op, &w, &e) : collect_entry(op, &w, &e, INDEX_DEPTH);
	}
	if (rc || (rc = pick(op, &w, wish)) < 0)
		return rc;
	struct image_document *got = op_new(op, struct image_document, w.list.n);
	if (!got)
		return op->code;
	for (ptrdiff_t i = 0; i < w.list.n; i++) {
		if ((rc = read_image(op, &w, &w.list.p[i], &got[i])) != 0)
			return rc;
		str own = got[i].image.manifest.platform;
		if (wish->platform.len && !wish->all && !platform_same(wish->platform, own))
			return op_fail(op, ERR_USAGE, "the image is for %.*s and not for %.*s",
				       STR_ARG(own), STR_ARG(wish->platform));
	}
	*ret = got;
	*ret_n = w.list.n;
	return 0;
}

int image_get(struct op *op, const struct store *s, const struct digest *d, str platform,
	      struct image *ret)
{
	const struct blobs blobs = blobs_of_store(s);
	const struct image_wish wish = { .platform = platform };
	struct image_descriptor root = { .digest = *d };
	struct image_document *got;
	ptrdiff_t n;
	int rc = image_choose(op, &blobs, &root, 1, &wish, &got, &n);

	if (rc)
		return rc;
	*ret = got[0].image;
	return 0;
}

int image_manifests(struct op *op, const struct store *s, const struct digest *d,
		    struct image_descriptor **ret, ptrdiff_t *ret_n)
{
	const struct blobs blobs = blobs_of_store(s);
	struct walk w = { .blobs = &blobs };
	struct layout_entry root = { .digest = *d };
	struct image image;
	str what, bytes;
	bool is_index = false;
	int rc = read_document(op, &w, &root, &what, &bytes, &is_index);

	if (rc)
		return rc;
	if (is_index && ((rc = collect(op, &w, &root, INDEX_DEPTH)) < 0 || w.absent))
		return rc < 0 ? rc : 1;
	struct image_descriptor *list =
		op_new(op, struct image_descriptor, is_index ? w.list.n : 1);
	if (!list)
		return op->code;
	for (ptrdiff_t i = 0; i < w.list.n; i++) {
		const struct layout_entry *e = &w.list.p[i];
		list[i] =
			(struct image_descriptor){ e->media_type, e->digest, e->size, e->platform };
	}
	if (!is_index) {
		if ((rc = image_get(op, s, d, S(""), &image)) != 0)
			return rc;
		list[0] = image.manifest;
	}
	*ret = list;
	*ret_n = is_index ? w.list.n : 1;
	return 0;
}
