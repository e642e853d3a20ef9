/*
 * KEV: CISA's catalogue of vulnerabilities that are exploited. Source: its JSON schema,
 * known_exploited_vulnerabilities_schema.json:
 *
 *	{"dateReleased": "...", "vulnerabilities": [{"cveID", "dateAdded", "dueDate",
 *	 "vulnerabilityName", "shortDescription", "knownRansomwareCampaignUse": "Known" | "Unknown",
 *	 "notes": "https://... ; https://...", "cwes": []}]}
 *
 * A document may also be a single entry of the list.
 */
#include "base/limits.h"
#include "codec/json.h"
#include "feed_values.h"

/* "https://a ; text ; https://b": the addresses. */
static int add_references(struct op *op, str notes, feed_texts *to)
{
	int rc = 0;

	while (notes.p && rc == 0 && to->n < LIMIT_ADVISORY_REFERENCES) {
		str note = str_trim(str_cut(&notes, ';'));
		ptrdiff_t at = str_find_str(note, S("https://"));
		str url = at < 0 ? S("") : str_from(note, at);
		url = str_word(&url);
		if (feed_name_good(url))
			rc = feed_add(op, url, to);
	}
	return rc;
}

static int entry(struct op *op, const struct node *node, const struct feed_sink *sink)
{
	struct advisory a = { .id = feed_get(node, S("cveID")) };
	feed_texts cwe = { 0 }, references = { 0 };

	if (!feed_name_good(a.id) || a.id.len > LIMIT_ADVISORY_ID)
		return feed_broken(op, S("an entry"), "it has no id");
	a.kev_added = feed_time(feed_get(node, S("dateAdded")));
	a.kev_due = feed_time(feed_get(node, S("dueDate")));
	if (a.kev_added.len == 0)
		return feed_broken(op, a.id, "it has no date of its addition");
	a.ransomware = str_eq(feed_get(node, S("knownRansomwareCampaignUse")), S("Known"));
	a.summary = feed_get(node, S("vulnerabilityName"));
	a.details = feed_get(node, S("shortDescription"));
	int rc = feed_add_texts(op, a.id, node_get(node, S("cwes")), LIMIT_ADVISORY_RELATED, &cwe);
	if (rc == 0)
		rc = add_references(op, feed_get(node, S("notes")), &references);
	if (rc < 0)
		return rc;
	a.cwe = feed_taken(&cwe);
	a.references = feed_taken(&references);
	return sink->advisory(op, sink->to, &a);
}

static int entry_or_bad(struct op *op, const struct node *node, const struct feed_sink *sink,
			uint64_t *ret_bad)
{
	int rc = entry(op, node, sink);

	if (rc == ERR_FORMAT) {
		op_forgive(op);
		++*ret_bad;
		rc = 0;
	}
	return rc;
}

static int read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		uint64_t *ret_bad)
{
	struct doc doc = { 0 };
	int rc = json_parse(op, d->name, d->bytes, &doc);
	const struct node *list = node_get(&doc.root, S("vulnerabilities"));

	if (rc < 0)
		return rc;
	if (node_get(&doc.root, S("cveID")))
		return entry(op, &doc.root, sink);
	if (!list || list->kind != NODE_LIST)
		return feed_broken(op, d->name, "it has no list of vulnerabilities");
	for (ptrdiff_t i = 0; i < list->n && rc == 0; i++)
		rc = entry_or_bad(op, &list->child[i], sink, ret_bad);
	return rc < 0 ? rc : feed_dated(op, sink, feed_get(&doc.root, S("dateReleased")));
}

static bool looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 16 << 10);

	return str_starts(str_trim(head), S("{")) && str_find_str(head, S("\"cveID\":")) >= 0 &&
	       str_find_str(head, S("\"dateAdded\":")) >= 0;
}

const struct feed feed_kev = {
	.name = "kev",
	.what = "CISA's known exploited vulnerabilities, JSON",
	.ends = ".json",
	.whole = true,
	.looks_like = looks_like,
	.read = read,
};
