#include "passwd.h"

#include "base/num.h"
#include "base/vec.h"

enum { FIELDS = 9 };

static const struct {
	int min, max; /* fields */
} shape[PASSWD_KINDS] = { { 7, 7 }, { 3, 4 }, { 2, 9 } };

static bool read_id(str text, uint32_t *ret)
{
	uint64_t value;

	if (!num_parse(text, UINT32_MAX, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

static struct passwd_line read_line(enum passwd_kind kind, str text, int number)
{
	struct passwd_line l = { .line = number };
	str field[FIELDS] = { 0 };
	int n = 0;

	while (text.p && n < FIELDS)
		field[n++] = str_cut(&text, ':');
	l.name = field[0];
	l.password = field[1];
	l.bad = text.p || n < shape[kind].min || n > shape[kind].max || l.name.len == 0;
	if (kind != PASSWD_SHADOW)
		l.bad = !read_id(field[2], &l.id) || l.bad;
	if (kind != PASSWD_USERS)
		return l;
	l.bad = !read_id(field[3], &l.gid) || l.bad;
	l.home = field[5];
	l.shell = field[6];
	return l;
}

int passwd_read(struct op *op, enum passwd_kind kind, str text, struct passwd_line **ret,
		ptrdiff_t *ret_n)
{
	VEC(struct passwd_line) list = { 0 };

	for (int number = 1; text.p && number < INT32_MAX; number++) {
		str line = str_cut(&text, '\n');
		if (str_ends(line, S("\r")))
			line.len--;
		if (str_trim(line).len == 0 || line.p[0] == '#')
			continue;
		struct passwd_line *to = vec_push(op, &list);
		if (!to)
			return op->code;
		*to = read_line(kind, line, number);
	}
	*ret = list.p;
	*ret_n = list.n;
	return 0;
}

const struct passwd_line *passwd_find(const struct passwd_line *line, ptrdiff_t n, str name)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (!line[i].bad && str_eq(line[i].name, name))
			return &line[i];
	return NULL;
}

const struct passwd_line *passwd_find_id(const struct passwd_line *line, ptrdiff_t n, uint32_t id)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (!line[i].bad && line[i].id == id)
			return &line[i];
	return NULL;
}
