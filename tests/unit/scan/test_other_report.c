/* Reports of other scanners, in the layouts that their documentation shows. */
#include "scan/other_report.h"
#include "unit/harness.h"

/* Source: Grype's JSON output, models.Document (grype/presenter/models). */
static const char grype[] =
	"{\"matches\":[{\"vulnerability\":{\"id\":\"GHSA-jjjj\",\"severity\":\"High\",\"fix\":{"
	"\"versions\":[\"1.2\",\"2.0\"],\"state\":\"fixed\"}},\"relatedVulnerabilities\":[{\"id\":"
	"\"CVE-2020-1\"},{\"id\":\"GHSA-jjjj\"}],\"artifact\":{\"name\":\"thing\",\"version\":\"1."
	"0\","
	"\"type\":\"npm\",\"purl\":\"pkg:npm/thing@1.0\",\"locations\":[{\"path\":\"/a/"
	"package.json\"}"
	"]}}],\"ignoredMatches\":[{\"vulnerability\":{\"id\":\"CVE-2020-2\",\"severity\":\"Low\","
	"\"fix\":{\"versions\":[],\"state\":\"not-fixed\"}},\"relatedVulnerabilities\":null,"
	"\"artifact\":{\"name\":\"bash\",\"version\":\"5\",\"type\":\"deb\",\"locations\":null}}],"
	"\"source\":{\"type\":\"image\",\"target\":{\"userInput\":\"debian:12\"}},\"descriptor\":{"
	"\"name\":\"grype\",\"version\":\"0.116.0\"}}";

/* Source: Trivy's docs, "Report format", SchemaVersion 2. */
static const char trivy[] =
	"{\"SchemaVersion\":2,\"ArtifactName\":\"debian:12\",\"Results\":[{\"Target\":\"debian:12 "
	"(debian 12.1)\",\"Class\":\"os-pkgs\",\"Type\":\"debian\",\"Vulnerabilities\":[{"
	"\"VulnerabilityID\":\"CVE-2020-3\",\"VendorIDs\":[\"DSA-1-1\"],\"PkgID\":\"bash@5\","
	"\"PkgName\":\"bash\",\"PkgIdentifier\":{\"PURL\":\"pkg:deb/debian/bash@5\"},"
	"\"InstalledVersion\":\"5\",\"FixedVersion\":\"5.1\",\"Status\":\"fixed\",\"Severity\":"
	"\"CRITICAL\"}]},{\"Target\":\"Node.js\",\"Class\":\"lang-pkgs\",\"Type\":\"node-pkg\"}]}";

static const char own[] =
	"{\"schema\":{\"name\":\"temper-findings\",\"version\":1},\"tool\":{\"name\":\"temper\","
	"\"version\":\"1\"},\"subject\":{\"kind\":\"image\",\"name\":\"x\"},\"findings\":[{\"id\":"
	"\"CVE-2020-4\",\"ids\":[\"CVE-2020-4\",\"GHSA-x\"],\"severity\":\"low\",\"state\":"
	"\"fixed\","
	"\"fixed\":[\"2\"],\"package\":{\"type\":\"npm\",\"name\":\"@s/"
	"x\",\"version\":\"1\",\"purl\":"
	"\"pkg:npm/%40s/x@1\",\"paths\":[\"p.json\"]}}],\"suppressed\":[{\"id\":\"CVE-2020-5\","
	"\"severity\":\"low\",\"package\":{\"name\":\"y\",\"version\":\"1\"}}]}";

static int reads_grype(struct op *op)
{
	struct other_report r;

	TRY(other_report_read(op, S("g"), exact(str_of(grype)), &r));
	CHECK_STR(str_of(r.tool), S("grype"));
	CHECK_STR(r.version, S("0.116.0"));
	CHECK_STR(r.subject, S("debian:12"));
	CHECK(r.finding_n == 2);
	if (r.finding_n != 2)
		return 0;
	const struct other_finding *f = r.finding;
	CHECK_STR(f->id, S("GHSA-jjjj"));
	CHECK(f->ids.n == 2);
	CHECK_STR(f->ids.p[1], S("CVE-2020-1"));
	CHECK_STR(f->path, S("/a/package.json"));
	CHECK(f->fixed.n == 2 && !f->ignored);
	CHECK_STR(f[1].name, S("bash"));
	CHECK(f[1].ignored && f[1].fixed.n == 0 && f[1].ids.n == 1);
	return 0;
}

static int reads_trivy(struct op *op)
{
	struct other_report r;

	TRY(other_report_read(op, S("t"), exact(str_of(trivy)), &r));
	CHECK_STR(str_of(r.tool), S("trivy"));
	CHECK(r.finding_n == 1);
	if (r.finding_n != 1)
		return 0;
	CHECK_STR(r.finding->ids.p[1], S("DSA-1-1"));
	CHECK_STR(r.finding->purl, S("pkg:deb/debian/bash@5"));
	CHECK_STR(r.finding->fixed.p[0], S("5.1"));
	CHECK_STR(r.finding->severity, S("CRITICAL"));
	TRY(other_report_read(
		op, S("t"),
		exact(S("[{\"Target\":\"x\",\"Vulnerabilities\":[{\"VulnerabilityID\":"
			"\"CVE-1\",\"PkgName\":\"a\",\"InstalledVersion\":\"1\"}]}]")),
		&r));
	CHECK(r.finding_n == 1);
	/* Nothing found: no Results at all. */
	TRY(other_report_read(op, S("t"), exact(S("{\"SchemaVersion\":2,\"ArtifactName\":\"x\"}")),
			      &r));
	CHECK(r.finding_n == 0);
	CHECK_STR(str_of(r.tool), S("trivy"));
	return 0;
}

static int reads_own(struct op *op)
{
	struct other_report r;

	TRY(other_report_read(op, S("o"), exact(str_of(own)), &r));
	CHECK_STR(str_of(r.tool), S("temper"));
	CHECK(r.finding_n == 2);
	if (r.finding_n != 2)
		return 0;
	CHECK_STR(r.finding->name, S("@s/x"));
	CHECK_STR(r.finding->path, S("p.json"));
	CHECK(r.finding->ids.n == 2 && !r.finding->ignored && r.finding[1].ignored);
	return 0;
}

static int refuses(struct op *op)
{
	struct other_report r;
	static const char *const none[] = { "{}", "[]", "1", "{\"matches\":1}", "[{\"a\":1}]" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		int rc = other_report_read(op, S("x"), exact(str_of(none[i])), &r);
		TRY(rc);
		CHECK(rc == 1);
	}
	CHECK_FAILS(op, other_report_read(op, S("x"), exact(S("{\"matches\":[")), &r), ERR_FORMAT,
		    "x:1");
	/* Elements of other kinds, and findings without a name, are none. */
	TRY(other_report_read(op, S("x"),
			      exact(S("{\"matches\":[1,null,\"a\",{},{\"vulnerability\":{\"id\":1},"
				      "\"artifact\":{}}]}")),
			      &r));
	CHECK(r.finding_n == 0);
	return 0;
}

TESTS({ "Grype's", reads_grype }, { "Trivy's", reads_trivy }, { "temper's", reads_own },
      { "others", refuses })
