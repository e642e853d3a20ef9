#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct doc doc;

	op_init(&op, 256 << 20);
	str in = { (const char *)data, (ptrdiff_t)size };
	int strict = json_parse(&op, S("fuzz"), in, &doc);
	op_forgive(&op);
	MUST(json_parse_lax(&op, S("fuzz"), in, &doc) == 0 || strict < 0);
	return 0;
}
