#include "toml.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"

#include "toml_scalar.h"

/*
 * The text is read in one pass without recursion into items, which may be added to as long as TOML
 * allows (a table may be opened by a header after its children were); at the end they become nodes.
 *
 * Invariants: (1) item 0 is the root, and a parent stands before its children; (2) open[0 ..
 * depth-1] are the arrays and inline tables that are being read, outermost first; (3) p <= end.
 */
enum how {
	HOW_IMPLIED, /* a table, by a header of one below it: its own may follow */
	HOW_HEADER,  /* a table, by its header, or an element of an array of tables */
	HOW_DOTTED,  /* a table, by dotted keys */
	HOW_ARRAY,   /* an array of tables */
	HOW_VALUE,   /* whole: nothing is added any more */
};

struct item {
	struct node node;
	struct node *to;            /* its final place */
	struct map *keys;           /* of a table of many keys: to numbers of items */
	uint32_t first, last, next; /* children and siblings; 0: none */
	enum how how;
	int depth;
};

struct part { /* of a key */
	str text;
	int line, col;
};

struct reader {
	struct op *op;
	struct op scratch; /* holds the items */
	str file;
	const char *p, *end;
	const char *line_start;
	int line;
	VEC(struct item) item;
	uint32_t open[LIMIT_DEPTH];
	int depth;
};

enum {
	FEW_KEYS = 12, /* up to here comparing with each key is faster than a table */
};

static int fail(struct reader *r, const char *at, const char *why)
{
	return op_fail(r->op, ERR_FORMAT, "%.*s:%d:%td: %s", STR_ARG(r->file), r->line,
		       at - r->line_start + 1, why);
}

static int fail_key(struct reader *r, const struct part *k, const char *why)
{
	return op_fail(r->op, ERR_FORMAT, "%.*s:%d:%d: the key '%.*s' %s", STR_ARG(r->file),
		       k->line, k->col, STR_ARG(k->text), why);
}

static char peek(const struct reader *r)
{
	return r->p < r->end ? *r->p : '\0';
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
		r->p++;
}

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

/* LF or CRLF, if it stands here. */
static bool skip_newline(struct reader *r)
{
	ptrdiff_t n = r->end - r->p > 1 && r->p[0] == '\r' && r->p[1] == '\n' ? 2 : 1;

	if (r->p == r->end || r->p[n - 1] != '\n')
		return false;
	r->p += n;
	r->line++;
	r->line_start = r->p;
	return true;
}

/* A comment, but for the end of its line. */
static int skip_comment(struct reader *r)
{
	if (peek(r) != '#')
		return 0;
	while (r->p < r->end && !is_control(*r->p))
		r->p++;
	bool crlf = r->end - r->p > 1 && r->p[0] == '\r' && r->p[1] == '\n';
	if (r->p < r->end && *r->p != '\n' && !crlf)
		return fail(r, r->p, "a control character within a comment");
	return 0;
}

/* Blanks, comments and line ends: what may stand between the values of an array. */
static int skip_lines(struct reader *r)
{
	int rc;

	do {
		skip_blanks(r);
		rc = skip_comment(r);
	} while (rc == 0 && skip_newline(r));
	return rc;
}

static int end_line(struct reader *r)
{
	skip_blanks(r);
	int rc = skip_comment(r);
	if (rc < 0 || r->p == r->end || skip_newline(r))
		return rc;
	return fail(r, r->p, "the end of the line is expected here");
}

/* --- items --- */

static int own_error(struct reader *r)
{
	(void)op_adopt_error(r->op, &r->scratch);
	return r->op->code;
}

/* Every child of a table goes into its map once it has one. */
static int index_child(struct reader *r, struct item *table, uint32_t child, str key)
{
	if (map_put(table->keys, key, (void *)(uintptr_t)child) < 0)
		return own_error(r);
	return 0;
}

static int index_children(struct reader *r, struct item *table)
{
	table->keys = op_new(&r->scratch, struct map, 1);
	if (!table->keys)
		return own_error(r);
	map_init(table->keys, &r->scratch);
	for (uint32_t i = table->first; i; i = r->item.p[i].next) {
		int rc = index_child(r, table, i, r->item.p[i].node.key);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A new child of a table (with its key) or of an array (key NULL). */
static int add(struct reader *r, uint32_t parent, const struct part *key, enum how how,
	       uint32_t *ret)
{
	if (r->item.n == LIMIT_TOML_NODES)
		return op_fail(r->op, ERR_LIMIT, "%.*s:%d: more than %d values", STR_ARG(r->file),
			       r->line, LIMIT_TOML_NODES);
	struct item *new = vec_push(&r->scratch, &r->item);
	if (!new)
		return own_error(r);
	struct item *up = &r->item.p[parent];
	uint32_t at = (uint32_t)(r->item.n - 1);
	*new = (struct item){
		.node = { .kind = NODE_MAP,
			  .line = r->line,
			  .col = (int)(r->p - r->line_start + 1) },
		.how = how,
		.depth = up->depth + 1,
	};
	if (new->depth > LIMIT_DEPTH)
		return fail(r, r->p, "nested too deep");
	if (key) {
		new->node.key = key->text;
		new->node.key_line = key->line;
		new->node.key_col = key->col;
	}
	if (up->last)
		r->item.p[up->last].next = at;
	else
		up->first = at;
	up->last = at;
	up->node.n++;
	*ret = at;
	if (key && up->keys)
		return index_child(r, up, at, key->text);
	return key && up->node.n > FEW_KEYS ? index_children(r, up) : 0;
}

/* The child of a table under key, or 0. */
static uint32_t find(const struct reader *r, uint32_t table, str key)
{
	const struct item *t = &r->item.p[table];

	if (t->keys)
		return (uint32_t)(uintptr_t)map_get(t->keys, key);
	uint32_t i = t->first;
	while (i && !str_eq(r->item.p[i].node.key, key))
		i = r->item.p[i].next;
	return i;
}

/* --- texts --- */

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	*out++ = (char)(lead[more] | c >> (6 * more));
	while (more--)
		*out++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The n digits of \u or \U at *p, as UTF-8. */
static bool unescape_unicode(const char **p, const char *end, int n, char **out)
{
	uint32_t v = 0;

	if (end - *p < n)
		return false;
	for (int i = 0; i < n; i++) {
		int d = hex_digit((*p)[i]);
		if (d < 0 || v > 0x10ffff >> 4)
			return false;
		v = v << 4 | (uint32_t)d;
	}
	if (v >= 0xd800 && v < 0xe000)
		return false;
	*p += n;
	*out = put_utf8(*out, v);
	return v <= 0x10ffff;
}

/* Behind a backslash at the end of a line: all blanks and line ends up to the next text. */
static const char *skip_continued(const char *p, const char *end)
{
	const char *start = p;
	bool newline = false;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		newline |= *p++ == '\n';
	return newline ? p : start;
}

static bool is_line_end(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p < end && *p == '\n';
}

/* No escape is shorter than what it stands for, so the result fits into the length of the text. */
static int unescape(struct reader *r, str raw, bool lines, str *ret)
{
	static const char from[] = "\"\\bfnrt", to[] = "\"\\\b\f\n\r\t";
	char *start = op_new(r->op, char, raw.len), *out = start;
	const char *end = raw.p + raw.len;

	if (!start)
		return r->op->code;
	for (const char *p = raw.p; p < end;) {
		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		if (++p == end)
			return fail(r, p, "an unknown escape");
		const char *known = memchr(from, *p, sizeof(from) - 1);
		if (known) {
			*out++ = to[known - from];
			p++;
		} else if (lines && is_line_end(p, end)) {
			p = skip_continued(p, end);
		} else {
			int digits = *p == 'u' ? 4 : *p == 'U' ? 8 : 0;
			p++;
			if (!digits || !unescape_unicode(&p, end, digits, &out))
				return fail(r, r->p,
					    "an unknown or impossible escape in this text");
		}
	}
	*ret = (str){ start, out - start };
	return 0;
}

/* A text on one line, from its quote on: "basic" or 'literal'. */
static int read_line_text(struct reader *r, str *ret)
{
	char quote = *r->p;
	const char *p = r->p + 1;
	bool escaped = false;

	for (; p < r->end && *p != quote; p++) {
		if (is_control(*p))
			return fail(r, p, "a control character within a text");
		if (*p == '\\' && quote == '"') {
			escaped = true;
			if (++p == r->end || is_control(*p))
				break;
		}
	}
	if (p >= r->end || *p != quote)
		return fail(r, r->p, "a text without its closing quote");
	*ret = (str){ r->p + 1, p - r->p - 1 };
	int rc = escaped ? unescape(r, *ret, false, ret) : 0;
	r->p = p + 1;
	return rc;
}

/* How many of c stand at p, at most 5: three close a text of lines, up to two before them are its
 * own. */
static int run_of(const char *p, const char *end, char c)
{
	int n = 0;

	while (n < 5 && p + n < end && p[n] == c)
		n++;
	return n;
}

/* From p on to the closing quotes of a text of lines; NULL: there are none, or controls. */
static const char *find_close(struct reader *r, const char *p, char quote, bool *ret_escaped)
{
	for (; p < r->end; p++) {
		int run = *p == quote ? run_of(p, r->end, quote) : 0;
		if (run >= 3)
			return p + run - 3;
		bool crlf = *p == '\r' && r->end - p > 1 && p[1] == '\n';
		if (is_control(*p) && *p != '\n' && !crlf)
			return NULL;
		if (*p == '\\' && quote == '"') {
			*ret_escaped = true;
			if (r->end - p > 1 && (p[1] == '"' || p[1] == '\\'))
				p++;
		}
	}
	return NULL;
}

/* A text of lines, from its three quotes on. */
static int read_lines_text(struct reader *r, str *ret)
{
	const char *p = r->p + 3;
	bool escaped = false;

	if (r->end - p > 1 && p[0] == '\r' && p[1] == '\n')
		p++;
	if (p < r->end && *p == '\n')
		p++;
	const char *close = find_close(r, p, *r->p, &escaped);
	if (!close)
		return fail(r, r->p,
			    "a text without its closing quotes, or with control characters");
	*ret = (str){ p, close - p };
	int rc = escaped ? unescape(r, *ret, true, ret) : 0;
	for (p = r->p; p < close; p++) {
		if (*p == '\n') {
			r->line++;
			r->line_start = p + 1;
		}
	}
	r->p = close + 3;
	return rc;
}

static int read_text(struct reader *r, str *ret)
{
	return run_of(r->p, r->end, *r->p) >= 3 ? read_lines_text(r, ret) : read_line_text(r, ret);
}

/* --- keys --- */

static bool is_bare(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
	       c == '-';
}

/* One part of a key, and the blanks behind it. */
static int read_part(struct reader *r, struct part *ret)
{
	const char *start = r->p;
	int rc = 0;

	*ret = (struct part){ .line = r->line, .col = (int)(r->p - r->line_start + 1) };
	if (peek(r) == '"' || peek(r) == '\'') {
		rc = read_line_text(r, &ret->text);
	} else {
		while (r->p < r->end && is_bare(*r->p))
			r->p++;
		if (r->p == start)
			return fail(r, r->p, "a key is expected here");
		ret->text = (str){ start, r->p - start };
	}
	skip_blanks(r);
	return rc;
}

/* From a table to the one under a part of a key that others follow; it is made if it is missing. */
static int descend(struct reader *r, uint32_t *table, const struct part *k, enum how how)
{
	uint32_t at = find(r, *table, k->text);
	if (!at)
		return add(r, *table, k, how, table);
	struct item *t = &r->item.p[at];
	bool is_map = t->node.kind == NODE_MAP;
	if (how == HOW_DOTTED) {
		if (!is_map || (t->how != HOW_DOTTED && t->how != HOW_IMPLIED))
			return fail_key(r, k, "is defined already, dotted keys cannot add to it");
		t->how = HOW_DOTTED;
	} else if (t->how == HOW_ARRAY) {
		at = t->last;
	} else if (!is_map || t->how == HOW_VALUE) {
		return fail_key(r, k, "is no table that a header could add to");
	}
	*table = at;
	return 0;
}

/* A key of any number of parts: its table, and its last part. */
static int read_key(struct reader *r, uint32_t *table, enum how how, struct part *ret)
{
	skip_blanks(r);
	int rc = read_part(r, ret);
	while (rc == 0 && peek(r) == '.') {
		rc = descend(r, table, ret, how);
		if (rc < 0)
			return rc;
		r->p++;
		skip_blanks(r);
		rc = read_part(r, ret);
	}
	return rc;
}

/* --- values --- */

static bool is_word(char c)
{
	return is_bare(c) || c == '+' || c == '.' || c == ':';
}

static int read_word(struct reader *r, struct node *node)
{
	const char *start = r->p, *p = start;

	while (p < r->end && is_word(*p))
		p++;
	if (r->end - p > 1 && *p == ' ' && p[1] >= '0' && p[1] <= '9' &&
	    toml_is_date((str){ start, p - start })) {
		p++;
		while (p < r->end && is_word(*p))
			p++;
	}
	node->text = (str){ start, p - start };
	if (!toml_scalar(node->text, &node->kind))
		return fail(r, start, start == p ? "a value is expected here" : "not a value");
	r->p = p;
	return 0;
}

/* The value at p into an item: a scalar is read whole, an array or inline table is opened. */
static int read_value(struct reader *r, uint32_t at)
{
	char c = peek(r);

	struct node *node = &r->item.p[at].node;
	node->line = r->line;
	node->col = (int)(r->p - r->line_start + 1);
	if (c == '"' || c == '\'') {
		node->kind = NODE_TEXT;
		return read_text(r, &node->text);
	}
	if (c != '[' && c != '{')
		return read_word(r, node);
	if (r->depth == LIMIT_DEPTH)
		return fail(r, r->p, "nested too deep");
	node->kind = c == '[' ? NODE_LIST : NODE_MAP;
	r->open[r->depth++] = at;
	r->p++;
	return 0;
}

/* KEY = VALUE, the value being begun. */
static int read_pair(struct reader *r, uint32_t table)
{
	struct part k;
	uint32_t at;
	int rc = read_key(r, &table, HOW_DOTTED, &k);

	if (rc < 0)
		return rc;
	if (find(r, table, k.text))
		return fail_key(r, &k, "stands here for the second time");
	if (peek(r) != '=')
		return fail(r, r->p, "'=' is expected behind a key");
	r->p++;
	skip_blanks(r);
	rc = add(r, table, &k, HOW_VALUE, &at);
	return rc < 0 ? rc : read_value(r, at);
}

static int step_list(struct reader *r, uint32_t list)
{
	uint32_t at;
	int rc = skip_lines(r);

	if (rc == 0 && r->item.p[list].node.n && peek(r) != ']') {
		if (peek(r) != ',')
			return fail(r, r->p, "a comma or ] is expected here");
		r->p++;
		rc = skip_lines(r);
	}
	if (rc < 0)
		return rc;
	if (peek(r) == ']') {
		r->p++;
		r->depth--;
		return 0;
	}
	rc = add(r, list, NULL, HOW_VALUE, &at);
	return rc < 0 ? rc : read_value(r, at);
}

static int step_map(struct reader *r, uint32_t map)
{
	skip_blanks(r);
	if (peek(r) == '}') {
		r->p++;
		r->depth--;
		return 0;
	}
	if (r->item.p[map].node.n) {
		if (peek(r) != ',')
			return fail(r, r->p, "a comma or } is expected here");
		r->p++;
	}
	return read_pair(r, map);
}

/* KEY = VALUE to its end. */
static int read_line(struct reader *r, uint32_t table)
{
	int rc = read_pair(r, table);

	while (rc == 0 && r->depth > 0) {
		uint32_t at = r->open[r->depth - 1];
		rc = r->item.p[at].node.kind == NODE_LIST ? step_list(r, at) : step_map(r, at);
	}
	return rc;
}

static int open_table(struct reader *r, uint32_t table, const struct part *k, uint32_t *ret)
{
	*ret = find(r, table, k->text);
	if (!*ret)
		return add(r, table, k, HOW_HEADER, ret);
	struct item *t = &r->item.p[*ret];
	if (t->how != HOW_IMPLIED)
		return fail_key(r, k, "is defined already");
	t->how = HOW_HEADER;
	t->node.line = k->line;
	t->node.col = k->col;
	return 0;
}

static int open_element(struct reader *r, uint32_t table, const struct part *k, uint32_t *ret)
{
	uint32_t at = find(r, table, k->text);
	int rc = at ? 0 : add(r, table, k, HOW_ARRAY, &at);

	if (rc < 0)
		return rc;
	if (r->item.p[at].how != HOW_ARRAY)
		return fail_key(r, k, "is defined already, and not as an array of tables");
	r->item.p[at].node.kind = NODE_LIST;
	return add(r, at, NULL, HOW_HEADER, ret);
}

/* [table] or [[element]]: the keys that follow belong to it. */
static int read_header(struct reader *r, uint32_t *ret)
{
	bool twice = r->end - r->p > 1 && r->p[1] == '[';
	uint32_t table = 0;
	struct part k;

	r->p += twice ? 2 : 1;
	int rc = read_key(r, &table, HOW_IMPLIED, &k);
	if (rc < 0)
		return rc;
	bool closed = peek(r) == ']' && (!twice || (r->end - r->p > 1 && r->p[1] == ']'));
	if (!closed)
		return fail(r, r->p, twice ? "]] is expected here" : "] is expected here");
	rc = twice ? open_element(r, table, &k, ret) : open_table(r, table, &k, ret);
	r->p += twice ? 2 : 1;
	return rc;
}

static int read_document(struct reader *r)
{
	uint32_t table = 0;
	int rc = 0;

	struct item *root = vec_push(&r->scratch, &r->item);
	if (!root)
		return own_error(r);
	root->node = (struct node){ .kind = NODE_MAP, .line = 1, .col = 1 };
	root->how = HOW_HEADER;
	while (rc == 0) {
		rc = skip_lines(r);
		if (rc < 0 || r->p == r->end)
			break;
		rc = peek(r) == '[' ? read_header(r, &table) : read_line(r, table);
		if (rc == 0)
			rc = end_line(r);
	}
	return rc;
}

/* By invariant 1 the place of an item is known when its turn comes. */
static int make_nodes(struct reader *r, struct node *ret)
{
	r->item.p[0].to = ret;
	for (ptrdiff_t i = 0; i < r->item.n; i++) {
		struct item *it = &r->item.p[i];
		*it->to = it->node;
		if (it->node.kind != NODE_LIST && it->node.kind != NODE_MAP)
			continue;
		struct node *to = op_new(r->op, struct node, it->node.n);
		if (!to)
			return r->op->code;
		it->to->child = to;
		for (uint32_t c = it->first; c; c = r->item.p[c].next)
			r->item.p[c].to = to++;
	}
	return 0;
}

static int check_utf8(struct reader *r)
{
	str s = { r->p, r->end - r->p };
	ptrdiff_t width;

	if (utf8_valid(s))
		return 0;
	for (; s.len && (width = utf8_width(s)); s = str_from(s, width)) {
		if (*s.p == '\n') {
			r->line++;
			r->line_start = s.p + 1;
		}
	}
	return fail(r, s.p, "bytes that are not UTF-8");
}

int toml_parse(struct op *op, str file, str text, struct doc *ret)
{
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (text.len > INT32_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: larger than 2 GiB", STR_ARG(file));
	struct reader r = {
		.op = op,
		.file = file,
		.p = text.p,
		.end = text.p + text.len,
		.line_start = text.p,
		.line = 1,
	};
	struct node root;

	op_init(&r.scratch, 0);
	r.scratch.fault = op->fault;
	int rc = check_utf8(&r);
	if (rc == 0)
		rc = read_document(&r);
	if (rc == 0)
		rc = make_nodes(&r, &root);
	if (rc == 0)
		*ret = (struct doc){ .file = file, .root = root };
	op_done(&r.scratch);
	return rc;
}
