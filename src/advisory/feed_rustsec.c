/*
 * feed_rustsec: RustSec's own form: Markdown behind a block of TOML, one document an advisory.
 * Source: rustsec/advisory-db, README.md ("Advisory Format").
 *
 *	```toml
 *	[advisory]
 *	id = "RUSTSEC-2024-0404"
 *	package = "anstream"
 *	date = "2024-09-08"
 *	informational = "unsound"            or "unmaintained", "notice"
 *	aliases = ["GHSA-2rxc-gjrp-vjhx"]
 *	[versions]
 *	patched = [">= 0.6.8"]               as Cargo writes requirements
 *	unaffected = ["< 0.3"]
 *	```
 *	# Unsoundness in anstream
 *	Text.
 *
 * What is about Rust itself ("rust/std/...") is no crate and passed over.
 */
#include "codec/toml.h"
#include "feed_native.h"
#include "feed_values.h"
#include "unsafe.h"

static int read_advisory(struct op *op, const struct feed_sink *sink, const struct doc *doc,
			 str text, uint64_t *bad)
{
	const struct node *head = node_get(&doc->root, S("advisory"));
	const struct node *versions = node_get(&doc->root, S("versions"));
	const struct node *aliases = node_get(head, S("aliases"));
	const struct node *related = node_get(head, S("related"));
	str kind = feed_get(head, S("informational")), one;
	struct bulletin b;

	bulletin_begin(&b, op, sink, feed_get(head, S("id")));
	b.a.published = bulletin_time(op, feed_get(head, S("date")));
	b.a.withdrawn = bulletin_time(op, feed_get(head, S("withdrawn")));
	for (ptrdiff_t i = 0; aliases && i < aliases->n; i++)
		if (node_text(&aliases->child[i], &one))
			bulletin_add(&b, &b.aliases, one);
	for (ptrdiff_t i = 0; related && i < related->n; i++)
		if (node_text(&related->child[i], &one))
			bulletin_add(&b, &b.related, one);
	bulletin_add(&b, &b.cvss, feed_get(head, S("cvss")));
	bulletin_add(&b, &b.references, feed_get(head, S("url")));
	text = str_trim(text);
	if (str_starts(text, S("# ")))
		b.a.summary = str_trim(str_from(str_cut(&text, '\n'), 2));
	b.a.details = str_trim(text);
	struct affected *a =
		bulletin_affected(&b, S("cargo"), feed_get(head, S("package")), AFFECTED_ANY);
	int rc = unsafe_but(&b, a, RANGE_CARGO, VERSION_SEMVER, node_get(versions, S("patched")),
			    node_get(versions, S("unaffected")));
	if (rc < 0)
		return rc;
	if (rc > 0) {
		bulletin_drop(&b);
		*bad += rc == 1;
		return 0;
	}
	if (a && kind.len) {
		a->urgency = kind;
		if (!str_eq(kind, S("unsound")))
			a->severity = SEVERITY_NEGLIGIBLE;
	}
	return bulletin_send(&b, bad);
}

static int rustsec_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
			uint64_t *ret_bad)
{
	str rest = d->bytes;
	struct doc doc;

	if (str_starts(d->name, S("rust/")) || str_find_str(d->name, S("/rust/")) >= 0)
		return 0;
	str fence = str_cut(&rest, '\n');
	ptrdiff_t end = str_find_str(rest, S("\n```"));
	if (!str_eq(str_trim(fence), S("```toml")) || end < 0)
		return op_fail(op, ERR_FORMAT, "%.*s: it does not begin with a block of TOML",
			       STR_ARG(d->name));
	if (toml_parse(op, d->name, str_head(rest, end + 1), &doc) < 0)
		return op->code;
	rest = str_from(rest, end + 1);
	str_cut(&rest, '\n');
	return read_advisory(op, sink, &doc, rest, ret_bad);
}

static bool rustsec_looks_like(const struct feed_document *d)
{
	return str_starts(d->bytes, S("```toml\n[advisory]"));
}

const struct feed feed_rustsec = {
	.name = "rustsec",
	.what = "RustSec's advisories in their own form (Markdown and TOML)",
	.ends = ".md",
	.looks_like = rustsec_looks_like,
	.read = rustsec_read,
};
