/* Any bytes through the decoder that their magic names. */
#include "codec/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	AUTO_STREAM *s = NULL;
	str got;

	op_init(&op, 64 << 20);
	if (stream_open_bytes(&op, (str){ (const char *)data, (ptrdiff_t)size }, S("input"),
			      8 << 20, &s) == 0) {
		int rc = stream_read_all(&op, s, 4 << 20, &got);
		MUST(rc == 0 || (rc == op.code && op.text[0]));
	}
	return 0;
}
