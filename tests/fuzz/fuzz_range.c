#include "model/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static str end_of(const struct version_span *s)
{
	return s->until.len ? s->until : s->last;
}

/* A letter for the language, one for the scheme, then the range, a new line and a version. What is
 * accepted is sorted, apart, and has what its inverse has not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct version_spans spans, others;
	str in;

	op_init(&op, 64 << 20);
	if (size < 2)
		return 0;
	in = (str){ (const char *)data + 2, (ptrdiff_t)size - 2 };
	enum range_language lang = (enum range_language)(data[0] % RANGE_LANGUAGES);
	enum version_scheme scheme = (enum version_scheme)(data[1] % VERSION_SCHEMES);
	str range = str_cut(&in, '\n');
	if (range_parse(&op, lang, scheme, range, &spans) < 0)
		return 0;
	for (ptrdiff_t i = 0; i < spans.n; i++) {
		const struct version_span *s = &spans.p[i];
		MUST(!s->until.len || !s->last.len);
		MUST(i == 0 || (end_of(s - 1).len && s->from.len &&
				version_compare(scheme, end_of(s - 1), s->from) <= 0));
	}
	if (range_invert(&op, scheme, &spans, &others) < 0)
		return 0;
	/* The exceptions of version_in() are no order. */
	if (scheme != VERSION_BYTES && scheme != VERSION_RPM && scheme != VERSION_ALPM &&
	    scheme != VERSION_PYPI)
		MUST(range_has(scheme, &spans, in) != range_has(scheme, &others, in));
	return 0;
}
