#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_read(str text, uint8_t *to, size_t size, size_t *ret)
{
	uint32_t bits = 0;
	size_t n = 0;

	if (text.len % 4 == 0 && text.len && text.p[text.len - 1] == '=')
		text.len -= text.p[text.len - 2] == '=' ? 2 : 1;
	if (text.len % 4 == 1)
		return false;
	for (ptrdiff_t i = 0; i < text.len; i++) {
		int v = value(text.p[i]);
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		if (i % 4 == 0)
			continue;
		if (n == size)
			return false;
		to[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	*ret = n;
	return true;
}

int base64_write(struct op *op, str bytes, str *ret)
{
	char *to = op_new(op, char, (bytes.len + 2) / 3 * 4 + 1);
	ptrdiff_t n = 0;

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < bytes.len; i += 3) {
		uint32_t bits = 0;
		for (ptrdiff_t k = i; k < i + 3; k++)
			bits = bits << 8 | (k < bytes.len ? (uint8_t)bytes.p[k] : 0);
		for (int k = 0; k < 4; k++)
			to[n++] = alphabet[bits >> (18 - 6 * k) & 63];
	}
	for (ptrdiff_t k = 0; k < (3 - bytes.len % 3) % 3; k++)
		to[n - 1 - k] = '=';
	*ret = (str){ to, n };
	return 0;
}
