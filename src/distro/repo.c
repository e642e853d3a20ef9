#include "repo.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "codec/node.h"
#include "model/version.h"
#include "repo_parts.h"

const struct repo_state *repo_state(const struct repo *r)
{
	return &r->state;
}

void repo_forget(struct repo *r, size_t max)
{
	if (r->own.held <= max)
		return;
	op_reset(&r->own, r->opened);
	map_init(&r->found[REPO_INDEX_REAL], &r->own);
	map_init(&r->found[REPO_INDEX_PROVIDED], &r->own);
}

/* --- look-ups ----------------------------------------------------------------------------------
 */

static int by_name_and_version(const void *a, const void *b)
{
	const struct repo_package *x = a, *y = b;
	int d = str_cmp(x->name, y->name);

	if (d == 0)
		d = version_deb_compare(y->version, x->version);
	if (d == 0)
		d = str_cmp(x->arch, y->arch);
	return d ? d : x->pocket - y->pocket;
}

/* Of one archive, or of one repository. */
static bool same_origin(const struct repo *r, const struct repo_package *a,
			const struct repo_package *b)
{
	return str_eq(r->state.pocket[a->pocket].repository, r->state.pocket[b->pocket].repository);
}

/* The same package in two pockets is one, and must have one content. */
static int merge(struct op *op, const struct repo *r, struct repo_packages *list)
{
	ptrdiff_t kept = 0;

	if (list->n > 1)
		qsort(list->p, (size_t)list->n, sizeof(*list->p), by_name_and_version);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct repo_package *p = &list->p[i], *q = kept ? &list->p[kept - 1] : NULL;
		bool same = q && str_eq(p->name, q->name) && str_eq(p->version, q->version) &&
			    str_eq(p->arch, q->arch) && same_origin(r, p, q);
		if (same && !digest_eq(&p->sha256, &q->sha256))
			return op_fail(op, ERR_VERIFY,
				       "package %.*s %.*s has two contents in two pockets",
				       STR_ARG(p->name), STR_ARG(p->version));
		if (!same)
			list->p[kept++] = *p;
	}
	list->n = kept;
	return 0;
}

static int look_up(struct repo *r, str name, enum repo_index_kind kind, struct repo_packages **ret)
{
	struct op *own = &r->own;
	struct repo_packages *list = op_new(own, struct repo_packages, 1);
	str key;
	int rc = list ? op_copy(own, name, &key) : own->code;

	for (ptrdiff_t i = 0; rc == 0 && i < r->state.n; i++) {
		ptrdiff_t had = list->n;
		rc = repo_index_find(own, r->index[i], name, kind, list);
		for (ptrdiff_t k = had; rc == 0 && k < list->n; k++)
			list->p[k].pocket = (int)i;
	}
	if (rc < 0 || (rc = merge(own, r, list)) < 0 ||
	    (rc = map_put(&r->found[kind], key, list)) < 0)
		return rc;
	*ret = list;
	return 0;
}

/* Each name is looked up once; its records then stay. */
static int find(struct op *op, struct repo *r, str name, enum repo_index_kind kind,
		struct repo_package **ret, ptrdiff_t *ret_n)
{
	struct repo_packages *list = map_get(&r->found[kind], name);

	if (!list && look_up(r, name, kind, &list) < 0) {
		int rc = op_adopt_error(op, &r->own);
		op_forgive(&r->own);
		return rc;
	}
	struct repo_package *copy = op_new(op, struct repo_package, list->n);
	if (!copy)
		return op->code;
	for (ptrdiff_t i = 0; i < list->n; i++)
		copy[i] = list->p[i];
	*ret = copy;
	*ret_n = list->n;
	return 0;
}

int repo_find(struct op *op, struct repo *r, str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	return find(op, r, name, REPO_INDEX_REAL, ret, ret_n);
}

int repo_providers(struct op *op, struct repo *r, str name, struct repo_package **ret,
		   ptrdiff_t *ret_n)
{
	return find(op, r, name, REPO_INDEX_PROVIDED, ret, ret_n);
}

struct pocket_each {
	struct op *op;
	int pocket;
	repo_each *each;
	void *arg;
};

static int each_of_pocket(struct op *turn, void *arg, const struct repo_package *p)
{
	const struct pocket_each *e = arg;
	struct repo_package of = *p;

	of.pocket = e->pocket;
	int rc = e->each(e->op, e->arg, &of);
	return rc < 0 ? op_adopt_error(turn, e->op) : rc;
}

int repo_packages_each(struct op *op, struct repo *r, int pocket, repo_each *each, void *arg)
{
	struct pocket_each e = { op, pocket, each, arg };
	AUTO_OP turn;

	op_init(&turn, 0);
	turn.fault = op->fault;
	MUST(pocket >= 0 && pocket < r->state.n);
	int rc = repo_index_each(&turn, r->index[pocket], each_of_pocket, &e);
	return rc < 0 ? op_adopt_error(op, &turn) : rc;
}

struct names {
	VEC(const char *) list;
	str last;
};

static int see_name(struct op *op, void *arg, str name)
{
	struct names *n = arg;
	str copy;

	if (str_eq(name, n->last))
		return 0;
	const char **slot = vec_push(op, &n->list);
	if (!slot || op_copy(op, name, &copy) < 0)
		return op->code;
	*slot = copy.p;
	n->last = copy;
	return 0;
}

int repo_nearest(struct op *op, struct repo *r, str name, str *ret)
{
	struct names names = { 0 };
	struct op turn;
	str got = S("");
	int rc = 0;

	op_init(&turn, 0);
	turn.fault = op->fault;
	for (ptrdiff_t i = 0; rc == 0 && i < r->state.n; i++)
		rc = repo_index_names(&turn, r->index[i], see_name, &names);
	const char *best = rc == 0 ? nearest_word(name, names.list.p, (size_t)names.list.n) : NULL;
	if (rc == 0)
		rc = op_copy(op, str_of(best), &got);
	op_adopt_error(op, &turn);
	op_done(&turn);
	if (rc == 0)
		*ret = got;
	return rc;
}
