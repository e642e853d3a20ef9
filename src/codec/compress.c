#include "compress.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

enum {
	MEMBER = 1 << 20, /* bytes of input in a gzip member or zstd frame */
	GZIP_LEVEL = 6,
	ZSTD_LEVEL = 3,
};

struct compress {
	enum compress_kind kind;
	struct libdeflate_compressor *gzip;
	ZSTD_CCtx *zstd;
	compress_sink *sink;
	void *to;
	char *in; /* [MEMBER], the first `have` are filled */
	size_t have;
	char *out; /* [out_size] */
	size_t out_size;
};

/* libdeflate cannot say at run time which version it is: this is the one that was built against. */
static char ids[2][80];
static pthread_once_t ids_once = PTHREAD_ONCE_INIT;

static void ids_write(void)
{
	(void)snprintf(ids[COMPRESS_GZIP], sizeof(ids[0]), "libdeflate %s level %d member %d",
		       LIBDEFLATE_VERSION_STRING, GZIP_LEVEL, MEMBER);
	(void)snprintf(ids[COMPRESS_ZSTD], sizeof(ids[0]), "zstd %s level %d frame %d",
		       ZSTD_versionString(), ZSTD_LEVEL, MEMBER);
}

const char *compress_id(enum compress_kind kind)
{
	MUST(pthread_once(&ids_once, ids_write) == 0);
	return ids[kind];
}

const char *compress_name(enum compress_kind kind)
{
	return kind == COMPRESS_GZIP ? "gzip" : "zstd";
}

int compress_open(struct op *op, enum compress_kind kind, compress_sink *sink, void *to,
		  struct compress **ret)
{
	AUTO_COMPRESS *c = op_new(op, struct compress, 1);

	if (!c)
		return op->code;
	c->kind = kind;
	c->sink = sink;
	c->to = to;
	if (kind == COMPRESS_GZIP)
		c->gzip = libdeflate_alloc_compressor(GZIP_LEVEL);
	else
		c->zstd = ZSTD_createCCtx();
	if (!c->gzip && !c->zstd)
		return op_fail(op, ERR_MEMORY, "no memory for a %s compressor",
			       compress_name(kind));
	c->out_size = c->gzip ? libdeflate_gzip_compress_bound(c->gzip, MEMBER)
			      : ZSTD_compressBound(MEMBER);
	c->in = op_new(op, char, MEMBER);
	c->out = op_new(op, char, c->out_size);
	if (!c->in || !c->out)
		return op->code;
	*ret = c;
	c = NULL;
	return 0;
}

static int put_member(struct op *op, struct compress *c, const char *p, size_t n)
{
	size_t got;

	if (c->gzip)
		got = libdeflate_gzip_compress(c->gzip, p, n, c->out, c->out_size);
	else
		got = ZSTD_compressCCtx(c->zstd, c->out, c->out_size, p, n, ZSTD_LEVEL);
	if (got == 0 || ZSTD_isError(got))
		return op_fail(op, ERR_MEMORY, "the %s compressor failed", compress_name(c->kind));
	return c->sink(op, c->to, (str){ c->out, (ptrdiff_t)got });
}

int compress_add(struct op *op, struct compress *c, str bytes)
{
	while (bytes.len > 0) {
		size_t n = MEMBER - c->have;
		n = (size_t)bytes.len < n ? (size_t)bytes.len : n;
		int rc = 0;
		if (n == MEMBER) {
			rc = put_member(op, c, bytes.p, MEMBER);
		} else {
			memcpy(c->in + c->have, bytes.p, n);
			c->have += n;
			if (c->have == MEMBER) {
				c->have = 0;
				rc = put_member(op, c, c->in, MEMBER);
			}
		}
		if (rc < 0)
			return rc;
		bytes = str_from(bytes, (ptrdiff_t)n);
	}
	return 0;
}

int compress_end(struct op *op, struct compress *c)
{
	size_t n = c->have;

	c->have = 0;
	return n ? put_member(op, c, c->in, n) : 0;
}

void compress_close(struct compress **c)
{
	if (*c) {
		libdeflate_free_compressor((*c)->gzip);
		(void)ZSTD_freeCCtx((*c)->zstd);
		(*c)->gzip = NULL;
		(*c)->zstd = NULL;
	}
	*c = NULL;
}
