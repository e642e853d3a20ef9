#include <string.h>

#include "base/buf.h"
#include "unit/inventory/harness.h"

/* A program without sections whose data begin with Go's build information. */
static int program(struct op *op, const char *go, const char *modules, str *ret)
{
	static const char head[] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0";
	struct buf b;

	buf_init(&b, op, 64 << 10);
	char *p = buf_room(&b, 128);
	if (!p)
		return op->code;
	memcpy(p, head, sizeof(head) - 1);
	p[32] = 64; /* its one segment: read and write, at 128 */
	p[54] = 56;
	p[56] = 1;
	p[64] = 1;
	p[68] = 6;
	p[73] = 0;
	p[72] = (char)128;
	p[98] = 1; /* 64 KiB */
	buf_add(&b, (str){ "\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32 });
	buf_char(&b, (char)strlen(go));
	buf_add(&b, str_of(go));
	size_t n = strlen(modules) + 32;
	buf_char(&b, (char)((n & 127) | 128));
	buf_char(&b, (char)(n >> 7));
	buf_fmt(&b, "0123456789abcdef%s0123456789abcdef", modules);
	(void)buf_room(&b, 64);
	return buf_take(&b, ret);
}

static int over(struct op *op, const char *go, const char *modules, struct inventory *ret)
{
	struct tree_given file = { .path = S("bin/x"), .mode = 0755 };

	TRY(program(op, go, modules, &file.bytes));
	return catalog_over(op, "go-binary", false, &file, 1, ret);
}

#define MAIN "path\texample.org/x/cmd/y\nmod\texample.org/x\t(devel)\t\n"

static int main_versions(struct op *op)
{
	static const struct {
		const char *modules, *version;
	} cases[] = {
		{ "mod\texample.org/x\tv1.2.3\th1:a=\n", "v1.2.3" },
		{ MAIN, "(devel)" },
		{ MAIN "build\t-ldflags=\"-s -X main.version=1.2.3\"\n", "v1.2.3" },
		{ MAIN "build\t-ldflags=\"-X 'main.version=v1.2.3-rc1'\"\n", "v1.2.3-rc1" },
		{ MAIN "build\t-ldflags=\"-X=main.Version=1.2\"\n", "v1.2" },
		{ MAIN "build\t-ldflags=\"-X main.version=dev\"\n", "(devel)" },
		{ MAIN "build\t-ldflags=\"-X other.org/y.version=1.2.3\"\n", "(devel)" },
		{ MAIN "build\t-ldflags=\"-X main.goVersion=1.2.3\"\n", "(devel)" },
		/* The module's commands before main, main before its other packages. */
		{ MAIN "build\t-ldflags=\"-X main.version=2.0.0 -X "
		       "example.org/x/cmd/y.version=1.2.3\"\n",
		  "v1.2.3" },
		{ MAIN "build\t-ldflags=\"-X example.org/x/version.V=9.9 -X main.version=2.0.0\"\n",
		  "v2.0.0" },
		{ MAIN "build\t-ldflags=\"-X example.org/x/version.Version=3.1.0\"\n", "v3.1.0" },
		/* Two that are as good and say different things. */
		{ MAIN "build\t-ldflags=\"-X main.version=1.0 -X main.Version=2.0\"\n", "(devel)" },
		{ MAIN "build\tvcs.revision=0123456789abcdef0123\nbuild\tvcs.time=2024-01-31T12:13:"
		       "14Z\n",
		  "v0.0.0-20240131121314-0123456789ab" },
		{ MAIN "build\t-ldflags=\"-X "
		       "main.version=1.0\"\nbuild\tvcs.revision=0123456789abcdef0123\n"
		       "build\tvcs.time=2024-01-31T12:13:14Z\n",
		  "v1.0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory v;
		str want;
		TRY(over(op, "go1.20", cases[i].modules, &v));
		TRY(op_text(op, &want, "example.org/x@%s", cases[i].version));
		CHECK(v.package_n == 2);
		str got = S("");
		TRY(op_text(op, &got, "%.*s/%.*s@%.*s", STR_ARG(v.package[1].ns),
			    STR_ARG(v.package[1].name), STR_ARG(v.package[1].version)));
		if (v.package_n == 2 && !str_eq(v.package[0].name, S("stdlib")))
			TRY(op_text(op, &got, "%.*s/%.*s@%.*s", STR_ARG(v.package[0].ns),
				    STR_ARG(v.package[0].name), STR_ARG(v.package[0].version)));
		CHECK_STR(got, want);
	}
	return 0;
}

static int standard_library(struct op *op)
{
	static const struct {
		const char *go, *purl, *cpe;
	} cases[] = {
		{ "go1.25.1", "pkg:golang/stdlib@1.25.1",
		  "cpe:2.3:a:golang:go:1.25.1:-:*:*:*:*:*:*" },
		{ "go1.25.1 X:synctest", "pkg:golang/stdlib@1.25.1",
		  "cpe:2.3:a:golang:go:1.25.1:-:*:*:*:*:*:*" },
		{ "go1.26.0-X:greenteagc", "pkg:golang/stdlib@1.26.0",
		  "cpe:2.3:a:golang:go:1.26.0:-:*:*:*:*:*:*" },
		{ "go1.24.6 (Red Hat 1.24.6-1.el9)", "pkg:golang/stdlib@1.24.6",
		  "cpe:2.3:a:golang:go:1.24.6:-:*:*:*:*:*:*" },
		{ "go1.22rc1", "pkg:golang/stdlib@1.22rc1",
		  "cpe:2.3:a:golang:go:1.22:rc1:*:*:*:*:*:*" },
		{ "go1.20.5b7", "pkg:golang/stdlib@1.20.5",
		  "cpe:2.3:a:golang:go:1.20.5:-:*:*:*:*:*:*" },
		{ "devel go1.26-8c3f2a Tue Jan 1", "pkg:golang/stdlib@1.26-8c3f2a",
		  "cpe:2.3:a:golang:go:1.26:-:*:*:*:*:*:*" },
		{ "devel +8c3f2a Tue Jan 1", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory v;
		TRY(over(op, cases[i].go, "path\tcommand-line-arguments\n", &v));
		CHECK(v.package_n == (cases[i].purl != NULL));
		if (v.package_n == 1) {
			CHECK_STR(v.package[0].purl, str_of(cases[i].purl));
			CHECK_STR(v.package[0].cpe.p[0], str_of(cases[i].cpe));
		}
	}
	return 0;
}

static int replacements(struct op *op)
{
	struct inventory v;

	TRY(over(op, "go1.20",
		 MAIN "dep\ta.org/one\tv1.0.0\th1:one=\n=>\tb.org/uno/v2\tv2.0.1\th1:uno=\n"
		      "dep\ta.org/two\tv1.1.0\n=>\t../two\t(devel)\t\n",
		 &v));
	const struct package *uno = package_by(&v, "pkg:golang/b.org/uno/v2@v2.0.1");
	const struct package *two = package_by(&v, "pkg:golang/a.org/two@v1.1.0");
	CHECK(uno && two && v.package_n == 4 && v.relation_n == 3);
	if (!uno || !two)
		return 0;
	CHECK(uno->facts.n == 2 && two->facts.n == 1);
	CHECK_STR(uno->facts.p[0].value, S("h1:uno="));
	CHECK_STR(uno->facts.p[1].value, S("a.org/one@v1.0.0"));
	CHECK_STR(two->facts.p[0].value, S("../two"));
	return 0;
}

static int packed(struct op *op)
{
	static char bytes[4096] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0";
	struct tree_given file = { .path = S("bin/x"), .bytes = { bytes, sizeof(bytes) } };
	struct inventory v;

	memcpy(bytes + 236, "UPX!", 4);
	TRY(catalog_over(op, "go-binary", false, &file, 1, &v));
	CHECK(v.package_n == 0 && v.warning_n == 1);
	CHECK(v.warning_n == 1 && str_find_str(v.warning[0].message, S("UPX")) >= 0);
	return 0;
}

TESTS({ "the main module's version", main_versions, .once = true },
      { "the standard library's", standard_library, .once = true },
      { "what stands in for a module", replacements }, { "packed by UPX", packed })
