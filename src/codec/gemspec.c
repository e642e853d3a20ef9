#include "gemspec.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
	NEEDS_MAX = 1000, /* of a gem; the largest known have 40 */
	VALUE_MAX = 100,  /* bytes of a name or version that is put into another text */
};

/* --- literals --- */

struct literal {
	str raw;      /* between the quotes */
	bool escapes; /* "..." and %Q, not '...' and %q */
};

/* Where a literal closes that begins behind p, or NULL. */
static const char *find_close(const char *p, const char *end, char close)
{
	for (; p < end && *p != close; p++) {
		if (*p == '\\')
			p++;
	}
	return p < end ? p : NULL;
}

static char closing(char open)
{
	static const char pairs[] = "<>()[]{}";
	const char *at = memchr(pairs, open, sizeof(pairs) - 1);

	return at ? at[1] : open;
}

/* The next literal of a line, taken off the front of *in; false: there is none. */
static bool next_literal(str *in, struct literal *ret)
{
	const char *p = in->p, *end = in->p + in->len;

	for (; p < end && *p != '#'; p++) {
		const char *start = NULL;
		if (*p == '"' || *p == '\'')
			start = p;
		else if (*p == '%' && end - p > 2 && (p[1] == 'q' || p[1] == 'Q'))
			start = p + 2;
		if (!start)
			continue;
		const char *close = find_close(start + 1, end, closing(*start));
		if (!close)
			return false;
		ret->raw = (str){ start + 1, close - start - 1 };
		ret->escapes = *start == '"' || (start > p && p[1] == 'Q');
		*in = (str){ close + 1, end - close - 1 };
		return true;
	}
	return false;
}

static void put_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
		return;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	buf_char(b, (char)(lead[more] | c >> (6 * more)));
	while (more--)
		buf_char(b, (char)(0x80 | (c >> (6 * more) & 0x3f)));
}

/* Up to `most` hexadecimal digits off the front, or -1. */
static int64_t take_hex(str *s, int most)
{
	int64_t v = 0;
	int n = 0;

	for (; n < most && s->len; n++, *s = str_from(*s, 1)) {
		char c = *s->p, l = (char)(c | 0x20);
		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (l >= 'a' && l <= 'f')
			v = v << 4 | (l - 'a' + 10);
		else
			break;
	}
	return n ? v : -1;
}

/* Behind a backslash. */
static str put_escape(struct buf *b, str s)
{
	static const char from[] = "nrtfabse0", to[] = "\n\r\t\f\a\b \x1b\0";
	const char *known = memchr(from, *s.p, sizeof(from) - 1);
	char c = *s.p;

	s = str_from(s, 1);
	if (known) {
		buf_char(b, to[known - from]);
		return s;
	}
	if (c != 'u' && c != 'x') {
		buf_char(b, c);
		return s;
	}
	bool braces = c == 'u' && s.len && *s.p == '{';
	if (braces)
		s = str_from(s, 1);
	int64_t v = take_hex(&s, c == 'x' ? 2 : braces ? 6 : 4);
	if (braces && s.len && *s.p == '}')
		s = str_from(s, 1);
	bool valid = v >= 0 && v <= 0x10ffff && (v < 0xd800 || v >= 0xe000);
	if (c == 'x' && valid)
		buf_char(b, (char)v);
	else
		put_utf8(b, valid ? (uint32_t)v : 0xfffd);
	return s;
}

/* #{s.name}: what the gemspec has said so far. */
static str put_value(struct buf *b, str s, const struct gemspec *g)
{
	ptrdiff_t end = str_find(s, '}');
	str inside = str_head(s, end < 0 ? 0 : end);

	if (end >= 0 && str_ends(inside, S(".name")))
		buf_add(b, str_head(g->name, VALUE_MAX));
	else if (end >= 0 && str_ends(inside, S(".version")))
		buf_add(b, str_head(g->version, VALUE_MAX));
	else
		buf_add(b, S("#{"));
	bool known = end >= 0 && (str_ends(inside, S(".name")) || str_ends(inside, S(".version")));
	return known ? str_from(s, end + 1) : str_from(s, 2);
}

static int value_of(struct op *op, const struct gemspec *g, const struct literal *l, str *ret)
{
	struct buf b;
	str s = l->raw;

	*ret = s;
	if (str_find(s, '\\') < 0 && (!l->escapes || str_find_str(s, S("#{")) < 0))
		return 0;
	buf_init(&b, op, 1 << 20);
	while (s.len) {
		if (*s.p == '\\' && s.len > 1) {
			s = str_from(s, 1);
			if (l->escapes) {
				s = put_escape(&b, s);
				continue;
			}
			if (*s.p != '\\' && *s.p != '\'')
				buf_char(&b, '\\');
		} else if (l->escapes && str_starts(s, S("#{"))) {
			s = put_value(&b, s, g);
			continue;
		}
		buf_char(&b, *s.p);
		s = str_from(s, 1);
	}
	return buf_take(&b, ret);
}

/* --- lines --- */

static int add(struct op *op, struct texts *list, str text)
{
	ptrdiff_t n = list->n;

	if (!text.len || n == NEEDS_MAX)
		return 0;
	if (n == 0 || (n >= 8 && (n & (n - 1)) == 0)) {
		str *p = op_extend(op, list->p, (size_t)n * sizeof(str),
				   (size_t)(n ? n * 2 : 8) * sizeof(str));
		if (!p)
			return op->code;
		list->p = p;
	}
	list->p[list->n++] = text;
	return 0;
}

static bool has(const struct texts *list, str text)
{
	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (str_eq(list->p[i], text))
			return true;
	}
	return false;
}

static int read_text(struct op *op, struct gemspec *g, str rest, size_t offset)
{
	str *to = (str *)(void *)((char *)g + offset);
	struct literal l;

	return next_literal(&rest, &l) ? value_of(op, g, &l, to) : 0;
}

static int read_list(struct op *op, struct gemspec *g, str rest, size_t offset)
{
	struct texts *to = (struct texts *)(void *)((char *)g + offset);
	struct literal l;
	str text;
	int rc = 0;

	to->n = 0;
	while (rc == 0 && next_literal(&rest, &l)) {
		rc = value_of(op, g, &l, &text);
		if (rc == 0)
			rc = add(op, to, text);
	}
	return rc;
}

/* "1.2", Gem::Version.new("1.2"), or a constant that another file has. */
static int read_version(struct op *op, struct gemspec *g, str rest, size_t offset)
{
	rest = str_trim(rest);
	bool literal = rest.len && memchr("\"'%", *rest.p, 3);
	if (literal || str_starts(rest, S("Gem::Version")))
		return read_text(op, g, rest, offset);
	g->constant = str_word(&rest);
	return 0;
}

static int read_need(struct op *op, struct gemspec *g, str rest, size_t offset)
{
	struct texts *to = (struct texts *)(void *)((char *)g + offset);
	struct literal l;
	str name;

	if (!next_literal(&rest, &l))
		return 0;
	int rc = value_of(op, g, &l, &name);
	return rc < 0 || has(to, name) || has(&g->develops, name) ? rc : add(op, to, name);
}

/* { "key" => "value", ... }, or ["key"] = "value" */
static int read_metadata(struct op *op, struct gemspec *g, str rest, size_t offset)
{
	struct literal key, value;

	while (next_literal(&rest, &key) && next_literal(&rest, &value)) {
		if (str_eq(key.raw, S("source_code_uri")))
			return value_of(op, g, &value, (str *)(void *)((char *)g + offset));
	}
	return 0;
}

#define AT(field) offsetof(struct gemspec, field)

static const struct attribute {
	const char *name;
	int (*read)(struct op *op, struct gemspec *g, str rest, size_t offset);
	size_t offset;
} attributes[] = {
	{ "name", read_text, AT(name) },
	{ "version", read_version, AT(version) },
	{ "platform", read_text, AT(platform) },
	{ "homepage", read_text, AT(homepage) },
	{ "summary", read_text, AT(summary) },
	{ "description", read_text, AT(description) },
	{ "license", read_list, AT(licences) },
	{ "licenses", read_list, AT(licences) },
	{ "author", read_list, AT(authors) },
	{ "authors", read_list, AT(authors) },
	{ "executables", read_list, AT(executables) },
	{ "metadata", read_metadata, AT(source_uri) },
	{ "add_development_dependency", read_need, AT(develops) },
	{ "add_dependency", read_need, AT(needs) },
	{ "add_runtime_dependency", read_need, AT(needs) },
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static str take_word(str *s)
{
	ptrdiff_t n = 0;

	while (n < s->len && is_word(s->p[n]))
		n++;
	str word = str_head(*s, n);
	*s = str_from(*s, n);
	return word;
}

static int read_line(struct op *op, struct gemspec *g, str line)
{
	str rest = str_trim(line), object = take_word(&rest);

	if (!object.len || !rest.len || *rest.p != '.')
		return 0;
	rest = str_from(rest, 1);
	str name = take_word(&rest);
	rest = str_trim(rest);
	bool set = rest.len && memchr("=([", *rest.p, 3) && !str_starts(rest, S("=="));
	bool call = rest.len && memchr("\"'%", *rest.p, 3);
	if (!set && !call)
		return 0;
	if (*rest.p == '=')
		rest = str_from(rest, 1);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (str_eq(name, str_of(attributes[i].name)))
			return attributes[i].read(op, g, rest, attributes[i].offset);
	}
	return 0;
}

/* "# stub: NAME VERSION PLATFORM PATHS": what RubyGems itself reads first. */
static void read_stub(struct gemspec *g, str text)
{
	static const char mark[] = "# stub: ";

	for (int i = 0; i < 5 && text.p; i++) {
		str line = str_cut(&text, '\n');
		if (!str_starts(line, str_of(mark)))
			continue;
		line = str_from(line, (ptrdiff_t)sizeof(mark) - 1);
		str name = str_word(&line), version = str_word(&line);
		if (!g->name.len)
			g->name = name;
		if (!g->version.len)
			g->version = version;
		if (!g->platform.len)
			g->platform = str_word(&line);
		return;
	}
}

int gemspec_parse(struct op *op, str text, struct gemspec *ret)
{
	struct gemspec g = { 0 };
	str rest = text;
	int rc = 0;

	if (str_find_str(text, S("Gem::Specification")) < 0) {
		*ret = g;
		return 0;
	}
	while (rest.p && rc == 0)
		rc = read_line(op, &g, str_cut(&rest, '\n'));
	if (rc == 0 && g.constant.len && !g.version.len)
		rc = gemspec_constant(op, text, &g.version);
	if (rc < 0)
		return rc;
	read_stub(&g, text);
	*ret = g;
	return 0;
}

/* Behind "VERSION =" or "Version =" in a line, wherever that begins; an empty text if it has none.
 */
static str behind_constant(str line)
{
	static const char *const names[] = { "VERSION", "Version" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		str name = str_of(names[i]);
		ptrdiff_t at = str_find_str(line, name);
		str rest = str_trim(str_from(line, at + name.len));
		bool begins = at == 0 || (at > 0 && !is_word(line.p[at - 1]) &&
					  line.p[at - 1] != ':' && line.p[at - 1] != '.');
		if (begins && rest.len && *rest.p == '=' && !str_starts(rest, S("==")))
			return str_from(rest, 1);
	}
	return S("");
}

int gemspec_constant(struct op *op, str text, str *ret)
{
	static const struct gemspec none;
	bool in_method = false;
	struct literal l;

	while (text.p) {
		str line = str_trim(str_cut(&text, '\n')), rest = line, word = take_word(&rest);
		str value = behind_constant(line);
		if (line.len && *line.p == '#')
			continue;
		if (value.len ? next_literal(&value, &l) : in_method && next_literal(&line, &l))
			return value_of(op, &none, &l, ret);
		in_method = str_eq(word, S("def")) &&
			    (str_ends(rest, S("version")) || str_ends(rest, S("version()")));
	}
	return 1;
}
