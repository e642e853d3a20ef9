/* A template over a small document: it fails with a message or is filled in. */
#include "codec/json.h"
#include "sbom/template.h"

static const char document[] =
	"{\"a\":{\"b\":[1,\"x\",null,{\"c\":true}]},\"list\":[{\"name\":\"x\"},{\"name\":\"y\"}]}";

static int empty(void *arg)
{
	struct buf *b = arg;

	b->len = 0;
	return b->bad ? b->op->code : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct template *t;
	struct doc doc;
	struct buf b;
	AUTO_OP op;

	op_init(&op, 64 << 20);
	/* Ranges within ranges multiply; that is whoever writes the template's own time. */
	if (size > 200)
		return 0;
	MUST(json_parse(&op, S("d"), str_of(document), &doc) == 0);
	int rc = template_parse(&op, S("t"), (str){ (const char *)data, (ptrdiff_t)size }, &t);
	if (rc == 0) {
		buf_init(&b, &op, 32 << 20);
		rc = template_fill(&op, t, &doc.root, &b, empty, &b);
	}
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
