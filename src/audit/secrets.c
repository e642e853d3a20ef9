#include "secrets.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "secrets_impl.h"

/* Which of them it is that cannot be searched for: told with its place. */
static int name_wrong(struct op *op, const struct secrets *s, const struct pattern *p, ptrdiff_t n)
{
	char why[OP_ERROR_MAX];

	memcpy(why, op->text, sizeof(why));
	for (ptrdiff_t i = 0; i < n; i++) {
		struct op_mark mark = op_mark(op);
		struct patterns *one;
		op_forgive(op);
		int rc = patterns_compile(op, &p[i], 1, &one);
		op_reset(op, mark);
		if (rc < 0)
			return op_fail_in(op, "%.*s", STR_ARG(s->rules.rule[s->rule_of[i]].where));
	}
	return op_fail(op, ERR_USAGE, "%s", why);
}

static int compile(struct op *op, struct secrets *s)
{
	VEC(struct pattern) list = { 0 };
	VEC(uint16_t) rule = { 0 };

	for (ptrdiff_t i = 0; i < s->rules.n; i++) {
		const struct secret_rule *r = &s->rules.rule[i];
		for (ptrdiff_t k = 0; k < (r->keywords.n ? r->keywords.n : 1); k++) {
			struct pattern *p = vec_push(op, &list);
			uint16_t *of = vec_push(op, &rule);
			if (!p || !of)
				return op->code;
			*p = (struct pattern){ r->keywords.n ? r->keywords.p[k] : r->pattern,
					       r->keywords.n > 0, r->anycase };
			*of = (uint16_t)i;
		}
	}
	s->rule_of = rule.p;
	int rc = patterns_compile(op, list.p, list.n, &s->patterns);
	return rc == ERR_USAGE ? name_wrong(op, s, list.p, list.n) : rc;
}

int secrets_open(struct op *op, const struct texts *rule_files, const struct texts *skip,
		 struct secrets **ret)
{
	struct secrets *s = op_new(op, struct secrets, 1);
	int rc = s ? secrets_rules_read(op, rule_files, &s->rules) : op->code;

	if (rc < 0)
		return rc;
	if (s->rules.n > UINT16_MAX)
		return op_fail(op, ERR_LIMIT, "more than %d rules for secrets", UINT16_MAX);
	s->op = op;
	if (skip)
		s->skip = *skip;
	pthread_mutex_init(&s->lock, NULL);
	if (!(s->text = op_new(op, char, SECRETS_TEXT)) || compile(op, s) < 0)
		return op->code;
	*ret = s;
	return 0;
}

/* Under the lock. */
static bool keep_text(struct secrets *s, str *text)
{
	if (text->len > (ptrdiff_t)(SECRETS_TEXT - s->text_used))
		return false;
	char *to = s->text + s->text_used;
	if (text->len)
		memcpy(to, text->p, (size_t)text->len);
	s->text_used += (size_t)text->len;
	text->p = to;
	return true;
}

void secrets_keep(struct secrets *s, const struct secret_kept *k)
{
	pthread_mutex_lock(&s->lock);
	struct secret_kept *to = &s->kept[s->kept_n < LIMIT_SECRETS ? s->kept_n : 0];
	struct secret_kept copy = *k;
	if (s->kept_n == LIMIT_SECRETS || !keep_text(s, &copy.file) || !keep_text(s, &copy.path) ||
	    !keep_text(s, &copy.where) || !keep_text(s, &copy.around)) {
		s->full = true;
	} else {
		*to = copy;
		s->kept_n++;
	}
	pthread_mutex_unlock(&s->lock);
}

void secrets_note(struct secrets *s, str path, const char *what)
{
	char text[512];
	str note = { text,
		     snprintf(text, sizeof(text), "%.*s: %s", STR_ARG(str_head(path, 300)), what) };

	pthread_mutex_lock(&s->lock);
	bool known = s->note_n == SECRETS_NOTES;
	for (ptrdiff_t i = 0; !known && i < s->note_n; i++)
		known = str_eq(s->note[i], note);
	if (!known && keep_text(s, &note))
		s->note[s->note_n++] = note;
	pthread_mutex_unlock(&s->lock);
}

static int see(struct op *own, void *arg, void **local, const struct tree_seen *f)
{
	struct secrets *s = arg;
	struct secret_machine *m = *local;
	struct secret_content c = { .file = f->path,
				    .path = f->path,
				    .inner = f->path,
				    .node = f->node,
				    .place = f->place,
				    .of_tree = true,
				    .bytes = f->bytes,
				    .begin = f->begin,
				    .end = f->end,
				    .offset = f->offset,
				    .lines = f->lines };

	if (!m && secret_machine_open(own, s, &m) < 0)
		return own->code;
	*local = m;
	m->unpacked = 0;
	if ((uint64_t)f->bytes.len < f->size) {
		if (f->offset == 0 && secrets_is_archive(f->bytes))
			secrets_note(s, f->path, "the archive is too large to be looked into");
		return secrets_scan(m, &c);
	}
	struct op_mark mark = op_mark(own);
	int rc = secrets_look(m, &c, 0);
	op_reset(own, mark);
	return rc;
}

static bool whole(void *arg, str path, str head, uint64_t size)
{
	(void)arg;
	(void)path;
	return size <= LIMIT_SECRET_ARCHIVE && secrets_is_archive(head);
}

int secrets_wish(struct op *op, struct secrets *s, struct tree_wish *wish)
{
	(void)op;
	s->sight = (struct tree_sight){ see, whole, s };
	wish->sight = &s->sight;
	return 0;
}

int secrets_text(struct op *op, struct secrets *s, str path, str bytes)
{
	struct op_mark mark = op_mark(op);
	struct secret_machine *m;
	struct secret_content c = {
		.file = path, .path = path, .inner = path, .bytes = bytes, .end = bytes.len
	};
	int rc = secret_machine_open(op, s, &m);

	if (rc == 0)
		rc = secrets_look(m, &c, 0);
	op_reset(op, mark);
	return rc;
}

static int by_place(const void *a, const void *b)
{
	const struct secret_found *x = a, *y = b;
	int c = x->layer < y->layer ? -1 : x->layer > y->layer;

	if (c || (c = str_cmp(x->path, y->path)) || (c = str_cmp(x->where, y->where)))
		return c;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return str_cmp(x->family, y->family);
}

int secrets_found(struct op *op, struct secrets *s, const struct tree *t, struct secret_found **ret,
		  ptrdiff_t *ret_n)
{
	struct secret_found *f = op_new(op, struct secret_found, s->kept_n);

	if (!f)
		return op->code;
	if (s->full)
		return op_fail(op, ERR_LIMIT, "there are secrets in more than %td places",
			       s->kept_n);
	for (ptrdiff_t i = 0; i < s->kept_n; i++) {
		const struct secret_kept *k = &s->kept[i];
		f[i] = (struct secret_found){ .family = k->rule->id,
					      .title = k->rule->title,
					      .severity = k->rule->severity,
					      .file = k->where.len ? S("") : k->file,
					      .path = k->where.len ? S("") : k->path,
					      .where = k->where,
					      .line = k->line,
					      .offset = k->offset,
					      .layer = k->of_tree ? (int)k->place.layer : -1,
					      .hidden = k->of_tree && t &&
							!tree_shows(t, k->node, k->place),
					      .around = k->around };
	}
	if (s->kept_n)
		qsort(f, (size_t)s->kept_n, sizeof(*f), by_place);
	*ret = f;
	*ret_n = s->kept_n;
	return 0;
}

int secrets_notes(struct op *op, struct secrets *s, struct texts *ret)
{
	if (!(ret->p = op_new(op, str, s->note_n)))
		return op->code;
	for (ptrdiff_t i = 0; i < s->note_n; i++)
		ret->p[i] = s->note[i];
	ret->n = s->note_n;
	if (ret->n)
		qsort(ret->p, (size_t)ret->n, sizeof(*ret->p), str_qsort);
	return 0;
}
