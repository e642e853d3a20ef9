#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct doc doc;

	op_init(&op, 256 << 20);
	return yaml_parse(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size }, &doc) > 0;
}
