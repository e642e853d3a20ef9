#include "syft_metadata.h"

#include "base/num.h"
#include "codec/digest.h"
#include "identity.h"

static str fact(const struct package *p, const char *key)
{
	for (ptrdiff_t i = 0; i < p->facts.n; i++) {
		if (str_eq(p->facts.p[i].key, str_of(key)))
			return p->facts.p[i].value;
	}
	return S("");
}

int syft_name(struct op *op, const struct package *p, str *ret)
{
	return identity_name(op, p, ret);
}

int syft_base64(struct op *op, str bytes, str *ret)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *p = op_new(op, char, (bytes.len + 2) / 3 * 4 + 1);
	ptrdiff_t n = 0;

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < bytes.len; i += 3) {
		ptrdiff_t left = bytes.len - i;
		uint32_t v = 0;
		for (ptrdiff_t k = 0; k < 3; k++)
			v = v << 8 | (k < left ? (uint8_t)bytes.p[i + k] : 0U);
		for (ptrdiff_t k = 0; k < 4; k++)
			p[n++] = k <= left ? digit[v >> (18 - 6 * k) & 63] : '=';
	}
	*ret = (str){ p, n };
	return 0;
}

static void list_begin(struct json_out *j, const char *key)
{
	json_key(j, str_of(key));
	json_array(j);
}

/* The digest of a file; Syft demands one of an RPM's, even where there is none. */
static void put_file_digest(struct json_out *j, const struct package_file *f)
{
	size_t n = f->hash == HASH_SHA256 ? 32 : f->hash == HASH_SHA1 ? 20 : 16;
	char hex[DIGEST_HEX];

	json_key(j, S("digest"));
	json_object(j);
	json_pair(j, "algorithm", n == 32 ? S("sha256") : n == 20 ? S("sha1") : S("md5"));
	json_pair(j, "value", f->hash ? str_of(hex_text(f->digest, n, hex)) : S(""));
	json_object_end(j);
}

/* A file of an RPM has more members, which Syft demands. */
static void put_rpm_members(struct json_out *j, const struct package_file *f)
{
	json_pair_u64(j, "mode", 0);
	json_pair_u64(j, "size", 0);
	put_file_digest(j, f);
	json_pair(j, "userName", S(""));
	json_pair(j, "groupName", S(""));
	json_pair(j, "flags", f->flags & FILE_CONFIG ? S("c") : S(""));
}

static int put_files(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	list_begin(j, "files");
	for (ptrdiff_t i = 0; files && i < p->file_n; i++) {
		const struct package_file *f = &p->file[i];
		str path;
		if (op_text(op, &path, "/%.*s", STR_ARG(f->path)) < 0)
			return op->code;
		json_object(j);
		json_pair(j, "path", path);
		if (p->type == PACKAGE_RPM)
			put_rpm_members(j, f);
		else if (f->hash)
			put_file_digest(j, f);
		if (p->type == PACKAGE_DEB) {
			json_key(j, S("isConfigFile"));
			json_bool(j, (f->flags & FILE_CONFIG) != 0);
		}
		json_object_end(j);
	}
	json_array_end(j);
	return 0;
}

static void put_texts(struct json_out *j, const char *key, const struct texts *t)
{
	if (t->n == 0)
		return;
	list_begin(j, key);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

static int put_deb(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	json_pair(j, "package", p->name);
	json_pair(j, "source", p->source);
	json_pair(j, "version", p->version);
	json_pair(j, "sourceVersion", p->source_version);
	json_pair(j, "architecture", p->arch);
	json_pair(j, "maintainer", p->supplier);
	json_pair_u64(j, "installedSize", 0);
	put_texts(j, "provides", &p->provides);
	put_texts(j, "depends", &p->needs);
	return put_files(op, j, p, files);
}

static int put_apk(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	json_pair(j, "package", p->name);
	json_pair(j, "originPackage", p->source);
	json_pair(j, "maintainer", p->supplier);
	json_pair(j, "version", p->version);
	json_pair(j, "architecture", p->arch);
	json_pair(j, "url", p->homepage);
	json_pair(j, "description", p->description);
	json_pair_u64(j, "size", 0);
	json_pair_u64(j, "installedSize", 0);
	list_begin(j, "pullDependencies");
	for (ptrdiff_t i = 0; i < p->needs.n; i++)
		json_text(j, p->needs.p[i]);
	json_array_end(j);
	put_texts(j, "provides", &p->provides);
	return put_files(op, j, p, files);
}

static int put_rpm(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	str version = p->version, epoch = S(""), source = S(""), from = p->source_version;
	ptrdiff_t colon = str_find(version, ':');
	uint64_t number;

	if (colon >= 0) {
		epoch = str_head(version, colon);
		version = str_from(version, colon + 1);
	}
	ptrdiff_t dash = str_rfind(version, '-');
	from = from.len ? from : version;
	if (str_find(from, ':') >= 0)
		(void)str_cut(&from, ':');
	if (p->source.len &&
	    op_text(op, &source, "%.*s-%.*s.src.rpm", STR_ARG(p->source), STR_ARG(from)) < 0)
		return op->code;
	json_pair(j, "name", p->name);
	json_pair(j, "version", dash < 0 ? version : str_head(version, dash));
	json_key(j, S("epoch"));
	if (num_parse(epoch, INT32_MAX, &number))
		json_u64(j, number);
	else
		json_null(j);
	json_pair(j, "architecture", p->arch);
	json_pair(j, "release", dash < 0 ? S("") : str_from(version, dash + 1));
	json_pair(j, "sourceRpm", source);
	json_pair_u64(j, "size", 0);
	json_pair(j, "vendor", fact(p, "rpm:vendor").len ? fact(p, "rpm:vendor") : p->supplier);
	json_pair(j, "modularityLabel", fact(p, "rpm:modularity"));
	put_texts(j, "provides", &p->provides);
	put_texts(j, "requires", &p->needs);
	return put_files(op, j, p, files);
}

static int put_alpm(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	json_pair(j, "basepackage", p->source.len ? p->source : p->name);
	json_pair(j, "package", p->name);
	json_pair(j, "version", p->version);
	json_pair(j, "description", p->description);
	json_pair(j, "architecture", p->arch);
	json_pair_u64(j, "size", 0);
	json_pair(j, "packager", p->supplier);
	json_pair(j, "url", p->homepage);
	json_pair(j, "validation", S(""));
	json_pair_u64(j, "reason", 0);
	list_begin(j, "backup");
	json_array_end(j);
	put_texts(j, "provides", &p->provides);
	put_texts(j, "depends", &p->needs);
	(void)files;
	list_begin(j, "files");
	json_array_end(j);
	(void)op;
	return 0;
}

static int put_java(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	str path;

	(void)files;
	if (op_text(op, &path, "/%.*s", STR_ARG(p->evidence_n ? p->evidence[0].path : S(""))) < 0)
		return op->code;
	json_pair(j, "virtualPath", path);
	json_key(j, S("pomProperties"));
	json_object(j);
	json_pair(j, "path", S(""));
	json_pair(j, "name", S(""));
	json_pair(j, "groupId", p->ns);
	json_pair(j, "artifactId", p->name);
	json_pair(j, "version", p->version);
	json_object_end(j);
	list_begin(j, "digest");
	for (ptrdiff_t i = 0; i < p->checksum.n; i++) {
		json_object(j);
		json_pair(j, "algorithm", p->checksum.p[i].key);
		json_pair(j, "value", p->checksum.p[i].value);
		json_object_end(j);
	}
	json_array_end(j);
	return 0;
}

static int put_go(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	(void)files;
	(void)op;
	json_pair_opt(j, "goCompiledVersion", fact(p, "go:version"));
	json_pair(j, "architecture", p->arch);
	json_pair_opt(j, "h1Digest", fact(p, "go:h1"));
	return 0;
}

static int put_plain(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	(void)op;
	(void)files;
	json_pair(j, "name", p->name);
	json_pair(j, "version", p->version);
	return 0;
}

static int put_python(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	(void)put_plain(op, j, p, files);
	json_pair(j, "author", p->author);
	json_pair(j, "authorEmail", S(""));
	json_pair(j, "platform", S(""));
	json_pair(j, "sitePackagesRootPath", S(""));
	return 0;
}

static int put_npm(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	str name;

	(void)files;
	if (identity_name(op, p, &name) < 0)
		return op->code;
	json_pair(j, "name", name);
	json_pair(j, "version", p->version);
	json_pair(j, "author", p->author);
	json_pair(j, "homepage", p->homepage);
	json_pair(j, "description", p->description);
	json_pair(j, "url", p->vcs);
	json_key(j, S("private"));
	json_bool(j, fact(p, "npm:private").len > 0);
	return 0;
}

static int put_binary(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	(void)op;
	(void)files;
	(void)p;
	list_begin(j, "matches");
	json_array_end(j);
	return 0;
}

static const struct {
	enum package_type type;
	const char *name;
	int (*put)(struct op *op, struct json_out *j, const struct package *p, bool files);
} kinds[] = {
	{ PACKAGE_ALPM, "alpm-db-entry", put_alpm },
	{ PACKAGE_APK, "apk-db-entry", put_apk },
	{ PACKAGE_BINARY, "binary-signature", put_binary },
	{ PACKAGE_CARGO, "rust-cargo-audit-entry", put_plain },
	{ PACKAGE_DEB, "dpkg-db-entry", put_deb },
	{ PACKAGE_GEM, "ruby-gemspec", put_plain },
	{ PACKAGE_GO, "go-module-buildinfo-entry", put_go },
	{ PACKAGE_MAVEN, "java-archive", put_java },
	{ PACKAGE_NPM, "javascript-npm-package", put_npm },
	{ PACKAGE_NUGET, "dotnet-deps-entry", put_plain },
	{ PACKAGE_PYPI, "python-package", put_python },
	{ PACKAGE_RPM, "rpm-db-entry", put_rpm },
};

int syft_metadata(struct op *op, struct json_out *j, const struct package *p, bool files)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type != p->type)
			continue;
		json_pair(j, "metadataType", str_of(kinds[i].name));
		json_key(j, S("metadata"));
		json_object(j);
		int rc = kinds[i].put(op, j, p, files);
		if (rc == 0)
			json_object_end(j);
		return rc;
	}
	return 0;
}
