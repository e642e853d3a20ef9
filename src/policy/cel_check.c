/*
 * What is known before anything is evaluated: which members there are and of which type. What can only be an
 * error is refused with its place; what is not known (CEL_ANY) is left to the evaluation.
 */
#include <string.h>

#include "cel_impl.h"

struct checker {
	struct op *op;
	const struct cel *c;
	struct cel_known var[CEL_SLOTS];
};

static const struct cel_known any = { .kind = CEL_ANY, .of = CEL_ANY };

static struct cel_known plain(enum cel_kind kind)
{
	return (struct cel_known){ .kind = kind, .of = CEL_ANY };
}

static struct cel_known known_of_type(const char *type)
{
	static const struct {
		const char *name;
		enum cel_kind kind;
	} t[] = { { "integer", CEL_INT }, { "boolean", CEL_BOOL }, { "string", CEL_TEXT } };

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (str_eq(str_of(type), str_of(t[i].name)))
			return plain(t[i].kind);
	return (struct cel_known){ .kind = CEL_MAP, .of = CEL_ANY };
}

static struct cel_known known_of(const struct fact *f)
{
	switch (f->kind) {
	case FACT_TEXTS:
		return (struct cel_known){ .kind = CEL_LIST, .of = CEL_TEXT };
	case FACT_PAIRS:
		return (struct cel_known){ .kind = CEL_MAP, .of = CEL_TEXT };
	case FACT_BOOL:
		return plain(CEL_BOOL);
	case FACT_LAYER:
	case FACT_LINE:
	case FACT_COUNT:
	case FACT_I64:
		return plain(CEL_INT);
	case FACT_U64: /* beyond int64 it is read as uint */
		return plain(CEL_INT);
	case FACT_REAL:
		return plain(CEL_DOUBLE);
	case FACT_OBJECT:
		return (struct cel_known){ .kind = CEL_MAP, .table = f->table, .of = CEL_ANY };
	case FACT_LIST:
		return (struct cel_known){ .kind = CEL_LIST, .table = f->table, .of = CEL_MAP };
	case FACT_PACKAGE:
		return (struct cel_known){ .kind = CEL_MAP,
					   .table = &facts_table_called,
					   .of = CEL_ANY };
	case FACT_MADE:
		return known_of_type(f->type);
	default:
		return plain(CEL_TEXT);
	}
}

static const char *nearest(const struct facts_table *t, str name)
{
	const char *names[64];
	size_t n = 0;

	for (; n < t->n && n < sizeof(names) / sizeof(names[0]); n++)
		names[n] = t->fact[n].key;
	return nearest_word(name, names, n);
}

static int member(struct checker *k, const struct facts_table *t, const struct cel_expr *e,
		  struct cel_known *ret)
{
	const char *near;

	for (size_t i = 0; i < t->n; i++) {
		if (!str_eq(e->name, str_of(t->fact[i].key)))
			continue;
		*ret = known_of(&t->fact[i]);
		return 0;
	}
	near = nearest(t, e->name);
	return cel_fail(k->op, k->c, e->at, "there is no '%.*s'%s%s%s", STR_ARG(e->name),
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static struct cel_known element(const struct cel_known *list)
{
	if (list->table)
		return (struct cel_known){ .kind = CEL_MAP, .table = list->table, .of = CEL_ANY };
	return (struct cel_known){ .kind = list->of, .of = CEL_ANY };
}

static int select(struct checker *k, struct cel_expr *e)
{
	const struct cel_known *of = &e->arg[0]->known;

	e->known = of->kind == CEL_MAP && !of->table
			   ? (struct cel_known){ .kind = of->of, .of = CEL_ANY }
			   : any;
	if (of->kind != CEL_ANY && of->kind != CEL_MAP)
		return cel_fail(k->op, k->c, e->at, "%s has no members: '%.*s' is asked of it",
				cel_kinds[of->kind], STR_ARG(e->name));
	if (of->table && member(k, of->table, e, &e->known) < 0)
		return k->op->code;
	if (e->op == CEL_HAS)
		e->known = plain(CEL_BOOL);
	return 0;
}

static bool is_number(enum cel_kind kind)
{
	return kind == CEL_INT || kind == CEL_UINT || kind == CEL_DOUBLE;
}

/* Of two operands that are both known: can there be a result? */
static bool may(const char *name, enum cel_kind a, enum cel_kind b)
{
	str op = str_of(name);

	if (str_eq(op, S("_in_")))
		return b == CEL_LIST || b == CEL_MAP;
	if (a == CEL_ANY || b == CEL_ANY)
		return true;
	if (str_eq(op, S("_==_")) || str_eq(op, S("_!=_")))
		return a == b || (is_number(a) && is_number(b)) || a == CEL_NULL || b == CEL_NULL;
	if (str_starts(op, S("_<")) || str_starts(op, S("_>")))
		return (a == b && a != CEL_LIST && a != CEL_MAP && a != CEL_NULL) ||
		       (is_number(a) && is_number(b));
	if (a == CEL_TIME || a == CEL_DURATION)
		return b == CEL_TIME || b == CEL_DURATION;
	return a == b && a != CEL_BOOL && a != CEL_MAP && a != CEL_NULL &&
	       (is_number(a) || str_eq(op, S("_+_")));
}

static struct cel_known gives(const struct cel_expr *e)
{
	enum cel_kind a = e->arg[0]->known.kind;

	if (e->fn->gives != CEL_ANY)
		return plain(e->fn->gives);
	if (e->n == 2 && a == e->arg[1]->known.kind && (is_number(a) || a == CEL_TEXT))
		return plain(a);
	if (e->n == 1 && is_number(a) && e->fn->name[0] == '-')
		return plain(a);
	return any;
}

static int call(struct checker *k, struct cel_expr *e)
{
	const struct cel_function *fn = e->fn;
	const char *name = fn->name;

	for (int i = 0; i < e->n && i < 3; i++) {
		enum cel_kind is = e->arg[i]->known.kind;
		if (fn->of[i] != CEL_ANY && is != CEL_ANY && is != fn->of[i])
			return cel_fail(k->op, k->c, e->arg[i]->at, "%s takes %s, not %s",
					name[0] == '!' ? "!" : name, cel_kinds[fn->of[i]],
					cel_kinds[is]);
	}
	if (e->n == 2 && name[0] == '_' && k->c->table &&
	    !may(name, e->arg[0]->known.kind,
		 str_eq(str_of(name), S("_in_")) && e->arg[1]->known.kind == CEL_ANY
			 ? CEL_LIST
			 : e->arg[1]->known.kind))
		return cel_fail(
			k->op, k->c, e->at, "%.*s cannot stand between %s and %s",
			STR_ARG(str_head(str_from(str_of(name), 1), (ptrdiff_t)strlen(name) - 2)),
			cel_kinds[e->arg[0]->known.kind], cel_kinds[e->arg[1]->known.kind]);
	e->known = gives(e);
	return 0;
}

static int check(struct checker *k, struct cel_expr *e);

static int needs_bool(struct checker *k, const struct cel_expr *e)
{
	if (e->known.kind == CEL_BOOL || e->known.kind == CEL_ANY)
		return 0;
	return cel_fail(k->op, k->c, e->at, "a bool is needed, not %s", cel_kinds[e->known.kind]);
}

static int macro(struct checker *k, struct cel_expr *e)
{
	const struct cel_known *range = &e->arg[0]->known;

	if (range->kind != CEL_ANY && range->kind != CEL_LIST && range->kind != CEL_MAP)
		return cel_fail(k->op, k->c, e->at, "%s has no elements", cel_kinds[range->kind]);
	k->var[e->slot] = range->kind == CEL_LIST ? element(range) : any;
	for (int i = 1; i < e->n; i++)
		if (check(k, e->arg[i]) < 0)
			return k->op->code;
	if ((e->op != CEL_TRANSFORM || e->n == 3) && needs_bool(k, e->arg[1]) < 0)
		return k->op->code;
	if (e->op == CEL_FILTER)
		e->known = range->kind == CEL_LIST ? *range : any;
	else if (e->op == CEL_TRANSFORM)
		e->known = (struct cel_known){ .kind = CEL_LIST,
					       .of = e->arg[e->n - 1]->known.table
							     ? CEL_ANY
							     : e->arg[e->n - 1]->known.kind };
	else
		e->known = plain(CEL_BOOL);
	return 0;
}

static int index_of(struct checker *k, struct cel_expr *e)
{
	const struct cel_known *of = &e->arg[0]->known;
	enum cel_kind key = e->arg[1]->known.kind;

	if (of->kind != CEL_ANY && of->kind != CEL_MAP && of->kind != CEL_LIST)
		return cel_fail(k->op, k->c, e->at, "%s has no elements", cel_kinds[of->kind]);
	if (of->kind == CEL_LIST && key != CEL_ANY && !is_number(key))
		return cel_fail(k->op, k->c, e->at, "%s is no position in a list", cel_kinds[key]);
	e->known = of->kind == CEL_LIST ? element(of)
		   : of->kind == CEL_MAP && !of->table
			   ? (struct cel_known){ .kind = of->of, .of = CEL_ANY }
			   : any;
	return 0;
}

static int check(struct checker *k, struct cel_expr *e)
{
	bool is_macro = e->op >= CEL_ALL;

	for (int i = 0; i < (is_macro ? 1 : e->n); i++)
		if (check(k, e->arg[i]) < 0)
			return k->op->code;
	e->known = any;
	switch (e->op) {
	case CEL_CONST:
		e->known = plain(e->value.kind);
		return 0;
	case CEL_ROOT:
		e->known =
			(struct cel_known){ .kind = CEL_MAP, .table = k->c->table, .of = CEL_ANY };
		return 0;
	case CEL_MEMBER:
		return k->c->table ? member(k, k->c->table, e, &e->known) : 0;
	case CEL_VAR:
		e->known = k->var[e->slot];
		return 0;
	case CEL_SELECT:
	case CEL_HAS:
		return select(k, e);
	case CEL_INDEX:
		return index_of(k, e);
	case CEL_CALL:
		return call(k, e);
	case CEL_MAKE_LIST:
		e->known = (struct cel_known){ .kind = CEL_LIST, .of = CEL_ANY };
		return 0;
	case CEL_MAKE_MAP:
		e->known = (struct cel_known){ .kind = CEL_MAP, .of = CEL_ANY };
		return 0;
	case CEL_AND:
	case CEL_OR:
		e->known = plain(CEL_BOOL);
		for (int i = 0; k->c->table && i < e->n; i++)
			if (needs_bool(k, e->arg[i]) < 0)
				return k->op->code;
		return 0;
	case CEL_COND:
		if (e->arg[1]->known.kind == e->arg[2]->known.kind)
			e->known = e->arg[1]->known;
		if (e->arg[1]->known.table != e->arg[2]->known.table)
			e->known.table = NULL;
		return k->c->table ? needs_bool(k, e->arg[0]) : 0;
	default:
		return macro(k, e);
	}
}

int cel_check(struct op *op, struct cel *c)
{
	struct checker *k = op_new(op, struct checker, 1);

	if (!k)
		return op->code;
	k->op = op;
	k->c = c;
	return check(k, c->root);
}
