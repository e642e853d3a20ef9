/*
 * feed_ubuntu_vex: Canonical's OpenVEX documents, one a CVE or notice. Source:
 * https://security-metadata.canonical.com/vex/ and the OpenVEX specification 0.2.0.
 *
 *	{ "@id": ".../vex/cve/2023/CVE-2023-38545", "author": "Canonical Ltd.", "timestamp": "...",
 *	  "statements": [ { "vulnerability": { "name": "CVE-2023-38545", "description": "...",
 *				"aliases": [ "https://ubuntu.com/security/CVE-2023-38545" ] },
 *			    "products": [ { "@id":
 *				"pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=source&distro=jammy" } ],
 *			    "status": "fixed", "action_statement": "...", "timestamp": "..." } ] }
 *
 * Until 2025 all but the statements stood under "metadata", and binary packages had no distro.
 *
 * A product's version is what the archive had that day. Of a CVE that is "fixed" it is therefore not
 * the first fixed version: from it on nothing is affected, and where it began is not said. Of a
 * notice (USN) it is the version that the notice is about, and everything before is affected. Binary
 * packages follow their source, so that sources alone are read.
 */
#include "codec/json.h"
#include "feed_native.h"
#include "feed_values.h"
#include "model/purl.h"
#include "ubuntu.h"

struct vex {
	struct op *op;
	struct bulletin b;
	bool notice; /* of a USN, not a CVE */
};

/* One product of a statement; 1: it is not one that says something. */
static int product(struct vex *v, const struct node *node, enum fix_state state, str date)
{
	str id = feed_get(node, S("@id")), key, channel;
	struct purl u;

	if (!str_starts(id, S("pkg:deb/ubuntu/")) || str_find_str(id, S("arch=source")) < 0)
		return 1;
	int rc = purl_parse(v->op, id, &u);
	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0) {
		op_forgive(v->op);
		return 1;
	}
	if (state == FIX_FIXED && u.version.len == 0)
		return 1;
	if (!ubuntu_release(purl_qualifier(&u, S("distro")), &key, &channel))
		return 1;
	struct affected *a = bulletin_affected(&v->b, key, u.name, AFFECTED_SOURCE);
	bulletin_only(&v->b, a, "channel", channel);
	if (!a)
		return v->op->code;
	a->state = state;
	if (state != FIX_FIXED)
		return v->op->code;
	if (v->notice) {
		bulletin_until(&v->b, a, u.version);
		a->fixed_on = bulletin_date(v->op, date);
	} else {
		a->state = FIX_NOT_AFFECTED;
		bulletin_span(&v->b, a, &(struct version_span){ .from = u.version });
	}
	return v->op->code;
}

static int statement(struct vex *v, const struct node *node)
{
	const struct node *products = node_get(node, S("products"));
	str action = feed_get(node, S("action_statement")), date = feed_get(node, S("timestamp"));
	enum fix_state state;

	if (!products || products->kind != NODE_LIST ||
	    ubuntu_vex_state(feed_get(node, S("status")), feed_get(node, S("justification")),
			     action, &state))
		return 0;
	for (ptrdiff_t i = 0; i < products->n; i++)
		if (product(v, &products->child[i], state, date) < 0)
			return v->op->code;
	return 0;
}

/* What a vulnerability is also called, and where more stands of it. */
static void names(struct vex *v, const struct node *vulnerability)
{
	const struct node *aliases = node_get(vulnerability, S("aliases"));
	str text;

	v->b.a.details = feed_get(vulnerability, S("description"));
	for (ptrdiff_t i = 0; aliases && i < aliases->n; i++) {
		if (!node_text(&aliases->child[i], &text))
			continue;
		ptrdiff_t usn = str_find_str(text, S("/notices/USN-"));
		if (str_starts(text, S("CVE-")))
			bulletin_add(&v->b, &v->b.related, text);
		else
			bulletin_add(&v->b, &v->b.references, text);
		if (usn >= 0)
			bulletin_add(&v->b, &v->b.related, str_from(text, usn + 9));
	}
}

static int vex_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		    uint64_t *ret_bad)
{
	struct vex v = { .op = op };
	struct doc doc;

	if (json_parse_lax(op, d->name, d->bytes, &doc) < 0)
		return op->code;
	const struct node *list = node_get(&doc.root, S("statements"));
	const struct node *head = node_get(&doc.root, S("metadata"));
	if (!head)
		head = &doc.root;
	if (!list || list->kind != NODE_LIST || !node_get(head, S("@context")))
		return op_fail(op, ERR_FORMAT, "%.*s: not an OpenVEX document", STR_ARG(d->name));
	if (list->n == 0)
		return 0;
	const struct node *vulnerability = node_get(&list->child[0], S("vulnerability"));
	bulletin_begin(&v.b, op, sink, feed_get(vulnerability, S("name")));
	v.notice = str_starts(v.b.a.id, S("USN-"));
	v.b.a.published = bulletin_time(op, feed_get(&list->child[0], S("timestamp")));
	v.b.a.modified = bulletin_time(op, feed_get(head, S("timestamp")));
	names(&v, vulnerability);
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (statement(&v, &list->child[i]) < 0)
			return op->code;
	if (v.b.affected.n == 0 && op->code == 0) {
		bulletin_drop(&v.b);
		return 0;
	}
	return bulletin_send(&v.b, ret_bad);
}

static bool vex_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 2048);

	return str_find_str(head, S("https://openvex.dev/ns")) > 0 &&
	       str_find_str(head, S("Canonical")) > 0;
}

const struct feed feed_ubuntu_vex = {
	.name = "ubuntu-vex",
	.what = "Canonical's OpenVEX documents, one a CVE or notice",
	.ends = ".json",
	.looks_like = vex_looks_like,
	.read = vex_read,
};
