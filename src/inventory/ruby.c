/*
 * Ruby's gems by their specifications: HOME/specifications/NAME-VERSION.gemspec of what gem(1)
 * installs and of what comes with Ruby (specifications/default), bundler/gems/CHECKOUT/NAME.gemspec
 * of what Bundler takes from git. In work trees other gemspecs are projects: declared.
 */
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/gemspec.h"
#include "model/licence.h"

#include "reading.h"

/* Does a directory "specifications" hold it? *ret (may be NULL): what stands before that. */
static bool is_installed(str path, str *ret)
{
	for (str dir = str_dir_name(path); dir.len; dir = str_dir_name(dir)) {
		if (!str_eq(str_base_name(dir), S("specifications")))
			continue;
		if (ret)
			*ret = str_dir_name(dir);
		return true;
	}
	return false;
}

static bool has_part(str path, str part)
{
	while (path.p) {
		if (str_eq(str_cut(&path, '/'), part))
			return true;
	}
	return false;
}

/* --- a version in a file of its own --- */

/* The first directory below dir, by name, that has a version.rb; its number, or TREE_NONE. */
static uint32_t find_version(const struct tree *t, uint32_t dir)
{
	uint32_t best = TREE_NONE;

	for (uint32_t i = tree_first(t, dir); i != TREE_NONE; i = tree_next(t, i)) {
		if (tree_node(t, i)->type == TREE_DIRECTORY &&
		    tree_find_from(t, i, S("version.rb"), true) != TREE_NONE &&
		    (best == TREE_NONE || str_cmp(tree_name(t, i), tree_name(t, best)) < 0))
			best = i;
	}
	return best == TREE_NONE ? best : tree_find_from(t, best, S("version.rb"), true);
}

/* The version.rb of lib/X, else of lib/X/Y. */
static uint32_t find_any_version(const struct tree *t, uint32_t lib)
{
	uint32_t at = lib == TREE_NONE ? TREE_NONE : find_version(t, lib);

	for (uint32_t i = lib == TREE_NONE ? lib : tree_first(t, lib);
	     i != TREE_NONE && at == TREE_NONE; i = tree_next(t, i)) {
		if (tree_node(t, i)->type == TREE_DIRECTORY)
			at = find_version(t, i);
	}
	return at;
}

/* lib/NAME/version.rb, a dash of the name being a slash or an underscore, or whatever there is. */
static int version_path(struct reading *r, str name, str *ret)
{
	const struct tree *t = catalog_tree(r->c);
	str dir = str_dir_name(r->f->path);
	char out[LIMIT_PATH + 1];
	uint32_t at = TREE_NONE;

	*ret = S("");
	for (const char *dash = "-/_"; *dash && at == TREE_NONE; dash++) {
		str path;
		int rc = op_text(&r->tmp, &path, "%.*s%slib/%.*s/version.rb", STR_ARG(dir),
				 dir.len ? "/" : "", STR_ARG(name));
		if (rc < 0)
			return rc;
		char *p = (char *)(uintptr_t)(path.p + dir.len);
		for (ptrdiff_t i = 0; i < path.len - dir.len; i++)
			p[i] = p[i] == '-' ? *dash : p[i];
		at = tree_find(t, path);
	}
	uint32_t lib = tree_find_from(t, tree_node(t, r->f->node)->parent, S("lib"), true);
	if (at == TREE_NONE)
		at = find_any_version(t, lib);
	return at == TREE_NONE ? 0 : op_copy(&r->tmp, tree_path(t, at, out), ret);
}

static int read_constant(struct reading *r, struct gemspec *g)
{
	struct found f;
	str path, text;
	int rc = version_path(r, g->name, &path);

	if (rc < 0 || !path.len)
		return rc;
	rc = catalog_beside(&r->tmp, r->c, NULL, path, &f);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(&r->tmp, r->c, &f, LIMIT_CAPTURE, &text);
	if (rc == 0)
		rc = gemspec_constant(&r->tmp, text, &g->version);
	return rc < 0 ? rc : 0;
}

/* --- what lies there because of it --- */

static int recognise_script(struct reading *r, str dir, str name)
{
	const struct tree *t = catalog_tree(r->c);
	str path;
	int rc = op_text(&r->tmp, &path, "%.*s/%.*s", STR_ARG(dir), STR_ARG(name));

	if (rc < 0 || str_find(name, '/') >= 0)
		return rc;
	uint32_t at = tree_find_link(t, path);
	bool script = at != TREE_NONE && tree_node(t, at)->probe & PROBE_SCRIPT;
	return script ? catalog_recognised(r->op, r->c, at) : 0;
}

/* HOME/gems/NAME, HOME/extensions/PLATFORM/RUBY/NAME, and the starters of its programs. */
static int recognise(struct reading *r, const struct gemspec *g)
{
	str home = S(""), name = str_base_name(r->f->path), path;
	const struct tree *t = catalog_tree(r->c);
	char out[LIMIT_PATH + 1];

	(void)is_installed(r->f->path, &home);
	const char *slash = home.len ? "/" : "";
	name.len -= (ptrdiff_t)sizeof(".gemspec") - 1;
	int rc = op_text(&r->tmp, &path, "%.*s%sgems/%.*s", STR_ARG(home), slash, STR_ARG(name));
	if (rc == 0)
		rc = reading_recognise(r, path);
	if (rc == 0)
		rc = op_text(&r->tmp, &path, "%.*s%sextensions", STR_ARG(home), slash);
	uint32_t top = rc == 0 ? tree_find(t, path) : TREE_NONE;
	for (uint32_t i = top == TREE_NONE ? top : tree_first(t, top); i != TREE_NONE && rc == 0;
	     i = tree_next(t, i)) {
		for (uint32_t k = tree_first(t, i); k != TREE_NONE && rc == 0;
		     k = tree_next(t, k)) {
			rc = op_text(&r->tmp, &path, "%.*s/%.*s", STR_ARG(tree_path(t, k, out)),
				     STR_ARG(name));
			rc = rc < 0 ? rc : reading_recognise(r, path);
		}
	}
	rc = rc < 0 ? rc : op_text(&r->tmp, &path, "%.*s%sbin", STR_ARG(home), slash);
	for (ptrdiff_t i = 0; i < g->executables.n && rc == 0; i++) {
		rc = recognise_script(r, path, g->executables.p[i]);
		if (rc == 0)
			rc = recognise_script(r, S("usr/local/bin"), g->executables.p[i]);
		if (rc == 0)
			rc = recognise_script(r, S("usr/bin"), g->executables.p[i]);
	}
	return rc;
}

/* --- the package --- */

static int join(struct reading *r, const struct texts *list, const char *between, str *ret)
{
	struct buf b;

	buf_init(&b, &r->tmp, 1 << 16);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (i)
			buf_add(&b, str_of(between));
		buf_add(&b, list->p[i]);
	}
	return buf_take(&b, ret);
}

/* Each licence of the list may be chosen. */
static int read_licence(struct reading *r, const struct gemspec *g, struct package *p)
{
	str all;

	if (!g->licences.n || !catalog_wants_licences(r->c))
		return 0;
	int rc = join(r, &g->licences, " OR ", &all);
	return rc < 0 ? rc : licence_expression(&r->tmp, all, &p->licence);
}

static int add_gem(struct reading *r, const struct gemspec *g)
{
	struct package p = { .type = PACKAGE_GEM,
			     .name = g->name,
			     .version = g->version,
			     .homepage = g->homepage,
			     .vcs = g->source_uri,
			     .description = g->summary.len ? g->summary : g->description,
			     .needs = g->needs };
	int rc = read_licence(r, g, &p);

	if (rc == 0 && !str_eq(g->platform, S("ruby")))
		rc = package_fact(&r->tmp, &p.qualifiers, "platform", g->platform);
	if (rc == 0)
		rc = join(r, &g->authors, ", ", &p.author);
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_gemspec(struct reading *r)
{
	struct gemspec g;
	if (r->text.len > LIMIT_DOCUMENT)
		return op_fail(&r->tmp, ERR_LIMIT, "%.*s: larger than any gemspec",
			       STR_ARG(r->f->path));
	int rc = gemspec_parse(&r->tmp, r->text, &g);
	bool installed = is_installed(r->f->path, NULL);

	if (rc == 0 && g.name.len && !g.version.len && g.constant.len)
		rc = read_constant(r, &g);
	if (installed || has_part(r->f->path, S("bundler")))
		r->how = EVIDENCE_METADATA;
	if (rc == 0)
		rc = add_gem(r, &g);
	return rc == 0 && installed ? recognise(r, &g) : rc;
}

static int read_ruby(struct op *op, struct catalog *c, const struct found *f)
{
	bool installed = is_installed(f->path, NULL);
	bool checkout = has_part(f->path, S("bundler"));

	/* A gem's own copy of what its specification says. */
	if (!installed && !checkout && has_part(f->path, S("gems")))
		return 0;
	return reading_text(op, c, f, read_gemspec);
}

const struct cataloger cataloger_ruby = {
	.name = "ruby",
	.what = "Ruby gems, by their gemspecs",
	.wants = { { .glob = "**/specifications/**/*.gemspec" },
		   { .glob = "**/bundler/gems/*/*.gemspec" },
		   { .glob = "**/*.gemspec", .lock = true } },
	.read = read_ruby,
};
