#include "distro/relation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is accepted has at least one valid name in each group, and its views lie in the input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct relations r;
	str in = { (const char *)data, (ptrdiff_t)size };

	op_init(&op, 64 << 20);
	if (relations_parse(&op, in, &r) < 0)
		return 0;
	for (ptrdiff_t g = 0; g < r.n; g++) {
		MUST(r.group[g].n > 0 && r.group[g].text.p >= in.p);
		for (ptrdiff_t i = 0; i < r.group[g].n; i++)
			MUST(relation_name_valid(r.group[g].alternative[i].name));
		MUST(relation_holds(r.group[g].alternative, S("1")) || r.group[g].alternative->version.len > 0);
	}
	return 0;
}
