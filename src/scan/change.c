#include "change.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"

static const struct package *package_of(const struct report *r, const struct finding *f)
{
	return &r->inventory->package[f->package];
}

/* "deb openssl CVE-2024-1": what makes two findings the same. */
static int key_of(struct op *op, const struct report *r, const struct finding *f, str id, str *ret)
{
	const struct package *p = package_of(r, f);
	str name = p->source.len ? p->source : p->name;

	return op_text(op, ret, "%s %.*s/%.*s %.*s", package_kinds[p->type].name, STR_ARG(p->ns),
		       STR_ARG(name), STR_ARG(id));
}

static int index_findings(struct op *op, const struct report *r, struct map *m)
{
	map_init(m, op);
	for (ptrdiff_t i = 0; i < r->shown_n; i++) {
		const struct finding *f = &r->finding[i];
		for (ptrdiff_t k = 0; k < f->ids.n; k++) {
			str key;
			if (key_of(op, r, f, f->ids.p[k], &key) < 0 ||
			    (!map_get(m, key) && map_put(m, key, &r->finding[i]) < 0))
				return op->code;
		}
	}
	return 0;
}

/* Findings of `of` that `in` has not, one of each source's: appended to out. */
struct changes {
	struct op *op;
	VEC(struct difference_finding) p;
	ptrdiff_t same;
};

static int is_there(struct changes *c, const struct report *of, const struct finding *f,
		    const struct map *in, str *key, bool *ret)
{
	*ret = false;
	for (ptrdiff_t k = 0; k < f->ids.n && !*ret; k++) {
		if (key_of(c->op, of, f, f->ids.p[k], key) < 0)
			return c->op->code;
		*ret = map_get(in, *key) != NULL;
	}
	return 0;
}

static int only_in(struct changes *c, const struct report *of, const struct map *in, bool came)
{
	struct map told;
	bool there;
	str key = { 0 };

	map_init(&told, c->op);
	for (ptrdiff_t i = 0; i < of->shown_n; i++) {
		struct finding *f = &of->finding[i];
		const struct package *p = package_of(of, f);
		if (is_there(c, of, f, in, &key, &there) < 0)
			return c->op->code;
		c->same += there && came;
		if (there || map_get(&told, key))
			continue;
		struct difference_finding *d = vec_push(c->op, &c->p);
		if (!d || map_put(&told, key, f) < 0)
			return c->op->code;
		*d = (struct difference_finding){ .came = came,
						  .package = p->source.len ? p->source : p->name,
						  .version = p->version,
						  .severity = f->severity,
						  .exploited = f->exploited,
						  .at = i };
		/* What a shard says goes with the database. */
		if (op_copy(c->op, f->id, &d->id) < 0 ||
		    (f->fixed.n && op_copy(c->op, f->fixed.p[0], &d->fixed) < 0))
			return c->op->code;
	}
	return 0;
}

static int worst_first(const void *a, const void *b)
{
	const struct difference_finding *x = a, *y = b;
	int order = (int)y->severity - (int)x->severity;

	if (order == 0)
		order = str_cmp(x->package, y->package);
	return order ? order : str_cmp(x->id, y->id);
}

static bool knows_fixes_only(const struct report *r)
{
	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		if (r->coverage[i].kind == COVERED_FIXED_ONLY)
			return true;
	return false;
}

int scan_compare(struct op *op, const struct report *before, const struct report *after,
		 struct difference_findings *ret)
{
	struct changes c = { .op = op };
	struct map was, is;

	if (index_findings(op, before, &was) < 0 || index_findings(op, after, &is) < 0 ||
	    only_in(&c, before, &is, false) < 0)
		return op->code;
	ptrdiff_t gone = c.p.n;
	if (only_in(&c, after, &was, true) < 0)
		return op->code;
	if (gone > 1)
		qsort(c.p.p, (size_t)gone, sizeof(*c.p.p), worst_first);
	if (c.p.n - gone > 1)
		qsort(c.p.p + gone, (size_t)(c.p.n - gone), sizeof(*c.p.p), worst_first);
	*ret = (struct difference_findings){
		.p = c.p.p,
		.n = c.p.n,
		.gone_n = gone,
		.come_n = c.p.n - gone,
		.same_n = c.same,
		.compared = !before->no_database && !after->no_database,
		.fixed_only = knows_fixes_only(before) || knows_fixes_only(after)
	};
	return 0;
}
