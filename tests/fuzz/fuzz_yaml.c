#include "base/limits.h"
#include "codec/yaml.h"
#include "codec/yaml_block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 leaks tokens of its own when a text is not YAML. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

static bool same(const struct node *a, const struct node *b)
{
	return a->kind == b->kind && a->n == b->n && str_eq(a->text, b->text) &&
	       str_eq(a->key, b->key) && a->line == b->line && a->col == b->col;
}

/* Two trees, node by node; both are at most LIMIT_DEPTH deep. */
static void compare(const struct node *a, const struct node *b)
{
	const struct node *open[LIMIT_DEPTH + 1][2] = { { a, b } };
	ptrdiff_t next[LIMIT_DEPTH + 1] = { 0 };
	int depth = 0;

	MUST(same(a, b));
	while (depth >= 0) {
		if (next[depth] == open[depth][0]->n) {
			depth--;
			continue;
		}
		ptrdiff_t i = next[depth]++;
		a = &open[depth][0]->child[i];
		b = &open[depth][1]->child[i];
		MUST(same(a, b) && depth < LIMIT_DEPTH);
		open[++depth][0] = a;
		open[depth][1] = b;
		next[depth] = 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct doc doc, quick;

	op_init(&op, 256 << 20);
	str text = { (const char *)data, (ptrdiff_t)size };
	int rc = yaml_block_parse(&op, S("fuzz"), text, &quick);
	MUST(rc == 0 || rc == 1);
	bool plain = rc == 0;
	rc = yaml_parse(&op, S("fuzz"), text, &doc);
	MUST(rc == 0 || !plain);
	if (plain)
		compare(&doc.root, &quick.root);
	return 0;
}
