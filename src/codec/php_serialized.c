#include "php_serialized.h"

#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"

/*
 * Values gather on a stack; an array's children lie behind it there until it closes, and move to
 * the op's arena then.
 */
struct open {          /* an array that is being read */
	ptrdiff_t at;  /* on the stack */
	uint64_t left; /* pairs */
};

struct reader {
	struct op *op;
	struct op scratch;
	str file, in;
	const char *start;
	VEC(struct node) stack;
	struct open open[LIMIT_DEPTH];
	int depth;
};

static int fail(struct reader *r, const char *why)
{
	return op_fail(r->op, ERR_FORMAT, "%.*s:1:%td: %s", STR_ARG(r->file),
		       r->in.p - r->start + 1, why);
}

static bool take(struct reader *r, str word)
{
	if (!str_starts(r->in, word))
		return false;
	r->in = str_from(r->in, word.len);
	return true;
}

/* The text up to c, and c. */
static bool take_until(struct reader *r, char c, str *ret)
{
	ptrdiff_t at = str_find(str_head(r->in, 40), c);

	if (at < 0)
		return false;
	*ret = str_head(r->in, at);
	r->in = str_from(r->in, at + 1);
	return true;
}

/* LENGTH:"bytes" */
static bool take_text(struct reader *r, str *ret)
{
	uint64_t n;
	str digits;

	if (!take_until(r, ':', &digits) || !num_parse(digits, INT32_MAX, &n) || !take(r, S("\"")))
		return false;
	if ((uint64_t)r->in.len < n)
		return false;
	*ret = str_head(r->in, (ptrdiff_t)n);
	r->in = str_from(r->in, (ptrdiff_t)n);
	return take(r, S("\""));
}

static bool is_number(str s)
{
	ptrdiff_t i = s.len && memchr("+-", *s.p, 2) ? 1 : 0;
	bool digits = false;

	for (; i < s.len; i++) {
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		if (!digit && !memchr(".eE+-INFA", s.p[i], 9))
			return false;
		digits |= digit;
	}
	return digits || str_ends(s, S("INF")) || str_ends(s, S("NAN"));
}

/* A value's type stands before it: a scalar to its semicolon. */
static bool take_scalar(struct reader *r, struct node *node)
{
	if (take(r, S("s:"))) {
		node->kind = NODE_TEXT;
		return take_text(r, &node->text) && take(r, S(";"));
	}
	if (take(r, S("i:")) || take(r, S("d:"))) {
		node->kind = NODE_NUMBER;
		return take_until(r, ';', &node->text) && is_number(node->text);
	}
	if (take(r, S("b:1;")) || take(r, S("b:0;"))) {
		node->kind = NODE_BOOL;
		node->text = r->in.p[-2] == '1' ? S("true") : S("false");
		return true;
	}
	node->kind = NODE_NULL;
	node->text = S("null");
	return take(r, S("N;"));
}

static struct node *push(struct reader *r)
{
	struct node *node = vec_push(&r->scratch, &r->stack);

	if (!node) {
		(void)op_adopt_error(r->op, &r->scratch);
		return NULL;
	}
	node->line = 1;
	node->col = (int)(r->in.p - r->start + 1);
	return node;
}

static int read_value(struct reader *r, struct node *node)
{
	str count;
	uint64_t n;

	node->col = (int)(r->in.p - r->start + 1);
	if (!take(r, S("a:")))
		return take_scalar(r, node) ? 0 : fail(r, "no value that could be understood");
	if (!take_until(r, ':', &count) || !num_parse(count, INT32_MAX, &n) || !take(r, S("{")))
		return fail(r, "an array without its size");
	if (r->depth == LIMIT_DEPTH)
		return fail(r, "nested too deep");
	node->kind = NODE_MAP;
	r->open[r->depth++] = (struct open){ r->stack.n - 1, n };
	return 0;
}

static int close_array(struct reader *r)
{
	ptrdiff_t at = r->open[--r->depth].at, n = r->stack.n - at - 1;
	struct node *top = &r->stack.p[at];

	if (!take(r, S("}")))
		return fail(r, "} is expected here");
	top->child = op_new(r->op, struct node, n);
	if (!top->child)
		return r->op->code;
	if (n)
		memcpy(top->child, top + 1, (size_t)n * sizeof(*top));
	top->n = n;
	r->stack.n = at + 1;
	return 0;
}

static int read_pair(struct reader *r)
{
	struct node *node = push(r), key = { 0 };

	if (!node)
		return r->op->code;
	if (!take_scalar(r, &key) || (key.kind != NODE_TEXT && key.kind != NODE_NUMBER))
		return fail(r, "a key is expected here");
	node->key = key.text;
	node->key_line = 1;
	node->key_col = node->col;
	return read_value(r, node);
}

static int read_document(struct reader *r)
{
	struct node *root = push(r);
	int rc = root ? read_value(r, root) : r->op->code;

	while (rc == 0 && r->depth > 0) {
		struct open *o = &r->open[r->depth - 1];
		rc = o->left ? (o->left--, read_pair(r)) : close_array(r);
	}
	if (rc == 0 && str_trim(r->in).len)
		rc = fail(r, "bytes behind the end of the value");
	return rc;
}

int php_serialized_parse(struct op *op, str file, str text, struct doc *ret)
{
	struct reader r = { .op = op, .file = file, .in = text, .start = text.p };

	if (text.len > INT32_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: larger than 2 GiB", STR_ARG(file));
	op_init(&r.scratch, 0);
	r.scratch.fault = op->fault;
	int rc = read_document(&r);
	if (rc == 0)
		*ret = (struct doc){ .file = file, .root = r.stack.p[0] };
	op_done(&r.scratch);
	return rc;
}
