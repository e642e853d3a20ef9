/* Until licence.c is there: whoever adds that removes this file. */
#include "licence.h"

int licence_expression(struct op *op, str text, str *ret)
{
	(void)op;
	*ret = text;
	return 0;
}

int licence_join(struct op *op, const struct texts *texts, str *ret)
{
	(void)op;
	*ret = texts->n ? texts->p[0] : S("");
	return 0;
}

int licence_of_text(struct op *op, str text, str *ret)
{
	(void)op;
	(void)text;
	*ret = S("NOASSERTION");
	return 0;
}
