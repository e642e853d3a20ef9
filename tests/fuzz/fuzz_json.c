#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The members one at a time are the children of the whole. */
static void members(str in, const struct doc *doc, bool good)
{
	AUTO_OP op;
	op_init(&op, 256 << 20);
	AUTO_JSON_MEMBERS *m = NULL;
	struct node node;
	ptrdiff_t i = 0;
	bool container = good && (doc->root.kind == NODE_MAP || doc->root.kind == NODE_LIST);
	int rc = json_members_open(&op, S("fuzz"), in, S(""), false, &m);

	while (rc == 0 && (rc = json_members_next(&op, m, &node)) > 0) {
		if (container) {
			const struct node *want = &doc->root.child[i];
			MUST(i < doc->root.n && str_eq(node.key, want->key) &&
			     node.kind == want->kind && str_eq(node.text, want->text) &&
			     node.n == want->n && node.line == want->line && node.col == want->col);
		}
		i++;
		rc = 0;
	}
	MUST((rc == 0) == container && (!container || i == doc->root.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct doc doc, loose;

	op_init(&op, 256 << 20);
	str in = { (const char *)data, (ptrdiff_t)size };
	int strict = json_parse(&op, S("fuzz"), in, &doc);
	op_forgive(&op);
	MUST(json_parse_lax(&op, S("fuzz"), in, &loose) == 0 || strict < 0);
	members(in, &doc, strict == 0);
	return 0;
}
