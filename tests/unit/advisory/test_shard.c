#include "advisory/shard.h"

#include <fcntl.h>
#include <unistd.h>

#include "../harness.h"
#include "sys/file.h"

static const struct feed fixes = { .name = "test", .fixed_only = true };

static str texts_a[] = { S_INIT("CVE-2024-1"), S_INIT("GHSA-aaaa") };
static str texts_b[] = { S_INIT("CVE-2024-2") };
static str texts_c[] = { S_INIT("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H") };
static str versions[] = { S_INIT("1.0"), S_INIT("1.1"), S_INIT("1.0") };
static str links[] = { S_INIT("https://example.org/1"), S_INIT("https://example.org/2") };
static struct version_span spans[] = {
	{ .until = S_INIT("3.0.15-1") },
	{ .from = S_INIT("4"), .last = S_INIT("4.2"), .after = true }
};
static struct pair only[] = { { S_INIT("module"), S_INIT("nodejs:12") } };
static struct affected two[] = {
	{ .ecosystem = S_INIT("debian:12"),
	  .name = S_INIT("openssl"),
	  .names = AFFECTED_SOURCE,
	  .state = FIX_FIXED,
	  .severity = SEVERITY_HIGH,
	  .urgency = S_INIT("medium"),
	  .span = spans,
	  .span_n = 2,
	  .versions = { versions, 3 },
	  .only = { only, 1 },
	  .fixed_on = S_INIT("2024-05-01") },
	{ .ecosystem = S_INIT("debian:11"),
	  .name = S_INIT("openssl"),
	  .state = FIX_END_OF_LIFE,
	  .urgency = S_INIT("medium") },
	{ .ecosystem = S_INIT("debian:12"), .name = S_INIT("nodejs"), .imports = { links, 2 } },
};
static const struct advisory first = {
	.id = S_INIT("DSA-1-1"),
	.aliases = { texts_a, 2 },
	.related = { texts_b, 1 },
	.cvss = { texts_c, 1 },
	.summary = S_INIT("openssl is wrong"),
	.details = S_INIT("very"),
	.references = { links, 2 },
	.severity = SEVERITY_CRITICAL,
	.published = S_INIT("2024-05-01T00:00:00Z"),
	.modified = S_INIT("2024-05-02T00:00:00Z"),
	.affected = two,
	.affected_n = 3,
};
static struct affected other = { .ecosystem = S_INIT("debian:12"),
				 .name = S_INIT("zlib"),
				 .state = FIX_AFFECTED };
static const struct advisory second = { .id = S_INIT("CVE-2024-2"),
					.modified = S_INIT("2024-06-01T00:00:00Z"),
					.affected = &other,
					.affected_n = 1 };
static const struct advisory bare = { .id = S_INIT("CVE-2024-1"),
				      .kev_added = S_INIT("2024-05-03"),
				      .ransomware = true };

/* The set of these advisories, written below a directory. */
static int write_set(struct op *op, const struct advisory *const *a, ptrdiff_t n,
		     const struct shard *const *base, ptrdiff_t base_n, int *ret_dir,
		     struct shard_file **ret, ptrdiff_t *ret_n)
{
	AUTO_SHARD_SET *set = NULL;

	(void)test_dir(ret_dir);
	TRY(shard_set_open(op, S("test"), &fixes, &set));
	struct feed_sink sink = shard_sink(set);
	for (ptrdiff_t i = 0; i < n; i++)
		TRY(sink.advisory(op, sink.to, a[i]));
	return shard_set_write(op, set, base, base_n, NULL, *ret_dir, ret, ret_n);
}

static int open_file(struct op *op, int dir, const struct shard_file *file, struct shard **ret)
{
	char name[DIGEST_HEX];

	return shard_open(op, dir, str_of(digest_hex(&file->digest, name)), ret);
}

static void check_first(const struct affected *a)
{
	CHECK_STR(a->ecosystem, S("debian:12"));
	CHECK_STR(a->name, S("openssl"));
	CHECK(a->names == AFFECTED_SOURCE && a->state == FIX_FIXED && a->severity == SEVERITY_HIGH);
	CHECK_STR(a->urgency, S("medium"));
	CHECK_STR(a->fixed_on, S("2024-05-01"));
	CHECK(a->span_n == 2);
	if (a->span_n == 2) {
		CHECK(a->span[0].from.len == 0 && a->span[0].last.len == 0 && !a->span[0].after);
		CHECK_STR(a->span[0].until, S("3.0.15-1"));
		CHECK_STR(a->span[1].from, S("4"));
		CHECK_STR(a->span[1].last, S("4.2"));
		CHECK(a->span[1].after);
	}
	CHECK(a->versions.n == 3 && str_eq(a->versions.p[2], S("1.0")));
	CHECK(a->only.n == 1 && str_eq(a->only.p[0].value, S("nodejs:12")));
}

static void check_record(const struct advisory *a)
{
	CHECK_STR(a->id, S("DSA-1-1"));
	CHECK_STR(a->modified, S("2024-05-02T00:00:00Z"));
	CHECK_STR(a->published, S("2024-05-01T00:00:00Z"));
	CHECK(a->severity == SEVERITY_CRITICAL && !a->ransomware && !a->malicious);
	CHECK(a->aliases.n == 2 && str_eq(a->aliases.p[1], S("GHSA-aaaa")));
	CHECK(a->related.n == 1 && str_eq(a->related.p[0], S("CVE-2024-2")));
	CHECK(a->cvss.n == 1 && str_eq(a->cvss.p[0], texts_c[0]));
}

static int check_lookups(struct op *op, const struct shard *s)
{
	struct shard_affected *got;
	struct advisory a;
	uint32_t *record;
	ptrdiff_t n;

	TRY(shard_affected(op, s, S("openssl"), &got, &n));
	CHECK(n == 1);
	if (n != 1)
		return 0;
	check_first(&got[0].affected);
	TRY(shard_record(op, s, got[0].record, false, &a));
	check_record(&a);
	CHECK(a.summary.len == 0 && a.references.n == 0 && a.affected_n == 0);
	TRY(shard_record_affected(op, s, got[0].record, &a));
	check_record(&a);
	CHECK_STR(a.summary, S("openssl is wrong"));
	CHECK_STR(a.details, S("very"));
	CHECK(a.references.n == 2 && str_eq(a.references.p[1], links[1]));
	CHECK(a.affected_n == 2 && str_eq(a.affected[1].name, S("nodejs")));
	CHECK(a.affected_n == 2 && a.affected[1].imports.n == 2);
	TRY(shard_affected(op, s, S("zlib"), &got, &n));
	CHECK(n == 1 && got[0].affected.state == FIX_AFFECTED);
	TRY(shard_affected(op, s, S("zlib1g"), &got, &n));
	CHECK(n == 0);
	TRY(shard_by_id(op, s, S("CVE-2024-2"), &record, &n)); /* an id, and a related one */
	CHECK(n == 2 && record[0] == 0 && record[1] == 1);
	TRY(shard_by_id(op, s, S("GHSA-aaaa"), &record, &n));
	CHECK(n == 1 && record[0] == 1);
	TRY(shard_by_id(op, s, S("GHSA-aaab"), &record, &n));
	CHECK(n == 0);
	return 0;
}

static int found_again(struct op *op)
{
	const struct advisory *const all[] = { &first, &second, &bare };
	struct shard_file *file;
	ptrdiff_t n;
	int dir = -1;

	TRY(write_set(op, all, 3, NULL, 0, &dir, &file, &n));
	CHECK(n == 3);
	if (n != 3)
		return 0;
	CHECK(file[0].head.ecosystem.len == 0);
	CHECK_STR(file[1].head.ecosystem, S("debian:11"));
	CHECK_STR(file[2].head.ecosystem, S("debian:12"));
	CHECK(file[2].head.records == 2);
	AUTO_SHARD *s = NULL, *none = NULL;
	TRY(open_file(op, dir, &file[2], &s));
	const struct shard_head *head = shard_head(s);
	CHECK_STR(head->source, S("test"));
	CHECK_STR(head->ecosystem, S("debian:12"));
	CHECK_STR(head->newest, S("2024-06-01T00:00:00Z"));
	CHECK(head->kind == SHARD_ADVISORIES && head->fixed_only && head->records == 2);
	TRY(check_lookups(op, s));
	TRY(open_file(op, dir, &file[0], &none));
	uint32_t *record;
	struct advisory a;
	TRY(shard_by_id(op, none, S("CVE-2024-1"), &record, &n));
	CHECK(n == 1);
	TRY(shard_record(op, none, 0, true, &a));
	CHECK(a.ransomware);
	CHECK_STR(a.kev_added, S("2024-05-03"));
	return 0;
}

/* The same records in another order, some twice, and an older one of an id: the same bytes. */
static int same_bytes(struct op *op)
{
	struct advisory old = first;
	old.modified = S("2023-01-01T00:00:00Z");
	old.summary = S("what it was before");
	const struct advisory *const one[] = { &first, &second, &bare };
	const struct advisory *const two_[] = { &bare, &old, &second, &first, &second, &old };
	struct shard_file *a, *b;
	ptrdiff_t a_n, b_n;
	int dir = -1;

	TRY(write_set(op, one, 3, NULL, 0, &dir, &a, &a_n));
	TRY(write_set(op, two_, 6, NULL, 0, &dir, &b, &b_n));
	CHECK(a_n == 3 && b_n == 3);
	for (ptrdiff_t i = 0; i < 3 && a_n == b_n; i++)
		CHECK(digest_eq(&a[i].digest, &b[i].digest));
	return 0;
}

static int scores_and_lives(struct op *op)
{
	AUTO_SHARD_SET *set = NULL;
	AUTO_SHARD *scores = NULL, *lives = NULL;
	struct life life = { .ecosystem = S("debian:12"), .standard_end = S("2026-06-10") }, got;
	struct life limited = { .ecosystem = S("debian:12"),
				.name = S("webkit"),
				.note = S("none") };
	struct shard_file *file;
	ptrdiff_t n;
	double epss, percentile;
	int dir = -1;

	(void)test_dir(&dir);
	TRY(shard_set_open(op, S("epss"), NULL, &set));
	struct feed_sink sink = shard_sink(set);
	TRY(sink.score(op, sink.to, S("CVE-2024-20"), 0.5, 0.99999));
	TRY(sink.score(op, sink.to, S("CVE-1999-0001"), 0.00042, 0.1));
	TRY(sink.score(op, sink.to, S("no CVE"), 0.5, 0.9));
	TRY(sink.dated(op, sink.to, S("2024-05-01")));
	TRY(sink.dated(op, sink.to, S("2024-04-01")));
	TRY(sink.life(op, sink.to, &limited));
	TRY(sink.life(op, sink.to, &life));
	TRY(shard_set_write(op, set, NULL, 0, NULL, dir, &file, &n));
	CHECK(n == 2);
	if (n != 2)
		return 0;
	TRY(open_file(op, dir, &file[0], &scores));
	TRY(open_file(op, dir, &file[1], &lives));
	CHECK_STR(shard_head(scores)->newest, S("2024-05-01"));
	CHECK(shard_head(scores)->records == 2 && shard_head(scores)->kind == SHARD_SCORES);
	CHECK(shard_score(scores, S("CVE-1999-0001"), &epss, &percentile));
	CHECK(epss > 0.00041999 && epss < 0.00042001 && percentile > 0.0999 && percentile < 0.1001);
	CHECK(shard_score(scores, S("CVE-2024-20"), &epss, &percentile) && epss == 0.5);
	CHECK(!shard_score(scores, S("CVE-2024-21"), &epss, &percentile));
	CHECK(!shard_score(scores, S("CVE-2024-"), &epss, &percentile));
	CHECK(!shard_score(lives, S("CVE-2024-20"), &epss, &percentile));
	CHECK(shard_life(lives, S("debian:12"), S(""), &got));
	CHECK_STR(got.standard_end, S("2026-06-10"));
	CHECK(shard_life(lives, S("debian:12"), S("webkit"), &got));
	CHECK_STR(got.note, S("none"));
	CHECK(!shard_life(lives, S("debian:12"), S("webkitgtk"), &got));
	return 0;
}

TESTS({ "records are found again", found_again },
      { "the same records, the same bytes", same_bytes },
      { "scores and lives", scores_and_lives }, )
