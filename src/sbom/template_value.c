#include "template_value.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "codec/json.h"

enum { CALL_DEPTH = 8, ARGUMENTS = 8 };

struct reader {
	struct op *op;
	const struct template_scope *scope;
	str in;
};

static int fail(struct reader *r, const char *why)
{
	return op_fail(r->op, ERR_USAGE, "%s at '%.*s'", why, STR_ARG(str_head(r->in, 40)));
}

static struct node text_node(str s)
{
	return (struct node){ .kind = NODE_TEXT, .text = s };
}

static struct node bool_node(bool b)
{
	return (struct node){ .kind = NODE_BOOL, .text = b ? S("true") : S("false") };
}

static int number_node(struct op *op, ptrdiff_t n, struct node *ret)
{
	*ret = (struct node){ .kind = NODE_NUMBER };
	return op_text(op, &ret->text, "%td", n);
}

bool template_is_true(const struct node *v)
{
	switch (v->kind) {
	case NODE_NULL:
		return false;
	case NODE_BOOL:
		return str_eq(v->text, S("true"));
	case NODE_NUMBER:
		return !str_eq(v->text, S("0"));
	case NODE_TEXT:
		return v->text.len > 0;
	case NODE_LIST:
	case NODE_MAP:
		return v->n > 0;
	}
	return false;
}

/* ---- JSON of a value ---- */

struct place {
	const struct node *node;
	ptrdiff_t next;
};

static void put_scalar(struct json_out *j, const struct node *v)
{
	if (v->kind == NODE_TEXT)
		json_text(j, v->text);
	else if (v->kind == NODE_NULL)
		json_null(j);
	else
		json_raw(j, v->text);
}

static bool is_container(const struct node *v)
{
	return v->kind == NODE_LIST || v->kind == NODE_MAP;
}

static void put_open(struct json_out *j, const struct node *v)
{
	if (v->kind == NODE_MAP)
		json_object(j);
	else
		json_array(j);
}

/* Documents are no deeper than their parser allows: LIMIT_DEPTH. */
static void put_json(struct buf *b, const struct node *v)
{
	struct place at[LIMIT_DEPTH + 1];
	struct json_out j;
	int depth = 0;

	json_begin(&j, b, 0);
	if (!is_container(v)) {
		put_scalar(&j, v);
		return;
	}
	at[depth++] = (struct place){ v, 0 };
	put_open(&j, v);
	while (depth > 0) {
		struct place *p = &at[depth - 1];
		if (p->next == p->node->n) {
			if (p->node->kind == NODE_MAP)
				json_object_end(&j);
			else
				json_array_end(&j);
			depth--;
			continue;
		}
		const struct node *child = &p->node->child[p->next++];
		if (p->node->kind == NODE_MAP)
			json_key(&j, child->key);
		if (is_container(child) && depth < LIMIT_DEPTH - 1) {
			put_open(&j, child);
			at[depth++] = (struct place){ child, 0 };
		} else if (is_container(child)) {
			json_null(&j);
		} else {
			put_scalar(&j, child);
		}
	}
}

void template_print(struct buf *b, const struct node *v)
{
	if (is_container(v))
		put_json(b, v);
	else
		buf_add(b, v->text);
}

/* ---- functions ---- */

static int as_text(struct op *op, const struct node *v, str *ret)
{
	struct buf b;

	if (!is_container(v)) {
		*ret = v->text;
		return 0;
	}
	buf_init(&b, op, 1 << 30);
	put_json(&b, v);
	return buf_take(&b, ret);
}

static int do_json(struct op *op, const struct node *arg, int n, struct node *ret)
{
	struct buf b;

	(void)n;
	buf_init(&b, op, 1 << 30);
	put_json(&b, &arg[0]);
	*ret = text_node(S(""));
	return buf_take(&b, &ret->text);
}

/* RFC 4180 */
static int do_csv(struct op *op, const struct node *arg, int n, struct node *ret)
{
	struct buf b;
	str s;
	int rc = as_text(op, &arg[0], &s);

	(void)n;
	if (rc < 0)
		return rc;
	buf_init(&b, op, 1 << 30);
	buf_char(&b, '"');
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"')
			buf_char(&b, '"');
		buf_char(&b, s.p[i]);
	}
	buf_char(&b, '"');
	*ret = text_node(S(""));
	return buf_take(&b, &ret->text);
}

static int do_join(struct op *op, const struct node *arg, int n, struct node *ret)
{
	struct buf b;

	(void)n;
	if (arg[0].kind != NODE_LIST) {
		*ret = arg[0];
		return 0;
	}
	buf_init(&b, op, 1 << 30);
	for (ptrdiff_t i = 0; i < arg[0].n; i++) {
		if (i)
			buf_add(&b, arg[1].text);
		template_print(&b, &arg[0].child[i]);
	}
	*ret = text_node(S(""));
	return buf_take(&b, &ret->text);
}

static int do_len(struct op *op, const struct node *arg, int n, struct node *ret)
{
	(void)n;
	return number_node(op, is_container(&arg[0]) ? arg[0].n : arg[0].text.len, ret);
}

static int do_index(struct op *op, const struct node *arg, int n, struct node *ret)
{
	uint64_t at;
	const struct node *found = NULL;

	(void)op;
	(void)n;
	if (arg[0].kind == NODE_MAP)
		found = node_get(&arg[0], arg[1].text);
	else if (arg[0].kind == NODE_LIST && num_parse(arg[1].text, INT32_MAX, &at) &&
		 (ptrdiff_t)at < arg[0].n)
		found = &arg[0].child[at];
	*ret = found ? *found : (struct node){ 0 };
	return 0;
}

static int do_eq(struct op *op, const struct node *arg, int n, struct node *ret)
{
	bool same = false;

	(void)op;
	for (int i = 1; i < n; i++)
		same |= !is_container(&arg[0]) && !is_container(&arg[i]) &&
			str_eq(arg[0].text, arg[i].text);
	*ret = bool_node(same);
	return 0;
}

static int do_ne(struct op *op, const struct node *arg, int n, struct node *ret)
{
	int rc = do_eq(op, arg, n, ret);

	*ret = bool_node(!template_is_true(ret));
	return rc;
}

static int do_not(struct op *op, const struct node *arg, int n, struct node *ret)
{
	(void)op;
	(void)n;
	*ret = bool_node(!template_is_true(&arg[0]));
	return 0;
}

static int do_and(struct op *op, const struct node *arg, int n, struct node *ret)
{
	int i = 0;

	(void)op;
	while (i + 1 < n && template_is_true(&arg[i]))
		i++;
	*ret = arg[i];
	return 0;
}

static int do_or(struct op *op, const struct node *arg, int n, struct node *ret)
{
	int i = 0;

	(void)op;
	while (i + 1 < n && !template_is_true(&arg[i]))
		i++;
	*ret = arg[i];
	return 0;
}

static int cased(struct op *op, const struct node *arg, char from, char to, struct node *ret)
{
	char *p = op_new(op, char, arg->text.len + 1);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < arg->text.len; i++) {
		char c = arg->text.p[i];
		p[i] = c >= from && c <= to ? (char)(c ^ 0x20) : c;
	}
	*ret = text_node((str){ p, arg->text.len });
	return 0;
}

static int do_lower(struct op *op, const struct node *arg, int n, struct node *ret)
{
	(void)n;
	return cased(op, arg, 'A', 'Z', ret);
}

static int do_upper(struct op *op, const struct node *arg, int n, struct node *ret)
{
	(void)n;
	return cased(op, arg, 'a', 'z', ret);
}

static int do_key(struct op *op, const struct node *arg, int n, struct node *ret)
{
	(void)op;
	(void)n;
	*ret = text_node(arg[0].key);
	return 0;
}

static const struct {
	const char *name;
	int min, max;
	int (*call)(struct op *op, const struct node *arg, int n, struct node *ret);
} functions[] = {
	{ "and", 1, ARGUMENTS, do_and }, { "csv", 1, 1, do_csv },   { "eq", 2, ARGUMENTS, do_eq },
	{ "index", 2, 2, do_index },     { "join", 2, 2, do_join }, { "json", 1, 1, do_json },
	{ "key", 1, 1, do_key },         { "len", 1, 1, do_len },   { "lower", 1, 1, do_lower },
	{ "ne", 2, 2, do_ne },           { "not", 1, 1, do_not },   { "or", 1, ARGUMENTS, do_or },
	{ "upper", 1, 1, do_upper },
};

static int call(struct reader *r, str name, const struct node *arg, int n, struct node *ret)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (!str_eq(name, str_of(functions[i].name)))
			continue;
		if (n < functions[i].min || n > functions[i].max)
			return op_fail(r->op, ERR_USAGE, "%s takes %d value%s and was given %d",
				       functions[i].name, functions[i].min,
				       functions[i].min == 1 ? "" : "s", n);
		return functions[i].call(r->op, arg, n, ret);
	}
	return op_fail(r->op, ERR_USAGE,
		       "there is no function '%.*s': and, csv, eq, index, join, json, key, len, "
		       "lower, ne, not, or, upper",
		       STR_ARG(name));
}

/* ---- reading ---- */

static void skip_blanks(struct reader *r)
{
	while (r->in.len && (r->in.p[0] == ' ' || r->in.p[0] == '\t' || r->in.p[0] == '\n' ||
			     r->in.p[0] == '\r'))
		r->in = str_from(r->in, 1);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static str take_word(struct reader *r)
{
	ptrdiff_t n = 0;

	while (n < r->in.len && is_word(r->in.p[n]))
		n++;
	str word = str_head(r->in, n);
	r->in = str_from(r->in, n);
	return word;
}

static int take_quoted(struct reader *r, struct node *ret)
{
	struct buf b;
	ptrdiff_t i = 1;

	buf_init(&b, r->op, LIMIT_DOCUMENT);
	for (; i < r->in.len && r->in.p[i] != '"'; i++) {
		char c = r->in.p[i];
		if (c == '\\' && i + 1 < r->in.len) {
			c = r->in.p[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		buf_char(&b, c);
	}
	if (i == r->in.len)
		return fail(r, "a text that does not end");
	r->in = str_from(r->in, i + 1);
	*ret = text_node(S(""));
	return buf_take(&b, &ret->text);
}

/* ".", ".a.b", "$", "$.a" */
static int take_path(struct reader *r, struct node *ret)
{
	struct node v = r->in.p[0] == '$' ? r->scope->root : r->scope->dot;

	if (r->in.p[0] == '$')
		r->in = str_from(r->in, 1);
	while (r->in.len && r->in.p[0] == '.') {
		r->in = str_from(r->in, 1);
		str key = take_word(r);
		if (key.len == 0)
			break;
		const struct node *member = node_get(&v, key);
		v = member ? *member : (struct node){ 0 };
	}
	*ret = v;
	return 0;
}

static int take_pipe(struct reader *r, int depth, struct node *ret);

/* One value: what may stand as an argument. */
static int take_value(struct reader *r, int depth, struct node *ret)
{
	skip_blanks(r);
	char c = r->in.len ? r->in.p[0] : 0;
	if (c == '.' || c == '$')
		return take_path(r, ret);
	if (c == '"')
		return take_quoted(r, ret);
	if (c >= '0' && c <= '9') {
		*ret = (struct node){ .kind = NODE_NUMBER, .text = take_word(r) };
		return 0;
	}
	if (c != '(')
		return fail(r, "a value is expected");
	if (depth == CALL_DEPTH)
		return fail(r, "too many parentheses");
	r->in = str_from(r->in, 1);
	int rc = take_pipe(r, depth + 1, ret);
	if (rc < 0)
		return rc;
	if (r->in.len == 0 || r->in.p[0] != ')')
		return fail(r, "a ')' is expected");
	r->in = str_from(r->in, 1);
	return 0;
}

/* A value, or a function with its arguments; `piped` is the last of them, or NULL. */
static int take_call(struct reader *r, int depth, const struct node *piped, struct node *ret)
{
	struct node arg[ARGUMENTS];
	int n = 0, rc = 0;

	skip_blanks(r);
	bool function = r->in.len && ((r->in.p[0] >= 'a' && r->in.p[0] <= 'z') ||
				      (r->in.p[0] >= 'A' && r->in.p[0] <= 'Z'));
	if (!function)
		return piped ? fail(r, "a function is expected behind '|'")
			     : take_value(r, depth, ret);
	str name = take_word(r);
	for (skip_blanks(r); rc == 0 && r->in.len && r->in.p[0] != ')' && r->in.p[0] != '|';
	     skip_blanks(r)) {
		if (n == ARGUMENTS - 1)
			return fail(r, "too many values");
		rc = take_value(r, depth, &arg[n++]);
	}
	if (rc < 0)
		return rc;
	if (piped)
		arg[n++] = *piped;
	/* {{key}} alone is about what is looked at. */
	if (n == 0)
		arg[n++] = r->scope->dot;
	return call(r, name, arg, n, ret);
}

static int take_pipe(struct reader *r, int depth, struct node *ret)
{
	struct node v;
	int rc = take_call(r, depth, NULL, &v);

	for (skip_blanks(r); rc == 0 && r->in.len && r->in.p[0] == '|'; skip_blanks(r)) {
		struct node piped = v;
		r->in = str_from(r->in, 1);
		rc = take_call(r, depth, &piped, &v);
	}
	if (rc == 0)
		*ret = v;
	return rc;
}

int template_value(struct op *op, const struct template_scope *scope, str expression,
		   struct node *ret)
{
	struct reader r = { op, scope, expression };
	int rc = take_pipe(&r, 0, ret);

	if (rc == 0 && r.in.len)
		return fail(&r, "something behind the end of an expression");
	return rc;
}
