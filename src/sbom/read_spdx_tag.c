/*
 * SPDX tag-value as the nodes that its JSON would have: a line is "Tag: value", <text> may hold
 * more than one, PackageName begins a package, FileName a file of it, and annotations name what
 * they are of.
 */
#include <string.h>

#include "base/utf8.h"
#include "read_impl.h"

struct list {
	VEC(struct node) v;
};

struct reader {
	struct bom *b;
	str in;
	struct list package, file, relation, annotation, creator;
	struct list element;             /* members of the package or file that is open */
	struct list checksum, reference; /* likewise */
	enum { AT_DOCUMENT, AT_PACKAGE, AT_FILE, AT_OTHER } at;
	str last_package; /* SPDXID */
	str created;
};

static int add(struct reader *r, struct list *l, struct node n)
{
	struct node *place = vec_push(r->b->op, &l->v);

	if (!place)
		return r->b->op->code;
	*place = n;
	return 0;
}

static struct node text(const char *key, str value)
{
	return (struct node){ .kind = NODE_TEXT, .key = str_of(key), .text = value };
}

static struct node list(const char *key, const struct list *l)
{
	return (struct node){ .kind = NODE_LIST, .key = str_of(key), .child = l->v.p, .n = l->v.n };
}

/* A mapping of up to four members, each of which has a text. */
static int add_map(struct reader *r, struct list *l, const struct node *member, ptrdiff_t n)
{
	struct node *copy = op_new(r->b->op, struct node, n);

	if (!copy)
		return r->b->op->code;
	memcpy(copy, member, (size_t)n * sizeof(*copy));
	return add(r, l, (struct node){ .kind = NODE_MAP, .child = copy, .n = n });
}

static str member_of(const struct list *l, const char *key)
{
	for (ptrdiff_t i = 0; i < l->v.n; i++) {
		if (str_eq(l->v.p[i].key, str_of(key)))
			return l->v.p[i].text;
	}
	return S("");
}

/* The package or file that was open is whole. */
static int finish_element(struct reader *r)
{
	str id = member_of(&r->element, "SPDXID");
	int rc = 0;

	if (r->at == AT_PACKAGE || r->at == AT_FILE) {
		if (r->checksum.v.n)
			rc = add(r, &r->element, list("checksums", &r->checksum));
		if (rc == 0 && r->reference.v.n)
			rc = add(r, &r->element, list("externalRefs", &r->reference));
		rc = rc < 0 ? rc
			    : add(r, r->at == AT_PACKAGE ? &r->package : &r->file,
				  (struct node){ .kind = NODE_MAP,
						 .child = r->element.v.p,
						 .n = r->element.v.n });
	}
	if (r->at == AT_PACKAGE)
		r->last_package = id;
	if (rc == 0 && r->at == AT_FILE && r->last_package.len) {
		struct node m[] = { text("spdxElementId", r->last_package),
				    text("relationshipType", S("CONTAINS")),
				    text("relatedSpdxElement", id) };
		rc = add_map(r, &r->relation, m, 3);
	}
	r->element = r->checksum = r->reference = (struct list){ 0 };
	return rc;
}

static int begin(struct reader *r, int what)
{
	int rc = finish_element(r);

	r->at = what == AT_PACKAGE ? AT_PACKAGE : what == AT_FILE ? AT_FILE : AT_OTHER;
	return rc;
}

/* "SHA1: 12ab" */
static int add_checksum(struct reader *r, str value)
{
	str algorithm = str_cut(&value, ':');
	struct node m[] = { text("algorithm", str_trim(algorithm)),
			    text("checksumValue", str_trim(value)) };

	return add_map(r, &r->checksum, m, 2);
}

/* "SECURITY cpe23Type cpe:..." */
static int add_reference(struct reader *r, str value)
{
	str category = str_word(&value), type = str_word(&value);
	struct node m[] = { text("referenceCategory", category), text("referenceType", type),
			    text("referenceLocator", str_trim(value)) };

	return add_map(r, &r->reference, m, 3);
}

static int add_relation(struct reader *r, str value)
{
	str from = str_word(&value), type = str_word(&value), to = str_word(&value);
	struct node m[] = { text("spdxElementId", from), text("relationshipType", type),
			    text("relatedSpdxElement", to), text("comment", S("")) };

	return add_map(r, &r->relation, m, 4);
}

/* Comments of relations and parts of annotations belong to the one that came last. */
static void set_last(struct list *l, const char *key, str value)
{
	struct node *n = l->v.n ? &l->v.p[l->v.n - 1] : NULL;

	for (ptrdiff_t i = 0; n && i < n->n; i++) {
		if (str_eq(n->child[i].key, str_of(key)))
			n->child[i].text = value;
	}
}

static int add_annotation(struct reader *r, str who)
{
	struct node m[] = { text("annotator", who), text("comment", S("")), text("of", S("")) };

	return add_map(r, &r->annotation, m, 3);
}

/* Tags that are a member of the package or file that is open. */
static const struct {
	const char *tag, *key;
} members[] = {
	{ "PackageVersion", "versionInfo" },
	{ "PackageSupplier", "supplier" },
	{ "PackageOriginator", "originator" },
	{ "PackageDownloadLocation", "downloadLocation" },
	{ "PackageHomePage", "homepage" },
	{ "PackageSourceInfo", "sourceInfo" },
	{ "PackageLicenseConcluded", "licenseConcluded" },
	{ "PackageLicenseDeclared", "licenseDeclared" },
	{ "PackageDescription", "description" },
	{ "PrimaryPackagePurpose", "primaryPackagePurpose" },
	{ "FileComment", "comment" },
	{ "SPDXID", "SPDXID" },
};

static int take_member(struct reader *r, str tag, str value)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (str_eq(tag, str_of(members[i].tag)))
			return r->at == AT_PACKAGE || r->at == AT_FILE
				       ? add(r, &r->element, text(members[i].key, value))
				       : 0;
	}
	return 0;
}

static int take(struct reader *r, str tag, str value)
{
	int rc;

	if (str_eq(tag, S("PackageName")) || str_eq(tag, S("FileName"))) {
		bool package = str_eq(tag, S("PackageName"));
		rc = begin(r, package ? AT_PACKAGE : AT_FILE);
		return rc < 0 ? rc
			      : add(r, &r->element, text(package ? "name" : "fileName", value));
	}
	if (str_eq(tag, S("PackageChecksum")) || str_eq(tag, S("FileChecksum")))
		return add_checksum(r, value);
	if (str_eq(tag, S("ExternalRef")))
		return add_reference(r, value);
	if (str_eq(tag, S("Relationship"))) {
		rc = begin(r, AT_OTHER);
		return rc < 0 ? rc : add_relation(r, value);
	}
	if (str_eq(tag, S("Annotator")))
		return add_annotation(r, value);
	if (str_eq(tag, S("LicenseID")) || str_eq(tag, S("SnippetSPDXID")))
		return begin(r, AT_OTHER);
	if (str_eq(tag, S("Creator")))
		return add(r, &r->creator, text("", value));
	if (str_eq(tag, S("Created")))
		r->created = value;
	else if (str_eq(tag, S("RelationshipComment")))
		set_last(&r->relation, "comment", value);
	else if (str_eq(tag, S("AnnotationComment")))
		set_last(&r->annotation, "comment", value);
	else if (str_eq(tag, S("SPDXREF")))
		set_last(&r->annotation, "of", value);
	return take_member(r, tag, value);
}

static int read_lines(struct reader *r)
{
	str rest = r->in;

	while (rest.len) {
		str at = rest, line = str_cut(&rest, '\n'), tag, value;
		tag = str_cut(&line, ':');
		if (!line.p || str_starts(str_trim(tag), S("#")))
			continue;
		tag = str_trim(tag);
		value = str_trim(line);
		/* All lines up to </text>. */
		if (str_starts(value, S("<text>"))) {
			at = str_from(at, value.p - at.p + 6);
			ptrdiff_t end = str_find_str(at, S("</text>"));
			if (end < 0)
				return op_fail(r->b->op, ERR_FORMAT,
					       "%.*s: a <text> that does not end",
					       STR_ARG(r->b->what));
			value = str_head(at, end);
			rest = str_from(at, end + 7);
			(void)str_cut(&rest, '\n');
		}
		int rc = take(r, tag, value);
		if (rc < 0)
			return rc;
	}
	return finish_element(r);
}

/* Annotations to the elements that they are of; of what is no package they are the document's. */
static int attach(struct reader *r, struct list *document)
{
	struct map at;

	map_init(&at, r->b->op);
	for (ptrdiff_t i = 0; i < r->package.v.n; i++) {
		str id = bom_text(&r->package.v.p[i], "SPDXID");
		int rc = map_find(&at, id) >= 0 ? 0 : map_put(&at, id, &r->package.v.p[i]);
		if (rc < 0)
			return rc;
	}
	for (ptrdiff_t i = 0; i < r->annotation.v.n; i++) {
		struct node *a = &r->annotation.v.p[i], *p = map_get(&at, bom_text(a, "of"));
		if (!p) {
			int rc = add(r, document, *a);
			if (rc < 0)
				return rc;
			continue;
		}
		struct node *member = op_new(r->b->op, struct node, p->n + 1);
		if (!member)
			return r->b->op->code;
		if (node_get(p, S("annotations")))
			continue;
		memcpy(member, p->child, (size_t)p->n * sizeof(*member));
		member[p->n] = (struct node){
			.kind = NODE_LIST, .key = S("annotations"), .child = a, .n = 1
		};
		p->child = member;
		p->n++;
	}
	return 0;
}

int read_spdx_tag(struct bom *b, str bytes)
{
	struct reader r = { .b = b, .in = bytes };
	struct list document = { 0 };
	int rc = utf8_valid(bytes) ? read_lines(&r)
				   : op_fail(b->op, ERR_FORMAT, "%.*s: bytes that are not UTF-8",
					     STR_ARG(b->what));

	rc = rc < 0 ? rc : attach(&r, &document);
	if (rc < 0)
		return rc;
	struct node info[] = { list("creators", &r.creator), text("created", r.created) };
	struct node member[] = {
		list("packages", &r.package),
		list("files", &r.file),
		list("relationships", &r.relation),
		list("annotations", &document),
		{ .kind = NODE_MAP, .key = S("creationInfo"), .child = info, .n = 2 }
	};
	struct node root = { .kind = NODE_MAP, .child = member, .n = 5 };
	return read_spdx_json(b, &root);
}
