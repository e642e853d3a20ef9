#include "spdx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"

static void checksum(struct json_out *j, const char *algorithm, str value)
{
	json_object(j);
	json_pair(j, "algorithm", str_of(algorithm));
	json_pair(j, "checksumValue", value);
	json_object_end(j);
}

static void sha256_checksum(struct json_out *j, const struct digest *d)
{
	char hex[DIGEST_HEX];

	checksum(j, "SHA256", str_of(digest_hex(d, hex)));
}

/* SPDX identifiers have letters, digits, '.' and '-'; Debian's names no capitals: "gX2BX2B". */
static int package_id(struct op *op, str name, str *ret)
{
	struct buf b;

	buf_init(&b, op, 64 * 1024);
	buf_add(&b, S("SPDXRef-Package-"));
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')
			buf_char(&b, c);
		else
			buf_fmt(&b, "X%02X", (unsigned char)c);
	}
	return buf_take(&b, ret);
}

static const char *file_id(ptrdiff_t i, char out[40])
{
	(void)snprintf(out, 40, "SPDXRef-File-%td", i);
	return out;
}

static const char *artifact_id(ptrdiff_t i, char out[40])
{
	(void)snprintf(out, 40, "SPDXRef-Artifact-%td", i);
	return out;
}

static void purl_reference(struct json_out *j, str purl)
{
	json_key(j, S("externalRefs"));
	json_array(j);
	json_object(j);
	json_pair(j, "referenceCategory", S("PACKAGE-MANAGER"));
	json_pair(j, "referenceType", S("purl"));
	json_pair(j, "referenceLocator", purl);
	json_object_end(j);
	json_array_end(j);
}

static void write_head(struct json_out *j, const struct outcome *o)
{
	char uuid[SINK_UUID], date[CLOCK_TEXT], space[128];

	json_object(j);
	json_pair(j, "spdxVersion", S("SPDX-2.3"));
	json_pair(j, "dataLicense", S("CC0-1.0"));
	json_pair(j, "SPDXID", S("SPDXRef-DOCUMENT"));
	json_pair(j, "name", o->name);
	(void)sink_uuid(o, "spdx", uuid);
	(void)snprintf(space, sizeof(space), "https://spdx.org/spdxdocs/temper-%s", uuid);
	json_pair(j, "documentNamespace", str_of(space));
	json_key(j, S("creationInfo"));
	json_object(j);
	json_pair(j, "created", str_of(clock_rfc3339(o->created, date)));
	json_key(j, S("creators"));
	json_array(j);
	json_text(j, S("Tool: temper-" TEMPER_VERSION));
	json_array_end(j);
	json_object_end(j);
}

static int write_image(struct sink *s, const struct outcome *o)
{
	struct json_out *j = &s->json;
	char digest[DIGEST_TEXT];
	str purl;
	int rc = sink_image_purl(s->op, o, &purl);

	if (rc < 0)
		return rc;
	json_object(j);
	json_pair(j, "name", o->name);
	json_pair(j, "SPDXID", S("SPDXRef-Image"));
	json_pair(j, "versionInfo", str_of(digest_text(&o->manifest, digest)));
	json_pair_opt(j, "description", o->description);
	json_pair(j, "primaryPackagePurpose", S("CONTAINER"));
	json_pair(j, "downloadLocation", S("NOASSERTION"));
	json_key(j, S("filesAnalyzed"));
	json_bool(j, false);
	json_key(j, S("checksums"));
	json_array(j);
	sha256_checksum(j, &o->manifest);
	json_array_end(j);
	purl_reference(j, purl);
	json_object_end(j);
	return 0;
}

/* ---- the verification code: SHA-1 over the sorted SHA-1s of a package's files (7.9) ---- */

struct sums {
	ptrdiff_t *first; /* [package_n + 1]: where a package's begin in sum */
	char (*sum)[SINK_SHA1];
	bool *whole; /* [package_n]: every file of it has a SHA-1 */
};

static int sum_cmp(const void *a, const void *b)
{
	return memcmp(a, b, SINK_SHA1);
}

static bool counts(const struct outcome_file *f)
{
	return f->package >= 0 && sink_lists(f->entry);
}

static int gather_sums(struct op *op, const struct outcome *o, struct sums *ret)
{
	ptrdiff_t *end = op_new(op, ptrdiff_t, o->package_n + 1);

	*ret = (struct sums){ op_new(op, ptrdiff_t, o->package_n + 1), NULL,
			      op_new(op, bool, o->package_n) };
	if (!end || !ret->first || !ret->whole)
		return op->code;
	for (ptrdiff_t i = 0; i < o->file_n; i++)
		ret->first[counts(&o->file[i]) ? o->file[i].package + 1 : 0]++;
	ret->first[0] = 0;
	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		ret->whole[i] = ret->first[i + 1] > 0;
		ret->first[i + 1] += ret->first[i];
		end[i] = ret->first[i];
	}
	ret->sum = (char(*)[SINK_SHA1])op_alloc(op, SINK_SHA1, ret->first[o->package_n]);
	if (!ret->sum)
		return op->code;
	for (ptrdiff_t i = 0; i < o->file_n; i++) {
		const struct outcome_file *f = &o->file[i];
		if (counts(f) && !sink_sha1(f->entry, ret->sum[end[f->package]++]))
			ret->whole[f->package] = false;
	}
	for (ptrdiff_t i = 0; i < o->package_n; i++)
		qsort(ret->sum[ret->first[i]], (size_t)(ret->first[i + 1] - ret->first[i]),
		      SINK_SHA1, sum_cmp);
	return 0;
}

static void write_verification(struct json_out *j, const struct sums *sums, struct hash *h,
			       ptrdiff_t package)
{
	uint8_t code[20];
	char hex[SINK_SHA1];

	json_key(j, S("filesAnalyzed"));
	json_bool(j, sums->whole[package]);
	if (!sums->whole[package])
		return;
	hash_restart(h);
	for (ptrdiff_t i = sums->first[package]; i < sums->first[package + 1]; i++)
		hash_add(h, (str){ sums->sum[i], SINK_SHA1 - 1 });
	hash_result(h, HASH_SHA1, code);
	json_key(j, S("packageVerificationCode"));
	json_object(j);
	json_pair(j, "packageVerificationCodeValue", str_of(hex_text(code, sizeof(code), hex)));
	json_object_end(j);
}

/* The mirror of Debian's archive is the machine's own; a repository of the recipe's has a place. */
static int write_origin(struct op *op, const struct outcome_package *p, str *ret_supplier,
			str *ret_from)
{
	str name = sink_supplier(p);
	int rc = op_text(op, ret_supplier, "Organization: %.*s", STR_ARG(name));

	*ret_from = S("NOASSERTION");
	if (name.len == 0)
		*ret_supplier = S("NOASSERTION");
	if (rc == 0 && p->repository.len && !str_starts(p->address, S("file:")))
		rc = op_text(op, ret_from, "%.*s/%.*s", STR_ARG(p->address), STR_ARG(p->path));
	return rc;
}

static int write_package(struct sink *s, const struct outcome *o, ptrdiff_t at,
			 const struct sums *sums, struct hash *h)
{
	const struct outcome_package *p = &o->package[at];
	struct json_out *j = &s->json;
	str id, purl, source, supplier, from;
	int rc = package_id(s->op, p->name, &id);

	rc = rc < 0 ? rc : write_origin(s->op, p, &supplier, &from);

	rc = rc < 0 ? rc : sink_package_purl(s->op, o, p, &purl);
	rc = rc < 0 ? rc
		    : op_text(s->op, &source, "built from the source package %.*s %.*s",
			      STR_ARG(p->source), STR_ARG(p->source_version));
	if (rc < 0)
		return rc;
	json_object(j);
	json_pair(j, "name", p->name);
	json_pair(j, "SPDXID", id);
	json_pair(j, "versionInfo", p->version);
	json_pair(j, "supplier", supplier);
	json_pair_opt(j, "packageFileName", p->path);
	json_pair(j, "downloadLocation", from);
	write_verification(j, sums, h, at);
	json_key(j, S("checksums"));
	json_array(j);
	sha256_checksum(j, &p->deb);
	json_array_end(j);
	json_pair(j, "sourceInfo", source);
	json_pair(j, "licenseConcluded", S("NOASSERTION"));
	json_pair(j, "licenseDeclared", p->licence.len ? p->licence : S("NOASSERTION"));
	json_pair(j, "copyrightText", S("NOASSERTION"));
	json_pair_opt(j, "summary", p->description);
	purl_reference(j, purl);
	json_object_end(j);
	return 0;
}

static int write_artifact(struct sink *s, const struct outcome_artifact *a, ptrdiff_t at)
{
	struct json_out *j = &s->json;
	char id[40];
	str purl, source;
	int rc = sink_artifact_purl(s->op, a, &purl);

	rc = rc < 0 ? rc
		    : op_text(s->op, &source, "not a Debian package: %s %.*s",
			      a->fetched ? "from the address" : "from beside the recipe,",
			      STR_ARG(a->from));
	if (rc < 0)
		return rc;
	json_object(j);
	json_pair(j, "name", a->name);
	json_pair(j, "SPDXID", str_of(artifact_id(at, id)));
	json_pair_opt(j, "versionInfo", a->version);
	json_pair(j, "primaryPackagePurpose", S("APPLICATION"));
	json_pair(j, "downloadLocation", a->fetched ? a->from : S("NOASSERTION"));
	json_key(j, S("filesAnalyzed"));
	json_bool(j, false);
	json_key(j, S("checksums"));
	json_array(j);
	sha256_checksum(j, &a->sha256);
	json_array_end(j);
	json_pair(j, "sourceInfo", source);
	json_pair(j, "licenseConcluded", S("NOASSERTION"));
	json_pair(j, "licenseDeclared", a->licence.len ? a->licence : S("NOASSERTION"));
	json_pair(j, "copyrightText", S("NOASSERTION"));
	purl_reference(j, purl);
	json_object_end(j);
	return sink_flush(s);
}

static int write_packages(struct sink *s, const struct outcome *o)
{
	struct sums sums;
	AUTO_HASH *h = NULL;
	int rc = gather_sums(s->op, o, &sums);

	rc = rc < 0 ? rc : hash_open(s->op, HASH_SHA1, &h);
	json_key(&s->json, S("packages"));
	json_array(&s->json);
	rc = rc < 0 ? rc : write_image(s, o);
	for (ptrdiff_t i = 0; rc == 0 && i < o->package_n; i++) {
		rc = write_package(s, o, i, &sums, h);
		rc = rc < 0 ? rc : sink_flush(s);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < o->artifact_n; i++)
		rc = write_artifact(s, &o->artifact[i], i);
	json_array_end(&s->json);
	return rc;
}

static int write_files(struct sink *s, const struct outcome *o)
{
	struct json_out *j = &s->json;
	char id[40], sha1[SINK_SHA1], path[SINK_PATH];

	json_key(j, S("files"));
	json_array(j);
	for (ptrdiff_t i = 0; i < o->file_n; i++) {
		const struct entry *e = o->file[i].entry;
		if (!sink_lists(e))
			continue;
		json_object(j);
		json_pair(j, "fileName", sink_path(path, e->path));
		json_pair(j, "SPDXID", str_of(file_id(i, id)));
		json_key(j, S("checksums"));
		json_array(j);
		if (sink_sha1(e, sha1))
			checksum(j, "SHA1", str_of(sha1));
		sha256_checksum(j, &e->sha256);
		json_array_end(j);
		json_object_end(j);
		int rc = sink_flush(s);
		if (rc < 0)
			return rc;
	}
	json_array_end(j);
	return 0;
}

/* ---- relations ---- */

static void relation(struct json_out *j, str from, const char *kind, str to)
{
	json_object(j);
	json_pair(j, "spdxElementId", from);
	json_pair(j, "relationshipType", str_of(kind));
	json_pair(j, "relatedSpdxElement", to);
	json_object_end(j);
}

static int write_dependencies(struct sink *s, const struct outcome *o, const str *id)
{
	struct map at;
	int rc = sink_positions(s->op, o, &at);

	for (ptrdiff_t i = 0; rc == 0 && i < o->package_n; i++) {
		const struct outcome_package *p = &o->package[i];
		relation(&s->json, S("SPDXRef-Image"), "CONTAINS", id[i]);
		for (ptrdiff_t k = 0; k < p->depends.n; k++) {
			ptrdiff_t to = (ptrdiff_t)(uintptr_t)map_get(&at, p->depends.p[k]);
			if (to > 0)
				relation(&s->json, id[i], "DEPENDS_ON", id[to - 1]);
		}
		rc = sink_flush(s);
	}
	return rc;
}

static int write_relations(struct sink *s, const struct outcome *o)
{
	str *id = op_new(s->op, str, o->package_n);
	char file[40], artifact[40];
	int rc = id ? 0 : s->op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < o->package_n; i++)
		rc = package_id(s->op, o->package[i].name, &id[i]);
	if (rc < 0)
		return rc;
	json_key(&s->json, S("relationships"));
	json_array(&s->json);
	relation(&s->json, S("SPDXRef-DOCUMENT"), "DESCRIBES", S("SPDXRef-Image"));
	rc = write_dependencies(s, o, id);
	for (ptrdiff_t i = 0; rc == 0 && i < o->artifact_n; i++)
		relation(&s->json, S("SPDXRef-Image"), "CONTAINS",
			 str_of(artifact_id(i, artifact)));
	for (ptrdiff_t i = 0; rc == 0 && i < o->file_n; i++) {
		if (!sink_lists(o->file[i].entry))
			continue;
		ptrdiff_t package = o->file[i].package;
		ptrdiff_t own = sink_artifact_of(o, &o->file[i]);
		str in = package >= 0 ? id[package]
			 : own >= 0   ? str_of(artifact_id(own, artifact))
				      : S("SPDXRef-Image");
		relation(&s->json, in, "CONTAINS", str_of(file_id(i, file)));
		rc = sink_flush(s);
	}
	json_array_end(&s->json);
	return rc;
}

/* ---- licences that SPDX does not list ---- */

static ptrdiff_t reference_length(str s)
{
	ptrdiff_t n = 0;

	while (n < s.len && str_find(S(" ()"), s.p[n]) < 0)
		n++;
	return n;
}

/* `where` says where the text of a licence is that SPDX does not list. */
static int gather_reference(struct op *op, struct map *to, str licence, const str *where)
{
	static const str head = S_INIT("LicenseRef-");
	str in = licence;

	for (ptrdiff_t at = str_find_str(in, head); at >= 0; at = str_find_str(in, head)) {
		in = str_from(in, at);
		str name = str_head(in, reference_length(in));
		in = str_from(in, name.len);
		if (!map_get(to, name) && map_put(to, name, (void *)(uintptr_t)where) < 0)
			return op->code;
	}
	return 0;
}

static int gather_references(struct op *op, const struct outcome *o, struct map *ret)
{
	str *where = op_new(op, str, o->package_n + o->artifact_n);
	int rc = where ? 0 : op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < o->package_n; i++) {
		const struct outcome_package *p = &o->package[i];
		if (str_find_str(p->licence, S("LicenseRef-")) < 0)
			continue;
		rc = op_text(op, &where[i], "See usr/share/doc/%.*s/copyright in the image.",
			     STR_ARG(p->name));
		rc = rc < 0 ? rc : gather_reference(op, ret, p->licence, &where[i]);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < o->artifact_n; i++) {
		str *at = &where[o->package_n + i];
		rc = op_text(op, at, "See the artifact %.*s.", STR_ARG(o->artifact[i].name));
		rc = rc < 0 ? rc : gather_reference(op, ret, o->artifact[i].licence, at);
	}
	map_sort(ret);
	return rc;
}

static int write_licences(struct sink *s, const struct outcome *o)
{
	struct map found;
	struct json_out *j = &s->json;

	map_init(&found, s->op);
	int rc = gather_references(s->op, o, &found);
	if (rc < 0 || found.n == 0)
		return rc;
	json_key(j, S("hasExtractedLicensingInfos"));
	json_array(j);
	for (ptrdiff_t i = 0; i < found.n; i++) {
		const str *where = found.item[i].value;
		json_object(j);
		json_pair(j, "licenseId", found.item[i].key);
		json_pair(j, "extractedText", *where);
		json_object_end(j);
	}
	json_array_end(j);
	return 0;
}

int spdx_write(struct op *op, const struct outcome *o, sbom_sink *write, void *arg)
{
	struct sink s;

	sink_begin(&s, op, write, arg);
	write_head(&s.json, o);
	int rc = write_packages(&s, o);
	rc = rc < 0 ? rc : write_files(&s, o);
	rc = rc < 0 ? rc : write_relations(&s, o);
	rc = rc < 0 ? rc : write_licences(&s, o);
	if (rc < 0)
		return rc;
	json_object_end(&s.json);
	return sink_end(&s);
}
