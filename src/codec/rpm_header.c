/*
 * Big endian, all of it.
 *
 *	blob   entries 4   store bytes 4   entries of 16   store
 *	entry   0 tag 4    4 type 4    8 offset in the store 4    12 count 4
 *	file   lead of 96 (0 magic 4, 78 signature type 2)   8eade801 0 4   blob: signatures
 *	       zeros to a multiple of 8   8eade801 0 4   blob: the header   payload
 */
#include "rpm_header.h"

#include <string.h>

#include "at.h"
#include "base/limits.h"
#include "base/rd.h"

enum type {
	TYPE_CHAR = 1,
	TYPE_INT8 = 2,
	TYPE_INT16 = 3,
	TYPE_INT32 = 4,
	TYPE_INT64 = 5,
	TYPE_STRING = 6,
	TYPE_BIN = 7,
	TYPE_STRINGS = 8,
	TYPE_I18N = 9,
};

enum {
	ENTRY = 16,
	ENTRIES_MAX = 0xffff, /* rpm's own; packages have a hundred */
	LEAD = 96,
	MAGIC = 8,
};

enum kind { TEXT, TEXTS, NUMBERS, BYTES };

struct tag {
	uint32_t tag;
	enum kind kind;
	size_t offset; /* in struct rpm_header */
};

#define TAG(number, kind, field)                                 \
	{                                                        \
		number, kind, offsetof(struct rpm_header, field) \
	}

/* Sorted by tag. */
static const struct tag tags[] = {
	TAG(259, BYTES, pgp),
	TAG(262, BYTES, gpg),
	TAG(267, BYTES, dsa),
	TAG(268, BYTES, rsa),
	TAG(273, TEXT, sha256),
	TAG(278, TEXT, openpgp),
	TAG(1000, TEXT, name),
	TAG(1001, TEXT, version),
	TAG(1002, TEXT, release),
	TAG(1003, NUMBERS, epoch),
	TAG(1004, TEXT, summary),
	TAG(1005, TEXT, description),
	TAG(1006, NUMBERS, build_time),
	TAG(1007, TEXT, build_host),
	TAG(1008, NUMBERS, install_time),
	TAG(1009, NUMBERS, size),
	TAG(1010, TEXT, distribution),
	TAG(1011, TEXT, vendor),
	TAG(1014, TEXT, licence),
	TAG(1015, TEXT, packager),
	TAG(1016, TEXT, group),
	TAG(1020, TEXT, url),
	TAG(1021, TEXT, os),
	TAG(1022, TEXT, arch),
	TAG(1027, TEXTS, old_names),
	TAG(1029, NUMBERS, file_states),
	TAG(1030, NUMBERS, file_modes),
	TAG(1035, TEXTS, digests),
	TAG(1037, NUMBERS, file_flags),
	TAG(1044, TEXT, source_rpm),
	TAG(1045, NUMBERS, file_verify),
	TAG(1047, TEXTS, provides),
	TAG(1049, TEXTS, requires),
	TAG(1116, NUMBERS, dir_indexes),
	TAG(1117, TEXTS, base_names),
	TAG(1118, TEXTS, dir_names),
	TAG(5009, NUMBERS, long_size),
	TAG(5011, NUMBERS, digest_algo),
	TAG(5092, TEXT, payload_digest),
	TAG(5093, NUMBERS, payload_algo),
	TAG(5096, TEXT, modularity),
};

/* What a package file's signature header calls them, where that differs. */
static const struct tag signature_tags[] = {
	TAG(267, BYTES, dsa),    TAG(268, BYTES, rsa),  TAG(273, TEXT, sha256),
	TAG(278, TEXT, openpgp), TAG(1002, BYTES, pgp), TAG(1005, BYTES, gpg),
};

struct entry {
	uint32_t tag, type, offset, count;
};

static int lies(struct op *op, str what, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad rpm header: %s", STR_ARG(what), about);
}

static const struct tag *find(const struct tag *table, size_t n, uint32_t tag)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;
		if (table[middle].tag == tag)
			return &table[middle];
		if (table[middle].tag < tag)
			low = middle + 1;
		else
			n = middle;
	}
	return NULL;
}

static int width_of(uint32_t type)
{
	static const uint8_t width[] = { 0, 1, 1, 2, 4, 8 };

	return type < sizeof(width) ? width[type] : 0;
}

/* The value of an entry into its field; false for one that does not fit. */
static bool take(const struct entry *e, str store, enum kind kind, void *field)
{
	if (e->offset > (uint64_t)store.len)
		return false;
	str rest = str_from(store, (ptrdiff_t)e->offset);
	bool texts = e->type == TYPE_STRING || e->type == TYPE_STRINGS || e->type == TYPE_I18N;
	if (kind == NUMBERS) {
		int width = width_of(e->type);
		if (width == 0 || e->count > (uint64_t)rest.len / (unsigned)width)
			return false;
		*(struct rpm_numbers *)field =
			(struct rpm_numbers){ str_head(rest, (ptrdiff_t)e->count * width), e->count,
					      (uint8_t)width };
	} else if (kind == BYTES) {
		if (e->type != TYPE_BIN || e->count > (uint64_t)rest.len)
			return false;
		*(str *)field = str_head(rest, (ptrdiff_t)e->count);
	} else if (!texts || e->count > (uint64_t)rest.len) {
		return false;
	} else if (kind == TEXTS) {
		*(struct rpm_texts *)field = (struct rpm_texts){ rest, e->count };
	} else {
		ptrdiff_t end = str_find(rest, '\0');
		if (end < 0 || e->count == 0)
			return false;
		*(str *)field = str_head(rest, end);
	}
	return true;
}

static uint32_t big32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* All entries of a blob whose tags are in the table. */
static int read_blob(struct op *op, str what, str blob, const struct tag *table, size_t n,
		     struct rpm_header *ret)
{
	struct rd r = { .in = blob, .big = true };
	uint32_t entries = rd_u32(&r), bytes = rd_u32(&r);

	if (entries == 0 || entries > ENTRIES_MAX || bytes > LIMIT_RPM_HEADER)
		return lies(op, what, "number of its entries, or size");
	str index = rd_take(&r, (uint64_t)entries * ENTRY);
	str store = rd_take(&r, bytes);
	if (r.bad)
		return lies(op, what, "it is cut short");
	for (uint32_t i = 0; i < entries; i++) {
		const char *p = index.p + (size_t)i * ENTRY;
		struct entry e = { big32(p), big32(p + 4), big32(p + 8), big32(p + 12) };
		const struct tag *t = find(table, n, e.tag);
		if (t && !take(&e, store, t->kind, (char *)ret + t->offset))
			return op_fail(op, ERR_FORMAT, "%.*s: bad rpm header: tag %u",
				       STR_ARG(what), e.tag);
	}
	return 0;
}

int rpm_header_read(struct op *op, str what, str blob, struct rpm_header *ret)
{
	struct rpm_header h = { 0 };
	int rc = read_blob(op, what, blob, tags, sizeof(tags) / sizeof(tags[0]), &h);

	if (rc < 0)
		return rc;
	*ret = h;
	return 0;
}

bool rpm_text_next(struct rpm_texts *t, str *ret)
{
	ptrdiff_t end = t->n ? str_find(t->rest, '\0') : -1;

	if (end < 0) {
		t->n = 0;
		return false;
	}
	*ret = str_head(t->rest, end);
	t->rest = str_from(t->rest, end + 1);
	t->n--;
	return true;
}

uint64_t rpm_number(const struct rpm_numbers *n, uint32_t i)
{
	if (i >= n->n)
		return 0;
	const char *p = n->bytes.p + (size_t)i * n->width;
	switch (n->width) {
	case 1:
		return (unsigned char)*p;
	case 2:
		return (uint64_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
	case 4:
		return big32(p);
	default:
		return (uint64_t)big32(p) << 32 | big32(p + 4);
	}
}

bool rpm_source(str source_rpm, str *ret_name, str *ret_evr)
{
	static const str ends[] = { S_INIT(".src.rpm"), S_INIT(".nosrc.rpm") };
	str s = source_rpm;

	for (int i = 0; i < 2 && s.len == source_rpm.len; i++) {
		if (str_ends(s, ends[i]))
			s = str_head(s, s.len - ends[i].len);
	}
	ptrdiff_t release = str_rfind(s, '-');
	ptrdiff_t version = release > 0 ? str_rfind(str_head(s, release), '-') : -1;
	if (s.len == source_rpm.len || version <= 0 || release == version + 1 ||
	    release == s.len - 1)
		return false;
	*ret_name = str_head(s, version);
	*ret_evr = str_from(s, version + 1);
	return true;
}

/* --- package files -----------------------------------------------------------------------------
 */

/* The blob behind the magic at *offset, and where it ends. */
static int file_blob(struct op *op, const struct at *a, uint64_t *offset, str *ret)
{
	static const char magic[] = "\x8e\xad\xe8\x01";
	char head[MAGIC + 8];
	int rc = at_read(op, a, *offset, head, sizeof(head));

	if (rc < 0)
		return rc;
	if (memcmp(head, magic, 4) != 0)
		return lies(op, a->what, "magic");
	struct rd r = { .in = { head + MAGIC, 8 }, .big = true };
	uint32_t entries = rd_u32(&r), bytes = rd_u32(&r);
	if (entries > ENTRIES_MAX || bytes > LIMIT_RPM_HEADER)
		return lies(op, a->what, "number of its entries, or size");
	uint64_t n = 8 + (uint64_t)entries * ENTRY + bytes;
	if ((rc = at_view(op, a, *offset + MAGIC, n, ret)) < 0)
		return rc;
	*offset += MAGIC + n;
	return 0;
}

int rpm_file_header(struct op *op, const struct at *a, struct rpm_header *ret)
{
	struct rpm_header h = { 0 };
	uint64_t offset = LEAD;
	char lead[4];
	str blob;

	if (a->size < LEAD)
		return 1;
	int rc = at_read(op, a, 0, lead, sizeof(lead));
	if (rc < 0)
		return rc;
	if (memcmp(lead, "\xed\xab\xee\xdb", 4) != 0)
		return 1;
	if ((rc = file_blob(op, a, &offset, &blob)) < 0 ||
	    (rc = read_blob(op, a->what, blob, signature_tags,
			    sizeof(signature_tags) / sizeof(signature_tags[0]), &h)) < 0)
		return rc;
	offset = (offset + 7) / 8 * 8;
	if ((rc = file_blob(op, a, &offset, &blob)) < 0 ||
	    (rc = read_blob(op, a->what, blob, tags, sizeof(tags) / sizeof(tags[0]), &h)) < 0)
		return rc;
	*ret = h;
	return 0;
}
