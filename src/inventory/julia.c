/*
 * Julia's manifests: exact versions of an environment. Source: Pkg.jl, "Project.toml and
 * Manifest.toml"; formats 1 (packages at the top) and 2 (below deps). A package of Julia's own has
 * no version but Julia's.
 */
#include "reading.h"

static int add_entry(struct reading *r, str name, const struct node *n, str julia)
{
	struct package p = { .type = PACKAGE_JULIA,
			     .name = name,
			     .version = reading_get(n, "version") };
	const struct node *needs = node_get(n, S("deps"));
	int rc = package_fact(&r->tmp, &p.qualifiers, "uuid", reading_get(n, "uuid"));

	if (p.version.len == 0 && reading_get(n, "git-tree-sha1").len == 0)
		p.version = julia;
	for (ptrdiff_t i = 0; needs && rc == 0 && i < needs->n;
	     i++) /* a list of names, or by name */
		rc = draft_need(&r->tmp, &p,
				needs->kind == NODE_MAP ? needs->child[i].key
							: needs->child[i].text,
				S(""));
	if (rc == 0)
		rc = package_fact(&r->tmp, &p.facts, "julia:tree", reading_get(n, "git-tree-sha1"));
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_manifest(struct reading *r)
{
	const struct node *root = &r->doc.root, *all = node_get(root, S("deps"));
	str julia = reading_get(root, "julia_version");
	bool first = reading_get(root, "manifest_format").len == 0;
	int rc = 0;

	all = first ? root : all;
	for (ptrdiff_t i = 0; all && all->kind == NODE_MAP && i < all->n; i++) {
		const struct node *list = &all->child[i];
		if (list->kind != NODE_LIST)
			continue;
		for (ptrdiff_t k = 0; rc == 0 && k < list->n; k++)
			if (list->child[k].kind == NODE_MAP)
				rc = add_entry(r, list->key, &list->child[k], julia);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_toml(op, c, f, read_manifest);
}

const struct cataloger cataloger_julia = {
	.name = "julia",
	.what = "Julia's manifests",
	.wants = { { .glob = "**"
			     "/Manifest.toml" },
		   { .glob = "**"
			     "/JuliaManifest.toml" },
		   { .glob = "**"
			     "/Manifest-v*.toml" } },
	.read = read_file,
};
