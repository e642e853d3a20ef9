/*
 * endoflife.date: when support of a release of something ends. Source: endoflife.date/docs/api, v0 and
 * v1, and the product files of its repository:
 *
 *	v1: {"result": PRODUCT | [PRODUCT], "generated_at": "..."}
 *	    PRODUCT: {"name": "ubuntu", "releases": [{"name": "22.04", "codename", "eolFrom",
 *	      "eoesFrom", "isEol"}]}; one alone may be the document
 *	v0: [{"cycle": "22.04", "codename", "eol": "2027-04-01" | true, "extendedSupport"}], in a file
 *	    that is named by the product
 *	products/NAME.md: YAML between two lines "---": releases: [{releaseCycle, codename, eol, eoes}]
 *
 * A product that is a distribution is told by its ecosystem's key; of another it is NAME:RELEASE.
 */
#include "codec/json.h"
#include "codec/yaml_block.h"
#include "feed_values.h"

/* Distributions by the names of products, where they differ from the key. */
static const struct {
	str product, key;
} products[] = {
	{ S_INIT("alpine-linux"), S_INIT("alpine") },
	{ S_INIT("amazon-linux"), S_INIT("amzn") },
	{ S_INIT("centos-stream"), S_INIT("centos") },
	{ S_INIT("opensuse"), S_INIT("opensuse-leap") },
	{ S_INIT("oracle-linux"), S_INIT("ol") },
	{ S_INIT("photon-os"), S_INIT("photon") },
	{ S_INIT("redhat"), S_INIT("rhel") },
	{ S_INIT("rocky-linux"), S_INIT("rocky") },
};

static str key_of(str product)
{
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		if (str_eq(products[i].product, product))
			return products[i].key;
	}
	return product;
}

/* A date under any of these names; "true" tells that it is over, and not since when. */
static str end_of(const struct node *release, const char *const *key, bool *ret_over)
{
	str date = S(""), text;

	for (; *key && date.len == 0; key++) {
		text = feed_get(release, str_of(*key));
		date = feed_time(text);
		*ret_over |= str_eq(text, S("true"));
	}
	return str_head(date, 10);
}

static str first_of(const struct node *map, const char *const *key)
{
	str text = S("");

	for (; *key && text.len == 0; key++)
		text = feed_get(map, str_of(*key));
	return text;
}

/* 1: it is no release. */
static int release(struct op *op, str product, const struct node *node,
		   const struct feed_sink *sink)
{
	static const char *const name[] = { "name", "releaseCycle", "cycle", NULL };
	static const char *const standard[] = { "eolFrom", "eol", NULL };
	static const char *const extended[] = { "eoesFrom", "eoes", "extendedSupport", NULL };
	str cycle = first_of(node, name);
	bool over = str_eq(feed_get(node, S("isEol")), S("true")), ignored = false;
	struct life life = { .codename = feed_get(node, S("codename")) };

	if (!feed_name_good(cycle) || !feed_name_good(product))
		return 1;
	if (op_text(op, &life.ecosystem, "%.*s:%.*s", STR_ARG(key_of(product)), STR_ARG(cycle)) < 0)
		return op->code;
	life.standard_end = end_of(node, standard, &over);
	life.extended_end = end_of(node, extended, &ignored);
	if (over && life.standard_end.len == 0)
		life.note = S("support has ended");
	return sink->life(op, sink->to, &life);
}

static int releases(struct op *op, str product, const struct node *list,
		    const struct feed_sink *sink, uint64_t *ret_bad)
{
	if (!list || list->kind != NODE_LIST)
		return feed_broken(op, product, "it has no list of releases");
	for (ptrdiff_t i = 0; i < list->n; i++) {
		int rc = release(op, product, &list->child[i], sink);
		if (rc < 0)
			return rc;
		*ret_bad += rc == 1;
	}
	return 0;
}

/* The name that a file has without its ending: v0 and product files say it nowhere else. */
static str product_of(str name)
{
	str base = str_base_name(name);
	ptrdiff_t dot = str_rfind(base, '.');

	return dot > 0 ? str_head(base, dot) : base;
}

static int read_json(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		     uint64_t *ret_bad)
{
	struct doc doc = { 0 };
	int rc = json_parse(op, d->name, d->bytes, &doc);

	if (rc < 0)
		return rc;
	const struct node *result = node_get(&doc.root, S("result"));
	const struct node *one = result ? result : &doc.root;
	if (doc.root.kind == NODE_LIST)
		return releases(op, product_of(d->name), &doc.root, sink, ret_bad);
	if (one->kind != NODE_LIST)
		rc = releases(op, feed_get(one, S("name")), node_get(one, S("releases")), sink,
			      ret_bad);
	for (ptrdiff_t i = 0; one->kind == NODE_LIST && i < one->n && rc == 0; i++)
		rc = releases(op, feed_get(&one->child[i], S("name")),
			      node_get(&one->child[i], S("releases")), sink, ret_bad);
	return rc < 0 ? rc : feed_dated(op, sink, feed_get(&doc.root, S("generated_at")));
}

static int read_markdown(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
			 uint64_t *ret_bad)
{
	struct doc doc = { 0 };
	str rest = d->bytes;
	str first = str_trim(str_cut(&rest, '\n'));
	ptrdiff_t end = str_find_str(rest, S("\n---"));

	if (!str_eq(first, S("---")) || end < 0)
		return feed_broken(op, d->name, "it has no head between two lines of dashes");
	int rc = yaml_quick_parse(op, d->name, str_head(rest, end + 1), &doc);
	return rc < 0 ? rc
		      : releases(op, product_of(d->name), node_get(&doc.root, S("releases")), sink,
				 ret_bad);
}

static int read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		uint64_t *ret_bad)
{
	return str_starts(d->bytes, S("---")) ? read_markdown(op, d, sink, ret_bad)
					      : read_json(op, d, sink, ret_bad);
}

static bool looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 64 << 10), start = str_trim(head);

	if (str_starts(start, S("---")))
		return str_find_str(head, S("releaseCycle:")) >= 0;
	if (str_starts(start, S("{")))
		return str_find_str(head, S("\"releases\"")) >= 0 &&
		       (str_find_str(head, S("\"eolFrom\"")) >= 0 ||
			str_find_str(head, S("\"isEol\"")) >= 0);
	return str_starts(start, S("[")) && str_find_str(head, S("\"cycle\"")) >= 0 &&
	       str_find_str(head, S("\"eol\"")) >= 0;
}

const struct feed feed_endoflife = {
	.name = "endoflife",
	.what = "endoflife.date: its API's JSON, its product files",
	.ends = ".json .md full",
	.looks_like = looks_like,
	.read = read,
};
