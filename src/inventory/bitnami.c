/*
 * Bitnami's components: opt/bitnami/.bitnami_components.json, { "NAME": { "version", "arch",
 * "distro", "digest" } }.
 */
#include "reading.h"

static int read_components(struct reading *r)
{
	const struct node *all = &r->doc.root;

	r->how = EVIDENCE_METADATA;
	for (ptrdiff_t i = 0; all->kind == NODE_MAP && i < all->n; i++) {
		const struct node *n = &all->child[i];
		struct package p = { .type = PACKAGE_BITNAMI,
				     .name = n->key,
				     .version = reading_get(n, "version"),
				     .arch = reading_get(n, "arch"),
				     .distro = reading_get(n, "distro") };
		int rc = draft_hex(&r->tmp, &p, reading_get(n, "digest"));
		if (rc < 0 || (rc = reading_add(r, &p, NULL)) < 0)
			return rc;
	}
	return 0;
}

static int read_bitnami(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_json(op, c, f, read_components);
}

const struct cataloger cataloger_bitnami = {
	.name = "bitnami",
	.what = "Bitnami's components",
	.wants = { { .glob = "**/.bitnami_components.json" } },
	.read = read_bitnami,
};
