#include "regions.h"

int regions_open(struct op *op, const struct tree *t, struct regions *ret)
{
	uint32_t n = tree_count(t);

	ret->tree = t;
	ret->top = op_new(op, uint32_t, n);
	ret->count = op_new(op, uint32_t, n);
	ret->bytes = op_new(op, uint64_t, n);
	return ret->top && ret->count && ret->bytes ? 0 : op->code;
}

void regions_put(struct regions *r, uint32_t node, bool marked)
{
	const struct tree_node *n = tree_node(r->tree, node);
	uint32_t up = node ? r->top[n->parent] : 0;

	if (tree_is_gone(n))
		return;
	r->top[node] = up ? up : marked ? node + 1 : 0;
	if (!marked)
		return;
	r->count[r->top[node] - 1]++;
	r->bytes[r->top[node] - 1] += n->type == TREE_FILE && n->link == TREE_NONE ? n->size : 0;
}
