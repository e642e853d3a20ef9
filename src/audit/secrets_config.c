/*
 * The configuration's texts, each as a content of its own: rules know them by the paths
 * "@environment", "@label", "@history", "@argument" and "@command".
 */
#include "secrets_impl.h"

static int look(struct secret_machine *m, const char *path, str where, str name, str value)
{
	struct secret_content c = {
		.file = str_of(path), .path = str_of(path), .inner = str_of(path), .where = where
	};
	struct op_mark mark = op_mark(m->op);
	int rc = 0;

	if (name.len)
		rc = op_text(m->op, &c.bytes, "%.*s=%.*s", STR_ARG(name), STR_ARG(value));
	else
		c.bytes = value;
	c.end = c.bytes.len;
	if (rc == 0)
		rc = secrets_scan(m, &c);
	op_reset(m->op, mark);
	return rc;
}

static int look_at_pairs(struct secret_machine *m, const char *path, const char *what,
			 const struct pairs *p)
{
	str where;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < p->n; i++) {
		if ((rc = op_text(m->op, &where, "%s %.*s", what, STR_ARG(p->p[i].key))) == 0)
			rc = look(m, path, where, p->p[i].key, p->p[i].value);
	}
	return rc;
}

static int look_at_words(struct secret_machine *m, const char *what, const struct texts *words)
{
	struct buf b;
	str text;

	buf_init(&b, m->op, LIMIT_CONFIG);
	for (ptrdiff_t i = 0; i < words->n; i++) {
		if (i)
			buf_char(&b, ' ');
		buf_add(&b, words->p[i]);
	}
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : look(m, "@command", str_of(what), S(""), text);
}

/* "ARG NAME=value" and, behind a bar, what a builder was given: "|2 A=x B=y /bin/sh -c ...". */
static int look_at_arguments(struct secret_machine *m, str text)
{
	str rest = text, where;
	ptrdiff_t bar = str_starts(text, S("ARG ")) ? 0 : str_find(str_head(text, 8), '|');
	int rc = 0;

	if (bar < 0)
		return 0;
	rest = str_from(text, bar);
	(void)str_word(&rest);
	for (int i = 0; rc == 0 && i < 1000; i++) {
		str value = str_word(&rest);
		str name = str_cut(&value, '=');
		if (name.len == 0 || !value.p || name.p[0] == '/')
			break;
		if ((rc = op_text(m->op, &where, "build argument %.*s", STR_ARG(name))) == 0)
			rc = look(m, "@argument", where, name, value);
	}
	return rc;
}

static int look_at_step(struct secret_machine *m, const struct config *c, ptrdiff_t i)
{
	const struct config_step *s = &c->step[i];
	str where, text = s->instruction;
	int rc = op_text(m->op, &where, "history step %td", i + 1);

	/* What sets an environment that is still there is told of the environment. */
	if (rc == 0 && str_starts(text, S("ENV ")))
		for (ptrdiff_t k = 0; k < c->env.n; k++) {
			ptrdiff_t at = str_find_str(text, c->env.p[k].key);
			if (at >= 0 && c->env.p[k].value.len >= 8 &&
			    str_find_str(text, c->env.p[k].value) > at)
				return 0;
		}
	if (rc == 0)
		rc = look_at_arguments(m, str_starts(text, S("ARG ")) ? text : s->created_by);
	if (rc == 0 && !str_starts(text, S("ARG ")))
		rc = look(m, "@history", where, S(""), text);
	return rc < 0 ? rc : look(m, "@history", where, S(""), s->comment);
}

int secrets_config(struct op *op, struct secrets *s, const struct config *c)
{
	const struct {
		const char *what;
		const struct texts *words;
	} lists[] = { { "command", &c->cmd },
		      { "entry point", &c->entrypoint },
		      { "health check", &c->health },
		      { "instruction for later (ONBUILD)", &c->onbuild } };
	struct op_mark mark = op_mark(op);
	struct secret_machine *m;
	int rc = secret_machine_open(op, s, &m);

	if (rc == 0)
		rc = look_at_pairs(m, "@environment", "environment", &c->env);
	if (rc == 0)
		rc = look_at_pairs(m, "@label", "label", &c->labels);
	for (ptrdiff_t i = 0; rc == 0 && i < c->step_n; i++)
		rc = look_at_step(m, c, i);
	for (size_t i = 0; rc == 0 && i < sizeof(lists) / sizeof(lists[0]); i++)
		rc = look_at_words(m, lists[i].what, lists[i].words);
	op_reset(op, mark);
	return rc;
}

/* Masking. */

static int mask(struct op *op, struct secret_machine *m, str name, str *text)
{
	struct buf b;
	str whole = *text, out;

	if (text->len < 4)
		return 0;
	if (name.len && op_text(op, &whole, "%.*s=%.*s", STR_ARG(name), STR_ARG(*text)) < 0)
		return op->code;
	buf_init(&b, op, (size_t)whole.len * 2 + 16);
	secrets_mask_to(m, whole, false, &b);
	if (op->code || buf_take(&b, &out) < 0)
		return op->code;
	*text = name.len && str_starts(out, name) ? str_from(out, name.len + 1) : out;
	return 0;
}

static int mask_pairs(struct op *op, struct secret_machine *m, struct pairs *p)
{
	struct pair *to = op_new(op, struct pair, p->n);

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < p->n; i++) {
		to[i] = p->p[i];
		if (mask(op, m, to[i].key, &to[i].value) < 0)
			return op->code;
	}
	p->p = to;
	return 0;
}

static int mask_texts(struct op *op, struct secret_machine *m, struct texts *t)
{
	str *to = op_new(op, str, t->n);

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < t->n; i++) {
		to[i] = t->p[i];
		if (mask(op, m, S(""), &to[i]) < 0)
			return op->code;
	}
	t->p = to;
	return 0;
}

int secrets_mask(struct op *op, struct secrets *s, str text, str *ret)
{
	struct secret_machine *m;

	*ret = text;
	return secret_machine_open(op, s, &m) < 0 ? op->code : mask(op, m, S(""), ret);
}

int secrets_mask_config(struct op *op, struct secrets *s, const struct config *c,
			struct config *ret)
{
	struct secret_machine *m;
	struct config_step *step = op_new(op, struct config_step, c->step_n);

	if (!step || secret_machine_open(op, s, &m) < 0)
		return op->code;
	*ret = *c;
	ret->step = step;
	for (ptrdiff_t i = 0; i < c->step_n; i++) {
		step[i] = c->step[i];
		if (mask(op, m, S(""), &step[i].instruction) < 0 ||
		    mask(op, m, S(""), &step[i].created_by) < 0 ||
		    mask(op, m, S(""), &step[i].comment) < 0)
			return op->code;
	}
	if (mask_pairs(op, m, &ret->env) < 0 || mask_pairs(op, m, &ret->labels) < 0 ||
	    mask_texts(op, m, &ret->cmd) < 0 || mask_texts(op, m, &ret->entrypoint) < 0 ||
	    mask_texts(op, m, &ret->health) < 0 || mask_texts(op, m, &ret->onbuild) < 0)
		return op->code;
	return 0;
}
