#include "vex/vex.h"

#include "codec/base64.h"
#include "unit/harness.h"
#include "unit/vex/scanned.h"

#define DOC(statements)                                                                         \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://example.org/v\","    \
	"\"author\":\"a\",\"timestamp\":\"2024-01-02T00:00:00Z\",\"version\":1,\"statements\":" \
	"[" statements "]}"
#define ABOUT(cve, products) \
	"{\"vulnerability\":{\"name\":\"" cve "\"},\"products\":[" products "],"
#define NOT_AFFECTED \
	"\"status\":\"not_affected\",\"justification\":\"vulnerable_code_not_present\"}"
#define IS(id) "{\"@id\":\"" id "\"}"
#define HAS(id, inner) "{\"@id\":\"" id "\",\"subcomponents\":[" IS(inner) "]}"

/* Which findings a document hides: bits by F_; and what it says of its last statement. */
static const struct {
	const char *what, *text;
	unsigned hidden;
	const char *unmatched; /* in it */
} applied[] = {
	{ "a package by its purl without a version",
	  DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3")) NOT_AFFECTED), 1 << F_URLLIB, "" },
	{ "by its exact version",
	  DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3@1.26.12")) NOT_AFFECTED), 1 << F_URLLIB,
	  "" },
	{ "case of an id does not matter",
	  DOC(ABOUT("ghsa-V845-jxx5-vc9f", IS("pkg:pypi/urllib3")) NOT_AFFECTED), 1 << F_URLLIB,
	  "" },
	{ "another version",
	  DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3@1.26.11")) NOT_AFFECTED), 0,
	  "version 1.26.11 of pkg:pypi/urllib3 is not here (1.26.12 is)" },
	{ "another vulnerability",
	  DOC(ABOUT("CVE-2020-1", IS("pkg:pypi/urllib3@1.26.12")) NOT_AFFECTED), 0,
	  "no such vulnerability: CVE-2020-1" },
	{ "another package", DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/requests")) NOT_AFFECTED), 0,
	  "no such product: pkg:pypi/requests" },
	{ "another type", DOC(ABOUT("CVE-2023-43804", IS("pkg:npm/urllib3")) NOT_AFFECTED), 0,
	  "no such product" },
	{ "a namespace left open is none",
	  DOC(ABOUT("CVE-2023-2975", IS("pkg:deb/libssl3")) NOT_AFFECTED), 0, "no such product" },
	{ "a point release of Debian",
	  DOC(ABOUT("CVE-2023-2975",
		    IS("pkg:deb/debian/libssl3@3.0.17-1~deb12u2?distro=debian-12.13"))
		      NOT_AFFECTED),
	  1 << F_LIBSSL, "" },
	{ "another release",
	  DOC(ABOUT("CVE-2023-2975", IS("pkg:deb/debian/libssl3?distro=debian-13")) NOT_AFFECTED),
	  0, "distro=debian-13 is asked for, libssl3 has 'debian-12'" },
	{ "another architecture",
	  DOC(ABOUT("CVE-2023-2975", IS("pkg:deb/debian/libssl3?arch=arm64")) NOT_AFFECTED), 0,
	  "arch=arm64" },
	{ "by the source of a package",
	  DOC(ABOUT("CVE-2023-2975", IS("pkg:deb/debian/openssl?arch=source")) NOT_AFFECTED),
	  1 << F_LIBSSL | 1 << F_OPENSSL, "" },
	{ "by upstream",
	  DOC(ABOUT("CVE-2023-2975", IS("pkg:deb/debian/libssl3?upstream=openssl")) NOT_AFFECTED),
	  1 << F_LIBSSL, "" },
	{ "the image by its digest",
	  DOC(ABOUT("DSA-5532-1", IS("pkg:oci/alpine@sha256%3A" SCANNED_HEX)) NOT_AFFECTED),
	  1 << F_LIBSSL | 1 << F_OPENSSL, "" },
	{ "and a component of it",
	  DOC(ABOUT("CVE-2023-2975", HAS("pkg:oci/app@sha256%3A" SCANNED_HEX,
					 "pkg:deb/debian/libssl3")) NOT_AFFECTED),
	  1 << F_LIBSSL, "" },
	{ "the image by its repository",
	  DOC(ABOUT("CVE-2023-2975", HAS("pkg:oci/app?repository_url=registry.example/team/app",
					 "pkg:deb/debian/libssl3")) NOT_AFFECTED),
	  1 << F_LIBSSL, "" },
	{ "and as Grype and vexctl write it",
	  DOC(ABOUT("CVE-2023-2975", HAS("pkg:oci/app?repository_url=registry.example/team",
					 "pkg:deb/debian/libssl3")) NOT_AFFECTED),
	  1 << F_LIBSSL, "" },
	{ "another repository",
	  DOC(ABOUT("CVE-2023-2975", IS("pkg:oci/app?repository_url=evil.example/team/app"))
		      NOT_AFFECTED),
	  0, "no such product" },
	{ "another digest",
	  DOC(ABOUT("CVE-2023-2975",
		    IS("pkg:oci/app@sha256:"
		       "0000000000000000000000000000000000000000000000000000000000000001"))
		      NOT_AFFECTED),
	  0, "another version" },
	{ "by reference without a tag",
	  DOC(ABOUT("CVE-2023-2975", IS("registry.example/team/app")) NOT_AFFECTED),
	  1 << F_LIBSSL | 1 << F_OPENSSL, "" },
	{ "with its tag",
	  DOC(ABOUT("CVE-2023-2975", IS("registry.example/team/app:1.2")) NOT_AFFECTED),
	  1 << F_LIBSSL | 1 << F_OPENSSL, "" },
	{ "with another tag",
	  DOC(ABOUT("CVE-2023-2975", IS("registry.example/team/app:1.3")) NOT_AFFECTED), 0,
	  "another version, tag or platform" },
	{ "by digest alone", DOC(ABOUT("CVE-2023-2975", IS("sha256:" SCANNED_HEX)) NOT_AFFECTED),
	  1 << F_LIBSSL | 1 << F_OPENSSL, "" },
	{ "a module within its program",
	  DOC(ABOUT("CVE-2024-45337", HAS("pkg:golang/github.com/k3s-io/kine",
					  "pkg:golang/golang.org/x/crypto@0.27.0")) NOT_AFFECTED),
	  1 << F_CRYPTO, "" },
	{ "a module of another program",
	  DOC(ABOUT("CVE-2024-45337", HAS("pkg:golang/example.org/tool",
					  "pkg:golang/golang.org/x/crypto")) NOT_AFFECTED),
	  0, "not in what it names, or not only there" },
	{ "a wildcard", DOC(ABOUT("CVE-2023-2975", IS("*")) NOT_AFFECTED), 0, "is a wildcard" },
	{ "a wildcard in a purl", DOC(ABOUT("CVE-2023-2975", IS("pkg:deb/debian/*")) NOT_AFFECTED),
	  0, "is a wildcard" },
	{ "an address", DOC(ABOUT("CVE-2023-2975", IS("https://example.org/app#1")) NOT_AFFECTED),
	  0, "is no package URL, image reference or digest" },
	{ "no product", DOC(ABOUT("CVE-2023-2975", "") NOT_AFFECTED), 0, "it names no product" },
	{ "an empty product",
	  DOC(ABOUT("CVE-2023-2975", "{\"@id\":\"\",\"identifiers\":{\"purl\":"
				     "\"pkg:deb/debian/nothing\"}}") NOT_AFFECTED),
	  0, "no such product" },
	{ "fixed hides as well",
	  DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3")) "\"status\":\"fixed\"}"),
	  1 << F_URLLIB, "" },
	{ "affected hides nothing",
	  DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3")) "\"status\":\"affected\"}"), 0, "" },
	{ "the newer says otherwise",
	  DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3")) NOT_AFFECTED "," ABOUT(
		  "CVE-2023-43804", IS("pkg:pypi/urllib3")) "\"timestamp\":\"2024-01-02T00:00:00."
							    "5Z\",\"status\":\"affected\"}"),
	  0, "" },
	{ "by offset the first is newer",
	  DOC(ABOUT(
		  "CVE-2023-43804",
		  IS("pkg:pypi/urllib3")) "\"timestamp\":\"2024-01-01T23:00:00-06:00\",\"status\":"
					  "\"fixed\"}," ABOUT("CVE-2023-43804",
							      IS("pkg:pypi/urllib3")) "\"timestamp"
										      "\":\"2024-"
										      "01-02T04:59:"
										      "59Z\","
										      "\"status\":"
										      "\"affected\""
										      "}"),
	  1 << F_URLLIB, "a newer statement says otherwise" },
	{ "of one time the cautious one",
	  DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3")) "\"status\":\"under_investigation\"}"
							      "," ABOUT("CVE-2023-43804",
									IS("pkg:pypi/urllib3"))
								      NOT_AFFECTED),
	  0, "a newer statement says otherwise" },
	{ "version 0.0.1",
	  "{\"@context\":\"https://openvex.dev/"
	  "ns\",\"author\":\"a\",\"statements\":[{\"vulnerability\":"
	  "\"CVE-2023-2975\",\"products\":[\"pkg:oci/app\"],\"subcomponents\":["
	  "\"pkg:deb/debian/libssl3\"],\"status\":\"fixed\"}]}",
	  1 << F_LIBSSL, "" },
};

static int applies(struct op *op)
{
	for (size_t i = 0; i < sizeof(applied) / sizeof(applied[0]); i++) {
		struct statements s = { 0 };
		struct scanned scan;
		unsigned hidden = 0;
		scanned_make(&scan);
		TRY(vex_read(op, S("v.json"), exact(str_of(applied[i].text)), &s));
		TRY(vex_apply(op, &scan.report, &s));
		for (int f = 0; f < SCANNED_FINDINGS; f++)
			hidden |= (unsigned)(scan.finding[f].suppressed == SUPPRESSED_VEX) << f;
		test_check(hidden == applied[i].hidden, applied[i].what, __FILE__, __LINE__);
		str why = s.p[s.n - 1].unmatched;
		test_check(applied[i].unmatched[0]
				   ? str_find_str(why, str_of(applied[i].unmatched)) >= 0
				   : why.len == 0,
			   applied[i].what, __FILE__, __LINE__);
	}
	return 0;
}

static int tells(struct op *op)
{
	struct statements s = { 0 };
	struct scanned scan;

	scanned_make(&scan);
	scan.finding[F_LIBSSL].state = FIX_UNKNOWN;
	TRY(vex_read(op, S("v.json"),
		     exact(S(DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3")) NOT_AFFECTED))),
		     &s));
	TRY(vex_read(op, S("w.json"),
		     exact(S(DOC(ABOUT(
			     "CVE-2023-2975",
			     IS("pkg:deb/debian/libssl3")) "\"status\":\"under_investigation\"}"))),
		     &s));
	CHECK(s.n == 2 && s.p[0].product_n == 1);
	CHECK_STR(s.p[0].author, S("a"));
	CHECK_STR(s.p[1].document, S("w.json"));
	TRY(vex_apply(op, &scan.report, &s));
	CHECK_STR(scan.finding[F_URLLIB].reason,
		  S("not_affected by v.json: vulnerable_code_not_present"));
	CHECK_STR(scan.finding[F_URLLIB].rule, S("https://example.org/v"));
	CHECK(scan.finding[F_URLLIB].statement == 1 && s.p[0].matched == 1);
	CHECK(scan.finding[F_LIBSSL].state == FIX_INVESTIGATING &&
	      !scan.finding[F_LIBSSL].suppressed);
	return 0;
}

/* What is suppressed already keeps its reason, and a better state stays. */
static int leaves(struct op *op)
{
	struct statements s = { 0 };
	struct scanned scan;

	scanned_make(&scan);
	scan.finding[F_URLLIB].suppressed = SUPPRESSED_OWNER;
	scan.finding[F_LIBSSL].state = FIX_FIXED;
	TRY(vex_read(
		op, S("v.json"),
		exact(S(DOC(ABOUT("CVE-2023-43804", IS("pkg:pypi/urllib3")) NOT_AFFECTED
			    "," ABOUT("CVE-2023-2975",
				      IS("pkg:deb/debian/libssl3")) "\"status\":\"affected\"}"))),
		&s));
	TRY(vex_apply(op, &scan.report, &s));
	CHECK(scan.finding[F_URLLIB].suppressed == SUPPRESSED_OWNER);
	CHECK(scan.finding[F_LIBSSL].state == FIX_FIXED && s.p[1].matched == 1);
	return 0;
}

/* Used by a second program as well, a module is not within the first alone. */
static int within(struct op *op)
{
	struct relation relation[] = { { RELATION_DEPENDS, P_KINE, P_CRYPTO },
				       { RELATION_DEPENDS, P_TOOL, P_CRYPTO } };
	struct scanned scan;

	for (int users = 0; users < 3; users++) {
		struct statements s = { 0 };
		scanned_make(&scan);
		scan.package[P_CRYPTO].evidence_n = 0;
		scan.inv.relation = relation;
		scan.inv.relation_n = users;
		TRY(vex_read(
			op, S("v.json"),
			exact(S(DOC(ABOUT("CVE-2024-45337", HAS("pkg:golang/github.com/k3s-io/kine",
								"pkg:golang/golang.org/x/crypto"))
					    NOT_AFFECTED))),
			&s));
		TRY(vex_apply(op, &scan.report, &s));
		CHECK((scan.finding[F_CRYPTO].suppressed == SUPPRESSED_VEX) == (users == 1));
	}
	return 0;
}

#define INNER DOC("{\"vulnerability\":{\"name\":\"CVE-2023-2975\"},\"status\":\"fixed\"}")
#define STATEMENT                                                                                  \
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"x\",\"digest\":{" \
	"\"sha256\":\"" SCANNED_HEX "\"}}],\"predicateType\":\"https://openvex.dev/ns/v0.2.0\","   \
	"\"predicate\":" INNER "}"

/* An attestation's subject is what a document without products is about. */
static int envelopes(struct op *op)
{
	str payload, dsse, bundle;

	TRY(base64_write(op, S(STATEMENT), &payload));
	TRY(op_text(op, &dsse,
		    "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"%.*s\","
		    "\"signatures\":[]}",
		    STR_ARG(payload)));
	TRY(op_text(op, &bundle,
		    "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
		    "\"dsseEnvelope\":%.*s}",
		    STR_ARG(dsse)));
	str form[] = { S(STATEMENT), dsse, bundle };
	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		struct statements s = { 0 };
		struct scanned scan;
		scanned_make(&scan);
		TRY(vex_read(op, S("att.json"), exact(form[i]), &s));
		TRY(vex_apply(op, &scan.report, &s));
		CHECK(scan.finding[F_LIBSSL].suppressed == SUPPRESSED_VEX);
	}
	return 0;
}

static const struct {
	const char *text, *error; /* NULL: it is no VEX */
} refused[] = {
	{ "{\"a\":1}", NULL },
	{ "", NULL },
	{ "[1]", NULL },
	{ "pkg:deb/debian/x", NULL },
	{ "{\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicate\":{}}", NULL },
	{ "{\"a\":1,\"a\":2}", "v.json:1:" },
	{ "\xef\xbb\xbf{}", "v.json:1:" },
	{ "{\"a\":\"\\ud800\"}", "v.json:1:" },
	{ "{\"a\":NaN}", "v.json:1:" },
	{ "{\"a\":", "v.json:1:" },
	{ DOC("{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":[" IS(
		  "pkg:a/b") "],\"status\":\"fine\"}"),
	  "no status 'fine' is known" },
	{ DOC("{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":[" IS(
		  "pkg:a/b") "],\"status\":\"fixed\",\"status\":\"affected\"}"),
	  "status" },
	{ DOC("{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":[" IS(
		  "pkg:a/b") "],\"status\":\"not_affected\",\"justification\":\"because\"}"),
	  "no justification 'because' is known" },
	{ DOC("{\"products\":[" IS("pkg:a/b") "],\"status\":\"fixed\"}"),
	  "about no vulnerability" },
	{ DOC("{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":[{}],\"status\":\"fixed\"}"),
	  "without an identifier" },
	{ "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"e30\\u0021\"}",
	  "not base64" },
	{ "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"bm8=\"}", "payload" },
	{ "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"e30=\"}", NULL },
};

static int refuses(struct op *op)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct statements s = { 0 };
		str text = exact(str_of(refused[i].text));
		if (refused[i].error) {
			CHECK_FAILS(op, vex_read(op, S("v.json"), text, &s), ERR_FORMAT,
				    refused[i].error);
			continue;
		}
		int rc = vex_read(op, S("v.json"), text, &s);
		TRY(rc);
		test_check(rc == 1 && s.n == 0, refused[i].text, __FILE__, __LINE__);
	}
	return 0;
}

#define CSAF(tree, vulnerabilities)                                                         \
	"{\"document\":{\"category\":\"csaf_vex\",\"csaf_version\":\"2.0\",\"publisher\":{" \
	"\"name\":\"p\"},\"tracking\":{\"id\":\"D-1\",\"current_release_date\":"            \
	"\"2024-01-02T00:00:00Z\"}},\"product_tree\":{" tree                                \
	"},\"vulnerabilities\":[" vulnerabilities "]}"
#define PRODUCT(id, helper)                                                                      \
	"{\"product_id\":\"" id "\",\"name\":\"app\",\"product_identification_helper\":{" helper \
	"}}"
#define PURL(p) "\"purl\":\"" p "\""
#define OF(a, b, id)                                                                               \
	"{\"category\":\"default_component_of\",\"full_product_name\":{\"product_id\":\"" id "\"," \
	"\"name\":\"a of b\"},\"product_reference\":\"" a                                          \
	"\",\"relates_to_product_reference\":\"" b "\"}"
#define SAYS(id, status)                                                                           \
	"{\"cve\":\"CVE-2023-2975\",\"product_status\":{\"" status "\":[\"" id "\"]},\"flags\":[{" \
	"\"label\":\"vulnerable_code_not_present\",\"product_ids\":[\"A\"]}]}"

static const struct {
	const char *what, *text;
	unsigned hidden;
	const char *unmatched;
} csaf[] = {
	{ "a product by its purl",
	  CSAF("\"full_product_names\":[" PRODUCT("A", PURL("pkg:deb/debian/libssl3")) "]",
	       SAYS("A", "known_not_affected")),
	  1 << F_LIBSSL, "" },
	{ "in branches, as one of several purls",
	  CSAF("\"branches\":[{\"branches\":[{\"product\":" PRODUCT(
		       "A", "\"purls\":[\"pkg:deb/debian/x\",\"pkg:deb/debian/libssl3\"]") "}]}]",
	       SAYS("A", "fixed")),
	  1 << F_LIBSSL, "" },
	{ "a component of a system",
	  CSAF("\"full_product_names\":[" PRODUCT("A", PURL("pkg:deb/debian/libssl3")) "," PRODUCT(
		       "B", "\"cpe\":\"cpe:/o:debian:debian_linux:12::x\"") "],\"relationships\":"
									    "[" OF("A", "B",
										   "C") "]",
	       SAYS("C", "fixed")),
	  1 << F_LIBSSL, "" },
	{ "a component of another system",
	  CSAF("\"full_product_names\":[" PRODUCT("A", PURL("pkg:deb/debian/libssl3")) "," PRODUCT(
		       "B", "\"cpe\":\"cpe:/"
			    "o:debian:debian_linux:"
			    "13\"") "],"
				    "\"relationships\":"
				    "[" OF("A", "B", "C") "]",
	       SAYS("C", "fixed")),
	  0, "another version" },
	{ "a component of an image of a system",
	  CSAF("\"full_product_names\":[" PRODUCT("A", PURL("pkg:deb/debian/libssl3")) "," PRODUCT(
		       "I",
		       PURL("pkg:oci/app@sha256%3A" SCANNED_HEX)) "," PRODUCT("B",
									      "\"cpe\":\"cpe:/"
									      "o:x:y:1\"") "],"
											   "\"relat"
											   "ionship"
											   "s\":"
											   "[" OF("A", "I", "J") "," OF(
												   "J",
												   "B",
												   "C") "]",
	       SAYS("C", "fixed")),
	  1 << F_LIBSSL, "" },
	{ "a product with a name alone, which an image has",
	  CSAF("\"full_product_names\":[" PRODUCT("A", "") "]", SAYS("A", "fixed")), 0,
	  "product 'app (A)' is no package URL" },
	{ "a product that nothing defines",
	  CSAF("\"full_product_names\":[" PRODUCT("A", "") "]", SAYS("Z", "fixed")), 0,
	  "product 'not defined (Z)'" },
	{ "affected",
	  CSAF("\"full_product_names\":[" PRODUCT("A", PURL("pkg:deb/debian/libssl3")) "]",
	       SAYS("A", "known_affected")),
	  0, "" },
	{ "by another name of it",
	  CSAF("\"full_product_names\":[" PRODUCT("A", PURL("pkg:deb/debian/libssl3")) "]",
	       "{\"ids\":[{\"system_name\":\"d\",\"text\":\"DSA-5532-1\"}],\"product_status\":{"
	       "\"fixed\":"
	       "[\"A\"]}}"),
	  1 << F_LIBSSL, "" },
};

static int reads_csaf(struct op *op)
{
	for (size_t i = 0; i < sizeof(csaf) / sizeof(csaf[0]); i++) {
		struct statements s = { 0 };
		struct scanned scan;
		unsigned hidden = 0;
		scanned_make(&scan);
		TRY(vex_read(op, S("c.json"), exact(str_of(csaf[i].text)), &s));
		TRY(vex_apply(op, &scan.report, &s));
		for (int f = 0; f < SCANNED_FINDINGS; f++)
			hidden |= (unsigned)(scan.finding[f].suppressed == SUPPRESSED_VEX) << f;
		test_check(hidden == csaf[i].hidden, csaf[i].what, __FILE__, __LINE__);
		test_check(csaf[i].unmatched[0]
				   ? str_find_str(s.p[0].unmatched, str_of(csaf[i].unmatched)) >= 0
				   : s.p[0].unmatched.len == 0,
			   csaf[i].what, __FILE__, __LINE__);
		CHECK_STR(s.p[0].author, S("p"));
		CHECK_STR(s.p[0].timestamp, S("2024-01-02T00:00:00Z"));
	}
	return 0;
}

/* Each product keeps what is told of it. */
static int splits_csaf(struct op *op)
{
	struct statements s = { 0 };

	TRY(vex_read(
		op, S("c.json"),
		exact(S(CSAF("\"full_product_names\":[" PRODUCT("A", "") "," PRODUCT(
				     "B", "") "," PRODUCT("C", "") "],\"product_groups\":[{\"group_"
								   "id\":\"G\",\"product_ids\":["
								   "\"A\",\"C\"]}]",
			     "{\"cve\":\"CVE-1\",\"product_status\":{\"known_not_affected\":[\"A\","
			     "\"B\",\"C\"],"
			     "\"known_affected\":[]},\"flags\":[{\"label\":\"component_not_"
			     "present\",\"date\":"
			     "\"2023-01-01T00:00:00Z\",\"group_ids\":[\"G\"]}],\"threats\":[{"
			     "\"category\":\"impact\","
			     "\"details\":\"why\",\"product_ids\":[\"B\"]}]}"))),
		&s));
	CHECK(s.n == 2 && s.p[0].product_n == 2 && s.p[1].product_n == 1);
	CHECK(s.p[0].justification == VEX_COMPONENT_NOT_PRESENT);
	CHECK_STR(s.p[0].timestamp, S("2023-01-01T00:00:00Z"));
	CHECK_STR(s.p[1].impact, S("why"));
	CHECK_STR(s.p[1].timestamp, S("2024-01-02T00:00:00Z"));
	return 0;
}

#define CDX(more, vulnerability)                                                            \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"serialNumber\":\"urn:uuid:" \
	"3e671687-395b-41f5-a30f-a58921a69b79\",\"version\":1," more                        \
	"\"vulnerabilities\":[" vulnerability "]}"
#define ANALYSED(state, affects)                         \
	"{\"id\":\"CVE-2023-2975\",\"analysis\":{" state \
	",\"lastUpdated\":\"2024-01-02T00:00:00Z\"},"    \
	"\"affects\":[" affects "]}"
#define NOT_REACHED \
	"\"state\":\"not_affected\",\"justification\":\"code_not_reachable\",\"detail\":\"d\""
#define REF(ref) "{\"ref\":\"" ref "\"}"
#define COMPONENT                                                                           \
	"\"components\":[{\"type\":\"library\",\"name\":\"l\",\"bom-ref\":\"r1\",\"purl\":" \
	"\"pkg:deb/debian/"                                                                 \
	"libssl3\"},{\"type\":\"library\",\"name\":\"nginx\",\"bom-ref\":\"nginx\"}],"
#define IMAGE(name) "\"metadata\":{\"component\":{\"type\":\"container\",\"name\":\"" name "\"}},"
#define XML(state)                                                                                \
	"<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\" "              \
	"version=\"1\"><components>"                                                              \
	"<component type=\"library\" "                                                            \
	"bom-ref=\"r1\"><name>l</name><purl>pkg:deb/debian/libssl3</purl>"                        \
	"</component></components><vulnerabilities><vulnerability><id>CVE-2023-2975</"            \
	"id><analysis><state>" state                                                              \
	"</state><responses><response>update</response></responses><detail>d</detail></analysis>" \
	"<affects><target><ref>r1</ref></target></affects></vulnerability></vulnerabilities></"   \
	"bom>"

static const struct {
	const char *what, *text;
	unsigned hidden;
	const char *unmatched;
} cyclonedx[] = {
	{ "a package URL", CDX("", ANALYSED(NOT_REACHED, REF("pkg:deb/debian/libssl3"))),
	  1 << F_LIBSSL, "" },
	{ "a reference", CDX(COMPONENT, ANALYSED(NOT_REACHED, REF("r1"))), 1 << F_LIBSSL, "" },
	{ "a link to the document itself",
	  CDX(COMPONENT,
	      ANALYSED(NOT_REACHED, REF("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#r1"))),
	  1 << F_LIBSSL, "" },
	{ "a link to another, which says what it means",
	  CDX("", ANALYSED(NOT_REACHED, REF("urn:cdx:aaaa/1#pkg%3Adeb/debian/libssl3"))),
	  1 << F_LIBSSL, "" },
	{ "a link that does not", CDX("", ANALYSED(NOT_REACHED, REF("urn:cdx:aaaa/1#r1"))), 0,
	  "no package URL" },
	{ "a component without a package URL, which an image could be",
	  CDX(COMPONENT, ANALYSED(NOT_REACHED, REF("nginx"))), 0, "product 'nginx (nginx)' is no" },
	{ "what nothing defines", CDX("", ANALYSED(NOT_REACHED, REF("r9"))), 0,
	  "not defined (r9)" },
	{ "within the image",
	  CDX(IMAGE("registry.example/team/app") COMPONENT, ANALYSED(NOT_REACHED, REF("r1"))),
	  1 << F_LIBSSL, "" },
	{ "within another image",
	  CDX(IMAGE("registry.example/team/other") COMPONENT, ANALYSED(NOT_REACHED, REF("r1"))), 0,
	  "no such product: registry.example/team/other" },
	{ "resolved", CDX("", ANALYSED("\"state\":\"resolved\"", REF("pkg:deb/debian/libssl3"))),
	  1 << F_LIBSSL, "" },
	{ "exploitable",
	  CDX("", ANALYSED("\"state\":\"exploitable\"", REF("pkg:deb/debian/libssl3"))), 0, "" },
	{ "in triage", CDX("", ANALYSED("\"state\":\"in_triage\"", REF("pkg:deb/debian/libssl3"))),
	  0, "" },
	{ "a version that is here",
	  CDX("", ANALYSED(NOT_REACHED,
			   "{\"ref\":\"pkg:deb/debian/libssl3\",\"versions\":[{\"version\":"
			   "\"3.0.17-1~deb12u2\",\"status\":\"unaffected\"}]}")),
	  1 << F_LIBSSL, "" },
	{ "a version that is not",
	  CDX("", ANALYSED(NOT_REACHED,
			   "{\"ref\":\"pkg:deb/debian/libssl3\",\"versions\":[{\"version\":"
			   "\"3.0.16\",\"status\":\"unaffected\"}]}")),
	  0, "version 3.0.16 of" },
	{ "a version that is affected all the same",
	  CDX("", ANALYSED(NOT_REACHED,
			   "{\"ref\":\"pkg:deb/debian/libssl3\",\"versions\":[{\"version\":"
			   "\"3.0.17-1~deb12u2\",\"status\":\"affected\"}]}")),
	  0, "it names no product" },
	{ "a range",
	  CDX("", ANALYSED(NOT_REACHED, "{\"ref\":\"pkg:deb/debian/libssl3\",\"versions\":[{"
					"\"range\":\"vers:deb/<4\",\"status\":\"unaffected\"}]}")),
	  0, "range vers:deb/<4" },
	{ "XML", XML("not_affected"), 1 << F_LIBSSL, "" },
	{ "XML that hides nothing", XML("exploitable"), 0, "" },
};

static int reads_cyclonedx(struct op *op)
{
	for (size_t i = 0; i < sizeof(cyclonedx) / sizeof(cyclonedx[0]); i++) {
		struct statements s = { 0 };
		struct scanned scan;
		unsigned hidden = 0;
		scanned_make(&scan);
		int rc = vex_read(op, S("c.json"), exact(str_of(cyclonedx[i].text)), &s);
		TRY(rc);
		test_check(rc == 0 && s.n > 0, cyclonedx[i].what, __FILE__, __LINE__);
		TRY(vex_apply(op, &scan.report, &s));
		for (int f = 0; f < SCANNED_FINDINGS; f++)
			hidden |= (unsigned)(scan.finding[f].suppressed == SUPPRESSED_VEX) << f;
		test_check(hidden == cyclonedx[i].hidden, cyclonedx[i].what, __FILE__, __LINE__);
		test_check(cyclonedx[i].unmatched[0]
				   ? str_find_str(s.p[0].unmatched,
						  str_of(cyclonedx[i].unmatched)) >= 0
				   : s.p[0].unmatched.len == 0,
			   cyclonedx[i].what, __FILE__, __LINE__);
	}
	return 0;
}

static int tells_cyclonedx(struct op *op)
{
	struct statements s = { 0 };
	struct scanned scan;

	TRY(vex_read(op, S("c.json"),
		     exact(S(CDX("", ANALYSED(NOT_REACHED ",\"response\":[\"update\",\"rollback\"]",
					      REF("pkg:deb/debian/libssl3"))))),
		     &s));
	CHECK(s.p[0].justification == VEX_CODE_NOT_IN_EXECUTE_PATH);
	CHECK_STR(s.p[0].impact, S("d"));
	CHECK_STR(s.p[0].action, S("update, rollback"));
	CHECK_STR(s.p[0].timestamp, S("2024-01-02T00:00:00Z"));
	/* A bill of materials without analyses is none. */
	int rc = vex_read(op, S("c.json"), exact(S(CDX("", "{\"id\":\"CVE-1\"}"))), &s);
	TRY(rc);
	CHECK(rc == 1 && s.n == 1);
	CHECK_FAILS(op,
		    vex_read(op, S("c.json"), exact(S(CDX("", ANALYSED("\"state\":\"fine\"", "")))),
			     &s),
		    ERR_FORMAT, "no state 'fine'");
	/* A link to another bill of materials than the one that was scanned. */
	for (int same = 0; same < 2; same++) {
		struct statements one = { 0 };
		scanned_make(&scan);
		scan.inv.subject.bom_link = same ? S("urn:cdx:aaaa/1") : S("urn:cdx:bbbb/1");
		TRY(vex_read(
			op, S("c.json"),
			exact(S(CDX("", ANALYSED(NOT_REACHED,
						 REF("urn:cdx:aaaa/1#pkg:deb/debian/libssl3"))))),
			&one));
		TRY(vex_apply(op, &scan.report, &one));
		CHECK((scan.finding[F_LIBSSL].suppressed == SUPPRESSED_VEX) == (same == 1));
	}
	return 0;
}

/* What is written says what was decided, and is read as that. */
static int writes(struct op *op)
{
	static struct waiver waiver[] = {
		{ .where = S_INIT("w.yaml:1"),
		  .form = "waiver",
		  .reason = S_INIT("r"),
		  .until = S_INIT("2026-12-31"),
		  .owner = S_INIT("o") },
		{ .where = S_INIT("w.yaml:2"),
		  .form = "waiver",
		  .has_status = true,
		  .status = VEX_NOT_AFFECTED,
		  .justification = S_INIT("component_not_present") },
	};
	const struct vex_wish wish = {
		.author = S("me"), .time = 1704153600, .waivers = true, .evidence = true
	};
	static str loaded[] = { S_INIT("app"), S_INIT("lib/libc.so.6") };
	static str files[] = { S_INIT("lib/libz.so.1") };
	static const struct unreached proof = { { loaded, 1 }, { loaded, 2 }, { files, 1 } };
	struct statements s = { 0 };
	struct scanned scan, again;
	struct buf b, twice;

	scanned_make(&scan);
	scan.report.waiver = waiver;
	scan.report.waiver_n = 2;
	buf_init(&b, op, 1 << 20);
	int rc = vex_write(&scan.report, &wish, &b);
	TRY(rc);
	CHECK(rc == 1 && b.len == 0);
	scan.finding[F_LIBSSL].suppressed = scan.finding[F_OPENSSL].suppressed = SUPPRESSED_WAIVER;
	scan.finding[F_LIBSSL].rule = scan.finding[F_OPENSSL].rule = S("w.yaml:1");
	scan.finding[F_URLLIB].suppressed = SUPPRESSED_WAIVER;
	scan.finding[F_URLLIB].rule = S("w.yaml:2");
	scan.finding[F_CRYPTO].suppressed = SUPPRESSED_EVIDENCE;
	scan.finding[F_CRYPTO].reason = S("nothing loads it");
	scan.finding[F_CRYPTO].proof = &proof;
	TRY(vex_write(&scan.report, &wish, &b));
	buf_init(&twice, op, 1 << 20);
	TRY(vex_write(&scan.report, &wish, &twice));
	CHECK_STR(buf_view(&twice), buf_view(&b));
	TRY(vex_read(op, S("own.json"), buf_view(&b), &s));
	CHECK(s.n == 3);
	CHECK_STR(s.p[0].vulnerability.p[0], S("CVE-2023-2975"));
	CHECK_STR(s.p[0].vulnerability.p[1], S("DSA-5532-1"));
	CHECK_STR(s.p[0].product[0].id, S("pkg:oci/app@sha256:" SCANNED_HEX));
	CHECK(s.p[0].status == VEX_AFFECTED && s.p[0].product[0].subcomponents.n == 2);
	CHECK_STR(s.p[0].product[0].subcomponents.p[0],
		  S("pkg:deb/debian/libssl3@3.0.17-1~deb12u2"));
	CHECK_STR(s.p[0].action, S("accepted until 2026-12-31: r"));
	CHECK_STR(s.p[0].timestamp, S("2024-01-02T00:00:00Z"));
	CHECK(s.p[1].justification == VEX_COMPONENT_NOT_PRESENT &&
	      s.p[1].status == VEX_NOT_AFFECTED);
	CHECK(s.p[2].justification == VEX_CODE_NOT_IN_EXECUTE_PATH);
	CHECK_STR(s.p[2].impact,
		  S("nothing loads it. Started: app. Loaded: app, lib/libc.so.6. Of the "
		    "package: lib/libz.so.1"));
	scanned_make(&again);
	TRY(vex_apply(op, &again.report, &s));
	CHECK(again.finding[F_URLLIB].suppressed == SUPPRESSED_VEX &&
	      again.finding[F_CRYPTO].suppressed == SUPPRESSED_VEX &&
	      !again.finding[F_LIBSSL].suppressed && s.p[0].matched == 2);
	return 0;
}

TESTS({ "what is written", writes }, { "CycloneDX", reads_cyclonedx },
      { "what CycloneDX tells", tells_cyclonedx }, { "CSAF", reads_csaf },
      { "products of one vulnerability of CSAF", splits_csaf },
      { "statements and findings", applies }, { "what is told", tells },
      { "what is known better stays", leaves }, { "within another package", within },
      { "envelopes", envelopes }, { "what is refused", refuses })
