/*
 * given: an inventory with something in every field, and texts that every format must escape.
 */
#ifndef TESTS_SBOM_GIVEN_H
#define TESTS_SBOM_GIVEN_H

#include <string.h>

#include "sbom/format.h"
#include "sbom/read.h"
#include "unit/harness.h"

#define TEXTS_OF(...)                                                                \
	{                                                                            \
		(str[]){ __VA_ARGS__ }, sizeof((str[]){ __VA_ARGS__ }) / sizeof(str) \
	}
#define PAIRS_OF(...)                                                                \
	{                                                                            \
		(struct pair[]){ __VA_ARGS__ },                                      \
			sizeof((struct pair[]){ __VA_ARGS__ }) / sizeof(struct pair) \
	}
#define ARRAY(type, ...) (type[]){ __VA_ARGS__ }, sizeof((type[]){ __VA_ARGS__ }) / sizeof(type)

static struct package given_package[] = {
	{ .type = PACKAGE_APK,
	  .ns = S_INIT("alpine"),
	  .name = S_INIT("busybox"),
	  .version = S_INIT("1.36.1-r0"),
	  .layer = -1,
	  .licence = S_INIT("GPL-2.0-only"),
	  .id = S_INIT("pkg:apk/alpine/busybox@1.36.1-r0#1") },
	{ .type = PACKAGE_BINARY,
	  .name = S_INIT("redis"),
	  .version = S_INIT("7.0.1"),
	  .layer = 1,
	  .origin = ORIGIN_APPLICATION,
	  .cpe = TEXTS_OF(S_INIT("cpe:2.3:a:redislabs:redis:7.0.1:*:*:*:*:*:*:*"),
			  S_INIT("cpe:2.3:a:redis:redis:7.0.1:*:*:*:*:*:*:*")),
	  .evidence = ARRAY(struct evidence, { S_INIT("usr/local/bin/redis-server"), 1,
					       S_INIT("binary"), EVIDENCE_BYTES }),
	  .checksum = PAIRS_OF({ S_INIT("blake3"), S_INIT("00ff") }) },
	{ .type = PACKAGE_BINARY,
	  .ns = S_INIT("oracle"),
	  .name = S_INIT("openjdk"),
	  .version = S_INIT("17"),
	  .layer = -1 },
	{ .type = PACKAGE_DEB,
	  .ns = S_INIT("debian"),
	  .name = S_INIT("libc6"),
	  .version = S_INIT("2.36-9+deb12u4"),
	  .arch = S_INIT("amd64"),
	  .source = S_INIT("glibc"),
	  .distro = S_INIT("debian-12"),
	  .layer = 0,
	  .origin = ORIGIN_BASE,
	  .licence = S_INIT("GPL-2.0-only AND LicenseRef-odd"),
	  .supplier = S_INIT("GNU Libc Maintainers <debian-glibc@example.org>"),
	  .homepage = S_INIT("https://www.gnu.org/"),
	  .description = S_INIT("GNU C Library: <Shared> libraries & \"more\"\n\ttwo lines"),
	  .needs = TEXTS_OF(S_INIT("libgcc-s1"), S_INIT("libcrypt1")),
	  .provides = TEXTS_OF(S_INIT("libc6-x")),
	  .facts = PAIRS_OF({ S_INIT("dpkg:priority"), S_INIT("optional") },
			    { S_INIT("dpkg:section"), S_INIT("libs") }),
	  .file =
		  (struct package_file[]){
			  { S_INIT("etc/ld.so.conf"), HASH_MD5, FILE_CONFIG, { 1, 2, 3 } },
			  { S_INIT("lib/x86_64-linux-gnu/libc.so.6"), HASH_SHA1, 0, { 4, 5 } },
			  { S_INIT("usr/share/doc/libc6"), 0, FILE_DOC | FILE_GHOST, { 0 } } },
	  .file_n = 3,
	  .evidence = ARRAY(struct evidence,
			    { S_INIT("var/lib/dpkg/status"), 0, S_INIT("dpkg"), EVIDENCE_DATABASE },
			    { S_INIT("usr/share/doc/libc6/copyright"), 0, S_INIT("dpkg"),
			      EVIDENCE_METADATA }) },
	{ .type = PACKAGE_MAVEN,
	  .ns = S_INIT("org.Example"),
	  .name = S_INIT("Outer"),
	  .version = S_INIT("1.0"),
	  .layer = 1,
	  .qualifiers = PAIRS_OF({ S_INIT("classifier"), S_INIT("all") },
				 { S_INIT("type"), S_INIT("jar") }),
	  .author = S_INIT("A \xc3\x84uthor"),
	  .vcs = S_INIT("git+https://example.org/x.git"),
	  .download = S_INIT("https://example.org/outer.jar"),
	  .checksum = PAIRS_OF(
		  { S_INIT("sha1"), S_INIT("da39a3ee5e6b4b0d3255bfef95601890afd80709") },
		  { S_INIT("sha256"),
		    S_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") }),
	  .evidence = ARRAY(struct evidence, { S_INIT("app/outer.jar:BOOT-INF/lib/inner.jar"), 1,
					       S_INIT("java"), EVIDENCE_METADATA }) },
	{ .type = PACKAGE_PYPI,
	  .name = S_INIT("Zope_Interface"),
	  .version = S_INIT("5.0"),
	  .layer = 1,
	  .development = true,
	  .licence = S_INIT("NOASSERTION"),
	  .evidence = ARRAY(struct evidence,
			    { S_INIT("a/METADATA"), 1, S_INIT("python"), EVIDENCE_METADATA }) },
	{ .type = PACKAGE_RPM,
	  .ns = S_INIT("redhat"),
	  .name = S_INIT("bash"),
	  .version = S_INIT("1:5.1-6.el9"),
	  .arch = S_INIT("x86_64"),
	  .source = S_INIT("bash"),
	  .source_version = S_INIT("1:5.1-6.el9"),
	  .distro = S_INIT("rhel-9.2"),
	  .layer = -1,
	  .listed = true,
	  .facts = PAIRS_OF({ S_INIT("rpm:modularity"), S_INIT("nodejs:12:8030:x") }) },
	{ .type = PACKAGE_UNKNOWN, .name = S_INIT("noversion"), .layer = -1 },
};

static struct relation given_relation[] = {
	{ RELATION_CONTAINS, 2, 1 }, { RELATION_DEPENDS, 3, 0 },  { RELATION_DEPENDS, 3, 6 },
	{ RELATION_OWNS, 3, 5 },     { RELATION_CONTAINS, 4, 5 },
};
static struct ledger_line given_unknown[] = { { S_INIT("opt/x"), "executable", 1, 77 },
					      { S_INIT("opt/y.so"), "library", 0, 0 } };
static struct changed_file given_changed[] = { { S_INIT("etc/ld.so.conf"), 3, CHANGED_CONTENT, true,
						 1 },
					       { S_INIT("usr/x"), 6, CHANGED_MISSING, false, -1 } };
static struct inventory_file given_file[] = {
	{ S_INIT("etc/ld.so.conf"),
	  0644,
	  0,
	  0,
	  34,
	  1,
	  3,
	  HASH_SHA256 | HASH_SHA1 | HASH_MD5,
	  { 9 },
	  { 8 },
	  { 7 } },
	{ S_INIT("opt/x"), 04755, 1000, 4294967294, 77, 1, UINT32_MAX, HASH_SHA256, { 1 } },
};
static struct warning given_warning[] = { { S_INIT("a.jar"), S_INIT("is cut short"), 1 } };
static struct inventory_layer given_layer[] = {
	{ { { 1 } },
	  { { 2 } },
	  12345,
	  S_INIT("application/vnd.oci.image.layer.v1.tar+gzip"),
	  S_INIT("ADD rootfs / # \"x\""),
	  true },
	{ { { 3 } }, { { 4 } }, 678, S_INIT(""), S_INIT(""), false },
};

static const struct inventory given_inventory = {
	.subject = { .kind = SUBJECT_IMAGE,
		     .name = S_INIT("registry.example.org/team/app:1.2"),
		     .version = S_INIT("1.2"),
		     .reference = S_INIT("registry.example.org/team/app@sha256:00"),
		     .manifest = { { 0xaa, 1 } },
		     .config = { { 0xbb } },
		     .platform = S_INIT("linux/amd64"),
		     .created = 1700000000,
		     .size = 99999,
		     .labels = PAIRS_OF({ S_INIT("a:b"), S_INIT("c") }),
		     .annotations = PAIRS_OF({ S_INIT("x"), S_INIT("y") }),
		     .tags = TEXTS_OF(S_INIT("1.2"), S_INIT("latest")),
		     .repo_digests = TEXTS_OF(S_INIT("r@sha256:0")),
		     .base_name = S_INIT("debian:12"),
		     .base = { { 0xcc } },
		     .layer = given_layer,
		     .layer_n = 2,
		     .config_json = S_INIT("{\"architecture\":\"amd64\"}"),
		     .manifest_json = S_INIT("{}") },
	.os = { .id = S_INIT("debian"),
		.id_like = S_INIT("x y"),
		.version_id = S_INIT("12"),
		.version = S_INIT("12 (bookworm)"),
		.codename = S_INIT("bookworm"),
		.name = S_INIT("Debian GNU/Linux"),
		.pretty_name = S_INIT("Debian GNU/Linux 12 (bookworm)"),
		.cpe = S_INIT("cpe:/o:d"),
		.home_url = S_INIT("https://www.debian.org/"),
		.support_end = S_INIT("2028-06-30"),
		.path = S_INIT("usr/lib/os-release"),
		.distro = S_INIT("debian-12"),
		.facts = PAIRS_OF({ S_INIT("apk:release"), S_INIT("3.18") },
				  { S_INIT("redhat:content-sets"), S_INIT("a b c") }) },
	.package_n = sizeof(given_package) / sizeof(given_package[0]),
	.relation = given_relation,
	.relation_n = 5,
	.unknown = given_unknown,
	.unknown_n = 2,
	.executables = 10,
	.owned = 6,
	.recognised = 2,
	.changed = given_changed,
	.changed_n = 2,
	.compared = 5,
	.file = given_file,
	.file_n = 2,
	.warning = given_warning,
	.warning_n = 1,
	.tool = S_INIT("temper"),
	.tool_version = { "" TEMPER_VERSION, sizeof(TEMPER_VERSION) - 1 },
};

static inline int given(struct op *op, struct inventory *ret)
{
	*ret = given_inventory;
	ret->package = op_new(op, struct package, ret->package_n);
	if (!ret->package)
		return op->code;
	memcpy(ret->package, given_package, sizeof(given_package));
	for (ptrdiff_t i = 0; i < ret->package_n; i++) {
		TRY(package_purl(op, &ret->package[i]));
		if (ret->package[i].id.len == 0)
			ret->package[i].id = ret->package[i].purl;
	}
	return 0;
}

static inline int write_as(struct op *op, const struct inventory *inv, const char *format,
			   bool files, str *ret)
{
	struct sbom_format_choice c = { .files = files };
	struct buf b;

	buf_init(&b, op, 64 << 20);
	int rc = sbom_format_parse(op, str_of(format), &c);
	CHECK(rc == 0);
	rc = rc ? rc : sbom_write(op, inv, &c, sink_buf, &b);
	return rc ? rc : buf_take(&b, ret);
}

#endif
