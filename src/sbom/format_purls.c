/*
 * One package URL a line, each once, in the order of bytes.
 */
#include <stdlib.h>

#include "format_impl.h"

int format_purls(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		 sbom_sink *write, void *arg)
{
	str *purl = op_new(op, str, inv->package_n);
	struct sink s;
	ptrdiff_t n = 0;

	(void)c;
	if (!purl)
		return op->code;
	for (ptrdiff_t i = 0; i < inv->package_n; i++) {
		if (inv->package[i].purl.len)
			purl[n++] = inv->package[i].purl;
	}
	qsort(purl, (size_t)n, sizeof(*purl), str_qsort);
	sink_begin(&s, op, write, arg);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (i && str_eq(purl[i], purl[i - 1]))
			continue;
		buf_add(&s.b, purl[i]);
		buf_char(&s.b, '\n');
		int rc = sink_flush(&s);
		if (rc < 0)
			return rc;
	}
	return sink_close(&s);
}
