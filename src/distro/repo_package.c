#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "codec/deb822.h"
#include "model/version.h"
#include "relation.h"
#include "repo_parts.h"

enum {
	PATH_MAX_BYTES = 1024, /* Debian's longest is below 300 */
};

static bool path_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("+-._~:", c));
}

bool repo_path_valid(str path)
{
	return str_ends(path, S(".deb")) && repo_path_plain(path);
}

bool repo_path_plain(str path)
{
	str rest = path;

	if (path.len > PATH_MAX_BYTES)
		return false;
	while (rest.p) {
		str part = str_cut(&rest, '/');
		if (part.len == 0 || part.p[0] == '.')
			return false;
		for (ptrdiff_t i = 0; i < part.len; i++)
			if (!path_byte(part.p[i]))
				return false;
	}
	return true;
}

/* "Source: nginx (1.26.3-3)"; without the field it is the package itself. */
static void read_source(str field, struct repo_package *p)
{
	p->source = str_word(&field);
	field = str_trim(field);
	p->source_version = p->version;
	if (field.len > 2 && field.p[0] == '(' && field.p[field.len - 1] == ')')
		p->source_version = str_head(str_from(field, 1), field.len - 2);
	if (p->source.len == 0)
		p->source = p->name;
}

/* The fields that are taken as they are. */
static void read_texts(const struct deb822_stanza *s, struct repo_package *p)
{
	str description = deb822_get(s, "Description");

	p->multi_arch = deb822_get(s, "Multi-Arch");
	p->priority = deb822_get(s, "Priority");
	p->section = deb822_get(s, "Section");
	p->depends = deb822_get(s, "Depends");
	p->pre_depends = deb822_get(s, "Pre-Depends");
	p->provides = deb822_get(s, "Provides");
	p->conflicts = deb822_get(s, "Conflicts");
	p->breaks = deb822_get(s, "Breaks");
	p->replaces = deb822_get(s, "Replaces");
	p->description = str_trim(str_cut(&description, '\n'));
	p->essential = str_eq(deb822_get(s, "Essential"), S("yes"));
}

static int refuse(struct op *op, const char *field, str value)
{
	if (value.len == 0)
		return op_fail(op, ERR_FORMAT, "the field %s is missing", field);
	return op_fail(op, ERR_FORMAT, "the field %s has a value that is not allowed: '%.*s'",
		       field, STR_ARG(str_head(value, 200)));
}

int repo_package_read(struct op *op, const struct deb822_stanza *s, str arch,
		      struct repo_package *ret)
{
	str path = deb822_get(s, "Filename"), size = deb822_get(s, "Size"),
	    sha = deb822_get(s, "SHA256");
	str installed = deb822_get(s, "Installed-Size");
	struct repo_package p = { .name = deb822_get(s, "Package"),
				  .version = deb822_get(s, "Version"),
				  .arch = deb822_get(s, "Architecture"),
				  .path = path };

	if (str_starts(path, S("./"))) /* as dpkg-scanpackages writes of a flat repository */
		p.path = path = str_from(path, 2);
	if (!relation_name_valid(p.name) || p.name.len > LIMIT_NAME)
		return refuse(op, "Package", p.name);
	if (!version_deb_valid(p.version) || p.version.len > LIMIT_NAME)
		return refuse(op, "Version", p.version);
	if (!str_eq(p.arch, arch) && !str_eq(p.arch, S("all")))
		return refuse(op, "Architecture", p.arch);
	if (!repo_path_valid(path))
		return refuse(op, "Filename", path);
	if (!num_parse(size, LIMIT_PACKAGE, &p.size) || p.size == 0)
		return refuse(op, "Size", size);
	if (sha.len != 64 || !digest_parse(sha, &p.sha256))
		return refuse(op, "SHA256", sha);
	if (installed.len && !num_parse(installed, LIMIT_UNPACKED, &p.installed_kib))
		return refuse(op, "Installed-Size", installed);
	read_texts(s, &p);
	read_source(deb822_get(s, "Source"), &p);
	if (!relation_name_valid(p.source) || !version_deb_valid(p.source_version))
		return refuse(op, "Source", deb822_get(s, "Source"));
	*ret = p;
	return 0;
}
