/* A shard of a foreign hand: every question is answered or refused, and nothing outside is read. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "advisory/shard_layout.h"
#include "sys/file.h"

static bool touch_name(void *arg, str name)
{
	*(uint64_t *)arg += shard_hash(name);
	return true;
}

static void touch_records(struct op *op, const struct shard *s, uint64_t *sum)
{
	for (uint32_t i = 0; i < s->n && i < 64; i++) {
		struct advisory a;
		struct life life;
		double epss, percentile;
		uint32_t *record;
		ptrdiff_t n;
		if (shard_record_affected(op, s, i, &a) < 0) {
			op_forgive(op);
			continue;
		}
		*sum += shard_hash(a.id) + shard_hash(a.summary);
		for (ptrdiff_t k = 0; k < a.affected_n; k++) {
			struct shard_affected *affected;
			*sum += shard_hash(a.affected[k].name) + (uint64_t)a.affected[k].span_n;
			if (shard_affected(op, s, a.affected[k].name, &affected, &n) < 0)
				op_forgive(op);
		}
		if (shard_by_id(op, s, a.id, &record, &n) < 0)
			op_forgive(op);
		*sum += shard_score(s, a.id, &epss, &percentile);
		*sum += shard_life(s, a.id, a.summary, &life);
	}
}

static void ask(struct op *op, const struct shard *s)
{
	struct digest none = { 0 };
	struct shard_change *change;
	struct life life;
	double epss, percentile;
	uint64_t sum = 0;
	ptrdiff_t n;

	touch_records(op, s, &sum);
	(void)shard_score(s, S("CVE-2024-1"), &epss, &percentile);
	(void)shard_life(s, S("debian:12"), S(""), &life);
	MUST(shard_verify(op, s, &none) < 0);
	op_forgive(op);
	if (shard_names(op, s, touch_name, &sum) < 0)
		op_forgive(op);
	if (shard_diff(op, NULL, s, &change, &n) < 0)
		op_forgive(op);
}

/* It is laid under a new record as well: what is copied is checked as it is read. */
static void lay_over(struct op *op, const struct shard *s)
{
	AUTO_SHARD_SET *set = NULL;
	struct affected a = { .ecosystem = s->head.ecosystem, .name = S("app") };
	struct advisory v = { .id = S("CVE-2024-2"), .affected = &a, .affected_n = 1 };
	struct shard_file *file;
	ptrdiff_t n;
	char dir[] = "/tmp/fuzz-shard-XXXXXX";

	if (s->n > 256 || !mkdtemp(dir))
		return;
	if (shard_set_open(op, s->head.source, NULL, &set) == 0) {
		struct feed_sink sink = shard_sink(set);
		int fd = -1;
		if (sink.advisory(op, sink.to, &v) == 0 &&
		    dir_open(op, AT_FDCWD, str_of(dir), false, &fd) == 0)
			(void)!shard_set_write(op, set, &s, 1, NULL, fd, &file, &n);
		fd_close(&fd);
	}
	op_forgive(op);
	(void)dir_remove(op, AT_FDCWD, str_of(dir));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned turn;
	AUTO_OP op;
	AUTO_SHARD *s = NULL;

	op_init(&op, 64 << 20);
	int fd = memfd_create("shard", 0);
	MUST(fd >= 0);
	MUST(file_write(&op, fd, S("shard"), (str){ (const char *)data, (ptrdiff_t)size }) == 0);
	if (shard_open_fd(&op, fd, S("shard"), &s) == 0) {
		ask(&op, s);
		if (turn++ % 16 == 0)
			lay_over(&op, s);
	}
	fd_close(&fd);
	return 0;
}
