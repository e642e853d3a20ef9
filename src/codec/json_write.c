#include <stdio.h>

#include "base/utf8.h"
#include "json.h"

void json_begin(struct json_out *j, struct buf *b, int indent)
{
	*j = (struct json_out){ .b = b, .indent = indent, .first = { true } };
}

static void break_line(struct json_out *j, bool comma)
{
	if (j->indent > 0)
		buf_line(j->b, comma, (ptrdiff_t)j->indent * j->depth);
	else if (comma)
		buf_char(j->b, ',');
}

/* What stands before a member of the container at this depth. */
static void separate(struct json_out *j)
{
	bool comma = !j->first[j->depth];

	j->first[j->depth] = false;
	if (j->depth > 0)
		break_line(j, comma);
	else if (comma)
		buf_char(j->b, ',');
}

static void before_value(struct json_out *j)
{
	if (j->in_map[j->depth]) {
		MUST(j->after_key);
		j->after_key = false;
		return;
	}
	MUST(j->depth > 0 || j->first[0]);
	separate(j);
}

static void open_container(struct json_out *j, char c, bool map)
{
	before_value(j);
	buf_char(j->b, c);
	j->depth++;
	MUST(j->depth < (int)(sizeof(j->first) / sizeof(j->first[0])));
	j->first[j->depth] = true;
	j->in_map[j->depth] = map;
}

static void close_container(struct json_out *j, char c, bool map)
{
	MUST(j->depth > 0 && j->in_map[j->depth] == map && !j->after_key);
	bool empty = j->first[j->depth];
	j->depth--;
	if (!empty)
		break_line(j, false);
	buf_char(j->b, c);
}

void json_object(struct json_out *j)
{
	open_container(j, '{', true);
}

void json_object_end(struct json_out *j)
{
	close_container(j, '}', true);
}

void json_array(struct json_out *j)
{
	open_container(j, '[', false);
}

void json_array_end(struct json_out *j)
{
	close_container(j, ']', false);
}

static void escape(struct buf *b, unsigned char c)
{
	static const char letter[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};

	if (c >= 0x80)
		buf_add(b, S("\xef\xbf\xbd"));
	else if (c >= 0x20)
		buf_fmt(b, "\\%c", c);
	else if (letter[c])
		buf_fmt(b, "\\%c", letter[c]);
	else
		buf_fmt(b, "\\u%04x", c);
}

/* Is a byte of eight a control, a quote, a backslash, or beyond ASCII? */
static bool has_special(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x80 * ones;
	uint64_t quote = w ^ ('"' * ones), slash = w ^ ('\\' * ones);

	return ((w | ((w - 0x20 * ones) & ~w) | ((quote - ones) & ~quote) |
		 ((slash - ones) & ~slash)) &
		tops) != 0;
}

/* Width of the character at i if it may stand as it is, else 0. */
static ptrdiff_t plain(str s, ptrdiff_t i)
{
	unsigned char c = (unsigned char)s.p[i];

	if (c >= 0x80)
		return utf8_width(str_from(s, i));
	return c >= 0x20 && c != '"' && c != '\\';
}

/* Fewer than eight bytes, and blanks behind them. */
static uint64_t padded(const char *p, ptrdiff_t n)
{
	uint64_t w = UINT64_C(0x2020202020202020);

	if (n > 0)
		memcpy(&w, p, (size_t)n);
	return w;
}

/* Does all of it stand as it is? Most texts do. */
static bool all_plain(str s)
{
	ptrdiff_t i = 0;
	uint64_t w;

	for (; s.len - i >= 8; i += 8) {
		memcpy(&w, s.p + i, 8);
		if (has_special(w))
			return false;
	}
	if (i == 0)
		return !has_special(padded(s.p, s.len));
	memcpy(&w, s.p + s.len - 8, 8);
	return !has_special(w);
}

/* Where the first byte from i on stands that cannot stand as it is. */
static ptrdiff_t plain_until(str s, ptrdiff_t i)
{
	ptrdiff_t width = 1;
	uint64_t w;

	while (i < s.len && width) {
		for (; s.len - i >= 8; i += 8) {
			memcpy(&w, s.p + i, 8);
			if (has_special(w))
				break;
		}
		/* Up to the next eight: what they hold is known by now. */
		for (int k = 0; k < 8 && i < s.len && (width = plain(s, i)) > 0; k++)
			i += width;
	}
	return i;
}

static void quoted(struct buf *b, str s)
{
	if (all_plain(s)) {
		buf_between(b, '"', s);
		return;
	}
	ptrdiff_t from = 0, to = plain_until(s, 0);
	buf_char(b, '"');
	while (to < s.len) {
		buf_add(b, (str){ s.p + from, to - from });
		escape(b, (unsigned char)s.p[to]);
		from = to + 1;
		to = plain_until(s, from);
	}
	if (to > from)
		buf_add(b, (str){ s.p + from, to - from });
	buf_char(b, '"');
}

void json_key(struct json_out *j, str key)
{
	MUST(j->in_map[j->depth] && !j->after_key);
	separate(j);
	quoted(j->b, key);
	buf_add(j->b, j->indent > 0 ? S(": ") : S(":"));
	j->after_key = true;
}

void json_text(struct json_out *j, str value)
{
	before_value(j);
	quoted(j->b, value);
}

void json_u64(struct json_out *j, uint64_t value)
{
	before_value(j);
	buf_fmt(j->b, "%llu", (unsigned long long)value);
}

void json_i64(struct json_out *j, int64_t value)
{
	before_value(j);
	buf_fmt(j->b, "%lld", (long long)value);
}

void json_bool(struct json_out *j, bool value)
{
	before_value(j);
	buf_add(j->b, value ? S("true") : S("false"));
}

void json_null(struct json_out *j)
{
	before_value(j);
	buf_add(j->b, S("null"));
}

void json_raw(struct json_out *j, str value)
{
	before_value(j);
	buf_add(j->b, value);
}

void json_pair(struct json_out *j, const char *key, str value)
{
	json_key(j, str_of(key));
	json_text(j, value);
}

void json_pair_opt(struct json_out *j, const char *key, str value)
{
	if (value.len)
		json_pair(j, key, value);
}

void json_pair_u64(struct json_out *j, const char *key, uint64_t value)
{
	json_key(j, str_of(key));
	json_u64(j, value);
}
