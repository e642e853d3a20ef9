/*
 *	0 16  name, blanks behind it     48 10  size, decimal
 *	16 12 mtime, decimal             58  2  "`\n"
 *	28 20 owner, group, mode         60     the content, and "\n" if its size is odd
 */
#include "ar.h"

#include "base/num.h"
#include "sys/file.h"

enum { AR_MAGIC = 8, AR_HEADER = 60, AR_MEMBERS = 64 };

static str ar_field(const char *h, int at, int len)
{
	str s = { h + at, len };

	while (s.len > 0 && s.p[s.len - 1] == ' ')
		s.len--;
	return s;
}

static int ar_member(struct op *op, str what, const char *h, uint64_t at, uint64_t end,
		     struct ar_member *ret)
{
	struct ar_member m = { .offset = at + AR_HEADER };
	uint64_t mtime = 0;
	str name = ar_field(h, 0, 16), time = ar_field(h, 16, 12);

	if (str_ends(name, S("/")))
		name.len--;
	if (h[58] != '`' || h[59] != '\n' || name.len == 0 || str_find(name, '\0') >= 0 ||
	    (time.len && !num_parse(time, INT64_MAX, &mtime)) ||
	    !num_parse(ar_field(h, 48, 10), UINT64_MAX, &m.size))
		return op_fail(op, ERR_FORMAT, "%.*s: bad ar header at byte %llu", STR_ARG(what),
			       (unsigned long long)at);
	if (m.size > end - m.offset)
		return op_fail(op, ERR_FORMAT, "%.*s: ar member '%.*s' passes the end of the file",
			       STR_ARG(what), STR_ARG(name));
	m.mtime = (int64_t)mtime;
	int rc = op_copy(op, name, &m.name);
	if (rc < 0)
		return rc;
	*ret = m;
	return 0;
}

int ar_list(struct op *op, int fd, str what, struct ar_member **ret, ptrdiff_t *ret_n)
{
	struct ar_member *list = op_new(op, struct ar_member, AR_MEMBERS);
	char h[AR_HEADER];
	ptrdiff_t n = 0;
	uint64_t end;
	int rc;

	if (!list)
		return op->code;
	if ((rc = file_size(op, fd, what, &end)) < 0)
		return rc;
	if (end < AR_MAGIC)
		return op_fail(op, ERR_FORMAT, "%.*s is no ar archive", STR_ARG(what));
	if ((rc = file_pread(op, fd, what, h, AR_MAGIC, 0)) < 0)
		return rc;
	if (!str_eq((str){ h, AR_MAGIC }, S("!<arch>\n")))
		return op_fail(op, ERR_FORMAT, "%.*s is no ar archive", STR_ARG(what));
	for (uint64_t at = AR_MAGIC; at < end; n++) {
		if (n == AR_MEMBERS)
			return op_fail(op, ERR_LIMIT, "%.*s: more than %d ar members",
				       STR_ARG(what), AR_MEMBERS);
		if (end - at < AR_HEADER)
			return op_fail(op, ERR_FORMAT, "%.*s: truncated ar header", STR_ARG(what));
		if ((rc = file_pread(op, fd, what, h, AR_HEADER, at)) < 0 ||
		    (rc = ar_member(op, what, h, at, end, &list[n])) < 0)
			return rc;
		at = list[n].offset + list[n].size + (list[n].size & 1);
	}
	*ret = list;
	*ret_n = n;
	return 0;
}
