/*
 * Where a package comes from, and what it may stand for there. A repository of the user's own is
 * trusted for what it is asked for; that it may not pass its packages off as Debian's is decided
 * here, and nowhere else.
 */
#include "solve_world.h"

#include "model/version.h"

static const struct repo_pocket *pocket_of(const struct solve_world *w,
					   const struct repo_package *p)
{
	static const struct repo_pocket local = { .suite = S_INIT("a file") };

	return p->pocket == SOLVE_LOCAL ? &local : &w->source->state->pocket[p->pocket];
}

str solve_origin(const struct solve_world *w, const struct repo_package *p)
{
	const struct repo_pocket *from = pocket_of(w, p);

	return from->repository.len ? from->repository : from->suite;
}

/* Of a repository that does not override: it may not stand for Debian's. */
static bool is_foreign(const struct solve_world *w, const struct repo_package *p)
{
	const struct repo_pocket *from = pocket_of(w, p);

	return from->repository.len > 0 && !from->override;
}

static bool is_debian(const struct solve_world *w, const struct repo_package *p)
{
	return p->pocket != SOLVE_LOCAL && pocket_of(w, p)->repository.len == 0;
}

static bool any_debian(const struct solve_world *w, const struct repo_package *p, ptrdiff_t n)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (is_debian(w, &p[i]))
			return true;
	return false;
}

/* Does the request name the package; with `repository`, from there? */
static bool is_asked_for(const struct solve_world *w, str name, str repository)
{
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		const struct solve_wish *wish = &w->wish.p[i];
		if (!wish->negative && str_eq(wish->name, name) &&
		    (repository.len == 0 || str_eq(wish->suite, repository)))
			return true;
	}
	return false;
}

/* May the package be chosen, if Debian has one of its name or has not? */
static bool is_free(const struct solve_world *w, const struct repo_package *p, bool debian)
{
	return !debian || !is_foreign(w, p) ||
	       is_asked_for(w, p->name, pocket_of(w, p)->repository);
}

/* The local files that match, behind the n packages of the source; among them by version. */
static int with_local(const struct solve_world *w, struct repo_package *from, ptrdiff_t n,
		      bool (*matches)(struct op *op, const struct repo_package *p, str name),
		      str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	struct repo_package *all = op_new(w->op, struct repo_package, n + w->request->local_n);

	if (!all)
		return w->op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		all[i] = from[i];
	for (ptrdiff_t i = 0; i < w->request->local_n; i++) {
		const struct repo_package *p = &w->request->local[i].package;
		ptrdiff_t at = n;
		if (!matches(w->op, p, name))
			continue;
		for (; at > 0 && version_deb_compare(all[at - 1].version, p->version) < 0; at--)
			all[at] = all[at - 1];
		all[at] = *p;
		n++;
	}
	*ret = all;
	*ret_n = n;
	return w->op->code;
}

static bool has_name(struct op *op, const struct repo_package *p, str name)
{
	return op->code == 0 && str_eq(p->name, name);
}

static bool has_provided(struct op *op, const struct repo_package *p, str name)
{
	struct relations r;

	if (op->code || relations_parse(op, p->provides, &r) < 0)
		return false;
	for (ptrdiff_t i = 0; i < r.n; i++)
		if (str_eq(r.group[i].alternative->name, name))
			return true;
	return false;
}

int solve_find(const struct solve_world *w, str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	ptrdiff_t n, kept = 0;
	struct repo_package *p;
	int rc = w->source->find(w->op, w->source->arg, name, &p, &n);

	if (rc == 0 && w->request->local_n)
		rc = with_local(w, p, n, has_name, name, &p, &n);
	if (rc < 0)
		return rc;
	bool debian = any_debian(w, p, n);
	for (ptrdiff_t i = 0; i < n; i++)
		if (is_free(w, &p[i], debian))
			p[kept++] = p[i];
	*ret = p;
	*ret_n = kept;
	return 0;
}

/* Is there a package of Debian's that has the name, or, `provided`, provides it? */
static int debian_has(const struct solve_world *w, str name, bool provided, bool *ret)
{
	struct repo_package *p;
	ptrdiff_t n;
	int rc = provided ? w->source->providers(w->op, w->source->arg, name, &p, &n)
			  : w->source->find(w->op, w->source->arg, name, &p, &n);

	if (rc == 0)
		*ret = any_debian(w, p, n);
	return rc;
}

/* May the package count as a provider of the name? */
static int may_provide(const struct solve_world *w, const struct repo_package *p, str name,
		       bool *ret)
{
	bool real = false, provided = false;
	int rc = 0;

	if (is_foreign(w, p) || p->pocket == SOLVE_LOCAL)
		rc = debian_has(w, name, false, &real);
	if (rc == 0 && !real && is_foreign(w, p) && !is_asked_for(w, p->name, S("")))
		rc = debian_has(w, name, true, &provided);
	*ret = !real && !provided;
	return rc;
}

int solve_providers(const struct solve_world *w, str name, struct repo_package **ret,
		    ptrdiff_t *ret_n)
{
	ptrdiff_t n, kept = 0;
	struct repo_package *p;
	int rc = w->source->providers(w->op, w->source->arg, name, &p, &n);

	if (rc == 0 && w->request->local_n)
		rc = with_local(w, p, n, has_provided, name, &p, &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		bool may = true, debian = false;
		if (is_foreign(w, &p[i]))
			rc = debian_has(w, p[i].name, false, &debian);
		if (rc == 0)
			rc = may_provide(w, &p[i], name, &may);
		if (rc == 0 && may && is_free(w, &p[i], debian))
			p[kept++] = p[i];
	}
	if (rc < 0)
		return rc;
	*ret = p;
	*ret_n = kept;
	return 0;
}

int solve_trim_provides(const struct solve_world *w, const struct repo_package *p,
			struct relations *provides)
{
	ptrdiff_t kept = 0;

	for (ptrdiff_t i = 0; i < provides->n; i++) {
		bool may = true;
		int rc = may_provide(w, p, provides->group[i].alternative->name, &may);
		if (rc < 0)
			return rc;
		if (may)
			provides->group[kept++] = provides->group[i];
	}
	provides->n = kept;
	return 0;
}

int solve_kept_out(const struct solve_world *w, const struct relation *r, str *ret_version,
		   str *ret_repository)
{
	struct repo_package *p;
	ptrdiff_t n;
	int rc = w->source->find(w->op, w->source->arg, r->name, &p, &n);

	if (rc < 0)
		return rc;
	*ret_version = *ret_repository = S("");
	bool debian = any_debian(w, p, n);
	for (ptrdiff_t i = 0; i < n && ret_repository->len == 0; i++) {
		if (is_free(w, &p[i], debian) || !relation_holds(r, p[i].version))
			continue;
		*ret_version = p[i].version;
		*ret_repository = pocket_of(w, &p[i])->repository;
	}
	return 0;
}

/* A wish for a name alone, which Debian's answers although a repository has a higher version. */
static int note_wish(const struct solve_world *w, const bool *chosen, const struct solve_wish *wish,
		     str *ret)
{
	const solve_indices *units = map_get(&w->real, wish->name);
	str version, repository, has = S("");
	struct relation any = { .name = wish->name };
	int rc = solve_kept_out(w, &any, &version, &repository);

	for (ptrdiff_t i = 0; units && i < units->n; i++)
		if (chosen[units->p[i]])
			has = w->unit.p[units->p[i]].package->version;
	*ret = S("");
	if (rc < 0 || repository.len == 0 || has.len == 0 || version_deb_compare(version, has) <= 0)
		return rc;
	return op_text(w->op, ret,
		       "%.*s %.*s is Debian's; the repository %.*s has %.*s: to take that, write "
		       "%.*s/%.*s",
		       STR_ARG(wish->name), STR_ARG(has), STR_ARG(repository), STR_ARG(version),
		       STR_ARG(wish->name), STR_ARG(repository));
}

int solve_note(const struct solve_world *w, const bool *chosen, struct texts *ret)
{
	str *text = op_new(w->op, str, w->wish.n);
	ptrdiff_t n = 0;

	if (!text)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		const struct solve_wish *wish = &w->wish.p[i];
		if (wish->negative || wish->is_virtual || wish->suite.len || wish->local)
			continue;
		int rc = note_wish(w, chosen, wish, &text[n]);
		if (rc < 0)
			return rc;
		n += text[n].len > 0;
	}
	*ret = (struct texts){ text, n };
	return 0;
}
