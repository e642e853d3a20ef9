/*
 * A policy is read with all that it extends into one list of rules, the extended ones first; then what
 * overrides is put in, by overlays and by `override`, and only then are parameters read: what counts is
 * checked, and once.
 *
 * Invariants: (1) an id stands once; (2) every rule has its kind and whole parameters; (3) two rules
 * that ask the same of the same images differ in what they look at, or in their mode or day.
 */
#include "base/limits.h"
#include "codec/yaml.h"
#include "policy_impl.h"

struct reading {
	struct op *op;
	policy_opener *open;
	void *arg;
	struct policy *p;
	struct settings data;
	struct {
		str path;
		bool done;
	} file[LIMIT_POLICY_FILES];
	ptrdiff_t file_n;
	VEC(str) bytes; /* of all files, in the order in which they were read */
};

struct wrote { /* a file as it is written */
	str name, description, mode;
	struct texts extends, overlays;
	const struct node *match, *data, *waivers, *rules, *override;
};

#define AT(member) offsetof(struct wrote, member)
static const struct field wrote_fields[] = {
	{ "data", FIELD_NODE, AT(data), false, "a mapping" },
	{ "description", FIELD_TEXT, AT(description), false, "a text" },
	{ "extends", FIELD_TEXTS, AT(extends), false, "names of policies" },
	{ "match", FIELD_NODE, AT(match), false, "a mapping" },
	{ "mode", FIELD_TEXT, AT(mode), false, "enforce, warn or log" },
	{ "name", FIELD_TEXT, AT(name), true, "a name" },
	{ "override", FIELD_NODE, AT(override), false, "a mapping of rules' ids" },
	{ "overlays", FIELD_TEXTS, AT(overlays), false, "files" },
	{ "rules", FIELD_NODE, AT(rules), false, "a list of rules" },
	{ "waivers", FIELD_NODE, AT(waivers), false, "a mapping" },
};
#undef AT

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static int read_mode(struct op *op, const struct doc *doc, const struct node *at, str word,
		     enum policy_mode *ret)
{
	for (int i = 0; i < POLICY_MODES; i++) {
		if (!str_eq(word, str_of(policy_modes[i])))
			continue;
		*ret = (enum policy_mode)i;
		return 0;
	}
	return node_fail(op, doc, at, "'%.*s' is no mode: enforce, warn or log", STR_ARG(word));
}

static bool is_name(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
		if (!good)
			return false;
	}
	return s.len > 0 && s.len <= 64;
}

/* ---- match ---- */

static const struct field match_fields[] = {
	{ "except", FIELD_TEXTS, offsetof(struct policy_match, except), false, "globs of images" },
	{ "images", FIELD_TEXTS, offsetof(struct policy_match, images), false, "globs of images" },
};

static int read_match(struct op *op, const struct doc *doc, const struct node *n,
		      struct policy_match *ret)
{
	*ret = (struct policy_match){ 0 };
	if (fields_read(op, doc, n, match_fields, COUNT(match_fields), ret) < 0)
		return op->code;
	if (ret->images.n == 0 && ret->except.n == 0)
		return node_fail(op, doc, n, "'match' names no images");
	for (ptrdiff_t i = 0; i < ret->except.n; i++)
		if (glob_is_wide(ret->except.p[i]))
			return node_fail(op, doc, n, "'%.*s' would except nearly everything",
					 STR_ARG(ret->except.p[i]));
	return ret->images.n > LIMIT_POLICY_LIST || ret->except.n > LIMIT_POLICY_LIST
		       ? node_fail(op, doc, n, "more than %d globs", LIMIT_POLICY_LIST)
		       : 0;
}

/* ---- rules ---- */

struct wrote_rule {
	str id, rule, cel, message, mode, effective_on, title, rationale, solution;
	const struct node *with, *match;
};

#define AT(member) offsetof(struct wrote_rule, member)
static const struct field rule_fields[] = {
	{ "cel", FIELD_TEXT, AT(cel), false, "an expression; see docs/cel.md" },
	{ "effective_on", FIELD_TEXT, AT(effective_on), false, "a date such as 2027-02-01" },
	{ "id", FIELD_TEXT, AT(id), true, "a name" },
	{ "match", FIELD_NODE, AT(match), false, "a mapping" },
	{ "message", FIELD_TEXT, AT(message), false, "an expression that gives a text" },
	{ "mode", FIELD_TEXT, AT(mode), false, "enforce, warn or log" },
	{ "rationale", FIELD_TEXT, AT(rationale), false, "a text" },
	{ "rule", FIELD_TEXT, AT(rule), false, "the name of a rule; see temper policy rules" },
	{ "solution", FIELD_TEXT, AT(solution), false, "a text" },
	{ "title", FIELD_TEXT, AT(title), false, "a text" },
	{ "with", FIELD_NODE, AT(with), false, "a mapping" },
};
/* What may be changed of a rule of an extended policy. */
static const struct field override_fields[] = {
	{ "effective_on", FIELD_TEXT, AT(effective_on), false, "a date such as 2027-02-01" },
	{ "mode", FIELD_TEXT, AT(mode), false, "enforce, warn or log" },
	{ "rationale", FIELD_TEXT, AT(rationale), false, "a text" },
	{ "solution", FIELD_TEXT, AT(solution), false, "a text" },
	{ "with", FIELD_NODE, AT(with), false, "a mapping" },
};
#undef AT

static struct policy_rule *find_rule(struct policy *p, str id)
{
	for (ptrdiff_t i = 0; i < p->rule.n; i++)
		if (str_eq(p->rule.p[i].id, id))
			return &p->rule.p[i];
	return NULL;
}

static int take_settings(struct op *op, const struct doc *doc, const struct node *map,
			 struct settings *to)
{
	if (map->kind == NODE_NULL)
		return 0;
	if (map->kind != NODE_MAP)
		return node_fail(op, doc, map, "a mapping is expected here");
	for (ptrdiff_t i = 0; i < map->n; i++)
		if (setting_put(op, to, map->child[i].key, &map->child[i], doc) < 0)
			return op->code;
	return 0;
}

static int take_day(struct op *op, const struct doc *doc, const struct node *n, str day,
		    struct policy_rule *r)
{
	if (day.len && (!waiver_date(day) || !judge_moment(day, &r->effective)))
		return node_fail(op, doc, node_get(n, S("effective_on")),
				 "'%.*s' is no date: write 2027-02-01", STR_ARG(day));
	if (day.len)
		r->effective_on = day;
	return 0;
}

/* What a rule and an override have in common. */
static int take_words(struct op *op, const struct doc *doc, const struct node *n,
		      const struct wrote_rule *w, struct policy_rule *r)
{
	if (w->mode.len && read_mode(op, doc, node_get(n, S("mode")), w->mode, &r->mode) < 0)
		return op->code;
	r->has_mode = r->has_mode || w->mode.len;
	r->rationale = w->rationale.len ? w->rationale : r->rationale;
	r->solution = w->solution.len ? w->solution : r->solution;
	if (take_day(op, doc, n, w->effective_on, r) < 0)
		return op->code;
	return w->with ? take_settings(op, doc, w->with, &r->with) : 0;
}

static int fail_kind(struct op *op, const struct doc *doc, const struct node *at, str name)
{
	const struct policy_kind *k;
	size_t n;
	const char **names;

	if (policy_kinds(op, &k, &n) < 0 || !(names = op_new(op, const char *, n)))
		return op->code;
	for (size_t i = 0; i < n; i++)
		names[i] = k[i].name;
	const char *near = nearest_word(name, names, n);
	return node_fail(op, doc, at, "there is no rule '%.*s'%s%s%s", STR_ARG(name),
			 near ? "; did you mean '" : ": see temper policy rules", near ? near : "",
			 near ? "'?" : "");
}

/* An expression, which must give a truth, and the text that tells of its being false. */
static int take_cel(struct op *op, const struct doc *doc, const struct node *n,
		    const struct wrote_rule *w, struct policy_rule *r)
{
	const struct node *at = node_get(n, S("cel")), *message = node_get(n, S("message"));
	str where, place;

	if (w->with)
		return node_fail(op, doc, n, "an expression takes no 'with'");
	r->kind = &kind_cel;
	r->about = &kind_cel.rule;
	r->name = S("cel");
	r->expression = w->cel;
	if (op_text(op, &where, "%.*s:%d", STR_ARG(doc->file), at->line) < 0 ||
	    cel_compile(op, where, w->cel, &r->cel) < 0)
		return op->code;
	if (!cel_may_bool(r->cel))
		return node_fail(op, doc, at, "the expression must give true or false");
	if (!message)
		return 0;
	if (op_text(op, &place, "%.*s:%d", STR_ARG(doc->file), message->line) < 0 ||
	    cel_compile(op, place, w->message, &r->message) < 0)
		return op->code;
	return cel_may_text(r->message)
		       ? 0
		       : node_fail(op, doc, message,
				   "'message' must be an expression that gives a text");
}

static int take_kind(struct op *op, const struct doc *doc, const struct node *n, str name,
		     struct policy_rule *r)
{
	r->kind = kind_of(name);
	r->about = r->kind ? &r->kind->rule : policy_audit_rule(name);
	if (!r->about)
		return fail_kind(op, doc, node_get(n, S("rule")), name);
	r->kind = r->kind ? r->kind : &kind_audit;
	r->name = str_of(r->about->id);
	return 0;
}

static int add_match(struct op *op, struct policy_rule *r, const struct policy_match *m)
{
	struct policy_match **list = op_new(op, struct policy_match *, r->match_n + 1);
	struct policy_match *copy = op_new(op, struct policy_match, 1);

	if (!list || !copy)
		return op->code;
	if (r->match_n)
		memcpy(list, r->match, sizeof(*list) * (size_t)r->match_n);
	*copy = *m;
	list[r->match_n++] = copy;
	r->match = list;
	return 0;
}

static int take_rule(struct reading *rd, const struct doc *doc, const struct node *n)
{
	struct op *op = rd->op;
	struct wrote_rule w = { 0 };
	struct policy_match m;

	if (fields_read(op, doc, n, rule_fields, COUNT(rule_fields), &w) < 0)
		return op->code;
	if (!is_name(w.id))
		return node_fail(op, doc, node_get(n, S("id")),
				 "'%.*s' is no id: up to 64 letters, digits, '.', '-' and '_'",
				 STR_ARG(w.id));
	const struct policy_rule *other = find_rule(rd->p, w.id);
	if (other)
		return node_fail(op, doc, n,
				 "the id %.*s stands twice: %.*s:%d has it too (to change a rule "
				 "of an extended policy, name it under 'override')",
				 STR_ARG(w.id), STR_ARG(other->file), other->line);
	if (rd->p->rule.n >= LIMIT_POLICY_RULES)
		return node_fail(op, doc, n, "more than %d rules", LIMIT_POLICY_RULES);
	struct policy_rule *r = vec_push(op, &rd->p->rule);
	if (!r)
		return op->code;
	r->id = w.id;
	r->file = doc->file;
	r->line = n->line;
	r->doc = doc;
	r->node = n;
	r->title = w.title;
	if ((w.rule.len > 0) == (w.cel.len > 0))
		return node_fail(op, doc, n,
				 w.rule.len ? "either 'rule' or 'cel'"
					    : "the key 'rule' is missing: the name of a rule; see "
					      "temper policy rules");
	if (w.message.len && !w.cel.len)
		return node_fail(op, doc, n, "a 'message' goes with 'cel'");
	if ((w.cel.len ? take_cel(op, doc, n, &w, r) : take_kind(op, doc, n, w.rule, r)) < 0 ||
	    take_words(op, doc, n, &w, r) < 0)
		return op->code;
	if (w.match && (read_match(op, doc, w.match, &m) < 0 || add_match(op, r, &m) < 0))
		return op->code;
	return 0;
}

static int take_rules(struct reading *rd, const struct doc *doc, const struct node *list)
{
	if (list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return node_fail(rd->op, doc, list, "'rules' must be a list");
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (take_rule(rd, doc, &list->child[i]) < 0)
			return rd->op->code;
	return 0;
}

static int take_overrides(struct reading *rd, const struct doc *doc, const struct node *map)
{
	struct op *op = rd->op;

	if (map->kind != NODE_MAP)
		return node_fail(op, doc, map, "a mapping of rules' ids is expected here");
	for (ptrdiff_t i = 0; i < map->n; i++) {
		const struct node *n = &map->child[i];
		struct policy_rule *r = find_rule(rd->p, n->key);
		struct wrote_rule w = { 0 };
		if (!r)
			return node_fail_key(op, doc, n, "there is no rule with the id '%.*s'",
					     STR_ARG(n->key));
		if (fields_read(op, doc, n, override_fields, COUNT(override_fields), &w) < 0 ||
		    take_words(op, doc, n, &w, r) < 0)
			return op->code;
	}
	return 0;
}

/* ---- files ---- */

/* A file that another names: beside it. */
static int path_of(struct op *op, str from, str name, str *ret)
{
	str dir = str_dir_name(from);

	if (dir.len == 0 || str_starts(name, S("/"))) {
		*ret = name;
		return 0;
	}
	return op_text(op, ret, "%.*s/%.*s", STR_ARG(dir), STR_ARG(name));
}

static int open_file(struct reading *rd, const struct doc *doc, str name, str *ret_path, str *ret)
{
	struct op *op = rd->op;
	int rc;

	if (path_of(op, doc->file, name, ret_path) < 0)
		return op->code;
	if (!rd->open)
		return op_fail(op, ERR_USAGE,
			       "%.*s: names the file %.*s, which is not looked for here",
			       STR_ARG(doc->file), STR_ARG(name));
	if ((rc = rd->open(rd->arg, op, *ret_path, ret)) < 0)
		return op_fail_in(op, "%.*s", STR_ARG(doc->file));
	if (rc > 0)
		return op_fail(op, ERR_USAGE, "%.*s: there is no file %.*s", STR_ARG(doc->file),
			       STR_ARG(*ret_path));
	return 0;
}

static int keep_bytes(struct reading *rd, const struct doc *doc, str bytes)
{
	str *to = vec_push(rd->op, &rd->bytes);

	if (!to)
		return rd->op->code;
	*to = bytes;
	return rd->bytes.n <= LIMIT_POLICY_FILES
		       ? 0
		       : op_fail(rd->op, ERR_USAGE, "%.*s: more than %d files in one policy",
				 STR_ARG(doc->file), LIMIT_POLICY_FILES);
}

static int parse(struct reading *rd, str file, str bytes, struct doc **ret)
{
	struct doc *doc = op_new(rd->op, struct doc, 1);

	if (!doc)
		return rd->op->code;
	if (bytes.len > LIMIT_DOCUMENT)
		return op_fail(rd->op, ERR_USAGE, "%.*s: more than %d MiB", STR_ARG(file),
			       LIMIT_DOCUMENT >> 20);
	if (yaml_parse(rd->op, file, bytes, doc) < 0 || keep_bytes(rd, doc, bytes) < 0)
		return rd->op->code;
	*ret = doc;
	return 0;
}

struct overlay {
	const struct node *data, *rules;
};
static const struct field overlay_fields[] = {
	{ "data", FIELD_NODE, offsetof(struct overlay, data), false, "a mapping" },
	{ "rules", FIELD_NODE, offsetof(struct overlay, rules), false, "a mapping of rules' ids" },
};

/* Values of `data` that no policy has would be for nothing: a typing error. */
static int take_data(struct reading *rd, const struct doc *doc, const struct node *map, bool known)
{
	for (ptrdiff_t i = 0; known && map->kind == NODE_MAP && i < map->n; i++)
		if (!setting_find(&rd->data, map->child[i].key))
			return node_fail_key(rd->op, doc, &map->child[i],
					     "no policy has '%.*s' in its 'data'",
					     STR_ARG(map->child[i].key));
	return take_settings(rd->op, doc, map, &rd->data);
}

static int take_overlay(struct reading *rd, const struct doc *from, str name)
{
	struct op *op = rd->op;
	struct overlay o = { 0 };
	struct doc *doc;
	str path, bytes;

	if (open_file(rd, from, name, &path, &bytes) < 0 || parse(rd, path, bytes, &doc) < 0 ||
	    fields_read(op, doc, &doc->root, overlay_fields, COUNT(overlay_fields), &o) < 0 ||
	    (o.data && take_data(rd, doc, o.data, true) < 0))
		return op->code;
	if (o.rules && o.rules->kind != NODE_MAP)
		return node_fail(op, doc, o.rules, "a mapping of rules' ids is expected here");
	for (ptrdiff_t i = 0; o.rules && i < o.rules->n; i++) {
		struct policy_rule *r = find_rule(rd->p, o.rules->child[i].key);
		if (!r)
			return node_fail_key(op, doc, &o.rules->child[i],
					     "there is no rule with the id '%.*s'",
					     STR_ARG(o.rules->child[i].key));
		if (take_settings(op, doc, &o.rules->child[i], &r->with) < 0)
			return op->code;
	}
	return 0;
}

/* ---- waivers ---- */

struct wrote_waivers {
	struct texts files, foreign;
	uint64_t max_days, approvals, warn_days;
	bool wildcards;
};

#define AT(member) offsetof(struct wrote_waivers, member)
static const struct field waivers_fields[] = {
	{ "approvals", FIELD_U64, AT(approvals), false, "how many must approve" },
	{ "files", FIELD_TEXTS, AT(files), false, "files of waivers" },
	{ "foreign", FIELD_TEXTS, AT(foreign), false, "ignore files of other tools" },
	{ "max_days", FIELD_U64, AT(max_days), false, "a number of days" },
	{ "warn_days", FIELD_U64, AT(warn_days), false, "a number of days" },
	{ "wildcards", FIELD_BOOL, AT(wildcards), false, "true or false" },
};
#undef AT

static int take_waiver_files(struct reading *rd, const struct doc *doc, const struct texts *files,
			     bool foreign)
{
	for (ptrdiff_t i = 0; i < files->n; i++) {
		ptrdiff_t before = rd->p->waivers.n;
		str path, bytes;
		if (open_file(rd, doc, files->p[i], &path, &bytes) < 0 ||
		    keep_bytes(rd, doc, bytes) < 0 ||
		    waivers_read(rd->op, path, bytes, &rd->p->waivers) < 0)
			return rd->op->code;
		for (ptrdiff_t k = before; k < rd->p->waivers.n; k++)
			if (waiver_is_foreign(&rd->p->waivers.p[k]) != foreign)
				return op_fail(rd->op, ERR_USAGE,
					       "%.*s: %.*s is %s: name it under '%s'",
					       STR_ARG(doc->file), STR_ARG(path),
					       foreign ? "a file of waivers"
						       : "an ignore file of another tool",
					       foreign ? "files" : "foreign");
	}
	return 0;
}

static int take_waivers(struct reading *rd, const struct doc *doc, const struct node *n)
{
	struct waiver_terms *t = &rd->p->terms;
	struct wrote_waivers w = { .max_days = t->max_days,
				   .approvals = t->approvals,
				   .warn_days = t->warn_days,
				   .wildcards = t->wildcards };

	if (fields_read(rd->op, doc, n, waivers_fields, COUNT(waivers_fields), &w) < 0)
		return rd->op->code;
	if (w.max_days == 0 || w.max_days > 3660 || w.warn_days > 3660 || w.approvals > 16)
		return node_fail(rd->op, doc, n,
				 "max_days is 1 to 3660, warn_days 0 to 3660, approvals 0 to 16");
	*t = (struct waiver_terms){ w.max_days, w.approvals, w.warn_days, w.wildcards, true };
	if (take_waiver_files(rd, doc, &w.files, false) < 0)
		return rd->op->code;
	return take_waiver_files(rd, doc, &w.foreign, true);
}

/* ---- one file ---- */

static int read_file(struct reading *rd, str file, str bytes, int depth, struct doc **ret,
		     struct wrote *w);

static const struct policy_shipped *shipped_of(str name)
{
	for (size_t i = 0; i < policies_shipped_n; i++)
		if (str_eq(name, str_of(policies_shipped[i].name)))
			return &policies_shipped[i];
	return NULL;
}

/* The mode and match of a policy are its rules' where another extends it. */
static int settle(struct reading *rd, const struct doc *doc, const struct wrote *w, ptrdiff_t from)
{
	enum policy_mode mode = POLICY_ENFORCE;
	struct policy_match m;

	if (w->mode.len &&
	    read_mode(rd->op, doc, node_get(&doc->root, S("mode")), w->mode, &mode) < 0)
		return rd->op->code;
	if (w->match && read_match(rd->op, doc, w->match, &m) < 0)
		return rd->op->code;
	for (ptrdiff_t i = from; i < rd->p->rule.n; i++) {
		struct policy_rule *r = &rd->p->rule.p[i];
		if (w->mode.len && !r->has_mode) {
			r->mode = mode;
			r->has_mode = true;
		}
		if (w->match && add_match(rd->op, r, &m) < 0)
			return rd->op->code;
	}
	return 0;
}

static int extend(struct reading *rd, const struct doc *doc, str name, int depth)
{
	const struct policy_shipped *s = shipped_of(name);
	struct op *op = rd->op;
	ptrdiff_t from = rd->p->rule.n;
	str path = name, bytes = str_of(s ? s->text : NULL);
	struct wrote w = { 0 };
	struct doc *other;

	if (depth >= LIMIT_POLICY_DEPTH)
		return op_fail(op, ERR_USAGE, "%.*s: policies extend one another more than %d deep",
			       STR_ARG(doc->file), LIMIT_POLICY_DEPTH);
	if (!s && path_of(op, doc->file, name, &path) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < rd->file_n; i++) {
		if (!str_eq(rd->file[i].path, path))
			continue;
		if (rd->file[i].done) /* by two ways: once is enough */
			return 0;
		return op_fail(op, ERR_USAGE, "%.*s: extends %.*s, which extends it",
			       STR_ARG(doc->file), STR_ARG(path));
	}
	if (!s && open_file(rd, doc, name, &path, &bytes) < 0)
		return op->code;
	if (read_file(rd, path, bytes, depth + 1, &other, &w) < 0)
		return op->code;
	return settle(rd, other, &w, from);
}

/* Depth is bounded by LIMIT_POLICY_DEPTH. */
static int read_file(struct reading *rd, str file, str bytes, int depth, struct doc **ret,
		     struct wrote *w)
{
	struct op *op = rd->op;
	ptrdiff_t at = rd->file_n;
	struct doc *doc;

	if (at >= LIMIT_POLICY_FILES)
		return op_fail(op, ERR_USAGE, "%.*s: more than %d files in one policy",
			       STR_ARG(file), LIMIT_POLICY_FILES);
	rd->file[at].path = file;
	rd->file_n++;
	if (parse(rd, file, bytes, &doc) < 0 ||
	    fields_read(op, doc, &doc->root, wrote_fields, COUNT(wrote_fields), w) < 0)
		return op->code;
	if (!is_name(w->name))
		return node_fail(op, doc, node_get(&doc->root, S("name")),
				 "'%.*s' is no name: up to 64 letters, digits, '.', '-' and '_'",
				 STR_ARG(w->name));
	for (ptrdiff_t i = 0; i < w->extends.n; i++)
		if (extend(rd, doc, w->extends.p[i], depth) < 0)
			return op->code;
	if ((w->data && take_data(rd, doc, w->data, false) < 0) ||
	    (w->rules && take_rules(rd, doc, w->rules) < 0) ||
	    (w->override && take_overrides(rd, doc, w->override) < 0) ||
	    (w->waivers && take_waivers(rd, doc, w->waivers) < 0))
		return op->code;
	for (ptrdiff_t i = 0; i < w->overlays.n; i++)
		if (take_overlay(rd, doc, w->overlays.p[i]) < 0)
			return op->code;
	rd->file[at].done = true;
	*ret = doc;
	return 0;
}

/* ---- the whole ---- */

static bool same_texts(const struct texts *a, const struct texts *b)
{
	if (a->n != b->n)
		return false;
	for (ptrdiff_t i = 0; i < a->n; i++)
		if (!str_eq(a->p[i], b->p[i]))
			return false;
	return true;
}

static bool same_match(const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->match_n != b->match_n)
		return false;
	for (ptrdiff_t i = 0; i < a->match_n; i++)
		if (!same_texts(&a->match[i]->images, &b->match[i]->images) ||
		    !same_texts(&a->match[i]->except, &b->match[i]->except))
			return false;
	return true;
}

static bool parted(const struct policy_rule *a, const struct policy_rule *b)
{
	return a->mode != b->mode || !str_eq(a->expression, b->expression) ||
	       a->effective != b->effective || !same_match(a, b) ||
	       !params_same(a, b, a->kind->parts);
}

/* The same of the same images, but otherwise: which should hold? */
static int check_pair(struct op *op, const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->about != b->about || parted(a, b))
		return 0;
	return node_fail(
		op, b->doc, b->node, "%.*s %s %.*s (%.*s:%d): both are %.*s in mode %s%s",
		STR_ARG(b->id), params_same(a, b, NULL) ? "says the same as" : "contradicts",
		STR_ARG(a->id), STR_ARG(a->file), a->line, STR_ARG(b->name), policy_modes[b->mode],
		params_same(a, b, NULL) ? "" : " with other parameters");
}

static const struct kind *deny_of(const struct policy_rule *r)
{
	return str_eq(r->name, S("package.required")) ? kind_of(S("package.deny"))
	       : str_eq(r->name, S("license.allow"))  ? kind_of(S("license.deny"))
						      : NULL;
}

/* What one rule asks for and another refuses, by the same words. */
static int check_deny(struct op *op, const struct policy_rule *a, const struct policy_rule *b)
{
	const struct texts *x = a->params.spdx.n ? &a->params.spdx : &a->params.purls,
			   *y = b->params.spdx.n ? &b->params.spdx : &b->params.purls;

	if (!b->kind || deny_of(a) != b->kind || a->match_n || b->match_n)
		return 0;
	for (ptrdiff_t i = 0; i < x->n; i++)
		for (ptrdiff_t k = 0; k < y->n; k++)
			if (str_eq(x->p[i], y->p[k]))
				return node_fail(op, b->doc, b->node,
						 "%.*s contradicts %.*s (%.*s:%d): one asks for "
						 "'%.*s', the other refuses it",
						 STR_ARG(b->id), STR_ARG(a->id), STR_ARG(a->file),
						 a->line, STR_ARG(x->p[i]));
	return 0;
}

static int check_rules(struct op *op, struct policy *p)
{
	for (ptrdiff_t i = 0; i < p->rule.n; i++) {
		for (ptrdiff_t k = 0; k < i; k++)
			if (check_pair(op, &p->rule.p[k], &p->rule.p[i]) < 0)
				return op->code;
		for (ptrdiff_t k = 0; k < p->rule.n; k++)
			if (k != i && check_deny(op, &p->rule.p[k], &p->rule.p[i]) < 0)
				return op->code;
	}
	return 0;
}

/* A rule of the audit that is named in a list, and is none, would be left out by a typing error. */
static int check_names(struct op *op, const struct policy_rule *r)
{
	const struct texts *lists[] = { &r->params.rules, &r->params.except };

	for (int k = 0; k < 2 && str_eq(r->name, S("audit.all")); k++)
		for (ptrdiff_t i = 0; i < lists[k]->n; i++) {
			str name = lists[k]->p[i];
			struct setting *s = setting_find(&r->with, k ? S("except") : S("rules"));
			if (str_find(name, '*') < 0 && str_find(name, '?') < 0 &&
			    str_find(name, '[') < 0 && !policy_audit_rule(name))
				return fail_kind(op, s->doc, s->value, name);
		}
	return 0;
}

/* Of one file its own digest; of several that of all in a row, each with its length before it. */
static int digest(struct reading *rd)
{
	struct buf b;
	str all;

	if (rd->bytes.n == 1) {
		rd->p->about.digest = digest_of(rd->bytes.p[0]);
		return 0;
	}
	buf_init(&b, rd->op, (size_t)LIMIT_DOCUMENT * (LIMIT_POLICY_FILES + 1));
	for (ptrdiff_t i = 0; i < rd->bytes.n; i++) {
		buf_fmt(&b, "%td\n", rd->bytes.p[i].len);
		buf_add(&b, rd->bytes.p[i]);
	}
	if (buf_take(&b, &all) < 0)
		return rd->op->code;
	rd->p->about.digest = digest_of(all);
	return 0;
}

static int finish(struct reading *rd, const struct doc *doc, const struct wrote *w)
{
	struct policy *p = rd->p;
	struct op *op = rd->op;

	p->about.name = w->name;
	p->about.file = doc->file;
	p->about.description = w->description;
	if (w->mode.len &&
	    read_mode(op, doc, node_get(&doc->root, S("mode")), w->mode, &p->mode) < 0)
		return op->code;
	if (w->match && read_match(op, doc, w->match, &p->match) < 0)
		return op->code;
	p->has_match = w->match != NULL;
	if (p->rule.n == 0)
		return op_fail(op, ERR_USAGE,
			       "%.*s: a policy without rules would let everything pass",
			       STR_ARG(doc->file));
	for (ptrdiff_t i = 0; i < p->rule.n; i++) {
		struct policy_rule *r = &p->rule.p[i];
		if (!r->has_mode)
			r->mode = p->mode;
		if (params_read(op, &rd->data, r) < 0 || check_names(op, r) < 0)
			return op->code;
	}
	for (ptrdiff_t i = 0; i < rd->data.n; i++)
		if (!rd->data.p[i].used)
			return node_fail_key(op, rd->data.p[i].doc, rd->data.p[i].value,
					     "no rule uses '%.*s' (as $%.*s)",
					     STR_ARG(rd->data.p[i].name),
					     STR_ARG(rd->data.p[i].name));
	return check_rules(op, p) < 0 ? op->code : digest(rd);
}

int policy_read(struct op *op, str file, str bytes, policy_opener *open, void *arg,
		struct policy **ret)
{
	struct reading *rd = op_new(op, struct reading, 1);
	struct policy *p = op_new(op, struct policy, 1);
	struct wrote w = { 0 };
	struct doc *doc;

	if (!rd || !p)
		return op->code;
	*rd = (struct reading){ .op = op, .open = open, .arg = arg, .p = p };
	p->terms = (struct waiver_terms){ .max_days = 90, .warn_days = 14 };
	if (read_file(rd, file, bytes, 0, &doc, &w) < 0 || finish(rd, doc, &w) < 0) {
		/* A document of the user's, whatever is wrong with it. */
		if (op->code == ERR_FORMAT || op->code == ERR_LIMIT)
			op->code = ERR_USAGE;
		return op->code;
	}
	*ret = p;
	return 0;
}
