/* What is understood of a script never grows: text that is left over or not, and its digest. */
#include "distro/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct script s;
	struct digest d;
	str text = { (const char *)data, (ptrdiff_t)size };

	op_init(&op, 256 << 20);
	for (int kind = SCRIPT_PREINST; kind <= SCRIPT_POSTINST; kind++) {
		int rc = script_read(&op, text, (enum script_kind)kind, &s);
		MUST(rc == 0 || rc == ERR_MEMORY || rc == ERR_LIMIT);
		if (rc == 0)
			MUST(script_code_digest(&op, &s, S("1.2-3"), &d) <= 0);
	}
	return 0;
}
