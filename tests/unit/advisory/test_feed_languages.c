#include "advisory/feed_native.h"
#include "unit/advisory/golden.h"

const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 leaks tokens of its own when a text is not YAML. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

static int reads_rustsec(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_rustsec, S("crates/anstream/RUSTSEC-2024-0404.md"),
		exact(S("```toml\n[advisory]\nid = \"RUSTSEC-2024-0404\"\npackage = "
			"\"anstream\"\ndate = \"2024-09-08\"\nurl = \"https://example.invalid\"\n"
			"informational = \"unsound\"\naliases = [\"GHSA-2rxc-gjrp-vjhx\"]\n\n"
			"[versions]\npatched = [\">= 0.6.8\", \"^0.5.3\"]\n"
			"unaffected = [\"< 0.2\"]\n```\n\n# Unsoundness in anstream\n\nWhen "
			"given.\n")),
		"", &t));
	TRY(told_read(
		op, &feed_rustsec, S("a.md"),
		exact(S("```toml\n[advisory]\nid = \"RUSTSEC-1\"\npackage = \"a\"\ninformational "
			"= \"unmaintained\"\nwithdrawn = \"2024-01-01\"\n[versions]\npatched = []\n"
			"```\n# A\n")),
		"", &t));
	TRY(told_read(
		op, &feed_rustsec, S("b.md"),
		exact(S("```toml\n[advisory]\nid = \"RUSTSEC-2\"\npackage = \"b\"\n[versions]\n"
			"patched = []\nunaffected = [\">= 0\"]\n```\n")),
		"", &t));
	CHECK(t.bad == 0);
	TRY(told_read(
		op, &feed_rustsec, S("c.md"),
		exact(S("```toml\n[advisory]\nid = \"RUSTSEC-3\"\npackage = \"c\"\n[versions]\n"
			"patched = [\">= x y\"]\n```\n")),
		"", &t));
	CHECK(t.bad == 1);
	TRY(told_read(op, &feed_rustsec, S("advisory-db/rust/std/x.md"), exact(S("x")), "", &t));
	CHECK_FAILS(op, told_read(op, &feed_rustsec, S("README.md"), exact(S("# x\n")), "", &t),
		    ERR_FORMAT, "does not begin with a block of TOML");
	CHECK_STR(buf_view(&t.b),
		  S("RUSTSEC-2024-0404 \"Unsoundness in anstream\" alias GHSA-2rxc-gjrp-vjhx "
		    "published 2024-09-08T00:00:00Z\n"
		    "  cargo anstream fixed >=0.2.0<0.5.3 >=0.6.0<0.6.8 urgency unsound\n"
		    "RUSTSEC-1 \"A\" withdrawn 2024-01-01T00:00:00Z\n"
		    "  cargo a affected severity negligible urgency unmaintained\n"));
	return 0;
}

static int reads_rubysec(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_rubysec, S("gems/a/GHSA-1.yml"),
		exact(S("---\ngem: activerecord-jdbc-adapter\nplatform: jruby\ncve: 2014-1234\n"
			"osvdb: 114854\nghsa: 5qw5-wf2q-f538\nurl: https://example.invalid\n"
			"title: AR-JDBC\ndate: 2013-02-25\ndescription: |\n  Text.\ncvss_v3: "
			"8.8\nunaffected_versions:\n  - \"< 1.2.6\"\npatched_versions:\n"
			"  - \"~> 1.2.8\"\n  - \">= 1.4.1\"\nrelated:\n  cve:\n    - 2014-1235\n")),
		"", &t));
	TRY(told_read(op, &feed_rubysec, S("gems/b/OSVDB-1.yml"),
		      exact(S("gem: b\nosvdb: 1\ntitle: b\ncvss_v2: 0.0\n")), "", &t));
	TRY(told_read(
		op, &feed_rubysec, S("gems/c/OSVDB-2.yml"),
		exact(S("gem: c\nosvdb: 2\ntitle: c\nunaffected_versions: [\"< 1\", \"> 0\"]\n")),
		"", &t));
	TRY(told_read(op, &feed_rubysec, S("rubies/ruby/CVE-1.yml"),
		      exact(S("---\nengine: ruby\ncve: 1\ntitle: x\n")), "", &t));
	CHECK(t.bad == 0);
	TRY(told_read(op, &feed_rubysec, S("gems/d/1.yml"), exact(S("gem: d\ntitle: x\n")), "",
		      &t));
	CHECK(t.bad == 1);
	CHECK_FAILS(op, told_read(op, &feed_rubysec, S("x.yml"), exact(S("a: b\n")), "", &t),
		    ERR_FORMAT, "names no gem");
	CHECK_STR(buf_view(&t.b),
		  S("CVE-2014-1234 \"AR-JDBC\" alias GHSA-5qw5-wf2q-f538,OSVDB-114854 related "
		    "CVE-2014-1235 published 2013-02-25T00:00:00Z severity high\n"
		    "  gem activerecord-jdbc-adapter fixed >=1.2.6<1.2.8 >=1.3.A<1.4.1 only "
		    "platform=jruby\n"
		    "OSVDB-1 \"b\"\n"
		    "  gem b affected\n"));
	return 0;
}

static int reads_friendsofphp(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_friendsofphp, S("symfony/http-kernel/CVE-2014-5245.yaml"),
		exact(S("title:     Direct access\nlink:      https://example.invalid\n"
			"cve:       CVE-2014-5245\nbranches:\n    2.0.x:\n        time:     "
			"2014-09-03 07:40:02\n        versions: ['>=2.0.0', '<2.1.0']\n    2.1.x:\n"
			"        time:     2014-09-03 07:40:02\n        versions: ['>=2.2.0', "
			"'<2.3.19']\nreference: composer://symfony/HTTP-kernel\n")),
		"", &t));
	TRY(told_read(op, &feed_friendsofphp, S("laravel/framework/2014-04-15.yaml"),
		      exact(S("title: x\ncve: ~\nbranches:\n    master:\n        time: ~\n        "
			      "versions: ['<=4.1.26']\nreference: composer://laravel/framework\n")),
		      "", &t));
	CHECK(t.bad == 0);
	TRY(told_read(op, &feed_friendsofphp, S("a/b/1.yaml"),
		      exact(S("branches: {}\nreference: composer://a/b\n")), "", &t));
	CHECK(t.bad == 1);
	CHECK_FAILS(op, told_read(op, &feed_friendsofphp, S("x.yaml"), exact(S("a: b\n")), "", &t),
		    ERR_FORMAT, "not an advisory of FriendsOfPHP's");
	CHECK_STR(buf_view(&t.b),
		  S("CVE-2014-5245 \"Direct access\" published 2014-09-03T00:00:00Z\n"
		    "  composer symfony/http-kernel fixed >=2.0.0<2.1.0 >=2.2.0<2.3.19\n"
		    "laravel/framework/2014-04-15 \"x\"\n"
		    "  composer laravel/framework affected <=4.1.26\n"));
	return 0;
}

static int reads_npm(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(op, &feed_npm_wg, S("npm/100.json"),
		      exact(S("{\"id\":100,\"title\":\"ReDoS\",\"module_name\":\"uri-js\","
			      "\"publish_date\":\"2017-04-14\",\"cves\":[\"CVE-1\"],"
			      "\"vulnerable_versions\":\"<2.1.1 || >=3.0.0 "
			      "<=3.1.0\",\"patched_versions\":"
			      "\">=3.2.0\",\"cvss_vector\":\"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/"
			      "I:N/A:H\"}")),
		      "", &t));
	TRY(told_read(op, &feed_npm_wg, S("npm/1.json"),
		      exact(S("{\"id\":1,\"module_name\":\"a\",\"vulnerable_versions\":\"*\","
			      "\"patched_versions\":\"<0.0.0\"}")),
		      "", &t));
	TRY(told_read(op, &feed_npm_wg, S("npm/2.json"),
		      exact(S("{\"id\":2,\"module_name\":\"b\",\"vulnerable_versions\":\"<=1.2.3\","
			      "\"patched_versions\":\">1.2.3\"}")),
		      "", &t));
	TRY(told_read(op, &feed_npm_wg, S("core/1.json"),
		      exact(S("{\"cve\":[\"CVE-2\"],\"vulnerable\":\"8.x\"}")), "", &t));
	CHECK(t.bad == 0);
	CHECK_FAILS(op, told_read(op, &feed_npm_wg, S("x.json"), exact(S("{}")), "", &t),
		    ERR_FORMAT, "not an advisory of an npm package");
	CHECK_STR(buf_view(&t.b),
		  S("NSWG-ECO-100 \"ReDoS\" alias CVE-1 published 2017-04-14T00:00:00Z "
		    "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\n"
		    "  npm uri-js fixed <2.1.1 >=3.0.0<=3.1.0\n"
		    "NSWG-ECO-1\n"
		    "  npm a affected\n"
		    "NSWG-ECO-2\n"
		    "  npm b unknown <=1.2.3\n"));
	return 0;
}

/* The whole of each; how many there are was counted with other means. */
static int reads_all(struct op *op)
{
	static const struct {
		const char *path;
		const struct feed *feed;
		uint64_t records;
		uint64_t affected; /* 0: not counted */
	} cases[] = {
		{ "rustsec", &feed_rustsec, 1204 - 1 }, /* 1: all versions are unaffected */
		{ "ruby-advisory-db", &feed_rubysec, 1234 - 2 },
		{ "friendsofphp", &feed_friendsofphp, 1592 },
		{ "npm-security-wg/vuln/npm", &feed_npm_wg, 467 },
		{ "bulk/ubuntu-cve-tracker-2020-06-18-facts.tsv.gz", &feed_ubuntu_facts, 176718,
		  290697 - 605 }, /* lines; 605: fixed, and no version */
		{ "bulk/wolfi-advisories-244709c-apache2.tar.gz", &feed_wolfi_advisories, 20770 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told t = { .count_only = true };
		struct feed_sink sink = { .advisory = told_advisory, .to = &t };
		struct feed_wish wish = { .feed = cases[i].feed };
		struct feed_count count;
		struct op_mark mark = op_mark(op);
		str path;
		if (!told_path(op, cases[i].path, &path))
			SKIP("no advisories: TEMPER_SHARED_DATA names no directory that has them");
		TRY(feed_read_path(op, path, &wish, &sink, &count));
		str told = { 0 }, want = { 0 };
		TRY(op_text(op, &told, "%s: %llu of %llu", cases[i].path,
			    (unsigned long long)t.records, (unsigned long long)count.records));
		TRY(op_text(op, &want, "%s: %llu of %llu", cases[i].path,
			    (unsigned long long)cases[i].records,
			    (unsigned long long)cases[i].records));
		CHECK_STR(told, want);
		CHECK(cases[i].affected == 0 || t.affected == cases[i].affected);
		op_reset(op, mark);
	}
	return 0;
}

TESTS({ "reads RustSec", reads_rustsec }, { "reads RubySec", reads_rubysec },
      { "reads FriendsOfPHP", reads_friendsofphp }, { "reads npm's", reads_npm },
      { "reads all", reads_all, .once = true })
