/* An index.json: each descriptor that is let through can be read, and what is written reads again. */
#include "base/limits.h"
#include "oci/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(struct op *op, const struct doc *doc)
{
	struct json_out j;
	struct doc again;
	struct buf b;
	str text;

	buf_init(&b, op, 64 << 20);
	json_begin(&j, &b, 0);
	layout_node_write(&j, &doc->root);
	if (buf_take(&b, &text) == 0)
		MUST(layout_parse(op, S("again"), text, &again) == 0 || op->code == ERR_MEMORY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct doc doc;

	op_init(&op, 64 << 20);
	if (layout_parse(&op, S("index.json"), (str){ (const char *)data, (ptrdiff_t)size }, &doc) < 0)
		return 0;
	const struct node *list = node_get(&doc.root, S("manifests"));
	for (ptrdiff_t i = 0; i < list->n; i++) {
		struct layout_entry e;
		MUST(layout_entry_read(&op, &doc, &list->child[i], &e) == 0 || op.code == ERR_MEMORY);
		MUST(op.code || (e.size > 0 && e.size <= INT64_MAX));
	}
	write_again(&op, &doc);
	return 0;
}
