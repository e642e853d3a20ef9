/*
 * feed_arch: Arch Linux's vulnerability groups. Source: https://security.archlinux.org/all.json,
 * arch-security-tracker's README.
 *
 *	[ { "name": "AVG-1234", "packages": [ "curl" ], "status": "Fixed" | "Vulnerable" | "Testing" |
 *	    "Unknown" | "Not affected", "severity": "High", "type": "arbitrary code execution",
 *	    "affected": "8.4.0-1", "fixed": "8.5.0-1" | null, "issues": [ "CVE-2024-1234" ],
 *	    "advisories": [ "ASA-202401-01" ] } ]
 *
 * "affected" is a version that was looked at, not the first one.
 */
#include "bulletin.h"
#include "codec/json.h"
#include "feed_native.h"
#include "feed_values.h"

/* Source: arch-security-tracker, tracker/model/enum.py. */
static const struct {
	const char *status;
	enum fix_state state;
} states[] = {
	{ "Fixed", FIX_FIXED },         { "Not affected", FIX_NOT_AFFECTED },
	{ "Testing", FIX_FIXED },       { "Unknown", FIX_INVESTIGATING },
	{ "Vulnerable", FIX_AFFECTED },
};

static void add_packages(struct bulletin *b, const struct node *group, enum fix_state state)
{
	const struct node *packages = node_get(group, S("packages"));
	str fixed = feed_get(group, S("fixed")), name;

	for (ptrdiff_t i = 0; packages && i < packages->n; i++) {
		if (!node_text(&packages->child[i], &name))
			continue;
		struct affected *a = bulletin_affected(b, S("arch"), name, AFFECTED_ANY);
		if (!a)
			return;
		a->state = state;
		if (state == FIX_FIXED)
			bulletin_until(b, a, fixed);
	}
}

static int group(struct op *op, const struct feed_sink *sink, const struct node *node,
		 uint64_t *bad)
{
	const struct node *issues = node_get(node, S("issues"));
	const struct node *advisories = node_get(node, S("advisories"));
	str status = feed_get(node, S("status")), one;
	enum fix_state state = FIX_UNKNOWN;
	struct bulletin b;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (str_eq(status, str_of(states[i].status)))
			state = states[i].state;
	if (state == FIX_UNKNOWN || (state == FIX_FIXED && feed_get(node, S("fixed")).len == 0)) {
		++*bad;
		return 0;
	}
	bulletin_begin(&b, op, sink, feed_get(node, S("name")));
	b.a.summary = feed_get(node, S("type"));
	b.a.severity = severity_of(feed_get(node, S("severity")));
	for (ptrdiff_t i = 0; issues && i < issues->n; i++)
		if (node_text(&issues->child[i], &one))
			bulletin_add(&b, &b.related, one);
	for (ptrdiff_t i = 0; advisories && i < advisories->n; i++)
		if (node_text(&advisories->child[i], &one))
			bulletin_add(&b, &b.related, one);
	add_packages(&b, node, state);
	return bulletin_send(&b, bad);
}

static int arch_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		     uint64_t *ret_bad)
{
	struct doc doc;

	if (json_parse_lax(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	if (doc.root.kind != NODE_LIST)
		return op_fail(op, ERR_FORMAT, "%.*s: not Arch's list of groups", STR_ARG(d->name));
	for (ptrdiff_t i = 0; i < doc.root.n; i++)
		if (group(op, sink, &doc.root.child[i], ret_bad) < 0)
			return op->code;
	return 0;
}

static bool arch_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 4096);

	return str_starts(str_trim(head), S("[")) && str_find_str(head, S("\"AVG-")) > 0 &&
	       str_find_str(head, S("\"packages\"")) > 0;
}

const struct feed feed_arch = {
	.name = "arch",
	.what = "Arch Linux's vulnerability groups (JSON)",
	.ends = ".json",
	.whole = true,
	.looks_like = arch_looks_like,
	.read = arch_read,
};
