/*
 * feed_debian_tracker: all that Debian's security tracker knows, as one JSON document. Source:
 * https://security-tracker.debian.org/tracker/data/json and the tracker's bin/tracker_service.py.
 *
 *	{ "SOURCE": { "CVE-2016-5416" | "TEMP-0000000-0CA7E3": {
 *		"description": "...", "debianbug": 834233, "scope": "local",
 *		"releases": { "bookworm": {
 *			"status": "open" | "resolved" | "undetermined",
 *			"fixed_version": "1.3.5.15-1",       "0": never affected
 *			"repositories": { "bookworm": "...", "bookworm-security": "..." },
 *			"urgency": "unimportant" | "low**" | "not yet assigned" | "end-of-life",
 *			"nodsa": "Minor issue", "nodsa_reason": "" | "ignored" | "postponed" } } } } }
 *
 * A record is one vulnerability of one source package, with all its releases. Releases without any are
 * written as an empty list.
 */
#include "bulletin.h"
#include "codec/json.h"
#include "feed_native.h"
#include "feed_values.h"

/* Words of "nodsa_reason" and "status", and the urgency that is none. Source: the tracker's
 * documentation, "Issues not warranting a security advisory". */
static const struct {
	const char *word;
	enum fix_state state;
} states[] = {
	{ "end-of-life", FIX_END_OF_LIFE }, { "ignored", FIX_WILL_NOT },
	{ "open", FIX_AFFECTED },           { "postponed", FIX_DEFERRED },
	{ "resolved", FIX_FIXED },          { "undetermined", FIX_INVESTIGATING },
};

static bool state_of(str word, enum fix_state *ret)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (str_eq(word, str_of(states[i].word))) {
			*ret = states[i].state;
			return true;
		}
	return false;
}

/* What one release says; false: nothing that can be understood. */
static bool release(struct bulletin *b, const struct node *node, str source)
{
	str fixed = feed_get(node, S("fixed_version")), urgency = feed_get(node, S("urgency"));
	str reason = feed_get(node, S("nodsa_reason")), key = ecosystem_of_codename(node->key);
	enum fix_state state;

	if (!state_of(feed_get(node, S("status")), &state) ||
	    (state == FIX_FIXED && fixed.len == 0))
		return false;
	if (key.len == 0 && op_text(b->op, &key, "debian:%.*s", STR_ARG(node->key)) < 0)
		return true;
	struct affected *a = bulletin_affected(b, key, source, AFFECTED_SOURCE);
	if (!a)
		return true;
	a->severity = severity_of(urgency);
	if (!str_eq(urgency, S("not yet assigned")))
		a->urgency = urgency;
	if (str_eq(fixed, S("0"))) {
		a->state = FIX_NOT_AFFECTED;
		return true;
	}
	if (fixed.len) {
		bulletin_until(b, a, fixed);
		return true;
	}
	a->state = state;
	state_of(urgency, &a->state);
	if (node_get(node, S("nodsa"))) {
		a->urgency = reason.len ? reason : S("no-dsa");
		state_of(reason, &a->state);
	}
	return true;
}

static int issue(struct op *op, const struct feed_sink *sink, str source, const struct node *node,
		 uint64_t *bad)
{
	const struct node *releases = node_get(node, S("releases"));
	str bug = feed_get(node, S("debianbug")), address;
	struct bulletin b;

	if (!releases) {
		++*bad;
		return 0;
	}
	bulletin_begin(&b, op, sink, node->key);
	b.a.details = feed_get(node, S("description"));
	if (op_text(op, &address, "https://security-tracker.debian.org/tracker/%.*s",
		    STR_ARG(node->key)) < 0)
		return op->code;
	bulletin_add(&b, &b.references, address);
	if (bug.len && op_text(op, &address, "https://bugs.debian.org/%.*s", STR_ARG(bug)) < 0)
		return op->code;
	if (bug.len)
		bulletin_add(&b, &b.references, address);
	for (ptrdiff_t i = 0; i < releases->n; i++)
		*bad += !release(&b, &releases->child[i], source);
	if (b.affected.n == 0) {
		bulletin_drop(&b);
		return op->code;
	}
	return bulletin_send(&b, bad);
}

static int source(struct op *op, const struct feed_sink *sink, str name, const struct node *issues,
		  uint64_t *bad)
{
	if (issues->kind != NODE_MAP)
		++*bad;
	for (ptrdiff_t i = 0; i < issues->n && issues->kind == NODE_MAP; i++)
		if (issue(op, sink, name, &issues->child[i], bad) < 0)
			return op->code;
	return 0;
}

static int tracker_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
			uint64_t *ret_bad)
{
	AUTO_JSON_MEMBERS *m = NULL;
	struct node member;

	if (!str_starts(str_trim(str_head(d->bytes, 64)), S("{")))
		return op_fail(op, ERR_FORMAT,
			       "%.*s: not the tracker's JSON: no mapping of sources",
			       STR_ARG(d->name));
	if (json_members_open(op, d->name, d->bytes, (str){ 0 }, true, &m) < 0)
		return op->code;
	for (;;) {
		struct op_mark mark = op_mark(op);
		int rc = json_members_next(op, m, &member);
		if (rc <= 0)
			return rc;
		if (source(op, sink, member.key, &member, ret_bad) < 0)
			return op->code;
		op_reset(op, mark);
	}
}

static bool tracker_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 4096);

	return str_starts(str_trim(head), S("{")) && str_find_str(head, S("\"releases\"")) > 0 &&
	       str_find_str(head, S("\"repositories\"")) > 0 &&
	       str_find_str(head, S("\"urgency\"")) > 0;
}

const struct feed feed_debian_tracker = {
	.name = "debian-tracker",
	.what = "Debian's security tracker: all issues of all sources (JSON)",
	.ends = ".json",
	.whole = true,
	.looks_like = tracker_looks_like,
	.read = tracker_read,
};
