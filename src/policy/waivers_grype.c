/*
 * The `ignore` rules of .grype.yaml. Source: Grype, grype/match/ignore.go: a rule holds where all that
 * it says holds; one that says nothing never does; a name with any of ^$*+?[](){}|\\ is a regular
 * expression between "^" and "$", any other a name; an id is what the match is called, and with
 * include-aliases any name of it. Everything else of that file is Grype's.
 */
#include <string.h>

#include "codec/go_regex.h"
#include "model/finding.h"
#include "waivers_impl.h"

struct ignored {
	str vulnerability, reason, ns, fix_state, vex_status, vex_justification, match_type;
	bool include_aliases;
	const struct node *package;
};

static const struct field fields[] = {
	{ "fix-state", FIELD_TEXT, offsetof(struct ignored, fix_state), false, "a state" },
	{ "include-aliases", FIELD_BOOL, offsetof(struct ignored, include_aliases), false,
	  "true or false" },
	{ "match-type", FIELD_TEXT, offsetof(struct ignored, match_type), false,
	  "a kind of match" },
	{ "namespace", FIELD_TEXT, offsetof(struct ignored, ns), false, "a namespace" },
	{ "package", FIELD_NODE, offsetof(struct ignored, package), false, "a mapping" },
	{ "reason", FIELD_TEXT, offsetof(struct ignored, reason), false, "a text" },
	{ "vex-justification", FIELD_TEXT, offsetof(struct ignored, vex_justification), false,
	  "a justification" },
	{ "vex-status", FIELD_TEXT, offsetof(struct ignored, vex_status), false, "a status" },
	{ "vulnerability", FIELD_TEXT, offsetof(struct ignored, vulnerability), false, "an id" },
};

static const struct field package_fields[] = {
	{ "language", FIELD_TEXT, offsetof(struct waiver, language), false, "a language" },
	{ "location", FIELD_TEXTS, offsetof(struct waiver, paths), false, "a glob" },
	{ "name", FIELD_TEXT, offsetof(struct waiver, name), false, "a name" },
	{ "type", FIELD_TEXT, offsetof(struct waiver, type), false, "a type" },
	{ "upstream-name", FIELD_TEXT, offsetof(struct waiver, upstream), false, "a name" },
	{ "version", FIELD_TEXT, offsetof(struct waiver, version), false, "a version" },
};

/* Grype's states of a fix in ours. */
static const struct {
	const char *grype;
	enum fix_state state[4];
	int n;
} states[] = {
	{ "fixed", { FIX_FIXED }, 1 },
	{ "not-fixed", { FIX_AFFECTED, FIX_DEFERRED, FIX_INVESTIGATING }, 3 },
	{ "unknown", { FIX_UNKNOWN }, 1 },
	{ "wont-fix", { FIX_WILL_NOT, FIX_END_OF_LIFE }, 2 },
};

static int read_state(struct op *op, str word, struct waiver *w)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!str_eq(word, str_of(states[i].grype)))
			continue;
		w->states.p = op_new(op, str, states[i].n);
		if (!w->states.p)
			return op->code;
		for (int k = 0; k < states[i].n; k++)
			w->states.p[w->states.n++] = str_of(fix_states[states[i].state[k]]);
		return 0;
	}
	return 1;
}

/* Distributions whose id Grype's feeds do not take from os-release. */
static const struct {
	const char *grype, *id;
} distros[] = { { "amazonlinux", "amzn" }, { "oraclelinux", "ol" }, { "redhat", "rhel" } };

/* "debian:distro:debian:12": the key of an ecosystem. "github:language:python" and the like name a feed,
 * which is no condition here. 1: not known. */
static int read_namespace(struct op *op, str ns, struct waiver *w)
{
	ptrdiff_t at = str_find_str(ns, S(":distro:"));
	str release = at < 0 ? S("") : str_from(ns, at + 8), id = str_cut(&release, ':');

	if (id.len == 0)
		return 1;
	for (size_t i = 0; i < sizeof(distros) / sizeof(distros[0]); i++) {
		if (str_eq(id, str_of(distros[i].grype)))
			id = str_of(distros[i].id);
	}
	w->ecosystem = id;
	if (release.len == 0 || str_eq(release, S("rolling")))
		return 0;
	return op_text(op, &w->ecosystem, "%.*s:%.*s", STR_ARG(id), STR_ARG(release));
}

static bool is_regex(str name)
{
	static const char special[] = "^$*+?[](){}|\\";

	for (ptrdiff_t i = 0; i < name.len; i++) {
		if (name.p[i] && strchr(special, name.p[i]))
			return true;
	}
	return false;
}

/* The pattern that Grype makes of a name. 1: it cannot be asked here. */
static int read_name(struct op *op, str *name, bool *ret)
{
	*ret = is_regex(*name);
	if (!*ret)
		return 0;
	int rc = op_text(op, name, "^%.*s$", STR_ARG(*name));
	if (rc == 0 && (rc = go_regex_check(op, *name)) == ERR_USAGE) {
		op_forgive(op);
		return 1;
	}
	return rc;
}

/* NULL: all of it is understood; else what is not. */
static int read_rule(struct op *op, const struct ignored *r, struct waiver *w, const char **ret)
{
	int rc = 0;

	*ret = NULL;
	w->id = r->vulnerability;
	w->id_exact = true;
	w->id_alone = !r->include_aliases;
	w->reason = r->reason;
	w->match_type = r->match_type;
	w->any_path = true;
	w->justification = r->vex_justification;
	if (r->fix_state.len && (rc = read_state(op, r->fix_state, w)) > 0)
		*ret = "fix-state";
	if (rc >= 0 && r->ns.len && (rc = read_namespace(op, r->ns, w)) > 0)
		*ret = "namespace";
	if (rc >= 0 && w->name.len && (rc = read_name(op, &w->name, &w->name_is_regex)) > 0)
		*ret = "package.name";
	if (rc >= 0 && w->upstream.len &&
	    (rc = read_name(op, &w->upstream, &w->upstream_is_regex)) > 0)
		*ret = "package.upstream-name";
	for (int i = 0; r->vex_status.len && i < VEX_STATUSES; i++) {
		w->has_status |= str_eq(r->vex_status, str_of(vex_statuses[i]));
		if (str_eq(r->vex_status, str_of(vex_statuses[i])))
			w->status = (enum vex_status)i;
	}
	if (r->vex_status.len && !w->has_status)
		*ret = "vex-status";
	return rc < 0 ? rc : 0;
}

static bool says_something(const struct waiver *w)
{
	return w->id.len || w->ecosystem.len || w->name.len || w->version.len || w->language.len ||
	       w->type.len || w->paths.n || w->states.n || w->upstream.len || w->match_type.len ||
	       w->has_status;
}

static int take(struct op *op, const struct doc *doc, const struct node *n, struct waivers *to)
{
	struct ignored r = { 0 };
	struct waiver w = { 0 };
	const char *unknown;

	if (fields_read(op, doc, n, fields, sizeof(fields) / sizeof(fields[0]), &r) < 0 ||
	    (r.package && r.package->kind != NODE_NULL &&
	     fields_read(op, doc, r.package, package_fields,
			 sizeof(package_fields) / sizeof(package_fields[0]), &w) < 0) ||
	    read_rule(op, &r, &w, &unknown) < 0)
		return op->code;
	if (unknown)
		return waivers_warn(op, to, doc->file, n->line,
				    "'%s' of this rule cannot be asked here: passed over", unknown);
	if (!says_something(&w))
		return waivers_warn(op, to, doc->file, n->line,
				    "a rule without a condition: passed over, as Grype does");
	struct waiver *add = waiver_add(op, to, doc->file, n->line, "grype");
	if (!add)
		return op->code;
	w.where = add->where;
	w.form = add->form;
	*add = w;
	return 0;
}

int waivers_read_grype(struct op *op, const struct doc *doc, struct waivers *to)
{
	const struct node *list = node_get(&doc->root, S("ignore"));

	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return node_fail(op, doc, list, "'ignore' must be a list");
	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (take(op, doc, &list->child[i], to) < 0)
			return op->code;
	}
	return 0;
}
