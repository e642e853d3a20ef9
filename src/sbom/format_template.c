/*
 * A template over temper's own JSON, which is written and read for it: its members are the
 * template's.
 */
#include "format_impl.h"
#include "template.h"

static int flush(void *arg)
{
	return sink_flush(arg);
}

int format_template(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		    sbom_sink *write, void *arg)
{
	struct template *t;
	struct buf text;
	struct doc doc;
	struct sink s;
	int rc = template_parse(op, S("template"), c->template, &t);

	if (rc < 0)
		return rc;
	buf_init(&text, op, INT32_MAX);
	rc = format_temper(op, inv, c, sink_buf, &text);
	rc = rc < 0 ? rc : json_parse(op, S("template"), buf_view(&text), &doc);
	if (rc < 0)
		return rc;
	sink_begin(&s, op, write, arg);
	rc = template_fill(op, t, &doc.root, &s.b, flush, &s);
	return rc < 0 ? rc : sink_close(&s);
}
