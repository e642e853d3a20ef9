/*
 * feed_csaf: CSAF documents of Red Hat and SUSE, VEX (one a CVE: also what is not fixed) and errata.
 * Source: CSAF 2.0, sections 3.2.3 (vulnerabilities) and 4.5 (profile VEX);
 * https://security.access.redhat.com/data/csaf/v2/vex/, https://ftp.suse.com/pub/projects/security/csaf-vex/.
 *
 *	{ "document": { "aggregate_severity": { "text": "Moderate" }, "category": "csaf_vex",
 *			"tracking": { "id": "CVE-2023-6237", "current_release_date": "..." } },
 *	  "product_tree": see csaf_products.h,
 *	  "vulnerabilities": [ { "cve": "CVE-2023-6237", "title": "...",
 *		"product_status": { "fixed": [ ID ], "known_affected": [ ID ], "recommended": [ ID ] },
 *		"remediations": [ { "category": "vendor_fix", "date": "...", "url": ".../RHSA-2024:2447",
 *				    "product_ids": [ ID ] },
 *				  { "category": "no_fix_planned", "details": "Will not fix", ... } ],
 *		"threats": [ { "category": "impact", "details": "Low", "product_ids": [ ID ] } ],
 *		"scores": [ { "cvss_v3": { "vectorString": "CVSS:3.1/..." } } ] } ] }
 *
 * Products that say the same of one package of one release are one, with the list of their
 * architectures. What has a version is of binary packages, and of sources ("arch=src") only where no
 * binary of it is named; what has none is of a source if the document says "arch=src".
 */
#include <stdlib.h>

#include "bulletin.h"
#include "codec/json.h"
#include "csaf_products.h"
#include "feed_native.h"
#include "feed_values.h"

/* Source: CSAF 2.0, 3.2.3.9. "first_affected" and "last_affected" are versions that are not told here. */
static const struct {
	const char *key;
	enum fix_state state;
} statuses[] = {
	{ "first_fixed", FIX_FIXED },
	{ "fixed", FIX_FIXED },
	{ "known_affected", FIX_AFFECTED },
	{ "known_not_affected", FIX_NOT_AFFECTED },
	{ "recommended", FIX_FIXED }, /* SUSE */
	{ "under_investigation", FIX_INVESTIGATING },
};

/* A remediation by its category, and by its details where those are known. Source: Red Hat's "CSAF/VEX
 * documents", remediations. */
static const struct {
	const char *category, *details;
	enum fix_state state;
} remedies[] = {
	{ "none_available", "Affected", FIX_AFFECTED },
	{ "none_available", "Fix deferred", FIX_DEFERRED },
	{ "none_available", "Under investigation", FIX_INVESTIGATING },
	{ "none_available", "Will not fix", FIX_WILL_NOT },
	{ "none_available", "", FIX_AFFECTED },
	{ "no_fix_planned", "Out of support scope", FIX_END_OF_LIFE },
	{ "no_fix_planned", "Under investigation", FIX_INVESTIGATING },
	{ "no_fix_planned", "Affected", FIX_AFFECTED },
	{ "no_fix_planned", "Fix deferred", FIX_DEFERRED },
	{ "no_fix_planned", "", FIX_WILL_NOT },
	{ "vendor_fix", "", FIX_FIXED },
};

struct said { /* of one component */
	const struct csaf_component *of;
	bool any;
	enum fix_state state;
	enum severity severity; /* UNKNOWN: the document's */
	str date;               /* of the fix */
};

struct csaf {
	struct op *op;
	struct csaf_products products;
	struct said *said; /* [products.all.n], in their order */
	struct bulletin b;
	uint64_t *bad;
};

static struct said *said_of(struct csaf *c, const struct node *id)
{
	str text;
	ptrdiff_t at = node_text(id, &text) ? csaf_component_of(&c->products, text) : -1;

	return at < 0 ? NULL : &c->said[at];
}

static void read_statuses(struct csaf *c, const struct node *map)
{
	for (size_t s = 0; s < sizeof(statuses) / sizeof(statuses[0]); s++) {
		const struct node *list = node_get(map, str_of(statuses[s].key));
		for (ptrdiff_t i = 0; list && i < list->n; i++) {
			struct said *said = said_of(c, &list->child[i]);
			if (!said)
				continue;
			said->any = true;
			said->state = statuses[s].state;
		}
	}
}

static bool remedy_state(const struct node *remedy, enum fix_state *ret)
{
	str category = feed_get(remedy, S("category"));
	str details = str_trim(feed_get(remedy, S("details")));

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		str want = str_of(remedies[i].details);
		if (str_eq(category, str_of(remedies[i].category)) &&
		    (want.len == 0 || str_eq(details, want))) {
			*ret = remedies[i].state;
			return true;
		}
	}
	return false; /* a workaround: the state stays */
}

static void read_remedy(struct csaf *c, const struct node *remedy)
{
	const struct node *ids = node_get(remedy, S("product_ids"));
	str url = feed_get(remedy, S("url")), date = feed_get(remedy, S("date"));
	ptrdiff_t errata = str_find_str(url, S("/errata/"));
	enum fix_state state;

	if (!remedy_state(remedy, &state))
		return;
	if (errata >= 0)
		bulletin_add(&c->b, &c->b.related, str_from(url, errata + 8));
	for (ptrdiff_t i = 0; ids && i < ids->n; i++) {
		struct said *said = said_of(c, &ids->child[i]);
		if (!said || (said->any && said->state == FIX_NOT_AFFECTED))
			continue;
		/* What a status calls fixed stays so. */
		if (!said->any || state == FIX_FIXED || said->state != FIX_FIXED)
			said->state = state;
		said->any = true;
		if (state == FIX_FIXED)
			said->date = bulletin_date(c->op, date);
	}
}

static void read_threat(struct csaf *c, const struct node *threat)
{
	const struct node *ids = node_get(threat, S("product_ids"));
	enum severity severity = severity_of(feed_get(threat, S("details")));

	if (!str_eq(feed_get(threat, S("category")), S("impact")))
		return;
	if (c->b.a.severity == SEVERITY_UNKNOWN)
		c->b.a.severity = severity;
	for (ptrdiff_t i = 0; ids && i < ids->n && severity != c->b.a.severity; i++) {
		struct said *said = said_of(c, &ids->child[i]);
		if (said)
			said->severity = severity;
	}
}

static bool is_source(const struct said *s)
{
	return str_eq(s->of->package->arch, S("src"));
}

/* The same release, module, state and version: what an erratum brings stands together. */
static int cmp_build(const struct said *a, const struct said *b)
{
	const struct csaf_component *x = a->of, *y = b->of;
	int order = str_cmp(x->release->key, y->release->key);

	if (order == 0)
		order = str_cmp(x->release->channel, y->release->channel);
	if (order == 0)
		order = str_cmp(x->module, y->module);
	if (order == 0)
		order = (int)a->state - (int)b->state;
	return order ? order : str_cmp(x->package->version, y->package->version);
}

/* And the same package, told alike, but for the architecture. */
static int cmp_package(const struct said *a, const struct said *b)
{
	int order = cmp_build(a, b);

	if (order == 0)
		order = (int)is_source(a) - (int)is_source(b);
	if (order == 0)
		order = str_cmp(a->of->package->package, b->of->package->package);
	if (order == 0)
		order = str_cmp(a->date, b->date);
	return order ? order : (int)a->severity - (int)b->severity;
}

static int cmp_said(const void *a, const void *b)
{
	const struct said *x = a, *y = b;
	int order = cmp_package(x, y);

	return order ? order : str_cmp(x->of->package->arch, y->of->package->arch);
}

/* The architectures of a run of products, blank-separated, each once; "noarch" is all of them. */
static str arch_list(struct op *op, const struct said *run, ptrdiff_t n)
{
	struct buf b;
	str last = { 0 };

	buf_init(&b, op, 4096);
	for (ptrdiff_t i = 0; i < n; i++) {
		str arch = run[i].of->package->arch;
		if (str_eq(arch, S("noarch")) || str_eq(arch, S("src")) || arch.len == 0)
			return (str){ 0 };
		if (str_eq(arch, last))
			continue;
		if (last.len)
			buf_char(&b, ' ');
		buf_add(&b, arch);
		last = arch;
	}
	return b.bad ? (str){ 0 } : buf_view(&b);
}

static void add_affected(struct csaf *c, const struct said *run, ptrdiff_t n)
{
	const struct csaf_component *of = run->of;
	str version = of->package->version;
	struct affected *a = bulletin_affected(&c->b, of->release->key, of->package->package,
					       is_source(run)              ? AFFECTED_SOURCE
					       : of->package->arch.len > 0 ? AFFECTED_BINARY
									   : AFFECTED_ANY);

	bulletin_only(&c->b, a, "channel", of->release->channel);
	bulletin_only(&c->b, a, "module", of->module);
	bulletin_only(&c->b, a, "arch", arch_list(c->op, run, n));
	if (!a)
		return;
	a->severity = run->severity;
	a->state = run->state;
	if (run->state == FIX_FIXED && version.len) {
		bulletin_until(&c->b, a, version);
		a->fixed_on = run->date;
	} else if (run->state == FIX_FIXED) {
		/* Fixed, and nobody says where: nothing that could be matched. */
		c->b.affected.n--;
	} else if (run->state == FIX_NOT_AFFECTED && version.len) {
		str *one = op_new(c->op, str, 1);
		if (one) {
			*one = version;
			a->versions = (struct texts){ one, 1 };
		}
	}
}

/* Everything that was said, joined. */
static int join(struct csaf *c)
{
	ptrdiff_t n = 0, all = c->products.all.n;
	struct said *run = op_new(c->op, struct said, all);
	bool binary = false; /* the build at hand has binary packages */

	if (!run)
		return c->op->code;
	for (ptrdiff_t i = 0; i < all; i++)
		if (c->said[i].any && c->said[i].of->package->package.len)
			run[n++] = c->said[i];
	if (n)
		qsort(run, (size_t)n, sizeof(*run), cmp_said);
	for (ptrdiff_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && cmp_package(&run[i], &run[end]) == 0; end++) {
		}
		if (i == 0 || cmp_build(&run[i - 1], &run[i]))
			binary = !is_source(&run[i]);
		if (!is_source(&run[i]) || !binary || run[i].of->package->version.len == 0)
			add_affected(c, run + i, end - i);
	}
	return c->op->code;
}

static void read_texts(struct csaf *c, const struct node *v)
{
	const struct node *notes = node_get(v, S("notes")), *scores = node_get(v, S("scores"));
	const struct node *references = node_get(v, S("references"));
	static const char *const cvss[] = { "cvss_v4", "cvss_v3", "cvss_v2" };

	c->b.a.summary = feed_get(v, S("title"));
	if (str_eq(c->b.a.summary, c->b.a.id))
		c->b.a.summary = (str){ 0 };
	for (ptrdiff_t i = 0; notes && i < notes->n; i++)
		if (str_eq(feed_get(&notes->child[i], S("category")), S("description")) ||
		    (c->b.a.details.len == 0 &&
		     str_eq(feed_get(&notes->child[i], S("category")), S("general"))))
			c->b.a.details = feed_get(&notes->child[i], S("text"));
	for (ptrdiff_t i = 0; scores && i < scores->n; i++)
		for (size_t k = 0; k < sizeof(cvss) / sizeof(cvss[0]); k++)
			bulletin_add(&c->b, &c->b.cvss,
				     feed_get(node_get(&scores->child[i], str_of(cvss[k])),
					      S("vectorString")));
	for (ptrdiff_t i = 0; references && i < references->n && i < 8; i++)
		bulletin_add(&c->b, &c->b.references, feed_get(&references->child[i], S("url")));
	bulletin_add(&c->b, &c->b.cwe, feed_get(node_get(v, S("cwe")), S("id")));
}

static int vulnerability(struct csaf *c, const struct feed_sink *sink, const struct node *document,
			 const struct node *v)
{
	const struct node *tracking = node_get(document, S("tracking"));
	const struct node *remedy = node_get(v, S("remediations")),
			  *threat = node_get(v, S("threats"));
	str id = feed_get(v, S("cve")), of = feed_get(tracking, S("id"));
	enum severity severity =
		severity_of(feed_get(node_get(document, S("aggregate_severity")), S("text")));

	bulletin_begin(&c->b, c->op, sink, id.len ? id : of);
	if (!str_eq(c->b.a.id, of))
		bulletin_add(&c->b, &c->b.related, of);
	/* An erratum's severity is that of its worst; each vulnerability tells its own. */
	c->b.a.severity = str_eq(c->b.a.id, of) ? severity : SEVERITY_UNKNOWN;
	c->b.a.published = bulletin_time(c->op, feed_get(v, S("release_date")));
	if (c->b.a.published.len == 0)
		c->b.a.published =
			bulletin_time(c->op, feed_get(tracking, S("initial_release_date")));
	c->b.a.modified = bulletin_time(c->op, feed_get(tracking, S("current_release_date")));
	read_texts(c, v);
	c->said = op_new(c->op, struct said, c->products.all.n);
	if (!c->said)
		return c->op->code;
	for (ptrdiff_t i = 0; i < c->products.all.n; i++)
		c->said[i].of = &c->products.all.p[i];
	read_statuses(c, node_get(v, S("product_status")));
	for (ptrdiff_t i = 0; remedy && i < remedy->n; i++)
		read_remedy(c, &remedy->child[i]);
	for (ptrdiff_t i = 0; threat && i < threat->n; i++)
		read_threat(c, &threat->child[i]);
	if (join(c) < 0)
		return c->op->code;
	return bulletin_send(&c->b, c->bad);
}

static int csaf_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		     uint64_t *ret_bad)
{
	struct csaf c = { .op = op, .bad = ret_bad };
	struct doc doc;

	if (json_parse_lax(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	const struct node *document = node_get(&doc.root, S("document"));
	const struct node *list = node_get(&doc.root, S("vulnerabilities"));
	if (!document || !node_get(document, S("csaf_version")))
		return op_fail(op, ERR_FORMAT, "%.*s: not a CSAF document", STR_ARG(d->name));
	if (csaf_products_read(op, node_get(&doc.root, S("product_tree")), &c.products) < 0)
		return op->code;
	for (ptrdiff_t i = 0; list && i < list->n; i++)
		if (vulnerability(&c, sink, document, &list->child[i]) < 0)
			return op->code;
	return 0;
}

static bool is_csaf_of(const struct feed_document *d, str publisher)
{
	str head = str_head(d->bytes, 16384);

	return str_find_str(head, S("\"csaf_version\"")) >= 0 && str_find_str(head, publisher) >= 0;
}

static bool redhat_looks_like(const struct feed_document *d)
{
	return is_csaf_of(d, S("Red Hat Product Security"));
}

static bool suse_looks_like(const struct feed_document *d)
{
	return is_csaf_of(d, S("SUSE Product Security"));
}

const struct feed feed_redhat_csaf = {
	.name = "redhat-csaf",
	.what = "Red Hat's CSAF documents: VEX, one a CVE, and errata",
	.ends = ".json",
	.looks_like = redhat_looks_like,
	.read = csaf_read,
};

const struct feed feed_suse_csaf = {
	.name = "suse-csaf",
	.what = "SUSE's CSAF documents: VEX, one a CVE, and errata",
	.ends = ".json",
	.looks_like = suse_looks_like,
	.read = csaf_read,
};
