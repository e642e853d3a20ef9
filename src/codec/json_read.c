#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/limits.h"
#include "base/map.h"
#include "base/utf8.h"
#include "json.h"

/*
 * The text is read in one pass without recursion. Nodes gather on a stack; a container's children
 * lie behind it there and move to the op's arena, side by side, when it is closed.
 *
 * Invariants: (1) open[0 .. depth-1] are the stack's open containers, outermost first; (2) what
 * lies above the innermost one are its children so far; (3) p <= end.
 */
struct reader {
	struct op *op;
	struct op scratch; /* holds the stack */
	str file;
	const char *p, *end;
	const char *line_start;
	int line;
	struct node *stack; /* [n] */
	ptrdiff_t n, cap;
	ptrdiff_t open[LIMIT_DEPTH];
	int depth;
	bool lax;
};

enum {
	FEW_KEYS = 12, /* up to here comparing each key with each is faster than a table */
};

static int fail(struct reader *r, const char *at, int code, const char *why)
{
	return op_fail(r->op, code, "%.*s:%d:%td: %s", STR_ARG(r->file), r->line,
		       at - r->line_start + 1, why);
}

static char peek(const struct reader *r)
{
	return r->p < r->end ? *r->p : '\0';
}

/* A comment, up to its last byte; false if none stands here. */
static bool skip_comment(struct reader *r)
{
	const char *p = r->p + 2;

	if (r->end - r->p < 2 || r->p[0] != '/' || (r->p[1] != '/' && r->p[1] != '*'))
		return false;
	if (r->p[1] == '/') {
		while (p < r->end && *p != '\n')
			p++;
		r->p = p - 1;
		return true;
	}
	for (; r->end - p >= 2 && (p[0] != '*' || p[1] != '/'); p++) {
		if (*p == '\n') {
			r->line++;
			r->line_start = p + 1;
		}
	}
	r->p = r->end - p >= 2 ? p + 1 : r->end - 1;
	return true;
}

static void skip_many_blanks(struct reader *r)
{
	for (; r->p < r->end; r->p++) {
		if (*r->p == '\n') {
			r->line++;
			r->line_start = r->p + 1;
		} else if (*r->p != ' ' && *r->p != '\t' && *r->p != '\r' &&
			   !(r->lax && skip_comment(r))) {
			return;
		}
	}
}

/* Mostly there is none. */
static inline void skip_blanks(struct reader *r)
{
	if (r->p < r->end && (*r->p <= ' ' || *r->p == '/'))
		skip_many_blanks(r);
}

static bool grow(struct reader *r)
{
	ptrdiff_t cap = r->cap ? r->cap * 2 : 64;
	struct node *grown = op_extend(&r->scratch, r->stack, (size_t)r->cap * sizeof(*grown),
				       (size_t)cap * sizeof(*grown));

	if (!grown) {
		(void)op_adopt_error(r->op, &r->scratch);
		return false;
	}
	r->stack = grown;
	r->cap = cap;
	return true;
}

static struct node *push(struct reader *r)
{
	if (r->n == r->cap && !grow(r))
		return NULL;
	struct node *node = &r->stack[r->n++];
	*node = (struct node){ .line = r->line, .col = (int)(r->p - r->line_start + 1) };
	return node;
}

/* The first byte from p on that is a quote, a backslash, a control or above ASCII; or end. */
static const char *find_special(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i blank = _mm_set1_epi8(0x20);

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i_u *)p);
		/* Signed: what is above ASCII is below a blank, too. */
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
			_mm_cmplt_epi8(v, blank));
		int mask = _mm_movemask_epi8(hit);
		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#else
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;

	for (; end - p >= 8; p += 8) {
		uint64_t w;
		memcpy(&w, p, sizeof(w));
		uint64_t q = w ^ (ones * '"'), b = w ^ (ones * '\\');
		if (((q - ones) | (b - ones) | (w - ones * 0x20) | w) & high)
			break;
	}
#endif
	while (p < end && (signed char)*p >= 0x20 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Where the text behind the opening quote ends; *ret_escaped tells of a backslash on the way. */
static int find_quote(struct reader *r, const char **ret, bool *ret_escaped)
{
	const char *p = r->p + 1;

	*ret_escaped = false;
	for (;;) {
		p = find_special(p, r->end);
		if (p >= r->end)
			return fail(r, r->p, ERR_FORMAT, "a text without its closing quote");
		unsigned char c = (unsigned char)*p;
		if (c == '"')
			break;
		if (c < 0x20 && !r->lax)
			return fail(r, p, ERR_FORMAT, "a control character within a text");
		if (c == '\\')
			*ret_escaped = true;
		ptrdiff_t width = c < 0x80 ? 1 : utf8_width((str){ p, r->end - p });
		if (width == 0 && !r->lax)
			return fail(r, p, ERR_FORMAT, "bytes that are not UTF-8");
		width += width == 0;
		p += c == '\\' && r->end - p > 1 && p[1] != '\0' && (p[1] & 0x80) == 0 ? 2 : width;
	}
	*ret = p;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX at p, or -1. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int d = hex_digit(p[i]);
		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static char *put_utf8(char *out, int32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* \uXXXX, or a surrogate pair of them, whose first digit stands at *p. */
static int unescape_unicode(struct reader *r, const char **p, const char *end, char **out)
{
	int32_t c = hex4(*p, end);

	if (c < 0)
		return fail(r, *p, ERR_FORMAT, "\\u needs four hexadecimal digits");
	*p += 4;
	if (c >= 0xd800 && c < 0xe000) {
		int32_t low = c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u'
				      ? hex4(*p + 2, end)
				      : -1;
		bool pair = low >= 0xdc00 && low < 0xe000;
		if (!pair && !r->lax)
			return fail(r, *p - 4, ERR_FORMAT, "a lone surrogate");
		c = pair ? 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00)) : 0xfffd;
		*p += pair ? 6 : 0;
	}
	*out = put_utf8(*out, c);
	return 0;
}

/* No escape is shorter than what it stands for, so the result fits into the length of the text. */
static int unescape(struct reader *r, str raw, str *ret)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char *start = op_new(r->op, char, raw.len), *out = start;
	const char *end = raw.p + raw.len;

	if (!start)
		return r->op->code;
	for (const char *p = raw.p; p < end;) {
		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		const char *known = memchr(from, p[1], sizeof(from) - 1);
		p += 2;
		if (known) {
			*out++ = to[known - from];
			continue;
		}
		if (p[-1] != 'u')
			return fail(r, p - 2, ERR_FORMAT, "an unknown escape");
		int rc = unescape_unicode(r, &p, end, &out);
		if (rc < 0)
			return rc;
	}
	*ret = (str){ start, out - start };
	return 0;
}

static int read_text(struct reader *r, str *ret)
{
	const char *quote = NULL;
	bool escaped = false;
	int rc = find_quote(r, &quote, &escaped);

	if (rc < 0)
		return rc;
	*ret = (str){ r->p + 1, quote - r->p - 1 };
	if (escaped)
		rc = unescape(r, *ret, ret);
	r->p = quote + 1;
	return rc;
}

static bool skip_digits(struct reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > start;
}

/* RFC 8259 section 6: the fraction and the exponent are optional, a leading zero is none. */
static int read_number(struct reader *r, str *ret)
{
	const char *start = r->p;

	if (peek(r) == '-')
		r->p++;
	bool ok = true;
	if (peek(r) == '0')
		r->p++;
	else
		ok = skip_digits(r);
	if (peek(r) == '.') {
		r->p++;
		ok &= skip_digits(r);
	}
	if (peek(r) == 'e' || peek(r) == 'E') {
		r->p++;
		if (peek(r) == '+' || peek(r) == '-')
			r->p++;
		ok &= skip_digits(r);
	}
	char next = peek(r);
	if (!ok || (next >= '0' && next <= '9'))
		return fail(r, start, ERR_FORMAT, "not a number");
	*ret = (str){ start, r->p - start };
	return 0;
}

static int read_literal(struct reader *r, struct node *node)
{
	static const struct {
		str word;
		enum node_kind kind;
	} literal[] = { { S_INIT("true"), NODE_BOOL },
			{ S_INIT("false"), NODE_BOOL },
			{ S_INIT("null"), NODE_NULL } };
	str rest = { r->p, r->end - r->p };

	for (size_t i = 0; i < sizeof(literal) / sizeof(literal[0]); i++) {
		if (!str_starts(rest, literal[i].word))
			continue;
		node->kind = literal[i].kind;
		node->text = str_head(rest, literal[i].word.len);
		r->p += literal[i].word.len;
		return 0;
	}
	return fail(r, r->p, ERR_FORMAT,
		    r->p == r->end ? "the text ends where a value is expected"
				   : "a value is expected here");
}

static int open_container(struct reader *r, struct node *node, enum node_kind kind)
{
	if (r->depth == LIMIT_DEPTH)
		return fail(r, r->p, ERR_FORMAT, "nested too deep");
	node->kind = kind;
	r->open[r->depth++] = r->n - 1;
	r->p++;
	return 0;
}

/* The value at p: a scalar is read whole, a container is opened. */
static int read_value(struct reader *r, struct node *node)
{
	switch (peek(r)) {
	case '{':
		return open_container(r, node, NODE_MAP);
	case '[':
		return open_container(r, node, NODE_LIST);
	case '"':
		node->kind = NODE_TEXT;
		return read_text(r, &node->text);
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		node->kind = NODE_NUMBER;
		return read_number(r, &node->text);
	default:
		return read_literal(r, node);
	}
}

static int fail_duplicate(struct reader *r, const struct node *node)
{
	return op_fail(r->op, ERR_FORMAT,
		       "%.*s:%d:%d: the key '%.*s' stands here for the second time",
		       STR_ARG(r->file), node->key_line, node->key_col, STR_ARG(node->key));
}

/* The key of child[i] stands at child[first] too. Where that is no fault the later value counts, in
 * the earlier's place; what remains of the later one is marked by line 0. */
static int second(struct reader *r, struct node *child, ptrdiff_t first, ptrdiff_t i)
{
	if (!r->lax)
		return fail_duplicate(r, &child[i]);
	child[first] = child[i];
	child[i].line = 0;
	return 0;
}

static int check_many_keys(struct reader *r, struct node *child, ptrdiff_t n, bool *ret_second)
{
	struct op_mark mark = op_mark(r->op);
	struct map seen;
	int rc = 0;

	map_init(&seen, r->op);
	for (ptrdiff_t i = 0; i < n && rc == 0; i++) {
		ptrdiff_t first = map_find(&seen, child[i].key);
		*ret_second |= first >= 0;
		if (first >= 0)
			rc = second(r, child, (ptrdiff_t)(intptr_t)seen.item[first].value, i);
		else
			rc = map_put(&seen, child[i].key, (void *)(intptr_t)i);
	}
	op_reset(r->op, mark);
	return rc;
}

/* str_eq(), where the answer is mostly no. */
static inline bool same_key(str a, str b)
{
	return a.len == b.len && (a.len == 0 || (a.p[0] == b.p[0] && str_eq(a, b)));
}

/* Are the keys different? With lax: they are so afterwards, in *n children. */
static int check_keys(struct reader *r, struct node *child, ptrdiff_t *n)
{
	bool seconds = false;
	int rc = 0;

	if (*n > FEW_KEYS)
		rc = check_many_keys(r, child, *n, &seconds);
	for (ptrdiff_t i = 1; i < *n && *n <= FEW_KEYS && rc == 0; i++) {
		ptrdiff_t j = 0;
		while (j < i && (child[j].line == 0 || !same_key(child[i].key, child[j].key)))
			j++;
		seconds |= j < i;
		rc = j < i ? second(r, child, j, i) : 0;
	}
	if (rc < 0 || !seconds)
		return rc;
	ptrdiff_t kept = 0;
	for (ptrdiff_t i = 0; i < *n; i++) {
		if (child[i].line)
			child[kept++] = child[i];
	}
	*n = kept;
	return 0;
}

static int close_container(struct reader *r)
{
	ptrdiff_t at = r->open[--r->depth], n = r->n - at - 1;
	struct node *top = &r->stack[at];

	r->p++;
	if (top->kind == NODE_MAP) {
		int rc = check_keys(r, top + 1, &n);
		if (rc < 0)
			return rc;
	}
	top->child = op_new(r->op, struct node, n);
	if (!top->child)
		return r->op->code;
	if (n)
		memcpy(top->child, top + 1, (size_t)n * sizeof(*top));
	top->n = n;
	r->n = at + 1;
	return 0;
}

static int read_key(struct reader *r, str *ret)
{
	if (peek(r) != '"')
		return fail(r, r->p, ERR_FORMAT, "a key in quotes is expected here");
	int rc = read_text(r, ret);
	if (rc < 0)
		return rc;
	skip_blanks(r);
	if (peek(r) != ':')
		return fail(r, r->p, ERR_FORMAT, "a colon is expected behind a key");
	r->p++;
	skip_blanks(r);
	return 0;
}

/* Within the innermost container: its next member or its end. */
static int step(struct reader *r)
{
	ptrdiff_t at = r->open[r->depth - 1];
	bool in_map = r->stack[at].kind == NODE_MAP;
	str key = { 0 };

	skip_blanks(r);
	if (peek(r) == (in_map ? '}' : ']'))
		return close_container(r);
	if (r->n > at + 1) {
		if (peek(r) != ',')
			return fail(r, r->p, ERR_FORMAT,
				    in_map ? "a comma or } is expected here"
					   : "a comma or ] is expected here");
		r->p++;
		skip_blanks(r);
		if (r->lax && peek(r) == (in_map ? '}' : ']'))
			return close_container(r);
	}
	int key_line = r->line, key_col = (int)(r->p - r->line_start + 1);
	int rc = in_map ? read_key(r, &key) : 0;
	if (rc < 0)
		return rc;
	struct node *node = push(r);
	if (!node)
		return r->op->code;
	if (in_map) {
		node->key = key;
		node->key_line = key_line;
		node->key_col = key_col;
	}
	return read_value(r, node);
}

static int read_document(struct reader *r)
{
	skip_blanks(r);
	struct node *root = push(r);
	if (!root)
		return r->op->code;
	int rc = read_value(r, root);
	while (rc == 0 && r->depth > 0)
		rc = step(r);
	if (rc < 0)
		return rc;
	skip_blanks(r);
	return r->p < r->end ? fail(r, r->p, ERR_FORMAT, "bytes behind the end of the value") : 0;
}

static void begin(struct reader *r, struct op *op, str file, str text, bool lax)
{
	*r = (struct reader){
		.op = op,
		.file = file,
		.p = text.p,
		.end = text.p + text.len,
		.line_start = text.p,
		.line = 1,
		.lax = lax,
	};
	op_init(&r->scratch, 0);
	r->scratch.fault = op->fault;
}

static int parse(struct op *op, str file, str text, bool lax, struct doc *ret)
{
	struct reader r;

	if (text.len > INT32_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: larger than 2 GiB", STR_ARG(file));
	begin(&r, op, file, text, lax);
	int rc = read_document(&r);
	if (rc == 0)
		*ret = (struct doc){ .file = file, .root = r.stack[0] };
	op_done(&r.scratch);
	return rc;
}

/*
 * A cursor over members: the reader stands between two members of the container open[0] (and, with
 * `within`, open[1] while in what stands there). What was read of a member is taken off the stack
 * when the next one is asked for.
 */
struct json_members {
	struct reader r;
	str text, within;
	struct map keys[2]; /* of the mappings that are open, for those that stand twice */
	bool seen[2];       /* a member of it was read */
	bool done, found;
};

/* A key of the container at `depth`: strictly, it must not have stood there. What escapes made of it
 * lives only until the next member. */
static int note_key(struct json_members *m, int depth, const struct node *node)
{
	struct reader *r = &m->r;
	str key = node->key;

	if (r->lax)
		return 0;
	if (map_find(&m->keys[depth], key) >= 0)
		return fail_duplicate(r, node);
	bool inside = key.p >= m->text.p && key.p < r->end;
	if ((!inside && op_copy(&r->scratch, key, &key) < 0) ||
	    map_put(&m->keys[depth], key, NULL) < 0)
		return op_adopt_error(r->op, &r->scratch);
	return 0;
}

/* The head of the next member of the innermost open container, its value unread: 1, or 0 with the
 * container closed. */
static int member_head(struct json_members *m, struct node **ret)
{
	struct reader *r = &m->r;
	int depth = r->depth - 1;
	ptrdiff_t at = r->open[depth];
	bool in_map = r->stack[at].kind == NODE_MAP;
	str key = { 0 };

	r->n = at + 1;
	skip_blanks(r);
	if (peek(r) != (in_map ? '}' : ']') && m->seen[depth]) {
		if (peek(r) != ',')
			return fail(r, r->p, ERR_FORMAT, "a comma or the end is expected here");
		r->p++;
		skip_blanks(r);
		if (!r->lax && peek(r) == (in_map ? '}' : ']'))
			return fail(r, r->p, ERR_FORMAT, "a member is expected behind a comma");
	}
	if (peek(r) == (in_map ? '}' : ']')) {
		r->p++;
		r->depth--;
		return 0;
	}
	m->seen[depth] = true;
	int key_line = r->line, key_col = (int)(r->p - r->line_start + 1);
	if (in_map && read_key(r, &key) < 0)
		return r->op->code;
	struct node *node = push(r);
	if (!node)
		return r->op->code;
	node->key = key;
	node->key_line = in_map ? key_line : 0;
	node->key_col = in_map ? key_col : 0;
	*ret = node;
	return in_map && note_key(m, depth, node) < 0 ? r->op->code : 1;
}

/* The value of the member whose head was read. */
static int member_value(struct reader *r, struct node *node)
{
	int depth = r->depth, rc = read_value(r, node);

	while (rc == 0 && r->depth > depth)
		rc = step(r);
	return rc;
}

/* Open the container whose first byte the reader stands before. */
static int enter(struct json_members *m, struct node *node)
{
	struct reader *r = &m->r;
	char first = peek(r);

	if (first != '{' && first != '[')
		return fail(r, r->p, ERR_FORMAT, "a mapping or a list is expected here");
	m->seen[r->depth] = false;
	map_init(&m->keys[r->depth], &r->scratch);
	return open_container(r, node, first == '{' ? NODE_MAP : NODE_LIST);
}

/* The top's members until one is `within`, which is entered. 1, or 0 at the end of all. */
static int find_within(struct json_members *m, struct op *op)
{
	struct node *node = NULL;
	int rc;

	while ((rc = member_head(m, &node)) > 0) {
		struct op_mark mark = op_mark(op);
		if (str_eq(node->key, m->within)) {
			m->found = true;
			rc = enter(m, node);
			return rc < 0 ? rc : 1;
		}
		rc = member_value(&m->r, node);
		if (rc < 0)
			return rc;
		op_reset(op, mark);
	}
	return rc;
}

static int end_of_members(struct json_members *m)
{
	struct reader *r = &m->r;

	m->done = true;
	skip_blanks(r);
	if (r->p < r->end)
		return fail(r, r->p, ERR_FORMAT, "bytes behind the end of the value");
	if (m->within.len && !m->found)
		return op_fail(r->op, ERR_FORMAT, "%.*s: it has no '%.*s'", STR_ARG(r->file),
			       STR_ARG(m->within));
	return 0;
}

int json_members_next(struct op *op, struct json_members *m, struct node *ret)
{
	struct reader *r = &m->r;
	int base = m->within.len ? 2 : 1, rc = 0;
	struct node *node = NULL;

	r->op = op;
	while (!m->done) {
		if (r->depth < base) {
			rc = base == 2 ? find_within(m, op) : 0;
			if (rc <= 0)
				return rc < 0 ? rc : end_of_members(m);
		}
		rc = member_head(m, &node);
		if (rc > 0)
			rc = member_value(r, node) < 0 ? op->code : 1;
		if (rc < 0)
			return rc;
		if (rc > 0) {
			*ret = r->stack[r->n - 1];
			return 1;
		}
	}
	return 0;
}

int json_members_open(struct op *op, str file, str text, str within, bool lax,
		      struct json_members **ret)
{
	struct json_members *m = op_new(op, struct json_members, 1);

	if (!m)
		return op->code;
	if (text.len > INT32_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: larger than 2 GiB", STR_ARG(file));
	if (lax && str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	*m = (struct json_members){ .text = text, .within = within };
	begin(&m->r, op, file, text, lax);
	skip_blanks(&m->r);
	struct node *root = push(&m->r);
	if (!root || enter(m, root) < 0) {
		op_done(&m->r.scratch);
		return op->code;
	}
	if (within.len && root->kind != NODE_MAP) {
		op_done(&m->r.scratch);
		return op_fail(op, ERR_FORMAT, "%.*s: it has no '%.*s'", STR_ARG(file),
			       STR_ARG(within));
	}
	*ret = m;
	return 0;
}

void json_members_close(struct json_members **m)
{
	if (*m)
		op_done(&(*m)->r.scratch);
	*m = NULL;
}

int json_parse(struct op *op, str file, str text, struct doc *ret)
{
	return parse(op, file, text, false, ret);
}

int json_parse_lax(struct op *op, str file, str text, struct doc *ret)
{
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	return parse(op, file, text, true, ret);
}
