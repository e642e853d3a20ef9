#include <stdlib.h>

#include "base/buf.h"
#include "solve_world.h"

enum {
	SENTENCES_MAX = 12, /* what a reader follows; more are counted */
};

static const struct repo_package *package_of(const struct solve_world *w, int32_t unit)
{
	return w->unit.p[unit].package;
}

static void say_package(struct buf *b, const struct repo_package *p)
{
	buf_fmt(b, "%.*s %.*s", STR_ARG(p->name), STR_ARG(p->version));
}

/* ---- why nothing satisfies a relation ---- */

static void say_versions(struct buf *b, const struct solve_world *w, const struct repo_package *p,
			 ptrdiff_t n)
{
	for (ptrdiff_t i = 0; i < n && i < 4; i++)
		buf_fmt(b, "%s%.*s (%.*s)", i ? ", " : "", STR_ARG(p[i].version),
			STR_ARG(solve_origin(w, &p[i])));
}

static void say_unfit(struct buf *b, const struct solve_world *w, const struct relation *r,
		      const struct repo_package *p, ptrdiff_t n)
{
	const solve_indices *list = map_get(&w->real, r->name);

	if (solve_excluded(w, p)) {
		buf_fmt(b, "the recipe excludes %.*s", STR_ARG(r->name));
	} else if (list && r->order != RELATION_ANY &&
		   !relation_holds(r, w->unit.p[list->p[0]].package->version)) {
		buf_fmt(b, "%.*s is at %.*s", STR_ARG(r->name),
			STR_ARG(w->unit.p[list->p[0]].package->version));
	} else if (list) {
		buf_fmt(b, "%.*s is not for ':%.*s'", STR_ARG(r->name), STR_ARG(r->arch));
	} else {
		buf_fmt(b, "%.*s has the versions ", STR_ARG(r->name));
		say_versions(b, w, p, n);
	}
}

static int say_kept_out(struct buf *b, const struct solve_world *w, const struct relation *r)
{
	str version, repository;
	int rc = solve_kept_out(w, r, &version, &repository);

	if (rc == 0 && repository.len)
		buf_fmt(b,
			" (the repository %.*s has %.*s, which does not stand for Debian's unless "
			"the recipe says %.*s/%.*s)",
			STR_ARG(repository), STR_ARG(version), STR_ARG(r->name),
			STR_ARG(repository));
	return rc;
}

static int say_missing(struct buf *b, const struct solve_world *w, const struct relation *r)
{
	struct repo_package *p;
	ptrdiff_t n;
	int rc = solve_find(w, r->name, &p, &n);

	if (rc == 0 && n > 0) {
		say_unfit(b, w, r, p, n);
		return say_kept_out(b, w, r);
	}
	rc = rc < 0 ? rc : solve_providers(w, r->name, &p, &n);
	if (rc < 0)
		return rc;
	if (n == 0)
		buf_fmt(b, "there is no %.*s", STR_ARG(r->name));
	else if (solve_excluded(w, p))
		buf_fmt(b, "the recipe excludes %.*s, which provides %.*s", STR_ARG(p->name),
			STR_ARG(r->name));
	else
		buf_fmt(b, "%.*s is provided by %.*s, not in that version", STR_ARG(r->name),
			STR_ARG(p->name));
	return 0;
}

static int say_nothing(struct buf *b, const struct solve_world *w, const struct relation_group *g)
{
	buf_add(b, S(", but "));
	for (ptrdiff_t i = 0; i < g->n; i++) {
		buf_add(b, i ? S(" and ") : S(""));
		int rc = say_missing(b, w, &g->alternative[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- who excludes whom ---- */

static bool names(const struct solve_unit *u, const struct relation *r)
{
	if (str_eq(u->package->name, r->name))
		return relation_holds(r, u->package->version);
	for (ptrdiff_t i = 0; i < u->provides.n; i++) {
		if (str_eq(u->provides.group[i].alternative->name, r->name))
			return true;
	}
	return false;
}

static bool say_field(struct buf *b, const struct solve_unit *from, const struct solve_unit *to,
		      const struct relations *field, const char *verb)
{
	for (ptrdiff_t i = 0; i < field->n; i++) {
		const struct relation *r = field->group[i].alternative;
		if (!names(to, r))
			continue;
		say_package(b, from->package);
		buf_fmt(b, " %s %.*s, which ", verb, STR_ARG(field->group[i].text));
		say_package(b, to->package);
		buf_add(b, str_eq(to->package->name, r->name) ? S(" is") : S(" provides"));
		return true;
	}
	return false;
}

static void say_excludes(struct buf *b, const struct solve_world *w, const struct solve_fact *f)
{
	const struct solve_unit *from = &w->unit.p[f->from], *to = &w->unit.p[f->to];

	if (say_field(b, from, to, &from->conflicts, "conflicts with") ||
	    say_field(b, from, to, &from->breaks, "breaks") ||
	    say_field(b, to, from, &to->conflicts, "conflicts with"))
		return;
	(void)say_field(b, to, from, &to->breaks, "breaks");
}

/* ---- the sentences ---- */

static int say_fact(struct buf *b, const struct solve_world *w, const struct solve_fact *f)
{
	const struct relation_group *g = f->clause >= 0 ? &w->clause.p[f->clause].group : NULL;

	switch ((enum solve_fact_kind)f->kind) {
	case FACT_WISH:
		buf_fmt(b, "the recipe asks for %.*s", STR_ARG(g->text));
		return w->clause.p[f->clause].unit.n == 0 ? say_nothing(b, w, g) : 0;
	case FACT_NEEDS:
	case FACT_NOTHING:
		say_package(b, package_of(w, f->from));
		buf_fmt(b, " depends on %.*s", STR_ARG(g->text));
		return f->kind == FACT_NOTHING ? say_nothing(b, w, g) : 0;
	case FACT_EXCLUDES:
		say_excludes(b, w, f);
		return 0;
	case FACT_ONE_OF:
		buf_fmt(b, "an image holds one version of %.*s and not both ",
			STR_ARG(package_of(w, f->from)->name));
		buf_fmt(b, "%.*s and %.*s", STR_ARG(package_of(w, f->from)->version),
			STR_ARG(package_of(w, f->to)->version));
		return 0;
	}
	return 0;
}

static bool follows(const struct solve_world *w, const bool *seen, const struct solve_fact *f)
{
	return f->kind == FACT_WISH || (f->from >= 0 && f->from < w->unit.n && seen[f->from]);
}

static void see(const struct solve_world *w, bool *seen, const struct solve_fact *f)
{
	if (f->kind != FACT_WISH && f->kind != FACT_NEEDS)
		return;
	for (ptrdiff_t i = 0; i < w->clause.p[f->clause].unit.n; i++)
		seen[w->clause.p[f->clause].unit.p[i]] = true;
}

static int fact_cmp(const void *a, const void *b)
{
	const int32_t *x = a, *y = b; /* kind, from, to, clause */

	for (int i = 0; i < 4; i++) {
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

/* Wishes first, then what each sentence already said leads to, exclusions last. */
static int put_in_order(struct op *op, const struct solve_world *w, struct solve_fact *fact,
			ptrdiff_t n)
{
	bool *seen = op_new(op, bool, w->unit.n);

	if (!seen)
		return op->code;
	qsort(fact, (size_t)n, sizeof(*fact), fact_cmp);
	for (ptrdiff_t done = 0; done < n; done++) {
		ptrdiff_t next = done;
		while (next < n &&
		       (!follows(w, seen, &fact[next]) || fact[next].kind > FACT_NOTHING))
			next++;
		if (next == n)
			next = done;
		struct solve_fact f = fact[next];
		for (; next > done; next--)
			fact[next] = fact[next - 1];
		fact[done] = f;
		see(w, seen, &f);
	}
	return 0;
}

int solve_explain(struct op *op, const struct solve_world *w, struct solve_fact *fact, ptrdiff_t n)
{
	struct buf b;
	str text;
	ptrdiff_t said = 0;
	int rc = put_in_order(op, w, fact, n);

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; rc == 0 && i < n && said < SENTENCES_MAX; i++) {
		if (i > 0 && fact_cmp(&fact[i - 1], &fact[i]) == 0)
			continue;
		buf_add(&b, said++ ? S("; ") : S(""));
		rc = say_fact(&b, w, &fact[i]);
	}
	if (rc == 0 && said == SENTENCES_MAX && n > said)
		buf_fmt(&b, "; and %td more", n - said);
	rc = rc < 0 ? rc : buf_take(&b, &text);
	return rc < 0 ? rc
		      : op_fail(op, ERR_NO, "these packages do not go together: %.*s",
				STR_ARG(text));
}
