#include "base/buf.h"
#include "unit/inventory/harness.h"

#define F(p, text)                                       \
	{                                                \
		.path = S_INIT(p), .bytes = S_INIT(text) \
	}
#define COUNT(a) ((ptrdiff_t)(sizeof(a) / sizeof((a)[0])))

static str joined(struct buf *b, const struct texts *t)
{
	size_t start = b->len;

	for (ptrdiff_t i = 0; i < t->n; i++)
		buf_fmt(b, "%.*s ", STR_ARG(t->p[i]));
	return str_from(buf_view(b), (ptrdiff_t)start);
}

/* "path[/md5 prefix][!]" of each file. */
static str files_of(struct buf *b, const struct package *p)
{
	size_t start = b->len;

	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		const struct package_file *f = &p->file[i];
		buf_fmt(b, "%.*s", STR_ARG(f->path));
		if (f->hash)
			buf_fmt(b, "=%02x%02x", f->digest[0], f->digest[1]);
		buf_fmt(b, "%s ", f->flags & FILE_CONFIG ? "!" : "");
	}
	return str_from(buf_view(b), (ptrdiff_t)start);
}

static int status(struct op *op)
{
	static const struct tree_given file[] = {
		F("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
		F("var/lib/dpkg/status",
		  "Package: a\nStatus: install ok installed\nArchitecture: amd64\nSource: src "
		  "(1:2-3)\nVersion: 1-1+b2\n"
		  "Maintainer: M <m@x>\nHomepage: https://h\nSection: s\nInstalled-Size: 7\n"
		  "Depends: none | b (>= 1), c:any (<< 3), v, b\nPre-Depends: p\nProvides: va (= "
		  "1), vb\n"
		  "Description: first line\n second\n .\n third\nConffiles:\n /etc/a "
		  "d41d8cd98f00b204e9800998ecf8427e\n"
		  " /etc/gone 0cc175b9c0f1b6a831c399e269772661 remove-on-upgrade\n\n"
		  "Package: b\nStatus: install ok half-configured\nVersion: 2\nSource: "
		  "a\nProvides: v\n\n"
		  "Package: removed\nStatus: deinstall ok config-files\nVersion: 1\n\n"
		  "Package: purged\nStatus: purge ok not-installed\nVersion: 1\n\n"
		  "Package: held\nStatus: hold ok installed\nVersion: 1\n\n"
		  "Package: going\nStatus: deinstall ok installed\nVersion: 1\n\n"
		  "Package: unknown\n\nPackage:\n"),
	};
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, "dpkg", false, file, COUNT(file), &v));
	buf_init(&b, op, 4096);
	buf_room(&b, 2000); /* so that it does not move */
	CHECK(v.package_n == 4 && v.warning_n == 0);
	const struct package *p = package_by(
		&v, "pkg:deb/debian/a@1-1%2Bb2?arch=amd64&distro=debian-12&upstream=src%401:2-3");
	CHECK(p != NULL);
	if (!p)
		return 0;
	CHECK_STR(p->source, S("src"));
	CHECK_STR(p->source_version, S("1:2-3"));
	CHECK_STR(p->supplier, S("M <m@x>"));
	CHECK_STR(p->homepage, S("https://h"));
	CHECK_STR(p->description, S("first line"));
	CHECK_STR(joined(&b, &p->needs), S("p c v b "));
	CHECK_STR(joined(&b, &p->provides), S("va vb "));
	CHECK_STR(files_of(&b, p), S("etc/a=d41d! "));
	CHECK(p->listed && p->facts.n == 2);
	/* The source's version falls back to the package's own. */
	p = package_by(&v, "pkg:deb/debian/b@2?distro=debian-12&upstream=a");
	CHECK(p && str_eq(p->source_version, S("2")));
	CHECK(p && p->facts.n == 1 && str_eq(p->facts.p[0].value, S("install ok half-configured")));
	CHECK(package_by(&v, "pkg:deb/debian/held@1?distro=debian-12") != NULL);
	CHECK(package_by(&v, "pkg:deb/debian/going@1?distro=debian-12") != NULL);
	return 0;
}

static int lists(struct op *op)
{
	static const struct tree_given file[] = {
		F("var/lib/dpkg/status", "Package: libx\nVersion: 1\nArchitecture: "
					 "amd64\nMulti-Arch: same\nConffiles:\n /etc/x "
					 "0cc175b9c0f1b6a831c399e269772661\n\nPackage: y\nVersion: "
					 "1\nArchitecture: all\n\n"
					 "Package: z\nVersion: 1ubuntu2\nArchitecture: all\n"),
		F("var/lib/dpkg/info/libx:amd64.list",
		  "/.\n/etc\n/etc/x\n/usr\n/usr/lib\n/usr/lib/x-y\n/usr/lib/x\n/usr/lib/x/deep\n/"
		  "usr/lib/link\n"),
		F("var/lib/dpkg/info/libx.list", "/wrong\n"),
		F("var/lib/dpkg/info/y.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/b\n"
						 "nonsense\n"
						 "0cc175b9c0f1b6a831c399e269772661  ./usr/a b\n"
						 "XYZd8cd98f00b204e9800998ecf84271  usr/c"),
		F("var/lib/dpkg/diversions",
		  "/usr/lib/link\n/usr/lib/link.old\n:\n/usr/lib/x-y\n/moved\nlibx\n"),
	};
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, "dpkg", false, file, COUNT(file), &v));
	buf_init(&b, op, 4096);
	buf_room(&b, 2000);
	CHECK(v.package_n == 3);
	const struct package *p = package_by(&v, "pkg:deb/debian/libx@1?arch=amd64");
	CHECK(p && !p->listed);
	if (p)
		CHECK_STR(files_of(&b, p),
			  S("etc/x=0cc1! usr/lib/link.old usr/lib/x-y usr/lib/x/deep "));
	p = package_by(&v, "pkg:deb/debian/y@1?arch=all");
	if (p)
		CHECK_STR(files_of(&b, p), S("usr/a b=0cc1 usr/b=d41d "));
	p = package_by(&v, "pkg:deb/ubuntu/z@1ubuntu2?arch=all");
	CHECK(p && p->listed && p->file_n == 0);
	return 0;
}

/* Records of distroless images, one below a directory, and what lies beside them. */
static int records(struct op *op)
{
	static const struct tree_given file[] = {
		F("rootfs/var/lib/dpkg/status.d/base",
		  "Package: base-files\nVersion: 12\nDepends: q | other\n"),
		F("rootfs/var/lib/dpkg/status.d/base.md5sums",
		  "d41d8cd98f00b204e9800998ecf8427e  etc/x\n"),
		F("rootfs/var/lib/dpkg/status.d/other", "Package: other\nVersion: 1\n"),
		F("rootfs/var/lib/dpkg/status.d/other.preinst", "Package: no\nVersion: 1\n"),
		F("rootfs/var/lib/dpkg/info/other.md5sums",
		  "0cc175b9c0f1b6a831c399e269772661  etc/y\n"),
		F("rootfs/usr/share/doc/base-files/copyright",
		  "Format: "
		  "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: "
		  "*\nLicense: Latex2e\n\nFiles: x\nLicense: Expat or Odd\n"),
		{ .path = S_INIT("rootfs/usr/share/doc/other"), .link = S_INIT("base-files") },
	};
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, "dpkg", false, file, COUNT(file), &v));
	buf_init(&b, op, 4096);
	buf_room(&b, 2000);
	CHECK(v.package_n == 2 && v.warning_n == 0);
	if (v.package_n != 2)
		return 0;
	CHECK_STR(files_of(&b, &v.package[0]), S("rootfs/etc/x=d41d "));
	CHECK_STR(joined(&b, &v.package[0].needs), S("other "));
	CHECK_STR(v.package[0].licence, S("(LicenseRef-Odd OR MIT) AND Latex2e"));
	CHECK_STR(files_of(&b, &v.package[1]), S("rootfs/etc/y=0cc1 "));
	CHECK_STR(v.package[1].licence, v.package[0].licence); /* by the link of its directory */
	return 0;
}

/* A damaged stanza costs a warning, and not the others. */
static int damaged(struct op *op)
{
	static const struct tree_given file[] = {
		F("var/lib/dpkg/status",
		  "bogus status\n\nPackage: a\nVersion: 1\nVersion: 2\n\nPackage: b\nVersion: 1\n"),
	};
	struct inventory v;

	TRY(catalog_over(op, "dpkg", false, file, COUNT(file), &v));
	CHECK(v.package_n == 2 && v.warning_n == 1);
	CHECK(package_by(&v, "pkg:deb/debian/a@1") && package_by(&v, "pkg:deb/debian/b@1"));
	return 0;
}

TESTS({ "status", status }, { "lists", lists }, { "records", records }, { "damaged", damaged })
