#include "harness.h"

enum { LAYERS = 3 };

static const struct {
	const char *what, *history;
	int base; /* layers of it */
} histories[] = {
	{ "Docker: what stands before an earlier command",
	  "[{\"created_by\":\"/bin/sh -c #(nop) ADD file:1 in / \"},{\"created_by\":\"/bin/sh -c #(nop)  CMD [\\\"bash\\\"]\",\"empty_layer\":true},"
	  "{\"created_by\":\"/bin/sh -c apt-get\"},{\"created_by\":\"/bin/sh -c #(nop) COPY x\"},{\"created_by\":\"/bin/sh -c #(nop)  CMD [\\\"x\\\"]\",\"empty_layer\":true}]",
	  1 },
	{ "BuildKit: likewise",
	  "[{\"created_by\":\"ADD rootfs\"},{\"created_by\":\"RUN x\"},{\"created_by\":\"CMD [\\\"bash\\\"]\",\"empty_layer\":true},{\"created_by\":\"COPY . .\"}]", 2 },
	{ "Buildah: what stands before its first step",
	  "[{\"created_by\":\"umoci\"},{\"created_by\":\"x\",\"empty_layer\":true},{\"created_by\":\"COPY\",\"comment\":\"FROM a\"},{\"created_by\":\"RUN\",\"comment\":\"FROM b\"}]", 1 },
	{ "one command is the image's own", "[{\"created_by\":\"ADD\"},{\"created_by\":\"CMD [\\\"x\\\"]\",\"empty_layer\":true}]", 0 },
	{ "none", "[]", 0 },
	{ "no list", "{}", 0 },
	{ "odd entries", "[1,null,{\"created_by\":7,\"empty_layer\":\"x\"}]", 0 },
};

static int origins_of(struct op *op)
{
	for (size_t i = 0; i < sizeof(histories) / sizeof(histories[0]); i++) {
		struct inventory_layer layer[LAYERS] = { 0 };
		struct inventory v = { .subject = { .layer = layer, .layer_n = LAYERS } };
		struct inventory_wish wish = { .image = true };
		struct tree_wish ask;
		struct tree *t;
		int base = 0;

		TRY(op_text(op, &v.subject.config_json, "{\"history\":%s}", histories[i].history));
		TRY(inventory_interest(op, &wish, &ask));
		TRY(tree_of_files(op, NULL, 0, &ask, &t));
		int rc = inventory_make(op, t, &wish, &v);
		tree_close(&t);
		TRY(rc);
		while (base < LAYERS && layer[base].is_base)
			base++;
		if (base != histories[i].base)
			CHECK_STR(S("another number of layers"), str_of(histories[i].what));
	}
	return 0;
}

TESTS({ "which layers are the base's", origins_of, .once = true })
