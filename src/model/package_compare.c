#include "inventory.h"

int package_compare(const struct package *a, const struct package *b)
{
	const str x[] = {
		str_of(package_kinds[a->type].name), a->ns, a->name, a->version, a->purl, a->id
	};
	const str y[] = {
		str_of(package_kinds[b->type].name), b->ns, b->name, b->version, b->purl, b->id
	};

	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		int order = str_cmp(x[i], y[i]);
		if (order)
			return order;
	}
	return 0;
}

int relation_compare(const void *a, const void *b)
{
	const struct relation *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	return x->to < y->to ? -1 : x->to > y->to;
}
