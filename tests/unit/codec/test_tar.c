#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "codec/tar.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "unit/harness.h"

/* A header as any hand could have made it: every field as text, the checksum right. */
struct raw {
	char type;
	const char *name, *link, *prefix;
	const char *mode, *uid, *size, *mtime; /* NULL: "0" */
	const char *magic;                     /* NULL: "ustar" */
	const char *content;   /* behind it, padded; its length is the size by default */
	ptrdiff_t content_len; /* 0: strlen */
	bool bad_sum;
};

static void put_text(char *h, int at, size_t max, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n)
		memcpy(h + at, text, n < max ? n : max);
}

static void put(struct buf *b, const struct raw *r)
{
	char h[512] = { 0 }, size[16];
	unsigned sum = 0;
	ptrdiff_t n = r->content_len ? r->content_len
		      : r->content   ? (ptrdiff_t)strlen(r->content)
				     : 0;

	(void)snprintf(size, sizeof(size), "%011o", (unsigned)n);
	put_text(h, 0, 100, r->name);
	put_text(h, 100, 8, r->mode ? r->mode : "0000644");
	put_text(h, 108, 8, r->uid ? r->uid : "0");
	put_text(h, 116, 8, "0");
	put_text(h, 124, 12, r->size ? r->size : size);
	put_text(h, 136, 12, r->mtime ? r->mtime : "0");
	h[156] = r->type;
	put_text(h, 157, 100, r->link);
	memcpy(h + 257, r->magic ? r->magic : "ustar\00000", 8);
	put_text(h, 345, 155, r->prefix);
	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (uint8_t)h[i];
	(void)snprintf(size, sizeof(size), "%06o", sum + r->bad_sum);
	memcpy(h + 148, size, 7);
	buf_add(b, (str){ h, 512 });
	if (r->content)
		buf_add(b, (str){ r->content, n });
	buf_repeat(b, '\0', (ptrdiff_t)tar_padding((uint64_t)n));
}

static int walk(struct op *op, str archive, bool strict, struct buf *out)
{
	AUTO_STREAM *s = NULL;
	struct tar *t;
	struct tar_entry e;
	int rc;

	TRY(stream_open_bytes(op, archive, S("a.tar"), UINT64_MAX, &s));
	TRY(tar_open(op, s, S("a.tar"), strict, &t));
	while ((rc = tar_next(op, t, &e)) > 0) {
		struct op_mark mark = op_mark(op);
		if (!op_new(op, char, 100000))
			return op->code;
		op_reset(op, mark);
		buf_fmt(out, "%c %.*s", "fhldo"[e.type], STR_ARG(e.path));
		if (e.link.len)
			buf_fmt(out, " -> %.*s", STR_ARG(e.link));
		buf_fmt(out, " %o %u:%u %lld", e.mode, e.uid, e.gid, (long long)e.mtime);
		buf_add(out, e.has_xattrs ? S(" x\n") : S("\n"));
		if (e.type == TAR_FILE && e.size > 0) {
			str text;
			TRY(tar_read_all(op, t, 1 << 20, &text));
			buf_fmt(out, "  [%.*s]\n", STR_ARG(text));
		}
	}
	return rc;
}

static int end(struct buf *b, str *ret)
{
	buf_repeat(b, '\0', TAR_END);
	TRY(buf_take(b, ret));
	*ret = exact(*ret);
	return 0;
}

static int forms(struct op *op)
{
	static const struct raw raws[] = {
		{ '5', "./" },
		{ '0', "./a", .content = "abc", .mode = "0104755" },
		{ '\0', "/b/c//./d", .magic = "\0\0\0\0\0\0\0" },
		{ '0', "old/", .magic = "\0\0\0\0\0\0\0" },
		{ '0', "name", .prefix = "pre/fix" },
		{ '0', "gnu", .prefix = "not/a/prefix", .magic = "ustar  " },
		{ '1', "h", "./a" },
		{ '2', "s", "../../etc/passwd" },
		{ 'L', "././@LongLink", .content = "long/path\0", .content_len = 10 },
		{ 'K', "././@LongLink", .content = "long/target", .content_len = 12 },
		{ '2', "short", "short" },
		{ 'x', "p", .content = "14 path=pax/p\n14 uid=300000\n22 mtime=1700000000.5\n" },
		{ '0', "q" },
		{ 'g', "g", .content = "14 comment=hi\n10 gid=42\n8 uid=5\n" },
		{ '0', "r", .uid = "7" },
		{ 'x', "p", .content = "9 size=3\n7 uid=\n27 SCHILY.xattr.user.a=b\0c\n",
		  .content_len = 43 },
		{ '0', "z", .content = "xyz", .size = "0", .uid = "11" },
		{ '0', "big", .uid = "\x80\0\0\0\0\0\0\0" },
		{ '0', "\xff\xc3 name" },
	};
	struct buf b, out;
	str archive, got;

	buf_init(&b, op, 1 << 20);
	buf_init(&out, op, 1 << 20);
	for (size_t i = 0; i < sizeof(raws) / sizeof(raws[0]); i++)
		put(&b, &raws[i]);
	TRY(end(&b, &archive));
	TRY(walk(op, archive, true, &out));
	TRY(buf_take(&out, &got));
	CHECK_STR(got, S("d  644 0:0 0\n"
			 "f a 4755 0:0 0\n  [abc]\n"
			 "f b/c/d 644 0:0 0\n"
			 "d old 644 0:0 0\n"
			 "f pre/fix/name 644 0:0 0\n"
			 "f gnu 644 0:0 0\n"
			 "h h -> a 644 0:0 0\n"
			 "l s -> ../../etc/passwd 644 0:0 0\n"
			 "l long/path -> long/target 644 0:0 0\n"
			 "f pax/p 644 300000:0 1700000000\n"
			 "f r 644 5:42 0\n"
			 "f z 644 5:42 0 x\n  [xyz]\n"
			 "f big 644 5:42 0\n"
			 "f \xff\xc3 name 644 5:42 0\n"));
	return 0;
}

#define N50 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define N250 N50 N50 N50 N50 N50

/* clang-format off: a table of lines */
static const struct {
	struct raw first, second; /* second: when its name or type is there */
	int code;
	const char *text;
} hostile[] = {
	{ { '0', "../../etc/x" }, { 0 }, ERR_FORMAT, "bad path '../../etc/x'" },
	{ { '0', "a/../../x" }, { 0 }, ERR_FORMAT, "bad path" },
	{ { '5', ".." }, { 0 }, ERR_FORMAT, "bad path" },
	{ { '0', "" }, { 0 }, ERR_FORMAT, "bad path" },
	{ { '2', "/", "/etc" }, { 0 }, ERR_FORMAT, "root is no directory" },
	{ { '2', "/.", "/etc" }, { 0 }, ERR_FORMAT, "root is no directory" },
	{ { '1', "h", "../../etc/shadow" }, { 0 }, ERR_FORMAT, "bad link target" },
	{ { '1', "h", "/" }, { 0 }, ERR_FORMAT, "bad link target" },
	{ { '1', "h", "" }, { 0 }, ERR_FORMAT, "bad link target" },
	{ { '2', "s", "" }, { 0 }, ERR_FORMAT, "bad link target" },
	{ { '2', "s", "t", .content = "evil" }, { 0 }, ERR_FORMAT, "has content" },
	{ { '5', "d", .content = "evil" }, { 0 }, ERR_FORMAT, "has content" },
	{ { '0', "d/", .content = "evil" }, { 0 }, ERR_FORMAT, "has content" },
	{ { '3', "null" }, { 0 }, ERR_FORMAT, "device" },
	{ { '4', "sda" }, { 0 }, ERR_FORMAT, "device" },
	{ { '6', "fifo" }, { 0 }, ERR_FORMAT, "FIFO" },
	{ { 'V', "volume" }, { 0 }, ERR_FORMAT, "kind (type 'V')" },
	{ { 'M', "rest" }, { 0 }, ERR_FORMAT, "sparse or divided" },
	{ { '0', "f", .bad_sum = true }, { 0 }, ERR_FORMAT, "bad checksum" },
	/* numbers */
	{ { '0', "f", .size = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" },
	  { 0 },
	  ERR_FORMAT,
	  "size out of range" },
	{ { '0', "f", .size = "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" },
	  { 0 },
	  ERR_FORMAT,
	  "size out of range" },
	{ { '0', "f", .size = "-1" }, { 0 }, ERR_FORMAT, "size out of range" },
	{ { '0', "f", .size = "12 34" }, { 0 }, ERR_FORMAT, "size out of range" },
	{ { '0', "f", .size = "9" }, { 0 }, ERR_FORMAT, "size out of range" },
	{ { '0', "f", .size = "77777777777" }, { 0 }, ERR_LIMIT, "larger than" },
	{ { '0', "f", .uid = "\xff\xff\xff\xff\xff\xff\xff\xff" },
	  { 0 },
	  ERR_FORMAT,
	  "out of range" },
	{ { '0', "f", .uid = "\x80\x01\x01\x01\xff\xff\xff\xff" },
	  { 0 },
	  ERR_FORMAT,
	  "out of range" },
	{ { '0', "f", .mode = "7777777" }, { 0 }, ERR_FORMAT, "out of range" },
	{ { '0', "f", .mtime = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" },
	  { 0 },
	  ERR_FORMAT,
	  "out of range" },
	{ { 'x', "p", .content = "18 uid=4294967295\n" }, { '0', "f" }, ERR_FORMAT, "PAX record" },
	{ { 'x', "p", .content = "18 uid=4294967296\n" }, { '0', "f" }, ERR_FORMAT, "PAX record" },
	{ { 'x', "p", .content = "9 uid=-1\n" }, { '0', "f" }, ERR_FORMAT, "PAX record" },
	{ { 'x', "p", .content = "28 size=9223372036854775807\n" },
	  { '0', "f" },
	  ERR_FORMAT,
	  "PAX record" },
	{ { 'x', "p", .content = "28 size=18446744073709551616\n" },
	  { '0', "f" },
	  ERR_FORMAT,
	  "PAX record" },
	{ { 'x', "p", .content = "11 mtime=-5\n" }, { '0', "f" }, ERR_FORMAT, "PAX record" },
	{ { 'x', "p", .content = "13 mtime=5.x\n" }, { '0', "f" }, ERR_FORMAT, "PAX record" },
	/* PAX forms */
	{ { 'x', "p", .content = "path=x\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "12 path=x\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "8 path=x\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "0 path=x\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "3 \n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "9 pathxx\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "6 =xx\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "10 path=x\n\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "99999999999999999999 path=x\n" },
	  { '0', "f" },
	  ERR_FORMAT,
	  "malformed" },
	{ { 'x', "p", .content = "8 path=\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "12 path=a\0b\n", .content_len = 12 },
	  { '0', "f" },
	  ERR_FORMAT,
	  "PAX record" },
	{ { 'x', "p", .content = "12 path=../x\n" }, { '0', "f" }, ERR_FORMAT, "malformed" },
	{ { 'x', "p", .content = "13 path=../x\n" }, { '0', "f" }, ERR_FORMAT, "bad path '../x'" },
	{ { 'x', "p", .content = "22 GNU.sparse.major=1\n" },
	  { '0', "f" },
	  ERR_FORMAT,
	  "not supported" },
	{ { 'x', "p", .content = "10 path=x\n" },
	  { 'x', "p", .content = "10 path=y\n" },
	  ERR_FORMAT,
	  "two PAX" },
	{ { 'x', "p", .content = "10 path=x\n" },
	  { 'L', "p", .content = "y" },
	  ERR_FORMAT,
	  "named twice" },
	{ { 'L', "p", .content = "y" },
	  { 'x', "p", .content = "10 path=x\n" },
	  ERR_FORMAT,
	  "named twice" },
	{ { 'L', "p", .content = "y" }, { 'L', "p", .content = "z" }, ERR_FORMAT, "named twice" },
	{ { 'x', "p", .content = "10 path=x\n" },
	  { 'g', "p", .content = "8 uid=1\n" },
	  ERR_FORMAT,
	  "nobody's" },
	{ { 'x', "p", .content = "10 path=x\n" }, { 0 }, ERR_FORMAT, "nobody's" },
	{ { 'L', "p", .content = "x" }, { 0 }, ERR_FORMAT, "nobody's" },
	{ { 'g', "p", .content = "10 path=x\n" }, { '0', "f" }, ERR_FORMAT, "global" },
	{ { 'g', "p", .content = "10 size=0\n" }, { '0', "f" }, ERR_FORMAT, "global" },
	{ { 'L', "p", .content = "a\0b", .content_len = 3 },
	  { '0', "f" },
	  ERR_FORMAT,
	  "holds a NUL" },
	{ { 'L', "p", .content = "\0", .content_len = 1 }, { '0', "f" }, ERR_FORMAT, "empty" },
	{ { 'L', "p", .content = N250 "nnnnnn" }, { '0', "f" }, ERR_FORMAT, "bad path" },
	{ { 'L', "p", .size = "10000000000" },
	  { 0 },
	  ERR_LIMIT,
	  "extension header of 1073741824 bytes" },
	{ { 'x', "p", .size = "4000001" }, { 0 }, ERR_LIMIT, "extension header" },
	{ { 'x', "p", .size = "3777777" }, { 0 }, ERR_FORMAT, "truncated" },
	/* The inner tar's header must not be seen as an entry (TARmageddon): PAX says 512, ustar 0.
	 */
	{ { 'x', "p", .content = "12 size=512\n" },
	  { '0', "outer", .size = "0" },
	  ERR_FORMAT,
	  "truncated" },
};
/* clang-format on */

static int attacks(struct op *op)
{
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct op_mark mark = op_mark(op);
		struct buf b, out;
		str archive;
		buf_init(&b, op, 1 << 20);
		buf_init(&out, op, 1 << 20);
		put(&b, &hostile[i].first);
		if (hostile[i].second.type)
			put(&b, &hostile[i].second);
		TRY(end(&b, &archive));
		int rc = walk(op, archive, true, &out);
		if (rc == ERR_MEMORY)
			return rc;
		if (rc != hostile[i].code)
			(void)printf("    attack %zu:\n", i);
		test_check_fails(op, rc, hostile[i].code, hostile[i].text, "walk()", __FILE__,
				 __LINE__);
		op_forgive(op);
		op_reset(op, mark);
	}
	return 0;
}

/* Where an archive ends, and what may stand behind it. */
static int ends(struct op *op)
{
	static const struct {
		ptrdiff_t zeros;
		str behind;
		int code;
		const char *text;
	} cases[] = {
		{ 0, S_INIT(""), ERR_FORMAT, "truncated" },
		{ 512, S_INIT(""), ERR_FORMAT, "truncated" },
		{ 1000, S_INIT(""), ERR_FORMAT, "truncated" },
		{ 1024, S_INIT(""), 0, "" },
		{ 10240, S_INIT(""), 0, "" },
		{ 1024 + 7, S_INIT(""), 0, "" },
		{ 1024, S_INIT("x"), ERR_FORMAT, "bytes after" },
		{ 700000, S_INIT("x"), ERR_FORMAT, "bytes after" },
		{ 512, S_INIT("x"), ERR_FORMAT, "truncated" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct op_mark mark = op_mark(op);
		struct buf b, out;
		str archive;
		buf_init(&b, op, 1 << 20);
		buf_init(&out, op, 1 << 20);
		put(&b, &(struct raw){ '0', "f", .content = "abc" });
		buf_repeat(&b, '\0', cases[i].zeros);
		buf_add(&b, cases[i].behind);
		TRY(buf_take(&b, &archive));
		int rc = walk(op, exact(archive), true, &out);
		if (rc == ERR_MEMORY)
			return rc;
		test_check_fails(op, rc, cases[i].code, cases[i].text, "walk()", __FILE__,
				 __LINE__);
		op_forgive(op);
		op_reset(op, mark);
	}
	/* A zero block in the middle, then more entries. */
	struct buf b, out;
	str archive;
	buf_init(&b, op, 1 << 20);
	buf_init(&out, op, 1 << 20);
	buf_repeat(&b, '\0', 512);
	put(&b, &(struct raw){ '0', "hidden" });
	TRY(end(&b, &archive));
	CHECK_FAILS(op, walk(op, archive, true, &out), ERR_FORMAT, "bytes after the end");
	/* Every prefix of a good archive is refused. */
	buf_init(&b, op, 1 << 20);
	put(&b, &(struct raw){ 'x', "p", .content = "10 path=x\n" });
	put(&b, &(struct raw){ '0', "f", .content = "abc" });
	TRY(end(&b, &archive));
	for (ptrdiff_t n = 0; n < archive.len; n += 64) {
		struct op_mark mark = op_mark(op);
		buf_init(&out, op, 1 << 20);
		CHECK_FAILS(op, walk(op, exact(str_head(archive, n)), true, &out), ERR_FORMAT,
			    "truncated");
		op_reset(op, mark);
	}
	/* Where archives of others are read, what is whole but for zeros behind it is whole. */
	for (ptrdiff_t n = 0; n < archive.len; n++) {
		struct op_mark mark = op_mark(op);
		buf_init(&out, op, 1 << 20);
		int rc = walk(op, exact(str_head(archive, n)), false, &out);
		if ((n >= 1539 && n <= 2048) || n == 2560)
			test_check_fails(op, rc, 0, "", "walk()", __FILE__, __LINE__);
		else
			CHECK_FAILS(op, rc, ERR_FORMAT, "truncated");
		op_reset(op, mark);
	}
	return 0;
}

/* Where scanners look, devices are told and not refused. */
static int lax(struct op *op)
{
	struct buf b, out;
	str archive, got;

	buf_init(&b, op, 1 << 20);
	buf_init(&out, op, 1 << 20);
	put(&b, &(struct raw){ '3', "dev/null" });
	put(&b, &(struct raw){ 'V', "volume", .content = "skipped" });
	put(&b, &(struct raw){ '0', "f" });
	TRY(end(&b, &archive));
	TRY(walk(op, archive, false, &out));
	TRY(buf_take(&out, &got));
	CHECK_STR(got, S("o dev/null 644 0:0 0\no volume 644 0:0 0\nf f 644 0:0 0\n"));
	return 0;
}

static int cleaning(struct op *op)
{
	static const struct {
		str in;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ S_INIT("a/b"), "a/b" },
		{ S_INIT("./a//b/./c/"), "a/b/c" },
		{ S_INIT("/etc/x"), "etc/x" },
		{ S_INIT("/"), "" },
		{ S_INIT("./"), "" },
		{ S_INIT(""), "" },
		{ S_INIT(".../a"), ".../a" },
		{ S_INIT("a/.."), NULL },
		{ S_INIT("../a"), NULL },
		{ S_INIT("a\0b"), NULL },
		{ S_INIT(N250 "12345"), N250 "12345" },
		{ S_INIT(N250 "123456"), NULL },
	};
	char out[LIMIT_PATH];
	str got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool ok = tar_clean(exact(cases[i].in), out, &got);
		CHECK(ok == (cases[i].want != NULL));
		if (ok)
			CHECK_STR(got, str_of(cases[i].want));
	}
	struct buf b;
	str path;
	buf_init(&b, op, 10000);
	for (int i = 0; i < 2048; i++)
		buf_add(&b, S("a/"));
	TRY(buf_take(&b, &path));
	CHECK(tar_clean(exact(path), out, &got) && got.len == 4095);
	buf_add(&b, S("a"));
	TRY(buf_take(&b, &path));
	CHECK(!tar_clean(exact(path), out, &got));
	return 0;
}

/* Entries that need every PAX record, and those that just fit. */
static struct tar_entry *written(struct op *op, ptrdiff_t *ret_n)
{
	static char longest[LIMIT_PATH], p100[] = N50 N50, p101[] = N50 N50 "n", split[256 + 1];
	static struct tar_entry e[] = {
		{ TAR_DIRECTORY, .path = S_INIT(""), .mode = 0755 },
		{ TAR_DIRECTORY, .path = S_INIT("usr/bin"), .mode = 01755 },
		{ TAR_FILE, .path = S_INIT("usr/bin/x"), .mode = 04711, .uid = 7, .gid = 8,
		  .size = 3, .mtime = 1700000000 },
		{ TAR_HARDLINK, .path = S_INIT("usr/bin/y"), .link = S_INIT("usr/bin/x"),
		  .mode = 0755 },
		{ TAR_SYMLINK, .path = S_INIT("lib"), .link = S_INIT("usr/lib"), .mode = 0777 },
		{ TAR_FILE, .path = S_INIT("ids"), .uid = 2097151, .gid = 2097152,
		  .mtime = 077777777777 },
		{ TAR_FILE, .path = S_INIT("more"), .uid = 4294967294, .gid = 1,
		  .mtime = 0100000000000 },
		{ TAR_FILE },
		{ TAR_FILE },
		{ TAR_DIRECTORY },
		{ TAR_SYMLINK, .path = S_INIT("l") },
		{ TAR_FILE },
		{ TAR_FILE },
	};
	(void)op;
	e[7].path = (str){ p100, 100 };
	e[8].path = (str){ p101, 101 };
	e[9].path = (str){ p100, 100 };
	for (int i = 0; i < LIMIT_PATH - 1; i++)
		longest[i] = i % 100 == 99 ? '/' : 'p';
	e[10].link = (str){ longest, LIMIT_PATH - 2 };
	e[11].path = (str){ longest, LIMIT_PATH - 2 };
	memset(split, 's', 256);
	split[155] = '/';
	e[12].path = (str){ split, 256 };
	*ret_n = sizeof(e) / sizeof(e[0]);
	return e;
}

static int write_all(struct op *op, const struct tar_entry *e, ptrdiff_t n, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < n; i++) {
		tar_header(&b, &e[i]);
		buf_repeat(&b, 'c', (ptrdiff_t)e[i].size);
		buf_repeat(&b, '\0', (ptrdiff_t)tar_padding(e[i].size));
	}
	return end(&b, ret);
}

static int round_trip(struct op *op)
{
	ptrdiff_t n, i = 0;
	const struct tar_entry *e = written(op, &n);
	struct tar_entry got;
	struct tar *t;
	AUTO_STREAM *s = NULL;
	str archive, again;
	int rc;

	TRY(write_all(op, e, n, &archive));
	TRY(write_all(op, e, n, &again));
	CHECK(str_eq(archive, again) && archive.len % 512 == 0);
	TRY(stream_open_bytes(op, archive, S("a.tar"), UINT64_MAX, &s));
	TRY(tar_open(op, s, S("a.tar"), true, &t));
	while ((rc = tar_next(op, t, &got)) > 0 && i < n) {
		CHECK_STR(got.path, e[i].path);
		CHECK_STR(got.link, e[i].link);
		CHECK(got.type == e[i].type && got.mode == e[i].mode && got.uid == e[i].uid);
		CHECK(got.gid == e[i].gid && got.size == e[i].size && got.mtime == e[i].mtime);
		i++;
	}
	TRY(rc);
	CHECK(i == n);
	CHECK(tar_padding(0) == 0 && tar_padding(1) == 511 && tar_padding(512) == 0);
	return 0;
}

/* GNU tar lists what we wrote, without a word of complaint. */
static int gnu_tar(struct op *op)
{
	ptrdiff_t n;
	const struct tar_entry *e = written(op, &n);
	int dirfd;
	str archive, path;
	const char *dir = test_dir(&dirfd);
	struct proc_result got;

	if (!proc_exists("tar"))
		return 0;
	TRY(write_all(op, e, n, &archive));
	TRY(file_replace(op, dirfd, S("a.tar"), archive, 0600));
	TRY(op_text(op, &path, "%s/a.tar", dir));
	const char *argv[] = { "tar",  "--utc", "--full-time", "--numeric-owner",
			       "-tvf", path.p,  NULL };
	TRY(proc_run(op, &(struct proc_spec){ .argv = argv, .output_max = 1 << 20 }, &got));
	CHECK(got.status == 0);
	CHECK_STR(got.err, S(""));
	static const char *const lines[] = {
		"drwxr-xr-x 0/0               0 1970-01-01 00:00:00 ./\n",
		"drwxr-xr-t 0/0               0 1970-01-01 00:00:00 usr/bin/\n",
		"-rws--x--x 7/8               3 2023-11-14 22:13:20 usr/bin/x\n",
		"hrwxr-xr-x 0/0               0 1970-01-01 00:00:00 usr/bin/y link to usr/bin/x\n",
		"lrwxrwxrwx 0/0               0 1970-01-01 00:00:00 lib -> usr/lib\n",
		"2097151/2097152 ",
		"4294967294/1 ",
		" " N50 N50 "n\n",
		" " N50 N50 "/\n",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (str_find_str(got.out, str_of(lines[i])) < 0)
			(void)printf("    no line: %s", lines[i]);
		CHECK(str_find_str(got.out, str_of(lines[i])) >= 0);
	}
	return 0;
}

/* Content in pieces of all sizes, skipped in part, over the reader's window. */
static int content(struct op *op)
{
	static const size_t pieces[] = { 1000, 65536, 131072, 1 << 20 };
	ptrdiff_t n = 700001;
	struct buf b;
	str archive;

	buf_init(&b, op, 4 << 20);
	for (int i = 0; i < 3; i++) {
		tar_header(&b,
			   &(struct tar_entry){ TAR_FILE, .path = S("f"), .size = (uint64_t)n });
		for (ptrdiff_t at = 0; at < n; at++)
			buf_char(&b, (char)(at * 7 + (at >> 9)));
		buf_repeat(&b, '\0', (ptrdiff_t)tar_padding((uint64_t)n));
	}
	TRY(end(&b, &archive));
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		AUTO_STREAM *s = NULL;
		struct tar *t;
		struct tar_entry e;
		char *to = op_new(op, char, 1 << 20);
		size_t got, at = 0;
		if (!to)
			return op->code;
		TRY(stream_open_bytes(op, archive, S("a.tar"), UINT64_MAX, &s));
		TRY(tar_open(op, s, S("a.tar"), true, &t));
		TRY(tar_next(op, t, &e));
		TRY(tar_read(op, t, to, pieces[i], &got));
		TRY(tar_next(op, t, &e));
		do {
			TRY(tar_read(op, t, to, pieces[i], &got));
			CHECK(at + got <= (size_t)n && memcmp(to, archive.p + 512 + at, got) == 0);
			at += got;
		} while (got > 0);
		CHECK(at == (size_t)n);
		CHECK(tar_next(op, t, &e) == 1);
		str all;
		CHECK_FAILS(op, tar_read_all(op, t, 700000, &all), ERR_LIMIT,
			    "'f' is larger than 700000");
		TRY(tar_read_all(op, t, 700001, &all));
		CHECK(str_eq(all, (str){ archive.p + 512, n }));
		CHECK(tar_next(op, t, &e) == 0 && tar_next(op, t, &e) == 0);
	}
	return 0;
}

/* Files of many sizes, of which a few are read: each where tar_position() says, or the archive is cut. */
static int passing_over(struct op *op)
{
	static const ptrdiff_t sizes[] = { 0, 1, 511, 512, 4096, 5000, 262144, 300001, 1 << 20, 3 };
	enum { FILES = sizeof(sizes) / sizeof(sizes[0]) };
	int dir;
	const char *path = test_dir(&dir);
	AUTO_FD fd = -1;
	struct buf b;
	str archive;

	buf_init(&b, op, 8 << 20);
	for (int i = 0; i < FILES; i++) {
		tar_header(&b, &(struct tar_entry){ .path = S("f"), .size = (uint64_t)sizes[i] });
		buf_repeat(&b, (char)('a' + i), sizes[i]);
		buf_repeat(&b, '\0', (ptrdiff_t)tar_padding((uint64_t)sizes[i]));
	}
	TRY(end(&b, &archive));
	TRY(file_temp(op, dir, &fd));
	TRY(file_write(op, fd, str_of(path), archive));
	for (int every = 1; every <= FILES; every++) {
		AUTO_STREAM *s = NULL;
		struct tar_entry e;
		struct tar *t;
		TRY(stream_open_fd(op, fd, S("a.tar"), 0, UINT64_MAX, UINT64_MAX, &s));
		TRY(tar_open(op, s, S("a.tar"), true, &t));
		for (int i = 0; i < FILES; i++) {
			uint64_t at;
			str all;
			CHECK(tar_next(op, t, &e) == 1 && e.size == (uint64_t)sizes[i]);
			at = tar_position(t);
			str want = { archive.p + at, sizes[i] };
			CHECK(want.len == 0 || (want.p[0] == 'a' + i && want.p[want.len - 1] == 'a' + i));
			if (i % every)
				continue;
			TRY(tar_read_all(op, t, 2 << 20, &all));
			CHECK(str_eq(all, want) && tar_position(t) == at + e.size);
		}
		CHECK(tar_next(op, t, &e) == 0);
	}
	CHECK(ftruncate(fd, archive.len - 3000) == 0);
	AUTO_STREAM *s = NULL;
	struct tar_entry e;
	struct tar *t;
	TRY(stream_open_fd(op, fd, S("a.tar"), 0, UINT64_MAX, UINT64_MAX, &s));
	TRY(tar_open(op, s, S("a.tar"), true, &t));
	for (int i = 0; i < FILES - 1; i++)
		CHECK(tar_next(op, t, &e) == 1);
	CHECK_FAILS(op, tar_next(op, t, &e), ERR_FORMAT, "truncated");
	return 0;
}

TESTS({ "every form of header is read", forms }, { "attacks are refused", attacks, .once = true },
      { "archives end where they say", ends, .once = true }, { "unknown kinds may be told", lax },
      { "paths have one form", cleaning }, { "what is written is read", round_trip },
      { "GNU tar reads what is written", gnu_tar, .once = true },
      { "content comes in pieces", content, .once = true },
      { "content is passed over", passing_over, .once = true })
