/* A package as it is asked about: its names, versions and marks; and whose it is. */
#include "match_impl.h"

static str fact(const struct package *p, const char *key)
{
	for (ptrdiff_t i = 0; i < p->facts.n; i++)
		if (str_eq(p->facts.p[i].key, str_of(key)))
			return p->facts.p[i].value;
	return S("");
}

/* "nodejs:12:8040020210708131418:522a0ee4" is module nodejs, stream 12. Other tools have it in the
 * purl. */
static str module_of(const struct package *p)
{
	str label = fact(p, "rpm:modularity"), rest;

	for (ptrdiff_t i = 0; label.len == 0 && i < p->qualifiers.n; i++)
		if (str_eq(p->qualifiers.p[i].key, S("rpmmod")) ||
		    str_eq(p->qualifiers.p[i].key, S("modularitylabel")))
			label = p->qualifiers.p[i].value;
	rest = label;
	if (label.len == 0)
		return label;
	str_cut(&rest, ':');
	str_cut(&rest, ':');
	return rest.p ? str_head(label, rest.p - label.p - 1) : label;
}

/* A rebuild of the same source has "+b" and a number behind its version. */
static str without_rebuild(str version)
{
	ptrdiff_t i = version.len;

	while (i > 0 && version.p[i - 1] >= '0' && version.p[i - 1] <= '9')
		i--;
	return i < version.len && i > 2 && version.p[i - 1] == 'b' && version.p[i - 2] == '+'
		       ? str_head(version, i - 2)
		       : version;
}

static void ask_by_source(struct match_asker *a, const struct package *p, str name)
{
	str source = p->source.len ? p->source : name;
	str version = p->source_version.len    ? p->source_version
		      : p->type == PACKAGE_DEB ? without_rebuild(p->version)
					       : p->version;
	bool own = str_eq(source, name);

	a->ask[a->ask_n++] = (struct match_ask){
		.name = source,
		.version = version,
		.by = own ? MATCH_NAME : MATCH_SOURCE,
		.names = NAMES_ANY | NAMES_SOURCE | (own ? NAMES_BINARY : 0u),
	};
	if (!own)
		a->ask[a->ask_n++] = (struct match_ask){
			.name = name,
			.version = p->version,
			.by = MATCH_NAME,
			.names = NAMES_ANY | NAMES_BINARY,
		};
}

/* A gem that was built for a platform has it behind its version: "1.15.0-x86_64-linux". Sources:
 * Gem::Platform; rubygems.org's platforms. */
static str without_platform(str version)
{
	static const char *const first[] = { "aarch64",   "arm",   "java", "jruby",
					     "mingw",     "mswin", "ruby", "truffleruby",
					     "universal", "x64",   "x86" };
	ptrdiff_t dash = str_find(version, '-');

	for (size_t i = 0; dash > 0 && i < sizeof(first) / sizeof(first[0]); i++)
		if (str_starts(str_from(version, dash + 1), str_of(first[i])))
			return str_head(version, dash);
	return version;
}

static void ask_by_name(struct match_asker *a, const struct package *p, str name)
{
	str source_version = p->source_version.len ? p->source_version : p->version;
	bool own = p->source.len == 0 || str_eq(p->source, name);

	a->ask[a->ask_n++] = (struct match_ask){
		.name = name,
		.version = p->type == PACKAGE_GEM ? without_platform(p->version) : p->version,
		.by = MATCH_NAME,
		.names = NAMES_ANY | NAMES_BINARY | (own ? NAMES_SOURCE : 0u),
	};
	if (!own)
		a->ask[a->ask_n++] = (struct match_ask){
			.name = p->source,
			.version = source_version,
			.by = MATCH_SOURCE,
			.names = NAMES_SOURCE,
			.any_epoch = a->rpm && str_find(source_version, ':') < 0,
		};
}

/* A program's own module whose version was made of a commit is built from a checkout: "v0.0.0-..." is
 * before every release, whatever the checkout was of. */
static bool is_untagged(const struct package *p)
{
	return p->type == PACKAGE_GO && str_starts(p->version, S("v0.0.0-")) &&
	       fact(p, "go:path").len;
}

void match_asker_init(struct match_asker *a, const struct match_system *system,
		      const struct ecosystem_row *row, const struct package *p, str name)
{
	*a = (struct match_asker){ .package = p, .system = system, .scheme = row->scheme };
	a->rpm = row->type == PACKAGE_RPM;
	a->arch = p->arch;
	if (a->rpm) {
		a->module = module_of(p);
		a->modular = a->module.len || str_find_str(p->version, S(".module+el")) >= 0 ||
			     str_find_str(p->version, S(".module_el")) >= 0;
	}
	if (is_untagged(p)) {
		a->ask[a->ask_n++] =
			(struct match_ask){ name, S("(devel)"), MATCH_NAME, NAMES_ANY, false };
		return;
	}
	if (row->by_source)
		ask_by_source(a, p, name);
	else
		ask_by_name(a, p, name);
}

/* ---- ids ---- */

bool match_is_cve(str id)
{
	return id.len > 8 && str_eq(str_head(id, 4), S("CVE-"));
}

str match_cve_of(str id)
{
	ptrdiff_t at = str_find_str(id, S("CVE-"));

	if (at < 0 || (at > 0 && id.p[at - 1] != '-'))
		return S("");
	id = str_from(id, at);
	return match_is_cve(id) ? id : S("");
}

/* ---- whose package it is ---- */

/* What a vendor of a distribution's own packages has in its name; other tools write more around it. */
static const struct {
	const char *key, *vendor;
} rpm_vendors[] = {
	{ "almalinux", "AlmaLinux" },
	{ "amzn", "Amazon" },
	{ "azurelinux", "Microsoft Corporation" },
	{ "centos", "CentOS" },
	{ "centos", "Red Hat" },
	{ "fedora", "Fedora Project" },
	{ "mariner", "Microsoft Corporation" },
	{ "ol", "Oracle America" },
	{ "opensuse-leap", "SUSE LLC" },
	{ "opensuse-leap", "openSUSE" },
	{ "opensuse-tumbleweed", "openSUSE" },
	{ "rhel", "Red Hat" },
	{ "rocky", "Rocky" },
	{ "sles", "SUSE LLC" },
};

static bool is_foreign_rpm(const struct ecosystem_row *row, const struct package *p, str *ret_what)
{
	str vendor = fact(p, "rpm:vendor");
	bool known = false;

	if (vendor.len == 0)
		vendor = p->supplier;
	for (size_t i = 0; i < sizeof(rpm_vendors) / sizeof(rpm_vendors[0]); i++) {
		if (!str_eq(str_of(row->key), str_of(rpm_vendors[i].key)))
			continue;
		known = true;
		if (str_find_str(vendor, str_of(rpm_vendors[i].vendor)) >= 0)
			return false;
	}
	*ret_what = vendor;
	return known && vendor.len != 0 && !str_eq(vendor, S("NOASSERTION"));
}

/* What stands in versions of repositories that vendors publish for Debian and Ubuntu, and never in
 * those of the distributions' own; and where their maintainers write from. Source: those
 * repositories. */
static const char *const after_tilde[] = {
	"bionic", "bookworm", "bullseye", "buster", "debian.",
	"focal",  "jammy",    "noble",    "trixie", "ubuntu.",
};
static const char *const deb_versions[] = { ".pgdg", "nodesource", "sury.org", "+maria~",
					    "-1debian1" };
static const char *const deb_places[] = {
	"datadoghq.com", "docker.com",     "elastic.co",     "f5.com",      "gitlab.com",
	"grafana.com",   "hashicorp.com",  "influxdata.com", "mariadb.org", "mongodb.com",
	"nginx.com",     "nodesource.com", "oracle.com",     "percona.com",
};

static bool starts_any(str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(s, str_of(list[i])))
			return true;
	return false;
}

static bool is_foreign_deb(const struct package *p, str *ret_what)
{
	enum {
		TILDES = sizeof(after_tilde) / sizeof(after_tilde[0]),
		VERSIONS = sizeof(deb_versions) / sizeof(deb_versions[0]),
		PLACES = sizeof(deb_places) / sizeof(deb_places[0])
	};
	str v = p->version;

	*ret_what = v;
	for (ptrdiff_t at = str_find(v, '~'); at >= 0; at = str_find(v, '~')) {
		v = str_from(v, at + 1);
		if (starts_any(v, after_tilde, TILDES))
			return true;
	}
	for (int i = 0; i < VERSIONS; i++)
		if (str_find_str(p->version, str_of(deb_versions[i])) >= 0)
			return true;
	*ret_what = p->supplier;
	ptrdiff_t at = str_find(p->supplier, '@');
	return at >= 0 && starts_any(str_from(p->supplier, at + 1), deb_places, PLACES);
}

bool match_is_foreign(const struct ecosystem_row *row, const struct package *p, str *ret_what)
{
	if (p->type == PACKAGE_RPM)
		return is_foreign_rpm(row, p, ret_what);
	return p->type == PACKAGE_DEB && is_foreign_deb(p, ret_what);
}
