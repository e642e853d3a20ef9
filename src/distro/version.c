#include "version.h"

#include "base/num.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The weight of s's first byte in a non-digit part: '~' below the end, letters below the rest. */
static int weight(str s)
{
	if (s.len == 0 || is_digit(s.p[0]))
		return 0;
	if (s.p[0] == '~')
		return -1;
	if (is_letter(s.p[0]))
		return s.p[0];
	return (unsigned char)s.p[0] + 256;
}

/* Take the digits off the front of *s, without leading zeros. */
static str take_number(str *s)
{
	ptrdiff_t n = 0;

	while (s->len > 0 && s->p[0] == '0')
		*s = str_from(*s, 1);
	while (n < s->len && is_digit(s->p[n]))
		n++;
	str got = str_head(*s, n);
	*s = str_from(*s, n);
	return got;
}

/* Source: deb-version(7), "Sorting algorithm": turns of a non-digit part and a number. */
static int part_cmp(str a, str b)
{
	while (a.len > 0 || b.len > 0) {
		while ((a.len > 0 && !is_digit(a.p[0])) || (b.len > 0 && !is_digit(b.p[0]))) {
			int order = weight(a) - weight(b);
			if (order)
				return order;
			a = str_from(a, 1);
			b = str_from(b, 1);
		}
		str m = take_number(&a), n = take_number(&b);
		int order = m.len != n.len ? (m.len > n.len) - (m.len < n.len) : str_cmp(m, n);
		if (order)
			return order;
	}
	return 0;
}

struct version {
	str epoch, upstream, revision;
};

static struct version split(str v)
{
	struct version got = { .epoch = S("") };
	ptrdiff_t colon = str_find(v, ':');

	if (colon >= 0) {
		got.epoch = str_head(v, colon);
		v = str_from(v, colon + 1);
	}
	ptrdiff_t dash = str_rfind(v, '-');
	got.upstream = dash < 0 ? v : str_head(v, dash);
	got.revision = dash < 0 ? S("") : str_from(v, dash + 1);
	return got;
}

int version_cmp(str a, str b)
{
	struct version x = split(a), y = split(b);
	int order = part_cmp(x.epoch, y.epoch);

	if (!order)
		order = part_cmp(x.upstream, y.upstream);
	return order ? order : part_cmp(x.revision, y.revision);
}

static bool only(str s, const char *marks)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (!is_digit(s.p[i]) && !is_letter(s.p[i]) && str_find(str_of(marks), s.p[i]) < 0)
			return false;
	}
	return true;
}

bool version_valid(str v)
{
	struct version x = split(v);
	uint64_t epoch;

	if (str_find(v, ':') >= 0 && !num_parse(x.epoch, INT32_MAX, &epoch))
		return false;
	if (x.upstream.len == 0 || (!is_digit(x.upstream.p[0]) && !is_letter(x.upstream.p[0])))
		return false;
	if (str_ends(v, S("-")))
		return false;
	return only(x.upstream, ".+-~:") && only(x.revision, ".+~");
}
