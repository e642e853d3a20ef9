#include "build_findings.h"

#include "scan/image.h"

static int find(struct op *op, const struct store *store, struct database *db, struct outcome *o)
{
	struct inventory *v = op_new(op, struct inventory, 1);
	struct report *r = op_new(op, struct report, 1);
	struct image image;
	int rc = v && r ? image_get(op, store, &o->manifest, S(""), &image) : op->code;

	if (rc)
		return rc < 0 ? rc : op_fail(op, ERR_IO, "the image vanished from the store");
	if (scan_image_inventory(op, store, &image, v) < 0 || scan_plain(op, db, v, r) < 0)
		return op->code;
	o->findings = r;
	return 0;
}

int build_findings(struct op *op, const struct store *store, struct database *db,
		   struct built *built)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && db->shard_n && i < built->n; i++)
		rc = find(op, store, db, &built->outcome[i]);
	return rc;
}
