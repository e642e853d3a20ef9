#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 leaks tokens of its own when a text is not YAML. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct doc doc;

	op_init(&op, 256 << 20);
	return yaml_parse(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size }, &doc) > 0;
}
