/* OSV: 'j' a JSON record, 'y' a YAML record, 'f' whatever feeds come in. What a reader hands on names
 * packages of known ecosystems, has spans with one end, and its conditions sorted. */
#include "advisory/feed.h"
#include "base/limits.h"

static int check(struct op *op, void *to, const struct advisory *a)
{
	(void)to;
	MUST(op->code == 0 && a->id.len > 0 && a->id.len <= LIMIT_ADVISORY_NAME);
	MUST(a->aliases.n <= LIMIT_ADVISORY_ALIASES + 1);
	for (ptrdiff_t i = 0; i < a->affected_n; i++) {
		const struct affected *f = &a->affected[i];
		MUST(f->ecosystem.len > 0 && f->name.len > 0 && f->state < FIX_STATES);
		for (ptrdiff_t k = 1; k < f->only.n; k++)
			MUST(str_cmp(f->only.p[k - 1].key, f->only.p[k].key) <= 0);
		for (ptrdiff_t k = 0; k < f->span_n; k++)
			MUST(f->span[k].until.len == 0 || f->span[k].last.len == 0);
	}
	return 0;
}

static int score(struct op *op, void *to, str cve, double epss, double percentile)
{
	(void)to;
	MUST(op->code == 0 && cve.len && epss >= 0 && epss <= 1 && percentile >= 0 &&
	     percentile <= 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_sink sink = { .advisory = check, .score = score };
	struct feed_wish wish = { 0 };
	struct feed_count count;
	uint64_t bad = 0;
	int rc;

	if (size == 0)
		return 0;
	AUTO_OP op;
	op_init(&op, 256 << 20);
	str in = { (const char *)data + 1, (ptrdiff_t)size - 1 };
	if (data[0] == 'f') {
		struct at at = at_of_bytes(in, S("fuzz"));
		rc = feed_read(&op, S("fuzz"), &at, &wish, &sink, &count);
	} else {
		struct feed_document d = { data[0] == 'y' ? S("a.yaml") : S("a.json"), in, { 0 } };
		rc = feed_of(S("osv"))->read(&op, &d, &sink, &bad);
	}
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
