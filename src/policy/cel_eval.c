/*
 * Evaluation: down the tree, no deeper than LIMIT_CEL_TREE. 0: a value; 1: an error, of which s->why tells;
 * negative: memory.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cel_impl.h"
#include "facts_json.h"
#include "codec/json.h"

static int truth(struct cel_state *s, const struct cel_value *v, bool *ret)
{
	if (v->kind != CEL_BOOL)
		return cel_error(s, "a bool is needed, not %s", cel_kinds[v->kind]);
	*ret = v->b;
	return 0;
}

static int no_member(struct cel_state *s, str name)
{
	return cel_error(s, "there is no '%.*s'", STR_ARG(str_head(name, 100)));
}

static int select(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value of, key = { .kind = CEL_TEXT, .s = e->name };
	int rc = cel_eval(s, e->arg[0], &of);

	if (rc)
		return rc;
	if (of.kind != CEL_MAP)
		return cel_error(s, "%s has no members: '%.*s' is asked of it", cel_kinds[of.kind],
				 STR_ARG(str_head(e->name, 100)));
	bool is = cel_get(&of, &key, ret);
	if (e->op == CEL_HAS) {
		*ret = (struct cel_value){ .kind = CEL_BOOL, .b = is };
		return 0;
	}
	return is ? 0 : no_member(s, e->name);
}

/* A position, of any kind of number that is whole. */
static bool position(const struct cel_value *key, ptrdiff_t n, ptrdiff_t *ret)
{
	struct cel_value limit = { .kind = CEL_INT, .i = n }, zero = { .kind = CEL_INT };
	int low, high, same;

	if (!cel_is_number(key) || !cel_order(key, &zero, &low) || !cel_order(key, &limit, &high) ||
	    low < 0 || high >= 0)
		return false;
	*ret = key->kind == CEL_DOUBLE ? (ptrdiff_t)key->d : (ptrdiff_t)key->i;
	limit.i = *ret;
	return cel_order(key, &limit, &same) && same == 0;
}

static int at_index(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value of, key;
	ptrdiff_t i;
	int rc = cel_eval(s, e->arg[0], &of);

	rc = rc ? rc : cel_eval(s, e->arg[1], &key);
	if (rc)
		return rc;
	if (of.kind == CEL_MAP) {
		if (cel_get(&of, &key, ret))
			return 0;
		return key.kind == CEL_TEXT ? no_member(s, key.s)
					    : cel_error(s, "there is no such key");
	}
	if (of.kind != CEL_LIST)
		return cel_error(s, "%s has no elements", cel_kinds[of.kind]);
	if (!position(&key, of.all.n, &i))
		return cel_error(s, "there is no such element: the list has %td", of.all.n);
	*ret = cel_at(&of, i);
	return 0;
}

static int call(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value v[4];
	int rc = 0;

	MUST(e->n <= 4);
	for (int i = 0; rc == 0 && i < e->n; i++)
		rc = cel_eval(s, e->arg[i], &v[i]);
	for (int i = 0; rc == 0 && i < e->n && i < 3; i++)
		if (e->fn->of[i] != CEL_ANY && v[i].kind != e->fn->of[i])
			rc = cel_error(s, "%s() takes %s, not %s", e->fn->name,
				       cel_kinds[e->fn->of[i]], cel_kinds[v[i].kind]);
	return rc ? rc : e->fn->run(s, v, e->n, ret);
}

static int make_list(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value *p = op_new(s->op, struct cel_value, e->n);
	int rc = 0;

	if (!p)
		return s->op->code;
	for (int i = 0; rc == 0 && i < e->n; i++)
		rc = cel_eval(s, e->arg[i], &p[i]);
	*ret = (struct cel_value){ .kind = CEL_LIST, .all = { .p = p, .n = e->n } };
	return rc;
}

static int make_map(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value *p = op_new(s->op, struct cel_value, e->n), held;
	struct cel_value map = { .kind = CEL_MAP, .all = { .p = p } };
	int rc = 0;

	if (!p)
		return s->op->code;
	for (int i = 0; i < e->n; i += 2) {
		rc = cel_eval(s, e->arg[i], &p[i]);
		rc = rc ? rc : cel_eval(s, e->arg[i + 1], &p[i + 1]);
		if (rc)
			return rc;
		if (p[i].kind != CEL_TEXT && p[i].kind != CEL_BOOL && p[i].kind != CEL_INT &&
		    p[i].kind != CEL_UINT)
			return cel_error(s, "%s cannot be a key", cel_kinds[p[i].kind]);
		if (cel_get(&map, &p[i], &held))
			return cel_error(s, "a key stands twice in a mapping");
		map.all.n++;
	}
	*ret = map;
	return 0;
}

/* What decides (false of &&, true of ||) counts, whatever errors there are besides. */
static int logic(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	bool decides = e->op == CEL_OR, value = !decides, failed = false;
	char why[CEL_WHY];

	for (int i = 0; i < e->n; i++) {
		struct cel_value v;
		int rc = cel_eval(s, e->arg[i], &v);
		rc = rc ? rc : truth(s, &v, &value);
		if (rc < 0 || s->steps > LIMIT_CEL_STEPS)
			return rc < 0 ? rc : 1;
		if (rc == 0 && value == decides) {
			*ret = (struct cel_value){ .kind = CEL_BOOL, .b = decides };
			return 0;
		}
		if (rc && !failed)
			memcpy(why, s->why, sizeof(why));
		failed |= rc != 0;
	}
	*ret = (struct cel_value){ .kind = CEL_BOOL, .b = !decides };
	if (failed)
		memcpy(s->why, why, sizeof(why));
	return failed;
}

static int cond(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value v;
	bool yes = false;
	int rc = cel_eval(s, e->arg[0], &v);

	rc = rc ? rc : truth(s, &v, &yes);
	return rc ? rc : cel_eval(s, e->arg[yes ? 1 : 2], ret);
}

/* ---- macros ---- */

/* The i-th of what a macro goes over: an element of a list, a key of a mapping. */
static struct cel_value turn(const struct cel_value *range, ptrdiff_t i)
{
	struct cel_value key, value;

	if (range->kind == CEL_LIST)
		return cel_at(range, i);
	cel_pair(range, i, &key, &value);
	return key;
}

/* The predicate for one element, whose memory is given back. */
static int ask(struct cel_state *s, const struct cel_expr *e, bool *ret)
{
	struct op_mark mark = op_mark(s->op);
	struct cel_value v;
	int rc = cel_eval(s, e, &v);

	rc = rc ? rc : truth(s, &v, ret);
	if (rc >= 0)
		op_reset(s->op, mark);
	return rc;
}

static int quantify(struct cel_state *s, const struct cel_expr *e, const struct cel_value *range,
		    struct cel_value *ret)
{
	bool decides = e->op == CEL_EXISTS, one = e->op == CEL_EXISTS_ONE, failed = false,
	     is = false;
	char why[CEL_WHY];
	ptrdiff_t found = 0;

	for (ptrdiff_t i = 0; i < range->all.n; i++) {
		s->var[e->slot] = turn(range, i);
		int rc = ask(s, e->arg[1], &is);
		if (rc < 0 || (rc && (one || s->steps > LIMIT_CEL_STEPS)))
			return rc;
		if (rc && !failed)
			memcpy(why, s->why, sizeof(why));
		failed |= rc != 0;
		found += rc == 0 && is;
		if (rc == 0 && !one && is == decides) {
			*ret = (struct cel_value){ .kind = CEL_BOOL, .b = decides };
			return 0;
		}
	}
	if (failed)
		memcpy(s->why, why, sizeof(why));
	*ret = (struct cel_value){ .kind = CEL_BOOL, .b = one ? found == 1 : !decides };
	return failed;
}

static int gather(struct cel_state *s, const struct cel_expr *e, const struct cel_value *range,
		  struct cel_value *ret)
{
	const struct cel_expr *predicate = e->op == CEL_FILTER || e->n == 3 ? e->arg[1] : NULL;
	const struct cel_expr *result = e->op == CEL_FILTER ? NULL : e->arg[e->n - 1];
	struct cel_value *p = op_new(s->op, struct cel_value, range->all.n);
	ptrdiff_t n = 0;

	if (!p)
		return s->op->code;
	for (ptrdiff_t i = 0; i < range->all.n; i++) {
		struct cel_value one = turn(range, i);
		bool is = true;
		s->var[e->slot] = one;
		int rc = predicate ? ask(s, predicate, &is) : 0;
		if (rc == 0 && is && result) {
			s->var[e->slot] = one;
			rc = cel_eval(s, result, &one);
		}
		if (rc)
			return rc;
		if (is)
			p[n++] = one;
	}
	*ret = (struct cel_value){ .kind = CEL_LIST, .all = { .p = p, .n = n } };
	return 0;
}

static int macro(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value range;
	int rc = cel_eval(s, e->arg[0], &range);

	if (rc)
		return rc;
	if (range.kind != CEL_LIST && range.kind != CEL_MAP)
		return cel_error(s, "%s has no elements", cel_kinds[range.kind]);
	return e->op == CEL_FILTER || e->op == CEL_TRANSFORM ? gather(s, e, &range, ret)
							     : quantify(s, e, &range, ret);
}

int cel_eval(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret)
{
	struct cel_value root;
	int rc = cel_steps(s, 1);

	if (rc)
		return rc;
	switch (e->op) {
	case CEL_CONST:
		*ret = e->value;
		return 0;
	case CEL_ROOT:
		*ret = cel_of_node(s->facts);
		return 0;
	case CEL_MEMBER:
		root = cel_of_node(s->facts);
		return cel_get(&root, &(struct cel_value){ .kind = CEL_TEXT, .s = e->name }, ret)
			       ? 0
			       : no_member(s, e->name);
	case CEL_VAR:
		*ret = s->var[e->slot];
		return 0;
	case CEL_SELECT:
	case CEL_HAS:
		return select(s, e, ret);
	case CEL_INDEX:
		return at_index(s, e, ret);
	case CEL_CALL:
		return call(s, e, ret);
	case CEL_MAKE_LIST:
		return make_list(s, e, ret);
	case CEL_MAKE_MAP:
		return make_map(s, e, ret);
	case CEL_AND:
	case CEL_OR:
		return logic(s, e, ret);
	case CEL_COND:
		return cond(s, e, ret);
	default:
		return macro(s, e, ret);
	}
}

/* ---- for others ---- */

static int compile(struct op *op, str where, str text, const struct facts_table *table,
		   struct cel **ret)
{
	struct cel *c = op_new(op, struct cel, 1);

	if (!c)
		return op->code;
	*c = (struct cel){ .where = where, .text = text, .table = table };
	if (cel_parse(op, c) < 0 || cel_check(op, c) < 0)
		return op->code;
	*ret = c;
	return 0;
}

int cel_compile(struct op *op, str where, str text, struct cel **ret)
{
	return compile(op, where, text, &facts_table, ret);
}

int cel_compile_any(struct op *op, str where, str text, struct cel **ret)
{
	return compile(op, where, text, NULL, ret);
}

bool cel_may_bool(const struct cel *c)
{
	return c->root->known.kind == CEL_BOOL || c->root->known.kind == CEL_ANY;
}

bool cel_may_text(const struct cel *c)
{
	return c->root->known.kind == CEL_TEXT || c->root->known.kind == CEL_ANY;
}

typedef int finish(struct cel_state *s, const struct cel_value *v, struct op *op, void *ret);

/* In an op of its own, whose ceiling is a limit. 1: an error, with why in op. */
static int evaluate(struct op *op, const struct cel *c, const struct node *facts, finish *fn,
		    void *ret, str *ret_why)
{
	struct cel_state *s = op_new(op, struct cel_state, 1);
	struct cel_value v;
	AUTO_OP own;
	int rc;

	op_init(&own, LIMIT_CEL_MEMORY);
	if (!s)
		return op->code;
	op_init(&s->of_re, LIMIT_CEL_MEMORY);
	own.fault = s->of_re.fault = op->fault;
	s->op = &own;
	s->c = c;
	s->facts = facts;
	rc = cel_eval(s, c->root, &v);
	rc = rc ? rc : fn(s, &v, op, ret);
	go_regex_close(&s->re);
	op_done(&s->of_re);
	if (rc == ERR_MEMORY && op->code == 0 && own.held > LIMIT_CEL_MEMORY / 2)
		rc = cel_error(s, "takes more than %d MiB of memory", LIMIT_CEL_MEMORY >> 20);
	if (rc < 0)
		return op->code ? op->code : op_adopt_error(op, &own);
	return rc && op_copy(op, str_of(s->why), ret_why) < 0 ? op->code : rc;
}

static int give_bool(struct cel_state *s, const struct cel_value *v, struct op *op, void *ret)
{
	(void)op;
	return truth(s, v, ret);
}

static int give_text(struct cel_state *s, const struct cel_value *v, struct op *op, void *ret)
{
	if (v->kind != CEL_TEXT)
		return cel_error(s, "a string is needed, not %s", cel_kinds[v->kind]);
	return op_copy(op, v->s, ret);
}

static int give_any(struct cel_state *s, const struct cel_value *v, struct op *op, void *ret)
{
	struct buf b;
	int rc;

	buf_init(&b, s->op, LIMIT_CEL_MEMORY);
	rc = cel_put(s, &b, v);
	if (rc)
		return rc;
	return b.bad ? s->op->code : op_copy(op, buf_view(&b), ret);
}

int cel_bool(struct op *op, const struct cel *c, const struct node *facts, enum outcome_kind *ret,
	     str *ret_why)
{
	bool is = false;
	int rc = evaluate(op, c, facts, give_bool, &is, ret_why);

	if (rc < 0)
		return rc;
	*ret = rc ? OUTCOME_ERROR : is ? OUTCOME_PASS : OUTCOME_FAIL;
	return 0;
}

int cel_text(struct op *op, const struct cel *c, const struct node *facts, str *ret)
{
	return evaluate(op, c, facts, give_text, ret, ret);
}

int cel_show(struct op *op, const struct cel *c, const struct node *facts, str *ret)
{
	return evaluate(op, c, facts, give_any, ret, ret);
}

int cel_facts(struct op *op, const struct facts *f, struct node *ret)
{
	struct doc doc = { .file = S("facts") };
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_SBOM);
	if (facts_json_write(op, f, &b) < 0 || buf_take(&b, &text) < 0 ||
	    json_parse(op, S("facts"), text, &doc) < 0)
		return op->code;
	*ret = doc.root;
	return 0;
}
