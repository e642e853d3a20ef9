#include "rule.h"

const char *const outcome_kinds[OUTCOMES] = { "pass", "fail", "error" };

struct check *checks_find(const struct checks *c, str id)
{
	for (ptrdiff_t i = 0; i < c->n; i++)
		if (str_eq(str_of(c->p[i].rule->id), id) ||
		    str_has_word(str_of(c->p[i].rule->also), id))
			return &c->p[i];
	return NULL;
}

int fault_compare(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;
	int rc = x->layer < y->layer ? -1 : x->layer > y->layer;

	if (rc == 0)
		rc = str_cmp(x->path, y->path);
	if (rc == 0)
		rc = x->line < y->line ? -1 : x->line > y->line;
	if (rc == 0)
		rc = x->col < y->col ? -1 : x->col > y->col;
	if (rc == 0)
		rc = str_cmp(x->kind, y->kind);
	return rc ? rc : str_cmp(x->key, y->key);
}
