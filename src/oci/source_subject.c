/*
 * What an image's documents tell of it.
 */
#include <stdlib.h>

#include "model/config.h"
#include "source_parts.h"

static int cmp_pair(const void *a, const void *b)
{
	return str_cmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static int sorted(struct op *op, struct pairs from, struct pairs *ret)
{
	struct pair *p = op_new(op, struct pair, from.n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < from.n; i++)
		p[i] = from.p[i];
	if (from.n > 1)
		qsort(p, (size_t)from.n, sizeof(*p), cmp_pair);
	*ret = (struct pairs){ p, from.n };
	return 0;
}

int source_subject(struct op *op, const struct image_document *d, struct subject *ret)
{
	const struct image_config *c = &d->image.config;
	struct subject s = { .kind = SUBJECT_IMAGE,
			     .manifest = d->image.manifest.digest,
			     .config = d->image.config_digest,
			     .platform = d->image.manifest.platform,
			     .created = c->created,
			     .config_json = d->config_json,
			     .manifest_json = d->manifest_json,
			     .layer_n = c->layer_n };
	int rc;

	if (!(s.layer = op_new(op, struct inventory_layer, c->layer_n)) ||
	    (rc = sorted(op, c->labels, &s.labels)) < 0 ||
	    (rc = sorted(op, d->image.annotations, &s.annotations)) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		const struct image_layer *l = &c->layer[i];
		s.layer[i] = (struct inventory_layer){ .digest = l->digest,
						       .diff_id = l->diff_id,
						       .size = l->size,
						       .media_type = l->media_type };
		if ((rc = config_instruction(op, l->created_by, &s.layer[i].created_by)) < 0)
			return rc;
	}
	*ret = s;
	return 0;
}
