/* An XML document: what is read is written in a form that reads as the same tree. */
#include "codec/xml.h"

static char name[8][2] = { "a", "b", "c", "d", "e", "f", "g", "h" };

/* Texts and values of the upper levels, under names of our own. */
static void write(struct xml_out *x, const struct xml_node *n, int depth)
{
	xml_open(x, name[depth]);
	for (ptrdiff_t i = 0; i < n->attributes && i < 8; i++)
		xml_put_attribute(x, name[i], n->attribute[i].value);
	if (n->text.len) {
		xml_put_text(x, n->text);
	} else {
		for (ptrdiff_t i = 0; i < n->n && depth < 7; i++)
			write(x, &n->child[i], depth + 1);
	}
	xml_close(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xml_node n, back;
	struct xml_out x;
	struct buf b;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (xml_parse(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size }, &n) < 0)
		return 0;
	buf_init(&b, &op, 64 << 20);
	xml_begin(&x, &b, 0);
	write(&x, &n, 0);
	MUST(xml_parse(&op, S("again"), buf_view(&b), &back) == 0);
	MUST(str_eq(n.text, back.text) && n.attributes >= back.attributes);
	return 0;
}
