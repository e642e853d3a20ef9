#include "audit_select.h"

#include "look.h"

enum { RULES_MAX = 256 };

/* Its id, one of its other names, or what stands before the dot of its id. */
static bool is_meant(const struct rule *r, str name)
{
	str rest = str_of(r->id), kind = str_cut(&rest, '.');

	return str_eq(str_of(r->id), name) || str_has_word(str_of(r->also), name) ||
	       (rest.p && str_eq(kind, name));
}

static bool any_meant(const struct rule *r, const struct texts *names)
{
	for (ptrdiff_t i = 0; i < names->n; i++)
		if (is_meant(r, names->p[i]))
			return true;
	return false;
}

static int check_names(struct op *op, const struct texts *names)
{
	const char *known[RULES_MAX];
	size_t n = audit_rules_n();

	MUST(n <= RULES_MAX);
	for (size_t i = 0; i < n; i++)
		known[i] = audit_rule(i)->id;
	for (ptrdiff_t k = 0; k < names->n; k++) {
		bool found = false;
		for (size_t i = 0; i < n; i++)
			found |= is_meant(audit_rule(i), names->p[k]);
		const char *near = found ? NULL : nearest_word(names->p[k], known, n);
		if (!found)
			return op_fail(op, ERR_USAGE, "there is no rule '%.*s'%s%s%s",
				       STR_ARG(names->p[k]), near ? "; did you mean '" : "",
				       near ? near : "", near ? "'?" : "");
	}
	return 0;
}

int audit_select_read(struct op *op, const struct texts *only, const struct texts *skip,
		      struct audit_select *ret)
{
	if (look_split(op, only, &ret->only) < 0 || look_split(op, skip, &ret->skip) < 0 ||
	    check_names(op, &ret->only) < 0)
		return op->code;
	return check_names(op, &ret->skip);
}

void audit_select_apply(const struct audit_select *s, struct checks *c)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < c->n; i++) {
		const struct rule *r = c->p[i].rule;
		if ((s->only.n == 0 || any_meant(r, &s->only)) && !any_meant(r, &s->skip))
			c->p[n++] = c->p[i];
	}
	c->n = n;
}
