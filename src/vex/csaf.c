/*
 * CSAF 2.0: the product tree first, then each vulnerability's product_status. Source: OASIS Common
 * Security Advisory Framework 2.0, sections 3.2.2, 3.2.3, 4.5 and 6.1.
 *
 *	product_tree: branches (of branches) and full_product_names define products by an id of the document;
 *	relationships make another of two: "a as a component of b"; product_groups are lists of ids.
 *	vulnerabilities: product_status lists ids by status; flags, threats and remediations tell of ids why.
 *
 * A product of a relationship becomes its innermost part within its outermost one, or within the image
 * among them. What makes the answer uncertain is refused, by the numbers of section 6.1: 1 to 6, 23,
 * 27.4, 27.7, 27.8, 27.9, 27.11, 29, 32, 33. But a product that only a status or a relationship names, and nothing
 * defines, and one without an identifier, stand for nothing, and their statements say so.
 */
#include "base/limits.h"
#include "base/map.h"
#include "model/severity.h"
#include "vex_impl.h"

enum {
	PARTS = 8, /* that products of relationships are made of */
};

struct definition {
	str id, name;
	struct texts names;          /* purls, CPEs, digests */
	const struct node *relation; /* it is made of two others; NULL: it is one by itself */
};

struct about {                   /* what a vulnerability tells of a product */
	const struct node *flag; /* the first with a justification */
	str impact, action, date;
	int group; /* 1 + enum vex_status */
};

struct csaf {
	struct vex_reader *r;
	struct map product; /* id: struct definition * */
	struct map group;   /* id: const struct node *: list of ids */
	bool profile;       /* it says that it is VEX */
};

typedef VEC(struct vex_product) product_list;

bool vex_is_csaf(const struct node *root)
{
	const struct node *d = node_get(root, S("document"));

	return d && (node_get(d, S("csaf_version")) || node_get(d, S("tracking")));
}

/* ---- products ---- */

static int read_hashes(struct vex_reader *r, const struct node *helper, struct texts *ret)
{
	ptrdiff_t n, k;
	const struct node *h = vex_list(helper, "hashes", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *f = vex_list(&h[i], "file_hashes", &k);
		for (ptrdiff_t j = 0; j < k; j++) {
			str id;
			if (!str_eq(vex_text(&f[j], "algorithm"), S("sha256")))
				continue;
			if (op_text(r->op, &id, "sha256:%.*s", STR_ARG(vex_text(&f[j], "value"))) <
				    0 ||
			    vex_append(r->op, ret, id) < 0)
				return r->op->code;
		}
	}
	return 0;
}

/* full_product_name_t */
static int define(struct csaf *c, const struct node *n, const struct node *relation)
{
	struct vex_reader *r = c->r;
	const struct node *helper = node_get(n, S("product_identification_helper"));
	str id = vex_text(n, "product_id"), cpe = vex_text(helper, "cpe");
	str purl = vex_text(helper, "purl");
	ptrdiff_t purls;
	const struct node *more = vex_list(helper, "purls", &purls);

	if (id.len == 0)
		return vex_fail(r, n, "a product without a product_id");
	if (map_get(&c->product, id))
		return vex_fail(r, n, "product_id '%.*s' is defined twice", STR_ARG(id));
	struct definition *d = op_new(r->op, struct definition, 1);
	if (!d || map_put(&c->product, id, d) < 0)
		return r->op->code;
	*d = (struct definition){ .id = id, .name = vex_text(n, "name"), .relation = relation };
	int rc = purl.len ? vex_append(r->op, &d->names, purl) : 0;
	for (ptrdiff_t i = 0; rc == 0 && i < purls; i++) {
		if (more[i].kind == NODE_TEXT && more[i].text.len)
			rc = vex_append(r->op, &d->names, more[i].text);
	}
	if (rc == 0 && cpe.len)
		rc = vex_append(r->op, &d->names, cpe);
	return rc < 0 ? rc : read_hashes(r, helper, &d->names);
}

/* All products of branches at any depth, which the parser bounds. */
static int read_branches(struct csaf *c, const struct node *tree)
{
	VEC(const struct node *) todo = { 0 };
	const struct node **first = vec_push(c->r->op, &todo);

	if (!first)
		return c->r->op->code;
	*first = tree;
	while (todo.n) { /* each node comes once */
		ptrdiff_t n;
		const struct node *b = vex_list(todo.p[--todo.n], "branches", &n);
		for (ptrdiff_t i = 0; i < n; i++) {
			const struct node *product = node_get(&b[i], S("product"));
			if (product && define(c, product, NULL) < 0)
				return c->r->op->code;
			const struct node **next = vec_push(c->r->op, &todo);
			if (!next)
				return c->r->op->code;
			*next = &b[i];
		}
	}
	return 0;
}

static int read_groups(struct csaf *c, const struct node *tree)
{
	ptrdiff_t n, k;
	const struct node *g = vex_list(tree, "product_groups", &n);

	for (ptrdiff_t i = 0; i < n; i++) {
		str id = vex_text(&g[i], "group_id");
		const struct node *p = vex_list(&g[i], "product_ids", &k);
		if (id.len == 0 || map_get(&c->group, id))
			return vex_fail(c->r, &g[i], "group_id '%.*s' is empty or defined twice",
					STR_ARG(id));
		for (ptrdiff_t j = 0; j < k; j++) {
			if (!map_get(&c->product, p[j].text))
				return vex_fail(c->r, &p[j], "product '%.*s' is defined nowhere",
						STR_ARG(p[j].text));
		}
		const struct node *list = node_get(&g[i], S("product_ids"));
		if (list && map_put(&c->group, id, (void *)(uintptr_t)list) < 0)
			return c->r->op->code;
	}
	return 0;
}

/* What a product is made of, the innermost first. 1: of something that nothing defines. */
static int parts_of(struct csaf *c, const struct definition *d, const struct definition **ret,
		    int *ret_n)
{
	const struct definition *todo[PARTS] = { d };
	int n = 1, steps = 0;

	*ret_n = 0;
	while (n) {
		const struct definition *one = todo[--n];
		if (++steps > 2 * PARTS)
			return vex_fail(c->r, d->relation,
					"product '%.*s' is defined by itself, or of too many parts",
					STR_ARG(d->id));
		if (!one->relation) {
			if (*ret_n < PARTS)
				ret[(*ret_n)++] = one;
			continue;
		}
		const struct definition *outer = map_get(
			&c->product, vex_text(one->relation, "relates_to_product_reference"));
		const struct definition *inner =
			map_get(&c->product, vex_text(one->relation, "product_reference"));
		if (!outer || !inner)
			return 1;
		if (n + 2 > PARTS)
			return vex_fail(c->r, d->relation,
					"product '%.*s' is defined by itself, or of too many parts",
					STR_ARG(d->id));
		todo[n++] = outer;
		todo[n++] = inner;
	}
	return 0;
}

static int read_tree(struct csaf *c, const struct node *tree)
{
	ptrdiff_t n;
	const struct node *p = vex_list(tree, "full_product_names", &n);
	int rc = read_branches(c, tree);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = define(c, &p[i], NULL);
	const struct node *r = vex_list(tree, "relationships", &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		const struct node *name = node_get(&r[i], S("full_product_name"));
		rc = name ? define(c, name, &r[i])
			  : vex_fail(c->r, &r[i], "a relationship without a full_product_name");
	}
	for (ptrdiff_t i = 0; rc == 0 && i < c->product.n; i++) {
		const struct definition *parts[PARTS], *d = c->product.item[i].value;
		int count;
		rc = d->relation ? parts_of(c, d, parts, &count) : 0;
		rc = rc > 0 ? 0 : rc;
	}
	return rc < 0 ? rc : read_groups(c, tree);
}

static bool is_image(const struct definition *d)
{
	for (ptrdiff_t i = 0; i < d->names.n; i++) {
		if (str_starts(d->names.p[i], S("pkg:oci/")) ||
		    str_starts(d->names.p[i], S("pkg:docker/")))
			return true;
	}
	return false;
}

/* Its first name is a purl with a version: it needs nothing else to be told apart. */
static bool is_exact(const struct definition *d)
{
	str purl = d->names.n ? d->names.p[0] : S("");
	ptrdiff_t end = str_find(purl, '?');

	return str_starts(purl, S("pkg:")) &&
	       str_find(str_head(purl, end < 0 ? purl.len : end), '@') > 0;
}

static int add_product(struct csaf *c, str id, struct texts inner, product_list *to)
{
	struct vex_product *p = vec_push(c->r->op, to);

	if (!p)
		return c->r->op->code;
	*p = (struct vex_product){ id, inner };
	return 0;
}

/* A product that cannot be compared: the blank in it keeps it from being an image's name. */
static int add_opaque(struct csaf *c, const struct definition *d, str id, product_list *to)
{
	str text;
	int rc = op_text(c->r->op, &text, "%.*s (%.*s)", STR_ARG(d ? d->name : S("not defined")),
			 STR_ARG(id));

	return rc < 0 ? rc : add_product(c, text, (struct texts){ 0 }, to);
}

static int add_id(struct csaf *c, str id, product_list *to)
{
	const struct definition *d = map_get(&c->product, id), *parts[PARTS];
	struct texts inner = { 0 };
	int n = 0, at, rc = d ? parts_of(c, d, parts, &n) : 1;

	if (rc < 0)
		return rc;
	for (at = 0; at < n - 1 && !is_image(parts[at]); at++)
		;
	if (rc > 0 || n == 0 || parts[at]->names.n == 0 || parts[0]->names.n == 0 ||
	    (n > 2 && at > 0 && !is_image(parts[at]) && !is_exact(parts[0])))
		return add_opaque(c, d, id, to);
	if (at > 0)
		inner = parts[0]->names;
	for (ptrdiff_t i = 0; i < parts[at]->names.n; i++) {
		if (add_product(c, parts[at]->names.p[i], inner, to) < 0)
			return c->r->op->code;
	}
	return 0;
}

/* ---- vulnerabilities ---- */

static struct about *about(struct csaf *c, struct map *m, str id)
{
	struct about *a = map_get(m, id);

	if (a)
		return a;
	a = op_new(c->r->op, struct about, 1);
	return a && map_put(m, id, a) == 0 ? a : NULL;
}

enum tells { FLAG, IMPACT, ACTION, NOTHING };

static int tell_one(struct csaf *c, struct map *m, const struct node *n, str id, enum tells what)
{
	struct about *a = about(c, m, id);
	str details = vex_text(n, "details"), date = vex_text(n, "date");

	if (!a)
		return c->r->op->code;
	if (what == NOTHING)
		return 0;
	if (what == FLAG && a->flag && a->flag != n)
		return vex_fail(c->r, n, "two justifications for product '%.*s'", STR_ARG(id));
	if (what == FLAG)
		a->flag = n;
	if (what == IMPACT)
		a->impact = details;
	if (what == ACTION && a->action.len == 0)
		a->action = details;
	if (what != ACTION && date.len)
		a->date = date;
	return 0;
}

/* One flag, threat or remediation, of each product that it names. *ret: there was one. */
static int tell(struct csaf *c, struct map *m, const struct node *n, enum tells what, bool *ret)
{
	ptrdiff_t ids_n, groups_n;
	const struct node *ids = vex_list(n, "product_ids", &ids_n);
	const struct node *groups = vex_list(n, "group_ids", &groups_n);
	int rc = 0;

	*ret = ids_n + groups_n > 0;
	for (ptrdiff_t i = 0; rc == 0 && i < ids_n; i++) {
		if (what == FLAG && !map_get(&c->product, ids[i].text))
			return vex_fail(c->r, &ids[i], "product '%.*s' is defined nowhere",
					STR_ARG(ids[i].text));
		rc = tell_one(c, m, n, ids[i].text, what);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < groups_n; i++) {
		const struct node *g = map_get(&c->group, groups[i].text);
		if (!g)
			return vex_fail(c->r, &groups[i], "group '%.*s' is defined nowhere",
					STR_ARG(groups[i].text));
		for (ptrdiff_t k = 0; rc == 0 && k < g->n; k++)
			rc = tell_one(c, m, n, g->child[k].text, what);
	}
	return rc;
}

static int read_abouts(struct csaf *c, const struct node *v, struct map *m)
{
	ptrdiff_t n;
	const struct node *list = vex_list(v, "flags", &n);
	bool any;

	for (ptrdiff_t i = 0; i < n; i++) {
		if (tell(c, m, &list[i], FLAG, &any) < 0)
			return c->r->op->code;
		if (!any)
			return vex_fail(c->r, &list[i], "a flag of no product");
		if (vex_justification_of(vex_text(&list[i], "label")) < 1)
			return vex_fail(c->r, &list[i], "no flag '%.*s' is known",
					STR_ARG(vex_text(&list[i], "label")));
	}
	list = vex_list(v, "threats", &n);
	for (ptrdiff_t i = 0; i < n; i++) {
		bool impact = str_eq(vex_text(&list[i], "category"), S("impact"));
		if (tell(c, m, &list[i], impact ? IMPACT : NOTHING, &any) < 0)
			return c->r->op->code;
	}
	list = vex_list(v, "remediations", &n);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (tell(c, m, &list[i], ACTION, &any) < 0)
			return c->r->op->code;
		if (!any)
			return vex_fail(c->r, &list[i], "a remediation of no product");
	}
	return 0;
}

static const struct {
	const char *key;
	enum vex_status status;
} statuses[] = {
	{ "known_not_affected", VEX_NOT_AFFECTED },
	{ "fixed", VEX_FIXED },
	{ "first_fixed", VEX_FIXED },
	{ "known_affected", VEX_AFFECTED },
	{ "first_affected", VEX_AFFECTED },
	{ "last_affected", VEX_AFFECTED },
	{ "under_investigation", VEX_INVESTIGATING },
};

static bool has_status(const struct node *product_status)
{
	static const char *const keys[] = { "fixed", "known_affected", "known_not_affected",
					    "under_investigation" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (node_get(product_status, str_of(keys[i])))
			return true;
	}
	return false;
}

/* Products that the same is said of become one statement. */
struct bundle {
	enum vex_status status;
	struct about about;
	product_list products;
};

static int bundle_of(struct csaf *c, struct map *bundles, enum vex_status status,
		     const struct about *a, struct bundle **ret)
{
	str key, label = vex_text(a->flag, "label");
	struct op_mark mark = op_mark(c->r->op);
	int rc = op_text(c->r->op, &key, "%d\n%.*s\n%.*s\n%.*s\n%.*s", (int)status, STR_ARG(label),
			 STR_ARG(a->date), STR_ARG(a->impact), STR_ARG(a->action));

	*ret = rc < 0 ? NULL : map_get(bundles, key);
	if (*ret)
		op_reset(c->r->op, mark);
	if (rc < 0 || *ret)
		return rc;
	*ret = op_new(c->r->op, struct bundle, 1);
	if (!*ret)
		return c->r->op->code;
	(*ret)->status = status;
	(*ret)->about = *a;
	return map_put(bundles, key, *ret);
}

static int take_status(struct csaf *c, struct map *m, struct map *bundles, const struct node *id,
		       enum vex_status status)
{
	struct about *a = about(c, m, id->text);
	struct bundle *b;

	if (!a)
		return c->r->op->code;
	if (a->group && a->group != (int)status + 1)
		return vex_fail(c->r, id, "product '%.*s' is both %s and %s", STR_ARG(id->text),
				vex_statuses[a->group - 1], vex_statuses[status]);
	if (a->group)
		return 0; /* named twice, as first_fixed and fixed are */
	a->group = (int)status + 1;
	if (c->profile && status == VEX_NOT_AFFECTED && !a->flag && a->impact.len == 0)
		return vex_fail(c->r, id,
				"product '%.*s' is not affected, without a flag or an impact",
				STR_ARG(id->text));
	int rc = bundle_of(c, bundles, status, a, &b);
	return rc < 0 ? rc : add_id(c, id->text, &b->products);
}

static int read_names(struct csaf *c, const struct node *v, struct texts *ret)
{
	str cve = vex_text(v, "cve");
	ptrdiff_t n;
	const struct node *id = vex_list(v, "ids", &n);
	int rc = cve.len ? vex_append(c->r->op, ret, cve) : 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		str text = vex_text(&id[i], "text");
		if (text.len)
			rc = vex_append(c->r->op, ret, text);
	}
	if (rc == 0 && ret->n == 0 && c->profile)
		return vex_fail(c->r, v, "a vulnerability without a cve or ids");
	return rc;
}

static int add_statement(struct csaf *c, const struct texts *names, const struct bundle *b)
{
	struct statement *s = vex_add(c->r);
	int why = vex_justification_of(vex_text(b->about.flag, "label"));

	if (!s)
		return c->r->op->code;
	s->vulnerability = *names;
	s->status = b->status;
	s->product = b->products.p;
	s->product_n = b->products.n;
	s->justification = why < 0 ? VEX_NO_JUSTIFICATION : (enum vex_justification)why;
	/* Red Hat tells its severity as the impact. */
	s->impact = severity_of(b->about.impact) == SEVERITY_UNKNOWN ? b->about.impact : S("");
	s->action = b->about.action;
	if (b->about.date.len)
		s->timestamp = b->about.date;
	return 0;
}

static int read_vulnerability(struct csaf *c, const struct node *v)
{
	const struct node *status = node_get(v, S("product_status"));
	struct texts names = { 0 };
	struct map abouts, bundles;
	int rc = read_names(c, v, &names);

	map_init(&abouts, c->r->op);
	map_init(&bundles, c->r->op);
	rc = rc < 0 ? rc : read_abouts(c, v, &abouts);
	if (rc == 0 && c->profile && !has_status(status))
		return vex_fail(c->r, v, "a vulnerability without a status of VEX");
	for (size_t i = 0; rc == 0 && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		ptrdiff_t n;
		const struct node *id = vex_list(status, statuses[i].key, &n);
		for (ptrdiff_t k = 0; rc == 0 && k < n; k++)
			rc = take_status(c, &abouts, &bundles, &id[k], statuses[i].status);
	}
	for (ptrdiff_t i = 0; rc == 0 && names.n && i < bundles.n; i++)
		rc = add_statement(c, &names, bundles.item[i].value);
	return rc;
}

/* ---- document ---- */

/* When it was last changed: by its tracking, else by the newest revision. */
static str time_of(const struct node *tracking)
{
	str t = vex_text(tracking, "current_release_date");
	ptrdiff_t n;
	const struct node *h = vex_list(tracking, "revision_history", &n);

	for (ptrdiff_t i = 0; i < n && t.len == 0; i++)
		t = vex_text(&h[i], "date");
	return t;
}

static int read_vulnerabilities(struct csaf *c, const struct node *v, ptrdiff_t n)
{
	struct map seen;

	map_init(&seen, c->r->op);
	for (ptrdiff_t i = 0; i < n; i++) {
		str cve = vex_text(&v[i], "cve");
		if (cve.len && map_get(&seen, cve))
			return vex_fail(c->r, &v[i], "%.*s is told of twice", STR_ARG(cve));
		if ((cve.len && map_put(&seen, cve, c) < 0) || read_vulnerability(c, &v[i]) < 0)
			return c->r->op->code;
	}
	return 0;
}

int vex_read_csaf(struct vex_reader *r, const struct node *root)
{
	const struct node *document = node_get(root, S("document"));
	const struct node *tracking = node_get(document, S("tracking"));
	const struct node *tree = node_get(root, S("product_tree"));
	ptrdiff_t n;
	const struct node *v = vex_list(root, "vulnerabilities", &n);
	struct csaf c = { .r = r };

	str category = vex_text(document, "category");
	c.profile = str_eq(category, S("csaf_vex"));
	r->id = vex_text(tracking, "id");
	r->author = vex_text(node_get(document, S("publisher")), "name");
	r->timestamp = time_of(tracking);
	if ((c.profile || str_eq(category, S("csaf_security_advisory"))) && (!tree || n == 0))
		return vex_fail(r, root, "a document of category %.*s without %s",
				STR_ARG(category), tree ? "vulnerabilities" : "a product_tree");
	map_init(&c.product, r->op);
	map_init(&c.group, r->op);
	int rc = tree ? read_tree(&c, tree) : 0;
	rc = rc < 0 ? rc : read_vulnerabilities(&c, v, n);
	return rc < 0 || n ? rc : 1;
}
