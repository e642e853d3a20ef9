#include "yaml_block.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "yaml.h"

/*
 * The text is read line by line without recursion. Nodes gather on a stack; a container's children
 * lie behind it there and move to the op's arena, side by side, when it is closed.
 *
 * Invariants: (1) open[0 .. depth-1] are the open containers, outermost first, with indents that do
 * not fall; (2) what lies above the innermost one are its children so far; (3) `pending` is set if the
 * last child of the innermost one has no value yet: it is on the lines that follow, deeper (or a list
 * as deep as its mapping's keys).
 */
struct open {
	ptrdiff_t at; /* of the container on the stack */
	ptrdiff_t indent;
};

struct reader {
	struct op *op;
	const char *line_start, *p, *end; /* p: what comes next */
	const char *stop;                 /* the end of this line */
	int line;
	VEC(struct node) stack;
	struct open open[LIMIT_DEPTH];
	int depth;
	bool pending;
	ptrdiff_t nodes;
};

enum { BEYOND = 1, FEW_KEYS = 16 };

static int column(const struct reader *r, const char *p)
{
	return (int)(p - r->line_start) + 1;
}

static struct node *push(struct reader *r, const char *at)
{
	struct node *node = vec_push(r->op, &r->stack);

	if (node) {
		node->line = r->line;
		node->col = column(r, at);
	}
	return node;
}

static int check_keys(struct reader *r, const struct node *child, ptrdiff_t n)
{
	struct op_mark mark = op_mark(r->op);
	struct map seen;
	int rc = 0;

	if (n <= FEW_KEYS) {
		for (ptrdiff_t i = 1; i < n; i++)
			for (ptrdiff_t j = 0; j < i; j++)
				if (str_eq(child[i].key, child[j].key))
					return BEYOND;
		return 0;
	}
	map_init(&seen, r->op);
	for (ptrdiff_t i = 0; i < n && rc == 0; i++)
		rc = map_find(&seen, child[i].key) >= 0 ? BEYOND
							: map_put(&seen, child[i].key, NULL);
	op_reset(r->op, mark);
	return rc;
}

/* Take the children of the container at `at` off the stack, into it. */
static int gather(struct reader *r, ptrdiff_t at)
{
	ptrdiff_t n = r->stack.n - at - 1;
	struct node *child = op_new(r->op, struct node, n);

	if (!child)
		return r->op->code;
	if (n)
		memcpy(child, &r->stack.p[at + 1], (size_t)n * sizeof(*child));
	r->stack.p[at].child = child;
	r->stack.p[at].n = n;
	r->stack.n = at + 1;
	r->nodes += n;
	if (r->nodes > LIMIT_YAML_NODES / 2)
		return BEYOND;
	return r->stack.p[at].kind == NODE_MAP ? check_keys(r, child, n) : 0;
}

static int close_to(struct reader *r, int depth)
{
	int rc = 0;

	if (r->depth > depth && r->pending)
		return BEYOND; /* a value that is nothing */
	while (rc == 0 && r->depth > depth)
		rc = gather(r, r->open[--r->depth].at);
	return rc;
}

/* The container that an entry at this indent belongs to: open already, or opened here. */
static int enter(struct reader *r, enum node_kind kind, const char *at)
{
	ptrdiff_t indent = at - r->line_start;
	int depth = r->depth;

	while (depth > 0 && r->open[depth - 1].indent > indent)
		depth--;
	/* A list may stand as deep as the keys of its mapping: such a key ends it. */
	if (kind == NODE_MAP && depth > 1 && r->open[depth - 1].indent == indent &&
	    r->stack.p[r->open[depth - 1].at].kind == NODE_LIST &&
	    r->open[depth - 2].indent == indent)
		depth--;
	int rc = close_to(r, depth);
	if (rc)
		return rc;
	const struct open *top = depth ? &r->open[depth - 1] : NULL;
	if (top && top->indent == indent && r->stack.p[top->at].kind == kind)
		return r->pending ? BEYOND : 0;
	bool nested = top && r->pending &&
		      (top->indent < indent ||
		       (kind == NODE_LIST && r->stack.p[top->at].kind == NODE_MAP));
	if ((top && !nested) || (!top && r->stack.n) || depth == LIMIT_DEPTH - 1)
		return BEYOND;
	struct node *node = nested ? &r->stack.p[r->stack.n - 1] : push(r, at);
	if (!node)
		return r->op->code;
	node->kind = kind;
	node->line = r->line;
	node->col = column(r, at);
	r->open[r->depth++] = (struct open){ r->stack.n - 1, indent };
	r->pending = false;
	return 0;
}

/* May a plain scalar begin so? */
static bool plain_begins(const char *p, const char *end)
{
	switch (*p) {
	case '-':
	case '?':
	case ':':
		return p + 1 < end && p[1] != ' ';
	case ',':
	case '[':
	case ']':
	case '{':
	case '}':
	case '#':
	case '&':
	case '*':
	case '!':
	case '|':
	case '>':
	case '\'':
	case '"':
	case '%':
	case '@':
	case '`':
		return false;
	default:
		return true;
	}
}

/* The end of a plain scalar on this line: before " #", blanks at its end left out. NULL: there is a
 * ": " in it. */
static const char *plain_end(const char *p, const char *end)
{
	const char *last = p;

	for (; p < end; p++) {
		if (*p == ' ')
			continue;
		if (*p == '#' && p[-1] == ' ')
			break;
		if (*p == ':' && (p + 1 == end || p[1] == ' '))
			return NULL;
		last = p + 1;
	}
	return last;
}

static enum node_kind kind_of(str s)
{
	char c = s.p[0];

	/* Most texts begin as no other kind does. */
	if ((c >= 'a' && c <= 'z' && c != 'n' && c != 't' && c != 'f') ||
	    (c >= 'A' && c <= 'Z' && c != 'N' && c != 'T' && c != 'F'))
		return NODE_TEXT;
	return yaml_plain_kind(s);
}

/* A text in quotes on one line, without what a backslash stands for. 1: beyond. */
static int quoted(struct reader *r, const char **p, str *ret)
{
	char quote = **p, *copy = NULL;
	const char *from = *p + 1, *q = from;
	ptrdiff_t n = 0, twice = 0;

	for (; q < r->stop; q++) {
		if (*q == '\\' && quote == '"')
			return BEYOND;
		if (*q != quote)
			continue;
		if (quote == '"' || q + 1 == r->stop || q[1] != quote)
			break;
		if (q > from && q[-1] == quote)
			return BEYOND; /* libfyaml 0.7.12 counts a run of quotes otherwise */
		twice++;
		q++;
	}
	if (q >= r->stop)
		return BEYOND;
	*ret = (str){ from, q - from };
	*p = q + 1;
	if (twice == 0)
		return 0;
	if (!(copy = op_new(r->op, char, ret->len)))
		return r->op->code;
	for (const char *c = from; c < q; c++) {
		copy[n++] = *c;
		c += *c == quote;
	}
	*ret = (str){ copy, n };
	return 0;
}

static const char *skip_spaces(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

/* Only a comment may follow on this line. */
static bool is_rest_empty(const struct reader *r, const char *p)
{
	const char *q = skip_spaces(p, r->stop);

	return q == r->stop || (*q == '#' && q > p);
}

/* "[a, 'b', 1]": scalars only. */
static int flow_list(struct reader *r, const char *p, ptrdiff_t at)
{
	int rc = 0;

	r->stack.p[at].kind = NODE_LIST;
	p = skip_spaces(p + 1, r->stop);
	while (p < r->stop && *p != ']') {
		str text;
		struct node *node = push(r, p);
		if (!node)
			return r->op->code;
		if (*p == '\'' || *p == '"') {
			if ((rc = quoted(r, &p, &text)) != 0)
				return rc;
			node->kind = NODE_TEXT;
		} else {
			const char *q = p;
			while (q < r->stop && *q != ',' && *q != ']' && *q != '[' && *q != '{' &&
			       *q != '}' && *q != '#' && *q != ':')
				q++;
			text = str_trim((str){ p, q - p });
			if (q == r->stop || (*q != ',' && *q != ']') || text.len == 0 ||
			    !plain_begins(p, q))
				return BEYOND;
			node->kind = kind_of(text);
			p = q;
		}
		node->text = text;
		p = skip_spaces(p, r->stop);
		if (p < r->stop && *p == ',') {
			p = skip_spaces(p + 1, r->stop);
			if (p < r->stop && *p == ']')
				return BEYOND;
		} else if (p == r->stop || *p != ']') {
			return BEYOND;
		}
	}
	if (p == r->stop || !is_rest_empty(r, p + 1))
		return BEYOND;
	return gather(r, at);
}

/* The next line, as views of its spaces' end and of its end; false behind the last. */
static bool peek_line(const struct reader *r, const char *from, const char **ret_content,
		      const char **ret_stop)
{
	if (from >= r->end)
		return false;
	const char *stop = memchr(from, '\n', (size_t)(r->end - from));
	*ret_stop = stop ? stop : r->end;
	*ret_content = skip_spaces(from, *ret_stop);
	return true;
}

/* "|" or "|-": the lines that follow, as deep as the first. */
static int literal(struct reader *r, const char *p, ptrdiff_t parent, struct node *node)
{
	bool strip = r->stop - p == 2 && p[1] == '-';
	const char *at = r->p, *content, *stop, *last = NULL, *from = NULL;
	ptrdiff_t indent = -1, n = 0, kept = 0;
	int lines = 0, used = 0;

	if (r->stop - p > 2 || (r->stop - p == 2 && !strip))
		return BEYOND;
	/* First how far it goes. */
	for (; peek_line(r, at, &content, &stop); at = stop < r->end ? stop + 1 : stop) {
		ptrdiff_t depth = content - at;
		lines++;
		if (content == stop) {
			if (indent < 0 || depth > indent)
				return BEYOND; /* blanks before the text, or of its own */
			continue;
		}
		if (indent < 0 && depth > parent) {
			indent = depth;
			from = at;
		}
		if (indent < 0 || (depth < indent && depth > parent))
			return BEYOND;
		if (depth < indent)
			break;
		last = stop;
		used = lines;
	}
	if (!from || last == r->end)
		return BEYOND;
	char *to = op_new(r->op, char, last - from + 1);
	if (!to)
		return r->op->code;
	for (at = from; at < last;) {
		(void)peek_line(r, at, &content, &stop);
		if (content < stop) {
			memcpy(to + n, at + indent, (size_t)(stop - at - indent));
			n += stop - at - indent;
			kept = n;
		}
		to[n++] = '\n';
		at = stop + 1;
	}
	node->kind = NODE_TEXT;
	node->line = r->line + 1; /* where libfyaml has it begin */
	node->col = 1;
	node->text = (str){ to, strip ? kept : kept + 1 };
	r->p = last + 1;
	r->line += used;
	return 0;
}

/* The value of the last child, on this line; `parent` is the indent of its container. */
static int value(struct reader *r, const char *p, ptrdiff_t parent)
{
	struct node *node = &r->stack.p[r->stack.n - 1];

	p = skip_spaces(p, r->stop);
	if (p == r->stop || (*p == '#' && p[-1] == ' ')) {
		r->pending = true;
		return 0;
	}
	node->line = r->line;
	node->col = column(r, p);
	if (*p == '\'' || *p == '"') {
		int rc = quoted(r, &p, &node->text);
		node->kind = NODE_TEXT;
		return rc ? rc : is_rest_empty(r, p) ? 0 : BEYOND;
	}
	if (*p == '[')
		return flow_list(r, p, r->stack.n - 1);
	if (*p == '|')
		return literal(r, p, parent, node);
	const char *end = plain_begins(p, r->stop) ? plain_end(p, r->stop) : NULL;
	if (!end)
		return BEYOND;
	node->text = (str){ p, end - p };
	node->kind = kind_of(node->text);
	return 0;
}

/* "key:" or "'key':" at p: 0 with the key and what is behind its colon, 2: no key stands here. */
static int key(struct reader *r, const char *p, str *ret, const char **ret_behind)
{
	const char *q = p;

	if (*p == '\'' || *p == '"') {
		int rc = quoted(r, &q, ret);
		if (rc)
			return rc;
	} else {
		if (!plain_begins(p, r->stop))
			return 2;
		/* A colon ends it, a " #" makes it no key. */
		bool ascii = true;
		for (; q < r->stop && !(*q == ':' && (q + 1 == r->stop || q[1] == ' ')); q++) {
			if (*q == '#' && q[-1] == ' ')
				return 2;
			ascii = ascii && (*q & 0x80) == 0;
		}
		if (q == r->stop)
			return 2;
		if (!ascii) /* places are counted in letters */
			return BEYOND;
		*ret = str_trim((str){ p, q - p });
		if (str_eq(*ret, S("<<")) || ret->len == 0 || yaml_plain_kind(*ret) == NODE_NULL)
			return BEYOND;
	}
	if (q == r->stop || *q != ':' || (q + 1 < r->stop && q[1] != ' '))
		return 2;
	*ret_behind = q + 1;
	return 0;
}

/* What stands on one line: any number of "- ", then a key and its value, or a value. */
static int read_line(struct reader *r, const char *p)
{
	const char *behind;
	bool entry = false;
	str name;
	int rc;

	while (*p == '-' && (p + 1 == r->stop || p[1] == ' ')) {
		if ((rc = enter(r, NODE_LIST, p)) != 0)
			return rc;
		if (!push(r, p))
			return r->op->code;
		r->pending = true;
		entry = true;
		p = skip_spaces(p + 1, r->stop);
		if (p == r->stop || *p == '#')
			return p == r->stop ? 0 : BEYOND;
	}
	rc = key(r, p, &name, &behind);
	if (rc == 2 && entry) {
		r->pending = false;
		return value(r, p, r->open[r->depth - 1].indent);
	}
	if (rc)
		return rc < 0 ? rc : BEYOND;
	int key_col = column(r, p);
	if ((rc = enter(r, NODE_MAP, p)) != 0)
		return rc;
	struct node *node = push(r, p);
	if (!node)
		return r->op->code;
	node->key = name;
	node->key_line = r->line;
	node->key_col = key_col;
	return value(r, behind, r->open[r->depth - 1].indent);
}

/* Eight bytes of nothing but printable ASCII and line feeds? */
static inline bool is_plain_word(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	uint64_t feed = w ^ (ones * '\n'), del = w ^ (ones * 0x7f);
	uint64_t is_feed = (feed - ones) & ~feed & high;
	uint64_t control = (w - ones * 0x20) & ~w & high;
	/* A borrow may make a byte above a line feed look like one, or like a control: then it is
	 * looked at again. */
	return ((w & high) | (control & ~is_feed) | ((del - ones) & ~del & high)) == 0 &&
	       (is_feed == 0 || (is_feed & (is_feed - 1)) == 0);
}

static bool is_plain_byte(unsigned char c)
{
	return (c >= 0x20 || c == '\n') && c != 0x7f && c != 0xc2 && c != 0xe2 && c != 0xef;
}

/* No tabs, line ends of others, and nothing that may be a line's end or a mark beyond ASCII. */
static bool is_plain_text(str text)
{
	ptrdiff_t i = 0;
	bool ascii = true;

	while (i < text.len) {
		if (text.len - i >= 8 && is_plain_word(text.p + i)) {
			i += 8;
			continue;
		}
		for (ptrdiff_t to = i + 8 < text.len ? i + 8 : text.len; i < to; i++) {
			if (!is_plain_byte((unsigned char)text.p[i]))
				return false;
			ascii = ascii && (text.p[i] & 0x80) == 0;
		}
	}
	return ascii || utf8_valid(text);
}

static int read_lines(struct reader *r)
{
	const char *content, *stop;
	int rc = 0;
	bool first = true;

	while (rc == 0 && peek_line(r, r->p, &content, &stop)) {
		r->line_start = r->p;
		r->stop = stop;
		r->line++;
		r->p = stop < r->end ? stop + 1 : stop;
		while (r->stop > content && r->stop[-1] == ' ')
			r->stop--;
		if (content == r->stop || *content == '#')
			continue;
		str line = { content, r->stop - content };
		if (content == r->line_start &&
		    (str_starts(line, S("---")) || *content == '%' || str_starts(line, S("...")))) {
			if (!first || !str_eq(line, S("---")))
				return BEYOND;
			first = false;
			continue;
		}
		first = false;
		rc = read_line(r, content);
	}
	return rc;
}

int yaml_block_parse(struct op *op, str file, str text, struct doc *ret)
{
	struct reader r = { .op = op, .p = text.p, .end = text.p + text.len };

	if (text.len == 0 || text.len > INT32_MAX || !is_plain_text(text))
		return BEYOND;
	int rc = read_lines(&r);
	if (rc == 0)
		rc = close_to(&r, 0);
	if (rc == 0 && r.stack.n != 1)
		rc = BEYOND;
	if (rc == 0)
		*ret = (struct doc){ .file = file, .root = r.stack.p[0] };
	return rc;
}

int yaml_quick_parse(struct op *op, str file, str text, struct doc *ret)
{
	struct op_mark mark = op_mark(op);
	int rc = yaml_block_parse(op, file, text, ret);

	if (rc <= 0)
		return rc;
	op_reset(op, mark);
	return yaml_parse(op, file, text, ret);
}
