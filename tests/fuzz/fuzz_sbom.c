/* A bill of materials of any form: what is read is written in every form, and temper's own reads as
 * the same. */
#include <string.h>

#include "sbom/format.h"
#include "sbom/read.h"

static int count(struct op *op, void *arg, str bytes)
{
	(void)op;
	*(size_t *)arg += (size_t)bytes.len;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inventory inv = { 0 }, back;
	struct buf b;
	size_t n = 0;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	int rc = sbom_read(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size }, &inv);
	if (rc)
		return 0;
	for (size_t i = 0; i < sbom_formats_n; i++) {
		struct sbom_format_choice c = { .format = &sbom_formats[i], .files = true };
		rc = sbom_write(&op, &inv, &c, count, &n);
		MUST(rc == 0 || rc == ERR_MEMORY);
		if (rc)
			return 0;
	}
	struct sbom_format_choice c = { 0 };
	MUST(sbom_format_parse(&op, S("json"), &c) == 0);
	buf_init(&b, &op, 64 << 20);
	if (sbom_write(&op, &inv, &c, sink_buf, &b) < 0)
		return 0;
	MUST(sbom_read(&op, S("again"), buf_view(&b), &back) == 0);
	MUST(back.package_n == inv.package_n && back.relation_n == inv.relation_n);
	return 0;
}
