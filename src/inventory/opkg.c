/*
 * opkg's database, of OpenWrt and Yocto: lib/opkg/status in dpkg's form, and info/NAME.control with
 * what else is known of a package, info/NAME.list with its paths.
 */
#include "base/limits.h"
#include "dpkg_impl.h"
#include "model/licence.h"

/* The fields of NAME.control beside a status file; without one all are empty. */
static int read_control(struct op *op, struct catalog *c, const struct found *f, str name,
			struct installed_stanza *ret)
{
	struct found control;
	str path, text;

	*ret = (struct installed_stanza){ 0 };
	if (str_find(name, '/') >= 0)
		return 0;
	int rc = op_text(op, &path, "info/%.*s.control", STR_ARG(name));
	if (rc == 0)
		rc = catalog_beside(op, c, f, path, &control);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(op, c, &control, LIMIT_CONTROL_FILE, &text);
	if (rc == 0)
		(void)installed_next(&text, ret);
	return rc;
}

static str either(str a, str b)
{
	return a.len ? a : b;
}

static int add_files(struct op *op, struct catalog *c, const struct found *f, const char *dir,
		     struct package *p)
{
	struct found list;
	str path, text;

	if (str_find(p->name, '/') >= 0)
		return 0;
	int rc = op_text(op, &path, "%s%.*s.list", dir, STR_ARG(p->name));
	if (rc == 0)
		rc = catalog_beside(op, c, f, path, &list);
	p->listed = rc == 1;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(op, c, &list, LIMIT_CONTROL_FILE, &text);
	if (rc == 0)
		rc = dpkg_list(op, text, 0, p);
	return rc < 0 ? rc : package_sort_files(op, p);
}

static int add_package(struct op *op, struct catalog *c, const struct found *f, const char *info,
		       const struct installed_stanza *s)
{
	const struct os_identity *os = catalog_os(c);
	struct package p;
	int rc = dpkg_stanza(op, os, s, &p);

	p.type = PACKAGE_OPKG;
	p.ns = os->id.len ? os->id : S("openwrt");
	p.source = str_base_name(p.source); /* OpenWrt names a directory */
	if (rc == 0)
		rc = dpkg_relations(op, NULL, s, &p);
	if (rc == 0 && catalog_wants_licences(c))
		rc = licence_expression(op, s->licence, &p.licence);
	if (rc == 0)
		rc = add_files(op, c, f, info, &p);
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_DATABASE, &p, NULL);
}

static int read_status(struct op *op, struct catalog *c, const struct found *f)
{
	struct installed_stanza s, more;
	bool bad = false;
	str text;
	int rc = catalog_text(op, c, f, LIMIT_INDEX, &text);

	while (rc == 0 && installed_next(&text, &s)) {
		if (s.bad.p && !bad) {
			bad = true;
			(void)op_fail(op, ERR_FORMAT, "not a line of an opkg stanza: '%.*s'",
				      STR_ARG(str_head(str_trim(s.bad), 80)));
			rc = catalog_unreadable(op, c, f, f->path);
		}
		if (rc < 0 || !s.package.len || !s.version.len || !installed_is_there(&s))
			continue;
		rc = read_control(op, c, f, s.package, &more);
		s.source = either(s.source, more.source);
		s.maintainer = either(s.maintainer, more.maintainer);
		s.homepage = either(s.homepage, more.homepage);
		s.description = either(s.description, more.description);
		s.section = either(s.section, more.section);
		s.licence = either(s.licence, more.licence);
		s.installed_size = either(s.installed_size, more.installed_size);
		if (rc == 0)
			rc = add_package(op, c, f, "info/", &s);
	}
	return rc;
}

/* A control file counts where there is no status file. */
static int read_alone(struct op *op, struct catalog *c, const struct found *f)
{
	struct installed_stanza s;
	struct found status;
	str text;
	int rc = catalog_beside(op, c, f, S("../status"), &status);

	if (rc <= 0)
		return rc;
	rc = catalog_text(op, c, f, LIMIT_CONTROL_FILE, &text);
	if (rc < 0 || !installed_next(&text, &s))
		return rc;
	return s.package.len && s.version.len ? add_package(op, c, f, "", &s) : 0;
}

static int read_opkg(struct op *op, struct catalog *c, const struct found *f)
{
	if (str_ends(f->path, S("/status")))
		return read_status(op, c, f);
	return str_ends(f->path, S(".control")) ? read_alone(op, c, f) : 0;
}

const struct cataloger cataloger_opkg = {
	.name = "opkg",
	.what = "packages of OpenWrt and Yocto, by opkg's database",
	.wants = { { .glob = "**/lib/opkg/status" },
		   { .glob = "**/lib/opkg/info/*.control" },
		   { .glob = "**/lib/opkg/info/*.list" } },
	.read = read_opkg,
};
