/*
 * Big endian, but for what checksums are made of: words in the order that the magic's last bit
 * says.
 *
 *	header  magic 4 (0x377f0682, 0x377f0683: big)   3007000 4   bytes of a page 4   sequence 4
 *	        salts 8   checksums 8, of the 24 bytes before
 *	frame   page 4   pages of the database 4, if it ends a transaction, else 0   salts 8
 *	        checksums 8, of the header's, of the 8 bytes before and the page   page
 */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "sqlite.h"

enum {
	MAGIC = 0x377f0682,
	VERSION = 3007000,
	HEADER = 32,
	FRAME = 24,
};

struct log {
	struct op *op;
	const struct at *at;
	uint32_t page;
	bool big;      /* words of checksums */
	uint32_t a, b; /* checksums so far */
	char salts[8];
	VEC(struct sqlite_frame) frame;
	ptrdiff_t whole;      /* frames of transactions that are complete */
	uint32_t whole_pages; /* of the database behind them */
};

static uint32_t word(const char *p, bool big)
{
	const unsigned char *c = (const unsigned char *)p;

	return big ? (uint32_t)c[0] << 24 | (uint32_t)c[1] << 16 | (uint32_t)c[2] << 8 | c[3]
		   : (uint32_t)c[3] << 24 | (uint32_t)c[2] << 16 | (uint32_t)c[1] << 8 | c[0];
}

/* n bytes, a multiple of 8. */
static void add(struct log *l, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		l->a += word(p + i, l->big) + l->b;
		l->b += word(p + i + 4, l->big) + l->a;
	}
}

/* 1: it is no log, or not of this database. */
static int read_header(struct log *l)
{
	char h[HEADER];

	if (l->at->size < sizeof(h))
		return 1;
	int rc = at_read(l->op, l->at, 0, h, sizeof(h));
	if (rc < 0)
		return rc;
	l->big = word(h, true) & 1;
	if ((word(h, true) & ~1U) != MAGIC || word(h + 4, true) != VERSION ||
	    word(h + 8, true) % 65536 != l->page % 65536)
		return 1;
	memcpy(l->salts, h + 16, sizeof(l->salts));
	add(l, h, 24);
	return l->a == word(h + 24, true) && l->b == word(h + 28, true) ? 0 : 1;
}

/* 1: there is no more that counts. */
static int read_frame(struct log *l, uint64_t offset, char *room)
{
	if (offset > l->at->size || l->at->size - offset < FRAME + l->page)
		return 1;
	int rc = at_read(l->op, l->at, offset, room, FRAME + l->page);
	if (rc < 0)
		return rc;
	add(l, room, 8);
	add(l, room + FRAME, l->page);
	if (memcmp(room + 8, l->salts, sizeof(l->salts)) != 0 || l->a != word(room + 16, true) ||
	    l->b != word(room + 20, true))
		return 1;
	struct sqlite_frame *f = vec_push(l->op, &l->frame);
	if (!f)
		return l->op->code;
	*f = (struct sqlite_frame){ word(room, true), offset + FRAME };
	uint32_t pages = word(room + 4, true);
	if (pages) {
		l->whole = l->frame.n;
		l->whole_pages = pages;
	}
	return 0;
}

/* By page, the newest first. */
static int by_page(const void *a, const void *b)
{
	const struct sqlite_frame *x = a, *y = b;

	if (x->page != y->page)
		return x->page < y->page ? -1 : 1;
	return x->offset > y->offset ? -1 : x->offset < y->offset;
}

int sqlite_log(struct op *op, struct sqlite *db, const struct at *log)
{
	struct log l = { .op = op, .at = log, .page = db->page };
	int rc = read_header(&l);
	char *room = rc == 0 ? op_new(op, char, FRAME + (size_t)db->page) : NULL;

	if (rc == 0 && !room)
		return op->code;
	for (uint64_t offset = HEADER; rc == 0; offset += FRAME + (uint64_t)db->page)
		rc = read_frame(&l, offset, room);
	if (rc < 0 || l.whole == 0)
		return rc < 0 ? rc : 0;
	qsort(l.frame.p, (size_t)l.whole, sizeof(*l.frame.p), by_page);
	ptrdiff_t n = 0;
	for (ptrdiff_t i = 0; i < l.whole; i++) {
		if (n == 0 || l.frame.p[n - 1].page != l.frame.p[i].page)
			l.frame.p[n++] = l.frame.p[i];
	}
	db->log = *log;
	db->frame = l.frame.p;
	db->frame_n = n;
	db->frame_page = room;
	uint64_t most = db->stored + (uint64_t)n; /* each page is in the file, or in the log */
	db->pages = l.whole_pages < most ? l.whole_pages : (uint32_t)most;
	return 0;
}
