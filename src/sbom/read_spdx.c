/*
 * SPDX 2.x. Which package is the subject, which the system and which only a frame (Trivy's lock
 * files) is told by purpose and identifier; all others are packages. Ours come back whole by the
 * JSON in their annotations.
 */
#include <string.h>

#include "identity.h"
#include "read_impl.h"
#include "record.h"
#include "sys/clock.h"

struct reader {
	struct bom *b;
	struct map place; /* SPDXID of a file: its position in file, and 1 */
	const struct node *file;
	str subject; /* SPDXID of what the document describes */
};

/* "NOASSERTION" and "NONE" say nothing. */
static str told(str s)
{
	return str_eq(s, S("NOASSERTION")) || str_eq(s, S("NONE")) ? S("") : s;
}

/* "Organization: NAME (mail)" without what it is. */
static str party(str s)
{
	static const str kind[] = { S_INIT("Organization: "), S_INIT("Person: "),
				    S_INIT("Tool: ") };

	s = told(s);
	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		if (str_starts(s, kind[i]))
			return str_from(s, kind[i].len);
	}
	return s;
}

/* The JSON of ours among the annotations of an element; NULL if there is none. *rc: a failure. */
static const struct node *own(struct bom *b, const struct node *element, int *rc)
{
	ptrdiff_t n;
	const struct node *a = bom_list(element, "annotations", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		str comment = bom_text(&a[i], "comment");
		if (!str_starts(bom_text(&a[i], "annotator"), S("Tool: temper-")) ||
		    !str_starts(comment, S("{")))
			continue;
		struct doc *doc = op_new(b->op, struct doc, 1);
		*rc = doc ? json_parse(b->op, b->what, comment, doc) : b->op->code;
		if (*rc != ERR_FORMAT)
			return *rc < 0 ? NULL : &doc->root;
		op_forgive(b->op);
		*rc = 0;
	}
	return NULL;
}

static int read_references(struct bom *b, const struct node *p, str *ret_purl, struct texts *cpes)
{
	ptrdiff_t n, count = 0;
	const struct node *r = bom_list(p, "externalRefs", &n);

	*ret_purl = S("");
	*cpes = (struct texts){ op_new(b->op, str, n), 0 };
	if (!cpes->p)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		str type = bom_text(&r[i], "referenceType"),
		    locator = bom_text(&r[i], "referenceLocator");
		if (str_ends(type, S("purl")) && ret_purl->len == 0)
			*ret_purl = locator;
		else if (str_ends(type, S("cpe23Type")) || str_ends(type, S("cpe22Type")))
			cpes->p[count++] = locator;
	}
	cpes->n = count;
	return 0;
}

static int read_checksums(struct bom *b, const struct node *map, struct package *p)
{
	ptrdiff_t n;
	const struct node *c = bom_list(map, "checksums", &n);

	for (ptrdiff_t i = 0; i < n && i < 16; i++) {
		int rc = bom_checksum(b, p, bom_text(&c[i], "algorithm"),
				      bom_text(&c[i], "checksumValue"));
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Of others: the first file that the entry says it was found in (Syft), or its source (Trivy: "built
 * package from: shadow 1:4.13+dfsg1-1"). */
static int read_source(struct bom *b, const struct node *map, struct package *p)
{
	str info = bom_text(map, "sourceInfo"), built = S("built package from: ");
	ptrdiff_t at = str_rfind(info, ':');

	if (str_starts(info, built) && package_kinds[p->type].is_system && p->source.len == 0) {
		info = str_from(info, built.len);
		str name = str_word(&info), version = str_word(&info);
		if (name.len)
			bom_source(p, name, version);
		return 0;
	}
	if (!str_starts(info, S("acquired package info from")) || at < 0)
		return 0;
	info = str_trim(str_from(info, at + 1));
	p->evidence = op_new(b->op, struct evidence, 1);
	if (!p->evidence)
		return b->op->code;
	p->evidence[0] = (struct evidence){ str_from(info, str_starts(info, S("/"))), -1, S(""),
					    EVIDENCE_SBOM };
	p->evidence_n = info.len > 0;
	return 0;
}

static int read_package(struct reader *r, const struct node *map, str purl,
			const struct texts *cpes)
{
	struct bom *b = r->b;
	struct package p;
	str ref = bom_text(map, "SPDXID");
	int rc = identity_of(b->op, purl, S(""), bom_text(map, "name"),
			     told(bom_text(map, "versionInfo")), &p);

	if (rc < 0)
		return rc;
	p.cpe = *cpes;
	str licence = told(bom_text(map, "licenseDeclared"));
	if (licence.len == 0)
		licence = told(bom_text(map, "licenseConcluded"));
	struct texts licences = { &licence, licence.len > 0 };
	if ((rc = bom_licence(b, &licences, &p.licence)) < 0)
		return rc;
	p.supplier = party(bom_text(map, "supplier"));
	p.author = party(bom_text(map, "originator"));
	p.homepage = told(bom_text(map, "homepage"));
	p.download = told(bom_text(map, "downloadLocation"));
	p.description = bom_text(map, "description");
	rc = read_checksums(b, map, &p);
	const struct node *record = rc < 0 ? NULL : own(b, map, &rc);
	if (record)
		rc = record_read_package(b, record, ref, &p);
	else if (rc == 0 && !b->ours)
		rc = read_source(b, map, &p);
	if (b->ours && p.id.len == 0)
		p.id = p.purl;
	return rc < 0 || p.name.len == 0 ? rc : bom_add(b, ref, &p, NULL);
}

static bool purpose_is(const struct node *map, const char *word)
{
	str s = bom_text(map, "primaryPackagePurpose"), want = str_of(word);

	return s.len == want.len && memcmp(s.p, want.p, (size_t)(s.len < 9 ? s.len : 9)) == 0;
}

static bool is_image_purl(str purl)
{
	return str_starts(purl, S("pkg:oci/")) || str_starts(purl, S("pkg:docker/"));
}

/* A frame of the document's, not a package. */
static bool is_subject(const struct reader *r, const struct node *map, str id, str purl)
{
	if (str_starts(id, S("SPDXRef-DocumentRoot-")))
		return true;
	if (!str_eq(id, r->subject))
		return false;
	return is_image_purl(purl) || purl.len == 0 || purpose_is(map, "CONTAINER");
}

static void read_subject(struct bom *b, const struct node *map, str purl)
{
	struct subject *s = &b->inv.subject;
	str version = bom_text(map, "versionInfo");

	if (s->name.len)
		return;
	s->kind = is_image_purl(purl) || purpose_is(map, "CONTAINER") ? SUBJECT_IMAGE
								      : SUBJECT_DIRECTORY;
	s->name = bom_text(map, "name");
	if (!digest_parse(version, &s->manifest))
		s->version = version;
}

static int read_element(struct reader *r, const struct node *map)
{
	struct bom *b = r->b;
	str id = bom_text(map, "SPDXID"), purl;
	struct texts cpes;
	int rc = read_references(b, map, &purl, &cpes);

	if (rc < 0)
		return rc;
	if (is_subject(r, map, id, purl)) {
		read_subject(b, map, purl);
		return 0;
	}
	if (purpose_is(map, "OPERATING_SYSTEM") || str_starts(id, S("SPDXRef-OperatingSystem"))) {
		if (b->inv.os.id.len == 0) {
			b->inv.os.id = bom_text(map, "name");
			b->inv.os.version_id = told(bom_text(map, "versionInfo"));
		}
		return 0;
	}
	if (purl.len == 0 && str_starts(id, S("SPDXRef-Application-")))
		return 0;
	return read_package(r, map, purl, &cpes);
}

/* ---- files and relations ---- */

static int read_files(struct reader *r, const struct node *root)
{
	ptrdiff_t n;
	const struct node *f = r->file = bom_list(root, "files", &n);

	map_init(&r->place, r->b->op);
	for (ptrdiff_t i = 0; i < n; i++) {
		str comment = bom_text(&f[i], "comment"), id = bom_text(&f[i], "SPDXID");
		struct doc doc;
		int rc = 0;
		if (r->b->ours && str_starts(comment, S("{"))) {
			rc = json_parse(r->b->op, r->b->what, comment, &doc);
			rc = rc < 0 ? rc : record_read_file(r->b, &doc.root);
		} else if (id.len) {
			rc = map_put(&r->place, id, (void *)(uintptr_t)(i + 1));
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Is `id` a file? Then it is one of the package's. */
static int contain_file(struct reader *r, str package, str id)
{
	uintptr_t at = (uintptr_t)map_get(&r->place, id),
		  owner = (uintptr_t)map_get(&r->b->place, package);
	ptrdiff_t hashes;
	const struct node *f = r->file;

	if (!at || !owner || !f)
		return 0;
	struct package_file *to =
		bom_file(r->b, (ptrdiff_t)owner - 1, bom_text(&f[at - 1], "fileName"));
	if (!to)
		return r->b->op->code;
	const struct node *c = bom_list(&f[at - 1], "checksums", &hashes);
	for (ptrdiff_t i = 0; i < hashes && !to->hash; i++) {
		size_t size;
		unsigned kind = bom_hash_kind(bom_text(&c[i], "algorithm"), &size);
		if (kind && bom_hex(bom_text(&c[i], "checksumValue"), to->digest, size))
			to->hash = (uint8_t)kind;
	}
	return 0;
}

static int read_relation(struct reader *r, const struct node *map)
{
	str type = bom_text(map, "relationshipType"), from = bom_text(map, "spdxElementId");
	str to = bom_text(map, "relatedSpdxElement");

	if (str_eq(type, S("DEPENDS_ON")))
		return bom_relate(r->b, RELATION_DEPENDS, from, to);
	if (str_eq(type, S("DEPENDENCY_OF")) || str_eq(type, S("RUNTIME_DEPENDENCY_OF")))
		return bom_relate(r->b, RELATION_DEPENDS, to, from);
	if (str_eq(type, S("OTHER")) &&
	    str_starts(bom_text(map, "comment"), S("ownership-by-file-overlap")))
		return bom_relate(r->b, RELATION_OWNS, from, to);
	if (str_eq(type, S("CONTAINED_BY")))
		return bom_relate(r->b, RELATION_CONTAINS, to, from);
	if (!str_eq(type, S("CONTAINS")))
		return 0;
	if (map_find(&r->place, to) >= 0)
		return contain_file(r, from, to);
	return bom_relate(r->b, RELATION_CONTAINS, from, to);
}

static int read_relations(struct reader *r, const struct node *root)
{
	ptrdiff_t n;
	const struct node *list = bom_list(root, "relationships", &n);
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = read_relation(r, &list[i]);
	list = bom_list(root, "packages", &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		ptrdiff_t files;
		const struct node *f = bom_list(&list[i], "hasFiles", &files);
		for (ptrdiff_t k = 0; rc == 0 && k < files; k++)
			rc = contain_file(r, bom_text(&list[i], "SPDXID"), f[k].text);
	}
	return rc;
}

static str described(const struct node *root)
{
	ptrdiff_t n;
	const struct node *d = bom_list(root, "documentDescribes", &n);

	if (n == 1)
		return d[0].text;
	d = bom_list(root, "relationships", &n);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (str_eq(bom_text(&d[i], "relationshipType"), S("DESCRIBES")))
			return bom_text(&d[i], "relatedSpdxElement");
	}
	return S("");
}

/* "-1" or "-v1" */
static bool begins_version(str s)
{
	if (!str_starts(s, S("-")))
		return false;
	s = str_from(s, str_starts(s, S("-v")) ? 2 : 1);
	return s.len && s.p[0] >= '0' && s.p[0] <= '9';
}

/* "Tool: syft-v1.2.3": the version begins behind the first '-' that a digit, or v and one, follows.
 */
static void read_creators(struct bom *b, const struct node *info)
{
	ptrdiff_t n;
	const struct node *c = bom_list(info, "creators", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		str s = c[i].text;
		if (!str_starts(s, S("Tool: ")))
			continue;
		s = str_from(s, 6);
		ptrdiff_t at = 0;
		while (at < s.len && !begins_version(str_from(s, at)))
			at++;
		b->ours |= str_starts(s, S("temper-"));
		if (b->inv.tool.len)
			continue;
		b->inv.tool = str_head(s, at);
		b->inv.tool_version = str_from(s, at + 1);
	}
	(void)clock_parse_rfc3339(bom_text(info, "created"), &b->inv.subject.created);
}

static int read_document(struct bom *b, const struct node *root)
{
	int rc = 0;
	const struct node *record = own(b, root, &rc);

	if (!record)
		return rc;
	b->inv.subject = (struct subject){ 0 };
	rc = record_read_subject(b, node_get(record, S("subject")));
	rc = rc < 0 ? rc : record_read_os(b, node_get(record, S("os")));
	return rc < 0 ? rc : record_read_rest(b, record);
}

int read_spdx_json(struct bom *b, const struct node *root)
{
	struct reader r = { .b = b, .subject = described(root) };
	ptrdiff_t n;
	const struct node *p = bom_list(root, "packages", &n);
	int rc = 0;

	read_creators(b, node_get(root, S("creationInfo")));
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = read_element(&r, &p[i]);
	rc = rc < 0 ? rc : read_files(&r, root);
	rc = rc < 0 ? rc : read_relations(&r, root);
	return rc < 0 ? rc : read_document(b, root);
}
