/*
 * osv-scanner.toml. Source: google.github.io/osv-scanner/configuration: IgnoredVulns by id, with all
 * aliases; PackageOverrides that ignore a package, or its vulnerabilities. Licences and Go's version are not
 * for findings.
 */
#include "model/ecosystem.h"
#include "waivers_impl.h"

static str text_of(const struct node *map, const char *key)
{
	str s;

	return node_text(node_get(map, str_of(key)), &s) ? s : S("");
}

static bool truth(const struct node *map, const char *key)
{
	bool b = false;

	return node_bool(node_get(map, str_of(key)), &b) && b;
}

/* A key that is not among those that are known: what it asks for is not known either. */
static const struct node *unknown_key(const struct node *map, const char *const *known, size_t n)
{
	for (ptrdiff_t i = 0; i < map->n; i++) {
		bool is = false;
		for (size_t k = 0; k < n; k++)
			is |= str_eq(map->child[i].key, str_of(known[k]));
		if (!is)
			return &map->child[i];
	}
	return NULL;
}

/* The rule's end; 1: it is none, and the rule is passed over with a warning. */
static int end_of(struct op *op, const struct doc *doc, const struct node *n, const char *key,
		  struct waivers *to, str *ret)
{
	str date = text_of(n, key);
	int rc = date.len ? waiver_moment(op, date, ret) : 0;

	if (rc <= 0)
		return rc;
	rc = waivers_warn(op, to, doc->file, n->line, "'%s' of this rule is no date: passed over",
			  key);
	return rc < 0 ? rc : 1;
}

static int take_vulnerability(struct op *op, const struct doc *doc, const struct node *n,
			      struct waivers *to)
{
	static const char *const known[] = { "id", "ignoreUntil", "reason" };
	const struct node *odd = unknown_key(n, known, sizeof(known) / sizeof(known[0]));
	str until = S(""), id = text_of(n, "id");

	if (id.len == 0 || odd)
		return waivers_warn(op, to, doc->file, n->line, "%s%.*s: this rule is passed over",
				    odd ? "unknown key " : "no id",
				    STR_ARG(odd ? odd->key : S("")));
	int rc = end_of(op, doc, n, "ignoreUntil", to, &until);
	if (rc)
		return rc < 0 ? rc : 0;
	struct waiver *w = waiver_add(op, to, doc->file, n->line, "osv-scanner");
	if (!w)
		return op->code;
	w->id = id;
	w->id_exact = true;
	w->until = until;
	w->reason = text_of(n, "reason");
	return 0;
}

static int take_package(struct op *op, const struct doc *doc, const struct node *n,
			struct waivers *to)
{
	static const char *const known[] = { "name",    "version",        "ecosystem",
					     "group",   "ignore",         "vulnerability",
					     "license", "effectiveUntil", "reason" };
	const struct node *odd = unknown_key(n, known, sizeof(known) / sizeof(known[0]));
	str until = S(""), group = text_of(n, "group"), ecosystem = text_of(n, "ecosystem");
	str key = S(""), channel;

	if (odd)
		return waivers_warn(op, to, doc->file, n->line,
				    "unknown key %.*s: this rule is passed over",
				    STR_ARG(odd->key));
	if (!truth(n, "ignore") && !truth(node_get(n, S("vulnerability")), "ignore"))
		return 0;
	int rc = ecosystem.len ? ecosystem_of_osv(op, ecosystem, &key, &channel) : 0;
	if (rc > 0 || (group.len && !str_eq(group, S("dev"))))
		return waivers_warn(op, to, doc->file, n->line,
				    "%s '%.*s' is not known here: this rule is passed over",
				    rc > 0 ? "ecosystem" : "group",
				    STR_ARG(rc > 0 ? ecosystem : group));
	rc = rc < 0 ? rc : end_of(op, doc, n, "effectiveUntil", to, &until);
	if (rc)
		return rc < 0 ? rc : 0;
	struct waiver *w = waiver_add(op, to, doc->file, n->line, "osv-scanner");
	if (!w)
		return op->code;
	w->name = text_of(n, "name");
	w->version = text_of(n, "version");
	w->ecosystem = key;
	w->development = group.len > 0;
	w->until = until;
	w->reason = text_of(n, "reason");
	return 0;
}

int waivers_read_osv(struct op *op, const struct doc *doc, struct waivers *to)
{
	static const struct {
		const char *key;
		int (*take)(struct op *op, const struct doc *doc, const struct node *n,
			    struct waivers *to);
	} lists[] = { { "IgnoredVulns", take_vulnerability },
		      { "PackageOverrides", take_package } };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct node *list = node_get(&doc->root, str_of(lists[i].key));
		if (list && list->kind != NODE_LIST)
			return node_fail(op, doc, list, "'%s' must be a list of tables",
					 lists[i].key);
		for (ptrdiff_t k = 0; list && k < list->n; k++) {
			if (list->child[k].kind != NODE_MAP)
				return node_fail(op, doc, &list->child[k],
						 "a table is expected here");
			if (lists[i].take(op, doc, &list->child[k], to) < 0)
				return op->code;
		}
	}
	return 0;
}
