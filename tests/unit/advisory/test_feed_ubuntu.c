#include "advisory/feed_native.h"
#include "advisory/ubuntu.h"
#include "unit/advisory/golden.h"

static int knows_releases(struct op *op)
{
	static const struct {
		const char *in, *key, *channel;
	} cases[] = {
		{ "jammy", "ubuntu:22.04", "" },
		{ "trusty/esm", "ubuntu:14.04", "esm" },
		{ "esm-infra/xenial", "ubuntu:16.04", "esm" },
		{ "esm-infra-legacy/trusty", "ubuntu:14.04", "esm" },
		{ "fips-updates/bionic", "ubuntu:18.04", "FIPS-updates" },
		{ "quantal", "ubuntu:12.10", "" },
		{ "upstream", NULL, NULL },
		{ "devel", NULL, NULL },
		{ "bookworm", NULL, NULL },
		{ "vivid/ubuntu-core", NULL, NULL },
		{ "jammy/", NULL, NULL },
		{ "/", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str key, channel;
		bool is = ubuntu_release(exact(str_of(cases[i].in)), &key, &channel);
		CHECK(is == (cases[i].key != NULL));
		if (is) {
			CHECK_STR(key, str_of(cases[i].key));
			CHECK_STR(channel, str_of(cases[i].channel));
		}
	}
	return 0;
}

static int reads_facts(struct op *op)
{
	struct told t = { .brief = true };

	TRY(told_read(op, &feed_ubuntu_facts, S("x.tsv"),
		      exact(S("release\tsource\tcve\tstatus\tnote_or_version\n"
			      "artful\t389-admin\tCVE-2015-0233\tnot-affected\t1.1.42-1\n"
			      "artful\t389-ds-base\tCVE-2016-0741\treleased\t1.3.7.5-1\n"
			      "xenial\ta\tCVE-1\tignored\treached end-of-life\n"
			      "xenial\ta\tCVE-2\tignored\tabandoned\n"
			      "xenial\ta\tCVE-3\tneeds-triage\t\n"
			      "xenial\ta\tCVE-4\tneeded\t\n"
			      "xenial\ta\tCVE-5\tdeferred\t2019-01-01\n"
			      "trusty/esm\ta\tCVE-6\tpending\t1.0-1ubuntu2\n"
			      "precise/esm\ta\tCVE-7\treleased\t1:1.0-1\n"
			      "xenial\ta\tCVE-8\treleased\t\n"
			      "xenial\ta\tCVE-9\tDNE\t\n"
			      "upstream\ta\tCVE-10\treleased\t1.0\n"
			      "xenial\ta\tCVE-11\treleased\tsee notes 1\n"
			      "xenial\ta\tCVE-12\n"
			      "xenial\t\tCVE-13\tneeded\t")),
		      "", &t));
	CHECK(t.bad == 2);
	CHECK_STR(buf_view(&t.b),
		  S("CVE-2015-0233 ubuntu:17.10 source:389-admin not_affected\n"
		    "CVE-2016-0741 ubuntu:17.10 source:389-ds-base fixed <1.3.7.5-1\n"
		    "CVE-1 ubuntu:16.04 source:a end_of_life urgency ignored\n"
		    "CVE-2 ubuntu:16.04 source:a will_not_fix urgency ignored\n"
		    "CVE-3 ubuntu:16.04 source:a under_investigation urgency needs-triage\n"
		    "CVE-4 ubuntu:16.04 source:a affected urgency needed\n"
		    "CVE-5 ubuntu:16.04 source:a fix_deferred urgency deferred\n"
		    "CVE-6 ubuntu:14.04 source:a affected urgency pending only channel=esm\n"
		    "CVE-7 ubuntu:12.04 source:a fixed <1:1.0-1 only channel=esm\n"));
	return 0;
}

#define HEAD                                                                             \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"author\":\"Canonical Ltd.\"," \
	"\"timestamp\":\"2026-05-20T15:02:47.589121Z\",\"statements\":["
#define CVE                                                                                  \
	"{\"vulnerability\":{\"name\":\"CVE-2023-38545\",\"aliases\":[\"https://ubuntu.com/" \
	"security/notices/USN-6429-1\",\"https://ubuntu.com/security/CVE-2023-38545\"]},"    \
	"\"timestamp\":\"2023-10-11T06:00:00Z\",\"products\":["
#define CURL(version, distro) \
	"{\"@id\":\"pkg:deb/ubuntu/curl@" version "?arch=source&distro=" distro "\"}"

/* What is fixed has the version of that day; before it nothing is said. */
static int reads_vex(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_ubuntu_vex, S("x.json"),
		exact(S(HEAD CVE CURL(
			"7.81.0-1ubuntu1.24",
			"jammy") ","
				 "{\"@id\":\"pkg:deb/ubuntu/"
				 "libcurl4@7.81.0-1ubuntu1.24?arch=amd64&distro="
				 "jammy\"},{\"@id\":\"pkg:deb/ubuntu/"
				 "%zz?arch=source&distro=jammy\"}],"
				 "\"status\":\"fixed\"}," CVE CURL(
					 "1",
					 "xenial") "],\"status\":\"affected\","
						   "\"action_statement\":\"This package (for the "
						   "given release) is no longer "
						   "supported.\"}," CVE CURL(
							   "1",
							   "esm-infra/focal") "],\"status\":"
									      "\"affected\","
									      "\"action_"
									      "statement\":\"It is "
									      "vulnerable and "
									      "needs fixing. CVE "
									      "Notes / "
									      "justification: "
									      "deferred\"}," CVE CURL(
										      "1",
										      "bionic") "],"
												"\""
												"st"
												"at"
												"us"
												"\""
												":"
												"\""
												"no"
												"t_"
												"af"
												"fe"
												"ct"
												"ed"
												"\""
												","
												"\""
												"ju"
												"st"
												"if"
												"ic"
												"at"
												"io"
												"n"
												"\""
												":"
												"\""
												"co"
												"mp"
												"on"
												"en"
												"t_"
												"no"
												"t_"
												"pr"
												"es"
												"en"
												"t"
												"\""
												"}"
												"," CVE CURL(
													"1",
													"noble") "],\"status\":\"not_affected\",\"justification\":"
														 "\"vulnerable_code_not_present\"}," CVE
															 CURL("1",
															      "questing") "],\"status\":"
																	  "\"under_investigation\"}]}")),
		"", &t));
	CHECK(t.bad == 0);
	CHECK_STR(buf_view(&t.b),
		  S("CVE-2023-38545 related USN-6429-1 published 2023-10-11T06:00:00Z modified "
		    "2026-05-20T15:02:47.589121Z\n"
		    "  ubuntu:22.04 source:curl not_affected >=7.81.0-1ubuntu1.24\n"
		    "  ubuntu:16.04 source:curl end_of_life\n"
		    "  ubuntu:20.04 source:curl affected only channel=esm\n"
		    "  ubuntu:24.04 source:curl not_affected\n"
		    "  ubuntu:25.10 source:curl under_investigation\n"));
	return 0;
}

static int reads_samples(struct op *op)
{
	static const struct {
		const char *path;
		const char *lines[5];
		int n;
	} cases[] = {
		{ "vunnel/tests/unit/providers/ubuntu/test-fixtures/vex/cve/2023/"
		  "CVE-2023-38545.json",
		  { "CVE-2023-38545 ubuntu:24.04 source:curl not_affected >=8.5.0-2ubuntu10.9\n",
		    "CVE-2023-38545 ubuntu:16.04 source:curl end_of_life\n",
		    "CVE-2023-38545 ubuntu:16.04 source:curl not_affected only channel=esm\n" },
		  7 },
		{ "vunnel/tests/unit/providers/ubuntu/test-fixtures/vex/cve/2016/"
		  "CVE-2016-20013.json",
		  { "CVE-2016-20013 ubuntu:22.04 source:glibc will_not_fix\n",
		    "CVE-2016-20013 ubuntu:18.04 source:zabbix will_not_fix only channel=esm\n" },
		  35 },
		{ "vuls-data-update/pkg/fetch/ubuntu/vex/testdata/golden/usn/USN-7372-1.json",
		  { "USN-7372-1 ubuntu:18.04 source:varnish fixed <5.2.1-1ubuntu0.1+esm1 on "
		    "2025-03-26 only channel=esm\n",
		    "USN-7372-1 ubuntu:22.04 source:varnish fixed <6.6.1-1ubuntu0.2+esm1 on "
		    "2025-03-26 only channel=esm\n" },
		  3 },
		{ "vuls-data-update/pkg/fetch/ubuntu/vex/testdata/golden/cve/2025/"
		  "CVE-2025-0167.json",
		  { "CVE-2025-0167 ubuntu:22.04 source:curl affected\n",
		    "CVE-2025-0167 ubuntu:20.04 source:curl not_affected\n",
		    "CVE-2025-0167 ubuntu:14.04 source:curl not_affected only channel=esm\n" },
		  7 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told t = { .brief = true };
		str text;
		if (!told_shared(op, cases[i].path, &text))
			SKIP("no samples: TEMPER_SHARED_DATA names no directory that has them");
		CHECK(feed_ubuntu_vex.looks_like(&(struct feed_document){ .bytes = text }));
		TRY(told_read(op, &feed_ubuntu_vex, S("x.json"), text, "", &t));
		CHECK(t.bad == 0 && t.affected == (uint64_t)cases[i].n);
		for (int k = 0; k < 5 && cases[i].lines[k]; k++)
			CHECK_STR(told_has(&t, str_of(cases[i].lines[k])) ? S("told")
									  : buf_view(&t.b),
				  S("told"));
	}
	return 0;
}

static int reads_pages(struct op *op)
{
	struct told t = { 0 }, one = { .brief = true };

	TRY(told_read(
		op, &feed_ubuntu_cve, S("0_20.json"),
		exact(S("{\"cves\":[{\"id\":\"CVE-1\",\"priority\":\"medium\",\"published\":\"2025-"
			"04-"
			"02T10:00:00\",\"updated_at\":\"2025-04-02T19:59:15.33+00:00\",\"notices_"
			"ids\":["
			"\"USN-1-1\"],\"impact\":{\"baseMetricV3\":{\"cvssV3\":{\"vectorString\":"
			"\"CVSS:"
			"3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\"}}},\"packages\":[{\"name\":"
			"\"python-django\",\"statuses\":[{\"release_codename\":\"jammy\","
			"\"status\":"
			"\"released\",\"description\":\"2:3.2.12-2\",\"pocket\":\"security\"},"
			"{\"release_codename\":\"focal\",\"status\":\"released\",\"description\":"
			"\"2:2.2.12-1+esm1\",\"pocket\":\"esm-infra\"},{\"release_codename\":"
			"\"noble\","
			"\"status\":\"needed\",\"description\":\"\",\"pocket\":\"fips-updates\"},"
			"{\"release_codename\":\"upstream\",\"status\":\"released\","
			"\"description\":"
			"\"5\"},{\"release_codename\":\"xenial\",\"status\":\"DNE\"}]}]},"
			"{\"id\":\"CVE-2\",\"packages\":[]}]}")),
		"", &t));
	CHECK(t.bad == 0);
	CHECK_STR(buf_view(&t.b),
		  S("CVE-1 related USN-1-1 published 2025-04-02T00:00:00Z modified "
		    "2025-04-02T19:59:15.33Z severity medium "
		    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\n"
		    "  ubuntu:22.04 source:python-django fixed <2:3.2.12-2\n"
		    "  ubuntu:20.04 source:python-django fixed <2:2.2.12-1+esm1 only channel=esm\n"
		    "  ubuntu:24.04 source:python-django affected urgency needed only "
		    "channel=FIPS-updates\n"));
	TRY(told_read(op, &feed_ubuntu_cve, S("CVE-3.json"),
		      exact(S("{\"id\":\"CVE-3\",\"packages\":[{\"name\":\"a\",\"statuses\":[{"
			      "\"release_codename\":\"jammy\",\"status\":\"needs-triage\"}]}]}")),
		      "", &one));
	CHECK_STR(buf_view(&one.b),
		  S("CVE-3 ubuntu:22.04 source:a under_investigation urgency needs-triage\n"));
	CHECK_FAILS(op, told_read(op, &feed_ubuntu_cve, S("x"), exact(S("{}")), "", &one),
		    ERR_FORMAT, "not CVEs of Ubuntu's");
	return 0;
}

TESTS({ "knows releases", knows_releases }, { "reads facts", reads_facts },
      { "reads VEX", reads_vex }, { "reads pages", reads_pages },
      { "reads samples", reads_samples, .once = true })
