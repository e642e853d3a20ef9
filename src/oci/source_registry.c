/*
 * Images of a registry: documents by their digests, layers into files without a name. What the
 * store has is not asked for again.
 */
#include "base/limits.h"
#include "registry.h"
#include "source_parts.h"

struct remote {
	struct registry *registry;
	const struct store *store; /* may be NULL */
	struct registry_document root;
};

/* A document by its digest: what the reference led to, else the store's, else the registry's. */
static int read_remote(struct op *op, const struct blobs *b, enum blobs_kind kind,
		       const struct digest *d, uint64_t size, str *ret)
{
	const struct remote *r = b->arg;
	size_t max = kind == BLOBS_CONFIG ? LIMIT_CONFIG : LIMIT_MANIFEST;
	struct registry_document got;

	if (digest_eq(d, &r->root.digest)) {
		*ret = r->root.bytes;
		return 0;
	}
	int rc = r->store ? store_blob_read(op, r->store, d, max, ret) : 1;
	if (rc == ERR_VERIFY) { /* it is deleted */
		op_forgive(op);
		rc = 1;
	}
	if (rc <= 0)
		return rc;
	if (kind == BLOBS_CONFIG)
		return registry_blob_read(op, r->registry, d, size, max, ret);
	if ((rc = registry_manifest(op, r->registry, d, &got)) == 0)
		*ret = got.bytes;
	return rc;
}

/* Layers of all images, the same blob once. */
struct fetching {
	struct source_ask *ask;
	VEC(struct registry_blob) blob;
};

static struct registry_blob *find(const struct fetching *f, const struct digest *d)
{
	for (ptrdiff_t i = 0; i < f->blob.n; i++)
		if (digest_eq(&f->blob.p[i].digest, d))
			return &f->blob.p[i];
	return NULL;
}

static void note(void *arg, uint64_t done, uint64_t total)
{
	const struct source_wish *wish = ((const struct fetching *)arg)->ask->wish;

	if (wish->note)
		wish->note(wish->arg, "registry", done, total);
}

/* A layer as the store has it; 1: it does not. */
static int from_store(struct op *op, struct source_ask *a, const struct image_layer *l,
		      struct tree_layer *t)
{
	AUTO_FD fd = -1;
	int rc = a->store ? store_blob_open(op, a->store, &l->digest, &fd, &t->size) : 1;

	if (rc != 0)
		return rc;
	if (t->size != l->size)
		return 1;
	t->fd = fd;
	t->blob = l->digest;
	return source_keep_fd(op, a->s, &fd) < 0 ? op->code : 0;
}

/* What an image's layers are; those that must be fetched have no descriptor yet. */
static int plan(struct op *op, struct fetching *f, const struct image_config *c,
		struct tree_layer *t)
{
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		const struct image_layer *l = &c->layer[i];
		t[i] = (struct tree_layer){ .fd = -1, .size = l->size, .diff_id = l->diff_id };
		int rc = source_layer_name(op, i, &l->digest, &t[i].what);
		if (rc < 0 || (rc = from_store(op, f->ask, l, &t[i])) < 0)
			return rc;
		t[i].size = l->size;
		if (rc == 0 || find(f, &l->digest))
			continue;
		struct registry_blob *blob = vec_push(op, &f->blob);
		if (!blob)
			return op->code;
		*blob = (struct registry_blob){ l->digest, l->size, -1 };
	}
	return 0;
}

static int fetch(struct op *op, struct fetching *f, struct registry *r)
{
	AUTO_FD dir = -1;
	int rc = f->blob.n ? source_temp_dir(op, &dir) : 0;

	if (rc == 0 && f->blob.n)
		rc = registry_blobs(op, r, dir, f->blob.p, f->blob.n, note, f);
	for (ptrdiff_t i = 0; i < f->blob.n; i++) {
		AUTO_FD fd = f->blob.p[i].fd;
		if (rc == 0 && source_keep_fd(op, f->ask->s, &fd) < 0)
			rc = op->code;
	}
	return rc;
}

/* The registry's layers were verified as they came: their digests are not told again. */
static int settle(struct op *op, const struct fetching *f, const struct image_config *c,
		  struct tree_layer *t)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < c->layer_n; i++) {
		const struct registry_blob *blob = find(f, &c->layer[i].digest);
		if (t[i].fd < 0 && blob->size != t[i].size)
			return op_fail(op, ERR_FORMAT, "%.*s has two sizes", STR_ARG(t[i].what));
		if (t[i].fd < 0)
			t[i].fd = blob->fd;
		rc = source_check_kind(op, &t[i], c->layer[i].media_type);
	}
	return rc;
}

static int name_image(struct op *op, const struct reference *ref, struct registry_document *root,
		      struct subject *s)
{
	char digest[DIGEST_TEXT];
	struct reference tagged = *ref;
	int rc = 0;

	s->version = ref->tag;
	tagged.digest = (struct digest){ 0 };
	if (!(s->repo_digests.p = op_new(op, str, 1)) || !(s->tags.p = op_new(op, str, 1)))
		return op->code;
	s->repo_digests.n = 1;
	rc = op_text(op, s->repo_digests.p, "%.*s/%.*s@%s", STR_ARG(ref->host), STR_ARG(ref->path),
		     digest_text(&root->digest, digest));
	s->reference = s->repo_digests.p[0];
	if (rc == 0 && ref->tag.len && digest_is_zero(&ref->digest)) {
		rc = reference_text(op, &tagged, s->tags.p);
		s->tags.n = 1;
	}
	return rc;
}

static int take(struct op *op, struct source_ask *a, const struct reference *ref, struct remote *r)
{
	const struct blobs blobs = { .read = read_remote, .store = a->store, .arg = r };
	const struct image_descriptor root = { r->root.media_type, r->root.digest,
					       (uint64_t)r->root.bytes.len, S("") };
	const struct image_wish wish = { a->wish->platform, a->wish->all_platforms };
	struct fetching f = { .ask = a };
	struct image_document *d;
	ptrdiff_t n = 0;
	int rc = image_choose(op, &blobs, &root, 1, &wish, &d, &n);

	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "the registry lacks a part of %.*s",
			       STR_ARG(a->s->name));
	struct source_image *image = rc == 0 ? op_new(op, struct source_image, n) : NULL;
	for (ptrdiff_t i = 0; image && i < n; i++) {
		const struct image_config *c = &d[i].image.config;
		image[i].layer_n = c->layer_n;
		if (!(image[i].layer = op_new(op, struct tree_layer, c->layer_n)) ||
		    plan(op, &f, c, image[i].layer) < 0)
			return op->code;
	}
	if (!image || fetch(op, &f, r->registry) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		if (settle(op, &f, &d[i].image.config, image[i].layer) < 0 ||
		    source_subject(op, &d[i], &image[i].subject) < 0 ||
		    name_image(op, ref, &r->root, &image[i].subject) < 0)
			return op->code;
	a->s->kind = SOURCE_IMAGES;
	a->s->image = image;
	a->s->image_n = n;
	return 0;
}

/* What the name calls: a digest that the store has needs no registry. 1: not there. */
static int resolve(struct op *op, struct source_ask *a, const struct reference *ref,
		   struct remote *r)
{
	bool pinned = a->store && !digest_is_zero(&ref->digest);

	if (pinned &&
	    store_blob_read(op, a->store, &ref->digest, LIMIT_MANIFEST, &r->root.bytes) == 0) {
		r->root.digest = ref->digest;
		return 0;
	}
	if (op->code == ERR_MEMORY)
		return op->code;
	op_forgive(op); /* a bad one is deleted */
	return registry_resolve(op, r->registry, &r->root);
}

int source_from_registry(struct op *op, struct source_ask *a, str name)
{
	const struct registry_options options = { .insecure = a->wish->insecure };
	struct reference ref;
	struct remote r = { .store = a->store };
	AUTO_REGISTRY *registry = NULL;
	str text;

	if (a->wish->offline) {
		a->why = S("no registry is asked (--offline)");
		return 1;
	}
	int rc = reference_parse(op, name, &ref);
	if (rc < 0 || (rc = registry_open(op, &ref, &options, &registry)) < 0)
		return rc;
	r.registry = registry;
	if ((rc = resolve(op, a, &ref, &r)) < 0)
		return rc;
	if (rc > 0) {
		if ((rc = reference_text(op, &ref, &text)) < 0 ||
		    (rc = op_text(op, &a->why, "%.*s: not found", STR_ARG(text))) < 0)
			return rc;
		return 1;
	}
	return take(op, a, &ref, &r);
}
