/* Bills of others, and hostile ones. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "given.h"
#include "sys/file.h"

/* What the documents themselves say, counted by hand. */
static const struct {
	const char *path; /* below images/ */
	ptrdiff_t packages, relations;
	const char *tool, *system, *purl; /* of the first package */
} known[] = {
	{ "syft/syft/format/testdata/alpine-syft.json", 14, 0, "syft", "alpine-3.14.2",
	  "pkg:apk/alpine/alpine-baselayout@3.2.0-r16?arch=x86_64" },
	{ "syft/syft/pkg/cataloger/sbom/testdata/alpine/syft-json/sbom.syft.json", 14, 3, "syft",
	  "alpine-3.16.3",
	  "pkg:apk/alpine/"
	  "alpine-baselayout@3.2.0-r23?arch=x86_64&distro=alpine-3.16.3&upstream=alpine-"
	  "baselayout" },
	{ "syft/syft/format/cyclonedxjson/testdata/snapshot/TestCycloneDxImageEncoder.golden", 2, 0,
	  "syft", "debian-1.2.3", "pkg:deb/debian/package-2@2.0.1" },
	{ "syft/syft/format/cyclonedxxml/testdata/snapshot/TestCycloneDxImageEncoder.golden", 2, 0,
	  "syft", "debian-1.2.3", "pkg:deb/debian/package-2@2.0.1" },
	{ "syft/syft/format/cyclonedxxml/testdata/identify/1.0.xml", 1, 0, "", "",
	  "pkg:golang/github.com/wagoodman/go-partybus@v0.0.0-20230516145632-8ccac152c651" },
	{ "syft/syft/format/spdxjson/testdata/spdx/alpine-3.10.syft.spdx.json", 3, 0,
	  "syft-[not provided]", "alpine-3.10.9",
	  "pkg:apk/alpine/busybox@1.30.1-r5?arch=x86_64&distro=alpine-3.10.9" },
	{ "syft/syft/format/spdxtagvalue/testdata/identify/2.1.sbom", 1, 0, "syft", "",
	  "pkg:golang/github.com/wagoodman/go-partybus@v0.0.0-20230516145632-8ccac152c651" },
	{ "syft/syft/pkg/cataloger/bitnami/testdata/json/opt/bitnami/postgresql/"
	  ".spdx-postgresql.spdx",
	  19, 18, "", "", "pkg:bitnami/gdal@3.10.1?arch=arm64&distro=debian-12" },
	{ "osv-scalibr/extractor/filesystem/sbom/cdx/testdata/sbom-with-nested-comps.cdx.json", 3,
	  0, "", "", "pkg:generic/openssl@1.1.1" },
	{ "claircore/sbom/spdx/testdata/decoder/konflux-manifest.spdx.json", 4, 0, "Konflux CI", "",
	  "pkg:oci/"
	  "ubi9-9-7@sha256:004d4796c3447872eeb79730110d2f677cb059dc358b134a73ce036692c13a42?arch="
	  "arm64&repository_url="
	  "quay.io%2Fredhat-user-workloads%2Fosci-rhel-containers-tenant%2Frhel-9-7%2Fubi9-9-7" },
};

static int one_of_others(struct op *op, const char *shared, size_t i)
{
	struct inventory v;
	str path, text;

	TRY(op_text(op, &path, "%s/images/%s", shared, known[i].path));
	TRY(file_read_user(op, path, 64 << 20, &text));
	int rc = sbom_read(op, path, exact(text), &v);
	CHECK(rc == 0);
	if (rc)
		return rc;
	CHECK_STR(v.tool, str_of(known[i].tool));
	CHECK_STR(v.os.distro, str_of(known[i].system));
	CHECK(v.relation_n == known[i].relations);
	CHECK(v.package_n == known[i].packages && v.package_n > 0);
	if (v.package_n != known[i].packages || v.relation_n != known[i].relations)
		(void)fprintf(stderr, "%s: %td packages, %td relations\n", known[i].path,
			      v.package_n, v.relation_n);
	CHECK_STR(v.package_n ? v.package[0].purl : S(""), str_of(known[i].purl));
	return 0;
}

static int others(struct op *op)
{
	const char *shared = getenv("TEMPER_SHARED_DATA"), *source = getenv("TEMPER_SOURCE");
	str path;
	AUTO_FD fd = -1;

	if (!shared) {
		TRY(op_text(op, &path, "%s/../shared/data", source));
		shared = op_cstr(op, path);
	}
	TRY(op_text(op, &path, "%s/images/syft", shared));
	if (file_open_user(op, path, &fd) < 0) {
		op_forgive(op);
		SKIP("no bills of others: TEMPER_SHARED_DATA names no directory that has them");
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		TRY(one_of_others(op, shared, i));
	return 0;
}

/* One name for many, circles, references to nothing. */
static int twisted(struct op *op)
{
	static const char text[] =
		"{\"bomFormat\":\"CycloneDX\",\"components\":["
		"{\"type\":\"library\",\"bom-ref\":\"r\",\"name\":\"a\",\"purl\":\"pkg:npm/a@1\"},"
		"{\"type\":\"library\",\"bom-ref\":\"r\",\"name\":\"b\",\"purl\":\"pkg:npm/b@1\"},"
		"{\"type\":\"library\",\"bom-ref\":\"s\",\"name\":\"a\",\"purl\":\"pkg:npm/a@1\"},"
		"{\"type\":\"library\",\"name\":\"\"},{\"type\":\"library\"},7,null,[],\"x\"],"
		"\"dependencies\":[{\"ref\":\"r\",\"dependsOn\":[\"s\",\"s\",\"r\",\"nothing\",7]},"
		"{\"ref\":\"s\",\"dependsOn\":[\"r\"]},"
		"{\"ref\":\"x\",\"dependsOn\":\"r\"},5]}";
	struct inventory v;

	TRY(sbom_read(op, S("f"), exact(str_of(text)), &v));
	CHECK(v.package_n == 3 && v.relation_n == 2);
	if (v.package_n == 3) {
		CHECK_STR(v.package[0].id, S("pkg:npm/a@1"));
		CHECK_STR(v.package[1].id, S("pkg:npm/a@1#2"));
	}
	return 0;
}

static int broken(struct op *op)
{
	static const struct {
		const char *text;
		int code;
		const char *why;
	} row[] = {
		{ "{\"bomFormat\":\"CycloneDX\",", ERR_FORMAT, "f:1:" },
		{ "{\"spdxVersion\":\"SPDX-2.3\",\"a\":1,\"a\":2}", ERR_FORMAT, "f:1:" },
		{ "{\"spdxVersion\":\"SPDX-2.3\",\"a\":\"\\ud800\"}", ERR_FORMAT, "f:1:" },
		{ "{\"spdxVersion\":\"SPDX-2.3\",\"a\":NaN}", ERR_FORMAT, "f:1:" },
		{ "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageDescription: <text>b\n",
		  ERR_FORMAT, "a <text> that does not end" },
		{ "SPDXVersion: SPDX-2.3\nPackageName: \xff\n", ERR_FORMAT, "not UTF-8" },
		{ "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"><components>", ERR_FORMAT,
		  "ends within an element" },
		{ "<!DOCTYPE x><bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"/>", ERR_FORMAT,
		  "document type" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct inventory v;
		CHECK_FAILS(op, sbom_read(op, S("f"), exact(str_of(row[i].text)), &v), row[i].code,
			    row[i].why);
	}
	return 0;
}

/* Nested components below and above what is allowed. */
static int deep(struct op *op)
{
	for (int n = 10; n <= 1000; n *= 100) {
		struct inventory v;
		struct buf b;
		str text;
		buf_init(&b, op, 1 << 20);
		buf_add(&b, S("{\"bomFormat\":\"CycloneDX\",\"components\":["));
		for (int i = 0; i < n; i++)
			buf_fmt(&b,
				"{\"name\":\"n%d\",\"version\":\"1\",\"type\":\"library\","
				"\"components\":[",
				i);
		for (int i = 0; i < n; i++)
			buf_add(&b, S("]}"));
		buf_add(&b, S("]}"));
		TRY(buf_take(&b, &text));
		int rc = sbom_read(op, S("f"), text, &v);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK(n == 10 ? rc == 0 && v.package_n == 10 : rc < 0);
		op_forgive(op);
	}
	return 0;
}

/* Many of one name, each of which depends on all before: linear but for sorting. */
static int many(struct op *op)
{
	enum { N = 50 * 1000 };
	struct inventory v;
	struct buf b;
	str text;

	buf_init(&b, op, 64 << 20);
	buf_add(&b, S("{\"bomFormat\":\"CycloneDX\",\"components\":["));
	for (int i = 0; i < N; i++)
		buf_fmt(&b,
			"%s{\"type\":\"library\",\"bom-ref\":\"%d\",\"name\":\"a\",\"purl\":\"pkg:"
			"npm/a@1\"}",
			i ? "," : "", i % 7);
	buf_add(&b, S("],\"dependencies\":["));
	for (int i = 0; i < N; i++)
		buf_fmt(&b, "%s{\"ref\":\"%d\",\"dependsOn\":[\"%d\"]}", i ? "," : "", i % 7,
			(i + 1) % 7);
	buf_add(&b, S("]}"));
	TRY(buf_take(&b, &text));
	TRY(sbom_read(op, S("f"), text, &v));
	CHECK(v.package_n == N && v.relation_n == 7);
	return 0;
}

TESTS({ "others", others, .once = true }, { "twisted", twisted }, { "broken", broken },
      { "deep", deep, .once = true }, { "many", many, .once = true })
