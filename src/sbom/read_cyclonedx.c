/*
 * CycloneDX: components at any depth, dependencies, properties. Ours come back whole by their
 * properties "temper:..."; of others' the properties of Syft and Trivy are understood that say what
 * a component is and where it was found.
 */
#include <string.h>

#include "base/limits.h"
#include "identity.h"
#include "read_impl.h"
#include "record.h"
#include "sys/clock.h"

static int properties_of(struct op *op, const struct node *map, struct pairs *ret)
{
	ptrdiff_t n;
	const struct node *p = bom_list(map, "properties", &n);
	struct pairs pairs = { op_new(op, struct pair, n), 0 };

	if (!pairs.p)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct pair *pair = &pairs.p[pairs.n];
		*pair = (struct pair){ bom_text(&p[i], "name"), bom_text(&p[i], "value") };
		pairs.n += pair->key.len > 0;
	}
	*ret = pairs;
	return 0;
}

static str property(const struct pairs *p, const char *name)
{
	for (ptrdiff_t i = 0; i < p->n; i++) {
		if (str_eq(p->p[i].key, str_of(name)))
			return p->p[i].value;
	}
	return S("");
}

/* An expression, or the licences of a list, all of which hold. */
static int read_licences(struct bom *b, const struct node *map, str *ret)
{
	ptrdiff_t n;
	const struct node *l = bom_list(map, "licenses", &n);
	struct texts t = { op_new(b->op, str, n), 0 };

	if (!t.p)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *one = node_get(&l[i], S("license"));
		str s = bom_text(&l[i], "expression");
		if (s.len == 0)
			s = bom_text(one, "id");
		t.p[t.n++] = s.len ? s : bom_text(one, "name");
	}
	return bom_licence(b, &t, ret);
}

static int read_hashes(struct bom *b, const struct node *map, struct package *p)
{
	ptrdiff_t n;
	const struct node *h = bom_list(map, "hashes", &n);

	for (ptrdiff_t i = 0; i < n && i < 16; i++) {
		int rc = bom_checksum(b, p, bom_text(&h[i], "alg"), bom_text(&h[i], "content"));
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void read_references(const struct node *map, struct package *p)
{
	ptrdiff_t n;
	const struct node *r = bom_list(map, "externalReferences", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		str type = bom_text(&r[i], "type"), url = bom_text(&r[i], "url");
		if (str_eq(type, S("website")) && p->homepage.len == 0)
			p->homepage = url;
		else if (str_eq(type, S("distribution")) && p->download.len == 0)
			p->download = url;
		else if (str_eq(type, S("vcs")) && p->vcs.len == 0)
			p->vcs = url;
	}
}

/* Where others say that it was found. */
static int read_occurrences(struct bom *b, const struct node *map, const struct pairs *properties,
			    struct package *p)
{
	ptrdiff_t n;
	const struct node *o = bom_list(node_get(map, S("evidence")), "occurrences", &n);
	str path = property(properties, "syft:location:0:path");

	if (path.len == 0)
		path = property(properties, "aquasecurity:trivy:FilePath");
	p->evidence = op_new(b->op, struct evidence, n + 1);
	if (!p->evidence)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		str at = bom_text(&o[i], "location");
		if (at.len)
			p->evidence[p->evidence_n++] =
				(struct evidence){ at, -1, S(""), EVIDENCE_SBOM };
	}
	if (p->evidence_n == 0 && path.len)
		p->evidence[p->evidence_n++] =
			(struct evidence){ str_from(path, str_starts(path, S("/"))), -1,
					   property(properties, "syft:package:foundBy"),
					   EVIDENCE_SBOM };
	return 0;
}

static void take_type(struct package *p, const struct pairs *properties)
{
	str type = property(properties, "syft:package:type");

	if (type.len && package_type_of_name(type) != PACKAGE_UNKNOWN)
		p->type = package_type_of_name(type);
}

/* Trivy's: "SrcName", "SrcEpoch", "SrcVersion", "SrcRelease" of a distribution's package, and the
 * module of an RPM. */
static int take_source(struct bom *b, const struct pairs *properties, struct package *p)
{
	str name = property(properties, "aquasecurity:trivy:SrcName");
	str epoch = property(properties, "aquasecurity:trivy:SrcEpoch");
	str version = property(properties, "aquasecurity:trivy:SrcVersion");
	str release = property(properties, "aquasecurity:trivy:SrcRelease");
	str module = property(properties, "aquasecurity:trivy:Modularitylabel");

	if (module.len && p->type == PACKAGE_RPM) {
		if (!(p->facts.p = op_new(b->op, struct pair, 1)))
			return b->op->code;
		p->facts.p[p->facts.n++] = (struct pair){ S("rpm:modularity"), module };
	}
	if (p->source.len || name.len == 0 || !package_kinds[p->type].is_system)
		return 0;
	if (version.len &&
	    op_text(b->op, &version, "%.*s%s%.*s%s%.*s", STR_ARG(epoch), epoch.len ? ":" : "",
		    STR_ARG(version), release.len ? "-" : "", STR_ARG(release)) < 0)
		return b->op->code;
	bom_source(p, name, version);
	return 0;
}

static int read_files(struct bom *b, const struct node *map, ptrdiff_t at)
{
	ptrdiff_t n;
	const struct node *c = bom_list(map, "components", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		struct pairs properties;
		ptrdiff_t hashes;
		size_t size;
		if (!str_eq(bom_text(&c[i], "type"), S("file")) || bom_text(&c[i], "purl").len)
			continue;
		struct package_file *f = bom_file(b, at, bom_text(&c[i], "name"));
		int rc = f ? properties_of(b->op, &c[i], &properties) : b->op->code;
		if (rc < 0)
			return rc;
		const struct node *h = bom_list(&c[i], "hashes", &hashes);
		for (ptrdiff_t k = 0; k < hashes && !f->hash; k++) {
			unsigned kind = bom_hash_kind(bom_text(&h[k], "alg"), &size);
			if (kind && bom_hex(bom_text(&h[k], "content"), f->digest, size))
				f->hash = (uint8_t)kind;
		}
		f->flags =
			(uint8_t)((property(&properties, "temper:config").len ? FILE_CONFIG : 0) |
				  (property(&properties, "temper:ghost").len ? FILE_GHOST : 0) |
				  (property(&properties, "temper:documentation").len ? FILE_DOC
										     : 0));
	}
	return 0;
}

static int read_package(struct bom *b, const struct node *c, const struct pairs *properties)
{
	const struct node *authors = node_get(c, S("authors"));
	str cpe = bom_text(c, "cpe"), ref = bom_text(c, "bom-ref");
	struct node own;
	struct package p;
	ptrdiff_t at;
	int rc = identity_of(b->op, bom_text(c, "purl"), bom_text(c, "group"), bom_text(c, "name"),
			     bom_text(c, "version"), &p);

	if (rc < 0 || (rc = record_of_properties(b->op, properties, S("temper:"), &own)) < 0)
		return rc;
	p.supplier = bom_text(node_get(c, S("supplier")), "name");
	p.author = authors && authors->n && authors->kind == NODE_LIST
			   ? bom_text(&authors->child[0], "name")
			   : bom_text(c, "author");
	p.description = bom_text(c, "description");
	rc = read_licences(b, c, &p.licence);
	rc = rc < 0 ? rc : read_hashes(b, c, &p);
	read_references(c, &p);
	if (cpe.len)
		rc = rc < 0 ? rc : bom_append(b->op, &p.cpe, cpe);
	if (b->ours) {
		p.id = ref;
	} else {
		take_type(&p, properties);
		rc = rc < 0 ? rc : take_source(b, properties, &p);
		rc = rc < 0 ? rc : read_occurrences(b, c, properties, &p);
	}
	rc = rc < 0 ? rc : record_read_package(b, &own, ref, &p);
	if (rc < 0 || p.name.len == 0)
		return rc;
	rc = bom_add(b, ref, &p, &at);
	return rc < 0 ? rc : read_files(b, c, at);
}

static int read_os(struct bom *b, const struct node *c, const struct pairs *properties)
{
	struct os_identity *os = &b->inv.os;
	struct node own;
	int rc = record_of_properties(b->op, properties, S("temper:os:"), &own);

	if (rc < 0 || os->id.len)
		return rc;
	if (own.n)
		return record_read_os(b, &own);
	os->id = property(properties, "syft:distro:id");
	os->id = os->id.len ? os->id : bom_text(c, "name");
	os->version_id = property(properties, "syft:distro:versionID");
	os->version_id = os->version_id.len ? os->version_id : bom_text(c, "version");
	os->pretty_name = property(properties, "syft:distro:prettyName");
	os->codename = property(properties, "syft:distro:versionCodename");
	os->id_like = property(properties, "syft:distro:idLike:0");
	return 0;
}

/* What is a package, and what only frames others: a lock file, a part of the tree. */
static bool is_package(const struct node *c, const struct pairs *properties, str type)
{
	static const char *const types[] = { "library",  "application",   "framework", "container",
					     "firmware", "device-driver", "platform" };

	if (bom_text(c, "purl").len)
		return true;
	if (property(properties, "aquasecurity:trivy:Class").len)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (str_eq(type, str_of(types[i])))
			return true;
	}
	return false;
}

static int read_component(struct bom *b, const struct node *c)
{
	struct pairs properties;
	struct node own;
	str type = bom_text(c, "type");
	int rc = properties_of(b->op, c, &properties);

	if (rc < 0)
		return rc;
	if (str_eq(type, S("operating-system")))
		return read_os(b, c, &properties);
	if (str_eq(type, S("file")) && property(&properties, "temper:file").len) {
		rc = record_of_properties(b->op, &properties, S("temper:"), &own);
		return rc < 0 ? rc : record_read_file(b, &own);
	}
	return is_package(c, &properties, type) ? read_package(b, c, &properties) : 0;
}

/* All components, those within others behind them. Depth is the parser's: below LIMIT_DEPTH. */
static int read_components(struct bom *b, const struct node *list, ptrdiff_t n, int depth)
{
	int rc = depth > LIMIT_DEPTH
			 ? op_fail(b->op, ERR_LIMIT, "%.*s: components too deep", STR_ARG(b->what))
			 : 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		ptrdiff_t inner_n;
		const struct node *inner;
		rc = read_component(b, &list[i]);
		inner = bom_list(&list[i], "components", &inner_n);
		rc = rc < 0 ? rc : read_components(b, inner, inner_n, depth + 1);
	}
	return rc;
}

static int read_dependencies(struct bom *b, const struct node *root)
{
	ptrdiff_t n, to_n;
	const struct node *d = bom_list(root, "dependencies", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *to = bom_list(&d[i], "dependsOn", &to_n);
		for (ptrdiff_t k = 0; k < to_n; k++) {
			int rc =
				bom_relate(b, RELATION_DEPENDS, bom_text(&d[i], "ref"), to[k].text);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

static void read_tool(struct bom *b, const struct node *tools)
{
	const struct node *list =
		tools && tools->kind == NODE_MAP ? node_get(tools, S("components")) : tools;

	if (!list || list->kind != NODE_LIST || list->n == 0)
		return;
	for (ptrdiff_t i = 0; i < list->n; i++)
		b->ours |= str_eq(bom_text(&list->child[i], "name"), S("temper"));
	b->inv.tool = bom_text(&list->child[0], "name");
	b->inv.tool_version = bom_text(&list->child[0], "version");
}

/* Of others: the component that the document is about. */
static void read_subject(struct bom *b, const struct node *metadata)
{
	const struct node *c = node_get(metadata, S("component"));
	struct subject *s = &b->inv.subject;

	s->kind = str_eq(bom_text(c, "type"), S("container")) ? SUBJECT_IMAGE : SUBJECT_DIRECTORY;
	s->name = bom_text(c, "name");
	if (!digest_parse(bom_text(c, "version"), &s->manifest))
		s->version = bom_text(c, "version");
	(void)clock_parse_rfc3339(bom_text(metadata, "timestamp"), &s->created);
}

static int read_metadata(struct bom *b, const struct node *metadata)
{
	struct pairs properties;
	struct node subject, os, rest;
	int rc = properties_of(b->op, metadata, &properties);

	rc = rc < 0 ? rc : record_of_properties(b->op, &properties, S("temper:subject:"), &subject);
	rc = rc < 0 ? rc : record_of_properties(b->op, &properties, S("temper:os:"), &os);
	rc = rc < 0 ? rc : record_of_properties(b->op, &properties, S("temper:"), &rest);
	if (rc < 0)
		return rc;
	read_tool(b, node_get(metadata, S("tools")));
	if (subject.n)
		rc = record_read_subject(b, &subject);
	else
		read_subject(b, metadata);
	rc = rc < 0 || !os.n ? rc : record_read_os(b, &os);
	return rc < 0 ? rc : record_read_rest(b, &rest);
}

/* What others call this document by. */
static int read_link(struct bom *b, const struct node *root)
{
	const struct node *v = node_get(root, S("version"));
	str serial = bom_text(root, "serialNumber"), version = S("1");

	if (!str_starts(serial, S("urn:uuid:")))
		return 0;
	if (v)
		(void)node_text(v, &version);
	return op_text(b->op, &b->inv.subject.bom_link, "urn:cdx:%.*s/%.*s",
		       STR_ARG(str_from(serial, 9)), STR_ARG(version));
}

int read_cyclonedx_json(struct bom *b, const struct node *root)
{
	ptrdiff_t n;
	const struct node *c = bom_list(root, "components", &n);
	int rc = read_metadata(b, node_get(root, S("metadata")));

	rc = rc < 0 ? rc : read_link(b, root);
	rc = rc < 0 ? rc : read_components(b, c, n, 0);
	return rc < 0 ? rc : read_dependencies(b, root);
}

/* ---- XML: the same document as JSON would have it ---- */

static bool is_list(str name)
{
	static const char *const lists[] = { "components",  "dependencies", "externalReferences",
					     "hashes",      "licenses",     "properties",
					     "occurrences", "authors" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (str_eq(name, str_of(lists[i])))
			return true;
	}
	return false;
}

/* What the text of an element is called in JSON, where it has attributes beside it. */
static str text_key(str name)
{
	return str_eq(name, S("hash"))       ? S("content")
	       : str_eq(name, S("property")) ? S("value")
					     : S("text");
}

static int node_of(struct op *op, const struct xml_node *x, int depth, struct node *ret);

static int children_of(struct op *op, const struct xml_node *x, int depth, struct node *ret)
{
	for (ptrdiff_t i = 0; i < x->n; i++) {
		struct node *child = &ret->child[ret->n];
		int rc = node_of(op, &x->child[i], depth + 1, child);
		if (rc < 0)
			return rc;
		child->key = x->child[i].local;
		ret->n++;
	}
	return 0;
}

/* <dependency ref="a"><dependency ref="b"/></dependency>: {"ref": "a", "dependsOn": ["b"]}. */
static int dependency_of(struct op *op, const struct xml_node *x, struct node *ret)
{
	struct node *member = op_new(op, struct node, 2), *to = op_new(op, struct node, x->n);

	if (!member || !to)
		return op->code;
	for (ptrdiff_t i = 0; i < x->n; i++)
		to[i] = (struct node){ .kind = NODE_TEXT,
				       .text = xml_attribute(&x->child[i], S("ref")) };
	member[0] = (struct node){ .kind = NODE_TEXT,
				   .key = S("ref"),
				   .text = xml_attribute(x, S("ref")) };
	member[1] =
		(struct node){ .kind = NODE_LIST, .key = S("dependsOn"), .child = to, .n = x->n };
	*ret = (struct node){ .kind = NODE_MAP, .child = member, .n = 2 };
	return 0;
}

/* A licence or expression as an element of "licenses". */
static int licence_of(struct op *op, const struct xml_node *x, int depth, struct node *ret)
{
	struct node *member = op_new(op, struct node, 1);
	int rc = member ? node_of(op, x, depth + 1, member) : op->code;

	if (rc < 0)
		return rc;
	member->key = x->local;
	if (str_eq(x->local, S("expression")))
		*member = (struct node){ .kind = NODE_TEXT, .key = x->local, .text = x->text };
	*ret = (struct node){ .kind = NODE_MAP, .child = member, .n = 1 };
	return 0;
}

static int node_of(struct op *op, const struct xml_node *x, int depth, struct node *ret)
{
	bool leaf = x->n == 0 && x->attributes == 0;

	*ret = (struct node){ .line = x->line, .col = 1 };
	if (depth > LIMIT_DEPTH)
		return op_fail(op, ERR_LIMIT, "elements too deep");
	ret->kind = is_list(x->local) ||
				    (str_eq(x->local, S("tools")) && !xml_child(x, S("components")))
			    ? NODE_LIST
		    : leaf ? NODE_TEXT
			   : NODE_MAP;
	if (ret->kind == NODE_TEXT) {
		ret->text = x->text;
		return 0;
	}
	ret->child = op_new(op, struct node, x->n + x->attributes + 1);
	if (!ret->child)
		return op->code;
	for (ptrdiff_t i = 0; ret->kind == NODE_LIST && i < x->n; i++, ret->n++) {
		const struct xml_node *c = &x->child[i];
		int rc = str_eq(x->local, S("dependencies")) ? dependency_of(op, c, &ret->child[i])
			 : str_eq(x->local, S("licenses"))
				 ? licence_of(op, c, depth, &ret->child[i])
				 : node_of(op, c, depth + 1, &ret->child[i]);
		if (rc < 0)
			return rc;
	}
	if (ret->kind == NODE_LIST)
		return 0;
	for (ptrdiff_t i = 0; i < x->attributes; i++)
		ret->child[ret->n++] = (struct node){ .kind = NODE_TEXT,
						      .key = x->attribute[i].name,
						      .text = x->attribute[i].value };
	if (x->n == 0)
		ret->child[ret->n++] = (struct node){ .kind = NODE_TEXT,
						      .key = text_key(x->local),
						      .text = x->text };
	return children_of(op, x, depth, ret);
}

int read_cyclonedx_xml(struct bom *b, const struct xml_node *root)
{
	struct node node;
	int rc = node_of(b->op, root, 0, &node);

	return rc < 0 ? rc : read_cyclonedx_json(b, &node);
}
