#include "base/utf8.h"
#include "xml.h"

void xml_begin(struct xml_out *x, struct buf *b, int indent)
{
	*x = (struct xml_out){ .b = b, .indent = indent };
	buf_add(b, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
}

static void end_tag(struct xml_out *x)
{
	if (x->in_tag)
		buf_char(x->b, '>');
	x->in_tag = false;
}

static void break_line(struct xml_out *x)
{
	if (x->indent > 0) {
		buf_char(x->b, '\n');
		buf_repeat(x->b, ' ', (ptrdiff_t)x->indent * x->depth);
	}
}

void xml_open(struct xml_out *x, const char *name)
{
	MUST(x->depth < XML_OUT_DEPTH && !x->has_text);
	end_tag(x);
	if (x->depth > 0)
		break_line(x);
	buf_char(x->b, '<');
	buf_add(x->b, str_of(name));
	x->open[x->depth++] = name;
	x->in_tag = true;
}

/* The length of what stands at the front of s and may be in a document: 0 for what may not. */
static ptrdiff_t allowed(str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c < 0x80)
		return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
	/* U+FFFE and U+FFFF are no characters. */
	if (str_starts(s, S("\xef\xbf\xbe")) || str_starts(s, S("\xef\xbf\xbf")))
		return 0;
	return utf8_width(s);
}

static void escape(struct xml_out *x, str s, bool quoted)
{
	while (s.len > 0) {
		ptrdiff_t width = allowed(s);
		char c = s.p[0];
		if (c == '&')
			buf_add(x->b, S("&amp;"));
		else if (c == '<')
			buf_add(x->b, S("&lt;"));
		else if (c == '>')
			buf_add(x->b, S("&gt;"));
		else if (c == '\r' || (quoted && (c == '"' || c == '\t' || c == '\n')))
			buf_fmt(x->b, "&#%d;", c);
		else
			buf_add(x->b, width ? str_head(s, width) : S("\xef\xbf\xbd"));
		s = str_from(s, width ? width : 1);
	}
}

void xml_put_attribute(struct xml_out *x, const char *name, str value)
{
	MUST(x->in_tag);
	buf_fmt(x->b, " %s=\"", name);
	escape(x, value, true);
	buf_char(x->b, '"');
}

void xml_put_text(struct xml_out *x, str text)
{
	MUST(x->depth > 0 && x->in_tag);
	end_tag(x);
	escape(x, text, false);
	x->has_text = true;
}

void xml_close(struct xml_out *x)
{
	MUST(x->depth > 0);
	x->depth--;
	if (x->in_tag) {
		buf_add(x->b, S("/>"));
	} else {
		if (!x->has_text)
			break_line(x);
		buf_fmt(x->b, "</%s>", x->open[x->depth]);
	}
	x->in_tag = false;
	x->has_text = false;
}

void xml_pair(struct xml_out *x, const char *name, str text)
{
	xml_open(x, name);
	xml_put_text(x, text);
	xml_close(x);
}

void xml_pair_opt(struct xml_out *x, const char *name, str text)
{
	if (text.len)
		xml_pair(x, name, text);
}
