/* A package URL: what is read is written in a form that reads as the same. */
#include "model/inventory.h"
#include "model/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, (ptrdiff_t)size }, once, again;
	struct package p = { 0 };
	struct purl u;
	AUTO_OP op;

	op_init(&op, 16 << 20);
	if (purl_parse(&op, text, &u) < 0)
		return 0;
	/* One that grows past the ceiling of a purl by being encoded is refused. */
	if (purl_write(&op, &u, &once) < 0)
		return 0;
	MUST(purl_parse(&op, once, &u) == 0 && purl_write(&op, &u, &again) == 0);
	MUST(str_eq(once, again));
	MUST(package_of_purl(&op, once, &p) == 0 && str_eq(p.purl, once));
	return 0;
}
