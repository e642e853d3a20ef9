/*
 * The members of a struct stand in the order of its table mostly: each is looked for from where the
 * last one was found.
 */
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/num.h"
#include "facts_json.h"
#include "facts_table.h"
#include "sys/clock.h"

struct reader {
	struct op *op;
	struct doc doc;
	struct facts_root *root;
	struct map package; /* by id: position + 1 */
	enum package_type type;
};

static int read_table(struct reader *r, const struct facts_table *t, const struct node *map,
		      void *at);

static int wrong(struct reader *r, const struct node *n, const char *what)
{
	return op_fail(r->op, ERR_FORMAT, "%.*s:%d:%d: '%.*s' must be %s", STR_ARG(r->doc.file),
		       n->line, n->col, STR_ARG(n->key), what);
}

static int read_words(struct reader *r, const struct node *n, const char **ret)
{
	str s;

	if (n->kind != NODE_TEXT || memchr(n->text.p ? n->text.p : "", 0, (size_t)n->text.len))
		return wrong(r, n, "a text");
	if (op_copy(r->op, n->text, &s) < 0)
		return r->op->code;
	*ret = s.p;
	return 0;
}

static int read_texts(struct reader *r, const struct node *n, struct texts *ret)
{
	if (n->kind != NODE_LIST)
		return wrong(r, n, "a list of texts");
	ret->p = op_new(r->op, str, n->n);
	if (!ret->p)
		return r->op->code;
	for (ptrdiff_t i = 0; i < n->n; i++) {
		if (n->child[i].kind != NODE_TEXT)
			return wrong(r, n, "a list of texts");
		ret->p[ret->n++] = n->child[i].text;
	}
	return 0;
}

static int read_pairs(struct reader *r, const struct node *n, struct pairs *ret)
{
	if (n->kind != NODE_MAP)
		return wrong(r, n, "an object of texts");
	ret->p = op_new(r->op, struct pair, n->n);
	if (!ret->p)
		return r->op->code;
	for (ptrdiff_t i = 0; i < n->n; i++) {
		if (n->child[i].kind != NODE_TEXT)
			return wrong(r, n, "an object of texts");
		ret->p[ret->n++] = (struct pair){ n->child[i].key, n->child[i].text };
	}
	return 0;
}

static int read_whole(struct reader *r, const struct node *n, uint64_t max, uint64_t *ret)
{
	if (n->kind != NODE_NUMBER || !num_parse(n->text, max, ret))
		return wrong(r, n, "a whole number in its bounds");
	return 0;
}

static int read_real(struct reader *r, const struct node *n, double *ret)
{
	if (n->kind != NODE_NUMBER || !num_real(n->text, ret))
		return wrong(r, n, "a number that is not negative");
	return 0;
}

static int read_word(struct reader *r, const struct fact *f, const struct node *n, unsigned *ret)
{
	for (int i = 0; n->kind == NODE_TEXT && i < f->word_n; i++) {
		if (str_eq(n->text, str_of(f->word[i]))) {
			*ret = (unsigned)i;
			return 0;
		}
	}
	return wrong(r, n, "one of its words");
}

static int read_type(struct reader *r, const struct node *n, enum package_type *ret)
{
	if (n->kind != NODE_TEXT)
		return wrong(r, n, "the type of a package");
	if (!str_eq(n->text, str_of(package_kinds[r->type].name)))
		r->type = package_type_of_name(n->text);
	if (!str_eq(n->text, str_of(package_kinds[r->type].name)))
		return wrong(r, n, "the type of a package");
	*ret = r->type;
	return 0;
}

static int read_package(struct reader *r, const struct node *n, uint32_t *ret)
{
	const struct node *id = node_get(n, S("id"));
	ptrdiff_t at = id && id->kind == NODE_TEXT ? map_find(&r->package, id->text) : -1;

	if (at < 0)
		return wrong(r, n, "one of the packages, by its id");
	*ret = (uint32_t)at;
	return 0;
}

static int read_list(struct reader *r, const struct fact *f, const struct node *n, void *base)
{
	const struct facts_table *t = f->table;
	char *p;

	if (n->kind != NODE_LIST)
		return wrong(r, n, "a list");
	p = op_alloc(r->op, t->size, n->n);
	if (!p)
		return r->op->code;
	for (ptrdiff_t i = 0; i < n->n; i++) {
		int rc = read_table(r, t, &n->child[i], p + (size_t)i * t->size);
		if (rc < 0)
			return rc;
	}
	*(void **)base = p;
	*(ptrdiff_t *)((char *)base + (f->at_n - f->at)) = n->n;
	return 0;
}

static int read_scalar(struct reader *r, const struct fact *f, const struct node *n, void *at)
{
	uint64_t u = 0;
	int rc;

	switch (f->kind) {
	case FACT_BOOL:
		return node_bool(n, at) ? 0 : wrong(r, n, "true or false");
	case FACT_DIGEST:
		return n->kind == NODE_TEXT && str_starts(n->text, S("sha256:")) &&
				       digest_parse(n->text, at)
			       ? 0
			       : wrong(r, n, "a digest");
	case FACT_TIME:
		return n->kind == NODE_TEXT && clock_parse_rfc3339(n->text, at)
			       ? 0
			       : wrong(r, n, "a date and time in UTC");
	case FACT_LAYER:
		rc = read_whole(r, n, LIMIT_LAYERS_READ, &u);
		*(int *)at = (int)u;
		return rc;
	case FACT_LINE:
		rc = read_whole(r, n, INT32_MAX, &u);
		*(int *)at = (int)u;
		return rc;
	case FACT_COUNT:
	case FACT_I64:
		rc = read_whole(r, n, INT64_MAX, &u);
		*(int64_t *)at = (int64_t)u;
		return rc;
	case FACT_U64:
		return read_whole(r, n, UINT64_MAX, at);
	case FACT_REAL:
		return read_real(r, n, at);
	default:
		MUST(f->kind == FACT_WORD);
		return read_word(r, f, n, at);
	}
}

static int read_value(struct reader *r, const struct fact *f, const struct node *n, void *at)
{
	switch (f->kind) {
	case FACT_TEXT:
		*(str *)at = n->text;
		return n->kind == NODE_TEXT ? 0 : wrong(r, n, "a text");
	case FACT_WORDS:
		return read_words(r, n, at);
	case FACT_TEXTS:
		return read_texts(r, n, at);
	case FACT_PAIRS:
		return read_pairs(r, n, at);
	case FACT_TYPE:
		return read_type(r, n, at);
	case FACT_PACKAGE:
		return read_package(r, n, at);
	case FACT_OBJECT:
		return read_table(r, f->table, n, at);
	case FACT_LIST:
		return read_list(r, f, n, at);
	default:
		return read_scalar(r, f, n, at);
	}
}

static bool is_packages(const struct fact *f)
{
	return f->table == &facts_table_package;
}

/* Packages come before all that names one, wherever they stand. */
static int read_packages(struct reader *r, const struct node *map)
{
	struct inventory *inv = &r->root->inventory;
	const struct fact *f = facts_table.fact;

	while (!is_packages(f))
		f++;
	const struct node *n = node_get(map, str_of(f->key));
	int rc = n ? read_value(r, f, n, (char *)r->root + f->at) : 0;
	for (ptrdiff_t i = 0; rc == 0 && i < inv->package_n; i++) {
		struct package *p = &inv->package[i];
		rc = map_put(&r->package, p->id, p);
		if (rc == 0 && r->package.n != i + 1)
			rc = op_fail(r->op, ERR_FORMAT, "%.*s: two packages have the id '%.*s'",
				     STR_ARG(r->doc.file), STR_ARG(p->id));
	}
	return rc;
}

static void give_rules(struct check *c)
{
	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		c->fault[i].rule = c->rule;
}

static int begin(struct reader *r, const struct facts_table *t, char *at, char **ret_via)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->fact[i].kind == FACT_LAYER || t->fact[i].kind == FACT_I64) {
			int64_t none = -1;
			memcpy(at + t->fact[i].at, &none,
			       t->fact[i].kind == FACT_LAYER ? sizeof(int) : sizeof(none));
		}
	if (t->via_size == 0)
		return 0;
	*ret_via = op_alloc(r->op, t->via_size, 1);
	if (!*ret_via)
		return r->op->code;
	*(void **)(at + t->via) = *ret_via;
	return 0;
}

static const struct fact *fact_of(const struct facts_table *t, str key, size_t *cursor)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t at = *cursor + i;
		const struct fact *f = &t->fact[at >= t->n ? at - t->n : at];
		if (str_eq(key, str_of(f->key))) {
			*cursor = (size_t)(f - t->fact) + 1;
			return f;
		}
	}
	return NULL;
}

static int read_member(struct reader *r, const struct fact *f, const struct node *n, char *at,
		       char *via)
{
	if (f->kind == FACT_MADE)
		return 0;
	if (f->kind == FACT_OBJECT && f->at_n)
		*(bool *)(at + f->at_n) = true;
	return read_value(r, f, n, (f->flags & FACT_VIA ? via : at) + f->at);
}

static int complain(struct reader *r, const struct node *n, const char *what, str key)
{
	return op_fail(r->op, ERR_FORMAT, "%.*s:%d:%d: %s '%.*s'", STR_ARG(r->doc.file), n->line,
		       n->col, what, STR_ARG(key));
}

static int read_table(struct reader *r, const struct facts_table *t, const struct node *map,
		      void *at)
{
	bool has[64] = { false }, is_root = t == &facts_table;
	size_t cursor = 0;
	char *via = NULL;
	int rc;

	MUST(t->n <= sizeof(has));
	if (map->kind != NODE_MAP)
		return wrong(r, map, "an object");
	if ((rc = begin(r, t, at, &via)) < 0 || (is_root && (rc = read_packages(r, map)) < 0))
		return rc;
	for (ptrdiff_t i = 0; i < map->n; i++) {
		str key = map->child[i].key;
		const struct fact *f = fact_of(t, key, &cursor);
		if (!f && is_root && (str_eq(key, S("schema")) || str_eq(key, S("tool"))))
			continue;
		if (!f)
			return complain(r, &map->child[i], "unknown member", key);
		has[f - t->fact] = true;
		rc = is_packages(f) ? 0 : read_member(r, f, &map->child[i], at, via);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < t->n; i++)
		if ((t->fact[i].flags & FACT_ALWAYS) && !has[i] && t->fact[i].kind != FACT_MADE)
			return complain(r, map, "missing member", str_of(t->fact[i].key));
	return 0;
}

/* "schema" and "tool" before all others. */
static int read_head(struct reader *r)
{
	const struct node *schema = node_get(&r->doc.root, S("schema"));
	str name = S(""), version = S("");

	(void)node_text(node_get(schema, S("name")), &name);
	(void)node_text(node_get(schema, S("version")), &version);
	if (!str_eq(name, S("temper-policy-input")))
		return op_fail(r->op, ERR_FORMAT, "%.*s: is not what temper policy input writes",
			       STR_ARG(r->doc.file));
	if (!str_eq(version, S(FACTS_VERSION)))
		return op_fail(r->op, ERR_FORMAT,
			       "%.*s: has version '%.*s' of the layout, which is not " FACTS_VERSION
			       "; write it again with this temper",
			       STR_ARG(r->doc.file), STR_ARG(version));
	return 0;
}

/* What follows from what was read. */
static int finish(struct reader *r)
{
	struct facts_root *root = r->root;
	struct report *report = &root->report;

	for (ptrdiff_t i = 0; i < root->facts.checks.n; i++)
		give_rules(&root->facts.checks.p[i]);
	for (ptrdiff_t i = 0; i < report->finding_n; i++) {
		if (report->finding[i].match_n == 0)
			return op_fail(r->op, ERR_FORMAT, "%.*s: finding %td has no match",
				       STR_ARG(r->doc.file), i);
		if (report->finding[i].suppressed)
			continue;
		if (report->shown_n != i)
			return op_fail(r->op, ERR_FORMAT,
				       "%.*s: finding %td stands after suppressed ones",
				       STR_ARG(r->doc.file), i);
		report->shown_n++;
	}
	for (ptrdiff_t i = 0; i < root->hardening.n; i++) {
		enum hardening_kind kind = root->hardening.p[i].kind;
		root->hardening.weaker_n += kind == HARDENING_WEAKER;
		root->hardening.stronger_n += kind == HARDENING_STRONGER;
		root->hardening.added_n += kind == HARDENING_ADDED;
	}
	root->inventory.is_read = true;
	return 0;
}

int facts_json_read(struct op *op, str what, str bytes, struct facts *facts, struct report *report,
		    struct inventory *inventory)
{
	struct facts_root *root = op_new(op, struct facts_root, 1);
	struct reader r = { .op = op, .root = root };
	int rc;

	if (!root)
		return op->code;
	if (bytes.len > LIMIT_SBOM)
		return op_fail(op, ERR_LIMIT, "%.*s: is larger than %d bytes", STR_ARG(what),
			       LIMIT_SBOM);
	rc = json_parse(op, what, bytes, &r.doc);
	map_init(&r.package, op);
	if (rc == 0)
		rc = read_head(&r);
	if (rc == 0)
		rc = read_table(&r, &facts_table, &r.doc.root, root);
	if (rc == 0)
		rc = finish(&r);
	if (rc < 0)
		return rc;
	*inventory = root->inventory;
	*report = root->report;
	*facts = root->facts;
	report->inventory = inventory;
	facts->report = report;
	facts->hardening = root->compared ? &root->hardening : NULL;
	return 0;
}
