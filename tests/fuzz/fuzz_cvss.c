#include "model/severity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is a vector has a score. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = { (const char *)data, (ptrdiff_t)size };
	const char *version = "";
	double score = -1;

	if (cvss_score(in, &score, &version))
		MUST(score >= 0 && score <= 10 && *version);
	return 0;
}
