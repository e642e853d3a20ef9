/*
 * R's packages in renv.lock. Source: rstudio.github.io/renv, "Lockfiles".
 */
#include "reading.h"

static int read_package(struct reading *r, const struct node *node)
{
	static const char *const lists[] = { "Requirements", "Imports", "Depends" };
	struct package p = { .type = PACKAGE_CRAN,
			     .name = reading_get(node, "Package"),
			     .version = reading_get(node, "Version") };
	str user = reading_get(node, "RemoteUsername"), repo = reading_get(node, "RemoteRepo");
	int rc = 0;

	for (size_t k = 0; k < 3; k++) {
		const struct node *list = node_get(node, str_of(lists[k]));
		for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0;
		     i++) {
			str name = S("");
			if (node_text(&list->child[i], &name))
				rc = draft_need(&r->tmp, &p, str_word(&name), S(""));
		}
	}
	if (rc == 0 && str_eq(reading_get(node, "Source"), S("GitHub")) && user.len)
		rc = op_text(&r->tmp, &p.vcs, "https://github.com/%.*s/%.*s", STR_ARG(user),
			     STR_ARG(repo));
	if (rc == 0)
		rc = package_fact(&r->tmp, &p.facts, "r:source", reading_get(node, "Source"));
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_lock(struct reading *r)
{
	const struct node *map = node_get(&r->doc.root, S("Packages"));
	int rc = 0;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++)
		rc = read_package(r, &map->child[i]);
	return rc;
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_json(op, c, f, read_lock);
}

const struct cataloger cataloger_r_lock = {
	.name = "r-lock",
	.what = "R packages in renv.lock",
	.wants = { { .glob = "**/renv.lock", .lock = true } },
	.read = read_file,
};
