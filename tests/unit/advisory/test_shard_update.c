/* A shard that is laid over another one is the very file that would be made anew. */
#include <fcntl.h>
#include <unistd.h>

#include "../harness.h"
#include "advisory/shard.h"
#include "sys/file.h"

enum { IDS = 400, PACKAGES = 60, SHARDS = 8 };

static uint64_t state;
static uint32_t any(uint32_t n)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(state >> 33) % n;
}

/* What a feed says of one id at some time; version 0: nothing. */
struct said {
	uint32_t version;
};

static str number(struct op *op, const char *before, uint32_t n, const char *after)
{
	str ret = { 0 };

	return op_text(op, &ret, "%s%02u%s", before, n, after) < 0 ? S("") : ret;
}

/* The advisory of an id in a version: the same for the same two numbers. */
static int tell(struct op *op, const struct feed_sink *sink, uint32_t id, uint32_t version)
{
	static const str ecosystem[] = { S_INIT("debian:11"), S_INIT("debian:12"), S_INIT("npm") };
	static char large[3000]; /* ends a block by itself */
	uint64_t kept = state;
	state = id * UINT64_C(1000003) + version;
	(void)any(2);
	struct affected a[6] = { 0 };
	struct version_span span = { .from = number(op, "", any(50), ""),
				     .until = number(op, "1.", any(9), "") };
	str alias = number(op, "GHSA-", id / 2, "");
	struct advisory v = { .id = number(op, "CVE-2020-", id, ""),
			      .modified = number(op, "2020-01-", version % 28 + 1, "T00:00:00Z"),
			      .aliases = { &alias, 1 },
			      .summary = number(op, "summary ", any(4), ""),
			      .details = { large, any(6) ? 0 : (ptrdiff_t)sizeof(large) },
			      .affected = a,
			      .affected_n = (ptrdiff_t)any(6) };
	for (ptrdiff_t i = 0; i < v.affected_n; i++)
		a[i] = (struct affected){ .ecosystem = ecosystem[any(3)],
					  .name = number(op, "package-", any(PACKAGES), ""),
					  .state = FIX_FIXED,
					  .span = &span,
					  .span_n = 1 };
	state = kept;
	return sink->advisory(op, sink->to, &v);
}

static int write_said(struct op *op, const struct said *say, const struct shard *const *base,
		      ptrdiff_t base_n, const struct texts *gone, int dir, struct shard_file **ret,
		      ptrdiff_t *ret_n)
{
	AUTO_SHARD_SET *set = NULL;

	TRY(shard_set_open(op, S("random"), NULL, &set));
	struct feed_sink sink = shard_sink(set);
	uint32_t first = any(IDS);
	for (uint32_t i = 0; i < IDS; i++) {
		uint32_t id = (i * 7 + first) % IDS; /* in another order each time */
		if (say[id].version)
			TRY(tell(op, &sink, id, say[id].version));
	}
	return shard_set_write(op, set, base, base_n, gone, dir, ret, ret_n);
}

/* The files, opened, and each verified. */
static int open_all(struct op *op, int dir, const struct shard_file *file, ptrdiff_t n,
		    struct shard **ret)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		char name[DIGEST_HEX];
		TRY(shard_open(op, dir, str_of(digest_hex(&file[i].digest, name)), &ret[i]));
		TRY(shard_verify(op, ret[i], &file[i].digest));
	}
	return 0;
}

/* How many ids the difference between two sets of what is said has; for matching, summaries and
 * times apart. */
static int check_diff(struct op *op, const struct shard *before, const struct shard *after)
{
	struct shard_change *change;
	ptrdiff_t n;
	uint64_t plus = 0, minus = 0;

	TRY(shard_diff(op, before, after, &change, &n));
	for (ptrdiff_t i = 0; i < n; i++) {
		plus += change[i].how == '+';
		minus += change[i].how == '-';
		CHECK(i == 0 || str_cmp(change[i - 1].id, change[i].id) < 0);
	}
	CHECK(shard_head(after)->records + minus == shard_head(before)->records + plus);
	TRY(shard_diff(op, before, before, &change, &n));
	CHECK(n == 0);
	return 0;
}

static int turn(struct op *op, int dir, uint32_t share)
{
	struct said before[IDS], changed[IDS] = { 0 }, after[IDS];
	struct shard_file *base, *laid, *anew;
	ptrdiff_t base_n = 0, laid_n = 0, anew_n = 0;
	struct shard *open[SHARDS] = { 0 }, *end[SHARDS] = { 0 };
	struct texts gone = { op_new(op, str, IDS), 0 };

	for (uint32_t i = 0; i < IDS; i++) {
		before[i].version = any(4);
		after[i] = before[i];
		if (any(100) >= share)
			continue;
		if (any(3) == 0) {
			gone.p[gone.n++] = number(op, "CVE-2020-", i, "");
			after[i].version = 0;
			continue;
		}
		changed[i].version = after[i].version = any(28) + 1;
	}
	TRY(write_said(op, before, NULL, 0, NULL, dir, &base, &base_n));
	CHECK(base_n <= SHARDS);
	TRY(open_all(op, dir, base, base_n, open));
	TRY(write_said(op, changed, (const struct shard *const *)open, base_n, &gone, dir, &laid,
		       &laid_n));
	TRY(write_said(op, after, NULL, 0, NULL, dir, &anew, &anew_n));
	CHECK(laid_n == anew_n);
	for (ptrdiff_t i = 0; i < laid_n && laid_n == anew_n; i++) {
		CHECK(digest_eq(&laid[i].digest, &anew[i].digest));
		CHECK(laid[i].size == anew[i].size);
		CHECK(laid[i].head.records == anew[i].head.records);
		CHECK_STR(laid[i].head.newest, anew[i].head.newest);
	}
	TRY(open_all(op, dir, laid, laid_n, end));
	for (ptrdiff_t i = 0; i < laid_n && laid_n == base_n; i++)
		TRY(check_diff(op, open[i], end[i]));
	for (int i = 0; i < SHARDS; i++) {
		shard_close(&open[i]);
		shard_close(&end[i]);
	}
	return 0;
}

static int laid_over(struct op *op)
{
	int dir = -1;

	(void)test_dir(&dir);
	for (uint32_t i = 0; i < 60; i++) {
		struct op_mark mark = op_mark(op);
		state = i * 77;
		TRY(turn(op, dir, i < 20 ? 1 : i < 40 ? 10 : 100));
		op_reset(op, mark);
	}
	return 0;
}

/* Every byte that is changed is told by shard_verify(), and nothing reads outside. */
static int damaged(struct op *op)
{
	struct said say[IDS] = { { 1 }, { 2 }, { 1 }, { 3 } };
	struct shard_file *file;
	ptrdiff_t n;
	int dir = -1;
	char name[DIGEST_HEX];
	str bytes;

	(void)test_dir(&dir);
	state = 1;
	TRY(write_said(op, say, NULL, 0, NULL, dir, &file, &n));
	CHECK(n > 0);
	digest_hex(&file[0].digest, name);
	TRY(file_read(op, dir, str_of(name), 1 << 20, &bytes));
	for (ptrdiff_t i = 0; i < bytes.len; i++) {
		AUTO_SHARD *s = NULL;
		struct op_mark mark = op_mark(op);
		char *p = (char *)(uintptr_t)bytes.p + i;
		*p = (char)(*p ^ 0x40);
		TRY(file_replace(op, dir, S("bad"), bytes, 0644));
		if (shard_open(op, dir, S("bad"), &s) == 0)
			CHECK(shard_verify(op, s, &file[0].digest) == ERR_VERIFY);
		op_forgive(op);
		*p = (char)(*p ^ 0x40);
		op_reset(op, mark);
	}
	TRY(file_replace(op, dir, S("cut"), str_head(bytes, bytes.len - 8), 0644));
	AUTO_SHARD *s = NULL;
	CHECK_FAILS(op, shard_open(op, dir, S("cut"), &s), ERR_FORMAT, "no shard");
	return 0;
}

TESTS({ "an update gives what building anew gives", laid_over, .once = true },
      { "damage is told", damaged, .once = true }, )
