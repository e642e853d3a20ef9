/* What feeds come in: archives, compressed files, directories, one in another; and what is refused. */
#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "codec/compress.h"
#include "codec/tar.h"
#include "unit/advisory/told.h"

#define RECORD(id) "{\"id\":\"" id "\",\"modified\":\"2024-05-06T07:08:09Z\",\"affected\":[]}"

static int add(struct op *op, void *to, str bytes)
{
	(void)op;
	buf_add(to, bytes);
	return 0;
}

static int packed(struct op *op, enum compress_kind kind, str in, str *ret)
{
	AUTO_COMPRESS *c = NULL;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	TRY(compress_open(op, kind, add, &b, &c));
	TRY(compress_add(op, c, in));
	TRY(compress_end(op, c));
	return buf_take(&b, ret);
}

struct part {
	const char *name;
	str bytes;
};

static int tarred(struct op *op, const struct part *part, int n, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (int i = 0; i < n; i++) {
		struct tar_entry e = { .type = TAR_FILE,
				       .path = str_of(part[i].name),
				       .mode = 0644,
				       .size = (uint64_t)part[i].bytes.len };
		tar_header(&b, &e);
		buf_add(&b, part[i].bytes);
		buf_repeat(&b, '\0', (ptrdiff_t)tar_padding(e.size));
	}
	buf_repeat(&b, '\0', TAR_END);
	return buf_take(&b, ret);
}

static void little(struct buf *b, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		buf_char(b, (char)(v >> (8 * i)));
}

/* Stored entries; APPNOTE.TXT 4.3. */
static int zipped(struct op *op, const struct part *part, int n, str *ret)
{
	struct buf b, directory;

	buf_init(&b, op, 1 << 20);
	buf_init(&directory, op, 1 << 20);
	for (int i = 0; i < n; i++) {
		str name = str_of(part[i].name), bytes = part[i].bytes;
		uint32_t crc = libdeflate_crc32(0, bytes.p, (size_t)bytes.len);
		uint32_t at = (uint32_t)b.len;
		for (int k = 0; k < 2; k++) {
			struct buf *to = k ? &directory : &b;
			buf_add(to, k ? S("PK\1\2\24\0") : S("PK\3\4"));
			little(to, 20, 2);
			little(to, 0, 8); /* flags, method, time, date */
			little(to, crc, 4);
			little(to, (uint32_t)bytes.len, 4);
			little(to, (uint32_t)bytes.len, 4);
			little(to, (uint32_t)name.len, 2);
			little(to, 0, 2);
			if (k) {
				buf_repeat(to, '\0', 10); /* comment, disk, attributes */
				little(to, at, 4);
			}
			buf_add(to, name);
		}
		buf_add(&b, bytes);
	}
	uint32_t at = (uint32_t)b.len, size = (uint32_t)directory.len;
	buf_add(&b, buf_view(&directory));
	buf_add(&b, S("PK\5\6\0\0\0\0"));
	little(&b, (uint32_t)n, 2);
	little(&b, (uint32_t)n, 2);
	little(&b, size, 4);
	little(&b, at, 4);
	little(&b, 0, 2);
	return buf_take(&b, ret);
}

static int read_all(struct op *op, const char *feed, str bytes, struct feed_count *count, str *ret)
{
	struct told told = { 0 };
	struct feed_sink sink = { .advisory = told_advisory, .to = &told };
	struct at at = at_of_bytes(bytes, S("a feed"));
	struct feed_wish wish = { .feed = feed ? feed_of(str_of(feed)) : NULL };

	buf_init(&told.b, op, 1 << 20);
	*count = (struct feed_count){ 0 };
	TRY(feed_read(op, S("a feed"), &at, &wish, &sink, count));
	return buf_take(&told.b, ret);
}

static const char lines[] = RECORD("A-1") "\n" RECORD("A-2") "\n\n" RECORD("A-3");
#define TOLD(id) id " modified 2024-05-06T07:08:09Z\n"

static int compressed_lines(struct op *op)
{
	struct feed_count count;
	str in, twice, out;

	for (int kind = COMPRESS_GZIP; kind <= COMPRESS_ZSTD; kind++) {
		TRY(packed(op, (enum compress_kind)kind, str_of(lines), &in));
		TRY(read_all(op, NULL, exact(in), &count, &out));
		CHECK_STR(out, S(TOLD("A-1") TOLD("A-2") TOLD("A-3")));
		CHECK(count.records == 3 && count.documents == 3 && count.bad == 0);
		CHECK_STR(count.newest, S("2024-05-06T07:08:09Z"));
		CHECK_FAILS(op, read_all(op, NULL, exact(str_head(in, in.len - 3)), &count, &out),
			    ERR_FORMAT, "");
	}
	TRY(packed(op, COMPRESS_GZIP, in, &twice));
	TRY(read_all(op, "osv", exact(twice), &count, &out));
	CHECK(count.records == 3);
	return 0;
}

static int archives(struct op *op)
{
	const struct part inner[] = { { "LICENSE", S("not JSON") },
				      { "npm/A-1.json", S(RECORD("A-1")) },
				      { "npm/A-2.yaml",
					S("id: A-2\nmodified: 2024-05-06T07:08:09Z\n"
					  "affected: []\n") } };
	struct feed_count count;
	str zip, tar, both, out;

	TRY(zipped(op, inner, 3, &zip));
	TRY(read_all(op, "osv", exact(zip), &count, &out));
	CHECK_STR(out, S(TOLD("A-1") TOLD("A-2")));
	TRY(read_all(op, NULL, exact(zip), &count, &out));
	CHECK_STR(out, S(TOLD("A-1") TOLD("A-2")));
	const struct part outer[] = { { "all/all.zip", zip }, { "A-3.json", S(RECORD("A-3")) } };
	TRY(tarred(op, outer, 2, &tar));
	TRY(packed(op, COMPRESS_GZIP, tar, &both));
	TRY(read_all(op, "osv", exact(both), &count, &out));
	CHECK_STR(out, S(TOLD("A-1") TOLD("A-2") TOLD("A-3")));
	CHECK(count.documents == 3 && count.bad == 0);
	return 0;
}

/* One of 400 broken is counted; of a document that holds a whole feed nothing may be broken. */
static int broken_documents(struct op *op)
{
	struct part *part = op_new(op, struct part, 400);
	struct feed_count count;
	str tar, out;

	if (!part)
		return op->code;
	for (int i = 0; i < 400; i++) {
		str name;
		TRY(op_text(op, &name, "A-%d.json", i));
		part[i] = (struct part){ name.p,
					 i == 7 ? S("{\"id\":\"A\",\"affected\":1,\"modified\":2}")
						: S(RECORD("A-1")) };
	}
	TRY(tarred(op, part, 400, &tar));
	TRY(read_all(op, "osv", exact(tar), &count, &out));
	CHECK(count.records == 399 && count.bad == 1);
	const struct part kev[] = { { "kev.json", S("{\"vulnerabilities\":[{\"cveID\":\"CVE-1\","
						    "\"dateAdded\":\"2024-01-01\"") },
				    { "readme.json", S("{}") } };
	TRY(tarred(op, kev, 2, &tar));
	CHECK_FAILS(op, read_all(op, "kev", exact(tar), &count, &out), ERR_FORMAT, "kev.json");
	return 0;
}

/* More than one thread takes at once: whatever the order, all of it and each once. */
static int many_lines(struct op *op)
{
	struct told told = { .count_only = true };
	struct feed_sink sink = { .advisory = told_advisory, .to = &told };
	struct feed_count count;
	struct buf b;
	str text;

	buf_init(&b, op, 64 << 20);
	for (int i = 0; i < 40000; i++)
		buf_fmt(&b,
			i % 1000 == 7 ? "{\"id\":%d,\"affected\":0}\n"
				      : "{\"id\":\"A-%d\",\"modified\":\"2024-05-06T07:08:09Z\","
					"\"affected\":[]}\n",
			i);
	TRY(buf_take(&b, &text));
	struct at at = at_of_bytes(exact(text), S("a feed"));
	TRY(feed_read(op, S("a feed"), &at, &(struct feed_wish){ 0 }, &sink, &count));
	CHECK(count.records == 39960 && told.records == 39960);
	CHECK(count.documents == 40000 && count.bad == 40);
	CHECK_STR(count.newest, S("2024-05-06T07:08:09Z"));
	return 0;
}

static int nested_too_deep(struct op *op)
{
	struct feed_count count;
	str in = str_of(lines), out;

	for (int i = 0; i <= LIMIT_NESTED_DEPTH; i++)
		TRY(packed(op, COMPRESS_ZSTD, in, &in));
	CHECK_FAILS(op, read_all(op, "osv", exact(in), &count, &out), ERR_LIMIT, "nested too deep");
	return 0;
}

static int write_file(struct op *op, int dirfd, const char *path, str bytes)
{
	AUTO_FD fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	CHECK(fd >= 0);
	return file_write(op, fd, str_of(path), bytes);
}

static int directories(struct op *op)
{
	struct told told = { 0 };
	struct feed_sink sink = { .advisory = told_advisory, .to = &told };
	struct feed_wish wish = { 0 };
	struct feed_count count;
	int dirfd = -1;
	const char *dir = test_dir(&dirfd);
	str gz, out, path;

	TRY(packed(op, COMPRESS_GZIP, str_of(lines), &gz));
	CHECK(mkdirat(dirfd, "b", 0755) == 0 || errno == EEXIST);
	TRY(write_file(op, dirfd, "b/A-0.json", S(RECORD("A-0"))));
	TRY(write_file(op, dirfd, "b/z.ndjson.gz", gz));
	TRY(write_file(op, dirfd, "c.txt", S("what else lies there")));
	TRY(write_file(op, dirfd, "a.json", S(RECORD("A-9"))));
	CHECK(symlinkat("a.json", dirfd, "d.json") == 0 || errno == EEXIST);
	buf_init(&told.b, op, 1 << 20);
	TRY(feed_read_path(op, str_of(dir), &wish, &sink, &count));
	TRY(buf_take(&told.b, &out));
	CHECK_STR(out, S(TOLD("A-9") TOLD("A-0") TOLD("A-1") TOLD("A-2") TOLD("A-3")));
	TRY(op_text(op, &path, "%s/a.json", dir));
	buf_init(&told.b, op, 1 << 20);
	TRY(feed_read_path(op, path, &wish, &sink, &count));
	TRY(buf_take(&told.b, &out));
	CHECK_STR(out, S(TOLD("A-9")));
	CHECK_FAILS(op, feed_read_path(op, S("/nowhere/at/all"), &wish, &sink, &count), ERR_IO, "");
	return 0;
}

static int refuse(struct op *op, void *to, const struct advisory *a)
{
	(void)to;
	return op_fail(op, ERR_IO, "no room for %.*s", STR_ARG(a->id));
}

/* What the sink cannot take ends the reading, and is not a broken record. */
static int sink_fails(struct op *op)
{
	struct feed_sink sink = { .advisory = refuse };
	struct at at = at_of_bytes(exact(str_of(lines)), S("a feed"));
	struct feed_count count;

	CHECK_FAILS(op, feed_read(op, S("a feed"), &at, &(struct feed_wish){ 0 }, &sink, &count),
		    ERR_IO, "no room for A-1");
	return 0;
}

static int table_of_feeds(struct op *op)
{
	for (size_t i = 0; i < feeds_n; i++) {
		CHECK(feed_of(str_of(feeds[i]->name)) == feeds[i]);
		CHECK(feeds[i]->what[0] && feeds[i]->read);
	}
	CHECK(!feed_of(S("")) && !feed_of(S("none")));
	return op->code;
}

TESTS({ "compressed lines", compressed_lines }, { "archives", archives },
      { "broken documents", broken_documents, .once = true },
      { "many lines", many_lines, .once = true }, { "nested too deep", nested_too_deep },
      { "directories", directories, .once = true }, { "a sink that fails", sink_fails },
      { "the table of feeds", table_of_feeds })
