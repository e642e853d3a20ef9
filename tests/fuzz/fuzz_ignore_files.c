/* Waivers and ignore files; the first byte says which. Whatever is read can be applied, and what is over
 * hides nothing. */
#include "policy/waivers.h"
#include "unit/vex/scanned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const files[] = { "waivers.yaml", ".trivyignore", ".trivyignore.yaml",
					     ".grype.yaml", "osv-scanner.toml" };
	struct waivers w = { 0 };
	struct scanned scan;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (size == 0)
		return 0;
	str file = str_of(files[(uint8_t)(data[0] - '0') % (sizeof(files) / sizeof(files[0]))]);
	if (waivers_read(&op, file, (str){ (const char *)data + 1, (ptrdiff_t)size - 1 }, &w))
		return 0;
	scanned_make(&scan);
	int rc = waivers_apply(&op, &scan.report, &w, 1782820800, 14);
	MUST(rc == 0 || rc == ERR_MEMORY);
	for (int f = 0; rc == 0 && f < SCANNED_FINDINGS; f++) {
		if (!scan.finding[f].suppressed)
			continue;
		const struct waiver *by = NULL;
		for (ptrdiff_t i = 0; i < w.n && !by; i++)
			by = str_eq(w.p[i].where, scan.finding[f].rule) && !w.p[i].expired &&
					     w.p[i].matched
				     ? &w.p[i]
				     : NULL;
		MUST(by);
	}
	return 0;
}
