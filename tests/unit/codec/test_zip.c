#include "codec/zip.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sys/file.h"
#include "unit/harness.h"

/* One entry as any hand could have written it. */
struct made {
	const char *name, *content;
	const char *local;         /* name in the entry's own header, if it differs */
	uint32_t mode;             /* 0: as MS-DOS has none */
	uint16_t flags, method;    /* method 0 or 8 are made so; others only named */
	int size_off, crc_off;     /* added to what is true */
	uint32_t offset_off;       /* to the offset of the header */
	bool zip64;
};

struct archive {
	const char *before, *comment, *after;
	bool disks;
	int entries_off;
	const struct made *entry;
	int n;
};

static void put16(struct buf *b, unsigned v)
{
	buf_char(b, (char)v);
	buf_char(b, (char)(v >> 8));
}

static void put32(struct buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

static void put64(struct buf *b, uint64_t v)
{
	put32(b, (uint32_t)v);
	put32(b, (uint32_t)(v >> 32));
}

enum { TIME = 11 << 11 | 30 << 5 | 4, DATE = 46 << 9 | 11 << 5 | 22 }; /* 2026-11-22 11:30:08 */

static size_t pack(const struct made *m, char *to, size_t room)
{
	size_t n = strlen(m->content);

	if (m->method != 8) {
		memcpy(to, m->content, n);
		return n;
	}
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	n = libdeflate_deflate_compress(c, m->content, n, to, room);
	libdeflate_free_compressor(c);
	return n;
}

static void put_common(struct buf *b, const struct made *m, size_t packed, const char *name, size_t extra)
{
	size_t n = strlen(m->content);

	put16(b, m->flags);
	put16(b, m->method);
	put16(b, TIME);
	put16(b, DATE);
	put32(b, libdeflate_crc32(0, m->content, n) + (uint32_t)m->crc_off);
	put32(b, m->zip64 ? UINT32_MAX : (uint32_t)packed);
	put32(b, m->zip64 ? UINT32_MAX : (uint32_t)((int)n + m->size_off));
	put16(b, (unsigned)strlen(name));
	put16(b, (unsigned)extra);
}

static int make(struct op *op, const struct archive *a, str *ret)
{
	static char packed[1 << 20];
	uint32_t offset[8];
	size_t size[8];
	struct buf b;

	buf_init(&b, op, 4 << 20);
	buf_add(&b, str_of(a->before));
	for (int i = 0; i < a->n; i++) {
		const struct made *m = &a->entry[i];
		const char *name = m->local ? m->local : m->name;
		offset[i] = (uint32_t)b.len;
		size[i] = pack(m, packed, sizeof(packed));
		put32(&b, 0x04034b50);
		put16(&b, 20);
		put_common(&b, m, size[i], name, 0);
		buf_add(&b, str_of(name));
		buf_add(&b, (str){ packed, (ptrdiff_t)size[i] });
	}
	uint32_t directory = (uint32_t)b.len;
	for (int i = 0; i < a->n; i++) {
		const struct made *m = &a->entry[i];
		put32(&b, 0x02014b50);
		put16(&b, (m->mode ? 3U : 0U) << 8 | 20);
		put16(&b, 20);
		put_common(&b, m, size[i], m->name, m->zip64 ? 20 : 0);
		put16(&b, 0);
		put32(&b, 0);
		put16(&b, 0);
		put16(&b, m->mode & 0xffff);
		put32(&b, offset[i] + m->offset_off);
		buf_add(&b, str_of(m->name));
		if (m->zip64) {
			put16(&b, 1);
			put16(&b, 16);
			put64(&b, (uint64_t)((int64_t)strlen(m->content) + m->size_off));
			put64(&b, size[i]);
		}
	}
	uint32_t end = (uint32_t)b.len;
	put32(&b, 0x06054b50);
	put16(&b, a->disks);
	put16(&b, 0);
	put16(&b, (unsigned)(a->n + a->entries_off));
	put16(&b, (unsigned)(a->n + a->entries_off));
	put32(&b, end - directory);
	put32(&b, directory);
	put16(&b, (unsigned)str_of(a->comment).len);
	buf_add(&b, str_of(a->comment));
	buf_add(&b, str_of(a->after));
	return buf_take(&b, ret);
}

/* "d 0755 dir|f 0644 a=text|l 0777 b->a|": what comes out. */
static int walk(struct op *op, str bytes, uint64_t max, str *ret)
{
	AUTO_FD dir = -1, fd = -1;
	struct tar_entry e;
	struct zip *z;
	struct buf out;
	int rc;

	(void)test_dir(&dir);
	TRY(file_temp(op, dir, &fd));
	TRY(file_write(op, fd, S("a.zip"), bytes));
	buf_init(&out, op, 1 << 20);
	struct at in = at_of_fd(fd, 0, (uint64_t)bytes.len, S("a.zip"));
	TRY(zip_open(op, &in, &(struct zip_wish){ .max_out = max }, &z));
	while ((rc = zip_next(op, z, &e)) > 0) {
		buf_fmt(&out, "%c %04o %.*s", "fhld?"[e.type], e.mode, STR_ARG(e.path));
		if (e.type == TAR_SYMLINK)
			buf_fmt(&out, "->%.*s", STR_ARG(e.link));
		CHECK(e.mtime == 1795347008 && e.uid == 0);
		char piece[7];
		size_t n = 1;
		if (e.type == TAR_FILE)
			buf_char(&out, '=');
		while (e.type == TAR_FILE && n > 0) {
			TRY(zip_read(op, z, piece, sizeof(piece), &n));
			buf_add(&out, (str){ piece, (ptrdiff_t)n });
		}
		buf_char(&out, '|');
	}
	return rc < 0 ? rc : buf_take(&out, ret);
}

static int good(struct op *op)
{
	static const struct made entry[] = {
		{ "dir/", "", .mode = 040750 },
		{ "dir/stored", "as it is", .mode = 0100600 },
		{ "packed", "again and again and again and again and again", .method = 8 },
		{ "run", "#!/bin/sh\n", .mode = 0100755, .method = 8 },
		{ "link", "dir/stored", .mode = 0120777 },
		{ "/abs/olute", "", .zip64 = true },
		{ "large", "by zip64", .zip64 = true, .method = 8 },
	};
	str bytes, got;

	TRY(make(op, &(struct archive){ .comment = "a comment", .entry = entry, .n = 7 }, &bytes));
	TRY(walk(op, bytes, 1 << 20, &got));
	CHECK_STR(got, S("d 0750 dir|f 0600 dir/stored=as it is|f 0644 packed=again and again and again and "
			 "again and again|f 0755 run=#!/bin/sh\n|l 0777 link->dir/stored|f 0644 abs/olute=|"
			 "f 0644 large=by zip64|"));
	TRY(make(op, &(struct archive){ .n = 0 }, &bytes));
	TRY(walk(op, bytes, 0, &got));
	CHECK(got.len == 0);
	return 0;
}

static int refused(struct op *op)
{
	static const struct {
		struct made e;
		const char *says;
	} row[] = {
		{ { "../up", "x" }, "no name of an entry" },
		{ { "a\\b", "x" }, "no name of an entry" },
		{ { "", "x" }, "no name of an entry" },
		{ { "./", "" }, "no name of an entry" },
		{ { "a", "x", .local = "b" }, "the directory contradicts" },
		{ { "a", "x", .local = "ab" }, "the directory contradicts" },
		{ { "a", "x", .flags = 1 }, "is encrypted" },
		{ { "a", "x", .method = 99 }, "compressed by method 99" },
		{ { "a", "x", .crc_off = 1 }, "another CRC" },
		{ { "a", "xyz", .crc_off = 1, .method = 8 }, "another CRC" },
		{ { "a", "xyz", .size_off = 1, .method = 8 }, "shorter than the directory says" },
		{ { "a", "xyz", .size_off = -1, .method = 8 }, "longer than the directory says" },
		{ { "a", "xyz", .size_off = 1 }, "stored with two sizes" },
		{ { "a/", "content" }, "a directory with content" },
		{ { "a", "x", .mode = 0040755 }, "by its mode or by its name only" },
		{ { "a", "x", .offset_off = 1 }, "before the first entry" },
		{ { "a", "x", .offset_off = 1000 }, "outside of it" },
	};
	str bytes, got;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(make(op, &(struct archive){ .entry = &row[i].e, .n = 1 }, &bytes));
		CHECK_FAILS(op, walk(op, bytes, 1 << 20, &got), ERR_FORMAT, row[i].says);
	}
	static const struct made two[] = { { "a", "one" }, { "b", "two" } };
	static const struct made lap[] = { { "a", "one" }, { "b", "two", .offset_off = (uint32_t)-34 } };
	static const struct {
		struct archive a;
		int code;
		const char *says;
	} whole[] = {
		{ { .entry = two, .n = 2, .before = "x" }, ERR_FORMAT, "before the first entry" },
		{ { .entry = two, .n = 2, .after = "x" }, ERR_FORMAT, "bytes behind it" },
		{ { .entry = two, .n = 2, .disks = true }, ERR_FORMAT, "several disks" },
		{ { .entry = two, .n = 2, .entries_off = 1 }, ERR_FORMAT, "is cut" },
		{ { .entry = two, .n = 2, .entries_off = -1 }, ERR_FORMAT, "bytes behind the directory" },
		{ { .entry = lap, .n = 2 }, ERR_FORMAT, "overlap" },
	};
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		TRY(make(op, &whole[i].a, &bytes));
		CHECK_FAILS(op, walk(op, bytes, 1 << 20, &got), whole[i].code, whole[i].says);
	}
	TRY(make(op, &(struct archive){ .entry = two, .n = 2 }, &bytes));
	CHECK_FAILS(op, walk(op, bytes, 5, &got), ERR_LIMIT, "unpacks to more than 5 bytes");
	return 0;
}

/* Cut anywhere it is refused, and nothing is read outside of it. */
static int cut(struct op *op)
{
	static const struct made two[] = { { "a", "one and one and one", .method = 8 }, { "b", "two" } };
	str bytes, got;

	TRY(make(op, &(struct archive){ .entry = two, .n = 2 }, &bytes));
	for (ptrdiff_t n = 0; n < bytes.len; n += 3)
		CHECK_FAILS(op, walk(op, str_head(bytes, n), 1 << 20, &got), ERR_FORMAT, "a.zip");
	return 0;
}

/* "name=content|name!": what comes out of it leniently, "!" for what cannot be read. */
static int look(struct op *op, struct zip_machine *machine, str bytes, str *ret)
{
	struct at in = at_of_bytes(exact(bytes), S("any.jar")), part;
	struct zip_list list;
	struct zip_entry e;
	struct zip *z;
	struct buf out;
	str content;
	int rc;

	buf_init(&out, op, 1 << 20);
	TRY(zip_open(op, &in, &(struct zip_wish){ .trust = ZIP_ANY, .machine = machine }, &z));
	zip_list(z, &list);
	while ((rc = zip_list_next(op, z, &list, &e)) > 0) {
		buf_add(&out, e.name);
		rc = zip_content(op, z, &e, 100, &content);
		if (rc == ERR_MEMORY || out.bad)
			return op->code;
		op_forgive(op);
		buf_char(&out, rc < 0 ? '!' : '=');
		buf_add(&out, rc < 0 ? S("") : content);
		buf_char(&out, '|');
		int place = rc < 0 ? 1 : zip_place(op, z, &e, &part);
		if (place == 0)
			CHECK_STR(part.bytes, content);
	}
	return rc < 0 ? rc : buf_take(&out, ret);
}

static int lenient(struct op *op)
{
	static const struct made two[] = { { "a", "one" }, { "b", "two and two and two and two", .method = 8 } };
	static const struct made odd[] = { { "a\\b", "one" }, { "..", "up" }, { "x", "1" }, { "x", "2" },
					   { "y", "3", .local = "zzz" } };
	static const struct made bad[] = { { "a", "one", .crc_off = 1 }, { "b", "two", .method = 99 },
					   { "c", "three", .flags = 1 }, { "d", "four", .offset_off = 9000 },
					   { "e", "fine", .zip64 = true } };
	static const struct {
		struct archive a;
		const char *gives;
	} row[] = {
		{ { .entry = two, .n = 2 }, "a=one|b=two and two and two and two|" },
		{ { .entry = two, .n = 2, .before = "#!/bin/sh\nexec java -jar $0\n" },
		  "a=one|b=two and two and two and two|" },
		{ { .entry = two, .n = 2, .after = "behind" }, "a=one|b=two and two and two and two|" },
		{ { .entry = two, .n = 2, .comment = "PK\5\6 is no end" }, "a=one|b=two and two and two and two|" },
		{ { .entry = two, .n = 2, .entries_off = 7 }, "a=one|b=two and two and two and two|" },
		{ { .entry = odd, .n = 5 }, "a\\b=one|..=up|x=1|x=2|y=3|" },
		{ { .entry = bad, .n = 5 }, "a!|b!|c!|d!|e=fine|" },
	};
	struct zip_machine *machine;
	str bytes, got;

	TRY(zip_machine_make(op, &machine));
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(make(op, &row[i].a, &bytes));
		TRY(look(op, machine, bytes, &got));
		CHECK_STR(got, str_of(row[i].gives));
	}
	/* A script before it that the offsets do not count. */
	TRY(make(op, &row[0].a, &bytes));
	str moved;
	TRY(op_text(op, &moved, "#!/bin/sh\n%100d\n", 7));
	struct buf b;
	buf_init(&b, op, 1 << 20);
	buf_add(&b, moved);
	buf_add(&b, bytes);
	TRY(buf_take(&b, &moved));
	TRY(look(op, machine, moved, &got));
	CHECK_STR(got, str_of(row[0].gives));
	for (ptrdiff_t n = 0; n < bytes.len; n += 3)
		CHECK_FAILS(op, look(op, machine, str_head(bytes, n), &got), ERR_FORMAT, "any.jar");
	return 0;
}

TESTS({ "entries of every kind", good }, { "what is no zip of good will", refused }, { "cut", cut, .once = true }, { "an archive that is looked into", lenient })
