#include "model/ecosystem.h"
#include "unit/harness.h"

static int rows_are_sorted(struct op *op)
{
	(void)op;
	for (size_t i = 1; i < ecosystems_n; i++)
		CHECK(str_cmp(str_of(ecosystems[i - 1].key), str_of(ecosystems[i].key)) < 0);
	for (size_t i = 0; i < ecosystems_n; i++) {
		CHECK(ecosystem_row(str_of(ecosystems[i].key)) == &ecosystems[i]);
		CHECK(!ecosystems[i].like || ecosystem_row(str_of(ecosystems[i].like)));
	}
	CHECK(!ecosystem_row(S("debia")) && !ecosystem_row(S("debian12")) && !ecosystem_row(S("")));
	CHECK(ecosystem_row(S("debian:12")) == ecosystem_row(S("debian")));
	return 0;
}

static int of_osv(struct op *op)
{
	static const struct {
		const char *osv, *key, *channel;
	} t[] = {
		{ "Debian:12", "debian:12", "" },
		{ "Debian", "debian", "" },
		{ "Ubuntu:22.04:LTS", "ubuntu:22.04", "" },
		{ "Ubuntu:23.10", "ubuntu:23.10", "" },
		{ "Ubuntu:Pro:18.04:LTS", "ubuntu:18.04", "esm" },
		{ "Ubuntu:Pro:FIPS-updates:20.04:LTS", "ubuntu:20.04", "FIPS-updates" },
		{ "Alpine:v3.18", "alpine:3.18", "" },
		{ "Alpine:edge", "alpine:edge", "" },
		{ "Alpaquita:stream", "alpaquita:stream", "" },
		{ "AlmaLinux:9", "almalinux:9", "" },
		{ "Rocky Linux:8", "rocky:8", "" },
		{ "Red Hat:enterprise_linux:9::baseos", "rhel:9", "" },
		{ "Red Hat:rhel_eus:8.4::appstream", "rhel:8", "eus:8.4" },
		{ "Red Hat:openshift:4.12::el8", "rhel:8", "openshift:4.12" },
		{ "Red Hat:rhel_software_collections:3::el7", "rhel:7", "software_collections:3" },
		{ "SUSE:Linux Enterprise Server 15 SP5", "sles:15.5", "" },
		{ "SUSE:Linux Enterprise Server 15 SP1-LTSS", "sles:15.1", "LTSS" },
		{ "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "sles:15.5", "" },
		{ "SUSE:Linux Enterprise Micro 5.3", "sle-micro:5.3", "" },
		{ "SUSE:Linux Micro 6.0", "sl-micro:6.0", "" },
		{ "openSUSE:Leap 15.5", "opensuse-leap:15.5", "" },
		{ "openSUSE:Tumbleweed", "opensuse-tumbleweed", "" },
		{ "openEuler:24.03-LTS", "openeuler:24.03", "" },
		{ "Wolfi", "wolfi", "" },
		{ "crates.io", "cargo", "" },
		{ "Maven:https://repo1.example", "maven", "" },
		{ "Go", "golang", "" },
	};
	str key, channel;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int rc = ecosystem_of_osv(op, exact(str_of(t[i].osv)), &key, &channel);
		TRY(rc);
		CHECK(rc == 0);
		CHECK_STR(key, str_of(t[i].key));
		CHECK_STR(channel, str_of(t[i].channel));
	}
	CHECK(ecosystem_of_osv(op, S("OSS-Fuzz"), &key, &channel) == 1);
	CHECK(ecosystem_of_osv(op, S(""), &key, &channel) == 1);
	CHECK(ecosystem_of_osv(op, S("Ubuntu:Pro"), &key, &channel) == 1);
	return 0;
}

static int of_os(struct op *op)
{
	static const struct {
		const char *id, *version, *codename, *key;
	} t[] = {
		{ "debian", "12", "bookworm", "debian:12" },
		{ "debian", "12.5", "", "debian:12" },
		{ "debian", "testing", "forky", "debian:14" },
		{ "debian", "sid", "trixie", "debian:sid" },
		{ "debian", "", "trixie", "debian:13" },
		{ "debian", "", "jammy", "debian:unknown" },
		{ "ubuntu", "22.04", "jammy", "ubuntu:22.04" },
		{ "ubuntu", "22.04.3", "", "ubuntu:22.04" },
		{ "alpine", "3.18.4", "", "alpine:3.18" },
		{ "rhel", "9.3", "", "rhel:9" },
		{ "amzn", "2018.03", "", "amzn:1" },
		{ "amzn", "2023", "", "amzn:2023" },
		{ "opensuse-leap", "15.5", "", "opensuse-leap:15.5" },
		{ "wolfi", "20230201", "", "wolfi" },
		{ "strange", "7", "", "strange:7" },
		{ "", "7", "", "" },
	};
	struct os_identity os = { 0 };
	struct pair release = { S("apk:release"), S("v3.17") };
	str key;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		os.id = exact(str_of(t[i].id));
		os.version_id = exact(str_of(t[i].version));
		os.codename = str_of(t[i].codename);
		TRY(ecosystem_of_os(op, &os, &key));
		CHECK_STR(key, str_of(t[i].key));
	}
	os = (struct os_identity){ .id = S("alpine"),
				   .version_id = S("3.18.4"),
				   .facts = { &release, 1 } };
	TRY(ecosystem_of_os(op, &os, &key));
	CHECK_STR(key, S("alpine:3.17"));
	return 0;
}

static int of_packages(struct op *op)
{
	static const struct {
		enum package_type type;
		const char *ns, *name, *distro, *os, *key, *spelt;
	} t[] = {
		{ PACKAGE_DEB, "debian", "curl", "debian-12", "debian:12", "debian:12", "curl" },
		{ PACKAGE_DEB, "debian", "curl", "debian-12.5", "", "debian:12", "curl" },
		{ PACKAGE_DEB, "debian", "curl", "debian-trixie", "", "debian:13", "curl" },
		{ PACKAGE_DEB, "debian", "curl", "jessie", "", "debian:8", "curl" },
		{ PACKAGE_DEB, "debian", "curl", "12", "", "debian:12", "curl" },
		{ PACKAGE_APK, "alpine", "musl", "3.18.4", "", "alpine:3.18", "musl" },
		{ PACKAGE_APK, "alpine", "musl", "alpine-v3.18", "", "alpine:3.18", "musl" },
		{ PACKAGE_RPM, "alma", "bash", "alma-9.3", "", "almalinux:9", "bash" },
		{ PACKAGE_RPM, "redhat", "bash", "redhat-9.2", "", "rhel:9", "bash" },
		{ PACKAGE_RPM, "suse", "bash", "suse linux enterprise server-15.5", "", "sles:15.5",
		  "bash" },
		{ PACKAGE_GO, "", "std", "", "", "golang", "stdlib" },
		{ PACKAGE_DEB, "", "curl", "", "ubuntu:22.04", "ubuntu:22.04", "curl" },
		{ PACKAGE_DEB, "", "curl", "", "alpine:3.18", "", "curl" },
		{ PACKAGE_DEB, "debian", "curl", "alpine-3.18.4", "alpine:3.18", "", "curl" },
		{ PACKAGE_DEB, "kali", "curl", "kali-2024.1", "kali:2024.1", "", "curl" },
		{ PACKAGE_APK, "alpine", "musl", "alpine-3.18.4", "alpine:3.17", "alpine:3.17",
		  "musl" },
		{ PACKAGE_RPM, "opensuse", "bash", "opensuse-leap-15.5", "", "opensuse-leap:15.5",
		  "bash" },
		{ PACKAGE_NPM, "@babel", "core", "", "debian:12", "npm", "@babel/core" },
		{ PACKAGE_MAVEN, "org.x", "y", "", "", "maven", "org.x:y" },
		{ PACKAGE_GO, "github.com/a", "b", "", "", "golang", "github.com/a/b" },
		{ PACKAGE_GO, "github.com/Masterminds", "goutils", "", "", "golang",
		  "github.com/masterminds/goutils" },
		{ PACKAGE_NPM, "", "JSONStream", "", "", "npm", "jsonstream" },
		{ PACKAGE_PYPI, "", "Foo.Bar__baz", "", "", "pypi", "foo-bar-baz" },
		{ PACKAGE_NUGET, "", "Newtonsoft.Json", "", "", "nuget", "newtonsoft.json" },
		{ PACKAGE_COMPOSER, "Symfony", "Http", "", "", "composer", "symfony/http" },
		{ PACKAGE_BINARY, "", "nginx", "", "debian:12", "", "nginx" },
	};
	str text;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct package p = { .type = t[i].type,
				     .ns = exact(str_of(t[i].ns)),
				     .name = exact(str_of(t[i].name)),
				     .distro = exact(str_of(t[i].distro)) };
		TRY(ecosystem_of_package(op, &p, exact(str_of(t[i].os)), &text));
		CHECK_STR(text, str_of(t[i].key));
		TRY(ecosystem_package_name(op, &p, &text));
		CHECK_STR(text, str_of(t[i].spelt));
	}
	return 0;
}

TESTS({ "rows are sorted", rows_are_sorted }, { "of OSV", of_osv }, { "of a system", of_os },
      { "of packages", of_packages })
