/* The layers that an image begins with, and what it says of its base. */
#include "scan/base.h"
#include "unit/harness.h"

static struct digest digest(char first)
{
	struct digest d = { 0 };

	memset(d.b, first, sizeof(d.b));
	return d;
}

static int prefixes(struct op *op)
{
	struct inventory_layer layer[3] = { { .diff_id = digest('a') },
					    { .diff_id = digest('b') },
					    { .diff_id = digest('c') } };
	struct digest base[3] = { digest('a'), digest('b'), digest('c') };

	(void)op;
	CHECK(base_prefix(layer, 3, base, 1) == 1);
	CHECK(base_prefix(layer, 3, base, 2) == 2);
	CHECK(base_prefix(layer, 3, base, 3) == 0); /* it is that image itself */
	CHECK(base_prefix(layer, 3, base, 0) == 0);
	base[0] = digest('x');
	CHECK(base_prefix(layer, 3, base, 2) == 0);
	base[0] = digest('a');
	base[1] = digest('x');
	CHECK(base_prefix(layer, 3, base, 2) == 0);
	return 0;
}

static int claims(struct op *op)
{
	struct inventory_layer layer[3] = { { .is_base = true },
					    { .is_base = true },
					    { .is_base = false } };
	struct inventory inv = { .subject = { .layer = layer, .layer_n = 3 } };
	struct facts_base b;

	TRY(base_find(op, NULL, &inv, &b));
	CHECK(b.known && b.layers == 2 && b.name.len == 0);
	inv.subject.base_name = S("base:1");
	inv.subject.base = digest('a');
	TRY(base_find(op, NULL, &inv, &b));
	CHECK(b.known && b.layers == 2 && !b.current_known);
	CHECK_STR(b.name, S("base:1"));
	for (int i = 0; i < 3; i++)
		layer[i].is_base = false;
	TRY(base_find(op, NULL, &inv, &b));
	CHECK(b.known && b.layers == 0);
	inv.subject.base_name = S("");
	inv.subject.base = (struct digest){ 0 };
	TRY(base_find(op, NULL, &inv, &b));
	CHECK(!b.known);
	return 0;
}

TESTS({ "prefixes", prefixes }, { "claims", claims })
