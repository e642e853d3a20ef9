/* A daemon's answer. */
#include "net/unix_http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct unix_http_answer answer;

	op_init(&op, 64 << 20);
	if (unix_http_parse(&op, (str){ (const char *)data, (ptrdiff_t)size }, &answer) == 0)
		MUST(answer.status >= 0 && answer.status <= 999 && answer.body.len <= UNIX_HTTP_BODY);
	return 0;
}
