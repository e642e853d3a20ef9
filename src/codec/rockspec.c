/*
 * One pass over tokens. Where a table is open, a stack has its key; a value counts under the path
 * of keys that leads to it: "description.license"; a value without a key counts under its table's.
 */
#include "rockspec.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"

enum kind { END, NAME, TEXT, OTHER };

struct token {
	enum kind kind;
	char c;   /* OTHER: its first byte; "..": '~' */
	str text; /* NAME, TEXT */
};

struct reader {
	struct op *op;
	str what, in;
	struct token now;
	str key[LIMIT_DEPTH]; /* of each open table; empty for a list's item */
	int depth;
	struct map known; /* names to str * */
	VEC(str) dependency;
	struct rockspec *to;
};

static int lies(const struct reader *r, const char *about)
{
	return op_fail(r->op, ERR_FORMAT, "%.*s: bad rockspec: %s", STR_ARG(r->what), about);
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The number of '=' between the brackets that open a long text, or -1. */
static ptrdiff_t long_level(str in)
{
	ptrdiff_t n = 1;

	if (in.len < 2 || in.p[0] != '[')
		return -1;
	while (n < in.len && in.p[n] == '=')
		n++;
	return n < in.len && in.p[n] == '[' ? n - 1 : -1;
}

/* "[==[ ... ]==]" off the front; false: it has no end. */
static bool take_long(str *in, ptrdiff_t level, str *ret)
{
	str rest = str_from(*in, level + 2);

	for (ptrdiff_t from = 0; from < rest.len;) {
		ptrdiff_t at = str_find(str_from(rest, from), ']');
		if (at < 0)
			return false;
		at += from;
		ptrdiff_t n = 1;
		while (n <= level && at + n < rest.len && rest.p[at + n] == '=')
			n++;
		if (n == level + 1 && at + n < rest.len && rest.p[at + n] == ']') {
			*ret = str_head(rest, at);
			*in = str_from(rest, at + n + 1);
			return true;
		}
		from = at + n;
	}
	return false;
}

/* Blanks and comments off the front. */
static int skip(struct reader *r)
{
	for (;;) {
		while (r->in.len && str_find(S(" \t\r\n"), r->in.p[0]) >= 0)
			r->in = str_from(r->in, 1);
		if (!str_starts(r->in, S("--")))
			return 0;
		r->in = str_from(r->in, 2);
		ptrdiff_t level = long_level(r->in);
		str comment;
		if (level < 0)
			str_cut(&r->in, '\n');
		else if (!take_long(&r->in, level, &comment))
			return lies(r, "a comment without an end");
	}
}

/* A text in quotes; escapes but those of quotes, backslashes and line ends stay as they are. */
static int take_quoted(struct reader *r, str *ret)
{
	char quote = r->in.p[0];
	bool plain = true;
	ptrdiff_t n = 1;

	for (; n < r->in.len && r->in.p[n] != quote; n++) {
		if (r->in.p[n] == '\n')
			return lies(r, "a text without an end");
		if (r->in.p[n] == '\\') {
			plain = false;
			n++;
		}
	}
	if (n >= r->in.len)
		return lies(r, "a text without an end");
	str body = str_from(str_head(r->in, n), 1);
	r->in = str_from(r->in, n + 1);
	*ret = body;
	if (plain)
		return 0;
	char *out = op_new(r->op, char, body.len);
	ptrdiff_t k = 0;
	if (!out)
		return r->op->code;
	for (ptrdiff_t i = 0; i < body.len; i++) {
		char next = body.p[i] == '\\' && i + 1 < body.len ? body.p[i + 1] : 0;
		if (next == '\'' || next == '"' || next == '\\' || next == '\n')
			out[k++] = body.p[++i];
		else if (next == 'n')
			out[k++] = '\n', i++;
		else
			out[k++] = body.p[i];
	}
	*ret = (str){ out, k };
	return 0;
}

static int next(struct reader *r)
{
	int rc = skip(r);

	if (rc < 0)
		return rc;
	r->now = (struct token){ .kind = END };
	if (r->in.len == 0)
		return 0;
	char c = r->in.p[0];
	ptrdiff_t level = long_level(r->in), n = 0;
	if (c == '"' || c == '\'') {
		r->now.kind = TEXT;
		return take_quoted(r, &r->now.text);
	}
	if (level >= 0) {
		r->now.kind = TEXT;
		return take_long(&r->in, level, &r->now.text) ? 0
							      : lies(r, "a text without an end");
	}
	while (n < r->in.len && is_name(r->in.p[n]))
		n++;
	bool joins = str_starts(r->in, S(".."));
	r->now = n > 0 ? (struct token){ NAME, 0, str_head(r->in, n) }
		       : (struct token){ OTHER, joins ? '~' : c, S("") };
	r->in = str_from(r->in, n > 0 ? n : joins ? 2 : 1);
	return 0;
}

static bool is_other(const struct reader *r, char c)
{
	return r->now.kind == OTHER && r->now.c == c;
}

/* Where a value belongs, by its path of keys. */
static int keep(struct reader *r, str key, str value)
{
	static const struct {
		str table, key;
		size_t offset;
	} places[] = {
		{ S_INIT(""), S_INIT("package"), offsetof(struct rockspec, package) },
		{ S_INIT(""), S_INIT("version"), offsetof(struct rockspec, version) },
		{ S_INIT("source"), S_INIT("url"), offsetof(struct rockspec, url) },
		{ S_INIT("source"), S_INIT("tag"), offsetof(struct rockspec, tag) },
		{ S_INIT("description"), S_INIT("summary"), offsetof(struct rockspec, summary) },
		{ S_INIT("description"), S_INIT("homepage"), offsetof(struct rockspec, homepage) },
		{ S_INIT("description"), S_INIT("license"), offsetof(struct rockspec, licence) },
		{ S_INIT("description"), S_INIT("maintainer"),
		  offsetof(struct rockspec, maintainer) },
	};
	str table = r->depth ? r->key[r->depth - 1] : S("");

	if (r->depth > 1)
		return 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (str_eq(table, places[i].table) && str_eq(key, places[i].key))
			*(str *)((char *)r->to + places[i].offset) = value;
	}
	if (r->depth == 1 && key.len == 0 && str_eq(table, S("dependencies")) && value.len) {
		str *d = vec_push(r->op, &r->dependency);
		if (!d)
			return r->op->code;
		*d = value;
	}
	if (r->depth > 0)
		return 0;
	str *known = op_new(r->op, str, 1);
	if (!known)
		return r->op->code;
	*known = value;
	return map_put(&r->known, key, known);
}

/* A text, a name of one, and what ".." joins to it; *ret is empty for anything else. */
static int value(struct reader *r, str *ret)
{
	struct buf b;
	int rc;

	buf_init(&b, r->op, LIMIT_STANZA);
	*ret = S("");
	for (bool more = true; more;) {
		const str *known = r->now.kind == NAME ? map_get(&r->known, r->now.text) : NULL;
		if (r->now.kind == TEXT)
			known = &r->now.text;
		if (!known)
			return 0;
		buf_add(&b, *known);
		if ((rc = next(r)) < 0)
			return rc;
		more = is_other(r, '~');
		if (more && (rc = next(r)) < 0)
			return rc;
	}
	return buf_take(&b, ret);
}

static int open_table(struct reader *r, str key)
{
	if (r->depth == LIMIT_DEPTH)
		return op_fail(r->op, ERR_LIMIT, "%.*s: tables more than %d deep", STR_ARG(r->what),
			       LIMIT_DEPTH);
	r->key[r->depth++] = key;
	return next(r);
}

/* The value of a key, or of none. What does not end where a value would is unknown. */
static int read_value(struct reader *r, str key)
{
	str text;

	if (is_other(r, '{'))
		return open_table(r, key);
	int rc = value(r, &text);
	if (rc < 0)
		return rc;
	bool ends = r->now.kind == END || r->now.kind == NAME || is_other(r, ',') ||
		    is_other(r, ';') || is_other(r, '}');
	return ends && text.len ? keep(r, key, text) : 0;
}

/* NAME = VALUE, ["TEXT"] = VALUE, or a value alone in a table. */
static int read_part(struct reader *r)
{
	struct token first = r->now;
	int rc;

	if (is_other(r, '{'))
		return open_table(r, S(""));
	if (is_other(r, '}')) {
		r->depth -= r->depth > 0;
		return next(r);
	}
	if (first.kind == TEXT && r->depth > 0)
		return read_value(r, S(""));
	if (first.kind != NAME)
		return next(r);
	if ((rc = next(r)) < 0 || !is_other(r, '='))
		return rc;
	if ((rc = next(r)) < 0)
		return rc;
	return is_other(r, '=') ? next(r) : read_value(r, first.text); /* "==" compares */
}

int rockspec_read(struct op *op, str what, str text, struct rockspec *ret)
{
	struct rockspec got = { 0 };
	struct reader *r = op_new(op, struct reader, 1);

	if (!r)
		return op->code;
	*r = (struct reader){ .op = op, .what = what, .in = text, .to = &got };
	map_init(&r->known, op);
	int rc = next(r);
	while (rc == 0 && r->now.kind != END)
		rc = read_part(r);
	if (rc < 0)
		return rc;
	got.dependencies = (struct texts){ r->dependency.p, r->dependency.n };
	*ret = got;
	return 0;
}
