#include "base/buf.h"
#include "inventory.h"

enum { PURL_MAX = 64 * 1024 };

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       str_find(S(".-_~"), c) >= 0;
}

static void encode(struct buf *b, str s, str keep)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (unreserved(s.p[i]) || str_find(keep, s.p[i]) >= 0)
			buf_char(b, s.p[i]);
		else
			buf_fmt(b, "%%%02X", (unsigned char)s.p[i]);
	}
}

int package_purl(struct op *op, struct package *p)
{
	struct buf b;

	buf_init(&b, op, PURL_MAX);
	buf_fmt(&b, "pkg:%s/", package_kinds[p->type].purl);
	if (p->ns.len) {
		encode(&b, p->ns, S("/"));
		buf_char(&b, '/');
	}
	encode(&b, p->name, S(""));
	if (p->version.len) {
		buf_char(&b, '@');
		encode(&b, p->version, S(":"));
	}
	return buf_take(&b, &p->purl);
}
