#include "build/diff.h"

#include "build/notices.h"
#include "codec/json.h"
#include "report/difference_json.h"
#include "report/difference_text.h"
#include "report/notices_text.h"
#include "unit/harness.h"
#include "unit/oci/fixture.h"

static const char before[] =
	"p etc/a.conf one\np usr/bin/a old\np usr/lib/liba.so.1.0 old\ns usr/lib/liba.so.1 liba.so.1.0\np usr/gone x\n"
	"p var/lib/dpkg/status.d/a Package: a|Version: 1.0-1|Source: src (1.0)|\n"
	"p var/lib/dpkg/status.d/a.md5sums 00000000000000000000000000000000  usr/bin/a|00000000000000000000000000000000  usr/lib/liba.so.1.0|00000000000000000000000000000000  etc/a.conf|\n"
	"p usr/share/doc/a/copyright See /usr/share/common-licenses/GPL-3.|";
static const char after[] =
	"p etc/a.conf two\np usr/bin/a new\nf usr/bin/s x\np usr/lib/liba.so.1.1 new\ns usr/lib/liba.so.1 liba.so.1.1\nh usr/b usr/bin/a\n"
	"p var/lib/dpkg/status.d/a Package: a|Version: 1.1-1|Source: src (1.1)|\n"
	"p var/lib/dpkg/status.d/a.md5sums 00000000000000000000000000000000  usr/bin/a|00000000000000000000000000000000  usr/lib/liba.so.1.1|00000000000000000000000000000000  etc/a.conf|\n"
	"p var/lib/dpkg/status Package: b|Version: 2|Architecture: all|Status: install ok installed|\n"
	"--\np new/x y";

/* An image of that spec, in the store under a name, as a side. */
static int open_side(struct op *op, const struct store *s, const char *name, const char *spec,
		     const struct image_tree_wish *wants, struct side *ret)
{
	struct image_descriptor d;

	TRY(fixture_image(op, s, str_of(spec), "gzip", &d));
	struct store_image image = { .name = str_of(name), .media_type = d.media_type, .digest = d.digest, .size = d.size };
	TRY(store_image_put(op, s, &image));
	return side_open(op, s, str_of(name), S("linux/amd64"), wants, ret);
}

static int make(struct op *op, struct store *s, const char *x, const char *y, struct difference *ret)
{
	struct side was, is;

	TRY(store_open(op, str_of(test_dir(NULL)), s));
	TRY(open_side(op, s, "was:1", x, NULL, &was));
	TRY(open_side(op, s, "is:1", y, NULL, &is));
	return diff_make(op, s, &was, &is, ret);
}

static int text_of(struct op *op, const struct difference *d, bool verbose, str *ret)
{
	struct text_style style = { .width = 100, .verbose = verbose };
	struct buf b;

	buf_init(&b, op, 1 << 20);
	difference_text_write(&b, d, &style);
	return buf_take(&b, ret);
}

static bool has(str text, const char *what)
{
	return str_find_str(text, str_of(what)) >= 0;
}

static int differs(struct op *op)
{
	static const char *const told[] = {
		"  ~ a                           1.0-1 -> 1.1-1  6 files\n",
		"  + b                           2\n",
		"changes in src 1.0 -> 1.1\n  its package is not in the store\n",
		"\nfiles  7 differ, beside 6 of packages with another version (-v lists them)\n",
		"  ~ /etc/a.conf                                   content  a\n",
		"  - /usr/gone                                     file 0644, 1 B\n",
		"  + /usr/bin/s                                    file 4644, 1 B\n",
		"  + /new/x                                        file 0644, 1 B\n",
	};
	AUTO_STORE s = FIXTURE_STORE;
	struct difference d;
	str text;

	TRY(make(op, &s, before, after, &d));
	TRY(text_of(op, &d, false, &text));
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (!has(text, told[i]))
			CHECK_STR(text, str_of(told[i]));
	CHECK(!difference_is_empty(&d) && !has(text, "/usr/bin/a "));
	TRY(text_of(op, &d, true, &text));
	CHECK(has(text, "~ /usr/lib/liba.so.1                            to liba.so.1.0 -> liba.so.1.1  a\n"));

	struct buf b;
	struct doc doc;
	buf_init(&b, op, 1 << 20);
	difference_json_write(&b, &d);
	TRY(buf_take(&b, &text));
	TRY(json_parse(op, S("d"), text, &doc));
	CHECK(node_get(&doc.root, S("files"))->n == d.file_n && node_get(&doc.root, S("packages"))->n == 2);
	return 0;
}

/* One small layer on each side: what fails here, fails there. */
static int small(struct op *op)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct difference d;
	str text;

	TRY(make(op, &s, "p a one\np var/lib/dpkg/status Package: a|Version: 1|", "f a two\np var/lib/dpkg/status Package: a|Version: 2|", &d));
	TRY(text_of(op, &d, true, &text));
	CHECK(has(text, "content, mode 0644 -> 4644") && has(text, "1 -> 2"));
	return 0;
}

static int same(struct op *op)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct difference d;
	str text;

	TRY(make(op, &s, "f a one", "f a one", &d));
	TRY(text_of(op, &d, false, &text));
	CHECK_STR(text, S("was:1 -> is:1  linux/amd64\nno difference\n"));
	CHECK(difference_is_empty(&d) && d.layers_shared == 1);
	return 0;
}

static int notices(struct op *op)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct notices n;
	struct side side;
	struct buf b;
	str text;

	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	TRY(open_side(op, &s, "was:1", before, &notices_wish, &side));
	TRY(notices_make(op, &side, &n));
	CHECK(n.package_n == 1 && n.text_n == 1 && n.licence_n == 1 && !n.licence[0].text.p && n.missing == 1);
	CHECK(n.package[0].asks_source);
	buf_init(&b, op, 1 << 20);
	notices_text_write(&b, &n);
	notices_json_write(&b, &n, false);
	TRY(buf_take(&b, &text));
	CHECK(has(text, "the licence GPL-3, which") && has(text, "\na 1.0-1, from source src: "));
	return 0;
}

static int asking(struct op *op)
{
	static const struct {
		const char *licence;
		bool asks;
	} row[] = { { "MIT", false },          { "MIT AND (BSD-3-Clause OR GPL-2.0-only)", true },
		    { "LicenseRef-LGPL-2.1--with-link-exception", true }, { "LicenseRef-public-domain", false },
		    { "MPL-2.0", true },       { "", false },
		    { "Apache-2.0 AND NOASSERTION", false } };

	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK(notices_asks_source(str_of(row[i].licence)) == row[i].asks);
	return 0;
}

TESTS({ "two images", differs, .once = true }, { "two small ones", small }, { "an image and itself", same, .once = true }, { "notices", notices, .once = true }, { "who asks for the source", asking })
