#include "feed_values.h"

#include "base/limits.h"

enum {
	YEAR_MIN = 1980, /* "0001-01-01" is Go's word for no time at all */
	YEAR_MAX = 2100,
	COMPARED = 256, /* so many are looked through for the same text: the time stays linear */
};

int feed_broken(struct op *op, str id, const char *why)
{
	return op_fail(op, ERR_FORMAT, "%.*s: %s", STR_ARG(str_head(id, 80)), why);
}

bool feed_name_good(str s)
{
	if (s.len < 1 || s.len > LIMIT_ADVISORY_NAME || s.p[0] == ' ' || s.p[s.len - 1] == ' ')
		return false;
	ptrdiff_t i = 0;
	for (; s.len - i >= 8; i += 8) {
		const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
		uint64_t w;
		memcpy(&w, s.p + i, sizeof(w));
		/* A control or DEL in it (or, by the borrow, perhaps not): looked at byte by byte. */
		uint64_t delete = w ^ (ones * 0x7f);
		if ((((w - ones * 0x20) & ~w) | ((delete - ones) & ~delete)) & high)
			break;
	}
	for (; i < s.len; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

static bool digits(const char *p, int n, int *ret)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		v = v * 10 + (p[i] - '0');
	}
	*ret = v;
	return true;
}

/* RFC 3339 section 5.6: full-date, and behind "T" (or a blank) a full-time. */
static bool time_good(str s)
{
	int hour, minute, second;

	if (s.len < 9 || s.len > 40 || (s.p[0] != 'T' && s.p[0] != 't' && s.p[0] != ' ') ||
	    !digits(s.p + 1, 2, &hour) || s.p[3] != ':' || !digits(s.p + 4, 2, &minute) ||
	    s.p[6] != ':' || !digits(s.p + 7, 2, &second))
		return false;
	return hour < 24 && minute < 60 && second < 61;
}

str feed_time(str s)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (s.len < 10 || !digits(s.p, 4, &year) || s.p[4] != '-' || !digits(s.p + 5, 2, &month) ||
	    s.p[7] != '-' || !digits(s.p + 8, 2, &day))
		return S("");
	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return S("");
	return s.len == 10 || time_good(str_from(s, 10)) ? s : S("");
}

str feed_get(const struct node *map, str key)
{
	str text = { 0 };

	return node_text(node_get(map, key), &text) ? text : S("");
}

int feed_add(struct op *op, str s, feed_texts *to)
{
	for (ptrdiff_t i = 0; i < to->n && i < COMPARED; i++) {
		if (str_eq(to->p[i], s))
			return 0;
	}
	str *place = vec_push(op, to);
	if (!place)
		return op->code;
	*place = s;
	return 0;
}

int feed_add_texts(struct op *op, str id, const struct node *list, ptrdiff_t max, feed_texts *to)
{
	ptrdiff_t n = !list ? 0 : list->kind == NODE_LIST ? list->n : 1;

	if (n > max - to->n)
		return feed_broken(op, id, "too many ids");
	for (ptrdiff_t i = 0; i < n; i++) {
		str text = { 0 };
		if (!node_text(list->kind == NODE_LIST ? &list->child[i] : list, &text) ||
		    !feed_name_good(text))
			continue;
		int rc = feed_add(op, text, to);
		if (rc < 0)
			return rc;
	}
	return 0;
}

struct texts feed_taken(const feed_texts *from)
{
	return (struct texts){ from->p, from->n };
}

int feed_only(struct op *op, struct pairs *only, str key, str value)
{
	struct pair *fresh = op_new(op, struct pair, only->n + 1);
	ptrdiff_t n = 0;

	if (!fresh)
		return op->code;
	while (n < only->n && str_cmp(only->p[n].key, key) < 0) {
		fresh[n] = only->p[n];
		n++;
	}
	fresh[n] = (struct pair){ key, value };
	for (; n < only->n; n++)
		fresh[n + 1] = only->p[n];
	*only = (struct pairs){ fresh, only->n + 1 };
	return 0;
}
