/*
 * limits: what no reader of an image can do without, in seconds: usage: limits FILE...
 *
 *	read     all bytes, by pread
 *	sha256   of all bytes, by OpenSSL, on one processor
 *	inflate  of a gzip file, by ISA-L, what comes out thrown away
 *	inside   SHA-256 of what comes out (without the inflating)
 *
 * A line "FILE read=S sha256=S inflate=S inside=S bytes=N inside_bytes=N" each; best of five.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/digest.h"
#include "codec/stream.h"
#include "sys/file.h"

enum { PIECE = 256 << 10, RUNS = 5 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char piece[PIECE];

static int read_all(struct op *op, int fd, struct hash *h, uint64_t *ret)
{
	ssize_t n;

	*ret = 0;
	while ((n = pread(fd, piece, PIECE, (off_t)*ret)) > 0) {
		if (h)
			hash_add(h, (str){ piece, n });
		*ret += (uint64_t)n;
	}
	return n < 0 ? op_fail_errno(op, "cannot read") : 0;
}

static int inflate_all(struct op *op, int fd, uint64_t *ret)
{
	AUTO_STREAM *in = NULL;
	size_t n = 1;
	int rc = stream_open_fd(op, fd, S("input"), 0, UINT64_MAX, LIMIT_LAYER, &in);

	*ret = 0;
	while (rc == 0 && n > 0) {
		rc = stream_read(op, in, piece, PIECE, &n);
		*ret += n;
	}
	return rc;
}

static int measure(struct op *op, const char *name)
{
	double best[3] = { 1e9, 1e9, 1e9 };
	uint64_t bytes = 0, inside = 0;
	AUTO_FD fd = -1;
	AUTO_HASH *h = NULL;
	uint8_t digest[32];
	int rc = file_open_user(op, str_of(name), &fd);

	if (rc < 0 || (rc = hash_open(op, HASH_SHA256, &h)) < 0)
		return rc;
	for (int i = 0; rc == 0 && i < RUNS; i++) {
		struct op_mark mark = op_mark(op);
		double a = now();
		rc = read_all(op, fd, NULL, &bytes);
		double b = now();
		hash_restart(h);
		rc = rc < 0 ? rc : read_all(op, fd, h, &bytes);
		hash_result(h, HASH_SHA256, digest);
		double c = now();
		rc = rc < 0 ? rc : inflate_all(op, fd, &inside);
		double d = now();
		double took[3] = { b - a, c - b, d - c };
		for (int k = 0; k < 3; k++)
			best[k] = took[k] < best[k] ? took[k] : best[k];
		op_reset(op, mark);
	}
	printf("%s read=%.4f sha256=%.4f inflate=%.4f inside=%.4f bytes=%llu inside_bytes=%llu\n",
	       name, best[0], best[1], best[2],
	       (best[1] - best[0]) * (double)inside / (double)bytes, (unsigned long long)bytes,
	       (unsigned long long)inside);
	return rc;
}

int main(int argc, char **argv)
{
	AUTO_OP op;

	op_init(&op, 0);
	for (int i = 1; i < argc; i++) {
		if (measure(&op, argv[i]) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], op.text);
			return 1;
		}
	}
	return 0;
}
