/*
 *	# comment, ! comment
 *	key=value   key:value   key value      blanks before and behind the separator do not count
 *	key = a value that \
 *	      goes on
 */
#include "properties.h"

#include "base/buf.h"
#include "base/limits.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

static str skip_blank(str s)
{
	while (s.len > 0 && is_blank(s.p[0]))
		s = str_from(s, 1);
	return s;
}

/* A logical line: with the lines that it goes on in, still escaped. */
static str take_line(str *in)
{
	ptrdiff_t n = 0;

	for (bool escaped = false; n < in->len; n++) {
		char c = in->p[n];
		if ((c == '\n' || c == '\r') && !escaped)
			break;
		if (c == '\r' && escaped && n + 1 < in->len && in->p[n + 1] == '\n')
			n++;
		escaped = c == '\\' && !escaped;
	}
	str line = str_head(*in, n);
	*in = str_from(*in, n + 1);
	return line;
}

static int hex(char c)
{
	ptrdiff_t at = str_find(S("0123456789abcdef"), (char)(c >= 'A' && c <= 'F' ? c | 32 : c));

	return (int)at;
}

static void add_code(struct buf *b, unsigned c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
	} else if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
		buf_char(b, (char)(0x80 | (c & 63)));
	} else {
		buf_char(b, (char)(0xe0 | c >> 12));
		buf_char(b, (char)(0x80 | (c >> 6 & 63)));
		buf_char(b, (char)(0x80 | (c & 63)));
	}
}

static unsigned take_code(str *s)
{
	unsigned code = 0;
	int n = 0;

	for (; n < 4 && n < s->len && hex(s->p[n]) >= 0; n++)
		code = code << 4 | (unsigned)hex(s->p[n]);
	*s = str_from(*s, n);
	return n == 4 ? code : 0xfffd;
}

static int unescape(struct op *op, str s, str *ret)
{
	struct buf b;

	*ret = str_trim(s);
	if (str_find(s, '\\') < 0)
		return 0;
	buf_init(&b, op, LIMIT_STANZA);
	while (s.len > 0) {
		char c = s.p[0];
		s = str_from(s, 1);
		if (c != '\\' || s.len == 0) {
			buf_char(&b, c);
			continue;
		}
		c = s.p[0];
		s = str_from(s, c == '\r' && s.len > 1 && s.p[1] == '\n' ? 2 : 1);
		ptrdiff_t known = str_find(S("tnrf"), c);
		if (c == '\n' || c == '\r')
			s = skip_blank(s);
		else if (c == 'u')
			add_code(&b, take_code(&s));
		else
			buf_char(&b, known >= 0 ? "\t\n\r\f"[known] : c);
	}
	int rc = buf_take(&b, ret);
	*ret = str_trim(*ret);
	return rc;
}

/* Where the key ends: at the first separator that is not escaped. */
static ptrdiff_t key_end(str line)
{
	ptrdiff_t n = 0;

	while (n < line.len && !is_blank(line.p[n]) && line.p[n] != '=' && line.p[n] != ':')
		n += line.p[n] == '\\' ? 2 : 1;
	return n < line.len ? n : line.len;
}

int properties_find(struct op *op, str text, const char *const *name, size_t n, str *ret)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = S("");
	while (text.len > 0) {
		str line = skip_blank(take_line(&text));
		if (line.len == 0 || line.p[0] == '#' || line.p[0] == '!')
			continue;
		ptrdiff_t end = key_end(line);
		str key = str_head(line, end), value = skip_blank(str_from(line, end));
		if (value.len > 0 && (value.p[0] == '=' || value.p[0] == ':'))
			value = skip_blank(str_from(value, 1));
		for (size_t i = 0; i < n; i++) {
			if (!str_eq(key, str_of(name[i])))
				continue;
			int rc = unescape(op, value, &ret[i]);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}
