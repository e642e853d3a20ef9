/* Kernels and modules, made here in the form that their documentation gives them. */
#include "codec/kernel.h"

#include "codec/compress.h"
#include "unit/inventory/elf_make.h"
#include "unit/inventory/harness.h"

#define RELEASE "6.1.0-18-amd64"
#define BANNER RELEASE " (debian-kernel@lists.debian.org) #1 SMP Debian 6.1.76-1 (2024-02-01)"

static int take_packed(struct op *op, void *to, str bytes)
{
	(void)op;
	buf_add(to, bytes);
	return 0;
}

static int packed(struct op *op, enum compress_kind kind, str bytes, str *ret)
{
	AUTO_COMPRESS *c = NULL;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	TRY(compress_open(op, kind, take_packed, &b, &c));
	TRY(compress_add(op, c, bytes));
	TRY(compress_end(op, c));
	return buf_take(&b, ret);
}

/* The first sectors of a bzImage whose banner is at `at`, counted from 0x200. */
static int bzimage(struct op *op, uint16_t protocol, uint16_t at, str banner, str *ret)
{
	enum { SIZE = 0x1000 };
	char *p = op_new(op, char, SIZE);

	if (!p)
		return op->code;
	p[0x1f1] = 4;
	memcpy(p + 0x1fe, "\x55\xaaxxHdrS", 8);
	p[0x206] = (char)protocol;
	p[0x207] = (char)(protocol >> 8);
	p[0x20e] = (char)at;
	p[0x20f] = (char)(at >> 8);
	p[0x236] = 1;
	if (at + 0x200 + banner.len < SIZE)
		memcpy(p + at + 0x200, banner.p, (size_t)banner.len);
	*ret = exact((str){ p, SIZE });
	return 0;
}

static int image(struct op *op, str bytes, str *ret, const char **arch)
{
	struct at at = at_of_bytes(bytes, S("kernel"));

	*ret = S("");
	return kernel_image(op, &at, ret, arch);
}

static int reads_x86(struct op *op)
{
	const char *arch;
	str bytes, got;

	TRY(bzimage(op, 0x20f, 0x400, S(BANNER "\0more"), &bytes));
	TRY(image(op, bytes, &got, &arch));
	CHECK_STR(got, S(BANNER));
	CHECK_STR(str_of(arch), S("x86_64"));
	CHECK_STR(kernel_release(got), S(RELEASE));
	TRY(bzimage(op, 0x204, 0x400, S("2.4.37 #1"), &bytes));
	TRY(image(op, bytes, &got, &arch));
	CHECK_STR(str_of(arch), S("i386"));
	/* A place outside of the setup, none at all, no banner there; cut before it. */
	int rc;
	TRY(bzimage(op, 0x20f, 0x900, S(BANNER), &bytes));
	TRY(rc = image(op, bytes, &got, &arch));
	CHECK(rc == 1);
	TRY(bzimage(op, 0x20f, 0, S(BANNER), &bytes));
	TRY(rc = image(op, bytes, &got, &arch));
	CHECK(rc == 1);
	TRY(bzimage(op, 0x20f, 0x400, S("no banner"), &bytes));
	TRY(rc = image(op, bytes, &got, &arch));
	CHECK(rc == 1);
	TRY(bzimage(op, 0x20f, 0x400, S(BANNER), &bytes));
	TRY(rc = image(op, exact(str_head(bytes, 0x500)), &got, &arch));
	CHECK(rc == 1);
	return 0;
}

static int reads_others(struct op *op)
{
	const char *arch;
	str got, all;
	char *p = op_new(op, char, 600 << 10);

	if (!p)
		return op->code;
	/* The format comes before the banner, which lies across two windows. */
	memcpy(p + 56, "ARM\x64", 4);
	memcpy(p + 1000, "Linux version %s (%s)", 21);
	memcpy(p + (256 << 10) - 20, "Linux version " BANNER "\n", sizeof(BANNER) + 14);
	all = exact((str){ p, 600 << 10 });
	TRY(image(op, all, &got, &arch));
	CHECK_STR(got, S(BANNER));
	CHECK_STR(str_of(arch), S("aarch64"));
	str gz;
	TRY(packed(op, COMPRESS_GZIP, all, &gz));
	TRY(image(op, exact(gz), &got, &arch));
	CHECK_STR(got, S(BANNER));
	int rc;
	TRY(rc = image(op, exact(str_head(all, 200 << 10)), &got, &arch));
	CHECK(rc == 1);
	TRY(rc = image(op, exact(S("a text called kernel")), &got, &arch));
	CHECK(rc == 1);
	TRY(rc = image(op, exact(S("")), &got, &arch));
	CHECK(rc == 1);
	return 0;
}

#define MODINFO                                                                     \
	"version=1.2\0license=Dual MIT/GPL\0author=Ann\0author=Ben\0description=A " \
	"device\0alias=x\0"                                                         \
	"depends=usbcore,mii\0name=r8152\0intree=Y\0vermagic=" RELEASE " SMP preempt \0"

static int reads_modules(struct op *op)
{
	struct pairs fields;
	str bytes;
	int rc;

	TRY(elf_make(op, 1, 1, ".modinfo", S(MODINFO), &bytes));
	struct at at = at_of_bytes(exact(bytes), S("r8152.ko"));
	TRY(rc = kernel_module(op, &at, &fields));
	CHECK(rc == 0 && fields.n == 10);
	CHECK(fields.n == 10 && str_eq(fields.p[1].key, S("license")) &&
	      str_eq(fields.p[1].value, S("Dual MIT/GPL")));
	TRY(elf_make(op, 1, 1, ".other", S(MODINFO), &bytes));
	at = at_of_bytes(exact(bytes), S("other.ko"));
	TRY(rc = kernel_module(op, &at, &fields));
	CHECK(rc == 1);
	at = at_of_bytes(exact(S("no ELF")), S("none.ko"));
	TRY(rc = kernel_module(op, &at, &fields));
	CHECK(rc == 1);
	return 0;
}

static int relates_modules_to_kernels(struct op *op)
{
	struct tree_given file[] = {
		{ S("boot/vmlinuz-" RELEASE) },
		{ S("usr/lib/modules/" RELEASE "/kernel/net/r8152.ko") },
		{ S("usr/lib/modules/" RELEASE "/kernel/net/mii-core.ko.zst") },
		{ S("boot/kernel"), S("nothing of the kind") },
		{ S("home/other.ko"), S("nor this") },
	};
	struct inventory v;
	str mii;

	TRY(bzimage(op, 0x20f, 0x400, S(BANNER), &file[0].bytes));
	TRY(elf_make(op, 1, 1, ".modinfo", S(MODINFO), &file[1].bytes));
	TRY(elf_make(op, 1, 1, ".modinfo", S("license=GPL\0vermagic=" RELEASE " SMP \0"), &mii));
	TRY(packed(op, COMPRESS_ZSTD, mii, &file[2].bytes));
	TRY(catalog_over(op, "kernel", false, file, 5, &v));
	CHECK(v.package_n == 3 && v.relation_n == 2 && v.warning_n == 0);
	const struct package *p = package_by(&v, "pkg:generic/r8152@1.2");
	if (op->code)
		return op->code;
	CHECK(p && package_by(&v, "pkg:generic/linux-kernel@" RELEASE) &&
	      package_by(&v, "pkg:generic/mii_core@" RELEASE));
	if (!p)
		return 0;
	CHECK_STR(p->licence, S("GPL-2.0-only OR MIT"));
	CHECK_STR(p->description, S("A device"));
	CHECK(p->needs.n == 2 && str_eq(p->needs.p[1], S("mii")));
	for (ptrdiff_t i = 0; i < v.relation_n; i++)
		CHECK(v.relation[i].kind == RELATION_DEPENDS &&
		      v.package[v.relation[i].to].type == PACKAGE_KERNEL);
	return 0;
}

#define JSON                                                                                    \
	"{\"type\":\"rpm\",\"name\":\"hello\",\"version\":\"0-1.fc35\",\"architecture\":\"x86_" \
	"64\","                                                                                 \
	"\"osCpe\":\"cpe:/o:fedoraproject:fedora:35\"}"

static int note(struct op *op, str json, str *ret)
{
	struct buf b;
	str bytes;

	buf_init(&b, op, 1 << 16);
	elf_little(&b, 4, 4);
	elf_little(&b, (uint64_t)json.len, 4);
	elf_little(&b, 0xcafe1a7e, 4);
	buf_add(&b, S("FDO\0"));
	buf_add(&b, json);
	TRY(buf_take(&b, &bytes));
	return elf_make(op, 2, 7, ".note.package", bytes, ret);
}

/* Of a program that no package manager knows, and of one that dpkg brought. */
static int reads_notes(struct op *op)
{
	struct tree_given file[] = {
		{ S("usr/bin/hello"), S(""), .mode = 0755 },
		{ S("etc/os-release"), S("ID=azurelinux\nVERSION_ID=3.0\n") },
		{ S("usr/bin/tool"), S(""), .mode = 0755 },
		{ S("usr/bin/bad"), S(""), .mode = 0755 },
		{ S("var/lib/dpkg/status"), S("Package: hello\nStatus: install ok "
					      "installed\nVersion: 1\nArchitecture: all\n") },
		{ S("var/lib/dpkg/info/hello.list"), S("/usr/bin/hello\n") },
	};
	struct inventory v;

	TRY(note(op, S(JSON "\0\0"), &file[0].bytes));
	TRY(note(op, S("{\"type\":\"rpm\",\"name\":\"tool\",\"version\":\"2-1\"}\0"),
		 &file[2].bytes));
	TRY(note(op, S("{"), &file[3].bytes));
	TRY(catalog_over(op, "elf-note", false, file, 4, &v));
	CHECK(v.package_n == 2 && v.warning_n == 1);
	CHECK(package_by(&v, "pkg:rpm/fedora/hello@0-1.fc35?arch=x86_64&distro=fedora-35"));
	CHECK(package_by(&v, "pkg:rpm/azurelinux/tool@2-1?distro=azurelinux-3.0"));
	TRY(catalog_over(op, "", false, file, 6, &v));
	CHECK(!package_by(&v, "pkg:rpm/fedora/hello@0-1.fc35?arch=x86_64&distro=fedora-35"));
	CHECK(package_by(&v, "pkg:rpm/azurelinux/tool@2-1?distro=azurelinux-3.0"));
	return 0;
}

TESTS({ "reads the setup header of x86", reads_x86 },
      { "finds the banner of others", reads_others, .once = true },
      { "reads modules", reads_modules },
      { "relates modules to their kernel", relates_modules_to_kernels },
      { "reads notes of programs without a package", reads_notes })
