/*
 *	pkg:TYPE/NAMESPACE/NAME@VERSION?KEY=VALUE&KEY=VALUE#SUBPATH
 *
 * All but type and keys is percent-encoded, each segment of its own. What a type changes in the
 * parts (case, '_' of PyPI) is the table rules[].
 */
#include "purl.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"

enum {
	PURL_MAX = 64 * 1024, /* bytes; names and versions come from foreign metadata */
	PURL_QUALIFIERS = 64,
};

enum rule {
	NS_LOWER = 1 << 0,
	NAME_LOWER = 1 << 1,
	VERSION_LOWER = 1 << 2,
	NS_NEEDED = 1 << 3,
	NS_NONE = 1 << 4,
	NAME_DASHES = 1 << 5, /* '_' is '-' */
	NAME_SCORES = 1 << 6, /* all but letters and digits is '_' */
	NS_UPPER = 1 << 7,
	NAME_DIST = 1 << 8,   /* CPAN: a distribution, "URI-PackageURL", not a module */
	NAME_CHROME = 1 << 9, /* 32 letters a to p; the version has up to four numbers */
	NEEDS_UUID = 1 << 10,
	NAME_BY_HOST = 1 << 11, /* MLflow: Databricks' names are lower-case */
};

static const struct {
	const char *type;
	unsigned rules;
} rules[] = {
	{ "alpm", NS_LOWER | NAME_LOWER },
	{ "apk", NS_LOWER | NAME_LOWER },
	{ "bitbucket", NS_LOWER | NAME_LOWER },
	{ "bitnami", NAME_LOWER },
	{ "brew", NS_LOWER | NAME_LOWER },
	{ "chrome-extension", NAME_LOWER | NAME_CHROME | NS_NONE },
	{ "composer", NS_LOWER | NAME_LOWER },
	{ "cpan", NS_UPPER | NAME_DIST },
	{ "deb", NS_LOWER | NAME_LOWER },
	{ "git", NS_LOWER | NAME_LOWER },
	{ "github", NS_LOWER | NAME_LOWER },
	{ "golang", NS_LOWER | NAME_LOWER },
	{ "hex", NS_LOWER | NAME_LOWER },
	{ "huggingface", VERSION_LOWER },
	{ "julia", NEEDS_UUID },
	{ "luarocks", NAME_LOWER },
	{ "mlflow", NAME_BY_HOST },
	{ "npm", NS_LOWER | NAME_LOWER },
	{ "oci", NAME_LOWER | NS_NONE },
	{ "opkg", NS_LOWER | NAME_LOWER },
	{ "otp", NAME_LOWER | NS_NONE },
	{ "pub", NAME_LOWER | NAME_SCORES },
	{ "pypi", NAME_LOWER | NAME_DASHES },
	{ "qpkg", NS_LOWER },
	{ "rpm", NS_LOWER },
	{ "swift", NS_NEEDED },
	{ "vcpkg", NS_NONE },
	{ "vscode-extension", NS_LOWER | NAME_LOWER | NS_NEEDED },
};

static unsigned rules_of(str type)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (str_eq(str_of(rules[i].type), type))
			return rules[i].rules;
	}
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

/* A type, or the key of a qualifier: letters, digits and ".-"; a key "_" too, and no capitals. No
 * digit first. */
static bool is_word(str s, bool key)
{
	if (s.len == 0 || is_digit(s.p[0]))
		return false;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-' && !(key && c == '_'))
			return false;
	}
	return true;
}

/* A copy of s with each byte as `rule` has it. */
static int changed(struct op *op, str s, unsigned rule, str *ret)
{
	char *p = op_new(op, char, s.len + 1);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (rule & (NS_LOWER | NAME_LOWER | VERSION_LOWER))
			c = lower(c);
		if (rule & NS_UPPER)
			c = upper(c);
		if ((rule & NAME_DASHES) && c == '_')
			c = '-';
		if ((rule & NAME_SCORES) && !is_letter(c) && !is_digit(c))
			c = '_';
		p[i] = c;
	}
	*ret = (str){ p, s.len };
	return 0;
}

/* The parts as their type has them. */
static int by_rules(struct op *op, struct purl *u)
{
	unsigned rule = rules_of(u->type);
	unsigned name = rule & (NAME_LOWER | NAME_DASHES | NAME_SCORES);
	int rc = 0;

	if ((rule & NAME_BY_HOST) &&
	    str_find_str(purl_qualifier(u, S("repository_url")), S("databricks")) >= 0)
		name = NAME_LOWER;
	if (rule & (NS_LOWER | NS_UPPER))
		rc = changed(op, u->ns, rule & (NS_LOWER | NS_UPPER), &u->ns);
	if (rc == 0 && name)
		rc = changed(op, u->name, name, &u->name);
	if (rc == 0 && (rule & VERSION_LOWER))
		rc = changed(op, u->version, VERSION_LOWER, &u->version);
	return rc;
}

static bool is_chrome(const struct purl *u)
{
	int dots = 0;

	if (u->name.len != 32)
		return false;
	for (ptrdiff_t i = 0; i < u->name.len; i++) {
		if (u->name.p[i] < 'a' || u->name.p[i] > 'p')
			return false;
	}
	for (ptrdiff_t i = 0; i < u->version.len; i++) {
		if (u->version.p[i] == '.')
			dots++;
		else if (!is_digit(u->version.p[i]))
			return false;
	}
	return dots <= 3;
}

/* Why the parts are no package of their type, or NULL. */
static const char *broken_rule(const struct purl *u)
{
	unsigned rule = rules_of(u->type);

	if ((rule & NS_NEEDED) && u->ns.len == 0)
		return "it needs a namespace";
	if ((rule & NS_NONE) && u->ns.len)
		return "it has a namespace";
	if ((rule & NAME_DIST) && str_find_str(u->name, S("::")) >= 0)
		return "it names a module instead of a distribution";
	if ((rule & NAME_CHROME) && !is_chrome(u))
		return "it is no identifier of an extension";
	if ((rule & NEEDS_UUID) && purl_qualifier(u, S("uuid")).len == 0)
		return "it has no uuid";
	return NULL;
}

str purl_qualifier(const struct purl *u, str key)
{
	for (ptrdiff_t i = 0; i < u->qualifiers.n; i++) {
		if (str_eq(u->qualifiers.p[i].key, key))
			return u->qualifiers.p[i].value;
	}
	return S("");
}

/* ---- writing ---- */

static void encode(struct buf *b, str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (is_letter(c) || is_digit(c) || (c && strchr(".-_~:", c)))
			buf_char(b, c);
		else
			buf_fmt(b, "%%%02X", (unsigned char)c);
	}
}

/* Segments without the empty ones and, in a subpath, without "." and "..". True: there was one. */
static bool encode_path(struct buf *b, str path, const char *before, bool sub)
{
	bool any = false;

	while (path.p && path.len) {
		str segment = str_cut(&path, '/');
		if (segment.len == 0 ||
		    (sub && (str_eq(segment, S(".")) || str_eq(segment, S("..")))))
			continue;
		buf_add(b, str_of(any ? "/" : before));
		encode(b, segment);
		any = true;
	}
	return any;
}

static int pair_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static int encode_qualifiers(struct op *op, struct buf *b, const struct pairs *pairs)
{
	struct pair *sorted = op_new(op, struct pair, pairs->n);
	bool any = false;

	if (!sorted)
		return op->code;
	for (ptrdiff_t i = 0; i < pairs->n; i++) {
		if (!is_word(pairs->p[i].key, true))
			return op_fail(op, ERR_FORMAT, "'%.*s' is no key of a purl's qualifier",
				       STR_ARG(pairs->p[i].key));
		sorted[i].value = pairs->p[i].value;
		int rc = changed(op, pairs->p[i].key, NAME_LOWER, &sorted[i].key);
		if (rc < 0)
			return rc;
	}
	qsort(sorted, (size_t)pairs->n, sizeof(*sorted), pair_cmp);
	for (ptrdiff_t i = 0; i < pairs->n; i++) {
		if (sorted[i].value.len == 0 || (i && str_eq(sorted[i].key, sorted[i - 1].key)))
			continue;
		buf_char(b, any ? '&' : '?');
		buf_add(b, sorted[i].key);
		buf_char(b, '=');
		encode(b, sorted[i].value);
		any = true;
	}
	return 0;
}

int purl_write(struct op *op, const struct purl *given, str *ret)
{
	struct purl u = *given;
	struct buf b;

	if (!is_word(u.type, false))
		return op_fail(op, ERR_FORMAT, "'%.*s' is no type of a purl", STR_ARG(u.type));
	if (u.name.len == 0)
		return op_fail(op, ERR_FORMAT, "a purl needs a name");
	int rc = by_rules(op, &u);
	if (rc < 0)
		return rc;
	buf_init(&b, op, PURL_MAX);
	buf_fmt(&b, "pkg:%.*s", STR_ARG(u.type));
	(void)encode_path(&b, u.ns, "/", false);
	buf_char(&b, '/');
	encode(&b, u.name);
	if (u.version.len) {
		buf_char(&b, '@');
		encode(&b, u.version);
	}
	if (u.qualifiers.n && (rc = encode_qualifiers(op, &b, &u.qualifiers)) < 0)
		return rc;
	(void)encode_path(&b, u.subpath, "#", true);
	return buf_take(&b, ret);
}

/* ---- reading ---- */

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A '%' that two digits do not follow stands for itself, as browsers have it; NUL is refused. */
static int decode(struct op *op, str s, str *ret)
{
	if (str_find(s, '%') < 0) {
		*ret = s;
		return 0;
	}
	char *p = op_new(op, char, s.len + 1);
	ptrdiff_t n = 0;

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (c == '%' && i + 2 < s.len && hex_value(s.p[i + 1]) >= 0 &&
		    hex_value(s.p[i + 2]) >= 0) {
			c = (char)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
			i += 2;
		}
		if (c == 0)
			return op_fail(op, ERR_FORMAT, "a purl has a NUL");
		p[n++] = c;
	}
	*ret = (str){ p, n };
	return 0;
}

static str trim_slashes(str s)
{
	while (s.len && s.p[0] == '/')
		s = str_from(s, 1);
	while (s.len && s.p[s.len - 1] == '/')
		s.len--;
	return s;
}

/* Segments decoded, joined by '/'; empty ones (and dots of a subpath) are passed over. */
static int decode_path(struct op *op, str path, bool sub, str *ret)
{
	struct buf b;

	buf_init(&b, op, PURL_MAX);
	while (path.p && path.len) {
		str segment = str_cut(&path, '/');
		int rc = decode(op, segment, &segment);
		if (rc < 0)
			return rc;
		segment = trim_slashes(segment);
		if (segment.len == 0 ||
		    (sub && (str_eq(segment, S(".")) || str_eq(segment, S("..")))))
			continue;
		if (b.len)
			buf_char(&b, '/');
		buf_add(&b, segment);
	}
	return b.len || b.bad ? buf_take(&b, ret) : 0;
}

static int decode_qualifiers(struct op *op, str s, struct pairs *ret)
{
	VEC(struct pair) pairs = { 0 };

	while (s.p && s.len) {
		str value = str_cut(&s, '&'), key = str_cut(&value, '=');
		if (key.len == 0 && value.len == 0)
			continue;
		if (!is_word(key, true))
			return op_fail(op, ERR_FORMAT, "'%.*s' is no key of a purl's qualifier",
				       STR_ARG(key));
		if (value.len == 0)
			continue;
		if (pairs.n == PURL_QUALIFIERS)
			return op_fail(op, ERR_LIMIT, "a purl has more than %d qualifiers",
				       PURL_QUALIFIERS);
		struct pair *pair = vec_push(op, &pairs);
		int rc = pair ? changed(op, key, NAME_LOWER, &pair->key) : op->code;
		rc = rc < 0 ? rc : decode(op, value, &pair->value);
		if (rc < 0)
			return rc;
	}
	if (pairs.n)
		qsort(pairs.p, (size_t)pairs.n, sizeof(*pairs.p), pair_cmp);
	for (ptrdiff_t i = 1; i < pairs.n; i++) {
		if (str_eq(pairs.p[i].key, pairs.p[i - 1].key))
			return op_fail(op, ERR_FORMAT, "a purl has the qualifier '%.*s' twice",
				       STR_ARG(pairs.p[i].key));
	}
	*ret = (struct pairs){ pairs.p, pairs.n };
	return 0;
}

/* Cut s at its last c: what follows it; empty and s whole without one. */
static str cut_last(str *s, char c)
{
	ptrdiff_t at = str_rfind(*s, c);
	str tail = at < 0 ? S("") : str_from(*s, at + 1);

	if (at >= 0)
		*s = str_head(*s, at);
	return tail;
}

/* "@" parts the version off, unless it opens a segment ("@scope/name"). */
static str cut_version(str *s)
{
	ptrdiff_t at = str_rfind(*s, '@');

	if (at < 0 || ((at == 0 || s->p[at - 1] == '/') && str_find(str_from(*s, at), '/') >= 0))
		return S("");
	return cut_last(s, '@');
}

int purl_parse(struct op *op, str text, struct purl *ret)
{
	struct purl u = { 0 };
	str s = text;

	if (text.len > PURL_MAX)
		return op_fail(op, ERR_LIMIT, "a purl has more than %d bytes", PURL_MAX);
	if (str_find(text, 0) >= 0)
		return op_fail(op, ERR_FORMAT, "a purl has a NUL");
	if (s.len < 4 || lower(s.p[0]) != 'p' || lower(s.p[1]) != 'k' || lower(s.p[2]) != 'g' ||
	    s.p[3] != ':')
		return op_fail(op, ERR_FORMAT,
			       "'%.*s' is no purl: it does not begin with pkg:", STR_ARG(text));
	s = str_from(s, 4);
	str sub = cut_last(&s, '#'), qualifiers = cut_last(&s, '?');
	s = trim_slashes(s);
	str type = str_find(s, '/') < 0 ? S("") : str_cut(&s, '/');
	s = trim_slashes(s);
	str version = cut_version(&s), name = s;
	ptrdiff_t slash = str_rfind(s, '/');
	if (slash >= 0)
		name = cut_last(&s, '/');
	if (!is_word(type, false) || name.len == 0)
		return op_fail(op, ERR_FORMAT, "'%.*s' is no purl: it has no %s", STR_ARG(text),
			       name.len ? "type" : "name");
	int rc = changed(op, type, NAME_LOWER, &u.type);
	rc = rc < 0 ? rc : decode(op, name, &u.name);
	rc = rc < 0 ? rc : decode(op, version, &u.version);
	rc = rc < 0 ? rc : decode_path(op, slash >= 0 ? s : S(""), false, &u.ns);
	rc = rc < 0 ? rc : decode_path(op, sub, true, &u.subpath);
	rc = rc < 0 ? rc : decode_qualifiers(op, qualifiers, &u.qualifiers);
	/* Written by many as "pkg:npm/%40scope%2Fname". */
	slash = str_eq(u.type, S("npm")) && u.ns.len == 0 ? str_find(u.name, '/') : -1;
	if (slash > 1 && u.name.p[0] == '@' && slash + 1 < u.name.len) {
		u.ns = str_head(u.name, slash);
		u.name = str_from(u.name, slash + 1);
	}
	rc = rc < 0 ? rc : by_rules(op, &u);
	if (rc < 0)
		return rc;
	const char *why = broken_rule(&u);
	if (why)
		return op_fail(op, ERR_FORMAT, "'%.*s' is no purl of its type: %s", STR_ARG(text),
			       why);
	*ret = u;
	return 0;
}

/* ---- some kinds ---- */

int purl_oci(struct op *op, str name, str digest, str arch, str *ret)
{
	struct pair pair[] = { { S("arch"), arch } };
	struct purl u = { S("oci"), S(""), name, digest, { pair, 1 }, S("") };

	return purl_write(op, &u, ret);
}

int purl_generic(struct op *op, str name, str version, str digest, str url, str *ret)
{
	struct pair pair[] = { { S("checksum"), digest }, { S("download_url"), url } };
	struct purl u = { S("generic"), S(""), name, version, { pair, 2 }, S("") };

	return purl_write(op, &u, ret);
}

int purl_distro(struct op *op, str suite, str *ret)
{
	static const struct {
		str codename;
		const char *number;
	} release[] = { { S_INIT("buster"), "10" },   { S_INIT("bullseye"), "11" },
			{ S_INIT("bookworm"), "12" }, { S_INIT("trixie"), "13" },
			{ S_INIT("forky"), "14" },    { S_INIT("duke"), "15" } };
	ptrdiff_t dash = str_find(suite, '-');
	str codename = dash < 0 ? suite : str_head(suite, dash);

	for (size_t i = 0; i < sizeof(release) / sizeof(release[0]); i++) {
		if (str_eq(release[i].codename, codename))
			return op_text(op, ret, "debian-%s", release[i].number);
	}
	return op_text(op, ret, "debian-%.*s", STR_ARG(codename));
}
