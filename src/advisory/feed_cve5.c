/*
 * CVE records, for their texts, vectors and weaknesses: which packages they are about is what
 * other feeds know better. Source: CVEProject cve-schema 5.1:
 *
 *	{"dataType": "CVE_RECORD",
 *	 "cveMetadata": {"cveId", "state": "PUBLISHED" | "REJECTED", "datePublished", "dateUpdated",
 *	   "dateRejected"},
 *	 "containers": {"cna": CONTAINER, "adp": [CONTAINER]}}
 *
 *	CONTAINER: {"title", "descriptions": [{"lang", "value"}], "references": [{"url"}],
 *	 "problemTypes": [{"descriptions": [{"cweId"}]}],
 *	 "metrics": [{"cvssV3_1": {"vectorString", "baseSeverity"}} |
 *	   {"other": {"type": "kev", "content": {"dateAdded"}}}],
 *	 "rejectedReasons": [{"lang", "value"}]}
 */
#include "base/limits.h"
#include "codec/json.h"
#include "feed_values.h"

struct record {
	struct op *op;
	struct advisory a;
	feed_texts cvss, cwe, references;
	enum severity word; /* by whoever gave the id */
};

static const struct node *list_of(const struct node *map, str key, ptrdiff_t *ret_n)
{
	const struct node *list = node_get(map, key);

	*ret_n = list && list->kind == NODE_LIST ? list->n : 0;
	return list;
}

/* The English text of [{"lang", "value"}], else the first. */
static str text_of(const struct node *container, str key)
{
	ptrdiff_t n;
	const struct node *list = list_of(container, key, &n);
	str first = { 0 };

	for (ptrdiff_t i = 0; i < n; i++) {
		str value = feed_get(&list->child[i], S("value"));
		if (str_starts(feed_get(&list->child[i], S("lang")), S("en")))
			return value;
		first = first.len ? first : value;
	}
	return first;
}

static int add_metric(struct record *r, const struct node *metric)
{
	static const str key[] = { S_INIT("cvssV4_0"), S_INIT("cvssV3_1"), S_INIT("cvssV3_0"),
				   S_INIT("cvssV2_0") };
	const struct node *other = node_get(metric, S("other"));
	const char *version;
	double score;
	int rc = 0;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]) && rc == 0; i++) {
		const struct node *cvss = node_get(metric, key[i]);
		str vector = feed_get(cvss, S("vectorString"));
		if (r->word == SEVERITY_UNKNOWN)
			r->word = severity_of(feed_get(cvss, S("baseSeverity")));
		if (r->cvss.n < LIMIT_ADVISORY_VECTORS && cvss_score(vector, &score, &version))
			rc = feed_add(r->op, vector, &r->cvss);
	}
	if (str_eq(feed_get(other, S("type")), S("kev")))
		r->a.kev_added = feed_time(feed_get(node_get(other, S("content")), S("dateAdded")));
	return rc;
}

static int add_weaknesses(struct record *r, const struct node *container)
{
	ptrdiff_t n, m;
	const struct node *list = list_of(container, S("problemTypes"), &n);
	int rc = 0;

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *inner = list_of(&list->child[i], S("descriptions"), &m);
		for (ptrdiff_t j = 0; j < m && rc == 0; j++) {
			str id = feed_get(&inner->child[j], S("cweId"));
			if (str_starts(id, S("CWE-")) && feed_name_good(id) &&
			    r->cwe.n < LIMIT_ADVISORY_RELATED)
				rc = feed_add(r->op, id, &r->cwe);
		}
	}
	return rc;
}

static int add_container(struct record *r, const struct node *container)
{
	ptrdiff_t n;
	const struct node *list = list_of(container, S("metrics"), &n);
	int rc = add_weaknesses(r, container);

	for (ptrdiff_t i = 0; i < n && rc == 0; i++)
		rc = add_metric(r, &list->child[i]);
	list = list_of(container, S("references"), &n);
	for (ptrdiff_t i = 0; i < n && rc == 0; i++) {
		str url = feed_get(&list->child[i], S("url"));
		if (feed_name_good(url) && r->references.n < LIMIT_ADVISORY_REFERENCES)
			rc = feed_add(r->op, url, &r->references);
	}
	if (r->a.summary.len == 0)
		r->a.summary = feed_get(container, S("title"));
	if (r->a.details.len == 0)
		r->a.details = text_of(container, S("descriptions"));
	return rc;
}

static int add_dates(struct record *r, const struct node *meta, const struct node *cna)
{
	struct advisory *a = &r->a;

	a->published = feed_time(feed_get(meta, S("datePublished")));
	a->modified = feed_time(feed_get(meta, S("dateUpdated")));
	if (!str_eq(feed_get(meta, S("state")), S("REJECTED")))
		return 0;
	a->withdrawn = feed_time(feed_get(meta, S("dateRejected")));
	if (a->withdrawn.len == 0)
		a->withdrawn = a->modified.len ? a->modified : S("rejected");
	a->details = text_of(cna, S("rejectedReasons"));
	return 0;
}

static int read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		uint64_t *ret_bad)
{
	struct doc doc = { 0 };
	struct record r = { .op = op };
	ptrdiff_t n;
	int rc = json_parse_lax(op, d->name, d->bytes, &doc);

	(void)ret_bad;
	if (rc < 0)
		return rc;
	const struct node *meta = node_get(&doc.root, S("cveMetadata"));
	const struct node *containers = node_get(&doc.root, S("containers"));
	const struct node *cna = node_get(containers, S("cna"));
	const struct node *adp = list_of(containers, S("adp"), &n);
	r.a.id = feed_get(meta, S("cveId"));
	if (!str_starts(r.a.id, S("CVE-")) || !feed_name_good(r.a.id) ||
	    r.a.id.len > LIMIT_ADVISORY_ID)
		return feed_broken(op, d->name, "it is no CVE record");
	rc = add_dates(&r, meta, cna);
	if (rc == 0)
		rc = add_container(&r, cna);
	for (ptrdiff_t i = 0; i < n && rc == 0; i++)
		rc = add_container(&r, &adp->child[i]);
	if (rc < 0)
		return rc;
	r.a.severity = r.word;
	r.a.cvss = feed_taken(&r.cvss);
	r.a.cwe = feed_taken(&r.cwe);
	r.a.references = feed_taken(&r.references);
	return sink->advisory(op, sink->to, &r.a);
}

static bool looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 64 << 10);

	return str_starts(str_trim(head), S("{")) &&
	       str_find_str(head, S("\"cveMetadata\"")) >= 0 &&
	       str_find_str(head, S("CVE_RECORD")) >= 0;
}

const struct feed feed_cve5 = {
	.name = "cve5",
	.what = "CVE records 5, for texts and vectors, JSON",
	.ends = ".json .ndjson .jsonl",
	.looks_like = looks_like,
	.read = read,
};
