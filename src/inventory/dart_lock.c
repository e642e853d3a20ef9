/*
 * Dart's packages: pubspec.lock, and the project that a pubspec.yaml describes.
 * Source: dart.dev/tools/pub, "The pubspec file"; pub's lock_file.dart.
 */
#include "reading.h"

/* Hosted elsewhere than at pub's own. */
static int read_host(struct reading *r, const struct node *description, struct package *p)
{
	str url = reading_get(description, "url");

	if (str_eq(url, S("https://pub.dev")) || str_eq(url, S("https://pub.dartlang.org")))
		return 0;
	return package_fact(&r->tmp, &p->qualifiers, "repository_url", url);
}

static int read_locked(struct reading *r, const struct node *node)
{
	const struct node *description = node_get(node, S("description"));
	str source = reading_get(node, "source");
	struct package p = { .type = PACKAGE_PUB,
			     .name = node->key,
			     .version = reading_get(node, "version"),
			     .development =
				     str_eq(reading_get(node, "dependency"), S("direct dev")) };
	int rc = 0;

	if (str_eq(source, S("sdk")))
		return 0; /* a part of Flutter, whose version this is not */
	if (str_eq(source, S("git"))) {
		p.vcs = reading_get(description, "url");
		rc = package_fact(&r->tmp, &p.facts, "pub:commit",
				  reading_get(description, "resolved-ref"));
	} else if (str_eq(source, S("hosted"))) {
		rc = read_host(r, description, &p);
		if (rc == 0)
			rc = draft_hex(&r->tmp, &p, reading_get(description, "sha256"));
	}
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_lock(struct reading *r)
{
	const struct node *map = node_get(&r->doc.root, S("packages"));
	int rc = 0;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++)
		rc = read_locked(r, &map->child[i]);
	return rc;
}

static int read_project(struct reading *r)
{
	const struct node *root = &r->doc.root, *map = node_get(root, S("dependencies"));
	struct package p = { .type = PACKAGE_PUB,
			     .name = reading_get(root, "name"),
			     .version = reading_get(root, "version"),
			     .homepage = reading_get(root, "homepage"),
			     .vcs = reading_get(root, "repository"),
			     .description = reading_get(root, "description") };
	int rc = 0;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n && rc == 0; i++)
		rc = draft_need(&r->tmp, &p, map->child[i].key, S(""));
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_yaml(op, c, f, str_ends(f->path, S(".lock")) ? read_lock : read_project);
}

const struct cataloger cataloger_dart_lock = {
	.name = "dart-lock",
	.what = "Dart packages in pubspec.lock and pubspec.yaml",
	.wants = { { .glob = "**/pubspec.lock", .lock = true },
		   { .glob = "**/pubspec.yaml", .lock = true },
		   { .glob = "**/pubspec.yml", .lock = true } },
	.read = read_file,
};
