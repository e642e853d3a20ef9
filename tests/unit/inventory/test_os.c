#include "inventory/os.h"

#include "base/buf.h"
#include "unit/harness.h"

enum { FILES = 4 };
struct row {
	struct tree_given file[FILES];
	const char *want; /* distro | id | version_id | codename | path | facts */
};

#define AT(p, text)                                      \
	{                                                \
		.path = S_INIT(p), .bytes = S_INIT(text) \
	}
static const struct row rows[] = {
	{ { AT("etc/nothing", "") }, "|||||" },
	{ { AT("etc/os-release", "") }, "|||||" },
	{ { AT("etc/os-release", "ID=wolfi\nVERSION_ID=\"20220914\"\n") },
	  "wolfi-20220914|wolfi|20220914||etc/os-release|" },
	{ { AT("etc/os-release",
	       "  ID='alpine' \r\n# ID=x\r\nVERSION_ID=3.1\\1\r\nNAME=\"a \\\"b\\\"\"") },
	  "alpine-3.1\\1|alpine|3.1\\1||etc/os-release|" },
	/* The link counts where it leads to. */
	{ { AT("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n"),
	    { .path = S_INIT("etc/os-release"), .link = S_INIT("../usr/lib/os-release") },
	    AT("etc/debian_version", "12.4\n") },
	  "debian-12|debian|12|bookworm|usr/lib/os-release|debian:release=12.4" },
	{ { AT("etc/os-release", "ID=debian\n"), AT("etc/debian_version", "10.8\n") },
	  "debian-10|debian|10||etc/os-release|debian:release=10.8" },
	{ { AT("etc/os-release", "ID=debian\nVERSION_CODENAME=forky\n"),
	    AT("etc/debian_version", "forky/sid\n") },
	  "debian-sid|debian|sid|forky|etc/os-release|" },
	{ { AT("etc/os-release", "ID=debian\nVERSION_CODENAME=forky\n"),
	    AT("etc/debian_version", "forky/sid\n"),
	    AT("etc/apt/sources.list.d/debian.sources",
	       "# unstable\nTypes: deb\nSuites: forky forky-updates\n") },
	  "debian-testing|debian|testing|forky|etc/os-release|" },
	{ { AT("etc/debian_version", "forky/sid\n"),
	    AT("etc/apt/sources.list", "deb http://x unstable main\ndeb http://x testing main\n") },
	  "debian-sid|debian|sid|forky|etc/debian_version|" },
	/* Ubuntu has a debian_version, too, and is not Debian. */
	{ { AT("etc/os-release", "ID=ubuntu\nVERSION_ID=20.04\nID_LIKE=debian\n"),
	    AT("etc/debian_version", "bullseye/sid\n") },
	  "ubuntu-20.04|ubuntu|20.04||etc/os-release|" },
	{ { AT("etc/lsb-release",
	       "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_CODENAME=precise\n"),
	    AT("etc/debian_version", "wheezy/sid\n") },
	  "ubuntu-12.04|ubuntu|12.04|precise|etc/lsb-release|" },
	{ { AT("etc/lsb-release", "LSB_VERSION=base\n") }, "|||||" },
	/* Without an ID: the system that it is like, or nothing but Linux. */
	{ { AT("usr/lib/os-release", "NAME=x\nVERSION_ID=8\nID_LIKE=\"debian foo\"\n") },
	  "debian-8|debian|8||usr/lib/os-release|" },
	{ { AT("usr/lib/os-release", "NAME=x\n") }, "linux|linux|||usr/lib/os-release|" },
	{ { AT("etc/os-release", "ID=arch\nBUILD_ID=rolling\n") },
	  "arch-rolling|arch|||etc/os-release|" },
	{ { AT("x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
	       "ID=bottlerocket\nVERSION_ID=1.19.0\n") },
	  "bottlerocket-1.19.0|bottlerocket|1.19.0||x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/"
	  "os-release|" },
	{ { AT("etc/system-release-cpe", "cpe:/o:centos:linux:6:GA\n") },
	  "centos-6|centos|6||etc/system-release-cpe|" },
	{ { AT("etc/system-release-cpe", "cpe:2.3:o:amazon:amazon_linux:2\n") },
	  "amzn-2|amzn|2||etc/system-release-cpe|" },
	{ { AT("etc/system-release-cpe", "cpe:/o:centos:6:GA\n"),
	    AT("etc/redhat-release", "CentOS release 6.10 (Final)\n") },
	  "centos-6.10|centos|6.10||etc/redhat-release|" },
	{ { AT("etc/system-release-cpe", "cpe:/a:centos:linux:6:GA\n") }, "|||||" },
	{ { AT("etc/redhat-release", "Red Hat Enterprise Linux Server release 8.10 (Ootpa)") },
	  "rhel-8.10|rhel|8.10||etc/redhat-release|" },
	/* What derives from Red Hat's has Red Hat's file as well. */
	{ { AT("etc/redhat-release", "Red Hat Enterprise Linux release 8.10 (Ootpa)\n"),
	    AT("etc/oracle-release", "Oracle Linux Server release 8.10\n") },
	  "ol-8.10|ol|8.10||etc/oracle-release|" },
	{ { AT("etc/system-release", "Amazon Linux AMI release 2018.03\n") },
	  "amzn-2018.03|amzn|2018.03||etc/system-release|" },
	{ { AT("etc/redhat-release", "Some release of ours\n") }, "|||||" },
	{ { AT("etc/alpine-release", "3.18.4\n") },
	  "alpine-3.18.4|alpine|3.18.4||etc/alpine-release|" },
	{ { AT("bin/busybox", "junk\0BusyBox v1.31.1 (2020)\0more") },
	  "busybox-1.31.1|busybox|1.31.1||bin/busybox|" },
	{ { AT("bin/busybox", "junk BusyBox vx") }, "|||||" },
	{ { AT("bin/busybox", "BusyBox v1.") }, "busybox-1|busybox|1||bin/busybox|" },
};

static int shown(struct op *op, const struct tree_given *file, str *ret)
{
	AUTO_TREE *t = NULL;
	struct tree_wish wish = { 0 };
	struct os_identity os;
	ptrdiff_t n = 0;
	struct buf b;

	while (n < FILES && file[n].path.p)
		n++;
	TRY(tree_of_files(op, file, n, &wish, &t));
	TRY(os_identify(op, t, &os));
	buf_init(&b, op, 4096);
	buf_fmt(&b, "%.*s|%.*s|%.*s|%.*s|%.*s|", STR_ARG(os.distro), STR_ARG(os.id),
		STR_ARG(os.version_id), STR_ARG(os.codename), STR_ARG(os.path));
	for (ptrdiff_t i = 0; i < os.facts.n; i++)
		buf_fmt(&b, "%.*s=%.*s", STR_ARG(os.facts.p[i].key), STR_ARG(os.facts.p[i].value));
	return buf_take(&b, ret);
}

static int identifies(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		str got;
		TRY(shown(op, rows[i].file, &got));
		CHECK_STR(got, str_of(rows[i].want));
	}
	return 0;
}

static int reads_a_release(struct op *op)
{
	struct os_identity os = { 0 };

	TRY(os_read_release(
		op,
		exact(S("ID=Fedora\nNAME=\"Fedora \\$1\"\nVERSION='36 (x)'\nVARIANT_ID=container\n"
			"CPE_NAME=cpe:/o:f\nHOME_URL=h\nSUPPORT_END=2023-05-16\nBUILD_ID=b\n"
			"PRETTY_NAME=\"a\\\\b\"\nID_LIKE=\"rhel centos\"\n")),
		&os));
	CHECK_STR(os.id, S("fedora"));
	CHECK_STR(os.name, S("Fedora $1"));
	CHECK_STR(os.version, S("36 (x)"));
	CHECK_STR(os.variant_id, S("container"));
	CHECK_STR(os.cpe, S("cpe:/o:f"));
	CHECK_STR(os.home_url, S("h"));
	CHECK_STR(os.support_end, S("2023-05-16"));
	CHECK_STR(os.build_id, S("b"));
	CHECK_STR(os.pretty_name, S("a\\b"));
	CHECK_STR(os.id_like, S("rhel centos"));
	return 0;
}

TESTS({ "identifies", identifies }, { "reads a release", reads_a_release })
