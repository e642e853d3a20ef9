/*
 * stream: reading bytes in order, through a decompressor if their magic says so.
 *
 * gzip (ISA-L; every member), xz (liblzma), zstd (libzstd; every frame) and plain bytes. Two caps
 * bound what comes out: max_out bytes and LIMIT_RATIO times the size of the whole input (plus 1
 * MiB). A truncated or corrupt input, bytes after the end and a checksum that does not match are
 * ERR_FORMAT. Every read costs the decoder a call: read in pieces of 64 KiB or more.
 */
#ifndef CODEC_STREAM_H
#define CODEC_STREAM_H

#include "base/op.h"

enum stream_kind { STREAM_PLAIN, STREAM_GZIP, STREAM_XZ, STREAM_ZSTD };

struct stream; /* opaque; owns decoder state, not the descriptor */

/* The kind that the first bytes (6 are enough) announce. */
enum stream_kind stream_sniff(str head);

/*
 * Read n bytes at offset of fd (a regular file; UINT64_MAX: to its end), or bytes, through the
 * decoder for their magic. `what` and `bytes` must live as long as the stream; fd stays the
 * caller's.
 */
int stream_open_fd(struct op *op, int fd, str what, uint64_t offset, uint64_t n, uint64_t max_out,
		   struct stream **ret) MUST_USE;
int stream_open_bytes(struct op *op, str bytes, str what, uint64_t max_out,
		      struct stream **ret) MUST_USE;

enum stream_kind stream_kind(const struct stream *s);

/* From now on add all that is read to h, too (a layer's diff_id). h must outlive the stream. */
struct hash;
void stream_tee(struct stream *s, struct hash *h);

/* The same into a function of the caller's, which sees each piece before stream_read() returns it. */
typedef int stream_tee_fn(struct op *op, void *arg, str bytes);
void stream_tee_to(struct stream *s, stream_tee_fn *fn, void *arg);

/*
 * stream_read(op, s, to, n, ret_n): up to n bytes; *ret_n is 0 only at the end, after every check
 * (checksums, trailing bytes) has passed. May return fewer than n.
 */
int stream_read(struct op *op, struct stream *s, void *to, size_t n, size_t *ret_n) MUST_USE;

/*
 * Pass over up to n bytes that nobody wants to see, without reading them; how many that were: 0
 * where all must be read (compressed bytes, a stream with a tee).
 */
uint64_t stream_skip(struct stream *s, uint64_t n);

/* How many bytes were read and skipped so far. */
uint64_t stream_position(const struct stream *s);

/* Exactly n bytes, or ERR_FORMAT "truncated". */
int stream_read_full(struct op *op, struct stream *s, void *to, size_t n) MUST_USE;

/* All that is left, at most max bytes, into the arena. */
int stream_read_all(struct op *op, struct stream *s, size_t max, str *ret) MUST_USE;

void stream_close(struct stream **s);
#define AUTO_STREAM __attribute__((cleanup(stream_close))) struct stream

#endif
