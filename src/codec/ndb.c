/*
 * Little endian.
 *
 *	header  "RpmP"   version 4   generation 4   pages of slots 4   next package 4   zeros 12
 *	slot    "Slot"   package 4 (0: free)   offset 4, in blocks of 16   blocks 4
 *	        the first pages, of 4096, are slots, but that the header takes the place of two
 *	value   "BlbS"   package 4   generation 4   bytes 4   bytes, and zeros to a block
 *	        checksum 4   bytes 4   "BlbE"
 */
#include "ndb.h"

#include "base/limits.h"
#include "base/rd.h"

enum {
	PAGE = 4096,
	SLOT = 16,
	BLOCK = 16,
	HEAD = 16,
	TAIL = 12,
	SLOTS_A_PAGE = PAGE / SLOT,
	FIRST = 2,
	VERSION = 0,
	PAGES_MAX = 2048, /* half a million packages */
};

static int lies(struct op *op, const struct ndb *db, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad rpm database: %s", STR_ARG(db->at.what), about);
}

int ndb_open(struct op *op, const struct at *at, struct ndb *ret)
{
	struct ndb db = { .at = *at, .next = FIRST };
	char head[32];

	if (at->size < sizeof(head))
		return 1;
	int rc = at_read(op, at, 0, head, sizeof(head));
	if (rc < 0)
		return rc;
	struct rd r = { .in = { head, sizeof(head) } };
	if (!str_eq(rd_take(&r, 4), S("RpmP")))
		return 1;
	if (rd_u32(&r) != VERSION)
		return lies(op, &db, "a version that is not known");
	rd_skip(&r, 4);
	uint32_t pages = rd_u32(&r);
	if (pages == 0 || pages > PAGES_MAX || (uint64_t)pages * PAGE > at->size)
		return lies(op, &db, "number of its pages");
	db.slots = (uint64_t)pages * SLOTS_A_PAGE;
	if (!at->bytes.p) {
		db.held = op_new(op, char, PAGE);
		if (!db.held)
			return op->code;
	}
	*ret = db;
	return 0;
}

static int slot(struct op *op, struct ndb *db, uint64_t n, struct rd *ret)
{
	uint64_t number = n / SLOTS_A_PAGE;
	const char *p = db->held;

	if (!p) {
		p = db->at.bytes.p + number * PAGE;
	} else if (db->held_page != number + 1) {
		db->held_page = 0;
		int rc = at_read(op, &db->at, number * PAGE, db->held, PAGE);
		if (rc < 0)
			return rc;
		db->held_page = number + 1;
	}
	*ret = (struct rd){ .in = { p + n % SLOTS_A_PAGE * SLOT, SLOT } };
	return 0;
}

/* All blocks of a value. */
static int blocks(struct op *op, struct ndb *db, uint64_t offset, uint64_t n, str *ret)
{
	if (offset > db->at.size || n > db->at.size - offset)
		return lies(op, db, "a package outside of the file");
	db->used += n;
	if (db->used > db->at.size)
		return lies(op, db, "packages in the same place");
	if (n > LIMIT_DATABASE_ROW)
		return op_fail(op, ERR_LIMIT, "%.*s: a package of more than %d bytes",
			       STR_ARG(db->at.what), LIMIT_DATABASE_ROW);
	if (db->at.bytes.p) {
		*ret = (str){ db->at.bytes.p + offset, (ptrdiff_t)n };
		return 0;
	}
	if (n > db->payload_max) {
		db->payload_max = 0;
		db->payload = op_new(op, char, n + n / 2);
		if (!db->payload)
			return op->code;
		db->payload_max = (size_t)(n + n / 2);
	}
	*ret = (str){ db->payload, (ptrdiff_t)n };
	return at_read(op, &db->at, offset, db->payload, (size_t)n);
}

static int value(struct op *op, struct ndb *db, uint32_t number, uint64_t offset, uint64_t n,
		 str *ret)
{
	str all;
	int rc = blocks(op, db, offset * BLOCK, n * BLOCK, &all);

	if (rc < 0)
		return rc;
	struct rd r = { .in = all };
	bool good = str_eq(rd_take(&r, 4), S("BlbS")) && rd_u32(&r) == number;
	rd_skip(&r, 4);
	uint32_t bytes = rd_u32(&r);
	str got = rd_take(&r, bytes);
	if (!good || r.bad || r.in.len < TAIL || !str_ends(all, S("BlbE")))
		return lies(op, db, "a package that is damaged");
	*ret = got;
	return 0;
}

int ndb_next(struct op *op, struct ndb *db, uint32_t *ret_number, str *ret)
{
	while (db->next < db->slots) {
		struct rd r;
		int rc = slot(op, db, db->next++, &r);
		if (rc < 0)
			return rc;
		if (!str_eq(rd_take(&r, 4), S("Slot")))
			return lies(op, db, "a slot that is damaged");
		uint32_t number = rd_u32(&r), offset = rd_u32(&r), n = rd_u32(&r);
		if (number == 0)
			continue;
		if ((rc = value(op, db, number, offset, n, ret)) < 0)
			return rc;
		*ret_number = number;
		return 1;
	}
	return 0;
}
