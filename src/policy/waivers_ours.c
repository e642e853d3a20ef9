/*
 * .temper/waivers.yaml (docs/waivers.md). What a waiver must say besides, so that a gate takes it, is the
 * policy's to ask (waivers_refuse.c).
 */
#include "codec/node.h"
#include "model/purl.h"
#include "waivers_impl.h"

struct ours {
	str id, rule, reason, owner, until, created, link, status, justification;
	struct texts package, path, key, image, approved_by;
};

#define AT(member) offsetof(struct ours, member)
static const struct field fields[] = {
	{ "approved_by", FIELD_TEXTS, AT(approved_by), false, "a list of names" },
	{ "created", FIELD_TEXT, AT(created), false, "a date such as 2026-11-01" },
	{ "id", FIELD_TEXT, AT(id), false, "an id such as CVE-2024-1234" },
	{ "image", FIELD_TEXTS, AT(image), false, "a glob of image references" },
	{ "justification", FIELD_TEXT, AT(justification), false, "a word of docs/waivers.md" },
	{ "key", FIELD_TEXTS, AT(key), false, "a glob of a fault's key" },
	{ "link", FIELD_TEXT, AT(link), false, "an address" },
	{ "owner", FIELD_TEXT, AT(owner), false, "who decided" },
	{ "package", FIELD_TEXTS, AT(package), false, "a package URL" },
	{ "path", FIELD_TEXTS, AT(path), false, "a glob of paths" },
	{ "reason", FIELD_TEXT, AT(reason), false, "a text" },
	{ "rule", FIELD_TEXT, AT(rule), false, "the id of a rule" },
	{ "status", FIELD_TEXT, AT(status), false, "a status of OpenVEX" },
	{ "until", FIELD_TEXT, AT(until), false, "a date such as 2026-12-31" },
};

static int word_at(str word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		if (str_eq(word, str_of(words[i])))
			return i;
	}
	return -1;
}

static int check_purls(struct op *op, const struct doc *doc, const struct node *at,
		       const struct texts *purls)
{
	for (ptrdiff_t i = 0; i < purls->n; i++) {
		struct purl u;
		if (purl_parse(op, purls->p[i], &u) < 0)
			return op->code == ERR_MEMORY
				       ? op->code
				       : (op_forgive(op),
					  node_fail(op, doc, at, "'%.*s' is no package URL",
						    STR_ARG(purls->p[i])));
	}
	return 0;
}

/* What it is for: a vulnerability, a package, or a rule. */
static int check_what(struct op *op, const struct doc *doc, const struct node *n,
		      const struct ours *o)
{
	if (o->rule.len && o->id.len)
		return node_fail(op, doc, n,
				 "a waiver has an 'id' (of a vulnerability) or a "
				 "'rule', not both");
	if (o->rule.len == 0 && o->id.len == 0 && o->package.n == 0)
		return node_fail(op, doc, n, "a waiver needs an 'id', a 'package' or a 'rule'");
	if (o->rule.len == 0 && o->key.n)
		return node_fail(op, doc, node_get(n, S("key")), "a 'key' goes with a 'rule'");
	return check_purls(op, doc, n, &o->package);
}

static int check_dates(struct op *op, const struct doc *doc, const struct node *n,
		       const struct ours *o)
{
	if (o->until.len && !waiver_date(o->until))
		return node_fail(op, doc, node_get(n, S("until")),
				 "'%.*s' is no date: write 2026-12-31", STR_ARG(o->until));
	if (o->created.len && !waiver_date(o->created))
		return node_fail(op, doc, node_get(n, S("created")),
				 "'%.*s' is no date: write 2026-11-01", STR_ARG(o->created));
	if (o->created.len && o->until.len && str_cmp(o->until, o->created) < 0)
		return node_fail(op, doc, node_get(n, S("until")), "'until' is before 'created'");
	return 0;
}

/* Iron Bank's word, which says its status too, or OpenVEX's. */
static int take_justification(struct op *op, const struct doc *doc, const struct node *n,
			      const struct ours *o, struct waiver *w)
{
	const struct node *at = node_get(n, S("justification"));
	const struct waiver_assessment *a = waiver_assessment_of(o->justification);

	if (a && w->has_status && w->status != a->status)
		return node_fail(op, doc, at, "'%.*s' means status %s", STR_ARG(o->justification),
				 vex_statuses[a->status]);
	if (a) {
		w->assessment = o->justification;
		w->has_status = true;
		w->status = a->status;
		w->justification = str_of(vex_justifications[a->justification]);
		return 0;
	}
	if (o->justification.len &&
	    word_at(o->justification, vex_justifications, VEX_JUSTIFICATIONS) < 1)
		return node_fail(op, doc, at,
				 "'%.*s' is no justification of OpenVEX, nor one of disputed, "
				 "distro_package, false_positive, mitigated, no_fix_available, "
				 "not_vulnerable, pending_resolution, true_positive, unreleased, "
				 "wont_fix",
				 STR_ARG(o->justification));
	if (o->justification.len && (!w->has_status || w->status != VEX_NOT_AFFECTED))
		return node_fail(op, doc, at, "this justification is for status not_affected");
	w->justification = o->justification;
	return 0;
}

static int take(struct op *op, const struct doc *doc, const struct node *n, const struct ours *o,
		struct waiver *w)
{
	int status = word_at(o->status, vex_statuses, VEX_STATUSES);

	if (check_what(op, doc, n, o) < 0 || check_dates(op, doc, n, o) < 0)
		return op->code;
	if (o->status.len && status < 0)
		return node_fail(op, doc, node_get(n, S("status")),
				 "'%.*s' is no status: not_affected, affected, fixed or "
				 "under_investigation",
				 STR_ARG(o->status));
	w->has_status = o->status.len > 0;
	w->status = status < 0 ? VEX_NOT_AFFECTED : (enum vex_status)status;
	if (take_justification(op, doc, n, o, w) < 0)
		return op->code;
	w->id = o->id;
	w->rule = o->rule;
	w->keys = o->key;
	w->purls = o->package;
	w->paths = o->path;
	w->images = o->image;
	w->reason = o->reason;
	w->owner = o->owner;
	w->approved_by = o->approved_by;
	w->created = o->created;
	w->link = o->link;
	w->until = o->until;
	return 0;
}

int waivers_read_ours(struct op *op, const struct doc *doc, struct waivers *to)
{
	const struct node *list = node_get(&doc->root, S("waivers"));

	for (ptrdiff_t i = 0; i < doc->root.n; i++) {
		if (!str_eq(doc->root.child[i].key, S("waivers")))
			return node_fail_key(op, doc, &doc->root.child[i], "unknown key '%.*s'",
					     STR_ARG(doc->root.child[i].key));
	}
	if (list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return node_fail(op, doc, list, "'waivers' must be a list");
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct node *n = &list->child[i];
		struct ours o = { 0 };
		if (fields_read(op, doc, n, fields, sizeof(fields) / sizeof(fields[0]), &o) < 0)
			return op->code;
		struct waiver *w = waiver_add(op, to, doc->file, n->line, "waiver");
		if (!w || take(op, doc, n, &o, w) < 0)
			return op->code;
	}
	return 0;
}
