/*
 * No recursion: open elements stand on a stack, each with the position of its first child among
 * `done`, the elements that are finished and whose parent is not. When an element ends, its
 * children are the last of them, and move to the op.
 *
 * (1) open[0 .. depth-1] are the open elements, outermost first; depth <= LIMIT_DEPTH.
 * (2) open[i].first <= open[i+1].first <= done.n.
 */
#include "xml.h"

#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/vec.h"

enum { XML_ATTRIBUTES = 64 };

struct open {
	struct xml_node node;
	ptrdiff_t first;
	struct buf more; /* text in several pieces, or decoded */
	bool pieces;     /* `more` is in use */
};

struct reader {
	struct op *op;
	struct op scratch;
	str file, in;
	ptrdiff_t at;
	int line;
	ptrdiff_t counted; /* bytes of which line breaks are in `line` */
	ptrdiff_t nodes;
	struct open open[LIMIT_DEPTH];
	int depth;
	VEC(struct xml_node) done;
	struct xml_node root;
	bool has_root;
};

static int line_of(struct reader *r)
{
	while (r->counted < r->at) {
		const char *p = memchr(r->in.p + r->counted, '\n', (size_t)(r->at - r->counted));
		if (!p)
			break;
		r->line++;
		r->counted = p - r->in.p + 1;
	}
	r->counted = r->at > r->counted ? r->at : r->counted;
	return r->line;
}

static int fail(struct reader *r, const char *why)
{
	return op_fail(r->op, ERR_FORMAT, "%.*s:%d: %s", STR_ARG(r->file), line_of(r), why);
}

static str rest(const struct reader *r)
{
	return str_from(r->in, r->at);
}

static bool take(struct reader *r, str what)
{
	if (!str_starts(rest(r), what))
		return false;
	r->at += what.len;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool skip_blanks(struct reader *r)
{
	ptrdiff_t from = r->at;

	while (r->at < r->in.len && is_blank(r->in.p[r->at]))
		r->at++;
	return r->at > from;
}

/* The bytes before `end`, which is passed over too. */
static int take_until(struct reader *r, str end, const char *what, str *ret)
{
	ptrdiff_t n = str_find_str(rest(r), end);

	if (n < 0)
		return fail(r, what);
	*ret = str_head(rest(r), n);
	r->at += n + end.len;
	return 0;
}

static bool is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	       (unsigned char)c >= 0x80 ||
	       (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
}

static int take_name(struct reader *r, str *ret)
{
	ptrdiff_t from = r->at;

	while (r->at < r->in.len && is_name(r->in.p[r->at], r->at == from))
		r->at++;
	if (r->at == from)
		return fail(r, "a name is expected here");
	*ret = (str){ r->in.p + from, r->at - from };
	return 0;
}

static str local_of(str name)
{
	ptrdiff_t colon = str_rfind(name, ':');

	return str_from(name, colon + 1);
}

/* ---- text ---- */

static bool is_character(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) ||
	       (c >= 0xe000 && c <= 0x10ffff && c != 0xfffe && c != 0xffff);
}

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
	} else if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	} else {
		if (c < 0x10000) {
			buf_char(b, (char)(0xe0 | c >> 12));
		} else {
			buf_char(b, (char)(0xf0 | c >> 18));
			buf_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* "#60" or "#x3c" without '&' and ';'. */
static bool number_of(str s, uint32_t *ret)
{
	uint32_t c = 0;
	bool hex = str_starts(s, S("#x"));

	s = str_from(s, hex ? 2 : 1);
	if (s.len == 0 || s.len > 8)
		return false;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char d = s.p[i];
		char low = (char)(d | 0x20);
		uint32_t v = d >= '0' && d <= '9'              ? (uint32_t)(d - '0')
			     : hex && low >= 'a' && low <= 'f' ? (uint32_t)(low - 'a' + 10)
							       : 16;
		if (v == 16)
			return false;
		c = c * (hex ? 16 : 10) + v;
		if (c > 0x10ffff)
			return false;
	}
	*ret = c;
	return is_character(c);
}

static int decode_entity(struct reader *r, struct buf *b, str *s)
{
	static const struct {
		str name;
		char c;
	} known[] = { { S_INIT("lt"), '<' },
		      { S_INIT("gt"), '>' },
		      { S_INIT("amp"), '&' },
		      { S_INIT("quot"), '"' },
		      { S_INIT("apos"), '\'' } };
	str window = str_head(*s, 12);
	ptrdiff_t end = str_find(window, ';');
	uint32_t c;

	if (end < 0)
		return fail(r, "an & that begins no entity");
	str name = str_from(str_head(*s, end), 1);
	*s = str_from(*s, end + 1);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (str_eq(name, known[i].name)) {
			buf_char(b, known[i].c);
			return 0;
		}
	}
	if (!str_starts(name, S("#")) || !number_of(name, &c))
		return fail(r, "an entity that XML does not define");
	add_utf8(b, c);
	return 0;
}

/* s with entities decoded and line ends as \n, appended to b; in an attribute blanks are spaces. */
static int decode(struct reader *r, struct buf *b, str s, bool entities, bool attribute)
{
	while (s.len > 0) {
		ptrdiff_t n = 0;
		while (n < s.len && s.p[n] != '\r' && !(entities && s.p[n] == '&') &&
		       !(attribute && (s.p[n] == '\n' || s.p[n] == '\t')))
			n++;
		buf_add(b, str_head(s, n));
		s = str_from(s, n);
		if (s.len == 0)
			break;
		if (s.p[0] == '&') {
			int rc = decode_entity(r, b, &s);
			if (rc < 0)
				return rc;
			continue;
		}
		bool pair = s.p[0] == '\r' && s.len > 1 && s.p[1] == '\n';
		buf_char(b, attribute ? ' ' : '\n');
		s = str_from(s, pair ? 2 : 1);
	}
	return b->bad ? r->op->code : 0;
}

static bool is_plain(str s, bool entities, bool attribute)
{
	return (!entities || str_find(s, '&') < 0) && str_find(s, '\r') < 0 &&
	       (!attribute || (str_find(s, '\n') < 0 && str_find(s, '\t') < 0));
}

/* A piece of the innermost element's text. */
static int add_text(struct reader *r, str s, bool entities)
{
	struct open *o = &r->open[r->depth - 1];

	if (s.len == 0)
		return 0;
	if (!o->pieces && o->node.text.len == 0 && is_plain(s, entities, false)) {
		o->node.text = s;
		return 0;
	}
	if (!o->pieces) {
		buf_init(&o->more, r->op, SIZE_MAX / 2);
		buf_add(&o->more, o->node.text);
		o->pieces = true;
	}
	return decode(r, &o->more, s, entities, false);
}

/* ---- elements ---- */

static int take_attribute(struct reader *r, struct xml_attribute *ret)
{
	int rc = take_name(r, &ret->name);

	if (rc < 0)
		return rc;
	(void)skip_blanks(r);
	if (!take(r, S("=")))
		return fail(r, "a '=' is expected behind the name of an attribute");
	(void)skip_blanks(r);
	bool single = take(r, S("'"));
	if (!single && !take(r, S("\"")))
		return fail(r, "the value of an attribute stands in quotes");
	str value;
	rc = take_until(r, single ? S("'") : S("\""), "an attribute that does not end", &value);
	if (rc < 0)
		return rc;
	if (str_find(value, '<') >= 0)
		return fail(r, "a '<' in an attribute");
	ret->value = value;
	if (is_plain(value, true, true))
		return 0;
	struct buf b;
	buf_init(&b, r->op, SIZE_MAX / 2);
	rc = decode(r, &b, value, true, true);
	return rc < 0 ? rc : buf_take(&b, &ret->value);
}

static int take_attributes(struct reader *r, struct xml_node *node)
{
	VEC(struct xml_attribute) found = { 0 };
	struct op_mark mark = op_mark(&r->scratch);
	bool blank;

	while ((blank = skip_blanks(r)),
	       r->at < r->in.len && r->in.p[r->at] != '>' && r->in.p[r->at] != '/') {
		if (!blank)
			return fail(r, "a blank is expected before an attribute");
		if (found.n == XML_ATTRIBUTES)
			return op_fail(r->op, ERR_LIMIT, "%.*s:%d: more than %d attributes",
				       STR_ARG(r->file), line_of(r), XML_ATTRIBUTES);
		struct xml_attribute *a = vec_push(&r->scratch, &found);
		int rc = a ? take_attribute(r, a) : op_adopt_error(r->op, &r->scratch);
		if (rc < 0)
			return rc;
		for (ptrdiff_t i = 0; i + 1 < found.n; i++) {
			if (str_eq(found.p[i].name, a->name))
				return fail(r, "an attribute twice");
		}
	}
	if (found.n) {
		node->attribute = op_new(r->op, struct xml_attribute, found.n);
		if (!node->attribute)
			return r->op->code;
		memcpy(node->attribute, found.p, (size_t)found.n * sizeof(*found.p));
		node->attributes = found.n;
	}
	op_reset(&r->scratch, mark);
	return 0;
}

static int open_element(struct reader *r)
{
	if (r->depth == LIMIT_DEPTH || ++r->nodes > LIMIT_XML_NODES)
		return op_fail(r->op, ERR_LIMIT, "%.*s:%d: more than %d elements %s",
			       STR_ARG(r->file), line_of(r),
			       r->depth == LIMIT_DEPTH ? (int)LIMIT_DEPTH : (int)LIMIT_XML_NODES,
			       r->depth == LIMIT_DEPTH ? "within each other" : "in all");
	if (r->depth == 0 && r->has_root)
		return fail(r, "an element behind the end of the root element");
	struct open *o = &r->open[r->depth];
	*o = (struct open){ .first = r->done.n };
	o->node.line = line_of(r);
	int rc = take_name(r, &o->node.name);
	if (rc < 0 || (rc = take_attributes(r, &o->node)) < 0)
		return rc;
	o->node.local = local_of(o->node.name);
	r->depth++;
	r->has_root = true;
	return 0;
}

/* The innermost element ends: its children become its own, and it one of its parent's. */
static int close_element(struct reader *r)
{
	struct open *o = &r->open[--r->depth];
	ptrdiff_t n = r->done.n - o->first;

	if (o->pieces && buf_take(&o->more, &o->node.text) < 0)
		return r->op->code;
	if (n > 0) {
		o->node.child = op_new(r->op, struct xml_node, n);
		if (!o->node.child)
			return r->op->code;
		memcpy(o->node.child, r->done.p + o->first, (size_t)n * sizeof(*r->done.p));
		o->node.n = n;
	}
	r->done.n = o->first;
	if (r->depth == 0) {
		r->root = o->node;
		return 0;
	}
	struct xml_node *place = vec_push(&r->scratch, &r->done);
	if (!place)
		return op_adopt_error(r->op, &r->scratch);
	*place = o->node;
	return 0;
}

static int take_start(struct reader *r)
{
	int rc = open_element(r);

	if (rc < 0)
		return rc;
	if (take(r, S("/>")))
		return close_element(r);
	return take(r, S(">")) ? 0 : fail(r, "a tag that does not end");
}

static int take_end(struct reader *r)
{
	str name;
	int rc = take_name(r, &name);

	if (rc < 0)
		return rc;
	if (r->depth == 0 || !str_eq(name, r->open[r->depth - 1].node.name))
		return fail(r, "an end tag that nothing opened");
	(void)skip_blanks(r);
	return take(r, S(">")) ? close_element(r) : fail(r, "a tag that does not end");
}

/* What begins with '<', which has been taken. */
static int take_markup(struct reader *r)
{
	str inside;

	if (take(r, S("!--"))) {
		int rc = take_until(r, S("--"), "a comment that does not end", &inside);
		if (rc < 0)
			return rc;
		return take(r, S(">")) ? 0 : fail(r, "a '--' within a comment");
	}
	if (take(r, S("![CDATA["))) {
		if (r->depth == 0)
			return fail(r, "text outside the root element");
		int rc = take_until(r, S("]]>"), "a CDATA section that does not end", &inside);
		return rc < 0 ? rc : add_text(r, inside, false);
	}
	if (take(r, S("!")))
		return fail(r, "document type declarations are not read");
	if (take(r, S("?")))
		return take_until(r, S("?>"), "a processing instruction that does not end",
				  &inside);
	return take(r, S("/")) ? take_end(r) : take_start(r);
}

static int take_document(struct reader *r)
{
	while (r->at < r->in.len) {
		str text = rest(r);
		ptrdiff_t n = str_find(text, '<');
		if (n != 0) {
			text = str_head(text, n < 0 ? text.len : n);
			if (r->depth == 0 && str_trim(text).len)
				return fail(r, "text outside the root element");
			int rc = r->depth ? add_text(r, text, true) : 0;
			if (rc < 0)
				return rc;
			r->at += text.len;
			continue;
		}
		r->at++;
		int rc = take_markup(r);
		if (rc < 0)
			return rc;
	}
	if (r->depth)
		return fail(r, "the document ends within an element");
	return r->has_root ? 0 : fail(r, "the document has no element");
}

/* ---- encodings ---- */

static const uint16_t windows_1252[32] = {
	0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
};

static bool same_word(str a, const char *b)
{
	str s = str_of(b);

	if (a.len != s.len)
		return false;
	for (ptrdiff_t i = 0; i < a.len; i++) {
		char c = a.p[i];
		if ((c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c) != s.p[i])
			return false;
	}
	return true;
}

/* What the declaration at the front says, or the empty text. */
static str declared_encoding(str in)
{
	ptrdiff_t end = str_find_str(str_head(in, 256), S("?>"));

	if (!str_starts(in, S("<?xml")) || end < 0)
		return S("");
	str s = str_head(in, end);
	ptrdiff_t at = str_find_str(s, S("encoding"));
	if (at < 0)
		return S("");
	s = str_trim(str_from(s, at + 8));
	if (!str_starts(s, S("=")))
		return S("");
	s = str_trim(str_from(s, 1));
	if (s.len < 2 || (s.p[0] != '"' && s.p[0] != '\''))
		return S("");
	at = str_find(str_from(s, 1), s.p[0]);
	return at < 0 ? S("") : str_head(str_from(s, 1), at);
}

static int to_utf8(struct reader *r)
{
	str encoding = declared_encoding(r->in);

	if (encoding.len == 0 || same_word(encoding, "utf-8") || same_word(encoding, "utf8") ||
	    same_word(encoding, "us-ascii") || utf8_valid(r->in))
		return utf8_valid(r->in) ? 0 : fail(r, "bytes that are not UTF-8");
	if (!same_word(encoding, "iso-8859-1") && !same_word(encoding, "latin1") &&
	    !same_word(encoding, "windows-1252") && !same_word(encoding, "cp1252"))
		return fail(r, "an encoding that is not read");
	struct buf b;
	buf_init(&b, r->op, SIZE_MAX / 2);
	for (ptrdiff_t i = 0; i < r->in.len; i++) {
		unsigned char c = (unsigned char)r->in.p[i];
		add_utf8(&b, c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c);
	}
	return buf_take(&b, &r->in);
}

static int check_characters(struct reader *r)
{
	for (ptrdiff_t i = 0; i < r->in.len; i++) {
		unsigned char c = (unsigned char)r->in.p[i];
		/* U+FFFE and U+FFFF are no characters. */
		bool none = c == 0xef && (str_starts(str_from(r->in, i), S("\xef\xbf\xbe")) ||
					  str_starts(str_from(r->in, i), S("\xef\xbf\xbf")));
		if ((c < 0x20 && !is_blank((char)c)) || none) {
			r->at = i;
			return fail(r, "a character that XML does not have");
		}
	}
	return 0;
}

int xml_parse(struct op *op, str file, str text, struct xml_node *ret)
{
	AUTO_OP own;
	op_init(&own, 0);
	struct reader *r = op_new(&own, struct reader, 1);

	if (!r)
		return op_adopt_error(op, &own);
	*r = (struct reader){ .op = op, .file = file, .in = text, .line = 1 };
	op_init(&r->scratch, 0);
	r->scratch.fault = op->fault;
	(void)take(r, S("\xef\xbb\xbf"));
	r->in = rest(r);
	r->at = 0;
	int rc = to_utf8(r);
	rc = rc < 0 ? rc : check_characters(r);
	rc = rc < 0 ? rc : take_document(r);
	if (rc == 0)
		*ret = r->root;
	op_done(&r->scratch);
	return rc;
}

/* ---- looking at it ---- */

const struct xml_node *xml_child(const struct xml_node *node, str local)
{
	for (ptrdiff_t i = 0; node && i < node->n; i++) {
		if (str_eq(node->child[i].local, local))
			return &node->child[i];
	}
	return NULL;
}

str xml_child_text(const struct xml_node *node, str local)
{
	const struct xml_node *child = xml_child(node, local);

	return child ? str_trim(child->text) : S("");
}

str xml_attribute(const struct xml_node *node, str name)
{
	for (ptrdiff_t i = 0; node && i < node->attributes; i++) {
		if (str_eq(node->attribute[i].name, name))
			return node->attribute[i].value;
	}
	return S("");
}
