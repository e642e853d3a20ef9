#include "record_members.h"

#include <stddef.h>

static const struct member of_package[] = {
	{ "id", MEMBER_TEXT, offsetof(struct package, id) },
	{ "namespace", MEMBER_TEXT, offsetof(struct package, ns) },
	{ "name", MEMBER_TEXT, offsetof(struct package, name) },
	{ "version", MEMBER_TEXT, offsetof(struct package, version) },
	{ "architecture", MEMBER_TEXT, offsetof(struct package, arch) },
	{ "source", MEMBER_TEXT, offsetof(struct package, source) },
	{ "source-version", MEMBER_TEXT, offsetof(struct package, source_version) },
	{ "distribution", MEMBER_TEXT, offsetof(struct package, distro) },
	{ "qualifiers", MEMBER_PAIRS, offsetof(struct package, qualifiers) },
	{ "subpath", MEMBER_TEXT, offsetof(struct package, subpath) },
	{ "purl", MEMBER_TEXT, offsetof(struct package, purl) },
	{ "licence", MEMBER_TEXT, offsetof(struct package, licence) },
	{ "supplier", MEMBER_TEXT, offsetof(struct package, supplier) },
	{ "author", MEMBER_TEXT, offsetof(struct package, author) },
	{ "homepage", MEMBER_TEXT, offsetof(struct package, homepage) },
	{ "description", MEMBER_TEXT, offsetof(struct package, description) },
	{ "download", MEMBER_TEXT, offsetof(struct package, download) },
	{ "vcs", MEMBER_TEXT, offsetof(struct package, vcs) },
	{ "cpes", MEMBER_TEXTS, offsetof(struct package, cpe) },
	{ "checksums", MEMBER_PAIRS, offsetof(struct package, checksum) },
	{ "needs", MEMBER_TEXTS, offsetof(struct package, needs) },
	{ "provides", MEMBER_TEXTS, offsetof(struct package, provides) },
	{ "facts", MEMBER_PAIRS, offsetof(struct package, facts) },
	{ "development", MEMBER_BOOL, offsetof(struct package, development) },
	{ "listed", MEMBER_BOOL, offsetof(struct package, listed) },
};

static const struct member of_subject[] = {
	{ "name", MEMBER_TEXT, offsetof(struct subject, name) },
	{ "version", MEMBER_TEXT, offsetof(struct subject, version) },
	{ "reference", MEMBER_TEXT, offsetof(struct subject, reference) },
	{ "manifest", MEMBER_DIGEST, offsetof(struct subject, manifest) },
	{ "config", MEMBER_DIGEST, offsetof(struct subject, config) },
	{ "platform", MEMBER_TEXT, offsetof(struct subject, platform) },
	{ "tags", MEMBER_TEXTS, offsetof(struct subject, tags) },
	{ "repository-digests", MEMBER_TEXTS, offsetof(struct subject, repo_digests) },
	{ "labels", MEMBER_PAIRS, offsetof(struct subject, labels) },
	{ "annotations", MEMBER_PAIRS, offsetof(struct subject, annotations) },
	{ "base-name", MEMBER_TEXT, offsetof(struct subject, base_name) },
	{ "base", MEMBER_DIGEST, offsetof(struct subject, base) },
	{ "config-json", MEMBER_TEXT, offsetof(struct subject, config_json) },
	{ "manifest-json", MEMBER_TEXT, offsetof(struct subject, manifest_json) },
};

static const struct member of_os[] = {
	{ "id", MEMBER_TEXT, offsetof(struct os_identity, id) },
	{ "id-like", MEMBER_TEXT, offsetof(struct os_identity, id_like) },
	{ "version-id", MEMBER_TEXT, offsetof(struct os_identity, version_id) },
	{ "version", MEMBER_TEXT, offsetof(struct os_identity, version) },
	{ "codename", MEMBER_TEXT, offsetof(struct os_identity, codename) },
	{ "name", MEMBER_TEXT, offsetof(struct os_identity, name) },
	{ "pretty-name", MEMBER_TEXT, offsetof(struct os_identity, pretty_name) },
	{ "variant-id", MEMBER_TEXT, offsetof(struct os_identity, variant_id) },
	{ "build-id", MEMBER_TEXT, offsetof(struct os_identity, build_id) },
	{ "cpe", MEMBER_TEXT, offsetof(struct os_identity, cpe) },
	{ "home-url", MEMBER_TEXT, offsetof(struct os_identity, home_url) },
	{ "support-end", MEMBER_TEXT, offsetof(struct os_identity, support_end) },
	{ "path", MEMBER_TEXT, offsetof(struct os_identity, path) },
	{ "distribution", MEMBER_TEXT, offsetof(struct os_identity, distro) },
	{ "facts", MEMBER_PAIRS, offsetof(struct os_identity, facts) },
};

const struct members package_members = { of_package, sizeof(of_package) / sizeof(of_package[0]) };
const struct members subject_members = { of_subject, sizeof(of_subject) / sizeof(of_subject[0]) };
const struct members os_members = { of_os, sizeof(of_os) / sizeof(of_os[0]) };
