/*
 * template_value: expressions of templates; see template.h.
 */
#ifndef SBOM_TEMPLATE_VALUE_H
#define SBOM_TEMPLATE_VALUE_H

#include "base/buf.h"
#include "codec/node.h"

struct template_scope {
	struct node dot, root;
};

/* ERR_USAGE for what is no expression. */
int template_value(struct op *op, const struct template_scope *scope, str expression,
		   struct node *ret) MUST_USE;
bool template_is_true(const struct node *v);
/* Texts and numbers as they are, lists and mappings as JSON. */
void template_print(struct buf *b, const struct node *v);

#endif
