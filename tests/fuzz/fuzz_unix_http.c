/* A daemon's answer: whole, and cut in two anywhere, it says the same. */
#include "net/unix_http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct unix_http_answer answer, again;
	str bytes = { (const char *)data, (ptrdiff_t)size };
	ptrdiff_t cut = size ? data[size / 2] * bytes.len / 256 : 0;

	op_init(&op, 64 << 20);
	int rc = unix_http_parse(&op, bytes, 0, NULL, NULL, &answer);
	MUST(rc < 0 || (answer.status >= 0 && answer.status <= 999 && answer.body.len <= UNIX_HTTP_BODY));
	op_forgive(&op);
	MUST(unix_http_parse(&op, bytes, cut, NULL, NULL, &again) == rc);
	MUST(rc < 0 || (answer.status == again.status && str_eq(answer.body, again.body)));
	return 0;
}
