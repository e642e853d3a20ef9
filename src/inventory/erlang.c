/*
 * Applications of Erlang's OTP (and Elixir's, compiled): ebin/NAME.app. Source: OTP's app(4):
 *
 *	{application, NAME, [{description, "..."}, {vsn, "1.2.3"}, {applications, [kernel, stdlib]},
 *...]}.
 *
 * The text is passed over once, by words; only what stands in the list's own pairs counts.
 */
#include <string.h>

#include "base/limits.h"
#include "reading.h"

enum erl_kind { ERL_END, ERL_ATOM, ERL_TEXT, ERL_OTHER, ERL_OPEN, ERL_CLOSE, ERL_COMMA };
struct token {
	enum erl_kind kind;
	str text; /* without quotes */
};

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	       c == '@';
}

/* A text or an atom in quotes, off the front of *in; false: it has no end. */
static bool quoted(str *in, str *ret)
{
	char quote = in->p[0];

	for (ptrdiff_t i = 1; i < in->len; i++) {
		if (in->p[i] == '\\') {
			i++;
		} else if (in->p[i] == quote) {
			*ret = str_head(str_from(*in, 1), i - 1);
			*in = str_from(*in, i + 1);
			return true;
		}
	}
	return false;
}

static bool next_token(str *in, struct token *ret)
{
	ptrdiff_t n = 0;

	for (;;) { /* blanks and comments */
		*in = str_from(*in, 0);
		while (in->len && strchr(" \t\r\n", in->p[0]) && in->p[0])
			*in = str_from(*in, 1);
		if (in->len == 0 || in->p[0] != '%')
			break;
		(void)str_cut(in, '\n');
	}
	*ret = (struct token){ .kind = ERL_END };
	if (in->len == 0)
		return true;
	char c = in->p[0];
	if (c == '"' || c == '\'') {
		ret->kind = c == '"' ? ERL_TEXT : ERL_ATOM;
		return quoted(in, &ret->text);
	}
	while (n < in->len && is_word(in->p[n]))
		n++;
	ret->text = str_head(*in, n ? n : 1);
	*in = str_from(*in, n ? n : 1);
	ret->kind = n && c >= 'a' && c <= 'z' ? ERL_ATOM
		    : n                       ? ERL_OTHER
		    : strchr("{[(", c)        ? ERL_OPEN
		    : strchr("}])", c)        ? ERL_CLOSE
		    : c == ','                ? ERL_COMMA
					      : ERL_OTHER;
	return true;
}

/* {application, NAME, [ at the front. */
static bool begins_application(str *in, str *ret_name)
{
	static const enum erl_kind kinds[] = { ERL_OPEN, ERL_ATOM,  ERL_COMMA,
					       ERL_ATOM, ERL_COMMA, ERL_OPEN };
	struct token t;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!next_token(in, &t) || t.kind != kinds[i] ||
		    (i == 1 && !str_eq(t.text, S("application"))))
			return false;
		if (i == 3)
			*ret_name = t.text;
	}
	return true;
}

static int take_value(struct reading *r, struct package *p, str key, const struct token *t)
{
	if (str_eq(key, S("vsn")) && t->kind == ERL_TEXT)
		p->version = t->text;
	else if (str_eq(key, S("description")) && t->kind == ERL_TEXT)
		p->description = t->text;
	else if (str_eq(key, S("applications")) && t->kind == ERL_ATOM)
		return draft_need(&r->tmp, p, t->text, S(""));
	return 0;
}

static int read_app(struct reading *r)
{
	struct package p = { .type = PACKAGE_ERLANG };
	str in = r->text, key = S("");
	struct token t;
	int depth = 2, rc = 0;

	if (!begins_application(&in, &p.name))
		return 0; /* something else's .app */
	while (depth > 1 && rc == 0) {
		if (!next_token(&in, &t) || t.kind == ERL_END)
			return op_fail(&r->tmp, ERR_FORMAT, "%.*s: the application has no end",
				       STR_ARG(r->f->path));
		depth += (t.kind == ERL_OPEN) - (t.kind == ERL_CLOSE);
		if (depth <= 2)
			key = S("");
		else if (depth == 3 && key.len == 0 && t.kind == ERL_ATOM)
			key = t.text;
		else
			rc = take_value(r, &p, key, &t);
	}
	r->how = EVIDENCE_METADATA;
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_app);
}

const struct cataloger cataloger_erlang = {
	.name = "erlang-otp",
	.what = "applications of Erlang's OTP",
	.wants = { { .glob = "**"
			     "/*.app" } },
	.read = read_file,
};
