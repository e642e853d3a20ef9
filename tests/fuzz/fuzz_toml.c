/* A TOML document: tables have each key once, and every text is UTF-8. */
#include "base/limits.h"
#include "base/utf8.h"
#include "codec/toml.h"

static void check(const struct node *node)
{
	MUST(node->line >= 1 && node->col >= 1 && utf8_valid(node->text));
	for (ptrdiff_t i = 0; i < node->n && node->kind == NODE_MAP && i < 50; i++)
		MUST(node_get(node, node->child[i].key) == &node->child[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct node *open[LIMIT_DEPTH + 1];
	ptrdiff_t next[LIMIT_DEPTH + 1] = { 0 };
	AUTO_OP op;
	struct doc doc;
	int depth = 0;

	op_init(&op, 256 << 20);
	int rc = toml_parse(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size }, &doc);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	if (rc < 0)
		return 0;
	open[0] = &doc.root;
	check(open[0]);
	while (depth >= 0) {
		if (next[depth] == open[depth]->n) {
			depth--;
			continue;
		}
		const struct node *child = &open[depth]->child[next[depth]++];
		MUST(depth < LIMIT_DEPTH);
		check(child);
		open[++depth] = child;
		next[depth] = 0;
	}
	return 0;
}
