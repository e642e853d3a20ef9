#include "inventory.h"

/* Source: Syft's package types, for tables that people know; purl-spec PURL-TYPES.rst. */
const struct package_kind package_kinds[PACKAGE_TYPES] = {
	[PACKAGE_UNKNOWN] = { "unknown", "generic", "", false },
	[PACKAGE_APK] = { "apk", "apk", "", true },
	[PACKAGE_ALPM] = { "alpm", "alpm", "", true },
	[PACKAGE_BINARY] = { "binary", "generic", "", false },
	[PACKAGE_BITNAMI] = { "bitnami", "bitnami", "", false },
	[PACKAGE_CARGO] = { "rust-crate", "cargo", "rust", false },
	[PACKAGE_COCOAPODS] = { "pod", "cocoapods", "swift", false },
	[PACKAGE_COMPOSER] = { "php-composer", "composer", "php", false },
	[PACKAGE_CONAN] = { "conan", "conan", "c++", false },
	[PACKAGE_CONDA] = { "conda", "conda", "python", false },
	[PACKAGE_CPAN] = { "perl-cpan", "cpan", "perl", false },
	[PACKAGE_CRAN] = { "R-package", "cran", "R", false },
	[PACKAGE_DEB] = { "deb", "deb", "", true },
	[PACKAGE_DOCKER] = { "docker", "docker", "", false },
	[PACKAGE_ERLANG] = { "erlang-otp", "otp", "erlang", false },
	[PACKAGE_GEM] = { "gem", "gem", "ruby", false },
	[PACKAGE_GENERIC] = { "generic", "generic", "", false },
	[PACKAGE_GITHUB] = { "github-action", "github", "", false },
	[PACKAGE_GO] = { "go-module", "golang", "go", false },
	[PACKAGE_GRAALVM] = { "graalvm-native-image", "maven", "java", false },
	[PACKAGE_HACKAGE] = { "hackage", "hackage", "haskell", false },
	[PACKAGE_HEX] = { "hex", "hex", "elixir", false },
	[PACKAGE_JULIA] = { "julia", "julia", "julia", false },
	[PACKAGE_KERNEL] = { "linux-kernel", "generic", "", false },
	[PACKAGE_KERNEL_MODULE] = { "linux-kernel-module", "generic", "", false },
	[PACKAGE_LUAROCKS] = { "lua-rocks", "luarocks", "lua", false },
	[PACKAGE_MAVEN] = { "java-archive", "maven", "java", false },
	[PACKAGE_NIX] = { "nix", "nix", "", true },
	[PACKAGE_NPM] = { "npm", "npm", "javascript", false },
	[PACKAGE_NUGET] = { "dotnet", "nuget", "dotnet", false },
	[PACKAGE_OPAM] = { "opam", "opam", "ocaml", false },
	[PACKAGE_OPKG] = { "opkg", "opkg", "", true },
	[PACKAGE_PEAR] = { "php-pear", "pear", "php", false },
	[PACKAGE_PORTAGE] = { "portage", "portage", "", true },
	[PACKAGE_PUB] = { "dart-pub", "pub", "dart", false },
	[PACKAGE_PYPI] = { "python", "pypi", "python", false },
	[PACKAGE_RPM] = { "rpm", "rpm", "", true },
	[PACKAGE_SNAP] = { "snap", "snap", "", true },
	[PACKAGE_SWIFT] = { "swift", "swift", "swift", false },
	[PACKAGE_TERRAFORM] = { "terraform", "terraform", "", false },
	[PACKAGE_VCPKG] = { "vcpkg", "vcpkg", "c++", false },
	[PACKAGE_WORDPRESS] = { "wordpress-plugin", "wordpress-plugin", "php", false },
};

const char *const evidence_hows[EVIDENCE_HOWS] = { "database", "metadata", "embedded", "sbom",
						   "declared", "bytes",    "name" };
const char *const origins[3] = { "", "base", "application" };
const char *const relation_kinds[RELATION_KINDS] = { "depends-on", "owns", "contains" };
const char *const changed_hows[CHANGED_HOWS] = { "content", "missing" };

enum package_type package_type_of_purl(str purl_type)
{
	for (int i = PACKAGE_UNKNOWN + 1; i < PACKAGE_TYPES; i++) {
		if (i != PACKAGE_BINARY && i != PACKAGE_GRAALVM &&
		    str_eq(str_of(package_kinds[i].purl), purl_type))
			return (enum package_type)i;
	}
	return PACKAGE_UNKNOWN;
}

enum package_type package_type_of_name(str name)
{
	for (int i = PACKAGE_UNKNOWN; i < PACKAGE_TYPES; i++) {
		if (str_eq(str_of(package_kinds[i].name), name))
			return (enum package_type)i;
	}
	return PACKAGE_UNKNOWN;
}

bool package_any_of_system(const struct package *p, ptrdiff_t n)
{
	bool any = false;

	for (ptrdiff_t i = 0; i < n && !any; i++)
		any = package_kinds[p[i].type].is_system;
	return any;
}
