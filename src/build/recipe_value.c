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

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int recipe_hex(const struct recipe_place *at, const struct node *node, str hex, str *ret)
{
	char *out = op_new(at->op, char, hex.len / 2 + 1);
	bool good = hex.len % 2 == 0;

	if (!out)
		return at->op->code;
	for (ptrdiff_t i = 0; i + 1 < hex.len; i += 2) {
		int high = hex_value(hex.p[i]), low = hex_value(hex.p[i + 1]);
		good = good && high >= 0 && low >= 0;
		out[i / 2] = (char)((unsigned)high << 4 | (unsigned)low);
	}
	if (!good)
		return node_fail(at->op, at->doc, node,
				 "'%.*s' must be pairs of lower-case hexadecimal digits",
				 STR_ARG(node->key));
	*ret = (str){ out, hex.len / 2 };
	return 0;
}

bool recipe_good_address(str s)
{
	return (str_starts(s, S("http://")) || str_starts(s, S("https://")) ||
		str_starts(s, S("file:/"))) &&
	       str_find(s, ' ') < 0;
}

bool recipe_names_deb(str line)
{
	return str_ends(line, S(".deb")) && !str_starts(line, S("!"));
}

str recipe_package_name(str line)
{
	ptrdiff_t n = 0;

	if (recipe_names_deb(line))
		return line;

	if (str_starts(line, S("!")))
		line = str_from(line, 1);
	while (n < line.len && !memchr("=/ (", line.p[n], 4))
		n++;
	return str_head(line, n);
}
