/* An rpm header or package file: every list ends, and whatever is told lies within the bytes. */
#include "codec/at.h"
#include "codec/rpm_header.h"

static void walk(struct rpm_texts t)
{
	uint32_t n = t.n, seen = 0;
	str text;

	while (rpm_text_next(&t, &text))
		seen += text.len < 0 ? n + 1 : 1;
	MUST(seen <= n);
}

static void look(const struct rpm_header *h)
{
	char key[RPM_KEY_HEX];
	str name, evr;

	walk(h->dir_names);
	walk(h->base_names);
	walk(h->old_names);
	walk(h->digests);
	walk(h->requires);
	walk(h->provides);
	for (uint32_t i = 0; i <= h->dir_indexes.n && i < 1000; i++)
		(void)rpm_number(&h->dir_indexes, i);
	MUST(rpm_number(&h->epoch, h->epoch.n) == 0);
	(void)rpm_signature_key(h, key);
	if (rpm_source(h->source_rpm, &name, &evr))
		MUST(name.len > 0 && evr.len >= 3 && str_find(evr, '-') > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = { (const char *)data, (ptrdiff_t)size };
	struct at at = at_of_bytes(in, S("input"));
	struct rpm_header h;
	AUTO_OP op;

	op_init(&op, 16 << 20);
	int rc = rpm_file_header(&op, &at, &h);
	MUST(rc == op.code || rc == 1);
	if (rc == 0)
		look(&h);
	op_forgive(&op);
	rc = rpm_header_read(&op, S("input"), in, &h);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	if (rc == 0)
		look(&h);
	return 0;
}
