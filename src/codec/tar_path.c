#include <string.h>

#include "base/limits.h"

#include "tar.h"

bool tar_clean(str in, char *out, str *ret)
{
	ptrdiff_t n = 0;

	while (in.p) {
		str part = str_cut(&in, '/');
		if (part.len == 0 || str_eq(part, S(".")))
			continue;
		if (str_eq(part, S("..")) || part.len > LIMIT_NAME ||
		    memchr(part.p, '\0', (size_t)part.len))
			return false;
		if (part.len + (n > 0) > LIMIT_PATH - 1 - n)
			return false;
		if (n > 0)
			out[n++] = '/';
		memcpy(out + n, part.p, (size_t)part.len);
		n += part.len;
	}
	out[n] = '\0';
	*ret = (str){ out, n };
	return true;
}
