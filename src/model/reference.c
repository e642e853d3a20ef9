#include "reference.h"

#include "base/num.h"

static bool lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Whether the first component is a host and not a part of the path. */
static bool is_host(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (s.p[i] == '.' || s.p[i] == ':' || upper(s.p[i]))
			return true;
	return str_eq(s, S("localhost"));
}

/* Labels of letters, digits and dashes between dots; no dash at either end of one. */
static bool name_is_good(str s)
{
	while (s.p) {
		str label = str_cut(&s, '.');
		for (ptrdiff_t i = 0; i < label.len; i++) {
			bool edge = i == 0 || i == label.len - 1;
			if (!lower_or_digit(label.p[i]) && !upper(label.p[i]) &&
			    (edge || label.p[i] != '-'))
				return false;
		}
		if (label.len == 0)
			return false;
	}
	return true;
}

/* What stands between the brackets of an IPv6 address. */
static bool ipv6_is_good(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (str_find(S("0123456789abcdefABCDEF:"), s.p[i]) < 0)
			return false;
	return s.len > 0;
}

static int check_host(struct op *op, str text, str host)
{
	str name = host, port = { 0 };
	bool bracket = str_starts(host, S("["));
	ptrdiff_t end = bracket ? str_find(host, ']') : -1;
	uint64_t number;

	if (bracket && end > 0) {
		port = str_from(host, end + 1);
		if (port.len && port.p[0] != ':')
			end = -1;
		name = str_head(str_from(host, 1), end - 1);
		(void)str_cut(&port, ':');
	} else if (!bracket) {
		port = host;
		name = str_cut(&port, ':');
	}
	if (host.len > REFERENCE_HOST)
		return op_fail(op, ERR_USAGE, "an image's name has a host of more than %d bytes",
			       REFERENCE_HOST);
	if (bracket ? end < 0 || !ipv6_is_good(name) : !name_is_good(name))
		return op_fail(op, ERR_USAGE, "%.*s is no name of an image: '%.*s' is no host",
			       STR_ARG(text), STR_ARG(host));
	if (port.p && !(num_parse(port, UINT16_MAX, &number) && number > 0))
		return op_fail(op, ERR_USAGE,
			       "%.*s is no name of an image: '%.*s' is no port (1 to 65535)",
			       STR_ARG(text), STR_ARG(port));
	return 0;
}

/* Runs of lower-case letters and digits, with ".", "_", "__" or dashes between them. */
static bool component_is_good(str s)
{
	ptrdiff_t i = 0;

	if (s.len == 0 || !lower_or_digit(s.p[s.len - 1]) || !lower_or_digit(s.p[0]))
		return false;
	while (i < s.len) {
		ptrdiff_t from = i;
		char c = s.p[i];
		if (lower_or_digit(c)) {
			i++;
			continue;
		}
		while (s.p[i] == c)
			i++;
		ptrdiff_t most = c == '.' ? 1 : c == '_' ? 2 : c == '-' ? s.len : 0;
		if (i - from > most || !lower_or_digit(s.p[i]))
			return false;
	}
	return true;
}

static int check_path(struct op *op, str text, str path)
{
	if (path.len == 0)
		return op_fail(op, ERR_USAGE, "%.*s is no name of an image: no repository in it",
			       STR_ARG(text));
	for (str rest = path; rest.p;) {
		str component = str_cut(&rest, '/');
		bool capital = false;
		for (ptrdiff_t i = 0; i < component.len; i++)
			capital = capital || upper(component.p[i]);
		if (!component_is_good(component))
			return op_fail(op, ERR_USAGE, "%.*s is no name of an image: '%.*s' %s",
				       STR_ARG(text), STR_ARG(component),
				       capital ? "must be lower-case"
					       : "is no part of a repository's name");
	}
	return 0;
}

static int check_tag(struct op *op, str text, str tag)
{
	bool good = tag.len > 0 && tag.len <= REFERENCE_TAG && tag.p[0] != '.' && tag.p[0] != '-';

	for (ptrdiff_t i = 0; i < tag.len; i++)
		good = good && (lower_or_digit(tag.p[i]) || upper(tag.p[i]) ||
				str_find(S("_.-"), tag.p[i]) >= 0);
	return good ? 0
		    : op_fail(op, ERR_USAGE, "%.*s is no name of an image: '%.*s' is no tag",
			      STR_ARG(text), STR_ARG(tag));
}

static int take_digest(struct op *op, str text, str digest, struct digest *ret)
{
	if (!str_starts(digest, S("sha256:")) || !digest_parse(digest, ret))
		return op_fail(
			op, ERR_USAGE,
			"%.*s is no name of an image: '%.*s' is no digest (sha256: and 64 digits)",
			STR_ARG(text), STR_ARG(digest));
	return 0;
}

/* 64 digits are what an engine calls an image that has no name. */
static bool is_identifier(str s)
{
	struct digest d;

	return s.len == 64 && digest_parse(s, &d);
}

static int checked(struct op *op, str text, struct reference *ref)
{
	int rc = check_host(op, text, ref->host);

	if (rc < 0 || (rc = check_path(op, text, ref->path)) < 0)
		return rc;
	return ref->tag.p ? check_tag(op, text, ref->tag) : 0;
}

int reference_parse(struct op *op, str text, struct reference *ret)
{
	struct reference ref = { 0 };
	str rest = text, name;
	int rc;

	if (text.len > REFERENCE_HOST + REFERENCE_PATH + REFERENCE_TAG + DIGEST_TEXT + 2)
		return op_fail(op, ERR_USAGE, "an image's name has %td bytes: that is too long",
			       text.len);
	if (is_identifier(text))
		return op_fail(op, ERR_USAGE, "%.*s is no name of an image, but an id",
			       STR_ARG(text));
	name = str_cut(&rest, '@');
	if (rest.p && (rc = take_digest(op, text, rest, &ref.digest)) < 0)
		return rc;
	ref.host = S("docker.io");
	ref.path = name;
	ptrdiff_t slash = str_find(name, '/');
	if (slash >= 0 && is_host(str_head(name, slash))) {
		ref.host = str_head(name, slash);
		ref.path = str_from(name, slash + 1);
	}
	if (str_eq(ref.host, S("index.docker.io")))
		ref.host = S("docker.io");
	ref.tag = ref.path;
	ref.path = str_cut(&ref.tag, ':');
	if ((rc = checked(op, text, &ref)) < 0)
		return rc;
	if (str_eq(ref.host, S("docker.io")) && str_find(ref.path, '/') < 0 &&
	    (rc = op_text(op, &ref.path, "library/%.*s", STR_ARG(ref.path))) < 0)
		return rc;
	if (ref.path.len > REFERENCE_PATH)
		return op_fail(op, ERR_USAGE, "the name of a repository is longer than %d bytes",
			       REFERENCE_PATH);
	if (!ref.tag.p)
		ref.tag = digest_is_zero(&ref.digest) ? S("latest") : S("");
	*ret = ref;
	return 0;
}

int reference_text(struct op *op, const struct reference *ref, str *ret)
{
	char digest[DIGEST_TEXT];
	bool pinned = !digest_is_zero(&ref->digest);

	return op_text(op, ret, "%.*s/%.*s%s%.*s%s%s", STR_ARG(ref->host), STR_ARG(ref->path),
		       ref->tag.len ? ":" : "", STR_ARG(ref->tag), pinned ? "@" : "",
		       pinned ? digest_text(&ref->digest, digest) : "");
}
