/* Feeds that say more of what others report; the first byte says which ('a' the first). */
#include "advisory/feed.h"

static const char *const readers[] = {
	"kev", "epss", "cve5", "endoflife", "debian-support",
};

static int advisory(struct op *op, void *to, const struct advisory *a)
{
	(void)to;
	MUST(op->code == 0 && a->id.len > 0 && a->affected_n == 0);
	return 0;
}

static int score(struct op *op, void *to, str cve, double epss, double percentile)
{
	(void)to;
	MUST(op->code == 0 && cve.len && epss >= 0 && epss <= 1 && percentile >= 0 &&
	     percentile <= 1);
	return 0;
}

static int life(struct op *op, void *to, const struct life *l)
{
	(void)to;
	MUST(op->code == 0 && l->ecosystem.len > 0);
	MUST(l->standard_end.len == 0 || l->standard_end.len >= 10);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_sink sink = { .advisory = advisory, .score = score, .life = life };
	uint64_t bad = 0;

	if (size == 0)
		return 0;
	AUTO_OP op;
	op_init(&op, 256 << 20);
	size_t n = sizeof(readers) / sizeof(readers[0]);
	const struct feed *feed = feed_of(str_of(readers[(uint8_t)(data[0] - 'a') % n]));
	struct feed_document d = { .name = S("fuzz.deb12"),
				   .bytes = { (const char *)data + 1, (ptrdiff_t)size - 1 } };
	feed->looks_like(&d);
	int rc = feed->read(&op, &d, &sink, &bad);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
