/*
 * CycloneDX 1.4 to 1.6: vulnerabilities with an analysis, in a bill of materials or alone; JSON, and XML
 * turned into what JSON would be. Source: CycloneDX specification, bom-1.6.schema.json, "vulnerability".
 *
 * affects[].ref is a bom-ref of the same document, a package URL, or a BOM-Link to another
 * (urn:cdx:SERIAL/VERSION#REF, REF percent-encoded). Where metadata.component is an image, or has a
 * package URL, what is said holds within it alone. Versions beside a ref narrow it: one by one they
 * become products of their own, ranges none.
 */
#include "base/limits.h"
#include "base/map.h"
#include "codec/xml.h"
#include "model/purl.h"
#include "vex_impl.h"

struct cyclonedx {
	struct vex_reader *r;
	struct map component; /* bom-ref: const struct node * */
	str link;             /* "urn:cdx:SERIAL/VERSION" of the document itself */
	str subject;          /* what its statements hold within; empty: no such thing */
	str subject_ref;
};

typedef VEC(struct vex_product) product_list;

/* ---- words ---- */

static const struct {
	const char *word;
	enum vex_status status;
} states[] = {
	{ "exploitable", VEX_AFFECTED },    { "false_positive", VEX_NOT_AFFECTED },
	{ "in_triage", VEX_INVESTIGATING }, { "not_affected", VEX_NOT_AFFECTED },
	{ "resolved", VEX_FIXED },          { "resolved_with_pedigree", VEX_FIXED },
};

/* What has no word in OpenVEX keeps its own in the text. */
static const struct {
	const char *word;
	enum vex_justification why;
} justifications[] = {
	{ "code_not_present", VEX_CODE_NOT_PRESENT },
	{ "code_not_reachable", VEX_CODE_NOT_IN_EXECUTE_PATH },
	{ "protected_at_perimeter", VEX_INLINE_MITIGATIONS },
	{ "protected_at_runtime", VEX_INLINE_MITIGATIONS },
	{ "protected_by_compiler", VEX_INLINE_MITIGATIONS },
	{ "protected_by_mitigating_control", VEX_INLINE_MITIGATIONS },
	{ "requires_configuration", VEX_NO_JUSTIFICATION },
	{ "requires_dependency", VEX_NO_JUSTIFICATION },
	{ "requires_environment", VEX_NO_JUSTIFICATION },
};

bool vex_is_cyclonedx(const struct node *root)
{
	return str_eq(vex_text(root, "bomFormat"), S("CycloneDX"));
}

/* ---- components ---- */

static int read_components(struct cyclonedx *c, const struct node *root)
{
	VEC(const struct node *) todo = { 0 };
	const struct node **first = vec_push(c->r->op, &todo);

	if (!first)
		return c->r->op->code;
	*first = root;
	while (todo.n) { /* each node comes once */
		ptrdiff_t n;
		const struct node *list = vex_list(todo.p[--todo.n], "components", &n);
		for (ptrdiff_t i = 0; i < n; i++) {
			str ref = vex_text(&list[i], "bom-ref");
			const struct node **next = vec_push(c->r->op, &todo);
			if (!next || (ref.len &&
				      map_put(&c->component, ref, (void *)(uintptr_t)&list[i]) < 0))
				return c->r->op->code;
			*next = &list[i];
		}
	}
	return 0;
}

/* An image has its digest, or its tag, as the version. */
static int read_subject(struct cyclonedx *c, const struct node *component)
{
	str name = vex_text(component, "name"), version = vex_text(component, "version");
	bool digest = str_starts(version, S("sha256:"));

	c->subject = vex_text(component, "purl");
	c->subject_ref = vex_text(component, "bom-ref");
	if (c->subject.len || !str_eq(vex_text(component, "type"), S("container")) || name.len == 0)
		return 0;
	if (digest)
		c->subject = version;
	else
		c->subject = name;
	bool tagged = str_find(str_base_name(name), ':') >= 0;
	if (digest || tagged || version.len == 0)
		return 0;
	return op_text(c->r->op, &c->subject, "%.*s:%.*s", STR_ARG(name), STR_ARG(version));
}

/* ---- what is affected ---- */

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static int percent_decode(struct op *op, str s, str *ret)
{
	char *p = op_new(op, char, s.len);
	ptrdiff_t n = 0;

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		bool coded = s.p[i] == '%' && i + 2 < s.len && hex(s.p[i + 1]) >= 0 &&
			     hex(s.p[i + 2]) >= 0;
		p[n++] = coded ? (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])) : s.p[i];
		i += coded ? 2 : 0;
	}
	*ret = (str){ p, n };
	return 0;
}

/* The package URL that a ref means; the ref itself where it means none, told so that nothing takes it
 * for an image's name. */
static int resolve(struct cyclonedx *c, str ref, str *ret)
{
	str link = ref, inner;

	*ret = ref;
	if (str_starts(ref, S("urn:cdx:"))) {
		link = str_cut(&ref, '#');
		if (percent_decode(c->r->op, ref, &inner) < 0)
			return c->r->op->code;
		if (!str_eq(link, c->link)) /* of another document: product.h looks at whose */
			return str_starts(inner, S("pkg:"))
				       ? op_text(c->r->op, ret, "%.*s#%.*s", STR_ARG(link),
						 STR_ARG(inner))
				       : op_text(c->r->op, ret, "%.*s (no package URL)",
						 STR_ARG(link));
		ref = inner;
	}
	const struct node *component = map_get(&c->component, ref);
	str purl = vex_text(component, "purl");
	if (purl.len || str_starts(ref, S("pkg:"))) {
		*ret = purl.len ? purl : ref;
		return 0;
	}
	if (c->subject.len && str_eq(ref, c->subject_ref)) {
		*ret = c->subject;
		return 0;
	}
	return op_text(c->r->op, ret, "%.*s (%.*s)",
		       STR_ARG(component ? vex_text(component, "name") : S("not defined")),
		       STR_ARG(ref));
}

static int add(struct cyclonedx *c, str id, product_list *to)
{
	struct vex_product *p = vec_push(c->r->op, to);
	str *inner = op_new(c->r->op, str, 1);

	if (!p || !inner)
		return c->r->op->code;
	*inner = id;
	if (c->subject.len && !str_eq(id, c->subject))
		*p = (struct vex_product){ c->subject, { inner, 1 } };
	else
		*p = (struct vex_product){ .id = id };
	return 0;
}

/* The purl with another version. What is no purl cannot have one: it stays for nothing. */
static int with_version(struct op *op, str id, str version, str *ret)
{
	struct purl u;
	int rc = purl_parse(op, id, &u);

	if (rc == 0) {
		u.version = version;
		return purl_write(op, &u, ret);
	}
	if (rc == ERR_MEMORY)
		return rc;
	op_forgive(op);
	return op_text(op, ret, "%.*s (version %.*s)", STR_ARG(id), STR_ARG(version));
}

/* One of affects[].versions, among what the statement says or against it. */
static int take_version(struct cyclonedx *c, str id, const struct node *v, enum vex_status said,
			product_list *to, product_list *against)
{
	str version = vex_text(v, "version"), status = vex_text(v, "status"), one;
	bool affected = !str_eq(status, S("unaffected"));
	bool hides = said == VEX_NOT_AFFECTED || said == VEX_FIXED;
	int rc;

	if (version.len == 0) /* a range: asked of nothing here */
		rc = op_text(c->r->op, &one, "%.*s (range %.*s)", STR_ARG(id),
			     STR_ARG(vex_text(v, "range")));
	else
		rc = with_version(c->r->op, id, version, &one);
	return rc < 0 ? rc : add(c, one, hides && affected ? against : to);
}

static int read_affects(struct cyclonedx *c, const struct node *v, enum vex_status said,
			product_list *to, product_list *against)
{
	ptrdiff_t n, versions;
	const struct node *a = vex_list(v, "affects", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *list = vex_list(&a[i], "versions", &versions);
		str ref = vex_text(&a[i], "ref"), id;
		if (ref.len == 0)
			return vex_fail(c->r, &a[i], "'affects' without a ref");
		int rc = resolve(c, ref, &id);
		if (rc == 0 && versions == 0)
			rc = add(c, id, to);
		for (ptrdiff_t k = 0; rc == 0 && k < versions; k++)
			rc = take_version(c, id, &list[k], said, to, against);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- vulnerabilities ---- */

static int read_names(struct cyclonedx *c, const struct node *v, struct texts *ret)
{
	ptrdiff_t n;
	const struct node *r = vex_list(v, "references", &n);
	str id = vex_text(v, "id");

	if (id.len == 0)
		return vex_fail(c->r, v, "a vulnerability without an id");
	int rc = vex_append(c->r->op, ret, id);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		str alias = vex_text(&r[i], "id");
		if (alias.len)
			rc = vex_append(c->r->op, ret, alias);
	}
	return rc;
}

static int read_status(struct cyclonedx *c, const struct node *analysis, struct statement *s)
{
	str state = vex_text(analysis, "state"), why = vex_text(analysis, "justification");
	bool known = false, because = why.len == 0;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!str_eq(state, str_of(states[i].word)))
			continue;
		known = true;
		s->status = states[i].status;
	}
	if (!known)
		return vex_fail(c->r, analysis, "no state '%.*s' is known", STR_ARG(state));
	for (size_t i = 0; i < sizeof(justifications) / sizeof(justifications[0]); i++) {
		if (!str_eq(why, str_of(justifications[i].word)))
			continue;
		because = true;
		s->justification = justifications[i].why;
	}
	if (!because)
		return vex_fail(c->r, analysis, "no justification '%.*s' is known", STR_ARG(why));
	return 0;
}

static int read_texts(struct cyclonedx *c, const struct node *analysis, struct statement *s)
{
	ptrdiff_t n;
	const struct node *r = vex_list(analysis, "response", &n);
	str why = vex_text(analysis, "justification"), detail = vex_text(analysis, "detail");
	bool hides = s->status == VEX_NOT_AFFECTED || s->status == VEX_FIXED;
	struct buf b;

	if (!r)
		r = vex_list(analysis, "responses", &n); /* as XML calls it */
	buf_init(&b, c->r->op, LIMIT_DOCUMENT);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (r[i].kind == NODE_TEXT)
			buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(r[i].text));
	}
	if (!hides && detail.len)
		buf_fmt(&b, "%s%.*s", n ? ": " : "", STR_ARG(detail));
	s->impact = hides ? detail : S("");
	if (hides && detail.len == 0 && why.len && s->justification == VEX_NO_JUSTIFICATION)
		s->impact = why;
	if (hides && s->impact.len == 0 && str_eq(vex_text(analysis, "state"), S("false_positive")))
		s->impact = S("false positive");
	return buf_take(&b, &s->action);
}

static str time_of(const struct node *v, const struct node *analysis, str document)
{
	const str at[] = { vex_text(analysis, "lastUpdated"), vex_text(analysis, "firstIssued"),
			   vex_text(v, "updated") };

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		if (at[i].len)
			return at[i];
	}
	return document;
}

static int read_vulnerability(struct cyclonedx *c, const struct node *v)
{
	const struct node *analysis = node_get(v, S("analysis"));
	struct statement s = { 0 };
	product_list to = { 0 }, against = { 0 };
	int rc = read_names(c, v, &s.vulnerability);

	rc = rc < 0 ? rc : read_status(c, analysis, &s);
	rc = rc < 0 ? rc : read_texts(c, analysis, &s);
	rc = rc < 0 ? rc : read_affects(c, v, s.status, &to, &against);
	for (int i = 0; rc == 0 && i < 1 + (against.n > 0); i++) {
		struct statement *add_to = vex_add(c->r);
		if (!add_to)
			return c->r->op->code;
		add_to->vulnerability = s.vulnerability;
		add_to->status = i ? VEX_AFFECTED : s.status;
		add_to->justification = i ? VEX_NO_JUSTIFICATION : s.justification;
		add_to->impact = i ? S("") : s.impact;
		add_to->action = s.action;
		add_to->timestamp = time_of(v, analysis, c->r->timestamp);
		add_to->product = i ? against.p : to.p;
		add_to->product_n = i ? against.n : to.n;
	}
	return rc;
}

static str author_of(const struct node *metadata)
{
	ptrdiff_t n;
	const struct node *a = vex_list(metadata, "authors", &n);
	str name = n ? vex_text(&a[0], "name") : S("");

	if (name.len == 0)
		name = vex_text(node_get(metadata, S("supplier")), "name");
	return name.len ? name : vex_text(node_get(metadata, S("manufacturer")), "name");
}

/* A document's version is a number in JSON. */
static int read_link(struct cyclonedx *c, const struct node *root)
{
	const struct node *v = node_get(root, S("version"));
	str serial = vex_text(root, "serialNumber"), version = S("1");

	if (!str_starts(serial, S("urn:uuid:")))
		return 0;
	if (v)
		(void)node_text(v, &version);
	return op_text(c->r->op, &c->link, "urn:cdx:%.*s/%.*s", STR_ARG(str_from(serial, 9)),
		       STR_ARG(version));
}

int vex_read_cyclonedx(struct vex_reader *r, const struct node *root)
{
	const struct node *metadata = node_get(root, S("metadata"));
	struct cyclonedx c = { .r = r };
	ptrdiff_t n;
	const struct node *v = vex_list(root, "vulnerabilities", &n);
	bool any = false;

	for (ptrdiff_t i = 0; i < n; i++)
		any |= node_get(&v[i], S("analysis")) != NULL;
	if (!any)
		return 1; /* a bill of materials, or one with findings */
	r->id = vex_text(root, "serialNumber");
	r->author = author_of(metadata);
	r->timestamp = vex_text(metadata, "timestamp");
	map_init(&c.component, r->op);
	int rc = read_link(&c, root);
	rc = rc < 0 ? rc : read_components(&c, root);
	rc = rc < 0 ? rc : read_subject(&c, node_get(metadata, S("component")));
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (node_get(&v[i], S("analysis")))
			rc = read_vulnerability(&c, &v[i]);
	}
	return rc;
}

/* ---- XML ---- */

static bool is_list(str name)
{
	static const char *const lists[] = { "affects",        "authors",   "components",
					     "references",     "responses", "versions",
					     "vulnerabilities" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (str_eq(name, str_of(lists[i])))
			return true;
	}
	return false;
}

struct pending {
	const struct xml_node *from;
	struct node *to;
};

/* Attributes and elements are members; an element with neither is a text. */
static int turn_one(struct op *op, const struct xml_node *x, struct node *to)
{
	bool list = is_list(x->local), leaf = !list && x->n == 0 && x->attributes == 0;

	to->kind = leaf ? NODE_TEXT : list ? NODE_LIST : NODE_MAP;
	to->line = x->line;
	to->col = 1;
	to->text = leaf ? str_trim(x->text) : S("");
	if (leaf)
		return 0;
	to->child = op_new(op, struct node, x->n + x->attributes);
	if (!to->child)
		return op->code;
	for (ptrdiff_t i = 0; i < x->n; i++)
		to->child[to->n++].key = x->child[i].local;
	for (ptrdiff_t i = 0; !list && i < x->attributes; i++)
		to->child[to->n++] = (struct node){ .kind = NODE_TEXT,
						    .line = x->line,
						    .col = 1,
						    .key = x->attribute[i].name,
						    .text = x->attribute[i].value };
	return 0;
}

int vex_turn_cyclonedx_xml(struct op *op, const struct xml_node *x, struct node *ret)
{
	VEC(struct pending) todo = { 0 };
	struct pending *first = vec_push(op, &todo);
	struct node format = { .kind = NODE_TEXT, .key = S("bomFormat"), .text = S("CycloneDX") };

	if (!first)
		return op->code;
	*ret = (struct node){ 0 };
	*first = (struct pending){ x, ret };
	while (todo.n) { /* each element comes once */
		struct pending p = todo.p[--todo.n];
		if (turn_one(op, p.from, p.to) < 0)
			return op->code;
		for (ptrdiff_t i = 0; p.to->kind != NODE_TEXT && i < p.from->n; i++) {
			struct pending *next = vec_push(op, &todo);
			if (!next)
				return op->code;
			*next = (struct pending){ &p.from->child[i], &p.to->child[i] };
		}
	}
	struct node *members = op_new(op, struct node, ret->n + 1);
	if (!members)
		return op->code;
	for (ptrdiff_t i = 0; i < ret->n; i++)
		members[i] = ret->child[i];
	members[ret->n] = format;
	*ret = (struct node){
		.kind = NODE_MAP, .line = 1, .col = 1, .child = members, .n = ret->n + 1
	};
	return 0;
}
