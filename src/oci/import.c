/*
 * Images into the store, from wherever a source finds them: of a layout the whole that index.json
 * names, all platforms and attestations; of everything else one image. Whatever comes in is
 * verified: blobs by their names as they are written, and layers by what they unpack to at the end.
 */
#include "archive.h"
#include "base/limits.h"
#include "closure.h"
#include "source_parts.h"

enum { PIECE = 1 << 18 };

/* Bytes of a file as a blob; `want` may be NULL. */
static int put_part(struct op *op, const struct store *s, const struct box_part *part, str what,
		    const struct digest *want, struct digest *ret)
{
	AUTO_STORE_WRITER w = { .file.fd = -1 };
	struct op_mark mark = op_mark(op);
	char *piece = op_new(op, char, PIECE);
	int rc = piece ? store_writer_open(op, s, &w) : op->code;

	for (uint64_t at = 0; rc == 0 && at < part->size;) {
		uint64_t left = part->size - at, n = left < PIECE ? left : PIECE;
		if ((rc = file_pread(op, part->fd, what, piece, n, part->offset + at)) == 0)
			rc = store_writer_add(op, &w, (str){ piece, (ptrdiff_t)n });
		at += n;
	}
	if (rc < 0)
		return rc;
	rc = store_writer_commit(op, &w, want, ret);
	if (rc < 0)
		return op_fail_in(op, "%.*s", STR_ARG(what));
	op_reset(op, mark);
	return 0;
}

/* --- what a layout names --- */

struct from_box {
	const struct store *store;
	struct box *box;
};

static int fetch_blob(struct op *op, void *arg, const struct image_descriptor *d)
{
	const struct from_box *from = arg;
	struct box_part part = { 0 };
	struct digest got;
	char path[BOX_BLOB], text[DIGEST_TEXT];
	int rc;

	if (store_blob_has(from->store, &d->digest) &&
	    store_blob_verify(op, from->store, &d->digest) == 0)
		return 0;
	op_forgive(op);
	if ((rc = box_find(op, from->box, box_blob_path(&d->digest, path), &part)) != 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT,
					"the image is not whole: blob %s is missing",
					digest_text(&d->digest, text));
	if (part.size != d->size)
		return op_fail(op, ERR_FORMAT,
			       "blob %s has %llu bytes and its descriptor says %llu",
			       digest_text(&d->digest, text), (unsigned long long)part.size,
			       (unsigned long long)d->size);
	rc = put_part(op, from->store, &part, from->box->what, &d->digest, &got);
	box_drop(from->box);
	return rc;
}

/* A tag alone is no name: the place it came from goes before it. */
static int complete_name(struct op *op, str place, str name, str *ret)
{
	str base = str_base_name(place);
	str checked;
	ptrdiff_t dot = str_find(base, '.');

	while (str_ends(place, S("/")))
		base = str_base_name(place = str_head(place, place.len - 1));
	if (name.len && str_find(name, ':') < 0 && str_find(name, '/') < 0) {
		int rc = op_text(op, &name, "%.*s:%.*s",
				 STR_ARG(str_head(base, dot > 0 ? dot : base.len)), STR_ARG(name));
		if (rc < 0)
			return rc;
	}
	int rc = name.len ? store_name(op, name, &checked) : 0;
	if (rc < 0 && rc != ERR_USAGE)
		return rc;
	op_forgive(op); /* a name that is none: the image comes without */
	*ret = rc < 0 || !name.len ? S("") : checked;
	return 0;
}

static int import_root(struct op *op, const struct store *s, struct source *from,
		       struct image_descriptor *ret)
{
	struct from_box box = { s, &from->open->box };
	const struct image_descriptor *root = &from->open->root;
	bool is_store = from->open->box.fd == s->dir;
	struct closure c;
	int rc = closure_read(op, s, root, is_store ? NULL : fetch_blob, &box, &c);

	if (rc < 0 || (!is_store && (rc = closure_verify(op, s, &c)) < 0))
		return rc;
	*ret = *root;
	return 0;
}

/* --- one image --- */

static int put_layers(struct op *op, const struct store *s, const struct source_image *image,
		      struct image_config *c)
{
	if (c->layer_n != image->layer_n)
		return op_fail(op, ERR_FORMAT, "%td layers and %td diff_ids", image->layer_n,
			       c->layer_n);
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		const struct tree_layer *t = &image->layer[i];
		const struct inventory_layer *told = &image->subject.layer[i];
		const struct box_part part = { t->fd, t->offset, t->size };
		const struct digest *want = digest_is_zero(&t->blob) ? NULL : &t->blob;
		int rc = put_part(op, s, &part, t->what, want, &c->layer[i].digest);
		if (rc < 0)
			return rc;
		c->layer[i].media_type = told->media_type;
		c->layer[i].size = t->size;
	}
	return 0;
}

/* The manifest as it came, or one of ours over the configuration as it came. */
static int put_manifest(struct op *op, const struct store *s, const struct subject *subject,
			const struct image_config *c, struct image_descriptor *ret)
{
	struct digest config, manifest;
	int rc = store_blob_put(op, s, subject->config_json, &config);

	if (rc < 0)
		return rc;
	if (!subject->manifest_json.len)
		return image_manifest_put(op, s, c, &config, (uint64_t)subject->config_json.len,
					  NULL, ret);
	rc = store_blob_put(op, s, subject->manifest_json, &manifest);
	return rc < 0 ? rc : closure_root(op, s, &manifest, ret);
}

static int import_image(struct op *op, const struct store *s, const struct source_image *image,
			struct image_descriptor *ret)
{
	const struct subject *subject = &image->subject;
	struct image_descriptor root;
	struct image_config c = { 0 };
	struct closure all;
	int rc = document_config_layers(op, S("the configuration"), subject->config_json, &c);

	if (rc < 0 || (rc = put_layers(op, s, image, &c)) < 0 ||
	    (rc = put_manifest(op, s, subject, &c, &root)) < 0 ||
	    (rc = closure_read(op, s, &root, NULL, NULL, &all)) < 0 ||
	    (rc = closure_verify(op, s, &all)) < 0)
		return rc;
	*ret = root;
	return 0;
}

int source_import(struct op *op, const struct store *s, str from, const struct source_wish *wish,
		  struct image_descriptor *ret, str *ret_name)
{
	AUTO_SOURCE source = { .fd = -1 };
	int rc = source_seek(op, from, wish, s, &source);

	if (rc < 0)
		return rc;
	const struct source_open *open = source.open;
	if (open->has_root) {
		rc = import_root(op, s, &source, ret);
		return rc < 0 ? op_fail_in(op, "%.*s", STR_ARG(open->box.what))
			      : complete_name(op, open->box.what, open->root_name, ret_name);
	}
	if (source.kind != SOURCE_IMAGES)
		return op_fail(op, ERR_USAGE, "'%.*s' is no image", STR_ARG(from));
	if ((rc = import_image(op, s, &source.image[0], ret)) < 0)
		return op_fail_in(op, "%.*s", STR_ARG(source.name));
	const struct texts *tags = &source.image[0].subject.tags;
	return complete_name(op, source.name, tags->n ? tags->p[0] : S(""), ret_name);
}

int image_import(struct op *op, const struct store *s, str from, struct image_descriptor *ret,
		 str *ret_name)
{
	/* A name without a scheme means what is on this machine: files and the store. */
	static str bare[] = { S_INIT(""), S_INIT("store") };
	const struct source_wish wish = { .from = { bare, 2 } };

	return source_import(op, s, from, &wish, ret, ret_name);
}
