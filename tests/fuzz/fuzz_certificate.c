/* A file of certificates as a recipe names one: whatever is accepted has a subject and a truststore. */
#include "codec/certificate.h"
#include "codec/truststore.h"

static void accepted(struct op *op, str text)
{
	struct truststore_entry e = { .alias = S("debian:x.pem") };
	struct certificate_facts f;
	struct certificate c;
	str block, store;

	while (certificate_block(&text, &block)) {
		MUST(certificate_read(op, S("input"), block, &c) == 0);
		MUST(certificate_facts(op, S("input"), &c, &f) == 0 && (f.authority || f.self_signed));
		e.der = c.der;
		MUST(truststore_write(op, &e, 1, &store) == 0 && store.len > c.der.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, (ptrdiff_t)size };
	AUTO_OP op;

	op_init(&op, 64 << 20);
	int rc = certificate_check(&op, S("input"), text);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	if (rc == 0)
		accepted(&op, text);
	return 0;
}
