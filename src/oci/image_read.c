#include "base/limits.h"
#include "base/vec.h"
#include "document.h"
#include "model/platform.h"

enum {
	INDEX_DEPTH = 4,     /* indexes in indexes; registries hold two at most */
	INDEX_ENTRIES = 512, /* manifests of one image, with those of nested indexes */
};

struct found {
	VEC(struct image_descriptor) list;
	bool missing; /* a document that was asked for is not in the store */
};

/* Do two platform texts mean the same? "linux/arm64" is "linux/arm64/v8". */
static bool same_platform(str a, str b)
{
	const struct platform *x = platform_find(a), *y = platform_find(b);

	return x && y ? x == y : str_eq(a, b);
}

/* A document's bytes and kind. 1 if it is not in the store. */
static int read_document(struct op *op, const struct store *s, const struct digest *d,
			 str *ret_what, str *ret, bool *ret_index)
{
	char text[DIGEST_TEXT];
	struct doc doc;
	int rc = op_text(op, ret_what, "%s", digest_text(d, text));

	if (rc < 0 || (rc = store_blob_read(op, s, d, LIMIT_MANIFEST, ret)) != 0)
		return rc;
	if ((rc = json_parse(op, *ret_what, *ret, &doc)) < 0)
		return rc;
	*ret_index = node_get(&doc.root, S("manifests")) != NULL;
	return 0;
}

static int collect(struct op *op, const struct store *s, const struct digest *d, int depth,
		   struct found *found);

static int collect_entry(struct op *op, const struct store *s, const struct layout_entry *e,
			 int depth, struct found *found)
{
	if (media_kind(e->media_type) == MEDIA_IS_INDEX)
		return depth == 0 ? op_fail(op, ERR_LIMIT, "image indexes nested deeper than %d",
					    INDEX_DEPTH)
				  : collect(op, s, &e->digest, depth - 1, found);
	if (found->list.n == INDEX_ENTRIES)
		return op_fail(op, ERR_LIMIT, "an image index of more than %d manifests",
			       INDEX_ENTRIES);
	struct image_descriptor *slot = vec_push(op, &found->list);
	if (!slot)
		return op->code;
	*slot = (struct image_descriptor){ e->media_type, e->digest, e->size, e->platform };
	return 0;
}

/* All manifests that an index names, nested ones too. Its digest is checked, so none holds itself.
 */
static int collect(struct op *op, const struct store *s, const struct digest *d, int depth,
		   struct found *found)
{
	struct doc doc;
	str what, bytes;
	bool is_index = false;
	int rc = read_document(op, s, d, &what, &bytes, &is_index);

	if (rc) {
		found->missing |= rc > 0;
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
		    (rc = collect_entry(op, s, &e, depth, found)) < 0)
			return rc;
	}
	return 0;
}

/* The manifest for `platform` among those of an index. Attestations say unknown/unknown. */
static int choose(struct op *op, const struct found *found, str platform,
		  struct image_descriptor *ret)
{
	const struct image_descriptor *only = NULL, *match = NULL;
	str want = platform.len ? platform : str_of(platform_host()->name);
	struct buf names;
	ptrdiff_t real = 0;

	buf_init(&names, op, LIMIT_MANIFEST);
	for (ptrdiff_t i = 0; i < found->list.n; i++) {
		const struct image_descriptor *d = &found->list.p[i];
		if (str_starts(d->platform, S("unknown/")))
			continue;
		buf_fmt(&names, "%s%.*s", real ? ", " : "", STR_ARG(d->platform));
		real++;
		only = d;
		if (!match && d->platform.len && same_platform(d->platform, want))
			match = d;
	}
	if (!match && !platform.len && real == 1)
		match = only;
	if (!match)
		return op_fail(op, ERR_USAGE, "the image has no %.*s; it has %.*s", STR_ARG(want),
			       STR_ARG(buf_view(&names)));
	*ret = *match;
	return 0;
}

static int check_size(struct op *op, const char *what, uint64_t claimed, ptrdiff_t real)
{
	return claimed == (uint64_t)real
		       ? 0
		       : op_fail(op, ERR_FORMAT,
				 "the %s has %td bytes and its descriptor says %llu", what, real,
				 (unsigned long long)claimed);
}

/* A manifest and its config. 1 if one of them is not in the store. */
static int read_image(struct op *op, const struct store *s, const struct image_descriptor *d,
		      str what, str bytes, struct image *ret)
{
	struct image image;
	char text[DIGEST_TEXT];
	str config;
	int rc = document_manifest(op, what, bytes, &image);

	if (rc < 0)
		return rc;
	str media_type = image.manifest.media_type;
	image.manifest = *d;
	image.manifest.media_type = media_type;
	rc = store_blob_read(op, s, &image.config_digest, LIMIT_CONFIG, &config);
	if (rc || (rc = check_size(op, "config", image.config_size, config.len)) < 0)
		return rc;
	if ((rc = document_config(op, str_of(digest_text(&image.config_digest, text)), config,
				  &image.config)) < 0)
		return rc;
	*ret = image;
	return 0;
}

static int own_platform(struct op *op, const struct image_config *c, str *ret)
{
	return op_text(op, ret, "%.*s/%.*s%s%.*s", STR_ARG(c->os), STR_ARG(c->architecture),
		       c->variant.len ? "/" : "", STR_ARG(c->variant));
}

/* The manifest behind d, wherever it stands: the document itself or chosen from an index. */
static int find_manifest(struct op *op, const struct store *s, const struct digest *d, str platform,
			 struct image_descriptor *ret, str *ret_what, str *ret_bytes)
{
	struct found found = { 0 };
	bool is_index = false;
	int rc = read_document(op, s, d, ret_what, ret_bytes, &is_index);

	if (rc)
		return rc;
	*ret = (struct image_descriptor){ S(MEDIA_MANIFEST), *d, (uint64_t)ret_bytes->len, S("") };
	if (!is_index)
		return 0;
	if ((rc = collect(op, s, d, INDEX_DEPTH, &found)) < 0 ||
	    (rc = choose(op, &found, platform, ret)) < 0)
		return rc;
	if ((rc = read_document(op, s, &ret->digest, ret_what, ret_bytes, &is_index)) != 0)
		return rc;
	return check_size(op, "manifest", ret->size, ret_bytes->len);
}

int image_get(struct op *op, const struct store *s, const struct digest *d, str platform,
	      struct image *ret)
{
	struct image_descriptor manifest;
	struct image image;
	str what, bytes, own;
	int rc = find_manifest(op, s, d, platform, &manifest, &what, &bytes);

	if (rc || (rc = read_image(op, s, &manifest, what, bytes, &image)) != 0 ||
	    (rc = own_platform(op, &image.config, &own)) < 0)
		return rc;
	if (platform.len && !same_platform(platform, own))
		return op_fail(op, ERR_USAGE, "the image is for %.*s and not for %.*s",
			       STR_ARG(own), STR_ARG(platform));
	image.manifest.platform = own;
	*ret = image;
	return 0;
}

int image_manifests(struct op *op, const struct store *s, const struct digest *d,
		    struct image_descriptor **ret, ptrdiff_t *ret_n)
{
	struct found found = { 0 };
	struct image image;
	str what, bytes;
	bool is_index = false;
	int rc = read_document(op, s, d, &what, &bytes, &is_index);

	if (rc)
		return rc;
	if (is_index) {
		if ((rc = collect(op, s, d, INDEX_DEPTH, &found)) < 0 || found.missing)
			return rc < 0 ? rc : 1;
		*ret = found.list.p;
		*ret_n = found.list.n;
		return 0;
	}
	struct image_descriptor *one = op_new(op, struct image_descriptor, 1);
	if (!one)
		return op->code;
	if ((rc = image_get(op, s, d, S(""), &image)) != 0)
		return rc;
	*one = image.manifest;
	*ret = one;
	*ret_n = 1;
	return 0;
}
