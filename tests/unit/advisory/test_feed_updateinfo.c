#include "advisory/feed_native.h"
#include "unit/advisory/golden.h"

static const char errata[] =
	"<?xml version=\"1.0\"?>\n<updates><update type=\"security\"><id>ALAS2023-2023-126</id>"
	"<title>openssl</title><severity>important</severity><issued date=\"2023-02-17 00:00\"/>"
	"<updated date=\"2023-02-22T01:00:00Z\"/><references><reference type=\"cve\" "
	"id=\"CVE-2023-0286\"/><reference type=\"self\" id=\"x\"/></references><pkglist>"
	"<collection><package name=\"openssl\" epoch=\"1\" version=\"3.0.8\" "
	"release=\"1.amzn2023\" "
	"arch=\"x86_64\"/><package name=\"openssl\" epoch=\"1\" version=\"3.0.8\" "
	"release=\"1.amzn2023\" arch=\"aarch64\"/><package name=\"openssl\" epoch=\"1\" "
	"version=\"3.0.8\" release=\"1.amzn2023\" arch=\"src\"/><package name=\"openssl-doc\" "
	"epoch=\"0\" version=\"3\" release=\"1\" arch=\"noarch\"/></collection><collection><module "
	"name=\"mariadb\" stream=\"10.5\"/><package name=\"mariadb\" version=\"10\" release=\"2\" "
	"arch=\"x86_64\"/></collection></pkglist></update>"
	"<update type=\"security\"><id>ALAS2KERNEL-5.15-2022-001</id></update>"
	"<update type=\"bugfix\"><id>ALAS2023-2023-1</id></update>"
	"<update type=\"security\"><id>ALAS2023-2023-2</id><pkglist><collection><package "
	"arch=\"x86_64\"/></collection></pkglist></update></updates>";

static int reads(struct op *op)
{
	struct told t = { 0 }, none = { 0 };

	TRY(told_read(op, &feed_updateinfo, S("updateinfo.xml"), exact(str_of(errata)), "", &t));
	CHECK(t.bad == 1);
	CHECK_STR(buf_view(&t.b),
		  S("ALAS2023-2023-126 \"openssl\" related CVE-2023-0286 published "
		    "2023-02-17T00:00:00Z modified 2023-02-22T00:00:00Z severity high\n"
		    "  amzn:2023 binary:mariadb fixed <10-2 on 2023-02-17 only arch=x86_64 only "
		    "module=mariadb:10.5\n"
		    "  amzn:2023 binary:openssl fixed <1:3.0.8-1.amzn2023 on 2023-02-17 only "
		    "arch=aarch64 x86_64\n"
		    "  amzn:2023 binary:openssl-doc fixed <3-1 on 2023-02-17\n"));
	CHECK_FAILS(op, told_read(op, &feed_updateinfo, S("x"), exact(S("<a/>")), "", &none),
		    ERR_FORMAT, "not an updateinfo.xml");
	CHECK_FAILS(op,
		    told_read(op, &feed_updateinfo, S("x"),
			      exact(S("<updates><update><id>FEDORA-1</id></update></updates>")), "",
			      &none),
		    ERR_FORMAT, "does not say of which release");
	return 0;
}

/* The repositories' own files, whole: one erratum each. */
static int reads_samples(struct op *op)
{
	static const struct {
		const char *path, *release, *line;
		uint64_t affected;
	} cases[] = {
		{ "vuls-data-update/pkg/fetch/amazon/testdata/fixtures/updateinfo_1.xml.gz", "",
		  "ALAS-2011-1 amzn:1 binary:httpd-devel fixed <2.2.21-1.18.amzn1 on 2011-09-27 "
		  "only arch=i686\n",
		  1 },
		{ "vuls-data-update/pkg/fetch/amazon/testdata/fixtures/updateinfo_2.xml.gz", "",
		  "ALAS2-2018-939 amzn:2 binary:kernel fixed <4.9.76-38.79.amzn2 on 2018-01-11 "
		  "only arch=x86_64\n",
		  1 },
		{ "vuls-data-update/pkg/fetch/amazon/testdata/fixtures/updateinfo_2023.xml.gz", "",
		  "ALAS2023-2023-001 amzn:2023 binary:rsyslog fixed <8.2204.0-3.amzn2023.0.2 on "
		  "2023-02-17 only arch=aarch64 i686 x86_64\n",
		  21 },
		{ "vuls-data-update/pkg/fetch/alma/updateinfo/testdata/fixtures/happy/almalinux/9/"
		  "AppStream/x86_64/os/repodata/cccc125de8ddb7f66ac6a9850f48af285670c3ace1e29f2b0ce"
		  "002ab69b88ee5-updateinfo.xml.gz",
		  "almalinux:9",
		  "ALSA-2023:7549 almalinux:9 binary:nodejs fixed <1:18.18.2-1.el9 on 2023-11-28 "
		  "only arch=x86_64\n",
		  1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told t = { .brief = true };
		struct feed_sink sink = { .advisory = told_advisory, .to = &t };
		struct feed_wish wish = { .feed = &feed_updateinfo,
					  .release = str_of(cases[i].release) };
		struct feed_count count;
		str path;
		if (!told_path(op, cases[i].path, &path))
			SKIP("no samples: TEMPER_SHARED_DATA names no directory that has them");
		buf_init(&t.b, op, 1 << 20);
		TRY(feed_read_path(op, path, &wish, &sink, &count));
		CHECK(t.affected == cases[i].affected && count.bad == 0);
		CHECK_STR(told_has(&t, str_of(cases[i].line)) ? S("told") : buf_view(&t.b),
			  S("told"));
	}
	return 0;
}

TESTS({ "reads", reads }, { "reads samples", reads_samples, .once = true })
