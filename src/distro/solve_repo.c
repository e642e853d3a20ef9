#include "solve.h"

struct real {
	struct repo *repo;
	struct effects *effects;
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
	return effects_cuts(op, ((struct real *)arg)->effects, package, ret, ret_n);
}

int solve(struct op *op, struct repo *repo, struct effects *effects,
	  const struct solve_request *request, struct solve_answer *ret)
{
	struct real real = { repo, effects };
	struct solve_source source = { &real,          repo_state(repo), real_find,
				       real_providers, real_nearest,     real_cuts };

	return solve_from(op, &source, request, ret);
}
