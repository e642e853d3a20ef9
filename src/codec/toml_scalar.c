#include "toml_scalar.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits of a base with single underscores between them, off the front of *s. */
static bool skip_digits(str *s, int base)
{
	ptrdiff_t i = 0;

	for (; i < s->len; i++) {
		char c = s->p[i];
		bool ok = base == 16 ? is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
				     : c >= '0' && c < '0' + base;
		if (!ok && (c != '_' || i == 0 || s->p[i - 1] == '_'))
			break;
	}
	bool ok = i > 0 && s->p[i - 1] != '_';
	*s = str_from(*s, i);
	return ok;
}

static bool is_number(str s)
{
	if (s.len > 2 && s.p[0] == '0' && memchr("xob", s.p[1], 3)) {
		int base = s.p[1] == 'x' ? 16 : s.p[1] == 'o' ? 8 : 2;
		s = str_from(s, 2);
		return skip_digits(&s, base) && !s.len;
	}
	if (s.len && (*s.p == '+' || *s.p == '-'))
		s = str_from(s, 1);
	if (str_eq(s, S("inf")) || str_eq(s, S("nan")))
		return true;
	if (s.len > 1 && *s.p == '0' && (is_digit(s.p[1]) || s.p[1] == '_'))
		return false;
	if (!skip_digits(&s, 10))
		return false;
	if (s.len && *s.p == '.') {
		s = str_from(s, 1);
		if (!skip_digits(&s, 10))
			return false;
	}
	if (s.len && (*s.p | 0x20) == 'e') {
		s = str_from(s, 1);
		if (s.len && (*s.p == '+' || *s.p == '-'))
			s = str_from(s, 1);
		if (!skip_digits(&s, 10))
			return false;
	}
	return !s.len;
}

/* n digits off the front, at most max, or -1. */
static int take(str *s, int n, int max)
{
	int v = 0;

	if (s->len < n)
		return -1;
	for (int i = 0; i < n; i++) {
		if (!is_digit(s->p[i]))
			return -1;
		v = v * 10 + s->p[i] - '0';
	}
	*s = str_from(*s, n);
	return v <= max ? v : -1;
}

static bool take_char(str *s, char c)
{
	if (!s->len || (*s->p | 0x20) != (c | 0x20))
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool take_date(str *s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = take(s, 4, 9999), month, day;

	if (year < 0 || !take_char(s, '-') || (month = take(s, 2, 12)) < 1 || !take_char(s, '-') ||
	    (day = take(s, 2, 31)) < 1)
		return false;
	bool leap = month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0);
	return day <= days[month - 1] + leap;
}

static bool take_time(str *s)
{
	if (take(s, 2, 23) < 0 || !take_char(s, ':') || take(s, 2, 59) < 0 || !take_char(s, ':') ||
	    take(s, 2, 60) < 0)
		return false;
	if (!s->len || *s->p != '.')
		return true;
	ptrdiff_t n = 1;
	while (n < s->len && is_digit(s->p[n]))
		n++;
	*s = str_from(*s, n);
	return n > 1;
}

static bool take_offset(str *s)
{
	if (take_char(s, 'z'))
		return true;
	if (!take_char(s, '+') && !take_char(s, '-'))
		return false;
	return take(s, 2, 23) >= 0 && take_char(s, ':') && take(s, 2, 59) >= 0;
}

static bool is_moment(str s)
{
	str rest = s;

	if (take_time(&rest))
		return !rest.len;
	if (!take_date(&s))
		return false;
	if (!s.len)
		return true;
	if (!take_char(&s, 't') && !take_char(&s, ' '))
		return false;
	return take_time(&s) && (!s.len || (take_offset(&s) && !s.len));
}

bool toml_is_date(str word)
{
	return take_date(&word) && !word.len;
}

bool toml_scalar(str word, enum node_kind *ret)
{
	if (str_eq(word, S("true")) || str_eq(word, S("false")))
		*ret = NODE_BOOL;
	else if (is_number(word))
		*ret = NODE_NUMBER;
	else if (is_moment(word))
		*ret = NODE_TEXT;
	else
		return false;
	return true;
}
