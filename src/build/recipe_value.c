#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "recipe_impl.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The unit at the front of s in nanoseconds, and its width; 0 for none. */
static uint64_t take_unit(str *s)
{
	static const struct {
		str name;
		uint64_t ns;
	} unit[] = {
		{ S_INIT("ns"), 1 },
		{ S_INIT("us"), 1000 },
		{ S_INIT("ms"), 1000000 },
		{ S_INIT("s"), UINT64_C(1000000000) },
		{ S_INIT("m"), UINT64_C(60000000000) },
		{ S_INIT("h"), UINT64_C(3600000000000) },
	};

	for (size_t i = 0; i < sizeof(unit) / sizeof(unit[0]); i++) {
		str rest = str_from(*s, unit[i].name.len);
		if (str_starts(*s, unit[i].name) && (rest.len == 0 || digit(rest.p[0]))) {
			*s = rest;
			return unit[i].ns;
		}
	}
	return 0;
}

bool recipe_duration(str s, uint64_t *ret)
{
	uint64_t sum = 0;

	if (s.len == 0)
		return false;
	while (s.len > 0) {
		ptrdiff_t n = 0;
		uint64_t count, part;
		while (n < s.len && digit(s.p[n]))
			n++;
		if (!num_parse(str_head(s, n), INT64_MAX, &count))
			return false;
		s = str_from(s, n);
		uint64_t unit = take_unit(&s);
		if (!unit || __builtin_mul_overflow(count, unit, &part) ||
		    __builtin_add_overflow(sum, part, &sum) || sum > INT64_MAX)
			return false;
	}
	*ret = sum;
	return true;
}

int recipe_clean_path(struct op *op, str in, bool *ret_ok, str *ret)
{
	char *out = op_new(op, char, in.len + 1);
	ptrdiff_t n = 0;

	if (!out)
		return op->code;
	*ret_ok = false;
	if (in.len >= LIMIT_PATH || str_find(in, '\0') >= 0)
		return 0;
	for (str rest = in; rest.p;) {
		str part = str_cut(&rest, '/');
		if (part.len == 0)
			continue;
		if (str_eq(part, S(".")) || str_eq(part, S("..")) || part.len > LIMIT_NAME)
			return 0;
		if (n)
			out[n++] = '/';
		memcpy(out + n, part.p, (size_t)part.len);
		n += part.len;
	}
	*ret = (str){ out, n };
	*ret_ok = n > 0;
	return 0;
}

str recipe_package_name(str line)
{
	ptrdiff_t n = 0;

	if (str_starts(line, S("!")))
		line = str_from(line, 1);
	while (n < line.len && !memchr("=/ (", line.p[n], 4))
		n++;
	return str_head(line, n);
}
