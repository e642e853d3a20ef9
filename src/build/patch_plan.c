/*
 * All updates are tried together first, which nearly always holds. Otherwise halves of them are, on top of
 * those that held, down to single source packages with what they need newer beside them.
 *
 * The solver sees what is installed and a target for each as the only version that there is; so it
 * can add packages, but neither remove nor change others.
 */
#include "patch_plan.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "distro/relation.h"
#include "model/version.h"

enum { TRIES_MAX = 4096 }; /* of one plan */

enum { TO_NONE, TO_OPEN, TO_TAKEN, TO_REFUSED };

struct target {                 /* beside each installed package */
	struct repo_package is; /* it, with the relations that hold in the image */
	struct repo_package to; /* what it would become */
	int state;
	bool asked;  /* not only because another needs it */
	bool trying; /* is part of what is being tried */
	str why;
};

struct planner {
	struct op *op;
	const struct patch_installed *installed;
	ptrdiff_t n;
	const struct solve_source *suite;
	const struct patch_wish *wish;
	struct target *target;
	struct map name;     /* -> target + 1 of the platform's own */
	struct map provided; /* name -> list of providers that are installed */
	struct map added;    /* new packages: name -> repo_package */
	VEC(str) note;
	int tries;
};

struct provider {
	ptrdiff_t at;
	str version; /* of the provision; may be empty */
	struct provider *next;
};

static bool is_native(const struct planner *p, str arch)
{
	return str_eq(arch, S("all")) || str_eq(arch, str_of(p->wish->platform->deb_arch));
}

static ptrdiff_t own(const struct planner *p, str name)
{
	const struct target *t = map_get(&p->name, name);

	return t ? t - p->target : -1;
}

/* Is there something in the image that satisfies the relation? `but`: of another than this. */
static bool holds(const struct planner *p, const struct relation *r, ptrdiff_t but)
{
	ptrdiff_t at = own(p, r->name);

	if (at >= 0 && at != but && relation_holds(r, p->installed[at].version))
		return true;
	for (const struct provider *v = map_get(&p->provided, r->name); v; v = v->next)
		if (v->at != but &&
		    (r->order == RELATION_ANY || (v->version.len && relation_holds(r, v->version))))
			return true;
	return false;
}

static bool group_holds(const struct planner *p, const struct relation_group *g, ptrdiff_t but)
{
	for (ptrdiff_t i = 0; i < g->n; i++)
		if (holds(p, &g->alternative[i], but))
			return true;
	return false;
}

static int note(struct planner *p, str text)
{
	str *to = vec_push(p->op, &p->note);

	if (to)
		*to = text;
	return to ? 0 : p->op->code;
}

/* Was a dependency on this name unmet already before the update? */
static bool was_unmet(const struct planner *p, const struct relations *was, str name)
{
	for (ptrdiff_t i = 0; i < was->n; i++)
		if (str_eq(was->group[i].alternative[0].name, name) &&
		    !group_holds(p, &was->group[i], -1))
			return true;
	return false;
}

/* The field without the groups that do not hold; `was` NULL: of what is installed. */
static int keep_held(struct planner *p, str field, const struct relations *was, bool tell,
		     str package, str *ret)
{
	struct relations all;
	struct buf b;
	bool whole = true;
	int rc = relations_parse(p->op, field, &all);

	if (rc < 0)
		return op_fail_in(p->op, "%.*s", STR_ARG(package));
	buf_init(&b, p->op, LIMIT_STANZA);
	for (ptrdiff_t i = 0; i < all.n; i++) {
		const struct relation_group *g = &all.group[i];
		bool held =
			was ? !was_unmet(p, was, g->alternative[0].name) || group_holds(p, g, -1)
			    : group_holds(p, g, -1);
		str line;
		if (held) {
			buf_fmt(&b, "%s%.*s", b.len ? ", " : "", STR_ARG(g->text));
			continue;
		}
		whole = false;
		if (!tell)
			continue;
		rc = op_text(p->op, &line, "%.*s needs %.*s, which the image lacks already",
			     STR_ARG(package), STR_ARG(g->text));
		if (rc < 0 || note(p, line) < 0)
			return p->op->code;
	}
	*ret = field;
	return whole ? 0 : buf_take(&b, ret);
}

/* Conflicts without what the image has all the same. */
static int keep_peace(struct planner *p, ptrdiff_t at, str field, str *ret)
{
	struct relations all;
	struct buf b;

	if (relations_parse(p->op, field, &all) < 0)
		return op_fail_in(p->op, "%.*s", STR_ARG(p->installed[at].name));
	buf_init(&b, p->op, LIMIT_STANZA);
	for (ptrdiff_t i = 0; i < all.n; i++)
		if (!group_holds(p, &all.group[i], at))
			buf_fmt(&b, "%s%.*s", b.len ? ", " : "", STR_ARG(all.group[i].text));
	return buf_take(&b, ret);
}

static int list_installed(struct planner *p)
{
	for (ptrdiff_t i = 0; i < p->n; i++) {
		const struct patch_installed *in = &p->installed[i];
		struct relations provides;
		if (!is_native(p, in->arch))
			continue;
		if (map_put(&p->name, in->name, &p->target[i]) < 0 ||
		    relations_parse(p->op, in->provides, &provides) < 0)
			return op_fail_in(p->op, "%.*s", STR_ARG(in->name));
		for (ptrdiff_t k = 0; k < provides.n; k++) {
			const struct relation *r = provides.group[k].alternative;
			struct provider *v = op_new(p->op, struct provider, 1);
			if (!v)
				return p->op->code;
			*v = (struct provider){ i, r->version, map_get(&p->provided, r->name) };
			if (map_put(&p->provided, r->name, v) < 0)
				return p->op->code;
		}
	}
	return 0;
}

/* What is installed, as the solver is to see it. */
static int see_installed(struct planner *p, ptrdiff_t i)
{
	const struct patch_installed *in = &p->installed[i];
	struct repo_package *is = &p->target[i].is;

	*is = (struct repo_package){ .name = in->name,
				     .version = in->version,
				     .arch = in->arch,
				     .source = in->source,
				     .source_version = in->source_version,
				     .multi_arch = in->multi_arch,
				     .provides = in->provides };
	int rc = keep_held(p, in->depends, NULL, true, in->name, &is->depends);
	if (rc == 0)
		rc = keep_held(p, in->pre_depends, NULL, true, in->name, &is->pre_depends);
	if (rc == 0)
		rc = keep_peace(p, i, in->conflicts, &is->conflicts);
	return rc < 0 ? rc : keep_peace(p, i, in->breaks, &is->breaks);
}

/* The newest version of the suite, if it is newer; with the needs that bind. */
static int see_newer(struct planner *p, ptrdiff_t i)
{
	const struct patch_installed *in = &p->installed[i];
	struct target *t = &p->target[i];
	struct repo_package *found;
	struct relations was;
	ptrdiff_t n;
	int rc = p->suite->find(p->op, p->suite->arg, in->name, &found, &n);

	for (ptrdiff_t k = 0; rc == 0 && k < n; k++) {
		if (!is_native(p, found[k].arch))
			continue;
		if (version_deb_compare(found[k].version, in->version) <= 0)
			return 0;
		t->to = found[k];
		t->state = TO_OPEN;
		rc = relations_parse(p->op, in->depends, &was);
		if (rc == 0)
			rc = keep_held(p, t->to.depends, &was, false, in->name, &t->to.depends);
		if (rc == 0)
			rc = relations_parse(p->op, in->pre_depends, &was);
		return rc < 0 ? rc
			      : keep_held(p, t->to.pre_depends, &was, false, in->name,
					  &t->to.pre_depends);
	}
	return rc;
}

static void refuse(struct target *t, str why)
{
	t->state = TO_REFUSED;
	t->why = why;
}

/* Installed for another architecture too, and bound to be of one version? */
static const struct patch_installed *twin(const struct planner *p, ptrdiff_t at)
{
	const struct patch_installed *in = &p->installed[at];

	for (ptrdiff_t i = 0; i < p->n; i++)
		if (i != at && str_eq(p->installed[i].name, in->name) &&
		    !str_eq(p->installed[i].arch, in->arch) && str_eq(in->multi_arch, S("same")))
			return &p->installed[i];
	return NULL;
}

static bool is_asked(const struct planner *p, ptrdiff_t i)
{
	const struct patch_installed *in = &p->installed[i];
	bool named = p->wish->only.n == 0;

	for (ptrdiff_t k = 0; !named && k < p->wish->only.n; k++)
		named = str_eq(p->wish->only.p[k], in->name) ||
			str_eq(p->wish->only.p[k], in->source);
	return named && (!p->wish->wanted || p->wish->wanted(p->wish->arg, in, &p->target[i].to));
}

static int see_all(struct planner *p)
{
	int rc = list_installed(p);

	for (ptrdiff_t i = 0; rc == 0 && i < p->n; i++) {
		const struct patch_installed *other;
		struct target *t = &p->target[i];
		if (!is_native(p, p->installed[i].arch))
			continue;
		if ((rc = see_installed(p, i)) < 0 || (rc = see_newer(p, i)) < 0)
			break;
		if (t->state != TO_OPEN)
			continue;
		t->asked = is_asked(p, i);
		if (p->installed[i].stay.len)
			refuse(t, p->installed[i].stay);
		else if ((other = twin(p, i))) {
			rc = op_text(p->op, &t->why,
				     "it is installed for %.*s too, and both must be of one "
				     "version: a patch is of one architecture",
				     STR_ARG(other->arch));
			t->state = TO_REFUSED;
		}
	}
	return rc;
}

/* What the solver asks. */

static int give(struct op *op, const struct repo_package *from, ptrdiff_t n,
		struct repo_package **ret, ptrdiff_t *ret_n)
{
	struct repo_package *all = op_new(op, struct repo_package, n);

	if (!all)
		return op->code;
	if (n)
		memcpy(all, from, (size_t)n * sizeof(*all));
	*ret = all;
	*ret_n = n;
	return 0;
}

static bool is_barred(const struct planner *p, str name)
{
	for (ptrdiff_t i = 0; i < p->wish->never.n; i++)
		if (str_eq(p->wish->never.p[i], name))
			return true;
	return false;
}

static const struct repo_package *present(const struct target *t)
{
	return t->state == TO_TAKEN || t->trying ? &t->to : &t->is;
}

static int find_present(struct op *op, void *arg, str name, struct repo_package **ret,
			ptrdiff_t *ret_n)
{
	const struct planner *p = arg;
	ptrdiff_t at = own(p, name);

	if (at >= 0)
		return give(op, present(&p->target[at]), 1, ret, ret_n);
	if (is_barred(p, name))
		return give(op, NULL, 0, ret, ret_n);
	return p->suite->find(op, p->suite->arg, name, ret, ret_n);
}

static bool provides(struct op *op, const struct repo_package *package, str name)
{
	struct relations all;

	if (!package->provides.len || relations_parse(op, package->provides, &all) < 0)
		return false;
	for (ptrdiff_t i = 0; i < all.n; i++)
		if (str_eq(all.group[i].alternative->name, name))
			return true;
	return false;
}

/* Those that are installed before those that could be. */
static int providers_present(struct op *op, void *arg, str name, struct repo_package **ret,
			     ptrdiff_t *ret_n)
{
	const struct planner *p = arg;
	VEC(struct repo_package) all = { 0 };
	struct repo_package *found, *to;
	ptrdiff_t n;

	for (ptrdiff_t i = 0; i < p->n; i++) {
		const struct target *t = &p->target[i];
		if (!is_native(p, p->installed[i].arch) || !provides(op, present(t), name))
			continue;
		if (!(to = vec_push(op, &all)))
			return op->code;
		*to = *present(t);
	}
	int rc = op->code < 0 ? op->code : p->suite->providers(op, p->suite->arg, name, &found, &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (own(p, found[i].name) >= 0 || is_barred(p, found[i].name))
			continue;
		if (!(to = vec_push(op, &all)))
			return op->code;
		*to = found[i];
	}
	*ret = all.p;
	*ret_n = all.n;
	return rc;
}

static int nearest_none(struct op *op, void *arg, str name, str *ret)
{
	(void)op, (void)arg, (void)name;
	*ret = S("");
	return 0;
}

static int cuts_none(struct op *op, void *arg, str package, struct effect_cut **ret,
		     ptrdiff_t *ret_n)
{
	(void)op, (void)arg, (void)package;
	*ret = NULL;
	*ret_n = 0;
	return 0;
}

/* The new packages of an answer. */
static int take_added(struct planner *p, const struct solve_answer *a)
{
	for (ptrdiff_t i = 0; i < a->n; i++) {
		if (own(p, a->chosen[i].name) >= 0 || map_get(&p->added, a->chosen[i].name))
			continue;
		struct repo_package *to = op_new(p->op, struct repo_package, 1);
		if (!to)
			return p->op->code;
		*to = a->chosen[i];
		/* The solver's memory goes; find() of the suite gives it once more. */
		struct repo_package *found;
		ptrdiff_t n;
		int rc = p->suite->find(p->op, p->suite->arg, to->name, &found, &n);
		for (ptrdiff_t k = 0; rc == 0 && k < n; k++)
			if (str_eq(found[k].version, to->version))
				*to = found[k];
		if (rc < 0 || (rc = map_put(&p->added, to->name, to)) < 0)
			return rc;
	}
	return 0;
}

/* The solver speaks of a recipe, which here is what is installed. */
static int reword(struct op *op, str why, str *ret)
{
	static const str from = S_INIT("the recipe asks for ");
	struct buf b;

	buf_init(&b, op, OP_ERROR_MAX * 2);
	for (ptrdiff_t at; (at = str_find_str(why, from)) >= 0;
	     why = str_from(why, at + from.len)) {
		buf_add(&b, str_head(why, at));
		buf_add(&b, S("the image has "));
	}
	buf_add(&b, why);
	return buf_take(&b, ret);
}

/* What is being tried is taken, or (1) cannot be: *ret_why says so. */
static int try(struct planner *p, str *ret_why)
{
	const struct solve_source source = { .arg = p,
					     .state = p->suite->state,
					     .find = find_present,
					     .providers = providers_present,
					     .nearest = nearest_none,
					     .cuts = cuts_none };
	struct solve_request request = { .platform = p->wish->platform, .uncut = true };
	struct solve_answer answer;
	AUTO_OP own_op;

	op_init(&own_op, p->op->ceiling);
	own_op.fault = p->op->fault;
	if (++p->tries > TRIES_MAX)
		return op_fail(p->op, ERR_LIMIT, "more than %d tries for a plan", TRIES_MAX);
	str *want = op_new(&own_op, str, p->n);
	if (!want)
		return op_adopt_error(p->op, &own_op);
	for (ptrdiff_t i = 0; i < p->n; i++)
		if (is_native(p, p->installed[i].arch))
			want[request.want_n++] = p->installed[i].name;
	request.want = want;
	int rc = solve_from(&own_op, &source, &request, &answer);
	if (rc == 0)
		rc = take_added(p, &answer) < 0 ? p->op->code : 0;
	else if (rc == ERR_NO || rc == ERR_USAGE)
		rc = reword(p->op, str_of(own_op.text), ret_why) < 0 ? p->op->code : 1;
	else
		rc = op_adopt_error(p->op, &own_op);
	for (ptrdiff_t i = 0; i < p->n; i++) {
		struct target *t = &p->target[i];
		if (rc == 0 && t->trying)
			t->state = TO_TAKEN;
		t->trying = false;
	}
	return rc;
}

/* All of one source package that is asked for and open. */
static ptrdiff_t choose_source(struct planner *p, str source)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < p->n; i++) {
		struct target *t = &p->target[i];
		if (t->state != TO_OPEN || !t->asked || !str_eq(p->installed[i].source, source))
			continue;
		t->trying = true;
		n++;
	}
	return n;
}

static int choose_named(struct planner *p, const struct repo_package *to, bool *ret_more)
{
	const str field[] = { to->depends, to->pre_depends, to->breaks, to->conflicts };

	for (size_t f = 0; f < sizeof(field) / sizeof(field[0]); f++) {
		struct relations all;
		if (relations_parse(p->op, field[f], &all) < 0)
			return p->op->code;
		for (ptrdiff_t i = 0; i < all.n; i++)
			for (ptrdiff_t k = 0; k < all.group[i].n; k++) {
				ptrdiff_t at = own(p, all.group[i].alternative[k].name);
				if (at < 0 || p->target[at].trying ||
				    p->target[at].state != TO_OPEN)
					continue;
				p->target[at].trying = *ret_more = true;
			}
	}
	return 0;
}

/* And every open update that those being tried name in their needs. */
static int choose_needed(struct planner *p)
{
	bool more = true;

	while (more) {
		more = false;
		for (ptrdiff_t i = 0; i < p->n; i++)
			if (p->target[i].trying && choose_named(p, &p->target[i].to, &more) < 0)
				return p->op->code;
	}
	return 0;
}

static int try_source(struct planner *p, str source, str *ret_why)
{
	int rc = choose_source(p, source) ? try(p, ret_why) : 0;

	if (rc != 1)
		return rc;
	str first = *ret_why;
	choose_source(p, source);
	if ((rc = choose_needed(p)) < 0)
		return rc;
	rc = try(p, ret_why);
	*ret_why = first;
	return rc;
}

/* Source packages that have an update which is asked for and open, each once. */
static int list_sources(struct planner *p, str **ret, ptrdiff_t *ret_n)
{
	struct map seen;
	str *list = op_new(p->op, str, p->n);
	ptrdiff_t n = 0;

	map_init(&seen, p->op);
	for (ptrdiff_t i = 0; list && i < p->n; i++) {
		str source = p->installed[i].source;
		if (p->target[i].state != TO_OPEN || !p->target[i].asked || map_get(&seen, source))
			continue;
		if (map_put(&seen, source, p) < 0)
			return p->op->code;
		list[n++] = source;
	}
	*ret = list;
	*ret_n = n;
	return p->op->code;
}

static void refuse_source(struct planner *p, str source, str why)
{
	for (ptrdiff_t i = 0; i < p->n; i++)
		if (p->target[i].state == TO_OPEN && p->target[i].asked &&
		    str_eq(p->installed[i].source, source))
			refuse(&p->target[i], why);
}

/*
 * Halves of what does not go together, until a single one is left that does not: few tries where few
 * do not. `last`: that one is refused then.
 */
static int try_halves(struct planner *p, bool last)
{
	struct range {
		ptrdiff_t from, to;
	};
	VEC(struct range) open = { 0 };
	ptrdiff_t n = 0;
	str *source = NULL;
	int rc = list_sources(p, &source, &n);
	struct range *r = rc < 0 || !n ? NULL : vec_push(p->op, &open);

	if (!r)
		return p->op->code;
	*r = (struct range){ 0, n };
	while (rc >= 0 && open.n) {
		struct range now = open.p[--open.n];
		ptrdiff_t middle = now.from + (now.to - now.from) / 2;
		str why = S("");
		if (now.to - now.from == 1) {
			rc = try_source(p, source[now.from], &why);
			if (rc == 1 && last)
				refuse_source(p, source[now.from], why);
			continue;
		}
		for (ptrdiff_t i = now.from; i < now.to; i++)
			(void)choose_source(p, source[i]);
		if ((rc = try(p, &why)) != 1)
			continue;
		for (int half = 1; half >= 0; half--) { /* the first is on top */
			if (!(r = vec_push(p->op, &open)))
				return p->op->code;
			*r = half ? (struct range){ middle, now.to }
				  : (struct range){ now.from, middle };
		}
	}
	return rc < 0 ? rc : 0;
}

/* A second round, since what was taken later may be what an earlier one needs. */
static int try_each(struct planner *p)
{
	int rc = try_halves(p, false);

	return rc < 0 ? rc : try_halves(p, true);
}

/* The answer. */

static int by_change(const void *a, const void *b)
{
	return str_cmp(((const struct patch_change *)a)->to.name,
		       ((const struct patch_change *)b)->to.name);
}

static int tell(struct planner *p, struct patch_plan *ret)
{
	struct patch_plan plan = { .note = { p->note.p, p->note.n } };

	plan.change = op_new(p->op, struct patch_change, p->n + p->added.n);
	plan.refusal = op_new(p->op, struct patch_refusal, p->n);
	if (!plan.change || !plan.refusal)
		return p->op->code;
	for (ptrdiff_t i = 0; i < p->n; i++) {
		const struct target *t = &p->target[i];
		if (t->state == TO_TAKEN)
			plan.change[plan.change_n++] = (struct patch_change){ i, t->to, !t->asked };
		else if (t->state == TO_REFUSED && t->asked)
			plan.refusal[plan.refusal_n++] = (struct patch_refusal){ i, t->to, t->why };
	}
	for (ptrdiff_t i = 0; i < p->added.n; i++)
		plan.change[plan.change_n++] =
			(struct patch_change){ -1, *(struct repo_package *)p->added.item[i].value,
					       true };
	qsort(plan.change, (size_t)plan.change_n, sizeof(*plan.change), by_change);
	*ret = plan;
	return 0;
}

static int check_words(struct planner *p)
{
	for (ptrdiff_t k = 0; k < p->wish->only.n; k++) {
		bool there = false;
		for (ptrdiff_t i = 0; i < p->n && !there; i++)
			there = str_eq(p->wish->only.p[k], p->installed[i].name) ||
				str_eq(p->wish->only.p[k], p->installed[i].source);
		if (!there)
			return op_fail(p->op, ERR_USAGE, "the image has no package '%.*s'",
				       STR_ARG(p->wish->only.p[k]));
	}
	return 0;
}

int patch_plan(struct op *op, const struct patch_installed *installed, ptrdiff_t n,
	       const struct solve_source *suite, const struct patch_wish *wish,
	       struct patch_plan *ret)
{
	struct planner p = {
		.op = op, .installed = installed, .n = n, .suite = suite, .wish = wish
	};
	ptrdiff_t open = 0;
	str why;

	map_init(&p.name, op);
	map_init(&p.provided, op);
	map_init(&p.added, op);
	if (!(p.target = op_new(op, struct target, n)) || check_words(&p) < 0 || see_all(&p) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct target *t = &p.target[i];
		t->trying = t->state == TO_OPEN && t->asked;
		open += t->trying;
	}
	int rc = open ? try(&p, &why) : 0;
	if (rc == 1)
		rc = try_each(&p);
	return rc < 0 ? rc : tell(&p, ret);
}

int patch_replaces(struct op *op, const struct repo_package *to, const struct patch_installed *in,
		   bool *ret)
{
	struct relations all;
	int rc = relations_parse(op, to->replaces, &all);

	*ret = false;
	for (ptrdiff_t i = 0; rc == 0 && i < all.n; i++) {
		const struct relation *r = all.group[i].alternative;
		*ret |= str_eq(r->name, in->name) && relation_holds(r, in->version);
	}
	return rc;
}
