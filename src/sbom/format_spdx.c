/*
 * SPDX 2.2 and 2.3, JSON and tag-value. What it has no place for stands as JSON (record.h) in one
 * annotation of the package or document. Files are those of the tree that have a SHA-1, which SPDX
 * demands; each is contained in the package that owns it or in the subject; the verification codes
 * are over them.
 */
#include <stdio.h>
#include <string.h>

#include "format_impl.h"
#include "identity.h"
#include "spdx_files.h"
#include "spdx_out.h"
#include "sys/clock.h"

struct writer {
	struct spdx_out o;
	const struct inventory *inv;
	const struct sbom_format_choice *choice;
	struct relations rel;
	struct spdx_files files;
	struct buf comment;
	str *id; /* [package_n]: SPDXID */
	char date[CLOCK_TEXT];
};

static const str root_id = S_INIT("SPDXRef-Subject"), os_id = S_INIT("SPDXRef-OperatingSystem");

/* "SPDXRef-Package-deb-libc6-0123456789abcdef": for people, and unique by the digest of its id. */
static int package_id(struct op *op, const struct package *p, str *ret)
{
	struct digest d = digest_of(p->id);
	char hex[DIGEST_HEX];
	struct buf b;

	buf_init(&b, op, 1024);
	buf_fmt(&b, "SPDXRef-Package-%s-", package_kinds[p->type].name);
	str name = str_head(p->name, 64);
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '.';
		buf_char(&b, plain ? c : '-');
	}
	buf_fmt(&b, "-%.16s", digest_hex(&d, hex));
	return buf_take(&b, ret);
}

/* ---- annotations ---- */

/* The JSON that is then w->comment, as a record's object. */
static void comment_begin(struct writer *w, struct json_out *j, struct record *r)
{
	w->comment.len = 0;
	json_begin(j, &w->comment, 0);
	json_object(j);
	record_to_json(r, w->o.s.op, j, NULL);
}

static void annotation(struct writer *w, str of)
{
	struct spdx_out *o = &w->o;

	spdx_list(o, "annotations");
	if (!o->tag)
		json_object(&o->s.json);
	spdx_text(o, "Annotator", "annotator", S("Tool: temper-" TEMPER_VERSION));
	spdx_text(o, "AnnotationDate", "annotationDate", str_of(w->date));
	spdx_text(o, "AnnotationType", "annotationType", S("OTHER"));
	if (o->tag)
		spdx_text(o, "SPDXREF", "", of);
	spdx_text(o, "AnnotationComment", "comment", buf_view(&w->comment));
	if (!o->tag)
		json_object_end(&o->s.json);
	spdx_list_end(o);
}

static void annotate_package(struct writer *w, ptrdiff_t at, const struct package *held)
{
	struct json_out j;
	struct record r;

	comment_begin(w, &j, &r);
	record_package(&r, &w->rel, at, held, w->choice->files ? RECORD_FILES : 0);
	json_object_end(&j);
	if (w->comment.len > 2)
		annotation(w, w->id[at]);
}

static void annotate_document(struct writer *w)
{
	struct json_out j;
	struct record r;

	comment_begin(w, &j, &r);
	json_key(&j, S("subject"));
	json_object(&j);
	record_subject(&r, w->inv);
	json_object_end(&j);
	json_key(&j, S("os"));
	json_object(&j);
	record_os(&r, w->inv);
	json_object_end(&j);
	record_rest(&r, w->inv, w->choice->files ? RECORD_FILES | RECORD_NO_SHA1 : 0);
	json_object_end(&j);
	annotation(w, S("SPDXRef-DOCUMENT"));
}

/* ---- packages ---- */

/* "Organization: NAME" in one line, or NOASSERTION; *held is what of it is read. */
static int party(struct writer *w, const char *tag, const char *key, const char *what, str name,
		 str *held)
{
	str text = S("NOASSERTION");
	bool plain = name.len && str_find(name, '\n') < 0 && str_find(name, '\r') < 0;
	int rc = plain ? op_text(w->o.s.op, &text, "%s: %.*s", what, STR_ARG(name)) : 0;

	*held = plain ? name : S("");
	if (rc == 0 && (plain || str_eq(str_of(tag), S("PackageSupplier"))))
		spdx_text(&w->o, tag, key, text);
	return rc;
}

static void put_code(struct writer *w, ptrdiff_t group)
{
	struct spdx_out *o = &w->o;
	char code[SINK_SHA1];
	bool any = spdx_files_code(&w->files, group, code);

	spdx_bool(o, "FilesAnalyzed", "filesAnalyzed", any);
	if (!any)
		return;
	if (o->tag) {
		spdx_text(o, "PackageVerificationCode", "", str_of(code));
		return;
	}
	json_key(&o->s.json, S("packageVerificationCode"));
	json_object(&o->s.json);
	json_pair(&o->s.json, "packageVerificationCodeValue", str_of(code));
	json_object_end(&o->s.json);
}

static int put_checksums(struct writer *w, const struct package *p, struct package *held)
{
	struct pair *kept = op_new(w->o.s.op, struct pair, p->checksum.n);

	if (!kept)
		return w->o.s.op->code;
	held->checksum = (struct pairs){ kept, 0 };
	for (ptrdiff_t i = 0; i < p->checksum.n; i++) {
		const char *name = identity_algorithm(&p->checksum.p[i], false);
		if (!name)
			continue;
		if (held->checksum.n == 0)
			spdx_list(&w->o, "checksums");
		spdx_checksum(&w->o, "PackageChecksum", name, p->checksum.p[i].value);
		kept[held->checksum.n++] = p->checksum.p[i];
	}
	if (held->checksum.n)
		spdx_list_end(&w->o);
	return 0;
}

static int put_references(struct writer *w, const struct package *p, struct package *held)
{
	bool purl = str_starts(p->purl, S("pkg:"));
	struct texts cpes = { op_new(w->o.s.op, str, p->cpe.n), 0 };

	if (!cpes.p)
		return w->o.s.op->code;
	for (ptrdiff_t i = 0; i < p->cpe.n; i++) {
		if (str_starts(p->cpe.p[i], S("cpe:2.3:")) && str_find(p->cpe.p[i], ' ') < 0)
			cpes.p[cpes.n++] = p->cpe.p[i];
	}
	held->cpe = cpes;
	held->purl = purl ? held->purl : S("");
	if (!purl && cpes.n == 0)
		return 0;
	spdx_list(&w->o, "externalRefs");
	for (ptrdiff_t i = 0; i < cpes.n; i++)
		spdx_reference(&w->o, "SECURITY", "cpe23Type", cpes.p[i]);
	if (purl)
		spdx_reference(&w->o, "PACKAGE-MANAGER", "purl", p->purl);
	spdx_list_end(&w->o);
	return 0;
}

static int put_licence(struct writer *w, const struct package *p, struct package *held)
{
	bool told = p->licence.len && !str_eq(p->licence, S("NOASSERTION"));

	spdx_text(&w->o, "PackageLicenseConcluded", "licenseConcluded", S("NOASSERTION"));
	spdx_text(&w->o, "PackageLicenseDeclared", "licenseDeclared",
		  told ? p->licence : S("NOASSERTION"));
	spdx_text(&w->o, "PackageCopyrightText", "copyrightText", S("NOASSERTION"));
	held->licence = told ? p->licence : S("");
	return 0;
}

static int put_source(struct writer *w, const struct package *p)
{
	str text;

	if (p->evidence_n == 0)
		return 0;
	int rc = op_text(w->o.s.op, &text, "found by %.*s (%s) in %.*s", STR_ARG(p->evidence[0].by),
			 evidence_hows[p->evidence[0].how], STR_ARG(p->evidence[0].path));
	if (rc == 0)
		spdx_text(&w->o, "PackageSourceInfo", "sourceInfo", text);
	return rc;
}

static int put_package(struct writer *w, ptrdiff_t at)
{
	const struct package *p = &w->inv->package[at];
	struct spdx_out *o = &w->o;
	struct package held;
	str name;
	int rc = identity_name(o->s.op, p, &name);

	rc = rc < 0 ? rc : identity_of(o->s.op, p->purl, S(""), name, p->version, &held);
	if (rc < 0)
		return rc;
	spdx_item(o);
	spdx_text(o, "PackageName", "name", name);
	spdx_text(o, "SPDXID", "SPDXID", w->id[at]);
	spdx_text(o, "PackageVersion", "versionInfo", p->version);
	rc = party(w, "PackageSupplier", "supplier", "Organization", p->supplier, &held.supplier);
	rc = rc < 0 ? rc
		    : party(w, "PackageOriginator", "originator", "Person", p->author,
			    &held.author);
	held.download = identity_is_url(p->download) ? p->download : S("");
	spdx_text(o, "PackageDownloadLocation", "downloadLocation",
		  held.download.len ? held.download : S("NOASSERTION"));
	if (p->type == PACKAGE_BINARY && !o->old)
		spdx_text(o, "PrimaryPackagePurpose", "primaryPackagePurpose", S("APPLICATION"));
	put_code(w, at);
	rc = rc < 0 ? rc : put_checksums(w, p, &held);
	held.homepage = identity_is_url(p->homepage) ? p->homepage : S("");
	spdx_text(o, "PackageHomePage", "homepage", held.homepage);
	rc = rc < 0 ? rc : put_source(w, p);
	rc = rc < 0 ? rc : put_licence(w, p, &held);
	bool plain = str_find_str(p->description, S("</text>")) < 0;
	held.description = plain ? p->description : S("");
	spdx_text(o, "PackageDescription", "description", held.description);
	rc = rc < 0 ? rc : put_references(w, p, &held);
	held.id = held.purl;
	annotate_package(w, at, &held);
	spdx_item_end(o);
	return rc < 0 ? rc : sink_flush(&o->s);
}

/* ---- subject, system ---- */

static int put_subject(struct writer *w)
{
	const struct subject *s = &w->inv->subject;
	struct spdx_out *o = &w->o;
	char digest[DIGEST_TEXT];
	bool image = !digest_is_zero(&s->manifest);
	str purl;
	int rc = format_subject_purl(o->s.op, w->inv, &purl);

	if (rc < 0)
		return rc;
	spdx_item(o);
	spdx_text(o, "PackageName", "name", s->name.len ? s->name : S("unnamed"));
	spdx_text(o, "SPDXID", "SPDXID", root_id);
	spdx_text(o, "PackageVersion", "versionInfo",
		  image ? str_of(digest_text(&s->manifest, digest)) : s->version);
	spdx_text(o, "PackageSupplier", "supplier", S("NOASSERTION"));
	spdx_text(o, "PackageDownloadLocation", "downloadLocation", S("NOASSERTION"));
	if (!o->old)
		spdx_text(o, "PrimaryPackagePurpose", "primaryPackagePurpose",
			  s->kind == SUBJECT_IMAGE ? S("CONTAINER") : S("FILE"));
	put_code(w, w->inv->package_n);
	if (image) {
		spdx_list(o, "checksums");
		spdx_checksum(o, "PackageChecksum", "SHA256",
			      str_from(str_of(digest_text(&s->manifest, digest)), 7));
		spdx_list_end(o);
	}
	(void)put_licence(w, &(struct package){ 0 }, &(struct package){ 0 });
	if (purl.len) {
		spdx_list(o, "externalRefs");
		spdx_reference(o, "PACKAGE-MANAGER", "purl", purl);
		spdx_list_end(o);
	}
	spdx_item_end(o);
	return 0;
}

static void put_os(struct writer *w)
{
	const struct os_identity *os = &w->inv->os;
	struct spdx_out *o = &w->o;

	if (os->id.len == 0)
		return;
	spdx_item(o);
	spdx_text(o, "PackageName", "name", os->id);
	spdx_text(o, "SPDXID", "SPDXID", os_id);
	spdx_text(o, "PackageVersion", "versionInfo", os->version_id);
	spdx_text(o, "PackageDownloadLocation", "downloadLocation", S("NOASSERTION"));
	if (!o->old)
		spdx_text(o, "PrimaryPackagePurpose", "primaryPackagePurpose",
			  o->tag ? S("OPERATING-SYSTEM") : S("OPERATING_SYSTEM"));
	spdx_bool(o, "FilesAnalyzed", "filesAnalyzed", false);
	(void)put_licence(w, &(struct package){ 0 }, &(struct package){ 0 });
	spdx_item_end(o);
}

/* ---- files ---- */

static int put_file(struct writer *w, ptrdiff_t at)
{
	const struct inventory_file *f = &w->inv->file[at];
	struct spdx_out *o = &w->o;
	char id[40], hex[DIGEST_HEX];
	struct json_out j;
	struct record r;
	str name;
	int rc = op_text(o->s.op, &name, "./%.*s", STR_ARG(f->path));

	if (rc < 0)
		return rc;
	spdx_item(o);
	spdx_text(o, "FileName", "fileName", name);
	(void)snprintf(id, sizeof(id), "SPDXRef-File-%td", at);
	spdx_text(o, "SPDXID", "SPDXID", str_of(id));
	spdx_list(o, "checksums");
	spdx_checksum(o, "FileChecksum", "SHA1", str_of(hex_text(f->sha1, 20, hex)));
	if (f->hashes & HASH_SHA256)
		spdx_checksum(o, "FileChecksum", "SHA256", str_of(hex_text(f->sha256, 32, hex)));
	if (f->hashes & HASH_MD5)
		spdx_checksum(o, "FileChecksum", "MD5", str_of(hex_text(f->md5, 16, hex)));
	spdx_list_end(o);
	spdx_text(o, "LicenseConcluded", "licenseConcluded", S("NOASSERTION"));
	if (o->tag) {
		spdx_text(o, "LicenseInfoInFile", "", S("NOASSERTION"));
	} else {
		spdx_list(o, "licenseInfoInFiles");
		json_text(&o->s.json, S("NOASSERTION"));
		spdx_list_end(o);
	}
	spdx_text(o, "FileCopyrightText", "copyrightText", S("NOASSERTION"));
	comment_begin(w, &j, &r);
	json_key(&j, S("file"));
	json_array(&j);
	record_file(&r, w->inv, at, "file");
	json_array_end(&j);
	json_object_end(&j);
	spdx_text(o, "FileComment", "comment", buf_view(&w->comment));
	spdx_item_end(o);
	return sink_flush(&o->s);
}

static int put_group(struct writer *w, ptrdiff_t group)
{
	int rc = 0;

	for (uint32_t i = w->files.first[group]; rc == 0 && i < w->files.first[group + 1]; i++)
		rc = put_file(w, w->files.item[i]);
	return rc;
}

/* In tag-value each package is followed by its files. */
static int put_packages(struct writer *w)
{
	ptrdiff_t n = w->inv->package_n;

	spdx_section(&w->o, "packages", "Packages");
	int rc = put_subject(w);
	if (rc == 0 && w->o.tag)
		rc = put_group(w, n);
	put_os(w);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		rc = put_package(w, i);
		if (rc == 0 && w->o.tag)
			rc = put_group(w, i);
	}
	spdx_section_end(&w->o);
	if (rc < 0 || w->o.tag)
		return rc;
	spdx_section(&w->o, "files", NULL);
	for (ptrdiff_t i = 0; rc == 0 && i <= n; i++)
		rc = put_group(w, i);
	spdx_section_end(&w->o);
	return rc;
}

/* ---- licences that SPDX does not list ---- */

static int gather_references(struct op *op, const struct inventory *inv, struct map *ret)
{
	static const str head = S_INIT("LicenseRef-");

	map_init(ret, op);
	for (ptrdiff_t i = 0; i < inv->package_n; i++) {
		str rest = inv->package[i].licence;
		for (ptrdiff_t at; (at = str_find_str(rest, head)) >= 0;) {
			rest = str_from(rest, at);
			ptrdiff_t n = 0;
			while (n < rest.len && rest.p[n] != ' ' && rest.p[n] != ')' &&
			       rest.p[n] != '(')
				n++;
			if (map_find(ret, str_head(rest, n)) < 0) {
				int rc = map_put(ret, str_head(rest, n), (void *)1);
				if (rc < 0)
					return rc;
			}
			rest = str_from(rest, n);
		}
	}
	map_sort(ret);
	return 0;
}

static int put_licences(struct writer *w)
{
	struct spdx_out *o = &w->o;
	struct map found;
	int rc = gather_references(o->s.op, w->inv, &found);

	if (rc < 0 || found.n == 0)
		return rc;
	spdx_section(o, "hasExtractedLicensingInfos", "Licences");
	for (ptrdiff_t i = 0; rc == 0 && i < found.n; i++) {
		str text, name = str_from(found.item[i].key, 11);
		rc = op_text(o->s.op, &text,
			     "The package's metadata call it %.*s; its text lies with the package.",
			     STR_ARG(name));
		if (rc < 0)
			break;
		spdx_item(o);
		spdx_text(o, "LicenseID", "licenseId", found.item[i].key);
		spdx_text(o, "ExtractedText", "extractedText", text);
		spdx_text(o, "LicenseName", "name", name);
		spdx_item_end(o);
	}
	spdx_section_end(o);
	return rc;
}

/* ---- relations ---- */

static int put_contained(struct writer *w, ptrdiff_t group)
{
	char id[40];
	str of = group < w->inv->package_n ? w->id[group] : root_id;
	int rc = 0;

	for (uint32_t i = w->files.first[group]; rc == 0 && i < w->files.first[group + 1]; i++) {
		(void)snprintf(id, sizeof(id), "SPDXRef-File-%u", w->files.item[i]);
		spdx_relation(&w->o, of, "CONTAINS", str_of(id), S(""));
		rc = sink_flush(&w->o.s);
	}
	return rc;
}

static void put_relation(struct writer *w, const struct relation *r)
{
	str from = w->id[r->from], to = w->id[r->to];

	if (r->kind == RELATION_DEPENDS)
		spdx_relation(&w->o, from, "DEPENDS_ON", to, S(""));
	else if (r->kind == RELATION_CONTAINS)
		spdx_relation(&w->o, from, "CONTAINS", to, S(""));
	else
		spdx_relation(&w->o, from, "OTHER", to,
			      S("ownership-by-file-overlap: the first package brought the files of "
				"the second"));
}

static int put_relations(struct writer *w)
{
	ptrdiff_t n = w->inv->package_n;
	int rc = 0;

	spdx_section(&w->o, "relationships", "Relationships");
	if (w->o.tag)
		buf_char(&w->o.s.b, '\n');
	spdx_relation(&w->o, S("SPDXRef-DOCUMENT"), "DESCRIBES", root_id, S(""));
	if (w->inv->os.id.len)
		spdx_relation(&w->o, root_id, "CONTAINS", os_id, S(""));
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		spdx_relation(&w->o, root_id, "CONTAINS", w->id[i], S(""));
		rc = sink_flush(&w->o.s);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < w->inv->relation_n; i++) {
		put_relation(w, &w->inv->relation[i]);
		rc = sink_flush(&w->o.s);
	}
	for (ptrdiff_t i = 0; rc == 0 && !w->o.tag && i <= n; i++)
		rc = put_contained(w, i);
	spdx_section_end(&w->o);
	return rc;
}

/* ---- the document ---- */

static int put_creators(struct writer *w)
{
	const struct inventory *inv = w->inv;
	struct spdx_out *o = &w->o;
	bool own = inv->tool.len == 0 || str_eq(inv->tool, S("temper"));
	str tool;

	spdx_list(o, "creators");
	for (int i = own; i < 2; i++) {
		str name = i ? S("temper") : inv->tool;
		str version = i && !(own && inv->tool_version.len) ? S(TEMPER_VERSION)
								   : inv->tool_version;
		if (op_text(o->s.op, &tool, "Tool: %.*s-%.*s", STR_ARG(name), STR_ARG(version)) < 0)
			return o->s.op->code;
		if (o->tag)
			spdx_text(o, "Creator", "", tool);
		else
			json_text(&o->s.json, tool);
	}
	spdx_list_end(o);
	return 0;
}

static int put_head(struct writer *w)
{
	struct spdx_out *o = &w->o;
	char uuid[SINK_UUID], space[128];
	str name = w->inv->subject.name.len ? w->inv->subject.name : S("unnamed");

	if (!o->tag)
		json_object(&o->s.json);
	spdx_text(o, "SPDXVersion", "spdxVersion", o->old ? S("SPDX-2.2") : S("SPDX-2.3"));
	spdx_text(o, "DataLicense", "dataLicense", S("CC0-1.0"));
	spdx_text(o, "SPDXID", "SPDXID", S("SPDXRef-DOCUMENT"));
	spdx_text(o, "DocumentName", "name", name);
	(void)snprintf(space, sizeof(space), "https://spdx.org/spdxdocs/temper-%s",
		       format_uuid(w->inv, "spdx", uuid));
	spdx_text(o, "DocumentNamespace", "documentNamespace", str_of(space));
	if (!o->tag) {
		json_key(&o->s.json, S("creationInfo"));
		json_object(&o->s.json);
	}
	if (put_creators(w) < 0)
		return o->s.op->code;
	spdx_text(o, "Created", "created", str_of(w->date));
	if (!o->tag)
		json_object_end(&o->s.json);
	return 0;
}

static int prepare(struct writer *w, struct op *op)
{
	int rc = relations_make(op, w->inv, &w->rel);

	w->id = op_new(op, str, w->inv->package_n);
	rc = rc < 0 || w->id ? rc : op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < w->inv->package_n; i++)
		rc = package_id(op, &w->inv->package[i], &w->id[i]);
	return rc < 0 ? rc : spdx_files_make(op, w->inv, w->choice->files, &w->files);
}

static int write_document(struct op *op, const struct inventory *inv,
			  const struct sbom_format_choice *choice, sbom_sink *write, void *arg,
			  bool tag)
{
	struct writer w = { .inv = inv, .choice = choice };
	int rc = prepare(&w, op);

	if (rc < 0)
		return rc;
	sink_begin(&w.o.s, op, write, arg);
	w.o.s.json.indent = choice->indent;
	w.o.tag = tag;
	w.o.old = str_eq(choice->version, S("2.2"));
	buf_init(&w.comment, op, 256 << 20);
	(void)format_time(inv, choice, w.date);
	rc = put_head(&w);
	rc = rc < 0 ? rc : put_packages(&w);
	rc = rc < 0 ? rc : put_licences(&w);
	rc = rc < 0 ? rc : put_relations(&w);
	if (rc < 0)
		return rc;
	if (tag)
		buf_char(&w.o.s.b, '\n');
	annotate_document(&w);
	if (!tag)
		json_object_end(&w.o.s.json);
	return tag ? sink_close(&w.o.s) : sink_end(&w.o.s);
}

int format_spdx_json(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		     sbom_sink *write, void *arg)
{
	return write_document(op, inv, c, write, arg, false);
}

int format_spdx_tag(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		    sbom_sink *write, void *arg)
{
	return write_document(op, inv, c, write, arg, true);
}
