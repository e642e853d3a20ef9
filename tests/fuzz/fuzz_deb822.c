#include "codec/deb822.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	str in = { (const char *)data, (ptrdiff_t)size };
	struct deb822_stanza s;
	uint64_t sum = 0;

	op_init(&op, 256 << 20);
	while (deb822_next(&op, &in, &s) > 0) {
		for (ptrdiff_t i = 0; i < s.n; i++)
			sum += str_hash(s.field[i].name, 0) ^ str_hash(s.field[i].value, 0);
		MUST(s.raw.len > 0 && s.n >= 0);
	}
	return sum == 1;
}
