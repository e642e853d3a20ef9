/*
 *	Name: value             in lines of at most 72 bytes;
 *	 the value goes on      a line that begins with a blank belongs to the one before
 *	(an empty line)         ends the main section, then every further one
 */
#include "manifest.h"

#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"

/* The next line of *in without its end; false: there is none. */
static bool next_line(str *in, str *ret)
{
	ptrdiff_t n = 0;

	if (in->len == 0)
		return false;
	while (n < in->len && in->p[n] != '\n' && in->p[n] != '\r')
		n++;
	*ret = str_head(*in, n);
	if (n + 1 < in->len && in->p[n] == '\r' && in->p[n + 1] == '\n')
		n++;
	*in = str_from(*in, n + 1);
	return true;
}

static bool goes_on(str in)
{
	return in.len > 0 && in.p[0] == ' ';
}

/* A value whose first line is `value`, and all that continues it. */
static int take_value(struct op *op, str *in, str value, str *ret)
{
	struct buf b;
	str line;

	*ret = str_trim(value);
	if (!goes_on(*in))
		return 0;
	buf_init(&b, op, LIMIT_STANZA);
	buf_add(&b, value);
	while (goes_on(*in) && next_line(in, &line))
		buf_add(&b, str_from(line, 1));
	int rc = buf_take(&b, ret);
	*ret = str_trim(*ret);
	return rc;
}

static ptrdiff_t find_name(str s, const char *const *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str want = str_of(name[i]);
		if (want.len == s.len && strncasecmp(want.p, s.p, (size_t)s.len) == 0)
			return (ptrdiff_t)i;
	}
	return -1;
}

int manifest_find(struct op *op, str text, const char *const *name, size_t n, str *main, str *named)
{
	bool in_main = true, any = false;
	str line, value;

	for (size_t i = 0; i < n; i++)
		main[i] = named[i] = S("");
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	while (next_line(&text, &line)) {
		if (str_trim(line).len == 0) {
			in_main &= !any;
			continue;
		}
		ptrdiff_t colon = str_find(line, ':');
		if (colon <= 0 || line.p[0] == ' ')
			continue;
		any = true;
		ptrdiff_t i = find_name(str_head(line, colon), name, n);
		if (i < 0)
			continue;
		int rc = take_value(op, &text, str_from(line, colon + 1), &value);
		if (rc < 0)
			return rc;
		str *to = in_main ? &main[i] : &named[i];
		if (to->len == 0)
			*to = value;
	}
	return 0;
}
