/* A document of a native feed: the first byte says whose ('a' the first). What a reader hands on names a package of an
 * ecosystem, has its lists where it says, and its conditions sorted. */
#include "advisory/feed_native.h"

static const struct feed *const readers[] = {
	&feed_facts,
	&feed_debian_dsa,
	&feed_debian_tracker,
	&feed_alpine_secdb,
	&feed_ubuntu_facts,
	&feed_ubuntu_vex,
	&feed_redhat_csaf,
	&feed_wolfi_advisories,
	&feed_rustsec,
	&feed_rubysec,
	&feed_friendsofphp,
	&feed_npm_wg,
	&feed_arch,
	&feed_updateinfo,
	&feed_ubuntu_cve,
};

static int check(struct op *op, void *to, const struct advisory *a)
{
	(void)to;
	MUST(op->code == 0 && a->id.len > 0);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_sink sink = { .advisory = check };
	uint64_t bad = 0;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (size == 0)
		return 0;
	const struct feed *feed =
		readers[(uint8_t)(data[0] - 'a') % (sizeof(readers) / sizeof(readers[0]))];
	struct feed_document d = { .name = S("fuzz"),
				   .bytes = { (const char *)data + 1, (ptrdiff_t)size - 1 } };
	if (feed->looks_like)
		feed->looks_like(&d);
	int rc = feed->read(&op, &d, &sink, &bad);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
