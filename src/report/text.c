#include "text.h"

#include "base/utf8.h"

void text_safe(struct buf *b, str s)
{
	while (s.len > 0) {
		ptrdiff_t width = utf8_printable(s);
		if (width)
			buf_add(b, str_head(s, width));
		else
			buf_fmt(b, "\\x%02x", (unsigned char)s.p[0]);
		s = str_from(s, width ? width : 1);
	}
}

/* Columns of s as text_safe() writes it. */
static int columns_of(str s)
{
	int n = 0;

	while (s.len > 0) {
		ptrdiff_t width = utf8_printable(s);
		n += width ? 1 : 4;
		s = str_from(s, width ? width : 1);
	}
	return n;
}

int text_clip(struct buf *b, str s, int columns, const struct text_style *style)
{
	int all = s.len > INT16_MAX ? INT16_MAX : columns_of(s);
	int used = 0;

	if (all <= columns) {
		text_safe(b, s);
		return all;
	}
	while (s.len > 0) {
		ptrdiff_t width = utf8_printable(s);
		int more = width ? 1 : 4;
		if (used + more > columns - 1)
			break;
		text_safe(b, str_head(s, width ? width : 1));
		used += more;
		s = str_from(s, width ? width : 1);
	}
	buf_add(b, style->utf8 ? S("…") : S("~"));
	return used + 1;
}

void text_wrap(struct buf *b, str s, int at, int indent, const struct text_style *style)
{
	bool fresh = true; /* nothing on this line yet */

	for (str word = str_word(&s); word.len; word = str_word(&s)) {
		int columns = word.len > INT16_MAX ? INT16_MAX : columns_of(word);
		if (!fresh && at + 1 + columns > style->width) {
			buf_char(b, '\n');
			buf_repeat(b, ' ', indent);
			at = indent;
			fresh = true;
		}
		if (!fresh)
			buf_char(b, ' ');
		text_safe(b, word);
		at += columns + !fresh;
		fresh = false;
	}
}

str text_line(str s)
{
	ptrdiff_t end = str_find(s, '\n');

	return end < 0 ? s : str_head(s, end);
}

void text_colour(struct buf *b, const struct text_style *style, enum text_colour colour)
{
	static const char *const code[] = { "0", "1", "2", "32", "31", "33", "36" };

	if (style->colour)
		buf_fmt(b, "\033[%sm", code[colour]);
}

void text_html(struct buf *b, str s)
{
	while (s.len > 0) {
		ptrdiff_t width = utf8_printable(s);
		char c = s.p[0];
		if (c == '\n')
			buf_char(b, '\n');
		else if (!width)
			buf_add(b, S("\xef\xbf\xbd"));
		else if (c == '&')
			buf_add(b, S("&amp;"));
		else if (c == '<')
			buf_add(b, S("&lt;"));
		else if (c == '>')
			buf_add(b, S("&gt;"));
		else if (c == '"')
			buf_add(b, S("&quot;"));
		else if (c == '\'')
			buf_add(b, S("&#39;"));
		else
			buf_add(b, str_head(s, width));
		s = str_from(s, width ? width : 1);
	}
}

void text_markdown(struct buf *b, str s)
{
	while (s.len > 0) {
		ptrdiff_t width = utf8_printable(s);
		if (width == 1 && str_find(S("\\`*_[]<|~&"), s.p[0]) >= 0)
			buf_char(b, '\\');
		if (s.p[0] == '\n')
			buf_char(b, ' ');
		else
			buf_add(b, width ? str_head(s, width) : S("\uFFFD"));
		s = str_from(s, width ? width : 1);
	}
}

void text_csv(struct buf *b, str s, bool last)
{
	bool formula = s.len && str_find(S("=+-\t\r"), s.p[0]) >= 0;
	bool quote = false;

	/* "@SUM(A1)" is one to some; "@scope/name" is a name. */
	formula |= str_starts(s, S("@")) && str_find(s, '(') >= 0;
	quote |= formula;
	for (ptrdiff_t i = 0; i < s.len; i++)
		quote |= str_find(S(",\"\r\n"), s.p[i]) >= 0;
	if (quote)
		buf_char(b, '"');
	if (formula)
		buf_char(b, '\'');
	while (s.len > 0) {
		ptrdiff_t width = s.p[0] == '\n' ? 1 : utf8_printable(s);
		if (s.p[0] == '"')
			buf_char(b, '"');
		buf_add(b, width ? str_head(s, width) : S("\uFFFD"));
		s = str_from(s, width ? width : 1);
	}
	if (quote)
		buf_char(b, '"');
	buf_add(b, last ? S("\r\n") : S(","));
}

void text_uri(struct buf *b, str path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/@+,=";

	for (ptrdiff_t i = 0; i < path.len; i++) {
		if (str_find(str_of(plain), path.p[i]) >= 0)
			buf_char(b, path.p[i]);
		else
			buf_fmt(b, "%%%02X", (unsigned char)path.p[i]);
	}
}

void text_count(struct buf *b, uint64_t n, const char *one, const char *many)
{
	buf_fmt(b, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}
