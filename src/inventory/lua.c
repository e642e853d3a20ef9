/*
 * Lua's rocks: rocks-5.N/NAME/VERSION/NAME-VERSION.rockspec where LuaRocks installed them;
 * elsewhere a specification is a project.
 */
#include "codec/rockspec.h"
#include "model/licence.h"
#include "reading.h"

/* .../rocks/NAME/VERSION/NAME-VERSION.rockspec, .../rocks-5.4/... */
static bool is_installed(str path)
{
	str rocks = str_base_name(str_dir_name(str_dir_name(str_dir_name(path))));

	return str_eq(rocks, S("rocks")) || str_starts(rocks, S("rocks-"));
}

static int read_rock(struct reading *r)
{
	struct rockspec s;
	int rc = rockspec_read(&r->tmp, r->f->path, r->text, &s);

	if (rc < 0)
		return rc;
	struct package p = { .type = PACKAGE_LUAROCKS,
			     .name = s.package,
			     .version = s.version,
			     .description = s.summary,
			     .homepage = s.homepage,
			     .author = s.maintainer,
			     .vcs = str_starts(s.url, S("git")) ? s.url : S(""),
			     .download = str_starts(s.url, S("git")) ? S("") : s.url };
	r->how = is_installed(r->f->path) ? EVIDENCE_METADATA : EVIDENCE_DECLARED;
	for (ptrdiff_t i = 0; i < s.dependencies.n; i++) {
		str text = s.dependencies.p[i], name = str_word(&text);
		if (!str_eq(name, S("lua")) && (rc = draft_text(&r->tmp, &p.needs, name)) < 0)
			return rc;
	}
	if (catalog_wants_licences(r->c) &&
	    (rc = licence_expression(&r->tmp, s.licence, &p.licence)) < 0)
		return rc;
	return reading_add(r, &p, NULL);
}

static int read_lua(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_rock);
}

const struct cataloger cataloger_lua = {
	.name = "lua",
	.what = "Lua's rocks, by their rockspec",
	.wants = { { .glob = "**/*.rockspec" } },
	.read = read_lua,
};
