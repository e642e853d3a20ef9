/*
 * The bytes of a shard's file: head, tables, then records and texts, gathered from the pieces that
 * they come from.
 */
#include <fcntl.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "shard_set.h"
#include "sys/file.h"

enum {
	PIECE = 64 << 10, /* bytes that are gathered */
	DIRECT = 2048,    /* from so many on they are written from where they lie */
	PARTS = 256,      /* pieces of one system call */
};

/* Bytes of a run of base's records, and of their texts, as they lie. */
int shard_base_run(struct op *op, const struct shard *base, uint32_t first, uint32_t n,
		   str *ret_records, str *ret_texts)
{
	str from, to, texts, texts_to;

	if (!record_places(base, first, &from, &texts) ||
	    !record_places(base, first + n - 1, &to, &texts_to) || to.p < from.p ||
	    texts_to.p < texts.p)
		return record_bad(op, base);
	*ret_records = (str){ from.p, to.p + to.len - from.p };
	*ret_texts = (str){ texts.p, texts_to.p + texts_to.len - texts.p };
	return 0;
}

char *shard_block_line(struct op *op, struct shard_work *w, uint32_t first)
{
	struct shard_block *block = vec_push(op, &w->block);

	if (!block)
		return NULL;
	shard_put32(block->line, first);
	return block->line + 4;
}

static int make_words(struct op *op, struct shard_work *w)
{
	const str word[] = { w->job->set->source, w->job->ecosystem, w->newest };
	struct buf b;

	buf_init(&b, op, LIMIT_ADVISORY);
	for (int i = 0; i < 3; i++) {
		char n[4];
		shard_put32(n, (uint32_t)word[i].len);
		buf_add(&b, (str){ n, 4 });
		buf_add(&b, word[i]);
	}
	return buf_take(&b, &w->section[SHARD_WORDS]);
}

/* Where each section stands, into the head. */
static int place_sections(struct op *op, struct shard_work *w)
{
	uint64_t at = SHARD_HEAD;

	for (int i = 0; i < SHARD_SECTIONS; i++) {
		uint64_t size = i == SHARD_RECORDS ? w->records_len
				: i == SHARD_TEXTS ? w->texts_len
						   : (uint64_t)w->section[i].len;
		char *row = w->head + SHARD_HEAD_SECTIONS + (ptrdiff_t)i * 16;
		shard_put64(row, at);
		shard_put64(row + 8, size);
		at = (at + size + 7) & ~UINT64_C(7);
	}
	w->size = at;
	if (at > LIMIT_SHARD)
		return op_fail(op, ERR_LIMIT, "a shard of %.*s would pass 4 GiB",
			       STR_ARG(w->job->set->source));
	return 0;
}

static str padding(uint64_t size)
{
	static const char zeros[8];

	return (str){ zeros, (ptrdiff_t)(-size & 7) };
}

/* The head, whose digest is the file's. */
static int make_head(struct op *op, struct shard_work *w)
{
	AUTO_HASH *h = NULL;
	uint8_t tables[32];
	char *p = w->head;

	if (place_sections(op, w) < 0 || hash_open(op, HASH_SHA256, &h) < 0)
		return op->code;
	for (int i = 0; i < SHARD_RECORDS; i++) {
		hash_add(h, w->section[i]);
		hash_add(h, padding((uint64_t)w->section[i].len));
	}
	hash_result(h, HASH_SHA256, tables);
	memcpy(p, "temperdb", 8);
	shard_put32(p + 8, SHARD_VERSION);
	shard_put32(p + 12, w->job->kind);
	shard_put64(p + 16, w->n);
	shard_put32(p + 24, w->job->set->fixed_only);
	shard_put32(p + 28, w->bits[0]);
	shard_put32(p + 32, w->bits[1]);
	memcpy(p + SHARD_HEAD_TABLES, tables, sizeof(tables));
	w->digest = digest_of((str){ p, SHARD_HEAD });
	return 0;
}

/* What is written: small pieces gathered in p, large ones as they lie, which they do until then. */
struct out {
	struct file_new file;
	struct iovec part[PARTS];
	int part_n;
	char *p;
	size_t n; /* of p that is used */
	uint64_t written;
};

static int out_flush(struct op *op, struct out *o)
{
	struct iovec *part = o->part;
	int left = o->part_n;

	while (left > 0) {
		ssize_t wrote = writev(o->file.fd, part, left);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return op_fail_errno(op, "cannot write a shard");
		for (; left > 0 && (size_t)wrote >= part->iov_len; part++, left--)
			wrote -= (ssize_t)part->iov_len;
		if (left > 0) {
			part->iov_base = (char *)part->iov_base + wrote;
			part->iov_len -= (size_t)wrote;
		}
	}
	o->part_n = 0;
	o->n = 0;
	return 0;
}

static int out_add(struct op *op, struct out *o, str bytes)
{
	bool small = bytes.len < DIRECT;

	if (bytes.len == 0)
		return 0;
	o->written += (uint64_t)bytes.len;
	if ((o->part_n == PARTS || (small && o->n + (size_t)bytes.len > PIECE)) &&
	    out_flush(op, o) < 0)
		return op->code;
	struct iovec *last = o->part_n ? &o->part[o->part_n - 1] : NULL;
	if (!small) {
		o->part[o->part_n++] =
			(struct iovec){ (void *)(uintptr_t)bytes.p, (size_t)bytes.len };
		return 0;
	}
	memcpy(o->p + o->n, bytes.p, (size_t)bytes.len);
	if (last && (char *)last->iov_base + last->iov_len == o->p + o->n)
		last->iov_len += (size_t)bytes.len;
	else
		o->part[o->part_n++] = (struct iovec){ o->p + o->n, (size_t)bytes.len };
	o->n += (size_t)bytes.len;
	return 0;
}

static int out_align(struct op *op, struct out *o)
{
	return out_add(op, o, padding(o->written));
}

/* All records, or all texts. */
static int out_pieces(struct op *op, struct out *o, const struct shard_work *w, bool texts)
{
	str part[2];

	for (ptrdiff_t i = 0; i < w->piece.n; i++) {
		const struct shard_piece *p = &w->piece.p[i];
		if (p->base) {
			if (shard_base_run(op, w->job->base, p->first, p->n, &part[0], &part[1]) <
				    0 ||
			    out_add(op, o, part[texts]) < 0)
				return op->code;
			continue;
		}
		for (uint32_t k = 0; k < p->n; k++) {
			const struct shard_item *item = w->job->item[p->first + k];
			if (out_add(op, o, texts ? item->texts : item->record) < 0)
				return op->code;
		}
	}
	return out_align(op, o);
}

/* Is the very file there already? */
static bool is_there(const struct shard_work *w, const char *name)
{
	struct stat st;

	return fstatat(w->job->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == w->size;
}

/* Head and tables. */
static int out_tables(struct op *op, struct out *o, const struct shard_work *w)
{
	if (out_add(op, o, (str){ w->head, SHARD_HEAD }) < 0)
		return op->code;
	for (int i = 0; i < SHARD_RECORDS; i++)
		if (out_add(op, o, w->section[i]) < 0 || out_align(op, o) < 0)
			return op->code;
	return 0;
}

static int write_file(struct op *op, const struct shard_work *w, str only)
{
	char name[DIGEST_HEX];

	digest_hex(&w->digest, name);
	if (is_there(w, name))
		return 0;
	struct out *o = op_new(op, struct out, 1);
	if (!o)
		return op->code;
	o->file.fd = -1;
	o->p = op_alloc(op, 1, PIECE);
	if (!o->p || file_new_open(op, w->job->dirfd, 0644, &o->file) < 0)
		return op->code;
	int rc = out_tables(op, o, w);
	if (rc == 0 && only.p)
		rc = (rc = out_add(op, o, only)) ? rc : out_align(op, o);
	else if (rc == 0 && (rc = out_pieces(op, o, w, false)) == 0)
		rc = out_pieces(op, o, w, true);
	if (rc == 0 && (rc = out_flush(op, o)) == 0)
		rc = file_new_publish(op, &o->file, str_of(name));
	file_new_discard(&o->file);
	MUST(rc < 0 || o->written == w->size);
	return rc;
}

int shard_finish(struct op *op, struct shard_work *w, str only)
{
	if (make_words(op, w) < 0)
		return op->code;
	if (w->block.n)
		w->section[SHARD_BLOCKS] = (str){ w->block.p->line, w->block.n * SHARD_BLOCK };
	return make_head(op, w) < 0 ? op->code : write_file(op, w, only);
}
