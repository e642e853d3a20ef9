/*
 * In the byte order of the machine that wrote it.
 *
 *	meta      12 magic 0x061561 4   20 bytes of a page 4   24 encryption 1   25 kind 1 (8: hash)
 *	          32 last page 4
 *	page      8 own number 4   16 next page 4   20 entries 2   22 offset 2   25 kind 1
 *	          26 an offset for each entry 2, downwards from the page's end: key, value, key, value ...
 *	entry     1 (value follows, to the previous entry's offset)
 *	          3 (elsewhere)   zeros 3   first page 4   bytes 4
 *	overflow  the page's header, of which the offset at 22 is its bytes; bytes
 */
#include "bdb.h"

#include <string.h>

#include "base/limits.h"
#include "base/rd.h"

enum {
	MAGIC = 0x061561,
	META = 72,
	HEADER = 26,
	KIND_META = 8,
	KIND_HASH_UNSORTED = 2,
	KIND_OVERFLOW = 7,
	KIND_HASH = 13,
	ENTRY_HERE = 1,
	ENTRY_ELSEWHERE = 3,
};

struct head {
	uint32_t next;
	uint16_t entries, offset;
	uint8_t kind;
};

static int lies(struct op *op, const struct bdb *db, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad Berkeley DB: %s", STR_ARG(db->at.what), about);
}

int bdb_open(struct op *op, const struct at *at, struct bdb *ret)
{
	struct bdb db = { .at = *at, .next = 1 };
	char meta[META];

	if (at->size < sizeof(meta))
		return 1;
	int rc = at_read(op, at, 0, meta, sizeof(meta));
	if (rc < 0)
		return rc;
	struct rd r = { .in = { meta + 12, META - 12 } };
	uint32_t magic = rd_u32(&r);
	if (magic != MAGIC) {
		db.big = true;
		r = (struct rd){ .in = { meta + 12, META - 12 }, .big = true };
		magic = rd_u32(&r);
	}
	if (magic != MAGIC || meta[25] != KIND_META)
		return 1;
	rd_skip(&r, 4);
	db.page = rd_u32(&r);
	if (db.page < 512 || db.page > 65536 || (db.page & (db.page - 1)) != 0)
		return lies(op, &db, "size of its pages");
	if (meta[24])
		return lies(op, &db, "it is encrypted");
	rd_skip(&r, 8);
	uint64_t last = rd_u32(&r), there = at->size / db.page;
	db.pages = (uint32_t)(last + 1 < there ? last + 1 : there);
	if (last + 1 > there)
		return lies(op, &db, "it is cut short");
	if (!at->bytes.p) {
		db.held = op_new(op, char, (size_t)db.page * 2);
		if (!db.held)
			return op->code;
		db.chained = db.held + db.page;
	}
	*ret = db;
	return 0;
}

static int page(struct op *op, const struct bdb *db, uint32_t n, char *room, const char **ret)
{
	uint64_t offset = (uint64_t)n * db->page;

	if (n == 0 || n >= db->pages)
		return lies(op, db, "a page that it does not have");
	if (!room) {
		*ret = db->at.bytes.p + offset;
		return 0;
	}
	*ret = room;
	return at_read(op, &db->at, offset, room, db->page);
}

static struct head head_of(const struct bdb *db, const char *p)
{
	struct rd r = { .in = { p + 16, HEADER - 16 }, .big = db->big };
	struct head h;

	h.next = rd_u32(&r);
	h.entries = rd_u16(&r);
	h.offset = rd_u16(&r);
	rd_skip(&r, 1);
	h.kind = rd_u8(&r);
	return h;
}

/* Entry i of the page in hand: from its offset to that of the one before it. */
static int entry(struct op *op, const struct bdb *db, const char *p, uint32_t i, str *ret)
{
	struct rd r = { .in = { p + HEADER, db->page - HEADER }, .big = db->big };
	uint32_t end = db->page;

	if (i > 0) {
		rd_skip(&r, (uint64_t)(i - 1) * 2);
		end = rd_u16(&r);
	}
	uint32_t at = rd_u16(&r);
	if (r.bad || at < HEADER || at >= end || end > db->page)
		return lies(op, db, "an entry outside of its page");
	*ret = (str){ p + at, (ptrdiff_t)(end - at) };
	return 0;
}

static int room_for(struct op *op, struct bdb *db, size_t n)
{
	if (n <= db->payload_max)
		return 0;
	size_t max = n + n / 2;
	db->payload_max = 0;
	db->payload = op_new(op, char, max);
	if (!db->payload)
		return op->code;
	db->payload_max = max;
	return 0;
}

static int chain(struct op *op, struct bdb *db, uint32_t next, uint64_t n, str *ret)
{
	if (n > db->at.size)
		return lies(op, db, "a value larger than the file");
	if (n > LIMIT_DATABASE_ROW)
		return op_fail(op, ERR_LIMIT, "%.*s: a value of more than %d bytes",
			       STR_ARG(db->at.what), LIMIT_DATABASE_ROW);
	int rc = room_for(op, db, (size_t)n);
	if (rc < 0)
		return rc;
	for (uint64_t done = 0; done < n;) {
		const char *p = NULL;
		if (++db->visited > db->pages)
			return lies(op, db, "its pages go in a circle");
		if ((rc = page(op, db, next, db->chained, &p)) < 0)
			return rc;
		struct head h = head_of(db, p);
		if (h.kind != KIND_OVERFLOW || h.offset == 0 || h.offset > db->page - HEADER ||
		    h.offset > n - done)
			return lies(op, db, "a page that belongs to no value");
		memcpy(db->payload + done, p + HEADER, h.offset);
		done += h.offset;
		next = h.next;
	}
	*ret = (str){ db->payload, (ptrdiff_t)n };
	return 0;
}

/* The next page with entries; 0: there is none. */
static int next_page(struct op *op, struct bdb *db, const char **ret)
{
	while (db->next < db->pages) {
		uint32_t n = db->next++;
		int rc = page(op, db, n, db->held, ret);
		if (rc < 0)
			return rc;
		struct head h = head_of(db, *ret);
		if (h.kind != KIND_HASH && h.kind != KIND_HASH_UNSORTED)
			continue;
		if (h.entries % 2)
			return lies(op, db, "a key without a value");
		db->held_page = n;
		db->entry = 0;
		db->entries = h.entries;
		return 1;
	}
	return 0;
}

int bdb_next(struct op *op, struct bdb *db, str *ret_key, str *ret_value)
{
	const char *p = db->held;
	str key, value;
	int rc;

	if (!db->held && db->held_page)
		p = db->at.bytes.p + (uint64_t)db->held_page * db->page;
	while (db->entry >= db->entries) {
		if ((rc = next_page(op, db, &p)) <= 0)
			return rc;
	}
	if ((rc = entry(op, db, p, db->entry, &key)) < 0 ||
	    (rc = entry(op, db, p, db->entry + 1, &value)) < 0)
		return rc;
	db->entry += 2;
	if (value.p[0] == ENTRY_ELSEWHERE) {
		struct rd r = { .in = value, .big = db->big };
		rd_skip(&r, 4);
		uint32_t first = rd_u32(&r), n = rd_u32(&r);
		if (r.bad)
			return lies(op, db, "an entry is cut short");
		if ((rc = chain(op, db, first, n, &value)) < 0)
			return rc;
	} else if (value.p[0] == ENTRY_HERE) {
		value = str_from(value, 1);
	} else {
		return lies(op, db, "a value of several values");
	}
	*ret_key = key.p[0] == ENTRY_HERE ? str_from(key, 1) : S("");
	*ret_value = value;
	return 1;
}
