/* Headers that rpm itself wrote (tests/fuzz/corpus/rpm_header), and ones made here to be wrong. */
#include "codec/rpm_header.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "codec/at.h"
#include "unit/harness.h"

static int cheese(struct op *op, struct rpm_header *ret)
{
	str blob;

	TRY(test_file(op, "tests/fuzz/corpus/rpm_header/cheese.hdr", &blob));
	return rpm_header_read(op, S("cheese"), exact(blob), ret);
}

static int reads_what_rpm_wrote(struct op *op)
{
	struct rpm_header h;

	TRY(cheese(op, &h));
	CHECK_STR(h.name, S("cheese"));
	CHECK_STR(h.version, S("1.2.3"));
	CHECK_STR(h.release, S("4.el9"));
	CHECK(h.epoch.n == 1 && rpm_number(&h.epoch, 0) == 2);
	CHECK_STR(h.arch, S("noarch"));
	CHECK_STR(h.source_rpm, S("cheese-1.2.3-4.el9.src.rpm"));
	CHECK_STR(h.summary, S("A cheese"));
	CHECK_STR(h.vendor, S("Cheese Makers"));
	CHECK_STR(h.licence, S("GPLv2+ and MIT"));
	CHECK_STR(h.url, S("https://cheese.example/"));
	CHECK_STR(h.packager, S("Ann <ann@cheese.example>"));
	CHECK_STR(h.modularity, S("dairy:1:8030020200707141642:9edba152"));
	CHECK_STR(h.payload_digest,
		  S("d991370318f0d8086d438cedc80795c237883a02411adc0d974d697519ff51bc"));
	CHECK_STR(h.sha256, S("5d99429dde86db8020879010d39bcafbd9573ebf545f3fd0f2313ad9ccfeae76"));
	CHECK(rpm_number(&h.size, 0) == 19 && rpm_number(&h.digest_algo, 0) == RPM_HASH_SHA256);
	CHECK(rpm_number(&h.install_time, 0) > 1700000000);
	char key[RPM_KEY_HEX];
	CHECK(!rpm_signature_key(&h, key));
	return 0;
}

static int reads_lists(struct op *op)
{
	static const char *const needs[] = { "(crackers if board)", "/bin/sh", "board",
					     "config(cheese)" };
	static const struct {
		const char *name, *dir;
		uint32_t flags, mode;
	} files[] = {
		{ "cheese.conf", "/etc/cheese/", 17, 0100644 },
		{ "cheese", "/usr/share/", 0, 040755 },
		{ "kind", "/usr/share/cheese/", 0, 0100644 },
		{ "link", "/usr/share/cheese/", 0, 0120777 },
		{ "README", "/usr/share/doc/cheese/", 2, 0100644 },
		{ "cheese.log", "/var/log/", 64, 0100644 },
	};
	enum { N = sizeof(files) / sizeof(files[0]) };
	struct rpm_header h;
	str got, dir = S("");

	TRY(cheese(op, &h));
	for (int i = 0; i < 4; i++) {
		CHECK(rpm_text_next(&h.requires, &got));
		CHECK_STR(got, str_of(needs[i]));
	}
	CHECK(h.base_names.n == N && h.dir_indexes.n == N && h.digests.n == N);
	for (uint32_t i = 0; i < N; i++) {
		struct rpm_texts dirs = h.dir_names;
		CHECK(rpm_text_next(&h.base_names, &got));
		CHECK_STR(got, str_of(files[i].name));
		for (uint64_t k = rpm_number(&h.dir_indexes, i) + 1; k > 0; k--)
			CHECK(rpm_text_next(&dirs, &dir));
		CHECK_STR(dir, str_of(files[i].dir));
		CHECK(rpm_number(&h.file_flags, i) == files[i].flags);
		CHECK(rpm_number(&h.file_modes, i) == files[i].mode);
	}
	CHECK(!rpm_text_next(&h.base_names, &got) && rpm_number(&h.file_flags, N) == 0);
	return 0;
}

/* No epoch is no epoch, not 0. */
static int tells_no_epoch(struct op *op)
{
	struct rpm_header h;
	str blob;

	TRY(test_file(op, "tests/fuzz/corpus/rpm_header/board.hdr", &blob));
	TRY(rpm_header_read(op, S("board"), exact(blob), &h));
	CHECK_STR(h.name, S("board"));
	CHECK(h.epoch.n == 0 && h.modularity.len == 0 && h.vendor.len == 0);
	return 0;
}

static int reads_package_files(struct op *op)
{
	struct rpm_header h;
	str file;

	TRY(test_file(op, "tests/fuzz/corpus/rpm_header/cheese.rpm", &file));
	struct at a = at_of_bytes(exact(file), S("cheese.rpm"));
	CHECK(rpm_file_header(op, &a, &h) == 0);
	CHECK_STR(h.name, S("cheese"));
	CHECK_STR(h.sha256, S("5d99429dde86db8020879010d39bcafbd9573ebf545f3fd0f2313ad9ccfeae76"));
	a = at_of_bytes(exact(str_head(file, 2000)), S("cut.rpm"));
	CHECK_FAILS(op, rpm_file_header(op, &a, &h), ERR_FORMAT, "cut.rpm is cut short");
	a = at_of_bytes(exact(str_from(file, 1)), S("no.rpm"));
	CHECK(rpm_file_header(op, &a, &h) == 1);
	a = at_of_bytes(S(""), S("empty.rpm"));
	CHECK(rpm_file_header(op, &a, &h) == 1);
	return 0;
}

/* --- made here ---------------------------------------------------------------------------------
 */

struct entry {
	uint32_t tag, type, offset, count;
};

static void big32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_char(b, (char)(v >> shift & 255));
}

static int header(struct op *op, const struct entry *e, uint32_t n, str store, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	big32(&b, n);
	big32(&b, (uint32_t)store.len);
	for (uint32_t i = 0; i < n; i++) {
		big32(&b, e[i].tag);
		big32(&b, e[i].type);
		big32(&b, e[i].offset);
		big32(&b, e[i].count);
	}
	buf_add(&b, store);
	TRY(buf_take(&b, ret));
	*ret = exact(*ret);
	return 0;
}

/* What rpm adds when it installs stands behind the rest, and counts. */
static int takes_the_last(struct op *op)
{
	static const struct entry e[] = { { 1000, 6, 0, 1 }, { 1003, 4, 8, 1 }, { 12345, 9, 99, 7 },
					  { 1027, 8, 0, 2 }, { 1037, 3, 8, 2 }, { 1000, 6, 4, 1 } };
	struct rpm_header h;
	str blob, text;

	TRY(header(op, e, 6, S("old\0new\0\0\1\0\2"), &blob));
	TRY(rpm_header_read(op, S("made"), blob, &h));
	CHECK_STR(h.name, S("new"));
	CHECK(h.epoch.n == 1 && rpm_number(&h.epoch, 0) == 65538);
	CHECK(rpm_number(&h.file_flags, 0) == 1 && rpm_number(&h.file_flags, 1) == 2);
	CHECK(rpm_text_next(&h.old_names, &text) && rpm_text_next(&h.old_names, &text));
	CHECK_STR(text, S("new"));
	CHECK(!rpm_text_next(&h.old_names, &text));
	return 0;
}

static int refuses_lies(struct op *op)
{
	static const struct entry bad[] = {
		{ 1000, 6, 9, 1 },          /* outside of the store */
		{ 1000, 6, 4, 1 },          /* a text without an end */
		{ 1000, 6, 0, 0 },          /* no text */
		{ 1000, 4, 0, 1 },          /* a text that is a number */
		{ 1003, 6, 0, 1 },          /* a number that is a text */
		{ 1003, 4, 4, 2 },          /* numbers past the end */
		{ 1003, 4, 0, 0xffffffff }, /* whose size overflows */
		{ 1117, 8, 0, 0xffffffff }, /* more texts than bytes */
		{ 259, 7, 4, 6 },           /* bytes past the end */
		{ 1003, 77, 0, 1 },         /* no such type */
	};
	struct rpm_header h;
	str blob;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		TRY(header(op, &bad[i], 1, S("abc\0defg"), &blob));
		CHECK_FAILS(op, rpm_header_read(op, S("made"), blob, &h), ERR_FORMAT,
			    "made: bad rpm header: tag ");
	}
	CHECK_FAILS(op, rpm_header_read(op, S("made"), exact(S("\0\0\0\1\0\0\0\0")), &h),
		    ERR_FORMAT, "cut short");
	CHECK_FAILS(op, rpm_header_read(op, S("made"), exact(S("\0\1\0\0\0\0\0\0")), &h),
		    ERR_FORMAT, "number of its entries");
	CHECK_FAILS(op, rpm_header_read(op, S("made"), exact(S("")), &h), ERR_FORMAT, "");
	return 0;
}

/* A list that claims more texts than have an end gives those that have. */
static int stops_at_the_end(struct op *op)
{
	static const struct entry e[] = { { 1117, 8, 0, 8 } };
	struct rpm_header h;
	str blob, text;

	TRY(header(op, e, 1, S("ab\0cdefg"), &blob));
	TRY(rpm_header_read(op, S("made"), blob, &h));
	CHECK(rpm_text_next(&h.base_names, &text));
	CHECK_STR(text, S("ab"));
	CHECK(!rpm_text_next(&h.base_names, &text) && !rpm_text_next(&h.base_names, &text));
	return 0;
}

static int splits_sources(struct op *op)
{
	static const struct {
		const char *in, *name, *evr;
	} rows[] = {
		{ "bash-5.1.8-6.el9.src.rpm", "bash", "5.1.8-6.el9" },
		{ "util-linux-2.32.1-42.el8_8.src.rpm", "util-linux", "2.32.1-42.el8_8" },
		{ "perl-5-compat-1-2.nosrc.rpm", "perl-5-compat", "1-2" },
		{ "(none)", NULL, NULL },
		{ "", NULL, NULL },
		{ "a-1.src.rpm", NULL, NULL },
		{ "-1-2.src.rpm", NULL, NULL },
		{ "a--2.src.rpm", NULL, NULL },
		{ "a-1-.src.rpm", NULL, NULL },
		{ "a-1-2.rpm", NULL, NULL },
	};
	(void)op;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		str name = S(""), evr = S("");
		bool is = rpm_source(str_of(rows[i].in), &name, &evr);
		CHECK(is == (rows[i].name != NULL));
		CHECK_STR(name, str_of(rows[i].name));
		CHECK_STR(evr, str_of(rows[i].evr));
	}
	return 0;
}

#define KEY "\x19\x9e\x2f\x91\xfd\x43\x1d\x51"
#define PRINT "\1\2\3\4\5\6\7\10\11\12\13\14" KEY

static int tells_the_key(struct op *op)
{
	static const str packets[] = {
		/* old header; version 3 */
		S_INIT("\x88\x0f\3\5\0\1\2\3\4" KEY),
		/* version 4: the time alone; then, among what is not hashed, who */
		S_INIT("\x88\x0e\4\0\1\x08\0\6\5\2\1\2\3\4\0\0"),
		S_INIT("\x89\0\x16\4\0\1\x08\0\0\0\x0a\x09\x10" KEY "\xff\xff\1\2"),
		/* new header; a fingerprint; cut short, and whole */
		S_INIT("\xc2\x23\4\0\1\x08\0\x17\x16\x21\4" PRINT "\0\0\1\2"),
		S_INIT("\xc2\x23\4\0\1\x08\0\x17\x16\x21\4" PRINT "\0\0\1\2\3\4"),
	};
	struct rpm_header h = { 0 };
	char key[RPM_KEY_HEX];

	(void)op;
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		h.rsa = exact(packets[i]);
		memset(key, 0, sizeof(key));
		bool is = rpm_signature_key(&h, key);
		CHECK(is == (i != 1 && i != 3));
		CHECK_STR(str_of(key), is ? S("199e2f91fd431d51") : S(""));
		for (ptrdiff_t n = 0; n < packets[i].len; n++) {
			h.rsa = exact(str_head(packets[i], n));
			(void)rpm_signature_key(&h, key);
		}
	}
	h = (struct rpm_header){ .openpgp = S("iA8DBQABAgMEGZ4vkf1DHVE=") };
	CHECK(rpm_signature_key(&h, key));
	CHECK_STR(str_of(key), S("199e2f91fd431d51"));
	return 0;
}

TESTS({ "reads what rpm wrote", reads_what_rpm_wrote }, { "reads lists", reads_lists },
      { "tells that there is no epoch", tells_no_epoch },
      { "reads package files", reads_package_files }, { "takes the last", takes_the_last },
      { "refuses lies", refuses_lies }, { "stops at the end of the store", stops_at_the_end },
      { "splits source packages' names from the right", splits_sources },
      { "tells the key that signed", tells_the_key })
