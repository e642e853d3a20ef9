#include "entry.h"

int entry_path_cmp(str a, str b)
{
	ptrdiff_t i = 0;

	while (i < a.len && i < b.len && a.p[i] == b.p[i])
		i++;
	if (i == a.len || i == b.len)
		return (a.len > b.len) - (a.len < b.len);
	if (a.p[i] == '/' || b.p[i] == '/')
		return a.p[i] == '/' ? -1 : 1;
	return (unsigned char)a.p[i] < (unsigned char)b.p[i] ? -1 : 1;
}

int entry_cmp(const struct entry *a, const struct entry *b)
{
	return entry_path_cmp(a->path, b->path);
}
