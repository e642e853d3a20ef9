/*
 * version: the orders of versions of all kinds of packages: one row each in version_schemes[].
 * Every order is total over all byte strings: what a scheme does not define is ordered after what
 * it defines, by bytes (for PyPI before it, as its tools do), so that sorting never depends on the
 * input's order.
 * Nothing allocates; O(length).
 */
#ifndef MODEL_VERSION_H
#define MODEL_VERSION_H

#include "base/op.h"

enum version_scheme {
	VERSION_BYTES,     /* no order is known: equal or not */
	VERSION_ALPM,      /* vercmp(8) */
	VERSION_APK,       /* apk-tools 3 */
	VERSION_CONAN,     /* Conan 2 */
	VERSION_CRAN,      /* R's numeric_version */
	VERSION_DEB,       /* deb-version(7) */
	VERSION_GEM,       /* Gem::Version */
	VERSION_GENERIC,   /* runs of digits and letters: GitHub actions, conda, binaries */
	VERSION_GENTOO,    /* PMS 3.3 */
	VERSION_GO,        /* Go modules: semver, pseudo-versions, a leading "v" or "go" or none */
	VERSION_HACKAGE,   /* Haskell PVP */
	VERSION_MAVEN,     /* Maven 3 ComparableVersion */
	VERSION_NUGET,     /* NuGet.Versioning: semver with four parts, case-blind */
	VERSION_PACKAGIST, /* PHP's version_compare after Composer's normalisation */
	VERSION_PUB,       /* semver with ordered build metadata */
	VERSION_PYPI,      /* PEP 440 */
	VERSION_RPM, /* [EPOCH:]VERSION[-RELEASE]: rpmverCmp(), where no release stands before any */
	VERSION_SEMVER, /* semver 2.0.0; lenient about missing parts and a leading "v" */
	VERSION_SCHEMES
};

struct version_scheme_row {
	const char *name;             /* "deb" */
	int (*compare)(str a, str b); /* negative, zero, positive */
	bool (*valid)(str v);         /* well formed by the scheme */
};
extern const struct version_scheme_row version_schemes[VERSION_SCHEMES];

int version_compare(enum version_scheme scheme, str a, str b);
bool version_valid(enum version_scheme scheme, str v);

/* The hot ones, for callers who know their scheme. */
int version_apk_compare(str a, str b);
int version_deb_compare(str a, str b);
int version_pypi_compare(str a, str b);
int version_rpm_compare(str a, str b);
int version_semver_compare(str a, str b);
bool version_deb_valid(str v);

/* By its name; VERSION_BYTES for none. */
enum version_scheme version_scheme_of(str name);

/* A run of versions. from is inclusive unless `after`; empty: from the very first. Of until
 * (exclusive) and last (inclusive) at most one is set; neither: no end. */
struct version_span {
	str from, until, last;
	bool after;
};

/* Does v lie in it? "0" as `from` is the very first in every scheme (OSV schema). A `last`
 * without a release (rpm, alpm) or local part (PyPI) takes all of its version, and such a `from` with
 * `after` none of them. Of VERSION_BYTES, which knows no order: the whole, and
 * the inclusive ends themselves. */
bool version_in(enum version_scheme scheme, str v, const struct version_span *span);

#endif
