/*
 * Images of a Docker archive: what `docker save`, `podman save` and others write.
 *
 *	manifest.json   [{"Config": PATH, "RepoTags": ["x:1"], "Layers": [PATH, ...]}], since Docker 1.10
 *	repositories    {"x": {"1": ID}}, with ID/json and ID/layer.tar of each layer, linked by
 *	                "parent": all that there was before, and written along since
 *	index.json      Docker 25 writes an OCI layout into the same archive
 *
 * Layers may be links to others of the same content.
 */
#include "base/limits.h"
#include "model/platform.h"
#include "source_parts.h"

static int bad(struct op *op, const struct box *b, const char *why)
{
	return op_fail(op, ERR_FORMAT, "%.*s: %s", STR_ARG(b->what), why);
}

static bool has_tag(const struct node *image, str name)
{
	const struct node *tags = node_get(image, S("RepoTags"));
	str tag = { 0 };

	for (ptrdiff_t i = 0; tags && i < tags->n; i++)
		if (node_text(&tags->child[i], &tag) && source_names(tag, name))
			return true;
	return false;
}

/* The image that is wanted in manifest.json. */
static int choose(struct op *op, const struct box *b, const struct doc *doc, str name,
		  const struct node **ret)
{
	const struct node *list = &doc->root;
	struct buf names;
	str tag;

	if (list->kind != NODE_LIST || list->n == 0)
		return bad(op, b, "manifest.json lists no image");
	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (name.len ? !has_tag(&list->child[i], name) : list->n > 1)
			continue;
		*ret = &list->child[i];
		return 0;
	}
	if (name.len)
		return op_fail(op, ERR_USAGE, "%.*s holds no image '%.*s'", STR_ARG(b->what),
			       STR_ARG(name));
	buf_init(&names, op, LIMIT_MANIFEST);
	for (ptrdiff_t i = 0; i < list->n && i < 10; i++) {
		const struct node *tags = node_get(&list->child[i], S("RepoTags"));
		if (tags && tags->n && node_text(&tags->child[0], &tag))
			buf_fmt(&names, "%s%.*s", buf_view(&names).len ? ", " : "", STR_ARG(tag));
	}
	return op_fail(op, ERR_USAGE, "%.*s holds %td images (%.*s%s); name one behind a colon",
		       STR_ARG(b->what), list->n, STR_ARG(buf_view(&names)),
		       list->n > 10 ? ", ..." : "");
}

/* A configuration whose name is a digest must hold to it: HEX.json, blobs/sha256/HEX. */
static int read_config(struct op *op, const struct box *b, const struct node *image,
		       struct image_document *d)
{
	struct digest named;
	str path = { 0 }, base;
	int rc;

	if (!node_text(node_get(image, S("Config")), &path) ||
	    (rc = box_read(op, b, path, LIMIT_CONFIG, &d->config_json)) > 0)
		return bad(op, b, "manifest.json names no configuration that is there");
	if (rc < 0)
		return rc;
	d->image.config_digest = digest_of(d->config_json);
	d->image.config_size = (uint64_t)d->config_json.len;
	base = str_base_name(path);
	if (str_ends(base, S(".json")))
		base = str_head(base, base.len - 5);
	if (digest_parse(base, &named) && !digest_eq(&named, &d->image.config_digest))
		return op_fail(op, ERR_VERIFY, "%.*s: '%.*s' does not hold what its name says",
			       STR_ARG(b->what), STR_ARG(path));
	return document_config_layers(op, path, d->config_json, &d->image.config);
}

/* One layer, wherever its path leads; its media type is told by its bytes. */
static int find_layer(struct op *op, struct box *b, str path, ptrdiff_t i, struct image_layer *l,
		      struct tree_layer *ret)
{
	static const str types[] = { [STREAM_PLAIN] = S_INIT(MEDIA_LAYER),
				     [STREAM_GZIP] = S_INIT(MEDIA_LAYER "+gzip"),
				     [STREAM_ZSTD] = S_INIT(MEDIA_LAYER "+zstd") };
	struct tree_layer t = { .diff_id = l->diff_id };
	enum stream_kind kind = STREAM_PLAIN;
	struct box_part part = { 0 };
	int rc = box_find(op, b, path, &part);

	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "%.*s: layer %td ('%.*s') is missing",
			       STR_ARG(b->what), i + 1, STR_ARG(path));
	if (rc < 0 || (rc = source_layer_name(op, i, &l->diff_id, &t.what)) < 0)
		return rc;
	t.fd = part.fd;
	t.offset = part.offset;
	t.size = l->size = part.size;
	if (str_starts(path, S("blobs/")) &&
	    (!str_starts(path, S("blobs/sha256/")) || !digest_parse(str_base_name(path), &t.blob)))
		return op_fail(op, ERR_FORMAT, "%.*s: '%.*s' is not named by a digest",
			       STR_ARG(b->what), STR_ARG(path));
	if ((rc = source_layer_kind(op, &t, &kind)) < 0)
		return rc;
	if (kind == STREAM_XZ)
		return op_fail(op, ERR_FORMAT, "%.*s: %.*s is compressed with xz", STR_ARG(b->what),
			       STR_ARG(t.what));
	l->digest = kind == STREAM_PLAIN ? l->diff_id : t.blob;
	l->media_type = types[kind];
	*ret = t;
	return 0;
}

static int find_layers(struct op *op, struct box *b, const struct node *image,
		       struct image_config *c, struct tree_layer *ret)
{
	const struct node *list = node_get(image, S("Layers"));
	ptrdiff_t n = list && list->kind == NODE_LIST ? list->n : 0;

	if (n != c->layer_n)
		return op_fail(op, ERR_FORMAT, "%.*s: %td layers and %td diff_ids",
			       STR_ARG(b->what), n, c->layer_n);
	for (ptrdiff_t i = 0; i < n; i++) {
		str path = { 0 };
		(void)node_text(&list->child[i], &path);
		int rc = find_layer(op, b, path, i, &c->layer[i], &ret[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/*
 * The manifest of the same image, where the archive holds an OCI layout as well: it brings digest
 * and annotations. It adds, and decides nothing: what is wrong with it is no matter.
 */
static int add_manifest(struct op *op, struct box *b, struct image_document *d)
{
	const struct blobs blobs = blobs_of_box(b);
	const struct image_wish wish = { .all = true };
	struct image_document *got;
	struct doc doc;
	ptrdiff_t n = 0;
	str bytes;
	int rc = box_has(b, S("oci-layout"))
			 ? box_read(op, b, S("index.json"), LIMIT_MANIFEST, &bytes)
			 : 1;

	if (rc == 0 && (rc = layout_parse(op, S("index.json"), bytes, &doc)) == 0) {
		const struct node *list = node_get(&doc.root, S("manifests"));
		struct image_descriptor *root = op_new(op, struct image_descriptor, list->n);
		struct layout_entry e;
		for (ptrdiff_t i = 0; root && rc == 0 && i < list->n; i++)
			if ((rc = layout_entry_read(op, &doc, &list->child[i], &e)) == 0)
				root[n++] = (struct image_descriptor){ e.media_type, e.digest,
								       e.size, e.platform };
		rc = !root ? op->code : rc;
		rc = rc ? rc : image_choose(op, &blobs, root, n, &wish, &got, &n);
	}
	if (rc == ERR_MEMORY || rc == ERR_IO)
		return rc;
	op_forgive(op);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (!digest_eq(&got[i].image.config_digest, &d->image.config_digest))
			continue;
		d->image.manifest.digest = got[i].image.manifest.digest;
		d->image.annotations = got[i].image.annotations;
		d->manifest_json = got[i].manifest_json;
		break;
	}
	return 0;
}

/* The one that it was asked for by comes first. */
static int all_tags(struct op *op, const struct node *image, str name, struct subject *s)
{
	const struct node *tags = node_get(image, S("RepoTags"));
	ptrdiff_t n = tags && tags->kind == NODE_LIST ? tags->n : 0;

	if (!(s->tags.p = op_new(op, str, n)))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		if (node_text(&tags->child[i], &s->tags.p[s->tags.n]))
			s->tags.n++;
	for (ptrdiff_t i = 1; name.len && i < s->tags.n; i++) {
		str tag = s->tags.p[i];
		if (!source_names(tag, name))
			continue;
		s->tags.p[i] = s->tags.p[0];
		s->tags.p[0] = tag;
	}
	str first = s->tags.n ? s->tags.p[0] : S("");
	ptrdiff_t colon = str_rfind(first, ':');
	if (colon > str_rfind(first, '/'))
		s->version = str_from(first, colon + 1);
	return 0;
}

static int one_image(struct op *op, struct source_ask *a, struct image_document *d,
		     struct tree_layer *layer, struct source_image **ret)
{
	struct source_image *image = op_new(op, struct source_image, 1);
	struct image_config *c = &d->image.config;
	str want = a->wish->platform;
	int rc;

	if (!image)
		return op->code;
	if ((rc = op_text(op, &d->image.manifest.platform, "%.*s/%.*s%s%.*s", STR_ARG(c->os),
			  STR_ARG(c->architecture), c->variant.len ? "/" : "",
			  STR_ARG(c->variant))) < 0 ||
	    (rc = source_subject(op, d, &image->subject)) < 0)
		return rc;
	str own = d->image.manifest.platform;
	if (want.len && !a->wish->all_platforms && !platform_same(want, own))
		return op_fail(op, ERR_USAGE, "%.*s: the image is for %.*s and not for %.*s",
			       STR_ARG(a->s->open->box.what), STR_ARG(own), STR_ARG(want));
	image->layer = layer;
	image->layer_n = c->layer_n;
	a->s->kind = SOURCE_IMAGES;
	a->s->image = image;
	a->s->image_n = 1;
	*ret = image;
	return 0;
}

static int modern(struct op *op, struct source_ask *a, str bytes, str name)
{
	struct box *b = &a->s->open->box;
	struct image_document d = { 0 };
	struct source_image *image;
	const struct node *node = NULL;
	struct doc doc;
	str what;
	int rc = op_text(op, &what, "%.*s/manifest.json", STR_ARG(b->what));

	if (rc < 0 || (rc = json_parse(op, what, bytes, &doc)) < 0 ||
	    (rc = choose(op, b, &doc, name, &node)) < 0 || (rc = read_config(op, b, node, &d)) < 0)
		return rc;
	struct tree_layer *layer = op_new(op, struct tree_layer, d.image.config.layer_n);
	if (!layer)
		return op->code;
	if ((rc = find_layers(op, b, node, &d.image.config, layer)) < 0 ||
	    (rc = add_manifest(op, b, &d)) < 0 || (rc = one_image(op, a, &d, layer, &image)) < 0)
		return rc;
	return all_tags(op, node, name, &image->subject);
}

/* --- before 1.10: a layer has a random name and knows its parent --- */

/* The id that `repositories` gives a name, or its only one. */
static int legacy_top(struct op *op, const struct box *b, str name, str *ret, str *ret_tag)
{
	struct doc doc;
	ptrdiff_t found = 0;
	str bytes, what, tag;
	int rc = op_text(op, &what, "%.*s/repositories", STR_ARG(b->what));

	if (rc < 0 || (rc = box_read(op, b, S("repositories"), LIMIT_MANIFEST, &bytes)) < 0)
		return rc;
	if (rc > 0)
		return bad(op, b,
			   "no Docker archive: it has neither manifest.json nor repositories");
	if ((rc = json_parse(op, what, bytes, &doc)) < 0)
		return rc;
	for (ptrdiff_t i = 0; doc.root.kind == NODE_MAP && i < doc.root.n; i++) {
		const struct node *tags = &doc.root.child[i];
		for (ptrdiff_t k = 0; tags->kind == NODE_MAP && k < tags->n; k++) {
			if ((rc = op_text(op, &tag, "%.*s:%.*s", STR_ARG(tags->key),
					  STR_ARG(tags->child[k].key))) < 0)
				return rc;
			if ((name.len && !source_names(tag, name)) ||
			    !node_text(&tags->child[k], ret))
				continue;
			*ret_tag = tag;
			found++;
		}
	}
	if (found == 1 || (found && name.len))
		return 0;
	return op_fail(op, ERR_USAGE,
		       found ? "%.*s holds several images; name one behind a colon"
			     : "%.*s holds no such image",
		       STR_ARG(b->what));
}

/* ID/json of one layer. */
static int legacy_read(struct op *op, const struct box *b, str id, str *ret)
{
	str path;
	int rc = op_text(op, &path, "%.*s/json", STR_ARG(id));

	if (rc < 0 || (rc = box_read(op, b, path, LIMIT_CONFIG, ret)) <= 0)
		return rc;
	return op_fail(op, ERR_FORMAT, "%.*s: '%.*s' is missing", STR_ARG(b->what), STR_ARG(path));
}

/* What made a layer, ["/bin/sh", "-c", "#(nop) ..."] of its container; and its parent. */
static int legacy_tells(struct op *op, str bytes, str *ret_created_by, str *ret_parent)
{
	const struct node *cmd;
	struct doc doc;
	struct buf b;
	str word = { 0 }, parent = { 0 };
	int rc = json_parse(op, S("json"), bytes, &doc);

	if (rc < 0)
		return rc;
	cmd = node_get(node_get(&doc.root, S("container_config")), S("Cmd"));
	buf_init(&b, op, LIMIT_CONFIG);
	for (ptrdiff_t i = 0; cmd && cmd->kind == NODE_LIST && i < cmd->n; i++)
		if (node_text(&cmd->child[i], &word))
			buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(word));
	(void)node_text(node_get(&doc.root, S("parent")), &parent);
	*ret_parent = parent;
	return buf_take(&b, ret_created_by);
}

/* One layer; *id becomes its parent's. What is read for it does not stay. */
static int legacy_layer(struct op *op, struct box *b, str *id, ptrdiff_t i, struct image_layer *l,
			struct tree_layer *at)
{
	AUTO_OP own;
	str path, bytes, created_by, parent;
	int rc;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	if (legacy_read(&own, b, *id, &bytes) < 0 ||
	    legacy_tells(&own, bytes, &created_by, &parent) < 0)
		return op_adopt_error(op, &own);
	if ((rc = op_text(op, &path, "%.*s/layer.tar", STR_ARG(*id))) < 0 ||
	    (rc = find_layer(op, b, path, i, l, at)) < 0 ||
	    (rc = op_copy(op, str_head(created_by, LIMIT_PATH), &l->created_by)) < 0)
		return rc;
	return op_copy(op, parent, id);
}

/* The ids from the top layer down to the lowest; made into layers from the lowest up. */
static int legacy_chain(struct op *op, struct box *b, str top, struct image_document *d,
			struct tree_layer **ret)
{
	struct image_layer *layer = op_new(op, struct image_layer, LIMIT_LAYERS_READ);
	struct tree_layer *at = op_new(op, struct tree_layer, LIMIT_LAYERS_READ);
	ptrdiff_t n = 0;
	int rc;

	if (!layer || !at)
		return op->code;
	if ((rc = legacy_read(op, b, top, &d->config_json)) < 0)
		return rc;
	for (str id = top; id.len; n++) {
		ptrdiff_t i = LIMIT_LAYERS_READ - 1 - n;
		if (n == LIMIT_LAYERS_READ)
			return bad(op, b, "too many layers, or layers that are their own parents");
		if ((rc = legacy_layer(op, b, &id, i, &layer[i], &at[i])) < 0)
			return rc;
	}
	d->image.config.layer = layer + LIMIT_LAYERS_READ - n;
	d->image.config.layer_n = n;
	*ret = at + LIMIT_LAYERS_READ - n;
	for (ptrdiff_t i = 0; i < n; i++)
		if ((rc = op_text(op, &(*ret)[i].what, "layer %td", i + 1)) < 0)
			return rc;
	return 0;
}

static int legacy(struct op *op, struct source_ask *a, str name)
{
	struct box *b = &a->s->open->box;
	struct image_document d = { 0 };
	struct source_image *image;
	struct tree_layer *layer;
	str top = { 0 }, tag = { 0 }, what = S("json");
	int rc = legacy_top(op, b, name, &top, &tag);

	if (rc < 0 || (rc = legacy_chain(op, b, top, &d, &layer)) < 0 ||
	    (rc = document_config_legacy(op, what, d.config_json, &d.image.config)) < 0 ||
	    (rc = one_image(op, a, &d, layer, &image)) < 0)
		return rc;
	if (!(image->subject.tags.p = op_new(op, str, 1)))
		return op->code;
	image->subject.tags.p[image->subject.tags.n++] = tag;
	image->subject.version = str_from(tag, str_rfind(tag, ':') + 1);
	return 0;
}

int source_docker_box(struct op *op, struct source_ask *a, str name)
{
	struct box *b = &a->s->open->box;
	const struct source_wish *wish = a->wish;
	str bytes;
	int rc = box_read(op, b, S("manifest.json"), LIMIT_MANIFEST, &bytes);

	if (rc < 0)
		return rc;
	/* A choice of platforms is in the layout alone. */
	if ((wish->platform.len || wish->all_platforms) && box_has(b, S("oci-layout")) &&
	    box_has(b, S("index.json")))
		return source_oci_box(op, a, name);
	return rc == 0 ? modern(op, a, bytes, name) : legacy(op, a, name);
}
