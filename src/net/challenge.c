/*
 * WWW-Authenticate = #( scheme [ 1*SP ( token68 / #( name "=" ( token / quoted ) ) ) ] )
 *
 * The comma stands between challenges and between parameters: a token without "=" behind it begins
 * a challenge.
 */
#include "challenge.h"

#include <strings.h>

#include "base/buf.h"

struct reading {
	struct op *op;
	str in; /* what is left */
	struct challenge *to;
	bool bearer; /* the scheme that parameters belong to is the first Bearer */
};

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       str_find(S("!#$%&'*+-.^_`|~"), c) >= 0;
}

static bool same(str a, str b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, (size_t)a.len) == 0;
}

static int broken(struct reading *r)
{
	return op_fail(r->op, ERR_FORMAT, "WWW-Authenticate cannot be read at '%.*s'",
		       STR_ARG(str_head(r->in, 40)));
}

static void blanks(struct reading *r)
{
	while (r->in.len && (r->in.p[0] == ' ' || r->in.p[0] == '\t'))
		r->in = str_from(r->in, 1);
}

static bool next_is(const struct reading *r, char c)
{
	return r->in.len && r->in.p[0] == c;
}

static str take_token(struct reading *r)
{
	ptrdiff_t n = 0;

	while (n < r->in.len && is_token(r->in.p[n]))
		n++;
	str token = str_head(r->in, n);
	r->in = str_from(r->in, n);
	return token;
}

static int take_quoted(struct reading *r, str *ret)
{
	struct buf b;
	ptrdiff_t i = 1;
	bool escaped = false;

	buf_init(&b, r->op, (size_t)r->in.len);
	for (; i < r->in.len && (escaped || r->in.p[i] != '"'); i++) {
		escaped = !escaped && r->in.p[i] == '\\';
		if (!escaped)
			buf_char(&b, r->in.p[i]);
	}
	if (i == r->in.len)
		return broken(r);
	r->in = str_from(r->in, i + 1);
	return buf_take(&b, ret);
}

/* A parameter, from behind its "=" on. */
static int take_value(struct reading *r, str name)
{
	const struct {
		str name, *to;
	} known[] = {
		{ S("realm"), &r->to->realm },
		{ S("service"), &r->to->service },
		{ S("scope"), &r->to->scope },
		{ S("error"), &r->to->error },
	};
	str value;

	blanks(r);
	if (next_is(r, '"')) {
		int rc = take_quoted(r, &value);
		if (rc < 0)
			return rc;
	} else {
		value = take_token(r);
		if (value.len == 0)
			return broken(r);
	}
	for (size_t i = 0; r->bearer && i < sizeof(known) / sizeof(known[0]); i++) {
		if (!same(name, known[i].name))
			continue;
		if (known[i].to->p)
			return op_fail(r->op, ERR_FORMAT, "WWW-Authenticate has '%.*s' twice",
				       STR_ARG(name));
		*known[i].to = value;
	}
	return 0;
}

/* What follows a scheme and a blank, if it is no parameter: letters, digits, "-._~+/" and "=". */
static bool skip_token68(struct reading *r)
{
	ptrdiff_t n = 0;

	while (n < r->in.len && (is_token(r->in.p[n]) || r->in.p[n] == '/'))
		n++;
	while (n < r->in.len && r->in.p[n] == '=')
		n++;
	str rest = str_trim(str_from(r->in, n));
	if (n == 0 || (rest.len && rest.p[0] != ','))
		return false;
	r->in = rest;
	return true;
}

static void begin(struct reading *r, str scheme)
{
	bool bearer = same(scheme, S("bearer"));

	r->bearer = bearer && !r->to->bearer;
	r->to->bearer = r->to->bearer || bearer;
	r->to->basic = r->to->basic || same(scheme, S("basic"));
}

/* A parameter, or a scheme with what follows it up to the next comma. */
static int take_item(struct reading *r, bool *some)
{
	str token = take_token(r);
	bool blank = next_is(r, ' ') || next_is(r, '\t');

	blanks(r);
	if (token.len && !next_is(r, '=')) {
		begin(r, token);
		*some = true;
		if (r->in.len == 0 || next_is(r, ',') || (blank && skip_token68(r)))
			return 0;
		token = blank ? take_token(r) : S("");
		blanks(r);
	}
	if (token.len == 0 || !*some || !next_is(r, '='))
		return broken(r);
	r->in = str_from(r->in, 1);
	return take_value(r, token);
}

int challenge_parse(struct op *op, str text, struct challenge *ret)
{
	struct challenge c = { 0 };
	struct reading r = { .op = op, .in = text, .to = &c };
	bool some = false;

	for (;;) {
		while (r.in.len && (next_is(&r, ',') || next_is(&r, ' ') || next_is(&r, '\t')))
			r.in = str_from(r.in, 1);
		if (r.in.len == 0)
			break;
		int rc = take_item(&r, &some);
		if (rc < 0)
			return rc;
		blanks(&r);
		if (r.in.len && !next_is(&r, ','))
			return broken(&r);
	}
	*ret = c;
	return 0;
}
