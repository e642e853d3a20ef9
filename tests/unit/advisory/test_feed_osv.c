#include "unit/advisory/told.h"

static const struct {
	const char *what, *in, *out; /* out NULL: broken */
} records[] = {
	{ "the least", "{\"id\":\"A-1\",\"modified\":\"2024-01-02T03:04:05Z\"}",
	  "A-1 modified 2024-01-02T03:04:05Z\n" },
	{ "texts, dates, ids",
	  "{\"id\":\"GHSA-1\",\"summary\":\"bad\",\"aliases\":[\"CVE-1\",\"CVE-1\",\"\",7],"
	  "\"related\":[\"CVE-9\"],"
	  "\"published\":\"2024-02-30T00:00:00Z\",\"modified\":\"soon\",\"withdrawn\":\"2024-01-"
	  "01T00:00:00Z\","
	  "\"database_specific\":{\"severity\":\"MODERATE\",\"cwe_ids\":[\"CWE-79\"]},"
	  "\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/"
	  "I:H/A:H\"},"
	  "{\"type\":\"CVSS_V3\",\"score\":\"7.5\"}]}",
	  "GHSA-1 \"bad\" alias CVE-1,7 withdrawn 2024-01-01T00:00:00Z severity medium "
	  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H CWE-79\n" },
	{ "spans in order, and two in one range",
	  "{\"id\":\"A-2\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"@a/"
	  "b\"},\"ranges\":["
	  "{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"2.0.0\"},{\"fixed\":\"2.1.0\"},"
	  "{\"introduced\":\"0\"},{\"fixed\":\"1.10.0\"}]}]}]}",
	  "A-2\n  npm @a/b fixed <1.10.0 >=2.0.0<2.1.0\n" },
	{ "last affected holds beyond its version; introduced and fixed at once is nothing",
	  "{\"id\":\"A-3\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"A_B.c\"},"
	  "\"ranges\":["
	  "{\"type\":\"ECOSYSTEM\",\"events\":[{\"last_affected\":\"1.0\"},{\"introduced\":\"1.0\"}"
	  "]},"
	  "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"3.0\"},{\"fixed\":\"3.0\"}]}]}]}",
	  "A-3\n  pypi a-b-c fixed >=1.0<=1.0\n" },
	{ "a limit ends what is open, the largest of several; \"*\" is none",
	  "{\"id\":\"A-4\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},"
	  "\"ranges\":["
	  "{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"limit\":\"1.5.0\"},{"
	  "\"limit\":\"1.9.0\"}]},"
	  "{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"3.0.0\"},{\"limit\":\"*\"}]}]}]}",
	  "A-4\n  npm a affected >=1.0.0<1.9.0 >=3.0.0\n" },
	{ "GIT, unknown ecosystems and what names no version are nothing",
	  "{\"id\":\"A-5\",\"affected\":[{\"ranges\":[{\"type\":\"GIT\",\"events\":[{"
	  "\"introduced\":\"0\"}]}]},"
	  "{\"package\":{\"ecosystem\":\"Nowhere\",\"name\":\"a\"},\"versions\":[\"1\"]},"
	  "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"}},"
	  "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"b\"},\"ranges\":[{\"type\":\"GIT\","
	  "\"events\":[]}],"
	  "\"versions\":[\"1.0.0\"]}]}",
	  "A-5\n  npm b unknown versions 1.0.0\n" },
	{ "listed versions are kept where no span has them",
	  "{\"id\":\"A-6\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"a\"},"
	  "\"versions\":[\"1.0\","
	  "\"1.0.0\",\"1.1\",\"2.0\"],\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{"
	  "\"introduced\":\"1.0\"},"
	  "{\"fixed\":\"1.1\"}]}]}]}",
	  "A-6\n  pypi a fixed >=1.0<1.1 versions 1.1,2.0\n" },
	{ "Debian's: an id that is a CVE's; urgency",
	  "{\"id\":\"DEBIAN-CVE-2024-1\",\"upstream\":[\"CVE-2024-1\"],\"related\":[\"DSA-9\"],"
	  "\"affected\":[{"
	  "\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"xz-utils\"},\"ranges\":[{\"type\":"
	  "\"ECOSYSTEM\","
	  "\"events\":[{\"introduced\":\"0\"}]}],\"ecosystem_specific\":{\"urgency\":"
	  "\"unimportant\"}},"
	  "{\"package\":{\"ecosystem\":\"Debian:11\",\"name\":\"xz-utils\"},\"ranges\":[{\"type\":"
	  "\"ECOSYSTEM\","
	  "\"events\":[{\"introduced\":\"0\"}]}],\"ecosystem_specific\":{\"urgency\":\"end-of-"
	  "life\"}}]}",
	  "DEBIAN-CVE-2024-1 alias CVE-2024-1 related DSA-9\n"
	  "  debian:12 source:xz-utils affected severity negligible urgency unimportant\n"
	  "  debian:11 source:xz-utils end_of_life urgency end-of-life\n" },
	{ "Ubuntu's: priority, and what only subscribers get",
	  "{\"id\":\"UBUNTU-CVE-2024-2\",\"upstream\":[\"CVE-2024-2\"],\"severity\":[{\"type\":"
	  "\"Ubuntu\",\"score\":"
	  "\"low\"}],\"affected\":[{\"package\":{\"ecosystem\":\"Ubuntu:Pro:18.04:LTS\",\"name\":"
	  "\"curl\"},"
	  "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"7."
	  "58-1+esm2\"}]}],"
	  "\"ecosystem_specific\":{\"ubuntu_priority\":\"medium\"}}]}",
	  "UBUNTU-CVE-2024-2 alias CVE-2024-2 severity low\n"
	  "  ubuntu:18.04 source:curl fixed <7.58-1+esm2 severity medium urgency medium only "
	  "channel=esm\n" },
	{ "an erratum of a module: its stream, its date, its rank",
	  "{\"id\":\"ALSA-1:2\",\"summary\":\"Important: nodejs:12 security "
	  "update\",\"related\":[\"CVE-1\"],"
	  "\"published\":\"2024-05-06T00:00:00Z\",\"affected\":[{\"package\":{\"ecosystem\":"
	  "\"AlmaLinux:8\","
	  "\"name\":\"nodejs\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":"
	  "\"0\"},{\"fixed\":"
	  "\"1:12.1-1.module_el8.5.0+1+a\"}]}]},{\"package\":{\"ecosystem\":\"AlmaLinux:8\","
	  "\"name\":\"npm\"},"
	  "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"6-"
	  "1\"}]}]}]}",
	  "ALSA-1:2 \"Important: nodejs:12 security update\" related CVE-1 published "
	  "2024-05-06T00:00:00Z severity "
	  "high\n"
	  "  almalinux:8 nodejs fixed <1:12.1-1.module_el8.5.0+1+a on 2024-05-06 only "
	  "module=nodejs:12\n"
	  "  almalinux:8 npm fixed <6-1 on 2024-05-06\n" },
	{ "Go's packages and symbols",
	  "{\"id\":\"GO-1\",\"affected\":[{\"package\":{\"ecosystem\":\"Go\",\"name\":\"stdlib\"},"
	  "\"ranges\":[{"
	  "\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.2.3\"}]}],"
	  "\"ecosystem_specific\":{"
	  "\"imports\":[{\"path\":\"net\",\"symbols\":[\"Dial\",\"A.B\"]},{\"path\":\"os\"}]}}]}",
	  "GO-1\n  golang stdlib fixed <1.2.3 imports net:Dial,net:A.B,os\n" },
	{ "an array; what is no record in it is passed over",
	  " [{\"id\":\"A-7\"},7,{\"id\":\"A-8\"}]", "A-7\nA-8\n" },
	{ "an answer of the service", "{\"vulns\":[{\"id\":\"A-9\"}],\"next_page_token\":\"x\"}",
	  "A-9\n" },
	{ "an array cut short", "[{\"id\":\"A-7\"}", NULL },
	{ "no id", "{\"modified\":\"2024-01-02T03:04:05Z\"}", NULL },
	{ "an id of nothing", "{\"id\":\" \"}", NULL },
	{ "an id of controls", "{\"id\":\"A\\u0007\"}", NULL },
	{ "no mapping", "1", NULL },
	{ "an inverted range",
	  "{\"id\":\"B-1\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},"
	  "\"ranges\":[{\"type\":"
	  "\"SEMVER\",\"events\":[{\"introduced\":\"2.0.0\"},{\"fixed\":\"1.0.0\"}]}]}]}",
	  NULL },
	{ "a range of nothing",
	  "{\"id\":\"B-2\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},"
	  "\"ranges\":[{\"type\":"
	  "\"SEMVER\",\"events\":[]}]}]}",
	  NULL },
	{ "versions of another kind",
	  "{\"id\":\"B-3\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},"
	  "\"versions\":[{}]}]}",
	  NULL },
	{ "a version of controls",
	  "{\"id\":\"B-4\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},"
	  "\"versions\":[\"1\\n\"]}]}",
	  NULL },
	{ "a key twice", "{\"id\":\"A\",\"id\":\"B\"}", NULL },
	{ "a lone surrogate", "{\"id\":\"A\",\"summary\":\"\\ud800\"}", NULL },
	{ "no number", "{\"id\":\"A\",\"x\":NaN}", NULL },
	{ "a byte order mark", "\xef\xbb\xbf{\"id\":\"A\"}", NULL },
	{ "a number that no machine holds is not looked at", "{\"id\":\"A\",\"x\":1e400}", "A\n" },
};

static int reads_records(struct op *op)
{
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct told told = { 0 };
		str out = { 0 };
		int rc = told_read(op, feed_of(S("osv")), S("a.json"), exact(str_of(records[i].in)),
				   "", &told);
		if (!records[i].out) {
			test_check_fails(op, rc, ERR_FORMAT, "", records[i].what, __FILE__,
					 __LINE__);
			if (rc == ERR_MEMORY)
				return rc;
			op_forgive(op);
			continue;
		}
		TRY(rc);
		TRY(buf_take(&told.b, &out));
		test_check_str(out, str_of(records[i].out), records[i].what, __FILE__, __LINE__);
	}
	return 0;
}

static int read_all(struct op *op, str bytes, struct told *told, struct feed_count *count)
{
	struct feed_sink sink = { .advisory = told_advisory, .to = told };
	struct at at = at_of_bytes(bytes, S("a feed"));
	struct feed_wish wish = { 0 };

	buf_init(&told->b, op, 64 << 20);
	return feed_read(op, S("a feed"), &at, &wish, &sink, count);
}

static int counts_broken_lines(struct op *op)
{
	struct told told = { 0 };
	struct feed_count count = { 0 };
	str text;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (int i = 0; i < 300; i++)
		buf_fmt(&b,
			"{\"id\":\"A-%d\",\"modified\":\"2024-01-%02dT00:00:00Z\",\"affected\":[]}"
			"\r\n",
			i, i % 28 + 1);
	buf_add(&b, S("{\"id\":\n\n{}\n{\"id\":3}"));
	TRY(buf_take(&b, &text));
	TRY(read_all(op, exact(text), &told, &count));
	CHECK(count.records == 301 && count.bad == 2 && told.records == 301);
	CHECK(count.feed == feed_of(S("osv")));
	CHECK_STR(count.newest, S("2024-01-28T00:00:00Z"));
	return 0;
}

static int refuses_what_is_no_longer_a_feed(struct op *op)
{
	static const char bad[] = "{\"id\":\"A\",\"modified\":\"2024-01-01\",\"affected\":[]}\n"
				  "{\"id\":1,\"affected\":3}\n{\"id\":{}}\n{\"a\":1}\n{\"b\":1}\n";
	struct told told = { 0 };
	struct feed_count count = { 0 };

	CHECK_FAILS(op, read_all(op, exact(str_of(bad)), &told, &count), ERR_FORMAT,
		    "4 of 5 records are broken, first: 1: affected packages that are no list");
	CHECK_FAILS(op, read_all(op, exact(S("what is this")), &told, &count), ERR_FORMAT,
		    "none of the known feeds");
	CHECK_FAILS(op, read_all(op, exact(S("")), &told, &count), ERR_FORMAT,
		    "none of the known feeds");
	return 0;
}

/* What is far too much is a broken record, not a slow one, and the others are read. */
static int hostile_sizes(struct op *op)
{
	struct told told = { .count_only = true };
	struct feed_count count = { 0 };
	struct buf b;
	str text;

	buf_init(&b, op, 64 << 20);
	for (int i = 0; i < 600; i++)
		buf_fmt(&b, "{\"id\":\"A-%d\",\"modified\":\"2024-01-01\",\"affected\":[]}\n", i);
	buf_add(&b, S("{\"id\":\"B-1\",\"modified\":"));
	buf_repeat(&b, '[', 100000);
	buf_add(&b, S("\n{\"id\":\"B-2\",\"aliases\":["));
	for (int i = 0; i < 100000; i++)
		buf_fmt(&b, "%s\"CVE-2024-%d\"", i ? "," : "", i);
	buf_add(&b, S("]}\n{\"id\":\"B-3\",\"aliases\":[\"B-3\",\"B-4\"]}\n{\"id\":\""));
	buf_repeat(&b, 'x', 1 << 20);
	buf_add(&b, S("\"}\n{\"id\":\"B-5\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
		      "\"name\":\"a\"},"
		      "\"ranges\":[{\"type\":\"SEMVER\",\"events\":["));
	for (int i = 0; i < 20000; i++)
		buf_fmt(&b, "%s{\"introduced\":\"%d.0.0\"},{\"fixed\":\"%d.1.0\"}", i ? "," : "",
			20000 - i, 20000 - i);
	buf_add(&b, S("]}]}]}\n"));
	TRY(buf_take(&b, &text));
	struct feed_sink sink = { .advisory = told_advisory, .to = &told };
	struct at at = at_of_bytes(exact(text), S("a feed"));
	TRY(feed_read(op, S("a feed"), &at, &(struct feed_wish){ 0 }, &sink, &count));
	CHECK(count.bad == 3 && count.records == 602);
	CHECK(told.spans == 20000);
	return 0;
}

TESTS({ "hostile sizes", hostile_sizes, .once = true }, { "reads records", reads_records },
      { "counts broken lines", counts_broken_lines, .once = true },
      { "refuses what is no longer a feed", refuses_what_is_no_longer_a_feed })
