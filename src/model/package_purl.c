/*
 * A distribution's package has its architecture, distribution, epoch and source in qualifiers, as
 * Syft writes them: upstream=SOURCE, SOURCE@VERSION or, of an RPM, the name of its source package.
 */
#include "inventory.h"
#include "purl.h"

#include "base/buf.h"

enum { QUALIFIERS_OWN = 4 };

static bool is_distros(enum package_type type)
{
	return package_kinds[type].is_system && type != PACKAGE_SNAP && type != PACKAGE_NIX;
}

/* "1:2.3-4" without and with its epoch: "2.3-4", and "1" in *ret. */
static str without_epoch(str version, str *ret)
{
	ptrdiff_t colon = str_find(version, ':');

	*ret = str_head(version, colon < 0 ? 0 : colon);
	return colon < 0 ? version : str_from(version, colon + 1);
}

static int upstream(struct op *op, const struct package *p, str *ret)
{
	str source = p->source.len ? p->source : p->name, version = p->source_version, epoch;

	*ret = S("");
	if (p->type == PACKAGE_RPM) {
		if (p->source.len == 0)
			return 0;
		version = without_epoch(version.len ? version : p->version, &epoch);
		return op_text(op, ret, "%.*s-%.*s.src.rpm", STR_ARG(source), STR_ARG(version));
	}
	if (version.len && !str_eq(version, p->version))
		return op_text(op, ret, "%.*s@%.*s", STR_ARG(source), STR_ARG(version));
	if (!str_eq(source, p->name))
		*ret = source;
	return 0;
}

/* The namespace of a distribution's package: its own, else the distribution's id: "debian-13". */
static str namespace_of(const struct package *p)
{
	if (p->ns.len || !is_distros(p->type))
		return p->ns;
	ptrdiff_t dash = str_rfind(p->distro, '-');
	return dash < 0 ? p->distro : str_head(p->distro, dash);
}

int package_purl(struct op *op, struct package *p)
{
	struct purl u = { str_of(package_kinds[p->type].purl),
			  namespace_of(p),
			  p->name,
			  p->version,
			  { 0 },
			  p->subpath };
	str epoch = S(""), from = S("");
	int rc = 0;

	if (p->type == PACKAGE_RPM)
		u.version = without_epoch(p->version, &epoch);
	if (is_distros(p->type))
		rc = upstream(op, p, &from);
	bool placed = is_distros(p->type) || p->type == PACKAGE_BITNAMI;
	struct pair own[QUALIFIERS_OWN] = { { S("arch"), placed ? p->arch : S("") },
					    { S("distro"), placed ? p->distro : S("") },
					    { S("epoch"), epoch },
					    { S("upstream"), from } };
	u.qualifiers.p = op_new(op, struct pair, p->qualifiers.n + QUALIFIERS_OWN);
	if (rc < 0 || !u.qualifiers.p)
		return op->code;
	for (ptrdiff_t i = 0; i < p->qualifiers.n; i++)
		u.qualifiers.p[u.qualifiers.n++] = p->qualifiers.p[i];
	for (int i = 0; i < QUALIFIERS_OWN; i++) {
		if (own[i].value.len && purl_qualifier(&u, own[i].key).len == 0)
			u.qualifiers.p[u.qualifiers.n++] = own[i];
	}
	return purl_write(op, &u, &p->purl);
}

/* ---- back ---- */

/* "bash-5.1-6.el9.src.rpm": name, version and release, from the right. */
static void split_srpm(str s, struct package *p)
{
	if (str_ends(s, S(".src.rpm")) || str_ends(s, S(".nosrc.rpm")))
		s = str_head(s, s.len - (str_ends(s, S(".nosrc.rpm")) ? 10 : 8));
	ptrdiff_t release = str_rfind(s, '-');
	ptrdiff_t version = release < 0 ? -1 : str_rfind(str_head(s, release), '-');
	p->source = version < 0 ? s : str_head(s, version);
	if (version >= 0)
		p->source_version = str_from(s, version + 1);
}

static void split_upstream(str s, struct package *p)
{
	if (p->type == PACKAGE_RPM) {
		split_srpm(s, p);
		return;
	}
	ptrdiff_t at = str_rfind(s, '@');
	p->source = at < 0 ? s : str_head(s, at);
	if (at >= 0)
		p->source_version = str_from(s, at + 1);
}

/* A qualifier that has a field of its own. */
static bool take_qualifier(struct package *p, const struct pair *q, str *epoch)
{
	bool distros = is_distros(p->type);

	if ((distros || p->type == PACKAGE_BITNAMI) && str_eq(q->key, S("arch")))
		p->arch = q->value;
	else if ((distros || p->type == PACKAGE_BITNAMI) && str_eq(q->key, S("distro")))
		p->distro = q->value;
	else if ((p->type == PACKAGE_RPM || p->type == PACKAGE_DEB) && str_eq(q->key, S("epoch")))
		*epoch = q->value;
	else if (distros && str_eq(q->key, S("upstream")))
		split_upstream(q->value, p);
	else
		return false;
	return true;
}

int package_of_purl(struct op *op, str text, struct package *p)
{
	struct package got = *p;
	struct purl u;
	str epoch = S("");
	int rc = purl_parse(op, text, &u);

	if (rc < 0 || (rc = purl_write(op, &u, &got.purl)) < 0)
		return rc;
	got.type = package_type_of_purl(u.type);
	got.ns = u.ns;
	got.name = u.name;
	got.version = u.version;
	got.subpath = u.subpath;
	got.qualifiers = (struct pairs){ u.qualifiers.p, 0 };
	for (ptrdiff_t i = 0; i < u.qualifiers.n; i++) {
		if (!take_qualifier(&got, &u.qualifiers.p[i], &epoch))
			got.qualifiers.p[got.qualifiers.n++] = u.qualifiers.p[i];
	}
	if (epoch.len && str_find(u.version, ':') < 0)
		rc = op_text(op, &got.version, "%.*s:%.*s", STR_ARG(epoch), STR_ARG(u.version));
	if (rc == 0)
		*p = got;
	return rc;
}
