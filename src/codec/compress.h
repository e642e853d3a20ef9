/*
 * compress: a layer's bytes, compressed as they come, always the same.
 *
 * gzip: members of 1 MiB of input each (libdeflate, level 6), so memory stays small; a header
 * without name or time. zstd: one frame a MiB of input (level 3, no workers). Members and frames
 * of several compressors may be concatenated: that is what layer fragments rest on.
 */
#ifndef CODEC_COMPRESS_H
#define CODEC_COMPRESS_H

#include "base/op.h"

enum compress_kind { COMPRESS_GZIP, COMPRESS_ZSTD };

/*
 * What decides the bytes besides the input: "libdeflate 1.14 level 6 member 1048576",
 * "zstd 1.5.4 level 3 frame 1048576". Locks record it. Static storage.
 */
const char *compress_id(enum compress_kind kind);

/* "gzip" or "zstd". */
const char *compress_name(enum compress_kind kind);

typedef int compress_sink(struct op *op, void *to, str bytes);

struct compress; /* opaque */
int compress_open(struct op *op, enum compress_kind kind, compress_sink *sink, void *to,
		  struct compress **ret) MUST_USE;
int compress_add(struct op *op, struct compress *c, str bytes) MUST_USE;

/* Flush the last member. With no input at all nothing is written. */
int compress_end(struct op *op, struct compress *c) MUST_USE;
void compress_close(struct compress **c);
#define AUTO_COMPRESS __attribute__((cleanup(compress_close))) struct compress

#endif
