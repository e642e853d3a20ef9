/*
 * gzip by ISA-L. Source: RFC 1952.
 *
 * Headers are read here, since ISA-L would skip a name of any length; the deflate data and the
 * trailer's CRC and size are ISA-L's. isal_inflate() stops after one member, so this loops.
 *
 *	0  2  1f 8b      3  1  flags: 2 CRC, 4 extra, 8 name, 16 comment      8  1  extra flags
 *	2  1  8          4  4  time                                           9  1  system
 */
#include <isa-l/igzip_lib.h>

#include "base/rd.h"

#include "stream_decoder.h"

enum {
	/* Bytes of one member's header: a full extra field and two long texts. */
	GZIP_HEADER_MAX = 96 << 10,
};

struct gzip {
	struct inflate_state inflate;
	bool inside;  /* a member's header was taken, its trailer was not */
	bool started; /* at least one member was seen */
};

static int gzip_open(struct op *op, void **ret)
{
	*ret = op_new(op, struct gzip, 1);
	return *ret ? 0 : op->code;
}

static void gzip_close(void *state)
{
	(void)state;
}

static int gzip_header(struct op *op, struct gzip *g, struct stream_source *in)
{
	int rc = stream_fill(op, in, GZIP_HEADER_MAX);

	if (rc < 0)
		return rc;
	struct rd r = { .in = str_head(in->avail, GZIP_HEADER_MAX) };
	bool magic = rd_u8(&r) == 0x1f && rd_u8(&r) == 0x8b && rd_u8(&r) == 8;
	uint8_t flags = rd_u8(&r);
	rd_skip(&r, 6);
	if (!magic || r.bad || flags & 0xe0)
		return op_fail(op, ERR_FORMAT, "%.*s: %s", STR_ARG(in->what),
			       g->started ? "bytes after the end of the gzip data"
					  : "bad gzip header");
	if (flags & 4)
		rd_skip(&r, rd_u16(&r));
	if (flags & 8)
		(void)rd_cstr(&r);
	if (flags & 16)
		(void)rd_cstr(&r);
	if (flags & 2)
		rd_skip(&r, 2);
	if (r.bad)
		return op_fail(op, ERR_FORMAT, "%.*s: gzip header is cut or longer than %d bytes",
			       STR_ARG(in->what), GZIP_HEADER_MAX);
	in->avail = str_from(in->avail, r.in.p - in->avail.p);
	isal_inflate_reset(&g->inflate);
	g->inflate.crc_flag = ISAL_GZIP_NO_HDR_VER;
	g->started = g->inside = true;
	return 0;
}

/* Inflate once; both ends move. */
static int gzip_step(struct op *op, struct gzip *g, struct stream_source *in, char *to, size_t n,
		     size_t *ret_n)
{
	struct inflate_state *z = &g->inflate;
	uint32_t room = n > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)n;
	str piece = str_head(in->avail, INT32_MAX);

	z->next_in = (uint8_t *)(uintptr_t)piece.p;
	z->avail_in = (uint32_t)piece.len;
	z->next_out = (uint8_t *)to;
	z->avail_out = room;
	int rc = isal_inflate(z);
	if (rc == ISAL_INCORRECT_CHECKSUM)
		return op_fail(op, ERR_FORMAT, "%.*s: gzip checksum does not match",
			       STR_ARG(in->what));
	if (rc < 0)
		return op_fail(op, ERR_FORMAT, "%.*s: corrupt gzip data", STR_ARG(in->what));
	in->avail = str_from(in->avail, piece.len - (ptrdiff_t)z->avail_in);
	*ret_n = room - z->avail_out;
	g->inside = z->block_state != ISAL_BLOCK_FINISH;
	return 0;
}

static int gzip_read(struct op *op, void *state, struct stream_source *in, char *to, size_t n,
		     size_t *ret_n)
{
	struct gzip *g = state;
	int rc;

	*ret_n = 0;
	for (;;) {
		if ((rc = stream_fill(op, in, 1)) < 0)
			return rc;
		if (!g->inside && stream_source_ended(in))
			return 0;
		if (!g->inside && (rc = gzip_header(op, g, in)) < 0)
			return rc;
		ptrdiff_t before = in->avail.len;
		if ((rc = gzip_step(op, g, in, to, n, ret_n)) < 0 || *ret_n > 0)
			return rc;
		if (g->inside && in->avail.len == before)
			return op_fail(op, ERR_FORMAT, "%.*s: gzip data is truncated",
				       STR_ARG(in->what));
	}
}

const struct stream_decoder stream_gzip = { gzip_open, gzip_read, gzip_close };
