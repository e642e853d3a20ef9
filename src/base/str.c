#include "str.h"

#include <string.h>

str str_of(const char *s)
{
	return (str){ s, s ? (ptrdiff_t)strlen(s) : 0 };
}

static ptrdiff_t clamp(str s, ptrdiff_t n)
{
	if (n < 0)
		return 0;
	return n > s.len ? s.len : n;
}

str str_from(str s, ptrdiff_t n)
{
	n = clamp(s, n);
	return (str){ s.p ? s.p + n : s.p, s.len - n };
}

int str_cmp(str a, str b)
{
	ptrdiff_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.p, b.p, (size_t)n) : 0;

	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(str s, str prefix)
{
	return s.len >= prefix.len && str_eq(str_head(s, prefix.len), prefix);
}

bool str_ends(str s, str suffix)
{
	return s.len >= suffix.len && str_eq(str_from(s, s.len - suffix.len), suffix);
}

ptrdiff_t str_find(str s, char c)
{
	const char *hit = s.len ? memchr(s.p, c, (size_t)s.len) : NULL;

	return hit ? hit - s.p : -1;
}

ptrdiff_t str_rfind(str s, char c)
{
	const char *hit = s.len ? memrchr(s.p, c, (size_t)s.len) : NULL;

	return hit ? hit - s.p : -1;
}

ptrdiff_t str_find_str(str s, str needle)
{
	if (needle.len == 0)
		return 0;
	if (s.len < needle.len)
		return -1;
	const char *hit = memmem(s.p, (size_t)s.len, needle.p, (size_t)needle.len);
	return hit ? hit - s.p : -1;
}

str str_cut(str *in, char c)
{
	ptrdiff_t at = str_find(*in, c);
	str got = *in;

	if (at < 0) {
		*in = (str){ NULL, 0 };
		return got;
	}
	got.len = at;
	*in = str_from(*in, at + 1);
	return got;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
	while (s.len > 0 && blank(s.p[0]))
		s = str_from(s, 1);
	while (s.len > 0 && blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

str str_word(str *in)
{
	str s = *in;

	while (s.len > 0 && blank(s.p[0]))
		s = str_from(s, 1);
	ptrdiff_t n = 0;
	while (n < s.len && !blank(s.p[n]))
		n++;
	*in = str_from(s, n);
	return str_head(s, n);
}

bool str_has_word(str list, str word)
{
	while (word.len && list.len > 0)
		if (str_eq(str_word(&list), word))
			return true;
	return false;
}

str str_base_name(str path)
{
	return str_from(path, str_rfind(path, '/') + 1);
}

str str_dir_name(str path)
{
	ptrdiff_t at = str_rfind(path, '/');

	return at < 0 ? S("") : str_head(path, at);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The last bytes of a text, fewer than eight, as a number: two reads that may overlap. */
static uint64_t tail(const char *p, ptrdiff_t n)
{
	uint32_t first, last;

	if (n >= 4) {
		memcpy(&first, p, 4);
		memcpy(&last, p + n - 4, 4);
		return first | (uint64_t)last << (8 * (n - 4));
	}
	return n == 0 ? 0
		      : (uint64_t)(uint8_t)p[0] | (uint64_t)(uint8_t)p[n / 2] << (8 * (n / 2)) |
				(uint64_t)(uint8_t)p[n - 1] << (8 * (n - 1));
}

uint64_t str_hash(str s, uint64_t seed)
{
	uint64_t h = seed ^ UINT64_C(0x9e3779b97f4a7c15);
	uint64_t word;
	ptrdiff_t at = 0;

	for (; s.len - at >= 8; at += 8) {
		memcpy(&word, s.p + at, 8);
		h = mix(h ^ word, UINT64_C(0xd6e8feb86659fd93));
	}
	/* The empty view may have no pointer, to which nothing may be added. */
	h = mix(h ^ tail(at ? s.p + at : s.p, s.len - at),
		UINT64_C(0xa0761d6478bd642f) ^ (uint64_t)(s.len - at));
	return mix(h, UINT64_C(0xe7037ed1a0b428db));
}

int str_qsort(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}
