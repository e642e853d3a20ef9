/* zstd by libzstd; every frame, skippable ones too. Source: RFC 8878. */
#include <zstd.h>
#include <zstd_errors.h>

#include "base/limits.h"

#include "stream_decoder.h"

enum {
	ZSTD_WINDOW_LOG = 26, /* 64 MiB, what LIMIT_DECODER_MEMORY leaves; level 19 needs 8 MiB */
};
_Static_assert(LIMIT_DECODER_MEMORY > 1 << ZSTD_WINDOW_LOG,
	       "the window fits into the decoder's memory");

struct zstd {
	ZSTD_DStream *z;
	bool inside; /* a frame was begun and not ended */
};

static int zstd_open(struct op *op, void **ret)
{
	struct zstd *d = op_new(op, struct zstd, 1);

	if (!d)
		return op->code;
	d->z = ZSTD_createDStream();
	if (!d->z)
		return op_fail(op, ERR_MEMORY, "no memory for a zstd decoder");
	MUST(!ZSTD_isError(ZSTD_DCtx_setParameter(d->z, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG)));
	*ret = d;
	return 0;
}

static void zstd_close(void *state)
{
	struct zstd *d = state;

	(void)ZSTD_freeDStream(d->z);
	d->z = NULL;
}

static int zstd_failed(struct op *op, const struct stream_source *in, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_frameParameter_windowTooLarge:
		return op_fail(op, ERR_LIMIT, "%.*s: its zstd window is larger than %d MiB",
			       STR_ARG(in->what), 1 << (ZSTD_WINDOW_LOG - 20));
	case ZSTD_error_prefix_unknown:
		return op_fail(op, ERR_FORMAT, "%.*s: bytes after the end of the zstd data",
			       STR_ARG(in->what));
	case ZSTD_error_checksum_wrong:
		return op_fail(op, ERR_FORMAT, "%.*s: zstd checksum does not match",
			       STR_ARG(in->what));
	case ZSTD_error_memory_allocation:
		return op_fail(op, ERR_MEMORY, "%.*s: no memory for a zstd decoder",
			       STR_ARG(in->what));
	default:
		return op_fail(op, ERR_FORMAT, "%.*s: corrupt zstd data", STR_ARG(in->what));
	}
}

static int zstd_read(struct op *op, void *state, struct stream_source *in, char *to, size_t n,
		     size_t *ret_n)
{
	struct zstd *d = state;
	ZSTD_outBuffer out = { to, n, 0 };

	while (out.pos == 0) {
		int rc = stream_fill(op, in, 1);
		if (rc < 0)
			return rc;
		if (!d->inside && stream_source_ended(in))
			break;
		ZSTD_inBuffer piece = { in->avail.p, (size_t)in->avail.len, 0 };
		size_t code = ZSTD_decompressStream(d->z, &out, &piece);
		if (ZSTD_isError(code))
			return zstd_failed(op, in, code);
		in->avail = str_from(in->avail, (ptrdiff_t)piece.pos);
		d->inside = code != 0;
		if (d->inside && out.pos == 0 && piece.pos == 0 && in->left == 0)
			return op_fail(op, ERR_FORMAT, "%.*s: zstd data is truncated",
				       STR_ARG(in->what));
	}
	*ret_n = out.pos;
	return 0;
}

const struct stream_decoder stream_zstd = { zstd_open, zstd_read, zstd_close };
