#include "base/buf.h"
#include "unit/inventory/harness.h"

#define F(p, text)                                       \
	{                                                \
		.path = S_INIT(p), .bytes = S_INIT(text) \
	}
#define COUNT(a) ((ptrdiff_t)(sizeof(a) / sizeof((a)[0])))

static int shown(struct op *op, const struct package *p, str *ret)
{
	struct buf b;

	buf_init(&b, op, 4096);
	for (ptrdiff_t i = 0; i < p->needs.n; i++)
		buf_fmt(&b, "%.*s ", STR_ARG(p->needs.p[i]));
	buf_add(&b, S("| "));
	for (ptrdiff_t i = 0; i < p->provides.n; i++)
		buf_fmt(&b, "%.*s ", STR_ARG(p->provides.p[i]));
	buf_add(&b, S("| "));
	for (ptrdiff_t i = 0; i < p->file_n; i++)
		buf_fmt(&b, "%.*s%s=%d:%02x ", STR_ARG(p->file[i].path),
			p->file[i].flags ? "!" : "", p->file[i].hash, p->file[i].digest[0]);
	return buf_take(&b, ret);
}

static int installed(struct op *op)
{
	static const struct tree_given file[] = {
		F("etc/apk/repositories",
		  "# http://x/alpine/v3.20/main\nhttp://x/alpine/v3.9/main\n\n"
		  "https://x/alpine/v3.18/community\n@edge http://x/alpine/edge/main\n"),
		F("lib/apk/db/installed",
		  "C:Q1YCAH7jdO2W816b85sUh9Z8av4Cc=\nP:a\nV:1-r0\nA:x86_64\nL:GPL-2.0-only "
		  "MIT\no:origin\nm:M\n"
		  "T:text\nU:https://u\nD:so:libc.so.6 musl>=1.2 !conflict b@edge /bin/sh "
		  "cmd:x=1\np:so:liba.so=1 cmd:a\n"
		  "F:usr\nF:usr/"
		  "bin\nR:tool\na:0:0:755\nZ:Q1BD6zJKZTRWyqGnPi4tSfd3krsMU=\nR:link\na:0:0:777\n"
		  "Z:Q11Q7hNe8QpDS531guqCdrXBzoA/"
		  "o=\nF:etc\nM:0:0:700\nR:conf\nZ:nonsense\nF:\nR:top\n"
		  "Z:Q2REREREREREREREREREREREREREREREREREREREREREQ=\n\n"
		  "P:none\nA:x86_64\n\n\nP:last\nV:2\nD:\np:"),
	};
	struct inventory v;
	str got;

	TRY(catalog_over(op, "apk", false, file, COUNT(file), &v));
	CHECK(v.package_n == 2 && v.warning_n == 0);
	if (v.package_n != 2)
		return 0;
	const struct package *p = &v.package[0];
	CHECK_STR(p->purl,
		  S("pkg:apk/alpine/a@1-r0?arch=x86_64&distro=alpine-3.18&upstream=origin"));
	CHECK_STR(p->licence, S("GPL-2.0-only AND MIT"));
	CHECK_STR(p->homepage, S("https://u"));
	TRY(shown(op, p, &got));
	/* A link's digest is of its target's name; the second kind of digest is told by its length
	 * too. */
	CHECK_STR(got, S("so:libc.so.6 musl b /bin/sh cmd:x | so:liba.so cmd:a | "
			 "etc/conf!=0:00 top=1:44 usr/bin/link=0:00 usr/bin/tool=2:04 "));
	CHECK_STR(v.package[1].purl, S("pkg:apk/alpine/last@2?distro=alpine-3.18"));
	TRY(shown(op, &v.package[1], &got));
	CHECK_STR(got, S("| | "));
	bool told = false;
	for (ptrdiff_t i = 0; i < v.os.facts.n; i++)
		told |= str_eq(v.os.facts.p[i].key, S("apk:release")) &&
			str_eq(v.os.facts.p[i].value, S("3.18"));
	CHECK(told);
	return 0;
}

static int places(struct op *op)
{
	static const struct tree_given file[] = {
		F("etc/os-release", "ID=wolfi\nVERSION_ID=20230201\n"),
		F("etc/apk/repositories",
		  "https://packages.wolfi.dev/os\nhttp://x/alpine/edge/main"),
		F("usr/lib/apk/db/installed", "bogus\n\nP:a\nV:1\nF:bin\nR:x\n"),
		F("chroot/var/lib/apk/db/installed", "P:b\nV:1\r\nF:bin\nR:x\n"),
	};
	struct inventory v;

	TRY(catalog_over(op, "apk", false, file, COUNT(file), &v));
	CHECK(v.package_n == 2 && v.warning_n == 1);
	const struct package *a = package_by(&v, "pkg:apk/wolfi/a@1?distro=wolfi-20230201");
	const struct package *b = package_by(&v, "pkg:apk/wolfi/b@1?distro=wolfi-20230201");
	CHECK(a && a->file_n == 1 && str_eq(a->file[0].path, S("bin/x")));
	CHECK(b && b->file_n == 1 && str_eq(b->file[0].path, S("chroot/bin/x")));
	return 0;
}

TESTS({ "installed", installed }, { "places", places })
