#include "purl.h"

#include "base/buf.h"

enum {
	PURL_MAX = 64 * 1024, /* bytes; names and versions come from index stanzas */
};

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       str_find(S(".-_~"), c) >= 0;
}

static void encode(struct buf *b, str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (unreserved(s.p[i]))
			buf_char(b, s.p[i]);
		else
			buf_fmt(b, "%%%02X", (unsigned char)s.p[i]);
	}
}

/* Qualifiers stand in the order of their keys; an empty one is left out. */
static void qualifier(struct buf *b, bool *any, const char *key, str value)
{
	if (value.len == 0)
		return;
	buf_fmt(b, "%c%s=", *any ? '&' : '?', key);
	encode(b, value);
	*any = true;
}

int purl_deb(struct op *op, const struct purl_deb *p, str *ret)
{
	struct buf b;
	bool any = false;
	str upstream = str_eq(p->source, p->name) ? S("") : p->source;

	if (p->source_version.len > 0 && !str_eq(p->source_version, p->version)) {
		int rc = op_text(op, &upstream, "%.*s@%.*s",
				 STR_ARG(p->source.len ? p->source : p->name),
				 STR_ARG(p->source_version));
		if (rc < 0)
			return rc;
	}
	buf_init(&b, op, PURL_MAX);
	buf_add(&b, S("pkg:deb/"));
	encode(&b, p->vendor.len ? p->vendor : S("debian"));
	buf_char(&b, '/');
	encode(&b, p->name);
	buf_char(&b, '@');
	encode(&b, p->version);
	qualifier(&b, &any, "arch", p->arch);
	qualifier(&b, &any, "checksum", p->checksum);
	qualifier(&b, &any, "distro", p->distro);
	qualifier(&b, &any, "repository_url", p->repository_url);
	qualifier(&b, &any, "upstream", upstream);
	return buf_take(&b, ret);
}

int purl_oci(struct op *op, str name, str digest, str arch, str *ret)
{
	struct buf b;
	bool any = false;

	buf_init(&b, op, PURL_MAX);
	buf_add(&b, S("pkg:oci/"));
	encode(&b, name);
	buf_char(&b, '@');
	encode(&b, digest);
	qualifier(&b, &any, "arch", arch);
	return buf_take(&b, ret);
}

int purl_generic(struct op *op, str name, str version, str digest, str url, str *ret)
{
	struct buf b;
	bool any = false;

	buf_init(&b, op, PURL_MAX);
	buf_add(&b, S("pkg:generic/"));
	encode(&b, name);
	if (version.len) {
		buf_char(&b, '@');
		encode(&b, version);
	}
	qualifier(&b, &any, "checksum", digest);
	qualifier(&b, &any, "download_url", url);
	return buf_take(&b, ret);
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
