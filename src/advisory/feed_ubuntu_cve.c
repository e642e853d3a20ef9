/*
 * feed_ubuntu_cve: CVEs as Ubuntu's security pages tell them. Source: https://ubuntu.com/security/cves.json,
 * https://ubuntu.com/security/api/docs: a page of many, or one alone.
 *
 *	{ "cves": [ { "id": "CVE-2025-27556", "priority": "medium", "description": "...",
 *		"published": "2025-04-02T10:00:00", "updated_at": "...", "notices_ids": [ "USN-1-1" ],
 *		"impact": { "baseMetricV3": { "cvssV3": { "vectorString": "CVSS:3.1/..." } } },
 *		"packages": [ { "name": "python-django", "statuses": [
 *			{ "release_codename": "jammy", "status": "released", "description": "2:3.2.12-2",
 *			  "pocket": "security" | "updates" | "esm-infra" | "esm-apps" } ] } ] } ] }
 *
 * The description of what is released is the version.
 */
#include "codec/json.h"
#include "feed_native.h"
#include "feed_values.h"
#include "ubuntu.h"

/* A pocket of the archive itself brings no channel. */
static bool is_archive(str pocket)
{
	return pocket.len == 0 || str_eq(pocket, S("security")) || str_eq(pocket, S("updates")) ||
	       str_eq(pocket, S("release"));
}

static int status(struct bulletin *b, str package, const struct node *node)
{
	str release = feed_get(node, S("release_codename")), pocket = feed_get(node, S("pocket"));
	str state = feed_get(node, S("status")), note = feed_get(node, S("description"));

	if (!is_archive(pocket) && str_find(release, '/') < 0 &&
	    op_text(b->op, &release, "%.*s/%.*s", STR_ARG(pocket), STR_ARG(release)) < 0)
		return b->op->code;
	ubuntu_fact(b, release, package, state, str_trim(note));
	return b->op->code;
}

static int cve(struct op *op, const struct feed_sink *sink, const struct node *node, uint64_t *bad)
{
	const struct node *packages = node_get(node, S("packages"));
	const struct node *notices = node_get(node, S("notices_ids"));
	const struct node *impact = node_get(node_get(node, S("impact")), S("baseMetricV3"));
	struct bulletin b;
	str usn;

	bulletin_begin(&b, op, sink, feed_get(node, S("id")));
	b.a.details = str_trim(feed_get(node, S("description")));
	b.a.severity = severity_of(feed_get(node, S("priority")));
	b.a.published = bulletin_time(op, bulletin_date(op, feed_get(node, S("published"))));
	b.a.modified = bulletin_time(op, feed_get(node, S("updated_at")));
	bulletin_add(&b, &b.cvss, feed_get(node_get(impact, S("cvssV3")), S("vectorString")));
	for (ptrdiff_t i = 0; notices && i < notices->n; i++)
		if (node_text(&notices->child[i], &usn))
			bulletin_add(&b, &b.related, usn);
	for (ptrdiff_t i = 0; packages && i < packages->n; i++) {
		const struct node *list = node_get(&packages->child[i], S("statuses"));
		str name = feed_get(&packages->child[i], S("name"));
		for (ptrdiff_t k = 0; list && k < list->n; k++)
			if (status(&b, name, &list->child[k]) < 0)
				return op->code;
	}
	if (b.affected.n == 0 && op->code == 0) {
		bulletin_drop(&b);
		return 0;
	}
	return bulletin_send(&b, bad);
}

static int cve_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		    uint64_t *ret_bad)
{
	struct doc doc;

	if (json_parse_lax(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	const struct node *list = node_get(&doc.root, S("cves"));
	if (!list && node_get(&doc.root, S("packages")) && node_get(&doc.root, S("id")))
		return cve(op, sink, &doc.root, ret_bad);
	if (!list || list->kind != NODE_LIST)
		return op_fail(op, ERR_FORMAT, "%.*s: not CVEs of Ubuntu's", STR_ARG(d->name));
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (cve(op, sink, &list->child[i], ret_bad) < 0)
			return op->code;
	return 0;
}

static bool cve_looks_like(const struct feed_document *d)
{
	return str_find_str(str_head(d->bytes, 16384), S("\"release_codename\"")) > 0;
}

const struct feed feed_ubuntu_cve = {
	.name = "ubuntu-cve",
	.what = "CVEs of Ubuntu's security pages (JSON), by pages or one by one",
	.ends = ".json",
	.looks_like = cve_looks_like,
	.read = cve_read,
};
