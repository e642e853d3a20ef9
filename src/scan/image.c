#include "image.h"

#include <stdlib.h>

#include "base/num.h"
#include "inventory/inventory.h"
#include "oci/image_tree.h"
#include "sys/clock.h"

int scan_image_inventory(struct op *op, const struct store *store, const struct image *image,
			 struct inventory *ret)
{
	struct inventory_wish wish = { .image = true, .licences = true };
	AUTO_IMAGE_LAYERS layers = { 0 };
	AUTO_TREE *t = NULL;
	struct tree_wish ask;
	int rc = image_layers_open(op, store, image, &layers);

	if (rc < 0 || (rc = inventory_interest(op, &wish, &ask)) < 0 ||
	    (rc = tree_of_layers(op, layers.layer, layers.n, &ask, &t)) < 0)
		return rc;
	*ret = (struct inventory){ 0 };
	return inventory_make(op, t, &wish, ret);
}

int scan_plain(struct op *op, struct database *db, const struct inventory *inv, struct report *ret)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	struct scan_wish wish = { .now = clock_now() };
	uint64_t seconds;

	if (epoch && num_parse(str_of(epoch), INT64_MAX, &seconds))
		wish.now = (int64_t)seconds;
	*ret = (struct report){ .inventory = inv };
	return scan_inventory(op, db, inv, &wish, ret);
}
