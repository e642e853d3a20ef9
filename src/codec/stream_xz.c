/* xz by liblzma, concatenated streams and their padding included. Source: xz-file-format.txt 1.1.
 */
#include <lzma.h>

#include "base/limits.h"

#include "stream_decoder.h"

static int xz_open(struct op *op, void **ret)
{
	lzma_stream *z = op_new(op, lzma_stream, 1);

	if (!z)
		return op->code;
	*z = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(z, LIMIT_DECODER_MEMORY,
				LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK) != LZMA_OK)
		return op_fail(op, ERR_MEMORY, "no memory for an xz decoder");
	*ret = z;
	return 0;
}

static void xz_close(void *state)
{
	lzma_end(state);
}

static int xz_failed(struct op *op, const struct stream_source *in, lzma_ret code)
{
	switch (code) {
	case LZMA_MEM_ERROR:
		return op_fail(op, ERR_MEMORY, "%.*s: no memory for an xz decoder",
			       STR_ARG(in->what));
	case LZMA_MEMLIMIT_ERROR:
		return op_fail(op, ERR_LIMIT,
			       "%.*s: unpacking its xz data needs more than %d MiB of memory",
			       STR_ARG(in->what), LIMIT_DECODER_MEMORY >> 20);
	case LZMA_BUF_ERROR:
		return op_fail(op, ERR_FORMAT, "%.*s: xz data is truncated", STR_ARG(in->what));
	case LZMA_FORMAT_ERROR:
		return op_fail(op, ERR_FORMAT, "%.*s: bytes after the end of the xz data",
			       STR_ARG(in->what));
	case LZMA_UNSUPPORTED_CHECK:
	case LZMA_OPTIONS_ERROR:
		return op_fail(op, ERR_FORMAT, "%.*s: xz data of an unknown kind",
			       STR_ARG(in->what));
	default:
		return op_fail(op, ERR_FORMAT, "%.*s: corrupt xz data", STR_ARG(in->what));
	}
}

static int xz_read(struct op *op, void *state, struct stream_source *in, char *to, size_t n,
		   size_t *ret_n)
{
	lzma_stream *z = state;
	lzma_ret code = LZMA_OK;

	z->next_out = (uint8_t *)to;
	z->avail_out = n;
	while (z->avail_out == n && code != LZMA_STREAM_END) {
		int rc = stream_fill(op, in, 1);
		if (rc < 0)
			return rc;
		z->next_in = (const uint8_t *)in->avail.p;
		z->avail_in = (size_t)in->avail.len;
		code = lzma_code(z, in->left == 0 ? LZMA_FINISH : LZMA_RUN);
		if (code != LZMA_OK && code != LZMA_STREAM_END)
			return xz_failed(op, in, code);
		in->avail = str_from(in->avail, in->avail.len - (ptrdiff_t)z->avail_in);
	}
	*ret_n = n - z->avail_out;
	return 0;
}

const struct stream_decoder stream_xz = { xz_open, xz_read, xz_close };
