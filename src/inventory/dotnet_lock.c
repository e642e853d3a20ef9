/*
 * What .NET projects ask for: packages.lock.json (exact, with what each needs), packages.config,
 * and props files with central versions. Sources: NuGet's "Package lock file", "packages.config
 * reference", "Central package management".
 */
#include "base/limits.h"
#include "codec/xml.h"
#include "reading.h"

static int add_locked(struct reading *r, const struct node *n)
{
	const struct node *needs = node_get(n, S("dependencies"));
	struct package p = { .type = PACKAGE_NUGET,
			     .name = n->key,
			     .version = reading_get(n, "resolved") };
	str hash = reading_get(n, "contentHash"), integrity;
	int rc = package_fact(&r->tmp, &p.facts, "nuget:type", reading_get(n, "type"));

	if (rc == 0 && hash.len &&
	    (rc = op_text(&r->tmp, &integrity, "sha512-%.*s", STR_ARG(hash))) == 0)
		rc = draft_integrity(&r->tmp, &p, integrity);
	for (ptrdiff_t i = 0; needs && needs->kind == NODE_MAP && rc == 0 && i < needs->n; i++)
		rc = draft_need(&r->tmp, &p, needs->child[i].key, S(""));
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

/* Another project of the same solution is resolved to nothing, and passed over for that. */
static int read_lock(struct reading *r)
{
	const struct node *targets = node_get(&r->doc.root, S("dependencies"));
	int rc = 0;

	for (ptrdiff_t i = 0; targets && targets->kind == NODE_MAP && i < targets->n; i++) {
		const struct node *t = &targets->child[i];
		for (ptrdiff_t k = 0; t->kind == NODE_MAP && rc == 0 && k < t->n; k++)
			rc = add_locked(r, &t->child[k]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int add_element(struct reading *r, const struct xml_node *x)
{
	struct package p = { .type = PACKAGE_NUGET };

	if (str_eq(x->local, S("package"))) { /* packages.config */
		p.name = xml_attribute(x, S("id"));
		p.version = xml_attribute(x, S("version"));
		p.development = str_eq(xml_attribute(x, S("developmentDependency")), S("true"));
	} else if (str_eq(x->local, S("PackageVersion")) ||
		   str_eq(x->local, S("PackageReference")) ||
		   str_eq(x->local, S("GlobalPackageReference"))) {
		p.name = xml_attribute(x, S("Include"));
		if (p.name.len == 0)
			p.name = xml_attribute(x, S("Update"));
		p.version = xml_attribute(x, S("Version"));
		if (p.version.len == 0)
			p.version = xml_child_text(x, S("Version"));
	}
	/* A version that MSBuild would compute, or a range, is none. */
	if (str_find(p.version, '$') >= 0 || str_find(p.version, ',') >= 0 ||
	    str_find(p.version, '*') >= 0)
		return 0;
	if (p.version.len > 2 && p.version.p[0] == '[' && str_ends(p.version, S("]")))
		p.version = str_from(str_head(p.version, p.version.len - 1), 1);
	return reading_add(r, &p, NULL);
}

/* Elements stand at most three deep: Project, ItemGroup, PackageVersion. */
static int read_xml(struct reading *r)
{
	struct xml_node root;
	int rc = xml_parse(&r->tmp, r->f->path, r->text, &root);

	for (ptrdiff_t i = 0; rc == 0 && i < root.n; i++) {
		const struct xml_node *x = &root.child[i];
		rc = add_element(r, x);
		for (ptrdiff_t k = 0; rc == 0 && k < x->n; k++)
			rc = add_element(r, &x->child[k]);
	}
	return rc;
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return str_ends(f->path, S(".json")) ? reading_json(op, c, f, read_lock)
					     : reading_text(op, c, f, read_xml);
}

const struct cataloger cataloger_dotnet_lock = {
	.name = "dotnet-lock",
	.what = "NuGet's lock files, packages.config and central versions",
	.wants = { { .glob = "**"
			     "/packages.lock.json",
		     .lock = true },
		   { .glob = "**"
			     "/packages.config",
		     .lock = true },
		   { .glob = "**"
			     "/*ackages.props",
		     .lock = true } },
	.read = read_file,
};
