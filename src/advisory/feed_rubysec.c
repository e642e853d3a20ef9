/*
 * feed_rubysec: ruby-advisory-db, one YAML document an advisory. Source: rubysec/ruby-advisory-db,
 * README.md ("Schema").
 *
 *	gem: activerecord-jdbc-adapter
 *	platform: jruby                      only its builds
 *	cve: 2014-1234                       any of cve, ghsa, osvdb
 *	ghsa: 5qw5-wf2q-f538
 *	osvdb: 114854
 *	url: https://...
 *	title: ...
 *	date: 2013-02-25
 *	cvss_v3: 8.8                         scores, no vectors
 *	unaffected_versions: [ "< 1.2.6" ]
 *	patched_versions: [ ">= 1.2.8" ]
 *	related: { cve: [ 2014-1235 ], ghsa: [ ... ], url: [ ... ] }
 *
 * What is about an engine ("engine: ruby") or its library is no gem and passed over.
 */
#include "base/num.h"
#include "codec/yaml_block.h"
#include "feed_native.h"
#include "feed_values.h"
#include "unsafe.h"

/* Where an advisory's ids stand, the first that is there is its own. */
static const struct {
	const char *key, *prefix;
} ids[] = { { "cve", "CVE-" }, { "ghsa", "GHSA-" }, { "osvdb", "OSVDB-" } };

static int id_of(struct op *op, size_t i, str value, str *ret)
{
	return op_text(op, ret, "%s%.*s", ids[i].prefix, STR_ARG(value));
}

static int read_ids(struct bulletin *b, const struct node *root)
{
	const struct node *related = node_get(root, S("related"));
	str id, value;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct node *more = node_get(related, str_of(ids[i].key));
		value = feed_get(root, str_of(ids[i].key));
		if (value.len && id_of(b->op, i, value, &id) < 0)
			return b->op->code;
		if (value.len && b->a.id.len == 0)
			b->a.id = id;
		else if (value.len)
			bulletin_add(b, &b->aliases, id);
		for (ptrdiff_t k = 0; more && k < more->n && k < 64; k++) {
			if (!node_text(&more->child[k], &value))
				continue;
			if (id_of(b->op, i, value, &id) < 0)
				return b->op->code;
			bulletin_add(b, &b->related, id);
		}
	}
	return 0;
}

/* "8.8", "10", "10.0": tenths; 0 for what is no score. */
static uint64_t tenths(str text)
{
	ptrdiff_t dot = str_find(text, '.');
	uint64_t whole, tenth = 0;

	if (!num_parse(dot < 0 ? text : str_head(text, dot), 10, &whole) ||
	    (dot >= 0 && (text.len != dot + 2 || !num_parse(str_from(text, dot + 1), 9, &tenth))))
		return 0;
	return whole * 10 + tenth <= 100 ? whole * 10 + tenth : 0;
}

/* By the newest scale that is told; 0.0 is none. */
static enum severity severity_told(const struct node *root)
{
	static const char *const keys[] = { "cvss_v4", "cvss_v3", "cvss_v2" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint64_t score = tenths(feed_get(root, str_of(keys[i])));
		if (score)
			return severity_of_score((double)score / 10);
	}
	return SEVERITY_UNKNOWN;
}

static int rubysec_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
			uint64_t *ret_bad)
{
	struct bulletin b;
	struct doc doc;

	if (yaml_quick_parse(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	const struct node *root = &doc.root;
	str gem = feed_get(root, S("gem"));
	if (gem.len == 0 && (node_get(root, S("engine")) || node_get(root, S("library"))))
		return 0;
	if (gem.len == 0)
		return op_fail(op, ERR_FORMAT, "%.*s: it names no gem", STR_ARG(d->name));
	bulletin_begin(&b, op, sink, (str){ 0 });
	if (read_ids(&b, root) < 0)
		return op->code;
	b.a.summary = feed_get(root, S("title"));
	b.a.details = feed_get(root, S("description"));
	b.a.published = bulletin_time(op, feed_get(root, S("date")));
	b.a.severity = severity_told(root);
	bulletin_add(&b, &b.references, feed_get(root, S("url")));
	struct affected *a = bulletin_affected(&b, S("gem"), gem, AFFECTED_ANY);
	bulletin_only(&b, a, "platform", feed_get(root, S("platform")));
	int rc = unsafe_but(&b, a, RANGE_GEM, VERSION_GEM, node_get(root, S("patched_versions")),
			    node_get(root, S("unaffected_versions")));
	if (rc < 0)
		return rc;
	if (rc > 0) {
		bulletin_drop(&b);
		*ret_bad += rc == 1;
		return 0;
	}
	return bulletin_send(&b, ret_bad);
}

static bool rubysec_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 4096);

	if (str_starts(head, S("---\n")))
		head = str_from(head, 4);
	return (str_starts(head, S("gem: ")) || str_starts(head, S("engine: ")) ||
		str_starts(head, S("library: "))) &&
	       str_find_str(head, S("\ntitle: ")) > 0;
}

const struct feed feed_rubysec = {
	.name = "rubysec",
	.what = "ruby-advisory-db: advisories of gems (YAML)",
	.ends = ".yml",
	.looks_like = rubysec_looks_like,
	.read = rubysec_read,
};
