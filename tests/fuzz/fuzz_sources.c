/* apt's sources: the first byte's lowest bit chooses the form. */
#include "distro/repo_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct repo_sources got = { 0 };
	str text = { (const char *)data, (ptrdiff_t)size };

	op_init(&op, 64 << 20);
	if (size && repo_sources_read(&op, S("fuzz"), str_from(text, 1), data[0] & 1, &got) == 0)
		MUST(got.archive_score == 0 || client_check_url(&op, got.archive) == 0);
	return 0;
}
