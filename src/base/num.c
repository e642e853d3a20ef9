#include "num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int read_digits(struct op *op, str s, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.len == 0)
		return op_fail(op, ERR_FORMAT, "a number is missing");
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] >= (char)('0' + base))
			return op_fail(op, ERR_FORMAT, "not a number: %.*s", STR_ARG(s));
		unsigned d = (unsigned)(s.p[i] - '0');
		if (d > max || v > (max - d) / base)
			return op_fail(op, ERR_LIMIT, "number %.*s is above %llu", STR_ARG(s),
				       (unsigned long long)max);
		v = v * base + d;
	}
	*ret = v;
	return 0;
}

int num_u64(struct op *op, str s, uint64_t max, uint64_t *ret)
{
	return read_digits(op, s, 10, max, ret);
}

int num_octal(struct op *op, str s, uint64_t max, uint64_t *ret)
{
	return read_digits(op, s, 8, max, ret);
}

bool num_parse(str s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	for (ptrdiff_t i = 0; i < s.len; i++) {
		unsigned d = (unsigned)(unsigned char)s.p[i] - '0';
		if (d > 9 || d > max || v > (max - d) / 10)
			return false;
		v = v * 10 + d;
	}
	if (s.len)
		*ret = v;
	return s.len > 0;
}

const char *num_size_text(uint64_t n, char out[NUM_SIZE_TEXT])
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double v = (double)n;
	size_t u = 0;

	while (v >= 1023.95 && u + 1 < sizeof(unit) / sizeof(unit[0])) {
		v /= 1024;
		u++;
	}
	(void)snprintf(out, NUM_SIZE_TEXT, u ? "%.1f %s" : "%.0f %s", v, unit[u]);
	return out;
}

/* A hundred bits of mantissa or more, so that rounding twice is never seen. */
#ifdef __x86_64__
__extension__ typedef __float128 wide;
#else
typedef long double wide;
#endif

enum { REAL_FIRST = 19, REAL_DIGITS = 33, REAL_EXPONENT = 400 };

/* The digits before and behind the point as one number; *exponent: how many stand behind it. 33
 * digits count: what the mantissa of `wide` holds. */
static bool read_mantissa(str *s, wide *ret, int *exponent)
{
	bool point = false, any = false;
	uint64_t first = 0;
	int digits = 0;

	for (; s->len > 0; *s = str_from(*s, 1)) {
		unsigned d = (unsigned)(unsigned char)s->p[0] - '0';
		if (s->p[0] == '.' && !point) {
			point = true;
			continue;
		}
		if (d > 9)
			break;
		any = true;
		if (digits < REAL_FIRST)
			first = first * 10 + d;
		else if (digits < REAL_DIGITS)
			*ret = (digits == REAL_FIRST ? (wide)first : *ret) * 10 + d;
		if (digits < REAL_DIGITS)
			*exponent -= point;
		else if (*exponent < REAL_EXPONENT)
			*exponent += !point;
		digits += first > 0 && digits < REAL_DIGITS;
	}
	if (digits <= REAL_FIRST)
		*ret = (wide)first;
	return any;
}

bool num_real(str s, double *ret)
{
	uint64_t n = 0;
	int exponent = 0;
	wide mantissa = 0, value, ten = 10, scale = 1;

	if (!read_mantissa(&s, &mantissa, &exponent))
		return false;
	if (s.len > 0) {
		bool minus = s.len > 1 && s.p[1] == '-',
		     sign = minus || (s.len > 1 && s.p[1] == '+');
		if ((s.p[0] != 'e' && s.p[0] != 'E') ||
		    !num_parse(str_from(s, 1 + sign), 100000, &n))
			return false;
		exponent += minus ? -(int)n : (int)n;
	}
	if (!(mantissa > 0) || exponent < -REAL_EXPONENT) {
		*ret = 0;
		return true;
	}
	if (exponent > REAL_EXPONENT)
		return false;
	for (int e = exponent < 0 ? -exponent : exponent; e; e >>= 1, ten *= ten)
		scale = e & 1 ? scale * ten : scale;
	value = exponent < 0 ? mantissa / scale : mantissa * scale;
	double nearest = (double)value;
	if (!isfinite(nearest))
		return false;
	*ret = nearest;
	return true;
}

const char *num_real_text(double value, char out[NUM_REAL_TEXT])
{
	double again;

	for (int digits = 6; digits <= 17; digits++) {
		(void)snprintf(out, NUM_REAL_TEXT, "%.*g", digits, value);
		if (num_real(str_of(out), &again) && again >= value && again <= value)
			break;
	}
	if (!strpbrk(out, ".e"))
		(void)memcpy(out + strlen(out), ".0", 3);
	return out;
}
