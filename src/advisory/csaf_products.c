#include "csaf_products.h"

#include "base/limits.h"
#include "feed_values.h"
#include "model/purl.h"

static const char *const arches[] = {
	"aarch64", "armv6hl", "armv7hl", "i386",    "i486",    "i586", "i686",  "ia64", "noarch",
	"nosrc",   "ppc",     "ppc64",   "ppc64le", "riscv64", "s390", "s390x", "src",  "x86_64",
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool csaf_nevra(str text, str *ret_name, str *ret_version, str *ret_arch)
{
	ptrdiff_t dot = str_rfind(text, '.');
	str rest = text, arch = { 0 };

	for (size_t i = 0; dot > 0 && i < sizeof(arches) / sizeof(arches[0]); i++)
		if (str_eq(str_from(text, dot + 1), str_of(arches[i]))) {
			arch = str_from(text, dot + 1);
			rest = str_head(text, dot);
		}
	ptrdiff_t release = str_rfind(rest, '-');
	ptrdiff_t version = release > 0 ? str_rfind(str_head(rest, release), '-') : -1;
	if (version <= 0 || release == version + 1 || release + 1 == rest.len ||
	    !is_digit(rest.p[release + 1]) || !is_digit(rest.p[version + 1]))
		return false;
	*ret_name = str_head(rest, version);
	*ret_version = str_from(rest, version + 1);
	*ret_arch = arch;
	return true;
}

/* "nodejs:12" of "nodejs:12:8040020210708131418:522a0ee4" */
static str name_and_stream(str module)
{
	ptrdiff_t colon = str_find(module, ':');
	ptrdiff_t second = colon < 0 ? -1 : str_find(str_from(module, colon + 1), ':');

	return second < 0 ? module : str_head(module, colon + 1 + second);
}

/*
 * pkg:rpm/redhat/ruby@2.7.8-139...?arch=x86_64&epoch=1&rpmmod=ruby:2.7:8080020230427102918:63b34585
 * pkg:rpmmod/redhat/postgresql:15/postgresql      a package of a module, none in particular
 * pkg:rpmmod/redhat/ruby@2.7:8080020230427102918  a module: packages follow as its components
 */
static int of_purl(struct op *op, struct csaf_product *p)
{
	struct purl u;
	int rc = purl_parse(op, p->purl, &u);

	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0) {
		op_forgive(op);
		return 0;
	}
	if (str_eq(u.type, S("rpmmod"))) {
		ptrdiff_t slash = str_find(u.ns, '/');
		if (slash >= 0) {
			p->module = name_and_stream(str_from(u.ns, slash + 1));
			p->package = u.name;
			return 0;
		}
		ptrdiff_t colon = str_find(u.version, ':');
		str stream = colon < 0 ? u.version : str_head(u.version, colon);
		return op_text(op, &p->module, "%.*s:%.*s", STR_ARG(u.name), STR_ARG(stream));
	}
	if (!str_eq(u.type, S("rpm")))
		return 0;
	str epoch = purl_qualifier(&u, S("epoch"));
	p->package = u.name;
	p->version = u.version;
	p->arch = purl_qualifier(&u, S("arch"));
	p->module = name_and_stream(purl_qualifier(&u, S("rpmmod")));
	if (epoch.len && !str_eq(epoch, S("0")) && u.version.len)
		return op_text(op, &p->version, "%.*s:%.*s", STR_ARG(epoch), STR_ARG(u.version));
	return 0;
}

/* SUSE's name their packages and have no purl; what has no version is the name alone. */
static void of_name(struct csaf_product *p)
{
	if (!csaf_nevra(p->id, &p->package, &p->version, &p->arch))
		p->package = p->id;
}

static int read_package(struct op *op, struct csaf_product *p)
{
	if (p->read)
		return 0;
	p->read = true;
	if (p->purl.len)
		return of_purl(op, p);
	if (p->cpe.len == 0)
		of_name(p);
	return 0;
}

/* "cpe:/a:redhat:rhel_eus:9.2::appstream", "SUSE Linux Enterprise Server 15 SP5", "openSUSE Leap 15.5":
 * what these are called as ecosystems of OSV. SUSE's other products number their own releases. */
static int read_release(struct op *op, struct csaf_product *p)
{
	static const struct {
		const char *head, *osv;
		ptrdiff_t cut; /* of the name, to be the ecosystem's */
	} names[] = {
		{ "SUSE Linux ", "SUSE", 5 },
		{ "SUSE Package Hub ", "SUSE", 5 },
		{ "openSUSE ", "openSUSE", 9 },
	};
	ptrdiff_t redhat = str_find_str(p->cpe, S(":redhat:"));
	str osv = { 0 };

	if (p->read)
		return 0;
	p->read = true;
	if (redhat >= 0 &&
	    op_text(op, &osv, "Red Hat:%.*s", STR_ARG(str_from(p->cpe, redhat + 8))) < 0)
		return op->code;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && osv.len == 0; i++)
		if (str_starts(p->name, str_of(names[i].head)) &&
		    op_text(op, &osv, "%s:%.*s", names[i].osv,
			    STR_ARG(str_from(p->name, names[i].cut))) < 0)
			return op->code;
	if (osv.len == 0)
		return 0;
	int rc = ecosystem_of_osv(op, osv, &p->key, &p->channel);
	if (rc > 0)
		p->key = (str){ 0 };
	return rc < 0 ? rc : 0;
}

static int put_product(struct op *op, struct csaf_products *ret, const struct node *node)
{
	const struct node *helper = node_get(node, S("product_identification_helper"));
	str id = feed_get(node, S("product_id"));

	if (id.len == 0 || map_find(&ret->by_id, id) >= 0)
		return 0;
	struct csaf_product *p = op_new(op, struct csaf_product, 1);
	if (!p)
		return op->code;
	p->id = id;
	p->name = feed_get(node, S("name"));
	p->cpe = feed_get(helper, S("cpe"));
	p->purl = feed_get(helper, S("purl"));
	return map_put(&ret->by_id, id, p);
}

/* Products stand at any depth of the branches; no deeper than the document may nest. */
static int read_branches(struct op *op, struct csaf_products *ret, const struct node *branches)
{
	const struct node *open[LIMIT_DEPTH + 1];
	ptrdiff_t next[LIMIT_DEPTH + 1] = { 0 };
	int depth = 0;

	open[0] = branches;
	while (branches && depth >= 0) {
		if (next[depth] >= open[depth]->n || open[depth]->kind != NODE_LIST) {
			depth--;
			continue;
		}
		const struct node *branch = &open[depth]->child[next[depth]++];
		const struct node *product = node_get(branch, S("product"));
		const struct node *below = node_get(branch, S("branches"));
		if (product && put_product(op, ret, product) < 0)
			return op->code;
		if (below && depth < LIMIT_DEPTH) {
			open[++depth] = below;
			next[depth] = 0;
		}
	}
	return 0;
}

/* A package of a release; or of a module of a release, which is a component itself. */
static int put_component(struct op *op, struct csaf_products *ret, const struct node *relation)
{
	str id = feed_get(node_get(relation, S("full_product_name")), S("product_id"));
	str whole = feed_get(relation, S("relates_to_product_reference"));
	struct csaf_product *part =
		map_get(&ret->by_id, feed_get(relation, S("product_reference")));
	struct csaf_product *release = map_get(&ret->by_id, whole);
	ptrdiff_t of = release ? -1 : csaf_component_of(ret, whole);
	const struct csaf_component *module = of < 0 ? NULL : &ret->all.p[of];

	if (!part || (!release && !module) || map_find(&ret->component_by_id, id) >= 0)
		return 0;
	if (read_package(op, part) < 0 || (release && read_release(op, release) < 0))
		return op->code;
	const struct csaf_product *on = release ? release : module->release;
	str stream = part->module.len ? part->module : module ? module->module : (str){ 0 };
	if (on->key.len == 0 || (part->package.len == 0 && part->module.len == 0))
		return 0;
	struct csaf_component *c = vec_push(op, &ret->all);
	if (!c)
		return op->code;
	*c = (struct csaf_component){ id, on, part, stream };
	return map_put(&ret->component_by_id, id, part);
}

ptrdiff_t csaf_component_of(const struct csaf_products *p, str id)
{
	return map_find(&p->component_by_id, id); /* which keeps their order */
}

int csaf_products_read(struct op *op, const struct node *tree, struct csaf_products *ret)
{
	const struct node *plain = node_get(tree, S("full_product_names"));
	const struct node *relations = node_get(tree, S("relationships"));

	*ret = (struct csaf_products){ 0 };
	map_init(&ret->by_id, op);
	map_init(&ret->component_by_id, op);
	if (read_branches(op, ret, node_get(tree, S("branches"))) < 0)
		return op->code;
	for (ptrdiff_t i = 0; plain && i < plain->n; i++)
		if (put_product(op, ret, &plain->child[i]) < 0)
			return op->code;
	for (ptrdiff_t i = 0; relations && i < relations->n; i++)
		if (put_component(op, ret, &relations->child[i]) < 0)
			return op->code;
	return 0;
}
