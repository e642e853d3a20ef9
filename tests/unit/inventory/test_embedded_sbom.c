#include "harness.h"

#define CDX(components)                                                                         \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[" components "]," \
	"\"dependencies\":[{\"ref\":\"a\",\"dependsOn\":[\"b\"]}]}"
#define PART(ref, purl) \
	"{\"type\":\"library\",\"bom-ref\":\"" ref "\",\"name\":\"n\",\"purl\":\"" purl "\"}"
#define SPDX(packages) \
	"{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"packages\":[" packages "]}"
#define ENTRY(name, purl)                                   \
	"{\"SPDXID\":\"SPDXRef-" name "\",\"name\":\"" name \
	"\",\"versionInfo\":\"1\",\"externalRefs\":["       \
	"{\"referenceType\":\"purl\",\"referenceLocator\":\"" purl "\"}]}"

static int forms(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("app/bom.json"),
		  .bytes = S_INIT(CDX(PART("a", "pkg:npm/x@1") "," PART("b", "pkg:npm/y@2"))) },
		{ .path = S_INIT("lib/python3/p-1.dist-info/sboms/auditwheel.cdx.json"),
		  .bytes = S_INIT(CDX(PART("a", "pkg:generic/libz@1.3"))) },
		{ .path = S_INIT("lib/python3/p-1.dist-info/sboms/README"),
		  .bytes = S_INIT("none") },
		{ .path = S_INIT("opt/docker/sbom/.spdx.dhi-python.json"),
		  .bytes = S_INIT(SPDX(ENTRY("dhi", "pkg:docker/dhi/python@3.14"))) },
		{ .path = S_INIT("srv/bom.json"), .bytes = S_INIT("{\"b\": 1}") },
		{ .path = S_INIT("srv/broken.spdx.json"), .bytes = S_INIT("{\"spdxVersion\": ") },
	};
	struct inventory v;

	TRY(catalog_over(op, "embedded-sbom", false, file, sizeof(file) / sizeof(file[0]), &v));
	CHECK(v.package_n == 4);
	const struct package *x = package_by(&v, "pkg:npm/x@1"), *y = package_by(&v, "pkg:npm/y@2");
	CHECK(x && y && package_by(&v, "pkg:generic/libz@1.3") &&
	      package_by(&v, "pkg:docker/dhi/python@3.14"));
	CHECK(v.relation_n == 1 && v.relation[0].kind == RELATION_DEPENDS);
	CHECK(v.warning_n == 1 && str_eq(v.warning[0].path, S("srv/broken.spdx.json")));
	if (x) {
		CHECK(x->evidence_n == 1 && x->evidence[0].how == EVIDENCE_SBOM);
		CHECK_STR(x->evidence[0].path, S("app/bom.json"));
	}
	return 0;
}

/* What the database knows is what the database says. */
static int databases(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("opt/app.spdx.json"),
		  .bytes = S_INIT(SPDX(ENTRY("a", "pkg:deb/debian/known@9") "," ENTRY(
			  "b", "pkg:deb/debian/other@1"))) },
		{ .path = S_INIT("var/lib/dpkg/status"),
		  .bytes = S_INIT("Package: known\nStatus: install ok installed\nArchitecture: "
				  "all\nVersion: 1\n") },
	};
	struct inventory v;

	TRY(catalog_over(op, "", false, file, sizeof(file) / sizeof(file[0]), &v));
	CHECK(v.package_n == 2);
	CHECK(v.package_n == 2 && str_eq(v.package[0].version, S("1")) &&
	      str_eq(v.package[1].name, S("other")));
	return 0;
}

static int bitnami(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("opt/bitnami/redis/.spdx-redis.spdx"),
		  .bytes = S_INIT(SPDX(ENTRY("redis", "pkg:bitnami/redis@7.0-1") "," ENTRY(
			  "lua", "pkg:bitnami/lua@5"))) },
		{ .path = S_INIT("opt/bitnami/redis/bin/x"),
		  .bytes = S_INIT("#!/bin/sh\n"),
		  .mode = 0755 },
		{ .path = S_INIT("opt/bitnami/other"), .bytes = S_INIT("x") },
	};
	struct inventory v;

	TRY(catalog_over(op, "embedded-sbom", false, file, sizeof(file) / sizeof(file[0]), &v));
	const struct package *redis = package_by(&v, "pkg:bitnami/redis@7.0-1"),
			     *lua = package_by(&v, "pkg:bitnami/lua@5");
	CHECK(redis && lua);
	if (redis && lua) {
		CHECK(lua->file_n == 0 && redis->file_n == 2);
		if (redis->file_n == 2)
			CHECK_STR(redis->file[1].path, S("opt/bitnami/redis/bin/x"));
	}
	return 0;
}

TESTS({ "forms", forms }, { "databases", databases }, { "bitnami", bitnami })
