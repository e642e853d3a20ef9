#include "unit/inventory/harness.h"

static const char deps[] =
	"{\"runtimeTarget\":{\"name\":\"T\"},\"targets\":{\"T\":{"
	"\"App/"
	"1.0.0\":{\"dependencies\":{\"Lib\":\"2.0.0\",\"Tool\":\"1.1.0\"},\"runtime\":{\"App.dll\":"
	"{}}},"
	"\"Lib/2.0.0\":{\"runtime\":{\"lib/net8.0/Lib.dll\":{}}},"
	"\"Tool/1.1.0\":{\"compile\":{\"lib/Tool.dll\":{}}},"
	"\"runtimepack.Some.Runtime.linux-x64/8.0.7\":{\"native\":{\"libclr.so\":{}}}}},"
	"\"libraries\":{"
	"\"App/1.0.0\":{\"type\":\"project\",\"sha512\":\"\"},"
	"\"Lib/2.0.0\":{\"type\":\"package\",\"path\":\"lib/"
	"2.0.0\",\"sha512\":\"sha512-"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
	"\"},"
	"\"Tool/1.1.0\":{\"type\":\"package\"},"
	"\"Ref/1.0.0\":{\"type\":\"referenceassembly\"},"
	"\"nothing\":{\"type\":\"package\"},"
	"\"runtimepack.Some.Runtime.linux-x64/8.0.7\":{\"type\":\"runtimepack\"}}}";

static int deps_json(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("app/App.deps.json"), .bytes = { deps, sizeof(deps) - 1 } },
		{ .path = S_INIT("app/Lib.dll"), .bytes = S_INIT("MZ no program, and claimed") },
	};
	struct inventory v;

	TRY(catalog_over(op, "dotnet", false, file, 2, &v));
	CHECK(v.package_n == 3 && v.warning_n == 0 && v.relation_n == 1);
	const struct package *lib = package_by(&v, "pkg:nuget/Lib@2.0.0");
	CHECK(lib && lib->checksum.n == 1);
	CHECK(package_by(&v, "pkg:nuget/App@1.0.0") != NULL);
	CHECK(package_by(&v, "pkg:nuget/Some.Runtime.linux-x64@8.0.7") != NULL);
	return 0;
}

static int locks(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("a/packages.lock.json"),
		  .bytes = S_INIT(
			  "{\"version\":1,\"dependencies\":{\"net8.0\":{\"A\":{\"type\":\"Direct\","
			  "\"resolved\":\"1.0.0\",\"dependencies\":{\"B\":\"2.0.0\"}},\"B\":{"
			  "\"type\":"
			  "\"Transitive\",\"resolved\":\"2.0.0\"},\"other\":{\"type\":\"Project\"}}"
			  "}}") },
		{ .path = S_INIT("b/packages.config"),
		  .bytes = S_INIT("<packages><package id=\"C\" version=\"3.0\"/><package id=\"D\" "
				  "version=\"4.0\" developmentDependency=\"true\"/></packages>") },
		{ .path = S_INIT("Directory.Packages.props"),
		  .bytes = S_INIT(
			  "<Project><ItemGroup><PackageVersion Include=\"E\" Version=\"[5.0]\"/>"
			  "<PackageVersion Include=\"F\" Version=\"$(V)\"/>"
			  "<PackageReference Update=\"G\"><Version>6.1</Version></PackageReference>"
			  "</ItemGroup></Project>") },
	};
	static const char *const want[] = { "pkg:nuget/A@1.0.0", "pkg:nuget/B@2.0.0",
					    "pkg:nuget/C@3.0",   "pkg:nuget/D@4.0",
					    "pkg:nuget/E@5.0",   "pkg:nuget/G@6.1" };
	struct inventory v;

	TRY(catalog_over(op, "dotnet-lock", true, file, 3, &v));
	CHECK(v.package_n == 6 && v.relation_n == 1);
	for (ptrdiff_t i = 0; i < v.package_n && i < 6; i++)
		CHECK_STR(v.package[i].purl, str_of(want[i]));
	CHECK(v.package_n == 6 && v.package[3].development && !v.package[2].development);
	return 0;
}

TESTS({ "what a .deps.json tells", deps_json }, { "what projects ask for", locks })
