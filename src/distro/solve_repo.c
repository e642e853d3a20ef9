#include "solve.h"

struct real {
	struct repo *repo;
	struct effects *effects;
	bool uncut;
};

static int real_find(struct op *op, void *arg, str name, struct repo_package **ret,
		     ptrdiff_t *ret_n)
{
	return repo_find(op, ((struct real *)arg)->repo, name, ret, ret_n);
}

static int real_providers(struct op *op, void *arg, str name, struct repo_package **ret,
			  ptrdiff_t *ret_n)
{
	return repo_providers(op, ((struct real *)arg)->repo, name, ret, ret_n);
}

static int real_nearest(struct op *op, void *arg, str name, str *ret)
{
	return repo_nearest(op, ((struct real *)arg)->repo, name, ret);
}

static int real_cuts(struct op *op, void *arg, str package, struct effect_cut **ret,
		     ptrdiff_t *ret_n)
{
	const struct real *real = arg;
	struct effect_cut *all, *added;
	ptrdiff_t n, added_n = 0;
	int rc = effects_cuts(op, real->effects, package, &all, &n);

	if (rc == 0 && !real->uncut) {
		*ret = all;
		*ret_n = n;
	}
	if (rc < 0 || !real->uncut)
		return rc;
	if (!(added = op_new(op, struct effect_cut, n)))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		if (all[i].added)
			added[added_n++] = all[i];
	*ret = added;
	*ret_n = added_n;
	return 0;
}

int solve(struct op *op, struct repo *repo, struct effects *effects,
	  const struct solve_request *request, struct solve_answer *ret)
{
	struct real real = { repo, effects, request->uncut };
	struct solve_source source = { &real,          repo_state(repo), real_find,
				       real_providers, real_nearest,     real_cuts };

	return solve_from(op, &source, request, ret);
}
