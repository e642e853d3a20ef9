/*
 * Values: what is equal, which is less, what they are as text, and where they come from.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cel_impl.h"
#include "codec/json.h"

const char *const cel_kinds[CEL_KINDS] = {
	"null_type",
	"bool",
	"int",
	"uint",
	"double",
	"string",
	"bytes",
	"list",
	"map",
	"google.protobuf.Timestamp",
	"google.protobuf.Duration",
	"type",
	"dyn",
};

int cel_error(struct cel_state *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(s->why, sizeof(s->why), fmt, args);
	va_end(args);
	return 1;
}

int cel_steps(struct cel_state *s, uint64_t n)
{
	s->steps += n;
	return s->steps > LIMIT_CEL_STEPS
		       ? cel_error(s, "takes more than %d steps", LIMIT_CEL_STEPS)
		       : 0;
}

/* ---- of a document ---- */

static struct cel_value number_of(str text)
{
	bool minus = text.len && text.p[0] == '-';
	struct cel_value v = { .kind = CEL_INT };
	uint64_t n;

	if (num_parse(str_from(text, minus), (uint64_t)INT64_MAX + minus, &n)) {
		v.i = (int64_t)(minus ? 0 - n : n);
		return v;
	}
	if (!minus && num_parse(text, UINT64_MAX, &n))
		return (struct cel_value){ .kind = CEL_UINT, .u = n };
	v.kind = CEL_DOUBLE;
	if (!num_real(str_from(text, minus), &v.d))
		v.d = HUGE_VAL;
	v.d = minus ? -v.d : v.d;
	return v;
}

struct cel_value cel_of_node(const struct node *n)
{
	switch (n->kind) {
	case NODE_BOOL:
		return (struct cel_value){ .kind = CEL_BOOL, .b = str_eq(n->text, S("true")) };
	case NODE_NUMBER:
		return number_of(n->text);
	case NODE_TEXT:
		return (struct cel_value){ .kind = CEL_TEXT, .s = n->text };
	case NODE_LIST:
	case NODE_MAP:
		return (struct cel_value){ .kind = n->kind == NODE_LIST ? CEL_LIST : CEL_MAP,
					   .all = { .node = n, .n = n->n } };
	default:
		return (struct cel_value){ .kind = CEL_NULL };
	}
}

struct cel_value cel_at(const struct cel_value *list, ptrdiff_t i)
{
	return list->all.node ? cel_of_node(&list->all.node->child[i]) : list->all.p[i];
}

void cel_pair(const struct cel_value *map, ptrdiff_t i, struct cel_value *key,
	      struct cel_value *value)
{
	if (map->all.node) {
		*key = (struct cel_value){ .kind = CEL_TEXT, .s = map->all.node->child[i].key };
		*value = cel_of_node(&map->all.node->child[i]);
	} else {
		*key = map->all.p[2 * i];
		*value = map->all.p[2 * i + 1];
	}
}

bool cel_is_number(const struct cel_value *v)
{
	return v->kind == CEL_INT || v->kind == CEL_UINT || v->kind == CEL_DOUBLE;
}

bool cel_get(const struct cel_value *map, const struct cel_value *key, struct cel_value *ret)
{
	struct cel_value k;
	int order;

	if (map->all.node) {
		const struct node *n =
			key->kind == CEL_TEXT ? node_get(map->all.node, key->s) : NULL;
		if (n)
			*ret = cel_of_node(n);
		return n != NULL;
	}
	for (ptrdiff_t i = 0; i < map->all.n; i++) {
		cel_pair(map, i, &k, ret);
		if (cel_order(&k, key, &order) && order == 0)
			return true;
	}
	return false;
}

/* ---- order ---- */

static int three(bool less, bool more)
{
	return less ? -1 : more;
}

/* Against a double whole numbers are doubles, as the specification's own tests have it. */
static double real_of(const struct cel_value *v)
{
	return v->kind == CEL_DOUBLE ? v->d : v->kind == CEL_INT ? (double)v->i : (double)v->u;
}

static bool number_order(const struct cel_value *a, const struct cel_value *b, int *ret)
{
	if (a->kind == CEL_DOUBLE || b->kind == CEL_DOUBLE) {
		double x = real_of(a), y = real_of(b);
		*ret = three(x<y, x> y);
		return !isnan(x) && !isnan(y);
	}
	if (a->kind == b->kind)
		*ret = a->kind == CEL_INT ? three(a->i<b->i, a->i> b->i)
					  : three(a->u<b->u, a->u> b->u);
	else if (a->kind == CEL_INT)
		*ret = a->i < 0 ? -1 : three(a->u<b->u, a->u> b->u);
	else
		*ret = b->i < 0 ? 1 : three(a->u<b->u, a->u> b->u);
	return true;
}

bool cel_order(const struct cel_value *a, const struct cel_value *b, int *ret)
{
	if (cel_is_number(a) && cel_is_number(b))
		return number_order(a, b, ret);
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case CEL_BOOL:
		*ret = three(a->b<b->b, a->b> b->b);
		return true;
	case CEL_TEXT:
	case CEL_BYTES:
		*ret = str_cmp(a->s, b->s);
		return true;
	case CEL_TIME:
	case CEL_DURATION:
		*ret = three(a->t.s < b->t.s || (a->t.s == b->t.s && a->t.ns < b->t.ns),
			     a->t.s > b->t.s || (a->t.s == b->t.s && a->t.ns > b->t.ns));
		return true;
	default:
		return false;
	}
}

/* No deeper than what was made: a document's depth and that of the expression. */
bool cel_equal(struct cel_state *s, const struct cel_value *a, const struct cel_value *b)
{
	struct cel_value x, y, key;
	int order;

	s->steps++;
	if (a->kind == CEL_NULL || b->kind == CEL_NULL)
		return a->kind == b->kind;
	if (a->kind == CEL_TYPE || b->kind == CEL_TYPE)
		return a->kind == b->kind && a->type == b->type;
	if (a->kind != b->kind || (a->kind != CEL_LIST && a->kind != CEL_MAP)) {
		if (a->kind == CEL_TEXT)
			s->steps += (uint64_t)a->s.len / 64;
		return cel_order(a, b, &order) && order == 0;
	}
	if (a->all.n != b->all.n)
		return false;
	for (ptrdiff_t i = 0; i < a->all.n && s->steps <= LIMIT_CEL_STEPS; i++) {
		if (a->kind == CEL_LIST) {
			x = cel_at(a, i);
			y = cel_at(b, i);
		} else {
			cel_pair(a, i, &key, &x);
			s->steps += (uint64_t)b->all.n;
			if (!cel_get(b, &key, &y))
				return false;
		}
		if (!cel_equal(s, &x, &y))
			return false;
	}
	return true;
}

/* ---- text ---- */

int cel_concat(struct cel_state *s, str a, str b, struct cel_value *ret)
{
	char *p;
	int rc = cel_steps(s, (uint64_t)(a.len + b.len) / 64);

	if (rc)
		return rc;
	p = op_new(s->op, char, a.len + b.len + 1);
	if (!p)
		return s->op->code;
	if (a.len)
		memcpy(p, a.p, (size_t)a.len);
	if (b.len)
		memcpy(p + a.len, b.p, (size_t)b.len);
	ret->s = (str){ p, a.len + b.len };
	return 0;
}

/* As Go writes it: the shortest that is read as the same. */
static void put_double(struct buf *b, double d)
{
	char text[NUM_REAL_TEXT];

	if (isnan(d) || isinf(d)) {
		buf_add(b, isnan(d) ? S("NaN") : d > 0 ? S("+Inf") : S("-Inf"));
		return;
	}
	if (signbit(d))
		buf_char(b, '-');
	str s = str_of(num_real_text(d < 0 ? -d : d + 0.0, text));
	if (signbit(d) && !(d < 0))
		s = S("0");
	buf_add(b, str_ends(s, S(".0")) ? str_head(s, s.len - 2) : s);
}

static void put_quoted(struct buf *b, str s)
{
	struct json_out j;

	json_begin(&j, b, 0);
	json_text(&j, s);
}

static void put_bytes(struct buf *b, str s)
{
	buf_add(b, S("b\""));
	for (ptrdiff_t i = 0; i < s.len; i++)
		buf_fmt(b, "\\x%02x", (unsigned char)s.p[i]);
	buf_char(b, '"');
}

static int put_all(struct cel_state *s, struct buf *b, const struct cel_value *v)
{
	struct cel_value key, value;
	bool map = v->kind == CEL_MAP;
	int rc = 0;

	buf_char(b, map ? '{' : '[');
	for (ptrdiff_t i = 0; rc == 0 && i < v->all.n; i++) {
		buf_add(b, i ? S(", ") : S(""));
		if (map) {
			cel_pair(v, i, &key, &value);
			rc = cel_put(s, b, &key);
			buf_add(b, S(": "));
		} else {
			value = cel_at(v, i);
		}
		rc = rc ? rc : cel_put(s, b, &value);
	}
	buf_char(b, map ? '}' : ']');
	return rc;
}

int cel_put(struct cel_state *s, struct buf *b, const struct cel_value *v)
{
	int rc = cel_steps(s, 1);

	if (rc)
		return rc;
	switch (v->kind) {
	case CEL_NULL:
		buf_add(b, S("null"));
		break;
	case CEL_BOOL:
		buf_add(b, v->b ? S("true") : S("false"));
		break;
	case CEL_INT:
		buf_fmt(b, "%lld", (long long)v->i);
		break;
	case CEL_UINT:
		buf_fmt(b, "%lluu", (unsigned long long)v->u);
		break;
	case CEL_DOUBLE: {
		size_t from = b->len;
		put_double(b, v->d);
		if (!b->bad && !strpbrk(b->p + from, ".enNI"))
			buf_add(b, S(".0"));
		break;
	}
	case CEL_TEXT:
		put_quoted(b, v->s);
		break;
	case CEL_BYTES:
		put_bytes(b, v->s);
		break;
	case CEL_LIST:
	case CEL_MAP:
		return put_all(s, b, v);
	case CEL_TIME:
		buf_add(b, S("timestamp(\""));
		cel_time_text(b, v);
		buf_add(b, S("\")"));
		break;
	case CEL_DURATION:
		buf_add(b, S("duration(\""));
		cel_duration_text(b, v);
		buf_add(b, S("\")"));
		break;
	case CEL_TYPE:
		buf_add(b, str_of(cel_kinds[v->type]));
		break;
	default:
		break;
	}
	return 0;
}

/* ---- literals ---- */

static bool digits(str s, ptrdiff_t from, int n, unsigned base, uint32_t *ret)
{
	uint32_t v = 0;

	if (s.len - from < n)
		return false;
	for (int i = 0; i < n; i++) {
		char c = s.p[from + i];
		unsigned d = c >= '0' && c <= '9' ? (unsigned)(c - '0')
			     : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
				     ? (unsigned)((c | 0x20) - 'a' + 10)
				     : 99;
		if (d >= base)
			return false;
		v = v * base + d;
	}
	*ret = v;
	return true;
}

static void put_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
	} else if (c < 0x800) {
		buf_fmt(b, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_fmt(b, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
			(int)(0x80 | (c & 0x3f)));
	} else {
		buf_fmt(b, "%c%c%c%c", (int)(0xf0 | c >> 18), (int)(0x80 | (c >> 12 & 0x3f)),
			(int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
	}
}

/* One escape at s (past the backslash): its bytes, and its length; -1: it is none. */
static int unescape(struct buf *b, str s, bool bytes)
{
	static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
	const char *at = s.len ? strchr(from, s.p[0]) : NULL;
	uint32_t c;
	int n;

	if (s.len == 0 || !s.p[0])
		return -1;
	if (at) {
		buf_char(b, to[at - from]);
		return 1;
	}
	if (s.p[0] >= '0' && s.p[0] <= '3') {
		if (!digits(s, 0, 3, 8, &c))
			return -1;
		n = 3;
	} else {
		n = (s.p[0] | 0x20) == 'x' ? 2 : s.p[0] == 'u' ? 4 : s.p[0] == 'U' ? 8 : 0;
		if (n == 0 || (bytes && n > 2) || !digits(s, 1, n, 16, &c))
			return -1;
		n++;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return -1;
	if (bytes)
		buf_char(b, (char)c);
	else
		put_utf8(b, c);
	return n;
}

int cel_unquote(struct op *op, const struct cel *c, int at, str token, struct cel_value *ret)
{
	bool raw = false, bytes = false;
	struct buf b;
	str s = token;
	ptrdiff_t width;

	for (; s.p[0] != '"' && s.p[0] != '\''; s = str_from(s, 1)) {
		raw |= (s.p[0] | 0x20) == 'r';
		bytes |= (s.p[0] | 0x20) == 'b';
	}
	width = s.len >= 6 && s.p[1] == s.p[0] && s.p[2] == s.p[0] ? 3 : 1;
	s = (str){ s.p + width, s.len - 2 * width };
	buf_init(&b, op, LIMIT_CEL_TEXT);
	while (s.len) {
		int n = 1;
		if (s.p[0] == '\\' && !raw) {
			s = str_from(s, 1);
			n = unescape(&b, s, bytes);
			if (n < 0)
				return cel_fail(op, c, at, "this text has an escape that is none");
		} else {
			buf_char(&b, s.p[0]);
		}
		s = str_from(s, n);
	}
	ret->kind = bytes ? CEL_BYTES : CEL_TEXT;
	if (buf_take(&b, &ret->s) < 0)
		return op->code;
	for (str rest = ret->s; !bytes && rest.len;) {
		ptrdiff_t n = (unsigned char)rest.p[0] < 0x80 ? 1 : utf8_width(rest);
		if (n == 0)
			return cel_fail(op, c, at, "this text is not UTF-8");
		rest = str_from(rest, n);
	}
	return 0;
}
