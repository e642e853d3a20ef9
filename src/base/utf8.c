#include "utf8.h"

static bool continues(str s, ptrdiff_t i)
{
	return i < s.len && ((unsigned char)s.p[i] & 0xc0) == 0x80;
}

ptrdiff_t utf8_decode(str s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (s.len <= 0)
		return 0;
	unsigned char c = (unsigned char)s.p[0];
	ptrdiff_t width = c < 0x80   ? 1
			  : c < 0xc2 ? 0
			  : c < 0xe0 ? 2
			  : c < 0xf0 ? 3
			  : c < 0xf5 ? 4
				     : 0;
	if (width == 0)
		return 0;
	uint32_t code = width == 1 ? c : (uint32_t)(c & (0xff >> (width + 1)));

	for (ptrdiff_t i = 1; i < width; i++) {
		if (!continues(s, i))
			return 0;
		code = code << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	if (width > 1 &&
	    (code < least[width] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
		return 0;
	*ret = code;
	return width;
}

ptrdiff_t utf8_width(str s)
{
	uint32_t code;

	return utf8_decode(s, &code);
}

static bool misleads(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

ptrdiff_t utf8_printable(str s)
{
	uint32_t code = 0;
	ptrdiff_t width = utf8_decode(s, &code);

	return width && misleads(code) ? 0 : width;
}

bool utf8_valid(str s)
{
	while (s.len > 0) {
		ptrdiff_t width = utf8_width(s);
		if (!width)
			return false;
		s = str_from(s, width);
	}
	return true;
}
