/*
 * One table says how every parameter is written; a rule takes those that its kind names.
 */
#include "base/limits.h"
#include "base/num.h"
#include "model/advisory.h"
#include "policy_impl.h"

enum param_kind {
	PARAM_BOOL,
	PARAM_FIXABLE,
	PARAM_GRACE,
	PARAM_GRACE_FROM,
	PARAM_DURATION,
	PARAM_NUMBER, /* double */
	PARAM_SEVERITY,
	PARAM_SIZE,
	PARAM_STATES,
	PARAM_TEXTS,
	PARAM_U64,
};

static const char *const expected[] = {
	[PARAM_BOOL] = "true or false",
	[PARAM_FIXABLE] = "true or false",
	[PARAM_GRACE] = "a time such as 7d, or one for each severity",
	[PARAM_GRACE_FROM] = "fix_available or published",
	[PARAM_DURATION] = "a time such as 48h, 7d or 2w",
	[PARAM_NUMBER] = "a number",
	[PARAM_SEVERITY] = "negligible, low, medium, high or critical",
	[PARAM_SIZE] = "a size such as 150MiB",
	[PARAM_STATES] = "a list of states of a fix",
	[PARAM_TEXTS] = "a list of texts",
	[PARAM_U64] = "a whole number",
};

#define AT(member) offsetof(struct params, member)
static const struct param {
	const char *name;
	enum param_kind kind;
	size_t offset;
	const char *what;
} params[] = {
	{ "above", PARAM_NUMBER, AT(above), "more than this fails" },
	{ "allow", PARAM_TEXTS, AT(allow), "globs of what is allowed in spite of the rule" },
	{ "areas", PARAM_TEXTS, AT(areas),
	  "only these areas of hardening: user, setuid, shell ..." },
	{ "deny", PARAM_TEXTS, AT(deny), "globs of what is refused" },
	{ "due", PARAM_BOOL, AT(due), "only once the day has passed on which CISA wants it fixed" },
	{ "except", PARAM_TEXTS, AT(except), "globs of packages that it does not hold for" },
	{ "extended", PARAM_BOOL, AT(extended), "extended support (LTS, ESM) counts as support" },
	{ "fixable", PARAM_FIXABLE, AT(fixable),
	  "true: only what an update fixes; false: only what "
	  "none does" },
	{ "fixed_only", PARAM_BOOL, AT(fixed_only), "sources that know of fixes alone are enough" },
	{ "from", PARAM_TEXTS, AT(from), "globs of what is approved" },
	{ "grace", PARAM_GRACE, AT(grace), "how long one may take; one for all, or by severity" },
	{ "grace_from", PARAM_GRACE_FROM, AT(grace_from), "the day from which grace counts" },
	{ "ids", PARAM_TEXTS, AT(ids), "vulnerabilities by any of their names" },
	{ "ignore_states", PARAM_STATES, AT(ignore_states), "fix states that are passed over" },
	{ "kinds", PARAM_TEXTS, AT(kinds), "only faults of these kinds" },
	{ "labels", PARAM_TEXTS, AT(labels), "names of labels" },
	{ "max", PARAM_U64, AT(max), "no more than this" },
	{ "max_age", PARAM_DURATION, AT(max_age), "no older than this" },
	{ "max_behind", PARAM_DURATION, AT(max_behind),
	  "how long a newer base may be out already" },
	{ "max_size", PARAM_SIZE, AT(max_size), "no larger than this" },
	{ "min", PARAM_SEVERITY, AT(min), "from this severity on" },
	{ "no_base", PARAM_BOOL, AT(no_base),
	  "an image that says it is made of packages alone is one" },
	{ "only_app", PARAM_BOOL, AT(only_app), "only what the image itself brings" },
	{ "only_base", PARAM_BOOL, AT(only_base), "only what came with the base" },
	{ "packages", PARAM_TEXTS, AT(packages), "only these packages: globs of package URLs" },
	{ "paths", PARAM_TEXTS, AT(paths), "only these paths: globs" },
	{ "purls", PARAM_TEXTS, AT(purls), "globs of package URLs" },
	{ "rules", PARAM_TEXTS, AT(rules), "only these rules: globs" },
	{ "spdx", PARAM_TEXTS, AT(spdx), "globs of SPDX identifiers" },
	{ "types", PARAM_TEXTS, AT(types),
	  "predicate types: sbom, provenance, scan, vex, or whole" },
	{ "unknown", PARAM_BOOL, AT(unknown), "what nothing is told of counts too" },
	{ "warn_before", PARAM_DURATION, AT(warn_before), "fails this long before the end" },
};
enum { PARAMS = sizeof(params) / sizeof(params[0]) };

size_t policy_params(size_t at, struct policy_param *ret)
{
	if (at >= PARAMS)
		return 0;
	*ret = (struct policy_param){ params[at].name, expected[params[at].kind], params[at].what };
	return at + 1;
}

/* ---- settings ---- */

struct setting *setting_find(const struct settings *s, str name)
{
	for (ptrdiff_t i = 0; i < s->n; i++)
		if (str_eq(s->p[i].name, name))
			return &s->p[i];
	return NULL;
}

int setting_put(struct op *op, struct settings *s, str name, const struct node *value,
		const struct doc *doc)
{
	struct setting *to = setting_find(s, name);

	if (!to && s->n >= LIMIT_POLICY_LIST)
		return node_fail(op, doc, value, "more than %d values", LIMIT_POLICY_LIST);
	if (!to && !(to = vec_push(op, s)))
		return op->code;
	*to = (struct setting){ name, value, doc, to->used };
	return 0;
}

/* ---- values ---- */

bool policy_duration(str s, int64_t *ret)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	uint64_t n;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (s.len < 2 || s.p[s.len - 1] != units[i].unit ||
		    !num_parse(str_head(s, s.len - 1), 1000 * 1000, &n))
			continue;
		*ret = (int64_t)n * units[i].seconds;
		return true;
	}
	return false;
}

bool policy_size(str s, uint64_t *ret)
{
	static const struct {
		const char *unit;
		uint64_t bytes;
	} units[] = {
		{ "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 },   { "kB", 1000 },
		{ "KB", 1000 },     { "MB", 1000000 },  { "GB", 1000000000 },
	};
	uint64_t n;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		str unit = str_of(units[i].unit);
		if (!str_ends(s, unit) ||
		    !num_parse(str_trim(str_head(s, s.len - unit.len)), 1000 * 1000, &n))
			continue;
		*ret = n * units[i].bytes;
		return true;
	}
	return num_parse(s, INT64_MAX, ret);
}

static enum severity word_severity(str s)
{
	for (int i = SEVERITY_NEGLIGIBLE; i < SEVERITIES; i++)
		if (str_eq(s, str_of(severities[i])))
			return (enum severity)i;
	return SEVERITY_UNKNOWN;
}

/* One for all severities, or a mapping; what it leaves out has none. */
static bool read_grace(const struct node *n, struct params *p)
{
	str text;
	int64_t s;

	p->has_grace = true;
	if (node_text(n, &text)) {
		if (!policy_duration(text, &s))
			return false;
		for (int i = 0; i < SEVERITIES; i++)
			p->grace[i] = s;
		return true;
	}
	for (ptrdiff_t i = 0; n->kind == NODE_MAP && i < n->n; i++) {
		bool unknown = str_eq(n->child[i].key, S("unknown"));
		enum severity which = word_severity(n->child[i].key);
		if ((!which && !unknown) || !node_text(&n->child[i], &text) ||
		    !policy_duration(text, &p->grace[which]))
			return false;
	}
	return n->kind == NODE_MAP && n->n > 0;
}

static int read_list(struct op *op, const struct node *n, struct texts *ret)
{
	ptrdiff_t count = n->kind == NODE_LIST ? n->n : 1;
	const struct node *from = n->kind == NODE_LIST ? n->child : n;
	str *p = op_new(op, str, count);

	if (!p)
		return op->code;
	if (count > LIMIT_POLICY_LIST)
		return 1;
	for (ptrdiff_t i = 0; i < count; i++)
		if (!node_text(&from[i], &p[i]) || p[i].len == 0 || p[i].len > LIMIT_PATH)
			return 1;
	*ret = (struct texts){ p, count };
	return 0;
}

static bool are_states(const struct texts *list)
{
	for (ptrdiff_t i = 0; i < list->n; i++) {
		bool known = false;
		for (int k = 0; k < FIX_STATES; k++)
			known |= str_eq(list->p[i], str_of(fix_states[k]));
		if (!known)
			return false;
	}
	return true;
}

static bool read_scalar(const struct param *a, const struct node *n, struct params *p, void *to)
{
	bool is_text = n->kind == NODE_TEXT || n->kind == NODE_NUMBER;
	str s = n->text;

	switch (a->kind) {
	case PARAM_BOOL:
		return node_bool(n, to);
	case PARAM_FIXABLE:
		return p->has_fixable = true, node_bool(n, to);
	case PARAM_GRACE:
		return read_grace(n, p);
	case PARAM_GRACE_FROM:
		p->grace_from = str_eq(s, S("published")) ? GRACE_FROM_PUBLISHED : GRACE_FROM_FIX;
		return is_text && (str_eq(s, S("published")) || str_eq(s, S("fix_available")));
	case PARAM_DURATION:
		return is_text && policy_duration(s, to);
	case PARAM_NUMBER:
		return is_text && num_real(s, to);
	case PARAM_SEVERITY:
		*(enum severity *)to = is_text ? word_severity(s) : SEVERITY_UNKNOWN;
		return *(enum severity *)to != SEVERITY_UNKNOWN;
	case PARAM_SIZE:
		return is_text && policy_size(s, to);
	case PARAM_U64:
		return node_u64(n, to);
	default:
		return false;
	}
}

/* 0, or 1 if it is not what it must be. */
static int read_value(struct op *op, const struct param *a, const struct node *n, struct params *p)
{
	void *to = (char *)p + a->offset;

	if (a->kind != PARAM_TEXTS && a->kind != PARAM_STATES)
		return read_scalar(a, n, p, to) ? 0 : 1;
	int rc = read_list(op, n, to);
	return rc == 0 && a->kind == PARAM_STATES && !are_states(to) ? 1 : rc;
}

/* ---- a rule's ---- */

/* Is it among names parted by blanks, with a "!" or not? */
static bool takes(const char *names, const char *name, bool *ret_must)
{
	str list = str_of(names);

	while (list.len > 0) {
		str word = str_word(&list);
		bool must = str_ends(word, S("!"));
		if (!str_eq(str_head(word, word.len - must), str_of(name)))
			continue;
		*ret_must = must;
		return true;
	}
	return false;
}

static int fail_unknown(struct op *op, const struct policy_rule *r, const struct setting *s)
{
	const char *names[PARAMS];
	size_t n = 0;
	bool must;

	for (size_t i = 0; i < PARAMS; i++)
		if (takes(r->kind->params, params[i].name, &must))
			names[n++] = params[i].name;
	const char *near = nearest_word(s->name, names, n);
	if (near)
		return node_fail_key(op, s->doc, s->value,
				     "%.*s takes no '%.*s'; did you mean '%s'?", STR_ARG(r->name),
				     STR_ARG(s->name), near);
	return node_fail_key(op, s->doc, s->value, "%.*s takes no '%.*s'%s%s", STR_ARG(r->name),
			     STR_ARG(s->name), n ? ": it takes " : "", n ? r->kind->params : "");
}

/* What "$name" stands for. */
static int resolve(struct op *op, struct settings *data, const struct setting *s,
		   const struct node **ret, const struct doc **ret_doc)
{
	*ret = s->value;
	*ret_doc = s->doc;
	if (s->value->kind != NODE_TEXT || !str_starts(s->value->text, S("$")))
		return 0;
	struct setting *d = setting_find(data, str_from(s->value->text, 1));
	if (!d)
		return node_fail(op, s->doc, s->value, "'data' has no '%.*s'",
				 STR_ARG(str_from(s->value->text, 1)));
	d->used = true;
	*ret = d->value;
	*ret_doc = d->doc;
	return 0;
}

static int read_setting(struct op *op, struct settings *data, struct policy_rule *r,
			const struct setting *s)
{
	const struct node *value;
	const struct doc *doc;
	bool must;

	for (size_t i = 0; i < PARAMS; i++) {
		if (!str_eq(s->name, str_of(params[i].name)) ||
		    !takes(r->kind->params, params[i].name, &must))
			continue;
		if (resolve(op, data, s, &value, &doc) < 0)
			return op->code;
		int rc = read_value(op, &params[i], value, &r->params);
		if (rc > 0)
			return node_fail(op, doc, value, "'%s' of %.*s must be %s", params[i].name,
					 STR_ARG(r->id), expected[params[i].kind]);
		return rc;
	}
	return fail_unknown(op, r, s);
}

int params_read(struct op *op, struct settings *data, struct policy_rule *r)
{
	bool must;

	for (ptrdiff_t i = 0; i < r->with.n; i++)
		if (read_setting(op, data, r, &r->with.p[i]) < 0)
			return op->code;
	for (size_t i = 0; i < PARAMS; i++)
		if (takes(r->kind->params, params[i].name, &must) && must &&
		    !setting_find(&r->with, str_of(params[i].name)))
			return node_fail(op, r->doc, r->node, "%.*s needs '%s': %s",
					 STR_ARG(r->name), params[i].name, params[i].what);
	if (r->params.only_app && r->params.only_base)
		return node_fail(op, r->doc, r->node, "only_app and only_base leave nothing");
	return params_text(op, r, &r->with_text);
}

/* ---- telling and comparing ---- */

static void write_duration(struct buf *b, int64_t s)
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (s % units[i].seconds)
			continue;
		buf_fmt(b, "%lld%c", (long long)(s / units[i].seconds), units[i].unit);
		return;
	}
}

static void write_grace(struct buf *b, const struct params *p)
{
	bool any = false, one = true;

	for (int i = 0; i < SEVERITIES; i++)
		one = one && p->grace[i] == p->grace[0];
	for (int i = SEVERITIES - 1; !one && i >= 0; i--) {
		if (p->grace[i] == 0)
			continue;
		buf_fmt(b, "%s%s ", any ? " " : "", severities[i]);
		write_duration(b, p->grace[i]);
		any = true;
	}
	if (one)
		write_duration(b, p->grace[0]);
}

static void write_value(struct buf *b, enum param_kind kind, const struct params *p,
			const void *from)
{
	const struct texts *list = from;

	switch (kind) {
	case PARAM_BOOL:
	case PARAM_FIXABLE:
		buf_add(b, *(const bool *)from ? S("true") : S("false"));
		break;
	case PARAM_GRACE:
		write_grace(b, p);
		break;
	case PARAM_GRACE_FROM:
		buf_add(b, p->grace_from ? S("published") : S("fix_available"));
		break;
	case PARAM_DURATION:
		write_duration(b, *(const int64_t *)from);
		break;
	case PARAM_NUMBER:
		buf_fmt(b, "%g", *(const double *)from);
		break;
	case PARAM_SEVERITY:
		buf_add(b, str_of(severities[*(const enum severity *)from]));
		break;
	case PARAM_SIZE:
	case PARAM_U64:
		buf_fmt(b, "%llu", (unsigned long long)*(const uint64_t *)from);
		break;
	case PARAM_STATES:
	case PARAM_TEXTS:
		for (ptrdiff_t i = 0; i < list->n; i++)
			buf_fmt(b, "%s%.*s", i ? " " : "", STR_ARG(list->p[i]));
		break;
	}
}

int params_text(struct op *op, const struct policy_rule *r, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_DOCUMENT);
	buf_add(&b, r->expression);
	for (size_t i = 0; i < PARAMS; i++) {
		if (!setting_find(&r->with, str_of(params[i].name)))
			continue;
		buf_fmt(&b, "%s%s: ", b.len ? ", " : "", params[i].name);
		write_value(&b, params[i].kind, &r->params,
			    (const char *)&r->params + params[i].offset);
	}
	return buf_take(&b, ret);
}

static bool same_texts(const struct texts *a, const struct texts *b)
{
	if (a->n != b->n)
		return false;
	for (ptrdiff_t i = 0; i < a->n; i++)
		if (!str_eq(a->p[i], b->p[i]))
			return false;
	return true;
}

static bool same_value(const struct param *a, const struct params *x, const struct params *y)
{
	static const size_t sizes[] = {
		[PARAM_BOOL] = sizeof(bool),
		[PARAM_FIXABLE] = sizeof(bool),
		[PARAM_GRACE] = sizeof(x->grace),
		[PARAM_GRACE_FROM] = sizeof(enum grace_from),
		[PARAM_DURATION] = sizeof(int64_t),
		[PARAM_NUMBER] = sizeof(double),
		[PARAM_SEVERITY] = sizeof(x->min),
		[PARAM_SIZE] = sizeof(uint64_t),
		[PARAM_STATES] = 0,
		[PARAM_TEXTS] = 0,
		[PARAM_U64] = sizeof(uint64_t),
	};
	const char *p = (const char *)x + a->offset, *q = (const char *)y + a->offset;

	if (a->kind == PARAM_TEXTS || a->kind == PARAM_STATES)
		return same_texts((const struct texts *)p, (const struct texts *)q);
	if (a->kind == PARAM_FIXABLE && x->has_fixable != y->has_fixable)
		return false;
	return memcmp(p, q, sizes[a->kind]) == 0;
}

bool params_same(const struct policy_rule *a, const struct policy_rule *b, const char *only)
{
	bool must;

	for (size_t i = 0; i < PARAMS; i++) {
		if (only && !takes(only, params[i].name, &must))
			continue;
		if (!same_value(&params[i], &a->params, &b->params))
			return false;
	}
	return true;
}
