/*
 * template: a text with places that are filled in from a document. A small part of Go's
 * text/template (docs/sbom.md has it with examples):
 *
 *	{{.name}} {{$.subject.name}}           a member of what is looked at; of the whole document
 *	{{range .packages}} {{else}} {{end}}   for each element; for none
 *	{{if EXPR}} {{else if EXPR}} {{else}} {{end}}   {{with .os}} {{end}}
 *	{{- and -}}                            without the blanks before and behind; {{/ * a comment
 ** /}} EXPR: .a.b  $  "text"  12  (EXPR)  FUNCTION EXPR...  EXPR | FUNCTION
 *
 * Functions: and, csv, eq, index, join, json, key, len, lower, ne, not, or, upper. A member that is
 * not there is empty; what is empty, false, 0 or not there is untrue.
 */
#ifndef SBOM_TEMPLATE_H
#define SBOM_TEMPLATE_H

#include "base/buf.h"
#include "codec/node.h"

struct template; /* opaque */

/* ERR_USAGE with FILE:LINE for what is no template. The text must live as long as *ret. O(bytes).
 */
int template_parse(struct op *op, str file, str text, struct template **ret) MUST_USE;

/* Fill it in. `flush` is called when much has gathered in b (it may empty it), and may be NULL. */
typedef int template_flush(void *arg);
int template_fill(struct op *op, const struct template *t, const struct node *root, struct buf *b,
		  template_flush *flush, void *arg) MUST_USE;

#endif
