#include "lint/kubernetes.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static str host = S_INIT("registry.example");
	const struct lint_wish wish = { .trusted_registries = { &host, 1 } };
	str bytes = { (const char *)data, (ptrdiff_t)size };
	struct lint_file f;
	AUTO_OP op;

	op_init(&op, 0);
	if (kubernetes_lint(&op, S("x.yaml"), bytes, &wish, &f) < 0)
		return 0;
	int lines = 2;
	for (str rest = bytes; rest.p; lines++)
		(void)str_cut(&rest, '\n');
	for (ptrdiff_t i = 0; i < f.fault_n; i++)
		MUST(f.fault[i].line > 0 && f.fault[i].line <= lines && f.fault[i].what.len > 0);
	(void)kubernetes_is(bytes);
	return 0;
}
