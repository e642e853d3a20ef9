/* What PHP serialised: every text is a part of the input. */
#include "codec/php_serialized.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = { (const char *)data, (ptrdiff_t)size };
	AUTO_OP op;
	struct doc doc;

	op_init(&op, 256 << 20);
	int rc = php_serialized_parse(&op, S("fuzz"), in, &doc);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	for (ptrdiff_t i = 0; rc == 0 && i < doc.root.n; i++) {
		str key = doc.root.child[i].key;
		MUST(key.p >= in.p && key.p + key.len <= in.p + in.len);
	}
	return 0;
}
