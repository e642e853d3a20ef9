/*
 * Syft's JSON, from its first schemas on (licences and cpes as texts, source.target) to those of
 * today. Ours come back whole by their members "temper".
 */
#include <string.h>

#include "base/limits.h"
#include "identity.h"
#include "read_impl.h"
#include "record.h"

static int read_licences(struct bom *b, const struct node *a, str *ret)
{
	ptrdiff_t n;
	const struct node *l = bom_list(a, "licenses", &n);
	struct texts t = { op_new(b->op, str, n), 0 };

	if (!t.p)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		str s = l[i].kind == NODE_TEXT ? l[i].text : bom_text(&l[i], "spdxExpression");
		t.p[t.n++] = s.len ? s : bom_text(&l[i], "value");
	}
	return bom_licence(b, &t, ret);
}

static int read_cpes(struct bom *b, const struct node *a, struct texts *ret)
{
	ptrdiff_t n;
	const struct node *c = bom_list(a, "cpes", &n);
	struct texts t = { op_new(b->op, str, n), 0 };

	if (!t.p)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		str s = c[i].kind == NODE_TEXT ? c[i].text : bom_text(&c[i], "cpe");
		if (s.len)
			t.p[t.n++] = s;
	}
	*ret = t;
	return 0;
}

static int layer_of(const struct bom *b, str id)
{
	const struct subject *s = &b->inv.subject;
	struct digest d;

	for (ptrdiff_t i = 0; id.len && digest_parse(id, &d) && i < s->layer_n; i++) {
		if (digest_eq(&s->layer[i].diff_id, &d))
			return (int)i;
	}
	return -1;
}

static int read_locations(struct bom *b, const struct node *a, struct package *p)
{
	ptrdiff_t n;
	const struct node *l = bom_list(a, "locations", &n);

	p->evidence = op_new(b->op, struct evidence, n);
	if (!p->evidence)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		str path = bom_text(&l[i], "path");
		p->evidence[i] = (struct evidence){ str_from(path, str_starts(path, S("/"))),
						    layer_of(b, bom_text(&l[i], "layerID")),
						    bom_text(a, "foundBy"), EVIDENCE_SBOM };
	}
	p->evidence_n = n;
	p->layer = n ? p->evidence[0].layer : -1;
	return 0;
}

/* What Grype would look at, of documents whose purls lack it. */
static void read_metadata(const struct node *m, struct package *p)
{
	if (p->arch.len == 0)
		p->arch = bom_text(m, "architecture");
	if (p->source.len == 0 && p->type == PACKAGE_DEB) {
		p->source = bom_text(m, "source");
		p->source_version = bom_text(m, "sourceVersion");
	}
	if (p->source.len == 0 && p->type == PACKAGE_APK)
		p->source = bom_text(m, "originPackage");
	if (str_eq(p->source, p->name) && p->source_version.len == 0)
		p->source = S("");
	p->supplier = bom_text(m, p->type == PACKAGE_RPM ? "vendor" : "maintainer");
	p->description = bom_text(m, "description");
	p->homepage = bom_text(m, "url");
}

static int read_facts(struct bom *b, const struct node *m, struct package *p)
{
	str label = bom_text(m, "modularityLabel");

	if (label.len == 0 || p->type != PACKAGE_RPM)
		return 0;
	p->facts.p = op_new(b->op, struct pair, 1);
	if (!p->facts.p)
		return b->op->code;
	p->facts.p[0] = (struct pair){ S("rpm:modularity"), label };
	p->facts.n = 1;
	return 0;
}

/* "sha1" with "Q1..." is apk's base64, which says nothing more than the path here. */
static int read_files(struct bom *b, const struct node *m, ptrdiff_t at)
{
	ptrdiff_t n;
	const struct node *f = bom_list(m, "files", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *d = node_get(&f[i], S("digest"));
		str path = f[i].kind == NODE_TEXT ? f[i].text : bom_text(&f[i], "path");
		size_t size;
		if (path.len == 0)
			continue;
		struct package_file *to = bom_file(b, at, path);
		if (!to)
			return b->op->code;
		unsigned kind = bom_hash_kind(bom_text(d, "algorithm"), &size);
		if (kind && bom_hex(bom_text(d, "value"), to->digest, size))
			to->hash = (uint8_t)kind;
		to->flags = str_eq(bom_text(&f[i], "isConfigFile"), S("true")) ? FILE_CONFIG : 0;
	}
	return 0;
}

static int read_artifact(struct bom *b, const struct node *a)
{
	const struct node *record = node_get(a, S("temper")), *m = node_get(a, S("metadata"));
	enum package_type type = package_type_of_name(bom_text(a, "type"));
	struct package p;
	str ref = bom_text(a, "id");
	ptrdiff_t at;
	int rc = identity_of(b->op, bom_text(a, "purl"), S(""), bom_text(a, "name"),
			     bom_text(a, "version"), &p);

	if (rc < 0)
		return rc;
	if (type != PACKAGE_UNKNOWN || record)
		p.type = type;
	rc = read_licences(b, a, &p.licence);
	rc = rc < 0 ? rc : read_cpes(b, a, &p.cpe);
	if (record) {
		p.id = p.purl;
		rc = rc < 0 ? rc : record_read_package(b, record, ref, &p);
	} else {
		read_metadata(m, &p);
		rc = rc < 0 ? rc : read_facts(b, m, &p);
		rc = rc < 0 ? rc : read_locations(b, a, &p);
	}
	if (rc < 0 || p.name.len == 0)
		return rc;
	rc = bom_add(b, ref, &p, &at);
	return rc < 0 || record ? rc : read_files(b, m, at);
}

static int read_relations(struct bom *b, const struct node *root)
{
	ptrdiff_t n;
	const struct node *r = bom_list(root, "artifactRelationships", &n);
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		str parent = bom_text(&r[i], "parent"), child = bom_text(&r[i], "child"),
		    type = bom_text(&r[i], "type");
		if (str_eq(type, S("dependency-of")))
			rc = bom_relate(b, RELATION_DEPENDS, child, parent);
		else if (str_eq(type, S("ownership-by-file-overlap")))
			rc = bom_relate(b, RELATION_OWNS, parent, child);
		else if (str_eq(type, S("contains")))
			rc = bom_relate(b, RELATION_CONTAINS, parent, child);
	}
	return rc;
}

static int read_source(struct bom *b, const struct node *source)
{
	const struct node *m = node_get(source, S("metadata"));
	struct subject *s = &b->inv.subject;
	ptrdiff_t n;

	m = m ? m : node_get(source, S("target"));
	s->kind = str_eq(bom_text(source, "type"), S("image")) ? SUBJECT_IMAGE : SUBJECT_DIRECTORY;
	s->name = bom_text(m, "userInput");
	if (s->name.len == 0)
		s->name = bom_text(source, "name");
	s->version = bom_text(source, "version");
	(void)digest_parse(bom_text(m, "manifestDigest"), &s->manifest);
	(void)digest_parse(bom_text(m, "imageID"), &s->config);
	const struct node *l = bom_list(m, "layers", &n);
	n = n < LIMIT_LAYERS ? n : LIMIT_LAYERS;
	s->layer = op_new(b->op, struct inventory_layer, n);
	if (!s->layer)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		(void)digest_parse(bom_text(&l[i], "digest"), &s->layer[i].diff_id);
		s->layer[i].media_type = bom_text(&l[i], "mediaType");
	}
	s->layer_n = n;
	return 0;
}

static void read_distro(struct bom *b, const struct node *d)
{
	struct os_identity *os = &b->inv.os;
	const struct node *like = node_get(d, S("idLike"));

	os->id = bom_text(d, "id");
	os->name = bom_text(d, "name");
	os->version_id = bom_text(d, "versionID");
	os->version = bom_text(d, "version");
	/* Schemas before 3 had the id as the name. */
	if (os->id.len == 0) {
		os->id = os->name;
		os->version_id = os->version;
	}
	os->pretty_name = bom_text(d, "prettyName");
	os->codename = bom_text(d, "versionCodename");
	os->variant_id = bom_text(d, "variantID");
	os->build_id = bom_text(d, "buildID");
	os->cpe = bom_text(d, "cpeName");
	os->home_url = bom_text(d, "homeURL");
	if (like && like->kind == NODE_LIST && like->n)
		os->id_like = like->child[0].text;
}

static int read_document(struct bom *b, const struct node *root)
{
	const struct node *record = node_get(root, S("temper"));
	ptrdiff_t n;
	int rc = 0;

	if (!record)
		return 0;
	b->inv.subject = (struct subject){ 0 };
	b->inv.os = (struct os_identity){ 0 };
	rc = record_read_subject(b, node_get(record, S("subject")));
	rc = rc < 0 ? rc : record_read_os(b, node_get(record, S("os")));
	rc = rc < 0 ? rc : record_read_rest(b, record);
	const struct node *f = bom_list(root, "files", &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct node wrapped = { .kind = NODE_MAP, .n = 1 },
			    *member = op_new(b->op, struct node, 1);
		const struct node *own = node_get(&f[i], S("temper"));
		if (!own)
			continue;
		if (!member)
			return b->op->code;
		*member = *own;
		member->key = S("file");
		wrapped.child = member;
		rc = record_read_file(b, &wrapped);
	}
	return rc;
}

int read_syft(struct bom *b, const struct node *root)
{
	const struct node *descriptor = node_get(root, S("descriptor"));
	ptrdiff_t n;
	const struct node *a = bom_list(root, "artifacts", &n);
	b->ours = node_get(root, S("temper")) != NULL;
	int rc = read_source(b, node_get(root, S("source")));

	b->inv.tool = bom_text(descriptor, "name");
	b->inv.tool_version = bom_text(descriptor, "version");
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = read_artifact(b, &a[i]);
	read_distro(b, node_get(root, S("distro")));
	rc = rc < 0 ? rc : read_relations(b, root);
	return rc < 0 ? rc : read_document(b, root);
}
