/* Images of an OCI layout: index.json in an archive, a directory, or the store. */
#include "base/limits.h"
#include "source_parts.h"

/* Without what every name of Docker Hub has. */
static str short_name(str name)
{
	if (str_starts(name, S("docker.io/library/")))
		return str_from(name, 18);
	return str_starts(name, S("docker.io/")) ? str_from(name, 10) : name;
}

bool source_names(str have, str want)
{
	return have.len && str_eq(short_name(have), short_name(want));
}

static bool is_meant(const struct layout_entry *e, str name)
{
	struct digest d;
	str digest = str_starts(name, S("@")) ? str_from(name, 1) : name;

	if (str_starts(digest, S("sha256:")) && digest_parse(digest, &d))
		return digest_eq(&d, &e->digest);
	return source_names(e->ref_name, name) || source_names(e->full_name, name);
}

enum { CHOICES = 1024 }; /* images without a name, or of one name, that are told apart */

struct choice {
	VEC(struct layout_entry) list; /* each digest once */
	bool several;                  /* names */
};

static int push_choice(struct op *op, struct choice *c, const struct layout_entry *e)
{
	for (ptrdiff_t i = 0; i < c->list.n; i++) {
		if (digest_eq(&c->list.p[i].digest, &e->digest))
			return 0;
		c->several |= !str_eq(c->list.p[i].ref_name, e->ref_name) ||
			      !str_eq(c->list.p[i].full_name, e->full_name);
	}
	if (c->list.n == CHOICES)
		return op_fail(op, ERR_LIMIT,
			       "an index.json of more than %d images; name one by its tag, "
			       "behind a colon",
			       CHOICES);
	struct layout_entry *slot = vec_push(op, &c->list);
	if (!slot)
		return op->code;
	*slot = *e;
	return 0;
}

static int not_one(struct op *op, const struct box *b, const struct choice *c, str name)
{
	struct buf names;

	if (name.len)
		return op_fail(op, ERR_USAGE, "%.*s holds no image '%.*s'", STR_ARG(b->what),
			       STR_ARG(name));
	if (c->list.n == 0)
		return op_fail(op, ERR_USAGE, "%.*s holds no image", STR_ARG(b->what));
	buf_init(&names, op, LIMIT_MANIFEST);
	for (ptrdiff_t i = 0; i < c->list.n && i < 10; i++) {
		const struct layout_entry *e = &c->list.p[i];
		buf_fmt(&names, "%s%.*s", i ? ", " : "",
			STR_ARG(e->ref_name.len ? e->ref_name : e->full_name));
	}
	return op_fail(op, ERR_USAGE,
		       "%.*s holds %td images (%.*s%s); name one by its tag, behind a colon",
		       STR_ARG(b->what), c->list.n, STR_ARG(buf_view(&names)),
		       c->list.n > 10 ? ", ..." : "");
}

/* The entries of index.json that are meant: one image, or one for each of several platforms. */
static int choose(struct op *op, const struct box *b, const struct doc *doc, str name,
		  struct choice *ret)
{
	const struct node *list = node_get(&doc->root, S("manifests"));
	struct layout_entry e;
	int rc = 0;

	for (ptrdiff_t i = 0; i < list->n; i++) {
		enum media kind;
		if ((rc = layout_entry_read(op, doc, &list->child[i], &e)) < 0)
			return rc;
		kind = media_kind(e.media_type);
		if (e.attests || (kind != MEDIA_IS_INDEX && kind != MEDIA_IS_MANIFEST) ||
		    (name.len && !is_meant(&e, name)))
			continue;
		if ((rc = push_choice(op, ret, &e)) < 0)
			return rc;
	}
	return ret->list.n == 0 || (ret->several && !name.len) ? not_one(op, b, ret, name) : 0;
}

int source_layer_name(struct op *op, ptrdiff_t i, const struct digest *d, str *ret)
{
	char text[DIGEST_TEXT];

	(void)digest_text(d, text);
	return op_text(op, ret, "layer %td (%.19s)", i + 1, text);
}

int source_layer_kind(struct op *op, const struct tree_layer *l, enum stream_kind *ret)
{
	char head[6];
	size_t n = l->size < sizeof(head) ? (size_t)l->size : sizeof(head);
	int rc = file_pread(op, l->fd, l->what, head, n, l->offset);

	if (rc == 0)
		*ret = stream_sniff((str){ head, (ptrdiff_t)n });
	return rc;
}

int source_check_kind(struct op *op, const struct tree_layer *l, str media_type)
{
	enum stream_kind want = STREAM_PLAIN, kind = STREAM_PLAIN;
	int rc = source_layer_kind(op, l, &kind);

	if (rc < 0 || (media_layer_stream(media_type, &want) && kind == want))
		return rc;
	return op_fail(op, ERR_FORMAT, "%.*s is not compressed as its media type '%.*s' says",
		       STR_ARG(l->what), STR_ARG(media_type));
}

int source_box_layers(struct op *op, struct box *b, const struct image_config *c,
		      struct tree_layer *ret)
{
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		const struct image_layer *l = &c->layer[i];
		struct box_part part = { 0 };
		char path[BOX_BLOB];
		struct tree_layer t = { .blob = l->digest, .diff_id = l->diff_id };
		int rc = source_layer_name(op, i, &l->digest, &t.what);
		if (rc < 0 || (rc = box_find(op, b, box_blob_path(&l->digest, path), &part)) < 0)
			return rc;
		if (rc > 0)
			return op_fail(op, ERR_FORMAT, "%.*s is not whole: %.*s is missing",
				       STR_ARG(b->what), STR_ARG(t.what));
		if (part.size != l->size)
			return op_fail(op, ERR_FORMAT,
				       "%.*s: %.*s has %llu bytes and its descriptor says %llu",
				       STR_ARG(b->what), STR_ARG(t.what),
				       (unsigned long long)part.size, (unsigned long long)l->size);
		t.fd = part.fd;
		t.offset = part.offset;
		t.size = part.size;
		if ((rc = source_check_kind(op, &t, l->media_type)) < 0)
			return op_fail_in(op, "%.*s", STR_ARG(b->what));
		ret[i] = t;
	}
	return 0;
}

int source_oci_root(struct op *op, struct source_ask *a, const struct image_descriptor *root,
		    ptrdiff_t n)
{
	struct box *b = &a->s->open->box;
	const struct blobs blobs = blobs_of_box(b);
	const struct image_wish wish = { a->wish->platform, a->wish->all_platforms };
	struct image_document *d;
	ptrdiff_t found = 0;
	int rc = image_choose(op, &blobs, root, n, &wish, &d, &found);

	if (rc > 0)
		return op_fail(op, ERR_FORMAT,
			       "%.*s is not whole: a manifest or configuration is missing",
			       STR_ARG(b->what));
	if (rc < 0)
		return rc;
	struct source_image *image = op_new(op, struct source_image, found);
	if (!image)
		return op->code;
	for (ptrdiff_t i = 0; i < found; i++) {
		const struct image_config *c = &d[i].image.config;
		image[i].layer_n = c->layer_n;
		if (!(image[i].layer = op_new(op, struct tree_layer, c->layer_n)) ||
		    (rc = source_box_layers(op, b, c, image[i].layer)) < 0 ||
		    (rc = source_subject(op, &d[i], &image[i].subject)) < 0)
			return op->code;
	}
	a->s->kind = SOURCE_IMAGES;
	a->s->image = image;
	a->s->image_n = found;
	return 0;
}

/* Tags of images that index.json calls by name; full names before bare tags. */
static int name_images(struct op *op, struct source *s, const struct layout_entry *e)
{
	str name = e->full_name.len ? short_name(e->full_name) : e->ref_name;

	if (!name.len)
		return 0;
	for (ptrdiff_t i = 0; i < s->image_n; i++) {
		struct subject *subject = &s->image[i].subject;
		if (!(subject->tags.p = op_new(op, str, 1)))
			return op->code;
		subject->tags.p[0] = name;
		subject->tags.n = 1;
		subject->version = str_from(name, str_rfind(name, ':') > str_rfind(name, '/')
							  ? str_rfind(name, ':') + 1
							  : 0);
	}
	return 0;
}

int source_root(struct source_ask *a, const struct image_descriptor *root, str name)
{
	struct source_open *open = a->s->open;

	a->s->kind = SOURCE_IMAGES;
	open->root = *root;
	open->root_name = name;
	open->has_root = true;
	return 0;
}

int source_oci_box(struct op *op, struct source_ask *a, str name)
{
	struct box *b = &a->s->open->box;
	struct choice c = { 0 };
	struct doc doc;
	str bytes, what;
	int rc = op_text(op, &what, "%.*s/index.json", STR_ARG(b->what));

	if (rc < 0 || (rc = box_read(op, b, S("index.json"), LIMIT_MANIFEST, &bytes)) < 0)
		return rc;
	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "%.*s is no OCI layout: it has no index.json",
			       STR_ARG(b->what));
	if ((rc = layout_parse(op, what, bytes, &doc)) < 0 ||
	    (rc = choose(op, b, &doc, name, &c)) < 0)
		return rc;
	struct image_descriptor *root = op_new(op, struct image_descriptor, c.list.n);
	if (!root)
		return op->code;
	for (ptrdiff_t i = 0; i < c.list.n; i++) {
		const struct layout_entry *e = &c.list.p[i];
		root[i] =
			(struct image_descriptor){ e->media_type, e->digest, e->size, e->platform };
	}
	const struct layout_entry *first = &c.list.p[0];
	if (a->whole && c.list.n > 1)
		return op_fail(op, ERR_USAGE, "%.*s holds one image in %td pieces, one a platform",
			       STR_ARG(b->what), c.list.n);
	if (a->whole)
		return source_root(a, root,
				   first->full_name.len ? first->full_name : first->ref_name);
	if ((rc = source_oci_root(op, a, root, c.list.n)) < 0)
		return rc;
	return name_images(op, a->s, &c.list.p[0]);
}
