#include "advisory/csaf_products.h"
#include "advisory/feed_native.h"
#include "unit/advisory/golden.h"

static int takes_names_apart(struct op *op)
{
	static const struct {
		const char *in, *name, *version, *arch;
	} cases[] = {
		{ "libopenssl1_1-1.1.1l-150500.17.1.x86_64", "libopenssl1_1", "1.1.1l-150500.17.1",
		  "x86_64" },
		{ "samba-client-libs-32bit-4.19.4+git.339.acf1ccaa02-1.22",
		  "samba-client-libs-32bit", "4.19.4+git.339.acf1ccaa02-1.22", "" },
		{ "libdcerpc-binding0-32bit", NULL, NULL, NULL },
		{ "bind", NULL, NULL, NULL },
		{ "a-1", NULL, NULL, NULL },
		{ "-1-1", NULL, NULL, NULL },
		{ "a-1-", NULL, NULL, NULL },
		{ "a--1", NULL, NULL, NULL },
		{ ".x86_64", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str name, version, arch;
		bool is = csaf_nevra(exact(str_of(cases[i].in)), &name, &version, &arch);
		CHECK(is == (cases[i].name != NULL));
		if (is) {
			CHECK_STR(name, str_of(cases[i].name));
			CHECK_STR(version, str_of(cases[i].version));
			CHECK_STR(arch, str_of(cases[i].arch));
		}
	}
	return 0;
}

#define PRODUCT(id, helper)                  \
	"{\"product\":{\"product_id\":\"" id \
	"\",\"name\":\"x\",\"product_identification_helper\":{" helper "}}}"
#define OF(id, part, whole)                                                                \
	"{\"full_product_name\":{\"product_id\":\"" id "\"},\"product_reference\":\"" part \
	"\",\"relates_to_product_reference\":\"" whole "\"}"

static const char vex[] =
	"{\"document\":{\"csaf_version\":\"2.0\",\"aggregate_severity\":{\"text\":\"Moderate\"},"
	"\"tracking\":{\"id\":\"CVE-1\",\"current_release_date\":\"2024-08-02T12:22:44+00:00\"}},"
	"\"product_tree\":{\"branches\":[{\"branches\":["
	/* releases */
	PRODUCT("R9", "\"cpe\":\"cpe:/a:redhat:enterprise_linux:9::appstream\"") "," PRODUCT(
		"B9", "\"cpe\":\"cpe:/o:redhat:enterprise_linux:9::baseos\"") "," PRODUCT("E92", "\"cpe\":\"cpe:"
												 "/"
												 "a"
												 ":"
												 "r"
												 "e"
												 "d"
												 "h"
												 "a"
												 "t"
												 ":"
												 "r"
												 "h"
												 "e"
												 "l"
												 "_"
												 "e"
												 "u"
												 "s"
												 ":"
												 "9"
												 "."
												 "2"
												 ":"
												 ":"
												 "a"
												 "p"
												 "p"
												 "s"
												 "t"
												 "r"
												 "e"
												 "a"
												 "m"
												 "\"") "," PRODUCT("J",
														   "\"cpe\":\"cpe:/a:redhat:jboss_core_services:1\"") "]},"
																				      /* packages */
																				      "{\"branches\":[{\"branches\":[" PRODUCT(
																					      "a.x86",
																					      "\"purl\":\"pkg:rpm/redhat/a@1.0-1.el9?arch=x86_64&epoch=1\"") "," PRODUCT("a.arm",
																															 "\"purl\":\"pkg:rpm/redhat/a@1.0-1.el9?arch=aarch64&epoch=1\"") "," PRODUCT("a.src", "\"purl\":\"pkg:rpm/redhat/a@1.0-1.el9?arch=src&epoch=1\"") "," PRODUCT("a-doc", "\"purl\":\"pkg:rpm/redhat/a-doc@1.0-1.el9?arch=noarch&epoch=0\"") "," PRODUCT("b.src", "\"purl\":\"pkg:rpm/redhat/b@2-1.el9?arch=src\"") "," PRODUCT("c",
																																																																						     "\"purl\":\"pkg:rpm/redhat/c?arch=src\"") "," PRODUCT("d",
																																																																													   "\"purl\":\"pkg:rpm/redhat/d\"") "," PRODUCT("e",
																																																																																			"\"purl\":\"pkg:rpmmod/redhat/postgresql:15/e\"") "," PRODUCT("f.x86",
																																																																																										      "\"purl\":\"pkg:rpm/redhat/f@3-1.module%2Bel9?arch=x86_64&rpmmod=nodejs:"
																																																																																										      "12:8040020210708131418:522a0ee4\"") "," PRODUCT("m",
																																																																																																       "\"purl\":\"pkg:rpmmod/redhat/ruby@2.7:8060020220810162001:ad008a3a\"") "," PRODUCT("g.x86",
																																																																																																											   "\"purl\":\"pkg:rpm/redhat/g@4-1.el9?arch=x86_64\"") "," PRODUCT("oci",
																																																																																																																			    "\"purl\":\"pkg:oci/x@sha256:12\"") "," PRODUCT("bad",
																																																																																																																									    "\"purl\":\"pkg:rpm/%zz\"") "]}]}],";
static const char relations[] = "\"relationships\":[" OF("R9:a.x86", "a.x86",
							 "R9") "," OF("R9:a.arm", "a.arm", "R9") "," OF("B9:a.x86", "a.x86", "B9") "," OF("R9:a.src", "a.src", "R9") "," OF("R9:a-doc", "a-doc", "R9") "," OF("R9:b.src", "b.src", "R9") "," OF("E92:a.x86", "a.x86", "E92") "," OF("R9:c",
																																		    "c",
																																		    "R9") "," OF("R9:d",
																																				 "d", "R9") "," OF("R9:e", "e", "R9") "," OF("R9:f",
																																									     "f.x86",
																																									     "R9") "," OF("R9:m",
																																											  "m",
																																											  "R9") "," OF("R9:m:g",
																																												       "g.x86", "R9:m") "," OF("R9:oci",
																																															       "oci", "R9") "," OF("J:c", "c", "J") "," OF("R9:bad",
																																																					   "bad",
																																																					   "R9") "," OF("R9:none",
																																																							"none",
																																																							"R9") "," OF("R9:h",
																																																								     "d",
																																																								     "B9") "]},";
static const char vulnerabilities[] =
	"\"vulnerabilities\":[{\"cve\":\"CVE-1\",\"title\":\"a: it overflows\",\"cwe\":{\"id\":"
	"\"CWE-120\"},\"release_date\":\"2023-09-07T00:00:00+00:00\",\"product_status\":{"
	"\"fixed\":[\"R9:a.x86\",\"R9:a.arm\",\"B9:a.x86\",\"R9:a.src\",\"R9:a-doc\",\"R9:b.src\","
	"\"E92:a.x86\",\"R9:f\",\"R9:m\",\"R9:m:g\",\"R9:oci\",\"R9:bad\",\"R9:none\"],"
	"\"known_affected\":[\"R9:c\",\"R9:e\",\"J:c\"],\"under_investigation\":[\"R9:h\"],"
	"\"known_not_affected\":[\"R9:d\"]},\"remediations\":["
	"{\"category\":\"vendor_fix\",\"date\":\"2024-04-30T10:00:00Z\",\"url\":\"https://example."
	"invalid/errata/RHSA-2024:1\",\"product_ids\":[\"R9:a.x86\",\"R9:a.arm\",\"B9:a.x86\"]},"
	"{\"category\":\"no_fix_planned\",\"details\":\"Will not fix\",\"product_ids\":[\"R9:c\"]},"
	"{\"category\":\"workaround\",\"details\":\"none\",\"product_ids\":[\"R9:c\",\"R9:d\"]},"
	"{\"category\":\"none_available\",\"details\":\"Fix "
	"deferred\",\"product_ids\":[\"R9:e\"]}],"
	"\"threats\":[{\"category\":\"impact\",\"details\":\"Moderate\",\"product_ids\":[\"R9:c\"]}"
	","
	"{\"category\":\"impact\",\"details\":\"Low\",\"product_ids\":[\"R9:e\"]}],"
	"\"scores\":[{\"cvss_v3\":{\"vectorString\":\"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/"
	"A:H\"}}]"
	"}]}";

static int reads(struct op *op)
{
	struct told t = { 0 };
	str text;

	TRY(op_text(op, &text, "%s%s%s", vex, relations, vulnerabilities));
	TRY(told_read(op, &feed_redhat_csaf, S("cve-1.json"), exact(text), "", &t));
	CHECK(t.bad == 0);
	CHECK_STR(buf_view(&t.b),
		  S("CVE-1 \"a: it overflows\" related RHSA-2024:1 published "
		    "2023-09-07T00:00:00Z modified 2024-08-02T12:22:44Z severity medium "
		    "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H CWE-120\n"
		    "  rhel:9 binary:a-doc fixed <1.0-1.el9\n"
		    "  rhel:9 binary:a fixed <1:1.0-1.el9 on 2024-04-30 only arch=aarch64 x86_64\n"
		    "  rhel:9 source:b fixed <2-1.el9\n"
		    "  rhel:9 source:c will_not_fix\n"
		    "  rhel:9 d under_investigation\n"
		    "  rhel:9 d not_affected\n"
		    "  rhel:9 binary:f fixed <3-1.module+el9 only arch=x86_64 only "
		    "module=nodejs:12\n"
		    "  rhel:9 e fix_deferred severity low only module=postgresql:15\n"
		    "  rhel:9 binary:g fixed <4-1.el9 only arch=x86_64 only module=ruby:2.7\n"
		    "  rhel:9 binary:a fixed <1:1.0-1.el9 only arch=x86_64 only "
		    "channel=eus:9.2\n"));
	struct told none = { 0 };
	CHECK_FAILS(op, told_read(op, &feed_redhat_csaf, S("x.json"), exact(S("{}")), "", &none),
		    ERR_FORMAT, "not a CSAF document");
	return 0;
}

/* SUSE's name their packages and have no purl. */
static int reads_suse(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_suse_csaf, S("x.json"),
		exact(S("{\"document\":{\"csaf_version\":\"2.0\",\"tracking\":{\"id\":\"SUSE-SU-"
			"1\"}},"
			"\"product_tree\":{\"branches\":[{\"product\":{\"name\":\"SUSE Linux "
			"Enterprise Server 15 "
			"SP5-LTSS\",\"product_id\":\"S\"}},{\"product\":{\"name\":"
			"\"openSUSE Leap "
			"15.5\",\"product_id\":\"L\"}},{\"product\":{\"name\":\"SUSE "
			"Enterprise Storage "
			"7.1\",\"product_id\":\"E\"}},{\"product\":{\"product_id\":"
			"\"libz1-1.2.13-150500.2.3.x86_64\"}},{\"product\":{\"product_id\":"
			"\"libz1\"}}],"
			"\"relationships\":[" OF("1", "libz1-1.2.13-150500.2.3.x86_64", "S") "," OF(
				"2", "libz1-1.2.13-150500.2.3.x86_64",
				"L") "," OF("3", "libz1",
					    "S") "," OF("4", "libz1",
							"E") "]},\"vulnerabilities\":[{\"cve\":"
							     "\"CVE-1\",\"title\":"
							     "\"CVE-1\",\"product_status\":{"
							     "\"recommended\":[\"1\",\"2\"]},"
							     "\"threats\":[{"
							     "\"category\":\"impact\",\"details\":"
							     "\"important\"}]},{\"cve\":\"CVE-2\","
							     "\"product_status\":{\"known_"
							     "affected\":[\"3\",\"4\"]}}]}")),
		"", &t));
	CHECK(t.bad == 0);
	CHECK_STR(buf_view(&t.b),
		  S("CVE-1 related SUSE-SU-1 severity high\n"
		    "  opensuse-leap:15.5 binary:libz1 fixed <1.2.13-150500.2.3 only arch=x86_64\n"
		    "  sles:15.5 binary:libz1 fixed <1.2.13-150500.2.3 only arch=x86_64 only "
		    "channel=LTSS\n"
		    "CVE-2 related SUSE-SU-1\n"
		    "  sles:15.5 libz1 affected only channel=LTSS\n"));
	return 0;
}

/* Documents of trivy-db's and vunnel's tests, with what one reads in them. */
static int reads_samples(struct op *op)
{
	static const struct {
		const char *path;
		const char *lines[6];
	} cases[] = {
		{ "trivy-db/pkg/vulnsrc/redhat-csaf/testdata/vuln-list-redhat/csaf-vex/"
		  "cve-2024-11111.json",
		  { "CVE-2024-11111 rhel:9 binary:test-package fixed <1:1.0.0-1.el9 on 2024-11-19 "
		    "only arch=aarch64 x86_64\n",
		    "CVE-2024-11111 rhel:9 source:affected-package affected\n",
		    "CVE-2024-11111 rhel:9 affected-package-bin affected\n",
		    "CVE-2024-11111 rhel:9 binary:modular-package fixed <2.4.37-65.module+el8.10.0+"
		    "21982+14717793 on 2024-11-19 severity medium only arch=aarch64 only "
		    "module=module:2.4\n" } },
		{ "vunnel/tests/unit/providers/rhel/test-fixtures/csaf/advisories/"
		  "rhsa-2023_3821.json",
		  { "CVE-2021-33621 rhel:8 binary:ruby fixed <2.7.8-139.module+el8.8.0+18745+"
		    "f1bef313 on 2023-06-27 only arch=aarch64 i686 ppc64le s390x x86_64 only "
		    "module=ruby:2.7\n",
		    "CVE-2023-28756 rhel:8 binary:rubygem-bundler fixed <2.2.24-139.module+el8.8.0+"
		    "18745+f1bef313 on 2023-06-27 only module=ruby:2.7\n" } },
		{ "vunnel/tests/unit/providers/rhel/test-fixtures/csaf/advisories/2025/"
		  "rhsa-2025_23414.json",
		  { "CVE-2025-40778 rhel:6 binary:bind fixed <32:9.8.2-0.68.rc1.el6_10.17 on "
		    "2025-12-17 only arch=i686 s390x x86_64 only channel=els:6\n" } },
		{ "vuls-data-update/pkg/fetch/redhat/vex/v1/testdata/fixtures/2023/"
		  "cve-2023-6212.json",
		  { "CVE-2023-6212 rhel:6 source:thunderbird end_of_life\n",
		    "CVE-2023-6212 rhel:8 binary:firefox fixed <115.5.0-1.el8_9 only arch=aarch64 "
		    "ppc64le s390x x86_64\n",
		    "CVE-2023-6212 rhel:8 binary:firefox fixed <115.5.0-1.el8_2 only arch=x86_64 "
		    "only channel=aus:8.2\n" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told t = { .brief = true };
		str text;
		if (!told_shared(op, cases[i].path, &text))
			SKIP("no samples: TEMPER_SHARED_DATA names no directory that has them");
		CHECK(feed_redhat_csaf.looks_like(&(struct feed_document){ .bytes = text }));
		CHECK(!feed_suse_csaf.looks_like(&(struct feed_document){ .bytes = text }));
		TRY(told_read(op, &feed_redhat_csaf, S("x.json"), text, "", &t));
		CHECK(t.bad == 0);
		for (int k = 0; k < 6 && cases[i].lines[k]; k++)
			CHECK_STR(told_has(&t, str_of(cases[i].lines[k]))
					  ? S("told")
					  : str_of(cases[i].lines[k]),
				  S("told"));
	}
	return 0;
}

TESTS({ "takes names apart", takes_names_apart }, { "reads", reads },
      { "reads SUSE's", reads_suse }, { "reads samples", reads_samples, .once = true })
