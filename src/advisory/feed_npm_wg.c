/*
 * feed_npm_wg: the Node.js security working group's advisories of npm packages (until 2019), one JSON
 * document each. Source: nodejs/security-wg, vuln/npm.
 *
 *	{ "id": 100, "title": "...", "module_name": "uri-js", "publish_date": "2017-04-14",
 *	  "updated_at": "2017-04-14", "cves": [], "vulnerable_versions": "<=2.1.1",
 *	  "patched_versions": ">=3.0.0", "overview": "...", "references": [ "https://..." ],
 *	  "cvss_vector": "CVSS:3.0/...", "cvss_score": 7.5 }
 *
 * "patched_versions": "<0.0.0" is their way to say none. Documents about Node.js itself name no
 * module, and are passed over.
 */
#include "codec/json.h"
#include "feed_native.h"
#include "feed_values.h"
#include "model/ecosystem.h"
#include "unsafe.h"

static int wg_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		   uint64_t *ret_bad)
{
	struct bulletin b;
	struct doc doc;
	str id, one;

	if (json_parse_lax(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	const struct node *root = &doc.root, *list;
	str module = feed_get(root, S("module_name")), number = feed_get(root, S("id"));
	str patched = feed_get(root, S("patched_versions"));
	str vulnerable = feed_get(root, S("vulnerable_versions"));
	if (module.len == 0 && node_get(root, S("vulnerable")))
		return 0;
	if (module.len == 0 || number.len == 0 || vulnerable.len == 0)
		return op_fail(op, ERR_FORMAT, "%.*s: not an advisory of an npm package",
			       STR_ARG(d->name));
	if (op_text(op, &id, "NSWG-ECO-%.*s", STR_ARG(number)) < 0 ||
	    ecosystem_name(op, ecosystem_row(S("npm")), module, &module) < 0)
		return op->code;
	bulletin_begin(&b, op, sink, id);
	list = node_get(root, S("cves"));
	for (ptrdiff_t i = 0; list && i < list->n; i++)
		if (node_text(&list->child[i], &one))
			bulletin_add(&b, &b.aliases, one);
	list = node_get(root, S("references"));
	for (ptrdiff_t i = 0; list && i < list->n; i++)
		if (node_text(&list->child[i], &one))
			bulletin_add(&b, &b.references, one);
	b.a.summary = feed_get(root, S("title"));
	b.a.details = feed_get(root, S("overview"));
	b.a.published = bulletin_time(op, feed_get(root, S("publish_date")));
	b.a.modified = bulletin_time(op, feed_get(root, S("updated_at")));
	bulletin_add(&b, &b.cvss, feed_get(root, S("cvss_vector")));
	bool is_patched = patched.len && !str_eq(patched, S("<0.0.0"));
	struct affected *a = bulletin_affected(&b, S("npm"), module, AFFECTED_ANY);
	int rc = unsafe_in(&b, a, RANGE_NPM, VERSION_SEMVER, vulnerable, is_patched);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		bulletin_drop(&b);
		++*ret_bad;
		return 0;
	}
	return bulletin_send(&b, ret_bad);
}

static bool wg_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 8192);

	return str_find_str(head, S("\"module_name\":")) > 0 &&
	       str_find_str(head, S("\"vulnerable_versions\":")) > 0;
}

const struct feed feed_npm_wg = {
	.name = "npm-wg",
	.what = "the Node.js security working group's advisories of npm packages",
	.ends = ".json",
	.looks_like = wg_looks_like,
	.read = wg_read,
};
