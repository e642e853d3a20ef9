/*
 * A template over temper's own JSON of the report, which is written and read for it: its members are
 * the template's (schemas/findings.schema.json).
 */
#include "findings_impl.h"
#include "codec/json.h"
#include "sbom/template.h"

int findings_template(struct op *op, const struct report *r, const struct findings_choice *c,
		      struct buf *b)
{
	struct template *t;
	struct buf text;
	struct doc doc;
	int rc = template_parse(op, S("template"), c->template, &t);

	if (rc < 0)
		return rc;
	buf_init(&text, op, INT32_MAX);
	rc = findings_json(op, r, c, &text);
	rc = rc < 0 ? rc : json_parse(op, S("template"), buf_view(&text), &doc);
	return rc < 0 ? rc : template_fill(op, t, &doc.root, b, NULL, NULL);
}
