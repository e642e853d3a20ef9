#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "sbom/cyclonedx.h"
#include "sbom/spdx.h"
#include "sys/file.h"
#include "unit/harness.h"

/*
 * One image of three packages, with names that need escaping. With TEMPER_SBOM_OUT set to a
 * directory, the two documents are left there for tests/sbom/validate.mjs.
 */
static str depends_web[] = { S_INIT("libc6"), S_INIT("libstdc++6"), S_INIT("libc6"),
			     S_INIT("not-here") };
static struct outcome_package packages[] = {
	{ .name = S_INIT("libc6"),
	  .version = S_INIT("2.41-12"),
	  .arch = S_INIT("amd64"),
	  .source = S_INIT("glibc"),
	  .source_version = S_INIT("2.41-12"),
	  .licence = S_INIT("GPL-2.0-only AND LGPL-2.1-or-later"),
	  .path = S_INIT("pool/main/g/glibc/libc6_2.41-12_amd64.deb"),
	  .suite = S_INIT("trixie"),
	  .deb = { { 1 } } },
	{ .name = S_INIT("libstdc++6"),
	  .version = S_INIT("14.2.0-19"),
	  .arch = S_INIT("amd64"),
	  .source = S_INIT("gcc-14"),
	  .source_version = S_INIT("14.2.0-19"),
	  .licence = S_INIT("NOASSERTION"),
	  .deb = { { 2 } } },
	{ .name = S_INIT("web"),
	  .version = S_INIT("1:1.26.3-3+deb13u1"),
	  .arch = S_INIT("all"),
	  .source = S_INIT("web"),
	  .source_version = S_INIT("1:1.26.3-3"),
	  .licence = S_INIT("(LicenseRef-Jam OR MIT) AND LicenseRef-a.b"),
	  .deb = { { 3 } },
	  .depends = { depends_web, 4 },
	  .description = S_INIT("a \"web\" server\x01") },
};
static struct entry entries[] = {
	{ .path = S_INIT("usr"), .type = ENTRY_DIRECTORY },
	{ .path = S_INIT("usr/bin/web"), .type = ENTRY_FILE, .sha256 = { { 4 } }, .sha1 = { 5 } },
	{ .path = S_INIT("usr/bin/web2"),
	  .type = ENTRY_HARDLINK,
	  .sha256 = { { 4 } },
	  .sha1 = { 5 } },
	{ .path = S_INIT("usr/lib/libc.so.6"),
	  .type = ENTRY_FILE,
	  .sha256 = { { 6 } },
	  .sha1 = { 7 } },
	{ .path = S_INIT("usr/lib/link"), .type = ENTRY_SYMLINK, .link = S_INIT("libc.so.6") },
	{ .path = S_INIT("usr/lib/\xff\n\"x"), .type = ENTRY_FILE, .sha256 = { { 8 } } },
};
static struct outcome_file files[] = {
	{ &entries[0], -1, S_INIT("recipe") }, { &entries[1], 2, S_INIT("") },
	{ &entries[2], 2, S_INIT("") },        { &entries[3], 0, S_INIT("") },
	{ &entries[4], 0, S_INIT("") },        { &entries[5], -1, S_INIT("made") },
};
static const struct platform amd64 = { .name = "linux/amd64", .oci_arch = "amd64" };

static struct outcome sample(void)
{
	return (struct outcome){ .name = S("web"),
				 .description = S("serves"),
				 .suite = S("trixie"),
				 .platform = &amd64,
				 .manifest = { { 9 } },
				 .created = 1763769600,
				 .package = packages,
				 .package_n = 3,
				 .file = files,
				 .file_n = 6 };
}

typedef int writer(struct op *op, const struct outcome *o, sbom_sink *write, void *arg);

static int written(struct op *op, writer *w, const struct outcome *o, str *ret)
{
	struct buf b;

	buf_init(&b, op, 64 << 20);
	TRY(w(op, o, sink_buf, &b));
	return buf_take(&b, ret);
}

static int leave(struct op *op, const char *name, str text)
{
	const char *dir = getenv("TEMPER_SBOM_OUT");

	if (!dir)
		return 0;
	AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	return file_replace(op, fd, str_of(name), text, 0644);
}

static const struct node *at(const struct node *n, const char *key, ptrdiff_t i)
{
	n = node_get(n, str_of(key));
	return n && i < n->n ? &n->child[i] : NULL;
}

static str text_of(const struct node *n, const char *key)
{
	str got = S("(none)");

	(void)node_text(node_get(n, str_of(key)), &got);
	return got;
}

static bool has(str text, const char *what)
{
	return str_find_str(text, str_of(what)) >= 0;
}

static int spdx(struct op *op)
{
	struct outcome o = sample();
	struct doc doc;
	str text, again;

	TRY(written(op, spdx_write, &o, &text));
	TRY(written(op, spdx_write, &o, &again));
	CHECK_STR(again, text);
	TRY(leave(op, "spdx.json", text));
	TRY(json_parse(op, S("spdx"), text, &doc));
	CHECK_STR(text_of(&doc.root, "spdxVersion"), S("SPDX-2.3"));
	CHECK(node_get(&doc.root, S("packages"))->n == 4);
	CHECK(node_get(&doc.root, S("files"))->n == 4);
	const struct node *cxx = at(&doc.root, "packages", 2), *web = at(&doc.root, "packages", 3);
	CHECK_STR(text_of(cxx, "SPDXID"), S("SPDXRef-Package-libstdcX2BX2B6"));
	CHECK_STR(text_of(web, "licenseDeclared"), S("(LicenseRef-Jam OR MIT) AND LicenseRef-a.b"));
	CHECK_STR(text_of(web, "sourceInfo"), S("built from the source package web 1:1.26.3-3"));
	CHECK_STR(
		text_of(at(web, "externalRefs", 0), "referenceLocator"),
		S("pkg:deb/debian/"
		  "web@1:1.26.3-3%2Bdeb13u1?arch=all&distro=debian-13&upstream=web%401:1.26.3-3"));
	/* SHA-1 of the two files' SHA-1s in hex, one after the other */
	CHECK_STR(text_of(node_get(web, S("packageVerificationCode")),
			  "packageVerificationCodeValue"),
		  S("eda3cd5698842379bb3c7a4d7b2e0903a99d9b9a"));
	CHECK(has(text,
		  "{\"spdxElementId\":\"SPDXRef-Package-web\",\"relationshipType\":\"DEPENDS_ON\","
		  "\"relatedSpdxElement\":\"SPDXRef-Package-libc6\"}"));
	CHECK(has(text, "{\"spdxElementId\":\"SPDXRef-Image\",\"relationshipType\":\"CONTAINS\","
			"\"relatedSpdxElement\":\"SPDXRef-File-5\"}"));
	CHECK_STR(text_of(at(&doc.root, "hasExtractedLicensingInfos", 1), "licenseId"),
		  S("LicenseRef-a.b"));
	CHECK(has(text, "\"created\":\"2025-11-22T00:00:00Z\""));
	return 0;
}

static int cyclonedx(struct op *op)
{
	struct outcome o = sample();
	struct doc doc;
	str text, again;

	TRY(written(op, cyclonedx_write, &o, &text));
	TRY(written(op, cyclonedx_write, &o, &again));
	CHECK_STR(again, text);
	TRY(leave(op, "cyclonedx.json", text));
	TRY(json_parse(op, S("cyclonedx"), text, &doc));
	CHECK(node_get(&doc.root, S("components"))->n == 4);
	const struct node *libc = at(&doc.root, "components", 0),
			  *web = at(&doc.root, "components", 2);
	CHECK_STR(text_of(at(web, "components", 0), "name"), S("/usr/bin/web"));
	CHECK(node_get(web, S("components"))->n == 2 && node_get(libc, S("components"))->n == 1);
	CHECK_STR(text_of(at(web, "licenses", 0), "expression"),
		  S("(LicenseRef-Jam OR MIT) AND LicenseRef-a.b"));
	CHECK(!node_get(at(&doc.root, "components", 1), S("licenses")));
	const struct node *depends = at(&doc.root, "dependencies", 3);
	CHECK(node_get(depends, S("dependsOn"))->n == 2);
	CHECK_STR(text_of(depends, "ref"), text_of(web, "bom-ref"));
	return 0;
}

static struct outcome_artifact artifacts[] = {
	{ .name = S_INIT("app"),
	  .version = S_INIT("1.0"),
	  .from = S_INIT("https://example.org/app.zip"),
	  .fetched = true,
	  .destination = S_INIT("opt/app"),
	  .licence = S_INIT("LicenseRef-own"),
	  .sha256 = { { 3 } },
	  .origin = S_INIT("artifact app 1.0") },
	{ .name = S_INIT("site"),
	  .from = S_INIT("dist"),
	  .directory = true,
	  .destination = S_INIT("srv"),
	  .purl = S_INIT("pkg:npm/site@2"),
	  .sha256 = { { 4 } },
	  .origin = S_INIT("made") },
};
static struct outcome_certificate trusted[] = {
	{ S_INIT("ca.pem"), S_INIT("CN=Company"), { { 5 } }, 1763769600, false }
};

/* What no package brings is a component of its own, and has its files. */
static int own_software(struct op *op)
{
	struct outcome o = sample();
	struct doc doc;
	str text;

	o.artifact = artifacts;
	o.artifact_n = 2;
	o.certificate = trusted;
	o.certificate_n = 1;
	TRY(written(op, spdx_write, &o, &text));
	TRY(json_parse(op, S("spdx"), text, &doc));
	CHECK(node_get(&doc.root, S("packages"))->n == 6);
	const struct node *app = at(&doc.root, "packages", 4), *site = at(&doc.root, "packages", 5);
	CHECK_STR(text_of(app, "downloadLocation"), S("https://example.org/app.zip"));
	CHECK_STR(text_of(app, "licenseDeclared"), S("LicenseRef-own"));
	CHECK_STR(text_of(site, "downloadLocation"), S("NOASSERTION"));
	CHECK_STR(text_of(at(site, "externalRefs", 0), "referenceLocator"), S("pkg:npm/site@2"));
	CHECK(has(text,
		  "{\"spdxElementId\":\"SPDXRef-Artifact-1\",\"relationshipType\":\"CONTAINS\","
		  "\"relatedSpdxElement\":\"SPDXRef-File-5\"}"));
	CHECK(has(text, "See the artifact app."));
	TRY(written(op, cyclonedx_write, &o, &text));
	TRY(json_parse(op, S("cyclonedx"), text, &doc));
	CHECK(node_get(&doc.root, S("components"))->n == 7);
	app = at(&doc.root, "components", 3);
	CHECK(str_starts(text_of(app, "purl"), S("pkg:generic/app@1.0?checksum=sha256:0300")));
	CHECK_STR(text_of(at(app, "externalReferences", 0), "url"),
		  S("https://example.org/app.zip"));
	CHECK_STR(text_of(at(&doc.root, "components", 5), "name"), S("CN=Company"));
	CHECK(node_get(at(&doc.root, "dependencies", 0), S("dependsOn"))->n == 5);
	return 0;
}

/* Nothing in it, and another manifest gives other identifiers. */
static int empty(struct op *op)
{
	struct outcome o = { .name = S("e"), .suite = S("sid") },
		       other = { .name = S("e"), .manifest = { { 1 } } };
	writer *const w[] = { spdx_write, cyclonedx_write };

	for (size_t i = 0; i < 2; i++) {
		struct doc doc;
		str text, differs;
		TRY(written(op, w[i], &o, &text));
		TRY(written(op, w[i], &other, &differs));
		CHECK(!str_eq(text, differs));
		TRY(json_parse(op, S("empty"), text, &doc));
	}
	return 0;
}

static int refuse(struct op *op, void *arg, str bytes)
{
	(void)arg;
	(void)bytes;
	return op_fail(op, ERR_IO, "the disk is full");
}

static int count_bytes(struct op *op, void *arg, str bytes)
{
	(void)op;
	*(size_t *)arg += (size_t)bytes.len;
	return 0;
}

/* A sink that fails ends the writing; 50,000 files stay within 10 MiB. */
static int large(struct op *op)
{
	enum { N = 50 * 1000 };
	struct outcome o = sample();
	AUTO_OP small;
	size_t bytes = 0;

	o.file = op_new(op, struct outcome_file, N);
	if (!o.file)
		return op->code;
	for (o.file_n = 0; o.file_n < N; o.file_n++)
		o.file[o.file_n] = files[1 + o.file_n % 5];
	CHECK_FAILS(op, spdx_write(op, &o, refuse, NULL), ERR_IO, "disk is full");
	CHECK_FAILS(op, cyclonedx_write(op, &o, refuse, NULL), ERR_IO, "disk is full");
	op_init(&small, 10 << 20);
	CHECK(spdx_write(&small, &o, count_bytes, &bytes) == 0);
	CHECK(cyclonedx_write(&small, &o, count_bytes, &bytes) == 0);
	CHECK(bytes > N * (size_t)400);
	return 0;
}

TESTS({ "spdx", spdx }, { "cyclonedx", cyclonedx }, { "own software", own_software },
      { "empty", empty }, { "large", large, .once = true })
