/*
 * feed_wolfi_advisories: what Wolfi's maintainers determined, one document a package. Source:
 * wolfi-dev/advisories, schema 2; wolfictl's docs, "advisory data".
 *
 *	schema-version: 2.0.2
 *	package:
 *	  name: aws-ebs-csi-driver
 *	advisories:
 *	  - id: CGA-2926-jmm7-pjv5
 *	    aliases:
 *	      - CVE-2023-45289
 *	    events:
 *	      - timestamp: 2024-03-12T07:08:16Z
 *	        type: fixed
 *	        data:
 *	          fixed-version: 1.28.0-r1
 *
 * The latest event is what holds. A package is what apk calls the origin.
 */
#include "bulletin.h"
#include "codec/yaml_block.h"
#include "feed_native.h"
#include "feed_values.h"

/* Source: wolfictl, pkg/configs/advisory/v2, event types. A detection is a scanner's, and nobody has
 * looked yet. */
static const struct {
	const char *type;
	enum fix_state state;
} events[] = {
	{ "analysis-not-planned", FIX_UNKNOWN },
	{ "detection", FIX_INVESTIGATING },
	{ "false-positive-determination", FIX_NOT_AFFECTED },
	{ "fix-not-planned", FIX_WILL_NOT },
	{ "fixed", FIX_FIXED },
	{ "pending-upstream-fix", FIX_AFFECTED },
	{ "true-positive-determination", FIX_AFFECTED },
};

static bool state_of(str type, enum fix_state *ret)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (str_eq(type, str_of(events[i].type))) {
			*ret = events[i].state;
			return true;
		}
	return false;
}

/* The latest of the events; of those at the same time the last one. */
static const struct node *latest(const struct node *list)
{
	const struct node *ret = NULL;
	str newest = { 0 };

	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		str time = feed_get(&list->child[i], S("timestamp"));
		if (!ret || str_cmp(time, newest) >= 0) {
			ret = &list->child[i];
			newest = time;
		}
	}
	return ret;
}

static int advisory(struct op *op, const struct feed_sink *sink, str key, str name,
		    const struct node *node, uint64_t *bad)
{
	const struct node *list = node_get(node, S("events")), *last = latest(list);
	const struct node *aliases = node_get(node, S("aliases")),
			  *data = node_get(last, S("data"));
	str type = feed_get(last, S("type")), fixed = feed_get(data, S("fixed-version")), alias;
	enum fix_state state;
	struct bulletin b;

	if (!last || !state_of(type, &state) || (state == FIX_FIXED && fixed.len == 0)) {
		++*bad;
		return 0;
	}
	bulletin_begin(&b, op, sink, feed_get(node, S("id")));
	for (ptrdiff_t i = 0; aliases && i < aliases->n; i++)
		if (node_text(&aliases->child[i], &alias))
			bulletin_add(&b, &b.aliases, alias);
	b.a.published = bulletin_time(op, feed_get(&list->child[0], S("timestamp")));
	b.a.modified = bulletin_time(op, feed_get(last, S("timestamp")));
	b.a.details = feed_get(data, S("note"));
	struct affected *a = bulletin_affected(&b, key, name, AFFECTED_SOURCE);
	if (a && state == FIX_FIXED) {
		bulletin_until(&b, a, fixed);
		a->fixed_on = str_head(b.a.modified, 10);
	} else if (a) {
		a->state = state;
		a->urgency = state == FIX_NOT_AFFECTED ? feed_get(data, S("type")) : type;
	}
	return bulletin_send(&b, bad);
}

static int wolfi_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		      uint64_t *ret_bad)
{
	struct doc doc;

	if (yaml_quick_parse(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	const struct node *list = node_get(&doc.root, S("advisories"));
	str name = feed_get(node_get(&doc.root, S("package")), S("name"));
	if (name.len == 0 || !node_get(&doc.root, S("schema-version")))
		return op_fail(op, ERR_FORMAT, "%.*s: no advisories of a package",
			       STR_ARG(d->name));
	str key = d->release.len ? d->release : S("wolfi");
	for (ptrdiff_t i = 0; list && i < list->n && list->kind == NODE_LIST; i++)
		if (advisory(op, sink, key, name, &list->child[i], ret_bad) < 0)
			return op->code;
	return 0;
}

static bool wolfi_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 1024);

	return str_starts(head, S("schema-version:")) && str_find_str(head, S("\npackage:")) > 0;
}

const struct feed feed_wolfi_advisories = {
	.name = "wolfi-advisories",
	.what = "what Wolfi's maintainers determined, one document a package (YAML)",
	.ends = ".advisories.yaml",
	.looks_like = wolfi_looks_like,
	.read = wolfi_read,
};
