#include "url.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/num.h"

static bool alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A name or IPv4 address, or an IPv6 address in brackets. */
static bool host_is_good(str s)
{
	bool bracket = s.len > 2 && s.p[0] == '[' && s.p[s.len - 1] == ']';

	if (bracket)
		s = str_head(str_from(s, 1), s.len - 2);
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (bracket ? str_find(S("0123456789abcdefABCDEF:."), s.p[i]) < 0
			    : !alphanumeric(s.p[i]) && str_find(S(".-_"), s.p[i]) < 0)
			return false;
	return s.len > 0;
}

bool url_parse(str text, struct url *ret)
{
	struct url u = { .tls = str_starts(text, S("https://")) };
	uint64_t port = u.tls ? 443 : 80;
	ptrdiff_t end = 0;

	if ((!u.tls && !str_starts(text, S("http://"))) || text.len > URL_MAX)
		return false;
	for (ptrdiff_t i = 0; i < text.len; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' || strchr("\"'<>\\^`{|}", text.p[i]))
			return false;
	text = str_from(text, u.tls ? 8 : 7);
	text = str_cut(&text, '#');
	while (end < text.len && text.p[end] != '/' && text.p[end] != '?')
		end++;
	u.target = str_from(text, end);
	u.host = str_head(text, end);
	ptrdiff_t colon = str_rfind(u.host, ':');
	if (colon > str_rfind(u.host, ']')) {
		if (!num_parse(str_from(u.host, colon + 1), UINT16_MAX, &port) || port == 0)
			return false;
		u.host = str_head(u.host, colon);
	}
	u.port = (uint16_t)port;
	*ret = u;
	return host_is_good(u.host);
}

bool url_same_host(const struct url *a, const struct url *b)
{
	return a->host.len == b->host.len &&
	       strncasecmp(a->host.p, b->host.p, (size_t)a->host.len) == 0;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return a->tls == b->tls && a->port == b->port && url_same_host(a, b);
}

/* Whether s begins with a scheme: letters and digits, then a colon. */
static bool has_scheme(str s)
{
	ptrdiff_t i = 0;

	while (i < s.len && (alphanumeric(s.p[i]) || str_find(S("+-."), s.p[i]) >= 0))
		i++;
	return i > 0 && i < s.len && s.p[i] == ':';
}

int url_resolve(struct op *op, str base, str location, str *ret)
{
	struct url u;
	str text;
	int rc;

	MUST(url_parse(base, &u));
	/* The part of base that stays: scheme, scheme and host, or all up to the last slash. */
	str path = str_head(u.target,
			    str_find(u.target, '?') < 0 ? u.target.len : str_find(u.target, '?'));
	str origin = str_head(base, u.target.p - base.p);
	str scheme = u.tls ? S("https:") : S("http:");
	str directory = str_head(path, str_rfind(path, '/') + 1);
	if (has_scheme(location))
		rc = op_copy(op, location, &text);
	else if (str_starts(location, S("//")))
		rc = op_text(op, &text, "%.*s%.*s", STR_ARG(scheme), STR_ARG(location));
	else if (str_starts(location, S("/")))
		rc = op_text(op, &text, "%.*s%.*s", STR_ARG(origin), STR_ARG(location));
	else if (str_starts(location, S("?")))
		rc = op_text(op, &text, "%.*s%.*s%.*s", STR_ARG(origin), STR_ARG(path),
			     STR_ARG(location));
	else
		rc = op_text(op, &text, "%.*s%s%.*s%.*s", STR_ARG(origin), directory.len ? "" : "/",
			     STR_ARG(directory), STR_ARG(location));
	if (rc < 0)
		return rc;
	text = str_cut(&text, '#');
	if (location.len == 0 || !url_parse(text, &u))
		return 1;
	*ret = text;
	return 0;
}

void url_escape(struct buf *b, str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (alphanumeric(s.p[i]) || str_find(S("-._~"), s.p[i]) >= 0)
			buf_char(b, s.p[i]);
		else
			buf_fmt(b, "%%%02X", (unsigned char)s.p[i]);
	}
}
