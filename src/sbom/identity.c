#include "identity.h"

#include <string.h>

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ? c : '-';
}

static bool same(str a, str b)
{
	if (a.len != b.len)
		return false;
	for (ptrdiff_t i = 0; i < a.len; i++) {
		if (fold(a.p[i]) != fold(b.p[i]))
			return false;
	}
	return true;
}

int identity_of(struct op *op, str purl, str group, str name, str version, struct package *p)
{
	*p = (struct package){ .layer = -1 };
	int rc = purl.len ? package_of_purl(op, purl, p) : 1;
	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		op_forgive(op);
		rc = 1;
	}
	if (rc < 0)
		return rc;
	if (rc > 0) {
		*p = (struct package){
			.layer = -1, .purl = purl, .ns = group, .name = name, .version = version
		};
		return 0;
	}
	ptrdiff_t slash = str_rfind(name, '/');
	if (group.len == 0 && slash > 0 && p->ns.len) {
		group = str_head(name, slash);
		name = str_from(name, slash + 1);
	}
	if (same(name, p->name))
		p->name = name;
	if (same(group, p->ns))
		p->ns = group;
	/* The epoch is often in the purl alone. */
	bool epochs = p->type == PACKAGE_RPM || p->type == PACKAGE_DEB;
	if (version.len &&
	    (!epochs || str_find(version, ':') >= 0 || str_find(p->version, ':') < 0))
		p->version = version;
	return 0;
}

static bool is_path(enum package_type type)
{
	return type == PACKAGE_GO || type == PACKAGE_NPM || type == PACKAGE_COMPOSER ||
	       type == PACKAGE_GITHUB || type == PACKAGE_SWIFT;
}

int identity_name(struct op *op, const struct package *p, str *ret)
{
	*ret = p->name;
	if (p->ns.len == 0 || !is_path(p->type))
		return 0;
	return op_text(op, ret, "%.*s/%.*s", STR_ARG(p->ns), STR_ARG(p->name));
}

str identity_group(const struct package *p)
{
	return package_kinds[p->type].is_system ? S("") : p->ns;
}

bool identity_is_url(str s)
{
	ptrdiff_t colon = str_find(s, ':');
	int marks = 0;

	if (colon < 2 || s.len > 2048)
		return false;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		if (i < colon && !letter && !(i && c >= '0' && c <= '9'))
			return false;
		if (c <= 0x20 || c >= 0x7f || strchr("<>\"{}|\\^`[]%", c))
			return false;
		marks += c == '#';
	}
	return marks <= 1 && colon + 1 < s.len;
}

/* How many bytes at the front of s are one character of a CPE's component; 0: none. */
static ptrdiff_t cpe_character(str s)
{
	if (s.len > 1 && s.p[0] == '\\' && s.p[1] &&
	    strchr("\\*?!\"#$%&'()+,/:;<=>@[]^`{|}~", s.p[1]))
		return 2;
	char c = s.p[0], low = (char)(c | 0x20);
	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_';
}

bool identity_is_cpe(str s)
{
	enum { PARTS = 11, LANGUAGE = 6 };
	int part = 0;

	if (!str_starts(s, S("cpe:2.3:")) || s.len > 1024)
		return false;
	for (s = str_from(s, 8); part < PARTS; part++) {
		ptrdiff_t n = 0, step;
		if (part == LANGUAGE && s.len && s.p[0] != '*' && s.p[0] != '-')
			return false;
		if (s.len && s.p[0] == '*')
			n = 1;
		while (n < s.len && s.p[0] != '*' && (step = cpe_character(str_from(s, n))) > 0)
			n += step;
		if (n == 0 || (part == 0 && (n != 1 || !strchr("aho*-", s.p[0]))))
			return false;
		s = str_from(s, n);
		if (part == PARTS - 1)
			return s.len == 0;
		if (s.len == 0 || s.p[0] != ':')
			return false;
		s = str_from(s, 1);
	}
	return false;
}

const char *identity_algorithm(const struct pair *checksum, bool dashed)
{
	static const struct {
		const char *key, *plain, *dashed;
		ptrdiff_t digits;
	} known[] = {
		{ "md5", "MD5", "MD5", 32 },
		{ "sha1", "SHA1", "SHA-1", 40 },
		{ "sha256", "SHA256", "SHA-256", 64 },
		{ "sha384", "SHA384", "SHA-384", 96 },
		{ "sha512", "SHA512", "SHA-512", 128 },
	};
	str v = checksum->value;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!str_eq(checksum->key, str_of(known[i].key)) || v.len != known[i].digits)
			continue;
		for (ptrdiff_t k = 0; k < v.len; k++) {
			if (!strchr("0123456789abcdef", v.p[k]) || v.p[k] == 0)
				return NULL;
		}
		return dashed ? known[i].dashed : known[i].plain;
	}
	return NULL;
}
