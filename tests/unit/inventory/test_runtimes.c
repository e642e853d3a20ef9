#include "unit/inventory/harness.h"

/* What one file gives: at most one package. */
static int one_of(struct op *op, const char *cataloger, const char *path, str bytes, str *ret)
{
	struct tree_given file = { .path = str_of(path), .bytes = bytes };
	struct inventory v;

	TRY(catalog_over(op, cataloger, false, &file, 1, &v));
	CHECK(v.package_n <= 1);
	*ret = v.package_n ? v.package[0].purl : v.warning_n ? S("unreadable") : S("");
	return 0;
}

static int java_releases(struct op *op)
{
	static const struct {
		str bytes;
		const char *purl;
	} cases[] = {
		{ S_INIT("JAVA_VERSION=\"17.0.1\"\nIMPLEMENTOR=\"Debian\"\n"),
		  "pkg:generic/oracle/openjdk@17.0.1" },
		{ S_INIT("JAVA_VERSION=\"17.0.1\"\nJAVA_RUNTIME_VERSION=\"17.0.1+12-"
			 "LTS\"\nIMPLEMENTOR=\"Azul Systems, "
			 "Inc.\"\n"),
		  "pkg:generic/azul/zulu@17.0.1%2B12-LTS" },
		{ S_INIT("JAVA_VERSION=\"1.8.0_411\"\nBUILD_TYPE=\"commercial\"\nIMAGE_TYPE="
			 "\"JRE\"\n"),
		  "pkg:generic/oracle/jre@1.8.0_411" },
		{ S_INIT("JAVA_VERSION=\"11.0.1\"\r\nIMPLEMENTOR=\"IBM "
			 "Corporation\"\r\nIMAGE_TYPE=\"JDK\"\r\n"),
		  "pkg:generic/ibm/java_sdk@11.0.1" },
		{ S_INIT("VERSION=\"1.2\"\n"), "" },
		{ S_INIT("JAVA_VERSION=\"\"\n"), "" },
		{ S_INIT(""), "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str got;
		TRY(one_of(op, "jvm", "opt/jdk/release", cases[i].bytes, &got));
		CHECK_STR(got, str_of(cases[i].purl));
	}
	return 0;
}

/* All files below are the runtime's, and no others; the compiler makes it a JDK. */
static int java_files(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("opt/jdk/release"),
		  .bytes = S_INIT("JAVA_VERSION=\"1.8.0_411\"\nBUILD_TYPE=\"commercial\"\n") },
		{ .path = S_INIT("opt/jdk/bin/javac"), .bytes = S_INIT("x") },
		{ .path = S_INIT("opt/jdk/lib/server/deep/libjvm.so"), .bytes = S_INIT("x") },
		{ .path = S_INIT("opt/jdk/lib/a"), .bytes = S_INIT("x") },
		{ .path = S_INIT("opt/other"), .bytes = S_INIT("x") },
	};
	struct inventory v;

	TRY(catalog_over(op, "jvm", false, file, 5, &v));
	CHECK(v.package_n == 1);
	if (v.package_n != 1)
		return 0;
	CHECK_STR(v.package[0].purl, S("pkg:generic/oracle/jdk@1.8.0_411"));
	CHECK_STR(v.package[0].cpe.p[0], S("cpe:2.3:a:oracle:jdk:1.8.0:update411:*:*:*:*:*:*"));
	CHECK(v.package[0].file_n == 4);
	CHECK_STR(v.package[0].file[2].path, S("opt/jdk/lib/server/deep/libjvm.so"));
	return 0;
}

static int otp_applications(struct op *op)
{
	static const struct {
		str bytes;
		const char *purl;
	} cases[] = {
		{ S_INIT("{application, rabbit, [{vsn, \"3.12\"}]}."), "pkg:otp/rabbit@3.12" },
		{ S_INIT("%% a comment, {vsn, \"0\"}\n{application,'my-app',\n "
			 "[{env,[{vsn,\"9\"},{a,\"]\\\"}\"}]},"
			 "{description,\"x\"},{vsn,\"1.0\"},{applications,[kernel,stdlib]}]}."),
		  "pkg:otp/my-app@1.0" },
		{ S_INIT("{application, rabbit, [{vsn, \"3.12\"}"), "unreadable" },
		{ S_INIT("{application, rabbit, [{vsn, \"3.12"), "unreadable" },
		{ S_INIT("{application, rabbit, [{description, \"no version\"}]}."), "" },
		{ S_INIT("[core]\nname = something else\n"), "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str got;
		TRY(one_of(op, "erlang-otp", "usr/lib/x/ebin/x.app", cases[i].bytes, &got));
		CHECK_STR(got, str_of(cases[i].purl));
	}
	return 0;
}

static int julia_manifests(struct op *op)
{
	static const struct tree_given file[] = {
		{ .path = S_INIT("a/Manifest.toml"),
		  .bytes = S_INIT(
			  "julia_version = \"1.9.0\"\nmanifest_format = \"2.0\"\n"
			  "[[deps.JSON]]\ndeps = [\"Dates\"]\ngit-tree-sha1 = \"12ab\"\nuuid = "
			  "\"682c06a0\"\nversion = \"0.21.4\"\n"
			  "[[deps.Dates]]\nuuid = \"ade2ca70\"\n") },
		{ .path = S_INIT("b/Manifest.toml"),
		  .bytes = S_INIT("[[Old]]\nuuid = \"0ld\"\nversion = \"1.0.0\"\n[Old.deps]\nOther "
				  "= \"x\"\n"
				  "[[Other]]\nuuid = \"0the7\"\n") },
	};
	struct inventory v;

	TRY(catalog_over(op, "julia", false, file, 2, &v));
	CHECK(package_by(&v, "pkg:julia/JSON@0.21.4?uuid=682c06a0") != NULL);
	CHECK(package_by(&v, "pkg:julia/Dates@1.9.0?uuid=ade2ca70") != NULL);
	CHECK(package_by(&v, "pkg:julia/Old@1.0.0?uuid=0ld") != NULL);
	CHECK(v.package_n == 3 && v.relation_n == 1);
	return 0;
}

TESTS({ "Java's release files", java_releases }, { "files of a runtime", java_files },
      { "applications of OTP", otp_applications }, { "Julia's manifests", julia_manifests })
