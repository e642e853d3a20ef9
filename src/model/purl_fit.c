/*
 * A qualifier that says what the package's fields say as well has a row in asked[]; of any other both
 * must have it, with the same value.
 */
#include "purl.h"

/* What a purl tells of a package's source: "NAME", "NAME@VERSION", of an rpm "NAME-VERSION.src.rpm". */
static str source_name(const struct purl *u, str *ret_version)
{
	str upstream = purl_qualifier(u, S("upstream"));
	ptrdiff_t at = str_rfind(upstream, '@');

	*ret_version = at < 0 ? u->version : str_from(upstream, at + 1);
	if (upstream.len == 0)
		return u->name;
	return at < 0 ? upstream : str_head(upstream, at);
}

/* "debian-12.13" at "debian-12": one is the other, or a part release of it. */
static bool within(str release, str of)
{
	return str_starts(release, of) && (release.len == of.len || release.p[of.len] == '.');
}

static bool fits_distro(str want, const struct purl *have)
{
	str got = purl_qualifier(have, S("distro"));

	if (within(got, want))
		return true;
	/* Debian's point releases are not releases: VERSION_ID never tells them. */
	if (str_starts(want, S("debian-")) && str_starts(got, S("debian-")))
		return within(want, got);
	ptrdiff_t dash = str_find(got, '-');
	return dash > 0 && str_find(want, '-') < 0 && within(str_from(got, dash + 1), want);
}

static bool fits_upstream(str want, const struct purl *have)
{
	str got = purl_qualifier(have, S("upstream")), version;

	if (str_eq(got, want) || (got.len == 0 && str_eq(have->name, want)))
		return true;
	return str_find(want, '@') < 0 && str_eq(source_name(have, &version), want);
}

static bool fits_epoch(str want, const struct purl *have)
{
	str got = purl_qualifier(have, S("epoch"));

	return str_eq(got.len ? got : S("0"), want);
}

static bool fits_os_name(str want, const struct purl *have)
{
	return str_eq(have->ns, want);
}

/* The release behind the id: "12" of "debian-12". */
static bool fits_os_version(str want, const struct purl *have)
{
	str got = purl_qualifier(have, S("distro"));
	str number = str_from(got, str_rfind(got, '-') + 1);

	return got.len && (within(number, want) || within(want, number));
}

static bool fits_any(str want, const struct purl *have)
{
	(void)want;
	(void)have;
	return true;
}

static const struct {
	const char *key;
	bool (*fits)(str want, const struct purl *have);
} asked[] = {
	{ "distro", fits_distro },     { "epoch", fits_epoch },
	{ "os_distro", fits_any }, /* a codename: os_name and os_version say the same */
	{ "os_name", fits_os_name },   { "os_version", fits_os_version },
	{ "package-id", fits_any }, /* of one run of one tool */
	{ "upstream", fits_upstream },
};

static bool fits(const struct pair *want, const struct purl *have)
{
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		if (str_eq(str_of(asked[i].key), want->key))
			return asked[i].fits(want->value, have);
	}
	return str_eq(purl_qualifier(have, want->key), want->value);
}

/* "1:2" and "2": "1", and "2" in *ret. Only digits before a colon are an epoch. */
static str epoch_of(str version, str *ret)
{
	ptrdiff_t colon = str_find(version, ':');

	*ret = version;
	for (ptrdiff_t i = 0; i < colon; i++) {
		if (version.p[i] < '0' || version.p[i] > '9')
			return S("");
	}
	if (colon <= 0)
		return S("");
	*ret = str_from(version, colon + 1);
	return str_head(version, colon);
}

static bool same_version(const struct purl *want, const struct purl *have, str got)
{
	str rest, got_rest;

	if (str_eq(want->version, got))
		return true;
	if (str_eq(want->type, S("golang")))
		return str_eq(str_from(want->version, str_starts(want->version, S("v"))),
			      str_from(got, str_starts(got, S("v"))));
	str epoch = epoch_of(want->version, &rest), got_epoch = epoch_of(got, &got_rest);
	if (str_eq(want->type, S("rpm")) && got_epoch.len == 0)
		got_epoch = purl_qualifier(have, S("epoch"));
	if (str_eq(want->type, S("rpm")) && epoch.len == 0)
		return false; /* the qualifier tells it, or leaves it open */
	return (str_eq(want->type, S("rpm")) || str_eq(want->type, S("deb"))) &&
	       str_eq(rest, got_rest) &&
	       str_eq(epoch.len ? epoch : S("0"), got_epoch.len ? got_epoch : S("0"));
}

/* Is a source package asked for: "arch=source" as OSV has it, or in Docker Scout's form, which tells
 * of source packages only? */
static bool asks_source(const struct purl *want)
{
	return str_eq(purl_qualifier(want, S("arch")), S("source")) ||
	       (str_eq(want->type, S("deb")) && purl_qualifier(want, S("os_name")).len);
}

enum purl_fit purl_fit(const struct purl *want, const struct purl *have, str *ret_key)
{
	str name = have->name, version = have->version;
	bool source = asks_source(want);

	*ret_key = S("");
	if (source && !str_eq(want->name, name))
		name = source_name(have, &version);
	if (!str_eq(want->type, have->type) || !str_eq(want->ns, have->ns) ||
	    !str_eq(want->name, name) ||
	    (want->subpath.len && !str_eq(want->subpath, have->subpath)))
		return PURL_OTHER;
	if (want->version.len && !same_version(want, have, version))
		return PURL_OTHER_VERSION;
	for (ptrdiff_t i = 0; i < want->qualifiers.n; i++) {
		const struct pair *q = &want->qualifiers.p[i];
		if (q->value.len == 0 || (source && str_eq(q->key, S("arch"))))
			continue;
		if (!fits(q, have)) {
			*ret_key = q->key;
			return PURL_OTHER_QUALIFIER;
		}
	}
	return PURL_FITS;
}
