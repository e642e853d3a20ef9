#include "version_impl.h"

static int bytes_compare(str a, str b)
{
	return str_cmp(a, b);
}

/* Something that can be printed. */
bool version_bytes_valid(str v)
{
	for (ptrdiff_t i = 0; i < v.len; i++) {
		if ((unsigned char)v.p[i] <= ' ' || v.p[i] == 0x7f)
			return false;
	}
	return v.len > 0;
}

const struct version_scheme_row version_schemes[VERSION_SCHEMES] = {
	[VERSION_BYTES] = { "bytes", bytes_compare, version_bytes_valid },
	[VERSION_ALPM] = { "alpm", version_alpm_compare, version_alpm_valid },
	[VERSION_APK] = { "apk", version_apk_compare, version_apk_valid },
	[VERSION_CONAN] = { "conan", version_conan_compare, version_conan_valid },
	[VERSION_CRAN] = { "cran", version_cran_compare, version_cran_valid },
	[VERSION_DEB] = { "deb", version_deb_compare, version_deb_valid },
	[VERSION_GEM] = { "gem", version_gem_compare, version_gem_valid },
	[VERSION_GENERIC] = { "generic", version_generic_compare, version_bytes_valid },
	[VERSION_GENTOO] = { "gentoo", version_gentoo_compare, version_gentoo_valid },
	[VERSION_GO] = { "go", version_go_compare, version_go_valid },
	[VERSION_HACKAGE] = { "hackage", version_hackage_compare, version_hackage_valid },
	[VERSION_MAVEN] = { "maven", version_maven_compare, version_bytes_valid },
	[VERSION_NUGET] = { "nuget", version_nuget_compare, version_nuget_valid },
	[VERSION_PACKAGIST] = { "packagist", version_packagist_compare, version_packagist_valid },
	[VERSION_PUB] = { "pub", version_pub_compare, version_semver_valid },
	[VERSION_PYPI] = { "pypi", version_pypi_compare, version_pypi_valid },
	[VERSION_RPM] = { "rpm", version_rpm_compare, version_rpm_valid },
	[VERSION_SEMVER] = { "semver", version_semver_compare, version_semver_valid },
};

int version_compare(enum version_scheme scheme, str a, str b)
{
	return version_schemes[scheme].compare(a, b);
}

bool version_valid(enum version_scheme scheme, str v)
{
	return version_schemes[scheme].valid(v);
}

enum version_scheme version_scheme_of(str name)
{
	for (int i = 0; i < VERSION_SCHEMES; i++) {
		if (str_eq(name, str_of(version_schemes[i].name)))
			return (enum version_scheme)i;
	}
	return VERSION_BYTES;
}

/* Without an order only an end that is v itself, or no end at all, says something. */
static bool bytes_in(str v, const struct version_span *span, bool first)
{
	if (str_eq(v, span->from) && !span->after)
		return !span->until.len || !str_eq(v, span->until);
	if (span->last.len)
		return str_eq(v, span->last);
	return first && !span->until.len;
}

/* v as an inclusive end, or "behind this one", sees it: without its release or local part if the end
 * has none. Source: rpm's rpmverOverlap(); PEP 440, "Inclusive ordered comparison". */
static str whole(enum version_scheme scheme, str v, str end)
{
	char mark = scheme == VERSION_RPM || scheme == VERSION_ALPM ? '-'
		    : scheme == VERSION_PYPI                        ? '+'
								    : 0;

	if (!mark || str_find(end, mark) >= 0)
		return v;
	ptrdiff_t at = str_rfind(v, mark);
	return at < 0 ? v : str_head(v, at);
}

bool version_in(enum version_scheme scheme, str v, const struct version_span *span)
{
	bool first = span->from.len == 0 || (!span->after && str_eq(span->from, S("0")));

	if (scheme == VERSION_BYTES)
		return bytes_in(v, span, first);
	int (*compare)(str, str) = version_schemes[scheme].compare;
	if (!first && compare(span->after ? whole(scheme, v, span->from) : v, span->from) <
			      (span->after ? 1 : 0))
		return false;
	if (span->until.len)
		return compare(v, span->until) < 0;
	if (!span->last.len)
		return true;
	return compare(whole(scheme, v, span->last), span->last) <= 0;
}
