/* What is made of a licence's name is an expression, which stays that when it is read again. */
#include "model/licence.h"

static void check_expression(struct op *op, str text)
{
	str once, twice, thrice;
	int rc = licence_expression(op, text, &once);

	MUST(rc == 0 || rc == ERR_MEMORY);
	if (rc < 0 || (rc = licence_expression(op, once, &twice)) < 0)
		return;
	/* Reading it again may leave out what stands twice, and no more. */
	rc = licence_expression(op, twice, &thrice);
	MUST(rc == ERR_MEMORY || once.len > 1000 || str_eq(twice, thrice));
	for (ptrdiff_t i = 0; i < once.len; i++)
		MUST(once.p[i] >= ' ' && once.p[i] < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, (ptrdiff_t)size }, got;
	str part[2], rest = text;
	AUTO_OP op;

	op_init(&op, 64 << 20);
	check_expression(&op, text);
	op_forgive(&op);
	int rc = licence_of_text(&op, text, &got);
	MUST(rc == ERR_MEMORY || (rc == 0 && got.len));
	op_forgive(&op);
	part[0] = str_cut(&rest, '\n');
	part[1] = rest;
	rc = licence_join(&op, &(struct texts){ part, 2 }, &got);
	MUST(rc == 0 || rc == ERR_MEMORY);
	return 0;
}
