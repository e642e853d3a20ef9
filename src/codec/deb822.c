#include "deb822.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"

enum {
	FIELDS_MAX = 512, /* of a stanza; dpkg knows about eighty names */
};

static bool blank_line(str line)
{
	return str_trim(line).len == 0;
}

/* The next line off the front of *in, its newline included. */
static str take_line(str *in)
{
	ptrdiff_t at = str_find(*in, '\n');
	str line = str_head(*in, at < 0 ? in->len : at + 1);

	*in = str_from(*in, line.len);
	return line;
}

static bool good_name(str name)
{
	if (name.len == 0 || name.p[0] == '-' || name.p[0] == '#')
		return false;
	for (ptrdiff_t i = 0; i < name.len; i++) {
		if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == ':')
			return false;
	}
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool same_name(str a, str b)
{
	if (a.len != b.len)
		return false;
	for (ptrdiff_t i = 0; i < a.len; i++) {
		if (a.p[i] != b.p[i] && lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

str deb822_get(const struct deb822_stanza *s, const char *name)
{
	str want = str_of(name);

	for (ptrdiff_t i = 0; i < s->n; i++) {
		if (same_name(s->field[i].name, want))
			return s->field[i].value;
	}
	return S("");
}

/* A value in which comment lines stand: a copy without them. */
static int without_comments(struct op *op, str value, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_STANZA);
	buf_add(&b, take_line(&value));
	while (value.len > 0) {
		str line = take_line(&value);
		if (line.p[0] != '#')
			buf_add(&b, line);
	}
	return buf_take(&b, ret);
}

/* The value that begins at line's colon and goes on over the lines of *in that begin with a blank.
 */
static int take_value(struct op *op, str first, str *in, str *ret)
{
	bool comments = false;
	str value = first;

	for (str rest = *in; rest.len > 0;) {
		str line = take_line(&rest);
		if (line.p[0] == '#') {
			/* Belongs to the value only if more of it follows. */
			comments = true;
			continue;
		}
		if ((line.p[0] != ' ' && line.p[0] != '\t') || blank_line(line))
			break;
		value.len = rest.p - first.p;
		*in = rest;
	}
	*ret = str_trim(value);
	return comments && str_find(*ret, '#') >= 0 ? without_comments(op, *ret, ret) : 0;
}

static int add_field(struct op *op, struct deb822_stanza *s, ptrdiff_t *cap,
		     struct deb822_field field)
{
	for (ptrdiff_t i = 0; i < s->n; i++) {
		if (same_name(s->field[i].name, field.name))
			return op_fail(op, ERR_FORMAT, "the field %.*s stands twice in one stanza",
				       STR_ARG(field.name));
	}
	if (s->n == FIELDS_MAX)
		return op_fail(op, ERR_LIMIT, "a stanza of more than %d fields", FIELDS_MAX);
	if (!vec_grow(op, (void **)&s->field, &s->n, cap, sizeof(*s->field)))
		return op->code;
	s->field[s->n - 1] = field;
	return 0;
}

static int take_field(struct op *op, str line, str *in, struct deb822_stanza *s, ptrdiff_t *cap)
{
	ptrdiff_t colon = str_find(line, ':');
	struct deb822_field field = { .name = str_head(line, colon) };

	if (colon < 0)
		return op_fail(op, ERR_FORMAT, "a line without a colon: '%.*s'",
			       STR_ARG(str_head(str_trim(line), 80)));
	if (!good_name(field.name))
		return op_fail(op, ERR_FORMAT, "not a field's name: '%.*s'",
			       STR_ARG(str_head(field.name, 80)));
	int rc = take_value(op, str_from(line, colon + 1), in, &field.value);
	return rc < 0 ? rc : add_field(op, s, cap, field);
}

/* The first stanza's bytes: up to a blank line or the end. */
static int measure(struct op *op, str in, str *ret)
{
	str rest = in;

	while (rest.len > 0) {
		str before = rest;
		str line = take_line(&rest);
		if (blank_line(line)) {
			rest = before;
			break;
		}
		if (rest.p - in.p > LIMIT_STANZA)
			return op_fail(op, ERR_LIMIT, "a stanza is larger than %d bytes",
				       LIMIT_STANZA);
	}
	*ret = str_head(in, in.len - rest.len);
	if (str_find(*ret, '\0') >= 0)
		return op_fail(op, ERR_FORMAT, "a stanza holds a NUL byte");
	return 0;
}

/* What stands before a stanza: blank lines, and comments that end in one. */
static str skip_blank(str in)
{
	str rest = in;

	while (rest.len > 0) {
		str line = take_line(&rest);
		if (!blank_line(line) && line.p[0] != '#')
			break;
		in = rest;
	}
	return in;
}

int deb822_next(struct op *op, str *in, struct deb822_stanza *ret)
{
	struct deb822_stanza s = { 0 };
	ptrdiff_t cap = 0;
	str start = skip_blank(*in);

	if (start.len == 0) {
		*in = start;
		return 0;
	}
	int rc = measure(op, start, &s.raw);
	str rest = s.raw;
	while (rc == 0 && rest.len > 0) {
		str line = take_line(&rest);
		if (line.p[0] != '#')
			rc = take_field(op, line, &rest, &s, &cap);
	}
	if (rc < 0)
		return rc;
	*in = str_from(start, s.raw.len);
	*ret = s;
	return 1;
}
