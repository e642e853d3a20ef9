/* Feeds that say more of what others report: KEV, EPSS, CVE records, ends of support. */
#include "unit/advisory/told.h"

static int put_advisory(struct op *op, void *to, const struct advisory *a)
{
	struct told *t = to;

	(void)op;
	told_head(&t->b, a);
	t->b.len--;
	told_text(&t->b, "details ", a->details);
	told_list(&t->b, "see ", &a->references);
	told_text(&t->b, "exploited ", a->kev_added);
	told_text(&t->b, "due ", a->kev_due);
	buf_add(&t->b, a->ransomware ? S(" ransomware\n") : S("\n"));
	return 0;
}

static int put_score(struct op *op, void *to, str cve, double epss, double percentile)
{
	struct told *t = to;

	(void)op;
	buf_fmt(&t->b, "%.*s %.6f %.6f\n", STR_ARG(cve), epss, percentile);
	return 0;
}

static int put_life(struct op *op, void *to, const struct life *l)
{
	struct told *t = to;

	(void)op;
	buf_fmt(&t->b, "%.*s", STR_ARG(l->ecosystem));
	told_text(&t->b, "package ", l->name);
	told_text(&t->b, "until ", l->standard_end);
	told_text(&t->b, "extended ", l->extended_end);
	told_text(&t->b, "called ", l->codename);
	told_text(&t->b, "note ", l->note);
	buf_char(&t->b, '\n');
	return 0;
}

static int read_as(struct op *op, const char *feed, const char *name, str bytes, struct told *t,
		   struct feed_count *count)
{
	struct feed_sink sink = {
		.advisory = put_advisory, .score = put_score, .life = put_life, .to = t
	};
	struct at at = at_of_bytes(bytes, str_of(name));
	struct feed_wish wish = { .feed = feed ? feed_of(str_of(feed)) : NULL };

	MUST(!feed || wish.feed);
	*t = (struct told){ 0 };
	buf_init(&t->b, op, 64 << 20);
	return feed_read(op, str_of(name), &at, &wish, &sink, count);
}

static const struct {
	const char *feed, *name, *in, *out, *newest; /* out NULL: refused */
	uint64_t bad;
} documents[] = {
	{ "kev", "kev.json",
	  "{\"title\":\"t\",\"dateReleased\":\"2026-08-07T16:45:47.0648Z\",\"vulnerabilities\":[{"
	  "\"cveID\":\"CVE-1\","
	  "\"vulnerabilityName\":\"A "
	  "hole\",\"dateAdded\":\"2026-08-01\",\"dueDate\":\"2026-08-10\","
	  "\"shortDescription\":\"Long\",\"knownRansomwareCampaignUse\":\"Known\","
	  "\"notes\":\"https://a.example/x ; BOD 1: https://b.example ; "
	  "none\",\"cwes\":[\"CWE-78\"]},"
	  "{\"cveID\":\"CVE-2\",\"dateAdded\":\"yesterday\"},"
	  "{\"cveID\":\"CVE-3\",\"dateAdded\":\"2025-01-01\",\"knownRansomwareCampaignUse\":"
	  "\"Unknown\"}]}",
	  "CVE-1 \"A hole\" CWE-78 details Long see https://a.example/x,https://b.example "
	  "exploited 2026-08-01 due "
	  "2026-08-10 ransomware\n"
	  "CVE-3 exploited 2025-01-01\n",
	  "2026-08-07T16:45:47.0648Z", 1 },
	{ "kev", "kev.json", "{\"vulnerabilities\":{}}", NULL, NULL, 0 },
	{ "kev", "kev.json",
	  "{\"vulnerabilities\":[{\"cveID\":\"CVE-1\",\"dateAdded\":\"2025-01-01\"}", NULL, NULL,
	  0 },
	{ "epss", "e.csv",
	  "#model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000\n"
	  "cve,epss,percentile\r\nCVE-2020-5902,0.97567,0.99995\r\nCVE-1,1,1.0\nCVE-2,9.1e-05,0\n",
	  "CVE-2020-5902 0.975670 0.999950\nCVE-1 1.000000 1.000000\nCVE-2 0.000091 0.000000\n",
	  "2023-03-07", 0 },
	{ "epss", "e.csv", "cve,epss\nCVE-2020-5902,0.65117\nCVE-3,1.5\nCVE-4\nCVE-5,0.1x\n,0.1\n",
	  "CVE-2020-5902 0.651170 0.000000\n", NULL, 0 },
	{ "epss", "e.csv", "percentile,date,cve,epss\n0.5,2021-04-14,CVE-1,0.25\n",
	  "CVE-1 0.250000 0.500000\n", "", 0 },
	{ "epss", "e.csv", "#score_date:2024-02-20\ninvalid,header,format\nCVE-2024-6775,0.1,0.2\n",
	  NULL, NULL, 0 },
	{ "cve5", "CVE-2024-1.json",
	  "{\"dataType\":\"CVE_RECORD\",\"cveMetadata\":{\"cveId\":\"CVE-2024-1\",\"state\":"
	  "\"PUBLISHED\","
	  "\"datePublished\":\"2024-01-02T03:04:05.000Z\",\"dateUpdated\":\"2024-02-02T03:04:05."
	  "000Z\"},"
	  "\"containers\":{\"cna\":{\"title\":\"T\",\"descriptions\":[{\"lang\":\"de\",\"value\":"
	  "\"Nein\"},"
	  "{\"lang\":\"en-US\",\"value\":\"Yes\"}],\"problemTypes\":[{\"descriptions\":[{\"cweId\":"
	  "\"CWE-79\"}]}],"
	  "\"metrics\":[{\"cvssV3_1\":{\"vectorString\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/"
	  "A:H\","
	  "\"baseSeverity\":\"CRITICAL\"}}],\"references\":[{\"url\":\"https://a.example\"}]},"
	  "\"adp\":[{\"title\":\"CISA ADP "
	  "Vulnrichment\",\"metrics\":[{\"other\":{\"type\":\"kev\",\"content\":{"
	  "\"dateAdded\":\"2024-03-03\"}}},{\"cvssV3_1\":{\"vectorString\":"
	  "\"CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\",\"baseSeverity\":\"HIGH\"}}]}]}}",
	  "CVE-2024-1 \"T\" published 2024-01-02T03:04:05.000Z modified 2024-02-02T03:04:05.000Z "
	  "severity critical "
	  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H,CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/"
	  "A:H CWE-79 details "
	  "Yes see https://a.example exploited 2024-03-03\n",
	  "2024-02-02T03:04:05.000Z", 0 },
	{ "cve5", "CVE-2024-2.json",
	  "{\"dataType\":\"CVE_RECORD\",\"cveMetadata\":{\"cveId\":\"CVE-2024-2\",\"state\":"
	  "\"REJECTED\","
	  "\"dateRejected\":\"2024-05-05T00:00:00Z\"},\"containers\":{\"cna\":{\"rejectedReasons\":"
	  "[{\"lang\":\"en\","
	  "\"value\":\"No hole\"}]}}}",
	  "CVE-2024-2 withdrawn 2024-05-05T00:00:00Z details No hole\n", "", 0 },
	{ "endoflife", "full",
	  "{\"generated_at\":\"2025-07-02T00:53:29+00:00\",\"result\":[{\"name\":\"ubuntu\","
	  "\"releases\":[{\"name\":"
	  "\"24.04\",\"codename\":\"Noble "
	  "Numbat\",\"isEol\":false,\"eolFrom\":\"2029-04-25\",\"eoesFrom\":"
	  "\"2036-04-25\"},{\"codename\":\"x\"}]},{\"name\":\"rocky-linux\",\"releases\":[{"
	  "\"name\":\"8\",\"isEol\":"
	  "true,\"eolFrom\":null}]}]}",
	  "ubuntu:24.04 until 2029-04-25 extended 2036-04-25 called Noble Numbat\nrocky:8 note "
	  "support has ended\n",
	  "2025-07-02T00:53:29+00:00", 1 },
	{ "endoflife", "api/debian.json",
	  "[{\"cycle\":\"12\",\"codename\":\"Bookworm\",\"eol\":\"2026-06-10\",\"extendedSupport\":"
	  "\"2028-06-30\"},"
	  "{\"cycle\":\"7\",\"eol\":true}]",
	  "debian:12 until 2026-06-10 extended 2028-06-30 called Bookworm\ndebian:7 note support "
	  "has ended\n",
	  "", 0 },
	{ "endoflife", "products/python.md",
	  "---\ntitle: Python\nreleases:\n-   releaseCycle: \"3.12\"\n    eol: 2028-10-31\n---\n# "
	  "text: [\n",
	  "python:3.12 until 2028-10-31\n", "", 0 },
	{ "endoflife", "x.json", "{\"name\":\"x\"}", NULL, NULL, 0 },
	{ "debian-support", "security-support-ended.deb12",
	  "# comment\n\npdns-recursor  4.8.8-1+deb12u1  2025-10-01  No security support upstream\n"
	  "php-horde.*\t0\t\t2025-03-22\thttps://x.example\nbroken 1.0\n",
	  "debian:12 package pdns-recursor until 2025-10-01 note no security support after "
	  "4.8.8-1+deb12u1: No security "
	  "support upstream\n"
	  "debian:12 package php-horde.* until 2025-03-22 note no security support after "
	  "2025-03-22: "
	  "https://x.example\n",
	  "", 1 },
	{ "debian-support", "security-support-limited",
	  "binutils   Only suitable for trusted content\nadns\n",
	  "debian package binutils note limited security support: Only suitable for trusted "
	  "content\n"
	  "debian package adns note limited security support\n",
	  "", 0 },
};

static int reads_documents(struct op *op)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct told t;
		struct feed_count count = { 0 };
		str out;
		int rc = read_as(op, documents[i].feed, documents[i].name,
				 exact(str_of(documents[i].in)), &t, &count);
		if (rc == ERR_MEMORY)
			return rc;
		if (!documents[i].newest) {
			test_check_fails(op, rc, ERR_FORMAT, "", documents[i].in, __FILE__,
					 __LINE__);
			op_forgive(op);
			if (!documents[i].out)
				continue;
		} else {
			TRY(rc);
			CHECK(count.bad == documents[i].bad);
			CHECK_STR(count.newest, str_of(documents[i].newest));
			CHECK(feed_guess(&(struct feed_document){ str_of(documents[i].name),
								  str_of(documents[i].in),
								  { 0 } }) == count.feed ||
			      !strcmp(documents[i].feed, "debian-support"));
		}
		TRY(buf_take(&t.b, &out));
		test_check_str(out, str_of(documents[i].out), documents[i].in, __FILE__, __LINE__);
	}
	return 0;
}

TESTS({ "reads documents", reads_documents })
