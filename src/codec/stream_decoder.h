/*
 * stream_decoder: what a stream's decoders (stream_gzip.c, stream_xz.c, stream_zstd.c) are given
 * and what they give. For the files of stream only.
 */
#ifndef CODEC_STREAM_DECODER_H
#define CODEC_STREAM_DECODER_H

#include "base/op.h"

enum { STREAM_WINDOW = 128 << 10 }; /* bytes read from a descriptor at a time */

/* Compressed bytes: `avail` is taken from the front, stream_fill() brings more. */
struct stream_source {
	str what; /* for messages */
	str avail;
	int fd;        /* -1: all there is is in avail */
	uint64_t at;   /* of the next pread */
	uint64_t left; /* bytes of the range that were not read yet */
	char *window;  /* [STREAM_WINDOW], NULL without a descriptor */
};

/* Have at least n (at most STREAM_WINDOW) bytes in avail, or all that are left. */
int stream_fill(struct op *op, struct stream_source *in, size_t n) MUST_USE;

static inline bool stream_source_ended(const struct stream_source *in)
{
	return in->avail.len == 0 && in->left == 0;
}

struct stream_decoder {
	int (*open)(struct op *op, void **ret);

	/*
	 * Up to n > 0 bytes of output; *ret_n is 0 only when the input has ended where it may end
	 * and all its checks have passed.
	 */
	int (*read)(struct op *op, void *state, struct stream_source *in, char *to, size_t n,
		    size_t *ret_n);
	void (*close)(void *state);
};

extern const struct stream_decoder stream_gzip, stream_xz, stream_zstd;

#endif
