/*
 * CycloneDX 1.4 to 1.6, JSON and XML. What it has no place for stands in properties "temper:...",
 * by record.h: of a package in its component, of the system in the component operating-system, of
 * the subject and the rest in the metadata. Files of packages are components within their
 * package's; files of the tree are components of type file.
 */
#include <stdio.h>
#include <string.h>

#include "cdx.h"
#include "format_impl.h"
#include "identity.h"
#include "sys/clock.h"

struct writer {
	struct cdx c;
	const struct inventory *inv;
	const struct sbom_format_choice *choice;
	struct relations rel;
	struct record properties; /* "temper:" */
	bool open;                /* a list of properties has been begun */
	str root;                 /* bom-ref of the subject */
};

/* ---- pieces ---- */

static void put_property(void *arg, str name, str value)
{
	struct writer *w = arg;

	if (!w->open)
		cdx_list(&w->c, "properties");
	w->open = true;
	cdx_labelled(&w->c, "property", "name", name, "value", value);
	if (sink_flush(&w->c.s) < 0)
		w->c.s.b.bad = true;
}

static void properties_end(struct writer *w)
{
	if (w->open)
		cdx_list_end(&w->c);
	w->open = false;
}

static void hash_of(struct writer *w, unsigned kind, const uint8_t *digest)
{
	static const struct {
		unsigned kind;
		const char *name;
		size_t n;
	} known[] = { { HASH_MD5, "MD5", 16 },
		      { HASH_SHA1, "SHA-1", 20 },
		      { HASH_SHA256, "SHA-256", 32 } };
	char hex[DIGEST_HEX];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].kind == kind)
			cdx_labelled(&w->c, "hash", "alg", str_of(known[i].name), "content",
				     str_of(hex_text(digest, known[i].n, hex)));
	}
}

static void component(struct writer *w, const char *type, str ref)
{
	cdx_object(&w->c, "component", true);
	cdx_attribute(&w->c, "type", str_of(type));
	if (ref.len)
		cdx_attribute(&w->c, "bom-ref", ref);
}

static void name_in(struct writer *w, const char *object, str name)
{
	if (name.len == 0)
		return;
	cdx_object(&w->c, object, false);
	cdx_pair(&w->c, "name", name);
	cdx_object_end(&w->c);
}

static void reference(struct writer *w, const char *type, str url, bool *any)
{
	if (url.len == 0 || !identity_is_url(url))
		return;
	if (!*any)
		cdx_list(&w->c, "externalReferences");
	*any = true;
	cdx_object(&w->c, "reference", true);
	cdx_attribute(&w->c, "type", str_of(type));
	cdx_pair(&w->c, "url", url);
	cdx_object_end(&w->c);
}

/* ---- packages ---- */

static void put_author(struct writer *w, str author)
{
	if (author.len == 0)
		return;
	if (w->c.version < 16) {
		cdx_pair(&w->c, "author", author);
		return;
	}
	cdx_list(&w->c, "authors");
	cdx_object(&w->c, "author", true);
	cdx_pair(&w->c, "name", author);
	cdx_object_end(&w->c);
	cdx_list_end(&w->c);
}

/* Those checksums that it has a name for; *held is set to them. */
static int put_checksums(struct writer *w, const struct package *p, struct package *held)
{
	struct pair *kept = op_new(w->c.s.op, struct pair, p->checksum.n);

	if (!kept)
		return w->c.s.op->code;
	held->checksum = (struct pairs){ kept, 0 };
	for (ptrdiff_t i = 0; i < p->checksum.n; i++) {
		const char *name = identity_algorithm(&p->checksum.p[i], true);
		if (!name)
			continue;
		if (held->checksum.n == 0)
			cdx_list(&w->c, "hashes");
		cdx_labelled(&w->c, "hash", "alg", str_of(name), "content", p->checksum.p[i].value);
		kept[held->checksum.n++] = p->checksum.p[i];
	}
	if (held->checksum.n)
		cdx_list_end(&w->c);
	return 0;
}

static void put_licence(struct writer *w, const struct package *p, struct package *held)
{
	if (p->licence.len == 0 || str_eq(p->licence, S("NOASSERTION")))
		return;
	cdx_list(&w->c, "licenses");
	if (w->c.xml) {
		cdx_pair(&w->c, "expression", p->licence);
	} else {
		cdx_object(&w->c, "license", true);
		cdx_pair(&w->c, "expression", p->licence);
		cdx_object_end(&w->c);
	}
	cdx_list_end(&w->c);
	held->licence = p->licence;
}

static void put_references(struct writer *w, const struct package *p, struct package *held)
{
	bool any = false;

	reference(w, "website", p->homepage, &any);
	reference(w, "distribution", p->download, &any);
	str vcs = str_from(p->vcs, str_starts(p->vcs, S("git+")) ? 4 : 0);
	reference(w, "vcs", vcs, &any);
	if (any)
		cdx_list_end(&w->c);
	held->homepage = identity_is_url(p->homepage) ? p->homepage : S("");
	held->download = identity_is_url(p->download) ? p->download : S("");
	held->vcs = identity_is_url(vcs) ? vcs : S("");
}

static void put_flags(struct writer *w, unsigned flags)
{
	static const char *const name[] = { "temper:config", "temper:ghost",
					    "temper:documentation" };

	for (unsigned i = 0; i < 3; i++) {
		if (flags & 1U << i)
			put_property(w, str_of(name[i]), S("true"));
	}
	properties_end(w);
}

static int put_package_files(struct writer *w, const struct package *p)
{
	if (!w->choice->files || p->file_n == 0)
		return 0;
	cdx_list(&w->c, "components");
	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		const struct package_file *f = &p->file[i];
		component(w, "file", S(""));
		cdx_pair(&w->c, "name", f->path);
		if (f->hash) {
			cdx_list(&w->c, "hashes");
			hash_of(w, f->hash, f->digest);
			cdx_list_end(&w->c);
		}
		put_flags(w, f->flags);
		cdx_object_end(&w->c);
		int rc = sink_flush(&w->c.s);
		if (rc < 0)
			return rc;
	}
	cdx_list_end(&w->c);
	return 0;
}

/* Where it was found, for readers that know no property of ours. */
static void put_evidence(struct writer *w, const struct package *p)
{
	if (w->c.version < 15 || p->evidence_n == 0)
		return;
	cdx_object(&w->c, "evidence", false);
	cdx_list(&w->c, "occurrences");
	for (ptrdiff_t i = 0; i < p->evidence_n; i++) {
		cdx_object(&w->c, "occurrence", true);
		cdx_pair(&w->c, "location", p->evidence[i].path);
		cdx_object_end(&w->c);
	}
	cdx_list_end(&w->c);
	cdx_object_end(&w->c);
}

static int put_package(struct writer *w, ptrdiff_t at)
{
	const struct package *p = &w->inv->package[at];
	struct package held;
	int rc = identity_of(w->c.s.op, p->purl, identity_group(p), p->name, p->version, &held);

	if (rc < 0)
		return rc;
	component(w,
		  p->type == PACKAGE_BINARY   ? "application"
		  : p->type == PACKAGE_DOCKER ? "container"
					      : "library",
		  p->id);
	name_in(w, "supplier", p->supplier);
	put_author(w, p->author);
	cdx_pair_opt(&w->c, "group", identity_group(p));
	cdx_pair(&w->c, "name", p->name);
	cdx_pair_opt(&w->c, "version", p->version);
	cdx_pair_opt(&w->c, "description", p->description);
	rc = put_checksums(w, p, &held);
	put_licence(w, p, &held);
	bool cpe = p->cpe.n && identity_is_cpe(p->cpe.p[0]);
	if (cpe)
		cdx_pair(&w->c, "cpe", p->cpe.p[0]);
	cdx_pair_opt(&w->c, "purl", p->purl);
	put_references(w, p, &held);
	held.id = p->id;
	held.supplier = p->supplier;
	held.author = p->author;
	held.description = p->description;
	held.cpe = (struct texts){ p->cpe.p, cpe };
	record_package(&w->properties, &w->rel, at, &held, RECORD_RELATIONS | RECORD_NO_DEPENDS);
	properties_end(w);
	rc = rc < 0 ? rc : put_package_files(w, p);
	put_evidence(w, p);
	cdx_object_end(&w->c);
	return rc < 0 ? rc : sink_flush(&w->c.s);
}

/* ---- the system, the subject, the files ---- */

static int put_os(struct writer *w)
{
	const struct os_identity *os = &w->inv->os;
	str ref;

	if (os->id.len == 0)
		return 0;
	int rc = op_text(w->c.s.op, &ref, "os:%.*s@%.*s", STR_ARG(os->id), STR_ARG(os->version_id));
	if (rc < 0)
		return rc;
	component(w, "operating-system", ref);
	cdx_pair(&w->c, "name", os->id);
	cdx_pair_opt(&w->c, "version", os->version_id);
	cdx_pair_opt(&w->c, "description", os->pretty_name);
	w->properties.prefix = "temper:os:";
	record_os(&w->properties, w->inv);
	w->properties.prefix = "temper:";
	properties_end(w);
	cdx_object_end(&w->c);
	return 0;
}

static int put_files(struct writer *w)
{
	for (ptrdiff_t i = 0; w->choice->files && i < w->inv->file_n; i++) {
		const struct inventory_file *f = &w->inv->file[i];
		component(w, "file", S(""));
		cdx_pair(&w->c, "name", f->path);
		if (f->hashes) {
			cdx_list(&w->c, "hashes");
			hash_of(w, f->hashes & HASH_MD5, f->md5);
			hash_of(w, f->hashes & HASH_SHA1, f->sha1);
			hash_of(w, f->hashes & HASH_SHA256, f->sha256);
			cdx_list_end(&w->c);
		}
		record_file(&w->properties, w->inv, i, "file");
		properties_end(w);
		cdx_object_end(&w->c);
		int rc = sink_flush(&w->c.s);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void put_subject(struct writer *w, str purl)
{
	const struct subject *s = &w->inv->subject;
	char digest[DIGEST_TEXT];

	if (s->name.len == 0)
		return;
	cdx_object(&w->c, "component", false);
	cdx_attribute(&w->c, "type", s->kind == SUBJECT_IMAGE ? S("container") : S("file"));
	cdx_attribute(&w->c, "bom-ref", w->root);
	cdx_pair(&w->c, "name", s->name);
	if (!digest_is_zero(&s->manifest))
		cdx_pair(&w->c, "version", str_of(digest_text(&s->manifest, digest)));
	else
		cdx_pair_opt(&w->c, "version", s->version);
	if (!digest_is_zero(&s->manifest)) {
		cdx_list(&w->c, "hashes");
		hash_of(w, HASH_SHA256, s->manifest.b);
		cdx_list_end(&w->c);
	}
	cdx_pair_opt(&w->c, "purl", purl);
	cdx_object_end(&w->c);
}

static void put_one_tool(struct writer *w, str name, str version)
{
	if (w->c.version >= 15)
		component(w, "application", S(""));
	else
		cdx_object(&w->c, "tool", true);
	cdx_pair(&w->c, "name", name);
	cdx_pair_opt(&w->c, "version", version);
	cdx_object_end(&w->c);
}

/* Who found the packages, and who wrote this. */
static void put_tools(struct writer *w)
{
	const struct inventory *inv = w->inv;
	bool own = inv->tool.len == 0 || str_eq(inv->tool, S("temper"));

	if (w->c.version >= 15)
		cdx_object(&w->c, "tools", false);
	cdx_list(&w->c, w->c.version >= 15 ? "components" : "tools");
	if (!own)
		put_one_tool(w, inv->tool, inv->tool_version);
	put_one_tool(w, S("temper"),
		     own && inv->tool_version.len ? inv->tool_version : S(TEMPER_VERSION));
	cdx_list_end(&w->c);
	if (w->c.version >= 15)
		cdx_object_end(&w->c);
}

static int put_metadata(struct writer *w)
{
	char date[CLOCK_TEXT];
	str purl;
	int rc = format_subject_purl(w->c.s.op, w->inv, &purl);

	if (rc < 0)
		return rc;
	w->root = purl.len ? purl : S("subject");
	cdx_object(&w->c, "metadata", false);
	if (w->choice->time || w->inv->subject.created)
		cdx_pair(&w->c, "timestamp", str_of(format_time(w->inv, w->choice, date)));
	put_tools(w);
	put_subject(w, purl);
	w->properties.prefix = "temper:subject:";
	record_subject(&w->properties, w->inv);
	if (w->inv->os.id.len == 0) {
		w->properties.prefix = "temper:os:";
		record_os(&w->properties, w->inv);
	}
	w->properties.prefix = "temper:";
	record_rest(&w->properties, w->inv, 0);
	properties_end(w);
	cdx_object_end(&w->c);
	return 0;
}

/* ---- dependencies ---- */

static void put_dependency(struct writer *w, str ref)
{
	if (w->c.xml) {
		xml_open(&w->c.x, "dependency");
		xml_put_attribute(&w->c.x, "ref", ref);
		xml_close(&w->c.x);
	} else {
		json_text(&w->c.s.json, ref);
	}
}

static void put_dependencies_of(struct writer *w, ptrdiff_t at)
{
	const struct inventory *inv = w->inv;
	uint32_t last = UINT32_MAX;

	for (uint32_t i = w->rel.first[at]; i < w->rel.first[at + 1]; i++) {
		const struct relation *r = &inv->relation[w->rel.item[i]];
		if (r->kind != RELATION_DEPENDS || r->to == last)
			continue;
		if (last == UINT32_MAX) {
			cdx_object(&w->c, "dependency", true);
			cdx_attribute(&w->c, "ref", inv->package[at].id);
			if (!w->c.xml)
				cdx_list(&w->c, "dependsOn");
		}
		put_dependency(w, inv->package[r->to].id);
		last = r->to;
	}
	if (last == UINT32_MAX)
		return;
	if (!w->c.xml)
		cdx_list_end(&w->c);
	cdx_object_end(&w->c);
}

static int put_dependencies(struct writer *w)
{
	int rc = 0;

	cdx_list(&w->c, "dependencies");
	for (ptrdiff_t i = 0; rc == 0 && i < w->inv->package_n; i++) {
		put_dependencies_of(w, i);
		rc = sink_flush(&w->c.s);
	}
	cdx_list_end(&w->c);
	return rc;
}

/* What a scan has found, by whoever asks for it. */
static int put_vulnerabilities(struct writer *w)
{
	const struct sbom_format_choice *c = w->choice;
	int rc = 0;

	if (!c->vulnerability || w->c.xml)
		return 0;
	cdx_list(&w->c, "vulnerabilities");
	for (ptrdiff_t i = 0; rc == 0 && i < c->vulnerability_n; i++) {
		c->vulnerability(w->c.s.op, c->arg, &w->c.s.json, i);
		rc = sink_flush(&w->c.s);
	}
	cdx_list_end(&w->c);
	return rc;
}

/* ---- the document ---- */

static void begin_json(struct writer *w, str serial)
{
	struct json_out *j = &w->c.s.json;
	char schema[80];

	(void)snprintf(schema, sizeof(schema), "http://cyclonedx.org/schema/bom-%.*s.schema.json",
		       STR_ARG(w->choice->version));
	j->indent = w->choice->indent;
	json_object(j);
	json_pair(j, "$schema", str_of(schema));
	json_pair(j, "bomFormat", S("CycloneDX"));
	json_pair(j, "specVersion", w->choice->version);
	json_pair(j, "serialNumber", serial);
	json_pair_u64(j, "version", 1);
}

static void begin_xml(struct writer *w, str serial)
{
	char space[80];

	(void)snprintf(space, sizeof(space), "http://cyclonedx.org/schema/bom/%.*s",
		       STR_ARG(w->choice->version));
	xml_begin(&w->c.x, &w->c.s.b, w->choice->indent);
	xml_open(&w->c.x, "bom");
	xml_put_attribute(&w->c.x, "xmlns", str_of(space));
	xml_put_attribute(&w->c.x, "serialNumber", serial);
	xml_put_attribute(&w->c.x, "version", S("1"));
}

static int put_document(struct writer *w)
{
	int rc = put_metadata(w);

	if (rc < 0)
		return rc;
	cdx_list(&w->c, "components");
	for (ptrdiff_t i = 0; rc == 0 && i < w->inv->package_n; i++)
		rc = put_package(w, i);
	rc = rc < 0 ? rc : put_os(w);
	rc = rc < 0 ? rc : put_files(w);
	cdx_list_end(&w->c);
	rc = rc < 0 ? rc : put_dependencies(w);
	return rc < 0 ? rc : put_vulnerabilities(w);
}

static int write_document(struct op *op, const struct inventory *inv,
			  const struct sbom_format_choice *choice, sbom_sink *write, void *arg,
			  bool xml)
{
	struct writer w = { .inv = inv, .choice = choice };
	char uuid[SINK_UUID], serial[64];
	int rc = relations_make(op, inv, &w.rel);

	if (rc < 0)
		return rc;
	sink_begin(&w.c.s, op, write, arg);
	w.c.xml = xml;
	w.c.version = str_eq(choice->version, S("1.4"))   ? 14
		      : str_eq(choice->version, S("1.5")) ? 15
							  : 16;
	record_to_properties(&w.properties, op, "temper:", put_property, &w);
	(void)snprintf(
		serial, sizeof(serial), "urn:uuid:%s",
		format_uuid(inv, choice->vulnerability ? "cyclonedx-vulnerabilities" : "cyclonedx",
			    uuid));
	if (xml)
		begin_xml(&w, str_of(serial));
	else
		begin_json(&w, str_of(serial));
	rc = put_document(&w);
	if (rc < 0)
		return rc;
	if (xml)
		xml_close(&w.c.x);
	else
		json_object_end(&w.c.s.json);
	return sink_end(&w.c.s);
}

int format_cyclonedx_json(struct op *op, const struct inventory *inv,
			  const struct sbom_format_choice *c, sbom_sink *write, void *arg)
{
	return write_document(op, inv, c, write, arg, false);
}

int format_cyclonedx_xml(struct op *op, const struct inventory *inv,
			 const struct sbom_format_choice *c, sbom_sink *write, void *arg)
{
	return write_document(op, inv, c, write, arg, true);
}
