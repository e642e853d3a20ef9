/*
 * OpenVEX 0.2.0, and 0.0.1 with its vulnerabilities and products as plain texts. Source:
 * github.com/openvex/spec, OPENVEX-SPEC.md.
 *
 * What identifies a product beside "@id" (identifiers, hashes) is another name of the same: a product
 * with several becomes several, with the same subcomponents. A statement's time is its own, else the
 * document's; of both the last update counts.
 */
#include "vex_impl.h"

bool vex_is_openvex(const struct node *root)
{
	ptrdiff_t n;

	return str_find_str(vex_text(root, "@context"), S("openvex")) >= 0 ||
	       (vex_list(root, "statements", &n) && node_get(root, S("author")));
}

static int read_vulnerability(struct vex_reader *r, const struct node *s, struct statement *to)
{
	const struct node *v = node_get(s, S("vulnerability"));
	ptrdiff_t n;
	int rc = 0;

	if (!v || (v->kind != NODE_TEXT && v->kind != NODE_MAP))
		return vex_fail(r, s, "a statement about no vulnerability");
	str name = v->kind == NODE_TEXT ? v->text : vex_text(v, "name");
	if (name.len == 0)
		name = vex_text(v, "@id");
	if (name.len == 0)
		return vex_fail(r, v, "a vulnerability without a name");
	rc = vex_append(r->op, &to->vulnerability, name);
	const struct node *alias = vex_list(v, "aliases", &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (alias[i].kind == NODE_TEXT && alias[i].text.len)
			rc = vex_append(r->op, &to->vulnerability, alias[i].text);
	}
	return rc;
}

/* All names of a component: "@id", purl, CPE, SHA-256. */
static int names_of(struct vex_reader *r, const struct node *c, struct texts *ret)
{
	const struct node *ids = node_get(c, S("identifiers"));
	str hash = vex_text(node_get(c, S("hashes")), "sha-256"), digest = S("");
	int rc = 0;

	*ret = (struct texts){ 0 };
	if (c->kind == NODE_TEXT)
		return vex_append(r->op, ret, c->text);
	if (c->kind != NODE_MAP)
		return vex_fail(r, c, "a product must be a mapping");
	if (hash.len)
		rc = op_text(r->op, &digest, "sha256:%.*s", STR_ARG(hash));
	str name[] = { vex_text(c, "@id"), vex_text(ids, "purl"), vex_text(ids, "cpe23"),
		       vex_text(ids, "cpe22"), digest };
	for (size_t i = 0; rc == 0 && i < sizeof(name) / sizeof(name[0]); i++) {
		if (name[i].len)
			rc = vex_append(r->op, ret, name[i]);
	}
	if (rc == 0 && ret->n == 0)
		return vex_fail(r, c, "a product without an identifier");
	return rc;
}

static int read_subcomponents(struct vex_reader *r, const struct node *map, struct texts *ret)
{
	ptrdiff_t n;
	const struct node *c = vex_list(map, "subcomponents", &n);
	VEC(str) list = { 0 };

	for (ptrdiff_t i = 0; i < n; i++) {
		struct texts names;
		int rc = names_of(r, &c[i], &names);
		for (ptrdiff_t k = 0; rc == 0 && k < names.n; k++) {
			str *to = vec_push(r->op, &list);
			if (!to)
				return r->op->code;
			*to = names.p[k];
		}
		if (rc < 0)
			return rc;
	}
	*ret = (struct texts){ list.p, list.n };
	return 0;
}

typedef VEC(struct vex_product) product_list;

static int add_products(struct vex_reader *r, const struct texts *names, struct texts inner,
			product_list *list)
{
	for (ptrdiff_t i = 0; i < names->n; i++) {
		struct vex_product *p = vec_push(r->op, list);
		if (!p)
			return r->op->code;
		*p = (struct vex_product){ names->p[i], inner };
	}
	return 0;
}

static int read_products(struct vex_reader *r, const struct node *s, struct statement *to)
{
	ptrdiff_t n;
	const struct node *p = vex_list(s, "products", &n);
	struct texts shared = { 0 };
	product_list list = { 0 };
	int rc = read_subcomponents(r, s, &shared); /* 0.0.1 has them here */

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct texts names, inner = { 0 };
		rc = names_of(r, &p[i], &names);
		rc = rc < 0 ? rc : read_subcomponents(r, &p[i], &inner);
		rc = rc < 0 ? rc : add_products(r, &names, inner.n ? inner : shared, &list);
	}
	if (rc == 0 && list.n == 0)
		rc = add_products(r, &r->subjects, shared, &list);
	to->product = list.p;
	to->product_n = list.n;
	return rc;
}

static int read_status(struct vex_reader *r, const struct node *s, struct statement *to)
{
	str status = vex_text(s, "status"), why = vex_text(s, "justification");
	int known = vex_status_of(status), because = vex_justification_of(why);

	if (known < 0)
		return vex_fail(r, s, "no status '%.*s' is known", STR_ARG(status));
	if (because < 0)
		return vex_fail(r, s, "no justification '%.*s' is known", STR_ARG(why));
	to->status = (enum vex_status)known;
	to->justification = (enum vex_justification)because;
	to->impact = vex_text(s, "impact_statement");
	if (to->impact.len == 0)
		to->impact = vex_text(s, "status_notes");
	to->action = vex_text(s, "action_statement");
	return 0;
}

static int read_statement(struct vex_reader *r, const struct node *s)
{
	str id = vex_text(s, "@id"), updated = vex_text(s, "last_updated");

	if (s->kind != NODE_MAP)
		return vex_fail(r, s, "a statement must be a mapping");
	struct statement *to = vex_add(r);
	if (!to)
		return r->op->code;
	if (id.len)
		to->id = id;
	if (updated.len == 0)
		updated = vex_text(s, "timestamp");
	if (updated.len)
		to->timestamp = updated;
	int rc = read_vulnerability(r, s, to);
	rc = rc < 0 ? rc : read_products(r, s, to);
	return rc < 0 ? rc : read_status(r, s, to);
}

int vex_read_openvex(struct vex_reader *r, const struct node *root)
{
	ptrdiff_t n;
	const struct node *s = vex_list(root, "statements", &n);

	if (!s)
		return vex_fail(r, root, "an OpenVEX document without statements");
	r->id = vex_text(root, "@id");
	r->author = vex_text(root, "author");
	r->timestamp = vex_text(root, "timestamp");
	for (ptrdiff_t i = 0; i < n; i++) {
		int rc = read_statement(r, &s[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}
