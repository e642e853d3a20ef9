/*
 * Operators and functions. Source: cel-spec, "List of Standard Definitions"; ours are glob(),
 * version_compare() and lowerAscii().
 */
#include <math.h>
#include <string.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cel_impl.h"
#include "model/version.h"
#include "sys/clock.h"

enum {
	PATTERN_MAX = 512,       /* bytes of a regular expression */
	REPEATS_MAX = 1000,      /* of all its {m,n} multiplied */
	MATCHED_MAX = 64 * 1024, /* bytes of a text that one is held against */
	BILLION = 1000 * 1000 * 1000,
};

#define ARGS struct cel_state *s, const struct cel_value *v, int n, struct cel_value *ret

static int give_bool(struct cel_value *ret, bool b)
{
	*ret = (struct cel_value){ .kind = CEL_BOOL, .b = b };
	return 0;
}

static int give_int(struct cel_value *ret, int64_t i)
{
	*ret = (struct cel_value){ .kind = CEL_INT, .i = i };
	return 0;
}

static int no_overload(struct cel_state *s, const char *what, const struct cel_value *v, int n)
{
	return n == 1 ? cel_error(s, "there is no %s of %s", what, cel_kinds[v[0].kind])
		      : cel_error(s, "there is no %s of %s and %s", what, cel_kinds[v[0].kind],
				  cel_kinds[v[1].kind]);
}

static int overflow(struct cel_state *s, const char *what)
{
	return cel_error(s, "%s overflows", what);
}

/* ---- arithmetic ---- */

static int shift_time(struct cel_state *s, const struct cel_value *a, const struct cel_value *b,
		      bool minus, struct cel_value *ret)
{
	int64_t ns = (int64_t)a->t.ns + (minus ? -b->t.ns : b->t.ns);
	bool moments = a->kind == CEL_TIME && b->kind == CEL_TIME;

	ret->kind = moments                                      ? CEL_DURATION
		    : a->kind == CEL_TIME || b->kind == CEL_TIME ? CEL_TIME
								 : CEL_DURATION;
	ret->t.s = a->t.s + (minus ? -b->t.s : b->t.s) + (ns < 0 ? -1 : ns >= BILLION);
	ret->t.ns = (int32_t)(ns < 0 ? ns + BILLION : ns >= BILLION ? ns - BILLION : ns);
	return cel_time_ok(ret) ? 0 : overflow(s, "a moment or duration");
}

static bool is_time(const struct cel_value *v)
{
	return v->kind == CEL_TIME || v->kind == CEL_DURATION;
}

static int add_lists(struct cel_state *s, const struct cel_value *v, struct cel_value *ret)
{
	ptrdiff_t n = v[0].all.n + v[1].all.n;
	struct cel_value *p;
	int rc = cel_steps(s, (uint64_t)n);

	if (rc)
		return rc;
	p = op_new(s->op, struct cel_value, n);
	if (!p)
		return s->op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		p[i] = i < v[0].all.n ? cel_at(&v[0], i) : cel_at(&v[1], i - v[0].all.n);
	*ret = (struct cel_value){ .kind = CEL_LIST, .all = { .p = p, .n = n } };
	return 0;
}

static int add(ARGS)
{
	if (is_time(&v[0]) && is_time(&v[1]) && (v[0].kind != CEL_TIME || v[1].kind != CEL_TIME))
		return shift_time(s, &v[0], &v[1], false, ret);
	if (v[0].kind != v[1].kind)
		return no_overload(s, "sum", v, n);
	ret->kind = v[0].kind;
	switch (v[0].kind) {
	case CEL_INT:
		return __builtin_add_overflow(v[0].i, v[1].i, &ret->i) ? overflow(s, "a sum") : 0;
	case CEL_UINT:
		return __builtin_add_overflow(v[0].u, v[1].u, &ret->u) ? overflow(s, "a sum") : 0;
	case CEL_DOUBLE:
		ret->d = v[0].d + v[1].d;
		return 0;
	case CEL_TEXT:
	case CEL_BYTES:
		return cel_concat(s, v[0].s, v[1].s, ret);
	case CEL_LIST:
		return add_lists(s, v, ret);
	default:
		return no_overload(s, "sum", v, n);
	}
}

static int subtract(ARGS)
{
	if (is_time(&v[0]) && is_time(&v[1]) && (v[0].kind == CEL_TIME || v[1].kind != CEL_TIME))
		return shift_time(s, &v[0], &v[1], true, ret);
	if (v[0].kind != v[1].kind)
		return no_overload(s, "difference", v, n);
	ret->kind = v[0].kind;
	switch (v[0].kind) {
	case CEL_INT:
		return __builtin_sub_overflow(v[0].i, v[1].i, &ret->i) ? overflow(s, "a difference")
								       : 0;
	case CEL_UINT:
		return __builtin_sub_overflow(v[0].u, v[1].u, &ret->u) ? overflow(s, "a difference")
								       : 0;
	case CEL_DOUBLE:
		ret->d = v[0].d - v[1].d;
		return 0;
	default:
		return no_overload(s, "difference", v, n);
	}
}

static int multiply(ARGS)
{
	if (v[0].kind != v[1].kind)
		return no_overload(s, "product", v, n);
	ret->kind = v[0].kind;
	switch (v[0].kind) {
	case CEL_INT:
		return __builtin_mul_overflow(v[0].i, v[1].i, &ret->i) ? overflow(s, "a product")
								       : 0;
	case CEL_UINT:
		return __builtin_mul_overflow(v[0].u, v[1].u, &ret->u) ? overflow(s, "a product")
								       : 0;
	case CEL_DOUBLE:
		ret->d = v[0].d * v[1].d;
		return 0;
	default:
		return no_overload(s, "product", v, n);
	}
}

static int divide(ARGS)
{
	if (v[0].kind != v[1].kind)
		return no_overload(s, "quotient", v, n);
	ret->kind = v[0].kind;
	switch (v[0].kind) {
	case CEL_INT:
		if (v[1].i == 0)
			return cel_error(s, "divided by zero");
		if (v[0].i == INT64_MIN && v[1].i == -1)
			return overflow(s, "a quotient");
		ret->i = v[0].i / v[1].i;
		return 0;
	case CEL_UINT:
		if (v[1].u == 0)
			return cel_error(s, "divided by zero");
		ret->u = v[0].u / v[1].u;
		return 0;
	case CEL_DOUBLE:
		ret->d = v[0].d / v[1].d;
		return 0;
	default:
		return no_overload(s, "quotient", v, n);
	}
}

static int modulo(ARGS)
{
	if (v[0].kind != v[1].kind || (v[0].kind != CEL_INT && v[0].kind != CEL_UINT))
		return no_overload(s, "remainder", v, n);
	if (v[1].u == 0)
		return cel_error(s, "divided by zero");
	ret->kind = v[0].kind;
	if (v[0].kind == CEL_UINT)
		ret->u = v[0].u % v[1].u;
	else if (v[1].i == -1 && v[0].i == INT64_MIN)
		return overflow(s, "a remainder");
	else
		ret->i = v[0].i % v[1].i;
	return 0;
}

static int negate(ARGS)
{
	ret->kind = v->kind;
	if (v->kind == CEL_INT) {
		ret->i = v->i == INT64_MIN ? 0 : -v->i;
		return v->i == INT64_MIN ? overflow(s, "a negation") : 0;
	}
	if (v->kind != CEL_DOUBLE)
		return no_overload(s, "negation", v, n);
	ret->d = -v->d;
	return 0;
}

static int not(ARGS)
{
	(void)s;
	(void)n;
	return give_bool(ret, !v->b);
}

/* ---- comparison ---- */

static int equal(ARGS)
{
	(void)n;
	bool is = cel_equal(s, &v[0], &v[1]);
	int rc = cel_steps(s, 0);

	return rc ? rc : give_bool(ret, is);
}

static int differ(ARGS)
{
	int rc = equal(s, v, n, ret);

	ret->b = !ret->b;
	return rc;
}

static int compare(struct cel_state *s, const struct cel_value *v, int *order, bool *nan)
{
	*nan = false;
	if (cel_order(&v[0], &v[1], order))
		return 0;
	if (cel_is_number(&v[0]) && cel_is_number(&v[1])) {
		*nan = true;
		return 0;
	}
	return no_overload(s, "order", v, 2);
}

#define COMPARISON(name, than)                                         \
	static int name(ARGS)                                          \
	{                                                              \
		int order = 0;                                         \
		bool nan = false;                                      \
		int rc = compare(s, v, &order, &nan);                  \
		(void)n;                                               \
		return rc ? rc : give_bool(ret, !nan && order than 0); \
	}
COMPARISON(less, <)
COMPARISON(less_equal, <=)
COMPARISON(more, >)
COMPARISON(more_equal, >=)

static int is_in(ARGS)
{
	struct cel_value held;

	if (v[1].kind == CEL_MAP)
		return give_bool(ret, cel_get(&v[1], &v[0], &held));
	if (v[1].kind != CEL_LIST)
		return no_overload(s, "'in'", v, n);
	for (ptrdiff_t i = 0; i < v[1].all.n; i++) {
		held = cel_at(&v[1], i);
		bool is = cel_equal(s, &v[0], &held);
		int rc = cel_steps(s, 0);
		if (rc || is)
			return rc ? rc : give_bool(ret, true);
	}
	return give_bool(ret, false);
}

/* ---- texts ---- */

static int size(ARGS)
{
	int64_t count = 0;

	(void)n;
	if (v->kind == CEL_BYTES)
		return give_int(ret, v->s.len);
	if (v->kind == CEL_LIST || v->kind == CEL_MAP)
		return give_int(ret, v->all.n);
	if (v->kind != CEL_TEXT)
		return no_overload(s, "size", v, 1);
	for (ptrdiff_t i = 0; i < v->s.len; i++)
		count += ((unsigned char)v->s.p[i] & 0xc0) != 0x80;
	int rc = cel_steps(s, (uint64_t)v->s.len / 64);
	return rc ? rc : give_int(ret, count);
}

static int contains(ARGS)
{
	int rc = cel_steps(s, (uint64_t)v[0].s.len / 16);

	(void)n;
	return rc ? rc : give_bool(ret, v[1].s.len == 0 || str_find_str(v[0].s, v[1].s) >= 0);
}

static int starts(ARGS)
{
	(void)s;
	(void)n;
	return give_bool(ret, str_starts(v[0].s, v[1].s));
}

static int ends(ARGS)
{
	(void)s;
	(void)n;
	return give_bool(ret, str_ends(v[0].s, v[1].s));
}

/* A repetition of repetitions multiplies what the matcher must hold. */
static bool repeats_much(str pattern)
{
	uint64_t product = 1;

	for (ptrdiff_t i = 0; i < pattern.len; i++) {
		uint64_t most = 0, number = 0;
		if (pattern.p[i] == '\\') {
			i++;
			continue;
		}
		if (pattern.p[i] != '{')
			continue;
		for (i++; i < pattern.len && pattern.p[i] != '}'; i++) {
			bool digit = pattern.p[i] >= '0' && pattern.p[i] <= '9';
			number = digit ? number * 10 + (uint64_t)(pattern.p[i] - '0') : 0;
			if (number > REPEATS_MAX)
				return true;
			most = number > most ? number : most;
		}
		product *= most ? most : 1;
		if (product > REPEATS_MAX)
			return true;
	}
	return false;
}

static int open_pattern(struct cel_state *s, str pattern)
{
	if (s->re && str_eq(s->pattern, pattern))
		return 0;
	if (pattern.len > PATTERN_MAX || repeats_much(pattern))
		return cel_error(s, "a regular expression is too long or repeats too much");
	go_regex_close(&s->re);
	op_done(&s->of_re);
	if (op_copy(&s->of_re, pattern, &s->pattern) < 0 ||
	    go_regex_open(&s->of_re, s->pattern, &s->re) < 0) {
		if (s->of_re.code == ERR_MEMORY)
			return op_adopt_error(s->op, &s->of_re);
		cel_error(s, "%s", s->of_re.text);
		op_forgive(&s->of_re);
		return 1;
	}
	return cel_steps(s, (uint64_t)pattern.len * 16);
}

static int matches(ARGS)
{
	bool is = false;
	int rc;

	(void)n;
	if (v[0].s.len > MATCHED_MAX)
		return cel_error(s, "a text of %td bytes is too long to match", v[0].s.len);
	rc = cel_steps(s, 8 + (uint64_t)(v[0].s.len * v[1].s.len) / 64);
	rc = rc ? rc : open_pattern(s, v[1].s);
	if (rc)
		return rc;
	if (go_regex_has(s->op, s->re, v[0].s, &is) < 0)
		return s->op->code;
	return give_bool(ret, is);
}

static int glob(ARGS)
{
	int rc = cel_steps(s, (uint64_t)(v[0].s.len * v[1].s.len) / 64 + 1);

	(void)n;
	if (v[0].s.len > PATTERN_MAX || v[1].s.len > MATCHED_MAX)
		return cel_error(s, "a pattern or text is too long");
	return rc ? rc : give_bool(ret, glob_match(v[0].s, v[1].s));
}

static int lower(ARGS)
{
	int rc = cel_concat(s, v->s, S(""), ret);

	(void)n;
	for (char *p = (char *)(uintptr_t)ret->s.p; rc == 0 && p < ret->s.p + ret->s.len; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	ret->kind = CEL_TEXT;
	return rc;
}

static int versions(ARGS)
{
	enum version_scheme scheme = version_scheme_of(v[0].s);
	int order;

	(void)n;
	if (!str_eq(str_of(version_schemes[scheme].name), v[0].s))
		return cel_error(s, "'%.*s' orders no versions", STR_ARG(str_head(v[0].s, 40)));
	int rc = cel_steps(s, (uint64_t)(v[1].s.len + v[2].s.len) / 16 + 1);
	if (rc)
		return rc;
	order = version_compare(scheme, v[1].s, v[2].s);
	return give_int(ret, order < 0 ? -1 : order > 0);
}

/* ---- conversion ---- */

static int no_conversion(struct cel_state *s, const struct cel_value *v, const char *to)
{
	if (v->kind == CEL_TEXT)
		return cel_error(s, "'%.*s' is no %s", STR_ARG(str_head(v->s, 100)), to);
	return cel_error(s, "%s is no %s, or out of its range", cel_kinds[v->kind], to);
}

static int to_int(ARGS)
{
	uint64_t u;

	(void)n;
	ret->kind = CEL_INT;
	switch (v->kind) {
	case CEL_INT:
		ret->i = v->i;
		return 0;
	case CEL_UINT:
		ret->u = v->u;
		return v->u > INT64_MAX ? no_conversion(s, v, "int") : 0;
	case CEL_DOUBLE:
		if (!(v->d > -9223372036854775808.0 && v->d < 9223372036854775807.0))
			return no_conversion(s, v, "int");
		ret->i = (int64_t)v->d;
		return 0;
	case CEL_TEXT: {
		bool minus = v->s.len && v->s.p[0] == '-', sign = minus || str_starts(v->s, S("+"));
		if (!num_parse(str_from(v->s, sign), (uint64_t)INT64_MAX + minus, &u))
			return no_conversion(s, v, "int");
		ret->u = minus ? 0 - u : u;
		return 0;
	}
	case CEL_TIME:
		ret->i = v->t.s;
		return 0;
	default:
		return no_conversion(s, v, "int");
	}
}

static int to_uint(ARGS)
{
	(void)n;
	ret->kind = CEL_UINT;
	switch (v->kind) {
	case CEL_INT:
		ret->u = v->u;
		return v->i < 0 ? no_conversion(s, v, "uint") : 0;
	case CEL_UINT:
		ret->u = v->u;
		return 0;
	case CEL_DOUBLE:
		if (!(v->d > -1 && v->d < 18446744073709551615.0))
			return no_conversion(s, v, "uint");
		if (v->d < 0)
			return no_conversion(s, v, "uint");
		ret->u = (uint64_t)v->d;
		return 0;
	case CEL_TEXT:
		return num_parse(v->s, UINT64_MAX, &ret->u) ? 0 : no_conversion(s, v, "uint");
	default:
		return no_conversion(s, v, "uint");
	}
}

static int to_double(ARGS)
{
	(void)n;
	ret->kind = CEL_DOUBLE;
	switch (v->kind) {
	case CEL_INT:
		ret->d = (double)v->i;
		return 0;
	case CEL_UINT:
		ret->d = (double)v->u;
		return 0;
	case CEL_DOUBLE:
		ret->d = v->d;
		return 0;
	case CEL_TEXT: {
		bool minus = str_starts(v->s, S("-")), sign = minus || str_starts(v->s, S("+"));
		str rest = str_from(v->s, sign);
		if (str_eq(rest, S("NaN")))
			ret->d = (double)NAN;
		else if (str_eq(rest, S("Inf")) || str_eq(rest, S("Infinity")))
			ret->d = HUGE_VAL;
		else if (!num_real(rest, &ret->d))
			return no_conversion(s, v, "double");
		ret->d = minus ? -ret->d : ret->d;
		return 0;
	}
	default:
		return no_conversion(s, v, "double");
	}
}

static int to_text(ARGS)
{
	struct cel_value as = *v;
	struct buf b;
	int rc;

	(void)n;
	if (v->kind == CEL_TEXT || v->kind == CEL_BYTES) {
		ret->kind = CEL_TEXT;
		ret->s = v->s;
		return v->kind == CEL_TEXT || utf8_valid(v->s)
			       ? 0
			       : cel_error(s, "bytes are not UTF-8");
	}
	buf_init(&b, s->op, 1 << 10);
	if (v->kind == CEL_TIME)
		cel_time_text(&b, v);
	else if (v->kind == CEL_DURATION)
		cel_duration_text(&b, v);
	else if (v->kind == CEL_UINT)
		buf_fmt(&b, "%llu", (unsigned long long)v->u);
	else if (v->kind == CEL_INT || v->kind == CEL_BOOL || v->kind == CEL_DOUBLE) {
		if ((rc = cel_put(s, &b, &as)) != 0)
			return rc;
	} else {
		return no_conversion(s, v, "string");
	}
	ret->kind = CEL_TEXT;
	if (buf_take(&b, &ret->s) < 0)
		return s->op->code;
	if (v->kind == CEL_DOUBLE && str_ends(ret->s, S(".0")))
		ret->s.len -= 2;
	return 0;
}

static int to_bytes(ARGS)
{
	(void)n;
	if (v->kind != CEL_TEXT && v->kind != CEL_BYTES)
		return no_conversion(s, v, "bytes");
	*ret = (struct cel_value){ .kind = CEL_BYTES, .s = v->s };
	return 0;
}

static int to_bool(ARGS)
{
	static const char *const words[] = { "true",  "false", "True", "False", "TRUE",
					     "FALSE", "t",     "f",    "1",     "0" };

	(void)n;
	if (v->kind == CEL_BOOL)
		return give_bool(ret, v->b);
	for (size_t i = 0; v->kind == CEL_TEXT && i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(v->s, str_of(words[i])))
			return give_bool(ret, i % 2 == 0);
	return no_conversion(s, v, "bool");
}

static int to_time(ARGS)
{
	(void)n;
	*ret = *v;
	ret->kind = CEL_TIME;
	if (v->kind == CEL_INT)
		ret->t.s = v->i, ret->t.ns = 0;
	if ((v->kind == CEL_TIME) || (v->kind == CEL_INT && cel_time_ok(ret)) ||
	    (v->kind == CEL_TEXT && cel_time_parse(v->s, ret)))
		return 0;
	return no_conversion(s, v, "timestamp");
}

static int to_duration(ARGS)
{
	(void)n;
	*ret = *v;
	if (v->kind == CEL_DURATION || (v->kind == CEL_TEXT && cel_duration_parse(v->s, ret)))
		return 0;
	return no_conversion(s, v, "duration");
}

static int type_of(ARGS)
{
	(void)s;
	(void)n;
	*ret = (struct cel_value){ .kind = CEL_TYPE, .type = v->kind };
	return 0;
}

static int same(ARGS)
{
	(void)s;
	(void)n;
	*ret = *v;
	return 0;
}

/* ---- parts of moments, in UTC ---- */

enum part { YEAR, MONTH, DAY, YEAR_DAY, WEEK_DAY, HOUR, MINUTE, SECONDS, MILLI };

static int part_of(struct cel_state *s, const struct cel_value *v, enum part p,
		   struct cel_value *ret)
{
	int64_t day, year, month, of_month, of_year, sec = v->t.s;
	char text[CLOCK_TEXT];

	if (v->kind == CEL_DURATION && p >= HOUR) {
		sec = v->t.s < 0 && v->t.ns ? v->t.s + 1 : v->t.s;
		return give_int(ret, p == HOUR     ? sec / 3600
				     : p == MINUTE ? sec / 60
				     : p == MILLI  ? v->t.ns / 1000000
						   : sec);
	}
	if (v->kind != CEL_TIME)
		return no_overload(s, "part", v, 1);
	clock_rfc3339(sec, text);
	year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] -
	       '0';
	month = (text[5] - '0') * 10 + text[6] - '0';
	of_month = (text[8] - '0') * 10 + text[9] - '0';
	day = clock_days(year, (int)month, (int)of_month);
	of_year = day - clock_days(year, 1, 1);
	sec -= day * 86400;
	const int64_t all[] = {
		year,       month - 1,     of_month, sec < 0 ? 0 : of_year, ((day + 4) % 7 + 7) % 7,
		sec / 3600, sec / 60 % 60, sec % 60, v->t.ns / 1000000
	};
	return give_int(ret, all[p]);
}

#define PART(name, part, less)                     \
	static int name(ARGS)                      \
	{                                          \
		int rc = part_of(s, v, part, ret); \
		(void)n;                           \
		if (rc == 0)                       \
			ret->i -= (less);          \
		return rc;                         \
	}
PART(get_year, YEAR, 0)
PART(get_month, MONTH, 0)
PART(get_date, DAY, 0)
PART(get_month_day, DAY, 1)
PART(get_year_day, YEAR_DAY, 0)
PART(get_week_day, WEEK_DAY, 0)
PART(get_hours, HOUR, 0)
PART(get_minutes, MINUTE, 0)
PART(get_seconds, SECONDS, 0)
PART(get_milliseconds, MILLI, 0)

#define ANY CEL_ANY
#define OPERATOR(name, n, run, gives)                                   \
	{                                                               \
		name, false, false, n, n, { ANY, ANY, ANY }, gives, run \
	}
#define GLOBAL(name, run, gives)                                       \
	{                                                              \
		name, false, true, 1, 1, { ANY, ANY, ANY }, gives, run \
	}
#define METHOD(name, run, gives)                                       \
	{                                                              \
		name, true, false, 1, 1, { ANY, ANY, ANY }, gives, run \
	}

const struct cel_function cel_functions[] = {
	OPERATOR("_+_", 2, add, ANY),
	OPERATOR("_-_", 2, subtract, ANY),
	OPERATOR("_*_", 2, multiply, ANY),
	OPERATOR("_/_", 2, divide, ANY),
	OPERATOR("_%_", 2, modulo, ANY),
	OPERATOR("-_", 1, negate, ANY),
	{ "!_", false, false, 1, 1, { CEL_BOOL, ANY, ANY }, CEL_BOOL, not },
	OPERATOR("_==_", 2, equal, CEL_BOOL),
	OPERATOR("_!=_", 2, differ, CEL_BOOL),
	OPERATOR("_<_", 2, less, CEL_BOOL),
	OPERATOR("_<=_", 2, less_equal, CEL_BOOL),
	OPERATOR("_>_", 2, more, CEL_BOOL),
	OPERATOR("_>=_", 2, more_equal, CEL_BOOL),
	OPERATOR("_in_", 2, is_in, CEL_BOOL),
	{ "size", true, true, 1, 1, { ANY, ANY, ANY }, CEL_INT, size },
	{ "contains", true, false, 2, 2, { CEL_TEXT, CEL_TEXT, ANY }, CEL_BOOL, contains },
	{ "startsWith", true, false, 2, 2, { CEL_TEXT, CEL_TEXT, ANY }, CEL_BOOL, starts },
	{ "endsWith", true, false, 2, 2, { CEL_TEXT, CEL_TEXT, ANY }, CEL_BOOL, ends },
	{ "matches", true, true, 2, 2, { CEL_TEXT, CEL_TEXT, ANY }, CEL_BOOL, matches },
	{ "lowerAscii", true, false, 1, 1, { CEL_TEXT, ANY, ANY }, CEL_TEXT, lower },
	{ "glob", false, true, 2, 2, { CEL_TEXT, CEL_TEXT, ANY }, CEL_BOOL, glob },
	{ "version_compare",
	  false,
	  true,
	  3,
	  3,
	  { CEL_TEXT, CEL_TEXT, CEL_TEXT },
	  CEL_INT,
	  versions },
	GLOBAL("int", to_int, CEL_INT),
	GLOBAL("uint", to_uint, CEL_UINT),
	GLOBAL("double", to_double, CEL_DOUBLE),
	GLOBAL("string", to_text, CEL_TEXT),
	GLOBAL("bytes", to_bytes, CEL_BYTES),
	GLOBAL("bool", to_bool, CEL_BOOL),
	GLOBAL("timestamp", to_time, CEL_TIME),
	GLOBAL("duration", to_duration, CEL_DURATION),
	GLOBAL("type", type_of, CEL_TYPE),
	GLOBAL("dyn", same, ANY),
	METHOD("getFullYear", get_year, CEL_INT),
	METHOD("getMonth", get_month, CEL_INT),
	METHOD("getDate", get_date, CEL_INT),
	METHOD("getDayOfMonth", get_month_day, CEL_INT),
	METHOD("getDayOfYear", get_year_day, CEL_INT),
	METHOD("getDayOfWeek", get_week_day, CEL_INT),
	METHOD("getHours", get_hours, CEL_INT),
	METHOD("getMinutes", get_minutes, CEL_INT),
	METHOD("getSeconds", get_seconds, CEL_INT),
	METHOD("getMilliseconds", get_milliseconds, CEL_INT),
};
const size_t cel_functions_n = sizeof(cel_functions) / sizeof(cel_functions[0]);

const struct cel_function *cel_function_of(str name)
{
	for (size_t i = 0; i < cel_functions_n; i++)
		if (str_eq(name, str_of(cel_functions[i].name)))
			return &cel_functions[i];
	return NULL;
}
