/*
 * feeds: what it costs to make shards of feeds, beside yajl's SAX parse of the same bytes.
 *
 *	feeds [NAME=]FILE...
 *
 * NAME is a name of feeds[]; without it the feed is recognised. What is packed is unpacked
 * beforehand, so that both read the same bytes, from memory. Prints one line a file, and one for all:
 *
 *	almalinux-osv.ndjson.gz bytes=20045674 records=5680 bad=0 yajl_s=0.060 read_s=0.081 shards_s=0.120 ratio=2.00 cpu=3.50
 *
 * yajl_s: yajl's parse with callbacks that do nothing. For bytes that are no JSON (EPSS, tables,
 * YAML): what yajl takes for as many bytes of the JSON files given. read_s: our reader into
 * nothing. shards_s: into shards, written to a directory in memory. Each the least of ROUNDS, by the clock: a feed of
 * lines is read, and shards are written, by all processors, yajl by one. cpu: the ratio of the
 * processors' seconds, which other load does not stretch.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yajl/yajl_parse.h>

#include "advisory/shard.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/stream.h"
#include "sys/file.h"

enum { ROUNDS = 5 };

struct line {
	const char *name;
	uint64_t bytes;
	double yajl, read, shards;   /* seconds by the clock */
	double yajl_cpu, shards_cpu; /* of the processors */
	struct feed_count count;
	bool json;
};

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	MUST(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int on_null(void *c)
{
	return c == NULL;
}
static int on_bool(void *c, int v)
{
	return c == NULL || v;
}
static int on_text(void *c, const unsigned char *t, size_t n)
{
	return c == NULL || t || n;
}
static int on_number(void *c, const char *t, size_t n)
{
	return c == NULL || t || n;
}

static void least(double *to, double took)
{
	*to = *to == 0 || took < *to ? took : *to;
}

static void yajl(str text, struct line *line)
{
	static const yajl_callbacks calls = {
		.yajl_null = on_null,
		.yajl_boolean = on_bool,
		.yajl_number = on_number,
		.yajl_string = on_text,
		.yajl_start_map = on_null,
		.yajl_map_key = on_text,
		.yajl_end_map = on_null,
		.yajl_start_array = on_null,
		.yajl_end_array = on_null,
	};
	double from = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	yajl_handle h = yajl_alloc(&calls, NULL, NULL);

	MUST(h);
	yajl_config(h, yajl_allow_multiple_values, 1);
	bool ok =
		yajl_parse(h, (const unsigned char *)text.p, (size_t)text.len) == yajl_status_ok &&
		yajl_complete_parse(h) == yajl_status_ok;
	yajl_free(h);
	MUST(ok);
	least(&line->yajl, seconds_of(CLOCK_MONOTONIC) - from);
	least(&line->yajl_cpu, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
}

static int nothing(struct op *op, void *to, const struct advisory *a)
{
	return op->code + (to && !a->id.p);
}

static int no_score(struct op *op, void *to, str cve, double epss, double percentile)
{
	return op->code + (to && cve.len && epss > 1 && percentile > 1);
}

static int ours(struct op *op, const struct at *at, const struct feed_wish *wish, bool shards,
		struct line *line, int dirfd)
{
	AUTO_OP own;
	op_init(&own, 0);
	struct shard_set *set = NULL;
	struct feed_sink sink = { .advisory = nothing, .score = no_score };
	struct shard_file *file = NULL;
	ptrdiff_t n = 0;
	double from = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	int rc = 0;

	if (shards) {
		if ((rc = shard_set_open(&own, S("bench"), wish->feed, &set)) < 0)
			return op_adopt_error(op, &own);
		sink = shard_sink(set);
	}
	rc = feed_read(&own, at->what, at, wish, &sink, &line->count);
	if (rc == 0 && shards)
		rc = shard_set_write(&own, set, NULL, 0, &(struct texts){ 0 }, dirfd, &file, &n);
	shard_set_close(&set);
	line->count.newest = (str){ 0 };
	least(shards ? &line->shards : &line->read, seconds_of(CLOCK_MONOTONIC) - from);
	if (shards)
		least(&line->shards_cpu, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	/* What is there already would not be written again. */
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		char name[DIGEST_HEX];
		MUST(unlinkat(dirfd, digest_hex(&file[i].digest, name), 0) == 0);
	}
	return rc < 0 ? op_adopt_error(op, &own) : 0;
}

static int measure(struct op *op, const char *arg, struct line *line, int dirfd)
{
	const char *equals = strchr(arg, '=');
	struct feed_wish wish = { 0 };
	const char *path = equals ? equals + 1 : arg;
	AUTO_STREAM *s = NULL;
	AUTO_FD fd = -1;
	str text;

	line->name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (equals && !(wish.feed = feed_of((str){ arg, equals - arg })))
		return op_fail(op, ERR_USAGE, "there is no feed '%.*s'", (int)(equals - arg), arg);
	if (file_open_user(op, str_of(path), &fd) < 0 ||
	    stream_open_fd(op, fd, str_of(path), 0, UINT64_MAX, LIMIT_FEED, &s) < 0 ||
	    stream_read_all(op, s, LIMIT_FEED_DOCUMENT, &text) < 0)
		return op->code;
	line->bytes = (uint64_t)text.len;
	struct at at = at_of_bytes(text, str_of(path));
	line->json = text.len && (text.p[0] == '{' || text.p[0] == '[');
	for (int i = 0; i < ROUNDS; i++) {
		if (line->json)
			yajl(text, line);
		if (ours(op, &at, &wish, false, line, dirfd) < 0 ||
		    ours(op, &at, &wish, true, line, dirfd) < 0)
			return op->code;
	}
	return 0;
}

static void print(const struct line *l)
{
	printf("%s bytes=%llu records=%llu bad=%llu yajl_s=%.3f%s read_s=%.3f shards_s=%.3f "
	       "ratio=%.2f cpu=%.2f\n",
	       l->name, (unsigned long long)l->bytes, (unsigned long long)l->count.records,
	       (unsigned long long)l->count.bad, l->yajl, l->json ? "" : "(by size)", l->read,
	       l->shards, l->yajl > 0 ? l->shards / l->yajl : 0,
	       l->yajl_cpu > 0 ? l->shards_cpu / l->yajl_cpu : 0);
}

int main(int argc, char **argv)
{
	AUTO_OP op;
	op_init(&op, 0);
	struct line all = { .name = "all", .json = true };
	struct line *line = op_new(&op, struct line, argc);
	double yajl_s = 0, yajl_cpu = 0, yajl_bytes = 0;
	char memory[] = "/dev/shm/bench-feeds-XXXXXX", disk[] = "/tmp/bench-feeds-XXXXXX";
	char *dir = mkdtemp(memory);
	AUTO_FD dirfd = -1;

	dir = dir ? dir : mkdtemp(disk);
	MUST(line && dir);
	MUST(dir_open(&op, AT_FDCWD, str_of(dir), false, &dirfd) == 0);
	for (int i = 1; i < argc; i++) {
		if (measure(&op, argv[i], &line[i], dirfd) < 0) {
			(void)fprintf(stderr, "feeds: %s: %s\n", argv[i], op.text);
			return 1;
		}
		yajl_s += line[i].yajl;
		yajl_cpu += line[i].yajl_cpu;
		yajl_bytes += line[i].json ? (double)line[i].bytes : 0;
	}
	for (int i = 1; i < argc; i++) {
		if (!line[i].json && yajl_bytes > 0) {
			line[i].yajl = (double)line[i].bytes * yajl_s / yajl_bytes;
			line[i].yajl_cpu = (double)line[i].bytes * yajl_cpu / yajl_bytes;
		}
		print(&line[i]);
		all.bytes += line[i].bytes;
		all.yajl += line[i].yajl;
		all.read += line[i].read;
		all.shards += line[i].shards;
		all.yajl_cpu += line[i].yajl_cpu;
		all.shards_cpu += line[i].shards_cpu;
		all.count.records += line[i].count.records;
		all.count.bad += line[i].count.bad;
	}
	print(&all);
	op_done(&op);
	return dir_remove(&op, AT_FDCWD, str_of(dir)) < 0;
}
