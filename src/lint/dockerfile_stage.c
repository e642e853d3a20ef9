#include "base/num.h"
#include "base/vec.h"
#include "dockerfile_impl.h"

/*
 * A stage is a FROM and what follows it. FROM sees the ARGs above the first one and what the platform
 * gives; a name that an earlier stage has is that stage, any other an image.
 */

enum {
	RESOLVE_VARS_MAX = 1000,
	VALUE_MAX = 4096, /* bytes of a value that a step's words are told */
};

str dockerfile_flag(const struct dockerfile_step *s, const char *name)
{
	for (ptrdiff_t i = 0; i < s->flag_n; i++)
		if (str_eq(s->flag[i].name, str_of(name)))
			return s->flag[i].value.p ? s->flag[i].value : S("");
	return (str){ 0 };
}

str dockerfile_mount(str mount, const char *key)
{
	while (mount.p) {
		str value = str_cut(&mount, ',');

		if (str_starts(value, S("\"")))
			value = str_from(value, 1);
		str name = str_cut(&value, '=');
		if (value.p && dockerfile_same(name, str_of(key)))
			return str_ends(value, S("\"")) ? str_head(value, value.len - 1) : value;
	}
	return S("");
}

int dockerfile_stage_of(const struct dockerfile *d, str name, ptrdiff_t before, bool numbers)
{
	uint64_t number;

	for (ptrdiff_t i = before - 1; i >= 0 && name.len > 0; i--)
		if (dockerfile_same(d->stage[i].name, name))
			return (int)i;
	if (numbers && num_parse(name, INT32_MAX, &number) && (ptrdiff_t)number < before)
		return (int)number;
	return DOCKERFILE_IMAGE;
}

static int put(struct map *vars, str name, str value)
{
	str *v = op_new(vars->op, str, 1);

	if (!v)
		return ERR_MEMORY;
	*v = value;
	return map_put(vars, name, v);
}

/* What FROM knows: ARGs above the first one, by the values given, else by their defaults. */
static int global_args(struct op *op, const struct dockerfile *d, const struct pairs *args,
		       struct map *ret)
{
	map_init(ret, op);
	for (ptrdiff_t i = 0; i < args->n; i++)
		if (str_starts(args->p[i].key, S("TARGET")) ||
		    str_starts(args->p[i].key, S("BUILD")))
			if (put(ret, args->p[i].key, args->p[i].value) < 0)
				return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < d->step_n && d->step[i].kind != DOCKERFILE_FROM; i++) {
		const struct dockerfile_step *s = &d->step[i];

		for (ptrdiff_t j = 0; j < s->word_n && s->kind == DOCKERFILE_ARG; j++) {
			const struct dockerfile_word *w = &s->word[j];
			str value = w->value;
			bool known = false;

			if (w->assigned) {
				int rc = dockerfile_expand(op, d->escape, w->value, ret, &value);
				if (rc < 0)
					return op_fail_in(op, "%.*s:%d", STR_ARG(d->path), s->line);
				known = rc == 0;
			}
			for (ptrdiff_t k = 0; k < args->n; k++)
				if (str_eq(args->p[k].key, w->text)) {
					value = args->p[k].value;
					known = true;
				}
			if (known && ret->n < RESOLVE_VARS_MAX && put(ret, w->text, value) < 0)
				return ERR_MEMORY;
		}
	}
	return 0;
}

/* What a stage needs, marked as used: its base, --from and from= of its steps. Later stages are
 * done before earlier ones. */
static void mark_used(struct dockerfile *d)
{
	for (ptrdiff_t i = 0; i < d->stage_n; i++)
		d->stage[i].used = i == d->target;
	for (ptrdiff_t i = d->target; i >= 0; i--) {
		const struct dockerfile_stage *stage = &d->stage[i];

		if (!stage->used)
			continue;
		if (stage->base_stage >= 0)
			d->stage[stage->base_stage].used = true;
		for (ptrdiff_t j = stage->step; j < stage->step + stage->step_n; j++)
			for (ptrdiff_t k = 0; k < d->step[j].flag_n; k++) {
				const struct dockerfile_flag *f = &d->step[j].flag[k];
				str from = f->value;

				if (str_eq(f->name, S("mount")))
					from = dockerfile_mount(f->value, "from");
				else if (!str_eq(f->name, S("from")))
					continue;
				int of = dockerfile_stage_of(d, from, i, true);
				if (of >= 0)
					d->stage[of].used = true;
			}
	}
}

int dockerfile_resolve(struct op *op, struct dockerfile *d, const struct pairs *args, str target)
{
	struct map vars;
	int rc = global_args(op, d, args, &vars);

	for (ptrdiff_t i = 0; i < d->stage_n && rc >= 0; i++) {
		struct dockerfile_stage *s = &d->stage[i];
		str platform = dockerfile_flag(&d->step[s->step], "platform");

		rc = dockerfile_expand(op, d->escape, s->base, &vars, &s->image);
		if (rc == 1)
			s->image = S("");
		s->base_stage = dockerfile_stage_of(d, s->image, i, false);
		if (str_eq(s->image, S("scratch")))
			s->base_stage = DOCKERFILE_SCRATCH;
		if (rc >= 0)
			rc = dockerfile_expand(op, d->escape, platform, &vars, &s->platform);
		if (rc == 1)
			s->platform = S("");
		if (rc < 0 && rc != ERR_MEMORY)
			return op_fail_in(op, "%.*s:%d", STR_ARG(d->path), s->line);
	}
	if (rc < 0)
		return rc;
	d->target = (int)d->stage_n - 1;
	if (target.len > 0) {
		d->target = dockerfile_stage_of(d, target, d->stage_n, true);
		if (d->target < 0)
			return op_fail(op, ERR_USAGE, "%.*s: there is no stage '%.*s'",
				       STR_ARG(d->path), STR_ARG(target));
	}
	mark_used(d);
	return 0;
}

/* What a stage's variables are at a step. */
struct scope {
	struct map known; /* with their values; NULL: it has one, which is not known */
	struct map empty; /* ARGs that were given none */
	struct map env;   /* those of ENV, which an ARG does not change */
};

static int take_variable(struct op *op, const struct dockerfile *d, const struct map *global,
			 enum dockerfile_kind kind, const struct dockerfile_word *w,
			 struct scope *to)
{
	bool given = kind == DOCKERFILE_ENV || w->assigned;
	const str *above = given ? NULL : map_get(global, w->text);
	struct op_mark mark;
	str value = S("");

	if (to->known.n + to->empty.n >= RESOLVE_VARS_MAX ||
	    (kind == DOCKERFILE_ARG && map_get(&to->env, w->text)))
		return 0;
	if (kind == DOCKERFILE_ENV && put(&to->env, w->text, w->text) < 0)
		return op->code;
	mark = op_mark(op);
	int rc = given ? dockerfile_expand(op, d->escape, w->value, &to->known, &value) : !above;
	if (rc < 0)
		return rc;
	if (given && (rc == 1 || value.len > VALUE_MAX)) {
		op_reset(op, mark);
		return map_put(&to->known, w->text, NULL);
	}
	if (rc == 0)
		return put(&to->known, w->text, above ? *above : value);
	return map_get(&to->known, w->text) ? 0 : put(&to->empty, w->text, S(""));
}

/* Of the stages that one is built on the first comes first; their number is limited by their order. */
static int read_scope(struct op *op, const struct dockerfile *d, const struct dockerfile_step *s,
		      struct scope *ret)
{
	VEC(int) chain = { 0 };
	struct map global;

	map_init(&ret->known, op);
	map_init(&ret->empty, op);
	map_init(&ret->env, op);
	for (int at = s->stage; at >= 0; at = d->stage[at].base_stage) {
		int *to = vec_push(op, &chain);
		if (!to)
			return ERR_MEMORY;
		*to = at;
	}
	if (global_args(op, d, &(struct pairs){ 0 }, &global) < 0)
		return op->code;
	while (chain.n > 0) {
		const struct dockerfile_stage *stage = &d->stage[chain.p[--chain.n]];

		for (ptrdiff_t i = stage->step; i < stage->step + stage->step_n; i++) {
			const struct dockerfile_step *one = &d->step[i];
			bool sets = one->kind == DOCKERFILE_ENV || one->kind == DOCKERFILE_ARG;

			if (one == s)
				break;
			for (ptrdiff_t j = 0; sets && !one->onbuild && j < one->word_n; j++)
				if (take_variable(op, d, &global, one->kind, &one->word[j], ret) <
				    0)
					return op->code;
		}
	}
	return 0;
}

int dockerfile_value(struct op *op, const struct dockerfile *d, const struct dockerfile_step *s,
		     str word, str *ret)
{
	struct scope scope;
	int first = s->stage, rc = read_scope(op, d, s, &scope);

	if (rc == 0)
		rc = dockerfile_expand(op, d->escape, word, &scope.known, ret);
	if (rc != 1)
		return rc;
	for (ptrdiff_t i = 0; i < scope.empty.n; i++)
		if (map_find(&scope.known, scope.empty.item[i].key) < 0 &&
		    put(&scope.known, scope.empty.item[i].key, S("")) < 0)
			return op->code;
	rc = dockerfile_expand(op, d->escape, word, &scope.known, ret);
	while (first >= 0 && d->stage[first].base_stage >= 0)
		first = d->stage[first].base_stage;
	/* Where there is no base image, nothing else gives a variable. */
	return rc == 1 && first >= 0 && d->stage[first].base_stage == DOCKERFILE_SCRATCH ? 0 : rc;
}

int dockerfile_stages(struct op *op, struct dockerfile *d)
{
	VEC(struct dockerfile_stage) all = { 0 };

	for (ptrdiff_t i = 0; i < d->step_n; i++) {
		struct dockerfile_step *s = &d->step[i];

		if (s->kind == DOCKERFILE_FROM && !s->onbuild) {
			struct dockerfile_stage *stage = vec_push(op, &all);
			if (!stage)
				return ERR_MEMORY;
			stage->base = s->word[0].text;
			stage->name = s->word_n == 3 ? s->word[2].text : S("");
			stage->line = s->line;
			stage->step = i;
		}
		s->stage = (int)all.n - 1;
		if (all.n > 0)
			all.p[all.n - 1].step_n++;
	}
	d->stage = all.p;
	d->stage_n = all.n;
	return dockerfile_resolve(op, d, &(struct pairs){ 0 }, S(""));
}
