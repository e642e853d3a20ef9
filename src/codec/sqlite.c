/*
 * Big endian.
 *
 *	header    0 "SQLite format 3\0"   16 bytes of a page 2 (1: 65536)   20 reserved in each 1
 *	          56 encoding 4 (1: UTF-8)
 *	page      0 kind 1 (5: table, inner; 13: table, leaf)   3 cells 2   8 last child 4 (inner)
 *	          8/12 offset of each cell 2; of page 1 all stand 100 later, but offsets count from 0
 *	inner     child 4   greatest id varint
 *	leaf      bytes varint   id varint   as many of the bytes as fit   first overflow page 4
 *	overflow  next 4   bytes
 *	record    bytes of its header varint   a type varint for each column   values
 */
#include "sqlite.h"

#include <string.h>

#include "base/limits.h"
#include "base/rd.h"

enum {
	HEADER = 100,
	INNER = 5,
	LEAF = 13,
	WINDOW = 128 << 10,
};

static int lies(struct op *op, const struct sqlite *db, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad SQLite database: %s", STR_ARG(db->at.what),
		       about);
}

static uint32_t big16(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint32_t)b[0] << 8 | b[1];
}

static uint32_t big32(const char *p)
{
	return big16(p) << 16 | big16(p + 2);
}

/* Up to nine bytes, the ninth with all its bits. */
static uint64_t varint(struct rd *r)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++) {
		uint8_t b = rd_u8(r);
		v = v << 7 | (b & 0x7f);
		if (!(b & 0x80))
			return v;
	}
	return v << 8 | rd_u8(r);
}

int sqlite_open(struct op *op, const struct at *at, struct sqlite *ret)
{
	struct sqlite db = { .at = *at };
	char h[HEADER];

	if (at->size < sizeof(h))
		return 1;
	int rc = at_read(op, at, 0, h, sizeof(h));
	if (rc < 0)
		return rc;
	if (memcmp(h, "SQLite format 3", 16) != 0)
		return 1;
	db.page = big16(h + 16) == 1 ? 65536 : big16(h + 16);
	if (db.page < 512 || (db.page & (db.page - 1)) != 0)
		return lies(op, &db, "size of its pages");
	db.usable = db.page - (unsigned char)h[20];
	if (db.usable < 480)
		return lies(op, &db, "bytes that are reserved");
	if (big32(h + 56) > 1)
		return lies(op, &db, "its texts are not UTF-8");
	db.pages = at->size / db.page < UINT32_MAX ? (uint32_t)(at->size / db.page) : UINT32_MAX;
	db.stored = db.pages;
	db.window_max = db.page < WINDOW ? WINDOW / db.page : 1;
	if (db.window_max > db.pages)
		db.window_max = db.pages;
	if (!at->bytes.p) {
		db.window = op_new(op, char, (size_t)db.window_max *db.page);
		if (!db.window)
			return op->code;
	}
	*ret = db;
	return 0;
}

/* Page n out of the log; 1: it has none. */
static int logged_page(struct op *op, struct sqlite *db, uint32_t n, const char **ret)
{
	ptrdiff_t low = 0, high = db->frame_n;

	while (low < high) {
		ptrdiff_t middle = low + (high - low) / 2;
		if (db->frame[middle].page < n)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == db->frame_n || db->frame[low].page != n)
		return 1;
	*ret = db->frame_page;
	return at_read(op, &db->log, db->frame[low].offset, db->frame_page, db->page);
}

/* Page n (from 1), until the next call. */
static int page(struct op *op, struct sqlite *db, uint32_t n, const char **ret)
{
	int rc = n && n <= db->pages && db->frame_n ? logged_page(op, db, n, ret) : 1;

	if (rc <= 0)
		return rc;
	if (n == 0 || n > db->pages || n > db->stored)
		return lies(op, db, "a page that it does not have");
	uint64_t offset = (uint64_t)(n - 1) * db->page;
	if (!db->window) {
		*ret = db->at.bytes.p + offset;
		return 0;
	}
	if (n < db->window_first || n - db->window_first >= db->window_n) {
		uint32_t left = db->stored - n + 1;
		uint32_t count = left < db->window_max ? left : db->window_max;
		db->window_n = 0;
		rc = at_read(op, &db->at, offset, db->window, (size_t)count * db->page);
		if (rc < 0)
			return rc;
		db->window_first = n;
		db->window_n = count;
	}
	*ret = db->window + (size_t)(n - db->window_first) * db->page;
	return 0;
}

/* --- walking -----------------------------------------------------------------------------------
 */

int sqlite_rows(struct op *op, struct sqlite *db, const struct sqlite_table *table,
		struct sqlite_rows *ret)
{
	*ret = (struct sqlite_rows){ .db = db, .table = table, .depth = 1 };
	ret->stack[0].page = table->root;
	if (db->window || db->frame_n) {
		ret->leaf = op_new(op, char, db->page);
		if (!ret->leaf)
			return op->code;
	}
	return 0;
}

static int visit(struct op *op, struct sqlite_rows *r)
{
	return ++r->visited > r->db->pages ? lies(op, r->db, "its pages go in a circle") : 0;
}

/* The page on top of the stack; a copy, so that what overflows it can be read meanwhile. */
static int top(struct op *op, struct sqlite_rows *r, const char **ret)
{
	uint32_t n = r->stack[r->depth - 1].page;
	int rc;

	if (!r->leaf)
		return page(op, r->db, n, ret);
	if (r->held != n) {
		r->held = 0;
		const char *p;
		if ((rc = page(op, r->db, n, &p)) < 0)
			return rc;
		memcpy(r->leaf, p, r->db->page);
		r->held = n;
	}
	*ret = r->leaf;
	return 0;
}

/* The bytes of cell i of a page. */
static int cell(struct op *op, const struct sqlite_rows *r, const char *p, uint32_t base,
		uint32_t head, uint32_t i, struct rd *ret)
{
	uint32_t slot = base + head + i * 2;

	if (slot + 2 > r->db->usable)
		return lies(op, r->db, "more cells than a page holds");
	uint32_t at = big16(p + slot);
	if (at < base + head || at >= r->db->usable)
		return lies(op, r->db, "a cell outside of its page");
	*ret = (struct rd){ .in = { p + at, (ptrdiff_t)(r->db->usable - at) }, .big = true };
	return 0;
}

/* What a cell of n bytes in all has in its own page. */
static uint64_t local_bytes(const struct sqlite *db, uint64_t n)
{
	uint64_t u = db->usable, most = u - 35, least = (u - 12) * 32 / 255 - 23;

	if (n <= most)
		return n;
	uint64_t fit = least + (n - least) % (u - 4);
	return fit <= most ? fit : least;
}

/* n bytes, of which `local` are known, the rest in a chain of pages. */
static int overflow(struct op *op, struct sqlite_rows *r, str local, uint64_t n, uint32_t next,
		    str *ret)
{
	struct sqlite *db = r->db;

	if (n > (uint64_t)db->pages * db->page)
		return lies(op, db, "a row larger than the file");
	if (n > LIMIT_DATABASE_ROW)
		return op_fail(op, ERR_LIMIT, "%.*s: a row of more than %d bytes",
			       STR_ARG(db->at.what), LIMIT_DATABASE_ROW);
	if (n > r->payload_max) {
		size_t max = (size_t)n + (size_t)n / 2;
		r->payload_max = 0;
		r->payload = op_new(op, char, max);
		if (!r->payload)
			return op->code;
		r->payload_max = max;
	}
	memcpy(r->payload, local.p, (size_t)local.len);
	for (uint64_t done = (uint64_t)local.len; done < n;) {
		const char *p;
		int rc = visit(op, r);
		if (rc < 0 || (rc = page(op, db, next, &p)) < 0)
			return rc;
		uint64_t some = n - done < db->usable - 4 ? n - done : db->usable - 4;
		memcpy(r->payload + done, p + 4, (size_t)some);
		done += some;
		next = big32(p);
	}
	*ret = (str){ r->payload, (ptrdiff_t)n };
	return 0;
}

static int64_t signed_big(str s)
{
	uint64_t v = s.len && (s.p[0] & 0x80) ? UINT64_MAX : 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		v = v << 8 | (unsigned char)s.p[i];
	return (int64_t)v;
}

static struct sqlite_value value(struct rd *r, uint64_t type)
{
	static const uint8_t bytes[] = { 0, 1, 2, 3, 4, 6, 8, 8 };

	if (type >= 12)
		return (struct sqlite_value){ type % 2 ? SQLITE_TEXT : SQLITE_BLOB, 0,
					      rd_take(r, (type - 12) / 2) };
	if (type == 8 || type == 9)
		return (struct sqlite_value){ SQLITE_INTEGER, (int64_t)type - 8, S("") };
	if (type == 0 || type > 9)
		return (struct sqlite_value){ 0 };
	return (struct sqlite_value){ type == 7 ? SQLITE_REAL : SQLITE_INTEGER,
				      signed_big(rd_take(r, bytes[type])), S("") };
}

static int record(struct op *op, struct sqlite_rows *r, str bytes)
{
	struct rd whole = { .in = bytes, .big = true };
	uint64_t head = varint(&whole);
	ptrdiff_t past = bytes.len - whole.in.len;

	if (whole.bad || head > (uint64_t)bytes.len || head < (uint64_t)past)
		return lies(op, r->db, "the header of a row");
	struct rd types = { .in = { bytes.p + past, (ptrdiff_t)head - past }, .big = true };
	struct rd values = { .in = str_from(bytes, (ptrdiff_t)head), .big = true };
	int n = 0;
	for (; n < r->table->columns && types.in.len > 0; n++)
		r->row.value[n] = value(&values, varint(&types));
	if (types.bad || values.bad)
		return lies(op, r->db, "a row is cut short");
	for (; n < r->table->columns; n++)
		r->row.value[n] = (struct sqlite_value){ 0 };
	return 0;
}

static int leaf_row(struct op *op, struct sqlite_rows *r, struct rd c)
{
	uint64_t n = varint(&c);

	r->row.id = (int64_t)varint(&c);
	if (c.bad || n > (uint64_t)r->db->pages * r->db->page)
		return lies(op, r->db, "a row larger than the file");
	uint64_t local = local_bytes(r->db, n);
	str bytes = rd_take(&c, local);
	uint32_t next = local < n ? rd_u32(&c) : 0;
	if (c.bad)
		return lies(op, r->db, "a cell passes the end of its page");
	int rc = local < n ? overflow(op, r, bytes, n, next, &bytes) : 0;
	return rc < 0 ? rc : record(op, r, bytes);
}

static int down(struct op *op, struct sqlite_rows *r, uint32_t child)
{
	if (r->depth == SQLITE_DEPTH)
		return lies(op, r->db, "its pages are nested too deep");
	r->stack[r->depth].page = child;
	r->stack[r->depth++].next = 0;
	return 0;
}

int sqlite_next(struct op *op, struct sqlite_rows *r, const struct sqlite_row **ret)
{
	while (r->depth > 0) {
		uint32_t n = r->stack[r->depth - 1].page;
		uint32_t base = n == 1 ? HEADER : 0;
		uint32_t i = r->stack[r->depth - 1].next++;
		const char *p;
		struct rd c;
		int rc = i == 0 ? visit(op, r) : 0;
		if (rc < 0 || (rc = top(op, r, &p)) < 0)
			return rc;
		int kind = p[base];
		uint32_t cells = big16(p + base + 3);
		if (kind != INNER && kind != LEAF)
			return lies(op, r->db, "a page that belongs to no table");
		if (i > cells || (i == cells && kind == LEAF)) {
			r->depth--;
			continue;
		}
		if (i == cells) {
			if ((rc = down(op, r, big32(p + base + 8))) < 0)
				return rc;
			continue;
		}
		if ((rc = cell(op, r, p, base, kind == LEAF ? 8 : 12, i, &c)) < 0)
			return rc;
		if (kind == INNER) {
			uint32_t child = rd_u32(&c);
			if (c.bad)
				return lies(op, r->db, "a cell passes the end of its page");
			if ((rc = down(op, r, child)) < 0)
				return rc;
			continue;
		}
		if ((rc = leaf_row(op, r, c)) < 0)
			return rc;
		*ret = &r->row;
		return 1;
	}
	return 0;
}

str sqlite_text(const struct sqlite_row *row, int column)
{
	return column < 0 ? S("") : row->value[column].bytes;
}

int64_t sqlite_number(const struct sqlite_rows *r, const struct sqlite_row *row, int column)
{
	if (column >= 0 && column == r->table->id)
		return row->id;
	return column >= 0 && row->value[column].kind == SQLITE_INTEGER ? row->value[column].number
									: 0;
}
