#include "ecosystem.h"

#include "base/vec.h"

#define LANGUAGE(key, osv, title, type, scheme)               \
	{                                                     \
		key, osv, title, type, scheme, 0, false, NULL \
	}

/* Sorted by key. Sources: OSV schema, "Defined ecosystems"; os-release(5) of the distributions. */
const struct ecosystem_row ecosystems[] = {
	{ "almalinux", "AlmaLinux", "AlmaLinux", PACKAGE_RPM, VERSION_RPM, 1, false, NULL },
	{ "alpaquita", "Alpaquita", "Alpaquita", PACKAGE_APK, VERSION_APK, 1, true, NULL },
	{ "alpine", "Alpine", "Alpine", PACKAGE_APK, VERSION_APK, 2, true, NULL },
	{ "amzn", "", "Amazon Linux", PACKAGE_RPM, VERSION_RPM, 1, false, NULL },
	{ "arch", "", "Arch Linux", PACKAGE_ALPM, VERSION_ALPM, 0, false, NULL },
	{ "azurelinux", "Azure Linux", "Azure Linux", PACKAGE_RPM, VERSION_RPM, 2, false, NULL },
	{ "bellsoft-hardened-containers", "BellSoft Hardened Containers",
	  "BellSoft Hardened Containers", PACKAGE_APK, VERSION_APK, 1, true, NULL },
	LANGUAGE("bitnami", "Bitnami", "Bitnami", PACKAGE_BITNAMI, VERSION_SEMVER),
	LANGUAGE("cargo", "crates.io", "crates.io", PACKAGE_CARGO, VERSION_SEMVER),
	{ "centos", "", "CentOS", PACKAGE_RPM, VERSION_RPM, 1, false, "rhel" },
	{ "chainguard", "Chainguard", "Chainguard", PACKAGE_APK, VERSION_APK, 0, true, NULL },
	LANGUAGE("composer", "Packagist", "Packagist", PACKAGE_COMPOSER, VERSION_PACKAGIST),
	LANGUAGE("conan", "ConanCenter", "ConanCenter", PACKAGE_CONAN, VERSION_CONAN),
	LANGUAGE("cran", "CRAN", "CRAN", PACKAGE_CRAN, VERSION_CRAN),
	{ "debian", "Debian", "Debian", PACKAGE_DEB, VERSION_DEB, 1, true, NULL },
	{ "echo", "Echo", "Echo", PACKAGE_DEB, VERSION_DEB, 0, true, NULL },
	{ "fedora", "", "Fedora", PACKAGE_RPM, VERSION_RPM, 1, false, NULL },
	LANGUAGE("gem", "RubyGems", "RubyGems", PACKAGE_GEM, VERSION_GEM),
	{ "gentoo", "", "Gentoo", PACKAGE_PORTAGE, VERSION_GENTOO, 0, false, NULL },
	LANGUAGE("github", "GitHub Actions", "GitHub Actions", PACKAGE_GITHUB, VERSION_SEMVER),
	LANGUAGE("golang", "Go", "Go", PACKAGE_GO, VERSION_GO),
	LANGUAGE("hackage", "Hackage", "Hackage", PACKAGE_HACKAGE, VERSION_HACKAGE),
	LANGUAGE("hex", "Hex", "Hex", PACKAGE_HEX, VERSION_SEMVER),
	LANGUAGE("julia", "Julia", "Julia", PACKAGE_JULIA, VERSION_SEMVER),
	{ "mageia", "Mageia", "Mageia", PACKAGE_RPM, VERSION_RPM, 1, false, NULL },
	{ "mariner", "", "CBL-Mariner", PACKAGE_RPM, VERSION_RPM, 2, false, NULL },
	LANGUAGE("maven", "Maven", "Maven", PACKAGE_MAVEN, VERSION_MAVEN),
	{ "minimos", "MinimOS", "MinimOS", PACKAGE_APK, VERSION_APK, 0, true, NULL },
	LANGUAGE("npm", "npm", "npm", PACKAGE_NPM, VERSION_SEMVER),
	LANGUAGE("nuget", "NuGet", "NuGet", PACKAGE_NUGET, VERSION_NUGET),
	{ "ol", "", "Oracle Linux", PACKAGE_RPM, VERSION_RPM, 1, false, NULL },
	LANGUAGE("opam", "opam", "opam", PACKAGE_OPAM, VERSION_DEB),
	{ "openeuler", "openEuler", "openEuler", PACKAGE_RPM, VERSION_RPM, 2, false, NULL },
	{ "opensuse-leap", "", "openSUSE Leap", PACKAGE_RPM, VERSION_RPM, 2, false, NULL },
	{ "opensuse-tumbleweed", "", "openSUSE Tumbleweed", PACKAGE_RPM, VERSION_RPM, 0, false,
	  NULL },
	{ "photon", "Photon OS", "Photon OS", PACKAGE_RPM, VERSION_RPM, 2, false, NULL },
	LANGUAGE("pub", "Pub", "Pub", PACKAGE_PUB, VERSION_PUB),
	LANGUAGE("pypi", "PyPI", "PyPI", PACKAGE_PYPI, VERSION_PYPI),
	{ "raspbian", "", "Raspbian", PACKAGE_DEB, VERSION_DEB, 1, true, "debian" },
	{ "rhel", "Red Hat", "Red Hat Enterprise Linux", PACKAGE_RPM, VERSION_RPM, 1, false, NULL },
	{ "rocky", "Rocky Linux", "Rocky Linux", PACKAGE_RPM, VERSION_RPM, 1, false, NULL },
	{ "sl-micro", "", "SUSE Linux Micro", PACKAGE_RPM, VERSION_RPM, 2, false, NULL },
	{ "sle-micro", "", "SUSE Linux Enterprise Micro", PACKAGE_RPM, VERSION_RPM, 2, false,
	  NULL },
	{ "sles", "", "SUSE Linux Enterprise Server", PACKAGE_RPM, VERSION_RPM, 2, false, NULL },
	{ "sles_sap", "", "SUSE Linux Enterprise Server for SAP", PACKAGE_RPM, VERSION_RPM, 2,
	  false, "sles" },
	LANGUAGE("swift", "SwiftURL", "Swift", PACKAGE_SWIFT, VERSION_SEMVER),
	{ "ubuntu", "Ubuntu", "Ubuntu", PACKAGE_DEB, VERSION_DEB, 2, true, NULL },
	{ "wolfi", "Wolfi", "Wolfi", PACKAGE_APK, VERSION_APK, 0, true, NULL },
};
const size_t ecosystems_n = sizeof(ecosystems) / sizeof(ecosystems[0]);

/* Source: distro-info-data; Debian's first releases had no such numbers. */
static const struct {
	str codename, key;
} codenames[] = {
	{ S_INIT("etch"), S_INIT("debian:4") },
	{ S_INIT("lenny"), S_INIT("debian:5") },
	{ S_INIT("squeeze"), S_INIT("debian:6") },
	{ S_INIT("wheezy"), S_INIT("debian:7") },
	{ S_INIT("jessie"), S_INIT("debian:8") },
	{ S_INIT("stretch"), S_INIT("debian:9") },
	{ S_INIT("buster"), S_INIT("debian:10") },
	{ S_INIT("bullseye"), S_INIT("debian:11") },
	{ S_INIT("bookworm"), S_INIT("debian:12") },
	{ S_INIT("trixie"), S_INIT("debian:13") },
	{ S_INIT("forky"), S_INIT("debian:14") },
	{ S_INIT("duke"), S_INIT("debian:15") },
	{ S_INIT("sid"), S_INIT("debian:sid") },
	{ S_INIT("dapper"), S_INIT("ubuntu:6.06") },
	{ S_INIT("edgy"), S_INIT("ubuntu:6.10") },
	{ S_INIT("feisty"), S_INIT("ubuntu:7.04") },
	{ S_INIT("gutsy"), S_INIT("ubuntu:7.10") },
	{ S_INIT("hardy"), S_INIT("ubuntu:8.04") },
	{ S_INIT("intrepid"), S_INIT("ubuntu:8.10") },
	{ S_INIT("jaunty"), S_INIT("ubuntu:9.04") },
	{ S_INIT("karmic"), S_INIT("ubuntu:9.10") },
	{ S_INIT("lucid"), S_INIT("ubuntu:10.04") },
	{ S_INIT("maverick"), S_INIT("ubuntu:10.10") },
	{ S_INIT("natty"), S_INIT("ubuntu:11.04") },
	{ S_INIT("oneiric"), S_INIT("ubuntu:11.10") },
	{ S_INIT("precise"), S_INIT("ubuntu:12.04") },
	{ S_INIT("quantal"), S_INIT("ubuntu:12.10") },
	{ S_INIT("raring"), S_INIT("ubuntu:13.04") },
	{ S_INIT("saucy"), S_INIT("ubuntu:13.10") },
	{ S_INIT("trusty"), S_INIT("ubuntu:14.04") },
	{ S_INIT("utopic"), S_INIT("ubuntu:14.10") },
	{ S_INIT("vivid"), S_INIT("ubuntu:15.04") },
	{ S_INIT("wily"), S_INIT("ubuntu:15.10") },
	{ S_INIT("xenial"), S_INIT("ubuntu:16.04") },
	{ S_INIT("yakkety"), S_INIT("ubuntu:16.10") },
	{ S_INIT("zesty"), S_INIT("ubuntu:17.04") },
	{ S_INIT("artful"), S_INIT("ubuntu:17.10") },
	{ S_INIT("bionic"), S_INIT("ubuntu:18.04") },
	{ S_INIT("cosmic"), S_INIT("ubuntu:18.10") },
	{ S_INIT("disco"), S_INIT("ubuntu:19.04") },
	{ S_INIT("eoan"), S_INIT("ubuntu:19.10") },
	{ S_INIT("focal"), S_INIT("ubuntu:20.04") },
	{ S_INIT("groovy"), S_INIT("ubuntu:20.10") },
	{ S_INIT("hirsute"), S_INIT("ubuntu:21.04") },
	{ S_INIT("impish"), S_INIT("ubuntu:21.10") },
	{ S_INIT("jammy"), S_INIT("ubuntu:22.04") },
	{ S_INIT("kinetic"), S_INIT("ubuntu:22.10") },
	{ S_INIT("lunar"), S_INIT("ubuntu:23.04") },
	{ S_INIT("mantic"), S_INIT("ubuntu:23.10") },
	{ S_INIT("noble"), S_INIT("ubuntu:24.04") },
	{ S_INIT("oracular"), S_INIT("ubuntu:24.10") },
	{ S_INIT("plucky"), S_INIT("ubuntu:25.04") },
	{ S_INIT("questing"), S_INIT("ubuntu:25.10") },
	{ S_INIT("resolute"), S_INIT("ubuntu:26.04") },
};

str ecosystem_of_codename(str codename)
{
	for (size_t i = 0; i < sizeof(codenames) / sizeof(codenames[0]); i++)
		if (codename.len == codenames[i].codename.len && codename.len &&
		    codename.p[0] == codenames[i].codename.p[0] &&
		    str_eq(codename, codenames[i].codename))
			return codenames[i].key;
	return S("");
}

const struct ecosystem_row *ecosystem_row(str key)
{
	ptrdiff_t colon = str_find(key, ':');
	str name = colon < 0 ? key : str_head(key, colon);

	for (size_t low = 0, high = ecosystems_n; low < high;) {
		size_t mid = (low + high) / 2;
		int order = str_cmp(str_of(ecosystems[mid].key), name);
		if (order == 0)
			return &ecosystems[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* The first `parts` of a dotted release: "3.18.4" by 2 is "3.18". */
static str head_of_release(str release, int parts)
{
	str rest = release;

	for (int i = 0; i < parts; i++) {
		ptrdiff_t dot = str_find(rest, '.');
		if (dot < 0)
			return release;
		rest = str_from(rest, dot + 1);
	}
	return parts ? str_head(release, rest.p - release.p - 1) : (str){ 0 };
}

/* "NAME:RELEASE"; called for every package of every advisory. */
static int join(struct op *op, const char *name, str release, str *ret)
{
	size_t n = strlen(name);
	char *to = op_new(op, char, (ptrdiff_t)n + 1 + release.len);

	if (!to)
		return op->code;
	memcpy(to, name, n);
	to[n] = ':';
	memcpy(to + n + 1, release.p, (size_t)release.len);
	*ret = (str){ to, (ptrdiff_t)n + 1 + release.len };
	return 0;
}

static int key_of(struct op *op, const struct ecosystem_row *row, str release, str *ret)
{
	str head = head_of_release(release, row->parts);

	if (row->parts == 0) {
		*ret = str_of(row->key);
		return 0;
	}
	if (head.len == 0)
		head = S("unknown");
	return join(op, row->key, head, ret);
}

/* "Ubuntu:22.04:LTS", "Ubuntu:Pro:18.04:LTS", "Ubuntu:Pro:FIPS:18.04:LTS". */
static int ubuntu(struct op *op, str tail, str *ret_key, str *ret_channel)
{
	str channel = { 0 };

	while (tail.p) {
		str word = str_cut(&tail, ':');
		if (word.len && word.p[0] >= '0' && word.p[0] <= '9') {
			*ret_channel = channel;
			return join(op, "ubuntu", word, ret_key);
		}
		if (str_eq(word, S("Pro")))
			channel = S("esm");
		else if (channel.len &&
			 word.len) /* a flavour of it: FIPS, FIPS-updates, Realtime */
			channel = word;
	}
	return 1;
}

/* "enterprise_linux:9::baseos", "rhel_eus:8.4::appstream", "openshift:4.12::el8". The channel is what it
 * is when it is not the release itself: "eus:8.4", "openshift:4.12". */
static int redhat(struct op *op, str tail, str *ret_key, str *ret_channel)
{
	str product = str_cut(&tail, ':'), version = str_cut(&tail, ':');
	ptrdiff_t el = str_find_str(tail, S(":el")); /* of products with releases of their own */
	str major = head_of_release(version, 1);
	bool rhel = str_starts(product, S("rhel_")) || str_eq(product, S("enterprise_linux"));

	if (str_starts(product, S("enterprise_linux_")) || version.len == 0)
		rhel = version.len != 0;
	if (el >= 0)
		major = str_from(tail, el + 3);
	else if (!rhel)
		return 1;
	*ret_channel = (str){ 0 };
	if (!str_starts(product, S("enterprise_linux")) &&
	    op_text(op, ret_channel, "%.*s:%.*s",
		    STR_ARG(str_starts(product, S("rhel_")) ? str_from(product, 5) : product),
		    STR_ARG(version)) < 0)
		return op->code;
	return join(op, "rhel", major, ret_key);
}

/* "Linux Enterprise Server 15 SP5-LTSS", "Linux Enterprise Module for Basesystem 15 SP5",
 * "Linux Enterprise Micro 5.3", "Linux Micro 6.0", "Leap 15.5", "Tumbleweed". */
static int suse(struct op *op, str tail, str *ret_key, str *ret_channel)
{
	bool micro = str_find_str(tail, S("Micro")) >= 0;
	bool leap = str_starts(tail, S("Leap")), linux_micro = str_starts(tail, S("Linux Micro"));
	str release = { 0 }, pack = { 0 }, rest = tail;

	if (str_starts(tail, S("Tumbleweed"))) {
		*ret_key = S("opensuse-tumbleweed");
		return 0;
	}
	for (str word = str_word(&rest); word.len; word = str_word(&rest)) {
		if (word.p[0] >= '0' && word.p[0] <= '9')
			release = word;
		else if (str_starts(word, S("SP")))
			pack = str_from(word, 2);
	}
	ptrdiff_t dash = str_find(pack.len ? pack : release, '-');
	if (dash >= 0) {
		*ret_channel = str_from(pack.len ? pack : release, dash + 1);
		*(pack.len ? &pack : &release) = str_head(pack.len ? pack : release, dash);
	}
	if (release.len == 0)
		return 1;
	return op_text(op, ret_key, "%s:%.*s%s%.*s",
		       leap          ? "opensuse-leap"
		       : linux_micro ? "sl-micro"
		       : micro       ? "sle-micro"
				     : "sles",
		       STR_ARG(release), pack.len ? "." : "", STR_ARG(pack));
}

static const struct ecosystem_row *row_of_osv(str name)
{
	for (size_t i = 0; i < ecosystems_n; i++)
		if (name.len && ecosystems[i].osv[0] == name.p[0] &&
		    str_eq(name, str_of(ecosystems[i].osv)))
			return &ecosystems[i];
	return NULL;
}

int ecosystem_of_osv(struct op *op, str osv, str *ret_key, str *ret_channel)
{
	ptrdiff_t colon = str_find(osv, ':');
	str name = colon < 0 ? osv : str_head(osv, colon);
	str tail = colon < 0 ? S("") : str_from(osv, colon + 1);

	*ret_channel = S("");
	if (str_eq(name, S("SUSE")) || str_eq(name, S("openSUSE")))
		return suse(op, tail, ret_key, ret_channel);
	const struct ecosystem_row *row = row_of_osv(name);
	if (!row)
		return 1;
	if (str_eq(name, S("Ubuntu")))
		return ubuntu(op, tail, ret_key, ret_channel);
	if (str_eq(name, S("Red Hat")))
		return redhat(op, tail, ret_key, ret_channel);
	if (tail.len == 0 || row->parts == 0) {
		/* A distribution without its release: known, and never matched with one. */
		*ret_key = str_of(row->key);
		return 0;
	}
	if (row->type == PACKAGE_APK && tail.p[0] == 'v')
		tail = str_from(tail, 1);
	ptrdiff_t more = str_find(tail, ':'); /* what stands behind the release */
	if (more >= 0)
		tail = str_head(tail, more);
	if (str_eq(name, S("openEuler")) && (more = str_find(tail, '-')) >= 0)
		tail = str_head(tail, more);
	return key_of(op, row, tail, ret_key);
}

static str fact(const struct pairs *facts, str key)
{
	for (ptrdiff_t i = 0; i < facts->n; i++)
		if (str_eq(facts->p[i].key, key))
			return facts->p[i].value;
	return S("");
}

/* As other tools call distributions. Sources: Trivy's families; purl-spec's examples. */
static const struct {
	str called, key;
} aliases[] = {
	{ S_INIT("alma"), S_INIT("almalinux") },
	{ S_INIT("amazon"), S_INIT("amzn") },
	{ S_INIT("amazonlinux"), S_INIT("amzn") },
	{ S_INIT("cbl-mariner"), S_INIT("mariner") },
	{ S_INIT("opensuse.leap"), S_INIT("opensuse-leap") },
	{ S_INIT("opensuse.tumbleweed"), S_INIT("opensuse-tumbleweed") },
	{ S_INIT("oracle"), S_INIT("ol") },
	{ S_INIT("oraclelinux"), S_INIT("ol") },
	{ S_INIT("redhat"), S_INIT("rhel") },
	{ S_INIT("rockylinux"), S_INIT("rocky") },
	{ S_INIT("suse linux enterprise server"), S_INIT("sles") },
};

static const struct ecosystem_row *row_called(str name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (str_eq(name, aliases[i].called))
			return ecosystem_row(aliases[i].key);
	return ecosystem_row(name);
}

int ecosystem_of_os(struct op *op, const struct os_identity *os, str *ret_key)
{
	const struct ecosystem_row *row = row_called(os->id);
	str release = os->version_id;

	*ret_key = S("");
	if (os->id.len == 0)
		return 0;
	if (!row || row->type == PACKAGE_UNKNOWN)
		return op_text(op, ret_key, "%.*s%s%.*s", STR_ARG(os->id), release.len ? ":" : "",
			       STR_ARG(release));
	/* Debian's testing has no number yet, but a name; unstable never has one. */
	if ((release.len == 0 || str_eq(release, S("testing"))) &&
	    ecosystem_row(ecosystem_of_codename(os->codename)) == row) {
		*ret_key = ecosystem_of_codename(os->codename);
		return 0;
	}
	if (row->type == PACKAGE_APK && fact(&os->facts, S("apk:release")).len) {
		release = fact(&os->facts, S("apk:release"));
		release = str_from(release, release.p[0] == 'v');
	}
	if (str_eq(os->id, S("amzn")) && str_starts(release, S("2018")))
		release = S("1");
	return key_of(op, row, release, ret_key);
}

/* "opensuse-leap-15.5": the longest ID that a row has. */
static const struct ecosystem_row *row_of_distro(str distro, str *ret_release)
{
	for (ptrdiff_t n = distro.len; n > 0; n--) {
		if (n < distro.len && distro.p[n] != '-')
			continue;
		const struct ecosystem_row *row = row_called(str_head(distro, n));
		if (row) {
			*ret_release = str_from(distro, n + 1);
			return row;
		}
	}
	return NULL;
}

/* "debian-12"; "bookworm" or "12" of a namespace; Docker Scout's os_name and os_version. */
static const struct ecosystem_row *told_of(const struct package *p, str *ret_release)
{
	str name = p->ns, release = p->distro;
	const struct ecosystem_row *row = row_of_distro(p->distro, ret_release);

	if (row)
		return row;
	if (release.len == 0) {
		name = fact(&p->qualifiers, S("os_name"));
		release = fact(&p->qualifiers, S("os_version"));
	} else if (ecosystem_of_codename(release).len) {
		*ret_release = release;
		return ecosystem_row(ecosystem_of_codename(release));
	}
	*ret_release = release;
	if (release.len > 1 && release.p[0] == 'v')
		release = str_from(release, 1);
	bool number = release.len && release.p[0] >= '0' && release.p[0] <= '9';
	return number && name.len ? row_called(name) : NULL;
}

int ecosystem_of_package(struct op *op, const struct package *p, str os_key, str *ret_key)
{
	const struct ecosystem_row *row;
	str release = { 0 };

	*ret_key = S("");
	if (!package_kinds[p->type].is_system) {
		for (size_t i = 0; i < ecosystems_n; i++)
			if (ecosystems[i].type == p->type)
				*ret_key = str_of(ecosystems[i].key);
		return 0;
	}
	if ((row = told_of(p, &release)) != NULL) {
		/* A system that says it is another's: Debian's packages in an Alpine Linux. */
		if (row->type != p->type)
			return 0;
		if (row->type == PACKAGE_APK && release.len && release.p[0] == 'v')
			release = str_from(release, 1);
		/* What the system says of itself tells more (apk's repositories): same distribution. */
		if (row == ecosystem_row(os_key))
			*ret_key = os_key;
		else if (release.len && (release.p[0] < '0' || release.p[0] > '9') &&
			 ecosystem_of_codename(release).len)
			*ret_key = ecosystem_of_codename(release);
		else
			return key_of(op, row, release, ret_key);
		return 0;
	}
	row = ecosystem_row(os_key);
	if (p->distro.len == 0 && row && row->type == p->type)
		*ret_key = os_key;
	else if (p->distro.len == 0 && !row)
		*ret_key = os_key; /* an unknown system's own */
	return 0;
}

static int lower(struct op *op, str s, str *ret)
{
	char *to;
	ptrdiff_t i = 0;

	while (i < s.len && !(s.p[i] >= 'A' && s.p[i] <= 'Z'))
		i++;
	if (i == s.len) {
		*ret = s;
		return 0;
	}
	if (!(to = op_new(op, char, s.len)))
		return op->code;
	for (i = 0; i < s.len; i++)
		to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 32) : s.p[i];
	*ret = (str){ to, s.len };
	return 0;
}

/* PEP 503: lower case, runs of "-", "_" and "." are one "-". */
static int pypi_name(struct op *op, str s, str *ret)
{
	char *to = op_new(op, char, s.len);
	ptrdiff_t n = 0;

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool mark = c == '-' || c == '_' || c == '.';
		if (mark && n && to[n - 1] == '-')
			continue;
		to[n++] = mark ? '-' : c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
	}
	*ret = (str){ to, n };
	return 0;
}

int ecosystem_name(struct op *op, const struct ecosystem_row *row, str name, str *ret)
{
	switch (row->type) {
	case PACKAGE_PYPI:
		return pypi_name(op, name, ret);
	case PACKAGE_NUGET:
	case PACKAGE_COMPOSER:
	case PACKAGE_GITHUB:
	case PACKAGE_GO: /* package URLs have these in lower case, whatever they are called */
	case PACKAGE_HEX:
	case PACKAGE_NPM:
	case PACKAGE_PUB:
	case PACKAGE_SWIFT:
		return lower(op, name, ret);
	default:
		*ret = name;
		return 0;
	}
}

int ecosystem_package_name(struct op *op, const struct package *p, str *ret)
{
	str name = p->name;

	for (size_t i = 0; i < ecosystems_n; i++) {
		if (ecosystems[i].type != p->type)
			continue;
		if (!package_kinds[p->type].is_system && p->ns.len &&
		    op_text(op, &name, "%.*s%s%.*s", STR_ARG(p->ns),
			    p->type == PACKAGE_MAVEN ? ":" : "/", STR_ARG(p->name)) < 0)
			return op->code;
		if (p->type == PACKAGE_GO && str_eq(name, S("std")))
			name = S("stdlib"); /* cyclonedx-gomod's name */
		return ecosystem_name(op, &ecosystems[i], name, ret);
	}
	*ret = name;
	return 0;
}
