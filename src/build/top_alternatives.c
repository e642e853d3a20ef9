/*
 * What update-alternatives(1) would have noted of each name: var/lib/dpkg/alternatives/NAME.
 *
 *   auto                        the highest priority wins
 *   /usr/bin/NAME               the link
 *   SLAVE, its link             two lines for each slave, by name
 *                               an empty line
 *   /usr/bin/CHOICE             what the link may lead to
 *   PRIORITY
 *   target of each slave        in their order; empty where the choice has none
 *                               an empty line at the end
 */
#include "top_impl.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

struct choice {
	const struct effect *effect;
	const struct effects_answer *of; /* where its slaves are */
};
typedef VEC(struct choice) choices;
typedef VEC(const struct effect *) slaves;

static int by_name(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;
	int order = str_cmp(x->effect->name, y->effect->name);

	return order ? order : str_cmp(x->effect->to, y->effect->to);
}

static int by_slave(const void *a, const void *b)
{
	return str_cmp((*(const struct effect *const *)a)->name,
		       (*(const struct effect *const *)b)->name);
}

static bool is_slave(const struct effect *e, const struct choice *c)
{
	return e->kind == EFFECT_ALTERNATIVE && e->master.len &&
	       str_eq(e->master, c->effect->name) && e->priority == c->effect->priority;
}

/* The slaves of all choices, one of each name, sorted. */
static int list_slaves(struct op *op, const struct choice *c, ptrdiff_t n, slaves *ret)
{
	for (ptrdiff_t k = 0; k < n; k++) {
		for (ptrdiff_t i = 0; i < c[k].of->n; i++) {
			const struct effect *e = &c[k].of->effect[i];
			bool seen = !is_slave(e, &c[k]);
			for (ptrdiff_t s = 0; !seen && s < ret->n; s++)
				seen = str_eq(ret->p[s]->name, e->name);
			const struct effect **to = seen ? NULL : vec_push(op, ret);
			if (!seen && !to)
				return op->code;
			if (to)
				*to = e;
		}
	}
	if (ret->n > 1)
		qsort(ret->p, (size_t)ret->n, sizeof(*ret->p), by_slave);
	return 0;
}

static void add_choice(struct buf *b, const struct choice *c, const slaves *slave)
{
	buf_fmt(b, "%.*s\n%lld\n", STR_ARG(c->effect->to), (long long)c->effect->priority);
	for (ptrdiff_t s = 0; s < slave->n; s++) {
		str to = S("");
		for (ptrdiff_t i = 0; i < c->of->n; i++)
			if (is_slave(&c->of->effect[i], c) &&
			    str_eq(c->of->effect[i].name, slave->p[s]->name))
				to = c->of->effect[i].to;
		buf_fmt(b, "%.*s\n", STR_ARG(to));
	}
}

/* All choices of one name. */
static int put_record(struct top_work *w, const struct choice *c, ptrdiff_t n)
{
	slaves slave = { 0 };
	struct buf b;
	str path, text;
	int rc = list_slaves(w->op, c, n, &slave);

	buf_init(&b, w->op, LIMIT_CAPTURE);
	buf_fmt(&b, "auto\n/%.*s\n", STR_ARG(c->effect->path));
	for (ptrdiff_t s = 0; s < slave.n; s++)
		buf_fmt(&b, "%.*s\n/%.*s\n", STR_ARG(slave.p[s]->name), STR_ARG(slave.p[s]->path));
	buf_char(&b, '\n');
	for (ptrdiff_t i = 0; i < n; i++)
		add_choice(&b, &c[i], &slave);
	buf_char(&b, '\n');
	if (rc == 0)
		rc = buf_take(&b, &text);
	if (rc == 0)
		rc = op_text(w->op, &path, "var/lib/dpkg/alternatives/%.*s",
			     STR_ARG(c->effect->name));
	return rc < 0 ? rc
		      : top_put_file(w, path, text, 0644, S("generated: update-alternatives(1)"));
}

/* Is what it leads to in the image? Then it is a choice. */
static int is_choice(struct top_work *w, const struct effect *e, bool *ret)
{
	str target;

	*ret = e->kind == EFFECT_ALTERNATIVE && e->master.len == 0;
	if (!*ret)
		return 0;
	int rc = top_clean(w, e->to, false, e->origin, &target);
	*ret = rc == 0 && top_find(w, target) >= 0;
	return rc;
}

int top_alternatives(struct top_work *w)
{
	choices all = { 0 };
	ptrdiff_t n;
	int rc = 0;

	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct effects_answer *a = &w->in->package[p].answer;
		for (ptrdiff_t i = 0; i < a->n; i++) {
			bool choice;
			if ((rc = is_choice(w, &a->effect[i], &choice)) < 0)
				return rc;
			struct choice *c = choice ? vec_push(w->op, &all) : NULL;
			if (choice && !c)
				return w->op->code;
			if (c)
				*c = (struct choice){ &a->effect[i], a };
		}
	}
	if (all.n > 1)
		qsort(all.p, (size_t)all.n, sizeof(*all.p), by_name);
	for (ptrdiff_t i = 0; rc == 0 && i < all.n; i += n) {
		for (n = 1;
		     i + n < all.n && str_eq(all.p[i + n].effect->name, all.p[i].effect->name);)
			n++;
		rc = put_record(w, &all.p[i], n);
	}
	return rc;
}
