/*
 * One content: where a keyword stands, its rule's pattern is tried; what matches is verified at once. When
 * all is seen, of those that overlap the best is kept.
 */
#include <stdlib.h>

#include "base/glob.h"
#include "secrets_impl.h"

enum { LINE_MAX = 4096, LONG_WORD = 20 };

int secret_machine_open(struct op *op, struct secrets *s, struct secret_machine **ret)
{
	struct secret_machine *m = op_new(op, struct secret_machine, 1);

	if (!m || patterns_room(op, s->patterns, &m->room) < 0)
		return op->code;
	m->op = op;
	m->s = s;
	m->candidate = op_new(op, struct candidate, CANDIDATES);
	m->tries = op_new(op, uint32_t, s->rules.n);
	*ret = m;
	return m->candidate && m->tries ? 0 : op->code;
}

static int on_place(void *arg, int which, size_t from, size_t to)
{
	struct secret_machine *m = arg;
	const struct secret_content *c = m->c;
	ptrdiff_t i = m->s->rule_of[which], at = (ptrdiff_t)from;
	const struct secret_rule *rule = &m->s->rules.rule[i];
	struct regex_match match;

	(void)to;
	if ((!c->text && !rule->binary) || at < c->begin || at >= c->end || m->n == CANDIDATES ||
	    m->tries[i]++ > LIMIT_SECRET_TRIES)
		return 0;
	if (!regex_at(rule->regex, c->bytes, at, &match))
		return 0;
	str value = match.group[rule->group];
	if (!value.p)
		return 0;
	struct candidate v = { rule, value.p - c->bytes.p, value.p - c->bytes.p + value.len };
	if (secrets_verify(m, rule, c, &v))
		m->candidate[m->n++] = v;
	return m->op->code;
}

static int by_rule(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* Invariant 3: what overlaps one that stands before it goes. */
static void settle(struct secret_machine *m)
{
	int n = 0;

	qsort(m->candidate, (size_t)m->n, sizeof(*m->candidate), by_rule);
	for (int i = 0; i < m->n; i++) {
		const struct candidate *v = &m->candidate[i];
		bool free = true;
		for (int k = 0; free && k < n; k++)
			free = v->to <= m->candidate[k].from || v->from >= m->candidate[k].to;
		if (free)
			m->candidate[n++] = *v;
	}
	m->n = n;
}

static uint64_t line_of(const struct secret_content *c, ptrdiff_t at)
{
	uint64_t n = c->lines + 1;

	for (ptrdiff_t i = 0; i < at; i++)
		n += c->bytes.p[i] == '\n';
	return c->text ? n : 0;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	       c == '-' || c == '+' || c == '/' || c == '=' || c == '%';
}

struct masking {
	struct secret_machine *m;
	str text;
	bool *hide; /* [text.len] */
};

static void hide(struct masking *k, ptrdiff_t from, ptrdiff_t to)
{
	for (ptrdiff_t i = from < 0 ? 0 : from; i < to && i < k->text.len; i++)
		k->hide[i] = true;
}

static int on_masked(void *arg, int which, size_t from, size_t to)
{
	struct masking *k = arg;
	const struct secrets *s = k->m->s;
	const struct secret_rule *rule = &s->rules.rule[s->rule_of[which]];
	struct regex_match match;

	(void)to;
	if (!regex_at(rule->regex, k->text, (ptrdiff_t)from, &match) || !match.group[rule->group].p)
		return 0;
	str v = match.group[rule->group];
	if (!secrets_placeholder(v))
		hide(k, v.p - k->text.p, v.p - k->text.p + v.len);
	return 0;
}

static void hide_runs(struct masking *k)
{
	for (ptrdiff_t i = 0, n; i < k->text.len; i += n + 1) {
		n = 0;
		while (i + n < k->text.len && is_word(k->text.p[i + n]))
			n++;
		if (n >= LONG_WORD)
			hide(k, i, i + n);
	}
}

static void add_masked(const struct masking *k, struct buf *b)
{
	for (ptrdiff_t i = 0; i < k->text.len; i++) {
		if (!k->hide[i])
			buf_char(b, k->text.p[i]);
		else if (i == 0 || !k->hide[i - 1])
			buf_add(b, S("***"));
	}
}

static void mask(struct masking *k, bool runs, struct buf *b)
{
	if (patterns_find(k->m->op, k->m->s->patterns, k->m->room, k->text, on_masked, k) < 0)
		return;
	if (runs)
		hide_runs(k);
	add_masked(k, b);
}

void secrets_mask_to(struct secret_machine *m, str text, bool runs, struct buf *b)
{
	struct masking k = { m, text, op_new(m->op, bool, text.len + 1) };

	if (k.hide && text.len <= INT32_MAX)
		mask(&k, runs, b);
}

/* The line of a value, without it and all others, cut to what is near. */
static int around(struct secret_machine *m, const struct candidate *v, str *ret)
{
	const struct secret_content *c = m->c;
	ptrdiff_t from = v->from, to = v->from;
	struct buf b;
	str line;

	while (from > 0 && v->from - from < AROUND / 2 && c->bytes.p[from - 1] != '\n')
		from--;
	while (to < c->bytes.len && to - v->from < LINE_MAX && c->bytes.p[to] != '\n')
		to++;
	struct masking k = { m, str_head(str_from(c->bytes, from), to - from), NULL };
	if (!(k.hide = op_new(m->op, bool, k.text.len + 1)))
		return m->op->code;
	for (int i = 0; i < m->n; i++)
		hide(&k, m->candidate[i].from - from, m->candidate[i].to - from);
	buf_init(&b, m->op, 2 * LINE_MAX);
	mask(&k, true, &b);
	if (buf_take(&b, &line) < 0)
		return m->op->code;
	*ret = c->text ? str_head(str_trim(line), AROUND) : (str){ NULL, 0 };
	return m->op->code;
}

static int keep_all(struct secret_machine *m)
{
	const struct secret_content *c = m->c;

	for (int i = 0; i < m->n; i++) {
		const struct candidate *v = &m->candidate[i];
		struct op_mark mark = op_mark(m->op);
		struct secret_kept k = { .rule = v->rule,
					 .file = c->file,
					 .path = c->path,
					 .where = c->where,
					 .line = line_of(c, v->from),
					 .offset =
						 c->offset + (uint64_t)v->from * (uint64_t)c->wide,
					 .node = c->node,
					 .place = c->place,
					 .of_tree = c->of_tree };
		int rc = around(m, v, &k.around);
		if (rc < 0)
			return rc;
		secrets_keep(m->s, &k);
		op_reset(m->op, mark);
	}
	return 0;
}

/* UTF-16: which byte of each two is the character's, if it is; -1: it is something else. */
static int wide_at(str bytes)
{
	int zero[2] = { 0, 0 };
	ptrdiff_t n = bytes.len < 512 ? bytes.len : 512;

	if (n < 16)
		return -1;
	for (ptrdiff_t i = 0; i < n; i++)
		zero[i & 1] += bytes.p[i] == '\0';
	if (zero[1] > n / 2 * 4 / 5 && zero[0] < n / 50 + 1)
		return 0;
	return zero[0] > n / 2 * 4 / 5 && zero[1] < n / 50 + 1 ? 1 : -1;
}

static int scan(struct secret_machine *m, const struct secret_content *c)
{
	m->c = c;
	m->n = 0;
	for (ptrdiff_t i = 0; i < m->s->rules.n; i++)
		m->tries[i] = 0;
	int rc = patterns_find(m->op, m->s->patterns, m->room, c->bytes, on_place, m);
	if (rc < 0 || m->n == 0)
		return rc;
	settle(m);
	return keep_all(m);
}

static bool is_skipped(const struct texts *globs, const struct secret_content *c)
{
	for (ptrdiff_t i = 0; i < globs->n; i++) {
		if (glob_match(globs->p[i], c->file) || glob_match(globs->p[i], c->inner))
			return true;
	}
	return false;
}

int secrets_scan(struct secret_machine *m, const struct secret_content *content)
{
	struct secret_content c = *content;
	ptrdiff_t head = c.bytes.len < 8000 ? c.bytes.len : 8000;

	if (c.bytes.len < 8 || is_skipped(&m->s->skip, &c) || is_skipped(&m->s->rules.skip, &c))
		return 0;
	c.wide = 1;
	c.text = !memchr(c.bytes.p, 0, (size_t)head);
	int odd = c.text ? -1 : wide_at(c.bytes);
	if (odd < 0)
		return scan(m, &c);
	struct op_mark mark = op_mark(m->op);
	char *narrow = op_new(m->op, char, c.bytes.len / 2 + 1);
	if (!narrow)
		return m->op->code;
	ptrdiff_t n = 0;
	for (ptrdiff_t i = odd; i < c.bytes.len; i += 2) {
		ptrdiff_t other = i ^ 1;
		narrow[n++] = other < c.bytes.len && c.bytes.p[other] ? (char)0x80 : c.bytes.p[i];
	}
	c.bytes = (str){ narrow, n };
	c.begin /= 2;
	c.end = (c.end + 1) / 2;
	c.wide = 2;
	c.text = true;
	int rc = scan(m, &c);
	op_reset(m->op, mark);
	return rc;
}
