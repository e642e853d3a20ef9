/* What Docker keeps of its users, and what its helpers say. */
#include <string.h>

#include "oci/credentials.h"

static void check(struct op *op, str text, const char *image)
{
	struct reference ref;
	struct credentials c = { 0 };
	str helper, server;

	MUST(reference_parse(op, str_of(image), &ref) == 0);
	int rc = credentials_parse(op, S("f"), text, &ref, &c, &helper, &server);
	MUST(rc == op->code || rc == 1);
	MUST(rc != 0 || c.user.len || c.identity.len || c.bearer.len);
	if (rc >= 0 && helper.len)
		MUST(str_find(helper, '/') < 0 && server.len);
	op_forgive(op);
	rc = credentials_parse_helper(op, text, &c);
	MUST(rc == op->code || rc == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;

	op_init(&op, 64 << 20);
	check(&op, (str){ (const char *)data, (ptrdiff_t)size }, "r.example/a/b");
	check(&op, (str){ (const char *)data, (ptrdiff_t)size }, "debian");
	return 0;
}
