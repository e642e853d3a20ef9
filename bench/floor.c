/*
 * floor: the processor time that no build can go below.
 *
 *	floor gzip|zstd PACKAGE.deb...
 *
 * prints the seconds that liblzma alone needs for the packages' data archives, and the named
 * compressor alone for the bytes that come out, in the pieces and at the level of codec/compress.h:
 *
 *	lzma_s=1.234 compress_s=0.987 unpacked=123456789
 *
 * Files are read beforehand, and nothing is hashed, parsed or written. One thread.
 */
#include <fcntl.h>
#include <libdeflate.h>
#include <lzma.h>
#include <stdio.h>
#include <time.h>
#include <zstd.h>

#include "codec/ar.h"
#include "codec/compress.h"
#include "sys/file.h"

enum { PIECE = 1 << 20 };

struct bench {
	struct libdeflate_compressor *gzip; /* one of the two */
	ZSTD_CCtx *zstd;
	char *in, *out; /* [PIECE], [out_size] */
	size_t out_size;
	double lzma_s, compress_s;
	uint64_t unpacked;
};

static double seconds(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void compress_piece(struct bench *b, size_t n)
{
	double from = seconds();
	size_t got = b->gzip ? libdeflate_gzip_compress(b->gzip, b->in, n, b->out, b->out_size)
			     : ZSTD_compressCCtx(b->zstd, b->out, b->out_size, b->in, n, 3);

	MUST(got > 0 && !ZSTD_isError(got));
	b->compress_s += seconds() - from;
	b->unpacked += n;
}

static int measure(struct op *op, struct bench *b, str what, str packed)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret code = LZMA_OK;

	MUST(lzma_stream_decoder(&z, UINT64_MAX, LZMA_CONCATENATED) == LZMA_OK);
	z.next_in = (const uint8_t *)packed.p;
	z.avail_in = (size_t)packed.len;
	while (code == LZMA_OK) {
		z.next_out = (uint8_t *)b->in;
		z.avail_out = PIECE;
		double from = seconds();
		while (code == LZMA_OK && z.avail_out > 0)
			code = lzma_code(&z, LZMA_FINISH);
		b->lzma_s += seconds() - from;
		if (z.avail_out < PIECE)
			compress_piece(b, PIECE - z.avail_out);
	}
	lzma_end(&z);
	if (code != LZMA_STREAM_END)
		return op_fail(op, ERR_FORMAT, "%.*s: data.tar.xz is corrupt", STR_ARG(what));
	return 0;
}

static int measure_package(struct op *op, struct bench *b, const char *name)
{
	struct ar_member *member;
	ptrdiff_t n;
	int fd;
	int rc = file_open_user(op, str_of(name), &fd);

	if (rc < 0)
		return rc;
	AUTO_FD close = fd;
	if ((rc = ar_list(op, close, str_of(name), &member, &n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!str_eq(member[i].name, S("data.tar.xz")))
			continue;
		char *p = op_new(op, char, member[i].size);
		if (!p)
			return op->code;
		rc = file_pread(op, close, str_of(name), p, member[i].size, member[i].offset);
		str packed = { p, (ptrdiff_t)member[i].size };
		return rc < 0 ? rc : measure(op, b, str_of(name), packed);
	}
	return op_fail(op, ERR_FORMAT, "%s has no data.tar.xz", name);
}

static int open_bench(struct op *op, const char *compressor, struct bench *b)
{
	if (str_eq(str_of(compressor), str_of(compress_name(COMPRESS_GZIP))))
		b->gzip = libdeflate_alloc_compressor(6);
	else if (str_eq(str_of(compressor), str_of(compress_name(COMPRESS_ZSTD))))
		b->zstd = ZSTD_createCCtx();
	if (!b->gzip && !b->zstd)
		return op_fail(op, ERR_USAGE, "no compressor '%s': gzip or zstd", compressor);
	b->out_size = b->gzip ? libdeflate_gzip_compress_bound(b->gzip, PIECE)
			      : ZSTD_compressBound(PIECE);
	b->in = op_new(op, char, PIECE);
	b->out = op_new(op, char, b->out_size);
	return b->in && b->out ? 0 : op->code;
}

int main(int argc, char **argv)
{
	AUTO_OP op;
	struct bench b = { 0 };

	op_init(&op, 0);
	if (argc < 3) {
		(void)fprintf(stderr, "usage: floor gzip|zstd PACKAGE.deb...\n");
		return 2;
	}
	int rc = open_bench(&op, argv[1], &b);
	for (int i = 2; i < argc && rc == 0; i++) {
		struct op_mark mark = op_mark(&op);
		rc = measure_package(&op, &b, argv[i]);
		op_reset(&op, mark);
	}
	libdeflate_free_compressor(b.gzip);
	(void)ZSTD_freeCCtx(b.zstd);
	if (rc < 0) {
		(void)fprintf(stderr, "floor: %s\n", op.text);
		return 3;
	}
	(void)printf("lzma_s=%.3f compress_s=%.3f unpacked=%llu\n", b.lzma_s, b.compress_s,
		     (unsigned long long)b.unpacked);
	return 0;
}
