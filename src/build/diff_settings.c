/* The configuration of an image as names and texts, so that two can be laid side by side. */
#include <stdlib.h>

#include "base/vec.h"
#include "codec/json.h"
#include "diff.h"
#include "sys/clock.h"

enum { SETTING_MAX = 1 << 20 }; /* bytes of one setting's text */

struct settings {
	struct op *op;
	VEC(struct pair) list;
};

static int add(struct settings *s, str name, str value)
{
	if (value.len == 0)
		return 0;
	struct pair *p = vec_push(s->op, &s->list);
	if (!p)
		return s->op->code;
	*p = (struct pair){ name, value };
	return 0;
}

/* As JSON: what separates words must not be guessed. */
static int add_list(struct settings *s, const char *name, const struct texts *list)
{
	struct json_out j;
	struct buf b;
	str text;

	if (list->n == 0)
		return 0;
	buf_init(&b, s->op, SETTING_MAX);
	json_begin(&j, &b, 0);
	json_array(&j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(&j, list->p[i]);
	json_array_end(&j);
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : add(s, str_of(name), text);
}

static int add_named(struct settings *s, const char *kind, str key, str value)
{
	str name;
	int rc = op_text(s->op, &name, "%s %.*s", kind, STR_ARG(key));

	return rc < 0 ? rc : add(s, name, value);
}

static int add_pairs(struct settings *s, const char *kind, const struct pairs *pairs)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < pairs->n; i++)
		rc = add_named(s, kind, pairs->p[i].key, pairs->p[i].value);
	return rc;
}

static int add_env(struct settings *s, const struct texts *env)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < env->n; i++) {
		str value = env->p[i], key = str_cut(&value, '=');
		rc = add_named(s, "env", key, value.len ? value : S("\"\""));
	}
	return rc;
}

static int add_health(struct settings *s, const struct image_healthcheck *h)
{
	const struct {
		const char *name;
		uint64_t value;
	} number[] = { { "healthcheck interval", h->interval / 1000000 },
		       { "healthcheck timeout", h->timeout / 1000000 },
		       { "healthcheck start-period", h->start_period / 1000000 } };
	str text;
	int rc = add_list(s, "healthcheck", &h->test);

	for (size_t i = 0; rc == 0 && i < sizeof(number) / sizeof(number[0]); i++)
		if (number[i].value && (rc = op_text(s->op, &text, "%llu ms",
						     (unsigned long long)number[i].value)) == 0)
			rc = add(s, str_of(number[i].name), text);
	if (rc == 0 && h->retries &&
	    (rc = op_text(s->op, &text, "%llu", (unsigned long long)h->retries)) == 0)
		rc = add(s, S("healthcheck retries"), text);
	return rc;
}

static int pair_cmp(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

static int collect(struct settings *s, const struct image *image)
{
	const struct image_config *c = &image->config;
	char created[CLOCK_TEXT];
	str time;
	int rc = op_copy(s->op, str_of(clock_rfc3339(c->created, created)), &time);

	if (rc < 0 || (rc = add(s, S("created"), c->created >= 0 ? time : S(""))) < 0 ||
	    (rc = add(s, S("user"), c->user)) < 0 ||
	    (rc = add(s, S("work-dir"), c->work_dir)) < 0 ||
	    (rc = add(s, S("stop-signal"), c->stop_signal)) < 0 ||
	    (rc = add_list(s, "entrypoint", &c->entrypoint)) < 0 ||
	    (rc = add_list(s, "cmd", &c->cmd)) < 0 || (rc = add_list(s, "ports", &c->ports)) < 0 ||
	    (rc = add_list(s, "volumes", &c->volumes)) < 0 || (rc = add_env(s, &c->env)) < 0 ||
	    (rc = add_health(s, &c->healthcheck)) < 0 ||
	    (rc = add_pairs(s, "label", &c->labels)) < 0 ||
	    (rc = add_pairs(s, "annotation", &image->annotations)) < 0)
		return rc;
	if (s->list.n > 1)
		qsort(s->list.p, (size_t)s->list.n, sizeof(*s->list.p), pair_cmp);
	return 0;
}

int diff_settings(struct op *op, const struct image *before, const struct image *after,
		  struct difference_setting **ret, ptrdiff_t *ret_n)
{
	struct settings x = { .op = op }, y = { .op = op };
	VEC(struct difference_setting) found = { 0 };
	int rc = collect(&x, before);

	if (rc < 0 || (rc = collect(&y, after)) < 0)
		return rc;
	for (ptrdiff_t i = 0, k = 0; i < x.list.n || k < y.list.n;) {
		const struct pair *was = i < x.list.n ? &x.list.p[i] : NULL;
		const struct pair *is = k < y.list.n ? &y.list.p[k] : NULL;
		int order = !was ? 1 : !is ? -1 : str_cmp(was->key, is->key);
		i += order <= 0;
		k += order >= 0;
		if (order == 0 && str_eq(was->value, is->value))
			continue;
		struct difference_setting *d = vec_push(op, &found);
		if (!d)
			return op->code;
		d->name = order <= 0 ? was->key : is->key;
		d->before = order <= 0 ? was->value : S("");
		d->after = order >= 0 ? is->value : S("");
	}
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}
