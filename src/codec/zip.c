/*
 *	[perhaps bytes of something else: a script, a program]
 *	[local header, name, extra, data, perhaps a descriptor] ...
 *	central directory: a record for each entry, with the offset of its local header
 *	zip64 end record and its locator, where a number is too large
 *	end record: 22 bytes and a comment, which reaches to the end of the file
 *
 * 1. at is the next record in directory that zip_next() tells; entries are told in its order.
 * 2. From zip_next() or zip_begin() on, in_left bytes at in_at are compressed data not yet read,
 *    out_left bytes are content not yet given.
 * 3. All memory is taken by zip_open(), but for what zip_content() gives.
 * 4. Offsets in records count from base: the bytes before the archive, 0 unless it is ZIP_ANY.
 * 5. Of a ZIP_ANY archive nothing was checked but that the directory lies within it: each record
 *    is when it is met, each entry when it is read.
 */
#include "zip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/limits.h"

enum {
	WINDOW = 128 << 10,
	END_SIZE = 22,
	END64_SIZE = 56,
	LOCATOR_SIZE = 20,
	LOCAL_SIZE = 30,
	RECORD_SIZE = 46,
	COMMENT_MAX = 65535,
	TAIL_USUAL = 1 << 10, /* bytes at the end that nearly always hold the end record */
	RATIO_SLACK = 1 << 20,

	SIGN_LOCAL = 0x04034b50,
	SIGN_RECORD = 0x02014b50,
	SIGN_END = 0x06054b50,
	SIGN_END64 = 0x06064b50,
	SIGN_LOCATOR = 0x07064b50,

	FLAGS_REFUSED = 0x2041, /* encrypted, strongly, or with a masked directory */
	METHOD_STORED = 0,
	METHOD_DEFLATED = 8,
	EXTRA_ZIP64 = 0x0001,
	EXTRA_TIME = 0x5455,
	HOST_UNIX = 3,
	HOST_DARWIN = 19,
};

struct record { /* of the central directory */
	uint8_t host;
	uint16_t flags, method;
	uint32_t dos_time, crc, attributes;
	uint64_t packed, size, offset;
	str name, extra;
};

struct extent {
	uint64_t from, to;
};

struct zip_machine {
	struct inflate_state inflate;
	unsigned char window[WINDOW];
	char path[LIMIT_PATH], link[LIMIT_PATH];
};

struct zip {
	const struct at *in;
	str what;
	bool any;
	uint64_t size, directory_at, base;
	str directory; /* all records */
	struct rd at;
	uint64_t entries, told;
	uint64_t budget; /* bytes that may still come out */
	struct record now;
	uint64_t in_at, in_left, out_left;
	uint32_t crc;
	bool ended; /* the deflate data has */
	struct zip_machine *machine;
};

static int refuse(struct op *op, const struct zip *z, const char *why)
{
	return op_fail(op, ERR_FORMAT, "%.*s: %s", STR_ARG(z->what), why);
}

static int refuse_entry(struct op *op, const struct zip *z, const char *why)
{
	return op_fail(op, ERR_FORMAT, "%.*s: %.*s %s", STR_ARG(z->what), STR_ARG(z->now.name),
		       why);
}

/* The end records */

struct end {
	uint64_t entries, size, offset;
	uint64_t at; /* where the directory must end */
};

/* n bytes at offset `at` as a cursor; the archive must have them. */
static int read_at(struct op *op, const struct zip *z, uint64_t at, size_t n, char *to,
		   struct rd *ret)
{
	if (at > z->size || n > z->size - at)
		return refuse(op, z, "a record of the zip archive is outside of it");
	*ret = (struct rd){ .in = { to, (ptrdiff_t)n } };
	return at_read(op, z->in, at, to, n);
}

static bool parse_end64(struct rd r, struct end *end, uint64_t *ret_size)
{
	bool good = rd_u32(&r) == SIGN_END64;

	*ret_size = rd_u64(&r);
	rd_skip(&r, 4);
	good &= rd_u32(&r) == 0 && rd_u32(&r) == 0; /* disks */
	end->entries = rd_u64(&r);
	good &= rd_u64(&r) == end->entries;
	end->size = rd_u64(&r);
	end->offset = rd_u64(&r);
	return good && !r.bad;
}

static int read_end64(struct op *op, const struct zip *z, struct end *end)
{
	char bytes[END64_SIZE];
	uint64_t size;
	struct rd r;

	if (end->at < LOCATOR_SIZE)
		return refuse(op, z, "the zip64 locator is missing");
	uint64_t locator = end->at - LOCATOR_SIZE;
	int rc = read_at(op, z, locator, LOCATOR_SIZE, bytes, &r);
	if (rc < 0)
		return rc;
	bool good = rd_u32(&r) == SIGN_LOCATOR && rd_u32(&r) == 0;
	uint64_t at = rd_u64(&r);
	if (!good || rd_u32(&r) > 1)
		return refuse(op, z, "the zip64 locator is missing");
	if (z->any && locator >= END64_SIZE) /* bytes before the archive may have moved it */
		at = locator - END64_SIZE;
	if ((rc = read_at(op, z, at, END64_SIZE, bytes, &r)) < 0)
		return rc;
	if (!parse_end64(r, end, &size) || size > z->size || at + 12 + size != locator)
		return refuse(op, z, "bad zip64 end record");
	end->at = at;
	return 0;
}

/* The end record at the front of r, which `behind` bytes follow: 1, or 0 if it is none. */
static int parse_end(struct op *op, const struct zip *z, struct rd r, size_t behind,
		     struct end *ret)
{
	if (rd_u32(&r) != SIGN_END)
		return 0;
	bool one = rd_u16(&r) == 0 && rd_u16(&r) == 0;
	uint16_t here = rd_u16(&r), all = rd_u16(&r);
	ret->entries = all;
	ret->size = rd_u32(&r);
	ret->offset = rd_u32(&r);
	size_t comment = rd_u16(&r);
	if (z->any ? comment > behind : comment != behind)
		return 0;
	bool large = all == UINT16_MAX || ret->size == UINT32_MAX || ret->offset == UINT32_MAX;
	if (z->any && !large && (ret->size > ret->at || ret->offset > ret->at - ret->size))
		return 0; /* four bytes of a comment, or of what was put behind the archive */
	if (!one || here != all)
		return refuse(op, z, "a zip archive of several disks");
	return 1;
}

static int find_end(struct op *op, const struct zip *z, char *tail, size_t n, struct end *ret)
{
	struct rd r;
	int rc = read_at(op, z, z->size - n, n, tail, &r);

	for (size_t behind = 0; rc == 0 && behind + END_SIZE <= n; behind++) {
		size_t at = n - END_SIZE - behind;
		*ret = (struct end){ .at = z->size - n + at };
		r = (struct rd){ .in = { tail + at, END_SIZE } };
		rc = parse_end(op, z, r, behind, ret);
	}
	return rc;
}

static int read_end(struct op *op, const struct zip *z, char *tail, struct end *ret)
{
	size_t usual = z->size < TAIL_USUAL ? (size_t)z->size : TAIL_USUAL;
	size_t n = z->size < END_SIZE + COMMENT_MAX ? (size_t)z->size : END_SIZE + COMMENT_MAX;
	int rc = find_end(op, z, tail, usual, ret);

	if (rc == 0 && n > usual)
		rc = find_end(op, z, tail, n, ret);
	if (rc == 0)
		return refuse(op, z, "no end record of a zip archive, or bytes behind it");
	bool large =
		ret->entries == UINT16_MAX || ret->size == UINT32_MAX || ret->offset == UINT32_MAX;
	if (rc < 0 || !large)
		return rc < 0 ? rc : 0;
	struct end small = *ret;
	if ((rc = read_end64(op, z, ret)) == 0 || !z->any || rc != ERR_FORMAT ||
	    small.size > small.at)
		return rc;
	op_forgive(op); /* 65,535 entries can be just that */
	*ret = small;
	return 0;
}

/* The records */

/* Numbers that do not fit are in the zip64 field, in this order. */
static bool read_zip64(struct record *r)
{
	struct rd in = { .in = r->extra };
	uint64_t *large[] = { &r->size, &r->packed, &r->offset };
	bool need = false;

	for (size_t i = 0; i < 3; i++)
		need |= *large[i] == UINT32_MAX;
	while (need && !in.bad && in.in.len >= 4) {
		uint16_t id = rd_u16(&in);
		struct rd field = { .in = rd_take(&in, rd_u16(&in)) };
		if (id != EXTRA_ZIP64)
			continue;
		for (size_t i = 0; i < 3; i++)
			if (*large[i] == UINT32_MAX)
				*large[i] = rd_u64(&field);
		return !in.bad && !field.bad;
	}
	return !need;
}

static uint16_t get16(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint16_t)(u[0] | u[1] << 8);
}

static uint32_t get32(const char *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

/* False at the end of the directory, or for what is no record: then r->name.p is NULL. There are
 * tens of thousands of them in a large archive: one look at the length is enough for all that is
 * fixed. */
static bool read_record(struct rd *in, struct record *r)
{
	const char *p = in->in.p;

	*r = (struct record){ .host = 0 };
	if (in->in.len < RECORD_SIZE || get32(p) != SIGN_RECORD)
		return false;
	r->host = (uint8_t)p[5];
	r->flags = get16(p + 8);
	r->method = get16(p + 10);
	r->dos_time = get32(p + 12);
	r->crc = get32(p + 16);
	r->packed = get32(p + 20);
	r->size = get32(p + 24);
	ptrdiff_t name = get16(p + 28), extra = get16(p + 30), comment = get16(p + 32);
	r->attributes = get32(p + 38);
	r->offset = get32(p + 42);
	if (get16(p + 34) != 0 || in->in.len - RECORD_SIZE < name + extra + comment)
		return false; /* of another disk, or cut */
	r->name = (str){ p + RECORD_SIZE, name };
	r->extra = (str){ r->name.p + name, extra };
	in->in.p += RECORD_SIZE + name + extra + comment;
	in->in.len -= RECORD_SIZE + name + extra + comment;
	return read_zip64(r);
}

static int by_from(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Every entry's header and data lie before the directory and are its own. */
static int check_extents(struct op *op, struct zip *z)
{
	struct op_mark mark = op_mark(op);
	struct extent *e = op_new(op, struct extent, z->entries);
	struct rd in = { .in = z->directory };
	uint64_t n = 0, total = 0;

	if (!e)
		return op->code;
	for (struct record r; n < z->entries; n++) {
		if (!read_record(&in, &r))
			return refuse(op, z, "bad record in the directory of the zip archive");
		e[n].from = r.offset;
		if (r.offset > z->directory_at || r.packed > z->directory_at - r.offset ||
		    __builtin_add_overflow(r.offset, LOCAL_SIZE + r.packed, &e[n].to) ||
		    __builtin_add_overflow(total, r.size, &total))
			return refuse(op, z, "an entry of the zip archive is outside of it");
	}
	if (in.in.len > 0)
		return refuse(op, z, "bytes behind the directory of the zip archive");
	if (total > z->budget)
		return op_fail(op, ERR_LIMIT, "%.*s unpacks to more than %llu bytes",
			       STR_ARG(z->what), (unsigned long long)z->budget);
	if (n > 1)
		qsort(e, n, sizeof(*e), by_from);
	for (uint64_t i = 0; i < n; i++)
		if (e[i].to > (i + 1 < n ? e[i + 1].from : z->directory_at))
			return refuse(op, z, "entries of the zip archive overlap");
	if (n && e[0].from != 0)
		return refuse(op, z, "bytes before the first entry of the zip archive");
	op_reset(op, mark);
	return 0;
}

static int read_directory(struct op *op, struct zip *z)
{
	struct op_mark mark = op_mark(op);
	char *tail = op_new(op, char, END_SIZE + COMMENT_MAX);
	struct end end = { .at = 0 };
	int rc = tail ? read_end(op, z, tail, &end) : op->code;

	if (rc < 0)
		return rc;
	op_reset(op, mark);
	if (end.size > end.at || end.offset > end.at - end.size ||
	    (!z->any && end.offset != end.at - end.size))
		return refuse(op, z, "the directory of the zip archive is not where it should be");
	z->base = end.at - end.size - end.offset;
	end.offset += z->base;
	if (end.entries > LIMIT_ENTRIES || end.size > LIMIT_PATH_BYTES)
		return op_fail(op, ERR_LIMIT, "%.*s has more than %d entries or %d bytes of them",
			       STR_ARG(z->what), LIMIT_ENTRIES, LIMIT_PATH_BYTES);
	if (!z->any && end.entries > end.size / RECORD_SIZE)
		return refuse(op, z, "the directory of the zip archive is cut");
	if ((rc = at_view(op, z->in, end.offset, end.size, &z->directory)) < 0)
		return rc;
	z->directory_at = end.offset;
	z->entries = end.entries;
	z->at = (struct rd){ .in = z->directory };
	return z->any ? 0 : check_extents(op, z);
}

int zip_machine_make(struct op *op, struct zip_machine **ret)
{
	struct zip_machine *m = op_new(op, struct zip_machine, 1);

	if (!m)
		return op->code;
	*ret = m;
	return 0;
}

int zip_open(struct op *op, const struct at *in, const struct zip_wish *wish, struct zip **ret)
{
	struct zip *z = op_new(op, struct zip, 1);
	uint64_t most;
	int rc = 0;

	if (!z)
		return op->code;
	z->in = in;
	z->what = in->what;
	z->size = in->size;
	z->any = wish->trust == ZIP_ANY;
	z->machine = wish->machine;
	if (__builtin_mul_overflow(z->size, (uint64_t)LIMIT_RATIO, &most) ||
	    __builtin_add_overflow(most, (uint64_t)RATIO_SLACK, &most))
		most = UINT64_MAX;
	z->budget = wish->max_out < most ? wish->max_out : most;
	if (!z->machine && (rc = zip_machine_make(op, &z->machine)) < 0)
		return rc;
	if ((rc = read_directory(op, z)) == 0)
		*ret = z;
	return rc;
}

/* One entry */

/* Seconds by Info-ZIP's field, else MS-DOS' date as if it were UTC. */
static int64_t time_of(const struct record *r)
{
	struct rd in = { .in = r->extra };
	uint32_t d = r->dos_time;
	struct tm tm = { .tm_sec = (int)(d & 31) * 2,
			 .tm_min = (int)(d >> 5 & 63),
			 .tm_hour = (int)(d >> 11 & 31),
			 .tm_mday = (int)(d >> 16 & 31),
			 .tm_mon = (int)(d >> 21 & 15) - 1,
			 .tm_year = (int)(d >> 25) + 80 };

	while (!in.bad && in.in.len >= 4) {
		uint16_t id = rd_u16(&in);
		struct rd field = { .in = rd_take(&in, rd_u16(&in)) };
		bool modified = id == EXTRA_TIME && rd_u8(&field) & 1;
		int32_t seconds = (int32_t)rd_u32(&field);
		if (modified && !field.bad && seconds >= 0)
			return seconds;
	}
	int64_t t = timegm(&tm);
	return t < 0 ? 0 : t;
}

static int entry_type(struct op *op, const struct zip *z, struct tar_entry *e)
{
	const struct record *r = &z->now;
	bool slash = str_ends(r->name, S("/"));
	uint32_t mode = r->host == HOST_UNIX || r->host == HOST_DARWIN ? r->attributes >> 16 : 0;

	e->type = slash ? TAR_DIRECTORY : TAR_FILE;
	if (S_ISLNK(mode) && !slash)
		e->type = TAR_SYMLINK;
	else if ((mode & S_IFMT) && !S_ISREG(mode) && !S_ISDIR(mode))
		e->type = TAR_OTHER;
	else if ((mode & S_IFMT) && S_ISDIR(mode) != slash)
		return refuse_entry(op, z, "is a directory by its mode or by its name only");
	e->mode = mode & 07777;
	if (!e->mode)
		e->mode = slash ? 0755 : 0644;
	if (slash && (r->size || r->packed > 2)) /* an empty deflate stream is two bytes */
		return refuse_entry(op, z, "is a directory with content");
	return 0;
}

/* The entry's own header must say the same; what counts of it is where the data begin. */
static int read_local(struct op *op, struct zip *z)
{
	struct record *now = &z->now;
	char bytes[LOCAL_SIZE + LIMIT_PATH];
	struct rd r;
	uint64_t at;

	if (__builtin_add_overflow(now->offset, z->base, &at))
		return refuse_entry(op, z, "is outside of the zip archive");
	int rc = read_at(op, z, at, LOCAL_SIZE, bytes, &r);
	if (rc < 0)
		return rc;
	bool good = rd_u32(&r) == SIGN_LOCAL;
	rd_skip(&r, 4);
	good &= rd_u16(&r) == now->method;
	rd_skip(&r, 16);
	uint16_t name = rd_u16(&r), extra = rd_u16(&r);
	if (!good || (!z->any && name != now->name.len))
		return refuse_entry(op, z, "has a header that the directory contradicts");
	if (!z->any && (rc = read_at(op, z, at + LOCAL_SIZE, name, bytes, &r)) < 0)
		return rc;
	if (!z->any && !str_eq(r.in, now->name))
		return refuse_entry(op, z, "has a header that the directory contradicts");
	z->in_at = at + LOCAL_SIZE + name + extra;
	z->in_left = now->packed;
	if (z->in_at > z->directory_at || z->in_left > z->directory_at - z->in_at)
		return refuse_entry(op, z, "reaches into the directory of the zip archive");
	return 0;
}

static int begin_entry(struct op *op, struct zip *z)
{
	const struct record *r = &z->now;

	if (r->flags & FLAGS_REFUSED)
		return refuse_entry(op, z, "is encrypted");
	if (r->method != METHOD_STORED && r->method != METHOD_DEFLATED)
		return op_fail(op, ERR_FORMAT,
			       "%.*s: %.*s is compressed by method %u; known: stored, deflate",
			       STR_ARG(z->what), STR_ARG(r->name), r->method);
	if (r->method == METHOD_STORED && r->packed != r->size)
		return refuse_entry(op, z, "is stored with two sizes");
	int rc = read_local(op, z);
	z->out_left = r->size;
	z->crc = 0;
	z->ended = r->method == METHOD_STORED;
	isal_inflate_init(&z->machine->inflate);
	z->machine->inflate.crc_flag = ISAL_DEFLATE;
	return rc;
}

static int read_link(struct op *op, struct zip *z, str *ret)
{
	size_t n, have = 0;

	char *link = z->machine->link;

	if (z->now.size >= LIMIT_PATH)
		return refuse_entry(op, z, "is a symlink with an overlong target");
	do {
		int rc = zip_read(op, z, link + have, LIMIT_PATH - have, &n);
		if (rc < 0)
			return rc;
		have += n;
	} while (n > 0);
	*ret = (str){ link, (ptrdiff_t)have };
	return 0;
}

int zip_next(struct op *op, struct zip *z, struct tar_entry *ret)
{
	struct tar_entry e = { .mode = 0 };

	if (z->told == z->entries)
		return 0;
	if (!read_record(&z->at, &z->now)) /* it was read once by zip_open() */
		return refuse(op, z, "bad record in the directory of the zip archive");
	z->told++;
	if (str_find(z->now.name, '\\') >= 0 || z->now.name.len >= LIMIT_PATH ||
	    !tar_clean(z->now.name, z->machine->path, &e.path) || e.path.len == 0)
		return refuse_entry(op, z, "is no name of an entry");
	int rc = entry_type(op, z, &e);
	if (rc < 0 || (rc = begin_entry(op, z)) < 0)
		return rc;
	e.mtime = time_of(&z->now);
	e.size = e.type == TAR_FILE ? z->now.size : 0;
	if (e.type == TAR_SYMLINK && (rc = read_link(op, z, &e.link)) < 0)
		return rc;
	*ret = e;
	return 1;
}

/* At the end of the content: all of the data was needed, and it is what was packed. */
static int check_end(struct op *op, struct zip *z)
{
	uint64_t over = z->in_left;

	if (z->now.method == METHOD_DEFLATED)
		over += z->machine->inflate.avail_in +
			(uint64_t)(z->machine->inflate.read_in_length / 8);
	if (over)
		return refuse_entry(op, z, "has data behind its end");
	return z->crc == z->now.crc ? 0 : refuse_entry(op, z, "has another CRC than it should");
}

static int read_stored(struct op *op, struct zip *z, char *to, size_t n, size_t *ret_n)
{
	*ret_n = z->in_left < n ? (size_t)z->in_left : n;
	int rc = at_read(op, z->in, z->in_at, to, *ret_n);
	z->in_at += *ret_n;
	z->in_left -= *ret_n;
	return rc;
}

static int fill(struct op *op, struct zip *z)
{
	size_t n = z->in_left < WINDOW ? (size_t)z->in_left : WINDOW;
	int rc = at_read(op, z->in, z->in_at, z->machine->window, n);

	z->in_at += n;
	z->in_left -= n;
	z->machine->inflate.next_in = z->machine->window;
	z->machine->inflate.avail_in = (uint32_t)n;
	return rc;
}

static int read_deflated(struct op *op, struct zip *z, char *to, size_t n, size_t *ret_n)
{
	struct inflate_state *s = &z->machine->inflate;
	uint32_t room = n > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)n;

	for (*ret_n = 0; !z->ended && *ret_n == 0;) {
		int rc = s->avail_in == 0 && z->in_left ? fill(op, z) : 0;
		if (rc < 0)
			return rc;
		uint32_t before = s->avail_in;
		s->next_out = (uint8_t *)to;
		s->avail_out = room;
		if (isal_inflate(s) < 0)
			return refuse_entry(op, z, "has corrupt deflate data");
		*ret_n = room - s->avail_out;
		z->ended = s->block_state == ISAL_BLOCK_FINISH;
		if (!z->ended && *ret_n == 0 && s->avail_in == before && !z->in_left)
			return refuse_entry(op, z, "has deflate data that is cut");
	}
	return 0;
}

int zip_read(struct op *op, struct zip *z, void *to, size_t n, size_t *ret_n)
{
	size_t got = 0;
	char over;
	int rc;

	if (n > 0 && z->out_left) {
		if (n > z->out_left)
			n = (size_t)z->out_left;
		rc = z->now.method == METHOD_STORED ? read_stored(op, z, to, n, &got)
						    : read_deflated(op, z, to, n, &got);
		if (rc < 0)
			return rc;
		if (got == 0)
			return refuse_entry(op, z, "is shorter than the directory says");
		z->crc = crc32_gzip_refl(z->crc, to, got);
		z->out_left -= got;
		*ret_n = got;
		return 0;
	}
	*ret_n = 0;
	if (z->now.method == METHOD_DEFLATED && n > 0) {
		if ((rc = read_deflated(op, z, &over, 1, &got)) < 0)
			return rc;
		if (got)
			return refuse_entry(op, z, "is longer than the directory says");
	}
	return n > 0 ? check_end(op, z) : 0;
}

/* Any entry */

void zip_list(const struct zip *z, struct zip_list *ret)
{
	*ret = (struct zip_list){ .at = { .in = z->directory } };
}

int zip_list_next(struct op *op, const struct zip *z, struct zip_list *list, struct zip_entry *ret)
{
	struct record r;

	if (list->at.in.len == 0)
		return 0;
	if (!read_record(&list->at, &r))
		return refuse(op, z, "bad record in the directory of the zip archive");
	*ret = (struct zip_entry){ .name = r.name,
				   .size = r.size,
				   .packed = r.packed,
				   .offset = r.offset,
				   .crc = r.crc,
				   .flags = r.flags,
				   .method = r.method };
	return 1;
}

int zip_begin(struct op *op, struct zip *z, const struct zip_entry *e)
{
	z->now = (struct record){ .name = e->name,
				  .size = e->size,
				  .packed = e->packed,
				  .offset = e->offset,
				  .crc = e->crc,
				  .flags = e->flags,
				  .method = e->method };
	if (e->packed > z->size || e->size / LIMIT_RATIO > e->packed + RATIO_SLACK / LIMIT_RATIO)
		return op_fail(op, ERR_LIMIT, "%.*s: %.*s unpacks to more than %d times its size",
			       STR_ARG(z->what), STR_ARG(e->name), LIMIT_RATIO);
	return begin_entry(op, z);
}

int zip_content(struct op *op, struct zip *z, const struct zip_entry *e, size_t max, str *ret)
{
	size_t n = 1, have = 0;

	if (e->size > max)
		return op_fail(op, ERR_LIMIT, "%.*s: %.*s has more than %zu bytes",
			       STR_ARG(z->what), STR_ARG(e->name), max);
	int rc = zip_begin(op, z, e);
	char *to = rc < 0 ? NULL : op_new(op, char, e->size + 1);
	if (!to)
		return op->code;
	while (n > 0) {
		if ((rc = zip_read(op, z, to + have, (size_t)e->size + 1 - have, &n)) < 0)
			return rc;
		have += n;
	}
	*ret = (str){ to, (ptrdiff_t)have };
	return 0;
}

int zip_place(struct op *op, struct zip *z, const struct zip_entry *e, struct at *ret)
{
	if (e->method != METHOD_STORED)
		return 1;
	int rc = zip_begin(op, z, e);
	if (rc == 0)
		*ret = at_part(z->in, z->in_at, z->in_left);
	return rc;
}
