#include "num.h"

#include <stdio.h>

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
