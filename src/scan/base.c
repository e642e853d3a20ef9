#include "base.h"

#include "oci/image.h"

ptrdiff_t base_prefix(const struct inventory_layer *layer, ptrdiff_t layer_n,
		      const struct digest *base, ptrdiff_t base_n)
{
	if (base_n == 0 || base_n >= layer_n)
		return 0;
	for (ptrdiff_t i = 0; i < base_n; i++)
		if (!digest_eq(&layer[i].diff_id, &base[i]))
			return 0;
	return base_n;
}

struct finding_base {
	struct op *op;
	const struct store *store;
	const struct inventory *inv;
	struct facts_base best;
	bool denied; /* what is claimed has other layers */
};

/* The layers of an image of the store that this one begins with; 0: it does not, or is not for its
 * platform, or cannot be read: then it tells nothing. */
static ptrdiff_t prefix_of(struct finding_base *f, const struct digest *d, int64_t *ret_created)
{
	struct image image;
	int rc = image_get(f->op, f->store, d, f->inv->subject.platform, &image);

	if (rc != 0) {
		if (f->op->code != ERR_MEMORY)
			op_forgive(f->op);
		return 0;
	}
	struct digest *diff = op_new(f->op, struct digest, image.config.layer_n);
	if (!diff)
		return 0;
	for (ptrdiff_t i = 0; i < image.config.layer_n; i++)
		diff[i] = image.config.layer[i].diff_id;
	*ret_created = image.config.created;
	return base_prefix(f->inv->subject.layer, f->inv->subject.layer_n, diff,
			   image.config.layer_n);
}

/* What the image says of itself. */
static int claimed(struct finding_base *f)
{
	const struct subject *s = &f->inv->subject;
	struct facts_base b = { .name = s->base_name, .digest = s->base };

	if (b.name.len == 0 && digest_is_zero(&b.digest))
		return 0;
	if (f->store && !digest_is_zero(&b.digest) && store_blob_has(f->store, &b.digest)) {
		b.layers = prefix_of(f, &b.digest, &b.created);
		f->denied = b.layers == 0;
		if (f->op->code)
			return f->op->code;
	}
	b.known = !f->denied;
	if (b.known)
		f->best = b;
	return 0;
}

/* What a name stands for in the store now. */
static int current(struct finding_base *f)
{
	struct facts_base *b = &f->best;
	struct store_image image;
	struct image now;

	if (!f->store || b->name.len == 0)
		return 0;
	int rc = store_image_get(f->op, f->store, b->name, &image);
	if (rc == 0)
		rc = image_get(f->op, f->store, &image.digest, f->inv->subject.platform, &now);
	if (rc != 0) { /* a registry's name, or an image that is gone */
		if (f->op->code == ERR_MEMORY)
			return rc;
		op_forgive(f->op);
		return 0;
	}
	b->current_known = true;
	b->current = digest_eq(&now.manifest.digest, &b->digest) ? b->digest : image.digest;
	b->current_created = now.config.created;
	return 0;
}

static int by_layers(struct finding_base *f)
{
	struct store_image *image;
	int64_t created = 0;
	ptrdiff_t n;

	if (store_image_list(f->op, f->store, &image, &n) < 0)
		return f->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		ptrdiff_t layers = prefix_of(f, &image[i].digest, &created);
		if (f->op->code)
			return f->op->code;
		if (layers > f->best.layers)
			f->best = (struct facts_base){ .known = true,
						       .name = image[i].name,
						       .digest = image[i].digest,
						       .created = created,
						       .layers = layers };
	}
	return 0;
}

static void by_history(struct finding_base *f)
{
	const struct subject *s = &f->inv->subject;
	ptrdiff_t n = 0;

	while (n < s->layer_n && s->layer[n].is_base)
		n++;
	if (f->best.layers == 0 && n < s->layer_n)
		f->best.layers = n;
	f->best.known |= n > 0 && n < s->layer_n;
}

int base_find(struct op *op, const struct store *store, const struct inventory *inv,
	      struct facts_base *ret)
{
	struct finding_base f = { .op = op, .store = store, .inv = inv };

	if (claimed(&f) < 0 || (store && !f.best.known && by_layers(&f) < 0) || current(&f) < 0)
		return op->code;
	by_history(&f);
	*ret = f.best;
	return 0;
}
