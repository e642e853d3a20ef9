/* A document of statements of any form, held against an image: whatever it says, each statement matched or
 * says why not, and only what it names is hidden. */
#include "unit/vex/scanned.h"
#include "vex/vex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct statements s = { 0 };
	struct scanned scan;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	/* Only by its name is a document YAML. */
	bool yaml = size && data[0] == '-';
	int rc = vex_read(&op, yaml ? S("fuzz.yaml") : S("fuzz.json"),
			  (str){ (const char *)data, (ptrdiff_t)size }, &s);
	if (rc)
		return 0;
	scanned_make(&scan);
	rc = vex_apply(&op, &scan.report, &s);
	MUST(rc == 0 || rc == ERR_MEMORY);
	for (ptrdiff_t i = 0; rc == 0 && i < s.n; i++) {
		MUST(s.p[i].matched || s.p[i].unmatched.len);
		MUST(s.p[i].product_n || !s.p[i].matched);
	}
	for (int f = 0; rc == 0 && f < SCANNED_FINDINGS; f++) {
		uint32_t by = scan.finding[f].statement;
		MUST(!scan.finding[f].suppressed || by);
		MUST(!by || s.p[by - 1].matched);
		MUST(!scan.finding[f].suppressed || s.p[by - 1].status == VEX_NOT_AFFECTED ||
		     s.p[by - 1].status == VEX_FIXED);
	}
	return 0;
}
