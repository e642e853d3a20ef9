/*
 * A layer's tar without some of its entries. What stays keeps its bytes, headers and all: extended
 * attributes, device nodes and times are as they were. Two passes over the layer: which parts stay, and
 * those parts.
 */
#include "base/limits.h"
#include "codec/compress.h"
#include "codec/digest.h"
#include "codec/tar.h"
#include "oci/store.h"
#include "slim_impl.h"

enum { PIECE = 256 << 10, BLOCK = 512 };

struct span { /* of the tar, that stays */
	uint64_t begin, end;
};

struct filter {
	struct op *op;
	VEC(struct span) span;
	ptrdiff_t left_out;
	uint64_t size; /* of what stays */
};

static uint64_t rounded(uint64_t n)
{
	return (n + BLOCK - 1) / BLOCK * BLOCK;
}

static int stays(struct filter *f, uint64_t begin, uint64_t end)
{
	struct span *last = f->span.n ? &f->span.p[f->span.n - 1] : NULL;

	f->size += end - begin;
	if (last && last->end == begin) {
		last->end = end;
		return 0;
	}
	if (!(last = vec_push(f->op, &f->span)))
		return f->op->code;
	*last = (struct span){ begin, end };
	return 0;
}

static int find_parts(struct filter *f, int fd, str what,
		      int (*leave_out)(struct op *op, void *arg, str path, bool *ret), void *arg)
{
	AUTO_STREAM *in = NULL;
	struct tar *tar;
	struct tar_entry e;
	uint64_t begin = 0;
	int rc = stream_open_fd(f->op, fd, what, 0, UINT64_MAX, LIMIT_UNPACKED, &in);

	if (rc < 0 || (rc = tar_open(f->op, in, what, false, &tar)) < 0)
		return rc;
	while ((rc = tar_next(f->op, tar, &e)) == 1) {
		uint64_t end = rounded(tar_position(tar) + e.size);
		bool out = false, target = false;
		if (e.sparse)
			return op_fail(f->op, ERR_NO,
				       "/%.*s is a sparse file in %.*s: it cannot be "
				       "written anew",
				       STR_ARG(e.path), STR_ARG(what));
		if ((rc = leave_out(f->op, arg, e.path, &out)) < 0)
			return rc;
		if (!out && e.type == TAR_HARDLINK &&
		    (rc = leave_out(f->op, arg, e.link, &target)) < 0)
			return rc;
		if (target)
			return op_fail(f->op, ERR_NO,
				       "/%.*s, which stays, is a link to /%.*s, which goes",
				       STR_ARG(e.path), STR_ARG(e.link));
		f->left_out += out;
		if (!out && (rc = stays(f, begin, end)) < 0)
			return rc;
		begin = end;
	}
	return rc;
}

struct output {
	struct store_writer out;
	struct compress *compress;
	struct hash *tar;
};

static void output_done(struct output *o)
{
	compress_close(&o->compress);
	hash_close(&o->tar);
	store_writer_discard(&o->out);
}
#define AUTO_OUTPUT __attribute__((cleanup(output_done))) struct output

static int to_store(struct op *op, void *to, str bytes)
{
	return store_writer_add(op, to, bytes);
}

static int put(struct op *op, struct output *o, str bytes)
{
	hash_add(o->tar, bytes);
	return compress_add(op, o->compress, bytes);
}

static int copy_parts(struct filter *f, int fd, str what, struct output *o)
{
	AUTO_STREAM *in = NULL;
	char *piece = op_new(f->op, char, PIECE);
	static const char zeros[TAR_END];
	ptrdiff_t k = 0;
	uint64_t at = 0;
	size_t n;
	int rc = piece ? stream_open_fd(f->op, fd, what, 0, UINT64_MAX, LIMIT_UNPACKED, &in)
		       : f->op->code;

	while (rc == 0 && k < f->span.n && (rc = stream_read(f->op, in, piece, PIECE, &n)) == 0 &&
	       n > 0) {
		uint64_t end = at + n;
		for (; rc == 0 && k < f->span.n && f->span.p[k].begin < end; k++) {
			const struct span *p = &f->span.p[k];
			uint64_t from = p->begin > at ? p->begin : at,
				 to = p->end < end ? p->end : end;
			rc = put(f->op, o, (str){ piece + (from - at), (ptrdiff_t)(to - from) });
			if (p->end > end)
				break;
		}
		at = end;
	}
	if (rc == 0 && k < f->span.n && f->span.p[k].end > at)
		return op_fail(f->op, ERR_FORMAT, "%.*s is cut short", STR_ARG(what));
	return rc < 0 ? rc : put(f->op, o, (str){ zeros, TAR_END });
}

int slim_layer(struct op *op, const struct store *store, const struct digest *blob,
	       enum compress_kind kind,
	       int (*leave_out)(struct op *op, void *arg, str path, bool *ret), void *arg,
	       struct layer_blob *ret)
{
	AUTO_OUTPUT o = { .out = { .file = { .fd = -1 } } };
	struct filter f = { .op = op };
	struct layer_blob made = { 0 };
	char text[DIGEST_TEXT];
	AUTO_FD fd = -1;
	uint64_t size;
	int rc = store_blob_open(op, store, blob, &fd, &size);
	str what = str_of(digest_text(blob, text));

	if (rc)
		return rc < 0 ? rc : op_fail(op, ERR_IO, "layer %s is not in the store", text);
	if ((rc = find_parts(&f, fd, what, leave_out, arg)) < 0 || !f.left_out)
		return rc < 0 ? rc : 1;
	if ((rc = store_writer_open(op, store, &o.out)) < 0 ||
	    (rc = hash_open(op, HASH_SHA256, &o.tar)) < 0 ||
	    (rc = compress_open(op, kind, to_store, &o.out, &o.compress)) < 0 ||
	    (rc = copy_parts(&f, fd, what, &o)) < 0 || (rc = compress_end(op, o.compress)) < 0)
		return rc;
	hash_result(o.tar, HASH_SHA256, made.diff_id.b);
	made.size = o.out.size;
	made.tar_size = f.size + TAR_END;
	if ((rc = store_writer_commit(op, &o.out, NULL, &made.digest)) < 0)
		return rc;
	*ret = made;
	return 0;
}
