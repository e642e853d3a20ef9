/*
 * Moments (RFC 3339) and durations ("1h30m", "-1.5s"). Source: cel-spec, "Timestamp and Duration"; moments of
 * the years 1 to 9999, durations of some 292 years.
 */
#include <string.h>

#include "base/num.h"
#include "cel_impl.h"
#include "sys/clock.h"

enum { SECOND = 1000 * 1000 * 1000, ZONE_MAX = 24 * 3600 };
static const int64_t first = INT64_C(-62135596800), last = INT64_C(253402300799);

bool cel_time_ok(const struct cel_value *v)
{
	if (v->kind == CEL_TIME)
		return v->t.s >= first && v->t.s <= last;
	return v->t.s > -INT64_C(9223372036) && v->t.s < INT64_C(9223372036);
}

/* ".123" as billionths; how many bytes; 0: none; -1: too many or no digits. */
static int fraction(str s, int32_t *ret)
{
	int n = 1;
	int32_t ns = 0, unit = SECOND / 10;

	*ret = 0;
	if (s.len == 0 || s.p[0] != '.')
		return 0;
	for (; n < s.len && s.p[n] >= '0' && s.p[n] <= '9'; n++) {
		if (n > 9)
			return -1;
		ns += (s.p[n] - '0') * unit;
		unit /= 10;
	}
	*ret = ns;
	return n > 1 ? n : -1;
}

/* "Z", "+01:30": seconds east; false: it is none. */
static bool zone(str s, int *ret)
{
	uint64_t h, m;

	*ret = 0;
	if (str_eq(s, S("Z")))
		return true;
	if (s.len != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' ||
	    !num_parse(str_head(str_from(s, 1), 2), 23, &h) || !num_parse(str_from(s, 4), 59, &m))
		return false;
	*ret = (int)(h * 3600 + m * 60) * (s.p[0] == '-' ? -1 : 1);
	return true;
}

bool cel_time_parse(str text, struct cel_value *ret)
{
	char plain[20], again[CLOCK_TEXT];
	int east, n;

	if (text.len < 20)
		return false;
	memcpy(plain, text.p, 19);
	plain[19] = 'Z';
	ret->kind = CEL_TIME;
	/* A day that its month does not have comes out as another. */
	if (!clock_parse_rfc3339((str){ plain, 20 }, &ret->t.s) ||
	    memcmp(clock_rfc3339(ret->t.s, again), plain, 20) != 0)
		return false;
	n = fraction(str_from(text, 19), &ret->t.ns);
	if (n < 0 || !zone(str_from(text, 19 + n), &east))
		return false;
	ret->t.s -= east;
	return cel_time_ok(ret);
}

/* A number with its unit off the front, as seconds and billionths. */
static bool part(str *s, int64_t *sec, int64_t *ns)
{
	static const struct {
		const char *unit;
		int64_t s, ns; /* one of the two */
	} units[] = { { "ns", 0, 1 },   { "us", 0, 1000 }, { "µs", 0, 1000 }, { "ms", 0, 1000000 },
		      { "h", 3600, 0 }, { "m", 60, 0 },    { "s", 1, 0 } };
	ptrdiff_t n = 0, digits;
	uint64_t whole = 0;
	int32_t billionths = 0;
	int used;

	while (n < s->len && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	digits = n;
	used = fraction(str_from(*s, n), &billionths);
	if (used < 0 || (n == 0 && used == 0) ||
	    (digits && !num_parse(str_head(*s, digits), INT64_C(9223372036854775807), &whole)))
		return false;
	*s = str_from(*s, n + used);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t a, b;
		if (!str_starts(*s, str_of(units[i].unit)))
			continue;
		*s = str_from(*s, (ptrdiff_t)strlen(units[i].unit));
		if (units[i].s) {
			b = (int64_t)billionths * units[i].s;
			if (__builtin_mul_overflow((int64_t)whole, units[i].s, &a))
				return false;
		} else {
			int64_t per = SECOND / units[i].ns;
			a = (int64_t)whole / per;
			b = (int64_t)whole % per * units[i].ns + billionths * units[i].ns / SECOND;
		}
		*sec = a + b / SECOND;
		*ns = b % SECOND;
		return *sec >= a && *sec < INT64_C(10000000000);
	}
	return false;
}

bool cel_duration_parse(str text, struct cel_value *ret)
{
	bool minus = text.len && text.p[0] == '-';
	int64_t s = 0, ns = 0, more, billionths;

	text = str_from(text, minus || (text.len && text.p[0] == '+'));
	if (text.len == 0)
		return false;
	if (str_eq(text, S("0")))
		text = S("0s");
	while (text.len) {
		if (!part(&text, &more, &billionths))
			return false;
		s += more;
		ns += billionths;
		if (s > INT64_C(10000000000))
			return false;
	}
	s += ns / SECOND;
	ns %= SECOND;
	ret->kind = CEL_DURATION;
	/* Kept with 0 <= ns. */
	ret->t.s = minus ? -s - (ns > 0) : s;
	ret->t.ns = (int32_t)(minus && ns ? SECOND - ns : ns);
	return cel_time_ok(ret);
}

static void put_fraction(struct buf *b, int32_t ns)
{
	int digits = 9;

	if (ns == 0)
		return;
	for (; ns % 10 == 0; digits--)
		ns /= 10;
	buf_fmt(b, ".%0*d", digits, ns);
}

void cel_time_text(struct buf *b, const struct cel_value *v)
{
	char text[CLOCK_TEXT];

	clock_rfc3339(v->t.s, text);
	buf_add(b, str_head(str_of(text), 19));
	put_fraction(b, v->t.ns);
	buf_char(b, 'Z');
}

void cel_duration_text(struct buf *b, const struct cel_value *v)
{
	int64_t s = v->t.s;
	int32_t ns = v->t.ns;

	if (s < 0) {
		buf_char(b, '-');
		s = -s - (ns > 0);
		ns = ns ? SECOND - ns : 0;
	}
	buf_fmt(b, "%lld", (long long)s);
	put_fraction(b, ns);
	buf_char(b, 's');
}
