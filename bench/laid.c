/*
 * laid: what it costs to lay a changed feed over the shards of the one before it.
 *
 *	laid DIR FEED...
 *
 * FEED is OSV as NDJSON, packed or not. Of each one shard set is made of all records, and one of
 * every hundredth record, with another time, over the shards of the first; then one
 * anew of all records with the changes in them, whose files must be the same. DIR should be on a disk:
 * pages of a tmpfs cost as much as all the rest. A line a feed, and one for all:
 *
 *	almalinux-osv.ndjson.gz records=5680 changed=57 full_ms=63.1 laid_ms=5.2 share=0.082
 *
 * Both times are processor time with the reading of what is read, the least of ROUNDS.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "advisory/shard.h"
#include "base/buf.h"
#include "base/limits.h"
#include "codec/stream.h"
#include "sys/file.h"

enum { ROUNDS = 7, SHARDS = 4096, EVERY = 100 };

struct made {
	struct shard_file *file;
	ptrdiff_t n;
	uint64_t records;
};

_Noreturn static void fail(const char *what)
{
	(void)fprintf(stderr, "laid: %s\n", what);
	exit(1);
}

static double cpu_ms(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static str unpacked(struct op *op, const char *path)
{
	AUTO_FD fd = -1;
	AUTO_STREAM *in = NULL;
	str got;

	if (file_open_user(op, str_of(path), &fd) < 0 ||
	    stream_open_fd(op, fd, str_of(path), 0, UINT64_MAX, LIMIT_INDEX, &in) < 0 ||
	    stream_read_all(op, in, LIMIT_INDEX, &got) < 0)
		fail(op->text);
	return got;
}

/* The line with another time. */
static void put_changed(struct buf *b, str line)
{
	ptrdiff_t at = str_find_str(line, S("\"modified\""));
	ptrdiff_t colon = at < 0 ? -1 : str_find(str_from(line, at + 10), '"');

	if (colon < 0)
		fail("a line has no time");
	str rest = str_from(line, at + 10 + colon + 1);
	buf_add(b, str_head(line, line.len - rest.len));
	buf_add(b, S("21")); /* in another century */
	buf_add(b, str_from(rest, 2));
	buf_char(b, '\n');
}

/* Every hundredth line changed: these alone, and among all others. */
static uint64_t change(struct op *op, str text, str *ret_changed, str *ret_all)
{
	struct buf changed, all;
	uint64_t n = 0;

	buf_init(&changed, op, LIMIT_INDEX);
	buf_init(&all, op, LIMIT_INDEX);
	for (uint64_t i = 0; text.len; i++) {
		str line = str_cut(&text, '\n');
		if (i % EVERY == EVERY / 2 && line.len) {
			put_changed(&changed, line);
			put_changed(&all, line);
			n++;
		} else {
			buf_add(&all, line);
			buf_char(&all, '\n');
		}
	}
	if (buf_take(&changed, ret_changed) < 0 || buf_take(&all, ret_all) < 0)
		fail(op->text);
	return n;
}

/* Shards of a text, over those of base, below a directory that is not there yet. */
static double make(struct op *op, str text, const char *dir, struct shard *const *base,
		   ptrdiff_t base_n, struct made *ret)
{
	struct feed_wish wish = { .feed = feed_of(S("osv")) };
	struct feed_count count;
	AUTO_SHARD_SET *set = NULL;
	AUTO_FD fd = -1;

	if (dir_remove(op, AT_FDCWD, str_of(dir)) < 0 ||
	    dir_open(op, AT_FDCWD, str_of(dir), true, &fd) < 0)
		fail(op->text);
	double begun = cpu_ms();
	struct at at = at_of_bytes(text, S("feed.ndjson"));
	if (shard_set_open(op, S("bench"), wish.feed, &set) < 0)
		fail(op->text);
	struct feed_sink sink = shard_sink(set);
	if (feed_read(op, S("feed.ndjson"), &at, &wish, &sink, &count) < 0 ||
	    shard_set_write(op, set, (const struct shard *const *)base, base_n, NULL, fd,
			    &ret->file, &ret->n) < 0)
		fail(op->text);
	ret->records = count.records;
	return cpu_ms() - begun;
}

static void compare(struct op *op, const char *dir, const char *path, double sum[2])
{
	static struct shard *base[SHARDS];
	str text = unpacked(op, path), changed, all, name[3];
	uint64_t n = change(op, text, &changed, &all);
	struct made full, laid, anew;
	double full_ms = 1e18, laid_ms = 1e18;
	AUTO_FD fd = -1;

	for (int i = 0; i < 3; i++)
		if (op_text(op, &name[i], "%s/%d", dir, i) < 0)
			fail(op->text);
	for (int i = 0; i < ROUNDS; i++) {
		double took = make(op, text, name[0].p, NULL, 0, &full);
		full_ms = took < full_ms ? took : full_ms;
	}
	if (full.n > SHARDS || dir_open(op, AT_FDCWD, name[0], false, &fd) < 0)
		fail("too many shards");
	for (ptrdiff_t i = 0; i < full.n; i++) {
		char hex[DIGEST_HEX];
		if (shard_open(op, fd, str_of(digest_hex(&full.file[i].digest, hex)), &base[i]) < 0)
			fail(op->text);
	}
	for (int i = 0; i < ROUNDS; i++) {
		double took = make(op, changed, name[1].p, base, full.n, &laid);
		laid_ms = took < laid_ms ? took : laid_ms;
	}
	(void)make(op, all, name[2].p, NULL, 0, &anew);
	for (ptrdiff_t i = 0; i < anew.n; i++)
		if (laid.n != anew.n || !digest_eq(&laid.file[i].digest, &anew.file[i].digest))
			fail("an update is not what building anew makes");
	for (ptrdiff_t i = 0; i < full.n; i++)
		shard_close(&base[i]);
	str file = str_base_name(str_of(path));
	sum[0] += full_ms;
	sum[1] += laid_ms;
	printf("%.*s records=%llu changed=%llu full_ms=%.1f laid_ms=%.1f share=%.3f\n",
	       STR_ARG(file), (unsigned long long)full.records, (unsigned long long)n, full_ms,
	       laid_ms, laid_ms / full_ms);
}

int main(int argc, char **argv)
{
	double sum[2] = { 0 };

	if (argc < 3)
		fail("usage: laid DIR FEED...");
	for (int i = 2; i < argc; i++) {
		AUTO_OP op;
		op_init(&op, 0);
		compare(&op, argv[1], argv[i], sum);
	}
	printf("all full_ms=%.1f laid_ms=%.1f share=%.3f\n", sum[0], sum[1], sum[1] / sum[0]);
	return 0;
}
