/*
 *	Name: value
 *	 the value goes on      (a blank or tab before it)
 *	                        (an empty line: the body follows)
 */
#include "headers.h"

static str take_line(str *in)
{
	str line = str_cut(in, '\n');

	if (!in->p) /* the last one */
		*in = (str){ line.p + line.len, 0 };
	return line;
}

bool headers_next(str *in, struct header *ret)
{
	while (in->len > 0) {
		str line = take_line(in);
		if (line.len == 0 || str_eq(line, S("\r")))
			return false;
		ptrdiff_t colon = str_find(line, ':');
		str value = str_from(line, colon + 1);
		while (in->len > 0 && (in->p[0] == ' ' || in->p[0] == '\t')) {
			str more = take_line(in);
			value.len = more.p + more.len - value.p;
		}
		str name = str_trim(str_head(line, colon < 0 ? 0 : colon));
		if (name.len == 0)
			continue;
		*ret = (struct header){ name, str_trim(value) };
		return true;
	}
	return false;
}
